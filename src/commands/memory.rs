//! The `memory` commands: list, remove, restore.

use anyhow::Result;

use super::{print, print_json};
use crate::cli;
use crate::cli::memory::{Memory, Pair};
use crate::exit::Exit;
use crate::pipeline::memory;
use crate::pipeline::settle;
use crate::pipeline::workspace::Workspace;
use crate::views::progress::Console;

/// Does what the command line asks for.
pub fn dispatch(command: Memory, console: Console) -> Result<Exit> {
    match command {
        Memory::List(args) => list(args),
        Memory::Remove(args) => change(args, true, console),
        Memory::Restore(args) => change(args, false, console),
    }
}

fn list(args: cli::Json) -> Result<Exit> {
    let listing = memory::list(&Workspace::read(&args.dir)?)?;
    match args.json {
        true => print_json(&listing)?,
        false => print(&listing.text())?,
    }
    Ok(Exit::Done)
}

fn change(args: Pair, out: bool, console: Console) -> Result<Exit> {
    let Pair { dir, wrote, said, language, json } = args;
    let change = if out { memory::remove } else { memory::restore };
    let (pair, _) = settle::change(&dir, &[], |ws| change(ws, &wrote, &said, language.as_ref()))?;
    if json {
        print_json(&pair)?;
    }
    let what = if out { "is not tried any more" } else { "is tried again" };
    console.say(format!("'{}' for '{}' {what}; the next run follows.", pair.said, pair.wrote));
    Ok(Exit::Done)
}
