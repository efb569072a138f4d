//! How clips are decoded. In: nothing. Out: a policy with its name. Left to others: decoding (`hypotheses`).

use documented::DocumentedFields;
use serde::{Deserialize, Serialize};
use whisper::Weights;

use super::bounds::within;
use super::{EngineName, EngineNames};

/// Behind an engine's name in that of a policy.
const ENGINE: char = '@';
/// Between engines' names there.
const BETWEEN: char = ',';

/// How clips are decoded: greedy, temperature 0, no timestamps, one segment. Confidence shifts
/// with it, so [`DecodePolicy::id`] is stored with every hypothesis and every calibration.
#[derive(Clone, Debug, PartialEq, DocumentedFields, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DecodePolicy {
    /// Neighbouring clips of a recording are decoded together, in windows of at most so many seconds, where the
    /// weights are int8; 0: every clip alone.
    pub window_seconds: f64,
    /// A longer pause between two clips ends a window.
    pub window_pause_seconds: f64,
    /// Always the full 30 s window: slow, for comparison.
    pub full_window: bool,
    /// Seconds of audio context beyond the clip in the first decoding.
    pub context_margin_seconds: f64,
    /// Smallest audio context of the first decoding, encoder frames (50 per second, at most 1500).
    pub min_context: u32,
    /// Token limit: this many, and ...
    pub max_tokens_base: u32,
    /// ... this many per second of clip.
    pub max_tokens_per_second: f64,
    /// Decode again with the full window when the first result looks wrong.
    pub guard: bool,
    /// How the model's matrices are held: file (as they are), bf16, which is faster on processors that multiply
    /// such numbers, or int8, by CTranslate2, in a program built with it; `init` writes what is fastest.
    pub weights: Weights,
    /// Take the drafts of this engine where `second-ear drafts` has some; of several ("nova, canary") the likeliest of each clip;
    /// empty: the model's own.
    pub engine: EngineNames,
}

impl Default for DecodePolicy {
    fn default() -> Self {
        Self {
            window_seconds: 20.0,
            window_pause_seconds: 4.0,
            full_window: false,
            context_margin_seconds: 4.0,
            min_context: 0,
            max_tokens_base: 8,
            max_tokens_per_second: 9.0,
            guard: true,
            weights: Weights::File,
            engine: EngineNames::default(),
        }
    }
}

impl DecodePolicy {
    /// Why the settings make no sense, if they do not.
    pub fn check(&self) -> Result<(), String> {
        within("decode.window_seconds", self.window_seconds, 0.0, 28.0)?;
        within("decode.window_pause_seconds", self.window_pause_seconds, 0.0, 28.0)?;
        within("decode.context_margin_seconds", self.context_margin_seconds, 0.0, 30.0)?;
        within("decode.min_context", self.min_context, 0, 1500)?;
        within("decode.max_tokens_base", self.max_tokens_base, 0, 1000)?;
        within("decode.max_tokens_per_second", self.max_tokens_per_second, 0.001, 1000.0)
    }

    /// Whose drafts go out: of each engine, or (`None`) the model's own.
    pub fn whose(&self) -> Vec<Option<EngineName>> {
        match self.engine.is_empty() {
            true => vec![None],
            false => self.engine.iter().cloned().map(Some).collect(),
        }
    }

    /// The same without another engine's drafts.
    pub fn own(&self) -> Self {
        Self { engine: EngineNames::default(), ..self.clone() }
    }

    /// The same with the drafts of this engine.
    pub fn of(&self, engine: &EngineName) -> Self {
        Self { engine: engine.clone().into(), ..self.clone() }
    }

    /// The names of the policies of the drafts that are chosen among, of that of all: one for each engine, or itself.
    pub fn each_id(id: &str) -> Vec<String> {
        match id.rsplit_once(ENGINE) {
            None => vec![id.to_string()],
            Some((engines, own)) => {
                engines.split(BETWEEN).map(|engine| format!("{engine}{ENGINE}{own}")).collect()
            }
        }
    }

    /// The name of the policy with the drafts of this engine, of that without any.
    pub fn id_of(engine: &EngineName, own: &str) -> String {
        format!("{engine}{ENGINE}{own}")
    }

    /// The engine in the name of a policy.
    pub fn engine_of(id: &str) -> Option<&str> {
        id.rsplit_once(ENGINE).map(|(engine, _)| engine)
    }

    /// The name of [`Self::own`], of that of a policy.
    pub fn own_id(id: &str) -> &str {
        id.rsplit_once(ENGINE).map_or(id, |(_, own)| own)
    }

    /// Whether neighbouring clips are decoded together: what computes must search and tell times.
    pub fn has_windows(&self) -> bool {
        self.window_seconds > 0.0 && self.weights == Weights::Int8 && !self.full_window
    }

    /// A short stable name of everything that shifts the numbers; the trailing version is raised
    /// when the guard's rules change.
    pub fn id(&self) -> String {
        let context = if self.full_window {
            "full".to_string()
        } else {
            format!(
                "short{}min{}{}",
                self.context_margin_seconds,
                self.min_context,
                if self.guard { "guard" } else { "" }
            )
        };
        let weights = suffix(self.weights);
        let tokens = format!("tok{}+{}s", self.max_tokens_base, self.max_tokens_per_second);
        let windows = match self.has_windows() {
            true => format!("windows{}gap{}-", self.window_seconds, self.window_pause_seconds),
            false => String::new(),
        };
        let engines: Vec<&str> = self.engine.iter().map(EngineName::as_str).collect();
        let engine = match engines.is_empty() {
            true => String::new(),
            false => format!("{}{ENGINE}", engines.join(&BETWEEN.to_string())),
        };
        format!("{engine}{windows}greedy-{context}-{tokens}-v2{weights}")
    }

    /// The policy whose calibration serves for `id`: how the weights are held shifts a number no more than
    /// another processor does (docs/lab/speed.md).
    pub fn calibrated_as(id: &str) -> &str {
        let held = [Weights::Bf16, Weights::Int8];
        held.iter().find_map(|weights| id.strip_suffix(suffix(*weights))).unwrap_or(id)
    }
}

/// What [`DecodePolicy::id`] ends with.
fn suffix(weights: Weights) -> &'static str {
    match weights {
        Weights::File => "",
        Weights::Bf16 => "-bf16",
        Weights::Int8 => "-int8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_with_other_weights_has_another_name_and_the_same_calibration() {
        let policy = DecodePolicy { window_seconds: 0.0, ..DecodePolicy::default() };
        for weights in [Weights::Bf16, Weights::Int8] {
            let held = DecodePolicy { weights, ..policy.clone() };
            assert_ne!(policy.id(), held.id());
            assert_eq!(DecodePolicy::calibrated_as(&held.id()), policy.id());
            let short = DecodePolicy { context_margin_seconds: 3.0, ..held };
            assert_ne!(DecodePolicy::calibrated_as(&short.id()), policy.id());
        }
    }

    #[test]
    fn another_engine_s_drafts_have_a_policy_of_their_own() {
        let own = DecodePolicy { weights: Weights::Int8, ..DecodePolicy::default() };
        let name: EngineName = "canary-1b".parse().unwrap();
        let theirs = DecodePolicy { engine: name.clone().into(), ..own.clone() };
        assert_eq!(theirs.id(), format!("canary-1b@{}", own.id()));
        assert_eq!((DecodePolicy::own_id(&theirs.id()), theirs.own()), (&*own.id(), own.clone()));
        assert_eq!(DecodePolicy::own_id(&own.id()), own.id());
        assert_eq!(own.of(&name), theirs);
        assert_eq!(DecodePolicy::engine_of(&theirs.id()), Some("canary-1b"));
        assert_eq!(DecodePolicy::engine_of(&own.id()), None);
        assert_ne!(
            DecodePolicy::calibrated_as(&theirs.id()),
            DecodePolicy::calibrated_as(&own.id())
        );
        let both =
            DecodePolicy { engine: EngineNames::of(["nova", "canary-1b"]).unwrap(), ..own.clone() };
        let each = [format!("nova@{}", own.id()), theirs.id()];
        assert_eq!(DecodePolicy::each_id(&both.id()), each);
        assert_eq!(DecodePolicy::each_id(&own.id()), [own.id()]);
    }

    #[test]
    fn only_weights_that_can_be_searched_have_windows_and_they_are_in_the_name() {
        let policy = DecodePolicy::default();
        let held = DecodePolicy { weights: Weights::Int8, ..policy.clone() };
        assert!(!policy.has_windows() && held.has_windows());
        assert!(held.id().starts_with("windows20gap4-greedy"), "{}", held.id());
        assert_ne!(DecodePolicy::calibrated_as(&held.id()), policy.id());
        assert!(!DecodePolicy { full_window: true, ..held }.has_windows());
    }
}
