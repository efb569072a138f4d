//! Arguments of `serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::numbers;

/// What `--help` adds.
pub const AFTER_HELP: &str = "Examples: second-ear people calls add ana,ben --link\n          second-ear serve calls\n          \
    second-ear serve calls --listen 0.0.0.0:8080\n\nSettings stand under [serve]. Other commands may run on the same workspace \
    meanwhile. Ctrl-C or SIGTERM ends it; answers are on the disk before the page says so.";

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// The workspace.
    pub dir: PathBuf,
    /// Address and port to listen on; port 0: any that is free.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// A proxy in front writes X-Forwarded-For: take the address of a visitor from there.
    #[arg(long)]
    pub behind_proxy: bool,
    /// How long a request may take to arrive: its head, and then its body.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = numbers::within(1_u64, 3600))]
    pub timeout: u64,
    /// Write a line for each request to standard error: no name, no token, no address is in it.
    #[arg(long)]
    pub access_log: bool,
}
