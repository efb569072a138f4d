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
use crate::views::lang::t;
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
    let lang = console.lang;
    let whose = |names: &[String]| match names {
        [] => t!(lang, "tasks.open_to_all"),
        names => names.iter().map(|name| shown(name).into_owned()).collect::<Vec<_>>().join(", "),
    };
    for looked in &reclaimed {
        console.say(t!(
            lang,
            "tasks.taken_back",
            batch = looked.batch.to_string(),
            whose = whose(&looked.handed_to),
            clips = t!(lang, "tasks.unanswered", n = looked.unanswered),
            answers = t!(lang, "tasks.stay", n = looked.answers)
        ));
    }
    for looked in &under_way {
        console.say(t!(
            lang,
            "tasks.left_alone",
            batch = looked.batch.to_string(),
            whose = whose(&looked.handed_to),
            n = looked.unanswered
        ));
    }
    if reclaimed.is_empty() {
        console.say(lang.phrase("tasks.nothing_back"));
    } else {
        console.say(lang.phrase("tasks.still_taken"));
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
        served: None,
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
        let file = file.display().to_string();
        console.say(format!("  {}", t!(console.lang, "tasks.set_up", file = file)));
    }
    done.without_consent.say(console.lang.phrase("aside.tasks"), console);
    if !args.adjudicate {
        say_withheld(&workspace, console)?;
    }
    let language = workspace.config.tasks.interface;
    if done.clips > 0 && !language.strings().reviewed {
        console.say(t!(console.lang, "tasks.not_reviewed", language = language.code()));
    }
    let currency = &workspace.config.tasks.currency;
    let floor = workspace.config.tasks.floor_per_hour;
    for (batch, hourly) in &done.under_floor {
        console.problem(t!(
            console.lang,
            "tasks.under_floor",
            batch = batch.to_string(),
            hourly = console.lang.decimal(*hourly, 2),
            currency = currency,
            floor = console.lang.decimal(floor, 2)
        ));
    }
    if done.contested > 0 && !args.adjudicate {
        console.say(t!(console.lang, "tasks.contested", n = done.contested));
    }
    Ok(failures(&done.failed, console))
}

/// The files, by the person whom they are for.
fn say_written(done: &Written, console: Console) {
    let lang = console.lang;
    match done.clips {
        0 if done.with_others > 0 => {}
        0 => console.say(lang.phrase("tasks.nothing")),
        n => console.say(t!(
            lang,
            "tasks.written",
            n = n,
            time = clock(done.seconds),
            work = clock(done.estimated_seconds),
            checks = match done.checks {
                0 => String::new(),
                n => t!(lang, "tasks.checks", n = n),
            }
        )),
    }
    for handed in &done.handed {
        let name = shown(&handed.to);
        let what = match handed.clips {
            0 => t!(lang, "tasks.handed.nothing"),
            n => t!(lang, "tasks.handed", n = n, time = clock(handed.seconds)),
        };
        console.say(format!("  {}", t!(lang, "chart.line", label = name, says = what)));
        handed.files.iter().for_each(|file| console.say(format!("    {}", file.display())));
    }
    if done.handed.is_empty() {
        done.files.iter().for_each(|file| console.say(format!("  {}", file.display())));
    }
    if done.with_others > 0 {
        console.say(t!(lang, "tasks.with_others", n = done.with_others));
    }
}

/// Names as typed; those in a CSV file in place of its path.
pub fn names(typed: Vec<String>) -> Result<Vec<String>> {
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
