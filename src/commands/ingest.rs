//! `ingest`: its arguments, and what is said of what it did.

use std::path::Path;

use anyhow::Result;

use super::{TOLD, all_failures, print_json};
use crate::cli;
use crate::domain::ReferenceUse;
use crate::exit::Exit;
use crate::pipeline::ingest::{self, Ingested, References};
use crate::pipeline::settle;
use crate::views::progress::Console;

/// `ingest`: registers recordings, and says what became of what was there.
pub fn ingest(args: cli::Ingest, console: Console) -> Result<Exit> {
    let options = ingest::IngestOptions {
        again: args.again,
        verbose: args.verbose,
        references: args.references,
        cut: args.segments,
    };
    // What is read is logged when it is read: a folder may hold a corpus.
    let (done, _) =
        settle::change(&args.dir, &[], |ws| ingest::ingest(ws, &args.paths, options, console))?;
    if args.json {
        print_json(&done)?;
    }
    let mut said = vec![format!("{} recordings added", done.added)];
    for (n, what) in [
        (done.known, "known already"),
        (done.updated, "updated"),
        (done.moved, "found again at a new path"),
    ] {
        if n > 0 {
            said.push(format!("{n} {what}"));
        }
    }
    console.say(format!("{}.", said.join(", ")));
    if done.skipped > 0 {
        let kinds = done.left_out.iter().map(|(why, n)| format!("{n} {}", why.about()));
        let hint = if args.verbose { "" } else { " (--verbose names them)" };
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        console.say(format!("Left out in folders: {kinds}{hint}."));
    }
    if !done.ignored_columns.is_empty() {
        let more =
            if done.ignored_columns.len() < ingest::IGNORED { "" } else { " and perhaps more" };
        console.say(format!("Columns ignored: {}{more}.", done.ignored_columns.join(", ")));
    }
    tell_texts(&done, args.references, &args.dir, console);
    tell_accents(&done, console);
    tell_refused(&done.refused, &args.dir, console);
    for path in &done.changed {
        console.say(format!("{path}: changed since it was ingested; added as a new recording."));
    }
    Ok(all_failures(&done.failed, console))
}

/// Says how many reference texts there were, and what became of them.
fn tell_texts(done: &Ingested, asked: Option<References>, dir: &Path, console: Console) {
    let (seen, kept, dir) = (done.references_seen, done.references_kept, dir.display());
    match asked {
        _ if seen == 0 => {}
        Some(References::Ignore) => console.say(format!("{seen} reference texts ignored.")),
        None => console.say(format!(
            "{seen} rows have a reference text; none was kept. The same command with --references gold keeps them as \
             known texts of clips, with --references evaluate for `second-ear evaluate {dir}`; with --references \
             ignore this is not said."
        )),
        Some(References::Keep(ReferenceUse::Evaluate)) => console.say(format!(
            "{kept} of {seen} reference texts kept. Next: second-ear evaluate {dir}"
        )),
        Some(References::Keep(ReferenceUse::Gold)) => {
            let waiting = match done.gold {
                0 => format!("; the clips get them in `second-ear run {dir}`"),
                now => format!("; {now} clips have theirs now"),
            };
            console.say(format!("{kept} of {seen} reference texts kept{waiting}."));
        }
    }
}

/// Names the accents that no region was found for.
fn tell_accents(done: &Ingested, console: Console) {
    if done.accents_without_region.is_empty() {
        return;
    }
    let rows: usize = done.accents_without_region.values().sum();
    let names = done.accents_without_region.keys().take(TOLD).map(|name| format!("'{name}'"));
    let names = names.collect::<Vec<_>>().join(", ");
    let more = match done.accents_without_region.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more (--json lists them)"),
    };
    console.say(format!(
        "No region is known for these accents, of {rows} rows: {names}{more}. A column `region` says it."
    ));
}

/// Says which recordings are used for nothing, because somebody said no.
fn tell_refused(paths: &[String], dir: &Path, console: Console) {
    if paths.is_empty() {
        return;
    }
    console.problem(format!(
        "Consent is refused or withdrawn for {} recordings, which are used for nothing \
         (`second-ear consent {}` lists them):",
        paths.len(),
        dir.display()
    ));
    for path in paths.iter().take(TOLD) {
        console.problem(format!("  {path}"));
    }
    if paths.len() > TOLD {
        console.problem(format!("  and {} more (--json lists all)", paths.len() - TOLD));
    }
}
