//! `forget` and `subject`: asks before it takes away, and says what cannot be reached.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Result, ensure};

use super::{failures, print, print_json};
use crate::cli;
use crate::exit::Exit;
use crate::pipeline::workspace::Workspace;
use crate::pipeline::{forget, settle, subject};
use crate::views::progress::Console;

/// Forgets, once somebody has seen what that takes and said yes.
pub fn forget(args: cli::Forget, console: Console) -> Result<Exit> {
    let dir = args.dir;
    let Some(target) = args.whom.target() else { return resume(&dir, args.json, console) };
    // What was cut short is finished first: then there may be nothing left of that name.
    let resumed = !args.dry_run && settle::finish_withdrawal(&dir)?;
    let before = match forget::preview(&Workspace::read(&dir)?, &target) {
        Err(_) if resumed => return Ok(finished(console)),
        before => before?,
    };
    if args.dry_run {
        match args.json {
            true => print_json(&before)?,
            false => print(&before.text())?,
        }
        return Ok(Exit::Done);
    }
    if !args.yes {
        ensure!(
            std::io::stdin().is_terminal(),
            "this cannot be undone: look at what goes with --dry-run, then give --yes"
        );
        eprint!("{}Type yes to go on: ", before.text());
        std::io::stderr().flush()?;
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        ensure!(line.trim() == "yes", "nothing was removed");
    }
    let (done, _) = settle::change(&dir, &[], |ws| forget::forget(ws, &target))?;
    match args.json {
        true => print_json(&done)?,
        false => print(&done.text())?,
    }
    Ok(Exit::of_failures(done.left_behind()))
}

fn resume(dir: &std::path::Path, json: bool, console: Console) -> Result<Exit> {
    let resumed = settle::finish_withdrawal(dir)?;
    if json {
        print_json(&serde_json::json!({ "resumed": resumed }))?;
    }
    match resumed {
        true => Ok(finished(console)),
        false => {
            console.say("No withdrawal was cut short.");
            Ok(Exit::Done)
        }
    }
}

fn finished(console: Console) -> Exit {
    console.say(
        "The withdrawal that was cut short is finished: `second-ear status` lists what it could not reach.",
    );
    Exit::Done
}

/// Writes what is held about a person.
pub fn subject(args: cli::Subject, console: Console) -> Result<Exit> {
    let workspace = Workspace::read(&args.dir)?;
    let done = subject::write(&workspace, &args.who.target(), &args.out, console)?;
    if args.json {
        print_json(&done)?;
    }
    let rows: Vec<String> = done.rows.iter().map(|(name, n)| format!("{n} in {name}")).collect();
    console.say(format!(
        "Written to {}: rows {}; {} WAV files. Only you may read it.",
        done.folder.display(),
        rows.join(", "),
        done.audio
    ));
    Ok(failures(&done.failed, console))
}
