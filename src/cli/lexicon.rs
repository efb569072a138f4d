//! The `lexicon` commands' arguments.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Json;
use crate::domain::Region;
use crate::routing::lexicon::Kind;

/// The `lexicon` commands.
#[derive(Debug, Subcommand)]
pub enum Lexicon {
    /// List the regional words in use, and what validators added to them.
    #[command(
        after_help = "Examples: second-ear lexicon list calls --region fr-CA-QC --kind idiom\n          \
        second-ear lexicon list calls --json"
    )]
    List(List),
    /// Add a word or set phrase to the workspace's own lexicon.
    #[command(
        after_help = "Example: second-ear lexicon add calls barguiner --region fr-CA-QC,fr-CA-ACAD \
        --meaning \"discuter le prix\" --pattern '\\bbarguin(?:er|e|é)\\b'\n\nIt applies from the next run."
    )]
    Add(Add),
    /// Add the rows of a file to the workspace's own lexicon; every rejected row is named with its reason.
    #[command(
        after_help = "Example: second-ear lexicon import calls words.tsv\n\nLayouts: a lexicon (term, kind, regions, \
        ambiguity, ...) or an inventory (term, variants, kind, regions, meaning_fr, ...); see FORMATS.md."
    )]
    Import(Import),
    /// Show what the lexicon finds in a sentence, or its precision and recall on a file of sentences.
    #[command(
        after_help = "Examples: second-ear lexicon test calls \"Il fait frette à matin.\"\n          \
        second-ear lexicon test calls --file sentences.tsv"
    )]
    Test(Test),
    /// Suggest words and phrases of the settled texts that stand out in a region, or that the model does not write.
    #[command(
        after_help = "Examples: second-ear lexicon suggest calls\n          second-ear lexicon suggest calls --review\n\n\
        --review asks for each: y takes it into the workspace's own lexicon, n leaves it, q ends. It applies from the next \
        run."
    )]
    Suggest(Suggest),
    /// List the region codes in use, with Common Voice's accent and variant for each.
    #[command(after_help = "Example: second-ear lexicon regions calls --json")]
    Regions(Json),
}

/// Words or idioms.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Sort {
    /// A regional word.
    Word,
    /// A set phrase.
    Idiom,
}

impl From<Sort> for Kind {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Word => Kind::Word,
            Sort::Idiom => Kind::Idiom,
        }
    }
}

/// Arguments of `lexicon list`.
#[derive(Debug, Args)]
pub struct List {
    /// The workspace.
    pub dir: PathBuf,
    /// Only entries of this region, of regions within it, and of regions that contain it.
    #[arg(long)]
    pub region: Option<Region>,
    /// Only words or only idioms.
    #[arg(long, value_enum)]
    pub kind: Option<Sort>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `lexicon add`.
#[derive(Debug, Args)]
pub struct Add {
    /// The workspace.
    pub dir: PathBuf,
    /// The word or phrase.
    pub term: String,
    /// Region codes where it is used, joined by commas.
    #[arg(long, required = true, value_delimiter = ',')]
    pub region: Vec<Region>,
    /// Word or idiom; by default, idiom when the term has a space.
    #[arg(long, value_enum)]
    pub kind: Option<Sort>,
    /// 0: regional wherever it occurs; 1: also used elsewhere; 2: counts only beside other evidence.
    #[arg(long, default_value = "0")]
    pub ambiguity: String,
    /// A regular expression on lower-cased text; by default the term itself.
    #[arg(long, default_value = "")]
    pub pattern: String,
    /// What it means.
    #[arg(long, default_value = "")]
    pub meaning: String,
    /// Standard words for it.
    #[arg(long, default_value = "")]
    pub standard: String,
    /// Replace a row of that term in the workspace's own lexicon.
    #[arg(long)]
    pub replace: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `lexicon import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The workspace.
    pub dir: PathBuf,
    /// A tab-separated file.
    pub file: PathBuf,
    /// Replace rows of the same terms in the workspace's own lexicon.
    #[arg(long)]
    pub replace: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `lexicon suggest`.
#[derive(Debug, Args)]
pub struct Suggest {
    /// The workspace.
    pub dir: PathBuf,
    /// Ask for each whether the lexicon should have it: one key, y or n.
    #[arg(long, conflicts_with_all = ["accept", "json"])]
    pub review: bool,
    /// Take these of the candidates into the workspace's own lexicon, joined by commas.
    #[arg(long, value_name = "TERM", value_delimiter = ',')]
    pub accept: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `lexicon test`.
#[derive(Debug, Args)]
pub struct Test {
    /// The workspace.
    pub dir: PathBuf,
    /// The sentence.
    #[arg(required_unless_present = "file")]
    pub sentence: Option<String>,
    /// The speaker's declared region.
    #[arg(long, conflicts_with = "file")]
    pub region: Option<Region>,
    /// Sentences of known region (part, regions, sentence; tab-separated): prints precision and recall.
    #[arg(long, conflicts_with = "sentence")]
    pub file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
