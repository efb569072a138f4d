//! Whether a row is an answer to something that this workspace handed out.
//! In: a row and what is known. Out: an answer, "not answered yet", or a rejection with its reason.
//! Pure: no clock, no store.

use std::borrow::Cow;

use jiff::Timestamp;

use super::known::{KnownAnswers, Standing};
use super::marks::marked;
use super::rejection::Rejection;
use crate::domain::draft_digest;
use crate::domain::{
    Answer, BatchId, ClipId, HandedOut, Mark, Purpose, Region, Tag, TagKind, TaskRow, Verdict,
};
use crate::tasks::csv::unguard;
use crate::text::tidy;

/// Longest name of a validator, characters.
const MAX_NAME: usize = 100;

/// A row that is in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Checked {
    /// A task row that nobody has filled in.
    Unanswered,
    /// An answer to keep; it replaces an earlier one by the same validator on the same clip.
    Answer(Answer),
    /// The same, and without times to tell them apart it replaces one that was imported before.
    AnswerByOrder(Answer),
}

/// Judges a row.
///
/// - Texts and names are tidied (NFC, one line, trimmed); `answered_at` becomes UTC.
/// - `as_is` takes the draft for its text; a `corrected` text equal to a draft that was shown
///   becomes `as_is`. Verdicts that give no text lose it, but `unintelligible` keeps what was made out.
/// - A validator whose name looks like one met before is that one.
/// - Same validator, same clip: see [`KnownAnswers::standing`]. A time that cannot be counts as none,
///   and its answer replaces no other.
pub fn check(row: &TaskRow, known: &KnownAnswers) -> Result<Checked, Rejection> {
    if row.workspace.trim() != known.workspace() {
        return Err(Rejection::WrongWorkspace {
            found: row.workspace.trim().to_string(),
            expected: known.workspace().to_string(),
        });
    }
    let clip = ClipId::from_stored(row.clip.trim());
    if let Some(day) = known.clip_withdrawn(&clip) {
        return Err(Rejection::WithdrawnClip { clip, day: day.to_string() });
    }
    let Some(drafts) = known.drafts(&clip) else {
        return Err(Rejection::UnknownClip { clip: clip.to_string() });
    };
    if row.verdict.trim().is_empty() {
        return match tidy(&row.text).is_empty() && row.tags.is_empty() {
            true => Ok(Checked::Unanswered),
            false => Err(Rejection::malformed(
                "`text` or `tags` are filled in but `verdict` is empty: write corrected there, or another verdict",
            )),
        };
    }
    let draft = handed_out(row, &clip, drafts)?;
    let (verdict, text) = said(row, draft)?;
    let name = validator(&row.validator)?;
    if let Some(day) = known.validator_withdrawn(&name) {
        return Err(Rejection::WithdrawnValidator { day });
    }
    let answer = Answer {
        clip,
        batch: Some(row.batch.trim()).filter(|b| !b.is_empty()).map(BatchId::from_stored),
        validator: known.name(&name),
        verdict,
        text,
        draft_digest: digest(row).to_string(),
        tags: row.tags.iter().map(tag).collect::<Result<_, _>>()?,
        active_seconds: active_seconds(row.active_seconds)?,
        listened: listened(row.listened)?,
        answered_at: answered_at(&row.answered_at)?,
        purpose: draft.purpose,
        marks: Vec::new(),
    };
    let answer = marked(answer, known);
    let standing = known.standing(&answer);
    let (clip, validator) = (answer.clip.clone(), answer.validator.clone());
    match standing {
        Standing::Known => Err(Rejection::Duplicate { clip, validator }),
        _ if known.assigned_only() && answer.has(Mark::NotHandedToThem) => {
            Err(Rejection::NotAssigned { clip, validator })
        }
        Standing::Older(why) => Err(Rejection::Superseded { clip, validator, why }),
        Standing::Newest => Ok(Checked::Answer(answer)),
        Standing::NewestByOrder => Ok(Checked::AnswerByOrder(answer)),
    }
}

/// The digest without the apostrophe that a CSV cell may have put before it.
fn digest(row: &TaskRow) -> Cow<'_, str> {
    unguard(row.draft_digest.trim())
}

/// The draft that the row answers: the digest must be known, and the draft, where given, must be its text.
fn handed_out<'a>(
    row: &TaskRow,
    clip: &ClipId,
    drafts: &'a [HandedOut],
) -> Result<&'a HandedOut, Rejection> {
    if digest(row).is_empty() {
        return Err(Rejection::malformed("`draft_digest` is empty: copy it from the task row"));
    }
    let matching = drafts.iter().filter(|d| draft_digest(clip, &d.draft) == digest(row));
    let shown = [Cow::Borrowed(row.draft.as_str()), unguard(&row.draft)];
    let unaltered = |d: &&HandedOut| row.draft.is_empty() || shown.iter().any(|s| **s == d.draft);
    let batch = row.batch.trim();
    // The same draft may have gone out blind in one batch and shown in another.
    let here = |d: &HandedOut| d.batch.as_ref().is_some_and(|b| b.as_str() == batch);
    let likely = |d: &&HandedOut| (here(d), d.purpose == Purpose::Task, !d.blind.is_blind());
    matching
        .filter(unaltered)
        // Nobody decides by chance: only an answer that names the adjudicator's batch is one.
        .filter(|d| d.purpose != Purpose::Adjudication || here(d))
        .max_by_key(likely)
        .ok_or_else(|| Rejection::AlteredDraft { clip: clip.clone() })
}

fn said(row: &TaskRow, draft: &HandedOut) -> Result<(Verdict, String), Rejection> {
    let verdict: Verdict = row.verdict.trim().parse().map_err(Rejection::malformed)?;
    let text = tidy(&row.text);
    let shown = (!draft.blind.is_blind()).then(|| tidy(&draft.draft)).filter(|d| !d.is_empty());
    match (verdict, shown) {
        (Verdict::AsIs, None) => Err(Rejection::malformed(
            "as_is, but no draft was shown: write what is said in `text`, with the verdict corrected",
        )),
        (Verdict::AsIs, Some(shown)) if !text.is_empty() && text != shown => {
            Err(Rejection::malformed(
                "as_is, but `text` differs from the draft: write corrected, or empty `text`",
            ))
        }
        (Verdict::AsIs, Some(shown)) => Ok((Verdict::AsIs, shown)),
        (Verdict::Corrected, _) if text.is_empty() => Err(Rejection::malformed(
            "corrected, but `text` is empty: write what is said, or the verdict not_speech, unintelligible or skip",
        )),
        (Verdict::Corrected, Some(shown)) if text == shown => Ok((Verdict::AsIs, shown)),
        (Verdict::Corrected, _) | (Verdict::Unintelligible, _) => Ok((verdict, text)),
        _ => Ok((verdict, String::new())),
    }
}

fn validator(name: &str) -> Result<String, Rejection> {
    let name = tidy(name);
    match name.chars().count() {
        0 => Err(Rejection::malformed("`validator` is empty: write a name or a pseudonym")),
        n if n > MAX_NAME => {
            // A whole paragraph here means that columns slipped.
            Err(Rejection::malformed(format!("`validator` has {n} characters, at most {MAX_NAME}")))
        }
        _ => Ok(name),
    }
}

fn tag(tag: &Tag) -> Result<Tag, Rejection> {
    let (text, region, meaning) = (tidy(&tag.text), tidy(&tag.region), tidy(&tag.meaning));
    if text.is_empty() && tag.kind != TagKind::Accent {
        return Err(Rejection::malformed("a tag has no `text`: write the word or phrase as said"));
    }
    if !region.is_empty() {
        region.parse::<Region>().map_err(|e| Rejection::malformed(format!("in a tag, {e}")))?;
    }
    Ok(Tag { kind: tag.kind, text, region, meaning })
}

fn listened(share: Option<f64>) -> Result<Option<f64>, Rejection> {
    match share {
        Some(s) if !(0.0..=1.0).contains(&s) => {
            Err(Rejection::malformed(format!("`listened` is {s}; it must be from 0 to 1")))
        }
        share => Ok(share),
    }
}

fn active_seconds(seconds: Option<f64>) -> Result<Option<f64>, Rejection> {
    match seconds {
        Some(s) if !(s.is_finite() && s >= 0.0) => {
            Err(Rejection::malformed(format!("`active_seconds` is {s}; it must be 0 or more")))
        }
        Some(s) => Ok(Some(s.abs())), // no minus zero
        None => Ok(None),
    }
}

fn answered_at(text: &str) -> Result<String, Rejection> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    let instant: Timestamp = text.parse().map_err(|_| {
        Rejection::malformed(format!(
            "`answered_at` is '{text}': write it like 2026-11-23T10:00:00Z, or leave it empty"
        ))
    })?;
    Ok(instant.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Blind;
    use crate::tasks::bundle::samples::sample_rows;

    fn setting(blind: bool) -> (TaskRow, KnownAnswers) {
        let row = TaskRow { validator: " Ana ".into(), ..sample_rows(1).remove(0) };
        let mut known = KnownAnswers::new("w-1");
        let blind_task = if blind { Blind::Drawn } else { Blind::No };
        let handed_out = HandedOut::new(ClipId::from_stored(&row.clip), row.draft.clone());
        known.hand_out(HandedOut { blind: blind_task, ..handed_out });
        let draft = if blind { String::new() } else { row.draft.clone() };
        (TaskRow { draft, ..row }, known)
    }

    fn answer(row: &TaskRow, known: &KnownAnswers) -> Answer {
        match check(row, known) {
            Ok(Checked::Answer(answer)) => answer,
            other => panic!("{other:?}"),
        }
    }

    fn rejected(row: &TaskRow, known: &KnownAnswers) -> String {
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
        assert_eq!(change(&|r| r.listened = Some(1.5)), "malformed");
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
        assert_eq!(answer(&with(&row, "offensive", "x"), &known).text, "");
        assert_eq!(answer(&with(&row, "unintelligible", "il fait"), &known).text, "il fait");
    }

    #[test]
    fn an_old_draft_may_be_answered_after_a_new_one_went_out() {
        let (row, mut known) = setting(false);
        known.hand_out(HandedOut::new(ClipId::from_stored(&row.clip), "Il fait froid"));
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
}
