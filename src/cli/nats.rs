//! `worker`, and the options of a distributed `run`. In: arguments and the environment. Out: the server's
//! address and credentials. Left to others: connecting.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use whisper::Url;

use super::numbers;
use crate::pipeline::distributed;
use crate::workers::nats::link::Access;

/// Holds an address with a password in it, which the command line may not.
const ADDRESS: &str = "SECOND_EAR_NATS";

/// The server, and the credentials for it.
#[derive(Clone, Debug, Args)]
pub struct Server {
    /// Credentials file (JWT and seed) for the server.
    #[arg(long, value_name = "FILE")]
    pub nats_credentials: Option<PathBuf>,
    /// File with an nkey seed for the server.
    #[arg(long, value_name = "FILE")]
    pub nats_nkey: Option<PathBuf>,
    /// Certificates of the authority that signed the server's certificate (PEM); turns TLS on.
    #[arg(long, value_name = "FILE")]
    pub nats_ca: Option<PathBuf>,
    /// Client certificate (PEM), if the server asks for one.
    #[arg(long, value_name = "FILE", requires = "nats_key")]
    pub nats_cert: Option<PathBuf>,
    /// Key of the client certificate (PEM).
    #[arg(long, value_name = "FILE", requires = "nats_cert")]
    pub nats_key: Option<PathBuf>,
}

/// Options of `run`.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Many machines")]
pub struct Distributed {
    /// Let workers on other machines transcribe, through this NATS server with JetStream. Without an
    /// address it uses SECOND_EAR_NATS.
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    pub nats: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    /// Largest number of clips on the server and with workers at once.
    #[arg(long, default_value_t = 1024, value_name = "CLIPS", value_parser = numbers::within(1_usize, 1_000_000))]
    pub in_flight: usize,
    /// A clip goes to another worker when its worker has been silent for this long.
    #[arg(long, default_value_t = 30.0, value_name = "SECONDS", value_parser = numbers::within(1.0, 86_400.0))]
    pub ack_timeout: f64,
    /// Servers of a cluster that store each message.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = numbers::within(1_usize, 5))]
    pub replicas: usize,
    /// Megabytes of clips that may wait on the server, for all runs together (results get a quarter of that).
    #[arg(long, default_value_t = 512.0, value_name = "MB", value_parser = numbers::within(0.001, 1e9))]
    pub queue_mb: f64,
    /// Put the model on the server, for workers that lack it.
    #[arg(long)]
    pub share_model: bool,
}

/// Arguments of `worker`.
#[derive(Clone, Debug, Args)]
pub struct Worker {
    /// NATS server with JetStream, nats://HOST:4222 (several with commas) [default: SECOND_EAR_NATS].
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "", default_value = "")]
    pub nats: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub server: Server,
    /// Threads that transcribe (0: one per core).
    #[arg(long, default_value_t = 0, value_parser = numbers::threads())]
    pub workers: usize,
    /// A further model: name or ggml file; may be repeated.
    #[arg(long, value_name = "MODEL")]
    pub model: Vec<PathBuf>,
    /// The worker's name in results: letters, digits, - and _ (default: process and host).
    #[arg(long)]
    pub name: Option<String>,
    /// Exit after this long without work.
    #[arg(long, value_name = "SECONDS", value_parser = numbers::within(0.0, 1e9))]
    pub idle_exit: Option<f64>,
    /// Print JSON at the end.
    #[arg(long)]
    pub json: bool,
    /// Replay hypotheses from a JSONL file instead of running a model, for tests.
    #[arg(long, value_name = "FILE", hide = true)]
    pub scripted: Option<PathBuf>,
}

impl Server {
    fn access(&self, url: &str) -> Result<Access> {
        if Url::new(url).has_secret() {
            bail!(
                "an address with a user or a password is seen by everybody who may list processes: put it \
                 into {ADDRESS} and give --nats without an address, or use --nats-credentials or --nats-nkey"
            );
        }
        let url = match url {
            "" => std::env::var(ADDRESS).ok().filter(|url| !url.is_empty()).with_context(|| {
                format!("no NATS server: --nats nats://HOST:4222, or its address in {ADDRESS}")
            })?,
            url => url.to_string(),
        };
        Ok(Access {
            url: Url::new(url),
            credentials: self.nats_credentials.clone(),
            nkey: self.nats_nkey.clone(),
            authority: self.nats_ca.clone(),
            certificate: self.nats_cert.clone().zip(self.nats_key.clone()),
        })
    }
}

impl Distributed {
    /// None of it.
    pub fn local() -> Self {
        let server = Server {
            nats_credentials: None,
            nats_nkey: None,
            nats_ca: None,
            nats_cert: None,
            nats_key: None,
        };
        Self {
            nats: None,
            server,
            in_flight: 1024,
            ack_timeout: 30.0,
            replicas: 1,
            queue_mb: 512.0,
            share_model: false,
        }
    }

    /// What was asked for; `None`: a local run.
    pub fn resolve(&self) -> Result<Option<distributed::Distributed>> {
        let Some(url) = &self.nats else { return Ok(None) };
        Ok(Some(distributed::Distributed {
            access: self.server.access(url)?,
            in_flight: self.in_flight.max(1),
            ack_timeout: Duration::from_secs_f64(self.ack_timeout),
            replicas: self.replicas.max(1),
            queue_bytes: (self.queue_mb * 1e6) as u64,
            share_model: self.share_model,
        }))
    }
}

impl Worker {
    /// What was asked for.
    pub fn resolve(self) -> Result<distributed::WorkerOptions> {
        Ok(distributed::WorkerOptions {
            access: self.server.access(&self.nats)?,
            name: self.name.map(|name| name.parse()).transpose().context("--name")?,
            workers: self.workers,
            models: self.model,
            idle_exit: self.idle_exit,
            scripted: self.scripted,
        })
    }
}
