//! What `report`, `status` and `study` print as JSON is what their schemas say, field by field. `scripts/check-study` asks
//! another program (jsonschema) the same.

mod util;

use serde_json::{Value, json};
use util::{Workspace, run_to, sample};

fn schema(of: &str) -> Value {
    serde_json::from_slice(&run_to(0, &["generate", "schema", of]).stdout).unwrap()
}

/// Why a value is not what a schema says; those keywords alone that the schemas use.
fn wrong(all: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let there = all.pointer(name.trim_start_matches('#')).unwrap();
        return wrong(all, there, value, at);
    }
    for several in ["anyOf", "oneOf"].iter().filter_map(|key| schema[*key].as_array()) {
        if !several.iter().any(|one| wrong(all, one, value, at).is_empty()) {
            return vec![format!("{at}: {value} is none of {}", json!(several))];
        }
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = |kind: &&str| **kind == *is || (**kind == *"number" && is == "integer");
    if !types.is_empty() && !types.iter().any(fits) {
        return vec![format!("{at}: {value} is no {types:?}")];
    }
    if schema["const"].as_str().is_some_and(|only| value != only) {
        return vec![format!("{at}: {value} is not {}", schema["const"])];
    }
    if schema["enum"].as_array().is_some_and(|all| !all.contains(value)) {
        return vec![format!("{at}: {value} is none of {}", schema["enum"])];
    }
    match value {
        Value::Object(fields) => of_object(all, schema, fields, at),
        Value::Array(items) if schema["items"].is_object() => {
            let each = items.iter().enumerate();
            each.flat_map(|(n, v)| wrong(all, &schema["items"], v, &format!("{at}/{n}"))).collect()
        }
        _ => Vec::new(),
    }
}

/// The same of an object; a field that no schema describes is wrong, too.
fn of_object(
    all: &Value,
    schema: &Value,
    fields: &serde_json::Map<String, Value>,
    at: &str,
) -> Vec<String> {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let lacking = required.filter(|name| !fields.contains_key(*name));
    let mut found: Vec<String> = lacking.map(|name| format!("{at}: no {name}")).collect();
    let any = schema.get("properties").is_none() && schema.get("additionalProperties").is_none();
    for (name, value) in fields.iter().filter(|_| !any) {
        let described = schema["properties"].get(name).or(schema.get("additionalProperties"));
        match described {
            Some(described) => found.extend(wrong(all, described, value, &format!("{at}/{name}"))),
            None => found.push(format!("{at}: nobody describes {name}")),
        }
    }
    found
}

#[track_caller]
fn holds(of: &str, printed: &Value) {
    let schema = schema(of);
    assert_eq!(wrong(&schema, &schema, printed, ""), Vec::<String>::new(), "{of}");
    // A field less, or of another type, is noticed.
    let first = printed.as_object().unwrap().keys().next().unwrap().clone();
    for broken in [json!(null), json!([1])] {
        let mut other = printed.clone();
        other[&first] = broken;
        assert!(!wrong(&schema, &schema, &other, "").is_empty(), "{of}");
    }
    let mut other = printed.clone();
    other.as_object_mut().unwrap().remove(&first);
    assert!(!wrong(&schema, &schema, &other, "").is_empty(), "{of}");
}

#[test]
fn what_a_workspace_prints_is_what_the_schemas_say_before_and_after_people_answered() {
    let ws = Workspace::new();
    ws.score_scripts();
    ws.set("audit_rate = 0.05", "audit_rate = 0.8");
    let look = |ws: &Workspace| {
        for command in ["report", "status"] {
            holds(command, &ws.json(command));
        }
        let out = ws.beside("study");
        let printed = ws.to(0, "study", &["--out", out.to_str().unwrap(), "--json"]);
        holds("study", &serde_json::from_slice(&printed.stdout).unwrap());
    };
    look(&ws);
    ws.ingest(
        &["quebec_menu.flac", "volunteer_19b6d3ae.flac"].map(sample).each_ref().map(|p| &**p),
    );
    let script = [
        json!({"start": 0, "end": 8, "text": "il fait frette à matin", "logprob": -0.3}),
        json!({"text": "appuyez sur la touche étoile", "logprob": -0.001}),
    ];
    let script = ws.write_rows("script.jsonl", &script);
    ws.to(0, "run", &["--scripted", &script]);
    let answers = ws.tasks().into_iter().enumerate().map(|(n, mut row)| {
        row["validator"] = json!(["ana", "bo"][n % 2]);
        row["verdict"] = json!(["as_is", "corrected", "personal_data"][n % 3]);
        row["text"] = json!(["", "tout autre chose", ""][n % 3]);
        row["active_seconds"] = json!(6.25);
        row["answered_at"] = json!("2099-01-01T10:00:00Z");
        row
    });
    let answers = ws.write_rows("answers.jsonl", &answers.collect::<Vec<Value>>());
    ws.to(0, "answers", &[&answers]);
    look(&ws);
}

#[test]
fn a_table_of_a_study_has_a_schema_for_its_rows() {
    let schema = schema("study");
    let row =
        json!({"scoring": "a", "program": "1", "calibration_sha256": "b", "lexicon_sha256": "c"});
    let of_row = &schema["$defs"]["scorings"];
    assert_eq!(wrong(&schema, of_row, &row, ""), Vec::<String>::new());
    let broken = json!({"scoring": "a", "program": 1, "calibration_sha256": "b", "more": "c"});
    assert_eq!(wrong(&schema, of_row, &broken, "").len(), 3);
}
