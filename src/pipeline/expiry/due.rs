//! What is older than the settings keep it. In: a workspace, a day. Out: what goes, kind by kind. Left to others: removing
//! it (`expiry`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::ExpiredKind;
use crate::domain::{
    ClipId, Day, Fate, Kept, OutputKind, RecordingId, RetentionSettings, is_pseudonym,
};
use crate::pipeline::forget::remove_outputs;
use crate::pipeline::workspace::Workspace;
use crate::store::AudioFile;

/// What goes.
#[derive(Debug, Default)]
pub struct Due {
    /// Recordings whose files go now.
    pub recordings: Vec<RecordingId>,
    /// These files, and those that an earlier command was to remove and did not.
    pub files: BTreeSet<PathBuf>,
    /// Files that are old enough and the team's own.
    pub elsewhere: Vec<String>,
    /// Task files, by their number in the store, with their size.
    pub task_files: Vec<(i64, u64)>,
    /// Settled clips whose answers lose their texts.
    pub clips: Vec<ClipId>,
    /// Validators who get a pseudonym.
    pub people: Vec<String>,
    /// Files, answers and people that go.
    things: BTreeMap<Kept, u64>,
    undated: BTreeMap<Kept, u64>,
    bytes: BTreeMap<Kept, u64>,
    /// Waiting clips whose audio goes.
    waiting: u64,
    /// Whether removed rows are still to be overwritten.
    unscrubbed: bool,
}

impl Due {
    /// Of a workspace, on a day.
    pub fn of(workspace: &Workspace, today: Day) -> Result<Self> {
        let settings = &workspace.config.retention;
        let mut due = Self { unscrubbed: workspace.store.is_unscrubbed()?, ..Self::default() };
        due.audio(workspace, settings.kept_from(Kept::Audio, today))?;
        if let Some(from) = settings.kept_from(Kept::TaskFiles, today) {
            due.task_files(workspace, from)?;
        }
        if let Some(from) = settings.kept_from(Kept::Answers, today) {
            due.answers(workspace, from)?;
        }
        if let Some(from) = settings.kept_from(Kept::People, today) {
            due.people(workspace, from)?;
        }
        Ok(due)
    }

    fn audio(&mut self, workspace: &Workspace, from: Option<Day>) -> Result<()> {
        let shown = || format!("find {}", workspace.dir.display());
        let folder = workspace.dir.canonicalize().with_context(shown)?;
        let mut files: BTreeMap<PathBuf, Vec<AudioFile>> = BTreeMap::new();
        for audio in workspace.store.audio_files()? {
            files.entry(audio.file.clone()).or_default().push(audio);
        }
        for (file, recordings) in files {
            // The path was resolved when it was ingested; a link that was put there since leads out of the folder.
            let ours = file.starts_with(&folder)
                && file.canonicalize().map_or(true, |now| now.starts_with(&folder));
            if recordings.iter().all(|r| r.removed) {
                if ours && file.exists() {
                    self.files.insert(file);
                }
                continue;
            }
            let Some(from) = from else { continue };
            // The channels of a file are several recordings: it goes when the last of them is old enough.
            match recordings.iter().map(|r| r.ingested).collect::<Option<Vec<Day>>>() {
                None => *self.undated.entry(Kept::Audio).or_default() += 1,
                Some(days) if days.iter().any(|day| *day >= from) => {}
                Some(_) if !ours => {
                    self.elsewhere.extend(recordings.first().map(|r| r.path.clone()))
                }
                Some(_) => {
                    *self.things.entry(Kept::Audio).or_default() += 1;
                    *self.bytes.entry(Kept::Audio).or_default() +=
                        recordings.first().map_or(0, |r| r.bytes);
                    self.recordings.extend(recordings.into_iter().map(|r| r.recording));
                    self.files.insert(file);
                }
            }
        }
        let gone: BTreeSet<&RecordingId> = self.recordings.iter().collect();
        if !gone.is_empty() {
            let waiting = workspace.store.waiting(false)?;
            self.waiting = waiting.iter().filter(|w| gone.contains(&*w.recording)).count() as u64;
        }
        Ok(())
    }

    /// Those that lie where they were written; what was done with one of them before is done.
    fn task_files(&mut self, workspace: &Workspace, from: Day) -> Result<()> {
        for output in workspace.store.outputs()? {
            let day = output.created.get(..10).and_then(|day| day.parse::<Day>().ok());
            let old = output.kind == OutputKind::Tasks && output.fate.is_none();
            let meta = fs::symlink_metadata(output.path());
            let (true, Ok(meta)) = (old, meta) else { continue };
            match day {
                None => *self.undated.entry(Kept::TaskFiles).or_default() += 1,
                Some(day) if day >= from => {}
                Some(_) => {
                    *self.things.entry(Kept::TaskFiles).or_default() += 1;
                    *self.bytes.entry(Kept::TaskFiles).or_default() += meta.len();
                    self.task_files.push((output.id, meta.len()));
                }
            }
        }
        Ok(())
    }

    fn answers(&mut self, workspace: &Workspace, from: Day) -> Result<()> {
        for answered in workspace.store.answered_clips()? {
            let answers = answered.answers as u64;
            match answered.latest {
                None => *self.undated.entry(Kept::Answers).or_default() += answers,
                Some(latest) if latest >= from => {}
                Some(_) => {
                    *self.things.entry(Kept::Answers).or_default() += answers;
                    self.clips.push(answered.clip);
                }
            }
        }
        Ok(())
    }

    fn people(&mut self, workspace: &Workspace, from: Day) -> Result<()> {
        for (name, latest) in workspace.store.validator_days()? {
            match latest {
                _ if is_pseudonym(&name) => {}
                None => *self.undated.entry(Kept::People).or_default() += 1,
                Some(latest) if latest >= from => {}
                Some(_) => self.people.push(name),
            }
        }
        self.things.insert(Kept::People, self.people.len() as u64);
        Ok(())
    }

    /// Whether no earlier command left anything to be done again.
    pub fn is_nothing_left(&self) -> bool {
        self.files.is_empty() && !self.unscrubbed
    }

    /// Kind by kind, for people and programs.
    pub fn kinds(&self, settings: &RetentionSettings, today: Day) -> Vec<ExpiredKind> {
        let of = |counts: &BTreeMap<Kept, u64>, kind| counts.get(&kind).copied().unwrap_or(0);
        let kind = |kind: Kept| ExpiredKind {
            kind,
            rule: format!("{} = {}", kind.setting(), settings.days(kind)),
            kept_from: settings.kept_from(kind, today),
            things: of(&self.things, kind),
            bytes: of(&self.bytes, kind),
            undated: of(&self.undated, kind),
            not_ours: if kind == Kept::Audio { self.elsewhere.len() as u64 } else { 0 },
            remark: self.remark(kind),
        };
        Kept::ALL.into_iter().map(kind).collect()
    }

    fn remark(&self, kind: Kept) -> Option<String> {
        let waiting = (kind == Kept::Audio && self.waiting > 0).then_some(self.waiting)?;
        Some(format!(
            "{waiting} clips of these files wait for a person, who could not listen to them"
        ))
    }
}

/// Removes task files that lie as they were written: how many, and their bytes. One that somebody has filled in stays,
/// and is named.
pub fn remove_task_files(
    workspace: &mut Workspace,
    files: &[(i64, u64)],
    failed: &mut Vec<String>,
) -> Result<(u64, u64)> {
    let ids: Vec<i64> = files.iter().map(|(id, _)| *id).collect();
    let outputs = workspace.store.outputs()?;
    let (mut things, mut bytes) = (0, 0);
    for removed in remove_outputs(workspace, &ids)? {
        match removed.fate {
            Fate::Removed => {
                things += 1;
                bytes += files.iter().find(|(id, _)| *id == removed.id).map_or(0, |(_, n)| *n);
            }
            Fate::Away => {}
            Fate::Changed => {
                let path = outputs.iter().find(|o| o.id == removed.id).map(|o| o.path());
                let path = path.unwrap_or_default();
                failed.push(format!(
                    "{}: was changed since it was written, and stays",
                    path.display()
                ));
            }
        }
    }
    Ok((things, bytes))
}
