//! The report as a page: one self-contained HTML file without script. The only file that names askama.
//! In: a [`Report`]. Out: HTML. Left to others: pictures and their tables (`figures`).

use anyhow::Result;
use askama::Template;

use super::figures::{self, Figure};
use super::front::{self, Card, Front};
use super::languages::LanguageSupport;
use super::numbers::{clock, percent};
use super::report::engines::points;
use super::report::fairness::{Comparison, ComparisonResult};
use super::report::methods::CITED;
use super::report::rounds;
use super::report::words::{many, rate, share};
use super::report::{Group, Report};
use crate::domain::{Estimate, Round};
use crate::statistics::rate::{Rate, Share};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    front: &'a Front,
    cards: Vec<Card>,
    totals: String,
    next: String,
    states: Figure,
    human: Vec<Figure>,
    residual: Vec<Figure>,
    engines: Vec<Figure>,
    worth: Vec<Figure>,
    rounds: Vec<Figure>,
    cost: Vec<Figure>,
    methods: String,
    cited: &'static [&'static str],
}

impl Page<'_> {
    fn time(&self, seconds: &f64) -> String {
        clock(*seconds)
    }

    /// What a team should know of its languages.
    fn languages(&self) -> Vec<String> {
        self.report.languages.iter().flat_map(LanguageSupport::sentences).collect()
    }

    fn many(&self, n: &u64, thing: &str) -> String {
        many(*n, thing)
    }

    fn percent(&self, share: &Option<f64>) -> String {
        percent(*share)
    }

    fn share(&self, of: &Option<Share>) -> String {
        of.as_ref().map_or("-".to_string(), share)
    }

    fn exact(&self, of: &Share) -> String {
        share(of)
    }

    fn target(&self, wer: &f64) -> String {
        percent(Some(*wer))
    }

    fn verdict(&self, round: &Round) -> String {
        rounds::verdict(&round.verdict)
    }

    fn learnt_from(&self, round: &Round) -> String {
        rounds::learnt_from(&round.clips)
    }

    fn day<'r>(&self, round: &'r Round) -> &'r str {
        round.created.get(..10).unwrap_or(&round.created)
    }

    fn losses(&self, round: &Round) -> String {
        rounds::losses(&round.losses)
    }

    fn rate(&self, of: &Rate) -> String {
        rate(of)
    }

    fn number(&self, number: &Option<f64>) -> String {
        number.map_or("-".to_string(), |n| format!("{n:.1}"))
    }

    fn estimate(&self, e: &Option<Estimate>) -> String {
        e.map_or("-".to_string(), |e| format!("{:.3} ({:.3} to {:.3})", e.value, e.low, e.high))
    }

    fn points(&self, difference: &Option<Rate>) -> String {
        points(difference.as_ref())
    }

    fn regions(&self) -> Vec<(&String, &Group)> {
        self.report.by_region.iter().collect()
    }

    fn difference(&self, c: &Comparison) -> String {
        match (c.difference, c.low, c.high) {
            (Some(d), Some(l), Some(h)) => {
                format!("{:+.1} ({:+.1} to {:+.1}) points", 100.0 * d, 100.0 * l, 100.0 * h)
            }
            _ => "-".into(),
        }
    }

    fn p(&self, p: &Option<f64>) -> String {
        p.map_or("-".into(), |p| format!("{p:.4}"))
    }

    fn outcome(&self, c: &Comparison) -> &'static str {
        match c.outcome {
            ComparisonResult::Higher => "higher than elsewhere",
            ComparisonResult::Lower => "lower than elsewhere",
            ComparisonResult::NotShown => "no difference shown",
            ComparisonResult::CannotSay => "cannot be said yet",
        }
    }
}

impl Report {
    /// The report as a page.
    pub fn html(&self, front: &Front) -> Result<String> {
        let page = Page {
            report: self,
            front,
            cards: front::cards(self),
            totals: front::totals(self),
            next: front::next(self),
            states: figures::states(self),
            human: vec![figures::human_by_region(self), figures::human_by_reason(self)],
            residual: vec![
                figures::residual_error_by_region(self),
                figures::drafts_by_region(self),
            ],
            engines: figures::engines::errors(self).into_iter().collect(),
            worth: figures::score::risk_coverage(self)
                .into_iter()
                .chain(figures::score::reliability(self))
                .collect(),
            rounds: std::iter::once(figures::rounds::curve(self))
                .chain(figures::rounds::work(self))
                .chain(figures::rounds::by_region(self))
                .chain(figures::rounds::measured(self))
                .collect(),
            cost: figures::cost::cost(self).into_iter().collect(),
            methods: self.methods(),
            cited: &CITED,
        };
        Ok(page.render()?)
    }
}
