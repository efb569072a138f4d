//! `lexicon suggest`: candidates as a list, or one by one for a person who takes or leaves each with one key.

use std::fmt::Write;

use anyhow::{Result, bail};

use crate::cli::lexicon::Suggest;
use crate::commands::{print, print_json};
use crate::exit::Exit;
use crate::pipeline::lexicon;
use crate::pipeline::settle;
use crate::pipeline::workspace::Workspace;
use crate::routing::lexicon::candidates::{Candidate, Why};
use crate::views::key::{self, Choice};
use crate::views::progress::Console;

/// Does what the command line asks for.
pub fn dispatch(args: Suggest, console: Console) -> Result<Exit> {
    let found = lexicon::suggest(&Workspace::read(&args.dir)?)?;
    if args.json {
        print_json(&found)?;
    } else if args.review {
        return review(&args, &found, console);
    } else if args.accept.is_empty() {
        print(&list(&found))?;
    }
    let mut taken = Vec::new();
    for term in &args.accept {
        match found.iter().find(|c| c.term == term.to_lowercase()) {
            Some(candidate) => taken.push(candidate),
            None => bail!(
                "'{term}' is none of the candidates: `lexicon suggest` without --accept lists them"
            ),
        }
    }
    take(&args, &taken, console)
}

/// Shows each and waits for a key.
fn review(args: &Suggest, found: &[Candidate], console: Console) -> Result<Exit> {
    let mut taken = Vec::new();
    for (n, candidate) in found.iter().enumerate() {
        print(&format!("\n{} of {}\n{}", n + 1, found.len(), one(candidate)))?;
        match key::ask("Take it into the lexicon? y, n, q to end")? {
            Choice::Yes => taken.push(candidate),
            Choice::No => {}
            Choice::End => break,
        }
    }
    take(args, &taken, console)
}

fn take(args: &Suggest, taken: &[&Candidate], console: Console) -> Result<Exit> {
    if taken.is_empty() {
        return Ok(Exit::Done);
    }
    let nowhere = taken.iter().find(|candidate| candidate.region.is_none());
    if let Some(candidate) = nowhere {
        bail!(
            "no recording with '{0}' has a region: add it with one, `second-ear lexicon add {1} {0} --region CODE`",
            candidate.term,
            args.dir.display()
        );
    }
    settle::change(&args.dir, &[], |workspace| {
        taken.iter().try_for_each(|candidate| lexicon::accept(workspace, candidate).map(drop))
    })?;
    let terms: Vec<&str> = taken.iter().map(|candidate| candidate.term.as_str()).collect();
    console.say(format!("In the lexicon from the next run: {}.", terms.join(", ")));
    Ok(Exit::Done)
}

fn list(found: &[Candidate]) -> String {
    if found.is_empty() {
        return "Nothing stands out in the settled texts so far.\n".into();
    }
    found.iter().map(|candidate| format!("{}\n", one(candidate))).collect()
}

/// A candidate and what speaks for it.
fn one(candidate: &Candidate) -> String {
    let region = candidate.region.as_ref().map_or("no region", |region| region.as_str());
    let [here, of] = candidate.clips;
    let mut t = format!("{} ({region})\n", candidate.term);
    // writing to a String cannot fail
    let _ = match (candidate.why, candidate.log_odds) {
        (Why::Regional, Some((odds, [low, high]))) => writeln!(
            t,
            "  in {here} of {of} clips there, {} of {} elsewhere: odds {:.0} times as high ({:.1} to {:.0}); {} speakers",
            candidate.elsewhere[0],
            candidate.elsewhere[1],
            odds.exp(),
            low.exp(),
            high.exp(),
            candidate.speakers
        ),
        _ => writeln!(t, "  in {here} of {of} clips, {} speakers", candidate.speakers),
    };
    let [missed, said] = candidate.missed;
    if missed > 0 {
        let instead =
            candidate.instead.as_ref().map_or(String::new(), |i| format!(", most often '{i}'"));
        let _ = writeln!(t, "  drafts have something else in {missed} of {said}{instead}");
    }
    if let Some(pace) = candidate.pace {
        let _ = writeln!(
            t,
            "  takes {:.2} of the time of its words elsewhere ({:.2} to {:.2}, said {} times)",
            pace.ratio, pace.interval[0], pace.interval[1], pace.said
        );
    }
    let _ = writeln!(
        t,
        "  false discoveries among such: {:.0} %",
        100.0 * candidate.false_discovery_rate
    );
    for text in &candidate.examples {
        let _ = writeln!(t, "  \"{text}\"");
    }
    t
}
