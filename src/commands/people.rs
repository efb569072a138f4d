//! `people`: who has what, what is due, what was decided. In: arguments. Out: lists and remarks.

mod links;

use std::path::Path;

use anyhow::{Result, anyhow};
use jiff::{Timestamp, Zoned};

use super::{all_failures, print, print_json};
use crate::cli::{self, PeopleAction};
use crate::domain::{PageLanguage, Payment};
use crate::exit::Exit;
use crate::files::folder::OutFolder;
use crate::files::write_text;
use crate::pipeline::people::{self, appeals, pay, statement};
use crate::pipeline::settle;
use crate::pipeline::tasks::title;
use crate::pipeline::workspace::Workspace;
use crate::tasks::notice;
use crate::tasks::page::escape_html;
use crate::views::lang::t;
use crate::views::progress::{Console, shown};

/// Lists people, their pay or their appeals, or notes some.
pub fn dispatch(args: cli::People, console: Console) -> Result<Exit> {
    match args.what {
        None => list(&args, console),
        Some(PeopleAction::Pay(asked)) => do_pay(&args.dir, asked, args.json, console),
        Some(PeopleAction::Statement { of, out }) => {
            statement(&args.dir, &of, out.as_deref(), args.json, console)
        }
        Some(PeopleAction::Notice { languages, out }) => {
            notice(&args.dir, languages, out.as_deref(), args.json, console)
        }
        Some(PeopleAction::Appeal(asked)) => appeal(&args.dir, asked, args.json, console),
        Some(PeopleAction::Add(asked)) => links::add(&args.dir, asked, args.json, console),
        Some(PeopleAction::Links) => links::list(&args.dir, args.json),
        Some(PeopleAction::Revoke { name, .. }) => links::revoke(&args.dir, &name, console),
        Some(PeopleAction::Submissions { file }) => {
            links::submissions(&args.dir, &file, args.json, console)
        }
        Some(PeopleAction::Code { code }) => links::code(&args.dir, &code, args.json, console),
    }
}

/// Who has what.
fn list(args: &cli::People, console: Console) -> Result<Exit> {
    let ledger = people::ledger(&Workspace::read(&args.dir)?, Timestamp::now())?;
    if args.json {
        match args.remind {
            true => print_json(&ledger.silent(args.silent_for))?,
            false => print_json(&ledger)?,
        }
        return Ok(Exit::Done);
    }
    match args.remind {
        true => print(&ledger.reminders(console.lang, args.silent_for))?,
        false => print(&ledger.text(console.lang))?,
    }
    let silent = ledger.silent(args.silent_for).len();
    if !args.remind && silent > 0 {
        let dir = args.dir.display().to_string();
        let days = args.silent_for;
        console.say(t!(console.lang, "people.silent", n = silent, days = days, dir = dir));
    }
    Ok(Exit::Done)
}

/// Notes payments, or lists what is due.
fn do_pay(dir: &Path, asked: cli::Pay, json: bool, console: Console) -> Result<Exit> {
    let paid = match (&asked.file, &asked.to, asked.amount) {
        (Some(file), ..) => {
            settle::change(dir, std::slice::from_ref(file), |ws| pay::import(ws, file))?.0
        }
        (None, Some(to), Some(amount)) => {
            let on = asked.on.unwrap_or_else(|| Zoned::now().date().to_string());
            let payment =
                Payment::read(to, amount, &on, &asked.note).map_err(|why| anyhow!(why))?;
            settle::change(dir, &[], |ws| pay::keep(ws, &[payment]))?.0
        }
        _ => {
            let ledger = pay::pay_ledger(&Workspace::read(dir)?, Timestamp::now())?;
            match json {
                true => print_json(&ledger)?,
                false => print(&ledger.text(console.lang))?,
            }
            return Ok(Exit::Done);
        }
    };
    if json {
        print_json(&paid)?;
    }
    let noted = t!(console.lang, "pay.noted", n = paid.noted);
    console.say(match paid.known {
        0 => format!("{noted}."),
        n => t!(console.lang, "pay.noted_before", noted = noted, n = n),
    });
    for name in &paid.strangers {
        console.problem(t!(console.lang, "pay.stranger", name = shown(name)));
    }
    Ok(all_failures(&paid.failed, console))
}

/// A person's statement: into a folder, or as JSON.
fn statement(
    dir: &Path,
    of: &str,
    out: Option<&Path>,
    json: bool,
    console: Console,
) -> Result<Exit> {
    let made = statement::statement(&Workspace::read(dir)?, of, &Timestamp::now().to_string())?;
    if let Some(out) = out {
        let mut folder = OutFolder::open(out)?;
        let name: String = made.person.chars().filter(|c| c.is_alphanumeric()).take(40).collect();
        let name = format!("statement-{name}-{}", &made.made_at[..10]);
        let page = folder.text(&format!("{name}.html"), &made.html(escape_html))?;
        let data = serde_json::to_string_pretty(&made)? + "\n";
        let data = folder.text(&format!("{name}.json"), &data)?;
        let files = format!("{}, {}", page.display(), data.display());
        console.say(t!(console.lang, "say.written", files = files));
    }
    if json || out.is_none() {
        print_json(&made)?;
    }
    Ok(Exit::Done)
}

/// The notice as text, JSON or a page.
fn notice(
    dir: &Path,
    mut languages: Vec<PageLanguage>,
    out: Option<&Path>,
    json: bool,
    console: Console,
) -> Result<Exit> {
    let workspace = Workspace::read(dir)?;
    let settings = &workspace.config;
    if languages.is_empty() {
        languages.push(settings.tasks.interface);
    }
    let sections = notice::notice(&settings.tasks, &settings.retention);
    let lines = |language: &PageLanguage| notice::text(&sections, *language);
    match (out, json) {
        (Some(path), _) => {
            write_text(path, &notice::html(&sections, &languages, &title(&workspace)))?;
            console.say(t!(console.lang, "say.written", files = path.display().to_string()));
        }
        (None, true) => print_json(&sections)?,
        (None, false) => print(&languages.iter().map(lines).collect::<Vec<_>>().join("\n"))?,
    }
    Ok(Exit::Done)
}

/// Notes an appeal or a decision, or lists them.
fn appeal(dir: &Path, asked: cli::Appeal, json: bool, console: Console) -> Result<Exit> {
    let now = Timestamp::now().to_string();
    let noted = match (asked.of, asked.about, asked.decide, asked.outcome) {
        (Some(of), Some(about), ..) => {
            let open = |ws: &mut Workspace| appeals::open(ws, &of, about, &asked.says, &now);
            settle::change(dir, &[], open)?.0
        }
        (_, _, Some(number), Some(outcome)) => {
            let (by, answer) = (asked.by.unwrap_or_default(), asked.answer.unwrap_or_default());
            let decide = |ws: &mut Workspace| {
                let decided = appeals::decide(ws, number, outcome, &by, &answer, &now)?;
                settle::settle(ws)?;
                Ok(decided)
            };
            settle::change(dir, &[], decide)?.0
        }
        _ => {
            let all = Workspace::read(dir)?.store.appeals()?;
            match json {
                true => print_json(&all)?,
                false => print(&appeals::text(console.lang, &all))?,
            }
            return Ok(Exit::Done);
        }
    };
    if json {
        print_json(&noted)?;
    }
    console.say(match noted.decision {
        None => t!(console.lang, "appeal.noted", number = noted.number),
        Some(d) => {
            let outcome = console.lang.named("outcome", d.outcome.code());
            t!(console.lang, "appeal.decided", number = noted.number, outcome = outcome)
        }
    });
    Ok(Exit::Done)
}
