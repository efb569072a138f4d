//! `worker`: lends this machine to runs elsewhere. In: arguments. Out: what was done. Left to others: the work.

use anyhow::Result;

use super::print_json;
use crate::cli::nats::Worker;
use crate::exit::Exit;
use crate::pipeline::distributed;
use crate::views::numbers::clock;
use crate::views::progress::Console;

/// Works, and says what was done.
pub fn dispatch(args: Worker, console: Console) -> Result<Exit> {
    let json = args.json;
    let served = distributed::work(&args.resolve()?, console)?;
    if json {
        print_json(&served)?;
    }
    console.say(format!(
        "{} clips transcribed ({}){}.",
        served.clips,
        clock(served.audio_seconds),
        match served.failed {
            0 => String::new(),
            n => format!(", {n} given up"),
        }
    ));
    Ok(Exit::of_failures(served.failed as usize))
}
