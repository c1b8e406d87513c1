//! No text makes the reader panic, hang, or use the stack up.

use super::syntax::{Read, read};
use clausula::source::SourceId;
use clausula::syntax::parse;
use clausula::syntax::print::{outline, print};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

const LICENSE: &str = include_str!("../../policies/licenses/llama-4.clause");
const MANY: usize = 100_000;

/// Reads a text that must be refused quickly, with few words.
fn refused(text: &str) -> Read {
    let start = Instant::now();
    let read = read(text);
    assert!(!read.faults.is_empty());
    assert!(read.faults.len() < 10, "{} faults", read.faults.len());
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    read
}

/// Reads a text without faults, in a given time at most, and prints and outlines it.
fn taken(text: &str, within: Duration) -> Read {
    let start = Instant::now();
    let read = read(text);
    assert_eq!(read.said(), []);
    assert!(start.elapsed() < within, "{:?}", start.elapsed());
    print(&read.document);
    outline(&read.document);
    read
}

fn deep(text: &str) {
    let refused = refused(&format!("unit before\n{text}\nunit after\n"));
    let said = refused.said();
    assert!(
        said.iter()
            .any(|(_, message)| *message == "this is nested too deeply"),
        "{said:?}"
    );
    assert_eq!(refused.kept(), ["before", "after"]);
}

#[test]
fn endless_nesting_is_refused() {
    deep(&format!("define x = {}", "(".repeat(MANY)));
    deep(&format!(
        "define x = {}y{}",
        "(".repeat(MANY),
        ")".repeat(MANY)
    ));
    deep(&format!(
        "define x = {}y{}",
        "f(".repeat(MANY),
        ")".repeat(MANY)
    ));
    deep(&format!(
        "define x = {}y",
        "any x in y satisfies ".repeat(MANY)
    ));
    deep(&format!(
        "define x = {}y",
        "any x in\nmodels satisfies ".repeat(MANY)
    ));
    deep(&format!(
        "define x = {}y",
        "any x in y.when satisfies ".repeat(MANY)
    ));
    deep(&format!(
        "define x = {}y",
        "not any x in y satisfies a reads when and ".repeat(MANY)
    ));
    deep(&format!(
        "define x = {}y",
        "(any x in y satisfies ".repeat(MANY)
    ));
    deep(&format!("fact x: text default {}", "[".repeat(MANY)));
    deep(&format!(
        "fact x: text default {}{}",
        "[".repeat(MANY),
        "]".repeat(MANY)
    ));
    deep(&format!("fact x: {}text", "list of ".repeat(MANY)));
    deep(&format!("record x {}", "{".repeat(MANY)));
}

#[test]
fn one_deep_member_costs_only_itself() {
    let text = format!(
        "license x \"X\" {{\n  define a = {}b{}\n  clause c \"C\" {{ grant use }}\n}}\n",
        "(".repeat(100),
        ")".repeat(100)
    );
    assert_eq!(refused(&text).kept(), ["x", "x/c"]);
}

#[test]
fn endless_rows_are_read() {
    let within = Duration::from_secs(60);
    taken(&format!("define x = {}y", "not ".repeat(MANY)), within);
    taken(&format!("define x = y{}", " and y".repeat(MANY)), within);
    taken(
        &format!("define x = y in (z{})", ", z".repeat(MANY / 10)),
        within,
    );
    taken(&format!("define x = y{}", ".z".repeat(MANY)), within);
    taken(
        &format!(
            "define x = a under b.c{}",
            " | a under b.c".repeat(MANY / 10)
        ),
        within,
    );
    taken(&format!("fact x: one of y{}", ", z".repeat(MANY)), within);
}

#[test]
fn many_quantifiers_beside_one_another_are_read() {
    let chain = vec!["(any x in y satisfies x)"; 200].join(" and ");
    let parts = "when any x in y satisfies x\n".repeat(200);
    taken(&format!("define z = {chain}"), Duration::from_secs(5));
    taken(
        &format!("license x \"X\" {{ clause a \"A\" {{ grant use\n{parts} }} }}"),
        Duration::from_secs(5),
    );
}

/// The deepest text that is read at all needs less than the stack of a thread on any system.
#[test]
fn the_deepest_text_fits_on_a_small_stack() {
    let body = || {
        let condition = format!(
            "{}{}y{}{}",
            "(any x in y satisfies not ".repeat(31),
            "f(".repeat(31),
            ")".repeat(31),
            ")".repeat(31)
        );
        let text = format!("license x \"X\" {{ clause a \"A\" {{ require {condition} }} }}");
        taken(&text, Duration::from_secs(20));
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(body);
    thread
        .expect("a thread starts")
        .join()
        .expect("the text is read");
}

/// Nested as deeply as is allowed, read well or badly: what is tried twice at every level would
/// never end.
#[test]
fn nesting_takes_no_time() {
    let within = Duration::from_secs(20);
    let n = 60;
    let nested = |open: &str, core: &str, close: &str, n: usize| {
        format!("define x = {}{core}{}", open.repeat(n), close.repeat(n))
    };
    taken(&nested("(", "a is b", ")", 64), within);
    taken(&nested("f(", "b", ")", n), within);
    taken(&nested("not (", "b", ")", n), within);
    taken(&nested("a and (", "b", " and c)", n), within);
    taken(&nested("any x in y satisfies (", "x", ")", 30), within);
    taken(
        &nested("(any x in y satisfies x is b and ", "x", ")", 32),
        within,
    );
    taken(
        &nested("f(a, g(", "b", "), 5 users under q.r | c under q.s)", 30),
        within,
    );
    taken(
        &format!(
            "fact x: text default {}a{}",
            "[b, ".repeat(n),
            "]".repeat(n)
        ),
        within,
    );
    for (open, close) in [
        ("(", ")"),
        ("f(", ")"),
        ("a and (", ")"),
        ("a in (f(", "))"),
        ("a includes any of (f(", "))"),
        ("f(a, ", ") under q.r"),
        ("(any x in y satisfies ", ")"),
        ("any x in y satisfies f(", ")"),
        ("a in (b under q.r | f(", "), c)"),
    ] {
        for core in [
            "a is",
            "a ==",
            "a b",
            ")",
            "5 5",
            "\"",
            "a and b or",
            "any x in",
        ] {
            let levels = if open.contains("satisfies") || open.contains("in (") {
                30
            } else {
                n
            };
            let start = Instant::now();
            let bad = read(&nested(open, core, close, levels));
            assert!(!bad.faults.is_empty(), "{open} {core}");
            assert!(
                start.elapsed() < within,
                "{open} {core}: {:?}",
                start.elapsed()
            );
        }
    }
}

#[test]
fn a_megabyte_of_clauses_is_read_in_seconds() {
    let mut text = String::from("license x \"X\" {\n");
    for n in 0.. {
        if text.len() > 1 << 20 {
            break;
        }
        writeln!(
            text,
            "  clause c-{n} of agreement §1.b.{n} \"Show it\" {{\n    require shown(\"Built with it\") and prominent\n      \
             when make-available and (contained or users > {n}M)\n      unless any a in agreements satisfies a.with is \"M\"\n    \
             fix \"Show it prominently\"\n  }}\n"
        )
        .expect("a string takes everything");
    }
    text.push_str("}\n");
    taken(&text, Duration::from_secs(60));
}

#[test]
fn thousands_of_faults_are_told_in_seconds() {
    for line in [
        "define x = (\n",
        "clause\n",
        "license x \"X\" {\n",
        "}\n",
        "\"\n",
        "define x = y z\n",
        "license\n",
    ] {
        let start = Instant::now();
        read(&line.repeat((1 << 15) / line.len()));
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{line}: {:?}",
            start.elapsed()
        );
    }
}

// ── random texts ────────────────────────────────────────────────────────────

/// Words, strings, white space and signs, whatever the text.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = |c: char| c.is_alphanumeric() || c == '-';
        let end = match same(first) {
            true => rest.find(|c| !same(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        tokens.push(&rest[..end]);
        rest = &rest[end..];
    }
    tokens
}

const INSERTED: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    ",",
    "|",
    "§",
    "//",
    "\n",
    " ",
    "\\",
    "=",
    "and ",
    "or ",
    "not ",
    " is ",
    "license ",
    "policy ",
    "clause ",
    "define ",
    "when ",
    "any x in y satisfies ",
    "5 ",
    "2025-03",
    "USD 5",
    "é",
    "\u{FEFF}",
];

fn survives(text: &str) {
    let read = read(text);
    print(&read.document);
    outline(&read.document);
    if read.faults.is_empty() {
        let text = print(&read.document);
        let (again, faults) = parse(SourceId(0), &text);
        assert!(faults.is_empty(), "{faults:?}\n{text}");
        assert_eq!(outline(&again), outline(&read.document));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survives(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_words_are_answered(words in proptest::collection::vec(select(INSERTED), 0..80)) {
        survives(&words.concat());
        survives(&format!("license x \"X\" {{\n{}", words.join(" ")));
        survives(&format!("define x = {}", words.join(" ")));
    }

    #[test]
    fn any_change_of_a_license_is_answered(
        changes in proptest::collection::vec((any::<Index>(), 0..4, select(INSERTED)), 1..6)
    ) {
        let mut tokens = tokens(LICENSE);
        for (place, change, inserted) in changes {
            let at = place.index(tokens.len());
            match change {
                0 => { tokens.remove(at); }
                1 => tokens.insert(at, tokens[at]),
                2 => tokens.insert(at, inserted),
                _ => tokens.truncate(at.max(1)),
            }
        }
        survives(&tokens.concat());
    }
}
