//! The ledger of the people who work on a workspace: what each has, since when, what came back, what is due. In: counts. Out: data
//! and text. Names stand as they were typed: this is for whoever leads the team, and nothing else exports it.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

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
    pub fn text(&self) -> String {
        if self.people.is_empty() && self.open.is_empty() {
            return "Nobody has anything yet: second-ear tasks DIR --out FOLDER --to ANA,BEN\n"
                .into();
        }
        let mut t = String::new();
        let _ = writeln!(
            t,
            "{:<24} {:>10} {:>8} {:>9} {:>9} {:>12} {:>8} {:>10}",
            "person",
            "handed out",
            "waiting",
            "answered",
            "replaced",
            "silent days",
            "minutes",
            "due"
        );
        for p in &self.people {
            let name: String = shown(&p.name).chars().take(24).collect();
            let _ = writeln!(
                t,
                "{name:<24} {:>10} {:>8} {:>9} {:>9} {:>12} {:>8.1} {:>10}",
                p.handed_out,
                p.waiting,
                p.answered,
                p.replaced,
                p.silent_days.map_or("-".into(), |days| days.to_string()),
                p.minutes,
                money(p.due, &self.currency)
            );
        }
        if !self.open.is_empty() {
            let clips: u64 = self.open.iter().map(|batch| batch.waiting).sum();
            let ids: Vec<&str> = self.open.iter().map(|batch| batch.batch.as_str()).collect();
            let _ = writeln!(t, "Open to all: {clips} clips in {}", ids.join(", "));
        }
        t
    }

    /// A line for each of those whom to write to.
    pub fn reminders(&self, days: i64) -> String {
        let silent = self.silent(days);
        if silent.is_empty() {
            return format!("Nobody who has clips has been silent for {days} days.\n");
        }
        let mut t = String::new();
        for p in silent {
            let batches: Vec<String> = p
                .out
                .iter()
                .map(|out| {
                    format!("{} (since {}, {} clips)", out.batch, day(&out.since), out.waiting)
                })
                .collect();
            let _ = writeln!(
                t,
                "{}: {} clips, silent for {} days: {}",
                shown(&p.name),
                p.waiting,
                p.silent_days.unwrap_or_default(),
                batches.join(", ")
            );
        }
        t
    }
}

fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}

fn money(amount: f64, currency: &str) -> String {
    match amount == 0.0 {
        true => "-".into(),
        false => format!("{amount:.2} {currency}"),
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
    pub fn line(&self, name: &str) -> String {
        let replaced = match self.replaced {
            0 => String::new(),
            n => format!(", {n} of them in place of earlier ones"),
        };
        let time = match self.active_seconds {
            0 => String::new(),
            seconds => format!(", {} of work", clock(seconds as f64)),
        };
        format!("  {}: {} answers{replaced}{time}", shown(name), self.accepted)
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
        assert!(ledger.reminders(3).starts_with("ana: 3 clips, silent for 9 days"));
        assert!(ledger.reminders(30).starts_with("Nobody"));
    }
}
