//! Appen (Figure Eight): the table of units to upload, and the full report.
//! In: task rows, or a report. Out: CSV, or a row or a reason for each judgment.

use std::io::Write;

use jiff::Unit;

use super::turkle::without_guard;
use crate::domain::TaskRow;
use crate::tables::{Record, Table};
use crate::tasks::csv::{self, Rows, refused, unguard};
use crate::tasks::platforms::given::{self, Given};
use crate::tasks::platforms::times;

/// Columns of test questions, behind those of the task.
const GOLD: [&str; 3] = ["_golden", "transcript_gold", "transcript_gold_reason"];
/// What contributors are told who miss a test question.
const GOLD_REASON: &str = "Test question: the text was settled by several people. / Question test : \
    le texte a été établi par plusieurs personnes.";

/// Writes one unit per row: every column of the task, guarded as `tasks/csv.rs` says, and test questions'
/// columns, which are filled in where a right text comes with the row. Errors are those of the writer.
pub fn write<'a>(
    out: &mut impl Write,
    rows: impl IntoIterator<Item = (&'a TaskRow, Option<&'a str>)>,
) -> anyhow::Result<()> {
    let units = rows.into_iter().map(|(row, gold)| {
        let cells = match gold {
            Some(text) => ["TRUE", text, GOLD_REASON],
            None => ["", "", ""],
        };
        (row, cells.map(String::from).to_vec())
    });
    csv::write_table(out, csv::task_columns(), &GOLD, units)
}

/// Whether a table is a report of Appen's.
pub fn is_report(table: &Table) -> bool {
    table.has("_unit_id")
}

/// Reads a full report: questions `transcript` and (where asked) `verdict`.
pub fn read(table: Table) -> Rows {
    let why = match (table.has("_worker_id"), table.has("transcript")) {
        (false, _) => "Appen's aggregated report does not say who answered: take the Full report",
        (_, false) => "the report has no column transcript: name the text question `transcript`",
        (true, true) => return Box::new(table.rows(row)),
    };
    refused(table.header_line, why)
}

fn row(record: &Record) -> Result<TaskRow, String> {
    let cell = |name: &str| Ok::<_, String>(record.cell(name)?.unwrap_or_default());
    let task = given::task(|name| Ok(record.cell(name)?.map(|cell| unguard(cell).to_string())))?;
    let id = cell("_worker_id")?;
    if id.trim().is_empty() {
        return Err("`_worker_id` is empty: write who answered, or a pseudonym".into());
    }
    let (started, sent) = (times::read(cell("_started_at")?)?, times::read(cell("_created_at")?)?);
    let seconds = match (started, sent) {
        (Some(started), Some(sent)) => (sent - started).total(Unit::Second).ok(),
        _ => None,
    };
    let given = Given {
        validator: given::pseudonym("appen", id, &task.workspace),
        verdict: cell("verdict")?.to_string(),
        text: without_guard(cell("transcript")?, cell("draft")?),
        seconds,
        at: sent.map_or(String::new(), |t| t.to_string()),
        ..Given::default()
    };
    given::answer(task, given)
}
