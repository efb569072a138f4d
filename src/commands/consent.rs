//! `consent` and `retention`: what recordings may be used for, and what was kept for its time. In: arguments. Out: lists
//! and remarks; a question before anything is removed.

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use anyhow::{Result, bail};

use super::{TOLD, all_failures, failures, print, print_json};
use crate::cli;
use crate::cli::ConsentAction;
use crate::exit::Exit;
use crate::pipeline::workspace::Workspace;
use crate::pipeline::{consent, expiry, settle};
use crate::views::progress::{Console, shown};

/// Lists what recordings may be used for, or imports statements.
pub fn consent(args: cli::Consent, console: Console) -> Result<Exit> {
    match args.what {
        None => {
            let list = consent::list(&Workspace::read(&args.dir)?)?;
            match args.json {
                true => print_json(&list)?,
                false => print(&list.text())?,
            }
            Ok(Exit::Done)
        }
        Some(ConsentAction::Import { file }) => import(&args.dir, &file, args.json, console),
    }
}

fn import(dir: &Path, file: &Path, json: bool, console: Console) -> Result<Exit> {
    let imports = [file.to_path_buf()];
    let (done, _) = settle::change(dir, &imports, |ws| consent::import(ws, file))?;
    if json {
        print_json(&done)?;
    }
    console.say(format!(
        "{} rows read: {} recordings changed, {} were so already.",
        done.rows, done.changed, done.unchanged
    ));
    for (what, purposes) in [("lost", &done.lost), ("gained", &done.gained)] {
        if !purposes.is_empty() {
            let each = purposes.iter().map(|(purpose, n)| format!("{purpose} {n}"));
            console.say(format!(
                "Recordings that {what} a purpose: {}.",
                each.collect::<Vec<_>>().join(", ")
            ));
        }
    }
    for (n, what) in [
        (done.leave_datasets, "settled clips leave later datasets"),
        (done.leave_training, "settled clips leave later training"),
        (done.leave_tasks, "waiting clips are handed out no more"),
        (done.handed_out, "of them are in task files already: ask for these back"),
    ] {
        if n > 0 {
            console.say(format!("  {n} {what}."));
        }
    }
    if done.leave_training > 0 || done.leave_datasets > 0 {
        console.say(
            "Datasets that were written and models that were trained stay as they are: write and train anew.",
        );
    }
    for path in done.still_refused.iter().take(TOLD) {
        console.problem(format!(
            "{}: its note says no, so that its purposes count for nothing: write a new `consent` too.",
            shown(path)
        ));
    }
    if !done.ignored_columns.is_empty() {
        let columns: Vec<&str> = done.ignored_columns.iter().map(String::as_str).collect();
        console.say(format!("Columns ignored: {}.", columns.join(", ")));
    }
    Ok(all_failures(&done.failed, console))
}

/// Removes what is older than the settings keep it, once somebody has said yes.
pub fn retention(args: cli::Retention, console: Console) -> Result<Exit> {
    let (due, found) = expiry::plan(&Workspace::read(&args.dir)?)?;
    if args.dry_run || (found.is_nothing() && due.is_nothing_left()) {
        match args.json {
            true => print_json(&found)?,
            false => print(&found.text())?,
        }
        return Ok(Exit::Done);
    }
    if !args.yes {
        found.text().lines().for_each(|line| console.problem(line));
        if !asked(console)? {
            bail!("nothing was removed");
        }
    }
    let (done, _) = settle::change(&args.dir, &[], expiry::expire)?;
    match args.json {
        true => print_json(&done)?,
        false => print(&done.text())?,
    }
    Ok(failures(&done.failed, console))
}

/// Whether somebody at a terminal agrees.
fn asked(console: Console) -> Result<bool> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("nobody can be asked here: say --yes, or --dry-run to see what would go");
    }
    console.problem("This cannot be undone. Remove it? [y/N]");
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}
