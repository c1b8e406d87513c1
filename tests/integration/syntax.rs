//! Faults of policy texts: what is underlined, what is said, and what is kept beside them.

use clausula::diagnostic::Diagnostic;
use clausula::source::Sources;
use clausula::syntax::ast::{Document, Item, Member};
use clausula::syntax::{MAX_BYTES, parse};

/// A text with what was read of it and what was not.
pub struct Read {
    sources: Sources,
    pub document: Document,
    pub faults: Vec<Diagnostic>,
}

pub fn read(text: &str) -> Read {
    let mut sources = Sources::new();
    let id = sources.add("policy.clause", text.to_owned());
    let (document, faults) = parse(id, text);
    for fault in &faults {
        house_rules(fault);
        let span = fault.place();
        assert!(span.range().end <= text.len(), "{fault:?}");
        assert!(text.get(span.range()).is_some(), "{fault:?}");
    }
    let places: Vec<u32> = faults.iter().map(|fault| fault.place().start).collect();
    assert!(places.is_sorted(), "{faults:?}");
    Read {
        sources,
        document,
        faults,
    }
}

/// One lower-case sentence without a full stop; something is underlined and labelled.
fn house_rules(fault: &Diagnostic) {
    let sentences = fault.labels.iter().map(|label| label.text.as_str());
    for said in sentences
        .chain([fault.message.as_str()])
        .chain(fault.help.as_deref())
    {
        let first = said.chars().next().expect("something is said");
        assert!(!first.is_uppercase() && !said.ends_with('.'), "{said}");
        assert!(!said.contains("Rule") && !said.contains("kw_"), "{said}");
    }
    assert!(fault.labels.iter().any(|label| label.primary), "{fault:?}");
    assert!(fault.place().start < fault.place().end, "{fault:?}");
}

impl Read {
    /// The underlined words and the message of every fault.
    pub fn said(&self) -> Vec<(&str, &str)> {
        let said = self.faults.iter();
        said.map(|fault| (self.sources.slice(fault.place()), fault.message.as_str()))
            .collect()
    }

    /// The names of what was read: items, and `license/member` for clauses and definitions.
    pub fn kept(&self) -> Vec<String> {
        self.document.items.iter().flat_map(names).collect()
    }

    fn label(&self, n: usize) -> &str {
        &self.faults[n].labels[0].text
    }

    fn help(&self, n: usize) -> &str {
        self.faults[n].help.as_deref().unwrap_or("")
    }
}

fn names(item: &Item) -> Vec<String> {
    match item {
        Item::License(layer) | Item::Policy(layer) => {
            let members = layer.members.iter().filter_map(|member| match member {
                Member::Clause(clause) => Some(&clause.name.node),
                Member::Define(define) => Some(&define.name.node),
                Member::Licensor(name) => Some(&name.node),
                _ => None,
            });
            let inside = members.map(|name| format!("{}/{name}", layer.name.node));
            std::iter::once(layer.name.node.clone())
                .chain(inside)
                .collect()
        }
        Item::Define(define) => vec![define.name.node.clone()],
        Item::Unit(name) => vec![name.node.clone()],
        Item::Fact(field) => vec![field.name.node.clone()],
        Item::Record(record) => vec![record.name.node.clone()],
        _ => Vec::new(),
    }
}

#[test]
fn a_missing_brace_costs_one_clause() {
    let read = read(
        "license x \"X\" {\n  clause a \"A\" {\n    grant use\n  clause b \"B\" { grant use }\n  \
         clause c \"C\" { grant use }\n}\nlicense y \"Y\" { licensor \"Z\" }\n",
    );
    assert_eq!(read.said(), [("{", "this `{` is never closed")]);
    assert_eq!(read.faults[0].place().start, 31);
    assert_eq!(read.kept(), ["x", "x/b", "x/c", "y", "y/Z"]);
}

#[test]
fn a_license_without_its_last_brace_keeps_its_clauses() {
    let read = read("license x \"X\" {\n  clause a \"A\" { grant use }\n\nunit users\n");
    assert_eq!(read.said(), [("{", "this `{` is never closed")]);
    assert_eq!(read.kept(), ["x", "x/a", "users"]);
}

#[test]
fn a_brace_too_many_costs_nothing() {
    let read = read(
        "license x \"X\" {\n  clause a \"A\" { grant use } }\n  clause b \"B\" { grant use }\n}\nunit users\n",
    );
    assert_eq!(read.said(), [("}", "this `}` closes nothing")]);
    assert_eq!(read.kept(), ["x", "x/a", "x/b", "users"]);
}

#[test]
fn round_brackets_do_not_reach_out_of_braces() {
    let read = read(
        "license x \"X\" {\n  clause a \"A\" { require (b and (c }\n  clause d \"D\" { require b) }\n  \
         define e = (f\n  clause g \"G\" { grant use }\n}\n",
    );
    let never = "this `(` is never closed";
    assert_eq!(
        read.said(),
        [("(", never), (")", "this `)` closes nothing"), ("(", never)]
    );
    assert_eq!(read.kept(), ["x", "x/g"]);
}

#[test]
fn an_unclosed_string_ends_with_its_line() {
    let read = read(
        "license x \"X\" {\n  licensor \"Meta\n  clause a \"A {\n    grant use\n  }\n  \
         clause b \"B\" { grant use fix \"ask }\n  }\n  clause c \"C\" { grant use }\n}\n",
    );
    assert_eq!(
        read.said(),
        [("\"", "this string does not end on its line"); 3]
    );
    assert_eq!(read.kept(), ["x", "x/c"]);
}

#[test]
fn a_backslash_does_not_carry_a_string_over_the_end_of_its_line() {
    let read = read("import \"a\\\nunit users\n");
    assert_eq!(
        read.said(),
        [("\"", "this string does not end on its line")]
    );
    assert_eq!(read.kept(), ["users"]);
}

#[test]
fn two_broken_clauses_leave_the_one_between_them() {
    let read = read(
        "license x \"X\" {\n  clause a \"A\" { requier use }\n  clause b \"B\" { grant use }\n  \
         clause c { grant use }\n}\n",
    );
    assert_eq!(
        read.said(),
        [
            ("requier", "`requier` does not fit here"),
            ("{", "`{` does not fit here")
        ]
    );
    assert_eq!(read.help(0), "did you mean `require`?");
    assert_eq!(read.label(1), "expected a string, `for` or `of`");
    assert_eq!(read.kept(), ["x", "x/b"]);
}

#[test]
fn a_misspelled_keyword_does_not_spoil_the_statement_above() {
    let read = read(
        "unit users\nlicens y \"Y\" { }\nlicense x \"X\" {\n  licensor \"M\"\n  clausee a \"A\" { grant use }\n  \
         something else\n  clause b \"B\" { forbid use\n      wehn c is d }\n}\n",
    );
    assert_eq!(
        read.said(),
        [
            ("licens", "`licens` does not fit here"),
            ("clausee", "`clausee` does not fit here"),
            ("wehn", "`wehn` does not fit here"),
        ]
    );
    assert_eq!(read.help(0), "did you mean `license`?");
    assert_eq!(read.help(1), "did you mean `clause`?");
    assert_eq!(read.help(2), "did you mean `when`?");
    assert_eq!(read.label(0), "expected an item such as `license`");
    assert_eq!(read.kept(), ["users", "x", "x/M"]);
}

#[test]
fn an_unknown_statement_leaves_those_above_it() {
    let read = read("license x \"X\" {\n  clause a \"A\" { grant use }\n  blah \"A\"\n}\n");
    assert_eq!(read.said(), [("blah", "`blah` does not fit here")]);
    assert_eq!(read.label(0), "expected a statement such as `clause`");
    assert_eq!(read.kept(), ["x", "x/a"]);
}

#[test]
fn a_missing_comma_is_named() {
    let read = read("license x \"X\" {\n  clause a \"A\" {\n    grant use modify\n  }\n}\n");
    assert_eq!(read.said(), [("modify", "`modify` does not fit here")]);
    assert_eq!(read.help(0), "put `,` between the members of a list");
}

#[test]
fn signs_of_other_languages_are_translated() {
    for (condition, found, help) in [
        ("x == y", "==", "compare with `is`"),
        ("x != y", "!=", "compare with `is not`"),
        ("x && y", "&&", "join conditions with `and`"),
        ("x || y", "||", "join conditions with `or`"),
        ("!x", "!", "negate with `not`"),
        ("x => 5", "=>", "write `>=`"),
        ("x is 'y'", "'", "put strings between straight quotes: `\"`"),
        ("x is “y”", "“", "put strings between straight quotes: `\"`"),
        (
            "x in [a]",
            "[",
            "put lists in conditions in round brackets: `in (a, b)`",
        ),
        (
            "x > $5",
            "$",
            "write the currency as three letters before the amount: `USD 20M`",
        ),
        (
            "x > 700m",
            "700m",
            "write large numbers with `k`, `M`, `B` or `T`: `700M`",
        ),
        (
            "x > 1e9",
            "1e9",
            "write large numbers with `k`, `M`, `B` or `T`: `700M`",
        ),
        ("x > .5", ".5", "write `0.5`"),
        ("x > 2025-4-5", "2025-4-5", "write dates as `2025-04-05`"),
        (
            "x\u{a0}is y",
            "\u{a0}",
            "replace this invisible sign by an ordinary space",
        ),
    ] {
        let read = read(&format!("unit a\ndefine b = {condition}\nunit c\n"));
        assert_eq!(read.said().len(), 1, "{condition}: {:?}", read.said());
        assert_eq!(read.said()[0].0, found, "{condition}");
        assert_eq!(read.help(0), help, "{condition}");
        assert_eq!(read.kept(), ["a", "c"]);
    }
}

#[test]
fn and_and_or_are_mixed_only_with_brackets() {
    let read = read("define a = x and y or z and w\ndefine b = (x and y) or z\n");
    assert_eq!(
        read.said(),
        [("or", "`and` and `or` are mixed without brackets")]
    );
    assert_eq!(read.sources.slice(read.faults[0].labels[1].span), "and");
}

#[test]
fn literals_that_look_right_are_told_why_they_are_not() {
    let read = read(
        "language 2\nlicense x \"X\" {\n  released 2025-02-30\n  source a primary \"u\" sha256 \"abc\"\n  \
         source b primary \"u\" sha256 \"xyz\"\n  define c = y in 2025-13\n  define d = y > 12345678901234567890123456789012\n  \
         define e = y > 1__0\n  define f = y > 999_999 years\n  define g = at least 99999999999 y in z satisfies y\n}\n",
    );
    assert_eq!(
        read.said(),
        [
            ("2", "language version `2` is not known"),
            ("2025-02-30", "this is not a date"),
            ("\"abc\"", "this is not a SHA-256 hash"),
            ("\"xyz\"", "this is not a SHA-256 hash"),
            ("2025-13", "this is not a month"),
            (
                "12345678901234567890123456789012",
                "this number cannot be kept exactly"
            ),
            ("1__0", "this is not a number"),
            ("999_999 years", "this duration is too long"),
            ("99999999999", "this number is too large"),
        ]
    );
    assert_eq!(read.label(0), "this program knows version 1");
    assert_eq!(read.label(2), "3 digits of 64");
    assert_eq!(read.label(3), "`x` is no hexadecimal digit");
}

#[test]
fn text_outside_items_is_stray() {
    let read =
        read("hello world\n  more\nunit a\n)\nlicense x \"X\" { licensor \"M\" } trailing\n");
    assert_eq!(
        read.said(),
        [
            ("hello world", "this text belongs to no item"),
            (")", "this `)` closes nothing"),
            ("trailing", "this text belongs to no item"),
        ]
    );
    assert_eq!(read.kept(), ["a", "x", "x/M"]);
}

#[test]
fn a_statement_that_ends_too_early_underlines_its_last_word() {
    let read = read(
        "license x\npolicy p \"P\" { }\nfact f: text default // nothing\nlicense y \"Y\" {\n  judgment j \"Is it?\"\n}\n",
    );
    let message = "this statement ends too early";
    assert_eq!(
        read.said(),
        [
            ("x", message),
            ("\"P\"", message),
            ("default", message),
            ("\"Is it?\"", message)
        ]
    );
    assert_eq!(read.label(1), "expected `open` or `closed` after this");
}

#[test]
fn a_license_without_a_body_says_so() {
    let read = read("license x \"X\"\n\nunit a\n");
    assert_eq!(
        read.said(),
        [("license x \"X\"", "this license or policy has no body")]
    );
    assert_eq!(read.kept(), ["a"]);
}

#[test]
fn places_end_with_the_last_word() {
    let (document, _) = parse(
        clausula::source::SourceId(0),
        "define a = b is c   // why\n\ndefine d = (e)  // f\n",
    );
    let ends: Vec<u32> = document
        .items
        .iter()
        .map(|item| match item {
            Item::Define(define) => define.body.span.end,
            _ => 0,
        })
        .collect();
    assert_eq!(ends, [17, 42]);
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let read = read(&" ".repeat(MAX_BYTES + 1));
    assert_eq!(read.faults.len(), 1);
    assert!(read.faults[0].message.contains("larger than"));
}

// ── cutting ─────────────────────────────────────────────────────────────────

#[test]
fn line_ends_marks_and_tabs_do_not_matter() {
    let text = "\u{FEFF}language 1\r\n\r\nlicense x \"X\" {\r\n\tlicensor \"M\"\r\n\tclause a \"A\" {\r\n\t\tgrant use\r\n\t}\r\n}\r\nunit users\r\n";
    let read = read(text);
    assert_eq!(read.said(), []);
    assert_eq!(read.kept(), ["x", "x/M", "x/a", "users"]);
}

#[test]
fn comments_and_strings_hide_what_they_hold() {
    let read = read(
        "// license {\nlicense x \"X\" { // }\n  licensor \"{ // clause\" // \"\n// define y = (\n  \
         clause a \"license )\" { // [\n    fix \"]\"\n  }\n}\n",
    );
    assert_eq!(read.said(), []);
    assert_eq!(read.kept(), ["x", "x/{ // clause", "x/a"]);
}

#[test]
fn layout_is_free() {
    for text in [
        "license x \"X\" { licensor \"M\" clause a \"A\" { grant use } define b = c }",
        "license x \"X\"\n{\nlicensor \"M\"\nclause a \"A\"\n{\ngrant use\n}\ndefine b = c\n}",
        "license\nx\n\"X\"\n{\n        licensor\n\"M\" clause a \"A\" {\ngrant\nuse\n} define\nb\n=\nc }",
        "   license x \"X\" {\n licensor \"M\"\n            clause a \"A\" { grant use }\n   define b = c\n   }",
        "license x \"X\" {\ndefine\nb = c\nlicensor \"M\"\nclause a \"A\" { grant use }}",
    ] {
        let read = read(text);
        assert_eq!(read.said(), [], "{text}");
        let mut kept = read.kept();
        kept.sort();
        assert_eq!(kept, ["x", "x/M", "x/a", "x/b"], "{text}");
    }
}

#[test]
fn empty_bodies_are_bodies() {
    let read = read(
        "license x \"X\" {}\npolicy p \"P\" open {\n}\nrecord r {}\nlicense y \"Y\" { clause a \"A\" {} }",
    );
    assert_eq!(read.said(), []);
    assert_eq!(read.kept(), ["x", "p", "r", "y", "y/a"]);
    assert_eq!(self::read("").said(), []);
    assert_eq!(self::read("// nothing").said(), []);
}

#[test]
fn names_that_are_keywords_may_start_a_line() {
    let read = read(
        "define a =\nlicense.id is \"x\" and\nfact is b\nlicense x \"X\" {\n  define c =\n    models is d and\n    \
         owner is e\n  binds descendants through copy,\n    source, define\n  clause f \"F\" { exception to g,\n    clause }\n}\n",
    );
    assert_eq!(read.said(), []);
    assert_eq!(read.kept(), ["a", "x", "x/c", "x/f"]);
}
