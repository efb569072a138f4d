//! Arguments of `people`: who has what, what is due, what somebody says against it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::numbers;
use crate::domain::{AppealOutcome, Contested, PageLanguage};

/// What `--help` adds.
pub const AFTER_HELP: &str = "Examples: second-ear people calls\n          second-ear people calls --remind --silent-for 5\n          \
    second-ear people calls pay\n          second-ear people calls appeal\n\nNames stand as they were typed: \
    keep what it prints to those who lead the team.";

/// Arguments of `people`.
#[derive(Debug, Args)]
pub struct People {
    /// The workspace.
    pub dir: PathBuf,
    /// List those who have clips and are silent, with their batches.
    #[arg(long)]
    pub remind: bool,
    /// For how many days.
    #[arg(long, value_name = "DAYS", default_value_t = 3, value_parser = numbers::within(0_i64, 10_000))]
    pub silent_for: i64,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do; without it, a line per person is printed.
    #[command(subcommand)]
    pub what: Option<PeopleAction>,
}

/// What `people` can do beside listing.
#[derive(Debug, Subcommand)]
pub enum PeopleAction {
    /// List what each person earned, was paid and is due, by month; or note payments.
    #[command(
        after_help = "Examples: second-ear people calls pay\n          second-ear people calls pay --to ana --amount 42.50 \
        --on 2026-11-30 --note November\n          second-ear people calls pay payments.csv\n\nThe file has the columns \
        name, amount, paid_on and, if you like, note. The same payment is noted once."
    )]
    Pay(Pay),
    /// Write a person's work statement: clips, active time, pay, checks, batch by batch, as a page for print and as JSON.
    #[command(
        after_help = "Example: second-ear people calls statement --of ana --out statements/\n\nThe task page offers its reader \
        the same account of its own batch, with the same digest."
    )]
    Statement {
        /// Whose.
        #[arg(long, value_name = "NAME")]
        of: String,
        /// Folder to write to; without it, JSON is printed.
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
    /// Print what is noted about those who work, what is decided with it, and what they can do; or write it as a page.
    #[command(
        after_help = "Examples: second-ear people calls notice\n          second-ear people calls notice --languages fr,en --out \
        notice.html\n\nIt follows the settings in force, and stands on the start screen of every task page."
    )]
    Notice {
        /// Languages of the task page; without it, tasks.interface of the settings.
        #[arg(long, value_name = "LANGUAGE", value_delimiter = ',')]
        languages: Vec<PageLanguage>,
        /// An HTML file to write, for a link or for print.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// List appeals against flags and weights; note one, or what somebody decided on it.
    #[command(
        after_help = "Examples: second-ear people calls appeal\n          second-ear people calls appeal --of ana --about fast \
        --says \"I knew these clips\"\n          second-ear people calls appeal --decide 1 --outcome lifted --by Eva \
        --answer \"You are right\"\n\nA flag that is lifted is not shown any more; a weight that is lifted is 1, as \
        anybody's, and texts are voted on anew."
    )]
    Appeal(Appeal),
    /// Make links to the server: one per person, for a study on a crowd platform, or for whoever leads.
    #[command(
        after_help = "Examples: second-ear people calls add ana,ben --link\n          second-ear people calls add --lead\n          \
        second-ear people calls add --study autumn\n\nEach link is printed once: only a hash of it is kept. Send it to nobody \
        else; `people DIR revoke NAME` makes it open nothing. Where links begin says serve.public_address in the settings."
    )]
    Add(Add),
    /// List the links: whose, since when, whether they open something.
    Links,
    /// Make the links of a person, or of a study, open nothing any more.
    #[command(after_help = "Example: second-ear people calls revoke ana")]
    Revoke {
        /// Whose; with --lead nobody's.
        #[arg(required_unless_present = "lead", default_value = "", hide_default_value = true)]
        name: String,
        /// The links of those who lead.
        #[arg(long, conflicts_with = "name")]
        lead: bool,
    },
    /// Read a crowd platform's list of submissions: what was returned or timed out is free for others.
    #[command(
        after_help = "Example: second-ear people calls submissions prolific_export.csv\n\nRead are the columns \"Submission id\" \
        and \"Status\" (RETURNED, TIMED-OUT); nothing follows from any other status."
    )]
    Submissions {
        /// The list, as Prolific exports it (CSV).
        file: PathBuf,
    },
    /// Say whose completion code this is, and of which batch.
    #[command(after_help = "Example: second-ear people calls code 3FA90C12B7")]
    Code {
        /// The code, as the page showed it.
        code: String,
    },
}

/// Arguments of `people DIR add`.
#[derive(Debug, Args)]
pub struct Add {
    /// Who: names, or a CSV file with a column `name`.
    #[arg(value_name = "NAME", value_delimiter = ',', requires = "link", required_unless_present_any = ["lead", "study"])]
    pub names: Vec<String>,
    /// Make a link for each of them.
    #[arg(long, requires = "names")]
    pub link: bool,
    /// Make a link to the page that shows how it goes, with everybody's name.
    #[arg(long, conflicts_with_all = ["names", "study"])]
    pub lead: bool,
    /// Make a link for whoever Prolific sends; the address that is printed goes into the study there.
    #[arg(long, value_name = "NAME", conflicts_with = "names")]
    pub study: Option<String>,
    /// Who has a link gets another one; the old one opens nothing from then on.
    #[arg(long)]
    pub again: bool,
}

/// Arguments of `people DIR pay`.
#[derive(Debug, Args)]
pub struct Pay {
    /// A table of payments to note.
    #[arg(conflicts_with_all = ["to", "amount", "on", "note"])]
    pub file: Option<PathBuf>,
    /// To whom something was paid.
    #[arg(long, value_name = "NAME", requires = "amount")]
    pub to: Option<String>,
    /// How much, in the currency of the settings; negative: a correction.
    #[arg(long, requires = "to", allow_negative_numbers = true, value_parser = numbers::within(-1e9, 1e9))]
    pub amount: Option<f64>,
    /// On which day (2026-11-30); without it, today.
    #[arg(long, value_name = "DAY", requires = "to")]
    pub on: Option<String>,
    /// What tells it from another payment of that day and amount.
    #[arg(long, default_value = "", hide_default_value = true, requires = "to")]
    pub note: String,
}

/// Arguments of `people DIR appeal`.
#[derive(Debug, Args)]
pub struct Appeal {
    /// Whose appeal to note.
    #[arg(long, value_name = "NAME", requires = "about", conflicts_with = "decide")]
    pub of: Option<String>,
    /// Against what: the code of a flag, or weight.
    #[arg(long, value_name = "FLAG", requires = "of")]
    pub about: Option<Contested>,
    /// What they say.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        requires = "of"
    )]
    pub says: String,
    /// The number of the appeal that was decided on.
    #[arg(long, value_name = "NUMBER", requires_all = ["outcome", "by", "answer"], value_parser = numbers::within(1_u32, u32::MAX))]
    pub decide: Option<u32>,
    /// What was decided: lifted or kept.
    #[arg(long, requires = "decide")]
    pub outcome: Option<AppealOutcome>,
    /// Who decided: a person.
    #[arg(long, value_name = "NAME", requires = "decide")]
    pub by: Option<String>,
    /// What the person was told.
    #[arg(long, value_name = "TEXT", requires = "decide")]
    pub answer: Option<String>,
}
