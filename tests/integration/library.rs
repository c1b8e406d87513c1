//! The licenses inside the binary, and what an organization's texts add to them.

use clausula::check;
use clausula::diagnostic::{Code, Diagnostic};
use clausula::eval::LicenseNames;
use clausula::facts::{self, Format, Limits};
use clausula::ir::{self, Program};
use clausula::library::{self, Needed};
use clausula::source::{SourceId, Sources};
use clausula::syntax;
use std::collections::BTreeMap;
use std::io;

const ACME: &str = include_str!("../../policies/organization/acme.clause");

/// Adds to every table of the schema, and uses one text from another before it is read.
const EXTENSION: &str = r#"
unit seats
enum badge { green, red }
record audit "An audit" {
  badge: badge
  result: one of passed, failed
  reach: one of near, far
  seats: count of seats by month
  users: count of users
  area: territory
}
fact audits: list of audit
fact mood: one of good, bad
territory HOME "Where we are" { DE, EEA }
act resell "Sell it on" when mood is good
"#;

/// What a run with these texts compiles to.
fn compiled(
    texts: &[(&str, &str)],
    needed: &Needed,
) -> (Sources, Result<Program, Vec<Diagnostic>>) {
    let mut sources = library::sources();
    let names: Vec<&str> = texts.iter().map(|(name, _)| *name).collect();
    let all: BTreeMap<&str, &str> = texts.iter().copied().collect();
    let program = library::load(&names, &mut sources, &reader(&all))
        .and_then(|ids| library::compile(&ids, &sources, needed));
    (sources, program)
}

fn reader<'t>(texts: &'t BTreeMap<&str, &str>) -> impl Fn(&str) -> io::Result<String> + 't {
    |name| match texts.get(name) {
        Some(text) => Ok((*text).to_owned()),
        None => Err(io::ErrorKind::NotFound.into()),
    }
}

fn bytes(thing: &impl serde::Serialize) -> Vec<u8> {
    postcard::to_stdvec(thing).expect("programs can be written as bytes")
}

fn ids(program: &Program) -> Vec<&str> {
    program
        .layers
        .iter()
        .map(|layer| layer.id.as_str())
        .collect()
}

fn needed(yaml: &str) -> Vec<&'static str> {
    let nodes = facts::parse(SourceId(99), yaml, Format::Yaml, &Limits::default());
    library::needed(&nodes.expect("the test's facts are YAML"))
        .ids()
        .collect()
}

#[test]
fn the_binary_holds_what_the_texts_say() {
    let sources = library::sources();
    let numbers = (0..u32::try_from(sources.len()).expect("few texts")).map(SourceId);
    let mut documents = Vec::new();
    for id in numbers {
        let (document, faults) = syntax::parse(id, sources.text(id));
        assert_eq!(faults, []);
        documents.push(document);
    }
    let fresh = ir::lower(check::check(&documents, &[]).expect("shipped texts make sense"));
    assert!(bytes(&library::program(&Needed::all())) == bytes(&fresh));
    assert!(bytes(&library::schema()) == bytes(&fresh.schema));
    let declared: Vec<&str> = library::licenses()
        .iter()
        .map(|license| license.id)
        .collect();
    assert_eq!(declared, ids(&fresh));
    for license in library::licenses() {
        assert_eq!(sources.slice(license.span), license.id);
        let file = format!("policies/licenses/{}.clause", license.id);
        assert_eq!(sources.name(license.span.source), file);
    }
}

/// Compiled licenses name records, enums, units, acts and territories by number: whatever an
/// organization declares must come behind what is shipped, in every table.
#[test]
fn numbers_of_the_vocabulary_hold_beside_every_extension() {
    let shipped = library::program(&Needed::all());
    // A name that sorts first, and the extension before the shipped texts in the alphabet.
    let (_, program) = compiled(
        &[("a.clause", EXTENSION), ("acme.clause", ACME)],
        &Needed::all(),
    );
    let program = program.expect("the extension makes sense");
    let (old, new) = (&shipped.schema, &program.schema);
    assert_eq!(new.units[..old.units.len()], old.units[..]);
    assert!(bytes(&new.enums[..old.enums.len()].to_vec()) == bytes(&old.enums));
    assert!(bytes(&new.territories[..old.territories.len()].to_vec()) == bytes(&old.territories));
    assert!(bytes(&program.acts[..shipped.acts.len()].to_vec()) == bytes(&shipped.acts));
    for (at, (old, new)) in old.records.iter().zip(&new.records).enumerate() {
        let fields = new.fields.iter().take(old.fields.len());
        assert!(
            bytes(&fields.collect::<Vec<_>>()) == bytes(&old.fields.iter().collect::<Vec<_>>())
        );
        assert_eq!(new.name, old.name);
        assert!(
            at == 0 || new.fields.len() == old.fields.len(),
            "only facts are added"
        );
    }
    // And the extension really added to each of them.
    assert_eq!(new.units.len(), old.units.len() + 1);
    assert_eq!(new.enums.len(), old.enums.len() + 4);
    assert_eq!(new.records.len(), old.records.len() + 3);
    assert_eq!(new.territories.len(), old.territories.len() + 1);
    assert_eq!(program.acts.len(), shipped.acts.len() + 1);
    assert_eq!(new.root().fields.len(), old.root().fields.len() + 5);
}

#[test]
fn licenses_beside_an_organization_are_those_of_the_binary() {
    let quiet = EXTENSION
        .replace("act resell", "define resell")
        .replace("\"Sell it on\" when", "=");
    let (_, program) = compiled(
        &[("a.clause", &quiet), ("acme.clause", ACME)],
        &Needed::all(),
    );
    let program = program.expect("the texts make sense");
    let shipped = library::program(&Needed::all());
    for layer in &shipped.layers {
        let beside = program.layer(&layer.id).expect("every license is there");
        assert!(bytes(beside) == bytes(layer), "{}", layer.id);
    }
}

#[test]
fn an_act_of_an_organization_is_asked_of_shipped_licenses() {
    let mut needed = Needed::none();
    needed.add("gemma");
    let (_, program) = compiled(&[("a.clause", EXTENSION)], &needed);
    let program = program.expect("the extension makes sense");
    assert_eq!(ids(&program), ["gemma"]);
    assert_eq!(program.layers[0].acts.len(), program.acts.len());
}

#[test]
fn the_order_of_texts_never_matters() {
    let texts = [
        ("b.clause", EXTENSION),
        ("acme.clause", ACME),
        ("z.clause", "unit desks\nenum c { d }\n"),
    ];
    let (_, first) = compiled(&texts, &Needed::all());
    let first = bytes(&first.expect("the texts make sense"));
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let (_, program) = compiled(&order.map(|at| texts[at]), &Needed::all());
        assert!(bytes(&program.expect("the texts make sense")) == first);
    }
}

#[test]
fn licenses_that_texts_decide_about_are_compiled_in() {
    let (_, program) = compiled(&[("acme.clause", ACME)], &Needed::none());
    let program = program.expect("the organization's text makes sense");
    assert_eq!(ids(&program), ["llama-3.1", "llama-3.3", "acme"]);
    assert!(
        program
            .decided
            .iter()
            .all(|decided| program.layer(&decided.layer).is_some())
    );
}

#[test]
fn a_shipped_license_is_not_declared_again() {
    let text = "license gemma \"Mine\" {\n  licensor \"Me\"\n}\n";
    let (sources, program) = compiled(&[("mine.clause", text)], &Needed::none());
    let faults = program.expect_err("the id is taken");
    assert_eq!(faults[0].code, Code::DeclaredTwice);
    let first = faults[0].labels[1].span;
    assert_eq!(sources.name(first.source), "policies/licenses/gemma.clause");
    assert_eq!(sources.slice(first), "gemma");
}

#[test]
fn imports_are_read_once_beside_their_text_and_in_circles() {
    let texts = BTreeMap::from([
        (
            "house/main.clause",
            "import \"parts/seats.clause\"\nimport \"../common.clause\"\n",
        ),
        (
            "house/parts/seats.clause",
            "import \"../main.clause\"\nunit seats\n",
        ),
        (
            "common.clause",
            "import \"house/parts/../parts/seats.clause\"\nenum badge { green }\n",
        ),
    ]);
    let load = |entries: &[&str]| {
        let mut sources = library::sources();
        let ids = library::load(entries, &mut sources, &reader(&texts)).expect("all texts exist");
        let names: Vec<String> = ids.iter().map(|id| sources.name(*id).to_owned()).collect();
        let program = library::compile(&ids, &sources, &Needed::none());
        (names, bytes(&program.expect("the texts make sense").schema))
    };
    let all = load(&["house/main.clause"]);
    assert_eq!(
        all.0,
        [
            "common.clause",
            "house/main.clause",
            "house/parts/seats.clause"
        ]
    );
    assert_eq!(load(&["./common.clause", "house/main.clause"]), all);
    assert_eq!(load(&["house/parts/seats.clause"]), all);
}

#[test]
fn a_text_that_is_not_there_is_shown_at_its_import() {
    let texts = BTreeMap::from([("house/main.clause", "import \"gone.clause\"\n")]);
    let mut sources = library::sources();
    let entries = ["nowhere.clause", "house/main.clause"];
    let faults = library::load(&entries, &mut sources, &reader(&texts)).expect_err("two are gone");
    assert_eq!(faults.len(), 2);
    let imported = &faults[0];
    assert_eq!(imported.code, Code::Unreadable);
    assert_eq!(
        imported.message,
        "the policy text `house/gone.clause` does not exist"
    );
    assert_eq!(sources.slice(imported.place()), "\"gone.clause\"");
    assert_eq!(
        faults[1].message,
        "the policy text `nowhere.clause` does not exist"
    );
    assert_eq!(faults[1].labels, []);
}

#[test]
fn facts_bring_in_what_they_name() {
    assert_eq!(needed("models: []"), [] as [&str; 0]);
    assert_eq!(
        needed("models: [{ id: a/b, license: [LLAMA4, mit] }]"),
        ["llama-4"]
    );
    assert_eq!(needed("models: [{ id: a/b, license: gemma }]"), ["gemma"]);
    assert_eq!(
        needed("models: [{ id: meta-llama/Llama-4-Scout }]"),
        ["llama-4"]
    );
    let parent = "models: [{ id: a/b, from: [{ model: openai/gpt-oss-20b, by: merge }] }]";
    assert_eq!(needed(parent), ["apache-2.0"]);
    assert_eq!(
        needed("models: [{ id: a/b, also-known-as: meta-llama/Llama-3.3-70B }]"),
        ["llama-3.3"]
    );
    assert_eq!(
        needed("determinations: [{ judgment: gemma/within-policy }]"),
        ["gemma"]
    );
    assert_eq!(needed("- not\n- facts"), [] as [&str; 0]);
}

#[test]
fn names_are_ids_and_aliases_in_any_case() {
    let names = library::names();
    assert_eq!(names.canonical("Apache-2.0"), Some("apache-2.0"));
    assert_eq!(
        names.canonical("licenseref-LLAMA-4-community"),
        Some("llama-4")
    );
    assert_eq!(names.canonical("mit"), None);
    assert_eq!(names.suggestion("lama-4").as_deref(), Some("llama-4"));
    let own = "license house \"House\" {\n  licensor \"Us\"\n  also-known-as \"Ours\"\n}\n";
    let (_, program) = compiled(&[("own.clause", own)], &Needed::none());
    let program = program.expect("the text makes sense");
    let names = library::names_with(&program);
    assert_eq!(names.canonical("OURS"), Some("house"));
    assert_eq!(names.canonical("llama4"), Some("llama-4"));
    assert_eq!(names.suggestion("hous").as_deref(), Some("house"));
}
