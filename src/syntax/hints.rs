//! What to write instead of a word or sign that other languages use.

/// What to do about `found` where `expected` may stand.
pub fn hint(found: &str, expected: &[&str]) -> Option<String> {
    let may = |name: &str| expected.contains(&name);
    let said = match found {
        "=" | "==" if may("`=`") => "write a single `=`",
        "=" | "==" if may("`:`") => "write `:`",
        "==" | "=" => "compare with `is`",
        "!=" | "<>" => "compare with `is not`",
        "&&" | "&" => "join conditions with `and`",
        "||" | "|" => "join conditions with `or`",
        "!" => "negate with `not`",
        "=>" => "write `>=`",
        "=<" => "write `<=`",
        "[" => "put lists in conditions in round brackets: `in (a, b)`",
        "," if !may("`,`") => "join conditions with `and`, and put lists in brackets: `in (a, b)`",
        "'" | "“" | "”" | "„" | "‘" | "’" | "«" | "»" | "`" => {
            "put strings between straight quotes: `\"`"
        }
        "#" | "/" | ";" => "comments begin with `//`, and nothing ends a statement",
        "$" | "€" | "£" | "¥" => {
            "write the currency as three letters before the amount: `USD 20M`"
        }
        "month" | "year" => {
            "pick an entry of a series by name or as `in last month`, `in last year`: leaving out a \
             bad month must never help, so that the latest one stated cannot be asked for"
        }
        "§" => "write a section as `§1.b`, or in quotes as `§\"closing paragraph\"`",
        "yes" | "Yes" | "True" if may("`true`") => "write `true`",
        "no" | "No" | "False" if may("`true`") => "write `false`",
        odd if odd.chars().all(|c| c.is_whitespace() || c.is_control()) => {
            "replace this invisible sign by an ordinary space"
        }
        _ if may("a section such as `§1.a`") => "begin a section with `§`",
        _ => return number(found, expected).or_else(|| missing_between(found, expected)),
    };
    Some(said.to_owned())
}

/// What to do where a comparison follows a day that was to name the entry of a series.
pub fn entry(found: &str, before: &str) -> Option<String> {
    let mut words = before.split_whitespace().rev();
    let day = words.next().and_then(crate::value::parse_date)?;
    let named = words.next() == Some("in") && matches!(found, "<" | "<=" | ">" | ">=" | "is");
    let month = crate::value::Month::of(day);
    named.then(|| format!("name an entry of a series by its month or year: `in {month}`"))
}

/// What to do where a statement ends too early.
pub fn missing(expected: &[&str]) -> Option<String> {
    let body = expected.contains(&"`{`");
    body.then(|| "put its statements between `{` and `}`".to_owned())
}

/// Numbers and dates as they are written elsewhere.
fn number(found: &str, expected: &[&str]) -> Option<String> {
    let value = expected.contains(&"a value") || expected.contains(&"a number");
    if let Some(digits) = found.strip_prefix('.') {
        let all = value && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        return all.then(|| format!("write `0.{digits}`"));
    }
    if !found.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let parts: Vec<&str> = found.split(['-', '.', '/']).collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let date = crate::value::parse_date(found).is_some();
    if date && expected.contains(&"`from`") {
        return Some(format!("write `from {found}`"));
    }
    if parts.len() == 3 && parts.iter().all(digits) && !date {
        return Some("write dates as `2025-04-05`".to_owned());
    }
    if parts.len() == 2 && parts.iter().all(digits) && found.contains('-') {
        return Some("write months as `2025-03`".to_owned());
    }
    let scaled = value && found.contains(|c: char| c.is_ascii_alphabetic());
    scaled.then(|| "write large numbers with `k`, `M`, `B` or `T`: `700M`".to_owned())
}

/// A word where only a comma could go on.
fn missing_between(found: &str, expected: &[&str]) -> Option<String> {
    let word = found.starts_with(|c: char| c.is_alphanumeric() || c == '"');
    if expected.contains(&"a string") && word && !found.starts_with('"') && expected.len() == 1 {
        return Some("put it in quotes".to_owned());
    }
    let comma = word && expected.contains(&"`,`");
    comma.then(|| "put `,` between the members of a list".to_owned())
}
