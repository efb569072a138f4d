//! `tasks`: hands out, and takes back. In: arguments. Out: files, lists and remarks.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use jiff::Timestamp;

use super::{failures, passphrase, print_json, say_withheld};
use crate::cli;
use crate::config::Config;
use crate::exit::Exit;
use crate::pipeline::settle;
use crate::pipeline::tasks::reclaim::{Asked, Reclaimed, reclaim};
use crate::pipeline::tasks::{self, TaskOptions, Written};
use crate::pipeline::workspace::Workspace;
use crate::tables::{self, Layout, Table};
use crate::text::tidy;
use crate::views::numbers::clock;
use crate::views::progress::{Console, shown};

/// Writes task files, or takes some back.
pub fn dispatch(args: cli::Tasks, console: Console) -> Result<Exit> {
    // The command line takes one of the three.
    let asked = match (args.out.clone(), args.older_than) {
        (Some(out), _) => return write(args, out, console),
        (None, Some(age)) => Asked::OlderThan(age),
        (None, None) => Asked::Batches(args.reclaim),
    };
    take_back(&args.dir, &asked, args.json, console)
}

fn take_back(dir: &Path, asked: &Asked, json: bool, console: Console) -> Result<Exit> {
    let work = |ws: &mut Workspace| reclaim(ws, asked, Timestamp::now());
    let (Reclaimed { reclaimed, under_way }, _) = settle::change(dir, &[], work)?;
    let whose = |names: &[String]| match names {
        [] => "open to all".to_string(),
        names => names.iter().map(|name| shown(name).into_owned()).collect::<Vec<_>>().join(", "),
    };
    for looked in &reclaimed {
        console.say(format!(
            "Taken back: {} ({}): {} clips that nobody answered, {} answers stay.",
            looked.batch,
            whose(&looked.handed_to),
            looked.unanswered,
            looked.answers
        ));
    }
    for looked in &under_way {
        console.say(format!(
            "Left alone: {} ({}): answers still come, {} clips are left.",
            looked.batch,
            whose(&looked.handed_to),
            looked.unanswered
        ));
    }
    if reclaimed.is_empty() {
        console.say("Nothing was taken back.");
    } else {
        console.say("Answers to these files are still taken when they come.");
    }
    if json {
        print_json(&Reclaimed { reclaimed, under_way })?;
    }
    Ok(Exit::Done)
}

fn write(args: cli::Tasks, out: PathBuf, console: Console) -> Result<Exit> {
    let config = Config::read(&args.dir)?;
    let settings = &config.tasks;
    let beside = args.format.iter().filter_map(|f| f.beside(settings.interface));
    let beside: Vec<_> = beside.map(|(name, _)| out.join(name)).collect();
    let options = TaskOptions {
        clips_per_file: args.clips_per_file.unwrap_or(settings.clips_per_file).max(1),
        files: args.files,
        validators: args.validators.unwrap_or(settings.validators).max(1),
        only_new: args.only_new,
        adjudicate: args.adjudicate,
        to: names(args.to)?,
        spreadsheet: args.spreadsheet,
        passphrase: passphrase::of(args.passphrase, args.passphrase_file.as_deref(), &args.format)?,
        formats: args.format,
        out,
    };
    let (done, workspace) =
        settle::change(&args.dir, &[], |ws| tasks::write(ws, &options, console))?;
    if args.json {
        print_json(&done)?;
    }
    say_written(&done, console);
    for file in beside.iter().filter(|_| done.clips > 0) {
        console.say(format!("  {} (to set up the tool)", file.display()));
    }
    done.without_consent.say("task files", console);
    if !args.adjudicate {
        say_withheld(&workspace, console)?;
    }
    let language = workspace.config.tasks.interface;
    if done.clips > 0 && !language.strings().reviewed {
        console.say(format!(
            "tasks.interface = \"{language}\": these texts were translated by machine, and nobody who \
             speaks the language has reviewed them yet."
        ));
    }
    let currency = &workspace.config.tasks.currency;
    let floor = workspace.config.tasks.floor_per_hour;
    for (batch, hourly) in &done.under_floor {
        console.problem(format!(
            "Batch {batch} is expected to pay {hourly:.2} {currency} an hour, under the floor of \
             {floor:.2}: raise pay_per_clip before you send it."
        ));
    }
    if done.contested > 0 && !args.adjudicate {
        console
            .say(format!("{} clips wait for an adjudicator: tasks --adjudicate", done.contested));
    }
    Ok(failures(&done.failed, console))
}

/// The files, by the person whom they are for.
fn say_written(done: &Written, console: Console) {
    match done.clips {
        0 if done.with_others > 0 => {}
        0 => console.say("No clip waits for a person, so no file was written."),
        n => console.say(format!(
            "{n} clips ({}, about {} of work{}) in:",
            clock(done.seconds),
            clock(done.estimated_seconds),
            match done.checks {
                0 => String::new(),
                checks => format!(", {checks} of them checks"),
            }
        )),
    }
    for handed in &done.handed {
        let name = shown(&handed.to);
        match handed.clips {
            0 => console.say(format!("  {name}: nothing")),
            n => console.say(format!("  {name}: {n} clips ({})", clock(handed.seconds))),
        }
        handed.files.iter().for_each(|file| console.say(format!("    {}", file.display())));
    }
    if done.handed.is_empty() {
        done.files.iter().for_each(|file| console.say(format!("  {}", file.display())));
    }
    if done.with_others > 0 {
        console.say(format!(
            "{} waiting clips are with others already, and were left out (`second-ear people` lists who has what, \
             `second-ear tasks --reclaim` takes a batch back).",
            done.with_others
        ));
    }
}

/// Names as typed; those in a CSV file in place of its path.
fn names(typed: Vec<String>) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for name in typed {
        // An empty variable of a script must not hand everything to whoever opens it.
        ensure!(!tidy(&name).is_empty(), "--to names nobody: give a name, or leave --to out");
        let path = Path::new(&name);
        let is_file = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
        match is_file {
            true => names.extend(names_in(path)?),
            false => names.push(name),
        }
    }
    Ok(names)
}

/// What a team may call the column, in lower case.
fn is_name(column: &str) -> bool {
    ["name", "validator", "person", "nom"].contains(&column)
}

fn names_in(path: &Path) -> Result<Vec<String>> {
    let bytes = tables::read(path)?;
    let file = path.display();
    let layout = Layout { known: is_name, ..Layout::STRICT };
    let table = Table::open(&bytes, layout).map_err(|why| anyhow!("{file}: {why}"))?;
    let table = table.with_context(|| format!("{file} has no column `name`"))?;
    let mut names = Vec::new();
    let rows = table.rows(|row| {
        let cells = row.cells().find(|(column, _)| is_name(column));
        cells.map_or(Ok(String::new()), |(_, cell)| cell.map(String::from))
    });
    for (line, name) in rows {
        let name = name.map_err(|why| anyhow!("{file}:{line}: {why}"))?;
        names.extend(Some(name).filter(|name| !name.trim().is_empty()));
    }
    ensure!(!names.is_empty(), "{file} names nobody: its column `name` is empty");
    Ok(names)
}
