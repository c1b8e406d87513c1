//! The rules written by hand for the benchmark say what the engine says: whatever fact is taken out or
//! told otherwise.

#[path = "../benches/by_hand.rs"]
mod rules;

use clausula::eval::{self, Truth};
use clausula::facts::{self, Format, Limits};
use clausula::library::{self, Needed};
use clausula::scene::{Options, Ready, Stage};
use clausula::source::SourceId;
use clausula::verdict::{Verdict, quick};
use serde_json::Value;

const PLAIN: &str = include_str!("../benches/plain.json");
const TUNED: &str = include_str!("../benches/tuned.json");

/// What else a fact may be told to be.
fn others(key: &str, value: &Value) -> Vec<Value> {
    let words: &[&str] = match key {
        "kind" => &["company", "individual", "public-body", "university"],
        "role" => &["licensee", "end-user", "deployed", "parent"],
        "audience" => &["own-staff", "affiliates", "customers", "public"],
        "offered-as" => &["hosted-service", "download", "embedded", "none"],
        "by" => &[
            "copy", "quantize", "adapter", "merge", "distill", "judge", "Somebody",
        ],
        "taken-by" => &["us", "upstream"],
        "run" => &["self-hosted", "third-party-api", "none"],
        "weights" => &["private", "shared", "published"],
        "obtained" => &["download", "integrated-product"],
        "principal-place-of-business" => &["US", "DE"],
        "on" | "until" | "control-changed" => &["2025-04-04", "2025-04-05", "2027-01-01", "none"],
        "id" => &["acme/Other-Vision", "acme/Meta-Llama-Vision"],
        "judgment" => &[
            "llama-4/within-policy",
            "llama-4/good-faith",
            "llama-4/prominence",
        ],
        _ => &[],
    };
    let mut others: Vec<Value> = words.iter().map(|word| Value::from(*word)).collect();
    match value {
        Value::Bool(yes) => others.push(Value::from(!yes)),
        Value::Number(_) => others.extend([700_000_000, 700_000_001].map(Value::from)),
        Value::Array(list) => {
            others.push(Value::Array(Vec::new()));
            if key == "engaged" {
                others.push(Value::from(vec!["LAW-FRAUD", "HARM-INFRA"]));
                others.push(Value::from(vec!["LAW-CIRCUMVENT"]));
            }
            if key == "license" {
                others.push(Value::from(vec!["apache-2.0"]));
                others.push(Value::from(vec!["somebody-1.0"]));
            }
            if key == "models" {
                let twice = list.iter().chain(list).cloned().collect();
                others.push(Value::Array(twice));
            }
        }
        _ => {}
    }
    others
}

/// Every change of one fact.
fn changed(whole: &Value, at: &str, part: &Value, found: &mut Vec<(String, Value)>) {
    let mut each: Vec<(String, &Value)> = Vec::new();
    match part {
        Value::Object(map) => each.extend(map.iter().map(|(key, part)| (key.clone(), part))),
        Value::Array(list) => {
            let numbered = list.iter().enumerate();
            each.extend(numbered.map(|(number, part)| (number.to_string(), part)));
        }
        _ => {}
    }
    for (key, part) in each {
        let here = format!("{at}/{key}");
        for other in others(&key, part) {
            let mut changed = whole.clone();
            *changed.pointer_mut(&here).unwrap() = other.clone();
            found.push((format!("{here} is {other}"), changed));
        }
        let mut without = whole.clone();
        match without.pointer_mut(at).unwrap() {
            Value::Object(map) => drop(map.remove(&key)),
            Value::Array(list) => drop(list.remove(key.parse::<usize>().unwrap())),
            _ => {}
        }
        found.push((format!("without {here}"), without));
        changed(whole, &here, part, found);
    }
}

#[test]
fn the_rules_of_the_benchmark_are_the_same() {
    let mut needed = Needed::none();
    needed.add("llama-4");
    let program = library::program(&needed);
    let today = jiff::civil::date(2026, 10, 1);
    let options = Options {
        today,
        reported: false,
    };
    let ready = Ready::new(&program, options).at_once();
    let mut differ = Vec::new();
    let mut compared = 0;
    for whole in [PLAIN, TUNED] {
        let whole: Value = serde_json::from_str(whole).unwrap();
        let mut all = vec![("as it is".to_owned(), whole.clone())];
        changed(&whole, "", &whole, &mut all);
        for (what, facts) in all {
            let json = facts.to_string();
            let nodes = facts::parse(SourceId(0), &json, Format::Json, &Limits::default()).unwrap();
            let Ok(fact) = eval::bind(&nodes[0], &program.schema, library::names()) else {
                continue;
            };
            let engine = Stage::set(&ready, &fact)
                .ok()
                .map(|stage| match quick(&stage) {
                    Verdict::Permitted => Truth::No,
                    Verdict::NotPermitted => Truth::Yes,
                    Verdict::Undetermined | Verdict::NothingApplied => Truth::Unknown,
                });
            let hand = rules::verdict(&rules::read(&json), today);
            compared += 1;
            if engine != hand {
                differ.push(format!(
                    "{what}: {engine:?} by the engine, {hand:?} by hand"
                ));
            }
        }
    }
    assert!(compared > 300, "{compared}");
    assert!(
        differ.is_empty(),
        "{} of {compared}\n{}",
        differ.len(),
        differ.join("\n")
    );
}
