//! second-ear: parse, resolve, dispatch, exit code.

// What only `adapt`, `nats` or `serve` uses stays in a build without them.
#![cfg_attr(
    not(all(feature = "adapt", feature = "nats", feature = "serve")),
    allow(dead_code, unused_imports)
)]

mod audio;
mod cli;
mod commands;
mod config;
mod domain;
mod exit;
mod files;
mod hypotheses;
mod pipeline;
mod routing;
#[cfg(feature = "serve")]
mod serve;
mod statistics;
mod store;
mod tables;
mod tasks;
mod text;
mod training;
mod views;
mod workers;

use std::process::ExitCode;

use clap::Parser;

use crate::exit::Exit;
use crate::views::lang::Lang;
use crate::views::progress::{Console, shown, shown_lines};

fn main() -> ExitCode {
    #[cfg(feature = "adapt")]
    keep_to_one_core();
    let cli = cli::Cli::parse();
    audio::isolate::enable();
    let lang = Lang::choose(cli.lang, |name| std::env::var(name).ok());
    let console = Console { quiet: cli.quiet, lang };
    let exit = commands::dispatch(cli.command, console).unwrap_or_else(|error| {
        if !is_closed_pipe(&error) {
            let advice = exit::advice(&error).map_or(String::new(), |advice| format!(": {advice}"));
            eprintln!("second-ear: {}{advice}", told(&error));
        }
        Exit::of_error(&error)
    });
    #[cfg(unix)]
    if exit == Exit::Interrupted {
        leave_at_once(130);
    }
    exit.into()
}

/// Ends the process without the clean-up of C++ libraries: after Ctrl-C their threads may still be decoding, and would read what is
/// cleaned up under them. What was told is out already, and what was done is in the store.
#[cfg(unix)]
#[allow(unsafe_code)]
fn leave_at_once(code: i32) -> ! {
    // SAFETY: of POSIX; it takes any number and does not return.
    unsafe extern "C" {
        safe fn _exit(code: i32) -> !;
    }
    let _ = std::io::Write::flush(&mut std::io::stdout()); // nobody is left to be told
    _exit(code)
}

/// Candle adds numbers on a thread for every core, and waits for them without sleeping: two trainings side by side, one a
/// core, would each keep the other's core from it (243 s an epoch of both, for 212).
#[cfg(feature = "adapt")]
#[allow(unsafe_code)]
fn keep_to_one_core() {
    const THREADS: &str = "CANDLE_NUM_THREADS";
    if std::env::var_os(THREADS).is_none() {
        // SAFETY: the first thing that `main` does, with no other thread to read the environment.
        unsafe { std::env::set_var(THREADS, "1") };
    }
}

/// What went wrong and why, on one line; of a settings file with the lines that show the place.
fn told(error: &anyhow::Error) -> String {
    let cause = |cause: &(dyn std::error::Error + 'static)| match cause.is::<toml::de::Error>() {
        true => shown_lines(&cause.to_string()).into_owned(),
        false => shown(&cause.to_string()).into_owned(),
    };
    error.chain().map(cause).collect::<Vec<_>>().join(": ")
}

/// `second-ear transcripts DIR | head` is no error worth a line.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
