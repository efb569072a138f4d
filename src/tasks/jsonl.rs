//! Task and answer rows as JSON lines.
//! In: rows, or bytes that anybody may have written. Out: lines, or a row or a reason for each line.
//! Left to others: whether a row makes sense in this workspace ([`super::answers`]).

use std::io::Write;

use anyhow::Context;
use serde_json::{Map, Value};

use super::csv::Rows;
use crate::domain::{Tag, TaskRow};
use crate::tables;

/// `format` of the header row of the page's download.
pub const ANSWERS_FORMAT: &str = "second-ear answers";
/// Newest header version that is understood.
pub const VERSION: u64 = 1;

/// Writes one row per line, without a header row. Errors are those of the writer.
pub fn write<'a>(
    out: &mut impl Write,
    rows: impl IntoIterator<Item = &'a TaskRow>,
) -> anyhow::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut *out, row)
            .with_context(|| format!("write the task row of clip {}", row.clip))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Reads every line: its number from 1, and the row or why there is none. Empty lines and header
/// rows (`{"format": ...}`, anywhere, so that downloads may be joined end to end) give nothing.
pub fn read(bytes: &[u8]) -> Rows<'_> {
    let rows = tables::lines(bytes).filter_map(|(number, line)| {
        let row = line.and_then(read_line).transpose()?;
        Some((number, row))
    });
    Box::new(rows)
}

fn read_line(line: &str) -> Result<Option<TaskRow>, String> {
    let object = tables::object(line)?;
    if let Some(format) = object.get("format").filter(|_| !object.contains_key("clip")) {
        return check_header(format, object.get("version")).map(|()| None);
    }
    row(&object).map(Some)
}

fn check_header(format: &Value, version: Option<&Value>) -> Result<(), String> {
    if format.as_str() != Some(ANSWERS_FORMAT) {
        return Err(format!("the header row says format {format}, not \"{ANSWERS_FORMAT}\""));
    }
    match version.and_then(Value::as_u64) {
        Some(1..=VERSION) => Ok(()),
        Some(newer) => Err(format!(
            "the file has format version {newer}, this second-ear reads up to {VERSION}: update it"
        )),
        None => Err("the header row has no version number".into()),
    }
}

/// A row from an object: absent and null fields are empty, unknown fields are ignored, a field
/// of another type is an error that names it.
fn row(object: &Map<String, Value>) -> Result<TaskRow, String> {
    let text = |name: &str| match object.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(s)) => Ok(s.clone()),
        Some(other) => Err(format!("`{name}` must be text, not {}", kind(other))),
    };
    let number = |name: &str| match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(n)) => Ok(n.as_f64()),
        Some(other) => Err(format!("`{name}` must be a number, not {}", kind(other))),
    };
    let reasons = match object.get("reasons") {
        None | Some(Value::Null) => Vec::new(),
        Some(list) => serde_json::from_value(list.clone())
            .map_err(|e| format!("`reasons` must be a list of codes ({e})"))?,
    };
    Ok(TaskRow {
        workspace: text("workspace")?,
        batch: text("batch")?,
        clip: text("clip")?,
        path: text("path")?,
        start: number("start")?.unwrap_or(0.0),
        end: number("end")?.unwrap_or(0.0),
        audio: text("audio")?,
        draft: text("draft")?,
        draft_digest: text("draft_digest")?,
        reasons,
        region: text("region")?,
        language: text("language")?,
        context_before: text("context_before")?,
        context_after: text("context_after")?,
        validator: text("validator")?,
        verdict: text("verdict")?,
        text: text("text")?,
        tags: tags(object.get("tags").unwrap_or(&Value::Null))?,
        active_seconds: number("active_seconds")?,
        answered_at: text("answered_at")?,
        listened: number("listened")?,
    })
}

/// Tags from JSON: null is none.
pub(super) fn tags(value: &Value) -> Result<Vec<Tag>, String> {
    if value.is_null() {
        return Ok(Vec::new());
    }
    serde_json::from_value(value.clone()).map_err(|e| {
        format!("`tags` must be a list of {{kind, text, region, meaning}} objects ({e})")
    })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::bundle::samples::{hostile_rows, sample_rows};

    fn reread(rows: &[TaskRow]) -> Vec<TaskRow> {
        let mut bytes = Vec::new();
        write(&mut bytes, rows).unwrap();
        assert_eq!(bytes.iter().filter(|b| **b == b'\n').count(), rows.len());
        read(&bytes).map(|(_, row)| row.unwrap()).collect()
    }

    #[test]
    fn hostile_texts_come_back_whole() {
        assert_eq!(reread(&hostile_rows()), hostile_rows());
        assert_eq!(reread(&sample_rows(3)), sample_rows(3));
    }

    #[test]
    fn a_bad_line_is_named_and_the_rest_goes_on() {
        let good = r#"{"clip":"c","draft_digest":"d","validator":"v","verdict":"skip"}"#;
        let bytes = [
            br#"{"format":"second-ear answers","version":1,"workspace":"w"}"#.to_vec(),
            good.into(),
            br#"{"clip":"c","text":7}"#.to_vec(),
            b"{\"clip\":\"\xff\"}".to_vec(),
            b"".to_vec(),
            b"[1,2]".to_vec(),
            format!(r#"{{"text":"{}"}}"#, "x".repeat(tables::MAX_RECORD)).into_bytes(),
            good.into(),
            br#"{"clip":"c","active_seconds":"soon"}"#.to_vec(),
            br#"{"clip":"c","tags":[{"kind":"joke"}]}"#.to_vec(),
            good.as_bytes()[..30].to_vec(),
        ]
        .join(&b"\n"[..]);
        let read: Vec<_> = read(&bytes).collect();
        let good: Vec<_> = read.iter().filter(|(_, r)| r.is_ok()).map(|(n, _)| *n).collect();
        let bad: Vec<_> = read.iter().filter(|(_, r)| r.is_err()).map(|(n, _)| *n).collect();
        assert_eq!(good, [2, 8]);
        assert_eq!(bad, [3, 4, 6, 7, 9, 10, 11]);
        assert_eq!(read[1].1.as_ref().unwrap_err(), "`text` must be text, not a number");
        assert!(read.last().unwrap().1.as_ref().unwrap_err().contains("cut off"));
    }

    #[test]
    fn a_newer_format_is_refused_with_what_to_do() {
        let mut read = read(br#"{"format":"second-ear answers","version":2}"#);
        assert!(read.next().unwrap().1.unwrap_err().contains("update"));
    }
}
