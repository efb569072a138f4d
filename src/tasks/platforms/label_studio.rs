//! Label Studio: tasks with the draft as prediction, the labelling configuration, and its JSON export.
//! In: task rows, or an export. Out: a JSON array, or a row or a reason for each annotation, with the
//! task's place in the array (from 1).

mod read;

use std::io::Write;

use anyhow::Context;
pub use read::read;
use serde_json::{Value, json};

use super::wording::Wording;
use crate::domain::{PageLanguage, TaskRow, Verdict};
use crate::tasks::csv::task_columns;

/// The labelling configuration that fits the tasks, with holes for its texts.
const CONFIG: &str = include_str!("label_studio/config.xml");
/// What Label Studio puts before the path of a file that it serves from its own disk.
const LOCAL_FILES: &str = "/data/local-files/?d=";

/// The labelling configuration that fits the tasks, in the chosen language and those that are reviewed.
pub fn config(chosen: PageLanguage) -> String {
    let wording = Wording::of(chosen);
    let verdict = |(n, verdict): (usize, &Verdict)| {
        let (code, text) = (verdict.code(), wording.text(&format!("verdict.{}", verdict.code())));
        format!("    <Choice value=\"{text}\" alias=\"{code}\" hotkey=\"alt+{n}\"/>\n")
    };
    // The code makes every choice another one: two regions may share a name.
    let region = |code: &String| {
        format!("    <Choice value=\"{} ({code})\" alias=\"{code}\"/>\n", wording.region(code))
    };
    CONFIG
        .replace("{{write}}", &wording.text("tool.write"))
        .replace("{{accent}}", &wording.text("tool.accent"))
        .replace("{{verdicts}}", &(1..).zip(&Verdict::ALL).map(verdict).collect::<String>())
        .replace("{{regions}}", &chosen.strings().regions.keys().map(region).collect::<String>())
}

/// Writes one task per clip: every column of the task in `data`, and the draft as prediction (none where
/// it is empty). Errors are those of the writer.
pub fn write<'a>(
    out: &mut impl Write,
    rows: impl IntoIterator<Item = &'a TaskRow>,
) -> anyhow::Result<()> {
    out.write_all(b"[")?;
    let mut between: &[u8] = b"\n";
    for row in rows {
        out.write_all(between)?;
        serde_json::to_writer(&mut *out, &task(row)?)
            .with_context(|| format!("write the task of clip {}", row.clip))?;
        between = b",\n";
    }
    Ok(out.write_all(b"\n]\n")?)
}

fn task(row: &TaskRow) -> anyhow::Result<Value> {
    let mut data = serde_json::to_value(row)?;
    if let Some(fields) = data.as_object_mut() {
        fields.retain(|name, _| task_columns().iter().any(|c| c.name == name));
    }
    data["audio"] = json!(format!("{LOCAL_FILES}{}", row.audio));
    let mut task = json!({ "data": data });
    if !row.draft.trim().is_empty() {
        task["predictions"] = json!([{
            "model_version": "second-ear",
            "result": [{
                "id": row.clip,
                "from_name": "transcript",
                "to_name": "audio",
                "type": "textarea",
                "value": { "text": [row.draft] },
            }],
        }]);
    }
    Ok(task)
}
