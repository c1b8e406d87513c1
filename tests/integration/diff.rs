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

/// The verdict on a facts file, under policies: the one that adopts what it needs, if any, among them.
fn judged(facts: &str, policies: &[&str]) -> String {
    let mut sources = library::sources();
    let facts = sources.add("facts.yaml", facts.to_owned());
    let texts = policies.iter().filter(|policy| !policy.is_empty());
    let texts: Vec<_> = texts
        .map(|policy| sources.add("policy.clause", (*policy).to_owned()))
        .collect();
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
    let program = program.unwrap_or_else(|faults| panic!("{faults:?}\n{policies:?}"));
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
            let verdict = judged(&side.facts, &[&shown.policy]);
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

/// Two policy texts compared.
fn texts_compared(old: &str, new: &str) -> Difference {
    let mut sources = library::sources();
    let [old, new] = [old, new].map(|text| {
        let id = sources.add("policy.clause", text.to_owned());
        let program = library::compile(&[id], &sources, &Needed::none());
        program.unwrap_or_else(|faults| panic!("{faults:?}\n{text}"))
    });
    let options = Options {
        today: jiff::civil::date(2026, 9, 1),
        reported: false,
    };
    let [old, new] = [&old, &new].map(|program| Version {
        layer: &program.layers[0],
        program,
    });
    diff(old, new, options, &Show::All)
}

const CLAUSES: &str = r#"
policy house "House rules" open {
  clause team "Small teams" { forbid when team.size > 100 and team.kind is not research }
  clause plan "Paid plans" { require plan is paid when any team in teams satisfies team.kind is sales }
  clause region "At home" { forbid when seat in HOME or market in (HOME, ABROAD) }
  clause stages "Stages" { require stages includes beta when shout and fee in 2025 > EUR 5 }
  clause renewed "Renewed" { forbid when renewed is not none and renewed < 2024-01-01 }
  clause shouting "Quiet" { forbid shout, whisper }
}
"#;

#[test]
fn a_vocabulary_in_another_order_changes_no_clause() {
    let first = r#"
unit people
unit seats
territory HOME { DE, FR }
territory ABROAD { HOME, US from 2020-01-01 }
enum plan { free, paid, trial }
record team { kind: one of sales, research, support size: count of people }
fact team: team
fact teams: list of team
fact plan: plan
fact seat: country
fact market: territory
fact stages: list of one of alpha, beta, final
fact fee: money by year
fact renewed: date or none
act shout "Shout" when product.audience is public
act whisper "Whisper" when product.audience is own-staff
"#;
    let second = r#"
act whisper "Whisper" when product.audience is own-staff
act shout "Shout" when product.audience is public
fact renewed: date or none
fact fee: money by year
fact stages: list of one of final, beta, alpha
fact market: territory
fact plan: plan
fact teams: list of team
fact team: team
fact seat: country
record team { size: count of people kind: one of support, research, sales }
enum plan { trial, paid, free }
territory ABROAD { HOME, US from 2020-01-01 }
territory HOME { DE, FR }
unit seats
unit people
"#;
    for (old, new) in [(first, second), (second, first)] {
        let difference = texts_compared(&format!("{old}{CLAUSES}"), &format!("{new}{CLAUSES}"));
        for pair in &difference.clauses {
            assert_eq!(pair.change, Change::Same, "{}", pair.name);
        }
        assert!(difference.same && !difference.gave_up);
    }
}

#[test]
fn facts_that_are_shown_fit_the_vocabulary_of_their_side() {
    let old = r#"
unit people
territory HOME { DE, FR }
record team { lead: text kind: one of sales, research size: count of people }
fact team: team
fact plan: one of free, paid, trial
fact audited: yes-no
fact stages: list of one of alpha, beta
act shout "Shout" when product.audience is public
policy house "House rules" open {
  clause team "Small teams" { forbid when team.size > 100 and team.kind is sales }
  clause plan "Paid plans" { forbid when plan is free }
  clause home "At home" { forbid when organization.principal-place-of-business in HOME }
  clause audit "Audits" { require audited when product.audience is public }
  clause stages "Stages" { forbid when stages includes beta }
  clause shouting "Quiet" { forbid shout }
}
"#;
    let new = r#"
act whisper "Whisper" when product.audience is own-staff
fact stages: list of one of final, beta, alpha
fact audited: date or none
fact plan: one of paid, free
fact team: team
record team { size: count of people kind: one of research, sales, support }
territory HOME { DE, US }
unit people
policy house "House rules" open {
  clause team "Small teams" { forbid when team.size > 50 and team.kind is sales }
  clause plan "Paid plans" { forbid when plan is paid }
  clause home "At home" { forbid when organization.principal-place-of-business in HOME }
  clause audit "Audits" { require audited is not none when product.audience is public }
  clause stages "Stages" { forbid when stages includes alpha }
  clause shouting "Quiet" { forbid whisper }
}
"#;
    for (old, new) in [(old, new), (new, old)] {
        let difference = texts_compared(old, new);
        assert!(!difference.same);
        for pair in &difference.clauses {
            let changed = matches!(pair.change, Change::Changed { .. });
            assert!(changed, "{} {:?}", pair.name, pair.change);
            if pair.name != "shouting" {
                assert!(!pair.shown.is_empty(), "{} is not shown", pair.name);
            }
            for shown in &pair.shown {
                for (side, policy) in [(&shown.before, old), (&shown.after, new)] {
                    let verdict = judged(&side.facts, &[policy, &shown.policy]);
                    assert_eq!(verdict, side.verdict, "{}\n{}", pair.name, side.facts);
                }
                assert_ne!(shown.before.clause, shown.after.clause);
            }
        }
    }
}

/// A file of a test.
fn file(name: &str, text: &str) -> String {
    let path = format!("{}/{name}", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&path, text).expect("the target folder can be written to");
    path
}

#[test]
fn an_upgrade_of_a_policy_is_judged_under_each_version_alone() {
    let policy = |words: &str| {
        format!(
            "fact audited: yes-no\npolicy house \"House\" open {{\n  \
             clause audit \"An audit\" {{ require audited {words} }}\n}}\n"
        )
    };
    let old = file(
        "upgrade-old.clause",
        &policy("when product.audience is public"),
    );
    let new = file("upgrade-new.clause", &policy(""));
    let facts = file(
        "upgrade.yaml",
        "audited: false\nproduct: { audience: own-staff }\nmodels: []\n",
    );
    let (status, text) = run(&["diff", &old, &new, "--facts", &facts]);
    assert_eq!(status, Some(1), "{text}");
    assert!(
        text.contains("permitted under house, not permitted under house"),
        "{text}"
    );
    assert!(text.contains("open house/audit"), "{text}");
    // A license of a file asks for a fact that only its file declares.
    let license = |name: &str| {
        format!(
            "fact audited: yes-no\nlicense {name} \"N\" {{\n  licensor \"N\"\n  \
             source t primary \"https://example.com\"\n  \
             clause rights of t §1 \"R\" {{ grant use, reproduce when audited }}\n}}\n"
        )
    };
    let old = file("upgrade-first.clause", &license("first"));
    let new = file("upgrade-second.clause", &license("second"));
    let facts = file(
        "upgrade-license.yaml",
        "models: [{ id: a/b, license: [first], from: [], run: self-hosted }]\n",
    );
    let (status, text) = run(&["diff", &old, &new, "--facts", &facts]);
    assert_eq!(status, Some(0), "{text}");
    assert!(
        text.contains("undetermined under first, undetermined under second"),
        "{text}"
    );
}
