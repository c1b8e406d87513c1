//! What the report says would permit a deployment is tried out: the changes lead where it says, none of
//! them can be left out, and where it says that nothing helps, no change helps.

use super::exact::{Dice, VOCABULARY, bound, options, program, stated, written};
use clausula::eval::{self, Fact, State};
use clausula::facts::{self, Format, Limits};
use clausula::ir::Program;
use clausula::library;
use clausula::scene::{Options, Ready, Stage};
use clausula::source::SourceId;
use clausula::value::{Kind, Value};
use clausula::verdict::{Remedy, Report, Verdict, WouldPermit, judge, would_permit};
use std::path::Path;

fn cases() -> usize {
    let asked = std::env::var("CLAUSULA_CASES").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(150)
}

fn judged(ready: &Ready, facts: &Fact) -> Report {
    judge(&set(ready, facts), "it").unwrap()
}

fn set<'a>(ready: &'a Ready<'a>, facts: &'a Fact) -> Stage<'a> {
    Stage::set(ready, facts).unwrap()
}

/// A remedy leads where it says, and takes all of its changes.
fn stands(remedy: &Remedy, stage: &Stage, about: &str) {
    let ready = stage.ready;
    assert!(!remedy.changes.is_empty(), "{about}");
    let applied = remedy.applied(stage, None).unwrap();
    let after = judged(ready, &applied).verdict;
    assert_eq!(after, remedy.verdict, "{about}\n{remedy:#?}");
    assert!(
        matches!(after, Verdict::Permitted | Verdict::Undetermined),
        "{about}\n{remedy:#?}"
    );
    for left_out in 0..remedy.changes.len() {
        let fewer = remedy.applied(stage, Some(left_out));
        let Ok(stage) = Stage::set(ready, fewer.as_ref().unwrap()) else {
            continue;
        };
        let less = judge(&stage, "it").unwrap().verdict;
        assert!(
            less != remedy.verdict && less != Verdict::Permitted,
            "{about}\nwithout change {left_out} it is {less:?} all the same: {remedy:#?}"
        );
    }
}

/// The facts with some of those changed that people can change.
fn changed(facts: &Fact, program: &Program, dice: &mut Dice) -> Fact {
    let mut facts = facts.clone();
    let State::Record(fields) = &mut facts.state else {
        panic!("a deployment is a record");
    };
    let schema = &program.schema;
    for (fact, field) in fields.iter_mut().zip(schema.root().fields.values()) {
        if fact.is_unknown() || dice.chance(40) {
            continue;
        }
        let value = |value| State::Value(value);
        let text = |dice: &mut Dice| Value::Text(dice.one(&["A b", "Al-1", "al/x", "zz"]).into());
        let state = match (field.name.as_str(), &field.kind) {
            (_, Kind::Bool) => value(Value::Bool(dice.chance(50))),
            (_, Kind::Text) => value(text(dice)),
            (_, Kind::Choice(id)) => {
                let count = schema.choice(*id).choices.len();
                value(Value::Choice(u16::try_from(dice.below(count)).unwrap()))
            }
            ("tags", _) => {
                let tags = (0..4).filter(|_| dice.chance(40));
                let tags: Vec<u16> = tags.collect();
                let fact = |tag| Fact::computed(value(Value::Choice(tag)), fact.key);
                State::List(tags.into_iter().map(fact).collect())
            }
            ("things", _) => {
                let list = dice.one(&["[]", "[{colour: red, ok: true}]", "[{colour: green, ok: false}, {colour: red, ok: true}, {colour: green, ok: true}]"]);
                let list = bound(&format!("models: []\nthings: {list}"), program);
                let at = schema.root().fields.get_index_of("things").unwrap();
                list.record().unwrap()[at].state.clone()
            }
            _ => continue,
        };
        fact.state = state;
    }
    facts
}

#[test]
fn remedies_of_random_deployments_stand_up() {
    let (mut ways, mut nothing, mut not_settled) = (0, 0, 0);
    for seed in 0..cases() as u64 * 4 {
        let (policy, mut writer) = written(seed);
        let program = program(&[VOCABULARY, &policy]);
        let text = stated(&policy, &mut writer.dice);
        let facts = bound(&text, &program);
        let about = format!("seed {seed}\n{policy}\n{text}");
        let ready = Ready::new(&program, options());
        if judged(&ready, &facts).verdict != Verdict::NotPermitted {
            continue;
        }
        let stage = set(&ready, &facts);
        match would_permit(&stage) {
            WouldPermit::If(found) => {
                ways += found.len();
                for remedy in &found {
                    stands(remedy, &stage, &about);
                }
            }
            WouldPermit::Nothing => {
                nothing += 1;
                for _ in 0..20 {
                    let other = changed(&facts, &program, &mut writer.dice);
                    let verdict = judged(&ready, &other).verdict;
                    assert_eq!(verdict, Verdict::NotPermitted, "{about}\n{other:#?}");
                }
            }
            WouldPermit::NotSettled => not_settled += 1,
        }
    }
    println!("{ways} ways, {nothing} without one, {not_settled} not settled");
    assert!(ways > 20 && nothing > 20, "{ways} {nothing}");
    assert!(not_settled * 20 <= ways + nothing, "{not_settled}");
}

/// Every facts block of the cases and every example, judged with the shipped library.
fn shipped() -> Vec<(String, Fact, Program)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(root.join("policies/examples")).unwrap() {
        let path = entry.unwrap().path();
        texts.push((
            path.display().to_string(),
            std::fs::read_to_string(&path).unwrap(),
        ));
    }
    for entry in std::fs::read_dir(root.join("tests/cases/licenses")).unwrap() {
        let path = entry.unwrap().path();
        let page = std::fs::read_to_string(&path).unwrap();
        for (at, block) in page.split("```yaml\n").skip(1).enumerate() {
            let block = block.split("```").next().unwrap_or("").to_owned();
            texts.push((format!("{} #{at}", path.display()), block));
        }
    }
    texts.sort();
    let mut all = Vec::new();
    for (name, text) in texts {
        let nodes = facts::parse(SourceId(1000), &text, Format::Yaml, &Limits::default());
        for node in nodes.unwrap_or_default() {
            let program = library::program(&library::needed([&node]));
            let bound = eval::bind(&node, &program.schema, library::names());
            let Ok(fact) = bound else { continue };
            let fact = eval::with_defaults(fact, &program);
            all.push((name.clone(), fact, program));
        }
    }
    all
}

#[test]
fn remedies_of_examples_and_cases_stand_up() {
    let options = Options {
        today: "2026-11-22".parse().unwrap(),
        reported: false,
    };
    let mut ways = 0;
    for (name, facts, program) in shipped() {
        let ready = Ready::new(&program, options);
        if judged(&ready, &facts).verdict != Verdict::NotPermitted {
            continue;
        }
        let stage = set(&ready, &facts);
        match would_permit(&stage) {
            WouldPermit::If(found) => {
                ways += found.len();
                for remedy in &found {
                    stands(remedy, &stage, &name);
                }
            }
            found => println!("{name}: {found:?}"),
        }
    }
    println!("{ways} ways");
    assert!(ways > 10, "{ways}");
}
