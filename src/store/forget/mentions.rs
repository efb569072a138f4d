//! The log tells no names and paths of what was withdrawn. In: a transaction, names and paths. Out: rows that have
//! `[withdrawn]` in their place.

use anyhow::Result;
use rusqlite::{Transaction, params};

use crate::store::LoggedFile;

/// What stands in the place of a name.
const WITHDRAWN: &str = "[withdrawn]";

/// Replaces every mention in the log.
pub fn redact_log(tx: &Transaction, mentions: &[String]) -> Result<()> {
    let mut statement = tx.prepare("SELECT number, arguments, files, outcome FROM log")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get(3)?))
    })?;
    for row in rows.collect::<Result<Vec<_>, _>>()? {
        let (number, arguments, files, outcome): (_, _, _, Option<String>) = row;
        let mut arguments: Vec<String> = serde_json::from_str(&arguments)?;
        let mut files: Vec<LoggedFile> = serde_json::from_str(&files)?;
        arguments.iter_mut().for_each(|text| *text = redacted(text, mentions));
        files.iter_mut().for_each(|file| file.path = redacted(&file.path, mentions));
        tx.execute(
            "UPDATE log SET arguments = ?2, files = ?3, outcome = ?4 WHERE number = ?1",
            params![
                number,
                serde_json::to_string(&arguments)?,
                serde_json::to_string(&files)?,
                outcome.map(|text| redacted(&text, mentions))
            ],
        )?;
    }
    Ok(())
}

/// Replaces every mention in the places of outputs that are no longer there.
pub fn redact_outputs(tx: &Transaction, mentions: &[String]) -> Result<()> {
    let gone = "SELECT id, folder, name FROM outputs WHERE fate IN ('removed', 'away')";
    let mut statement = tx.prepare(gone)?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    for (id, folder, name) in rows.collect::<Result<Vec<_>, _>>()? {
        tx.execute(
            "UPDATE outputs SET folder = ?2, name = ?3 WHERE id = ?1",
            params![id, redacted(&folder, mentions), redacted(&name, mentions)],
        )?;
    }
    Ok(())
}

/// A text without names: where one stands by itself, between anything but letters and digits. Longer names go first, a
/// path before a name in it.
fn redacted(text: &str, mentions: &[String]) -> String {
    let mut mentions: Vec<&str> =
        mentions.iter().map(|m| m.trim()).filter(|m| !m.is_empty()).collect();
    mentions.sort_by_key(|m| std::cmp::Reverse(m.len()));
    let mut text = text.to_string();
    for mention in mentions {
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find(mention) {
            let (before, behind) = (&rest[..at], &rest[at + mention.len()..]);
            let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let within = joins(before.chars().next_back().or(out.chars().next_back()))
                || joins(behind.chars().next());
            out.push_str(before);
            out.push_str(if within { mention } else { WITHDRAWN });
            rest = behind;
        }
        out.push_str(rest);
        text = out;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_replaced_where_it_stands_by_itself_and_nowhere_else() {
        let mentions = ["ana".to_string(), "/calls/ana 1.wav".to_string(), "7".to_string()];
        for (text, wanted) in [
            ("answers-ana.jsonl", "answers-[withdrawn].jsonl"),
            ("/calls/ana 1.wav", "[withdrawn]"),
            ("analysis of banana", "analysis of banana"),
            ("ana, ana", "[withdrawn], [withdrawn]"),
            ("17 7", "17 [withdrawn]"),
        ] {
            assert_eq!(redacted(text, &mentions), wanted);
        }
    }
}
