//! `people DIR pay`: what was earned, what was paid, what is due. In: answers, batches, payments, the time. Out: the pay ledger;
//! payments of a table kept. Left to others: showing it (`views::pay`), what an answer is paid (`pipeline::pay`).

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::domain::{Answer, Failures, Payment, day};
use crate::pipeline::pay::Pay;
use crate::pipeline::workspace::Workspace;
use crate::tables::{self, Layout, Record, Table, number};
use crate::text::names::Names;
use crate::text::tidy;
use crate::views::pay::{PayLedger, PayLine, PayMonth};

/// What is counted of a person.
#[derive(Default)]
struct Counted {
    months: BTreeMap<String, PayMonth>,
    /// Earned long enough ago.
    old: f64,
    /// Pay and seconds of answers with a measured time.
    timed: (f64, f64),
    /// Pay and seconds expected of their batches.
    expected: (f64, f64),
}

impl Counted {
    fn month(&mut self, time: &str) -> &mut PayMonth {
        let month = time.get(..7).unwrap_or_default().to_string();
        let new = || PayMonth { month: month.clone(), ..PayMonth::default() };
        self.months.entry(month.clone()).or_insert_with(new)
    }
}

/// Everybody's pay.
pub fn pay_ledger(workspace: &Workspace, now: Timestamp) -> Result<PayLedger> {
    let (store, settings) = (&workspace.store, &workspace.config.tasks);
    let pay = Pay::of(workspace)?;
    let term = SignedDuration::from_hours(24 * i64::from(settings.pay_within_days));
    let mut names = Names::default();
    let mut people: BTreeMap<String, Counted> = BTreeMap::new();
    let mut one = |name: &str| {
        names.meet(name);
        names.one(name)
    };
    store.each_worked_answer(|answer: Answer| {
        let person = people.entry(one(&answer.validator)).or_default();
        let paid = pay.paid(&answer);
        let month = person.month(&answer.answered_at);
        month.answers += 1;
        month.earned += paid;
        if let Some(seconds) = answer.active_seconds {
            month.minutes += seconds / 60.0;
            person.timed = (person.timed.0 + paid, person.timed.1 + seconds);
        }
        let is_old = answer.time().is_some_and(|time| now.duration_since(time) > term);
        person.old += if is_old { paid } else { 0.0 };
    })?;
    for (name, work) in store.withdrawn_work()? {
        let month = people.entry(one(&name)).or_default().month("");
        month.answers += work.answers;
        month.minutes += work.active_seconds / 60.0;
        month.earned += work.pay;
    }
    for payment in store.payments()? {
        let person = people.entry(one(&payment.validator)).or_default();
        person.month(&payment.paid_on).paid += payment.amount;
    }
    for batch in store.batches()?.into_iter().filter(|batch| batch.reclaimed.is_none()) {
        let Some((pay, seconds)) = batch.pay.zip(batch.estimate) else { continue };
        for name in &batch.people {
            let person = people.entry(one(name)).or_default();
            person.expected = (person.expected.0 + pay, person.expected.1 + seconds);
        }
    }
    let floor = Some(settings.floor_per_hour).filter(|floor| *floor > 0.0);
    Ok(PayLedger {
        people: people.into_iter().map(|(name, counted)| line(name, counted, floor)).collect(),
        currency: settings.currency.clone(),
        floor_per_hour: floor,
        pay_within_days: settings.pay_within_days,
    })
}

fn line(name: String, counted: Counted, floor: Option<f64>) -> PayLine {
    let Counted { months, old, timed, expected } = counted;
    let months: Vec<PayMonth> = months.into_values().collect();
    let earned: f64 = months.iter().map(|m| m.earned).sum();
    let paid: f64 = months.iter().map(|m| m.paid).sum();
    let hourly =
        |(pay, seconds): (f64, f64)| (pay > 0.0 && seconds > 0.0).then(|| pay / seconds * 3600.0);
    PayLine {
        name,
        earned,
        paid,
        due: earned - paid,
        // What was paid is for what was earned first.
        overdue: (old - paid).max(0.0),
        expected_hourly: hourly(expected),
        hourly: hourly(timed),
        under_floor: hourly(timed).zip(floor).is_some_and(|(hourly, floor)| hourly < floor),
        months,
    }
}

/// What became of a list of payments.
#[derive(Debug, Default, Serialize)]
pub struct Paid {
    /// Payments noted.
    pub noted: usize,
    /// Payments that were noted before.
    pub known: usize,
    /// Names under which nobody has answered anything or been handed anything: misspelt?
    pub strangers: Vec<String>,
    /// Rows that are none, with file, line and reason.
    #[serde(flatten)]
    pub failed: Failures,
}

/// Notes payments.
pub fn keep(workspace: &mut Workspace, payments: &[Payment]) -> Result<Paid> {
    let mut names = Names::default();
    let people = workspace.store.validators()?;
    people.iter().for_each(|name| names.meet(name));
    let is_stranger = |name: &&String| !people.contains(&names.one(name));
    let mut strangers: Vec<String> =
        payments.iter().map(|p| &p.validator).filter(is_stranger).cloned().collect();
    strangers.sort();
    strangers.dedup();
    let noted = workspace.store.keep_payments(payments)?;
    Ok(Paid { noted, known: payments.len() - noted, strangers, ..Paid::default() })
}

/// Notes the payments of a table with the columns `name`, `amount`, `paid_on`, and optionally `note`.
///
/// # Errors
/// The file cannot be read, or has no such columns.
pub fn import(workspace: &mut Workspace, path: &Path) -> Result<Paid> {
    let bytes = tables::read(path)?;
    let file = path.display();
    let known = |name: &str| ["name", "amount", "paid_on", "note"].contains(&name);
    let table = Table::open(&bytes, Layout { known, ..Layout::STRICT });
    let table = table.map_err(|why| anyhow!("{file}: {why}"))?;
    let table = table.filter(|table| ["name", "amount", "paid_on"].iter().all(|c| table.has(c)));
    let table =
        table.with_context(|| format!("{file} needs the columns name, amount and paid_on"))?;
    let (mut payments, mut failed) = (Vec::new(), Failures::default());
    for (line, row) in table.rows(payment) {
        match row {
            Ok(payment) => payments.push(payment),
            Err(why) => failed.push(format!("{file}:{line}: {why}")),
        }
    }
    Ok(Paid { failed, ..keep(workspace, &payments)? })
}

fn payment(row: &Record) -> Result<Payment, String> {
    let cell = |name| Ok::<_, String>(row.cell(name)?.unwrap_or_default().to_string());
    let amount = cell("amount")?;
    Payment::read(
        &cell("name")?,
        number(&amount).ok_or(format!("'{amount}' is no amount"))?,
        &cell("paid_on")?,
        &cell("note")?,
    )
}

impl Payment {
    /// Checks what was typed.
    ///
    /// # Errors
    /// Nobody is named, or the day is none: says what belongs there.
    pub fn read(name: &str, amount: f64, paid_on: &str, note: &str) -> Result<Self, String> {
        let validator = tidy(name);
        if validator.is_empty() {
            return Err("nobody is named: `name` is empty".into());
        }
        if !(amount.is_finite() && amount != 0.0) {
            return Err("the amount is nothing".into());
        }
        let paid_on = day(paid_on.trim());
        let is_day = paid_on.parse::<jiff::civil::Date>().is_ok();
        match is_day {
            true => Ok(Self { validator, amount, paid_on: paid_on.into(), note: tidy(note) }),
            false => Err(format!("'{paid_on}' is no day: write 2026-11-30")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_paid_is_for_what_was_earned_first_and_only_old_work_is_overdue() {
        let month = |month: &str, earned: f64, paid: f64| PayMonth {
            month: month.into(),
            earned,
            paid,
            ..PayMonth::default()
        };
        let months = [month("2026-09", 30.0, 0.0), month("2026-11", 10.0, 25.0)];
        let of = |old: f64| Counted {
            months: months.iter().map(|m| (m.month.clone(), m.clone())).collect(),
            old,
            timed: (40.0, 4.0 * 3600.0),
            expected: (40.0, 2.0 * 3600.0),
        };
        let line_of = |old: f64| line("ana".into(), of(old), Some(12.0));
        assert_eq!((line_of(30.0).due, line_of(30.0).overdue), (15.0, 5.0));
        assert_eq!(line_of(20.0).overdue, 0.0);
        let ana = line_of(30.0);
        assert_eq!(
            (ana.expected_hourly, ana.hourly, ana.under_floor),
            (Some(20.0), Some(10.0), true)
        );
    }

    #[test]
    fn a_payment_to_nobody_of_nothing_or_on_no_day_is_refused() {
        assert!(Payment::read("ana", 12.5, "2026-11-30", "").is_ok());
        for (name, amount, on) in [
            (" ", 1.0, "2026-11-30"),
            ("ana", 0.0, "2026-11-30"),
            ("ana", f64::NAN, "2026-11-30"),
            ("ana", 1.0, "30.11.2026"),
        ] {
            assert!(Payment::read(name, amount, on, "").is_err(), "{name} {amount} {on}");
        }
    }
}
