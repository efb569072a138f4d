//! `study`: writes the tables, says how much is in them and what is left out.

use anyhow::Result;

use super::print_json;
use crate::cli;
use crate::exit::Exit;
use crate::pipeline::study::{self, StudyOptions};
use crate::pipeline::workspace::Workspace;
use crate::views::progress::Console;

/// Writes a study.
pub fn study(args: cli::Study, console: Console) -> Result<Exit> {
    let workspace = Workspace::read(&args.dir)?;
    let options = StudyOptions { format: args.format, names: args.names, out: args.out.clone() };
    let done = study::write(&workspace, &options, console)?;
    if args.json {
        print_json(&done.study)?;
    }
    let rows: u64 = done.study.tables.values().sum();
    console.say(format!(
        "{} tables with {rows} rows in {}; codebook.md says what every column means.",
        done.study.tables.len(),
        args.out.display()
    ));
    if done.study.withheld > 0 {
        console.say(format!(
            "Texts of {} clips with personal data or offensive content are left out.",
            done.study.withheld
        ));
    }
    done.without_consent.say(console.lang.phrase("aside.study"), console);
    Ok(Exit::Done)
}
