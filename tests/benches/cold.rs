//! A whole process that checks one facts file, beside one that only says its version.
//!
//! `cargo bench --bench cold` runs the two in turns, for every shipped example, and prints the median of
//! the ratios pair by pair: what else the machine does slows both sides of a pair alike.
#![expect(clippy::print_stdout, reason = "a benchmark prints its ratios")]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How many pairs are run of each example.
const PAIRS: usize = 60;

fn timed(arguments: &[&str]) -> Duration {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clausula"));
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    command.status().expect("the program of this crate runs");
    start.elapsed()
}

fn median<T: Copy + PartialOrd>(mut all: Vec<T>) -> T {
    all.sort_by(|a, b| a.partial_cmp(b).expect("times and ratios are numbers"));
    all[all.len() / 2]
}

fn main() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("policies/examples");
    let entries = std::fs::read_dir(folder).expect("the shipped examples");
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names = names.filter(|name| name.ends_with(".yaml"));
    let mut names: Vec<String> = names.collect();
    names.sort();
    println!("                              --version     check   ratio");
    for name in names {
        let facts = format!("policies/examples/{name}");
        let check = ["check", facts.as_str(), "--as-of", "2026-11-22"];
        let pairs = (0..PAIRS).map(|_| (timed(&["--version"]), timed(&check)));
        let pairs: Vec<(Duration, Duration)> = pairs.collect();
        let ratio =
            |(version, check): &(Duration, Duration)| check.as_secs_f64() / version.as_secs_f64();
        println!(
            "{name:<28} {:8.2} ms {:6.2} ms {:6.2}x",
            median(
                pairs
                    .iter()
                    .map(|pair| pair.0.as_secs_f64() * 1e3)
                    .collect()
            ),
            median(
                pairs
                    .iter()
                    .map(|pair| pair.1.as_secs_f64() * 1e3)
                    .collect()
            ),
            median(pairs.iter().map(ratio).collect()),
        );
    }
}
