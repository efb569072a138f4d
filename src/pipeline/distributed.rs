//! `run --nats` and `worker`: what travels of a workspace, what a worker makes of it. In: settings, a
//! connection. Out: an order, or a worker's work. Left to others: messages (`workers::nats`).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;
use whisper::Engine;
use whisper::models::checksum::ModelDigest;
use whisper::models::{self, registry::Registry};

use super::setup::Setup;
use super::workspace::Workspace;
use crate::domain::Weights;
use crate::hypotheses::scripted::{self, Script};
use crate::hypotheses::transcriber::Transcriber;
use crate::views::progress::Console;
use crate::workers::event::{Job, Settings, WorkerEvent};
use crate::workers::nats::accept::Wanted;
use crate::workers::nats::coordinate::{self, Order};
use crate::workers::nats::files;
use crate::workers::nats::link::{self, Access};
use crate::workers::nats::serve;
use crate::workers::nats::shared::{Fetch, Prepare, Prepared, Served, Terms, TranscriberSetup};
use crate::workers::nats::streams::{Run, WorkerName};

/// How a run is distributed.
#[derive(Clone, Debug)]
pub struct Distributed {
    /// The server.
    pub access: Access,
    /// Most clips on the server and with workers at once.
    pub in_flight: usize,
    /// Seconds without a sign of life after which a clip goes to another worker.
    pub ack_timeout: Duration,
    /// Servers of a cluster that keep each message.
    pub replicas: usize,
    /// Bytes of clips that may wait on the server.
    pub queue_bytes: u64,
    /// Puts the model on the server.
    pub share_model: bool,
}

/// Has clips transcribed by workers of a server.
pub struct Coordinator {
    access: Access,
    order: Order,
}

impl Coordinator {
    /// Of a workspace; `model`: SHA-256 and file, none in tests with a script.
    pub fn of(
        workspace: &Workspace,
        how: &Distributed,
        model: Option<(&str, &Path)>,
    ) -> Result<Self> {
        Ok(Self { access: how.access.clone(), order: order(workspace, how, model)? })
    }

    /// Starts; the events end when all work is done, or soon after `stop` is set.
    pub async fn start(
        self,
        jobs: Vec<Job>,
        settings: Settings,
        stop: Arc<AtomicBool>,
        events: Sender<WorkerEvent>,
        console: Console,
    ) -> Result<JoinSet<()>> {
        let tell = Arc::new(move |line: String| console.problem(line));
        let link = link::connect(&self.access, "second-ear coordinator", tell).await?;
        coordinate::start(link, self.order, jobs, settings, stop, events).await
    }
}

/// What the coordinator of a workspace asks for.
fn order(workspace: &Workspace, how: &Distributed, model: Option<(&str, &Path)>) -> Result<Order> {
    let sha256 = model.map_or(scripted::MODEL, |(sha256, _)| sha256);
    let setup = Setup::of(workspace, sha256)?;
    let policy = setup.policy.id();
    let setup = setup.bytes()?;
    let run = Run { workspace: workspace.store.workspace()?, setup: Setup::id(&setup) };
    let share = model.filter(|_| how.share_model);
    Ok(Order {
        run,
        setup,
        wanted: Wanted { model: sha256.chars().take(16).collect(), policy },
        share: share
            .map(|(sha256, path)| anyhow::Ok((sha256.parse()?, path.to_path_buf())))
            .transpose()?,
        in_flight: how.in_flight,
        ack_timeout: how.ack_timeout,
        replicas: how.replicas,
        queue_bytes: how.queue_bytes,
    })
}

/// What may be asked of a worker.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// The server.
    pub access: Access,
    /// Its name in results; `None`: host and process.
    pub name: Option<WorkerName>,
    /// Threads that transcribe (0: one per core).
    pub workers: usize,
    /// Model files beside those of the models folder.
    pub models: Vec<PathBuf>,
    /// Ends after so many seconds without work.
    pub idle_exit: Option<f64>,
    /// Replays hypotheses instead of running a model.
    pub scripted: Option<PathBuf>,
}

/// Works until it is told to end, or was idle for long enough.
pub fn work(options: &WorkerOptions, console: Console) -> Result<Served> {
    let script = options.scripted.as_deref().map(Script::read).transpose()?;
    let own = options.models.iter().map(|path| own_model(path)).collect::<Result<Vec<_>>>()?;
    let threads = match options.workers {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let name = options.name.clone().unwrap_or_else(host);
    let stop = Arc::new(AtomicBool::new(false));
    let terms = Terms {
        name: name.clone(),
        threads,
        idle_exit: options.idle_exit.map(Duration::from_secs_f64),
        prepare: prepare(script, own),
        fetch: fetch(),
        tell: Arc::new(move |line| console.problem(line)),
        stop: stop.clone(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("start the runtime")?;
    let served = runtime.block_on(async {
        let tell = terms.tell.clone();
        let link =
            link::connect(&options.access, &format!("second-ear worker {name}"), tell).await?;
        console.say(format!(
            "Worker {name}: {threads} threads, work from {}; Ctrl-C ends it.",
            link.shown
        ));
        tokio::spawn(until_told(stop, console));
        serve::serve(link, terms).await
    });
    // A thread that hangs is not waited for.
    runtime.shutdown_background();
    served
}

/// Ctrl-C or SIGTERM (Kubernetes, Slurm): what is begun is finished. The second Ctrl-C does not wait.
async fn until_told(stop: Arc<AtomicBool>, console: Console) {
    #[cfg(unix)]
    use tokio::signal::unix::{SignalKind, signal};
    #[cfg(unix)]
    let Ok(mut term) = signal(SignalKind::terminate()) else { return };
    loop {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = term.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        if stop.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        console.say("ending: clips that are begun are finished, the others go back ...");
    }
}

fn host() -> WorkerName {
    let read = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host = read.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    let host = if host.trim().is_empty() { "worker" } else { host.trim() };
    WorkerName::near(&format!("{}-{host}", std::process::id()))
}

/// SHA-256 and path of a model file.
fn own_model(path: &Path) -> Result<(String, PathBuf)> {
    let name = path.to_string_lossy();
    let file = models::resolve(&name, &models::default_dir(), &mut |_| {})?;
    Ok((file.sha256, file.path))
}

/// Where a model that was fetched from a server is kept.
fn fetched(sha256: &ModelDigest) -> PathBuf {
    models::default_dir().join("fetched").join(format!("{sha256}.bin"))
}

fn prepare(script: Option<Script>, own: Vec<(String, PathBuf)>) -> Prepare {
    // The model that was loaded last: other runs may use it too.
    let loaded: Mutex<Option<(String, Weights, Arc<Engine>)>> = Mutex::new(None);
    Arc::new(move |bytes| {
        let setup = Setup::read(bytes)?;
        if setup.model_sha256 == scripted::MODEL {
            let script = script.clone().context("the run wants scripted hypotheses")?;
            let at_once = script.at_once();
            let transcriber = Box::new(move || Ok(Transcriber::from(script.clone())));
            return Ok(Prepared::Ready(TranscriberSetup {
                policy: setup.policy,
                at_once,
                transcriber,
            }));
        }
        let mut loaded = loaded.lock().map_err(|_| anyhow::anyhow!("a thread died"))?;
        let weights = setup.policy.weights;
        let engine = match &*loaded {
            Some((sha256, held, engine)) if *sha256 == setup.model_sha256 && *held == weights => {
                engine.clone()
            }
            _ => {
                let sha256: ModelDigest = setup.model_sha256.parse()?;
                let Some(path) = find(&setup.model_name, &sha256, &own)? else {
                    let name = format!("{:?}", setup.model_name); // it comes over the network
                    return Ok(Prepared::Lacks { sha256, name });
                };
                Engine::load(&path, &setup.model_sha256, weights)?
            }
        };
        *loaded = Some((setup.model_sha256.clone(), weights, engine.clone()));
        let at_once = engine.at_once();
        let ready = setup.with_engine(engine)?;
        let transcriber = Box::new(move || ready.transcriber());
        Ok(Prepared::Ready(TranscriberSetup { policy: setup.policy, at_once, transcriber }))
    })
}

/// The model file of a setup: named by the caller, fetched before, or a registered one of the same content.
fn find(name: &str, sha256: &ModelDigest, own: &[(String, PathBuf)]) -> Result<Option<PathBuf>> {
    if let Some((_, path)) = own.iter().find(|(own, _)| own == sha256.as_str()) {
        return Ok(Some(path.clone()));
    }
    let kept = fetched(sha256);
    if kept.is_file() && models::file_sha256(&kept)? == sha256.as_str() {
        return Ok(Some(kept));
    }
    if Registry::embedded()?.get(name).is_none() {
        return Ok(None);
    }
    let file = models::resolve(name, &models::default_dir(), &mut |_| {});
    Ok(file.ok().filter(|file| file.sha256 == sha256.as_str()).map(|file| file.path))
}

fn fetch() -> Fetch {
    Arc::new(|link, sha256| {
        Box::pin(async move {
            let to = fetched(&sha256);
            files::fetch_model(&link, &sha256, &to, models::file_sha256).await
        })
    })
}
