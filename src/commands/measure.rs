//! What is measured: the report, a model on references, a score fitted to answers.

use anyhow::Result;

use super::{all_failures, print, print_json};
use crate::cli;
use crate::domain::{DataUse, DecodePolicy, OutputKind};
use crate::exit::Exit;
use crate::pipeline::forget::none_pending;
use crate::pipeline::outputs::Notes;
use crate::pipeline::workspace::Workspace;
use crate::pipeline::{calibrate, consent, evaluate, recalibrate, report, settle};
use crate::views::progress::Console;

/// `report`: rates with intervals, as text, JSON, a page or a table of clips.
pub fn report(args: cli::Report, console: Console) -> Result<Exit> {
    let workspace = Workspace::read(&args.dir)?;
    none_pending(&workspace)?;
    let (mut report, mut rows) = report::report(&workspace)?;
    // The terminal is the team's own; files and JSON may go further.
    let text = report.text();
    let naming = workspace.naming(args.names)?;
    report::naming::people(&mut report, &naming);
    report::naming::speakers(&mut rows, &naming);
    consent::settled_without(&workspace, DataUse::Evaluate)?.say("every measure", console);
    if let Some(path) = &args.html {
        let page = report.html()?;
        Notes::of(&workspace, console)?
            .everything(OutputKind::Report, path, || crate::files::write_text(path, &page))?;
        console.say(format!("The report as an HTML page: {}", path.display()));
    }
    if let Some(path) = &args.csv {
        Notes::of(&workspace, console)?
            .everything(OutputKind::Report, path, || report::write_csv(&rows, path))?;
        console.say(format!("One row per clip: {}", path.display()));
    }
    match args.json {
        true => print_json(&report)?,
        false => print(&text)?,
    }
    Ok(Exit::Done)
}

/// `evaluate`: a model's drafts against reference texts.
pub fn evaluate(args: cli::Evaluate, console: Console) -> Result<Exit> {
    let weights = args.weights.unwrap_or_else(whisper::fastest_weights);
    let policy = DecodePolicy { full_window: args.full_window, weights, ..DecodePolicy::default() };
    let options = evaluate::EvaluateOptions {
        manifests: args.manifests,
        model: args.model,
        language: args.language,
        policy,
        second_pass: args.second_pass,
        workers: args.workers,
        out: args.out,
    };
    let done = evaluate::evaluate(&options, console)?;
    match args.json {
        true => print_json(&done)?,
        false => print(&done.text())?,
    }
    Ok(all_failures(&done.failed, console))
}

/// `calibrate`: a score from rows of `evaluate`, or a workspace's own from its answers.
pub fn calibrate(args: cli::Calibrate, console: Console) -> Result<Exit> {
    if let (None, Some(out)) = (&args.dir, &args.out) {
        let done = calibrate::calibrate(&args.rows, out)?;
        match args.json {
            true => print_json(&done)?,
            false => print(&calibrate::text(&done))?,
        }
        console.say(format!("Written to {}.", out.display()));
        return Ok(Exit::Done);
    }
    let dir = args.dir.unwrap_or_default();
    let fitted = settle::change(&dir, &[], |ws| {
        consent::settled_without(ws, DataUse::Evaluate)?.say("the fit", console);
        let engine = ws.config.decode.engine().map_err(anyhow::Error::msg)?;
        recalibrate::recalibrate(ws, engine.as_ref())
    });
    match fitted?.0 {
        Ok(done) => {
            match args.json {
                true => print_json(&done)?,
                false => print(&done.text())?,
            }
            console.say(format!(
                "Written to {}. Next: second-ear run {}",
                done.path.display(),
                dir.display()
            ));
            Ok(Exit::Done)
        }
        Err(why) => {
            if args.json {
                print_json(&serde_json::json!({ "refused": why.to_string() }))?;
            }
            console.problem(format!("Nothing was fitted, the calibration in use stays: {why}."));
            Ok(Exit::Failed)
        }
    }
}
