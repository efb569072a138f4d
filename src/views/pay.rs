//! The pay ledger: what was earned, paid and is due, by person and month. In: sums. Out: data and text.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::columns::Columns;
use super::lang::{Lang, t};
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
    pub fn text(&self, lang: Lang) -> String {
        let mut t = String::new();
        let head = [
            lang.phrase("column.person"),
            lang.phrase("column.month"),
            lang.phrase("column.answers"),
            lang.phrase("column.minutes"),
            lang.phrase("column.earned"),
            lang.phrase("column.paid"),
            lang.phrase("column.due"),
            lang.phrase("column.overdue"),
            lang.phrase("column.per_hour"),
        ];
        let columns = Columns::under(&head, &[24, 8, 8, 9, 10, 10, 10, 10, 9]);
        let _ = writeln!(t, "{}", columns.line(&head));
        let money = |amount: f64| lang.decimal(amount, 2);
        for p in &self.people {
            let name: String = shown(&p.name).chars().take(24).collect();
            for m in &p.months {
                let month = if m.month.is_empty() { lang.phrase("pay.no_time") } else { &m.month };
                let (answers, minutes) = (m.answers.to_string(), lang.decimal(m.minutes, 1));
                let (earned, paid) = (money(m.earned), money(m.paid));
                let cells = [&*name, month, &answers, &minutes, &earned, &paid];
                let _ = writeln!(t, "{}", columns.line(&cells));
            }
            let cells = [
                name,
                lang.phrase("pay.all").into(),
                p.months.iter().map(|m| m.answers).sum::<u64>().to_string(),
                lang.decimal(p.months.iter().map(|m| m.minutes).sum::<f64>(), 1),
                money(p.earned),
                money(p.paid),
                money(p.due),
                money(p.overdue),
                p.hourly.map_or("-".into(), money),
            ];
            let under = match p.under_floor {
                true => format!("  {}", lang.phrase("people.under_floor")),
                false => String::new(),
            };
            let line = columns.line(&cells.each_ref().map(String::as_str));
            let _ = writeln!(t, "{line}{under}");
        }
        let note = t!(lang, "pay.note", currency = self.currency, n = self.pay_within_days);
        let _ = writeln!(t, "{note}");
        t
    }
}
