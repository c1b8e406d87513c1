//! Facts read straight from JSON are the facts that the tree gives.

use clausula::eval::{self, Fact, State};
use clausula::facts::{self, Format, Limits};
use clausula::library;
use clausula::source::SourceId;
use clausula::value::{Kind, Period, RecordId, Schema};
use proptest::prelude::*;
use std::sync::OnceLock;

fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(library::schema)
}

fn slow(json: &str) -> Option<Fact> {
    let nodes = facts::parse(SourceId(0), json, Format::Json, &Limits::default()).ok()?;
    eval::bind(nodes.first()?, schema(), library::names()).ok()
}

fn fast(json: &str) -> Option<Fact> {
    eval::read(json, schema(), library::names())
}

/// A fact without its places.
fn plain(fact: &Fact) -> String {
    let all = |facts: &[Fact]| facts.iter().map(plain).collect::<Vec<_>>().join(", ");
    let assumed = if fact.assumed { "assumed " } else { "" };
    let state = match &fact.state {
        State::List(facts) => format!("[{}]", all(facts)),
        State::Record(facts) => format!("{{{}}}", all(facts)),
        State::Series(entries) => {
            let entries = entries
                .iter()
                .map(|(at, fact)| format!("{at}: {}", plain(fact)));
            entries.collect::<Vec<_>>().join(", ")
        }
        single => format!("{single:?}"),
    };
    format!("{assumed}{state}")
}

/// Makes JSON for a kind out of a stream of random numbers.
struct Maker<'c> {
    choices: &'c [u32],
    at: usize,
    /// One in so many values is put wrong; 0 for none.
    wrong: u32,
}

impl Maker<'_> {
    fn pick(&mut self, of: usize) -> usize {
        self.at += 1;
        let choice = self.choices[self.at % self.choices.len()];
        (choice as usize).wrapping_add(self.at) % of
    }

    fn one(&mut self, of: &[&str]) -> String {
        of[self.pick(of.len())].to_owned()
    }

    fn record(&mut self, id: RecordId) -> String {
        let record = schema().record(id);
        let mut parts = Vec::new();
        for (number, field) in record.fields.values().enumerate() {
            let is_id = record.name == "model" && number == 0;
            if !is_id && self.pick(3) == 0 {
                continue;
            }
            let value = match self.pick(9) {
                0 if !is_id && self.wrong > 0 => self.one(&["null", "\"unknown\""]),
                1 if field.or_none => "\"none\"".to_owned(),
                _ => self.value(&field.kind),
            };
            parts.push(format!("{:?} : {value}", field.name));
        }
        if self.pick(2) == 0 {
            parts.reverse();
        }
        if self.slips() {
            parts.push(self.one(&["\"weather\": 1", "\"name\": \"x\"", "\"id\": 3", ""]));
        }
        format!("{{{}}}", parts.join(",\n"))
    }

    fn slips(&mut self) -> bool {
        self.wrong > 0 && self.pick(self.wrong as usize) == 0
    }

    fn value(&mut self, kind: &Kind) -> String {
        if self.slips() {
            let wrong = [
                "1.0",
                "-3",
                "\"\"",
                "[]",
                "{}",
                "\"> 2\"",
                "true",
                "[null]",
                "99999999999999999999",
                "\"3..1\"",
                "7",
                "\"none\"",
            ];
            return self.one(&wrong);
        }
        match kind {
            Kind::Bool => self.one(&["true", "false"]),
            Kind::Count(_) => self.one(&[
                "0",
                "4000",
                "\"1.2M\"",
                "\"700M\"",
                "\"600M..800M\"",
                "\"> 700M\"",
                "\"<= 5\"",
                "-7",
            ]),
            Kind::Decimal => self.one(&["5", "\"0.5\"", "\"1..2\""]),
            Kind::Percent => self.one(&["\"12.5%\"", "\"< 3%\""]),
            Kind::Money => self.one(&["\"EUR 40M\"", "\"USD 1..USD 2\"", "\">= USD 20M\""]),
            Kind::Date => self.one(&[
                "\"2026-09-01\"",
                "\"2024-02-29\"",
                "\"> 2026-01-01\"",
                "\"2026-01-01..2026-02-01\"",
            ]),
            Kind::Month => self.one(&["\"2026-09\""]),
            Kind::Duration => self.one(&["\"30 days\""]),
            Kind::Text => self.one(&[
                "\"Built with Llama\"",
                "\"\"",
                "\"a \\u00e9 \\\"b\\\"\"",
                "\"none\"",
            ]),
            Kind::ModelName => self.one(&["\"meta-llama/Llama-4-Scout\"", "\"acme/x\"", "\"y\""]),
            Kind::LicenseName => self.one(&[
                "\"LLAMA4\"",
                "\"Apache-2.0\"",
                "\"somebody's-own\"",
                "\"gemma\"",
            ]),
            Kind::Country => self.one(&["\"DE\"", "\"US\""]),
            Kind::Territory => self.one(&["\"EU\"", "\"FR\"", "\"EEA\""]),
            Kind::Choice(id) => {
                let choices = &schema().choice(*id).choices;
                format!("{:?}", choices[self.pick(choices.len())].name)
            }
            Kind::List(inner) => {
                let single = !matches!(inner.as_ref(), Kind::Record(_));
                match self.pick(5) {
                    0 => "[]".to_owned(),
                    1 if single => self.value(inner),
                    2 => format!("[{}, null]", self.value(inner)),
                    _ => format!("[{}, {}]", self.value(inner), self.value(inner)),
                }
            }
            Kind::Record(id) => self.record(*id),
            Kind::Series(Period::Month, inner) => {
                format!(
                    "{{\"2026-10\": {}, \"2025-03\": {}}}",
                    self.value(inner),
                    self.value(inner)
                )
            }
            Kind::Series(Period::Year, inner) => format!("{{\"2025\": {}}}", self.value(inner)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn usual_facts_are_read_alike(choices in prop::collection::vec(any::<u32>(), 50..400)) {
        let json = Maker { choices: &choices, at: 0, wrong: 0 }.record(Schema::ROOT);
        let tree = slow(&json);
        prop_assert!(tree.is_some(), "{json}");
        prop_assert_eq!(fast(&json).map(|fact| plain(&fact)), tree.map(|fact| plain(&fact)));
    }

    #[test]
    fn what_the_tree_refuses_is_refused(choices in prop::collection::vec(any::<u32>(), 50..400)) {
        let json = Maker { choices: &choices, at: 0, wrong: 60 }.record(Schema::ROOT);
        if let Some(fact) = fast(&json) {
            prop_assert_eq!(Some(plain(&fact)), slow(&json).map(|fact| plain(&fact)), "{}", json);
        }
    }

    #[test]
    fn cut_and_changed_texts_are_read_alike_or_refused(
        choices in prop::collection::vec(any::<u32>(), 50..100),
        at in any::<prop::sample::Index>(),
        byte in prop::sample::select(b" \"{}[],:0a\\-".to_vec()),
    ) {
        let mut json = Maker { choices: &choices, at: 0, wrong: 0 }.record(Schema::ROOT).into_bytes();
        let at = at.index(json.len());
        json[at] = byte;
        let Ok(json) = String::from_utf8(json) else { return Ok(()) };
        if let Some(fact) = fast(&json) {
            prop_assert_eq!(Some(plain(&fact)), slow(&json).map(|fact| plain(&fact)), "{}", json);
        }
    }
}

#[test]
fn unusual_texts_are_refused() {
    for json in [
        "",
        "null",
        "[]",
        "3",
        "{} {}",
        "\u{feff}{}",
        r#"{"weather": 1}"#,
        r#"{"uses": [], "uses": []}"#,
        r#"{"models": {}}"#,
        r#"{"models": [{}]}"#,
        r#"{"models": [{"id": "unknown"}]}"#,
        r#"{"models": [{"id": "a", "license": "lama-4"}]}"#,
        r#"{"product": {"monthly-active-users": {"2026-10": 1.5}}}"#,
        r#"{"product": {"monthly-active-users": {"2026-13": 1}}}"#,
        r#"{"product": {"monthly-active-users": {"2026-10": 1, "2026-10": 1}}}"#,
        r#"{"product": {"monthly-active-users": {"2026-10": "3..1"}}}"#,
        r#"{"environment": true}"#,
        r#"{"environment": "unknown"}"#,
        r#"{"environment": null}"#,
        r#"{"models": [{"id": "a", "license": "Apache-2.0 AND MIT"}]}"#,
        r#"{"models": [{"id": "a", "license": ["gemma OR MIT"]}]}"#,
        r#"{"organization": "none"}"#,
    ] {
        assert!(fast(json).is_none(), "{json}");
    }
}

#[test]
fn a_fleet_is_cut_at_its_lines_or_elements() {
    let cut = |text: &'static str| {
        let found = eval::documents(text)?;
        Some(
            found
                .into_iter()
                .map(|range| text[range].trim())
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(cut(""), Some(vec![]));
    assert_eq!(
        cut("{}\n\n {\"a\": \"\\n\"}\r\n"),
        Some(vec!["{}", "{\"a\": \"\\n\"}"])
    );
    assert_eq!(cut(" [ ]\n"), Some(vec![]));
    assert_eq!(
        cut("[{\"a\": [1, \"],\\\"\"]}, 2 ,{}]"),
        Some(vec!["{\"a\": [1, \"],\\\"\"]}", "2", "{}"])
    );
    for broken in ["[", "[1", "[1,]", "[,1]", "[1] 2", "[}", "[\"", "[1,,2]"] {
        assert_eq!(cut(broken), None, "{broken}");
    }
}
