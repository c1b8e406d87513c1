//! Laws that hold whatever the facts: order never matters, hiding a fact never permits, and knowing
//! more only narrows the set of possible verdicts. Tried on every shipped example, changed at random.

use clausula::eval::{self, LicenseNames};
use clausula::facts::{self, Format, Limits, Map, Node, Tree};
use clausula::ir::Program;
use clausula::library::{self, Needed};
use clausula::scene::{Options, Ready, Stage};
use clausula::source::SourceId;
use clausula::syntax::{self, ast};
use clausula::verdict::{Verdict, judge, quick, verdict_alone};
use clausula::{check, ir};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, RngCore, SeedableRng};
use std::path::Path;

/// How many changes are tried on each example.
fn cases() -> usize {
    let asked = std::env::var("CLAUSULA_CASES")
        .ok()
        .and_then(|n| n.parse().ok());
    asked.unwrap_or(40)
}

fn examples() -> Vec<(String, Node)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/examples");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    let read = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut nodes =
            facts::parse(SourceId(1000), &text, Format::Yaml, &Limits::default()).unwrap();
        (
            path.file_name().unwrap().to_str().unwrap().to_owned(),
            nodes.remove(0),
        )
    };
    let yaml = names
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    yaml.map(read).collect()
}

/// The verdict, and what was found.
fn judged(node: &Node, program: &Program, names: &dyn LicenseNames) -> (Verdict, Vec<String>) {
    let fact = eval::bind(node, &program.schema, names).unwrap();
    let options = Options {
        today: "2026-11-22".parse().unwrap(),
        reported: false,
    };
    let ready = Ready::new(program, options).at_once();
    let stage = Stage::set(&ready, &fact).unwrap();
    let report = judge(&stage, "it").unwrap();
    assert_eq!(
        verdict_alone(&stage).unwrap(),
        report.verdict,
        "without what is said beside it"
    );
    let quick = quick(&stage);
    assert!(
        quick == report.verdict || quick == Verdict::Undetermined,
        "{quick:?} without reasons, {:?} with them",
        report.verdict
    );
    let mut ids: Vec<String> = report
        .findings
        .iter()
        .map(|finding| format!("{} {:?}", finding.id, finding.model))
        .collect();
    ids.extend(report.duties.iter().map(|duty| format!("{} met", duty.id)));
    ids.sort();
    (report.verdict, ids)
}

/// Every mapping, with the way to it.
fn maps<'n>(node: &'n mut Node, found: &mut Vec<&'n mut Map>) {
    match &mut node.value {
        Tree::List(nodes) => nodes.iter_mut().for_each(|node| maps(node, found)),
        Tree::Map(map) => {
            // A mapping is taken as a whole or looked into, by turns of the caller's luck.
            found.push(map);
        }
        _ => {}
    }
}

/// Removes one fact somewhere: a key of a mapping, at any depth.
fn hide(node: &mut Node, rng: &mut impl RngCore) -> bool {
    let mut at = node;
    loop {
        let mut here = Vec::new();
        maps(at, &mut here);
        if here.is_empty() {
            return false;
        }
        let pick = rng.random_range(0..here.len());
        let map = here.swap_remove(pick);
        if map.is_empty() {
            return false;
        }
        let key = rng.random_range(0..map.len());
        let (name, entry) = map.get_index_mut(key).unwrap();
        let deeper =
            matches!(entry.value.value, Tree::Map(_) | Tree::List(_)) && rng.random_bool(0.6);
        if deeper {
            at = &mut map.get_index_mut(key).unwrap().1.value;
            continue;
        }
        // A model or a step without a name is no fact hidden but a file that makes no sense; and
        // declared defaults stand in for who took a step, and for other names.
        if matches!(
            name.as_ref(),
            "id" | "model" | "taken-by" | "deployment" | "also-known-as"
        ) {
            return false;
        }
        map.shift_remove_index(key);
        return true;
    }
}

fn shuffle(node: &mut Node, rng: &mut impl RngCore) {
    match &mut node.value {
        Tree::List(nodes) => {
            nodes.iter_mut().for_each(|node| shuffle(node, rng));
            nodes.shuffle(rng);
        }
        Tree::Map(map) => {
            map.values_mut()
                .for_each(|entry| shuffle(&mut entry.value, rng));
            let mut order: Vec<usize> = (0..map.len()).collect();
            order.shuffle(rng);
            let entries: Vec<_> = map.drain(..).collect();
            for at in order {
                let (key, entry) = entries[at].clone();
                map.insert(key, entry);
            }
        }
        _ => {}
    }
}

/// The verdicts that can still be.
fn possible(verdict: Verdict) -> Vec<Verdict> {
    match verdict {
        Verdict::Permitted => vec![Verdict::Permitted],
        Verdict::NotPermitted => vec![Verdict::NotPermitted],
        Verdict::Undetermined | Verdict::NothingApplied => {
            vec![Verdict::Permitted, Verdict::NotPermitted]
        }
    }
}

#[test]
fn hiding_facts_never_permits_and_only_widens() {
    let program = library::program(&Needed::all());
    let mut rng = StdRng::seed_from_u64(1);
    let mut settled = 0;
    for (name, node) in examples() {
        let (full, _) = judged(&node, &program, library::names());
        for _ in 0..cases() {
            let mut less = node.clone();
            let hidden = (0..rng.random_range(1..6))
                .filter(|_| hide(&mut less, &mut rng))
                .count();
            let (verdict, _) = judged(&less, &program, library::names());
            assert!(
                !(full == Verdict::NotPermitted && verdict == Verdict::Permitted),
                "{name}: {less:?}"
            );
            for still in possible(full) {
                assert!(
                    possible(verdict).contains(&still),
                    "{name}: {full:?} is impossible once {hidden} facts are hidden ({verdict:?}): {less:?}"
                );
            }
            settled += usize::from(verdict != Verdict::Undetermined && hidden > 0);
        }
    }
    // Some facts do not matter: otherwise the law would hold for want of trying.
    assert!(settled > 0);
}

#[test]
fn the_order_of_facts_never_matters() {
    let program = library::program(&Needed::all());
    let mut rng = StdRng::seed_from_u64(2);
    for (name, node) in examples() {
        let straight = judged(&node, &program, library::names());
        for _ in 0..10 {
            let mut other = node.clone();
            shuffle(&mut other, &mut rng);
            assert_eq!(
                judged(&other, &program, library::names()),
                straight,
                "{name}: {other:?}"
            );
        }
    }
}

#[test]
fn the_order_of_texts_and_clauses_never_matters() {
    let sources = library::sources();
    let ids = (0..sources.len()).map(|n| SourceId(u32::try_from(n).unwrap()));
    let documents: Vec<ast::Document> = ids
        .map(|id| syntax::parse(id, sources.text(id)).0)
        .collect();
    let all = examples();
    let straight: Vec<_> = {
        let program = ir::lower(check::check(&documents, &[]).unwrap());
        all.iter()
            .map(|(_, node)| judged(node, &program, library::names()))
            .collect()
    };
    let mut rng = StdRng::seed_from_u64(3);
    for _ in 0..3 {
        let mut documents = documents.clone();
        documents.shuffle(&mut rng);
        for document in &mut documents {
            // Acts and facts are numbered as they come; everything else may stand anywhere.
            for item in &mut document.items {
                if let ast::Item::License(layer) = item {
                    layer.members.shuffle(&mut rng);
                }
            }
            document.items.shuffle(&mut rng);
        }
        let program = ir::lower(check::check(&documents, &[]).unwrap());
        for ((name, node), before) in all.iter().zip(&straight) {
            assert_eq!(&judged(node, &program, library::names()), before, "{name}");
        }
    }
}
