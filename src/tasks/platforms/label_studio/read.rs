//! Label Studio's JSON export. In: bytes. Out: for each annotation a row or why it is none, with the
//! place of its task in the array (from 1); a task without annotations is one unanswered row.

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::domain::TaskRow;
use crate::tasks::csv::Rows;
use crate::tasks::platforms::given::{self, Given};
use crate::tasks::platforms::times;

/// A task with all that people said of it is smaller, bytes.
const MAX_TASK: usize = 4 << 20;

/// Reads an export, task by task; what stands before a break is kept.
pub fn read(bytes: &[u8]) -> Rows<'_> {
    let rest = bytes.trim_ascii_start().strip_prefix(b"[").unwrap_or_default();
    let rows = Tasks { rest, count: 0, over: false }.flat_map(|(count, task)| {
        let rows = match task {
            Ok(task) => annotations(task),
            Err(why) => only(Err(why)),
        };
        rows.map(move |row| (count, row))
    });
    Box::new(rows)
}

/// The tasks of a list, one by one: the list is never held as a whole.
struct Tasks<'b> {
    /// What stands behind the last one.
    rest: &'b [u8],
    count: u64,
    over: bool,
}

impl Iterator for Tasks<'_> {
    type Item = (u64, Result<Value, String>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        match self.task() {
            Ok(task) => task.map(|task| (self.count, task)),
            Err(why) => {
                self.over = true;
                let why = format!("not a whole JSON list, perhaps cut off ({why}): export again");
                Some((self.count + 1, Err(why)))
            }
        }
    }
}

impl Tasks<'_> {
    /// The next task; the outer error is one of the list, behind which nothing can be read.
    fn task(&mut self) -> Result<Option<Result<Value, String>>, String> {
        let rest = self.rest.trim_ascii_start();
        let rest = match (self.count, rest) {
            (_, [b']', behind @ ..]) => {
                self.over = true;
                return match behind.trim_ascii() {
                    [] => Ok(None),
                    _ => Err("text stands behind the list".into()),
                };
            }
            (0, rest) => rest,
            (_, [b',', behind @ ..]) => behind.trim_ascii_start(),
            _ => return Err(format!("no comma behind task {}", self.count)),
        };
        if rest.first() != Some(&b'{') {
            return Err("a task is an object in braces".into());
        }
        // First how long it is, which takes no memory.
        let mut tasks = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
        match tasks.next() {
            Some(Ok(_)) => {}
            Some(Err(e)) => return Err(e.to_string()),
            None => return Err("the list does not end".into()),
        }
        let (task, rest) = rest.split_at(tasks.byte_offset());
        self.rest = rest;
        self.count += 1;
        if task.len() > MAX_TASK {
            return Ok(Some(Err(format!("the task has {} bytes; none is that long", task.len()))));
        }
        Ok(Some(serde_json::from_slice(task).map_err(|e| e.to_string())))
    }
}

/// What comes of one task, read as it is asked for.
type TaskRows = Box<dyn Iterator<Item = Result<TaskRow, String>>>;

fn only(row: Result<TaskRow, String>) -> TaskRows {
    Box::new(std::iter::once(row))
}

fn annotations(mut task: Value) -> TaskRows {
    let all = task.get_mut("annotations").map(Value::take);
    let Some(data) = task.get("data").filter(|d| d.is_object()) else {
        let why = "not a task of Label Studio's JSON export (JSON-MIN and others do not say who \
             answered; rows of second-ear are one per line, without brackets): export as JSON";
        return only(Err(why.into()));
    };
    let column = |name: &str| match data.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(format!("`{name}` must be text, not {other}")),
    };
    let row = match given::task(column) {
        Ok(row) => row,
        Err(why) => return only(Err(why)),
    };
    match all {
        None | Some(Value::Null) => only(Ok(row)),
        Some(Value::Array(all)) if all.is_empty() => only(Ok(row)),
        Some(Value::Array(all)) => Box::new((1..).zip(all).map(move |(n, annotation)| {
            answer(&row, &annotation).map_err(|why| format!("annotation {n}: {why}"))
        })),
        Some(_) => only(Err("`annotations` is not a list: export as JSON".into())),
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
