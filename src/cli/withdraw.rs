//! Arguments of the commands for people who want to know what is held about them, or to leave: `forget`, `subject`.

use std::path::PathBuf;

use clap::Args;

use crate::domain::Target;

/// Arguments of `forget`.
#[derive(Debug, Args)]
pub struct Forget {
    /// The workspace.
    pub dir: PathBuf,
    /// What leaves.
    #[command(flatten)]
    pub whom: Whom,
    /// Show what would go, and what cannot be reached, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask.
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What leaves: one of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Whom {
    /// A speaker, by the name in the manifests.
    #[arg(long, value_name = "NAME")]
    speaker: Option<String>,
    /// A recording, by its path or id; all channels of the file.
    #[arg(long, value_name = "PATH_OR_ID")]
    recording: Option<String>,
    /// A validator: answers, votes and names.
    #[arg(long, value_name = "NAME")]
    validator: Option<String>,
    /// One clip, by its id.
    #[arg(long, value_name = "ID")]
    clip: Option<String>,
    /// Finish a withdrawal that was cut short.
    #[arg(long)]
    resume: bool,
}

impl Whom {
    /// What was named; `None`: only what was cut short is to be finished.
    pub fn target(self) -> Option<Target> {
        let speaker = self.speaker.map(Target::Speaker);
        let recording = || self.recording.map(Target::Recording);
        let validator = || self.validator.map(Target::Validator);
        speaker.or_else(recording).or_else(validator).or_else(|| self.clip.map(Target::Clip))
    }
}

/// Arguments of `subject`.
#[derive(Debug, Args)]
pub struct Subject {
    /// The workspace.
    pub dir: PathBuf,
    /// Who asks.
    #[command(flatten)]
    pub who: Who,
    /// A new folder to write to.
    #[arg(long)]
    pub out: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Who asks: one of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Who {
    /// A speaker, by the name in the manifests.
    #[arg(long, value_name = "NAME")]
    speaker: Option<String>,
    /// A validator.
    #[arg(long, value_name = "NAME")]
    validator: Option<String>,
}

impl Who {
    /// Who asks.
    pub fn target(self) -> Target {
        let validator = || Target::Validator(self.validator.unwrap_or_default());
        self.speaker.map(Target::Speaker).unwrap_or_else(validator)
    }
}
