//! Printing and reading are each other's reverse.

use super::trees;
use clausula::source::{SourceId, Span};
use clausula::syntax::ast::{Define, Document, Item};
use clausula::syntax::parse;
use clausula::syntax::print::{outline, print};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// The tree of a text that has no faults.
fn read(text: &str) -> Result<Document, String> {
    let (document, faults) = parse(SourceId(0), text);
    match faults.first() {
        Some(fault) => Err(format!("{fault:?}\nin\n{text}")),
        None => Ok(document),
    }
}

/// Prints, reads again and compares; gives the text.
fn round_trip(document: &Document) -> Result<String, String> {
    let text = print(document);
    let again = read(&text)?;
    let (left, right) = (outline(&again), outline(document));
    if left != right {
        return Err(format!("{left}\ninstead of\n{right}\nfrom\n{text}"));
    }
    if print(&again) != text {
        return Err(format!("{}\ninstead of\n{text}", print(&again)));
    }
    Ok(text)
}

fn policies(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is part of the crate") {
        let path = entry.expect("the folder is part of the crate").path();
        if path.is_dir() {
            policies(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "clause")
        {
            found.push(path);
        }
    }
}

#[test]
fn shipped_policies_print_to_themselves() {
    let mut found = Vec::new();
    policies(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("policies"),
        &mut found,
    );
    assert!(!found.is_empty());
    for path in found {
        let text = std::fs::read_to_string(&path).expect("policies are UTF-8");
        printed(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_is_read_as_it_was_printed(document in trees::document()) {
        round_trip(&document).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn any_condition_is_read_as_it_was_printed(body in trees::condition()) {
        let name = clausula::source::Spanned::new("x".to_owned(), Span::NOWHERE);
        let item = Item::Define(Define { name, parameters: Vec::new(), body });
        round_trip(&Document { source: SourceId(0), items: vec![item] }).map_err(TestCaseError::fail)?;
    }
}

/// What a text is printed as.
fn printed(text: &str) -> String {
    read(text)
        .and_then(|document| round_trip(&document))
        .unwrap_or_else(|why| panic!("{why}"))
}

#[test]
fn brackets_stand_where_they_are_needed() {
    for (written, said) in [
        ("((a))", "a"),
        ("(a and b) or c", "(a and b) or c"),
        ("(a or b) or c", "(a or b) or c"),
        ("not (a)", "not a"),
        ("not not a", "a"),
        ("not (not a)", "not (not a)"),
        ("not (a is b)", "not a is b"),
        ("not (a and b)", "not (a and b)"),
        ("not (any x in y satisfies x)", "not any x in y satisfies x"),
        (
            "a and (any x in y satisfies x and b)",
            "a and any x in y satisfies x and b",
        ),
        (
            "(any x in y satisfies x) and a",
            "(any x in y satisfies x) and a",
        ),
        (
            "(not any x in y satisfies x) and a",
            "(not any x in y satisfies x) and a",
        ),
        ("a in (b)", "a in b"),
        ("a in 2025", "a in 2025"),
        ("a in (2025)", "a in (2025)"),
        ("a in (2025-03)", "a in (2025-03)"),
        ("a in (2025 users)", "a in (2025 users)"),
        ("a in (2025.5)", "a in 2025.5"),
        ("a not in (2025)", "a not in 2025"),
    ] {
        assert_eq!(
            printed(&format!("define x = {written}")),
            format!("define x = {said}\n")
        );
    }
}

#[test]
fn numbers_are_short_and_exact() {
    for (written, said) in [
        ("700_000_000", "700M"),
        ("1_200_000_000", "1.2B"),
        ("1500", "1500"),
        ("15_000", "15k"),
        ("1_234_567", "1234567"),
        ("-20_000_000", "-20M"),
        ("0.50", "0.5"),
        ("0.5k", "500"),
        ("-0", "0"),
        ("12.50%", "12.5%"),
        ("USD 20_000_000", "USD 20M"),
        ("12 months", "1 year"),
        ("18 months", "18 months"),
        ("2 weeks", "14 days"),
        ("1 // or more\n year", "1 year"),
        ("\"a\\b \\\" \\\\\"", "\"ab \\\" \\\\\""),
    ] {
        assert_eq!(
            printed(&format!("define x = y is {written}")),
            format!("define x = y is {said}\n")
        );
    }
}

#[test]
fn or_none_after_a_list_belongs_to_the_list() {
    let document = read("fact a: list of text by month or none").expect("no faults");
    let Item::Fact(fact) = &document.items[0] else {
        panic!("not a fact");
    };
    assert!(fact.kind.or_none && fact.kind.series.is_some());
}

#[test]
fn a_default_number_is_not_glued_to_the_next_field() {
    let text = "record r {\n  a: decimal default 5\n  users: text default USD\n  3: date\n}\n";
    assert_eq!(printed(text), text);
}

#[test]
fn long_chains_break_at_their_outermost_joint() {
    let long = "define x = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa is b and (cccccccccccccccccccccccccccccccccc is d \
                or eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee is f or gggggggggggggggggggggggg is h)";
    let said = "\
define x =
  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa is b
    and (cccccccccccccccccccccccccccccccccc is d
        or eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee is f
        or gggggggggggggggggggggggg is h)
";
    assert_eq!(printed(long), said);
}

#[test]
fn lines_never_begin_with_a_name_that_is_a_keyword() {
    let many: Vec<&str> = std::iter::repeat_n("define", 40).collect();
    let text = format!(
        "license x \"X\" {{\n  binds descendants through {many}\n  define y = owner is \"{long}\" and models is \"{long}\"\n}}\n",
        many = many.join(", "),
        long = "l".repeat(90),
    );
    printed(&text);
}
