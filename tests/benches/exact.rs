//! Exact answers: what not knowing costs.
//!
//! `cargo bench --bench exact` prints first the ratios, all measured in one run, then how the cost
//! grows with what is unknown, with clauses and with the lengths of lists, then the times of each.
#![expect(clippy::print_stdout, reason = "a benchmark prints its ratios")]

use clausula::analyze::diff::{self, Show, Version};
use clausula::analyze::lint;
use clausula::eval::{self, Fact};
use clausula::facts::{self, Format, Limits, Node, Tree};
use clausula::ir::Program;
use clausula::library::{self, Needed};
use clausula::scene::{Options, Ready, Stage};
use clausula::source::SourceId;
use clausula::verdict::{self, Verdict};
use divan::{Bencher, black_box};
use jiff::civil::date;
use std::fmt::Write;
use std::time::{Duration, Instant};

const OPTIONS: Options = Options {
    today: date(2026, 11, 22),
    reported: false,
};

/// A deployment of which everything is known.
const KNOWN: &str = include_str!("../../policies/examples/saas-on-fine-tune.yaml");

/// How many facts are not known.
const UNKNOWN: [usize; 5] = [0, 5, 10, 20, 40];
/// How many clauses a written policy has.
const CLAUSES: [usize; 5] = [10, 30, 100, 300, 1000];
/// How many models a deployment has.
const MODELS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];
/// How many facts are to differ from each other, over one value fewer.
const DIFFERENT: [usize; 6] = [4, 6, 8, 10, 12, 14];

// ── what is judged ──────────────────────────────────────────────────────────

fn nodes(yaml: &str) -> Vec<Node> {
    let nodes = facts::parse(SourceId(0), yaml, Format::Yaml, &Limits::default());
    nodes.expect("the facts of this bench are YAML")
}

/// Takes out some of the plain facts, spread over the whole deployment; how many there were. What is
/// bound by which license stays.
fn forget(node: &mut Node, every: &mut dyn FnMut() -> bool) -> usize {
    let Tree::Map(map) = &mut node.value else {
        if let Tree::List(list) = &mut node.value {
            return list.iter_mut().map(|node| forget(node, every)).sum();
        }
        return 0;
    };
    let mut count = 0;
    map.retain(|name, entry| {
        let stays = ["deployment", "id", "license", "from", "model", "by", "role"];
        if stays.contains(&name.as_ref()) {
            return true;
        }
        let nested = match &entry.value.value {
            Tree::Map(_) => true,
            Tree::List(list) => list.iter().any(|one| matches!(one.value, Tree::Map(_))),
            _ => false,
        };
        if nested {
            count += forget(&mut entry.value, every);
            return true;
        }
        count += 1;
        !every()
    });
    count
}

/// The deployment with this many facts left out, as far as it has them.
fn with_unknown(unknown: usize, program: &Program) -> (Fact, usize) {
    let mut node = nodes(KNOWN).remove(0);
    let all = forget(&mut node.clone(), &mut || false);
    let (mut seen, mut gone) = (0, 0);
    forget(&mut node, &mut || {
        seen += 1;
        let out = seen * unknown.min(all) / all > gone;
        gone += usize::from(out);
        out
    });
    (bound(&node, program), gone)
}

fn bound(node: &Node, program: &Program) -> Fact {
    let fact = eval::bind(node, &program.schema, &library::names_with(program));
    let fact = fact.expect("the facts of this bench fit");
    eval::with_defaults(fact, program)
}

fn stage<'a>(ready: &'a Ready<'a>, fact: &'a Fact) -> Stage<'a> {
    Stage::set(ready, fact).expect("the facts of this bench are sound")
}

/// The whole report: verdict, what is missing, where each answer leads.
fn judged(ready: &Ready, fact: &Fact) -> verdict::Report {
    let report = verdict::judge(&stage(ready, fact), "bench");
    report.expect("the facts of this bench are sound")
}

/// What a report comes to, in a few words.
fn note(report: &verdict::Report) -> String {
    let (verdict, asked) = (report.verdict.as_str(), report.missing.len());
    let remark = report.remarks.first();
    let remark = remark.map_or("", |remark| remark.message.as_str());
    format!("{verdict}, {asked} asked {remark}")
}

/// The verdict of the fast path, nothing explained.
fn quick(ready: &Ready, fact: &Fact) -> Verdict {
    verdict::quick(&stage(ready, fact))
}

/// An organization's policy with this many clauses over half as many facts.
fn clauses(count: usize) -> Program {
    let mut text = String::new();
    let facts = count.div_ceil(2);
    for at in 0..facts {
        let _ = writeln!(
            text,
            "fact size-{at}: count of users\nfact flag-{at}: yes-no"
        );
    }
    text.push_str("policy written \"Written\" open {\n  owner \"Bench\"\n");
    for at in 0..count {
        let (a, b, c) = (at % facts, (at * 7 + 3) % facts, (at * 13 + 5) % facts);
        let _ = writeln!(
            text,
            "  clause c{at} \"C\" {{ require size-{a} < {at}k or flag-{b} when flag-{a} or size-{c} > {}k }}",
            at + 5
        );
    }
    text.push_str("}\n");
    compiled(text)
}

/// A policy that asks for facts that all differ, over one value fewer: no deployment can meet it, and to
/// see that takes a search that grows with every fact.
fn different(count: usize) -> Program {
    let mut text = String::from("enum hole {\n");
    for at in 1..count {
        let _ = writeln!(text, "  h{at} \"H\"");
    }
    text.push_str("}\n");
    for at in 0..count {
        let _ = writeln!(text, "fact p{at}: hole");
    }
    text.push_str("policy written \"Written\" open {\n  owner \"Bench\"\n");
    for a in 0..count {
        for b in 0..a {
            let _ = writeln!(
                text,
                "  clause d{a}-{b} \"D\" {{ require p{a} is not p{b} }}"
            );
        }
    }
    text.push_str("}\n");
    compiled(text)
}

fn compiled(text: String) -> Program {
    let mut sources = library::sources();
    let source = sources.add("bench.clause", text);
    let program = library::compile(&[source], &sources, &Needed::none());
    program.unwrap_or_else(|faults| panic!("the policies of this bench compile: {faults:#?}"))
}

/// A deployment of many models, of each of which little is known.
fn models(count: usize, program: &Program) -> Fact {
    let mut text = String::from("product: { audience: public }\nmodels:\n");
    for at in 0..count {
        let _ = writeln!(
            text,
            "  - {{ id: acme/Llama-Support-{at}, license: llama-4, from: [] }}"
        );
    }
    bound(&nodes(&text)[0], program)
}

fn nothing(program: &Program) -> Fact {
    bound(&nodes("models: []\n")[0], program)
}

// ── ratios ──────────────────────────────────────────────────────────────────

/// Times one call of each side, in turns so that a busy machine slows all alike; the fastest of each.
fn in_turns(sides: &[&dyn Fn()]) -> Vec<Duration> {
    const TIME: Duration = Duration::from_millis(600);
    let mut fastest = vec![Duration::MAX; sides.len()];
    let start = Instant::now();
    let mut turns = 0;
    while turns < 3 || start.elapsed() < TIME {
        for (side, fastest) in sides.iter().zip(&mut fastest) {
            let start = Instant::now();
            side();
            *fastest = (*fastest).min(start.elapsed());
        }
        turns += 1;
    }
    fastest
}

/// Makes the work of one call happen.
fn work<T>(thing: T) {
    let _ = black_box(thing);
}

/// One line of a graph: a bar whose length grows by one for every doubling.
fn row(what: &str, time: Duration, base: Duration, note: &str) {
    let ratio = time.as_secs_f64() / base.as_secs_f64().max(1e-9);
    let bar = "█".repeat((time.as_secs_f64() * 1e6).max(1.0).log2().round() as usize);
    println!("{what:<32} {:>11} {ratio:>9.1}x  {bar} {note}", said(time));
}

fn said(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1000.0 {
        format!("{micros:.1} µs")
    } else {
        format!("{:.2} ms", micros / 1000.0)
    }
}

fn unknowns() {
    let program = library::program(&Needed::all());
    let ready = Ready::new(&program, OPTIONS);
    let (known, _) = with_unknown(0, &program);
    let base = in_turns(&[&|| work(quick(&ready, &known)), &|| {
        work(judged(&ready, &known));
    }]);
    println!("unknown facts of one deployment, the whole library");
    row("all known, verdict alone", base[0], base[0], "");
    for unknown in UNKNOWN {
        let (fact, gone) = with_unknown(unknown, &program);
        let note = note(&judged(&ready, &fact));
        let time = in_turns(&[&|| work(judged(&ready, &fact))])[0];
        row(
            &format!("{gone} unknown, whole report"),
            time,
            base[0],
            &note,
        );
    }
}

fn growth() {
    println!("\nclauses of a policy of which no fact is known");
    let mut base = None;
    for count in CLAUSES {
        let program = clauses(count);
        let ready = Ready::new(&program, OPTIONS);
        let fact = nothing(&program);
        let note = note(&judged(&ready, &fact));
        let time = in_turns(&[&|| work(judged(&ready, &fact))])[0];
        row(
            &format!("{count} clauses"),
            time,
            *base.get_or_insert(time),
            &note,
        );
    }
    println!("\nmodels of which little is known, under one license");
    let program = library::program(&Needed::all());
    let ready = Ready::new(&program, OPTIONS);
    let mut base = None;
    for count in MODELS {
        let fact = models(count, &program);
        let note = note(&judged(&ready, &fact));
        let time = in_turns(&[&|| work(judged(&ready, &fact))])[0];
        row(
            &format!("{count} models"),
            time,
            *base.get_or_insert(time),
            &note,
        );
    }
    println!("\nfacts that all have to differ, over one value fewer: the search grows with each");
    let mut base = None;
    for count in DIFFERENT {
        let program = different(count);
        let ready = Ready::new(&program, OPTIONS);
        let fact = nothing(&program);
        let note = note(&judged(&ready, &fact));
        let time = in_turns(&[&|| work(judged(&ready, &fact))])[0];
        row(
            &format!("{count} facts"),
            time,
            *base.get_or_insert(time),
            &note,
        );
    }
}

/// Pairs of licenses: the least that differ, some between, those that take longest.
const PAIRS: [[&str; 2]; 6] = [
    ["llama-3.3", "llama-4"],
    ["llama-3", "llama-3.1"],
    ["llama-3", "llama-3.2"],
    ["llama-3", "llama-4"],
    ["gemma", "llama-3.2"],
    ["llama-4", "gemma"],
];

fn policies() {
    let all = library::program(&Needed::all());
    let compared = |pair: [&str; 2]| {
        let [old, new] = pair.map(|id| Version {
            layer: all.layer(id).expect("a shipped license"),
            program: &all,
        });
        diff::diff(old, new, OPTIONS, &Show::default())
    };
    let decode = || work(library::program(&Needed::all()));
    let lint = || work(lint::lint(&all, OPTIONS, true));
    let diffs = PAIRS.map(|pair| move || work(compared(pair)));
    let mut sides: Vec<&dyn Fn()> = vec![&decode, &lint];
    sides.extend(diffs.iter().map(|side| side as &dyn Fn()));
    let times = in_turns(&sides);
    println!("\npolicies as a whole, beside decoding the library");
    row("decoding the whole library", times[0], times[0], "");
    row("lint of the whole library", times[1], times[0], "");
    for ([old, new], time) in PAIRS.iter().zip(&times[2..]) {
        let found = compared([old, new]);
        let facts = found.clauses.iter().map(|clause| clause.shown.len());
        let facts = facts.sum::<usize>() + found.acts.len();
        let note = format!("{facts} examples");
        row(&format!("diff {old} {new}"), *time, times[0], &note);
    }
}

// ── times ───────────────────────────────────────────────────────────────────

#[divan::bench(args = UNKNOWN)]
fn unknown(bencher: Bencher, unknown: usize) {
    let program = library::program(&Needed::all());
    let ready = Ready::new(&program, OPTIONS);
    let (fact, _) = with_unknown(unknown, &program);
    bencher.bench(|| judged(&ready, black_box(&fact)));
}

#[divan::bench(args = CLAUSES)]
fn policy(bencher: Bencher, count: usize) {
    let program = clauses(count);
    let ready = Ready::new(&program, OPTIONS);
    let fact = nothing(&program);
    bencher.bench(|| judged(&ready, black_box(&fact)));
}

fn main() {
    unknowns();
    policies();
    growth();
    divan::main();
}
