//! What is accepted and what is left aside, row by row.

use super::*;
use crate::tasks::bundle::samples::sample_rows;

fn setting(blind: bool) -> (TaskRow, Known) {
    let row = TaskRow { validator: " Ana ".into(), ..sample_rows(1).remove(0) };
    let mut known = Known::new("w-1");
    let handed_out = HandedOut { batch: None, draft: row.draft.clone(), blind };
    known.hand_out(ClipId::from_stored(&row.clip), handed_out);
    let draft = if blind { String::new() } else { row.draft.clone() };
    (TaskRow { draft, ..row }, known)
}

fn answer(row: &TaskRow, known: &Known) -> Answer {
    match check(row, known) {
        Ok(Checked::Answer(answer)) => answer,
        other => panic!("{other:?}"),
    }
}

fn rejected(row: &TaskRow, known: &Known) -> String {
    check(row, known).unwrap_err().code().to_string()
}

fn with(row: &TaskRow, verdict: &str, text: &str) -> TaskRow {
    TaskRow { verdict: verdict.into(), text: text.into(), ..row.clone() }
}

#[test]
fn each_kind_of_wrong_row_has_its_reason() {
    let (row, known) = setting(false);
    let row = with(&row, "corrected", "autre chose");
    let change = |f: &dyn Fn(&mut TaskRow)| {
        let mut row = row.clone();
        f(&mut row);
        rejected(&row, &known)
    };
    assert_eq!(change(&|r| r.workspace = "w-2".into()), "wrong_workspace");
    assert_eq!(change(&|r| r.clip = "c".into()), "unknown_clip");
    assert_eq!(change(&|r| r.draft = "Il fait froid.".into()), "altered_draft");
    assert_eq!(change(&|r| r.draft_digest = "0123456789abcdef".into()), "altered_draft");
    assert_eq!(change(&|r| r.draft_digest.clear()), "malformed");
    assert_eq!(change(&|r| r.validator = " ".into()), "malformed");
    assert_eq!(change(&|r| r.validator = "x".repeat(101)), "malformed");
    assert_eq!(change(&|r| r.verdict = "right".into()), "malformed");
    assert_eq!(change(&|r| r.verdict.clear()), "malformed");
    assert_eq!(change(&|r| r.text = " \n".into()), "malformed");
    assert_eq!(change(&|r| r.verdict = "as_is".into()), "malformed");
    assert_eq!(change(&|r| r.active_seconds = Some(-1.0)), "malformed");
    assert_eq!(change(&|r| r.active_seconds = Some(f64::INFINITY)), "malformed");
    assert_eq!(change(&|r| r.answered_at = "yesterday".into()), "malformed");
    let tag = |text: &str, region: &str| Tag {
        kind: TagKind::Idiom,
        text: text.into(),
        region: region.into(),
        meaning: String::new(),
    };
    assert_eq!(change(&|r| r.tags = vec![tag("", "fr-CA")]), "malformed");
    assert_eq!(change(&|r| r.tags = vec![tag("char", "le Québec")]), "malformed");
}

#[test]
fn as_is_takes_the_draft_and_an_unchanged_correction_is_as_is() {
    let (row, known) = setting(false);
    let as_is = answer(&with(&row, "as_is", ""), &known);
    assert_eq!((as_is.verdict, as_is.text.as_str()), (Verdict::AsIs, row.draft.as_str()));
    assert_eq!(as_is.validator, "Ana");
    let same = answer(&with(&row, "corrected", &format!(" {}\n", row.draft)), &known);
    assert_eq!(same.verdict, Verdict::AsIs);
}

#[test]
fn nothing_can_be_as_is_where_no_draft_was_shown() {
    let (row, known) = setting(true);
    assert_eq!(rejected(&with(&row, "as_is", ""), &known), "malformed");
    let typed =
        TaskRow { draft_digest: row.draft_digest.clone(), ..with(&row, "corrected", "oui") };
    assert_eq!(answer(&typed, &known).verdict, Verdict::Corrected);
}

#[test]
fn verdicts_without_text_lose_it_and_unintelligible_keeps_it() {
    let (row, known) = setting(false);
    assert_eq!(answer(&with(&row, "shocking", "x"), &known).text, "");
    assert_eq!(answer(&with(&row, "unintelligible", "il fait"), &known).text, "il fait");
}

#[test]
fn an_old_draft_may_be_answered_after_a_new_one_went_out() {
    let (row, mut known) = setting(false);
    let new = HandedOut { batch: None, draft: "Il fait froid".into(), blind: false };
    known.hand_out(ClipId::from_stored(&row.clip), new);
    assert_eq!(answer(&with(&row, "as_is", ""), &known).text, row.draft);
}

#[test]
fn the_newest_answer_stays_whatever_comes_first() {
    let (row, mut known) = setting(false);
    let at = |text: &str, time: &str| TaskRow {
        answered_at: time.into(),
        ..with(&row, "corrected", text)
    };
    let (old, new) = (at("a", "2026-11-23T12:00:00+02:00"), at("b", "2026-11-23T10:00:01Z"));
    known.record(answer(&old, &known));
    known.record(answer(&new, &known));
    assert_eq!(rejected(&old, &known), "superseded");
    assert_eq!(rejected(&new, &known), "duplicate");
    let later_batch = TaskRow { batch: "other".into(), ..new };
    assert_eq!(rejected(&later_batch, &known), "duplicate");
}
