//! The ledger of the people who work on a workspace: what each has, since when, what came back, what is due. In: counts. Out: data
//! and text. Names stand as they were typed: this is for whoever leads the team, and nothing else exports it.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::columns::Columns;
use super::lang::{Lang, t};
use super::numbers::clock;
use super::progress::shown;

/// Who has what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct PeopleLedger {
    /// Everybody who was handed something or answered something, by name.
    pub people: Vec<PersonLine>,
    /// Batches that are open to whoever opens them, and not all answered.
    pub open: Vec<OutBatch>,
    /// Currency of all amounts.
    pub currency: String,
}

/// One person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct PersonLine {
    /// As they, or the team, write it.
    pub name: String,
    /// Clips handed to them by name, checks aside; what was taken back is not counted.
    pub handed_out: u64,
    /// Of them, clips that they have not answered and that nobody settled.
    pub waiting: u64,
    /// Their current answers, skips and checks included.
    pub answered: u64,
    /// Earlier answers of theirs that these replaced.
    pub replaced: u64,
    /// When they last answered, or were handed something before that: RFC 3339.
    pub last_sign: Option<String>,
    /// Whole days since.
    pub silent_days: Option<i64>,
    /// Active minutes, where measured.
    pub minutes: f64,
    /// What their answers are paid, skips and checks too, less what was paid.
    pub due: f64,
    /// Their batches that are out and not all answered, the oldest first.
    pub out: Vec<OutBatch>,
}

/// A batch that is out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct OutBatch {
    /// Its id.
    pub batch: String,
    /// Since when, RFC 3339.
    pub since: String,
    /// Clips in it that nobody has answered.
    pub waiting: u64,
}

impl PeopleLedger {
    /// Those whom to write to: they have something, and nothing came from them for so many days.
    pub fn silent(&self, days: i64) -> Vec<&PersonLine> {
        let is_silent = |p: &&PersonLine| p.waiting > 0 && p.silent_days.is_some_and(|d| d >= days);
        self.people.iter().filter(is_silent).collect()
    }

    /// A line for each person, for a terminal.
    pub fn text(&self, lang: Lang) -> String {
        if self.people.is_empty() && self.open.is_empty() {
            return t!(lang, "ledger.nobody") + "\n";
        }
        let mut t = String::new();
        let head = [
            lang.phrase("column.person"),
            lang.phrase("column.handed_out"),
            lang.phrase("column.waiting"),
            lang.phrase("column.answered"),
            lang.phrase("column.replaced"),
            lang.phrase("column.silent_days"),
            lang.phrase("column.minutes"),
            lang.phrase("column.due"),
        ];
        let columns = Columns::under(&head, &[24, 10, 8, 9, 9, 12, 8, 10]);
        let _ = writeln!(t, "{}", columns.line(&head));
        for p in &self.people {
            let cells = [
                shown(&p.name).chars().take(24).collect(),
                p.handed_out.to_string(),
                p.waiting.to_string(),
                p.answered.to_string(),
                p.replaced.to_string(),
                p.silent_days.map_or("-".into(), |days| days.to_string()),
                lang.decimal(p.minutes, 1),
                money(lang, p.due, &self.currency),
            ];
            let _ = writeln!(t, "{}", columns.line(&cells.each_ref().map(String::as_str)));
        }
        if !self.open.is_empty() {
            let n: u64 = self.open.iter().map(|batch| batch.waiting).sum();
            let ids: Vec<&str> = self.open.iter().map(|batch| batch.batch.as_str()).collect();
            let _ = writeln!(t, "{}", t!(lang, "ledger.open", n = n, batches = ids.join(", ")));
        }
        t
    }

    /// A line for each of those whom to write to.
    pub fn reminders(&self, lang: Lang, days: i64) -> String {
        let silent = self.silent(days);
        if silent.is_empty() {
            return t!(lang, "ledger.none_silent", n = days) + "\n";
        }
        let mut t = String::new();
        for p in silent {
            let batch = |out: &OutBatch| {
                let since = day(&out.since);
                t!(lang, "ledger.batch", batch = out.batch, since = since, n = out.waiting)
            };
            let batches: Vec<String> = p.out.iter().map(batch).collect();
            let line = t!(
                lang,
                "ledger.reminder",
                name = shown(&p.name),
                clips = t!(lang, "text.plain_clips", n = p.waiting),
                n = p.silent_days.unwrap_or_default(),
                batches = batches.join(", ")
            );
            let _ = writeln!(t, "{line}");
        }
        t
    }
}

fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}

fn money(lang: Lang, amount: f64, currency: &str) -> String {
    match amount == 0.0 {
        true => "-".into(),
        false => format!("{} {currency}", lang.decimal(amount, 2)),
    }
}

/// What a person did in one import of answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PersonImport {
    /// Answers taken.
    pub accepted: u64,
    /// Of them, those that replaced an earlier one of theirs.
    pub replaced: u64,
    /// Active seconds of those taken, rounded, where measured.
    pub active_seconds: u64,
}

impl PersonImport {
    /// The line that `answers` prints.
    pub fn line(&self, lang: Lang, name: &str) -> String {
        let replaced = match self.replaced {
            0 => String::new(),
            n => t!(lang, "ledger.replaced", n = n),
        };
        let time = match self.active_seconds {
            0 => String::new(),
            seconds => t!(lang, "ledger.worked", time = clock(seconds as f64)),
        };
        let answers = t!(lang, "withdrawals.answers", n = self.accepted);
        let said = format!("{answers}{replaced}{time}");
        format!("  {}", t!(lang, "chart.line", label = shown(name), says = said))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, waiting: u64, silent_days: Option<i64>) -> PersonLine {
        PersonLine { name: name.into(), waiting, silent_days, ..PersonLine::default() }
    }

    #[test]
    fn who_has_clips_and_is_silent_is_written_to_and_nobody_else() {
        let people = vec![
            person("ana", 3, Some(9)),
            person("ben", 0, Some(9)),
            person("carl", 3, Some(1)),
            person("dora", 3, None),
        ];
        let ledger = PeopleLedger { people, ..PeopleLedger::default() };
        let names: Vec<&str> = ledger.silent(3).iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["ana"]);
        assert!(ledger.reminders(Lang::ENGLISH, 3).starts_with("ana: 3 clips, silent for 9 days"));
        assert!(ledger.reminders(Lang::ENGLISH, 30).starts_with("Nobody"));
    }
}
