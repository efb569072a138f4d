//! Everything that a clip's hypothesis depends on beside its sound: model, decode policy, what decides on
//! second passes, which regional forms are tried. In: a workspace, or the bytes of a setup that a
//! coordinator sent. Out: transcribers that give the same on every machine. Left to others: fetching models.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Error, Result, ensure};
use serde::{Deserialize, Serialize};
use whisper::Engine;
use whisper::models::checksum::ModelDigest;

use super::lexicon;
use super::scores::{self, Scorer};
use super::workspace::Workspace;
use crate::domain::{DecodePolicy, SecondPass, hex_digest};
use crate::hypotheses::calibrate::Calibration;
use crate::hypotheses::scripted;
use crate::hypotheses::second::{self, Judge};
use crate::hypotheses::transcriber::Transcriber;
use crate::hypotheses::variants::Swaps;
use crate::routing::lexicon::Lexicon;
use crate::routing::lexicon::confirmed::Confirmed;

/// What a run's hypotheses depend on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// Version of the program: another one may transcribe otherwise.
    pub program: String,
    /// The model's name, for people.
    pub model_name: String,
    /// SHA-256 of the model file; `scripted` in tests.
    pub model_sha256: String,
    /// How clips are decoded.
    pub policy: DecodePolicy,
    /// Which clips are decoded a second time.
    pub second_pass: SecondPass,
    /// First scores of such clips.
    pub doubtful: Range<f64>,
    /// Scores the first look; absent where none fits the model and policy.
    pub calibration: Option<Calibration>,
    /// Name and text of the team's own lexicon.
    pub lexicon: Option<(String, String)>,
    /// What validators confirmed, without their names.
    pub confirmed: Vec<Confirmed>,
}

impl Setup {
    /// Of a workspace as it is now, for a model file of this name and SHA-256.
    pub fn of(workspace: &Workspace, model_sha256: &str) -> Result<Self> {
        let config = &workspace.config;
        let scorer = Scorer::of(workspace)?;
        let model = model_id(model_sha256);
        let own = scorer.own_for(model, &config.decode.id());
        let mut confirmed = lexicon::mentioned(workspace)?;
        confirmed.retain(|c| c.in_use);
        confirmed.iter_mut().for_each(|c| c.validators.clear());
        Ok(Self {
            program: env!("CARGO_PKG_VERSION").to_string(),
            model_name: config.model.clone(),
            model_sha256: model_sha256.to_string(),
            policy: config.decode.clone(),
            second_pass: config.routing.second_pass,
            doubtful: second::doubtful(&config.routing),
            calibration: own.map(|own| (**own).clone()),
            lexicon: lexicon::own_text(workspace)?,
            confirmed,
        })
    }

    /// As it travels.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec(self)?)
    }

    /// From what travelled.
    ///
    /// # Errors
    /// Not a setup, or one of another version of the program.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Version {
            program: String,
        }
        let Version { program } = serde_json::from_slice(bytes).context("read a run's setup")?;
        let own = env!("CARGO_PKG_VERSION");
        ensure!(
            program == own,
            "the run is made by second-ear {program}, this worker is {own}: install the same version on both"
        );
        let setup: Self = serde_json::from_slice(bytes).context("read a run's setup")?;
        if setup.model_sha256 != scripted::MODEL {
            setup.model_sha256.parse::<ModelDigest>().context("the model of a run's setup")?;
        }
        setup.policy.check().map_err(Error::msg).context("the policy of a run's setup")?;
        if let Some(calibration) = &setup.calibration {
            Calibration::parse(&calibration.to_json()?).context("read a run's setup")?;
        }
        Ok(setup)
    }

    /// First 16 hex digits of the digest of all of it.
    pub fn id(bytes: &[u8]) -> String {
        hex_digest(bytes)[..16].to_string()
    }

    /// Loads the model file, whose SHA-256 the caller has verified, and makes ready what is asked of it.
    pub fn ready(&self, path: &Path) -> Result<Ready> {
        self.with_engine(Engine::load(path, &self.model_sha256, self.policy.weights)?)
    }

    /// The same with a model that is loaded already.
    pub fn with_engine(&self, engine: Arc<Engine>) -> Result<Ready> {
        let own = self.lexicon.as_ref().map(|(name, text)| (&**name, &**text));
        let lexicon = Lexicon::with_workspace(own)?.with_confirmed(&self.confirmed)?;
        let swaps = Arc::new(Swaps::new(lexicon::swaps(&lexicon), engine.vocabulary().bpe()));
        let calibration = self.calibration.clone().map(Arc::new);
        let judge = Judge {
            when: self.second_pass,
            doubtful: self.doubtful.clone(),
            calibration,
            regional: scores::regional(Arc::new(lexicon)),
        };
        Ok(Ready { engine, judge, swaps })
    }
}

/// What names a model in hypotheses.
fn model_id(sha256: &str) -> &str {
    sha256.get(..16).unwrap_or(sha256)
}

/// A loaded model with what is asked of it.
#[derive(Clone)]
pub struct Ready {
    engine: Arc<Engine>,
    judge: Judge,
    swaps: Arc<Swaps>,
}

impl Ready {
    /// A transcriber with a decoder state of its own.
    pub fn transcriber(&self) -> Result<Transcriber> {
        let worker = Transcriber::from(self.engine.worker()?);
        Ok(worker.judged(self.judge.clone()).with_swaps(Arc::clone(&self.swaps)))
    }
}
