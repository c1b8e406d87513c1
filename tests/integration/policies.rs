//! What ships: every policy text parses, makes sense, says itself again, and cites what it encodes.

use clausula::ir::Says;
use clausula::library::{self, Needed};
use clausula::syntax;

#[test]
fn every_license_cites_a_section_of_a_hashed_primary_text() {
    let program = library::program(&Needed::all());
    assert!(program.layers.len() >= 7);
    for layer in &program.layers {
        for source in &layer.sources {
            let hash = source.sha256.as_deref().unwrap_or("");
            assert_eq!(
                hash.len(),
                64,
                "{}: the source `{}` has no hash",
                layer.id,
                source.name
            );
        }
        for clause in &layer.clauses {
            assert!(
                clause.section.is_some(),
                "{} cites no section",
                layer.clause_id(clause)
            );
        }
    }
}

#[test]
fn every_clause_that_can_decide_says_what_to_do_next() {
    for layer in &library::program(&Needed::all()).layers {
        for clause in &layer.clauses {
            let decides = !matches!(clause.says, Says::Term(_));
            assert!(
                !decides || clause.fix.is_some(),
                "{} has no fix",
                layer.clause_id(clause)
            );
        }
    }
}

#[test]
fn shipped_texts_print_to_themselves() {
    let sources = library::sources();
    for number in 0..sources.len() {
        let id = clausula::source::SourceId(u32::try_from(number).unwrap());
        let (document, faults) = syntax::parse(id, sources.text(id));
        assert_eq!(faults, [], "{}", sources.name(id));
        let printed = syntax::print::print(&document);
        let (again, faults) = syntax::parse(id, &printed);
        assert_eq!(faults, [], "{} printed", sources.name(id));
        let (first, second) = (
            syntax::print::outline(&document),
            syntax::print::outline(&again),
        );
        assert_eq!(first, second, "{}", sources.name(id));
    }
}

#[test]
fn the_measuring_months_are_those_before_each_release() {
    // Each version counts the calendar month before its own release, and no other.
    let program = library::program(&Needed::all());
    for (id, month) in [
        ("llama-3", "2024-03"),
        ("llama-3.1", "2024-06"),
        ("llama-3.2", "2024-08"),
        ("llama-3.3", "2024-11"),
        ("llama-4", "2025-03"),
    ] {
        let layer = program.layer(id).unwrap();
        let atoms = layer.atoms.iter().map(|atom| {
            clausula::ir::said_atom(atom, &program.schema, clausula::ir::Names::default())
        });
        let counted: Vec<String> = atoms
            .filter(|said| said.contains("monthly-active-users"))
            .collect();
        assert!(!counted.is_empty());
        for said in counted {
            assert!(said.contains(&format!("in {month}")), "{id}: {said}");
        }
    }
}
