//! `run`: slice, transcribe, score and route what is not done yet; kept unit by unit.

mod keeper;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use tokio::time::Instant;
use whisper::models;
use whisper::models::languages::Known;

use super::consent::{self, WithoutConsent};
use super::distributed::{Coordinator, Distributed};
use super::evidence::RoutedAs;
use super::settle::settle_before_routing;
use super::setup::Setup;
use super::workspace::Workspace;
use super::{ingest, memory, references, route, scores};
use crate::domain::{DecodePolicy, JobClip, LanguageChoice, Recording, RecordingId, Samples};
use crate::exit::Interrupted;
use crate::hypotheses::scripted::{self, Script};
use crate::hypotheses::transcriber::Transcriber;
use crate::store::RecordingState;
use crate::views::findings::Remarks;
use crate::views::guarantee::GuaranteeReport;
use crate::views::progress::{Console, Unit};
use crate::workers::event::{Job, Settings};
use crate::workers::local;
use crate::workers::refusal::Refusals;
use keeper::Keeper;

/// What may be asked of a run.
#[derive(Debug, Default)]
pub struct RunOptions {
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
    /// Threads that transcribe; overrides the settings.
    pub workers: Option<usize>,
    /// Replays hypotheses from a file instead of running a model.
    pub scripted: Option<PathBuf>,
    /// Tests the guarantee anew, instead of going on with the tests under way.
    pub recertify: bool,
    /// Workers on other machines transcribe.
    pub nats: Option<Distributed>,
}

/// What a run did, or would do.
#[derive(Debug, Default, Serialize)]
pub struct RunOutcome {
    /// Recordings cut into clips.
    pub sliced: usize,
    /// Clips transcribed.
    pub transcribed: usize,
    /// Seconds of audio in them.
    pub transcribed_seconds: f64,
    /// Drafts that corrections of others like them, or terms of the team, were tried on.
    pub tried: usize,
    /// Clips routed: accepted, for people, without speech.
    #[serde(flatten)]
    pub routed: route::Counts,
    /// Clips whose text a corpus says (`ingest --references gold`), since this run.
    pub gold: usize,
    /// The guarantee, where one is asked for.
    pub guarantee: Option<GuaranteeReport>,
    /// The model, by its name in the settings.
    pub model: String,
    /// The decode policy.
    pub policy: String,
    /// Recordings and clips that failed, with the reason.
    pub failed: Vec<String>,
    /// What is remarkable about the recordings that were cut.
    #[serde(flatten)]
    pub remarks: Remarks,
    /// Clips for people that no task file will have: consent to review is missing.
    pub without_consent: WithoutConsent,
    /// Results of workers that were not taken.
    pub refused: Refusals,
    /// Whether this is what would be done.
    pub dry_run: bool,
}

/// Brings everything in the workspace up to date.
pub fn run(
    workspace: &mut Workspace,
    options: &RunOptions,
    console: Console,
) -> Result<RunOutcome> {
    let policy = workspace.config.decode.clone();
    ensure!(
        policy.engine.is_empty() || options.nats.is_none(),
        "drafts of another engine (decode.engine) are read on this machine alone: run without --nats"
    );
    for engine in policy.engine.iter() {
        if !workspace.store.has_engine(engine)? {
            let others =
                if policy.engine.len() > 1 { "Those of the others, or the" } else { "The" };
            console.problem(format!(
                "There are no drafts of {engine}, which the settings name: `second-ear drafts` imports some. {others} \
                 model's own are taken."
            ));
        }
    }
    let model = match &options.scripted {
        Some(_) => None,
        None => Some(workspace.model()?),
    };
    let model_id = model.as_ref().map_or(scripted::MODEL.to_string(), |m| m.id());
    let mut outcome = RunOutcome {
        model: workspace.config.model.clone(),
        policy: policy.id(),
        dry_run: options.dry_run,
        ..RunOutcome::default()
    };
    if let Some(model) = &model
        && !options.dry_run
    {
        scores::remember(workspace, &model_id, &model.calibrated_as()?)?;
    }
    let set_aside = set_aside(workspace, options.dry_run, &mut outcome)?;
    let knows = model.as_ref().map(|_| Known::of(&workspace.config.model)).transpose()?;
    let jobs = plan(workspace, &model_id, knows, &set_aside, &mut outcome)?;
    if options.dry_run {
        return Ok(dry_run(&jobs, outcome));
    }
    let workers = workspace.config.worker_count(options.workers);
    if !jobs.is_empty() {
        let backend = match &options.nats {
            Some(how) => {
                let file = model.as_ref().map(|m| (&*m.sha256, &*m.path));
                Backend::Nats(Box::new(Coordinator::of(workspace, how, file)?))
            }
            None => Backend::Local(match (&model, &options.scripted) {
                (Some(model), _) => {
                    let ready = Setup::of(workspace, &model.sha256)?.ready(&model.path)?;
                    (0..workers).map(|_| ready.transcriber()).collect::<Result<Vec<_>>>()?
                }
                (None, Some(script)) => vec![Transcriber::from(Script::read(script)?)],
                (None, None) => bail!("no model and no script"),
            }),
        };
        let settings = Settings { slice: workspace.config.slice.clone(), policy: policy.clone() };
        let total: Samples = jobs.iter().map(left).sum();
        let progress =
            console.progress(console.lang.phrase("progress.transcribe"), Unit::Audio, total.0);
        let (store, model) = (&mut workspace.store, model_id.clone());
        let mut keeper = Keeper { store, outcome: &mut outcome, progress, model };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("start the runtime")?;
        let stopped = runtime.block_on(flow(jobs, settings, backend, console, &mut keeper));
        let noted = keeper.store.nothing_is_read();
        drop(keeper);
        // A thread in the middle of an encoder run is not waited for: it keeps nothing.
        runtime.shutdown_background();
        if stopped? {
            return Err(Interrupted.into());
        }
        noted?;
    }
    outcome.failed.extend(outcome.refused.sentence());
    let routed_as = RoutedAs { model: model_id, policy: policy.id() };
    if let Some(model) = &model {
        let file = (&*model.path, &*model.sha256);
        let failed = &mut outcome.failed;
        outcome.tried = memory::suggest(workspace, &routed_as, file, workers, failed, console)?;
    }
    if workspace.store.decides_anew()? {
        // Drafts break ties between people, and some are new.
        settle_before_routing(workspace, &routed_as)?;
    }
    (outcome.routed, outcome.guarantee) =
        route::route(workspace, &routed_as, options.recertify, console)?;
    let given = references::give(workspace)?;
    outcome.gold = given.gold;
    outcome.failed.extend(given.ungiven);
    outcome.without_consent = consent::not_reviewed(workspace)?;
    Ok(outcome)
}

/// The recordings that seem to have killed earlier runs: this one leaves them alone.
fn set_aside(
    workspace: &mut Workspace,
    dry_run: bool,
    outcome: &mut RunOutcome,
) -> Result<Vec<RecordingId>> {
    let suspicious = workspace.store.suspicious()?;
    for id in &suspicious {
        let path = workspace.store.recording(id)?.map_or(String::new(), |row| row.recording.path);
        outcome.failed.push(format!("{path}: {SET_ASIDE}"));
        if !dry_run {
            workspace.store.keep_failure(id, SET_ASIDE)?;
        }
    }
    Ok(suspicious)
}

/// What is left to do, recording by recording, in order of ingestion.
fn plan(
    workspace: &Workspace,
    model: &str,
    knows: Option<Known>,
    set_aside: &[RecordingId],
    outcome: &mut RunOutcome,
) -> Result<Vec<Job>> {
    let decode = &workspace.config.decode;
    let removed = workspace.store.audio_removed()?;
    let mut pending = BTreeMap::new();
    for policy in DecodePolicy::each_id(&decode.id()) {
        add_pending(&mut pending, workspace.store.untranscribed(model, &policy)?);
    }
    let mut jobs = Vec::new();
    for row in workspace.store.recordings()? {
        let clips = match row.state {
            // Its drafts stay those of the model that decoded it last.
            RecordingState::Sliced if removed.contains(&row.recording.id) => continue,
            RecordingState::Sliced => match pending.remove(&row.recording.id) {
                Some(clips) => Some(clips),
                None => continue,
            },
            RecordingState::Ingested | RecordingState::Failed(_) => None,
        };
        if set_aside.contains(&row.recording.id) {
            continue;
        }
        if let Err(error) = unchanged(&row.recording) {
            outcome.failed.push(format!("{}: {error:#}", row.recording.path));
            continue;
        }
        let language = row.recording.facts.language.clone();
        if let Some(why) = language.as_ref().and_then(|language| knows?.lacks(language)) {
            outcome.failed.push(format!("{}: {why}", row.recording.path));
            continue;
        }
        let language = language.map_or(workspace.config.language.clone(), LanguageChoice::Fixed);
        let texts = |engine| workspace.store.engine_texts(engine, &row.recording.id);
        let given = decode.engine.iter().map(texts).collect::<Result<_>>()?;
        jobs.push(Job { recording: row.recording, clips, language, given });
    }
    Ok(jobs)
}

/// Adds the clips that lack another draft.
fn add_pending(
    all: &mut BTreeMap<RecordingId, Vec<JobClip>>,
    more: BTreeMap<RecordingId, Vec<JobClip>>,
) {
    for (recording, clips) in more {
        match all.entry(recording) {
            Entry::Vacant(none) => drop(none.insert(clips)),
            Entry::Occupied(mut some) => {
                let both = some.get_mut().iter_mut().zip(clips);
                both.for_each(|(clip, other)| clip.pending |= other.pending);
            }
        }
    }
}

/// The file must still hold what was ingested.
pub fn unchanged(recording: &Recording) -> Result<()> {
    let meta = std::fs::metadata(&recording.file).with_context(|| {
        format!(
            "{} cannot be opened: if it was moved, ingest it again from where it is now (what `second-ear retention` \
             removed is gone)",
            recording.file.display()
        )
    })?;
    let looks_same = meta.len() == recording.bytes && ingest::modified(&meta) == recording.modified;
    if !looks_same && models::file_sha256(&recording.file)? != recording.sha256 {
        bail!(
            "{} has changed since it was ingested: ingest it again to add the new content",
            recording.file.display()
        );
    }
    Ok(())
}

fn left(job: &Job) -> Samples {
    match &job.clips {
        Some(_) => job.pending().map(|clip| clip.span.len()).sum(),
        None => job.recording.length.unwrap_or_default(),
    }
}

fn dry_run(jobs: &[Job], mut outcome: RunOutcome) -> RunOutcome {
    outcome.sliced = jobs.iter().filter(|j| j.clips.is_none()).count();
    outcome.transcribed = jobs.iter().map(|job| job.pending().count()).sum();
    outcome.transcribed_seconds = jobs.iter().map(left).sum::<Samples>().seconds();
    outcome
}

const SET_ASIDE: &str = "skipped: the last two runs ended unexpectedly while they were reading it; the next run \
                         tries it once more, and converting it to FLAC or WAV may help";
const NOT_KEPT: &str = "the latest results could not be stored (is the disk full?); all earlier ones \
                        are: fix that and run the same command again";
/// Events that are kept in one transaction, at most: a model's come one by one, and wait for no other.
const MOST_AT_ONCE: usize = 256;
/// After Ctrl-C, this long for what is nearly finished.
const PATIENCE: Duration = Duration::from_secs(1);
const FOREVER: Duration = Duration::from_secs(86_400 * 365 * 30);

/// Who transcribes.
enum Backend {
    /// Threads of this process.
    Local(Vec<Transcriber>),
    /// Workers of a server.
    Nats(Box<Coordinator>),
}

/// Keeps what the threads finish until they are done; true when Ctrl-C stopped them.
async fn flow(
    jobs: Vec<Job>,
    settings: Settings,
    backend: Backend,
    console: Console,
    keeper: &mut Keeper<'_>,
) -> Result<bool> {
    let stop = Arc::new(AtomicBool::new(false));
    let (send, mut events) = tokio::sync::mpsc::channel(MOST_AT_ONCE);
    let known: BTreeMap<_, _> =
        jobs.iter().map(|j| (j.recording.id.clone(), j.recording.path.clone())).collect();
    let mut threads = match backend {
        Backend::Local(transcribers) => {
            local::start(jobs, settings, transcribers, stop.clone(), send)
        }
        Backend::Nats(to) => to.start(jobs, settings, stop.clone(), send, console).await?,
    };
    let mut batch = Vec::new();
    let mut patience = Instant::now() + FOREVER;
    loop {
        tokio::select! {
            n = events.recv_many(&mut batch, MOST_AT_ONCE) => {
                if n == 0 {
                    break;
                }
                if let Err(error) = keeper.keep(batch.drain(..), &known) {
                    stop.store(true, Ordering::Relaxed);
                    return Err(error.context(NOT_KEPT));
                }
            }
            _ = tokio::time::sleep_until(patience) => return Ok(true),
            _ = tokio::signal::ctrl_c() => {
                if stop.swap(true, Ordering::Relaxed) {
                    std::process::exit(130);
                }
                keeper.store.nothing_is_read()?;
                patience = Instant::now() + PATIENCE;
                keeper.progress.say(console.lang.phrase("progress.stopping"));
            }
        }
    }
    while let Some(ended) = threads.join_next().await {
        ended.context("a worker thread died; everything finished so far is stored")?;
    }
    Ok(stop.load(Ordering::Relaxed))
}
