//! What a withdrawal takes, what it cannot reach, and what to do next: for a person who is asked, or a program. In: a plan,
//! later what was done. Out: an [`Account`]. Left to others: its text (`text`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::exports::replaced_since;
use super::{CalibrationChange, Done, Plan};
use crate::domain::{BatchId, Fate, OutputKind, WithdrawnKind};
use crate::pipeline::workspace::Workspace;
use crate::store::Output;

/// An exported file that holds some of it.
#[derive(Clone, Debug, Serialize)]
pub struct AtRisk {
    /// What it is.
    pub kind: OutputKind,
    /// Where it was written.
    pub path: PathBuf,
    /// When, RFC 3339.
    pub written: String,
    /// The version of a dataset.
    pub version: Option<u32>,
    /// The batch of a task file.
    pub batch: Option<BatchId>,
    /// To whom it was handed, as far as that was said.
    pub handed_to: Vec<String>,
    /// What became of it; null in a dry run.
    pub fate: Option<Fate>,
    #[serde(skip)]
    id: i64,
}

impl AtRisk {
    /// Whether it is a clip's audio beside a task file.
    pub fn is_audio(&self) -> bool {
        self.kind == OutputKind::Tasks && self.path.extension().is_some_and(|e| e == "wav")
    }
}

/// A file that stays although it holds some of it.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    /// The file.
    pub path: PathBuf,
    /// Why it stays, and what to do.
    pub why: &'static str,
}

/// Copies that nobody here can reach.
#[derive(Clone, Debug, Serialize)]
pub struct Unreachable {
    /// What it is.
    pub what: String,
    /// When it was made, RFC 3339.
    pub made: String,
    /// To whom it went, as far as that was said.
    pub to: Vec<String>,
}

/// The rounds that go.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RoundChange {
    /// Rounds that rest on it.
    pub removed: Vec<u32>,
    /// The round in use before.
    pub from: u32,
    /// The round in use afterwards; 0: the settings' model.
    pub to: u32,
}

/// What a withdrawal takes.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// What was asked for.
    pub kind: WithdrawnKind,
    /// Whether this is what would be done.
    pub dry_run: bool,
    /// When, RFC 3339.
    pub created: String,
    /// Rows that go, by what they are.
    pub counts: BTreeMap<String, u64>,
    /// Seconds of audio that go.
    pub seconds: f64,
    /// Files of the workspace that go.
    pub files: Vec<PathBuf>,
    /// Rounds of adaptation.
    pub rounds: RoundChange,
    /// What became of the score; of a dry run, nothing yet.
    pub calibrations: Vec<CalibrationChange>,
    /// Calibrations that rest on it.
    pub calibration_files: Vec<PathBuf>,
    /// Exported files that hold some of it.
    pub outputs: Vec<AtRisk>,
    /// Files that stay.
    pub kept: Vec<Kept>,
    /// Copies that cannot be reached from here.
    pub unreachable: Vec<Unreachable>,
    /// Speakers whose names look like the one that is named; they stay.
    pub look_alikes: Vec<String>,
    /// Commands that make again what others need.
    pub next: Vec<String>,
}

const OWN_FILE: &str =
    "it lies outside of the workspace: delete it where you keep it, and its copies";
const SHARED_FILE: &str =
    "other recordings, or other parts of it, are needed: cut the withdrawn part out of it yourself";

impl Account {
    /// Of a plan.
    pub fn of(workspace: &Workspace, plan: Plan) -> Result<Self> {
        let Plan { erasure, own_files, shared_files, look_alikes } = plan;
        let counts = workspace.store.count_erasure(&erasure)?;
        let all = workspace.store.outputs()?;
        let people: BTreeMap<BatchId, Vec<String>> =
            workspace.store.batches()?.into_iter().map(|b| (b.id, b.people)).collect();
        let held = all.iter().filter(|output| erasure.outputs.contains(&output.id));
        let outputs: Vec<AtRisk> = held
            .clone()
            .filter(|output| !replaced_since(output, &all))
            .map(|output| at_risk(output, &people))
            .collect();
        let from = workspace.round()?;
        let mut unreachable: Vec<Unreachable> = held.map(|o| copies(o, &people)).collect();
        unreachable.sort_by(|a, b| (&a.what, &a.made).cmp(&(&b.what, &b.made)));
        unreachable.dedup_by(|a, b| (&a.what, &a.to) == (&b.what, &b.to));
        for round in workspace.store.rounds()? {
            if round.model().is_some() && erasure.rounds.contains(&round.number) {
                unreachable.push(Unreachable {
                    what: format!("copies of the model of round {}", round.number),
                    made: round.created.clone(),
                    to: Vec::new(),
                });
            }
        }
        let kept = |why| move |path| Kept { path, why };
        let own = own_files.into_iter().map(kept(OWN_FILE));
        let kept = own.chain(shared_files.into_iter().map(kept(SHARED_FILE))).collect();
        Ok(Self {
            kind: erasure.kind,
            dry_run: true,
            created: erasure.created.clone(),
            seconds: workspace.store.seconds_gone()?,
            next: next(workspace, &outputs),
            counts,
            files: erasure.files.iter().filter(|file| file.exists()).cloned().collect(),
            rounds: RoundChange {
                removed: erasure.rounds,
                from,
                to: erasure.round_in_use.unwrap_or(from),
            },
            calibrations: Vec::new(),
            calibration_files: erasure.calibrations,
            outputs,
            kept,
            unreachable,
            look_alikes,
        })
    }

    /// It was done.
    pub fn done(&mut self, done: Done) {
        self.dry_run = false;
        self.calibrations = done.calibrations;
        for output in &mut self.outputs {
            output.fate = done.outputs.iter().find(|o| o.id == output.id).map(|o| o.fate);
        }
    }
}

fn handed_to(output: &Output, people: &BTreeMap<BatchId, Vec<String>>) -> Vec<String> {
    output.batch.as_ref().and_then(|batch| people.get(batch)).cloned().unwrap_or_default()
}

fn at_risk(output: &Output, people: &BTreeMap<BatchId, Vec<String>>) -> AtRisk {
    AtRisk {
        kind: output.kind,
        path: output.path(),
        written: output.created.clone(),
        version: output.version,
        batch: output.batch.clone(),
        handed_to: handed_to(output, people),
        fate: output.fate,
        id: output.id,
    }
}

/// What may exist elsewhere of an output.
fn copies(output: &Output, people: &BTreeMap<BatchId, Vec<String>>) -> Unreachable {
    let what = match (output.kind, &output.batch, output.version) {
        (OutputKind::Tasks, Some(batch), _) => {
            format!("copies of the task files of batch {batch}, on people's devices")
        }
        (OutputKind::Dataset, _, Some(version)) => format!(
            "copies of version {version} of the dataset {}: send its readers withdrawn.jsonl",
            output.path().display()
        ),
        (kind, ..) => format!("copies of {} ({})", output.path().display(), kind.code()),
    };
    Unreachable { what, made: output.created.clone(), to: handed_to(output, people) }
}

/// What makes again what others need.
fn next(workspace: &Workspace, outputs: &[AtRisk]) -> Vec<String> {
    let dir = workspace.dir.display();
    let mut next = vec![format!("second-ear run {dir}")];
    for output in outputs.iter().filter(|output| !output.is_audio()) {
        let path = output.path.display();
        let folder = output.path.parent().unwrap_or(&output.path).display();
        next.push(match output.kind {
            OutputKind::Tasks => format!("second-ear tasks {dir} --out {folder}"),
            OutputKind::Dataset => format!("second-ear dataset {dir} --out {path}"),
            OutputKind::Transcripts => format!("second-ear transcripts {dir} --out {folder}"),
            OutputKind::Report => format!("second-ear report {dir} --html {path}"),
            OutputKind::Backup => format!("second-ear backup {dir} FILE"),
            OutputKind::Study => format!("second-ear study {dir} --out {path}"),
            OutputKind::Subject => continue,
        });
    }
    let mut seen = std::collections::BTreeSet::new();
    next.retain(|command| seen.insert(command.clone()));
    next
}
