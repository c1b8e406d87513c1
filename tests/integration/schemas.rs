//! What programs are told follows the published schemas.

use serde_json::Value;
use std::process::Command;

fn json(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_clausula"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What in a value is not as a schema says; of JSON Schema, the words that are used.
fn wrong(value: &Value, schema: &Value, root: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(target) = schema["$ref"].as_str() {
        let name = target.trim_start_matches("#/$defs/");
        wrong(value, &root["$defs"][name], root, at, found);
    }
    for word in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[word].as_array() {
            let fits = |choice: &&Value| {
                let mut found = Vec::new();
                wrong(value, choice, root, at, &mut found);
                found.is_empty()
            };
            if choices.iter().filter(fits).count() == 0 {
                found.push(format!("{at}: {value} fits none of {word}"));
            }
        }
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !types.is_empty() && !types.contains(&is) {
        found.push(format!("{at}: {is} is none of {types:?}"));
    }
    if !schema["const"].is_null() && schema["const"] != *value {
        found.push(format!("{at}: {value} is not {}", schema["const"]));
    }
    for (nth, element) in value.as_array().into_iter().flatten().enumerate() {
        wrong(
            element,
            &schema["items"],
            root,
            &format!("{at}[{nth}]"),
            found,
        );
    }
    let required = schema["required"].as_array().into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if value.get(name).is_none() {
            found.push(format!("{at}: `{name}` is missing"));
        }
    }
    if let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object())
    {
        for (name, inner) in object {
            match properties.get(name) {
                Some(schema) => wrong(inner, schema, root, &format!("{at}.{name}"), found),
                None => found.push(format!("{at}: `{name}` is not in the schema")),
            }
        }
    }
}

fn follows(what: &str, arguments: &[&str]) {
    let schema = json(&["schema", what]);
    let value = json(arguments);
    let mut found = Vec::new();
    wrong(&value, &schema, &schema, what, &mut found);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(value["version"], 1);
}

#[test]
fn a_difference_follows_its_schema() {
    let to_json = ["--format", "json", "--as-of", "2026-11-22"];
    for arguments in [
        vec!["diff", "llama-3", "llama-3.1"],
        vec!["diff", "llama-3.2", "llama-3.3"],
        vec!["diff", "gemma", "gemma", "--clause", "rights"],
        vec![
            "diff",
            "llama-3",
            "llama-3.1",
            "--facts",
            "policies/examples/trained-on-outputs.yaml",
        ],
    ] {
        follows("diff", &[&arguments[..], &to_json].concat());
    }
    let policy = |name: &str, facts: &str| {
        let path = format!("{}/schemas-{name}.clause", env!("CARGO_TARGET_TMPDIR"));
        let text = format!(
            "{facts}\npolicy house \"House\" open {{\n  \
             clause size \"Size\" {{ forbid when size is not none }}\n}}\n"
        );
        std::fs::write(&path, text).expect("the target folder can be written to");
        path
    };
    let old = policy("old", "fact size: text or none\nfact audited: yes-no");
    let new = policy("new", "fact size: date or none");
    follows("diff", &[&["diff", &old, &new][..], &to_json].concat());
}

#[test]
fn what_lint_finds_follows_its_schema() {
    let to_json = ["--format", "json", "--as-of", "2026-11-22"];
    for arguments in [
        vec!["lint", "policies/organization"],
        vec!["lint", "policies/examples/two-names.clause", "llama-3.1"],
        vec!["lint", "gemma"],
    ] {
        follows("lint", &[&arguments[..], &to_json].concat());
    }
}

#[test]
fn a_report_follows_its_schema() {
    for facts in ["saas-missing-notice", "half-known"] {
        let path = format!("policies/examples/{facts}.yaml");
        let to_json = ["--format", "json", "--as-of", "2026-11-22"];
        follows("output", &[&["check", &path][..], &to_json].concat());
    }
}

#[test]
fn a_value_that_does_not_fit_is_noticed() {
    let schema = json(&["schema", "diff"]);
    let mut found = Vec::new();
    let value = serde_json::json!({ "version": "1", "more": true });
    wrong(&value, &schema, &schema, "diff", &mut found);
    assert!(found.len() > 3, "{found:?}");
}
