//! How messages look, and what no text can do to them.

use std::time::{Duration, Instant};

use clausula::diagnostic::report::{Look, Placed, placed, render};
use clausula::diagnostic::{Code, Diagnostic};
use clausula::source::{SourceId, Sources, Span};
use insta::assert_snapshot;
use proptest::prelude::*;

const WIDE: Look = Look {
    width: 100,
    color: false,
    unicode: true,
    plain: false,
};

const NARROW: Look = Look {
    width: 60,
    unicode: false,
    ..WIDE
};

const PLAIN: Look = Look {
    plain: true,
    ..WIDE
};

const POLICY: &str = r#"policy llama
license "llama-3.1" {
  clause platform "§2 Additional Commercial Terms" {
    applies when actor.kind == company
    prohibit use
      when actor.monthly_users > 700M
       and not actor.has_license_from "Meta"
    cite "LICENSE:L45-L52"
  }
}
"#;

const FACTS: &str = "actor:
  name: Acme
  monthly_users: 812_000_000   # third quarter
  licenses: []
";

/// The place of `words` in a text; of the first, if there are many.
fn of(sources: &Sources, id: SourceId, words: &str) -> Span {
    let start = sources
        .text(id)
        .find(words)
        .expect("the test's words are in its text");
    Span::new(id, start, start + words.len())
}

/// One text under the name `text`, and an error about some of its bytes.
fn one(
    text: impl Into<String>,
    bytes: std::ops::Range<usize>,
    label: &str,
) -> (Sources, Diagnostic) {
    let mut sources = Sources::new();
    let id = sources.add("facts.yaml", text.into());
    let span = Span::new(id, bytes.start, bytes.end);
    (
        sources,
        Diagnostic::error(Code::FactsSyntax, "this is odd").at(span, label),
    )
}

fn drawn(text: impl Into<String>, bytes: std::ops::Range<usize>, label: &str) -> String {
    let (sources, diagnostic) = one(text, bytes, label);
    render(&diagnostic, &sources, &WIDE)
}

/// A breach that both files take part in.
fn breach() -> (Sources, Diagnostic) {
    let mut sources = Sources::new();
    let policy = sources.add("policies/llama.clause", POLICY);
    let facts = sources.add("facts/acme.yaml", FACTS);
    let message =
        "the use of `meta-llama/Llama-3.1-70B` is prohibited by llama-3.1 §2: 812 000 000 users";
    let diagnostic = Diagnostic::error(Code::Breached, message)
        .and(of(&sources, policy, "platform"), "this clause applies")
        .and(of(&sources, policy, "700M"), "the limit")
        .and(of(&sources, policy, "not actor.has_license_from \"Meta\""), "no exception")
        .at(of(&sources, facts, "812_000_000"), "812 000 000 users")
        .help("ask Meta for a license and state it under `actor.licenses`, or choose a model whose license has no limit on users");
    (sources, diagnostic)
}

#[test]
fn two_files_stand_in_one_report() {
    let (sources, diagnostic) = breach();
    assert_snapshot!(render(&diagnostic, &sources, &WIDE), @r#"
    error[breached]

      × the use of `meta-llama/Llama-3.1-70B` is prohibited by llama-3.1 §2: 812 000 000 users
       ╭─[facts/acme.yaml:3:18]
     2 │   name: Acme
     3 │   monthly_users: 812_000_000   # third quarter
       ·                  ─────┬─────
       ·                       ╰── 812 000 000 users
     4 │   licenses: []
       ╰────
       ╭─[policies/llama.clause:3:10]
     2 │ license "llama-3.1" {
     3 │   clause platform "§2 Additional Commercial Terms" {
       ·          ────┬───
       ·              ╰── this clause applies
     4 │     applies when actor.kind == company
     5 │     prohibit use
     6 │       when actor.monthly_users > 700M
       ·                                  ──┬─
       ·                                    ╰── the limit
     7 │        and not actor.has_license_from "Meta"
       ·            ────────────────┬────────────────
       ·                            ╰── no exception
     8 │     cite "LICENSE:L45-L52"
       ╰────
      help: ask Meta for a license and state it under `actor.licenses`, or choose a model whose
            license has no limit on users
    "#);
}

#[test]
fn a_narrow_terminal_without_unicode_is_enough() {
    let (sources, diagnostic) = breach();
    let drawn = render(&diagnostic, &sources, &NARROW);
    assert_snapshot!(drawn, @r#"
    error[breached]

      x the use of `meta-llama/Llama-3.1-70B` is prohibited by
      | llama-3.1 §2: 812 000 000 users
       ,-[facts/acme.yaml:3:18]
     2 |   name: Acme
     3 |   monthly_users: 812_000_000   # third quarter
       :                  ^^^^^|^^^^^
       :                       `-- 812 000 000 users
     4 |   licenses: []
       `----
       ,-[policies/llama.clause:3:10]
     2 | license "llama-3.1" {
     3 |   clause platform "§2 Additional Commercial Terms" {
       :          ^^^^|^^^
       :              `-- this clause applies
     4 |     applies when actor.kind == company
     5 |     prohibit use
     6 |       when actor.monthly_users > 700M
       :                                  ^^|^
       :                                    `-- the limit
     7 |        and not actor.has_license_from "Meta"
       :            ^^^^^^^^^^^^^^^^|^^^^^^^^^^^^^^^^
       :                            `-- no exception
     8 |     cite "LICENSE:L45-L52"
       `----
      help: ask Meta for a license and state it under
            `actor.licenses`, or choose a model whose license
            has no limit on users
    "#);
    for line in drawn.lines() {
        assert!(line.chars().count() <= 60, "{line}");
    }
}

#[test]
fn the_plain_look_draws_nothing() {
    let (sources, diagnostic) = breach();
    assert_snapshot!(render(&diagnostic, &sources, &PLAIN), @r#"
    error[breached]: the use of `meta-llama/Llama-3.1-70B` is prohibited by llama-3.1 §2: 812 000 000 users
      facts/acme.yaml:3:18: 812 000 000 users: "812_000_000"
      policies/llama.clause:3:10: this clause applies: "platform"
      policies/llama.clause:6:34: the limit: "700M"
      policies/llama.clause:7:12: no exception: 'not actor.has_license_from "Meta"'
      help: ask Meta for a license and state it under `actor.licenses`, or choose a model whose license has no limit on users
    "#);
}

#[test]
fn color_is_what_the_look_says() {
    let (sources, diagnostic) = breach();
    let colored = render(
        &diagnostic,
        &sources,
        &Look {
            color: true,
            ..WIDE
        },
    );
    let mut shown = String::new();
    for (at, part) in colored.split('\u{1b}').enumerate() {
        let text = if at == 0 {
            part
        } else {
            part.split_once('m').expect("an escape ends").1
        };
        shown.push_str(text);
    }
    assert!(colored.contains("\u{1b}[31m"));
    assert_eq!(shown, render(&diagnostic, &sources, &WIDE));
}

#[test]
fn a_warning_says_so() {
    let mut sources = Sources::new();
    let id = sources.add("a.clause", "permit use\npermit use\n");
    let warning = Diagnostic::warning(Code::Clash, "the second `permit use` says nothing new")
        .at(Span::new(id, 11, 21), "");
    assert_snapshot!(render(&warning, &sources, &WIDE), @r"
    warning[clash]

      ⚠ the second `permit use` says nothing new
       ╭─[a.clause:2:1]
     1 │ permit use
     2 │ permit use
       · ──────────
       ╰────
    ");
}

#[test]
fn a_message_without_a_place_has_no_drawing() {
    let message = Diagnostic::error(Code::Unreadable, "`facts.yaml` cannot be read")
        .and(Span::NOWHERE, "said nowhere")
        .at(Span::new(SourceId(7), 0, 4), "in no text");
    assert_snapshot!(render(&message, &Sources::new(), &WIDE), @r"
    error[unreadable]

      × `facts.yaml` cannot be read
    ");
    assert_snapshot!(render(&message, &Sources::new(), &PLAIN), @r"error[unreadable]: `facts.yaml` cannot be read");
}

#[test]
fn a_line_of_a_million_bytes_is_cut() {
    let mut text = "{\"a\":1},".repeat(130_000);
    let at = text.len();
    text.push_str("{\"users\":812000000},");
    text.push_str(&"{\"b\":2},".repeat(10));
    let far = text.len();
    text.push_str("{\"users\":9}]");
    let mut sources = Sources::new();
    let id = sources.add("min.json", text);
    let diagnostic = Diagnostic::error(Code::Breached, "too many users")
        .at(Span::new(id, at + 9, at + 18), "812 million")
        .and(Span::new(id, far + 9, far + 10), "fine")
        .and(Span::new(id, 0, 7), "the first")
        .and(Span::new(id, 400_000, 500_000), "a hundred thousand bytes");
    let before = Instant::now();
    assert_snapshot!(render(&diagnostic, &sources, &WIDE), @r#"
    error[breached]

      × too many users
       ╭─[min.json:1:1]
     1 │ {"a":1},{"a":1},{"…1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{…
       · ───┬───                       ────────────────────────────┬────────────────────────────
       ·    │                                                      ╰── a hundred thousand bytes
       ·    ╰── the first
       ╰────
       ╭─[min.json:1:1040010]
     1 │ …a":1},{"a":1},{"users":812000000},{"b":2},{"b":2},{"b":…b":2},{"b":2},{"users":9}]
       ·                         ────┬────                                               ┬
       ·                             │                                                   ╰── fine
       ·                             ╰── 812 million
       ╰────
    "#);
    assert_snapshot!(render(&diagnostic, &sources, &PLAIN), @r#"
    error[breached]: too many users
      min.json:1:1040010: 812 million: "812000000"
      min.json:1:1040110: fine: "9"
      min.json:1:1: the first: '{"a":1}'
      min.json:1:400001: a hundred thousand bytes: '{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},{"a":1},…'
    "#);
    assert!(
        before.elapsed() < Duration::from_secs(2),
        "{:?}",
        before.elapsed()
    );
}

#[test]
fn an_empty_file_can_be_pointed_at() {
    assert_snapshot!(drawn("", 0..0, "nothing is stated here"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:1:1]
     1 │
       · ┬
       · ╰── nothing is stated here
       ╰────
    ");
    assert_snapshot!(drawn("\n\n", 2..2, "nothing is stated here"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:1:1]
     1 │
       · ┬
       · ╰── nothing is stated here
     2 │
       ╰────
    ");
    let (sources, diagnostic) = one("", 0..0, "nothing is stated here");
    assert_snapshot!(render(&diagnostic, &sources, &PLAIN), @r"
    error[facts-syntax]: this is odd
      facts.yaml:1:1: nothing is stated here
    ");
}

#[test]
fn the_end_of_a_file_is_after_its_last_word() {
    assert_snapshot!(drawn("a: 1\nlast: [", 12..12, "`[` is never closed"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:2:8]
     1 │ a: 1
     2 │ last: [
       ·        ┬
       ·        ╰── `[` is never closed
       ╰────
    ");
    assert_snapshot!(drawn("a: 1\nlast: [  \n\n", 16..16, "`[` is never closed"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:2:8]
     1 │ a: 1
     2 │ last: [
       ·        ┬
       ·        ╰── `[` is never closed
     3 │
       ╰────
    ");
}

#[test]
fn an_empty_place_is_one_column_wide() {
    assert_snapshot!(drawn("a b\nc\n", 1..1, "here"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:1:2]
     1 │ a b
       ·  ┬
       ·  ╰── here
     2 │ c
       ╰────
    ");
    assert_snapshot!(drawn("a b\nc\n", 3..3, "at the end of the line"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:1:4]
     1 │ a b
       ·    ┬
       ·    ╰── at the end of the line
     2 │ c
       ╰────
    ");
}

#[test]
fn a_place_past_the_end_is_pulled_back() {
    assert_snapshot!(drawn("a: 1\n", 900..1000, "far away"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:1:5]
     1 │ a: 1
       ·     ┬
       ·     ╰── far away
       ╰────
    ");
    assert_snapshot!(drawn("a: 1\n", 3..1000, "and on"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:1:4]
     1 │ a: 1
       ·    ┬
       ·    ╰── and on
       ╰────
    ");
    let (sources, diagnostic) = one("日本", 1..4, "inside of characters");
    assert_snapshot!(render(&diagnostic, &sources, &PLAIN), @r#"
    error[facts-syntax]: this is odd
      facts.yaml:1:1: inside of characters: "日本"
    "#);
}

#[test]
fn no_text_can_steer_the_terminal() {
    let text = "a: \u{1b}[31mred\u{7}\u{202e}gnp\u{200b}\r \u{9b}x\nb: 2";
    let mut sources = Sources::new();
    let id = sources.add("evil\u{1b}]0;\n.yaml", text);
    let diagnostic = Diagnostic::error(Code::Syntax, "not `\u{1b}[2J`\nerror: forged")
        .at(of(&sources, id, "red"), "the \u{202e}word\u{1b}")
        .and(of(&sources, id, "gnp"), "after it")
        .help("remove `\u{1b}`\nthen try again");
    assert_snapshot!(render(&diagnostic, &sources, &WIDE), @r"
    error[syntax]

      × not `␛[2J`␊error: forged
       ╭─[evil␛]0;␊.yaml:1:9]
     1 │ a: ␛[31mred␇<U+202E>gnp<U+200B>␍ <U+009B>x
       ·         ─┬─         ─┬─
       ·          │           ╰── after it
       ·          ╰── the <U+202E>word␛
     2 │ b: 2
       ╰────
      help: remove `␛`
            then try again
    ");
    assert_snapshot!(render(&diagnostic, &sources, &NARROW), @r"
    error[syntax]

      x not `<U+001B>[2J`<U+000A>error: forged
       ,-[evil<U+001B>]0;<U+000A>.yaml:1:9]
     1 | a: <U+001B>[31mred<U+0007><U+202E>gnp<U+200B>...
       :                ^|^                ^|^
       :                 |                  `-- after it
       :                 `-- the <U+202E>word<U+001B>
     2 | b: 2
       `----
      help: remove `<U+001B>`
            then try again
    ");
    assert_snapshot!(render(&diagnostic, &sources, &PLAIN), @r#"
    error[syntax]: not `␛[2J`␊error: forged
      evil␛]0;␊.yaml:1:9: the <U+202E>word␛: "red"
      evil␛]0;␊.yaml:1:14: after it: "gnp"
      help: remove `␛`
            then try again
    "#);
}

#[test]
fn wide_characters_keep_their_columns() {
    let text = "name: 株式会社 🦙 llama\n";
    let at = text.find("llama").expect("the text has a llama");
    assert_snapshot!(drawn(text, at..at + 5, "a llama"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:1:14]
     1 │ name: 株式会社 🦙 llama
       ·                   ──┬──
       ·                     ╰── a llama
       ╰────
    ");
    assert_snapshot!(drawn(text, 6..18, "a company"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:1:7]
     1 │ name: 株式会社 🦙 llama
       ·       ────┬───
       ·           ╰── a company
       ╰────
    ");
}

#[test]
fn windows_line_ends_are_line_ends() {
    assert_snapshot!(drawn("a: 1\r\nb: 2\r\nc: 3\r\n", 9..10, "two"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:2:4]
     1 │ a: 1
     2 │ b: 2
       ·    ┬
       ·    ╰── two
     3 │ c: 3
       ╰────
    ");
    assert_snapshot!(drawn("a: 1\r\nb: 2\r\n", 4..6, "the line end"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:1:5]
     1 │ a: 1
       ·     ┬
       ·     ╰── the line end
     2 │ b: 2
       ╰────
    ");
}

#[test]
fn tabs_are_blanks() {
    assert_snapshot!(drawn("a:\n\tb:\tc\n", 7..8, "a tab before"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:2:5]
     1 │ a:
     2 │     b:  c
       ·         ┬
       ·         ╰── a tab before
       ╰────
    ");
}

#[test]
fn a_byte_order_mark_is_not_in_the_way() {
    assert_snapshot!(drawn("\u{feff}a: 1\n", 3..4, "the first key"), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:1:2]
     1 │ a: 1
       · ┬
       · ╰── the first key
       ╰────
    ");
}

#[test]
fn three_hundred_labels_are_drawn() {
    let text: String = (0..300)
        .map(|n| format!("key_{n}: {n}\nother: 1\n\n\n\n"))
        .collect();
    let mut sources = Sources::new();
    let id = sources.add("facts.yaml", text);
    let mut diagnostic = Diagnostic::error(Code::UnknownFact, "nobody asks for these");
    for n in 0..300 {
        let span = of(&sources, id, &format!("key_{n}:"));
        diagnostic = diagnostic.and(span, format!("fact {n}"));
    }
    let before = Instant::now();
    let drawn = render(&diagnostic, &sources, &WIDE);
    assert!(
        before.elapsed() < Duration::from_secs(5),
        "{:?}",
        before.elapsed()
    );
    assert_eq!(drawn.matches("fact ").count(), 300);
    assert!(drawn.contains("[facts.yaml:1496:1]"), "{drawn}");

    let mut sources = Sources::new();
    let id = sources.add("min.json", "[0],".repeat(300));
    let mut diagnostic = Diagnostic::error(Code::UnknownFact, "nobody asks for these");
    for n in 0..300 {
        diagnostic = diagnostic.and(Span::new(id, n * 4, n * 4 + 3), format!("fact {n}"));
    }
    let drawn = render(&diagnostic, &sources, &WIDE);
    assert_eq!(drawn.matches("fact ").count(), 300);
    assert!(
        drawn.lines().all(|line| line.chars().count() <= 120),
        "{drawn}"
    );
}

#[test]
fn near_lines_are_one_drawing_and_far_lines_are_two() {
    let text = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7\nh: 8\ni: 9\n";
    let mut sources = Sources::new();
    let id = sources.add("facts.yaml", text);
    let diagnostic = Diagnostic::error(Code::DuplicateKey, "three places")
        .at(of(&sources, id, "h"), "far")
        .and(of(&sources, id, "c"), "near")
        .and(of(&sources, id, "a"), "first");
    assert_snapshot!(render(&diagnostic, &sources, &WIDE), @r"
    error[duplicate-key]

      × three places
       ╭─[facts.yaml:1:1]
     1 │ a: 1
       · ┬
       · ╰── first
     2 │ b: 2
     3 │ c: 3
       · ┬
       · ╰── near
     4 │ d: 4
       ╰────
       ╭─[facts.yaml:8:1]
     7 │ g: 7
     8 │ h: 8
       · ┬
       · ╰── far
     9 │ i: 9
       ╰────
    ");
}

#[test]
fn a_label_over_a_few_lines_is_drawn_whole() {
    let end = POLICY.find("\n       and").expect("the policy goes on");
    let start = POLICY.find("prohibit").expect("the policy prohibits");
    assert_snapshot!(drawn(POLICY, start..end, "this prohibition"), @r#"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:5:5]
     4 │         applies when actor.kind == company
     5 │ ╭─▶     prohibit use
     6 │ ├─▶       when actor.monthly_users > 700M
       · ╰──── this prohibition
     7 │            and not actor.has_license_from "Meta"
       ╰────
    "#);
}

#[test]
fn a_label_over_many_lines_shows_its_first() {
    let start = POLICY.find("clause").expect("the policy has a clause");
    assert_snapshot!(drawn(POLICY, start..POLICY.len(), "this clause"), @r#"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:3:3]
     2 │ license "llama-3.1" {
     3 │   clause platform "§2 Additional Commercial Terms" {
       ·   ─────────────────────────┬────────────────────────
       ·                            ╰── this clause
     4 │     applies when actor.kind == company
       ╰────
    "#);
}

#[test]
fn labels_on_one_another_are_laid_side_by_side() {
    let mut sources = Sources::new();
    let id = sources.add("a.clause", "when users > 700M and region = eu\n");
    let whole = of(&sources, id, "users > 700M");
    let diagnostic = Diagnostic::error(Code::WrongKind, "kinds that do not fit")
        .at(whole, "this comparison")
        .and(whole, "is never true")
        .and(
            of(&sources, id, "users > 700M and region = eu"),
            "this condition",
        )
        .and(of(&sources, id, "700M"), "a number")
        .and(of(&sources, id, "eu"), "");
    assert_snapshot!(render(&diagnostic, &sources, &WIDE), @r"
    error[wrong-kind]

      × kinds that do not fit
       ╭─[a.clause:1:6]
     1 │ when users > 700M and region = eu
       ·      ───┬─── ──┬─ ──────┬───── ──
       ·         │      │        ╰── this condition
       ·         │      ╰── a number
       ·         ╰─┤ this comparison
       ·           │ is never true
       ╰────
    ");
}

#[test]
fn long_labels_are_wrapped() {
    let label = "the license of this model was replaced on 2024-07-23 by a text that asks companies with more than 700 000 000 users for a license of their own";
    assert_snapshot!(drawn("a: 1\nmodel: x\n", 12..13, label), @r"
    error[facts-syntax]

      × this is odd
       ╭─[facts.yaml:2:8]
     1 │ a: 1
     2 │ model: x
       ·        ┬
       ·        ╰─┤ the license of this model was replaced on 2024-07-23 by a text that asks
       ·          │ companies with more than 700 000 000 users for a license of their own
       ╰────
    ");
}

#[test]
fn rows_carry_lines_and_columns() {
    let (sources, diagnostic) = breach();
    let rows: Vec<Placed> = diagnostic
        .labels
        .iter()
        .filter_map(|l| placed(l, &sources))
        .collect();
    let row = serde_json::to_string(&rows[3]).expect("a row of words and numbers is JSON");
    assert_snapshot!(row, @r#"{"file":"facts/acme.yaml","line":3,"column":18,"end_line":3,"end_column":29,"text":"812 000 000 users","primary":true}"#);
    let (sources, diagnostic) = one("é: [", 90..95, "open");
    let row = placed(&diagnostic.labels[0], &sources).expect("the place is in the text");
    assert_eq!(
        (row.line, row.column, row.end_line, row.end_column),
        (1, 5, 1, 5)
    );
    let mut nowhere = diagnostic.labels[0].clone();
    nowhere.span = Span::NOWHERE;
    assert_eq!(placed(&nowhere, &sources), None);
}

/// Texts with everything in them that ever went wrong.
fn odd_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z:\\[\\] ]{0,12}",
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\t\r".to_owned()),
        Just("\u{1b}[31m\u{202e}\u{feff}".to_owned()),
        Just("値🦙👩\u{200d}💻e\u{301}".to_owned()),
        Just("{\"a\":1},".repeat(40)),
        ".{0,8}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Labels: a text's number, two bytes, the words, and whether it is primary.
type Pointed = (u32, usize, usize, String, bool);

fn pointed() -> impl Strategy<Value = Vec<Pointed>> {
    prop::collection::vec(
        (
            0..3_u32,
            0..400_usize,
            0..60_usize,
            "[a-z\n ]{0,60}",
            any::<bool>(),
        ),
        0..12,
    )
}

proptest! {
    #[test]
    fn any_place_in_any_text_is_drawn(
        texts in (odd_text(), odd_text()),
        labels in pointed(),
        width in 0..200_usize,
    ) {
        let mut sources = Sources::new();
        sources.add("one.yaml", texts.0);
        sources.add("two.clause", texts.1);
        let mut diagnostic = Diagnostic::error(Code::Syntax, "this is odd");
        for (n, (id, start, length, text, primary)) in labels.iter().enumerate() {
            let span = Span::new(SourceId(*id), *start, start + length);
            diagnostic = diagnostic.and(span, format!("§{n}§ {text}"));
            diagnostic.labels.last_mut().expect("one was added").primary = *primary;
        }
        let inside = labels.iter().filter(|(id, ..)| *id < 2).count();
        for (unicode, plain) in [(true, false), (false, false), (true, true)] {
            let look = Look { width, unicode, plain, color: false };
            let drawn = render(&diagnostic, &sources, &look);
            prop_assert!(!drawn.chars().any(|c| c != '\n' && c.is_control()), "{drawn}");
            prop_assert!(!drawn.contains("Failed to read"), "{drawn}");
            prop_assert!(drawn.lines().all(|line| line.chars().count() < 400), "{drawn}");
            for (n, (id, ..)) in labels.iter().enumerate() {
                prop_assert_eq!(drawn.contains(&format!("§{n}§")), *id < 2, "{}", drawn);
            }
            if plain {
                prop_assert_eq!(drawn.matches(".yaml:").count() + drawn.matches(".clause:").count(), inside);
            }
        }
    }
}
