//! The `lexicon` commands: list, add, import, test, suggest, regions.

mod suggest;

use std::fmt::Write;

use anyhow::Result;

use super::{all_failures, print, print_json};
use crate::cli;
use crate::cli::lexicon::{Add, Import, Lexicon, List, Test};
use crate::domain::Region;
use crate::exit::Exit;
use crate::pipeline::lexicon::{self, Changed, Filter};
use crate::pipeline::settle;
use crate::pipeline::workspace::Workspace;
use crate::routing::lexicon::Kind;
use crate::routing::lexicon::explain::Explained;
use crate::views::progress::Console;

/// Does what the command line asks for.
pub fn dispatch(command: Lexicon, console: Console) -> Result<Exit> {
    match command {
        Lexicon::List(args) => list(args),
        Lexicon::Add(args) => add(args, console),
        Lexicon::Import(args) => import(args, console),
        Lexicon::Test(args) => test(args),
        Lexicon::Suggest(args) => suggest::dispatch(args, console),
        Lexicon::Regions(args) => regions(args),
    }
}

fn list(args: List) -> Result<Exit> {
    let filter = Filter { region: args.region, kind: args.kind.map(Kind::from) };
    let listing = lexicon::list(&Workspace::read(&args.dir)?, &filter)?;
    match args.json {
        true => print_json(&listing)?,
        false => print(&listing.text())?,
    }
    Ok(Exit::Done)
}

fn add(args: Add, console: Console) -> Result<Exit> {
    let idiom = match args.kind.map(Kind::from) {
        Some(kind) => kind == Kind::Idiom,
        None => args.term.trim().contains(' '),
    };
    let regions: Vec<&str> = args.region.iter().map(Region::as_str).collect();
    let columns = [
        args.term.trim().to_string(),
        if idiom { "idiom" } else { "word" }.to_string(),
        regions.join("|"),
        args.ambiguity,
        args.pattern,
        String::new(),
        args.standard,
        args.meaning,
        String::new(),
    ];
    let (changed, _) =
        settle::change(&args.dir, &[], |ws| lexicon::add(ws, &columns, args.replace))?;
    say(&changed, args.json, console)
}

fn import(args: Import, console: Console) -> Result<Exit> {
    let file = std::slice::from_ref(&args.file);
    let (changed, _) =
        settle::change(&args.dir, file, |ws| lexicon::import(ws, &args.file, args.replace))?;
    say(&changed, args.json, console)
}

/// Rows that were not taken are named, and make the exit code 3.
fn say(changed: &Changed, json: bool, console: Console) -> Result<Exit> {
    if json {
        print_json(changed)?;
    }
    console.say(format!(
        "{}: {} added, {} replaced, {} there already. They apply from the next run.",
        changed.file,
        changed.added.len(),
        changed.replaced.len(),
        changed.unchanged.len()
    ));
    if !changed.over_built_in.is_empty() {
        console.say(format!(
            "These replace a built-in entry (delete the row to restore it): {}.",
            changed.over_built_in.join(", ")
        ));
    }
    if !changed.built_in_preferred.is_empty() {
        console.say(format!(
            "The built-in list has a corrected entry for these; --replace takes yours: {}.",
            changed.built_in_preferred.join(", ")
        ));
    }
    let conflict = |term: &String| {
        format!("{term}: {} has another entry for it; --replace takes the new one", changed.file)
    };
    let mut failed = changed.failed.clone();
    failed.extend(changed.conflicting.iter().map(conflict));
    Ok(all_failures(&failed, console))
}

fn test(args: Test) -> Result<Exit> {
    let workspace = Workspace::read(&args.dir)?;
    if let Some(file) = &args.file {
        let proof = lexicon::prove(&workspace, file)?;
        match args.json {
            true => print_json(&proof)?,
            false => print(&proof.text())?,
        }
        return Ok(Exit::Done);
    }
    let sentence = args.sentence.unwrap_or_default();
    let told = lexicon::explain(&workspace, &sentence, args.region.as_ref())?;
    match args.json {
        true => print_json(&told)?,
        false => print(&told_text(&told, workspace.config.routing.review_lexicon_hits))?,
    }
    Ok(Exit::Done)
}

/// An explanation for a terminal. `reviewed`: the settings send unambiguous hits to a person.
fn told_text(told: &Explained, reviewed: bool) -> String {
    let mut t = format!("{}\n", told.folded);
    if told.hits.is_empty() {
        t.push_str("No entry occurs in it.\n");
    }
    for hit in &told.hits {
        let regions: Vec<&str> = hit.regions.iter().map(Region::as_str).collect();
        // writing to a String cannot fail
        let _ = writeln!(
            t,
            "  {:<16} {:>3}-{:<3} {:+.2}  {}: {}",
            hit.matched,
            hit.start,
            hit.end,
            hit.weight,
            regions.join(" "),
            hit.why
        );
    }
    for (word, term) in &told.ordinary {
        let _ = writeln!(t, "  {word:<16} one letter from {term}, but an ordinary word: ignored");
    }
    match &told.region {
        None => t.push_str("Region: none.\n"),
        Some(region) => {
            let enough = match told.names_a_region {
                true => "enough to name it",
                false => "too little to name it without a declaration",
            };
            let _ = writeln!(t, "Region: {region}, strength {:.2}, {enough}.", told.strength);
        }
    }
    for piece in &told.pieces {
        let _ = writeln!(t, "  {piece}");
    }
    if reviewed && told.hits.iter().any(|hit| hit.reviewed) {
        t.push_str("A clip with this text goes to a person (review_lexicon_hits).\n");
    }
    t
}

fn regions(args: cli::Json) -> Result<Exit> {
    let rows = lexicon::regions(&Workspace::read(&args.dir)?)?;
    if args.json {
        print_json(&rows)?;
        return Ok(Exit::Done);
    }
    let mut t = format!("{:<18} {:>7}  {:<20} {}\n", "region", "entries", "accent", "variant");
    for row in rows {
        let code = row.region.as_str();
        let _ = writeln!(t, "{code:<18} {:>7}  {:<20} {}", row.entries, row.accent, row.variant);
    }
    print(&t)?;
    Ok(Exit::Done)
}
