//! Dialogues through a pipe, and what they leave in the facts file; what lies ahead.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A file that is gone when the test is over.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> File {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("ask-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the target folder can be written to");
        let path = folder.join(name);
        std::fs::write(&path, text).expect("the target folder can be written to");
        File(path)
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.0).expect("the file is still there")
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("paths of tests are UTF-8")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().expect("it is in a folder"));
    }
}

/// Status, stdout, stderr.
fn ran(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_clausula"))
        .args(arguments)
        .args(["--as-of", "2026-11-01"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A program that has read enough closes the pipe.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let done = child.wait_with_output().expect("the program ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (
        done.status.code().unwrap_or(-1),
        text(done.stdout),
        text(done.stderr),
    )
}

const HALF: &str = include_str!("../../policies/examples/half-known.yaml");

/// The lines `after` has and `before` has not; every line of `before` must still be there, in order.
fn added(before: &str, after: &str) -> String {
    let mut old = before.lines().peekable();
    let mut new = String::new();
    for line in after.lines() {
        if old.peek() == Some(&line) {
            old.next();
        } else {
            new.push_str(line);
            new.push('\n');
        }
    }
    assert_eq!(old.next(), None, "a line is gone");
    new
}

#[test]
fn a_dialogue_settles_the_verdict_and_keeps_the_file() {
    let file = File::new("facts.yaml", HALF);
    let answers = "?\nUSA\nUS\ntrue\nProduct counsel\n\n\nscreenshots\n4M\nnone\n";
    let (status, out, errors) = ran(&["ask", file.path(), "--write"], answers);
    assert_eq!(out, "");
    assert!(
        errors.contains("principal-place-of-business in EU"),
        "{errors}"
    );
    assert!(errors.contains("this fact should be a country"), "{errors}");
    assert!(errors.contains("> US\n\nllama-4/prominent"), "{errors}");
    assert_eq!(status, 0, "{errors}");
    insta::assert_snapshot!(added(HALF, &file.text()), @r"
      principal-place-of-business: US
      group:
        monthly-active-users: { 2025-03: 4M }
        control-changed: none
    determinations:
      - judgment: llama-4/prominent
        value: true
        by: Product counsel
        basis: screenshots
        on: 2026-11-01
        until: none
    ");
}

#[test]
fn a_settled_verdict_ends_the_dialogue() {
    let file = File::new("facts.yaml", HALF);
    let (status, out, _) = ran(&["ask", file.path()], "DE\nnever read\n");
    assert_eq!(status, 1);
    assert_eq!(added(HALF, &out), "  principal-place-of-business: DE\n");
    assert_eq!(file.text(), HALF, "nobody asked to write it");
}

#[test]
fn quitting_keeps_the_answers_and_skipping_writes_nothing() {
    let file = File::new("facts.yaml", HALF);
    let (status, _, _) = ran(&["ask", file.path(), "--write"], "\n\n> 700M\nq\n");
    assert_eq!(status, 3);
    assert_eq!(
        added(HALF, &file.text()),
        "  group:\n    monthly-active-users: { 2025-03: \"> 700M\" }\n"
    );
}

const DRAFT: &str = include_str!("../../policies/examples/first-draft.yaml");

#[test]
fn three_answers_settle_a_draft_with_half_its_facts() {
    let file = File::new("facts.yaml", DRAFT);
    let (status, _, errors) = ran(&["ask", file.path(), "--write"], "4M\nnone\ntrue\n");
    assert_eq!(status, 0, "{errors}");
    assert_eq!(errors.matches("\n> ").count(), 3, "{errors}");
    insta::assert_snapshot!(added(DRAFT, &file.text()), @r"
      group:
        monthly-active-users: { 2024-11: 4M }
        control-changed: none
      passes-on:
        dangers-disclosed: true
    ");
}

#[test]
fn a_bad_answer_is_asked_again_with_a_suggestion() {
    let text = DRAFT.replace("  audience: own-staff\n", "");
    let file = File::new("facts.yaml", &text);
    let answers = "4M\nnone\nhosted-servise\nhosted-service\n";
    let (_, out, errors) = ran(&["ask", file.path()], answers);
    assert!(
        errors.contains("did you mean `hosted-service`?"),
        "{errors}"
    );
    assert!(out.contains("offered-as: hosted-service\n"), "{out}");
    let (_, out, _) = ran(&["ask", file.path()], "[unclosed\nq\n");
    assert_eq!(out, text, "a bad answer changes nothing");
}

#[test]
fn what_is_skipped_is_replaced_where_something_else_settles_it() {
    let file = File::new("facts.yaml", DRAFT);
    // How the product is offered is not known: what comes with it settles it as well.
    let (_, _, first) = ran(&["ask", file.path()], "4M\n2020-01-01\n");
    let asks = |errors: &str, name: &str| errors.contains(&format!("\n{name}: "));
    let (offered, dangers) = ("product.offered-as", "product.passes-on.dangers-disclosed");
    let (one, other) = if asks(&first, offered) {
        (offered, dangers)
    } else {
        (dangers, offered)
    };
    assert!(asks(&first, one) && !asks(&first, other), "{first}");
    let (_, _, second) = ran(&["ask", file.path()], "4M\n2020-01-01\nunknown\n");
    assert!(asks(&second, other), "{second}");
    // Without the users of the group nothing permits it, and nothing rules it out.
    let (status, out, errors) = ran(&["ask", file.path()], "\n\n\n\n\n");
    assert_eq!((status, out.as_str()), (3, DRAFT));
    assert!(
        errors.contains("nothing else settles it without"),
        "{errors}"
    );
}

#[test]
fn what_may_still_rule_it_out_is_asked_after_a_skip() {
    let file = File::new("facts.yaml", HALF);
    let (status, _, errors) = ran(&["ask", file.path()], "\nfalse\nProduct counsel\n\n\n\n");
    assert!(errors.contains("it may still be ruled out"), "{errors}");
    assert_eq!(status, 1, "{errors}");
}

#[test]
fn the_end_of_the_input_keeps_what_was_answered() {
    let file = File::new("facts.yaml", DRAFT);
    let (status, _, errors) = ran(&["ask", file.path(), "--write"], "4M\n");
    assert_eq!(status, 3, "{errors}");
    insta::assert_snapshot!(added(DRAFT, &file.text()), @r"
      group:
        monthly-active-users: { 2024-11: 4M }
    ");
}

#[test]
fn bounds_are_used_as_far_as_they_go() {
    let file = File::new("facts.yaml", DRAFT);
    let (status, _, errors) = ran(&["ask", file.path()], "600M..650M\nnone\ntrue\n");
    assert_eq!(status, 0, "{errors}");
    // Bounds around the threshold are all there is to tell: it is not asked again.
    let (status, _, errors) = ran(&["ask", file.path()], "600M..800M\nnone\ntrue\n");
    assert_eq!(status, 3, "{errors}");
    assert_eq!(
        errors.matches("monthly-active-users in 2024-11: ").count(),
        1,
        "{errors}"
    );
}

/// One `--answer`, written in place.
fn answered(name: &str, before: &str, answer: &str) -> String {
    let file = File::new(name, before);
    let (status, _, errors) = ran(&["ask", file.path(), "--write", "--answer", answer], "");
    assert_ne!(status, 2, "{errors}");
    file.text()
}

#[test]
fn flow_mappings_and_series_grow_before_their_brace() {
    let text = "# top\norganization: { name: A, group: { monthly-active-users: { 2025-02: 1M } } }  # who\nmodels: []\n";
    let after = answered(
        "facts.yaml",
        text,
        "organization.group.monthly-active-users in 2025-03=699M",
    );
    assert_eq!(after, text.replace("1M }", "1M, 2025-03: 699M }"));
    let after = answered("facts.yaml", text, "organization.kind=company");
    assert_eq!(after, text.replace("} } }", "} }, kind: company }"));
}

#[test]
fn an_explicit_unknown_is_replaced_in_place() {
    let text = "organization:\n  kind: unknown  # ask Jo\n  name:   # later\n  group: unknown\nmodels: []\n";
    let after = answered("facts.yaml", text, "organization.kind=company");
    assert_eq!(after, text.replacen("unknown", "company", 1));
    let after = answered("facts.yaml", text, "organization.name=A: B");
    assert_eq!(after, text.replace("name:   #", "name: \"A: B\"   #"));
}

#[test]
fn models_of_a_list_are_found_and_new_ones_added() {
    let text = "models:\n  # the first\n  - id: a/b\n    license: apache-2.0   # declared\n";
    let after = answered("facts.yaml", text, "models[a/b].from=[]");
    assert_eq!(after, format!("{text}    from: []\n"));
    let after = answered("facts.yaml", text, "models[c/d].role=parent");
    assert_eq!(after, format!("{text}  - id: c/d\n    role: parent\n"));
}

#[test]
fn determinations_join_those_there_are() {
    let text = format!("{HALF}determinations: []\n");
    let answer = "llama-4/prominent={ value: true, by: Counsel }";
    let after = answered("facts.yaml", &text, answer);
    insta::assert_snapshot!(after.strip_prefix(HALF).expect("the rest stays"), @r"
    determinations:
      - judgment: llama-4/prominent
        value: true
        by: Counsel
        on: 2026-11-01
        until: none
    ");
}

#[test]
fn json_stays_json() {
    let text = "{\n  \"organization\": {\n    \"name\": \"A\"\n  },\n  \"models\": []\n}\n";
    let after = answered("facts.json", text, "organization.kind=company");
    assert_eq!(
        after,
        text.replace("\"A\"", "\"A\",\n    \"kind\": \"company\"")
    );
    let after = answered(
        "facts.json",
        text,
        "product.monthly-active-users in 2026-10=4M",
    );
    assert_eq!(
        after,
        text.replace(
            "[]",
            "[],\n  \"product\": { \"monthly-active-users\": { \"2026-10\": \"4M\" } }"
        )
    );
}

#[test]
fn toml_stays_toml() {
    let text = "# top\nmodels = []   # none yet\n\n[organization]  # who\nname = \"A\"\ngroup.control-changed = \"none\"\n\n# what\n[product]\nname = 'B'\n# the end\n";
    let after = answered("facts.toml", text, "organization.kind=company");
    assert_eq!(
        after,
        text.replace("\"none\"\n", "\"none\"\nkind = \"company\"\n")
    );
    let after = answered("facts.toml", text, "product.name=C # D");
    assert_eq!(after, text.replace("'B'", "\"C # D\""));
    let after = answered(
        "facts.toml",
        text,
        "product.monthly-active-users in 2026-10=4M",
    );
    assert_eq!(
        after,
        text.replace(
            "'B'\n",
            "'B'\nmonthly-active-users = { 2026-10 = \"4M\" }\n"
        )
    );
    let after = answered(
        "facts.toml",
        text,
        "llama-4/prominent={ value: true, by: Jo }",
    );
    assert_eq!(
        after,
        text.replace(
            "# the end\n",
            "\n[[determinations]]\njudgment = \"llama-4/prominent\"\nvalue = true\nby = \"Jo\"\non = \"2026-11-01\"\nuntil = \"none\"\n# the end\n"
        )
    );
    let windows = text.replace('\n', "\r\n");
    let after = answered("facts.toml", &windows, "organization.kind=company");
    assert_eq!(
        after,
        windows.replace("\"none\"\r\n", "\"none\"\r\nkind = \"company\"\r\n")
    );
}

#[test]
fn tables_of_toml_lists_are_found_and_new_ones_added() {
    let text = "[[deployments]]\ndeployment = \"one\"\nmodels = []\n\n[[deployments]]\ndeployment = \"two\" # this\n\n[[deployments.models]]\nid = \"a/b\"\nlicense = \"apache-2.0\"\n";
    let after = answered("facts.toml", text, "models[a/b].from=[]");
    assert!(
        after.ends_with("license = \"apache-2.0\"\nfrom = []\n"),
        "{after}"
    );
    let text = "[[models]]\nid = \"a/b\"   # the one\nlicense = \"apache-2.0\"\n\n[models.package]\nnotice-file = \"unknown\"\n";
    let after = answered("facts.toml", text, "models[a/b].from=[]");
    assert_eq!(after, text.replace("2.0\"\n", "2.0\"\nfrom = []\n"));
    let after = answered("facts.toml", text, "models[c/d].role=parent");
    assert_eq!(
        after,
        format!("{text}\n[[models]]\nid = \"c/d\"\nrole = \"parent\"\n")
    );
    let text = "models = [\n  { id = \"a/b\" }, # the one\n]\n";
    let after = answered("facts.toml", text, "models[a/b].license=apache-2.0");
    assert_eq!(
        after,
        text.replace("\"a/b\" }", "\"a/b\", license = \"apache-2.0\" }")
    );
}

#[test]
fn aliases_are_refused_and_the_file_is_left_alone() {
    let text = "organization: &o\n  name: A\nproduct: *o\nmodels: []\n";
    let file = File::new("facts.yaml", text);
    let (status, _, errors) = ran(
        &[
            "ask",
            file.path(),
            "--write",
            "--answer",
            "product.audience=public",
        ],
        "",
    );
    assert_eq!(status, 2);
    assert!(errors.contains("alias"), "{errors}");
    assert_eq!(file.text(), text);
}

#[test]
fn nobody_to_ask_gets_the_list_of_questions() {
    let (status, out, _) = ran(&["ask", "policies/examples/half-known.yaml"], "");
    assert_eq!(status, 3);
    let json: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    let questions = &json["deployments"][0]["questions"];
    assert_eq!(
        questions[0]["name"],
        "organization.principal-place-of-business"
    );
    assert_eq!(questions[1]["kind"], "judgment");
    assert_eq!(questions[0]["options"][1]["verdict"], "not permitted");
    let (_, again, _) = ran(
        &[
            "ask",
            "policies/examples/half-known.yaml",
            "--format",
            "json",
        ],
        "x\n",
    );
    assert_eq!(out, again);
}

#[test]
fn a_determination_that_ends_changes_the_verdict() {
    let facts = format!(
        "{}determinations:\n  - {{ judgment: llama-4/prominent, value: true, by: Counsel, on: 2026-09-01, until: 2027-03-31 }}\n",
        HALF.replace(
            "  role: licensee\n",
            "  role: licensee\n  principal-place-of-business: US\n  group: { monthly-active-users: { 2025-03: 4M }, control-changed: none }\n",
        )
    );
    let file = File::new("facts.yaml", &facts);
    let (status, out, errors) = ran(
        &[
            "check",
            file.path(),
            "--until",
            "2028-01-01",
            "--format",
            "json",
        ],
        "",
    );
    assert_eq!(status, 0, "{errors}");
    let json: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    let deployment = &json["deployments"][0];
    assert_eq!(deployment["changes_until"], "2028-01-01");
    let changes = deployment["changes"].as_array().expect("a list");
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0]["on"], "2027-04-01");
    assert_eq!(changes[0]["from"], "permitted");
    assert_eq!(changes[0]["to"], "undetermined");
    let because = changes[0]["because"].to_string();
    assert!(because.contains("2027-03-31"), "{because}");
    assert!(because.contains("llama-4/prominent"), "{because}");
    let (_, out, _) = ran(&["check", file.path(), "--until", "2027-03-31"], "");
    assert!(
        out.contains("will change, up to 2027-03-31\n  nothing changes"),
        "{out}"
    );
}

#[test]
fn clauses_months_and_dates_of_facts_are_looked_ahead_to() {
    let policy = r#"
policy house "House" open {
  clause soon "Soon" { forbid use when product.audience is public effective from 2027-02-01 }
  clause fresh "Fresh" { require product.monthly-active-users in last month < 5M }
}
"#;
    let policy = File::new("house.clause", policy);
    let facts = "models:\n  - { id: a/b, license: apache-2.0, from: [], run: self-hosted, weights: private }\nproduct: { audience: customers, offered-as: none, monthly-active-users: { 2026-10: 1M, 2026-11: 9M } }\n";
    let file = File::new("facts.yaml", facts);
    let (_, out, errors) = ran(
        &[
            "check",
            file.path(),
            "--policy",
            policy.path(),
            "--until",
            "2027-03-01",
            "--format",
            "json",
        ],
        "",
    );
    let json: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
    let changes = json["deployments"][0]["changes"]
        .as_array()
        .unwrap_or_else(|| panic!("{out}{errors}"));
    assert_eq!(changes[0]["on"], "2026-12-01", "{changes:?}");
    assert_eq!(changes[0]["to"], "not permitted");
    assert_eq!(changes[1]["on"], "2027-01-01");
    assert_eq!(changes[1]["to"], "undetermined");
}
