//! Clauses that say nothing, cannot be kept, or leave something open.

use clausula::analyze::lint::{Found, lint};
use clausula::diagnostic::Code;
use clausula::library::{self, Needed};
use clausula::scene::{Options, Ready, Stage};
use clausula::verdict::{Report, judge};

fn found(text: &str, strict: bool) -> Vec<Found> {
    let mut sources = library::sources();
    let id = sources.add("house.clause", text.to_owned());
    let compiled = library::compile(&[id], &sources, &Needed::none());
    let program = compiled.expect("the test's policy compiles");
    let options = Options {
        today: jiff::civil::date(2026, 9, 1),
        reported: true,
    };
    lint(&program, options, strict)
}

fn codes(text: &str) -> Vec<&'static str> {
    let all = found(text, false);
    all.iter().map(|one| one.message.code.as_str()).collect()
}

fn license(clauses: &str) -> String {
    format!(
        "license house \"House\" {{\n  licensor \"House\"\n  source text primary \"https://example.com\"\n{clauses}\n}}\n"
    )
}

#[test]
fn a_clause_no_world_meets_is_found() {
    let text = license(
        "clause a of text §1 \"A\" { forbid when product.audience is public and product.audience is own-staff }",
    );
    assert_eq!(codes(&text), ["never-applies"]);
}

#[test]
fn a_prohibition_within_another_is_found() {
    let text = license(
        "clause a of text §1 \"A\" { forbid when product.audience is public }\n\
         clause b of text §2 \"B\" { forbid when product.audience is public and product.offered-as is download }",
    );
    assert_eq!(codes(&text), ["implied"]);
}

#[test]
fn duties_that_cannot_both_be_met_are_found() {
    let text = license(
        "clause a of text §1 \"A\" { require model.id begins with \"Llama\" when distribute }\n\
         clause b of text §2 \"B\" { require model.id begins with \"Gemma\" when distribute }",
    );
    assert_eq!(codes(&text), ["cannot-both"]);
}

#[test]
fn a_question_nobody_reads_is_found() {
    let text = license(
        "question q \"Which?\" { reading x \"X\" because \"x\" reading y \"Y\" because \"y\" }\n\
         clause a of text §1 \"A\" { forbid when product.audience is public }",
    );
    assert_eq!(codes(&text), ["unused"]);
}

#[test]
fn a_sound_license_is_quiet() {
    let text = license("clause a of text §1 \"A\" { forbid when product.audience is public }");
    assert_eq!(found(&text, true), []);
}

/// What becomes of facts under policy texts.
fn judged(facts: &str, policies: &[&str]) -> Report {
    let mut sources = library::sources();
    let texts: Vec<_> = policies
        .iter()
        .filter(|text| !text.is_empty())
        .map(|text| sources.add("policy.clause", (*text).to_owned()))
        .collect();
    let id = sources.add("facts.yaml", facts.to_owned());
    let format = clausula::facts::Format::Yaml;
    let limits = clausula::facts::Limits::default();
    let nodes = clausula::facts::parse(id, sources.text(id), format, &limits);
    let nodes = nodes.unwrap_or_else(|faults| panic!("{faults:?}\n{facts}"));
    let program = library::compile(&texts, &sources, &library::needed(&nodes));
    let program = program.expect("the test's policies compile");
    let names = library::names_with(&program);
    let fact = clausula::eval::bind(&nodes[0], &program.schema, &names);
    let fact = fact.unwrap_or_else(|faults| panic!("{faults:?}\n{facts}"));
    let fact = clausula::eval::with_defaults(fact, &program);
    let options = Options {
        today: jiff::civil::date(2026, 9, 1),
        reported: true,
    };
    let ready = Ready::new(&program, options);
    let stage = Stage::set(&ready, &fact).expect("a deployment");
    judge(&stage, "facts.yaml").expect("a report")
}

#[test]
fn duties_that_cannot_both_be_met_are_shown_by_facts_in_which_both_are_due() {
    let two = r#"
license north "North" {
  licensor "North"
  source text primary "https://example.com"
  binds descendants through fine-tune, merge
  question named "Which?" { reading all "All" default reading some "Some" }
  judgment large "Is it large?" decided by "counsel"
  clause rights of text §1 "Rights" { grant use, reproduce, modify, distribute, make-available, host }
  clause name of text §2 "Name" {
    require model.id begins with "North" when distribute and named reads some and large
  }
}
license south "South" {
  licensor "South"
  source text primary "https://example.com"
  follows outputs through synthetic-data
  clause rights of text §1 "Rights" { grant train-with-outputs }
  clause name of text §2 "Name" {
    require model.id begins with "South" when lineage.ours includes synthetic-data
  }
}
"#;
    let one = r#"
policy house "House" open {
  clause a for each model "A" { require model.id begins with "North" when distribute }
  clause b for each license "B" { require model.id begins with "South" when license.id is "gemma" }
}
"#;
    for (text, ids) in [
        (two, ["north/name", "south/name"]),
        (one, ["house/a", "house/b"]),
    ] {
        let found = found(text, false);
        let found: Vec<_> = found
            .iter()
            .filter(|one| one.message.code == Code::CannotBoth)
            .collect();
        assert_eq!(found.len(), 1, "{found:?}");
        let example = found[0].example.as_ref().expect("facts that show it");
        let report = judged(&example.facts, &[text, &example.policy]);
        let shown = ids.map(|id| {
            let open = report.findings.iter().any(|finding| finding.id == id);
            let met = report.duties.iter().any(|duty| duty.id == id);
            match (open, met) {
                (true, false) => format!("{id} is due and open"),
                (false, true) => format!("{id} is due and met"),
                other => format!("{id}: {other:?}"),
            }
        });
        assert_eq!(example.shows, shown, "{}", example.facts);
    }
}

#[test]
fn a_gap_is_shown_by_facts_in_which_the_act_is_refused() {
    let text = "policy house \"House\" closed {\n\
        clause work for each license \"Work\" { grant use, reproduce, modify, distribute, host when license.id is \"llama-4\" }\n\
        clause lessons for each license \"Lessons\" { grant train-with-outputs when license.id is \"gemma\" }\n\
        clause staff for each license \"Staff\" { forbid host when product.audience is own-staff }\n}\n";
    let found = found(text, false);
    assert_eq!(found.len(), 7, "{found:?}");
    for one in &found {
        let example = one.example.as_ref().expect("facts that show it");
        let report = judged(&example.facts, &[text, &example.policy]);
        let (act, _) = example.shows[0].split_once(' ').expect("an act");
        let refused = report.findings.iter().any(|finding| {
            finding.id.starts_with("house/") && finding.acts.iter().any(|known| known == act)
        });
        let spoken = report
            .findings
            .iter()
            .any(|found| found.id == "house/staff");
        assert!(
            refused && !spoken,
            "{act}: {:?}\n{}",
            report.findings,
            example.facts
        );
    }
}

#[test]
fn what_a_closed_policy_prohibits_is_no_gap() {
    let all = "use, reproduce, modify, distribute, make-available, host";
    let text = format!(
        "policy house \"House\" closed {{\n\
         clause work for each license \"Work\" {{ grant {all} }}\n\
         clause trial for each license \"Trial\" {{ exception to work when product.audience is public }}\n\
         clause lessons for each license \"Lessons\" {{ forbid train-with-outputs }}\n}}\n"
    );
    assert_eq!(found(&text, false), []);
}

#[test]
fn a_duty_that_can_be_met_only_by_what_is_prohibited_is_shown_by_facts_in_which_it_is_met() {
    let text = r#"
policy house "House" open {
  clause show "Show it" { require product.notices.website includes "Hello" when product.audience is public }
  clause brand "No words" { forbid when product.notices.website includes "Hello" and environment is not staging }
  clause staging "No staging" { forbid when environment is staging }
}
"#;
    // In staging the words may be shown, though staging is prohibited anyway.
    assert_eq!(codes(text), [] as [&str; 0]);
    let text = text.replace(" and environment is not staging", "");
    let found = found(&text, false);
    assert_eq!(found.len(), 1, "{found:?}");
    let example = found[0].example.as_ref().expect("facts that show it");
    assert_eq!(
        example.shows,
        ["house/show is due and met", "house/brand is breached"]
    );
    let report = judged(&example.facts, &[&text]);
    assert!(report.duties.iter().any(|duty| duty.id == "house/show"));
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.id == "house/brand")
    );
}

#[test]
fn duties_that_are_never_due_together_are_no_conflict_whatever_others_ask_for() {
    let text = "policy house \"House\" open {\n\
        clause a for each model \"A\" { require model.id begins with \"North\" when product.audience is own-staff }\n\
        clause b for each model \"B\" { require model.id begins with \"South\" when product.audience is public }\n\
        clause c for each model \"C\" { require model.id begins with \"South\" when product.offered-as is download }\n}\n";
    assert_eq!(codes(text), ["cannot-both"]);
}

#[test]
fn a_policy_may_have_to_be_asked_about_another_license() {
    let text = r#"
license north "North" {
  licensor "North"
  source text primary "https://example.com"
  binds descendants through copy, merge
  clause rights of text §1 "Rights" { grant use, reproduce, modify, distribute, make-available, host }
  clause name of text §2 "Name" { forbid when model.id begins with "North" }
}
policy house "House" open {
  clause name for each license "Name" {
    require model.id begins with "North-West" when lineage.through includes synthetic-data
  }
}
"#;
    let found = found(text, false);
    assert_eq!(found.len(), 1, "{found:?}");
    let example = found[0].example.as_ref().expect("facts that show it");
    let shown = ["house/name is due and met", "north/name is breached"];
    assert_eq!(example.shows, shown);
    let report = judged(&example.facts, &[text]);
    assert!(report.duties.iter().any(|duty| duty.id == "house/name"));
    assert!(report.findings.iter().any(|one| one.id == "north/name"));
}
