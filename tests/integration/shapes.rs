//! Snapshots of shapes: the tree and the program of a small policy, the help, the JSON of a report.

use std::process::Command;

fn clausula(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_clausula"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, "");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_tree_of_a_license() {
    insta::assert_snapshot!(clausula(&["dump", "ast", "apache-2.0"]));
}

#[test]
fn the_program_of_a_license() {
    insta::assert_snapshot!(clausula(&["dump", "ir", "apache-2.0"]));
}

#[test]
fn the_help() {
    insta::assert_snapshot!("help", clausula(&["--help"]));
    insta::assert_snapshot!("help-check", clausula(&["check", "--help"]));
}

#[test]
fn the_json_of_a_report() {
    let facts = "policies/examples/saas-missing-notice.yaml";
    insta::assert_snapshot!(clausula(&[
        "check",
        facts,
        "--format",
        "json",
        "--as-of",
        "2026-11-22"
    ]));
}

#[test]
fn the_schema_of_the_json() {
    insta::assert_snapshot!(clausula(&["schema", "output"]));
}
