//! What is to go, resolved before anything goes. In: a workspace, a name. Out: an [`Erasure`], and what cannot be reached
//! with it. Left to others: how much that is (`account`), doing it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::lineage;
use crate::domain::{ClipId, Facts, OutputKind, Recording, RoundVerdict, Span, Target, Trace};
use crate::files::leftovers;
use crate::pipeline::passing;
use crate::pipeline::pay::Pay;
use crate::pipeline::workspace::Workspace;
use crate::store::{Erasure, Output};
use crate::text::names::{Names, looks};

/// What is to go, and what stays although it holds some of it.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What goes.
    pub erasure: Erasure,
    /// Recordings outside of the workspace: the team's own files.
    pub own_files: Vec<PathBuf>,
    /// Files that other recordings still need: another channel, or other people's parts of them.
    pub shared_files: Vec<PathBuf>,
    /// Speakers whose names look like the one that is named; they stay.
    pub look_alikes: Vec<String>,
}

impl Plan {
    /// Resolves a name.
    ///
    /// # Errors
    /// There is nothing of that name.
    pub fn of(workspace: &Workspace, target: &Target) -> Result<Self> {
        let rows = workspace.store.recordings()?;
        let all: Vec<Recording> = rows.into_iter().map(|row| row.recording).collect();
        let mut plan = Self::default();
        plan.erasure.kind = target.kind();
        plan.erasure.created = jiff::Timestamp::now().to_string();
        match target {
            Target::Speaker(name) => plan.speaker(workspace, name, &all)?,
            Target::Recording(name) => plan.recording(name, &all)?,
            Target::Validator(name) => plan.validator(workspace, name)?,
            Target::Clip(id) => plan.clip(workspace, id, &all)?,
        }
        plan.sounds(workspace, &all)?;
        plan.rests_on(workspace)?;
        plan.work(workspace)?;
        plan.tombstones(workspace, target, &all)?;
        Ok(plan)
    }

    fn speaker(&mut self, workspace: &Workspace, name: &str, all: &[Recording]) -> Result<()> {
        let named = |facts: &Facts| -> Vec<String> {
            let of_segments = facts.segments.iter().filter_map(|s| s.speaker.clone());
            facts.speaker.clone().into_iter().chain(of_segments).collect()
        };
        let names: BTreeSet<String> = all.iter().flat_map(|r| named(&r.facts)).collect();
        let alike = names.iter().filter(|other| *other != name && Names::same(other, name));
        self.look_alikes = alike.cloned().collect();
        if !names.contains(name) {
            bail!("no recording names the speaker '{name}'{}", also(&self.look_alikes));
        }
        for recording in all.iter().filter(|r| named(&r.facts).iter().any(|n| n == name)) {
            let others = named(&recording.facts).iter().any(|n| n != name);
            let unnamed = recording.facts.speaker.is_none()
                && recording.facts.segments.iter().any(|s| s.speaker.is_none());
            match others || unnamed {
                false => self.erasure.recordings.push(recording.id.clone()),
                true => self.parts(workspace, recording, name)?,
            }
        }
        self.erasure.mentions.push(name.to_string());
        Ok(())
    }

    /// The parts of a recording that a speaker speaks in, where others speak too.
    fn parts(&mut self, workspace: &Workspace, recording: &Recording, name: &str) -> Result<()> {
        let theirs = |speaker: &Option<String>| speaker.as_deref() == Some(name);
        let spans: Vec<Span> = recording
            .facts
            .segments
            .iter()
            .filter(|segment| theirs(&segment.speaker))
            .map(|segment| segment.span)
            .collect();
        let over = |a: Span, b: &Span| a.start < b.end && b.start < a.end;
        for clip in workspace.store.clips_of(&recording.id)? {
            let speaks = recording.speaker(clip.span) == Some(name);
            // No window that clips are decoded in holds two speakers: drafts of the others stay.
            if speaks || spans.iter().any(|span| over(clip.span, span)) {
                self.erasure.clips.push(clip.id);
            }
        }
        let mut facts = recording.facts.clone();
        facts.segments.retain(|segment| !theirs(&segment.speaker));
        // What is said in all of it is their words, too.
        facts.references.retain(|reference| {
            reference.span.is_some_and(|part| !spans.iter().any(|span| over(part, span)))
        });
        if theirs(&facts.speaker) {
            facts.speaker = None;
            facts.region = None;
            facts.references.clear();
        }
        if theirs(&facts.agreed.by) {
            facts.agreed.by = None;
        }
        self.erasure.facts.insert(recording.id.clone(), facts);
        self.shared_files.push(recording.file.clone());
        Ok(())
    }

    fn recording(&mut self, name: &str, all: &[Recording]) -> Result<()> {
        let file = Path::new(name).canonicalize().ok();
        let meant = |r: &&Recording| {
            r.id.as_str() == name || r.path == name || file.as_ref() == Some(&r.file)
        };
        self.erasure.recordings = all.iter().filter(meant).map(|r| r.id.clone()).collect();
        if self.erasure.recordings.is_empty() {
            bail!(
                "no recording has the path or id '{name}': `second-ear transcripts` and `status` name them"
            );
        }
        Ok(())
    }

    fn validator(&mut self, workspace: &Workspace, name: &str) -> Result<()> {
        let all = workspace.store.validators()?;
        // `retention` may have given them another name.
        let pseudonym = workspace.naming(false)?.validator(name);
        let meant = |other: &String| Names::same(other, name) || pseudonym == *other;
        self.erasure.validators = all.into_iter().filter(meant).collect();
        if self.erasure.validators.is_empty() {
            bail!("nobody of the name '{name}' has answered, or was handed a batch");
        }
        self.erasure.mentions.push(name.to_string());
        self.erasure.mentions.extend(self.erasure.validators.clone());
        let credits = workspace.store.credits()?;
        let credited = self.erasure.validators.iter().filter_map(|v| credits.get(v));
        self.erasure.mentions.extend(credited.cloned());
        Ok(())
    }

    fn clip(&mut self, workspace: &Workspace, id: &str, all: &[Recording]) -> Result<()> {
        let wanted = ClipId::from_stored(id);
        let mut found = None;
        workspace.store.each_of([&wanted], |row| {
            found = Some(row.clip);
            Ok(())
        })?;
        let clip = found.with_context(|| format!("no clip '{id}' in this workspace"))?;
        for other in workspace.store.clips_of(&clip.recording)? {
            // In windows with the clip, or in later ones, which begin where the one before ends.
            if other.id != clip.id {
                self.erasure.redraft.push(other.id);
            }
        }
        let recording = all.iter().find(|r| r.id == clip.recording);
        let holds = |part: &Option<Span>| {
            part.is_none_or(|part| part.start < clip.span.end && clip.span.start < part.end)
        };
        if let Some(recording) = recording
            && recording.facts.references.iter().any(|reference| holds(&reference.span))
        {
            let mut facts = recording.facts.clone();
            facts.references.retain(|reference| !holds(&reference.span));
            self.erasure.facts.insert(recording.id.clone(), facts);
        }
        self.shared_files.extend(recording.map(|r| r.file.clone()));
        self.erasure.clips.push(clip.id);
        Ok(())
    }

    /// The sound of whole recordings: files of the workspace go, the team's own are told.
    fn sounds(&mut self, workspace: &Workspace, all: &[Recording]) -> Result<()> {
        let dir = workspace.dir.canonicalize()?;
        let goes = |r: &&Recording| self.erasure.recordings.contains(&r.id);
        let stays: BTreeSet<&Path> = all.iter().filter(|r| !goes(r)).map(|r| &*r.file).collect();
        let (mut files, mut own, mut shared) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut mentions = Vec::new();
        for recording in all.iter().filter(goes) {
            let file = &recording.file;
            match () {
                () if stays.contains(&**file) => shared.insert(file.clone()),
                () if file.starts_with(&dir) => files.insert(file.clone()),
                () if file.exists() => own.insert(file.clone()),
                () => false,
            };
            mentions.push(recording.path.clone());
            mentions.push(file.to_string_lossy().into_owned());
            mentions.extend(file.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
        self.erasure.mentions.extend(mentions);
        self.erasure.files.extend(files);
        self.own_files.extend(own);
        self.shared_files.extend(shared);
        self.shared_files.sort();
        self.shared_files.dedup();
        Ok(())
    }

    /// Rounds, their files, calibrations and outputs.
    fn rests_on(&mut self, workspace: &Workspace) -> Result<()> {
        let mut beside = BTreeSet::new();
        for clip in &self.erasure.clips {
            workspace.store.each_of([clip], |row| {
                beside.extend(workspace.store.neighbours(&row.clip)?.into_iter().flatten());
                Ok(())
            })?;
        }
        beside.retain(|clip| !self.erasure.clips.contains(clip));
        self.erasure.beside = beside.into_iter().collect();
        let rests = workspace.store.rests_on(&self.erasure)?;
        let rounds = workspace.store.rounds()?;
        let gone = lineage::resting_on(&rounds, &rests.rounds);
        for round in rounds.iter().filter(|round| gone.contains(&round.number)) {
            self.erasure.files.extend(super::calibrations::of_round(workspace, round.number)?);
            if let RoundVerdict::Promoted { model, file, .. } = &round.verdict {
                self.erasure.models.push(model.clone());
                self.erasure.files.push(workspace.dir.join(file));
            }
        }
        let now = workspace.round()?;
        if gone.contains(&now) {
            let base = &workspace.config.model;
            self.erasure.round_in_use = Some(lineage::fallback(&rounds, &gone, base));
        }
        self.erasure.rounds = gone.into_iter().collect();
        // Task files say nothing of who answered them.
        let tasks = |output: &Output| output.kind == OutputKind::Tasks;
        let outputs = workspace.store.outputs()?.into_iter();
        self.erasure.outputs = outputs
            .filter(|output| rests.outputs.contains_key(&output.id))
            .filter(|output| self.erasure.validators.is_empty() || !tasks(output))
            .map(|output| output.id)
            .collect();
        self.erasure.calibrations = super::calibrations::resting_on(workspace, &rests.recordings)?;
        self.erasure.calibrations.retain(|path| !self.erasure.files.contains(path));
        Ok(())
    }

    /// What others did for clips that go.
    fn work(&mut self, workspace: &Workspace) -> Result<()> {
        let mut gone: BTreeSet<ClipId> = self.erasure.clips.iter().cloned().collect();
        for id in &self.erasure.recordings {
            gone.extend(workspace.store.clips_of(id)?.into_iter().map(|clip| clip.id));
        }
        let pay = Pay::of(workspace)?;
        let work = &mut self.erasure.work;
        workspace.store.each_current_answer(|answer| {
            if gone.contains(&answer.clip) {
                let paid = pay.paid(&answer);
                let done = work.entry(answer.validator).or_default();
                done.answers += 1;
                done.active_seconds += answer.active_seconds.unwrap_or(0.0);
                done.pay += paid;
            }
        })
    }

    fn tombstones(
        &mut self,
        workspace: &Workspace,
        target: &Target,
        all: &[Recording],
    ) -> Result<()> {
        let known = workspace.store.tombstones()?;
        let mut hashes = Vec::new();
        for recording in all.iter().filter(|r| self.erasure.recordings.contains(&r.id)) {
            hashes.push(known.hash(Trace::Content(&recording.sha256, recording.channel)));
            hashes.push(known.hash(Trace::PartOf(&recording.sha256)));
            hashes.push(known.hash(Trace::Recording(&recording.id)));
        }
        hashes.extend(self.erasure.clips.iter().map(|clip| known.hash(Trace::Clip(clip))));
        if let Target::Speaker(name) = target {
            hashes.push(known.hash(Trace::Speaker(name)));
        }
        for name in &self.erasure.validators {
            hashes.extend(looks(name).iter().map(|look| known.hash(Trace::Validator(look))));
        }
        hashes.sort();
        hashes.dedup();
        self.erasure.tombstones = hashes;
        Ok(())
    }
}

/// Names that look like one that is not there.
fn also(alike: &[String]) -> String {
    match alike.is_empty() {
        true => String::new(),
        false => format!("; there is '{}'", alike.join("', '")),
    }
}

/// Removes the files of the workspace that go, what unfinished rounds left, and what killed commands left.
pub fn remove(workspace: &Workspace, erasure: &Erasure) -> Result<()> {
    let dir = workspace.dir.canonicalize()?;
    for file in &erasure.files {
        match fs::remove_file(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            done => done.with_context(|| format!("remove {}", file.display()))?,
        }
    }
    let models = dir.join("models");
    passing::clean(&models)?;
    leftovers::sweep(&dir);
    leftovers::sweep(&models);
    Ok(())
}
