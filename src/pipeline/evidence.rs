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
    ClipId, Consensus, DataUse, Decision, DecodePolicy, Hypothesis, Language, LanguageChoice, Pass,
    Recording, RecordingId, Region, Routed, WordPair,
};
use crate::hypotheses::guard::{self, Sign};
use crate::routing::choose::{Candidate, choose};
use crate::routing::evidence::Evidence;
use crate::routing::memory::DOUBTED_FROM;
use crate::store::{ClipRow, Draft};

/// Which drafts are routed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoutedAs {
    /// Model digest.
    pub model: String,
    /// Decode policy id; with several engines that of all.
    pub policy: String,
}

/// The drafts that are routed, one of each clip chosen among these policies.
#[derive(Clone, Debug)]
pub struct RoutedDrafts {
    model: String,
    /// Decode policy ids.
    pub policies: Vec<String>,
}

impl RoutedDrafts {
    /// Whether a draft is one of them.
    pub fn has(&self, h: &Hypothesis) -> bool {
        h.model == self.model && self.policies.contains(&h.policy)
    }
}

/// The store's note on the latest routing.
const ROUTED_AS: &str = "routed as";

impl RoutedAs {
    /// Of the latest routing; `None` before the first.
    pub fn latest(workspace: &Workspace) -> Result<Option<Self>> {
        let note = workspace.store.meta(ROUTED_AS)?;
        note.map(|n| serde_json::from_str(&n).context("the note on the latest routing")).transpose()
    }

    /// What is chosen among.
    pub fn drafts(&self) -> RoutedDrafts {
        let policies = DecodePolicy::each_id(&self.policy);
        RoutedDrafts { model: self.model.clone(), policies }
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
    /// The place of its draft's policy among those that are routed.
    pub policy: usize,
    /// Whether its draft is one of those that are routed.
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
/// cores. Of several engines' drafts of a clip one is chosen.
pub fn gather(
    workspace: &Workspace,
    routed_as: &RoutedAs,
    scorer: &Scorer,
) -> Result<(Vec<Evidence>, Vec<ClipStatus>)> {
    let likeliest = |policy: &String| {
        let found = workspace.store.likeliest(&routed_as.model, policy, DOUBTED_FROM)?;
        anyhow::Ok((policy.clone(), found))
    };
    let doubted = routed_as.drafts().policies.iter().map(likeliest).collect::<Result<_>>()?;
    let known = Lookup {
        drafts: routed_as.drafts(),
        scorer,
        permits: Permits::of(workspace)?,
        recordings: workspace.store.recordings_by_id()?,
        language: &workspace.config.language,
        accents: lexicon::accents_marked(workspace)?,
        doubted,
    };
    let walk = |policy: &str, take: &mut dyn FnMut(FoundDraft)| {
        let draft = Draft::Current { model: &routed_as.model, policy };
        let about = |clip| known.about(clip);
        spread::clips(&workspace.store, draft, about, |found| {
            found.into_iter().for_each(&mut *take)
        })
    };
    if let [policy] = &known.drafts.policies[..] {
        let (mut clips, mut behind) = (Vec::new(), Vec::new());
        walk(policy, &mut |found| {
            clips.push(found.evidence);
            behind.push(found.behind);
        })?;
        return Ok((clips, behind));
    }
    let mut all: Vec<Vec<FoundDraft>> = Vec::new();
    let mut places: BTreeMap<ClipId, usize> = BTreeMap::new();
    for policy in &known.drafts.policies {
        walk(policy, &mut |found| {
            let new = all.len();
            let place = *places.entry(found.evidence.clip.clone()).or_insert(new);
            match all.get_mut(place) {
                Some(drafts) => drafts.push(found),
                None => all.push(vec![found]),
            }
        })?;
    }
    let chosen = all.into_iter().map(|mut drafts| {
        let candidates: Vec<Candidate> = drafts.iter().map(|draft| draft.candidate).collect();
        let FoundDraft { evidence, behind, .. } = drafts.swap_remove(choose(&candidates));
        (evidence, behind)
    });
    Ok(chosen.unzip())
}

/// A draft of a clip, and what it is chosen by.
struct FoundDraft {
    evidence: Evidence,
    behind: ClipStatus,
    candidate: Candidate,
}

/// What is known of all clips together.
struct Lookup<'a> {
    drafts: RoutedDrafts,
    scorer: &'a Scorer,
    permits: Permits,
    recordings: BTreeMap<RecordingId, Recording>,
    language: &'a LanguageChoice,
    accents: BTreeMap<ClipId, Vec<(String, Region)>>,
    /// By policy, what of the memory of corrections is likelier than the draft.
    doubted: BTreeMap<String, BTreeMap<ClipId, (WordPair, f64)>>,
}

impl Lookup<'_> {
    /// Of a clip with one of its drafts; `None` where it has none.
    fn about(&self, row: ClipRow) -> Option<FoundDraft> {
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
            current: self.drafts.has(&h),
            policy: self.drafts.policies.iter().position(|p| *p == h.policy).unwrap_or_default(),
            measured: self.permits.allows(&clip.recording, DataUse::Evaluate),
        };
        let candidate = Candidate {
            written: h.pass == Pass::Given,
            score: scored.map(|(score, _)| score),
            mean_logprob: h.mean_logprob(),
        };
        let evidence = Evidence {
            doubted: self.doubted.get(&h.policy).and_then(|all| all.get(&clip.id)).cloned(),
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
            language: Some(h.language),
            text: h.text,
            replaced: h.replaced,
            variants: h.variants,
            accents_marked: self.accents.get(&clip.id).cloned().unwrap_or_default(),
            clip: clip.id,
        };
        Some(FoundDraft { evidence, behind, candidate })
    }
}

/// Known phrases aside: routing looks for these itself.
fn signs(hypothesis: &Hypothesis) -> Vec<String> {
    let signs = guard::signs(hypothesis).into_iter();
    signs.filter(|s| !matches!(s, Sign::KnownPhrase { .. })).map(|sign| sign.to_string()).collect()
}
