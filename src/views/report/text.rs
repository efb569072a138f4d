//! The report as text, for a terminal. In: a [`Report`]. Out: lines. Everything else: the page, JSON.

use std::fmt::Write;

use super::Report;
use super::words::{counted, number, rate, region};
use crate::views::columns::Columns;
use crate::views::lang::{Lang, t};
use crate::views::languages::LanguageSupport;
use crate::views::numbers::clock;
use crate::views::withdrawals::sentences;

impl Report {
    /// The report as text.
    pub fn text(&self, lang: Lang) -> String {
        let mut t = String::new();
        self.write_input(lang, &mut t);
        self.write_human(lang, &mut t);
        self.write_groups(lang, &mut t);
        self.write_engines(lang, &mut t);
        self.write_rounds(lang, &mut t);
        self.write_drift(lang, &mut t);
        self.write_people(lang, &mut t);
        self.write_residual_error(lang, &mut t);
        if let Some(guarantee) = &self.guarantee {
            t.push('\n');
            t.push_str(&guarantee.text(lang));
        }
        for sentence in sentences(lang, &self.withdrawals) {
            let _ = writeln!(t, "\n{sentence}");
        }
        t.push_str(&self.work.text(lang));
        t
    }

    fn write_input(&self, lang: Lang, t: &mut String) {
        let head = t!(
            lang,
            "text.input",
            n = self.recordings,
            time = clock(self.input_seconds),
            model = self.model
        );
        let _ = writeln!(t, "{head}");
        for (state, seconds) in self.seconds.iter().filter(|(_, s)| **s > 0.0) {
            let n = self.clips.get(state).copied().unwrap_or(0);
            let clips = match n {
                0 => String::new(),
                n => {
                    let before = 6_usize.saturating_sub(n.to_string().len());
                    " ".repeat(before) + &t!(lang, "text.plain_clips", n = n)
                }
            };
            let share = lang.percent(Some(seconds / self.input_seconds));
            let (state, time) = (lang.named("state", state), clock(*seconds));
            let _ = writeln!(t, "  {state:<11} {time:>9}  {share:>7} {clips}");
        }
        if self.without_consent_to_evaluate > 0 {
            let said = t!(lang, "text.without_consent", n = self.without_consent_to_evaluate);
            let _ = writeln!(t, "  {said}");
        }
        for said in self.languages.iter().flat_map(|one| LanguageSupport::sentences(one, lang)) {
            let _ = writeln!(t, "  {said}");
        }
        for (path, error) in &self.failed {
            let _ = writeln!(t, "  {}", t!(lang, "text.failed", path = path, error = error));
        }
    }

    fn write_human(&self, lang: Lang, t: &mut String) {
        let speakers = t!(lang, "many.speaker", n = self.speakers);
        let _ = writeln!(t, "\n{}", t!(lang, "text.human", speakers = speakers));
        let by_speaker =
            t!(lang, "text.by_speaker", rate = rate(lang, &self.human.clips_by_speaker));
        line(t, lang.phrase("column.clips"), counted(lang, &self.human.clips));
        line(t, "", by_speaker);
        line(t, lang.phrase("text.seconds"), rate(lang, &self.human.seconds));
        line(t, lang.phrase("text.words"), rate(lang, &self.human.words));
        if self.by_reason.is_empty() {
            return;
        }
        let draft = t!(lang, "column.draft_rate", rate = self.error_rate);
        let head = [
            lang.phrase("column.reason"),
            lang.phrase("column.clips"),
            lang.phrase("column.time"),
            lang.phrase("column.of_all_seconds"),
            &draft,
        ];
        let columns = Columns::under(&head, &[24, 6, 9, 22, 22]);
        let _ = writeln!(t, "\n  {}", columns.line(&head));
        for (code, r) in &self.by_reason {
            let (share, wer) = (rate(lang, &r.human.seconds), rate(lang, &r.settled_wer));
            let (name, time) = (lang.named("reason", code), clock(r.seconds));
            let cells = [&*name, &r.clips.to_string(), &time, &share, &wer];
            let _ = writeln!(t, "  {}", columns.line(&cells));
        }
    }

    fn write_groups(&self, lang: Lang, t: &mut String) {
        let regions = self.by_region.iter().map(|(code, g)| (region(lang, code), g));
        let rounds = self.by_round.iter().map(|r| (format!("{} ({})", r.round, r.model), &r.group));
        for (title, groups) in [
            (lang.phrase("column.region"), regions.collect::<Vec<_>>()),
            (lang.phrase("column.round_model"), rounds.collect()),
        ] {
            if groups.is_empty() {
                continue;
            }
            let all = t!(lang, "column.draft_rate_all", rate = self.error_rate);
            let residual = t!(lang, "column.residual_rate", rate = self.error_rate);
            let head = [
                title,
                lang.phrase("column.clips"),
                lang.phrase("column.time"),
                lang.phrase("column.for_people"),
                &all,
                &residual,
            ];
            let columns = Columns::under(&head, &[24, 6, 9, 22, 22, 22]);
            let _ = writeln!(t, "\n  {}", columns.line(&head));
            for (name, g) in groups {
                let (clips, time) = (g.clips.to_string(), clock(g.seconds));
                let rates = [&g.human.clips_by_speaker, &g.drafts.all_wer, &g.residual_error.wer];
                let [human, all, residual] = rates.map(|r| rate(lang, r));
                let cells = [&*name, &clips, &time, &human, &all, &residual];
                let _ = writeln!(t, "  {}", columns.line(&cells));
            }
        }
        let _ = writeln!(t, "  {}", self.fairness.sentence(lang, self.error_rate));
    }

    fn write_people(&self, lang: Lang, t: &mut String) {
        let (p, d) = (&self.people, &self.drafts);
        let _ = writeln!(t, "\n{}", lang.phrase("text.people"));
        let people = t!(lang, "many.person", n = p.validators);
        let settled = t!(lang, "text.settled", n = p.settled_clips);
        let answers = t!(lang, "text.answers", n = p.answers, people = people, settled = settled);
        line(t, lang.phrase("column.answers"), answers);
        for (verdict, n) in &p.verdicts {
            let _ = writeln!(t, "    {:<20} {n:>5}", lang.named("verdict", verdict));
        }
        let changed = t!(lang, "text.changed_in", counted = counted(lang, &d.words_changed));
        line(t, lang.phrase("text.words"), changed);
        line(t, lang.phrase("text.any_change"), counted(lang, &d.changed));
        let hard = t!(
            lang,
            "text.hard_ones",
            rate = rate(lang, &d.settled_wer),
            n = d.settled.clips,
            errors = d.settled.errors,
            words = d.settled.words
        );
        let name = format!("{:<5}", self.error_rate);
        line(t, &t!(lang, "text.draft_rate", rate = name), hard);
        line(t, "", t!(lang, "text.all_drafts", rate = rate(lang, &d.all_wer)));
        let time = lang.phrase("text.time");
        let Some(median) = p.median_active_seconds else {
            line(t, time, lang.phrase("text.not_measured").into());
            return;
        };
        let worked = t!(
            lang,
            "text.worked",
            time = clock(p.active_seconds),
            median = lang.decimal(median, 1),
            times = lang.decimal(p.active_per_audio_second.unwrap_or(0.0), 1)
        );
        line(t, time, worked);
        let c = &self.cost;
        let minutes = number(lang, &c.minutes_per_hour, 1);
        line(t, lang.phrase("text.cost"), t!(lang, "text.cost.minutes", minutes = minutes));
        if c.money_per_hour.value.is_some() {
            let money = number(lang, &c.money_per_hour, 1);
            line(t, "", t!(lang, "text.cost.money", money = money, currency = c.currency));
        }
        if c.waiting_clips > 0 {
            let minutes = number(lang, &c.waiting_minutes, 1);
            let waiting = t!(lang, "text.cost.waiting", minutes = minutes, n = c.waiting_clips);
            line(t, "", waiting);
        }
    }

    fn write_residual_error(&self, lang: Lang, t: &mut String) {
        let l = &self.residual_error;
        let _ = writeln!(t, "\n{}", lang.phrase("report.residual"));
        let audits =
            t!(lang, "text.audits.of", drawn = l.drawn, accepted = l.accepted, n = l.settled);
        line(t, lang.phrase("text.audits"), audits);
        let error = t!(lang, "text.an_error_in", counted = counted(lang, &l.with_error));
        let _ = writeln!(t, "  {error}");
        line(t, self.error_rate, t!(lang, "text.these_recordings", rate = rate(lang, &l.wer)));
        line(t, "", t!(lang, "text.speakers_like", rate = rate(lang, &l.wer_by_speaker)));
        let with_model = rate(lang, &l.wer_with_model);
        line(t, "", t!(lang, "text.with_model", rate = with_model, name = self.error_rate));
        if let Some(s) = &self.score {
            let three = |n: Option<f64>| n.map_or("-".to_string(), |v| lang.decimal(v, 3));
            let said = t!(
                lang,
                "text.score",
                n = s.clips,
                auroc = three(s.auroc.value),
                ece = three(s.ece),
                aurc = rate(lang, &s.aurc_wer)
            );
            let _ = writeln!(t, "\n{said}");
            for c in &s.coverage {
                let said = t!(
                    lang,
                    "text.coverage",
                    name = self.error_rate,
                    target = format!("{:<6}", lang.percent(Some(c.target_wer))),
                    share = rate(lang, &c.coverage)
                );
                let _ = writeln!(t, "  {said}");
            }
        }
    }
}

/// A name and what is to be said of it.
fn line(t: &mut String, name: &str, said: String) {
    let _ = writeln!(t, "  {name:<11} {said}");
}
