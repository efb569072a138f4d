//! The `model` commands: list, pull, verify, convert.

use anyhow::Result;
use whisper::models::registry::Languages;
use whisper::models::{self, Format, ProgressEvent, Stage, State};

use super::{print, print_json};
use crate::cli::{Model, WeightType};
use crate::exit::Exit;
use crate::pipeline::{rollback, settle};
use crate::views::progress::{Console, Progress, Unit};

/// Does what the command line asks for.
pub fn dispatch(command: Model, console: Console) -> Result<Exit> {
    let folder = models::default_dir();
    let mut bars = Bars { console, stage: None };
    match command {
        Model::List { json } => list(json, &mut bars),
        Model::Pull { name } => {
            let path = models::pull(&name, &folder, None, &mut |e| bars.show(e))?;
            drop(bars);
            console.say(format!("{name}: {} (checksum verified)", path.display()));
            Ok(Exit::Done)
        }
        Model::Verify { model, json } => {
            let file = models::verify(&model, &folder, &mut |e| bars.show(e))?;
            drop(bars);
            match json {
                true => print_json(&file)?,
                false => print(&format!(
                    "{}: {} is right (sha256 {})\n",
                    file.name,
                    file.path.display(),
                    file.sha256
                ))?,
            }
            Ok(Exit::Done)
        }
        Model::Rollback { dir, to, json } => {
            let (done, _) = settle::change(&dir, &[], |ws| rollback::rollback(ws, to))?;
            match json {
                true => print_json(&done)?,
                false => console.say(format!(
                    "Round {} is in use instead of round {}{}. Next: second-ear run {}",
                    done.to,
                    done.from,
                    if done.to == 0 { " (0: the settings' model)" } else { "" },
                    dir.display()
                )),
            }
            Ok(Exit::Done)
        }
        Model::Convert { source, out, kind } => {
            let show = &mut |e| bars.show(e);
            let (file, sum) = match kind {
                WeightType::F16 => {
                    (out.clone(), models::convert(&source, &out, Format::F16, show)?)
                }
                WeightType::Q8_0 => {
                    (out.clone(), models::convert(&source, &out, Format::Q8_0, show)?)
                }
                WeightType::Hf => {
                    let model = source.to_string_lossy();
                    let sum = models::export_hf(&model, &folder, &out, show)?;
                    (out.join("model.safetensors"), sum)
                }
            };
            drop(bars);
            console.say(format!("Written to {} (sha256 {sum}).", file.display()));
            Ok(Exit::Done)
        }
    }
}

fn list(json: bool, bars: &mut Bars) -> Result<Exit> {
    let rows = models::list(&models::default_dir(), &mut |e| bars.show(e))?;
    bars.stage = None;
    if json {
        print_json(&rows)?;
        return Ok(Exit::Done);
    }
    let mut text = format!(
        "{:<20} {:>8}  {:<12} {:>10}  {:<8} {}\n",
        "name", "size", "languages", "parameters", "licence", "here"
    );
    for row in rows {
        let here = match &row.state {
            State::Missing => "no".to_string(),
            State::Verified { .. } => "verified".to_string(),
            State::Refused { why } => format!("refused: {why}"),
        };
        text.push_str(&format!(
            "{:<20} {:>8}  {:<12} {:>10}  {:<8} {here}\n",
            row.name,
            row.size,
            languages(&row.languages),
            row.parameters,
            row.licence
        ));
    }
    print(&text)?;
    Ok(Exit::Done)
}

fn languages(languages: &Languages) -> &'static str {
    match languages {
        Languages::En => "English",
        Languages::Multilingual => "about 100",
    }
}

/// A bar a stage.
struct Bars {
    console: Console,
    stage: Option<(Stage, Progress)>,
}

impl Bars {
    fn show(&mut self, event: ProgressEvent) {
        match event {
            ProgressEvent::Note(note) => match &self.stage {
                Some((_, bar)) if !self.console.quiet => bar.say(note),
                _ => self.console.say(note),
            },
            ProgressEvent::Bytes { stage, done, total } => {
                if self.stage.as_ref().is_none_or(|(current, _)| *current != stage) {
                    let bar =
                        self.console.progress(&stage.to_string(), Unit::Bytes, total.unwrap_or(0));
                    self.stage = Some((stage, bar));
                }
                if let Some((_, bar)) = &self.stage {
                    bar.set(done, total.unwrap_or(done));
                }
            }
        }
    }
}
