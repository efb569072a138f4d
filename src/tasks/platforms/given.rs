//! What somebody said in another tool, made an answer row.
//! In: the task's columns as the tool gives them back, and what was said. Out: a row, or why it is none.
//! Left to others: where each tool keeps these (its own file here).

use crate::domain::{Tag, TagKind, TaskRow, Verdict, hex_digest};
use crate::text::tidy;

/// What somebody said of one task.
#[derive(Debug, Default)]
pub struct Given {
    /// Who, as it may be kept: see [`pseudonym`].
    pub validator: String,
    /// A verdict's code, or empty where the tool was not asked for one.
    pub verdict: String,
    /// The text box.
    pub text: String,
    /// Region of the accent, or empty.
    pub region: String,
    /// Seconds that the tool counted.
    pub seconds: Option<f64>,
    /// RFC 3339, or empty.
    pub at: String,
}

/// The columns of a task that its answer must bring back; `column` gives one by name.
pub fn task(column: impl Fn(&str) -> Result<Option<String>, String>) -> Result<TaskRow, String> {
    let mut row = TaskRow {
        workspace: column("workspace")?.unwrap_or_default(),
        batch: column("batch")?.unwrap_or_default(),
        clip: column("clip")?.or(column("clip_id")?).unwrap_or_default(),
        draft_digest: column("draft_digest")?.unwrap_or_default(),
        ..TaskRow::default()
    };
    let needed =
        [("workspace", &row.workspace), ("clip", &row.clip), ("draft_digest", &row.draft_digest)];
    let lost: Vec<_> = needed.iter().filter(|(_, v)| v.trim().is_empty()).map(|(n, _)| n).collect();
    if !lost.is_empty() {
        return Err(format!(
            "the task came back without {lost:?}: import the tasks with every column that \
             `second-ear tasks` wrote, and let the tool keep them"
        ));
    }
    row.draft = column("draft")?.unwrap_or_default();
    Ok(row)
}

/// Fills in an answer. Without a verdict, a text equal to the draft is `as_is` and another `corrected`.
/// A draft left standing is not what was made out.
pub fn answer(mut row: TaskRow, given: Given) -> Result<TaskRow, String> {
    let (text, draft) = (tidy(&given.text), tidy(&row.draft));
    row.verdict = match given.verdict.trim() {
        "" if text.is_empty() => {
            return Err(
                "sent without a text and without a verdict: nothing was said of the clip; \
                 have it answered again, or write a verdict in the file"
                    .into(),
            );
        }
        "" if text == draft => Verdict::AsIs.code().into(),
        "" => Verdict::Corrected.code().into(),
        verdict => verdict.into(),
    };
    let untouched = row.verdict == Verdict::Unintelligible.code() && text == draft;
    row.text = if untouched { String::new() } else { given.text };
    row.validator = given.validator;
    row.active_seconds = given.seconds.filter(|s| s.is_finite() && *s >= 0.0);
    row.answered_at = given.at;
    if !given.region.is_empty() {
        let kind = TagKind::Accent;
        row.tags =
            vec![Tag { kind, text: String::new(), region: given.region, meaning: String::new() }];
    }
    Ok(row)
}

/// Whom an answer is by: the tool's number or name for them behind `tool-`. Of an e-mail address only
/// a digest is kept, another one in each workspace.
pub fn pseudonym(tool: &str, id: &str, workspace: &str) -> String {
    match id.contains('@') {
        true => {
            let salted = format!("{workspace}\n{}", id.trim().to_lowercase());
            format!("{tool}-{}", &hex_digest(salted.as_bytes())[..12])
        }
        false => format!("{tool}-{}", id.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(draft: &str, verdict: &str, text: &str) -> Result<(String, String), String> {
        let row = TaskRow { draft: draft.into(), ..TaskRow::default() };
        let given = Given { verdict: verdict.into(), text: text.into(), ..Given::default() };
        answer(row, given).map(|row| (row.verdict, row.text))
    }

    #[test]
    fn a_missing_verdict_is_seen_from_the_text() {
        assert_eq!(said("oui", "", " oui\r\n").unwrap().0, "as_is");
        assert_eq!(said("oui", "", "non").unwrap().0, "corrected");
        assert!(said("oui", "", " ").unwrap_err().contains("verdict"));
        assert_eq!(said("oui", "skip", "oui").unwrap().0, "skip");
        assert_eq!(said("oui", "unintelligible", "oui").unwrap().1, "");
        assert_eq!(said("oui", "unintelligible", "ou").unwrap().1, "ou");
    }

    #[test]
    fn no_address_is_kept_in_clear() {
        let name = pseudonym("ls", " Ana@Example.org", "w-1");
        assert_eq!(name, pseudonym("ls", "ana@example.org", "w-1"));
        assert_ne!(name, pseudonym("ls", "ana@example.org", "w-2"));
        assert!(!name.to_lowercase().contains("ana") && !name.contains('@'));
        assert_eq!(pseudonym("ls", "7", "w-1"), "ls-7");
    }

    #[test]
    fn a_clock_that_ran_backwards_says_nothing() {
        let seconds = |s| {
            let given = Given { text: "x".into(), seconds: Some(s), ..Given::default() };
            answer(TaskRow::default(), given).unwrap().active_seconds
        };
        assert_eq!((seconds(41.2), seconds(f64::NAN), seconds(-1.0)), (Some(41.2), None, None));
    }

    #[test]
    fn what_a_tool_has_dropped_is_named() {
        let column = |name: &str| Ok((name == "clip_id").then(|| "c".to_string()));
        let why = task(column).unwrap_err();
        assert!(why.contains("workspace") && why.contains("draft_digest"), "{why}");
        assert!(!why.contains("\"clip\""), "{why}");
    }
}
