//! second-ear: parse, resolve, dispatch, exit code.

mod audio;
mod cli;
mod commands;
mod config;
mod domain;
mod exit;
mod hypotheses;
mod pipeline;
mod routing;
mod statistics;
mod store;
mod tasks;
mod training;
mod views;
mod workers;

use std::process::ExitCode;

use clap::Parser;

use crate::exit::Exit;
use crate::views::progress::Talk;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let talk = if cli.quiet { Talk::Quiet } else { Talk::Normal };
    let exit = commands::dispatch(cli.command, talk).unwrap_or_else(|error| {
        if !is_closed_pipe(&error) {
            eprintln!("second-ear: {error:#}");
        }
        Exit::of_error(&error)
    });
    exit.into()
}

/// `second-ear transcripts DIR | head` is no error worth a line.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
