//! `status`, `doctor`, `backup`, `log`: what they found, wrote and know, for a terminal or a program.

use anyhow::Result;

use super::{print, print_json};
use crate::cli;
use crate::exit::Exit;
use crate::pipeline::doctor::DoctorOptions;
use crate::pipeline::workspace::Workspace;
use crate::pipeline::{backup, doctor, log, status};
use crate::views::progress::Console;

/// Counts and seconds in each state.
pub fn status(args: cli::Json, console: Console) -> Result<Exit> {
    let status = status::status(&Workspace::read(&args.dir)?)?;
    match args.json {
        true => print_json(&status)?,
        false => print(&status.text(console.lang))?,
    }
    Ok(Exit::Done)
}

/// Looks at a workspace; findings make the exit code 3.
pub fn doctor(args: cli::Doctor, console: Console) -> Result<Exit> {
    let options = DoctorOptions { deep: args.deep, fix: args.fix };
    let done = doctor::examine(&args.dir, options, console)?;
    match args.json {
        true => print_json(&done)?,
        false => print(&done.text())?,
    }
    Ok(Exit::of_failures(done.findings.len()))
}

/// Saves a workspace.
pub fn backup(args: cli::Backup, console: Console) -> Result<Exit> {
    let done = backup::backup(&args.dir, &args.file, console)?;
    if args.json {
        print_json(&done)?;
    }
    let file = done.file.display();
    console.say(format!(
        "Saved to {file}: {}. The audio of {} recordings is not in it. `tar xf {file}` brings the workspace back.",
        done.holds.join(", "),
        done.recordings
    ));
    for path in &done.elsewhere {
        console.problem(format!(
            "{path} lies outside of the workspace and is not in the backup: copy it too."
        ));
    }
    Ok(Exit::of_failures(done.elsewhere.len()))
}

/// Prints the log.
pub fn log(args: cli::Log) -> Result<Exit> {
    let entries = Workspace::read(&args.dir)?.store.log(args.last)?;
    match args.json {
        true => print_json(&entries)?,
        false => print(&log::text(&entries))?,
    }
    Ok(Exit::Done)
}
