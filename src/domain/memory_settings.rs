//! What drafts are compared with beside the model: corrections that people made, terms of a team. In: settings. Out: checked
//! settings. Left to others: the memory itself (`routing/memory`).

use documented::DocumentedFields;
use serde::{Deserialize, Serialize};

use super::bounds::within;

/// How corrections are remembered.
#[derive(Clone, Debug, PartialEq, DocumentedFields, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MemorySettings {
    /// Clips, or people, that must have made a correction before it is tried on other drafts; 0: none is tried.
    pub confirm: u32,
}

impl Default for MemorySettings {
    fn default() -> Self {
        Self { confirm: 2 }
    }
}

impl MemorySettings {
    /// Whether all of it can be.
    pub fn check(&self) -> Result<(), String> {
        within("memory.confirm", self.confirm, 0, 1_000_000)
    }
}

/// Names and terms of a team.
#[derive(Clone, Debug, Default, PartialEq, DocumentedFields, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VocabularySettings {
    /// A TSV file: a term on each line, and after a tab, if you like, how a model may write it (forms joined by |). Empty: none.
    pub file: String,
}
