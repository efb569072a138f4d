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

/// A text without names, in whatever case: where one stands by itself, between anything but letters and digits. Longer
/// names go first, a path before a name in it.
fn redacted(text: &str, mentions: &[String]) -> String {
    let mut spellings: Vec<Vec<char>> = mentions.iter().flat_map(|m| spellings(m)).collect();
    spellings.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    spellings.dedup();
    let mut text = text.to_string();
    for mention in &spellings {
        text = without(&text, mention);
    }
    text
}

/// A name as it is, and as file names have it.
fn spellings(mention: &str) -> Vec<Vec<char>> {
    let mention = mention.trim();
    let joined = ["-", "_", ".", ""].map(|by| mention.replace(' ', by));
    let all = std::iter::once(mention.to_string()).chain(joined);
    all.filter(|m| !m.is_empty()).map(|m| m.chars().collect()).collect()
}

fn without(text: &str, mention: &[char]) -> String {
    let same = |a: &char, b: &char| a == b || a.to_lowercase().eq(b.to_lowercase());
    let text: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::new(), 0);
    while let Some(c) = text.get(at) {
        let end = at + mention.len();
        let here =
            text.get(at..end).is_some_and(|t| t.iter().zip(mention).all(|(a, b)| same(a, b)));
        let joins =
            |n: Option<usize>| n.and_then(|n| text.get(n)).is_some_and(|c| c.is_alphanumeric());
        match here && !joins(at.checked_sub(1)) && !joins(Some(end)) {
            true => {
                out.push_str(WITHDRAWN);
                at = end;
            }
            false => {
                out.push(*c);
                at += 1;
            }
        }
    }
    out
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
            ("answers/ANA.csv", "answers/[withdrawn].csv"),
        ] {
            assert_eq!(redacted(text, &mentions), wanted);
        }
        let two = ["Zoé Quill".to_string()];
        assert_eq!(redacted("zoé-quill.csv ZOÉ_QUILL", &two), "[withdrawn].csv [withdrawn]");
    }
}
