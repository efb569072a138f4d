//! Label Studio's JSON export. In: bytes. Out: for each annotation a row or why it is none, with the
//! place of its task in the array (from 1); a task without annotations is one unanswered row.

use std::fmt;

use serde::Deserializer;
use serde::de::{SeqAccess, Visitor};
use serde_json::Value;

use crate::domain::TaskRow;
use crate::tasks::csv::Rows;
use crate::tasks::platforms::given::{self, Given};
use crate::tasks::platforms::times;

/// Reads an export, task by task; what stands before a break is kept.
pub fn read(bytes: &[u8]) -> Rows {
    let mut tasks = Tasks::default();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = json.deserialize_seq(&mut tasks).and_then(|()| json.end());
    if let Err(e) = read {
        let why = format!("not a whole JSON list, perhaps cut off ({e}): export again");
        tasks.rows.push((tasks.count + 1, Err(why)));
    }
    tasks.rows
}

#[derive(Default)]
struct Tasks {
    count: u64,
    rows: Rows,
}

impl<'de> Visitor<'de> for &mut Tasks {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of tasks")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut tasks: A) -> Result<(), A::Error> {
        while let Some(task) = tasks.next_element::<Value>()? {
            self.count += 1;
            let rows = annotations(&task);
            self.rows.extend(rows.into_iter().map(|row| (self.count, row)));
        }
        Ok(())
    }
}

fn annotations(task: &Value) -> Vec<Result<TaskRow, String>> {
    let Some(data) = task.get("data").filter(|d| d.is_object()) else {
        let why = "not a task of Label Studio's JSON export (JSON-MIN and others do not say who \
             answered; rows of second-ear are one per line, without brackets): export as JSON";
        return vec![Err(why.into())];
    };
    let column = |name: &str| match data.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(format!("`{name}` must be text, not {other}")),
    };
    let row = match given::task(column) {
        Ok(row) => row,
        Err(why) => return vec![Err(why)],
    };
    match task.get("annotations") {
        None | Some(Value::Null) => vec![Ok(row)],
        Some(Value::Array(all)) if all.is_empty() => vec![Ok(row)],
        Some(Value::Array(all)) => {
            let one = |(n, annotation)| {
                answer(&row, annotation).map_err(|why| format!("annotation {n}: {why}"))
            };
            (1..).zip(all).map(one).collect()
        }
        Some(_) => vec![Err("`annotations` is not a list: export as JSON".into())],
    }
}

fn answer(row: &TaskRow, annotation: &Value) -> Result<TaskRow, String> {
    let validator = completed_by(&annotation["completed_by"], &row.workspace)?;
    let mut given =
        Given { validator, seconds: annotation["lead_time"].as_f64(), ..Given::default() };
    let time = ["updated_at", "created_at"].into_iter().find_map(|n| annotation[n].as_str());
    if let Some(instant) = times::read(time.unwrap_or_default())? {
        given.at = instant.to_string();
    }
    for item in annotation["result"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let value = &item["value"];
        match (item["from_name"].as_str(), item["type"].as_str()) {
            (_, Some("textarea")) => given.text = texts(&value["text"])?,
            (Some("verdict"), Some("choices")) => given.verdict = texts(&value["choices"])?,
            (Some("region"), Some("choices")) => given.region = texts(&value["choices"])?,
            _ => {}
        }
    }
    if annotation["was_cancelled"].as_bool() == Some(true) {
        given.verdict = "skip".into();
    }
    given::answer(row.clone(), given)
}

/// A text, or the texts of a list in one.
fn texts(value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        Value::Array(all) => match all.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
            Some(texts) => Ok(texts.join(" ")),
            None => Err(format!("a text or a choice is not text: {value}")),
        },
        other => Err(format!("a text or a choice is not text: {other}")),
    }
}

/// The annotator's number; of an address a digest alone.
fn completed_by(value: &Value, workspace: &str) -> Result<String, String> {
    let id = match value {
        Value::Object(who) => who.get("id").filter(|id| !id.is_null()).or(who.get("email")),
        other => Some(other),
    };
    match id {
        Some(Value::Number(id)) => Ok(given::pseudonym("ls", &id.to_string(), workspace)),
        Some(Value::String(id)) if !id.trim().is_empty() => {
            Ok(given::pseudonym("ls", id, workspace))
        }
        _ => Err("`completed_by` does not say who answered: write a number there".into()),
    }
}
