//! The codebook: what every column means, made from the rows' own documentation. In: tables. Out: rows, and a page.
//! Left to others: files.

use std::fmt::Write;

use documented::DocumentedFields;
use schemars::JsonSchema;
use serde::Serialize;

use super::{StudyRow, Table, VERSION, columns::Column, tables};

/// A column of a table.
#[derive(Clone, Debug, Serialize, JsonSchema, DocumentedFields)]
pub struct CodebookRow {
    /// Name of the table.
    pub table: String,
    /// Name of the column.
    pub column: String,
    /// Number of the column, from 1.
    pub number: u64,
    /// `text`, `integer`, `float` or `boolean`.
    pub r#type: String,
    /// Unit of its numbers.
    #[schemars(extend("missing" = "no unit"))]
    pub unit: Option<String>,
    /// What it means.
    pub meaning: String,
    /// What an empty cell means.
    #[schemars(extend("missing" = "there are no empty cells"))]
    pub missing: Option<String>,
    /// Values that it may have, joined with `|`.
    #[schemars(extend("missing" = "any"))]
    pub values: Option<String>,
}

impl StudyRow for CodebookRow {
    const TABLE: &'static str = "codebook";
    const KEY: &'static [&'static str] = &["table", "column"];
}

/// One row per column of every table.
pub fn rows() -> Vec<CodebookRow> {
    let of_table = |table: Table| {
        let row = move |(column, number): (Column, u64)| CodebookRow {
            table: table.name.into(),
            column: column.name,
            number,
            r#type: column.kind.name().into(),
            unit: Some(column.unit).filter(|unit| !unit.is_empty()),
            meaning: column.meaning,
            missing: column.missing,
            values: Some(joined(&column.values)).filter(|values| !values.is_empty()),
        };
        table.columns.into_iter().zip(1..).map(row)
    };
    tables().into_iter().flat_map(of_table).collect()
}

fn joined(values: &[(String, String)]) -> String {
    values.iter().map(|(value, _)| value.as_str()).collect::<Vec<_>>().join("|")
}

/// The codebook as a page of Markdown.
pub fn page() -> String {
    let mut t = format!(
        "# Codebook of `second-ear study`, version {VERSION}\n\nMade from the program by `second-ear generate codebook`; \
         do not edit. A cell that is empty says nothing; what that means stands under *empty*.\n"
    );
    for table in tables() {
        let key: Vec<String> = table.key.iter().map(|name| format!("`{name}`")).collect();
        let _ = write!(
            t,
            "\n## {}\n\n{} Key: {}.\n\n| column | type | unit | meaning | empty |\n|---|---|---|---|---|\n",
            table.name,
            table.about,
            key.join(", ")
        );
        for column in &table.columns {
            let missing = column.missing.as_deref().unwrap_or("never");
            let _ = writeln!(
                t,
                "| `{}` | {} | {} | {} | {} |",
                column.name,
                column.kind.name(),
                column.unit,
                cell(&meaning(column)),
                cell(missing)
            );
        }
    }
    t
}

/// What a column means, with its values.
fn meaning(column: &Column) -> String {
    let value =
        |(value, meaning): &(String, String)| format!("`{value}`: {}", before_stop(meaning));
    let values: Vec<String> = column.values.iter().map(value).collect();
    match values.is_empty() {
        true => column.meaning.clone(),
        false => format!("{} {}.", column.meaning, values.join("; ")),
    }
}

fn before_stop(text: &str) -> &str {
    text.strip_suffix('.').unwrap_or(text)
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
