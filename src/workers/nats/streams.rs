//! Streams, consumers and subjects: their names and settings. In: a connection. Out: what has to be there.
//! Left to others: the messages. docs/reference/workers.md lists which permissions this needs.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, pull};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream};
use futures_util::StreamExt;
use futures_util::stream::Stream as Flow;

use super::link::Link;
use crate::domain::ClipId;

/// The stream of clips that wait.
pub const WORK: &str = "second-ear-work";
/// The stream of what came of them.
pub const RESULTS: &str = "second-ear-results";
/// The bucket of setups and models.
pub const FILES: &str = "second-ear";
/// A server says within this what it has.
const ANSWER: Duration = Duration::from_secs(5);
/// How long a result waits for its coordinator; later, the clip is transcribed again.
const RESULTS_AGE: Duration = Duration::from_secs(30 * 24 * 3600);

/// Work of one workspace under one setup: part of every subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// The workspace's id.
    pub workspace: String,
    /// The setup's id.
    pub setup: String,
}

impl Run {
    /// Names the consumer of its clips.
    pub fn consumer(&self) -> String {
        format!("{}-{}", self.workspace, self.setup)
    }

    /// From a consumer's name.
    pub fn of_consumer(name: &str) -> Option<Self> {
        let (workspace, setup) = name.split_once('-')?;
        let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric());
        (plain(workspace) && plain(setup))
            .then(|| Self { workspace: workspace.to_string(), setup: setup.to_string() })
    }

    /// Subjects of all its clips that wait.
    pub fn all_work(&self) -> String {
        format!("second-ear.work.{}.{}.>", self.workspace, self.setup)
    }

    /// Subject of a clip that waits.
    pub fn work(&self, clip: &ClipId) -> String {
        format!("second-ear.work.{}.{}.{clip}", self.workspace, self.setup)
    }

    /// Subject of what a worker made of a clip: a server can see to it that nobody uses another's name.
    pub fn result(&self, worker: &WorkerName, clip: &ClipId) -> String {
        format!("second-ear.result.{}.{}.{worker}.{clip}", self.workspace, self.setup)
    }
}

/// A worker's name: part of every subject that it answers on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerName(String);

impl WorkerName {
    /// The nearest name to a text.
    pub fn near(text: &str) -> Self {
        let plain = |c: char| if is_plain(c) { c } else { '_' };
        let name: String = text.chars().take(NAME).map(plain).collect();
        Self(if name.is_empty() { "worker".to_string() } else { name })
    }
}

impl FromStr for WorkerName {
    type Err = anyhow::Error;
    fn from_str(text: &str) -> Result<Self> {
        ensure!(
            is_token(text, NAME),
            "{text:?} is no name of a worker: letters, digits, '-' and '_', at most {NAME}"
        );
        Ok(Self(text.to_string()))
    }
}

impl fmt::Display for WorkerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Letters of a worker's name at most.
const NAME: usize = 64;
/// Letters of a clip's id at most.
const CLIP: usize = 100;

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn is_token(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.chars().all(is_plain)
}

/// The clip of a subject: its last part.
pub fn clip_of(subject: &str) -> Option<ClipId> {
    subject.rsplit('.').next().filter(|clip| is_token(clip, CLIP)).map(ClipId::from_stored)
}

/// What the subject of a result says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultSubject {
    /// The run.
    pub run: Run,
    /// Who made it.
    pub worker: WorkerName,
    /// Of which clip.
    pub clip: ClipId,
}

impl ResultSubject {
    /// From a subject; `None` for others.
    pub fn read(subject: &str) -> Option<Self> {
        let parts: Vec<&str> = subject.split('.').collect();
        let ["second-ear", "result", workspace, setup, worker, _] = parts[..] else { return None };
        let run = Run { workspace: workspace.to_string(), setup: setup.to_string() };
        Some(Self { run, worker: worker.parse().ok()?, clip: clip_of(subject)? })
    }
}

/// Makes the two streams, where they are not there yet.
///
/// Both have a room of their own: were the clips to take all that the server has, no result could come back,
/// and no clip could ever leave. `most`: bytes of clips that may wait; results get a quarter of that.
pub async fn make(link: &Link, replicas: usize, most: u64) -> Result<()> {
    let common = |name: &str, subjects: &str| Config {
        name: name.to_string(),
        subjects: vec![subjects.to_string()],
        retention: RetentionPolicy::WorkQueue,
        storage: StorageType::File,
        num_replicas: replicas,
        discard: DiscardPolicy::New,
        ..Config::default()
    };
    let work = Config {
        // A clip that waits already is not put there twice, however late the coordinator asks again.
        max_messages_per_subject: 1,
        discard_new_per_subject: true,
        max_bytes: most as i64,
        description: Some("second-ear: clips that wait to be transcribed".to_string()),
        ..common(WORK, "second-ear.work.>")
    };
    let results = Config {
        max_age: RESULTS_AGE,
        max_bytes: (most / 4) as i64,
        description: Some("second-ear: hypotheses on their way back".to_string()),
        ..common(RESULTS, "second-ear.result.>")
    };
    for config in [work, results] {
        let name = config.name.clone();
        let wanted = (config.retention, config.subjects.clone());
        let stream = link.jetstream.get_or_create_stream(config).await;
        let stream = stream.with_context(|| {
            format!(
                "make the stream {name} on {} (is JetStream on, can it spare the room, are there as many servers as copies? --queue-mb asks for less, --replicas for fewer)",
                link.shown
            )
        })?;
        let there = &stream.cached_info().config;
        ensure!(
            (there.retention, there.subjects.clone()) == wanted,
            "the server has a stream {name} with other settings: remove it, or use another account"
        );
    }
    Ok(())
}

/// A stream that a coordinator made.
pub async fn stream(link: &Link, name: &str) -> Result<Stream> {
    let stream = link.jetstream.get_stream(name).await;
    stream.with_context(|| format!("look for the stream {name} on {}", link.shown))
}

/// The consumer that all workers of a run share. Without a sign of life for `ack_timeout` a clip goes to
/// somebody else.
pub async fn offer(
    link: &Link,
    run: &Run,
    ack_timeout: Duration,
) -> Result<Consumer<pull::Config>> {
    let config = pull::Config {
        durable_name: Some(run.consumer()),
        filter_subject: run.all_work(),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ack_timeout,
        max_deliver: -1, // workers count, and give up aloud
        max_ack_pending: 20_000,
        ..pull::Config::default()
    };
    let consumer = stream(link, WORK).await?.create_consumer(config).await;
    consumer.with_context(|| format!("make the consumer {} on {}", run.consumer(), link.shown))
}

/// The consumer of what comes back to a workspace.
pub async fn returns(link: &Link, workspace: &str) -> Result<Consumer<pull::Config>> {
    let config = pull::Config {
        durable_name: Some(workspace.to_string()),
        filter_subject: format!("second-ear.result.{workspace}.>"),
        ack_policy: AckPolicy::Explicit,
        ack_wait: Duration::from_secs(60),
        max_deliver: -1,
        max_ack_pending: 20_000,
        ..pull::Config::default()
    };
    let consumer = stream(link, RESULTS).await?.create_consumer(config).await;
    consumer.with_context(|| format!("make the consumer {workspace} on {}", link.shown))
}

/// The next message of a pull that waits for `expires`, `None` at its end.
///
/// # Errors
/// No word within that and [`ANSWER`]: where a server dies, or a consumer is removed, in the middle of a pull, it may get neither
/// an answer nor an end. What was on its way comes again after the run's acknowledgement timeout.
pub async fn next<E: std::fmt::Display>(
    pull: &mut (impl Flow<Item = Result<Message, E>> + Unpin),
    expires: Duration,
) -> Result<Option<Message>> {
    match tokio::time::timeout(expires + ANSWER, pull.next()).await {
        Ok(Some(Ok(message))) => Ok(Some(message)),
        Ok(Some(Err(error))) => bail!("{error}"),
        Ok(None) => Ok(None),
        Err(_) => bail!("the server does not answer a pull"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_what_they_name() {
        let run = Run { workspace: "0a1b".into(), setup: "ff00".into() };
        assert_eq!(Run::of_consumer(&run.consumer()), Some(run.clone()));
        let clip = ClipId::from_stored("0123456789abcdef-c1_0000000000_0000016000");
        assert_eq!(clip_of(&run.work(&clip)), Some(clip.clone()));
        let worker: WorkerName = "node-7_2".parse().unwrap();
        let subject = run.result(&worker, &clip);
        assert_eq!(ResultSubject::read(&subject), Some(ResultSubject { run, worker, clip }));
        assert_eq!(ResultSubject::read("second-ear.result.a.b.r_0_16"), None);
        assert_eq!(clip_of("second-ear.work.a.b.\u{1b}[31m"), None);
        assert_eq!(Run::of_consumer("somebody's"), None);
        assert_eq!(Run::of_consumer("a-b.c"), None);
        assert_eq!(clip_of("second-ear.work."), None);
    }

    #[test]
    fn a_workers_name_is_a_part_of_a_subject() {
        assert_eq!(WorkerName::near("node.cluster 7").to_string(), "node_cluster_7");
        assert_eq!(WorkerName::near("").to_string(), "worker");
        for bad in ["", "a.b", "*", ">", "a b", &"x".repeat(65)] {
            assert!(bad.parse::<WorkerName>().is_err(), "{bad}");
        }
    }
}
