//! `serve`: hands out the task page over HTTP. In: arguments. Out: a server, until it is ended.

use std::time::Duration;

use anyhow::Result;

use crate::cli;
use crate::exit::Exit;
use crate::serve::{ServeOptions, serve};
use crate::views::progress::Console;

/// Serves.
pub fn dispatch(args: cli::serve::Serve, console: Console) -> Result<Exit> {
    let cli::serve::Serve { dir, listen, behind_proxy, timeout, access_log } = args;
    let timeout = Duration::from_secs(timeout);
    serve(&ServeOptions { dir, listen, behind_proxy, timeout, access_log }, console)?;
    Ok(Exit::Done)
}
