//! `second-ear serve`: the task page over HTTP. In: a workspace, an address. Out: pages, answers taken in. Left to others: who gets
//! what, what an answer is (`pipeline::serve`).
//!
//! One thread has the desk, and does one thing after the other (`counter`); another keeps the shelf (`keeper`). Requests only wait for
//! them. Behind a reverse proxy, which has TLS: this speaks HTTP/1.1 and nothing else.

mod batches;
mod counter;
mod hall;
mod headers;
mod keeper;
mod lead;
mod lead_texts;
mod limits;
mod listen;
mod log;
mod pages;
mod router;
mod study;
mod texts;
mod visit;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::pipeline::serve::Desk;
use crate::views::progress::Console;

/// What may be asked.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The workspace.
    pub dir: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether the address of a visitor stands in the header `X-Forwarded-For`, which a proxy writes.
    pub behind_proxy: bool,
    /// How long a request may take to arrive: its head, and then its body.
    pub timeout: Duration,
    /// Whether every request is logged.
    pub access_log: bool,
}

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// The workspace is served already, or the address is in use.
pub fn serve(options: &ServeOptions, console: Console) -> Result<()> {
    let desk = Desk::open(&options.dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("start the runtime")?;
    let keeper = keeper::start(desk.workspace().beside()?, console)?;
    let interface = desk.workspace().config.tasks.interface;
    let (counter, desk_thread) = counter::start(desk, keeper.shelf());
    let state = hall::Hall {
        counter,
        keeper: keeper.handle(),
        limits: limits::Limits::new(options.behind_proxy),
        timeout: options.timeout,
        access_log: options.access_log,
        interface,
    };
    let served = runtime.block_on(listen::listen(options.listen, Arc::new(state), console));
    keeper.stop();
    runtime.shutdown_timeout(Duration::from_secs(1));
    let closed = desk_thread.join().map_err(|_| anyhow::anyhow!("the desk died"))?;
    served?;
    closed
}
