//! The command line: what may be typed, with an example for each command.

pub mod adapt;
pub mod lexicon;
mod model;
pub mod nats;

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use crate::domain::{LanguageChoice, SecondLook, Weights};
use crate::pipeline::dataset;
use crate::tasks::bundle;
use crate::views::transcripts::TranscriptFormat;
pub use model::{Model, WeightType};
pub use plan::Plan;

mod plan;

/// Human-in-the-loop speech transcription: a local Whisper model drafts, people hear what it is
/// unsure of, their corrections become training data.
#[derive(Debug, Parser)]
#[command(
    name = "second-ear",
    version,
    after_help = "A first hour:\n  second-ear model pull base\n  second-ear init calls --language fr\n  \
    second-ear ingest calls recordings/\n  second-ear run calls\n  second-ear tasks calls --out to-validate/\n  \
    second-ear answers calls answers.jsonl\n  second-ear dataset calls --out dataset/ --format hf\n  \
    second-ear adapt calls\n  second-ear report calls\n\nExit codes: 0 done, 1 failed, 2 wrong command line, 3 some files or rows failed, \
    4 workspace in use, 130 stopped."
)]
pub struct Cli {
    /// No progress and no remarks; errors and results only.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands, in the order of work.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a workspace: settings and database.
    #[command(after_help = "Example: second-ear init calls --language fr --model base")]
    Init(Init),
    /// Register audio files, folders, or a CSV/JSONL manifest.
    #[command(
        after_help = "Example: second-ear ingest calls interviews/ calls.csv\n\nManifest columns: path, \
        speaker, region, language, licence, consent, channel (mix, split, or a number from 0); only path is needed."
    )]
    Ingest(Ingest),
    /// Slice, transcribe, score and route what is not done yet.
    #[command(
        after_help = "Examples: second-ear run calls\n          second-ear run calls --nats nats://queue:4222"
    )]
    Run(Run),
    /// Transcribe for runs on other machines, through a NATS server.
    #[command(
        after_help = "Example: second-ear worker --nats nats://queue:4222\n\nIt works until Ctrl-C or SIGTERM, finishes \
        what is begun, and ends with 0."
    )]
    Worker(nats::Worker),
    /// Counts and seconds in each state, what waits for whom.
    #[command(after_help = "Example: second-ear status calls --json")]
    Status(Json),
    /// What was heard, corrected text first where there is one.
    #[command(
        after_help = "Examples: second-ear transcripts calls > calls.jsonl\n          second-ear transcripts calls --format srt,textgrid --out subtitles/"
    )]
    Transcripts(Transcripts),
    /// Write task files for the clips that wait for a person.
    #[command(
        after_help = "Examples: second-ear tasks calls --out to-validate/ --format html,csv\n          second-ear tasks calls --out ls/ --format label-studio"
    )]
    Tasks(Tasks),
    /// Import answers; bad rows are named, the rest goes in.
    #[command(
        after_help = "Example: second-ear answers calls answers-*.jsonl\n\nFiles, known by their content: the page's \
        download, JSONL, CSV, Label Studio's JSON export, results of Turkle or Mechanical Turk (CSV), Appen's full \
        report (CSV)."
    )]
    Answers(Answers),
    /// Write training data from settled corrections.
    #[command(after_help = "Example: second-ear dataset calls --out dataset/ --format hf,nemo")]
    Dataset(Dataset),
    /// List, extend and test the lexicon of regional words.
    #[command(subcommand)]
    Lexicon(lexicon::Lexicon),
    /// Human-in-the-loop rates and everything behind them.
    #[command(
        after_help = "Examples: second-ear report calls --html report.html\n          second-ear report calls --json --csv clips.csv > report.json"
    )]
    Report(Report),
    /// Word error rate of the model on audio with reference transcripts.
    #[command(
        after_help = "Example: second-ear evaluate clips.jsonl --model base --out rows.jsonl\n\nManifest rows: audio \
        (path), text, and optionally language, speaker, region, start and end in seconds."
    )]
    Evaluate(Evaluate),
    /// Fit the confidence score to a workspace's own answers, or anew on rows that `evaluate` wrote.
    #[command(
        after_help = "Examples: second-ear calibrate calls\n          second-ear calibrate --rows rows.jsonl --out \
        calibration.json\n\nThe first writes calibration.json into the workspace, which the next run uses; it is \
        refused (exit code 1) where the answers are too few, or do no better than the calibration in use."
    )]
    Calibrate(Calibrate),
    /// Train the model further on settled corrections; it is used only if it measures better.
    #[command(
        after_help = "Examples: second-ear adapt calls --dry-run\n          second-ear adapt calls --then-run\n\nExit \
        code 0 also when the old model stays: --json says `verdict`. Ctrl-C or a crash cost at most an epoch."
    )]
    Adapt(adapt::Adapt),
    /// What a promise about accepted drafts would cost: audits, audio, people's hours.
    #[command(
        after_help = "Example: second-ear plan calls --target-risk 0.05 --confidence 0.9 --measure wer\n\nWithout \
        options, what routing.target_risk in the settings asks for."
    )]
    Plan(Plan),
    /// List, fetch, check and convert models.
    #[command(subcommand)]
    Model(Model),
}

/// A workspace, and whether a machine reads the output.
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
    /// The folder to make.
    pub dir: PathBuf,
    /// Spoken language (fr, en, ...), or auto to let the model say, clip by clip.
    #[arg(long, value_parser = language)]
    pub language: LanguageChoice,
    /// A registered model's name, or the path of a ggml file.
    #[arg(long, default_value = "base")]
    pub model: String,
}

/// Arguments of `ingest`.
#[derive(Debug, Args)]
pub struct Ingest {
    /// The workspace.
    pub dir: PathBuf,
    /// Audio files, folders (searched to the bottom), .csv or .jsonl manifests.
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The workspace.
    pub dir: PathBuf,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Threads that transcribe (0: one a core); overrides the settings.
    #[arg(long)]
    pub workers: Option<usize>,
    /// Test what is promised anew (routing.target_risk), on all audits or on those since an alarm.
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
    /// Folder for one file a recording (JSONL: one file); JSONL alone goes to stdout without it.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Arguments of `tasks`.
#[derive(Debug, Args)]
pub struct Tasks {
    /// The workspace.
    pub dir: PathBuf,
    /// Folder to write to.
    #[arg(long)]
    pub out: PathBuf,
    /// One or several formats.
    #[arg(long, value_parser = task_format(), value_delimiter = ',', default_value = "html")]
    pub format: Vec<bundle::Format>,
    /// Clips in one file; overrides the settings.
    #[arg(long)]
    pub clips_per_file: Option<usize>,
    /// Write so many files at most: the most urgent clips go out.
    #[arg(long)]
    pub files: Option<usize>,
    /// Answers wanted for each clip; overrides the settings.
    #[arg(long)]
    pub validators: Option<u32>,
    /// Leave out clips that are in a task file already.
    #[arg(long)]
    pub only_new: bool,
    /// Only clips on which people disagree, with what they wrote, for somebody who decides.
    #[arg(long, conflicts_with = "only_new")]
    pub adjudicate: bool,
    /// Leave out clips that this validator has answered.
    #[arg(long = "for", value_name = "VALIDATOR")]
    pub validator: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `answers`.
#[derive(Debug, Args)]
pub struct Answers {
    /// The workspace.
    pub dir: PathBuf,
    /// Answer files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The texts are known to be right (rows with clip and text): gold clips, which check people in
    /// later task files and never become training data.
    #[arg(long)]
    pub gold: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `dataset`.
#[derive(Debug, Args)]
pub struct Dataset {
    /// The workspace.
    pub dir: PathBuf,
    /// Folder to write to: the dataset itself, or a sub-folder each with several formats.
    #[arg(long)]
    pub out: PathBuf,
    /// One or several formats.
    #[arg(long, value_parser = dataset_format(), value_delimiter = ',', default_value = "hf")]
    pub format: Vec<dataset::Format>,
    /// Add accepted drafts, marked `auto`.
    #[arg(long)]
    pub with_auto: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// The workspace.
    pub dir: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Write the report as a page, too.
    #[arg(long, value_name = "PATH")]
    pub html: Option<PathBuf>,
    /// Write one row a clip, too: all that the rates are made of (FORMATS.md).
    #[arg(long, value_name = "PATH")]
    pub csv: Option<PathBuf>,
}

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// JSONL manifests with reference transcripts.
    #[arg(required = true)]
    pub manifests: Vec<PathBuf>,
    /// A registered model's name, or the path of a ggml file.
    #[arg(long, default_value = "base")]
    pub model: String,
    /// Language of rows that name none.
    #[arg(long, value_parser = language, default_value = "fr")]
    pub language: LanguageChoice,
    /// Decode with the full 30 s window instead of the default policy.
    #[arg(long)]
    pub full_window: bool,
    /// How the model's matrices are held: file, bf16, or int8 (by CTranslate2, in a program built with it)
    /// [default: what is fastest on this machine].
    #[arg(long)]
    pub weights: Option<Weights>,
    /// Which clips are decoded a second time for their score: never, doubtful, always. Rows for
    /// `calibrate` need `always`.
    #[arg(long, default_value = "never")]
    pub second_look: SecondLook,
    /// Threads that transcribe (0: one a core).
    #[arg(long, default_value_t = 0)]
    pub workers: usize,
    /// Write a row a clip: reference, hypothesis, errors, features.
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `calibrate`.
#[derive(Debug, Args)]
pub struct Calibrate {
    /// The workspace.
    #[arg(required_unless_present = "rows", conflicts_with = "rows")]
    pub dir: Option<PathBuf>,
    /// Rows that `evaluate --second-look always --out` wrote.
    #[arg(long, num_args = 1.., requires = "out")]
    pub rows: Vec<PathBuf>,
    /// The calibration file to write, of rows.
    #[arg(long, requires = "rows")]
    pub out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// A value that is one of `values`, and then what its text stands for.
fn one_of<F>(
    values: impl IntoIterator<Item = (&'static str, &'static str)>,
) -> impl TypedValueParser<Value = F>
where
    F: std::str::FromStr<Err = String> + Clone + Send + Sync + 'static,
{
    let values = values.into_iter().map(|(code, about)| PossibleValue::new(code).help(about));
    PossibleValuesParser::new(values).try_map(|code| code.parse::<F>())
}

fn task_format() -> impl TypedValueParser<Value = bundle::Format> {
    one_of(bundle::Format::ALL.map(|f| (f.code(), f.about())))
}

fn transcript_format() -> impl TypedValueParser<Value = TranscriptFormat> {
    one_of(TranscriptFormat::ALL.map(|f| (f.name(), f.about())))
}

fn dataset_format() -> impl TypedValueParser<Value = dataset::Format> {
    one_of(dataset::Format::ALL.map(|f| (f.code(), f.about())))
}

fn language(s: &str) -> Result<LanguageChoice, String> {
    LanguageChoice::try_from(s.to_string())
}
