//! `dataset`: training data. In: arguments. Out: what was written and what was left out. Left to others: writing it
//! (pipeline).

use anyhow::Result;

use super::{failures, print_json};
use crate::cli;
use crate::exit::Exit;
use crate::pipeline::dataset;
use crate::pipeline::workspace::Workspace;
use crate::views::numbers::clock;
use crate::views::progress::Console;

/// Writes the dataset and says what is in it and what is not.
pub fn run(args: cli::Dataset, console: Console) -> Result<Exit> {
    let workspace = Workspace::read(&args.dir)?;
    let options = dataset::DatasetOptions {
        formats: args.format,
        codec: args.audio,
        shard_bytes: args.shard_size * 1_000_000,
        with_auto: args.with_auto,
        names: args.names,
        filters: dataset::Filters {
            licences: args.licence,
            languages: args.language,
            min_agreement: args.min_agreement,
        },
        out: args.out.clone(),
    };
    let done = dataset::write(&workspace, &options, console)?;
    if args.json {
        print_json(&done)?;
    }
    console.say(format!(
        "{} clips ({}) in {}: {} train, {} dev, {} test.",
        done.clips,
        clock(done.seconds),
        args.out.display(),
        done.train,
        done.dev,
        done.test
    ));
    if !done.left_out.is_empty() {
        let kinds = done.left_out.iter().map(|(why, n)| format!("{n} {why}"));
        console.say(format!("Clips left out: {}.", kinds.collect::<Vec<_>>().join(", ")));
    }
    done.without_consent.say(console.lang.phrase("aside.dataset"), console);
    Ok(failures(&done.failed, console))
}
