//! What is measured: the report, a model on references, a score fitted to answers.

use anyhow::Result;
use serde_json::Value;

use super::{all_failures, print, print_json};
use crate::cli;
use crate::domain::{DataUse, DecodePolicy, EngineName, OutputKind};
use crate::exit::Exit;
use crate::pipeline::forget::none_pending;
use crate::pipeline::outputs::Notes;
use crate::pipeline::workspace::Workspace;
use crate::pipeline::{calibrate, consent, evaluate, recalibrate, report, settle};
use crate::views::lang::t;
use crate::views::progress::Console;

/// `report`: rates with intervals, as text, JSON, a page or a table of clips.
pub fn report(args: cli::Report, console: Console) -> Result<Exit> {
    let workspace = Workspace::read(&args.dir)?;
    none_pending(&workspace)?;
    let (mut report, mut rows) = report::report(&workspace)?;
    // The terminal is the team's own; files and JSON may go further.
    let text = report.text(console.lang);
    let naming = workspace.naming(args.names)?;
    report::naming::people(&mut report, &naming);
    report::naming::speakers(&mut rows, &naming);
    consent::settled_without(&workspace, DataUse::Evaluate)?
        .say(console.lang.phrase("aside.measure"), console);
    if let Some(path) = &args.html {
        let page =
            report.html(console.lang, &report::front(&workspace, path, args.csv.as_deref()))?;
        Notes::of(&workspace, console)?
            .everything(OutputKind::Report, path, || crate::files::write_text(path, &page))?;
        console.say(t!(console.lang, "report.page_written", file = path.display().to_string()));
    }
    if let Some(path) = &args.csv {
        Notes::of(&workspace, console)?
            .everything(OutputKind::Report, path, || report::write_csv(&rows, path))?;
        console.say(t!(console.lang, "report.rows_written", file = path.display().to_string()));
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
    let (fitted, _) = settle::change(&dir, &[], |ws| {
        consent::settled_without(ws, DataUse::Evaluate)?
            .say(console.lang.phrase("aside.fit"), console);
        let whose = ws.config.decode.whose().into_iter();
        let fit = |engine: Option<EngineName>| {
            let done = recalibrate::recalibrate(ws, engine.as_ref())?;
            anyhow::Ok((engine, done))
        };
        whose.map(fit).collect::<Result<Vec<_>>>()
    })?;
    let several = fitted.len() > 1;
    let mut printed = Vec::new();
    for (engine, done) in &fitted {
        let name = engine.as_ref().filter(|_| several).map_or("", EngineName::as_str);
        let colon = if several { ": " } else { "" };
        let value = match done {
            Ok(done) => {
                if !args.json {
                    print(&format!("{name}{}{}", if several { ":\n" } else { "" }, done.text()))?;
                }
                console.say(format!("Written to {}.", done.path.display()));
                serde_json::to_value(done)?
            }
            Err(why) => {
                console.problem(format!(
                    "{name}{colon}Nothing was fitted, the calibration in use stays: {why}."
                ));
                serde_json::json!({ "refused": why.to_string() })
            }
        };
        printed.push((engine, value));
    }
    if args.json {
        print_fits(printed)?;
    }
    match fitted.iter().filter(|(_, done)| done.is_err()).count() {
        refused if refused == fitted.len() => Ok(Exit::Failed),
        refused => {
            console.say(format!("Next: second-ear run {}", dir.display()));
            Ok(Exit::of_failures(refused))
        }
    }
}

/// One fit as it is, several as a list with their engines.
fn print_fits(mut fits: Vec<(&Option<EngineName>, Value)>) -> Result<()> {
    if let [(_, one)] = &fits[..] {
        return print_json(one);
    }
    for (engine, fit) in &mut fits {
        fit["engine"] = serde_json::json!(engine);
    }
    print_json(&fits.into_iter().map(|(_, fit)| fit).collect::<Vec<Value>>())
}
