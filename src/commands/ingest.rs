//! `ingest`: its arguments, and what is said of what it did.

use std::path::Path;

use anyhow::Result;

use super::{TOLD, all_failures, print_json};
use crate::cli;
use crate::domain::ReferenceUse;
use crate::exit::Exit;
use crate::pipeline::ingest::{self, Ingested, References};
use crate::pipeline::settle;
use crate::views::lang::t;
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
    let lang = console.lang;
    let mut said = vec![t!(lang, "ingest.added", n = done.added)];
    if done.known > 0 {
        said.push(t!(lang, "ingest.known", n = done.known));
    }
    if done.updated > 0 {
        said.push(t!(lang, "ingest.updated", n = done.updated));
    }
    if done.moved > 0 {
        said.push(t!(lang, "ingest.moved", n = done.moved));
    }
    console.say(format!("{}.", said.join(", ")));
    if done.skipped > 0 {
        let kind = |code: &str| lang.named("left_out", code);
        let kinds = done.left_out.iter().map(|(why, n)| format!("{n} {}", kind(why.code())));
        let hint = if args.verbose { "" } else { lang.phrase("ingest.verbose") };
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        console.say(t!(lang, "ingest.left_out", kinds = kinds, hint = hint));
    }
    if !done.ignored_columns.is_empty() {
        let more = match done.ignored_columns.len() < ingest::IGNORED {
            true => "",
            false => lang.phrase("ingest.perhaps_more"),
        };
        let columns = done.ignored_columns.join(", ");
        console.say(t!(lang, "ingest.ignored", columns = columns, more = more));
    }
    tell_texts(&done, args.references, &args.dir, console);
    tell_accents(&done, console);
    tell_refused(&done.refused, &args.dir, console);
    for path in &done.changed {
        console.say(t!(lang, "ingest.changed", path = path));
    }
    Ok(all_failures(&done.failed, console))
}

/// Says how many reference texts there were, and what became of them.
fn tell_texts(done: &Ingested, asked: Option<References>, dir: &Path, console: Console) {
    let (seen, kept) = (done.references_seen, done.references_kept);
    let (lang, dir) = (console.lang, dir.display().to_string());
    match asked {
        _ if seen == 0 => {}
        Some(References::Ignore) => console.say(t!(lang, "ingest.texts.ignored", n = seen)),
        None => console.say(t!(lang, "ingest.texts.none_kept", n = seen, dir = dir)),
        Some(References::Keep(ReferenceUse::Evaluate)) => {
            console.say(t!(lang, "ingest.texts.evaluate", n = kept, of = seen, dir = dir));
        }
        Some(References::Keep(ReferenceUse::Gold)) => {
            let waiting = match done.gold {
                0 => t!(lang, "ingest.texts.in_run", dir = dir),
                n => t!(lang, "ingest.texts.now", n = n),
            };
            console.say(t!(lang, "ingest.texts.gold", n = kept, of = seen, waiting = waiting));
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
        n => t!(console.lang, "ingest.accents.more", n = n),
    };
    console.say(t!(console.lang, "ingest.accents", n = rows, names = names, more = more));
}

/// Says which recordings are used for nothing, because somebody said no.
fn tell_refused(paths: &[String], dir: &Path, console: Console) {
    if paths.is_empty() {
        return;
    }
    let dir = dir.display().to_string();
    console.problem(t!(console.lang, "ingest.refused", n = paths.len(), dir = dir));
    for path in paths.iter().take(TOLD) {
        console.problem(format!("  {path}"));
    }
    if paths.len() > TOLD {
        let more = t!(console.lang, "ingest.refused.more", n = paths.len() - TOLD);
        console.problem(format!("  {more}"));
    }
}
