//! What a batch asks of a person and gives: time, pay, rest.

use anyhow::Result;

use super::item::Item;
use crate::domain::{ClipId, TaskSettings, Verdict};
use crate::pipeline::workspace::Workspace;
use crate::tasks::page::Work;

/// Answers with measured time that an estimate needs.
const ENOUGH: usize = 20;
/// Before any are measured: seconds per second of audio (half of what careful transcription takes at
/// least, since there is a draft), and seconds for each clip.
const ASSUMED: (f64, f64) = (4.0, 4.0);

/// How long people take.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Median active seconds per second of audio; `None`: too few answers.
    measured: Option<f64>,
}

impl Pace {
    /// From the answers so far, skips aside.
    pub fn measure(workspace: &Workspace) -> Result<Self> {
        let mut times: Vec<(ClipId, f64)> = Vec::new();
        workspace.store.each_worked_answer(|answer| {
            if let (Some(active), true) = (answer.active_seconds, answer.verdict != Verdict::Skip) {
                times.push((answer.clip, active));
            }
        })?;
        let lengths = workspace.store.lengths(times.iter().map(|(clip, _)| clip))?;
        let ratio = |(clip, active): &(ClipId, f64)| {
            let length = lengths.get(clip).map(|l| l.seconds()).filter(|l| *l > 0.0)?;
            Some(active / length)
        };
        let mut ratios: Vec<f64> = times.iter().filter_map(ratio).collect();
        ratios.sort_by(f64::total_cmp);
        let measured = (ratios.len() >= ENOUGH).then(|| ratios[ratios.len() / 2]);
        Ok(Self { measured })
    }

    /// Active seconds that clips are expected to take one person.
    pub fn estimate(self, items: &[Item]) -> f64 {
        let audio: f64 = items.iter().map(|i| i.clip.span.len().seconds()).sum();
        self.of(audio, items.len())
    }

    /// Active seconds for so many seconds of audio in so many clips.
    pub fn of(self, audio: f64, clips: usize) -> f64 {
        match self.measured {
            Some(ratio) => ratio * audio,
            None => ASSUMED.0 * audio + ASSUMED.1 * clips as f64,
        }
    }

    /// Whether people's time was measured; else it is assumed.
    pub fn is_measured(self) -> bool {
        self.measured.is_some()
    }

    /// What the page says of a batch.
    pub fn work(self, items: &[Item], settings: &TaskSettings) -> Work {
        let some = |amount: f64| Some(amount).filter(|a| *a > 0.0);
        Work {
            estimate_seconds: Some(self.estimate(items)),
            measured: self.measured.is_some(),
            currency: settings.currency.clone(),
            pay_per_clip: some(settings.pay_per_clip),
            floor_per_hour: some(settings.floor_per_hour),
            break_minutes: settings.break_minutes,
            daily_minutes: settings.daily_minutes,
        }
    }
}

/// Pay an hour that a batch comes to, where pay is set.
pub fn hourly(work: &Work, clips: usize) -> Option<f64> {
    let seconds = work.estimate_seconds.filter(|s| *s > 0.0)?;
    Some(work.pay_per_clip? * clips as f64 / seconds * 3600.0)
}
