//! The tables of a study: everything that a paper on human-in-the-loop work needs, one table per noun. In: rows. Out:
//! files, a codebook and a schema that are made from the rows' own documentation. Left to others: filling rows in
//! (pipeline).

pub mod answers;
pub mod clips;
pub mod codebook;
mod columns;
mod csv_file;
pub mod decisions;
pub mod events;
pub mod files;
mod parquet_file;
pub mod people;
pub mod recordings;
pub mod rounds;
pub mod schema;
pub mod summary;
pub mod tasks;

use documented::DocumentedFields;
use schemars::JsonSchema;
use serde::Serialize;

use columns::Column;

/// Version of the tables; raised when a column changes its name or meaning, or goes.
pub const VERSION: u32 = 1;

/// A row of a table. A field without a doc comment does not compile ([`DocumentedFields`]).
pub trait StudyRow: Serialize + JsonSchema + DocumentedFields {
    /// The table's name: of its file, in the codebook and in the schema.
    const TABLE: &'static str;
    /// The columns that name a row; no two rows have the same.
    const KEY: &'static [&'static str];
}

/// A table as it is described.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What a row is.
    pub about: String,
    /// The columns that name a row.
    pub key: &'static [&'static str],
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// The JSON schema of a row.
    pub schema: serde_json::Value,
}

impl Table {
    fn of<R: StudyRow>() -> Self {
        let schema = schema::of_row::<R>();
        Self {
            name: R::TABLE,
            about: columns::about(&schema),
            key: R::KEY,
            columns: columns::columns(&schema),
            schema,
        }
    }
}

/// Every table, in the order of work.
pub fn tables() -> Vec<Table> {
    vec![
        Table::of::<recordings::RecordingRow>(),
        Table::of::<clips::StudyClip>(),
        Table::of::<clips::DraftRow>(),
        Table::of::<decisions::DecisionRow>(),
        Table::of::<decisions::ReasonRow>(),
        Table::of::<decisions::ScoringRow>(),
        Table::of::<decisions::GuaranteeRow>(),
        Table::of::<tasks::BatchRow>(),
        Table::of::<tasks::HandedOutRow>(),
        Table::of::<answers::AnswerRow>(),
        Table::of::<answers::TagRow>(),
        Table::of::<answers::AdjudicationRow>(),
        Table::of::<answers::SettledRow>(),
        Table::of::<people::ValidatorRow>(),
        Table::of::<rounds::RoundRow>(),
        Table::of::<rounds::MeasureRow>(),
        Table::of::<rounds::UsedClipRow>(),
        Table::of::<events::EventRow>(),
        Table::of::<events::ChangeRow>(),
        Table::of::<events::FileRow>(),
        Table::of::<codebook::CodebookRow>(),
    ]
}
