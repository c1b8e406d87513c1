//! Edits of a facts text at one place, leaving the rest of it as it was written: its comments, its order,
//! its blanks. An edit is only kept if the text, read again, holds what was meant and nothing else.

mod toml;

use super::tree::{Entry, Map, Node, Tree};
use super::{Format, Limits, parse};
use crate::source::SourceId;

/// A value that will be written, or a tree without its places.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Nothing
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written
    Number(String),
    /// A text
    Text(String),
    /// A list
    List(Vec<Piece>),
    /// A mapping, in its order
    Map(Vec<(String, Piece)>),
}

/// A step on the way to a place in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// The value of a key
    Key(String),
    /// An element of a list, counted from 0
    Index(usize),
    /// The element of a list that has this value under this key; a new one if there is none
    With(String, String),
    /// A new element of a list
    New,
}

/// Why a text was not edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The place is reached through a YAML alias
    Alias,
    /// Something else stands where a mapping or list should be
    Occupied,
    /// The edited text would not hold what was meant
    Unsure,
}

impl Refused {
    /// In words.
    pub fn as_str(&self) -> &'static str {
        match self {
            Refused::Alias => "it is written through a YAML alias; edit the anchor by hand",
            Refused::Occupied => "something else stands where it belongs",
            Refused::Unsure => "the file is written in a way this cannot edit safely",
        }
    }
}

impl Piece {
    /// A tree without its places.
    pub fn of(node: &Node) -> Piece {
        match &node.value {
            Tree::Null => Piece::Null,
            Tree::Bool(yes) => Piece::Bool(*yes),
            Tree::Int(text) | Tree::Float(text) => Piece::Number(text.to_string()),
            Tree::Text(text) | Tree::Date(text) => Piece::Text(text.to_string()),
            Tree::List(nodes) => Piece::List(nodes.iter().map(Piece::of).collect()),
            Tree::Map(map) => Piece::Map(
                map.iter()
                    .map(|(name, entry)| (name.to_string(), Piece::of(&entry.value)))
                    .collect(),
            ),
        }
    }

    /// A value as a person types it, in the notation of facts files. What is no YAML by itself, such as
    /// `> 700M`, is a text.
    ///
    /// # Errors
    /// Lists and mappings in brackets, and texts in quotes, that are not closed or otherwise amiss.
    pub fn typed(text: &str) -> Result<Piece, Vec<crate::diagnostic::Diagnostic>> {
        let text = text.trim();
        if text.starts_with(['[', '{', '"', '\'']) {
            let nodes = parse(SourceId(u32::MAX), text, Format::Yaml, &Limits::default())?;
            return Ok(nodes.first().map_or(Piece::Null, Piece::of));
        }
        Ok(plain(text).unwrap_or_else(|| Piece::Text(text.to_owned())))
    }

    /// The same for a JSON text: numbers that JSON does not know become texts.
    fn for_json(self) -> Piece {
        match self {
            Piece::Number(text) if serde_json::from_str::<serde_json::Number>(&text).is_err() => {
                Piece::Text(text)
            }
            Piece::List(all) => Piece::List(all.into_iter().map(Piece::for_json).collect()),
            Piece::Map(all) => Piece::Map(
                all.into_iter()
                    .map(|(key, value)| (key, value.for_json()))
                    .collect(),
            ),
            other => other,
        }
    }

    /// Mappings by their keys, whatever order they were written in.
    fn sort(&mut self) {
        match self {
            Piece::List(all) => all.iter_mut().for_each(Piece::sort),
            Piece::Map(all) => {
                all.sort_by(|(a, _), (b, _)| a.cmp(b));
                all.iter_mut().for_each(|(_, value)| value.sort());
            }
            _ => {}
        }
    }

    /// On one line, in YAML or JSON.
    fn flow(&self, json: bool) -> String {
        match self {
            Piece::Null => "null".to_owned(),
            Piece::Bool(yes) => yes.to_string(),
            Piece::Number(text) => text.clone(),
            Piece::Text(text) => word(text, json),
            Piece::List(all) => {
                let all: Vec<String> = all.iter().map(|one| one.flow(json)).collect();
                format!("[{}]", all.join(", "))
            }
            Piece::Map(all) if all.is_empty() => "{}".to_owned(),
            Piece::Map(all) => {
                let all = all.iter().map(|(key, value)| pair(key, value, json));
                format!("{{ {} }}", all.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Whether it is written on lines of its own in block form: mappings of names, lists of such.
    fn is_tall(&self) -> bool {
        match self {
            Piece::Map(all) => {
                !all.is_empty()
                    && !all
                        .iter()
                        .all(|(key, _)| key.starts_with(|c: char| c.is_ascii_digit()))
            }
            Piece::List(all) => all.iter().any(Piece::is_tall),
            _ => false,
        }
    }

    /// What follows a key in block form whose own column is `indent`, with the blank before it.
    fn block(&self, indent: usize, nl: &str) -> String {
        if !self.is_tall() {
            return format!(" {}", self.flow(false));
        }
        let mut out = String::new();
        match self {
            Piece::Map(all) => {
                for (key, value) in all {
                    out.push_str(nl);
                    out.push_str(&" ".repeat(indent + 2));
                    out.push_str(&format!(
                        "{}:{}",
                        word(key, false),
                        value.block(indent + 2, nl)
                    ));
                }
            }
            Piece::List(all) => {
                for one in all {
                    out.push_str(nl);
                    out.push_str(&" ".repeat(indent + 2));
                    out.push_str(&format!("-{}", one.item(indent + 2, nl)));
                }
            }
            _ => {}
        }
        out
    }

    /// What follows a dash whose column is `indent`, with the blank before it.
    fn item(&self, indent: usize, nl: &str) -> String {
        match self {
            Piece::Map(all) if self.is_tall() => {
                let mut out = String::new();
                for (number, (key, value)) in all.iter().enumerate() {
                    if number > 0 {
                        out.push_str(nl);
                        out.push_str(&" ".repeat(indent + 2));
                    } else {
                        out.push(' ');
                    }
                    out.push_str(&format!(
                        "{}:{}",
                        word(key, false),
                        value.block(indent + 2, nl)
                    ));
                }
                out
            }
            _ => format!(" {}", self.flow(false)),
        }
    }
}

/// What a word without quotes means in YAML, if that is one scalar wherever it stands.
fn plain(text: &str) -> Option<Piece> {
    if text.is_empty() || text.contains(['\n', '\r']) {
        return None;
    }
    let wrapped = format!("{{k: {text}}}");
    let nodes = parse(
        SourceId(u32::MAX),
        &wrapped,
        Format::Yaml,
        &Limits::default(),
    )
    .ok()?;
    let [
        Node {
            value: Tree::Map(map),
            ..
        },
    ] = nodes.as_slice()
    else {
        return None;
    };
    let node = &map.get("k").filter(|_| map.len() == 1)?.value;
    let same = match &node.value {
        Tree::Bool(_) | Tree::Null => true,
        Tree::Int(words) | Tree::Float(words) | Tree::Text(words) => words.as_ref() == text,
        _ => false,
    };
    same.then(|| Piece::of(node))
}

/// A text, in quotes where it takes them.
fn word(text: &str, json: bool) -> String {
    let bare = !json && plain(text) == Some(Piece::Text(text.to_owned()));
    // A key that is a year needs no quotes: keys are texts in every format.
    let year =
        !json && !text.is_empty() && text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    if bare || year {
        text.to_owned()
    } else {
        serde_json::to_string(text).unwrap_or_default()
    }
}

fn pair(key: &str, value: &Piece, json: bool) -> String {
    format!("{}: {}", word(key, json), value.flow(json))
}

/// The text with a value at the end of a way that starts at `root`, one of the nodes it was read into.
///
/// # Errors
/// Where the text cannot be edited, or not safely; nothing is changed then.
pub fn set(
    text: &str,
    format: Format,
    root: &Node,
    way: &[Way],
    value: &Piece,
) -> Result<String, Refused> {
    let json = matches!(format, Format::Json | Format::JsonLines);
    let value = if json {
        value.clone().for_json()
    } else {
        value.clone()
    };
    let read = |text: &str| parse(SourceId(u32::MAX), text, format, &Limits::default());
    let before = read(text).map_err(|_| Refused::Unsure)?;
    let edited = match format {
        Format::Toml => {
            let mut whole = before.first().and_then(|top| way_to(top, root));
            let whole = whole.as_mut().ok_or(Refused::Unsure)?;
            whole.extend_from_slice(way);
            toml::set(text, whole, &value)?
        }
        _ => Editor { text, json }.edit(root, way, &value)?,
    };
    let after = read(&edited).map_err(|_| Refused::Unsure)?;
    let mut meant: Vec<Piece> = before.iter().map(Piece::of).collect();
    let found = before
        .iter()
        .zip(&mut meant)
        .any(|(node, piece)| put_below(node, piece, root, way, &value));
    let mut got: Vec<Piece> = after.iter().map(Piece::of).collect();
    if format == Format::Toml {
        // A key of a table has to stand before the tables in it.
        meant.iter_mut().chain(&mut got).for_each(Piece::sort);
    }
    if found && got == meant {
        Ok(edited)
    } else {
        Err(Refused::Unsure)
    }
}

/// The way from the top of a text to one of the nodes it was read into.
fn way_to(node: &Node, root: &Node) -> Option<Vec<Way>> {
    if node.span.range() == root.span.range() && Piece::of(node) == Piece::of(root) {
        return Some(Vec::new());
    }
    let below = |step: Way, node: &Node| {
        let mut way = way_to(node, root)?;
        way.insert(0, step);
        Some(way)
    };
    match &node.value {
        Tree::List(nodes) => {
            let mut nodes = nodes.iter().enumerate();
            nodes.find_map(|(at, node)| below(Way::Index(at), node))
        }
        Tree::Map(map) => map
            .iter()
            .find_map(|(name, entry)| below(Way::Key(name.to_string()), &entry.value)),
        _ => None,
    }
}

/// Does the edit on a tree without places: `piece` is that of `node`, the root somewhere below it.
fn put_below(node: &Node, piece: &mut Piece, root: &Node, way: &[Way], value: &Piece) -> bool {
    if node.span.range() == root.span.range() && Piece::of(root) == *piece {
        put(piece, way, value);
        return true;
    }
    match (&node.value, piece) {
        (Tree::List(nodes), Piece::List(pieces)) => nodes
            .iter()
            .zip(pieces)
            .any(|(node, piece)| put_below(node, piece, root, way, value)),
        (Tree::Map(map), Piece::Map(pieces)) => map
            .values()
            .zip(pieces)
            .any(|(entry, (_, piece))| put_below(&entry.value, piece, root, way, value)),
        _ => false,
    }
}

fn put(piece: &mut Piece, way: &[Way], value: &Piece) {
    let Some((step, rest)) = way.split_first() else {
        *piece = value.clone();
        return;
    };
    let open = matches!(piece, Piece::Null) || *piece == Piece::Text("unknown".to_owned());
    match (step, &mut *piece) {
        (Way::Key(key), Piece::Map(all)) => match all.iter_mut().find(|(known, _)| known == key) {
            Some((_, inner)) => put(inner, rest, value),
            None => all.push((key.clone(), built(rest, value))),
        },
        (Way::Index(at), Piece::List(all)) => {
            if let Some(inner) = all.get_mut(*at) {
                put(inner, rest, value);
            }
        }
        (Way::With(..) | Way::New, Piece::List(all)) => {
            match all.iter_mut().find(|one| with(one, step)) {
                Some(inner) => put(inner, rest, value),
                None => all.push(element(step, rest, value)),
            }
        }
        _ if open => *piece = built(way, value),
        _ => {}
    }
}

fn with(piece: &Piece, step: &Way) -> bool {
    match (piece, step) {
        (Piece::Map(all), Way::With(key, text)) => all
            .iter()
            .any(|(known, value)| known == key && *value == Piece::Text(text.clone())),
        _ => false,
    }
}

/// Everything that is missing on a way, with the value at its end.
fn built(way: &[Way], value: &Piece) -> Piece {
    match way.split_first() {
        None => value.clone(),
        Some((Way::Key(key), rest)) => Piece::Map(vec![(key.clone(), built(rest, value))]),
        Some((step, rest)) => Piece::List(vec![element(step, rest, value)]),
    }
}

fn element(step: &Way, rest: &[Way], value: &Piece) -> Piece {
    let inner = built(rest, value);
    match (step, inner) {
        (Way::With(key, text), Piece::Map(mut all)) => {
            all.insert(0, (key.clone(), Piece::Text(text.clone())));
            Piece::Map(all)
        }
        (_, inner) => inner,
    }
}

struct Editor<'t> {
    text: &'t str,
    json: bool,
}

impl Editor<'_> {
    fn edit(&self, root: &Node, way: &[Way], value: &Piece) -> Result<String, Refused> {
        let mut node = root;
        let mut key: Option<&Entry> = None;
        let mut rest = way;
        while let Some((step, further)) = rest.split_first() {
            if node.via.is_some() {
                return Err(Refused::Alias);
            }
            let next = match (step, &node.value) {
                (Way::Key(name), Tree::Map(map)) => map
                    .get(name.as_str())
                    .map(|entry| (Some(entry), &entry.value)),
                (Way::Index(at), Tree::List(nodes)) => nodes.get(*at).map(|node| (None, node)),
                (Way::With(..), Tree::List(nodes)) => nodes
                    .iter()
                    .find(|node| with(&Piece::of(node), step))
                    .map(|node| (None, node)),
                _ => None,
            };
            let Some((entry, next)) = next else { break };
            (key, node, rest) = (entry, next, further);
        }
        if node.via.is_some() {
            return Err(Refused::Alias);
        }
        let open = match &node.value {
            Tree::Null => true,
            Tree::Text(text) => text.as_ref() == "unknown",
            _ => false,
        };
        match (&node.value, rest.split_first()) {
            (_, None) => self.replace(node, key, value),
            _ if open => self.replace(node, key, &built(rest, value)),
            (Tree::Map(map), Some((Way::Key(name), further))) => {
                self.add_key(node, map, name, &built(further, value))
            }
            (Tree::List(nodes), Some((step @ (Way::With(..) | Way::New), further))) => {
                self.add_element(node, nodes, key, &element(step, further, value))
            }
            _ => Err(Refused::Occupied),
        }
    }

    fn spliced(&self, start: usize, end: usize, new: &str) -> Result<String, Refused> {
        let (before, after) = (self.text.get(..start), self.text.get(end..));
        let (Some(before), Some(after)) = (before, after) else {
            return Err(Refused::Unsure);
        };
        Ok(format!("{before}{new}{after}"))
    }

    /// The line break of the text.
    fn nl(&self) -> &'static str {
        if self.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |n| at + n);
        if self.text[..end].ends_with('\r') {
            end - 1
        } else {
            end
        }
    }

    fn column(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }

    /// Whether a collection is written in brackets.
    fn is_flow(&self, node: &Node) -> bool {
        self.text[node.span.range()].starts_with(['{', '['])
    }

    /// Whether a place is inside brackets of some collection around it.
    fn replace(&self, node: &Node, key: Option<&Entry>, value: &Piece) -> Result<String, Refused> {
        let span = node.span.range();
        let flow = value.flow(self.json);
        // A value nobody wrote has the place of its key.
        if let (Tree::Null, Some(entry)) = (&node.value, key)
            && entry.key.range() == span
        {
            let colon = self.text[span.end..].find(':').map(|n| span.end + n + 1);
            let colon = colon.ok_or(Refused::Unsure)?;
            let tall = if self.json {
                format!(" {flow}")
            } else {
                value.block(self.column(span.start), self.nl())
            };
            return self.spliced(colon, colon, &tall);
        }
        self.spliced(span.start, span.end, &flow)
    }

    fn add_key(
        &self,
        node: &Node,
        map: &Map,
        name: &str,
        value: &Piece,
    ) -> Result<String, Refused> {
        if self.json || self.is_flow(node) {
            let new = pair(name, value, self.json);
            let last = map
                .last()
                .map(|(_, entry)| (entry.key.range().start, self.end_of(entry)));
            return self.add_flow(node, last, &new);
        }
        let first = map.first().map(|(_, entry)| entry.key.range().start);
        let indent = self.column(first.ok_or(Refused::Unsure)?);
        let end = self.line_end(self.block_end(node));
        let new = format!(
            "{}{}{}:{}",
            self.nl(),
            " ".repeat(indent),
            word(name, false),
            value.block(indent, self.nl())
        );
        self.spliced(end, end, &new)
    }

    fn add_element(
        &self,
        node: &Node,
        nodes: &[Node],
        key: Option<&Entry>,
        value: &Piece,
    ) -> Result<String, Refused> {
        if !self.json
            && nodes.is_empty()
            && let Some(entry) = key
            && self.column(entry.key.range().start)
                == self.text[self.line_start(entry.key.range().start)..]
                    .len()
                    .min(
                        self.text[self.line_start(entry.key.range().start)..]
                            .find(|c: char| c != ' ')
                            .unwrap_or(0),
                    )
            && value.is_tall()
        {
            // `key: []` on a line of its own becomes a list in block form.
            let span = node.span.range();
            let list = Piece::List(vec![value.clone()]);
            let start = self.text[..span.start].trim_end_matches([' ', '\t']).len();
            let rest = &self.text[span.end..self.line_end(span.end)];
            let block = list.block(self.column(entry.key.range().start), self.nl());
            return self.spliced(start, self.line_end(span.end), &format!("{rest}{block}"));
        }
        if self.json || self.is_flow(node) {
            let last = nodes
                .last()
                .map(|node| (node.span.range().start, node.span.range().end));
            return self.add_flow(node, last, &value.flow(self.json));
        }
        let indent = self.column(node.span.range().start);
        let end = self.line_end(self.block_end(node));
        let new = format!(
            "{}{}-{}",
            self.nl(),
            " ".repeat(indent),
            value.item(indent, self.nl())
        );
        self.spliced(end, end, &new)
    }

    /// Adds to a collection in brackets, after the last thing in it.
    fn add_flow(
        &self,
        node: &Node,
        last: Option<(usize, usize)>,
        new: &str,
    ) -> Result<String, Refused> {
        let span = node.span.range();
        let Some((start, end)) = last else {
            let blank = if self.text[span.clone()].starts_with('{') {
                " "
            } else {
                ""
            };
            return self.spliced(
                span.start + 1,
                span.end.max(2) - 1,
                &format!("{blank}{new}{blank}"),
            );
        };
        let own_line = self.text[self.line_start(start)..start].trim().is_empty();
        let new = if own_line {
            let indent = &self.text[self.line_start(start)..start];
            format!(",{}{indent}{new}", self.nl())
        } else {
            format!(", {new}")
        };
        self.spliced(end, end, &new)
    }

    /// Where an entry ends, its colon counted.
    fn end_of(&self, entry: &Entry) -> usize {
        let (key, value) = (entry.key.range(), entry.value.span.range());
        if key == value {
            let colon = self.text[key.end..].find([':', ',', '}']);
            return colon.map(|n| key.end + n).map_or(key.end, |at| {
                if self.text[at..].starts_with(':') {
                    at + 1
                } else {
                    at
                }
            });
        }
        value.end
    }

    /// The last byte of a collection in block form, never one of a line break after it.
    fn block_end(&self, node: &Node) -> usize {
        let span = node.span.range();
        span.start + self.text[span.clone()].trim_end().len()
    }
}
