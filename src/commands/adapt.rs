//! The `adapt` command: what a round learnt, measured and decided, for a terminal.

use anyhow::{Result, ensure};

use super::{do_run, failures, print, print_json};
use crate::cli::{self, adapt::Adapt};
use crate::domain::RoundVerdict;
use crate::exit::Exit;
use crate::pipeline::adapt::{self, Adapted, Options};
use crate::pipeline::settle;
use crate::views::progress::Talk;
use crate::views::rounds;

/// Makes a round.
pub fn dispatch(args: Adapt, talk: Talk) -> Result<Exit> {
    let possible = args.rate.is_none_or(|rate| rate > 0.0 && rate < 1.0);
    ensure!(possible, "--rate must be a number above 0, such as 2e-5");
    ensure!(
        (0.0..1.0).contains(&args.smooth),
        "--smooth must be a number from 0 to below 1, such as 0.1"
    );
    let options = Options {
        dry_run: args.dry_run,
        recipe: args.recipe(),
        rate: args.rate,
        folds: args.folds,
        anchors: args.anchors,
        workers: args.workers,
    };
    let mut workspace = settle::write_settled(&args.dir)?;
    let done = adapt::adapt(&mut workspace, &options, talk)?;
    drop(workspace);
    match args.json {
        true => print_json(&done)?,
        false => print(&text(&done))?,
    }
    let failed = failures(&done.failed, talk);
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
        return do_run(run, talk);
    }
    let dir = args.dir.display();
    talk.say(format!(
        "Next: second-ear run {dir} (transcribes what nobody was handed yet with the new model); \
         second-ear model rollback {dir} goes back."
    ));
    Ok(failed)
}

fn text(done: &Adapted) -> String {
    use crate::pipeline::adapt::Confidence;
    let mut t = rounds::text(&done.round, done.dry_run);
    t.push_str(&format!(
        "  train, dev and test share no {}; {} steps\n",
        done.apart_by, done.steps
    ));
    for (reason, n) in &done.left_out {
        t.push_str(&format!("  not learnt from: {n} settled clips ({reason})\n"));
    }
    match &done.confidence {
        None => {}
        Some(Confidence::Refitted { clips, anchors, log_loss: [before, after] }) => t.push_str(&format!(
            "  confidence: fitted anew on {clips} held-out clips and {anchors} anchors, log-loss {before:.3} -> {after:.3}\n"
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
