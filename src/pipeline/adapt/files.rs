//! The files of a round: what it leaves on its way, and the model that it makes. In: a workspace's folder. Out: paths.
//! Left to others: their content.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::pipeline::passing;

/// Where a round works, and promoted models are.
#[derive(Clone, Debug)]
pub struct RoundFiles {
    workspace: PathBuf,
    folder: PathBuf,
}

impl RoundFiles {
    /// Makes the folder, if it is not there.
    pub fn of(workspace: &Path) -> Result<Self> {
        let folder = workspace.join("models");
        std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
        Ok(Self { workspace: workspace.to_path_buf(), folder })
    }

    /// The model with this share of the new weights.
    pub fn candidate(&self, share: f64) -> PathBuf {
        self.folder.join(format!("candidate-{share:.2}.bin"))
    }

    /// The model of one part of the cross-validation.
    pub fn fold_candidate(&self) -> PathBuf {
        self.folder.join("candidate-fold.bin")
    }

    /// What one part of the cross-validation gave.
    pub fn fold(&self, lesson: &str) -> PathBuf {
        self.folder.join(format!("fold-{lesson}.json"))
    }

    /// Where training `n` of `all`, from 0, leaves what it goes on from.
    pub fn checkpoint(&self, lesson: &str, n: usize, all: usize) -> PathBuf {
        self.folder.join(match all {
            1 => format!("{lesson}.safetensors"),
            all => format!("{lesson}-{}-of-{all}.safetensors", n + 1),
        })
    }

    /// Gives a candidate the name of a round's model; the name, from the workspace.
    pub fn promote(&self, candidate: &Path, round: u32, model: &str) -> Result<PathBuf> {
        let file = PathBuf::from("models").join(format!("round-{round}-{}.bin", &model[..8]));
        std::fs::rename(candidate, self.workspace.join(&file))
            .context("name the new model's file")?;
        Ok(file)
    }

    /// Removes what only an unfinished round needs.
    pub fn clean(&self) -> Result<()> {
        passing::clean(&self.folder)
    }
}
