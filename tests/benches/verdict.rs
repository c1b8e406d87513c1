//! One deployment under the Llama 4 license: the engine beside Rust written by hand for that license.
//!
//! `cargo bench --bench verdict` prints first the ratios, measured in turns in one run so that a busy
//! machine slows both sides alike, then the times of each. `-- ratios` prints the ratios alone, `-- bound`
//! the times whose names hold that word.
#![expect(clippy::print_stdout, reason = "a benchmark prints its ratios")]

mod by_hand;

use clausula::eval::{self, Fact, Truth};
use clausula::facts::{self, Format, Limits};
use clausula::ir::Program;
use clausula::library::{self, Needed};
use clausula::scene::{Options, Ready, Stage};
use clausula::source::SourceId;
use clausula::verdict::{Verdict, quick};
use divan::{Bencher, black_box};
use jiff::civil::{Date, date};
use std::time::Instant;

const TODAY: Date = date(2026, 10, 1);

/// A model used as it is, nothing above it.
const PLAIN: &str = include_str!("plain.json");
/// A model made from a listed parent.
const TUNED: &str = include_str!("tuned.json");

fn facts_named(name: &str) -> &'static str {
    if name == "plain" { PLAIN } else { TUNED }
}

/// Whether any check fails, over everything that is judged about a deployment.
fn fails(ready: &Ready, deployment: &Fact) -> Truth {
    let stage = Stage::set(ready, deployment).expect("the facts of this bench are sound");
    match quick(&stage) {
        Verdict::Permitted => Truth::No,
        Verdict::NotPermitted => Truth::Yes,
        Verdict::Undetermined | Verdict::NothingApplied => Truth::Unknown,
    }
}

fn ready(program: &Program) -> Ready<'_> {
    let options = Options {
        today: TODAY,
        reported: false,
    };
    Ready::new(program, options)
}

fn llama_4() -> Program {
    let mut needed = Needed::none();
    needed.add("llama-4");
    library::program(&needed)
}

fn read(json: &str, program: &Program) -> Fact {
    eval::read(json, &program.schema, library::names()).expect("the facts of this bench are usual")
}

fn read_by_tree(json: &str, program: &Program) -> Fact {
    let nodes = facts::parse(SourceId(0), json, Format::Json, &Limits::default());
    let nodes = nodes.expect("the facts of this bench are JSON");
    eval::bind(&nodes[0], &program.schema, library::names()).expect("the facts of this bench fit")
}

/// Nanoseconds for one call of each of `sides`, measured in turns; the fastest turn of each, since
/// whatever else the machine does only ever adds.
fn in_turns<const N: usize>(sides: [&dyn Fn(); N]) -> [f64; N] {
    const TURNS: usize = 2_000;
    const CALLS: u32 = 10;
    let mut fastest = [f64::INFINITY; N];
    for _ in 0..TURNS {
        for (side, fastest) in sides.iter().zip(&mut fastest) {
            let start = Instant::now();
            for _ in 0..CALLS {
                side();
            }
            let time = start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS);
            *fastest = fastest.min(time);
        }
    }
    fastest
}

/// Makes the work of one call happen.
fn work<T>(thing: T) {
    let _ = black_box(thing);
}

fn ratios() {
    let program = llama_4();
    let ready = ready(&program);
    println!("                        by hand       engine   ratio");
    for (name, json) in [("plain", PLAIN), ("tuned", TUNED)] {
        let fact = read(json, &program);
        let facts = by_hand::read(json);
        assert_eq!(
            fails(&ready, &fact),
            by_hand::verdict(&facts, TODAY).expect("sound facts"),
            "{name}"
        );
        let [hand, engine] = in_turns([
            &|| work(by_hand::verdict(black_box(&facts), TODAY)),
            &|| work(fails(&ready, black_box(&fact))),
        ]);
        row(name, "facts bound", hand, engine);
        let [hand, engine, tree] = in_turns([
            &|| work(by_hand::verdict(&by_hand::read(black_box(json)), TODAY)),
            &|| work(fails(&ready, &read(black_box(json), &program))),
            &|| work(fails(&ready, &read_by_tree(black_box(json), &program))),
        ]);
        row(name, "from JSON", hand, engine);
        row(name, "by the tree", hand, tree);
    }
    let [one, all] = in_turns([&|| work(llama_4()), &|| {
        work(library::program(&Needed::all()))
    }]);
    println!("decoding the schema and one license {one:.0} ns, and all licenses {all:.0} ns");
}

fn row(name: &str, what: &str, hand: f64, engine: f64) {
    let ratio = engine / hand;
    println!("{name}, {what:<12} {hand:9.0} ns {engine:9.0} ns {ratio:6.1}x");
}

#[divan::bench(args = ["plain", "tuned"])]
fn bound(bencher: Bencher, name: &str) {
    let json = facts_named(name);
    let program = llama_4();
    let ready = ready(&program);
    let fact = read(json, &program);
    bencher.bench(|| fails(&ready, black_box(&fact)));
}

#[divan::bench(args = ["plain", "tuned"])]
fn stage_only(bencher: Bencher, name: &str) {
    let json = facts_named(name);
    let program = llama_4();
    let ready = ready(&program);
    let fact = read(json, &program);
    bencher.bench(|| Stage::set(&ready, black_box(&fact)).is_ok());
}

#[divan::bench(args = ["plain", "tuned"])]
fn reading(bencher: Bencher, name: &str) {
    let json = facts_named(name);
    let program = llama_4();
    bencher.bench(|| read(black_box(json), &program));
}

fn main() {
    // A filter picks among the timed ones; `ratios` picks the comparison alone.
    let filter = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    if filter.as_deref().is_none_or(|filter| filter == "ratios") {
        ratios();
    }
    if filter.as_deref() != Some("ratios") {
        divan::main();
    }
}
