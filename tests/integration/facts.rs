//! Facts texts: trees, places, faults and limits.

use std::time::{Duration, Instant};

use clausula::diagnostic::{Code, Diagnostic};
use clausula::facts::{Entry, Format, Limits, Map, Node, Tree, parse};
use clausula::source::{SourceId, Span};
use proptest::prelude::*;

const HERE: SourceId = SourceId(7);

fn read(text: &str, format: Format) -> Result<Vec<Node>, Vec<Diagnostic>> {
    checked(text, format, &Limits::default())
}

/// Parses, and checks what holds for every text: places lie inside it and on whole characters,
/// faults are in order and have code, label and help.
fn checked(text: &str, format: Format, limits: &Limits) -> Result<Vec<Node>, Vec<Diagnostic>> {
    let result = parse(HERE, text, format, limits);
    match &result {
        Ok(nodes) => nodes.iter().for_each(|node| inside(text, node)),
        Err(faults) => {
            assert!(!faults.is_empty());
            assert!(faults.is_sorted_by_key(Diagnostic::place));
            for fault in faults {
                assert!(fault.help.is_some(), "{fault:?}");
                assert!(!fault.labels.is_empty(), "{fault:?}");
                assert!(!fault.message.ends_with('.'), "{fault:?}");
                for label in &fault.labels {
                    assert!(!label.text.is_empty(), "{fault:?}");
                    whole(text, label.span);
                    let blank = text.trim().is_empty();
                    assert!(blank || label.span.start < label.span.end, "{fault:?}");
                }
            }
        }
    }
    result
}

fn whole(text: &str, span: Span) {
    assert_eq!(span.source, HERE);
    assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
}

fn inside(text: &str, node: &Node) {
    whole(text, node.span);
    node.via.iter().for_each(|via| whole(text, *via));
    match &node.value {
        Tree::List(items) => items.iter().for_each(|item| inside(text, item)),
        Tree::Map(map) => map.values().for_each(|entry| {
            whole(text, entry.key);
            inside(text, &entry.value);
        }),
        _ => {}
    }
}

fn one(text: &str, format: Format) -> Node {
    let mut nodes = read(text, format).unwrap_or_else(|faults| panic!("{text}: {faults:#?}"));
    assert_eq!(nodes.len(), 1, "{text}");
    nodes.remove(0)
}

fn map(node: &Node) -> &Map {
    match &node.value {
        Tree::Map(map) => map,
        other => panic!("not a mapping: {other:?}"),
    }
}

fn entry<'n>(node: &'n Node, path: &str) -> &'n Entry {
    let (mut node, mut found) = (node, None);
    for key in path.split('/') {
        if let (Tree::List(items), Ok(index)) = (&node.value, key.parse::<usize>()) {
            node = &items[index];
            continue;
        }
        let entry = &map(node)[key];
        node = &entry.value;
        found = Some(entry);
    }
    found.expect("a path with a key")
}

fn at<'n>(node: &'n Node, path: &str) -> &'n Node {
    path.split('/').fold(node, |node, key| match &node.value {
        Tree::List(items) => &items[key.parse::<usize>().expect("an index")],
        _ => &map(node)[key].value,
    })
}

/// Equal but for places.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Tree::List(a), Tree::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Tree::Map(a), Tree::Map(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|((x, a), (y, b))| x == y && same(&a.value, &b.value))
        }
        (a, b) => a == b,
    }
}

/// The faults of a text: code, message, and the words under each label.
fn faults(text: &str, format: Format) -> Vec<(Code, String, Vec<String>)> {
    let faults = read(text, format).expect_err(text);
    let words = |span: Span| text[span.range()].to_string();
    let row = |fault: Diagnostic| {
        let labels = fault.labels.iter().map(|label| words(label.span)).collect();
        (fault.code, fault.message, labels)
    };
    faults.into_iter().map(row).collect()
}

#[track_caller]
fn fault(text: &str, format: Format, code: Code, message: &str, labels: &[&str]) {
    let found = faults(text, format);
    let labels = labels.iter().map(|label| label.to_string()).collect();
    assert_eq!(found, [(code, message.to_string(), labels)], "{text}");
}

// ── names

#[test]
fn a_format_is_known_by_the_ending_of_the_name() {
    for (name, format) in [
        ("a.yaml", Some(Format::Yaml)),
        ("dir.json/a.YML", Some(Format::Yaml)),
        ("a.b.json", Some(Format::Json)),
        ("a.toml", Some(Format::Toml)),
        ("a.jsonl", Some(Format::JsonLines)),
        ("a.ndjson", Some(Format::JsonLines)),
        ("a.txt", None),
        ("yaml", None),
        (".yaml", None),
        ("a.json/b", None),
        ("", None),
    ] {
        assert_eq!(Format::of_name(name), format, "{name}");
    }
}

// ── places

const YAML: &str = "\
# Größe → ✓
näme: Acmé 💡 Corp
users: 700_000_000
count: 123456789012345678901234567890
quoted: 'it''s ü'
double: \"a\\u00e9\\n\"
flag: true
none: ~
empty:
list: [1, é, {k: v}]
block:
  - eins
  - zwei: 2.50
    drei: 017
indentless:
- x
- - y
text: |
  zwei
  Zeilen

last: 2026-01-31
";

#[test]
fn places_in_yaml_are_the_words_as_written() {
    let root = one(YAML, Format::Yaml);
    let said = |node: &Node| &YAML[node.span.range()];
    for (path, key, value) in [
        ("näme", "näme", "Acmé 💡 Corp"),
        ("users", "users", "700_000_000"),
        ("count", "count", "123456789012345678901234567890"),
        ("quoted", "quoted", "'it''s ü'"),
        ("double", "double", "\"a\\u00e9\\n\""),
        ("flag", "flag", "true"),
        ("none", "none", "~"),
        ("empty", "empty", "empty"),
        ("list", "list", "[1, é, {k: v}]"),
        ("list/2/k", "k", "v"),
        ("block", "block", "- eins\n  - zwei: 2.50\n    drei: 017"),
        ("block/1/zwei", "zwei", "2.50"),
        ("block/1/drei", "drei", "017"),
        ("indentless", "indentless", "- x\n- - y"),
        ("text", "text", "zwei\n  Zeilen"),
        ("last", "last", "2026-01-31"),
    ] {
        let entry = entry(&root, path);
        assert_eq!(&YAML[entry.key.range()], key);
        assert_eq!(said(&entry.value), value, "{path}");
    }
    assert_eq!(said(at(&root, "list/1")), "é");
    assert_eq!(said(at(&root, "block/0")), "eins");
    assert_eq!(said(at(&root, "block/1")), "zwei: 2.50\n    drei: 017");
    assert_eq!(said(at(&root, "indentless/1")), "- y");
    let (start, end) = (YAML.find("näme"), YAML.find("\nlast: 2026-01-31"));
    assert_eq!(root.span.start as usize, start.unwrap());
    assert_eq!(
        root.span.end as usize,
        end.unwrap() + "\nlast: 2026-01-31".len()
    );
    assert_eq!(at(&root, "quoted").value, Tree::Text("it's ü".into()));
    assert_eq!(at(&root, "double").value, Tree::Text("aé\n".into()));
    assert_eq!(at(&root, "text").value, Tree::Text("zwei\nZeilen\n".into()));
    assert_eq!(at(&root, "users").value, Tree::Text("700_000_000".into()));
    assert_eq!(at(&root, "block/1/zwei").value, Tree::Float("2.50".into()));
    assert_eq!(at(&root, "empty").value, Tree::Null);
}

#[test]
fn places_in_json_are_the_words_as_written() {
    let text = "\u{feff}{ \"nä\\u006de\": \"é\\n💡\",\n \"n\": [-1.50e3, 12345678901234567890123, true, null], \"o\": {\"ü\": {}} }\n";
    let root = one(text, Format::Json);
    let said = |span: Span| &text[span.range()];
    assert_eq!(said(root.span), text.trim_matches(['\u{feff}', '\n']));
    let name = entry(&root, "näme");
    assert_eq!(said(name.key), "\"nä\\u006de\"");
    assert_eq!(said(name.value.span), "\"é\\n💡\"");
    assert_eq!(name.value.value, Tree::Text("é\n💡".into()));
    assert_eq!(
        said(at(&root, "n").span),
        "[-1.50e3, 12345678901234567890123, true, null]"
    );
    assert_eq!(at(&root, "n/0").value, Tree::Float("-1.50e3".into()));
    assert_eq!(
        at(&root, "n/1").value,
        Tree::Int("12345678901234567890123".into())
    );
    assert_eq!(said(at(&root, "n/2").span), "true");
    assert_eq!(said(at(&root, "n/3").span), "null");
    assert_eq!(said(entry(&root, "o/ü").key), "\"ü\"");
    assert_eq!(said(at(&root, "o/ü").span), "{}");
}

#[test]
fn places_in_toml_are_the_words_as_written() {
    let text = "\u{feff}# ✓\n\"nä me\" = \"é💡\"\nn = +1_000\nh = 0xDEAD_beef\nf = 1_0.5e+1_0\nd = 2026-01-31 07:32:00Z\nl = [[1], {x = 1, y.z = 'q'}]\na.b.c = true\na.b.d = 1\n[k.l]\nm = 0b1 # c\n[[t]]\nq = 1\n\n[[t]]\nq = \"\"\"\nlang\"\"\"\n[t.u]\n";
    let root = one(text, Format::Toml);
    let said = |span: Span| &text[span.range()];
    assert_eq!(
        said(root.span),
        text.trim_start_matches("\u{feff}# ✓\n").trim_end()
    );
    for (path, key, value, tree) in [
        ("nä me", "\"nä me\"", "\"é💡\"", Tree::Text("é💡".into())),
        ("n", "n", "+1_000", Tree::Int("+1000".into())),
        ("h", "h", "0xDEAD_beef", Tree::Int("0xDEADbeef".into())),
        ("f", "f", "1_0.5e+1_0", Tree::Float("10.5e+10".into())),
        (
            "d",
            "d",
            "2026-01-31 07:32:00Z",
            Tree::Date("2026-01-31 07:32:00Z".into()),
        ),
        ("l/1/x", "x", "1", Tree::Int("1".into())),
        ("l/1/y/z", "z", "'q'", Tree::Text("q".into())),
        ("a/b/c", "c", "true", Tree::Bool(true)),
        ("k/l/m", "m", "0b1", Tree::Int("0b1".into())),
        (
            "t/1/q",
            "q",
            "\"\"\"\nlang\"\"\"",
            Tree::Text("lang".into()),
        ),
    ] {
        let entry = entry(&root, path);
        assert_eq!(said(entry.key), key);
        assert_eq!(said(entry.value.span), value);
        assert_eq!(entry.value.value, tree);
    }
    assert_eq!(said(at(&root, "l").span), "[[1], {x = 1, y.z = 'q'}]");
    assert_eq!(said(at(&root, "l/1").span), "{x = 1, y.z = 'q'}");
    assert_eq!(said(at(&root, "a").span), "a.b.c = true\na.b.d = 1");
    assert_eq!(said(at(&root, "k/l").span), "[k.l]\nm = 0b1");
    assert_eq!(said(at(&root, "t/0").span), "[[t]]\nq = 1");
    assert_eq!(
        said(at(&root, "t").span),
        "[[t]]\nq = 1\n\n[[t]]\nq = \"\"\"\nlang\"\"\""
    );
    assert_eq!(said(at(&root, "t/1/u").span), "[t.u]");
}

#[test]
fn a_byte_order_mark_is_skipped() {
    for (text, format) in [
        ("\u{feff}ä: 1\n", Format::Yaml),
        ("\u{feff}ä = 1\n", Format::Toml),
        ("\u{feff}{\"ä\": 1}", Format::Json),
        ("\u{feff}{\"ä\": 1}", Format::JsonLines),
    ] {
        let text = text.replace("ä =", "\"ä\" =");
        let root = one(&text, format);
        let entry = entry(&root, "ä");
        assert_eq!(text[entry.key.range()].trim_matches('"'), "ä");
        assert_eq!(&text[entry.value.span.range()], "1");
    }
}

// ── one tree from every format

#[test]
fn the_same_facts_give_the_same_tree_in_every_format() {
    let yaml = one(
        "deployment: demo\norganization:\n  name: Açme\n  users: 4000000\n  ratio: 0.25\n  public: true\n\
         models:\n- id: a/b\n  tags: [x, y]\n  from: []\n- id: c\n  tags: []\n  from: [{model: a/b, by: fine-tune}]\n",
        Format::Yaml,
    );
    let json = one(
        r#"{"deployment": "demo", "organization": {"name": "Açme", "users": 4000000, "ratio": 0.25, "public": true},
            "models": [{"id": "a/b", "tags": ["x", "y"], "from": []},
                       {"id": "c", "tags": [], "from": [{"model": "a/b", "by": "fine-tune"}]}]}"#,
        Format::Json,
    );
    let toml = one(
        "deployment = 'demo'\n[organization]\nname = 'Açme'\nusers = 4_000_000\nratio = 0.25\npublic = true\n\
         [[models]]\nid = 'a/b'\ntags = ['x', 'y']\nfrom = []\n\
         [[models]]\nid = 'c'\ntags = []\n[[models.from]]\nmodel = 'a/b'\nby = 'fine-tune'\n",
        Format::Toml,
    );
    assert!(same(&yaml, &json), "{yaml:#?} {json:#?}");
    assert!(same(&yaml, &toml), "{yaml:#?} {toml:#?}");
    assert!(!same(&yaml, at(&yaml, "organization")));
}

#[test]
fn json_is_yaml() {
    let text = r#"{"a": [1, -2.5, "x\"y", true, null, {}], "b\n": {"c": "😀"}}"#;
    assert!(same(&one(text, Format::Json), &one(text, Format::Yaml)));
}

#[test]
fn json_lines_are_documents_with_places_in_the_whole_text() {
    let text = "{\"ä\": 1}\r\n\n  \t\n[2]\n\"drei\"";
    let nodes = read(text, Format::JsonLines).unwrap();
    let said: Vec<_> = nodes.iter().map(|node| &text[node.span.range()]).collect();
    assert_eq!(said, ["{\"ä\": 1}", "[2]", "\"drei\""]);
    assert_eq!(read("\n\n", Format::JsonLines).unwrap(), []);
    let text = "{\"a\": }\n{\"a\": 1, \"a\": 2}\n{}\n[1\n";
    let rows = faults(text, Format::JsonLines);
    let codes: Vec<_> = rows
        .iter()
        .map(|(code, _, labels)| (*code, labels[0].as_str()))
        .collect();
    assert_eq!(
        codes,
        [
            (Code::FactsSyntax, "}"),
            (Code::DuplicateKey, "\"a\""),
            (Code::FactsSyntax, "[")
        ]
    );
}

#[test]
fn yaml_documents_come_in_order() {
    let nodes = read("a: 1\n---\n- b\n...\n---\n---\n# nothing\n", Format::Yaml).unwrap();
    assert_eq!(nodes.len(), 4);
    assert_eq!(nodes[2].value, Tree::Null);
    assert_eq!(read("", Format::Yaml).unwrap(), []);
    assert_eq!(read("# only\n", Format::Yaml).unwrap(), []);
    assert_eq!(map(&one("", Format::Toml)).len(), 0);
}

#[test]
fn words_of_older_yaml_stay_texts() {
    let root = one("[no, on, 1_000, 700M, 12:30, 2026-01-31, y]", Format::Yaml);
    let Tree::List(items) = &root.value else {
        panic!()
    };
    assert!(items.iter().all(|item| matches!(item.value, Tree::Text(_))));
    let root = one(
        "[true, FALSE, Null, ~, 0o17, .5, !!str 12, !!float 1, 'true']",
        Format::Yaml,
    );
    let Tree::List(items) = &root.value else {
        panic!()
    };
    let values: Vec<_> = items.iter().map(|item| item.value.clone()).collect();
    assert_eq!(
        values,
        [
            Tree::Bool(true),
            Tree::Bool(false),
            Tree::Null,
            Tree::Null,
            Tree::Int("0o17".into()),
            Tree::Float(".5".into()),
            Tree::Text("12".into()),
            Tree::Float("1".into()),
            Tree::Text("true".into()),
        ]
    );
}

#[test]
fn keys_are_texts() {
    let root = one(
        "1: a\ntrue: b\n2025-03: c\n'null': d\n\"<<\": e\n1.50: f\n",
        Format::Yaml,
    );
    let keys: Vec<_> = map(&root).keys().map(|key| &**key).collect();
    assert_eq!(keys, ["1", "true", "2025-03", "null", "<<", "1.50"]);
}

// ── aliases

#[test]
fn an_alias_copies_the_value_and_keeps_both_places() {
    let text = "a: &x {k: [1, é]}\nb: *x\n&n name: 5\nc: *n\nd: &s 12\n*s : e\nf: &o\n  - &i z\n  - *i\ng: *o\n";
    let root = one(text, Format::Yaml);
    let said = |span: Span| &text[span.range()];
    assert!(same(at(&root, "a"), at(&root, "b")));
    for path in ["b", "b/k", "b/k/1"] {
        assert_eq!(said(at(&root, path).via.unwrap()), "*x");
    }
    assert_eq!(said(at(&root, "b/k/1").span), "é");
    assert_eq!(at(&root, "a").via, None);
    assert_eq!(at(&root, "c").value, Tree::Text("name".into()));
    assert_eq!(said(entry(&root, "12").key), "*s");
    assert_eq!(said(at(&root, "g/1").via.unwrap()), "*o");
    assert!(same(at(&root, "f"), at(&root, "g")));
}

#[test]
fn an_alias_inside_its_own_value_is_an_error() {
    let message = "`*a` stands inside the value it repeats";
    let code = Code::FactsFeature;
    fault("&a [1, *a]", Format::Yaml, code, message, &["*a", "&a"]);
    fault(
        "x: &a\n  y: {z: *a}\n",
        Format::Yaml,
        code,
        message,
        &["*a", "&a"],
    );
}

#[test]
fn aliases_to_nothing_are_all_told() {
    let rows = faults("a: *b\nc: [*d]\n---\n- &e 1\n---\n- *e\n", Format::Yaml);
    let labels: Vec<_> = rows.iter().map(|row| row.2[0].as_str()).collect();
    assert_eq!(labels, ["*b", "*d", "*e"]);
    assert_eq!(rows[0].1, "nothing before this place is named `&b`");
}

#[test]
fn anchors_that_explode_are_stopped() {
    let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for n in 1..30 {
        let items = vec![format!("*a{}", n - 1); 9].join(",");
        text += &format!("a{n}: &a{n} [{items}]\n");
    }
    let message = "the aliases of this text copy more than 100000 values";
    fault(
        &text,
        Format::Yaml,
        Code::TooLarge,
        message,
        &["*a4", "&a4"],
    );

    let long = "x".repeat(1 << 20);
    let text = format!("- &a {long}\n{}", "- *a\n".repeat(1000));
    let message = "the aliases of this text copy more than 64 MiB of text";
    fault(&text, Format::Yaml, Code::TooLarge, message, &["*a", "&a"]);

    let mut text = String::from("- &a0 [x]\n");
    for n in 1..80 {
        text += &format!("- &a{n} [*a{}]\n", n - 1);
    }
    let message = "lists and mappings are nested more than 64 deep";
    fault(
        &text,
        Format::Yaml,
        Code::TooLarge,
        message,
        &["*a62", "&a62"],
    );
}

// ── faults

#[test]
fn a_key_given_twice_is_told_with_both_places() {
    let code = Code::DuplicateKey;
    let message = "`a` is given twice";
    fault(
        "a: 1\nb: 2\n'a': 3\n",
        Format::Yaml,
        code,
        message,
        &["'a'", "a"],
    );
    fault(
        "{\"a\": 1, \"\\u0061\": 2}",
        Format::Json,
        code,
        message,
        &["\"\\u0061\"", "\"a\""],
    );
    let rows = faults(
        "ü: {x: 1, x: 2}\ny: 1\nz:\n- y: 1\n  y: 2\ny: 3\n",
        Format::Yaml,
    );
    assert_eq!(rows.len(), 3);
    for (text, name, first) in [
        ("a = 1\na = 2\n", "a", "a"),
        ("\"a\" = 1\na = 2\n", "a", "\"a\""),
        ("[a]\n[b]\n[a]\n", "a", "a"),
        ("[t.a]\nx = 1\nx = 2\n", "x", "x"),
        ("c = {a = 1, b = 2, a = 3}\n", "a", "a"),
        ("[[l]]\na = 1\n[[l]]\na = 1\na = 2\n", "a", "a"),
        ("l = [{a = 1}, {a = 1, a = 2}]\n", "a", "a"),
        ("a = 1\n[a]\n", "a", "a"),
    ] {
        let rows = faults(text, Format::Toml);
        let message = format!("`{name}` is given twice");
        let labels = vec![name.to_string(), first.to_string()];
        assert_eq!(rows, [(code, message, labels)], "{text}");
    }
    let found = read("[[l]]\na = 1\n[[l]]\na = 1\na = 2\n", Format::Toml).unwrap_err();
    assert_eq!(found[0].labels[1].span.start, 18);
    let message = "`a` has a value already and cannot hold keys";
    fault("a = 1\na.b = 2\n", Format::Toml, code, message, &["a", "a"]);
}

#[test]
fn features_of_yaml_that_are_refused() {
    let code = Code::FactsFeature;
    let merge = "`<<` does not merge mappings in YAML 1.2";
    fault(
        "a: &a {x: 1}\nb:\n  <<: *a\n",
        Format::Yaml,
        code,
        merge,
        &["<<"],
    );
    let tag = "the tag `!secret` has no meaning here";
    fault("a: !secret x\n", Format::Yaml, code, tag, &["!secret"]);
    let tag = "the tag `!!set` has no meaning here";
    fault("!!set {x, y}\n", Format::Yaml, code, tag, &["!!set"]);
    let tag = "`abc` is not what the tag `!!int` says";
    fault("a: !!int abc\n", Format::Yaml, code, tag, &["!!int", "abc"]);
    let tag = "the tag `!!map` does not fit what follows";
    fault("a: !!map [1]\n", Format::Yaml, code, tag, &["!!map"]);
    let key = "a list or mapping stands as a key";
    fault(
        "? [a, {b: c}]\n: 1\nd: 2\n",
        Format::Yaml,
        code,
        key,
        &["["],
    );
    fault("a: &x [1]\n*x : 2\n", Format::Yaml, code, key, &["*x"]);
    let key = "a key is empty";
    fault("~: 1\n", Format::Yaml, code, key, &["~"]);
    fault("a: {null: 1}\n", Format::Yaml, code, key, &["null"]);
    fault(": 1\n", Format::Yaml, code, key, &[":"]);
    let version = "the text says it is YAML 1.1, and only 1.2 is read";
    fault(
        "%YAML 1.1\n---\na: yes\n",
        Format::Yaml,
        code,
        version,
        &["%YAML 1.1"],
    );
    let version = "the text says it is YAML 2.0, and only 1.2 is read";
    fault(
        "%YAML 2.0\n---\na: yes\n",
        Format::Yaml,
        code,
        version,
        &["%YAML 2.0"],
    );
    assert!(read("%YAML 1.2\n---\na: yes\n", Format::Yaml).is_ok());
}

#[test]
fn syntax_of_yaml_has_our_words() {
    for (text, message, label) in [
        ("a: [1, 2\n", "the bracket `[` is never closed", "["),
        ("a: {x: 1]\n", "the bracket `{` is closed by `]`", "{"),
        ("a: ]\n", "a bracket is closed that was never opened", "]"),
        ("a: 'x", "a quoted text is never closed", "'"),
        (
            "a: b: c\n",
            "a colon makes a key here, where no key can stand",
            ":",
        ),
        ("a:\n\tb: 1\n", "a tab is used for indentation", "\t"),
        ("a: @x\n", "a value cannot begin with `@`", "@"),
        (
            "a: \"\\q\"\n",
            "a quoted text holds a backslash without meaning",
            "\"",
        ),
        (
            "- a\nb: 1\n",
            "a list goes on with something that is not an entry",
            "b",
        ),
        (
            "a:\n  b: 1\n c: 2\n",
            "this line does not stand as far in as the keys before it",
            "c",
        ),
        ("[a, , b]\n", "a value is missing", ","),
        ("a: 'x' y\n", "something follows a quoted text", "y"),
        ("a: 1\nb\n", "a line of this mapping has no colon", "b"),
        ("a: [1 2\n---\n", "the bracket `[` is never closed", "["),
    ] {
        let code = Code::FactsSyntax;
        fault(text, Format::Yaml, code, message, &[label]);
    }
}

#[test]
fn syntax_faults_of_several_documents_are_all_told() {
    let rows = faults(
        "a: [1\n---\nb: {x\n---\nc: 1\nc: 2\n---\nd: 'e\n---\nok: 1\n",
        Format::Yaml,
    );
    let codes: Vec<_> = rows.iter().map(|row| row.0).collect();
    let syntax = Code::FactsSyntax;
    assert_eq!(codes, [syntax, syntax, Code::DuplicateKey, syntax]);
}

#[test]
fn syntax_of_json_has_our_words() {
    for (text, message, label) in [
        ("{\"a\": 1,}", "a comma has no value beside it", ","),
        ("{\"a\" 1}", "a colon is missing after a key", "1"),
        ("{a: 1}", "a key must be a text in double quotes", "a"),
        ("{'a': 1}", "JSON has no single quotes", "'"),
        ("[1 2]", "a comma is missing", "[1"),
        ("[1, 2", "a list is never closed", "["),
        ("{\"a\": 1", "a mapping is never closed", "{"),
        ("[\"abc", "a text in quotes is never closed", "\""),
        ("{} {}", "something follows the end of the JSON value", "{"),
        (
            "[tru]",
            "a word is neither `true`, `false`, `null`, a number nor in quotes",
            "tru",
        ),
        ("// x\n{}", "JSON has no comments", "// x"),
        (
            "[\"a\nb\"]",
            "a text in quotes holds a line break or control character",
            "[\"a",
        ),
        (
            "[1,\u{a0}2]",
            "an invisible character stands between values",
            "\u{a0}",
        ),
        (
            "[\"\\ud800\"]",
            "a text in quotes holds an escape without meaning",
            "\\ud800\"",
        ),
        (
            "[\"\\q\"]",
            "a text in quotes holds an escape without meaning",
            "\\q",
        ),
        ("", "the text holds no JSON value", ""),
    ] {
        let found = faults(text, Format::Json);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].0, found[0].1.as_str()),
            (Code::FactsSyntax, message),
            "{text}"
        );
        assert_eq!(found[0].2, [label], "{text}");
    }
    for text in [
        "[01]", "[+1]", "[0x1]", "[.5]", "[1.]", "[NaN]", "[-]", "[1e]", "[,1]", "[1]]",
        "{\"a\":}", "\u{c}1",
    ] {
        assert_eq!(faults(text, Format::Json)[0].0, Code::FactsSyntax, "{text}");
    }
}

#[test]
fn toml_tells_several_faults_at_once() {
    let text = "a = 01\nb = \nc\nd = 1 2\ne = \"x\nf = abc\ng = [1 2]\n[h\ni = 2026-13-01\na = 1\n";
    let rows = faults(text, Format::Toml);
    let messages: Vec<_> = rows.iter().map(|row| row.1.as_str()).collect();
    assert!(
        rows.iter().all(|row| row.0 == Code::FactsSyntax),
        "{rows:?}"
    );
    assert!(messages.len() >= 4, "{messages:#?}");
    assert!(!messages.contains(&"this is not TOML"), "{rows:#?}");
}

// ── limits

#[test]
fn deep_nesting_is_refused_at_the_limit() {
    let message = "lists and mappings are nested more than 64 deep";
    let n = 100_000;
    let dots = vec!["a"; n].join(".");
    let steps: String = (0..2_000)
        .map(|n| format!("{}a:\n", " ".repeat(n)))
        .collect();
    for (text, format) in [
        ("[".repeat(n), Format::Json),
        ("{\"a\":".repeat(n), Format::Json),
        (format!("{}{}", "[".repeat(n), "]".repeat(n)), Format::Json),
        ("[".repeat(n), Format::JsonLines),
        ("[".repeat(n), Format::Yaml),
        ("{a: ".repeat(n), Format::Yaml),
        ("- ".repeat(n), Format::Yaml),
        ("? ".repeat(n), Format::Yaml),
        (steps, Format::Yaml),
        (
            format!("a = {}{}", "[".repeat(n), "]".repeat(n)),
            Format::Toml,
        ),
        (format!("a = {}", "{a = ".repeat(n)), Format::Toml),
        (format!("{dots} = 1"), Format::Toml),
        (format!("[{dots}]"), Format::Toml),
        (format!("[[{dots}]]"), Format::Toml),
        (format!("a = [{{ {dots} = 1 }}]"), Format::Toml),
    ] {
        let found = read(&text, format).unwrap_err();
        let short = &text[..20];
        if !text.starts_with("? ") {
            assert_eq!(found.len(), 1, "{format:?} {short}");
            assert_eq!(
                (found[0].code, found[0].message.as_str()),
                (Code::TooLarge, message)
            );
        }
    }
}

#[test]
fn the_depth_that_is_allowed_is_the_same_everywhere() {
    let deep = |n: usize| {
        let lists = format!("{}{}", "[".repeat(n), "]".repeat(n));
        let tables = vec!["a"; n].join(".");
        let blocks: String = (0..n).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
        let half = format!(
            "{}{}{}",
            "- ".repeat(n / 2),
            "[".repeat(n - n / 2),
            "]".repeat(n - n / 2)
        );
        [
            (lists.clone(), Format::Json),
            (lists.clone(), Format::Yaml),
            (blocks, Format::Yaml),
            ("- ".repeat(n), Format::Yaml),
            (half, Format::Yaml),
            (format!("a = {}", &lists[1..lists.len() - 1]), Format::Toml),
            (format!("{tables} = 1"), Format::Toml),
        ]
    };
    for limit in [2, 64, 70] {
        let limits = Limits {
            depth: limit,
            ..Limits::default()
        };
        for (text, format) in deep(limit) {
            assert!(
                checked(&text, format, &limits).is_ok(),
                "{limit} {format:?} {text}"
            );
        }
        for (text, format) in deep(limit + 1) {
            let found = checked(&text, format, &limits).unwrap_err();
            assert_eq!(found[0].code, Code::TooLarge, "{limit} {format:?} {text}");
        }
    }
    let wide = Limits {
        depth: usize::MAX,
        ..Limits::default()
    };
    for (text, format) in deep(256) {
        let _ = checked(&text, format, &wide);
    }
    for (text, format) in deep(100_000) {
        if text.len() < 1 << 21 {
            assert!(checked(&text, format, &wide).is_err());
        }
    }
}

#[test]
fn long_texts_and_scalars_are_refused() {
    let long = "x".repeat(100 << 20);
    let limits = Limits {
        bytes: 10 << 20,
        ..Limits::default()
    };
    for format in [Format::Yaml, Format::Json, Format::Toml, Format::JsonLines] {
        let found = checked(&long, format, &limits).unwrap_err();
        assert_eq!(found[0].message, "the text is larger than 10 MiB");
        assert_eq!(found[0].code, Code::TooLarge);
    }
    let word = &long[..200_000];
    let limits = Limits {
        scalar: 100_000,
        ..Limits::default()
    };
    for (text, format) in [
        (format!("a: {word}\nb: 1\n"), Format::Yaml),
        (format!("? {word}\n: 1\nb: 1\n"), Format::Yaml),
        (format!("{{\"a\": \"{word}\"}}"), Format::Json),
        (format!("{{\"{word}\": 1}}"), Format::Json),
        (format!("a = '{word}'"), Format::Toml),
        (format!("'{word}' = 1"), Format::Toml),
        (format!("a = {}", "1".repeat(200_000)), Format::Toml),
    ] {
        let found = checked(&text, format, &limits).unwrap_err();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "one value is larger than 100000 bytes");
        assert!(found[0].labels[0].span.end - found[0].labels[0].span.start <= 40);
    }
}

#[test]
fn a_long_scalar_of_json_is_refused_soon() {
    let text = format!("\"{}\"", "x".repeat(100 << 20));
    let limits = Limits {
        bytes: 200 << 20,
        ..Limits::default()
    };
    let started = Instant::now();
    let found = checked(&text, Format::Json, &limits).unwrap_err();
    assert_eq!(found[0].message, "one value is larger than 1 MiB");
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn many_values_are_refused() {
    let limits = Limits {
        nodes: 1_000,
        ..Limits::default()
    };
    let items = |n: usize| vec!["1"; n].join(",");
    let rows = |n: usize, row: &str| row.repeat(n);
    for (few, many, format) in [
        (
            format!("[{}]", items(999)),
            format!("[{}]", items(1_000)),
            Format::Json,
        ),
        (rows(1_000, "{}\n"), rows(1_001, "{}\n"), Format::JsonLines),
        (
            format!("[{}]", items(999)),
            format!("[{}]", items(1_000)),
            Format::Yaml,
        ),
        (rows(999, "- a\n"), rows(1_000, "- a\n"), Format::Yaml),
        (
            rows(500, "---\n- a\n"),
            rows(501, "---\n- a\n"),
            Format::Yaml,
        ),
        (
            format!("a=[{}]", items(998)),
            format!("a=[{}]", items(1_001)),
            Format::Toml,
        ),
        (rows(499, "[[a]]\n"), rows(1_001, "[[a]]\n"), Format::Toml),
    ] {
        assert!(checked(&few, format, &limits).is_ok(), "{format:?}");
        let found = checked(&many, format, &limits).unwrap_err();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "the text holds more than 1000 values");
        assert_eq!(found[0].code, Code::TooLarge);
    }
    let limits = Limits {
        alias_nodes: 100,
        ..Limits::default()
    };
    let found = checked(&"- &a 1\n".repeat(200), Format::Yaml, &limits).unwrap_err();
    assert_eq!(found[0].message, "the text has more than 100 anchors");
}

#[test]
fn faults_are_counted_to_a_thousand() {
    let text = "a: [\n---\n".repeat(5_000);
    let found = read(&text, Format::Yaml).unwrap_err();
    assert_eq!(found.len(), 1_001);
    assert_eq!(
        found[1_000].message,
        "the text has more than 1000 faults; the rest is not told"
    );
    assert_eq!(
        read(&"[\n".repeat(5_000), Format::JsonLines)
            .unwrap_err()
            .len(),
        1_001
    );
    assert_eq!(
        read(&"a=1\n".repeat(5_000), Format::Toml)
            .unwrap_err()
            .len(),
        1_001
    );
}

// ── time

/// Reading four times as much takes about four times as long, not sixteen times.
#[test]
fn time_grows_with_the_text_and_not_by_its_square() {
    type Make = fn(usize) -> String;
    let texts: &[(&str, Format, Make)] = &[
        ("flow list", Format::Yaml, |n| {
            format!("[{}]", "abc, ".repeat(n))
        }),
        ("flow list without end", Format::Yaml, |n| {
            format!("[{}", "abc, ".repeat(n))
        }),
        ("flow maps", Format::Yaml, |n| {
            format!("[{}]", "{a: 1}, ".repeat(n))
        }),
        ("flow pairs", Format::Yaml, |n| {
            format!("[{}]", "a: 1, ".repeat(n))
        }),
        ("block list", Format::Yaml, |n| "- abc\n".repeat(n)),
        ("block keys", Format::Yaml, |n| {
            (0..n).map(|n| format!("k{n}: 1\n")).collect()
        }),
        ("same keys", Format::Yaml, |n| "k: 1\n".repeat(n)),
        ("long lines", Format::Yaml, |n| {
            format!("a: {}", "b ".repeat(n))
        }),
        ("folded lines", Format::Yaml, |n| {
            format!("a: {}", "b\n  ".repeat(n))
        }),
        ("quoted lines", Format::Yaml, |n| {
            format!("a: \"{}\"", "b\n\n  ".repeat(n))
        }),
        ("open quote", Format::Yaml, |n| {
            format!("a: \"{}", "b\\n ".repeat(n))
        }),
        ("text block", Format::Yaml, |n| {
            format!("a: |\n{}", "  b\n".repeat(n))
        }),
        ("blank lines", Format::Yaml, |n| {
            format!("a:\n{}b", " \n".repeat(n))
        }),
        ("comments", Format::Yaml, |n| "# c\n".repeat(n)),
        ("documents", Format::Yaml, |n| "---\na: 1\n".repeat(n)),
        ("empty documents", Format::Yaml, |n| "---\n".repeat(n)),
        ("faulty documents", Format::Yaml, |n| {
            "---\na: ]\n".repeat(n)
        }),
        ("versions", Format::Yaml, |n| {
            "%YAML 1.1\n---\na\n...\n".repeat(n)
        }),
        ("anchors", Format::Yaml, |n| "- &a x\n".repeat(n)),
        ("names", Format::Yaml, |n| {
            (0..n).map(|n| format!("- &a{n} x\n")).collect()
        }),
        ("aliases", Format::Yaml, |n| {
            format!("- &a [x]\n{}", "- *a\n".repeat(n))
        }),
        ("lost aliases", Format::Yaml, |n| "- *a\n".repeat(n)),
        ("tags", Format::Yaml, |n| "- !!str x\n".repeat(n)),
        ("handles", Format::Yaml, |n| {
            (0..n).map(|n| format!("%TAG !a{n}! x\n")).collect()
        }),
        ("complex keys", Format::Yaml, |n| "? [a]\n: b\n".repeat(n)),
        ("colons", Format::Yaml, |n| ":".repeat(n)),
        ("stars", Format::Yaml, |n| "* ".repeat(n)),
        ("json list", Format::Json, |n| {
            format!("[{}1]", "1,".repeat(n))
        }),
        ("json keys", Format::Json, |n| {
            format!(
                "{{{}\"z\":1}}",
                (0..n).map(|n| format!("\"k{n}\":1,")).collect::<String>()
            )
        }),
        ("json quote", Format::Json, |n| {
            format!("\"{}", "\\n".repeat(n))
        }),
        ("json rows", Format::JsonLines, |n| {
            "{\"a\":[1,2]}\n".repeat(n)
        }),
        ("faulty rows", Format::JsonLines, |n| {
            "{\"a\":[1,2]\n".repeat(n)
        }),
        ("toml keys", Format::Toml, |n| {
            (0..n).map(|n| format!("k{n} = 1\n")).collect()
        }),
        ("toml tables", Format::Toml, |n| {
            (0..n).map(|n| format!("[t.k{n}]\na.b = 1\n")).collect()
        }),
        ("toml rows", Format::Toml, |n| "[[t]]\na = 1\n".repeat(n)),
        ("toml list", Format::Toml, |n| {
            format!("a = [{}]", "1, ".repeat(n))
        }),
        ("same toml keys", Format::Toml, |n| "a = 1\n".repeat(n)),
        ("toml faults", Format::Toml, |n| "=\n".repeat(n)),
        ("late tables", Format::Toml, |n| {
            let inner = (0..n).map(|n| format!("[k{n}.x]\n"));
            inner.chain((0..n).map(|n| format!("[k{n}]\n"))).collect()
        }),
    ];
    for (name, format, make) in texts {
        let time = |n: usize| {
            let text = make(n);
            let started = Instant::now();
            let _ = parse(HERE, &text, *format, &Limits::default());
            started.elapsed()
        };
        let (short, long) = (time(5_000), time(20_000));
        let bound = (short * 10).max(Duration::from_millis(1_500));
        assert!(long < bound, "{name}: {short:?}, then {long:?}");
    }
}

#[test]
fn a_list_of_a_hundred_thousand_is_read_in_seconds() {
    let text = format!("a: [{}]", "item, ".repeat(100_000));
    let started = Instant::now();
    let root = one(&text, Format::Yaml);
    let Tree::List(items) = &at(&root, "a").value else {
        panic!()
    };
    assert_eq!(items.len(), 100_000);
    assert!(
        // A guard against quadratic work (minutes), not a measurement: the machine may be busy.
        started.elapsed() < Duration::from_secs(60),
        "{:?}",
        started.elapsed()
    );
}

// ── any text

const FORMATS: [Format; 4] = [Format::Yaml, Format::Json, Format::Toml, Format::JsonLines];

const TOML: &str =
    "a = 1\n'b.c' = [1, {x = 'y'}, \"z\\n\"]\n[t.u]\nd = 2026-01-31\n[[l]]\ne.f = 1e3\n[[l]]\n";
const JSON: &str =
    "{\"a\": [1, -2.5e3, \"x\\u00e9\\n\", true, null, {}],\n \"b\": {\"c\": \"😀\"}}\n";
const ANCHORS: &str =
    "a: &x {k: [1, *y]}\nb: !!str &y 1\n? &z c\n: [*x, *z]\n<<: *x\n---\n%YAML 1.1\n";

/// Signs that mean something somewhere.
fn signs() -> impl Strategy<Value = String> {
    let signs = prop::sample::select(vec![
        "[",
        "]",
        "{",
        "}",
        ":",
        ": ",
        ",",
        "- ",
        "\n",
        "\n  ",
        "\n---\n",
        "...\n",
        "'",
        "\"",
        "'''",
        "\"\"\"",
        "\\",
        "\\u",
        "#",
        " #",
        "&a ",
        "*a",
        "!!str ",
        "!x ",
        "!<",
        "|",
        ">-\n",
        "%",
        "%YAML 1.1\n",
        "%TAG ! x\n",
        "<<",
        "? ",
        "=",
        ".",
        "a",
        "ä",
        "💡",
        "1",
        "-",
        "+",
        "e",
        "0x",
        "true",
        "null",
        "~",
        "\t",
        "\r",
        "\r\n",
        "\u{feff}",
        "\u{0}",
        "\u{a0}",
        "\u{2028}",
        "\u{85}",
        " ",
        "/*",
        "//",
        "@",
        "`",
        "[[",
        "]]",
        "2026-01-31",
        "\"a\":",
        "a: ",
        "a = ",
        "[a]\n",
        "\u{1b}",
    ]);
    prop::collection::vec(signs, 0..40).prop_map(|signs| signs.concat())
}

/// A valid text with some of its bytes replaced, removed or repeated.
fn mutations() -> impl Strategy<Value = String> {
    let texts = prop::sample::select(vec![YAML, TOML, JSON, ANCHORS]);
    let bytes = prop::sample::select(b"[]{}:,-\n '\"\\#&*!|>%?=.a1\t\r\0~<".to_vec());
    let change = (any::<prop::sample::Index>(), 0..4_usize, bytes);
    (texts, prop::collection::vec(change, 1..6)).prop_map(|(text, changes)| {
        let mut text = text.as_bytes().to_vec();
        for (index, kind, byte) in changes {
            let at = index
                .index(text.len().max(1))
                .min(text.len().saturating_sub(1));
            match kind {
                0 => text.insert(at, byte),
                1 if !text.is_empty() => drop(text.remove(at)),
                2 if !text.is_empty() => text[at] = byte,
                _ => text.extend_from_within(at.min(text.len())..),
            }
        }
        String::from_utf8_lossy(&text).into_owned()
    })
}

fn small() -> Limits {
    Limits {
        bytes: 2_000,
        depth: 5,
        nodes: 40,
        scalar: 20,
        alias_nodes: 10,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_break_the_readers(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        for format in FORMATS {
            let _ = checked(&text, format, &Limits::default());
        }
    }

    #[test]
    fn no_signs_break_the_readers(text in signs()) {
        for format in FORMATS {
            let _ = checked(&text, format, &Limits::default());
            let _ = checked(&text, format, &small());
        }
    }

    #[test]
    fn no_mutation_breaks_the_readers(text in mutations()) {
        for format in FORMATS {
            let _ = checked(&text, format, &Limits::default());
            let _ = checked(&text, format, &small());
        }
    }

    #[test]
    fn what_json_accepts_is_what_the_standard_accepts(text in mutations()) {
        let valid = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        let ours = checked(&text, Format::Json, &Limits::default());
        let features = |faults: &[Diagnostic]| faults.iter().any(|f| f.code != Code::FactsSyntax);
        prop_assert!(ours.is_ok() == valid || ours.is_err_and(|faults| features(&faults)));
    }
}
