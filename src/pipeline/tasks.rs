//! `tasks`: clips that wait for a person become task files, and the store learns what went out.

mod batch;
mod checks;
mod item;
pub mod reclaim;
mod shares;
mod team;
mod terms;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;

use super::consent::{Permits, WithoutConsent, today};
use super::scores::Scorer;
use super::workspace::Workspace;
use super::{run, settle};
use crate::domain::{
    Answer, Blind, ClipId, DataUse, HandedOut, Purpose, Recording, RecordingId, TaskSettings,
    Verdict, draw,
};
use crate::files::folder::OutFolder;
use crate::store::{FileLock, Holder, Lock, Waiting, holder};
use crate::tasks::bundle::Format;
use crate::tasks::consensus::plain;
use crate::tasks::page::{Passphrase, Version, Warning};
use crate::tasks::warnings::warnings;
use crate::views::progress::{Console, Unit};
use checks::Checks;
use item::{Item, Recordings};
pub use team::title;
pub use terms::Pace;

/// What may be asked.
#[derive(Debug, Default)]
pub struct TaskOptions {
    /// Folder to write to.
    pub out: PathBuf,
    /// One or several.
    pub formats: Vec<Format>,
    /// Clips in one file, checks aside.
    pub clips_per_file: usize,
    /// Files at most, for each person that they are for; the most urgent clips go out.
    pub files: Option<usize>,
    /// Answers wanted for each clip.
    pub validators: u32,
    /// Leave out clips that are in a task file already.
    pub only_new: bool,
    /// Only clips on which people disagree, with what they wrote.
    pub adjudicate: bool,
    /// To whom it is handed: each gets clips of their own that nobody else has, and answers of others are marked. Nobody: it is
    /// open to all.
    pub to: Vec<String>,
    /// The server makes them, each for one person: whom `to` names, or whom nobody knows yet. The text tells one from the next.
    pub served: Option<String>,
    /// CSV is for spreadsheets that separate by `;`.
    pub spreadsheet: bool,
    /// What opens the pages; without one anybody can.
    pub passphrase: Option<Passphrase>,
}

/// What was written.
#[derive(Debug, Default, Serialize)]
pub struct Written {
    /// Batches, by id.
    pub batches: Vec<String>,
    /// What each person got, in the order in which they were named.
    pub handed: Vec<Handed>,
    /// Waiting clips that others have already, as many as are wanted.
    pub with_others: usize,
    /// Task files.
    pub files: Vec<PathBuf>,
    /// Clips in them, checks included.
    pub clips: usize,
    /// Of them, clips of known text and planted errors.
    pub checks: usize,
    /// Seconds of audio in them.
    pub seconds: f64,
    /// Active seconds that they are expected to take one person.
    pub estimated_seconds: f64,
    /// Clips that wait for an adjudicator: `tasks --adjudicate`.
    pub contested: usize,
    /// Batches whose pay an hour is expected to be under the floor, with it.
    pub under_floor: BTreeMap<String, f64>,
    /// Waiting clips that are not handed out: consent to review is missing.
    pub without_consent: WithoutConsent,
    /// Recordings that could not be read, with the reason; their clips go on waiting.
    pub failed: Vec<String>,
}

/// What a person got.
#[derive(Debug, Serialize)]
pub struct Handed {
    /// Who.
    pub to: String,
    /// Their files.
    pub files: Vec<PathBuf>,
    /// Clips in them, checks included.
    pub clips: usize,
    /// Seconds of audio in them.
    pub seconds: f64,
}

/// Writes task files, highest priorities first, in order of time within a file. Nobody else hands out or decides meanwhile.
pub fn write(
    workspace: &mut Workspace,
    options: &TaskOptions,
    console: Console,
) -> Result<Written> {
    let _lock = FileLock::take(&workspace.dir, Lock::HandOut)?;
    if holder(&workspace.dir, Lock::Serve) == Holder::Nobody {
        // What lies ready at a server that does not run is free.
        let ready = workspace.store.ready()?;
        workspace.store.reclaim(&ready, &Timestamp::now().to_string())?;
    }
    write_alone(workspace, options, console)
}

/// The same for who holds [`Lock::HandOut`].
pub fn write_alone(
    workspace: &mut Workspace,
    options: &TaskOptions,
    console: Console,
) -> Result<Written> {
    workspace.store.expire(&Timestamp::now().to_string())?;
    let recordings = Recordings::of(&workspace.store, &workspace.config.decode.engine)?;
    let gold = workspace.store.gold()?;
    let (settled, _) = settle::compute_consensus(workspace)?;
    let only_new = options.only_new && !options.adjudicate;
    let (settings, seed) = (workspace.config.tasks.clone(), workspace.config.routing.seed);
    let mut written = Written { contested: settled.contested.len(), ..Written::default() };
    let mut waiting = workspace.store.waiting(only_new)?;
    waiting.retain(|w| {
        let contested = settled.contested.contains_key(&w.clip);
        // What came in over HTTP may not be settled in the store yet.
        let is_settled = settled.clips.contains(&w.clip);
        contested == options.adjudicate && !is_settled && !gold.contains_key(&w.clip)
    });
    let permits = Permits::on(workspace, recordings.all.values(), today())?;
    waiting.retain(|w| !written.without_consent.bars(&permits, &w.recording));
    let unreadable = unreadable(&waiting, &recordings.all, &mut written);
    waiting.retain(|w| !unreadable.contains(&*w.recording));
    waiting.sort_by(|a, b| b.priority.total_cmp(&a.priority));
    let shares = shares::shares(workspace, options, waiting, &mut written)?;
    let clips: usize = shares.iter().map(|share| share.clips.len()).sum();
    let with_checks = settings.gold_share > 0.0 || settings.seeded_error_share > 0.0;
    let mut found = match with_checks && !options.adjudicate && clips > 0 {
        true => item::find(&workspace.store, &recordings, &gold, options.served.as_deref())?,
        false => item::CheckClips::default(),
    };
    let review = |id: &RecordingId| permits.allows(id, DataUse::Review);
    let barred: BTreeSet<RecordingId> =
        recordings.all.keys().filter(|id| !review(id)).chain(&unreadable).cloned().collect();
    let checks = Checks::new(&mut found, &barred);
    let kit = batch::Kit {
        pace: terms::Pace::measure(workspace)?,
        scorer: Scorer::of(workspace)?,
        reported: reported(workspace)?,
        team: team::read(workspace)?,
        recordings,
    };
    let [what, unit] = ["versions.tasks", "column.clips"].map(|key| console.lang.phrase(key));
    let progress = console.progress(what, Unit::Things(unit), clips as u64);
    if clips == 0 {
        return Ok(written);
    }
    let mut folder = OutFolder::open(&options.out)?;
    for share in shares {
        let before = (written.files.len(), written.clips, written.seconds);
        for few in share.clips.chunks(options.clips_per_file) {
            let clips = few.iter().map(|w| &w.clip);
            let mut chunk = item::load(&workspace.store, &kit.recordings, clips)?;
            let tasks = chunk.len() as u64;
            if options.adjudicate {
                for item in &mut chunk {
                    adjudicate(item, &settled.contested[&item.clip.id]);
                }
            } else {
                chunk.extend(checks.pick(&chunk, &share.answered, &settings, seed));
            }
            checks::hide_truths(&mut chunk);
            chunk.sort_by_key(|item| (item.position, item.out.purpose));
            for item in &mut chunk {
                prepare(item, &settings, seed, &kit);
            }
            let to = share.to.as_deref();
            batch::write(workspace, options, to, chunk, &kit, &mut folder, &mut written)?;
            progress.advance(tasks);
        }
        written.handed.extend(share.to.map(|to| Handed {
            to,
            files: written.files[before.0..].to_vec(),
            clips: written.clips - before.1,
            seconds: written.seconds - before.2,
        }));
    }
    Ok(written)
}

/// Whether a clip is drawn for something: the same seed draws the same clips.
fn is_drawn(share: f64, what: &str, seed: u64, clip: &ClipId) -> bool {
    draw(seed, &format!("{what}\n{clip}")) < share
}

/// Whether the draft is shown, what is marked, what is warned of: drawn, estimated, looked up.
fn prepare(item: &mut Item, settings: &TaskSettings, seed: u64, kit: &batch::Kit) {
    let HandedOut { purpose, draft, .. } = &item.out;
    let drawn = |share: f64, what: &str| is_drawn(share, what, seed, &item.clip.id);
    let open = matches!(purpose, Purpose::Task | Purpose::Gold) && !draft.is_empty();
    let poor = |wer: f64| wer > settings.blind_above_wer;
    item.out.blind = match () {
        () if !open => Blind::No,
        () if drawn(settings.blind_share, "blind") => Blind::Drawn,
        () if expected_wer(item, &kit.scorer).is_some_and(poor) => Blind::PoorDraft,
        () => Blind::No,
    };
    let seeded = item.out.purpose == Purpose::Seeded;
    item.out.marked =
        (open || seeded) && !item.out.blind.is_blind() && drawn(settings.mark_share, "mark");
    let language = item.hypothesis.as_ref().map(|h| h.language.as_str());
    let shown = item.versions.iter().map(|version| &version.text).chain([&item.out.draft]);
    let shown: Vec<&str> = shown.map(String::as_str).collect();
    item.warnings = warnings(&shown.join("\n"), language);
    if kit.reported.contains(&item.clip.id) {
        item.warnings.push(Warning::Reported);
    }
    if item.out.blind.is_blind() {
        item.row.draft.clear();
        item.versions.clear();
    }
}

fn expected_wer(item: &Item, scorer: &Scorer) -> Option<f64> {
    let region = item.row.region.parse().ok();
    scorer.score(item.hypothesis.as_ref()?, region.as_ref()).map(|(_, wer)| wer)
}

/// What people wrote goes out beside the draft, most support first; nothing else does.
fn adjudicate(item: &mut Item, answers: &[Answer]) {
    item.out.purpose = Purpose::Adjudication;
    let mut versions: Vec<(Vec<String>, Version)> = Vec::new();
    for answer in answers.iter().filter(|a| a.verdict.gives_text()) {
        let words = plain(&answer.text);
        match versions.iter_mut().find(|(other, _)| *other == words) {
            Some((_, version)) => version.support += 1,
            None => versions.push((words, Version { text: answer.text.clone(), support: 1 })),
        }
    }
    versions.sort_by(|a, b| b.1.support.cmp(&a.1.support).then(a.1.text.cmp(&b.1.text)));
    item.versions = versions.into_iter().map(|(_, version)| version).collect();
}

/// Clips that somebody called offensive, and their neighbours.
fn reported(workspace: &Workspace) -> Result<BTreeSet<ClipId>> {
    let mut offensive = BTreeSet::new();
    workspace.store.each_worked_answer(|answer| {
        if answer.verdict == Verdict::Offensive {
            offensive.insert(answer.clip);
        }
    })?;
    let mut reported = offensive.clone();
    let mut clips = Vec::new();
    workspace.store.each_of(&offensive, |row| {
        clips.push(row.clip);
        Ok(())
    })?;
    for clip in &clips {
        reported.extend(workspace.store.neighbours(clip)?.into_iter().flatten());
    }
    Ok(reported)
}

/// Recordings whose file is gone or changed; each is named once, and the rest goes on.
fn unreadable(
    waiting: &[Waiting],
    recordings: &BTreeMap<RecordingId, Recording>,
    written: &mut Written,
) -> BTreeSet<RecordingId> {
    let used: BTreeSet<_> = waiting.iter().map(|w| &*w.recording).collect();
    let mut bad = BTreeSet::new();
    for (id, recording) in recordings {
        if let Err(error) = run::unchanged(recording) {
            if used.contains(id) {
                written.failed.push(format!("{}: {error:#}", recording.path));
            }
            bad.insert(id.clone());
        }
    }
    bad
}
