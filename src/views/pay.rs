//! The pay ledger: what was earned, paid and is due, by person and month. In: sums. Out: data and text.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::progress::shown;

/// Everybody's pay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct PayLedger {
    /// By name.
    pub people: Vec<PayLine>,
    /// Currency of all amounts.
    pub currency: String,
    /// The hourly pay under which work is flagged; null: not set.
    pub floor_per_hour: Option<f64>,
    /// Days after which what was earned is overdue.
    pub pay_within_days: u32,
}

/// One person's pay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct PayLine {
    /// Who.
    pub name: String,
    /// For all current answers, skips and checks too, and for work on what was withdrawn since.
    pub earned: f64,
    /// Paid so far.
    pub paid: f64,
    /// `earned - paid`; negative: paid ahead.
    pub due: f64,
    /// Of it, what was earned longer ago than `pay_within_days`.
    pub overdue: f64,
    /// Expected pay an hour of the batches handed to them, before they worked on them.
    pub expected_hourly: Option<f64>,
    /// Pay an hour of measured work.
    pub hourly: Option<f64>,
    /// Whether that is under the floor.
    pub under_floor: bool,
    /// By month of the answers, and of the payments, the oldest first; answers without a time have none: `""`.
    pub months: Vec<PayMonth>,
}

/// A month of a person's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct PayMonth {
    /// YYYY-MM.
    pub month: String,
    /// Current answers.
    pub answers: u64,
    /// Active minutes, where measured.
    pub minutes: f64,
    /// Earned in it.
    pub earned: f64,
    /// Paid in it.
    pub paid: f64,
}

impl PayLedger {
    /// A line for each person and month, for a terminal.
    pub fn text(&self) -> String {
        let mut t = String::new();
        let _ = writeln!(
            t,
            "{:<24} {:>8} {:>8} {:>9} {:>10} {:>10} {:>10} {:>10} {:>9}",
            "person", "month", "answers", "minutes", "earned", "paid", "due", "overdue", "per hour"
        );
        for p in &self.people {
            let name: String = shown(&p.name).chars().take(24).collect();
            for m in &p.months {
                let month = if m.month.is_empty() { "no time" } else { &m.month };
                let _ = writeln!(
                    t,
                    "{name:<24} {month:>8} {:>8} {:>9.1} {:>10.2} {:>10.2}",
                    m.answers, m.minutes, m.earned, m.paid
                );
            }
            let _ = writeln!(
                t,
                "{name:<24} {:>8} {:>8} {:>9.1} {:>10.2} {:>10.2} {:>10.2} {:>10.2} {:>9}{}",
                "all",
                p.months.iter().map(|m| m.answers).sum::<u64>(),
                p.months.iter().map(|m| m.minutes).sum::<f64>(),
                p.earned,
                p.paid,
                p.due,
                p.overdue,
                p.hourly.map_or("-".into(), |hourly| format!("{hourly:.2}")),
                if p.under_floor { "  under the floor" } else { "" }
            );
        }
        let _ = writeln!(
            t,
            "Amounts in {}. Overdue: earned over {} days ago and not paid.",
            self.currency, self.pay_within_days
        );
        t
    }
}
