//! `lexicon test`: one sentence explained, or a file of sentences of known region measured.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::lexicon;
use crate::domain::{LanguageChoice, Region};
use crate::pipeline::workspace::Workspace;
use crate::routing::lexicon::explain::{self, Explained};
use crate::routing::lexicon::proof::{Score, mistakes, scores, sentences, table};
use crate::tables;

/// What the workspace's lexicon makes of a sentence, which is in the language of the declared region, else in
/// that of the workspace.
pub fn explain(workspace: &Workspace, text: &str, declared: Option<&Region>) -> Result<Explained> {
    let own = match &workspace.config.language {
        LanguageChoice::Fixed(language) => Some(language.clone()),
        LanguageChoice::Auto => None,
    };
    let language = declared.and_then(|region| region.language().parse().ok()).or(own);
    Ok(explain::explain(&lexicon(workspace)?, text, language.as_ref(), declared))
}

/// Precision and recall on a file of sentences.
#[derive(Debug, Serialize)]
pub struct Proof {
    /// The table's rows.
    pub scores: Vec<Score>,
    /// The sentences that the evidence gets wrong.
    pub mistakes: Vec<String>,
}

/// Measures the workspace's lexicon.
pub fn prove(workspace: &Workspace, file: &Path) -> Result<Proof> {
    let sentences = sentences(&file.to_string_lossy(), &tables::read(file)?)?;
    let lexicon = lexicon(workspace)?;
    Ok(Proof { scores: scores(&lexicon, &sentences), mistakes: mistakes(&lexicon, &sentences) })
}

impl Proof {
    /// As text: the table, then what went wrong.
    pub fn text(&self) -> String {
        let mistakes: String = self.mistakes.iter().map(|m| format!("- {m}\n")).collect();
        format!("{}\nSentences that the evidence gets wrong:\n{mistakes}", table(&self.scores))
    }
}
