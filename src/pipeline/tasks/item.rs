//! Clips as they may be handed out: found in one walk over the workspace, with what is said before
//! and after them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::domain::{
    Clip, ClipId, Decision, HandedOut, Hypothesis, Purpose, Reason, Recording, RecordingId, Span,
    State, TaskRow,
};
use crate::pipeline::workspace::Workspace;
use crate::store::{ClipRow, Draft};
use crate::tasks::page::{Version, Warning};

/// A clip that may be handed out.
#[derive(Clone)]
pub struct Item {
    /// The clip.
    pub clip: Clip,
    /// Its draft with numbers.
    pub hypothesis: Option<Hypothesis>,
    /// Why a person should hear it.
    pub reasons: Vec<Reason>,
    /// Urgency.
    pub priority: f64,
    /// The row that goes out.
    pub row: TaskRow,
    /// Place in the workspace, in order of ingestion and time.
    pub position: usize,
    /// What goes out, and why.
    pub out: HandedOut,
    /// What people wrote, for an adjudicator.
    pub versions: Vec<Version>,
    /// What to say before it is heard.
    pub warnings: Vec<Warning>,
}

impl Item {
    /// Another draft goes out, with its own digest.
    pub fn with_draft(mut self, draft: String, purpose: Purpose, truth: String) -> Self {
        self.out = HandedOut {
            purpose,
            truth: Some(truth),
            ..HandedOut::new(self.clip.id.clone(), draft.clone())
        };
        self.row.draft_digest = self.out.digest();
        self.row.draft = draft;
        if self.reasons.is_empty() {
            // What any task that nobody has a special reason for says.
            self.reasons = vec![Reason::NoScore];
            self.row.reasons = codes(&self.reasons);
        }
        self
    }
}

/// What is there to hand out.
#[derive(Default)]
pub struct Found {
    /// Clips that wait for a person.
    pub waiting: Vec<Item>,
    /// Clips of known text, with it.
    pub gold: Vec<(Item, String)>,
    /// Clips that people settled with a text, with it.
    pub settled: Vec<(Item, String)>,
}

/// Walks over all clips. `only_new` leaves out waiting clips that are in a task file already; `gold`
/// are the clips of known text.
pub fn find(
    workspace: &Workspace,
    recordings: &BTreeMap<RecordingId, Recording>,
    only_new: bool,
    gold: &BTreeMap<ClipId, String>,
) -> Result<Found> {
    let id = workspace.store.workspace()?;
    let mut found = Found::default();
    let mut before: Option<(RecordingId, String)> = None;
    let mut position = 0;
    // The list that the clip before went to, when it still wants to know what comes after it.
    let mut open: Option<Kind> = None;
    workspace.store.each_clip(Draft::Decided, |row| {
        position += 1;
        let text = match &row.consensus {
            Some(c) if c.verdict.gives_text() => c.text.clone(),
            _ => row.draft().to_string(),
        };
        let recording = row.clip.recording.clone();
        let same = before.take().filter(|(r, _)| *r == recording).map(|(_, text)| text);
        if let (Some(kind), true) = (open.take(), same.is_some())
            && let Some(item) = found.last(kind)
        {
            item.row.context_after = text.clone();
        }
        before = Some((recording, text));
        let kind = match row.consensus.as_ref() {
            _ if gold.contains_key(&row.clip.id) => Kind::Gold,
            Some(c) if c.verdict.gives_text() && c.support > 0 => Kind::Settled,
            None if row.state() == State::Waiting && !(only_new && row.frozen) => Kind::Waiting,
            _ => return Ok(()),
        };
        let settled = row.consensus.as_ref().map(|c| c.text.clone()).unwrap_or_default();
        let Some(recording) = recordings.get(&row.clip.recording) else { return Ok(()) };
        let Some(item) = item(&id, row, recording, same, position) else { return Ok(()) };
        open = Some(kind);
        match kind {
            Kind::Waiting => found.waiting.push(item),
            Kind::Gold => found.gold.push((item, settled)),
            Kind::Settled => found.settled.push((item, settled)),
        }
        Ok(())
    })?;
    Ok(found)
}

#[derive(Clone, Copy)]
enum Kind {
    Waiting,
    Gold,
    Settled,
}

impl Found {
    fn last(&mut self, kind: Kind) -> Option<&mut Item> {
        match kind {
            Kind::Waiting => self.waiting.last_mut(),
            Kind::Gold => self.gold.last_mut().map(|(item, _)| item),
            Kind::Settled => self.settled.last_mut().map(|(item, _)| item),
        }
    }
}

fn item(
    workspace: &str,
    row: ClipRow,
    recording: &Recording,
    before: Option<String>,
    position: usize,
) -> Option<Item> {
    let routed = row.routed?;
    let (reasons, priority) = match routed.decision {
        Decision::Human { reasons, priority } => (reasons, priority),
        Decision::Auto { .. } | Decision::Dropped { .. } => (Vec::new(), 0.0),
    };
    let draft = row.hypothesis.as_ref().map_or(String::new(), |h| h.text.clone());
    let out = HandedOut::new(row.clip.id.clone(), draft.clone());
    let Span { start, end } = row.clip.span;
    Some(Item {
        row: TaskRow {
            workspace: workspace.to_string(),
            clip: row.clip.id.to_string(),
            path: recording.path.clone(),
            start: start.seconds(),
            end: end.seconds(),
            draft_digest: out.digest(),
            draft,
            reasons: codes(&reasons),
            region: routed.region.map_or(String::new(), |r| r.to_string()),
            context_before: before.unwrap_or_default(),
            ..TaskRow::default()
        },
        clip: row.clip,
        hypothesis: row.hypothesis,
        reasons,
        priority,
        position,
        out,
        versions: Vec::new(),
        warnings: Vec::new(),
    })
}

fn codes(reasons: &[Reason]) -> Vec<String> {
    let codes: BTreeSet<_> = reasons.iter().map(|r| r.code().to_string()).collect();
    codes.into_iter().collect()
}
