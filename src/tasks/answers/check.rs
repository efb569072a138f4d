//! Whether a row is an answer to something that this workspace handed out.
//! In: a row and what is known. Out: an answer, "not answered yet", or a rejection with its reason.
//! Pure: no clock, no store.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use super::text::tidy;
use crate::domain::{Answer, BatchId, ClipId, Region, Tag, TagKind, TaskRow, Verdict};
use crate::domain::{draft_digest, hex_digest};
use crate::tasks::csv::unguard;

/// Longest name of a validator, characters.
const MAX_NAME: usize = 100;
/// More active time than this on one clip is a mistake, seconds.
const MAX_ACTIVE: f64 = 86_400.0;

/// Why a row is left aside. [`Rejection::code`] is what other programs read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// Made for another workspace.
    #[error("it belongs to workspace '{found}', this one is '{expected}'")]
    WrongWorkspace {
        /// As the row says.
        found: String,
        /// This workspace.
        expected: String,
    },
    /// No such clip was handed out.
    #[error("no clip '{clip}' was handed out")]
    UnknownClip {
        /// As the row says.
        clip: String,
    },
    /// The draft, or its digest, is not one that was handed out.
    #[error(
        "the draft is not the one handed out for {clip}: leave `draft` and `draft_digest` as they \
         were and write corrections in `text`"
    )]
    AlteredDraft {
        /// The clip.
        clip: ClipId,
    },
    /// The very same answer is known already.
    #[error("already imported ({validator} on {clip})")]
    Duplicate {
        /// The clip.
        clip: ClipId,
        /// Who answered.
        validator: String,
    },
    /// The same validator gave a newer answer, which stays.
    #[error("{validator} gave a newer answer on {clip}, which stays")]
    Superseded {
        /// The clip.
        clip: ClipId,
        /// Who answered.
        validator: String,
    },
    /// Not an answer at all.
    #[error("{why}")]
    Malformed {
        /// What is wrong and what to do.
        why: String,
    },
}

impl Rejection {
    /// The stable snake_case name used in reports.
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::WrongWorkspace { .. } => "wrong_workspace",
            Rejection::UnknownClip { .. } => "unknown_clip",
            Rejection::AlteredDraft { .. } => "altered_draft",
            Rejection::Duplicate { .. } => "duplicate",
            Rejection::Superseded { .. } => "superseded",
            Rejection::Malformed { .. } => "malformed",
        }
    }

    fn malformed(why: impl Into<String>) -> Self {
        Rejection::Malformed { why: why.into() }
    }
}

/// A draft as it was handed out for a clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOut {
    /// In which batch, where that is kept.
    pub batch: Option<BatchId>,
    /// The hypothesis text, also when the validator did not see it.
    pub draft: String,
    /// Whether the validator was shown an empty box instead.
    pub blind: bool,
}

/// What a workspace knows when answers come back.
#[derive(Clone, Debug, Default)]
pub struct Known {
    workspace: String,
    drafts: BTreeMap<ClipId, Vec<HandedOut>>,
    answers: BTreeMap<(ClipId, String), Answer>,
}

impl Known {
    /// Nothing handed out yet by this workspace (its id).
    pub fn new(workspace: impl Into<String>) -> Self {
        Self { workspace: workspace.into(), ..Self::default() }
    }

    /// A draft was handed out for a clip; several may be, in different rounds.
    pub fn hand_out(&mut self, clip: ClipId, handed_out: HandedOut) {
        self.drafts.entry(clip).or_default().push(handed_out);
    }

    /// This answer is kept, in the place of any other by the same validator on the same clip.
    pub fn record(&mut self, answer: Answer) {
        self.answers.insert((answer.clip.clone(), answer.validator.clone()), answer);
    }

    /// The answers kept, by clip and validator.
    #[cfg(test)]
    pub fn answers(&self) -> Vec<&Answer> {
        self.answers.values().collect()
    }
}

/// A row that is in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Checked {
    /// A task row that nobody has filled in.
    Unanswered,
    /// An answer to keep; it replaces an earlier one by the same validator on the same clip.
    Answer(Answer),
}

/// Judges a row.
///
/// - Texts and names are tidied (NFC, one line, trimmed); `answered_at` becomes UTC.
/// - `as_is` takes the draft for its text; a `corrected` text equal to a draft that was shown
///   becomes `as_is`. Verdicts that give no text lose it, but `unintelligible` keeps what was made out.
/// - Same validator, same clip: the later `answered_at` stays (none counts as earliest), then the
///   one with more `active_seconds`, then the larger [`answer_id`], so that the order of imports
///   does not matter.
pub fn check(row: &TaskRow, known: &Known) -> Result<Checked, Rejection> {
    if row.workspace.trim() != known.workspace {
        return Err(Rejection::WrongWorkspace {
            found: row.workspace.trim().to_string(),
            expected: known.workspace.clone(),
        });
    }
    let clip = ClipId::from_stored(row.clip.trim());
    let Some(drafts) = known.drafts.get(&clip) else {
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
    let answer = Answer {
        clip,
        batch: Some(row.batch.trim()).filter(|b| !b.is_empty()).map(BatchId::from_stored),
        validator: validator(&row.validator)?,
        verdict,
        text,
        draft_digest: digest(row).to_string(),
        tags: row.tags.iter().map(tag).collect::<Result<_, _>>()?,
        active_seconds: active_seconds(row.active_seconds)?,
        answered_at: answered_at(&row.answered_at)?,
    };
    match known.answers.get(&(answer.clip.clone(), answer.validator.clone())) {
        Some(earlier) if answer_id(earlier) == answer_id(&answer) => {
            Err(Rejection::Duplicate { clip: answer.clip, validator: answer.validator })
        }
        Some(earlier) if newness(earlier) > newness(&answer) => {
            Err(Rejection::Superseded { clip: answer.clip, validator: answer.validator })
        }
        _ => Ok(Checked::Answer(answer)),
    }
}

/// Names an answer by its content: 16 hex digits. The batch does not count: the same words about
/// the same draft are the same answer.
pub fn answer_id(answer: &Answer) -> String {
    let content = json!([
        answer.clip,
        answer.validator,
        answer.verdict,
        answer.text,
        answer.draft_digest,
        answer.tags,
        answer.active_seconds,
        answer.answered_at,
    ]);
    hex_digest(content.to_string().as_bytes())[..16].to_string()
}

/// Sorts the answers of one validator on one clip; the largest stays.
fn newness(answer: &Answer) -> (Option<Timestamp>, u64, String) {
    let seconds = answer.active_seconds.unwrap_or(0.0);
    // Bits of non-negative floats sort like the numbers.
    (answer.answered_at.parse().ok(), seconds.to_bits(), answer_id(answer))
}

/// The digest without the apostrophe that a CSV cell may have put before it.
fn digest(row: &TaskRow) -> &str {
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
    let shown = [row.draft.as_str(), unguard(&row.draft)];
    let unaltered = |d: &&HandedOut| row.draft.is_empty() || shown.contains(&d.draft.as_str());
    let batch = row.batch.trim();
    // The same draft may have gone out blind in one batch and shown in another.
    let likely = |d: &&HandedOut| {
        let here = d.batch.as_ref().is_some_and(|b| b.as_str() == batch);
        (here, !d.blind)
    };
    matching
        .filter(unaltered)
        .max_by_key(likely)
        .ok_or_else(|| Rejection::AlteredDraft { clip: clip.clone() })
}

fn said(row: &TaskRow, draft: &HandedOut) -> Result<(Verdict, String), Rejection> {
    let verdict: Verdict = row.verdict.trim().parse().map_err(Rejection::malformed)?;
    let text = tidy(&row.text);
    let shown = (!draft.blind).then(|| tidy(&draft.draft)).filter(|d| !d.is_empty());
    match (verdict, shown) {
        (Verdict::AsIs, None) => Err(Rejection::malformed(
            "as_is, but no draft was shown: write what is heard in `text` with the verdict corrected",
        )),
        (Verdict::AsIs, Some(shown)) if !text.is_empty() && text != shown => {
            Err(Rejection::malformed(
                "as_is, but `text` differs from the draft: write corrected, or empty `text`",
            ))
        }
        (Verdict::AsIs, Some(shown)) => Ok((Verdict::AsIs, shown)),
        (Verdict::Corrected, _) if text.is_empty() => Err(Rejection::malformed(
            "corrected, but `text` is empty: write what is heard, or the verdict not_speech, unintelligible or skip",
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

fn active_seconds(seconds: Option<f64>) -> Result<Option<f64>, Rejection> {
    match seconds {
        Some(s) if !(0.0..=MAX_ACTIVE).contains(&s) => Err(Rejection::malformed(format!(
            "`active_seconds` is {s}; it must lie between 0 and {MAX_ACTIVE}"
        ))),
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
mod tests;
