//! What two versions of a license say differently.

use clausula::analyze::Shown;
use clausula::analyze::diff::{Change, Difference, Show, Version, diff};
use clausula::library::{self, Needed};
use clausula::scene::Options;
use std::process::Command;

fn compared(old: &str, new: &str) -> Difference {
    let mut needed = Needed::none();
    needed.add(old);
    needed.add(new);
    let program = library::program(&needed);
    let options = Options {
        today: jiff::civil::date(2026, 9, 1),
        reported: false,
    };
    let layer = |id: &str| program.layer(id).expect("a shipped license").clone();
    let (old, new) = (layer(old), layer(new));
    let of = |layer| Version {
        layer,
        program: &program,
    };
    diff(of(&old), of(&new), options, &Show::All)
}

fn change<'d>(difference: &'d Difference, name: &str) -> &'d Change {
    let mut clauses = difference.clauses.iter();
    &clauses
        .find(|pair| pair.name == name)
        .expect("a clause of that name")
        .change
}

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_clausula"))
        .args(arguments)
        .args(["--as-of", "2026-09-01"])
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), text)
}

#[test]
fn training_on_outputs_became_allowed_with_a_naming_duty() {
    let difference = compared("llama-3", "llama-3.1");
    assert!(!difference.same);
    let gained = difference.acts.iter().find(|acts| acts.gained);
    let gained = gained.expect("an act became permitted");
    assert_eq!(gained.acts, ["train-with-outputs"]);
    assert!(gained.duties.contains(&"prefix".to_owned()), "{gained:?}");
    let shown = gained.shown.as_ref().expect("facts that show it");
    assert_eq!(
        (shown.before.verdict.as_str(), shown.after.verdict.as_str()),
        ("not permitted", "permitted")
    );
    assert_eq!(shown.before.against, ["outputs-ban"]);
    assert_eq!(*change(&difference, "outputs-ban"), Change::Gone);
    assert!(matches!(
        change(&difference, "display"),
        Change::Changed { .. }
    ));
}

#[test]
fn names_dates_and_models_are_no_change_of_meaning() {
    let difference = compared("llama-3.2", "llama-3.3");
    assert!(difference.same && !difference.gave_up);
    assert!(difference.acts.is_empty());
    let Change::Names { but_for } = change(&difference, "threshold") else {
        panic!("the measured month differs");
    };
    assert!(
        but_for.contains(&"2024-08 → 2024-11".to_owned()),
        "{but_for:?}"
    );
    assert!(matches!(
        change(&difference, "notice"),
        Change::Names { .. }
    ));
}

#[test]
fn a_clause_that_is_new_is_called_new() {
    let difference = compared("llama-3", "llama-4");
    assert_eq!(*change(&difference, "eu-multimodal"), Change::New);
    let lost = difference.acts.iter().find(|acts| !acts.gained);
    assert!(lost.is_some_and(|acts| acts.acts.contains(&"use".to_owned())));
}

#[test]
fn a_license_says_what_it_says() {
    let difference = compared("llama-4", "llama-4");
    assert!(difference.same);
    assert!(
        difference
            .clauses
            .iter()
            .all(|pair| pair.change == Change::Same)
    );
}

#[test]
fn the_exit_status_tells_whether_the_meaning_differs() {
    assert_eq!(run(&["diff", "llama-3.2", "llama-3.3"]).0, Some(0));
    let (status, json) = run(&["diff", "llama-3", "llama-3.1", "--format", "json"]);
    assert_eq!(status, Some(1));
    assert!(json.contains("\"differences\""));
    assert_eq!(run(&["diff", "llama-3", "lama-4"]).0, Some(2));
}

#[test]
fn an_upgrade_is_shown_for_one_deployment() {
    let facts = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/policies/examples/eu-multimodal.yaml"
    );
    let (status, text) = run(&["diff", "llama-4", "llama-3.1", "--facts", facts]);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("findings that disappear"), "{text}");
}

/// The verdict on a facts file, under the policy that adopts what it needs.
fn judged(facts: &str, policy: &str) -> String {
    let mut sources = library::sources();
    let facts = sources.add("facts.yaml", facts.to_owned());
    let texts: Vec<_> = match policy {
        "" => Vec::new(),
        policy => vec![sources.add("readings.clause", policy.to_owned())],
    };
    let text = sources.text(facts);
    let nodes = clausula::facts::parse(
        facts,
        text,
        clausula::facts::Format::Yaml,
        &clausula::facts::Limits::default(),
    );
    let nodes = nodes.unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
    let needed = library::needed(&nodes);
    let program = library::compile(&texts, &sources, &needed);
    let program = program.unwrap_or_else(|faults| panic!("{faults:?}\n{policy}"));
    let names = library::names_with(&program);
    let fact = clausula::eval::bind(&nodes[0], &program.schema, &names);
    let fact = fact.unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
    let fact = clausula::eval::with_defaults(fact, &program);
    let options = Options {
        today: jiff::civil::date(2026, 9, 1),
        reported: false,
    };
    let ready = clausula::scene::Ready::new(&program, options);
    let stage = clausula::scene::Stage::set(&ready, &fact);
    let stage = stage.unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
    let report = clausula::verdict::judge(&stage, "facts.yaml");
    report.expect("one currency").verdict.as_str().to_owned()
}

/// Everything that is shown by facts gets the verdicts that are told, from the whole library.
fn holds(difference: &Difference) -> usize {
    let clauses = difference.clauses.iter().flat_map(|pair| &pair.shown);
    let acts = difference
        .acts
        .iter()
        .filter_map(|acts| acts.shown.as_ref());
    let all: Vec<&Shown> = clauses.chain(acts).collect();
    for shown in &all {
        for side in [&shown.before, &shown.after] {
            let verdict = judged(&side.facts, &shown.policy);
            assert_eq!(verdict, side.verdict, "{}\n{}", side.facts, shown.policy);
        }
    }
    all.len()
}

#[test]
fn facts_that_are_shown_get_the_verdicts_that_are_told() {
    for (old, new) in [
        ("llama-3", "llama-3.1"),
        ("llama-3.1", "llama-3.2"),
        ("llama-3.1", "apache-2.0"),
        ("apache-2.0", "gemma"),
        ("gemma", "llama-4"),
    ] {
        let difference = compared(old, new);
        assert!(holds(&difference) > 3, "{old} → {new}");
        for pair in &difference.clauses {
            let evaluated = pair.kind != "term";
            let differs = !matches!(
                pair.change,
                Change::Same | Change::Names { .. } | Change::Words
            );
            if evaluated && differs && pair.shown.is_empty() {
                assert!(
                    ["llama-3.1 apache-2.0", "apache-2.0 gemma", "gemma llama-4"]
                        .contains(&format!("{old} {new}").as_str()),
                    "{old} → {new}: {} is not shown",
                    pair.name
                );
            }
        }
    }
}

#[test]
fn one_act_can_be_asked_for() {
    let (status, text) = run(&[
        "diff",
        "llama-3",
        "llama-3.1",
        "--clause",
        "train-with-outputs",
    ]);
    assert_eq!(status, Some(1));
    assert!(
        text.contains("with the duties prefix, use-policy"),
        "{text}"
    );
    assert!(!text.contains("\nchanged\n"), "{text}");
    assert_eq!(
        run(&["diff", "llama-3", "llama-3.1", "--clause", "shine"]).0,
        Some(2)
    );
}
