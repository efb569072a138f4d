//! What people's work costs: measured minutes, pay that is set, what waits.

use super::groups::{clustered, speakers};
use crate::domain::{Samples, TaskSettings};
use crate::statistics::bootstrap::interval;
use crate::statistics::rate::{Method, Missing, Rate};
use crate::views::clips::ReportRow;
use crate::views::report::cost::Cost;

/// Sums of one speaker: done and audio reviewed for it; for people and all of it (samples).
type Sums = [f64; 4];

/// Costs of clips that are not dropped.
pub fn cost(kept: &[&ReportRow], settings: &TaskSettings, seed: u64) -> Cost {
    let hour = |samples: f64| Samples(1).seconds() * samples / 3600.0;
    let minutes =
        |r: &ReportRow| (r.active_seconds / 60.0, hour(r.timed_answers as f64 * r.length.0 as f64));
    let money = |r: &ReportRow| (r.paid, hour(r.answers as f64 * r.length.0 as f64));
    let set = kept.iter().any(|r| r.paid > 0.0);
    let answered: Vec<&ReportRow> = kept.iter().copied().filter(|r| r.answers > 0).collect();
    let timed: Vec<&ReportRow> = kept.iter().copied().filter(|r| r.timed_answers > 0).collect();
    let wanted = f64::from(settings.validators);
    let unpaid = Rate::none(Method::ClusterBootstrap, Missing::NothingCounted);
    let waiting: Vec<&ReportRow> = kept.iter().copied().filter(|r| r.state == "waiting").collect();
    let waiting_seconds = waiting.iter().map(|r| r.length).sum::<Samples>().seconds();
    let reviewed = clustered(&timed, seed, minutes);
    let scaled = |x: f64| x * waiting_seconds / 3600.0 * wanted;
    Cost {
        currency: settings.currency.clone(),
        answers_per_clip: settings.validators,
        minutes_per_reviewed_hour: reviewed,
        minutes_per_hour: per_hour(kept, wanted, seed, minutes),
        money_per_reviewed_hour: if set { clustered(&answered, seed, money) } else { unpaid },
        money_per_hour: if set { per_hour(kept, wanted, seed, money) } else { unpaid },
        capped_answers: kept.iter().map(|r| r.capped_answers).sum(),
        waiting_clips: waiting.len() as u64,
        waiting_seconds,
        waiting_minutes: Rate {
            value: reviewed.value.map(scaled),
            low: reviewed.low.map(scaled),
            high: reviewed.high.map(scaled),
            ..reviewed
        },
        waiting_money: (settings.pay_per_clip > 0.0)
            .then_some(settings.pay_per_clip * waiting.len() as f64 * wanted),
    }
}

/// (sum done / sum reviewed) times (seconds for people / all seconds) times the answers wanted.
fn per_hour(
    kept: &[&ReportRow],
    wanted: f64,
    seed: u64,
    of: impl Fn(&ReportRow) -> (f64, f64),
) -> Rate {
    let numbers = speakers(kept);
    let mut by_speaker = vec![Sums::default(); numbers.len()];
    for row in kept {
        let sums = &mut by_speaker[numbers[row.speaker.as_str()]];
        let length = row.length.0 as f64;
        let adds = [of(row).0, of(row).1, f64::from(row.is_human()) * length, length];
        sums.iter_mut().zip(adds).for_each(|(sum, add)| *sum += add);
    }
    let statistic = |times: Option<&[f64]>| {
        let mut all = [0.0; 4];
        for (i, sums) in by_speaker.iter().enumerate() {
            let n = times.map_or(1.0, |t| t[i]);
            all.iter_mut().zip(sums).for_each(|(sum, add)| *sum += n * add);
        }
        (all[1] > 0.0 && all[3] > 0.0).then(|| all[0] / all[1] * (all[2] / all[3]) * wanted)
    };
    let value = statistic(None);
    let ends = match value {
        Some(_) => interval(by_speaker.len(), seed, |times| statistic(Some(times))),
        None => Err(Missing::NothingCounted),
    };
    let counts = (kept.len() as u64, by_speaker.len() as u64);
    Rate::new(Method::ClusterBootstrap, counts, value, ends)
}
