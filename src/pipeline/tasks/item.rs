//! Clips as they may be handed out, with what is said before and after them. Only those that are asked
//! for are read: a workspace may hold a million others.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::versions;
use crate::domain::{
    Clip, ClipId, Decision, EngineName, EngineNames, HandedOut, Hypothesis, Purpose, Reason,
    Recording, RecordingId, Samples, Span, TaskRow, Verdict, draw,
};
use crate::store::{ClipRow, Store};
use crate::tasks::page::{Version, Warning};

/// Settled clips that planted errors are drawn from, where only some are looked at.
const POOL: usize = 300;

/// A clip that may be handed out.
#[derive(Clone)]
pub struct Item {
    /// The clip.
    pub clip: Clip,
    /// Its draft with numbers.
    pub hypothesis: Option<Hypothesis>,
    /// Why a person should review it.
    pub reasons: Vec<Reason>,
    /// The row that goes out.
    pub row: TaskRow,
    /// The clips before and after it.
    pub beside: [Option<ClipId>; 2],
    /// Place in the workspace: that of its recording, in order of ingestion, and its start.
    pub position: (usize, Samples),
    /// What goes out, and why.
    pub out: HandedOut,
    /// What other engines wrote, and what the model makes of the clip by itself, where that differs; what people wrote, for an
    /// adjudicator.
    pub versions: Vec<Version>,
    /// What to say before it is reviewed.
    pub warnings: Vec<Warning>,
}

impl Item {
    /// Another draft goes out, with its own digest. Reasons that none of `usual` gives would be seen: the
    /// first of these is given instead.
    pub fn with_draft(
        mut self,
        draft: String,
        purpose: Purpose,
        truth: String,
        usual: &[Reason],
    ) -> Self {
        self.out = HandedOut {
            purpose,
            truth: Some(truth),
            ..HandedOut::new(self.clip.id.clone(), draft.clone())
        };
        self.row.draft_digest = self.out.digest();
        if self.row.draft != draft {
            // Another reading would give a planted error away.
            self.versions.clear();
        }
        self.row.draft = draft;
        self.reasons.retain(|reason| usual.iter().any(|u| u.code() == reason.code()));
        if self.reasons.is_empty() {
            // What any task that nobody has a special reason for says.
            self.reasons = vec![usual.first().cloned().unwrap_or(Reason::NoScore)];
        }
        self.row.reasons = codes(&self.reasons);
        self
    }
}

/// Clips that checks may be made of.
#[derive(Default)]
pub struct CheckClips {
    /// Clips of known text, with it.
    pub gold: Vec<(Item, String)>,
    /// Clips that people settled with a text, with it.
    pub settled: Vec<(Item, String)>,
}

/// All recordings, and the workspace that they are in.
pub struct Recordings {
    /// Workspace id.
    workspace: String,
    /// By id.
    pub all: BTreeMap<RecordingId, Recording>,
    /// Their order of ingestion.
    places: BTreeMap<RecordingId, usize>,
    /// Clips that nobody else should read or hear.
    withheld: BTreeMap<ClipId, Verdict>,
    /// Clips of known text, which stays unseen.
    gold: BTreeMap<ClipId, String>,
    /// Whose drafts one was chosen among; none: nothing was chosen.
    engines: Vec<EngineName>,
}

impl Recordings {
    /// Of a workspace that takes the drafts of these engines.
    pub fn of(store: &Store, engines: &EngineNames) -> Result<Self> {
        let rows = store.recordings()?;
        let ids = rows.iter().map(|row| row.recording.id.clone());
        Ok(Self {
            workspace: store.workspace()?,
            places: ids.zip(0..).collect(),
            withheld: store.withheld()?,
            gold: store.gold()?,
            engines: if engines.len() > 1 { engines.to_vec() } else { Vec::new() },
            all: rows.into_iter().map(|row| (row.recording.id.clone(), row.recording)).collect(),
        })
    }
}

/// Some clips as they may be handed out, in the order given; those without a decision are left out.
pub fn load<'c>(
    store: &Store,
    recordings: &Recordings,
    clips: impl IntoIterator<Item = &'c ClipId>,
) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    store.each_of(clips, |row| {
        items.extend(with_context(store, recordings, row)?);
        Ok(())
    })?;
    Ok(items)
}

/// The clips that checks may be made of; `gold` are the clips of known text. With `drawn`, only some of those that are settled, by
/// that text: a batch needs one or two, and to look at all of them for each takes longer the more are settled.
pub fn find(
    store: &Store,
    recordings: &Recordings,
    gold: &BTreeMap<ClipId, String>,
    drawn: Option<&str>,
) -> Result<CheckClips> {
    let mut found = CheckClips::default();
    let mut settled = store.settled()?;
    if let Some(drawn) = drawn {
        settled.sort_by_cached_key(|clip| draw(0, &format!("{drawn}\n{clip}")).to_bits());
        settled.truncate(POOL);
    }
    let mut clips: BTreeSet<&ClipId> = settled.iter().chain(gold.keys()).collect();
    clips.retain(|clip| !recordings.withheld.contains_key(*clip));
    store.each_of(clips, |row| {
        let consensus = row.consensus.clone();
        let list = match &consensus {
            _ if gold.contains_key(&row.clip.id) => &mut found.gold,
            Some(c) if c.verdict.gives_text() && c.support > 0 => &mut found.settled,
            _ => return Ok(()),
        };
        let text = consensus.map(|c| c.text).unwrap_or_default();
        list.extend(with_context(store, recordings, row)?.map(|item| (item, text)));
        Ok(())
    })?;
    found.gold.sort_by_key(|(item, _)| item.position);
    found.settled.sort_by_key(|(item, _)| item.position);
    Ok(found)
}

/// An item with what is said before and after it.
fn with_context(store: &Store, recordings: &Recordings, row: ClipRow) -> Result<Option<Item>> {
    let Some(recording) = recordings.all.get(&row.clip.recording) else { return Ok(None) };
    let place = recordings.places.get(&row.clip.recording).copied().unwrap_or_default();
    let beside = store.neighbours(&row.clip)?;
    let versions = versions::of(store, &recordings.engines, row.hypothesis.as_ref())?;
    let Some(mut item) = item(&recordings.workspace, row, recording, place) else {
        return Ok(None);
    };
    item.versions = versions;
    let contexts = [&mut item.row.context_before, &mut item.row.context_after];
    for (clip, context) in beside.iter().zip(contexts) {
        let clip = clip.iter().filter(|clip| !recordings.withheld.contains_key(*clip));
        store.each_of(clip, |row| {
            *context = match &row.consensus {
                // A known text checks people: what they see of the clip is its draft.
                _ if recordings.gold.contains_key(&row.clip.id) => row.draft().to_string(),
                Some(c) if c.verdict.gives_text() => c.text.clone(),
                _ => row.draft().to_string(),
            };
            Ok(())
        })?;
    }
    item.beside = beside;
    Ok(Some(item))
}

fn item(workspace: &str, row: ClipRow, recording: &Recording, place: usize) -> Option<Item> {
    let routed = row.routed?;
    let reasons = match routed.decision {
        Decision::Human { reasons, .. } => reasons,
        Decision::Auto { .. } | Decision::Dropped { .. } => Vec::new(),
    };
    let draft = row.hypothesis.as_ref().map_or(String::new(), |h| h.text.clone());
    let out = HandedOut::new(row.clip.id.clone(), draft.clone());
    let Span { start, end } = row.clip.span;
    Some(Item {
        row: TaskRow {
            workspace: workspace.to_string(),
            clip: row.clip.id.to_string(),
            path: file_name(&recording.path).to_string(),
            start: start.seconds(),
            end: end.seconds(),
            draft_digest: out.digest(),
            draft,
            reasons: codes(&reasons),
            region: routed.region.map_or(String::new(), |r| r.to_string()),
            language: row.hypothesis.as_ref().map_or(String::new(), |h| h.language.to_string()),
            ..TaskRow::default()
        },
        clip: row.clip,
        versions: Vec::new(),
        hypothesis: row.hypothesis,
        reasons,
        beside: [None, None],
        position: (place, start),
        out,
        warnings: Vec::new(),
    })
}

/// What a person needs to know of a path: folders may tell whose machine it is, and of whom.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn codes(reasons: &[Reason]) -> Vec<String> {
    let codes: BTreeSet<_> = reasons.iter().map(|r| r.code().to_string()).collect();
    codes.into_iter().collect()
}
