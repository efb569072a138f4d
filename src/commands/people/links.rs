//! `people add`, `links`, `revoke`, `submissions`, `code`: what the server needs to know of people. In: arguments. Out: links, once.

use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde_json::json;

use crate::cli::Add;
use crate::commands::{all_failures, print, print_json, tasks};
use crate::domain::LinkRole;
use crate::exit::Exit;
use crate::pipeline::serve::links::{self, For};
use crate::pipeline::serve::{Codes, submissions as list_of};
use crate::pipeline::settle;
use crate::pipeline::workspace::Workspace;
use crate::views::lang::t;
use crate::views::progress::{Console, shown};

/// Makes links, and prints them.
pub fn add(dir: &Path, asked: Add, json: bool, console: Console) -> Result<Exit> {
    let whom = match (asked.study, asked.lead) {
        (Some(study), _) => For::Study(study),
        (None, true) => For::Lead,
        (None, false) => For::People(tasks::names(asked.names)?),
    };
    let make = |ws: &mut Workspace| links::add(ws, whom, asked.again, Timestamp::now());
    let (made, workspace) = settle::change(dir, &[], make)?;
    match json {
        true => print_json(&made)?,
        false => {
            let line = |one: &links::Made| match one.role {
                LinkRole::Person => format!("{:<24} {}\n", shown(&one.name), one.link),
                _ => format!("{}\n", one.link),
            };
            print(&made.iter().map(line).collect::<String>())?;
        }
    }
    console.say(t!(console.lang, "links.once"));
    if workspace.config.serve.public_address.is_empty() {
        console.say(t!(console.lang, "links.address", address = links::address(&workspace)));
    }
    Ok(Exit::Done)
}

/// Lists links.
pub fn list(dir: &Path, json: bool) -> Result<Exit> {
    let all = Workspace::read(dir)?.store.links()?;
    match json {
        true => print_json(&all)?,
        false => print(&links::text(&all))?,
    }
    Ok(Exit::Done)
}

/// Makes links open nothing.
pub fn revoke(dir: &Path, name: &str, console: Console) -> Result<Exit> {
    let revoke = |ws: &mut Workspace| links::revoke(ws, name, Timestamp::now());
    let (revoked, _) = settle::change(dir, &[], revoke)?;
    console.say(t!(console.lang, "links.revoked", n = revoked));
    Ok(Exit::Done)
}

/// Reads a platform's list.
pub fn submissions(dir: &Path, file: &Path, json: bool, console: Console) -> Result<Exit> {
    let files = [file.to_path_buf()];
    let read = |ws: &mut Workspace| list_of::read(ws, file, Timestamp::now());
    let (read, _) = settle::change(dir, &files, read)?;
    if json {
        print_json(&read)?;
    }
    console.say(t!(
        console.lang,
        "links.submissions",
        returned = read.returned,
        timed_out = read.timed_out,
        others = read.others,
        unknown = read.unknown
    ));
    Ok(all_failures(&read.failed, console))
}

/// Says whose code it is.
pub fn code(dir: &Path, code: &str, json: bool, console: Console) -> Result<Exit> {
    let workspace = Workspace::read(dir)?;
    let codes =
        Codes::read(&workspace)?.context("this workspace was never served: it has no codes")?;
    let (batch, person) = codes
        .whose(&workspace, code)?
        .with_context(|| format!("{} is the code of nobody's batch here", shown(code)))?;
    let done = workspace.store.standing(&batch, &person)?;
    match json {
        true => print_json(&json!({
            "batch": batch, "validator": person, "answered": done.answered, "clips": done.clips,
        }))?,
        false => {
            let whose = t!(
                console.lang,
                "links.code",
                name = shown(&person),
                batch = batch.to_string(),
                answered = done.answered,
                clips = done.clips
            );
            print(&format!("{whose}\n"))?;
        }
    }
    Ok(Exit::Done)
}
