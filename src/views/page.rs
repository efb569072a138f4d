//! The report as a page: one self-contained HTML file. The only file that names askama.

use anyhow::Result;
use askama::Template;

use super::report::{Report, Share, clock, percent};
use crate::domain::{Estimate, State};

/// A state with its colour.
struct StateRow {
    name: &'static str,
    clips: u64,
    time: String,
    share: String,
    width: String,
    colour: &'static str,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    states: Vec<StateRow>,
}

impl Page<'_> {
    fn time(&self, seconds: &f64) -> String {
        clock(*seconds)
    }

    fn percent(&self, share: &Option<f64>) -> String {
        percent(*share)
    }

    fn share(&self, share: &Option<Share>) -> String {
        percent(share.and_then(|s| s.share))
    }

    fn part(&self, part: &u64, of: &u64) -> String {
        percent(Share::new(*part, *of).share)
    }

    fn number(&self, number: &Option<f64>) -> String {
        number.map_or("-".to_string(), |n| format!("{n:.1}"))
    }

    fn estimate(&self, e: &Option<Estimate>) -> String {
        e.map_or("-".to_string(), |e| format!("{:.3} ({:.3} to {:.3})", e.value, e.low, e.high))
    }

    fn interval(&self, share: &Option<Share>) -> String {
        match share {
            Some(Share { part, of, low: Some(low), high: Some(high), .. }) => {
                format!("({part} of {of}; {:.0} to {:.0} %)", 100.0 * low, 100.0 * high)
            }
            _ => String::new(),
        }
    }
}

/// Told apart without red against green.
fn colour(state: State) -> &'static str {
    match state {
        State::Pending => "#b0b7bf",
        State::Failed => "#c2410c",
        State::NotSpeech => "#d8dde3",
        State::NoOutput => "#94a3b8",
        State::Auto => "#2b7a78",
        State::Waiting => "#e0a030",
        State::Settled => "#2f5d9b",
        State::Dropped => "#64748b",
    }
}

impl Report {
    /// The report as a page.
    pub fn html(&self) -> Result<String> {
        let rows = State::ALL.into_iter().filter_map(|state| {
            let seconds = self.seconds.get(state.code()).copied().filter(|s| *s > 0.0)?;
            let share = seconds / self.input_seconds;
            Some(StateRow {
                name: state.code(),
                clips: self.clips.get(state.code()).copied().unwrap_or(0),
                time: clock(seconds),
                share: percent(Some(share)),
                width: format!("{:.2}", 100.0 * share),
                colour: colour(state),
            })
        });
        Ok(Page { report: self, states: rows.collect() }.render()?)
    }
}
