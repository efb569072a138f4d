//! The `adapt` command: what a round was trained on, measured and decided, for a terminal.

use anyhow::Result;

use super::{do_run, failures, print, print_json};
use crate::cli::{self, adapt::Adapt};
use crate::domain::{DataUse, RoundVerdict};
use crate::exit::Exit;
use crate::pipeline::adapt::{self, AdaptOptions, Adapted};
use crate::pipeline::workspace::Workspace;
use crate::pipeline::{consent, settle};
use crate::views::progress::Console;
use crate::views::rounds;

/// Makes a round.
pub fn dispatch(args: Adapt, console: Console) -> Result<Exit> {
    if let Some(least) = args.at_least {
        let settled = Workspace::read(&args.dir)?.store.settled_since_round()?;
        if settled < least {
            console.say(format!(
                "{settled} clips were settled that no round has used, fewer than {least}: nothing is done."
            ));
            return Ok(Exit::Done);
        }
    }
    let options = AdaptOptions {
        dry_run: args.dry_run,
        recipe: args.recipe(),
        rate: args.learning_rate,
        folds: args.folds,
        retention: args.retention,
        workers: args.workers,
    };
    if args.without_withdrawn {
        console.say("Nothing of a withdrawn person is there to learn from: every round is one without them.");
    }
    let (done, workspace) = settle::change(&args.dir, &[], |ws| {
        consent::settled_without(ws, DataUse::Train)?
            .say(console.lang.phrase("aside.training"), console);
        consent::settled_without(ws, DataUse::Evaluate)?
            .say(console.lang.phrase("aside.judges"), console);
        adapt::adapt(ws, &options, console)
    })?;
    drop(workspace);
    match args.json {
        true => print_json(&done)?,
        false => print(&text(&done))?,
    }
    let failed = failures(&done.failed, console);
    if args.dry_run || !matches!(done.round.verdict, RoundVerdict::Promoted { .. }) {
        return Ok(failed);
    }
    if args.then_run {
        let run = cli::Run {
            dir: args.dir,
            dry_run: false,
            json: false,
            workers: args.workers,
            recertify: false,
            scripted: None,
            distributed: cli::nats::Distributed::local(),
        };
        return do_run(run, console);
    }
    let dir = args.dir.display();
    console.say(format!(
        "Next: second-ear run {dir} (transcribes, with the new model, the clips that nobody was handed yet); \
         second-ear model rollback {dir} goes back."
    ));
    Ok(failed)
}

fn text(done: &Adapted) -> String {
    use crate::pipeline::adapt::Confidence;
    let mut t = rounds::text(&done.round, done.dry_run);
    t.push_str(&format!(
        "  train, dev and test share no {}; {} training steps\n",
        done.split_by, done.steps
    ));
    for (reason, n) in &done.excluded {
        t.push_str(&format!("  not used: {n} settled clips ({reason})\n"));
    }
    match &done.confidence {
        None => {}
        Some(Confidence::Refitted { clips, retention_clips, log_loss: [before, after] }) => t.push_str(&format!(
            "  confidence: fitted anew on {clips} held-out clips and {retention_clips} retention clips, log-loss {before:.3} -> {after:.3}\n"
        )),
        Some(Confidence::Unadjusted { clips, why }) => t.push_str(&format!(
            "  confidence: the shipped fit, without adjustment ({clips} held-out clips: {why})\n"
        )),
    }
    t.push_str(&format!(
        "  lexicon: {} entries confirmed by validators are in use\n",
        done.lexicon_confirmed
    ));
    t
}
