//! Scores of a workspace's drafts: the calibration in use, the models that it is for, the lexicon.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::lexicon;
use super::workspace::Workspace;
use crate::domain::{
    Features, Hypothesis, Probability, Region, RoutingSettings, Scoring, hex_digest, tokens_by_word,
};
use crate::hypotheses::calibrate::{Calibration, NoScore};
use crate::hypotheses::features;
use crate::hypotheses::second::{self, Judge, Regional};
use crate::routing::lexicon::Lexicon;

/// What `calibrate` writes into a workspace.
pub const OWN_FILE: &str = "calibration.json";

/// Scores drafts.
pub struct Scorer {
    /// The calibration in use.
    pub calibration: Arc<Calibration>,
    /// Whether a word belongs to the lexicon.
    pub regional: Regional,
    /// The lexicon in use: it takes a while to make, so it is made once.
    pub lexicon: Arc<Lexicon>,
    /// Model digests, and the one whose calibration serves for each: the same weights in another
    /// container.
    aliases: Vec<(String, String)>,
}

impl Scorer {
    /// Of a workspace as it is now.
    pub fn of(workspace: &Workspace) -> Result<Self> {
        let lexicon = Arc::new(lexicon::lexicon(workspace)?);
        Ok(Self {
            calibration: Arc::new(calibration(workspace)?),
            regional: regional(Arc::clone(&lexicon)),
            lexicon,
            aliases: workspace.store.metas(ALIAS)?,
        })
    }

    /// The same, less what a workspace's own answers made of another model's scores.
    pub fn without_adjustment(self) -> Self {
        let calibration = Calibration { adjustment: None, ..(*self.calibration).clone() };
        Self { calibration: Arc::new(calibration), ..self }
    }

    /// The model whose calibration serves for `model`.
    pub fn scored_as<'a>(&'a self, model: &'a str) -> &'a str {
        self.aliases.iter().find(|(from, _)| from == model).map_or(model, |(_, to)| to)
    }

    /// Whether hypotheses of this model and policy can be scored.
    pub fn fits(&self, model: &str, policy: &str) -> Result<(), NoScore> {
        self.calibration.fits(self.scored_as(model), policy)
    }

    /// What decides on second passes at drafts of this model and policy, as routing will score them.
    pub fn judge(&self, routing: &RoutingSettings, model: &str, policy: &str) -> Judge {
        let calibration = self.fits(model, policy).ok().map(|()| self.calibration.clone());
        Judge {
            when: routing.second_pass,
            doubtful: second::doubtful(routing),
            calibration,
            regional: self.regional.clone(),
        }
    }

    /// Names everything that a score depends on beside the draft and its region: where it is the same, a
    /// score need not be worked out again.
    pub fn digest(&self) -> Result<String> {
        let parts = [
            env!("CARGO_PKG_VERSION").to_string(),
            self.calibration.to_json()?,
            lexicon::text(&self.lexicon),
            format!("{:?}", self.aliases),
        ];
        Ok(hex_digest(parts.join("\n").as_bytes())[..16].to_string())
    }

    /// What decisions note of it.
    pub fn scoring(&self, workspace: &Workspace) -> Result<Scoring> {
        Ok(Scoring {
            digest: self.digest()?,
            program: env!("CARGO_PKG_VERSION").into(),
            calibration: hex_digest(calibration_text(workspace)?.as_bytes()),
            lexicon: hex_digest(lexicon::text(&self.lexicon).as_bytes()),
        })
    }

    /// The features of a draft.
    pub fn features(&self, h: &Hypothesis) -> Features {
        features::features(h, &*self.regional)
    }

    /// P(no word error) and the expected word error rate; `None` where the calibration does not fit, or was not fitted
    /// on the draft's language.
    pub fn score(&self, h: &Hypothesis, region: Option<&Region>) -> Option<(Probability, f64)> {
        let model = self.scored_as(&h.model);
        self.calibration.fits(model, &h.policy).ok()?;
        if !self.calibration.covers(&h.language) {
            return None;
        }
        let features = self.features(h);
        let score = self.calibration.score(&features, model, &h.policy, region).ok()?;
        Some((score, self.calibration.expected_wer(&features, model, &h.policy, region)?))
    }

    /// P(wrong) of each word of a draft; `None` without a fit for words.
    pub fn words_wrong(&self, h: &Hypothesis) -> Option<Vec<Option<Probability>>> {
        let covered = self.calibration.covers(&h.language).then_some(&self.calibration)?;
        covered.words_wrong(h, self.scored_as(&h.model), &*self.regional)
    }

    /// The words of a draft that are more likely wrong than right: places in
    /// [`crate::tasks::page::words`]. Without a fit for words, those under half the probability.
    pub fn doubtful_words(&self, h: &Hypothesis) -> Vec<usize> {
        const HALF: f64 = 0.5;
        let doubtful: Vec<bool> = match self.words_wrong(h) {
            Some(wrong) => wrong.iter().map(|p| p.is_some_and(|p| p.get() > HALF)).collect(),
            None => tokens_by_word(&h.tokens)
                .iter()
                .map(|word| word.iter().any(|t| features::is_spoken(t) && t.p.get() < HALF))
                .collect(),
        };
        (0..doubtful.len()).filter(|&n| doubtful[n]).collect()
    }
}

const ALIAS: &str = "calibrated as ";

/// Remembers that drafts of `model` are scored by the calibration of another container of its weights.
pub fn remember(workspace: &mut Workspace, model: &str, scored_as: &str) -> Result<()> {
    let key = format!("{ALIAS}{model}");
    if model != scored_as && workspace.store.meta(&key)?.as_deref() != Some(scored_as) {
        workspace.store.set_meta(&key, scored_as)?;
    }
    Ok(())
}

/// Whether a word belongs to a lexicon.
pub fn regional(lexicon: Arc<Lexicon>) -> Regional {
    Arc::new(move |word| !lexicon.hits(word).is_empty())
}

/// Where `calibrate` writes: one file per round, because what was fitted to one model's scores says nothing
/// about another's.
pub fn own_path(workspace: &Workspace) -> Result<PathBuf> {
    Ok(round_path(workspace, workspace.round()?))
}

/// The calibration file of a round.
pub fn round_path(workspace: &Workspace, round: u32) -> PathBuf {
    workspace.dir.join(match round {
        0 => OWN_FILE.to_string(),
        n => format!("calibration-round-{n}.json"),
    })
}

/// Where the calibration in use lies; `None`: it is the one that ships.
pub fn calibration_path(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let named = workspace.config.calibration.trim();
    let own = own_path(workspace)?;
    Ok(match named.is_empty() {
        true => own.exists().then_some(own),
        false => Some(workspace.dir.join(named)),
    })
}

/// The text of the calibration file in use.
pub fn calibration_text(workspace: &Workspace) -> Result<String> {
    match calibration_path(workspace)? {
        None => Ok(Calibration::shipped_text(&workspace.config.decode.id())?.to_string()),
        Some(path) => std::fs::read_to_string(&path)
            .with_context(|| format!("read the calibration {}", path.display())),
    }
}

/// The calibration that the settings name, or the workspace's own, or the one that ships.
pub fn calibration(workspace: &Workspace) -> Result<Calibration> {
    let Some(path) = calibration_path(workspace)? else {
        return Calibration::shipped(&workspace.config.decode.id());
    };
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("read the calibration {}", path.display()))?;
    Calibration::parse(&text).with_context(|| path.display().to_string())
}
