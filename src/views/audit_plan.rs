//! What a guarantee would cost, as data and as text. In: a plan. Out: JSON and lines. Left to others:
//! planning (pipeline).

use std::fmt::Write;

use serde::Serialize;

use super::guarantee::statement;
use super::lang::Lang;
use super::numbers::percent;

/// What a guarantee would cost.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The highest mean loss to guarantee.
    pub target_risk: f64,
    /// `wer` or `clips`.
    pub measure: &'static str,
    /// Probability with which the guarantee holds.
    pub confidence: f64,
    /// Probability with which the planned audits suffice, if the assumed risk is right.
    pub power: f64,
    /// Share of what a score can have accepted that is drawn, by the settings.
    pub audit_rate: f64,
    /// Whether people's time was measured; else it is assumed.
    pub pace_measured: bool,
    /// Clips with a draft; 0: everything is assumed.
    pub drafts: usize,
    /// The pool first, then regions with a guarantee of their own.
    pub scopes: Vec<Planned>,
    /// How long a change would stay unseen once there is a guarantee.
    pub watch: Vec<Watched>,
}

/// A risk that grew beyond the target, and the audits that show it.
#[derive(Clone, Debug, Serialize)]
pub struct Watched {
    /// The risk after the change, from half of the target before.
    pub risk: f64,
    /// Audits until the guarantee's watch rings, in half of the simulated streams at most; null: it takes thousands.
    pub audits_median: Option<usize>,
    /// The same in nine of ten.
    pub audits_most: Option<usize>,
    /// Settled audits a month that show it within one month nine times of ten.
    pub a_month_for_one_month: Option<usize>,
    /// Within three months.
    pub a_month_for_three_months: Option<usize>,
}

/// The cost of one scope's guarantee.
#[derive(Clone, Debug, Serialize)]
pub struct Planned {
    /// `pooled`, or a region.
    pub scope: String,
    /// Whether the audits so far show it.
    pub certified: bool,
    /// Clips that a good enough score would have accepted.
    pub candidates: usize,
    /// Of them, in the random sample.
    pub drawn: usize,
    /// Of these, settled.
    pub settled: usize,
    /// The first threshold to be tested; null before there are drafts.
    pub tested_from: Option<f64>,
    /// Settled audits that reach the certified threshold, else the first one.
    pub audits_at_start: usize,
    /// Their mean loss.
    pub risk_seen: Option<f64>,
    /// The risk that the plan is made for.
    pub risk_assumed: f64,
    /// Audits in all; null: no number is expected to show it.
    pub audits_needed: Option<usize>,
    /// Of them, still to be settled.
    pub more_audits: Option<usize>,
    /// Clips still to be transcribed, at the audit rate, so that enough are drawn.
    pub more_clips: Option<usize>,
    /// Their audio, hours.
    pub more_audio_hours: Option<f64>,
    /// People's work on the audits still to be settled, hours.
    pub people_hours: Option<f64>,
}

impl Plan {
    /// As text, for a terminal.
    pub fn text(&self) -> String {
        let mut t = String::new();
        let what = statement(Lang::ENGLISH, self.measure, self.target_risk, self.confidence);
        let _ = writeln!(t, "Risk guarantee to plan for: {what}");
        if self.drafts == 0 {
            let _ = writeln!(t, "No drafts yet: all numbers rest on assumptions.");
        }
        for p in &self.scopes {
            let _ =
                writeln!(t, "\n{}", if p.scope == "pooled" { "pooled clips" } else { &p.scope });
            if let Some(start) = p.tested_from {
                let seen = percent(p.risk_seen);
                let _ = writeln!(
                    t,
                    "  so far       {} clips, {} drawn, {} settled; {} from score {start:.3} up lose {seen}",
                    p.candidates, p.drawn, p.settled, p.audits_at_start
                );
            }
            if p.certified {
                let _ = writeln!(t, "  shown by the audits so far: nothing more is needed");
                continue;
            }
            let _ = writeln!(t, "  assumed      a risk of {}", percent(Some(p.risk_assumed)));
            match (p.audits_needed, p.more_audits) {
                (Some(all), Some(more)) => {
                    let _ =
                        writeln!(t, "  audits       about {all} in all, {more} more to be settled");
                    let _ = writeln!(
                        t,
                        "  audio        {} more clips, {:.1} h, at an audit rate of {}",
                        p.more_clips.map_or("-".into(), |n| n.to_string()),
                        p.more_audio_hours.unwrap_or(0.0),
                        percent(Some(self.audit_rate))
                    );
                    let _ = writeln!(
                        t,
                        "  people       {:.1} h ({})",
                        p.people_hours.unwrap_or(0.0),
                        if self.pace_measured { "measured pace" } else { "assumed pace" }
                    );
                }
                _ => {
                    let _ = writeln!(
                        t,
                        "  no number of audits is expected to show it: the risk is too close to the target"
                    );
                }
            }
        }
        for w in &self.watch {
            let risk = percent(Some(w.risk));
            let _ = match (
                w.audits_median,
                w.audits_most,
                w.a_month_for_one_month,
                w.a_month_for_three_months,
            ) {
                (Some(median), Some(most), Some(one), Some(three)) => writeln!(
                    t,
                    "\nTo see that the risk grew to {risk}: {median} audits (nine times of ten {most} at most). \
                     {one} settled audits a month show it within a month, {three} within three."
                ),
                _ => {
                    writeln!(t, "\nTo see that the risk grew to {risk} takes thousands of audits.")
                }
            };
        }
        let _ = writeln!(
            t,
            "\nThe audits suffice in {:.0} of 100 cases if the assumed risk is right.",
            100.0 * self.power
        );
        t
    }
}
