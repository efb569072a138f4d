//! What a study holds, as data: `study.json` beside its tables, and `study --json`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::views::report::versions::Versions;

/// A study.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Study {
    /// Version of the tables and of this JSON.
    pub version: u32,
    /// Id of the workspace.
    pub workspace: String,
    /// When it was written, RFC 3339.
    pub written: String,
    /// Whether people have their names, and files their paths.
    pub names: bool,
    /// Format of the tables, and the ending of their files.
    pub format: &'static str,
    /// Rows of each table.
    pub tables: BTreeMap<&'static str, u64>,
    /// Clips of recordings without consent to evaluate: they are in no table.
    pub without_consent: u64,
    /// Clips whose texts are left out, because somebody reported personal data or offensive content.
    pub withheld: u64,
    /// Currency of all amounts.
    pub currency: String,
    /// What the latest decisions and the report rest on.
    pub versions: Versions,
}
