//! The log tells no names and paths of what was withdrawn. In: a transaction, names and paths. Out: rows that have
//! `[withdrawn]` in their place.

use anyhow::Result;
use rusqlite::{Transaction, params};

/// What stands in the place of a name.
pub const WITHDRAWN: &str = "[withdrawn]";

/// Replaces every mention in the log.
pub fn redact_log(tx: &Transaction, mentions: &[String]) -> Result<()> {
    for column in ["arguments", "files", "outcome"] {
        for mention in spellings(mentions) {
            let sql = format!("UPDATE log SET {column} = replace({column}, ?1, ?2) WHERE instr({column}, ?1) > 0");
            tx.execute(&sql, params![mention, WITHDRAWN])?;
        }
    }
    Ok(())
}

/// Replaces every mention in the places of outputs that are no longer there.
pub fn redact_outputs(tx: &Transaction, mentions: &[String]) -> Result<()> {
    for column in ["folder", "name"] {
        for mention in spellings(mentions) {
            let sql = format!(
                "UPDATE outputs SET {column} = replace({column}, ?1, ?2)
                 WHERE fate IN ('removed', 'away') AND instr({column}, ?1) > 0"
            );
            tx.execute(&sql, params![mention, WITHDRAWN])?;
        }
    }
    Ok(())
}

/// As they were written and as they stand in JSON, longer ones first: a path before a name in it.
fn spellings(mentions: &[String]) -> Vec<String> {
    let both = mentions.iter().flat_map(|text| [text.clone(), in_json(text)]);
    let mut all: Vec<String> = both.filter(|text| !text.trim().is_empty()).collect();
    all.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    all.dedup();
    all
}

/// A text as it stands within a string of JSON.
fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_string()
}
