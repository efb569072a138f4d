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
use crate::views::lang::t;
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
#[cfg(not(all(feature = "adapt", feature = "nats", feature = "serve")))]
mod lacking;
mod lexicon;
mod measure;
mod memory;
mod model;
mod passphrase;
mod people;
#[cfg(feature = "serve")]
mod serve;
mod study;
mod tasks;
mod withdraw;
#[cfg(feature = "nats")]
mod worker;

#[cfg(not(feature = "adapt"))]
use lacking::adapt;
#[cfg(not(feature = "serve"))]
use lacking::serve;
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
        Command::Status(args) => care::status(args, console),
        Command::Transcripts(args) => do_transcripts(args, console),
        Command::Tasks(args) => tasks::dispatch(args, console),
        Command::People(args) => people::dispatch(args, console),
        Command::Serve(args) => serve::dispatch(args, console),
        Command::Answers(args) => do_answers(args, console),
        Command::Dataset(args) => dataset::run(args, console),
        Command::Consent(args) => consent::consent(args, console),
        Command::Retention(args) => consent::retention(args, console),
        Command::Lexicon(args) => lexicon::dispatch(args, console),
        Command::Memory(args) => memory::dispatch(args, console),
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
    tell(console.lang.phrase("say.failed"), failed, failed.len(), console)
}

/// The same where only the first ones are known in words.
fn all_failures(failed: &Failures, console: Console) -> Exit {
    tell(console.lang.phrase("say.failed"), failed.first(), failed.total(), console)
}

/// Prints the first reasons and how many there are beside them.
fn tell(what: &str, first: &[String], total: usize, console: Console) -> Exit {
    for line in first.iter().take(TOLD) {
        console.problem(t!(console.lang, "chart.line", label = what, says = line));
    }
    match total.saturating_sub(TOLD.min(first.len())) {
        0 => {}
        n => console.problem(t!(console.lang, "say.more", what = what, n = n, total = total)),
    }
    Exit::of_failures(total)
}

fn init(args: cli::Init, console: Console) -> Result<Exit> {
    let workspace = Workspace::init(&args.dir, args.language, &args.model)?;
    let dir = args.dir.display();
    let lang = console.lang;
    console.say(t!(lang, "init.created", dir = dir.to_string()));
    if workspace.model_path().is_none() {
        console.say(t!(lang, "init.no_model", model = args.model));
    }
    for said in languages::at_init(console.lang, &workspace)? {
        console.say(format!("{said}."));
    }
    console.say(t!(lang, "init.next", dir = dir.to_string()));
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
    let (lang, audio) = (console.lang, clock(done.transcribed_seconds));
    if args.dry_run {
        console.say(t!(
            lang,
            "run.would",
            recordings = t!(lang, "say.recordings", n = done.sliced),
            clips = t!(lang, "text.plain_clips", n = done.transcribed),
            audio = audio,
            model = done.model,
            policy = done.policy
        ));
    } else {
        console.say(t!(
            lang,
            "run.done",
            recordings = t!(lang, "run.cut", n = done.sliced),
            clips = t!(lang, "run.transcribed", n = done.transcribed),
            audio = audio,
            routed = t!(
                lang,
                "run.routed",
                accepted = done.routed.auto,
                people = done.routed.human,
                dropped = done.routed.dropped
            )
        ));
        if done.tried > 0 {
            console.say(t!(lang, "run.tried", n = done.tried));
        }
        let consent = done.without_consent.lines(lang, lang.phrase("aside.tasks"));
        done.remarks
            .lines(console.lang)
            .into_iter()
            .chain(consent)
            .for_each(|line| console.say(line));
        if let Some(guarantee) = &done.guarantee {
            guarantee.text(console.lang).trim_end().lines().for_each(|line| console.say(line));
            for scope in guarantee.alarms() {
                console.problem(t!(lang, "run.alarm", scope = scope.scope));
            }
        }
        if done.routed.human > 0 {
            console.say(t!(lang, "run.next", dir = args.dir.display().to_string()));
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
        console.say(t!(console.lang, "say.withheld", n = withheld));
    }
    Ok(())
}

fn do_answers(args: cli::Answers, console: Console) -> Result<Exit> {
    if args.gold {
        let (done, _) = settle::change(&args.dir, &args.files, |ws| gold::keep(ws, &args.files))?;
        if args.json {
            print_json(&done)?;
        }
        console.say(t!(console.lang, "answers.gold", n = done.gold));
        return Ok(all_failures(&done.failed, console));
    }
    let (done, _) = settle::change(&args.dir, &args.files, |ws| answers::import(ws, &args.files))?;
    if args.json {
        print_json(&done)?;
    }
    let rejected: usize = done.rejected.values().sum();
    let lang = console.lang;
    console.say(t!(
        lang,
        "answers.done",
        answers = t!(lang, "answers.imported", n = done.accepted),
        clips = t!(lang, "answers.settled", n = done.settled),
        unanswered = t!(lang, "answers.unanswered", n = done.unanswered),
        rejected = t!(lang, "answers.rejected", n = rejected)
    ));
    for (name, person) in &done.people {
        console.say(person.line(lang, name));
    }
    for (mark, n) in Mark::ALL.map(|mark| (mark, done.marked.get(mark.code()))) {
        if let Some(n) = n {
            let about = lang.named("mark", mark.code());
            console.say(t!(lang, "answers.marked", n = *n, about = about));
        }
    }
    if done.replaced_by_order > 0 {
        console.say(t!(lang, "answers.by_order", n = done.replaced_by_order));
    }
    for (name, one) in &done.one_person {
        console.say(t!(lang, "answers.one_person", name = name, one = one));
    }
    if done.contested > 0 {
        console.say(t!(lang, "answers.contested", n = done.contested));
    }
    tell(lang.phrase("say.failed"), &done.failed, done.failed.len(), console);
    tell(lang.phrase("say.rejected"), &done.reasons, done.reasons.len(), console);
    Ok(Exit::of_failures(done.failures()))
}
