//! An account of a withdrawal as text, for a terminal. In: an account. Out: lines. Left to others: printing them.

use super::account::{Account, AtRisk, Kept, Unreachable};
use super::calibrations::CalibrationChange;
use super::exports::Standing;
use crate::domain::{Fate, OutputKind};
use crate::views::lang::{Lang, t};
use crate::views::numbers::clock;
use crate::views::progress::shown;

impl Account {
    /// Files that somebody still has to see to.
    pub fn left_behind(&self) -> usize {
        self.outputs.iter().filter(|o| o.fate == Some(Fate::Changed)).count()
    }

    /// As text; names of files are made harmless.
    pub fn text(&self) -> String {
        let (goes, verb) = match self.dry_run {
            true => ("Would remove", "would go"),
            false => ("Removed", "went"),
        };
        let mut t = format!("{goes}: {} of audio", clock(self.seconds));
        for (name, n) in &self.counts {
            t.push_str(&format!(", {n} {}", name.replace('_', " ")));
        }
        t.push('\n');
        for file in &self.files {
            t.push_str(&format!("  {}\n", shown(&file.display().to_string())));
        }
        if !self.rounds.removed.is_empty() {
            let list: Vec<String> = self.rounds.removed.iter().map(u32::to_string).collect();
            t.push_str(&format!("Rounds that {verb} with it: {}. ", list.join(", ")));
            t.push_str(&match (self.rounds.from, self.rounds.to) {
                (from, to) if from == to => "The model in use stays.\n".to_string(),
                (_, 0) => "In use from now on: the settings' model.\n".to_string(),
                (_, to) => format!("In use from now on: the model of round {to}.\n"),
            });
        }
        if self.dry_run {
            for file in &self.calibration_files {
                let file = shown(&file.display().to_string()).to_string();
                t.push_str(&format!("Would be fitted anew on what is left: {file}\n"));
            }
        }
        for change in &self.calibrations {
            t.push_str(&match change {
                CalibrationChange::Cleared { file } => {
                    format!("Without these answers now: {}\n", shown(&file.display().to_string()))
                }
                CalibrationChange::Refitted { file, clips } => format!(
                    "Fitted anew on {clips} clips: {}\n",
                    shown(&file.display().to_string())
                ),
                CalibrationChange::FellBack { why } => {
                    format!("The score is the one before any answer: {why}\n")
                }
            });
        }
        if self.counts.get("audits").is_some_and(|n| *n > 0) {
            t.push_str("Guarantees that lost audits are tested anew by the next run.\n");
        }
        if !self.outputs.is_empty() {
            t.push_str("Exported files that hold some of it:\n");
        }
        let (audio, files): (Vec<&AtRisk>, Vec<&AtRisk>) =
            self.outputs.iter().partition(|output| output.is_audio());
        for output in files {
            t.push_str(&format!("  {}\n", line(output)));
        }
        for fate in [None, Some(Fate::Removed), Some(Fate::Away), Some(Fate::Changed)] {
            let of: Vec<&&AtRisk> = audio.iter().filter(|output| output.fate == fate).collect();
            if let [first, ..] = of.as_slice() {
                let name = shown(&first.path.display().to_string()).to_string();
                let others = match of.len() - 1 {
                    0 => String::new(),
                    n => format!(" and {n} other WAV files of task files"),
                };
                t.push_str(&format!("  {name}{others}: {}\n", became(fate)));
            }
        }
        if !self.kept.is_empty() {
            t.push_str("Audio that stays:\n");
        }
        for Kept { path, why } in &self.kept {
            t.push_str(&format!("  {}: {why}\n", shown(&path.display().to_string())));
        }
        if !self.unreachable.is_empty() {
            t.push_str("Cannot be reached from here:\n");
        }
        for Unreachable { what, made, to } in &self.unreachable {
            let to = match to.is_empty() {
                true => String::new(),
                false => format!(", handed to {}", shown(&to.join(", "))),
            };
            t.push_str(&format!("  {} (made {made}{to})\n", shown(what)));
        }
        if !self.look_alikes.is_empty() {
            let names = self.look_alikes.join("', '");
            t.push_str(&format!(
                "Speakers whose names look like it, who stay: '{}'\n",
                shown(&names)
            ));
        }
        t.push_str("Then:\n");
        for command in &self.next {
            t.push_str(&format!("  {}\n", shown(command)));
        }
        t
    }
}

fn line(output: &AtRisk) -> String {
    let version = output.version.map_or(String::new(), |v| format!(", version {v}"));
    let path = output.path.display().to_string();
    format!("{} ({}{version}): {}", shown(&path), output.kind.code(), became(output.fate))
}

fn became(fate: Option<Fate>) -> &'static str {
    match fate {
        None => "as a whole",
        Some(Fate::Removed) => "removed",
        Some(Fate::Away) => "no longer there: find it and delete it",
        Some(Fate::Changed) => {
            "somebody has changed it since it was written, so it stays: take from it what you need, then delete it"
        }
    }
}

/// What holds withdrawn clips and may still be somewhere, for `status`.
pub fn standing_lines(lang: Lang, standing: &[Standing]) -> Vec<String> {
    const SHOWN: usize = 10;
    let told = |s: &&Standing| s.kind == OutputKind::Dataset || s.fate != Some(Fate::Removed);
    let line = |s: &Standing| {
        let kind = lang.named("output", s.kind.code());
        let what = match s.version {
            None => kind,
            Some(version) => t!(lang, "status.version", kind = kind, version = version),
        };
        let todo = match (s.kind, s.fate) {
            (OutputKind::Dataset, _) => lang.phrase("status.withdrawn.dataset"),
            (_, Some(Fate::Changed)) => lang.phrase("status.withdrawn.changed"),
            (_, _) => lang.phrase("status.withdrawn.gone"),
        };
        let path = s.path.display().to_string();
        let path = shown(&path);
        t!(lang, "status.withdrawn", what = what, path = path, n = s.withdrawn, todo = todo)
    };
    let all: Vec<&Standing> = standing.iter().filter(told).collect();
    let mut lines: Vec<String> = all.iter().take(SHOWN).map(|s| line(s)).collect();
    match all.len().saturating_sub(SHOWN) {
        0 => {}
        n => lines.push(t!(lang, "status.withdrawn.more", n = n)),
    }
    lines
}
