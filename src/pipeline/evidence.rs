//! Everything that routing looks at, read from the store: one walk over all clips.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::consent::Permits;
use super::lexicon;
use super::scores::Scorer;
use super::spread;
use super::workspace::Workspace;
use crate::domain::{
    ClipId, Consensus, DataUse, Decision, Hypothesis, Language, LanguageChoice, Recording,
    RecordingId, Region, Routed,
};
use crate::hypotheses::guard::{self, Sign};
use crate::routing::evidence::Evidence;
use crate::store::{ClipRow, Draft};

/// Which drafts are routed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoutedAs {
    /// Model digest.
    pub model: String,
    /// Decode policy id.
    pub policy: String,
}

/// The store's note on the latest routing.
const ROUTED_AS: &str = "routed as";

impl RoutedAs {
    /// Of the latest routing; `None` before the first.
    pub fn latest(workspace: &Workspace) -> Result<Option<Self>> {
        let note = workspace.store.meta(ROUTED_AS)?;
        note.map(|n| serde_json::from_str(&n).context("the note on the latest routing")).transpose()
    }

    /// Notes it.
    pub fn keep(&self, workspace: &mut Workspace) -> Result<()> {
        workspace.store.set_meta(ROUTED_AS, &serde_json::to_string(self)?)
    }
}

/// What is known of a clip beside the evidence.
#[derive(Clone, Debug)]
pub struct ClipStatus {
    /// The latest decision.
    pub routed: Option<Routed>,
    /// What people settled.
    pub consensus: Option<Consensus>,
    /// The language that its words are compared in.
    pub language: Language,
    /// Whether its draft is of the model and policy that are routed.
    pub current: bool,
    /// Whether its recording may be measured with: there is consent to evaluate.
    pub measured: bool,
}

impl ClipStatus {
    /// Whether a person reviews the clip, or has reviewed it.
    pub fn is_for_people(&self) -> bool {
        let human = |r: &Routed| matches!(r.decision, Decision::Human { .. });
        self.consensus.is_some() || self.routed.as_ref().is_some_and(human)
    }
}

/// Every clip with a draft, and what stands behind it, item by item. One thread reads the store; drafts are unpacked and scored on all
/// cores.
pub fn gather(
    workspace: &Workspace,
    routed_as: &RoutedAs,
    scorer: &Scorer,
) -> Result<(Vec<Evidence>, Vec<ClipStatus>)> {
    let RoutedAs { model, policy } = routed_as;
    let known = Lookup {
        routed_as,
        scorer,
        permits: Permits::of(workspace)?,
        recordings: workspace.store.recordings_by_id()?,
        language: &workspace.config.language,
        accents: lexicon::accents_marked(workspace)?,
    };
    let (mut clips, mut behind) = (Vec::new(), Vec::new());
    let about = |clip| known.about(clip);
    spread::clips(&workspace.store, Draft::Current { model, policy }, about, |found| {
        if let Some((evidence, back)) = found {
            clips.push(evidence);
            behind.push(back);
        }
    })?;
    Ok((clips, behind))
}

/// What is known of all clips together.
struct Lookup<'a> {
    routed_as: &'a RoutedAs,
    scorer: &'a Scorer,
    permits: Permits,
    recordings: BTreeMap<RecordingId, Recording>,
    language: &'a LanguageChoice,
    accents: BTreeMap<ClipId, Vec<(String, Region)>>,
}

impl Lookup<'_> {
    /// Of a clip; `None` where it has no draft.
    fn about(&self, row: ClipRow) -> Option<(Evidence, ClipStatus)> {
        let recording = self.recordings.get(&row.clip.recording)?;
        let ClipRow { clip, hypothesis, routed, consensus, frozen, .. } = row;
        let h = hypothesis?;
        let language = recording.facts.language.clone().map(LanguageChoice::Fixed);
        let language = language.unwrap_or(self.language.clone());
        let scored = self.scorer.score(&h, recording.region(clip.span));
        let behind = ClipStatus {
            routed: routed.clone(),
            consensus,
            language: match &language {
                LanguageChoice::Fixed(language) => language.clone(),
                LanguageChoice::Auto => h.language.clone(),
            },
            current: h.model == self.routed_as.model && h.policy == self.routed_as.policy,
            measured: self.permits.allows(&clip.recording, DataUse::Evaluate),
        };
        let evidence = Evidence {
            speaker: recording.speaker_key(clip.span),
            declared_region: recording.region(clip.span).cloned(),
            length: clip.span.len(),
            score: scored.map(|(score, _)| score),
            expected_wer: scored.map(|(_, wer)| wer),
            p_no_speech: h.p_no_speech,
            expected: match language {
                LanguageChoice::Fixed(language) => vec![language],
                LanguageChoice::Auto => Vec::new(),
            },
            p_expected: h.p_language,
            best_language: h.best_language.clone(),
            signs: signs(&h),
            frozen: routed.filter(|_| frozen),
            text: h.text,
            replaced: h.replaced,
            variants: h.variants,
            accents_marked: self.accents.get(&clip.id).cloned().unwrap_or_default(),
            clip: clip.id,
        };
        Some((evidence, behind))
    }
}

/// Known phrases aside: routing looks for these itself.
fn signs(hypothesis: &Hypothesis) -> Vec<String> {
    let signs = guard::signs(hypothesis).into_iter();
    signs.filter(|s| !matches!(s, Sign::KnownPhrase { .. })).map(|sign| sign.to_string()).collect()
}
