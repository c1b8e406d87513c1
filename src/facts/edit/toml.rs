//! The same for TOML, on a document that keeps what was written around its values.

use super::{Piece, Refused, Way, built, element, with};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// The text with a value at the end of a way from its top.
pub(super) fn set(text: &str, way: &[Way], value: &Piece) -> Result<String, Refused> {
    let (mark, toml) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let mut document: DocumentMut = toml.parse().map_err(|_| Refused::Unsure)?;
    let Some((Way::Key(key), rest)) = way.split_first() else {
        return Err(Refused::Occupied);
    };
    match document.get_mut(key) {
        Some(item) => in_item(item, rest, value)?,
        None => {
            let new = at_top(&built(rest, value))?;
            document.insert(key, new);
        }
    }
    let edited = document.to_string();
    // The document writes its own line breaks.
    let edited = if toml.contains("\r\n") {
        edited.replace("\r\n", "\n").replace('\n', "\r\n")
    } else {
        edited
    };
    Ok(format!("{mark}{edited}"))
}

fn in_item(item: &mut Item, way: &[Way], value: &Piece) -> Result<(), Refused> {
    let open = item.as_str() == Some("unknown");
    match way.split_first() {
        None => replace(item, value),
        Some(_) if open => replace(item, &built(way, value)),
        Some((Way::Key(key), rest)) => {
            if let Some(table) = item.as_inline_table_mut() {
                return in_braces(table, key, rest, value);
            }
            let table = item.as_table_like_mut().ok_or(Refused::Occupied)?;
            in_table(table, key, rest, value)
        }
        Some((step, rest)) => match item {
            Item::ArrayOfTables(all) => in_tables(all, step, rest, value),
            Item::Value(Value::Array(all)) => in_array(all, step, rest, value),
            _ => Err(Refused::Occupied),
        },
    }
}

fn in_table(
    table: &mut dyn TableLike,
    key: &str,
    rest: &[Way],
    value: &Piece,
) -> Result<(), Refused> {
    match table.get_mut(key) {
        Some(item) => in_item(item, rest, value),
        None => {
            table.insert(key, Item::Value(written(&built(rest, value))?));
            Ok(())
        }
    }
}

/// A table in braces: the blank before the closing one stays there.
fn in_braces(
    table: &mut InlineTable,
    key: &str,
    rest: &[Way],
    value: &Piece,
) -> Result<(), Refused> {
    let new = !table.contains_key(key);
    let last = table.iter_mut().last().map(|(_, last)| last.decor_mut());
    let blank = match last {
        Some(last) if new => last.suffix().cloned().inspect(|_| last.set_suffix("")),
        _ => None,
    };
    in_table(table, key, rest, value)?;
    if let (Some(blank), Some(new)) = (blank, table.get_mut(key)) {
        new.decor_mut().set_prefix(" ");
        new.decor_mut().set_suffix(blank);
    }
    Ok(())
}

fn in_tables(
    all: &mut ArrayOfTables,
    step: &Way,
    rest: &[Way],
    value: &Piece,
) -> Result<(), Refused> {
    let has = |table: &Table, key: &str, text: &str| {
        let found = table.get(key).and_then(Item::as_str);
        found == Some(text)
    };
    let found = match step {
        Way::Index(at) => Some(*at),
        Way::With(key, text) => all.iter().position(|table| has(table, key, text)),
        Way::Key(_) | Way::New => None,
    };
    match (found, rest.split_first()) {
        (Some(at), Some((Way::Key(key), rest))) => {
            let table = all.get_mut(at).ok_or(Refused::Occupied)?;
            in_table(table, key, rest, value)
        }
        (Some(_), _) => Err(Refused::Occupied),
        (None, _) => {
            let Piece::Map(entries) = element(step, rest, value) else {
                return Err(Refused::Occupied);
            };
            all.push(table(&entries)?);
            Ok(())
        }
    }
}

fn in_array(all: &mut Array, step: &Way, rest: &[Way], value: &Piece) -> Result<(), Refused> {
    let found = match step {
        Way::Index(at) => Some(*at),
        Way::With(..) => all.iter().position(|one| with(&read(one), step)),
        Way::Key(_) | Way::New => None,
    };
    let Some(at) = found else {
        let mut new = written(&element(step, rest, value))?;
        // An entry goes where the one before it does: beside it, or on a line of its own.
        match all.iter().last() {
            Some(last) => *new.decor_mut() = last.decor().clone(),
            None => new.decor_mut().clear(),
        }
        all.push_formatted(new);
        return Ok(());
    };
    let one = all.get_mut(at).ok_or(Refused::Occupied)?;
    match rest.split_first() {
        None => {
            let decor = one.decor().clone();
            *one = written(value)?;
            *one.decor_mut() = decor;
            Ok(())
        }
        Some((Way::Key(key), rest)) => {
            let table = one.as_inline_table_mut().ok_or(Refused::Occupied)?;
            in_braces(table, key, rest, value)
        }
        Some(_) => Err(Refused::Occupied),
    }
}

fn replace(item: &mut Item, value: &Piece) -> Result<(), Refused> {
    let mut new = written(value)?;
    let old = item.as_value().ok_or(Refused::Occupied)?;
    *new.decor_mut() = old.decor().clone();
    *item = Item::Value(new);
    Ok(())
}

/// A value of a new key at the top of a document: mappings get a header of their own.
fn at_top(value: &Piece) -> Result<Item, Refused> {
    match value {
        Piece::Map(entries) if !entries.is_empty() => Ok(Item::Table(table(entries)?)),
        Piece::List(all) if !all.is_empty() => {
            let tables = all.iter().map(|one| match one {
                Piece::Map(entries) => table(entries).map(Some),
                _ => Ok(None),
            });
            let tables: Vec<Option<Table>> = tables.collect::<Result<_, _>>()?;
            match tables.into_iter().collect::<Option<Vec<Table>>>() {
                Some(tables) => Ok(Item::ArrayOfTables(tables.into_iter().collect())),
                None => Ok(Item::Value(written(value)?)),
            }
        }
        value => Ok(Item::Value(written(value)?)),
    }
}

fn table(entries: &[(String, Piece)]) -> Result<Table, Refused> {
    let mut table = Table::new();
    for (key, value) in entries {
        table.insert(key, Item::Value(written(value)?));
    }
    Ok(table)
}

/// A value on one line. TOML has no word for nothing.
fn written(value: &Piece) -> Result<Value, Refused> {
    Ok(match value {
        Piece::Null => return Err(Refused::Unsure),
        Piece::Bool(yes) => Value::from(*yes),
        Piece::Number(text) => match text.parse::<Value>() {
            Ok(number) if number.is_integer() || number.is_float() => number,
            _ => Value::from(text.as_str()),
        },
        Piece::Text(text) => Value::from(text.as_str()),
        Piece::List(all) => {
            let all: Vec<Value> = all.iter().map(written).collect::<Result<_, _>>()?;
            Value::Array(all.into_iter().collect())
        }
        Piece::Map(entries) => {
            let mut table = InlineTable::new();
            for (key, value) in entries {
                table.insert(key, written(value)?);
            }
            Value::InlineTable(table)
        }
    })
}

/// What an entry of a list says, as far as it takes to find it again.
fn read(value: &Value) -> Piece {
    match value {
        Value::String(text) => Piece::Text(text.value().clone()),
        Value::InlineTable(table) => {
            let each = table.iter();
            Piece::Map(
                each.map(|(key, value)| (key.to_owned(), read(value)))
                    .collect(),
            )
        }
        _ => Piece::Null,
    }
}
