//! The report as a page: one self-contained HTML file without script. The only file that names askama.
//! In: a [`Report`]. Out: HTML. Left to others: pictures and their tables (`figures`).

use anyhow::Result;
use askama::Template;

use super::charts::escaped;
use super::figures::{self, Figure};
use super::front::{self, Card, Front};
use super::lang::{Lang, t};
use super::languages::LanguageSupport;
use super::numbers::clock;
use super::people::{self, AppealLine};
use super::report::drift;
use super::report::engines::{self, points};
use super::report::fairness::{Comparison, ComparisonResult};
use super::report::methods::CITED;
use super::report::rounds;
use super::report::versions::Calibration;
use super::report::words::{rate, region, share};
use super::report::{Group, Report};
use crate::domain::{Estimate, Flag, Round};
use crate::statistics::rate::{Rate, Share};

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    lang: Lang,
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
    months: Vec<Figure>,
    cost: Vec<Figure>,
    methods: String,
    cited: &'static [&'static str],
}

impl Page<'_> {
    /// A text without holes.
    fn t(&self, key: &'static str) -> &'static str {
        self.lang.phrase(key)
    }

    /// A text as markup, with what stands between backticks as code.
    fn marked(&self, text: &str) -> String {
        let parts = text.split('`').enumerate();
        let marked = parts.map(|(n, part)| match n % 2 {
            0 => escaped(part),
            _ => format!("<code>{}</code>", escaped(part)),
        });
        marked.collect()
    }

    fn time(&self, seconds: &f64) -> String {
        clock(*seconds)
    }

    /// What a team should know of its languages.
    fn languages(&self) -> Vec<String> {
        let all = self.report.languages.iter();
        all.flat_map(|one| LanguageSupport::sentences(one, self.lang)).collect()
    }

    fn percent(&self, share: &Option<f64>) -> String {
        self.lang.percent(*share)
    }

    fn share(&self, of: &Option<Share>) -> String {
        of.as_ref().map_or("-".to_string(), |of| share(self.lang, of))
    }

    fn exact(&self, of: &Share) -> String {
        share(self.lang, of)
    }

    fn target(&self, wer: &f64) -> String {
        self.lang.percent(Some(*wer))
    }

    fn verdict(&self, round: &Round) -> String {
        rounds::verdict(self.lang, &round.verdict)
    }

    fn learnt_from(&self, round: &Round) -> String {
        rounds::learnt_from(&round.clips)
    }

    fn day<'r>(&self, round: &'r Round) -> &'r str {
        round.created.get(..10).unwrap_or(&round.created)
    }

    fn losses(&self, round: &Round) -> String {
        rounds::losses(self.lang, &round.losses)
    }

    fn rate(&self, of: &Rate) -> String {
        rate(self.lang, of)
    }

    fn region(&self, code: &str) -> String {
        region(self.lang, code)
    }

    fn number(&self, number: &Option<f64>) -> String {
        number.map_or("-".to_string(), |n| self.lang.decimal(n, 1))
    }

    /// With so many decimals.
    fn decimal(&self, number: &f64, places: usize) -> String {
        self.lang.decimal(*number, places)
    }

    /// As a setting has it.
    fn setting(&self, number: &f64) -> String {
        self.lang.exact(*number)
    }

    fn estimate(&self, e: &Option<Estimate>) -> String {
        people::estimate(self.lang, *e)
    }

    fn drift_says(&self) -> Vec<String> {
        let of = |drift| [drift::says(self.lang, drift), drift::lexicon(self.lang, drift)];
        self.report.drift.as_ref().map_or(Vec::new(), |drift| of(drift).into())
    }

    fn points(&self, difference: &Option<Rate>) -> String {
        points(self.lang, difference.as_ref())
    }

    fn regions(&self) -> Vec<(String, &Group)> {
        let regions = self.report.by_region.iter();
        regions.map(|(code, group)| (region(self.lang, code), group)).collect()
    }

    fn difference(&self, c: &Comparison) -> String {
        match (c.difference, c.low, c.high) {
            (Some(d), Some(l), Some(h)) => {
                let [value, low, high] = [d, l, h].map(|x| self.lang.signed(100.0 * x, 1));
                t!(self.lang, "fairness.points", value = value, low = low, high = high)
            }
            _ => "-".into(),
        }
    }

    fn p(&self, p: &Option<f64>) -> String {
        p.map_or("-".into(), |p| self.lang.decimal(p, 4))
    }

    fn outcome(&self, c: &Comparison) -> &'static str {
        match c.outcome {
            ComparisonResult::Higher => self.lang.phrase("outcome.higher"),
            ComparisonResult::Lower => self.lang.phrase("outcome.lower"),
            ComparisonResult::NotShown => self.lang.phrase("outcome.not_shown"),
            ComparisonResult::CannotSay => self.lang.phrase("outcome.cannot_say"),
        }
    }

    fn engines_say(&self) -> String {
        self.report
            .engines
            .as_ref()
            .map_or(String::new(), |e| engines::says(self.lang, &e.compared))
    }

    fn drafts_say(&self) -> String {
        let said =
            |e: &engines::Engines| engines::says_of_drafts(self.lang, e.blind_clips, e.clips);
        self.report.engines.as_ref().map_or(String::new(), said)
    }

    fn flag(&self, flag: &Flag) -> String {
        people::flagged(self.lang, *flag)
    }

    fn appeal(&self, appeal: &AppealLine) -> String {
        appeal.words(self.lang)
    }

    fn verdict_name(&self, code: &str) -> String {
        self.lang.named("verdict", code)
    }

    fn calibration(&self, c: &Calibration) -> String {
        t!(
            self.lang,
            "versions.calibration.of",
            file = c.file,
            format = c.format,
            sha256 = c.sha256,
            model = c.model,
            policy = c.policy,
            n = c.clips,
            sets = c.sets.join(", ")
        )
    }

    /// The settings that shift the numbers.
    fn routing(&self) -> String {
        let (lang, s) = (self.lang, &self.report.versions.settings);
        let hits = match s.review_lexicon_hits {
            true => lang.phrase("versions.hits.reviewed"),
            false => lang.phrase("versions.hits.not_reviewed"),
        };
        let mut said = vec![t!(
            lang,
            "versions.routing.of",
            accept = lang.exact(s.accept_score),
            shift = lang.exact(s.region_shift),
            hits = hits,
            audits = lang.exact(s.audit_rate),
            seed = s.seed.to_string()
        )];
        let most = |share: f64| t!(lang, "versions.most.share", share = lang.exact(share));
        said.extend(s.max_human_share.map(most));
        let most = |minutes: f64| t!(lang, "versions.most.minutes", minutes = lang.exact(minutes));
        said.extend(s.max_human_minutes.map(most));
        said.join(", ")
    }
}

impl Report {
    /// The report as a page.
    pub fn html(&self, lang: Lang, front: &Front) -> Result<String> {
        let page = Page {
            lang,
            report: self,
            front,
            cards: front::cards(lang, self),
            totals: front::totals(lang, self),
            next: front::next(lang, self),
            states: figures::states(lang, self),
            human: vec![figures::human_by_region(lang, self), figures::human_by_reason(lang, self)],
            residual: vec![
                figures::residual_error_by_region(lang, self),
                figures::drafts_by_region(lang, self),
            ],
            engines: figures::engines::errors(lang, self).into_iter().collect(),
            months: figures::drift::months(lang, self),
            worth: figures::score::risk_coverage(lang, self)
                .into_iter()
                .chain(figures::score::reliability(lang, self))
                .collect(),
            rounds: std::iter::once(figures::rounds::curve(lang, self))
                .chain(figures::rounds::work(lang, self))
                .chain(figures::rounds::by_region(lang, self))
                .chain(figures::rounds::measured(lang, self))
                .collect(),
            cost: figures::cost::cost(lang, self).into_iter().collect(),
            methods: self.methods(lang),
            cited: &CITED,
        };
        Ok(page.render()?)
    }
}
