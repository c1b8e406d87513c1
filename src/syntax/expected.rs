//! What the grammar allows at a place, in few words: families of keywords are told by an example.

use super::split::{ITEMS, MEMBERS, PARTS};

/// Ways to compare; `(` may follow any name and goes without saying beside them.
const COMPARISONS: &[&str] = &[
    "is",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "not",
    "includes",
    "begins with",
    "matches",
    "reads",
];

/// The words for «expected …», the most telling first, at most eight.
pub fn summed_up(names: &[&'static str]) -> Vec<&'static str> {
    let keyword = |name: &&str| name.starts_with('`');
    let in_family = |name: &&str, family: &[&str]| {
        let word = name.trim_matches('`');
        family.contains(&word) || family == PARTS && matches!(word, "only if" | "effective")
    };
    let count = |family: &[&str]| names.iter().filter(|name| in_family(name, family)).count();
    let families: [(&[&str], &'static str, usize); 4] = [
        (PARTS, "a part of the clause such as `when`", 4),
        (MEMBERS, "a statement such as `clause`", 4),
        (ITEMS, "an item such as `license`", 4),
        (COMPARISONS, "a comparison such as `is`", 3),
    ];
    let known: Vec<_> = families
        .into_iter()
        .filter(|(family, _, least)| count(family) >= *least)
        .collect();
    let swallowed = |name: &&str| known.iter().any(|(family, ..)| in_family(name, family));
    let mut said: Vec<&'static str> = Vec::new();
    said.extend(names.iter().filter(|name| !keyword(name) && **name != END));
    said.extend(known.iter().map(|(_, example, _)| *example));
    said.extend(
        names
            .iter()
            .filter(|name| keyword(name) && !swallowed(name)),
    );
    let goes_without_saying = |name: &&str| match *name {
        "`(`" | "`|`" | "`under`" => names.contains(&"`and`"),
        "`not`" | "`none`" => names.contains(&"a value") || names.contains(&"a condition"),
        "a value" => names.contains(&"a condition"),
        "a name" => known.len() > 1,
        _ => false,
    };
    said.retain(|name| !goes_without_saying(name));
    let statement = known.iter().any(|(family, ..)| *family == MEMBERS);
    let end = names.contains(&END) && !statement;
    said.truncate(if end { 7 } else { 8 });
    if end {
        said.push(END);
    }
    said
}

/// How the end of a piece is called.
pub const END: &str = "the end of the statement";
