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
    assert!(json.contains("\"difference\""));
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
