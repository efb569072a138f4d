//! `status`: counts and seconds in each state, exact to the sample, and what waits.

use std::collections::BTreeMap;

use anyhow::Result;
use schemars::JsonSchema;
use serde::Serialize;

use super::forget::{self, Standing};
use super::workspace::Workspace;
use super::{consent, guarantee};
use crate::domain::{Clip, State, Withdrawal};
use crate::store::RecordingState;
use crate::views::findings::Remarks;
use crate::views::guarantee::GuaranteeReport;
use crate::views::numbers::{clock, percent};
use crate::views::progress::shown;

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
        withdrawals: store.withdrawals()?,
        rests_on_withdrawn: forget::standing(workspace)?,
        withdrawal_unfinished: store.forgetting()?.is_some(),
    })
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

impl Status {
    /// As text, for a terminal.
    pub fn text(&self) -> String {
        let mut t = format!(
            "{} recordings, {} of audio, model {}{}{}\n",
            self.recordings,
            clock(self.input_seconds),
            self.model,
            if self.round > 0 { format!(", round {}", self.round) } else { String::new() },
            match self.engines.is_empty() {
                true => String::new(),
                false => format!(", drafts of {}", self.engines.join(", ")),
            }
        );
        for state in State::ALL {
            let seconds = self.seconds.get(state.code()).copied().unwrap_or(0.0);
            if seconds > 0.0 {
                let clips = self.clips.get(state.code()).copied().unwrap_or(0);
                let clips = if clips > 0 { format!("{clips} clips") } else { String::new() };
                let share = percent(Some(seconds / self.input_seconds));
                let (code, time) = (state.code(), clock(seconds));
                t.push_str(format!("  {code:<11} {time:>9}  {share:>7}  {clips}").trim_end());
                t.push('\n');
            }
        }
        for Failed { path, error } in &self.failed {
            t.push_str(&format!("  failed: {}: {}\n", shown(path), shown(error)));
        }
        const SHOWN: usize = 10;
        for FailedClip { path, start, end, error, .. } in self.failed_clips.iter().take(SHOWN) {
            let (path, error) = (shown(path), shown(error));
            t.push_str(&format!("  failed: {path} {start:.3}-{end:.3} s: {error}\n"));
        }
        if self.failed_clips.len() > SHOWN {
            let more = self.failed_clips.len() - SHOWN;
            t.push_str(&format!("  and {more} more clips that failed (--json lists all)\n"));
        }
        for WithheldClip { path, start, end, verdict, .. } in self.withheld.iter().take(SHOWN) {
            let path = shown(path);
            t.push_str(&format!("  withheld: {path} {start:.3}-{end:.3} s: {verdict}\n"));
        }
        if self.withheld.len() > SHOWN {
            let more = self.withheld.len() - SHOWN;
            t.push_str(&format!("  and {more} more clips withheld (--json lists all)\n"));
        }
        for line in self.remarks.lines() {
            t.push_str(&format!("  {line}\n"));
        }
        if !self.recordings_without_consent.is_empty() {
            let each =
                self.recordings_without_consent.iter().map(|(purpose, n)| format!("{purpose} {n}"));
            t.push_str(&format!(
                "Recordings without consent to: {} (`second-ear consent` lists them)",
                each.collect::<Vec<_>>().join(", ")
            ));
            t.push_str(&match self.not_reviewed {
                0 => "\n".to_string(),
                n => format!("; {n} waiting clips are not handed out\n"),
            });
        }
        if self.audio_removed > 0 {
            t.push_str(&format!(
                "Audio removed (`second-ear retention`): {} recordings\n",
                self.audio_removed
            ));
        }
        let Waiting { to_hand_out, handed_out } = self.waiting;
        if to_hand_out + handed_out > 0 {
            t.push_str(&format!(
                "Waiting for people: {handed_out} clips in task files, {to_hand_out} not handed out \
                 (`second-ear tasks`)\n"
            ));
        }
        if let Some(guarantee) = &self.guarantee {
            t.push_str(&guarantee.text());
        }
        for line in forget::standing_lines(&self.rests_on_withdrawn) {
            t.push_str(&line);
        }
        if self.withdrawal_unfinished {
            t.push_str(
                "A withdrawal was cut short: `second-ear forget DIR --resume` finishes it.\n",
            );
        }
        if self.model_file.is_none() {
            t.push_str(&format!(
                "The model is not installed yet: `second-ear model pull {}`\n",
                self.model
            ));
        }
        t
    }
}
