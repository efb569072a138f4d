//! The report: human-in-the-loop rates and what stands behind them, as data and as text.
//! In: counts. Out: a [`Report`] (JSON) and its text. Left to others: counting (pipeline).

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::guarantee::Guarantee;
use super::people::Work;

/// A share of clips, with a 95 % Wilson interval (Wilson 1927) that takes clips as independent;
/// clips of one speaker are not, so it is narrower than it should be with few speakers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// Counted.
    pub part: u64,
    /// Of how many.
    pub of: u64,
    /// `part / of`; null when nothing was counted.
    pub share: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
}

impl Share {
    /// The share and its interval.
    pub fn new(part: u64, of: u64) -> Self {
        if of == 0 {
            return Self { part, of, share: None, low: None, high: None };
        }
        let (n, p, z) = (of as f64, part as f64 / of as f64, 1.959_964);
        let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let (low, high) = ((centre - half).max(0.0), (centre + half).min(1.0));
        Self { part, of, share: Some(p), low: Some(low), high: Some(high) }
    }
}

/// Word errors over words of the reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Wer {
    /// Clips compared.
    pub clips: u64,
    /// Substitutions, deletions and insertions.
    pub errors: u64,
    /// Words that people settled on.
    pub words: u64,
    /// `errors / words`; null without words.
    pub wer: Option<f64>,
}

impl Wer {
    /// Adds a clip.
    pub fn add(&mut self, errors: usize, words: usize) {
        self.clips += 1;
        self.errors += errors as u64;
        self.words += words as u64;
        self.wer = (self.words > 0).then(|| self.errors as f64 / self.words as f64);
    }
}

/// How much needed a person.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Human {
    /// Of the clips with text or speech.
    pub clips: Option<Share>,
    /// Seconds for people, of all seconds of such clips.
    pub seconds: Parts,
    /// Draft words for people, of all draft words.
    pub words: Parts,
}

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Parts {
    /// For people.
    pub human: f64,
    /// In all.
    pub all: f64,
    /// `human / all`; null without any.
    pub share: Option<f64>,
}

impl Parts {
    /// Adds to the whole, and to the part where `human`.
    pub fn add(&mut self, amount: f64, human: bool) {
        self.all += amount;
        if human {
            self.human += amount;
        }
        self.share = (self.all > 0.0).then(|| self.human / self.all);
    }
}

/// What one reason, or one region, sends to people.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Group {
    /// Clips.
    pub clips: u64,
    /// Of them, for people.
    pub human_clips: u64,
    /// Seconds.
    pub seconds: f64,
    /// Of them, for people.
    pub human_seconds: f64,
    /// Settled clips whose draft people changed.
    pub drafts_changed: Option<Share>,
    /// Drafts against what people settled on.
    pub draft_wer: Wer,
}

/// What people did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct People {
    /// Who answered.
    pub validators: u64,
    /// Current answers: each validator's latest for a clip.
    pub answers: u64,
    /// Of them, by verdict.
    pub verdicts: BTreeMap<String, u64>,
    /// Clips settled.
    pub settled_clips: u64,
    /// Settled texts that differ from the draft they were given for, punctuation and case included.
    pub drafts_changed: Option<Share>,
    /// Settled texts with at least one word that differs, as the word error rate counts words.
    pub words_changed: Option<Share>,
    /// Drafts against settled texts: all settled clips, the hard ones first among them.
    pub draft_wer: Wer,
    /// Active seconds, where the task file measured them.
    pub active_seconds: f64,
    /// Answers with measured time.
    pub timed_answers: u64,
    /// Median active seconds an answer.
    pub median_active_seconds: Option<f64>,
    /// Active seconds a second of audio.
    pub active_per_audio_second: Option<f64>,
}

/// What random audits say of the drafts that nobody else checked.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Audit {
    /// Clips drawn.
    pub drawn: u64,
    /// Of them, settled.
    pub settled: u64,
    /// Settled audits with at least one word wrong in the draft.
    pub with_error: Option<Share>,
    /// Hajek estimate of the WER in accepted drafts: sum(E/pi) / sum(N/pi) over settled audits.
    pub wer: Option<f64>,
}

/// Everything.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Format version of the JSON.
    pub version: u32,
    /// Workspace id.
    pub workspace: String,
    /// Model, by its name in the settings.
    pub model: String,
    /// Recordings.
    pub recordings: u64,
    /// Recordings that failed: path and reason.
    pub failed: Vec<(String, String)>,
    /// Seconds of all recordings.
    pub input_seconds: f64,
    /// Seconds in each state; they add up to `input_seconds`.
    pub seconds: BTreeMap<&'static str, f64>,
    /// Clips in each state.
    pub clips: BTreeMap<&'static str, u64>,
    /// How much needed a person.
    pub human: Human,
    /// By reason; a clip counts under each of its reasons.
    pub by_reason: BTreeMap<String, Group>,
    /// By region, declared or heard; `unknown` where there is none.
    pub by_region: BTreeMap<String, Group>,
    /// What people did.
    pub people: People,
    /// What random audits say.
    pub audit: Audit,
    /// Validators, batches, agreement, checks.
    pub work: Work,
    /// What is promised of accepted drafts; null when nothing is asked for.
    pub guarantee: Option<Guarantee>,
}

/// The middle of some numbers, which get sorted; `None` of none.
pub fn median(numbers: &mut [f64]) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        n if n % 2 == 1 => Some(numbers[middle]),
        _ => Some((numbers[middle - 1] + numbers[middle]) / 2.0),
    }
}

/// `12.3 %`, or a dash.
pub fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_string(), |s| format!("{:.1} %", 100.0 * s))
}

/// `1:02:03` or `2:03`.
pub fn clock(seconds: f64) -> String {
    let s = seconds.round() as u64;
    match s / 3600 {
        0 => format!("{}:{:02}", s / 60, s % 60),
        h => format!("{h}:{:02}:{:02}", s / 60 % 60, s % 60),
    }
}

fn share_line(share: Option<Share>) -> String {
    match share {
        Some(Share { part, of, share: Some(s), low: Some(l), high: Some(h) }) => format!(
            "{part} of {of} ({:.1} %, 95 % interval {:.1} to {:.1})",
            100.0 * s,
            100.0 * l,
            100.0 * h
        ),
        _ => "none yet".to_string(),
    }
}

impl Report {
    /// The report as text, for a terminal.
    pub fn text(&self) -> String {
        let mut t = String::new();
        self.write_input(&mut t);
        self.write_human(&mut t);
        self.write_people(&mut t);
        if let Some(guarantee) = &self.guarantee {
            t.push('\n');
            t.push_str(&guarantee.text());
        }
        t.push_str(&self.work.text());
        t
    }

    fn write_input(&self, t: &mut String) {
        let _ = writeln!(
            t,
            "{} recordings, {} of sound, model {}",
            self.recordings,
            clock(self.input_seconds),
            self.model
        );
        for (state, seconds) in self.seconds.iter().filter(|(_, s)| **s > 0.0) {
            let clips = self.clips.get(state).copied().unwrap_or(0);
            let clips = if clips > 0 { format!("{clips:>6} clips") } else { String::new() };
            let share = percent(Some(seconds / self.input_seconds));
            let _ = writeln!(t, "  {state:<11} {:>9}  {share:>7} {clips}", clock(*seconds));
        }
        for (path, error) in &self.failed {
            let _ = writeln!(t, "  failed: {path}: {error}");
        }
    }

    fn write_human(&self, t: &mut String) {
        let _ = writeln!(t, "\nFor people");
        let _ = writeln!(t, "  clips       {}", share_line(self.human.clips));
        let _ = writeln!(t, "  seconds     {}", percent(self.human.seconds.share));
        let _ = writeln!(t, "  words       {}", percent(self.human.words.share));
        if !self.by_reason.is_empty() {
            let _ =
                writeln!(t, "\n  {:<24} {:>6} {:>9} {:>9}", "reason", "clips", "time", "draft WER");
            for (reason, g) in &self.by_reason {
                let wer = percent(g.draft_wer.wer);
                let _ =
                    writeln!(t, "  {reason:<24} {:>6} {:>9} {wer:>9}", g.clips, clock(g.seconds));
            }
        }
        if !self.by_region.is_empty() {
            let _ = writeln!(
                t,
                "\n  {:<24} {:>6} {:>9} {:>9} {:>9}",
                "region", "clips", "time", "human", "draft WER"
            );
            for (region, g) in &self.by_region {
                let human = percent((g.clips > 0).then(|| g.human_clips as f64 / g.clips as f64));
                let wer = percent(g.draft_wer.wer);
                let time = clock(g.seconds);
                let _ = writeln!(t, "  {region:<24} {:>6} {time:>9} {human:>9} {wer:>9}", g.clips);
            }
        }
    }

    fn write_people(&self, t: &mut String) {
        let p = &self.people;
        let _ = writeln!(t, "\nFrom people");
        let _ = writeln!(
            t,
            "  answers     {} by {} {}, {} clips settled",
            p.answers,
            p.validators,
            if p.validators == 1 { "person" } else { "people" },
            p.settled_clips
        );
        for (verdict, n) in &p.verdicts {
            let _ = writeln!(t, "    {verdict:<20} {n:>5}");
        }
        let _ = writeln!(t, "  words       changed in {}", share_line(p.words_changed));
        let _ = writeln!(t, "  any change  {}", share_line(p.drafts_changed));
        let _ = writeln!(
            t,
            "  draft WER   {} on the {} settled clips, which are the hard ones ({} errors, {} words)",
            percent(p.draft_wer.wer),
            p.draft_wer.clips,
            p.draft_wer.errors,
            p.draft_wer.words
        );
        if let Some(median) = p.median_active_seconds {
            let _ = writeln!(
                t,
                "  time        {} in all, median {median:.1} s an answer, {:.1} times the audio",
                clock(p.active_seconds),
                p.active_per_audio_second.unwrap_or(0.0)
            );
        } else {
            let _ = writeln!(t, "  time        not measured");
        }
        let _ = writeln!(
            t,
            "  audits      {} drawn, {} settled, {} with an error; WER of accepted drafts {}",
            self.audit.drawn,
            self.audit.settled,
            share_line(self.audit.with_error),
            percent(self.audit.wer)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        // Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662.
        let s = Share::new(81, 263);
        assert!((s.low.unwrap() - 0.2553).abs() < 5e-5, "{s:?}");
        assert!((s.high.unwrap() - 0.3662).abs() < 5e-5, "{s:?}");
        assert_eq!(Share::new(0, 0).share, None);
    }

    #[test]
    fn times_read_like_a_clock() {
        assert_eq!(clock(59.6), "1:00");
        assert_eq!(clock(3723.0), "1:02:03");
    }
}
