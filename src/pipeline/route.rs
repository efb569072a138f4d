//! The routing pass at a run's end: every clip with a draft is scored and decided, all at once.

use std::collections::BTreeSet;

use anyhow::Result;
use serde::Serialize;

use super::evidence::{self, RoutedAs};
use super::guarantee::{self, Clips, Looked};
use super::languages;
use super::scores::Scorer;
use super::workspace::Workspace;
use crate::domain::{Decision, Language, Thresholds};
use crate::routing::decide;
use crate::store::{FileLock, Grounds, Lock};
use crate::views::guarantee::GuaranteeReport;
use crate::views::lang::t;
use crate::views::progress::Console;

/// Clips by decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Drafts accepted.
    pub auto: usize,
    /// For people.
    pub human: usize,
    /// Without speech.
    pub dropped: usize,
}

/// Scores and decides every clip; clips that were handed out keep their decision, except after a withdrawal. Audits that were
/// settled since the last run are looked at first: they may change the thresholds. With `again`, what
/// is guaranteed is tested anew.
pub fn route(
    workspace: &mut Workspace,
    routed_as: &RoutedAs,
    again: bool,
    console: Console,
) -> Result<(Counts, Option<GuaranteeReport>)> {
    // What is handed out meanwhile would be decided on once more.
    let _lock = FileLock::take(&workspace.dir, Lock::HandOut)?;
    // Guarantees that lost audits to a withdrawal are tested anew.
    let lost = workspace.store.must_retest()?;
    let again = again || lost;
    let scorer = Scorer::of(workspace)?;
    if let Err(why) = scorer.fits(&routed_as.model, &routed_as.policy) {
        console.problem(t!(console.lang, "run.no_score", why = why.to_string()));
    }
    for engine in scorer.unfitted() {
        console.say(t!(console.lang, "run.unfitted", engine = engine.as_str()));
    }
    let settings = workspace.routing()?;
    let (mut clips, mut behind) = evidence::gather(workspace, routed_as, &scorer)?;
    let spoken: BTreeSet<&Language> = behind.iter().map(|behind| &behind.language).collect();
    for language in spoken {
        let support = languages::support(&scorer.own, language, None);
        support.sentences(console.lang).iter().for_each(|said| console.say(format!("{said}.")));
    }
    let anew = workspace.store.decides_anew()?;
    if anew {
        let current = clips.iter_mut().zip(&behind).filter(|(_, behind)| behind.current);
        current.for_each(|(clip, _)| clip.frozen = None);
    }
    let about = Clips { evidence: &clips, behind: &behind };
    let looked = guarantee::look_at(workspace, &settings, routed_as, &scorer, about, again)?;
    let mut thresholds = Thresholds::setting();
    if let Some(Looked { look, basis, .. }) = &looked {
        let now = jiff::Timestamp::now().to_string();
        workspace.store.keep_look(basis, &look.joined, &look.entries, &now)?;
        thresholds = look.thresholds.clone();
    }
    if lost {
        workspace.store.retested()?;
    }
    let routed = decide::route(&clips, &settings, &scorer.lexicon, &thresholds);
    let mut counts = Counts::default();
    for r in &routed {
        match r.decision {
            Decision::Auto { .. } => counts.auto += 1,
            Decision::Human { .. } => counts.human += 1,
            Decision::Dropped { .. } => counts.dropped += 1,
        }
    }
    let policies = routed_as.drafts().policies;
    let mut fresh = Vec::new();
    for ((clip, behind), routed) in clips.iter().zip(&mut behind).zip(routed) {
        if clip.frozen.is_none() {
            if looked.is_some() {
                behind.routed = Some(routed.clone());
            }
            fresh.push((routed, policies[behind.policy].as_str(), clip.expected_wer));
        }
    }
    let grounds = Grounds { model: &routed_as.model, scoring: &scorer.scoring(workspace)? };
    workspace.store.keep_decisions(&fresh, grounds)?;
    drop(fresh);
    if anew {
        workspace.store.has_decided()?;
    }
    routed_as.keep(workspace)?;
    let shown = match looked {
        None => None,
        Some(_) => {
            // Looked at again, so that dates and counts are those of what was kept.
            let about = Clips { evidence: &clips, behind: &behind };
            let now = guarantee::look_at(workspace, &settings, routed_as, &scorer, about, false)?;
            now.map(|looked| guarantee::view(workspace, &looked)).transpose()?
        }
    };
    Ok((counts, shown))
}
