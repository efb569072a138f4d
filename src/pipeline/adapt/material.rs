//! What a round may learn from and be judged by. In: a workspace. Out: clips with texts, weights and
//! uses. Left to others: their sound (`sounds`), training.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::domain::{
    ClipId, Decision, Language, Probability, RecordingId, Span, Used, draw, hex_digest,
};
use crate::pipeline::workspace::Workspace;
use crate::store::Draft;
use crate::text::normalise;
use crate::training::split::{self, Shares, Split, SplitItem, Unit, split_again};

/// An accepted draft is repeated from this score on.
const CONFIDENT: f64 = 0.9;
/// Accepted drafts that are repeated, as a share of the corrections learnt from.
const REPLAY_SHARE: f64 = 0.25;
/// Shares of the corrections.
pub const SHARES: Shares = Shares { train: 0.7, dev: 0.1, test: 0.2 };

/// A clip with its text.
#[derive(Clone, Debug)]
pub struct Material {
    /// The clip.
    pub clip: ClipId,
    /// Where it is.
    pub recording: RecordingId,
    /// Where in it.
    pub span: Span,
    /// Who speaks.
    pub speaker: String,
    /// The language of the text.
    pub language: Language,
    /// What people settled, or the accepted draft.
    pub text: String,
    /// Share of the answers that are behind the text; 1 for drafts.
    pub weight: f32,
    /// What it is for.
    pub used: Used,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Materials {
    /// In order of ingestion and time.
    pub clips: Vec<Material>,
    /// What no two splits share.
    pub unit: Unit,
    /// Settled clips left out, by reason.
    pub left_out: BTreeMap<&'static str, usize>,
}

/// Gathers and splits. Gold clips, control items (they settle nothing), clips that people skipped or
/// that hold no speech are never among them.
pub fn gather(workspace: &Workspace, seed: u64) -> Result<Materials> {
    let recordings = workspace.store.recordings_by_id()?;
    let gold = workspace.store.gold()?;
    let mut left_out: BTreeMap<&'static str, usize> = BTreeMap::new();
    let (mut clips, mut drafts) = (Vec::new(), Vec::new());
    workspace.store.each_clip(Draft::Decided, |row| {
        let Some(recording) = recordings.get(&row.clip.recording) else { return Ok(()) };
        if gold.contains_key(&row.clip.id) {
            *left_out.entry("gold").or_default() += 1;
            return Ok(());
        }
        let heard = row.hypothesis.as_ref();
        let Some(language) = workspace.language_of(recording, heard) else { return Ok(()) };
        let accepted =
            row.routed.as_ref().is_some_and(|r| matches!(r.decision, Decision::Auto { .. }));
        let score = row.routed.as_ref().and_then(|r| r.score).map_or(0.0, Probability::get);
        let (text, weight, used) = match &row.consensus {
            Some(c) if !c.verdict.gives_text() || c.text.trim().is_empty() => {
                *left_out.entry(c.verdict.code()).or_default() += 1;
                return Ok(());
            }
            Some(c) => {
                let weight = f64::from(c.support.max(1)) / f64::from(c.answers.max(1));
                (c.text.clone(), weight.min(1.0) as f32, Used::Train)
            }
            None if accepted && score >= CONFIDENT && !row.draft().is_empty() => {
                (row.draft().to_string(), 1.0, Used::Replay)
            }
            None => return Ok(()),
        };
        let list = if used == Used::Replay { &mut drafts } else { &mut clips };
        list.push(Material {
            speaker: recording.speaker_key(),
            language,
            text: text.trim().to_string(),
            weight,
            used,
            span: row.clip.span,
            recording: row.clip.recording,
            clip: row.clip.id,
        });
        Ok(())
    })?;
    let before = workspace.store.clips_used()?;
    let unit = assign(&mut clips, &before);
    let learnt = clips.iter().filter(|c| c.used == Used::Train).count();
    // Said in dev or test by somebody: no draft may teach it.
    let held: std::collections::BTreeSet<String> =
        clips.iter().filter(|c| c.used != Used::Train).map(said).collect();
    let held_speakers: std::collections::BTreeSet<&str> = match unit {
        Unit::Speaker => {
            clips.iter().filter(|c| c.used != Used::Train).map(|c| &*c.speaker).collect()
        }
        Unit::Recording | Unit::Text => Default::default(),
    };
    drafts.retain(|d| !held.contains(&said(d)) && !held_speakers.contains(&*d.speaker));
    drafts.sort_by(|a, b| draw(seed, a.clip.as_str()).total_cmp(&draw(seed, b.clip.as_str())));
    drafts.truncate((learnt as f64 * REPLAY_SHARE).round() as usize);
    drafts.sort_by(|a, b| (&a.recording, a.span.start).cmp(&(&b.recording, b.span.start)));
    clips.extend(drafts);
    Ok(Materials { clips, unit, left_out })
}

/// What is said, as splits compare it.
pub fn said(m: &Material) -> String {
    normalise::normalise(&m.text, &m.language)
}

fn item<'a>(m: &'a Material, text: &'a str) -> SplitItem<'a> {
    SplitItem {
        clip: m.clip.as_str(),
        speaker: &m.speaker,
        recording: m.recording.as_str(),
        text,
        length: m.span.len(),
    }
}

/// The part of each clip for cross-validation; `None` where they cannot be kept apart by `unit`.
pub fn folds(clips: &[&Material], unit: Unit, most: usize) -> Option<Vec<usize>> {
    let texts: Vec<String> = clips.iter().map(|m| said(m)).collect();
    let items: Vec<SplitItem> = clips.iter().zip(&texts).map(|(m, t)| item(m, t)).collect();
    split::folds(&items, unit, most)
}

/// Gives each correction its use; clips of earlier rounds keep theirs.
fn assign(clips: &mut [Material], before: &BTreeMap<ClipId, Used>) -> Unit {
    let texts: Vec<String> = clips.iter().map(said).collect();
    let items: Vec<SplitItem> = clips.iter().zip(&texts).map(|(m, t)| item(m, t)).collect();
    let before: Vec<Option<Split>> = clips
        .iter()
        .map(|m| {
            before.get(&m.clip).map(|used| match used {
                Used::Train | Used::Replay => Split::Train,
                Used::Dev => Split::Dev,
                Used::Test => Split::Test,
            })
        })
        .collect();
    let made = split_again(&items, SHARES, &before);
    for (m, split) in clips.iter_mut().zip(&made.splits) {
        m.used = match split {
            Split::Train => Used::Train,
            Split::Dev => Used::Dev,
            Split::Test => Used::Test,
        };
    }
    made.unit
}

/// Digest of what is learnt from and judged by: clips, texts, weights, uses.
pub fn digest(clips: &[Material]) -> String {
    let mut lines: Vec<String> = clips
        .iter()
        .map(|m| format!("{}\t{}\t{}\t{}\n", m.clip, m.used.code(), m.weight, m.text))
        .collect();
    lines.sort();
    hex_digest(lines.concat().as_bytes())
}

impl Materials {
    /// Clips of one use.
    pub fn of(&self, used: Used) -> impl Iterator<Item = &Material> {
        self.clips.iter().filter(move |m| m.used == used)
    }

    /// What each clip is for.
    pub fn used(&self) -> Vec<(ClipId, Used)> {
        self.clips.iter().map(|m| (m.clip.clone(), m.used)).collect()
    }

    /// How many clips have each use.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for m in &self.clips {
            *counts.entry(m.used.code().to_string()).or_default() += 1;
        }
        counts
    }

    /// The unit of the paired bootstrap for a clip: as they were split.
    pub fn unit_of(&self, m: &Material) -> String {
        match self.unit {
            Unit::Speaker => m.speaker.clone(),
            Unit::Recording => m.recording.to_string(),
            Unit::Text => m.clip.to_string(),
        }
    }
}
