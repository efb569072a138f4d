//! The settling pass: all answers together, so that their order does not matter and everybody's
//! reliability is known before anybody's word is weighed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::evidence::RoutedAs;
use super::forget;
use super::log;
use super::workspace::Workspace;
use crate::domain::{Answer, ClipId, Consensus, Contested, Purpose, Reliability, Verdict};
use crate::store::Draft;
use crate::tasks::consensus::{Settlement, Votes, plain, settle_all};

/// What the answers settle.
#[derive(Debug, Default)]
pub struct Settled {
    /// Clips with a consensus.
    pub clips: BTreeSet<ClipId>,
    /// Clips that wait for an adjudicator, with the answers about each.
    pub contested: BTreeMap<ClipId, Vec<Answer>>,
    /// By validator.
    pub reliability: BTreeMap<String, Reliability>,
}

/// Opens a workspace for writing, does a command's work there, and logs it: which files it imports, and what came of
/// it.
pub fn change<T>(
    dir: &Path,
    imports: &[PathBuf],
    work: impl FnOnce(&mut Workspace) -> Result<T>,
) -> Result<(T, Workspace)> {
    let mut workspace = write_settled(dir)?;
    workspace.imports(imports);
    let done = work(&mut workspace);
    let logged = workspace.end(log::outcome(&done));
    let done = done?;
    logged?;
    Ok((done, workspace))
}

/// Opens a workspace for writing, finishes a withdrawal that was cut short, and settles what an import left that died
/// between keeping its answers and settling them.
fn write_settled(dir: &Path) -> Result<Workspace> {
    let mut workspace = Workspace::write(dir)?;
    forget::finish(&mut workspace)?;
    if workspace.store.unsettled()?.is_some() {
        settle(&mut workspace)?;
    }
    Ok(workspace)
}

/// Finishes a withdrawal that was cut short; whether there was one.
pub fn finish_withdrawal(dir: &Path) -> Result<bool> {
    let mut workspace = Workspace::read(dir)?;
    if workspace.store.forgetting()?.is_none() {
        return Ok(false);
    }
    workspace = write_settled(dir)?;
    workspace.end("done".into())?;
    Ok(true)
}

/// Settles all clips and keeps what is settled.
pub fn settle(workspace: &mut Workspace) -> Result<Settled> {
    let note = workspace.store.unsettled()?;
    let (settled, consensus) = compute_consensus(workspace)?;
    workspace.store.keep_consensus(&consensus, note.as_deref())?;
    Ok(settled)
}

/// The same before anything is decided on the drafts of a model: after a withdrawal.
pub fn settle_before_routing(workspace: &mut Workspace, routed_as: &RoutedAs) -> Result<()> {
    // Of several engines the first: which draft goes out is not decided yet.
    let drafts = routed_as.drafts();
    let policy = drafts.policies.first().map_or(&*routed_as.policy, String::as_str);
    let draft = Draft::Current { model: &routed_as.model, policy };
    let note = workspace.store.unsettled()?;
    let (_, consensus) = consensus_with(workspace, draft)?;
    workspace.store.keep_consensus(&consensus, note.as_deref())
}

/// What the answers settle, without keeping it.
pub fn compute_consensus(workspace: &Workspace) -> Result<(Settled, Vec<Consensus>)> {
    consensus_with(workspace, Draft::Decided)
}

fn consensus_with(workspace: &Workspace, draft: Draft<'_>) -> Result<(Settled, Vec<Consensus>)> {
    let store = &workspace.store;
    let gold = store.gold()?;
    let truths = truths(workspace, &gold)?;
    let wanted = store.answers_wanted()?;
    // Answers that settle a clip together; answers to a control item apart from them.
    let mut votes: BTreeMap<(ClipId, Option<(Purpose, String)>), Votes> = BTreeMap::new();
    store.each_current_answer(|answer| {
        let control = answer.purpose.is_control();
        let apart = control.then(|| (answer.purpose, answer.draft_digest.clone()));
        // Whoever reports a clip that was to check them reports the clip.
        if control && answer.verdict.withholds() {
            votes.entry((answer.clip.clone(), None)).or_default().answers.push(answer.clone());
        }
        votes.entry((answer.clip.clone(), apart)).or_default().answers.push(answer);
    })?;
    for ((clip, apart), votes) in &mut votes {
        votes.wanted = wanted.get(clip).copied().unwrap_or(1);
        votes.truth = match apart {
            None => gold.get(clip).cloned(),
            Some((_, digest)) => truths.get(digest).cloned(),
        };
    }
    let mut drafts: BTreeMap<ClipId, String> = BTreeMap::new();
    let answered: BTreeSet<&ClipId> =
        votes.keys().map(|(clip, _)| clip).chain(gold.keys()).collect();
    store.each_of_with(draft, answered, |row| {
        if row.hypothesis.is_some() {
            drafts.insert(row.clip.id.clone(), row.draft().to_string());
        }
        Ok(())
    })?;
    for ((clip, _), votes) in &mut votes {
        votes.machine = drafts.get(clip).cloned();
    }
    let appeals = store.appeals()?.into_iter();
    let lifted = appeals.filter(|appeal| appeal.is_lifted() && appeal.about == Contested::Weight);
    let ordinary: BTreeSet<String> = lifted.map(|appeal| appeal.validator).collect();
    let (keys, votes): (Vec<_>, Vec<_>) = votes.into_iter().unzip();
    let (settlements, reliability) = settle_all(&votes, &workspace.config.tasks, &ordinary);
    let mut settled = Settled { reliability, ..Settled::default() };
    // Of some clips only what was settled is left: no later answer alone says more.
    let mut consensus = store.kept_consensus()?;
    consensus.retain(|c| !gold.contains_key(&c.clip));
    let kept: BTreeSet<ClipId> = consensus.iter().map(|c| c.clip.clone()).collect();
    for (((clip, apart), votes), settlement) in keys.into_iter().zip(votes).zip(settlements) {
        if apart.is_some() || gold.contains_key(&clip) || kept.contains(&clip) {
            continue;
        }
        match settlement {
            Settlement::Settled(c) => consensus.push(c),
            Settlement::Contested => drop(settled.contested.insert(clip, votes.answers)),
            Settlement::Waiting => {}
        }
    }
    consensus.extend(gold.iter().map(|(clip, text)| of_gold(clip, text, drafts.get(clip))));
    settled.clips = consensus.iter().map(|c| c.clip.clone()).collect();
    Ok((settled, consensus))
}

/// What is known to be said, by the digest of what was handed out.
fn truths(
    workspace: &Workspace,
    gold: &BTreeMap<ClipId, String>,
) -> Result<BTreeMap<String, String>> {
    let mut truths = BTreeMap::new();
    workspace.store.each_handed_out(|out| {
        // A gold text may have been corrected since it went out.
        let gold = gold.get(&out.clip).filter(|_| out.purpose == Purpose::Gold);
        if let Some(truth) = gold.or(out.truth.as_ref()) {
            truths.insert(out.digest(), truth.clone());
        }
    })?;
    Ok(truths)
}

fn of_gold(clip: &ClipId, text: &str, draft: Option<&String>) -> Consensus {
    let same = draft.is_some_and(|draft| plain(draft) == plain(text));
    Consensus {
        clip: clip.clone(),
        verdict: if same { Verdict::AsIs } else { Verdict::Corrected },
        text: text.to_string(),
        support: 0,
        answers: 0,
        agreement: 1.0,
    }
}
