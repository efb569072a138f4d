//! `status`: counts and seconds in each state, exact to the sample, and what waits. Left to others: the text of it (`text`).

mod text;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use schemars::JsonSchema;
use serde::Serialize;

use super::forget::{self, Standing};
use super::workspace::Workspace;
use super::{consent, guarantee, report};
use crate::domain::{Clip, State, Withdrawal};
use crate::store::RecordingState;
use crate::views::findings::Remarks;
use crate::views::guarantee::GuaranteeReport;
use crate::views::report::drift::Drift;

/// A recording that could not be read, or not to its end.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Failed {
    /// As ingested.
    pub path: String,
    /// Why.
    pub error: String,
}

/// A clip that could not be transcribed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FailedClip {
    /// Its id.
    pub clip: String,
    /// Of the recording, as ingested.
    pub path: String,
    /// Seconds into it.
    pub start: f64,
    /// Likewise.
    pub end: f64,
    /// Why.
    pub error: String,
}

/// A clip that nobody else should read or hear: it is left out everywhere.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WithheldClip {
    /// Its id.
    pub clip: String,
    /// Of the recording, as ingested.
    pub path: String,
    /// Seconds into it.
    pub start: f64,
    /// Likewise.
    pub end: f64,
    /// `personal_data` or `offensive`, as somebody said.
    pub verdict: &'static str,
}

/// Clips that wait for people.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Waiting {
    /// In no task file that is out.
    pub to_hand_out: u64,
    /// In a task file that is out, not settled.
    pub handed_out: u64,
}

/// The state of a workspace.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Status {
    /// Workspace id.
    pub workspace: String,
    /// Recordings registered.
    pub recordings: u64,
    /// Seconds of all recordings (a split file counts each channel).
    pub input_seconds: f64,
    /// Seconds in each state; exact, they add up to `input_seconds`.
    pub seconds: BTreeMap<&'static str, f64>,
    /// Clips in each state.
    pub clips: BTreeMap<&'static str, u64>,
    /// Clips that wait for people.
    pub waiting: Waiting,
    /// The model, by its name in the settings.
    pub model: String,
    /// Engines whose drafts are taken, in their order; empty: the model's own are.
    pub engines: Vec<String>,
    /// The model file in use; null when it is not there.
    pub model_file: Option<String>,
    /// The round of adaptation whose model is in use; 0: the settings' model as it is.
    pub round: u32,
    /// Recordings that failed.
    pub failed: Vec<Failed>,
    /// Clips that could not be transcribed; the next run tries again.
    pub failed_clips: Vec<FailedClip>,
    /// Clips with personal data or offensive content, left out of contexts, transcripts, tasks and
    /// datasets; those that are not settled wait for an adjudicator.
    pub withheld: Vec<WithheldClip>,
    /// What is remarkable about recordings.
    #[serde(flatten)]
    pub remarks: Remarks,
    /// Recordings that may not be used for a purpose, by purpose; only those of which there are any.
    pub recordings_without_consent: BTreeMap<&'static str, usize>,
    /// Waiting clips that may not be handed out.
    pub not_reviewed: usize,
    /// Recordings whose audio was removed because its time was over.
    pub audio_removed: usize,
    /// The guarantee on accepted drafts; null when none is asked for.
    pub guarantee: Option<GuaranteeReport>,
    /// How the model fits month by month, as in the report; null where all recordings are of one month, nothing is settled, or
    /// there are over 20,000 clips: then the report says it.
    pub fit: Option<Drift>,
    /// Withdrawals so far.
    pub withdrawals: Vec<Withdrawal>,
    /// What was written for others and holds what was withdrawn since; a dataset until its next version.
    pub rests_on_withdrawn: Vec<Standing>,
    /// Whether a withdrawal was cut short: the next command that writes finishes it.
    pub withdrawal_unfinished: bool,
}

/// Where a workspace stands.
pub fn status(workspace: &Workspace) -> Result<Status> {
    let store = &workspace.store;
    let total = store.totals()?;
    let waiting = total.clips.get(&State::Waiting).copied().unwrap_or(0);
    let settled = total.clips.get(&State::Settled).copied().unwrap_or(0);
    let out = total.handed_out - store.taken_back()?;
    let rows = store.recordings()?;
    let findings = store.findings()?;
    let mut remarks = Remarks::default();
    for row in &rows {
        if let (Some(findings), Some(length)) =
            (findings.get(&row.recording.id), row.recording.length)
        {
            remarks.add(&row.recording.path, length, findings);
        }
    }
    Ok(Status {
        workspace: store.workspace()?,
        recordings: rows.len() as u64,
        input_seconds: total.account.sum().seconds(),
        seconds: total.account.seconds(),
        clips: total.clips.iter().map(|(state, n)| (state.code(), *n)).collect(),
        waiting: Waiting { to_hand_out: waiting - out, handed_out: out },
        model: workspace.config.model.clone(),
        engines: workspace.config.decode.engine.iter().map(|name| name.to_string()).collect(),
        model_file: workspace.model_path().map(|p| p.display().to_string()),
        round: workspace.round()?,
        failed: rows
            .into_iter()
            .filter_map(|row| match row.state {
                RecordingState::Failed(error) => Some(Failed { path: row.recording.path, error }),
                _ => None,
            })
            .collect(),
        failed_clips: store.failed_clips()?.into_iter().map(FailedClip::of).collect(),
        withheld: withheld(workspace)?,
        recordings_without_consent: consent::barred(workspace)?,
        not_reviewed: consent::not_reviewed(workspace)?.clips,
        audio_removed: store.audio_removed()?.len(),
        remarks,
        guarantee: guarantee::guarantee(workspace)?,
        fit: fit(workspace, total.clips.values().sum(), settled)?,
        withdrawals: store.withdrawals()?,
        rests_on_withdrawn: forget::standing(workspace)?,
        withdrawal_unfinished: store.forgetting()?.is_some(),
    })
}

/// Clips beyond which `status` does not walk over all of them.
const MOST_WALKED: u64 = 20_000;

fn fit(workspace: &Workspace, clips: u64, settled: u64) -> Result<Option<Drift>> {
    if settled == 0
        || clips > MOST_WALKED
        || workspace.store.months()?.values().collect::<BTreeSet<_>>().len() < 2
    {
        return Ok(None);
    }
    report::month_by_month(workspace)
}

fn withheld(workspace: &Workspace) -> Result<Vec<WithheldClip>> {
    let withheld = workspace.store.withheld()?;
    let recordings = workspace.store.recordings_by_id()?;
    let mut clips = Vec::new();
    workspace.store.each_of(withheld.keys(), |row| {
        let span = row.clip.span;
        clips.push(WithheldClip {
            path: recordings.get(&row.clip.recording).map_or(String::new(), |r| r.path.clone()),
            start: span.start.seconds(),
            end: span.end.seconds(),
            verdict: withheld.get(&row.clip.id).map_or("", |verdict| verdict.code()),
            clip: row.clip.id.to_string(),
        });
        Ok(())
    })?;
    Ok(clips)
}

impl FailedClip {
    fn of((clip, path, error): (Clip, String, String)) -> Self {
        let (start, end) = (clip.span.start.seconds(), clip.span.end.seconds());
        Self { clip: clip.id.to_string(), path, start, end, error }
    }
}
