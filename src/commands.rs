//! One function per command: resolves its arguments, calls the pipeline, prints the outcome.
//! Data goes to stdout, remarks to stderr.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;

use crate::audio::isolate;
use crate::cli::{self, Command};
use crate::domain::{Failures, Mark};
use crate::exit::Exit;
use crate::pipeline::workspace::Workspace;
use crate::pipeline::{answers, gold, languages, run, settle, transcripts};
use crate::views::numbers::clock;
use crate::views::progress::{Console, shown_lines};

#[cfg(feature = "adapt")]
mod adapt;
mod audit_plan;
mod care;
mod consent;
mod dataset;
mod drafts;
mod generate;
mod ingest;
#[cfg(not(all(feature = "adapt", feature = "nats")))]
mod lacking;
mod lexicon;
mod measure;
mod model;
mod passphrase;
mod people;
mod study;
mod tasks;
mod withdraw;
#[cfg(feature = "nats")]
mod worker;

#[cfg(not(feature = "adapt"))]
use lacking::adapt;
#[cfg(not(feature = "nats"))]
use lacking::worker;

/// Does what the command line asks for.
pub fn dispatch(command: Command, console: Console) -> Result<Exit> {
    match command {
        Command::Init(args) => init(args, console),
        Command::Ingest(args) => ingest::ingest(args, console),
        Command::Run(args) => do_run(args, console),
        Command::Worker(args) => worker::dispatch(args, console),
        Command::Drafts(args) => drafts::dispatch(args, console),
        Command::Status(args) => care::status(args),
        Command::Transcripts(args) => do_transcripts(args, console),
        Command::Tasks(args) => tasks::dispatch(args, console),
        Command::People(args) => people::dispatch(args, console),
        Command::Answers(args) => do_answers(args, console),
        Command::Dataset(args) => dataset::run(args, console),
        Command::Consent(args) => consent::consent(args, console),
        Command::Retention(args) => consent::retention(args, console),
        Command::Lexicon(args) => lexicon::dispatch(args, console),
        Command::Report(args) => measure::report(args, console),
        Command::Study(args) => study::study(args, console),
        Command::Evaluate(args) => measure::evaluate(args, console),
        Command::Calibrate(args) => measure::calibrate(args, console),
        Command::Adapt(args) => adapt::dispatch(args, console),
        Command::AuditPlan(args) => audit_plan::dispatch(args),
        Command::Forget(args) => withdraw::forget(args, console),
        Command::Subject(args) => withdraw::subject(args, console),
        Command::Doctor(args) => care::doctor(args, console),
        Command::Backup(args) => care::backup(args, console),
        Command::Log(args) => care::log(args),
        Command::Model(args) => model::dispatch(args, console),
        Command::Generate(args) => generate::dispatch(args),
        Command::Decode(args) => {
            isolate::child::serve(&args.request, &args.file).map(|()| Exit::Done)
        }
    }
}

fn print_json(value: &impl Serialize) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    Ok(writeln!(out)?)
}

/// Prints a text of several lines; names that could hold line breaks are `shown` where they are put in.
fn print(text: &str) -> Result<()> {
    Ok(std::io::stdout().lock().write_all(shown_lines(text).as_bytes())?)
}

/// Reasons that are printed; the others are counted.
const TOLD: usize = 20;

/// Names what failed, and says so in the exit code.
fn failures(failed: &[String], console: Console) -> Exit {
    tell("failed", failed, failed.len(), console)
}

/// The same where only the first ones are known in words.
fn all_failures(failed: &Failures, console: Console) -> Exit {
    tell("failed", failed.first(), failed.total(), console)
}

/// Prints the first reasons and how many there are beside them.
fn tell(what: &str, first: &[String], total: usize, console: Console) -> Exit {
    for line in first.iter().take(TOLD) {
        console.problem(format!("{what}: {line}"));
    }
    match total.saturating_sub(TOLD.min(first.len())) {
        0 => {}
        more => console.problem(format!("{what}: {more} more, {total} in all (--json lists more)")),
    }
    Exit::of_failures(total)
}

fn init(args: cli::Init, console: Console) -> Result<Exit> {
    let workspace = Workspace::init(&args.dir, args.language, &args.model)?;
    let dir = args.dir.display();
    console.say(format!("Created {dir} (settings: {dir}/second-ear.toml)."));
    if workspace.model_path().is_none() {
        console
            .say(format!("The model is not installed yet: second-ear model pull {}", args.model));
    }
    for said in languages::at_init(&workspace)? {
        console.say(format!("{said}."));
    }
    console.say(format!("Next: second-ear ingest {dir} AUDIO_OR_FOLDER_OR_MANIFEST"));
    Ok(Exit::Done)
}

fn do_run(args: cli::Run, console: Console) -> Result<Exit> {
    let options = run::RunOptions {
        dry_run: args.dry_run,
        workers: args.workers,
        scripted: args.scripted,
        recertify: args.recertify,
        nats: args.distributed.resolve()?,
    };
    let done = match args.dry_run {
        true => run::run(&mut Workspace::read(&args.dir)?, &options, console)?,
        false => settle::change(&args.dir, &[], |ws| run::run(ws, &options, console))?.0,
    };
    if args.json {
        print_json(&done)?;
    }
    let audio = clock(done.transcribed_seconds);
    if args.dry_run {
        console.say(format!(
            "Would cut {} recordings, and transcribe them and {} clips that are waiting: {audio} of audio, \
             with {} ({}). Then every clip that was not handed out would be routed.",
            done.sliced, done.transcribed, done.model, done.policy
        ));
    } else {
        console.say(format!(
            "{} recordings cut, {} clips transcribed ({audio}). Routed: {}.",
            done.sliced, done.transcribed, done.routed
        ));
        let consent = done.without_consent.lines("task files");
        done.remarks.lines().into_iter().chain(consent).for_each(|line| console.say(line));
        if let Some(guarantee) = &done.guarantee {
            guarantee.text().trim_end().lines().for_each(|line| console.say(line));
            for scope in guarantee.alarms() {
                console.problem(format!("The guarantee for {} no longer holds.", scope.scope));
            }
        }
        if done.routed.human > 0 {
            console.say(format!("Next: second-ear tasks {} --out FOLDER", args.dir.display()));
        }
    }
    Ok(failures(&done.failed, console))
}

fn do_transcripts(args: cli::Transcripts, console: Console) -> Result<Exit> {
    let workspace = Workspace::read(&args.dir)?;
    say_withheld(&workspace, console)?;
    let naming = workspace.naming(args.names)?;
    let cli::Transcripts { format: formats, drafts, only_settled, .. } = args;
    let options = transcripts::TranscriptOptions { formats, drafts, only_settled, naming };
    match &args.out {
        None => {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            let missing = transcripts::print(&workspace, &options, &mut out)?;
            Ok(failures(&missing, console))
        }
        Some(out) => {
            let done = transcripts::write(&workspace, &options, out, console)?;
            console.say(format!("{} files in {}.", done.files, out.display()));
            Ok(failures(&done.failed, console))
        }
    }
}

/// Says how many clips are left out because somebody reported them.
fn say_withheld(workspace: &Workspace, console: Console) -> Result<()> {
    let withheld = workspace.store.withheld()?.len();
    if withheld > 0 {
        console.say(format!(
            "{withheld} clips with personal data or offensive content are left out: `second-ear status` \
             lists them."
        ));
    }
    Ok(())
}

fn do_answers(args: cli::Answers, console: Console) -> Result<Exit> {
    if args.gold {
        let (done, _) = settle::change(&args.dir, &args.files, |ws| gold::keep(ws, &args.files))?;
        if args.json {
            print_json(&done)?;
        }
        console.say(format!("{} clips are gold now.", done.gold));
        return Ok(all_failures(&done.failed, console));
    }
    let (done, _) = settle::change(&args.dir, &args.files, |ws| answers::import(ws, &args.files))?;
    if args.json {
        print_json(&done)?;
    }
    let rejected: usize = done.rejected.values().sum();
    console.say(format!(
        "{} answers imported, {} clips settled by them; {} rows unanswered, {rejected} rejected.",
        done.accepted, done.settled, done.unanswered
    ));
    for (name, person) in &done.people {
        console.say(person.line(name));
    }
    for (mark, n) in Mark::ALL.map(|mark| (mark, done.marked.get(mark.code()))) {
        if let Some(n) = n {
            console.say(format!("Marked: {n} answers {}.", mark.about()));
        }
    }
    if done.replaced_by_order > 0 {
        console.say(format!(
            "{} answers without a time replaced earlier ones of the same people: the order of import \
             decided.",
            done.replaced_by_order
        ));
    }
    for (name, one) in &done.one_person {
        console.say(format!("'{name}' looks like '{one}': they are taken for one person."));
    }
    if done.contested > 0 {
        console.say(format!(
            "People disagree on {} clips: tasks --adjudicate writes them for an adjudicator.",
            done.contested
        ));
    }
    tell("failed", &done.failed, done.failed.len(), console);
    tell("rejected", &done.reasons, done.reasons.len(), console);
    Ok(Exit::of_failures(done.failures()))
}
