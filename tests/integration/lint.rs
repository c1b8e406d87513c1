//! Clauses that say nothing, cannot be kept, or leave something open.

use clausula::analyze::lint::lint;
use clausula::diagnostic::Diagnostic;
use clausula::library::{self, Needed};
use clausula::scene::Options;

fn found(text: &str, strict: bool) -> Vec<Diagnostic> {
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
    all.iter().map(|one| one.code.as_str()).collect()
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
