//! `drafts`: what other engines wrote. In: arguments. Out: lists and remarks.

use anyhow::Result;

use super::{all_failures, print, print_json};
use crate::cli::{self, DraftsAction};
use crate::exit::Exit;
use crate::pipeline::workspace::Workspace;
use crate::pipeline::{drafts, settle};
use crate::views::progress::Console;

/// Lists engines, imports what one wrote, or takes it out.
pub fn dispatch(args: cli::Drafts, console: Console) -> Result<Exit> {
    let dir = &args.dir;
    match args.what {
        None => {
            let rows = drafts::list(&Workspace::read(dir)?)?;
            match args.json {
                true => print_json(&rows)?,
                false => print(&drafts::text(&rows))?,
            }
            Ok(Exit::Done)
        }
        Some(DraftsAction::Import { files, engine }) => {
            let import = |ws: &mut Workspace| drafts::import(ws, &engine, &files);
            let (done, workspace) = settle::change(dir, &files, import)?;
            if args.json {
                print_json(&done)?;
            }
            done.sentences().into_iter().for_each(|said| console.say(said));
            let named = &workspace.config.decode.engine;
            let all = match named.is_empty() {
                true => engine.to_string(),
                false => format!("{named}, {engine}"),
            };
            let next = match named.contains(&engine) {
                true => format!("Next: second-ear run {}", dir.display()),
                false => format!(
                    "To use them: engine = \"{all}\" under [decode] in {}/second-ear.toml, then second-ear run {}",
                    dir.display(),
                    dir.display()
                ),
            };
            console.say(next);
            Ok(all_failures(&done.failed, console))
        }
        Some(DraftsAction::Remove { engine }) => {
            let remove = |ws: &mut Workspace| drafts::remove(ws, &engine);
            let (texts, _) = settle::change(dir, &[], remove)?;
            if args.json {
                print_json(&serde_json::json!({ "engine": engine, "texts": texts }))?;
            }
            console.say(format!("{texts} texts of {engine} were taken out."));
            Ok(Exit::Done)
        }
    }
}
