//! The command line: every command with one sentence and an example.

#[cfg(feature = "adapt")]
pub mod adapt;
mod answers;
mod audit_plan;
mod care;
mod consent;
mod drafts;
mod generate;
mod ingest;
#[cfg(not(all(feature = "adapt", feature = "nats", feature = "serve")))]
mod lacking;
pub mod lexicon;
mod measure;
pub mod memory;
mod model;
#[cfg(feature = "nats")]
pub mod nats;
mod numbers;
mod people;
#[cfg(feature = "serve")]
pub mod serve;
mod study;
mod tasks;
mod values;
mod withdraw;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::domain::LanguageChoice;
use crate::training::export::{Codec, Format};
use crate::views::lang::Lang;
use crate::views::transcripts::TranscriptFormat;
pub use answers::Answers;
pub use audit_plan::AuditPlan;
pub use care::{Backup, Doctor, Log};
pub use consent::{Consent, ConsentAction, Retention};
pub use drafts::{Drafts, DraftsAction};
pub use generate::{Generate, Printed, SchemaOf};
pub use ingest::Ingest;
#[cfg(not(feature = "adapt"))]
pub use lacking::adapt;
#[cfg(not(feature = "nats"))]
pub use lacking::nats;
#[cfg(not(feature = "serve"))]
pub use lacking::serve;
pub use measure::{Calibrate, Evaluate, Report};
pub use model::{Model, WeightType};
pub use people::{Add, Appeal, Pay, People, PeopleAction};
pub use study::Study;
pub use tasks::Tasks;
use values::{codec, dataset_format, language, transcript_format};
pub use withdraw::{Forget, Subject};

/// Human-in-the-loop speech transcription: a local Whisper model drafts, people review what it
/// is unsure of, and their corrections become training data.
#[derive(Debug, Parser)]
#[command(
    name = "second-ear",
    version,
    after_help = after_help()
)]
pub struct Cli {
    /// Print results and errors only: no progress, no remarks.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Language of reports and messages: en or fr [default: by LC_ALL, LC_MESSAGES, LANG].
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<Lang>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// A first session, and what exit codes mean.
fn after_help() -> String {
    let adapt = if cfg!(feature = "adapt") { "second-ear adapt calls\n  " } else { "" };
    format!(
        "A first session:\n  second-ear model pull base\n  second-ear init calls --language fr\n  \
         second-ear ingest calls recordings/\n  second-ear run calls\n  second-ear tasks calls --out to-validate/\n  \
         second-ear answers calls answers.jsonl\n  second-ear dataset calls --out dataset/ --format hf\n  {adapt}\
         second-ear report calls\n\nExit codes: 0 done, 1 failed, 2 wrong command line, 3 some files or rows failed, \
         4 workspace in use, 130 stopped."
    )
}

/// The commands, in the order of work.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a workspace: a folder with settings and a database.
    #[command(after_help = "Example: second-ear init calls --language fr --model base")]
    Init(Init),
    /// Register audio files, folders, manifests (CSV, TSV, JSONL), or corpora of other tools.
    #[command(after_help = ingest::AFTER_HELP)]
    Ingest(Ingest),
    /// Slice, transcribe, score and route every recording that is not done yet.
    #[command(
        after_help = match cfg!(feature = "nats") {
            true => "Examples: second-ear run calls\n          second-ear run calls --nats nats://queue:4222",
            false => "Example: second-ear run calls",
        }
    )]
    Run(Run),
    /// Transcribe clips for runs on other machines, through a NATS server.
    #[command(
        hide = cfg!(not(feature = "nats")),
        after_help = "Example: second-ear worker --nats nats://queue:4222\n\nIt runs until Ctrl-C or SIGTERM, finishes \
        the clips that it has begun, and exits with 0."
    )]
    Worker(nats::Worker),
    /// List what other engines wrote, or import it: their drafts instead of the model's own.
    #[command(subcommand_precedence_over_arg = true, after_help = drafts::AFTER_HELP)]
    Drafts(Drafts),
    /// Show how many clips and seconds are in each state, and what waits for people.
    #[command(after_help = "Example: second-ear status calls --json")]
    Status(Json),
    /// Write the transcripts: the corrected text where there is one, else the draft.
    #[command(
        after_help = "Examples: second-ear transcripts calls > calls.jsonl\n          second-ear transcripts calls --format srt,textgrid --out subtitles/\n\nAgainst people's texts, by NIST's sclite:\n  \
        second-ear transcripts calls --format stm --only-settled --out ref/\n  \
        second-ear transcripts calls --format ctm --only-settled --drafts --out hyp/\n  \
        sclite -r ref/call.stm stm -h hyp/call.ctm ctm"
    )]
    Transcripts(Transcripts),
    /// Write task files for the clips that wait for a person, or take some back.
    #[command(after_help = tasks::AFTER_HELP)]
    Tasks(Tasks),
    /// List who has which task files, since when, what came back and what is due.
    #[command(subcommand_precedence_over_arg = true, after_help = people::AFTER_HELP)]
    People(People),
    /// Hand out the task page over HTTP, one link per person, and take answers in as they are given.
    #[command(hide = cfg!(not(feature = "serve")), after_help = serve::AFTER_HELP)]
    Serve(serve::Serve),
    /// Import answers from people; every rejected row is named with its reason.
    #[command(
        after_help = "Example: second-ear answers calls answers-*.jsonl\n\nThe format is recognised by content: the page's \
        download, JSONL, CSV, Label Studio's JSON export, results of Turkle or Mechanical Turk (CSV), Appen's full \
        report (CSV)."
    )]
    Answers(Answers),
    /// Write training data from settled corrections.
    #[command(
        after_help = "Examples: second-ear dataset calls --out dataset/ --format hf,nemo\n          second-ear dataset calls --out free/ --licence CC0-1.0,CC-BY-4.0"
    )]
    Dataset(Dataset),
    /// List what each recording may be used for, or import statements of consent.
    #[command(
        subcommand_precedence_over_arg = true,
        after_help = "Examples: second-ear consent calls\n          second-ear consent calls import letters.csv"
    )]
    Consent(Consent),
    /// Remove what is older than the settings keep it: audio, texts of answers, names of validators.
    #[command(
        after_help = "Examples: second-ear retention calls --dry-run\n          second-ear retention calls --yes\n\nHow long things are kept stands under [retention] in the settings."
    )]
    Retention(Retention),
    /// List, extend and test the lexicon of regional words.
    #[command(subcommand)]
    Lexicon(lexicon::Lexicon),
    /// List what people corrected more than once, which is tried on other drafts; take a pair out.
    #[command(subcommand)]
    Memory(memory::Memory),
    /// Report human-in-the-loop rates, and the counts behind each of them.
    #[command(
        after_help = "Examples: second-ear report calls --html report.html\n          second-ear report calls --json --csv clips.csv > report.json"
    )]
    Report(Report),
    /// Write everything that a paper needs as tables with a codebook: decisions, tasks, answers, rounds, log.
    #[command(after_help = "Example: second-ear study calls --out study/")]
    Study(Study),
    /// Measure the model's word error rate on audio with reference transcripts.
    #[command(
        after_help = "Example: second-ear evaluate clips.jsonl --model base --out rows.jsonl\n\nManifest rows: audio \
        (path), text, and optionally language, speaker, region, start and end in seconds."
    )]
    Evaluate(Evaluate),
    /// Fit the confidence score to a workspace's answers, or to rows that `evaluate` wrote.
    #[command(
        after_help = "Examples: second-ear calibrate calls\n          second-ear calibrate --rows rows.jsonl --out \
        calibration.json\n\nThe first writes calibration.json into the workspace, and the next run uses it. It is \
        refused (exit code 1) when there are too few answers, or when it is no better than the calibration in use."
    )]
    Calibrate(Calibrate),
    /// Train the model further on settled corrections, and promote it only if it measures better.
    #[command(
        hide = cfg!(not(feature = "adapt")),
        after_help = "Examples: second-ear adapt calls --dry-run\n          second-ear adapt calls --then-run\n\nThe \
        exit code is 0 also when the new model is rejected: see `verdict` in --json. Ctrl-C or a crash costs at most \
        one epoch."
    )]
    Adapt(adapt::Adapt),
    /// Estimate what a risk guarantee on accepted drafts costs in audits, audio and people's hours.
    #[command(
        after_help = "Example: second-ear audit-plan calls --target-risk 0.05 --confidence 0.9 --measure wer\n\n\
        Without options it uses routing.target_risk of the settings."
    )]
    AuditPlan(AuditPlan),
    /// Remove a person, a recording or a clip with all that rests on them; what cannot be reached is listed.
    #[command(
        after_help = "Examples: second-ear forget calls --speaker S07 --dry-run\n          second-ear forget calls \
        --recording calls/12.wav --yes\n\nIt cannot be undone. Killed on its way, it is finished by the next command \
        that writes, or by --resume."
    )]
    Forget(Forget),
    /// Write everything that is held about a person into a folder of plain files.
    #[command(after_help = "Example: second-ear subject calls --speaker S07 --out for-S07/")]
    Subject(Subject),
    /// Check a workspace: database, recordings, model, settings; say what to do about what is wrong.
    #[command(
        after_help = "Example: second-ear doctor calls --deep\n\nThe exit code is 3 when something is wrong."
    )]
    Doctor(Doctor),
    /// Save a workspace to one tar file, also while a run is writing; recordings are not in it.
    #[command(
        after_help = "Example: second-ear backup calls calls-monday.tar\n\nTo restore it: tar xf calls-monday.tar"
    )]
    Backup(Backup),
    /// Print which commands changed a workspace: when, with which files, and with what result.
    #[command(after_help = "Example: second-ear log calls --last 20")]
    Log(Log),
    /// List, fetch, check and convert models.
    #[command(subcommand)]
    Model(Model),
    /// Write shell completions and man pages for packages, or print JSON schemas or the codebook.
    #[command(
        after_help = "Examples: second-ear generate schema report\n          second-ear generate codebook\n          \
        second-ear generate --out share/"
    )]
    Generate(Generate),
    /// Decode a file for another second-ear, which reads the answer.
    #[command(hide = true)]
    Decode(Decode),
}

/// Arguments of `decode`.
#[derive(Debug, Args)]
pub struct Decode {
    /// What to do, as JSON.
    pub request: String,
    /// The file.
    pub file: PathBuf,
}

/// A workspace, and whether to print JSON.
#[derive(Debug, Args)]
pub struct Json {
    /// The workspace.
    pub dir: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to create.
    pub dir: PathBuf,
    /// Spoken language (fr, en, ...), or auto: the model detects it for each clip.
    #[arg(long, value_parser = language)]
    pub language: LanguageChoice,
    /// A registered model's name, or the path of a ggml file.
    #[arg(long, default_value = "base")]
    pub model: String,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The workspace.
    pub dir: PathBuf,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Threads that transcribe (0: one per core); overrides the settings.
    #[arg(long, value_parser = numbers::threads())]
    pub workers: Option<usize>,
    /// Test the risk guarantee anew (routing.target_risk), on all audits or on those since an alarm.
    #[arg(long)]
    pub recertify: bool,
    /// Replay hypotheses from a JSONL file instead of running a model, for tests.
    #[arg(long, value_name = "FILE", hide = true)]
    pub scripted: Option<PathBuf>,
    /// Workers on other machines.
    #[command(flatten)]
    pub distributed: nats::Distributed,
}

/// Arguments of `transcripts`.
#[derive(Debug, Args)]
pub struct Transcripts {
    /// The workspace.
    pub dir: PathBuf,
    /// One or several formats.
    #[arg(long, value_parser = transcript_format(), value_delimiter = ',', default_value = "jsonl")]
    pub format: Vec<TranscriptFormat>,
    /// Folder for one file per recording (JSONL: one file); without it, JSONL goes to stdout.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// What the model decoded, also where people wrote something else.
    #[arg(long)]
    pub drafts: bool,
    /// Only clips that people settled with a text.
    #[arg(long)]
    pub only_settled: bool,
    /// Call speakers by their names; without it they have pseudonyms.
    #[arg(long)]
    pub names: bool,
}

/// Arguments of `dataset`.
#[derive(Debug, Args)]
pub struct Dataset {
    /// The workspace.
    pub dir: PathBuf,
    /// Folder to write to; several formats get one sub-folder each.
    #[arg(long)]
    pub out: PathBuf,
    /// One or several formats.
    #[arg(long, value_parser = dataset_format(), value_delimiter = ',', default_value = "hf")]
    pub format: Vec<Format>,
    /// How clips are encoded; without it FLAC in parquet, lhotse-shar and webdataset, else WAV.
    #[arg(long, value_parser = codec())]
    pub audio: Option<Codec>,
    /// Begin a new shard after so many megabytes (parquet, nemo-tarred, lhotse-shar, webdataset).
    #[arg(long, value_name = "MB", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub shard_size: u64,
    /// Add accepted drafts, marked `auto`.
    #[arg(long)]
    pub with_auto: bool,
    /// Only texts whose words people agree on to this share, from 0 to 1; a text of one answer has 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = numbers::within(0.0, 1.0))]
    pub min_agreement: f64,
    /// Only clips in these languages.
    #[arg(long, value_delimiter = ',', value_name = "LANGUAGE")]
    pub language: Vec<String>,
    /// Only recordings of these licences, in any letter case; `none`: those of no stated licence.
    #[arg(long, value_delimiter = ',', value_name = "LICENCE")]
    pub licence: Vec<String>,
    /// Call speakers by their names; without it they have pseudonyms.
    #[arg(long)]
    pub names: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
