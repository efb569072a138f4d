//! What `evaluate` says of all clips together. In: rows. Out: sums, as data and as text. Pure.

use serde::Serialize;

use super::{EvaluateOptions, EvaluatedClip};
use crate::domain::{Failures, Pass};
use crate::text::word_errors::WordErrors;
use crate::views::numbers::percent;

/// What was measured.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Evaluation {
    /// Model, as named.
    pub model: String,
    /// Decode policy id.
    pub policy: String,
    /// Clips.
    pub clips: usize,
    /// Seconds of audio.
    pub seconds: f64,
    /// Wall seconds, the model's loading aside.
    pub wall_seconds: f64,
    /// Seconds of audio a wall second.
    pub x_real_time: f64,
    /// Word error rate.
    pub wer: Option<f64>,
    /// Word errors.
    pub errors: usize,
    /// Words of the references.
    pub words: usize,
    /// Clips without a word error.
    pub correct_clips: usize,
    /// Clips decoded again with a larger window.
    pub decoded_again: usize,
    /// Rows and clips that failed.
    #[serde(flatten)]
    pub failed: Failures,
}

impl Evaluation {
    /// The sums of `rows`.
    pub fn of(
        options: &EvaluateOptions,
        rows: &[EvaluatedClip],
        failed: Failures,
        wall_seconds: f64,
    ) -> Self {
        let words = rows.iter().map(|row| WordErrors {
            errors: row.errors,
            reference_words: row.words,
            ..WordErrors::default()
        });
        let words: WordErrors = words.sum();
        let seconds = rows.iter().fold(0.0, |sum, row| sum + row.seconds);
        Self {
            model: options.model.clone(),
            policy: options.policy.id(),
            clips: rows.len(),
            seconds,
            wall_seconds,
            x_real_time: seconds / wall_seconds.max(1e-9),
            wer: words.rate(),
            errors: words.errors,
            words: words.reference_words,
            correct_clips: rows.iter().filter(|row| row.errors == 0).count(),
            decoded_again: rows.iter().filter(|row| row.pass == Pass::Full).count(),
            failed,
        }
    }

    /// As text, for a terminal.
    pub fn text(&self) -> String {
        format!(
            "{} clips, {:.1} min, model {}, {}\nWER {} ({} errors, {} words); {} clips without error; \
             {} decoded again\n{:.1} s, {:.1} times real time\n",
            self.clips,
            self.seconds / 60.0,
            self.model,
            self.policy,
            percent(self.wer),
            self.errors,
            self.words,
            self.correct_clips,
            self.decoded_again,
            self.wall_seconds,
            self.x_real_time
        )
    }
}
