//! The report as text, for a terminal. In: a [`Report`]. Out: lines. Everything else: the page, JSON.

use std::fmt::Write;

use super::Report;
use super::words::{counted, many, number, rate};
use crate::views::languages::LanguageSupport;
use crate::views::numbers::{clock, percent};
use crate::views::withdrawals::sentences;

impl Report {
    /// The report as text.
    pub fn text(&self) -> String {
        let mut t = String::new();
        self.write_input(&mut t);
        self.write_human(&mut t);
        self.write_groups(&mut t);
        self.write_engines(&mut t);
        self.write_rounds(&mut t);
        self.write_people(&mut t);
        self.write_residual_error(&mut t);
        if let Some(guarantee) = &self.guarantee {
            t.push('\n');
            t.push_str(&guarantee.text());
        }
        for sentence in sentences(&self.withdrawals) {
            let _ = writeln!(t, "\n{sentence}");
        }
        t.push_str(&self.work.text());
        t
    }

    fn write_input(&self, t: &mut String) {
        let (recordings, time) = (self.recordings, clock(self.input_seconds));
        let _ = writeln!(t, "{recordings} recordings, {time} of audio, model {}", self.model);
        for (state, seconds) in self.seconds.iter().filter(|(_, s)| **s > 0.0) {
            let clips = self.clips.get(state).copied().unwrap_or(0);
            let clips = if clips > 0 { format!("{clips:>6} clips") } else { String::new() };
            let share = percent(Some(seconds / self.input_seconds));
            let _ = writeln!(t, "  {state:<11} {:>9}  {share:>7} {clips}", clock(*seconds));
        }
        if self.without_consent_to_evaluate > 0 {
            let n = self.without_consent_to_evaluate;
            let _ = writeln!(
                t,
                "  {n} settled clips are measured by no rate: consent to evaluate is missing"
            );
        }
        for said in self.languages.iter().flat_map(LanguageSupport::sentences) {
            let _ = writeln!(t, "  {said}");
        }
        for (path, error) in &self.failed {
            let _ = writeln!(t, "  failed: {path}: {error}");
        }
    }

    fn write_human(&self, t: &mut String) {
        let _ = writeln!(
            t,
            "\nFor people (in brackets: 95 % intervals over {})",
            many(self.speakers, "speaker")
        );
        let _ = writeln!(t, "  clips       {}", counted(&self.human.clips));
        let _ = writeln!(t, "              by speaker {}", rate(&self.human.clips_by_speaker));
        let _ = writeln!(t, "  seconds     {}", rate(&self.human.seconds));
        let _ = writeln!(t, "  words       {}", rate(&self.human.words));
        if !self.by_reason.is_empty() {
            let _ = writeln!(
                t,
                "\n  {:<24} {:>6} {:>9} {:>22} {:>22}",
                "reason",
                "clips",
                "time",
                "of all seconds",
                format!("draft {}", self.error_rate)
            );
        }
        for (reason, r) in &self.by_reason {
            let (share, wer) = (rate(&r.human.seconds), rate(&r.settled_wer));
            let time = clock(r.seconds);
            let _ = writeln!(t, "  {reason:<24} {:>6} {time:>9} {share:>22} {wer:>22}", r.clips);
        }
    }

    fn write_groups(&self, t: &mut String) {
        let head = |t: &mut String, name: &str| {
            let _ = writeln!(
                t,
                "\n  {name:<24} {:>6} {:>9} {:>22} {:>22} {:>22}",
                "clips",
                "time",
                "for people",
                format!("draft {}, all", self.error_rate),
                format!("residual {}", self.error_rate)
            );
        };
        let regions = self.by_region.iter().map(|(name, g)| (name.clone(), g));
        let rounds = self.by_round.iter().map(|r| (format!("{} ({})", r.round, r.model), &r.group));
        for (title, groups) in
            [("region", regions.collect::<Vec<_>>()), ("round (model)", rounds.collect())]
        {
            if groups.is_empty() {
                continue;
            }
            head(t, title);
            for (name, g) in groups {
                let human = rate(&g.human.clips_by_speaker);
                let (all, left) = (rate(&g.drafts.all_wer), rate(&g.residual_error.wer));
                let time = clock(g.seconds);
                let _ = writeln!(
                    t,
                    "  {name:<24} {:>6} {time:>9} {human:>22} {all:>22} {left:>22}",
                    g.clips
                );
            }
        }
        let _ = writeln!(t, "  {}", self.fairness.says);
    }

    fn write_people(&self, t: &mut String) {
        let (p, d) = (&self.people, &self.drafts);
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
        let _ = writeln!(t, "  words       changed in {}", counted(&d.words_changed));
        let _ = writeln!(t, "  any change  {}", counted(&d.changed));
        let _ = writeln!(
            t,
            "  draft {:<5} {} on the {} settled clips, which are the hard ones ({} errors, {} words)",
            self.error_rate,
            rate(&d.settled_wer),
            d.settled.clips,
            d.settled.errors,
            d.settled.words
        );
        let _ = writeln!(t, "              {} of all drafts, by weight", rate(&d.all_wer));
        let Some(median) = p.median_active_seconds else {
            let _ = writeln!(t, "  time        not measured");
            return;
        };
        let _ = writeln!(
            t,
            "  time        {} in all, median {median:.1} s per answer, {:.1} times the audio",
            clock(p.active_seconds),
            p.active_per_audio_second.unwrap_or(0.0)
        );
        let c = &self.cost;
        let _ = writeln!(
            t,
            "  cost        {} minutes per hour of input",
            number(&c.minutes_per_hour, 1)
        );
        if c.money_per_hour.value.is_some() {
            let _ = writeln!(
                t,
                "              {} {} per hour",
                number(&c.money_per_hour, 1),
                c.currency
            );
        }
        if c.waiting_clips > 0 {
            let _ = writeln!(
                t,
                "              {} minutes for the {} clips that wait",
                number(&c.waiting_minutes, 1),
                c.waiting_clips
            );
        }
    }

    fn write_residual_error(&self, t: &mut String) {
        let l = &self.residual_error;
        let _ = writeln!(t, "\nResidual error of accepted drafts");
        let _ = writeln!(
            t,
            "  audits      {} drawn of {} accepted clips, {} settled with a text",
            l.drawn, l.accepted, l.settled
        );
        let _ = writeln!(t, "  an error in {}", counted(&l.with_error));
        let _ = writeln!(t, "  {:<11} {} in these recordings", self.error_rate, rate(&l.wer));
        let _ = writeln!(t, "              {} for speakers like these", rate(&l.wer_by_speaker));
        let _ = writeln!(
            t,
            "              {} with the expected {} of each clip",
            rate(&l.wer_with_model),
            self.error_rate
        );
        if let Some(s) = &self.score {
            let auroc = s.auroc.value.map_or("-".to_string(), |v| format!("{v:.3}"));
            let ece = s.ece.map_or("-".to_string(), |v| format!("{v:.3}"));
            let _ = writeln!(
                t,
                "\nScore on {} settled clips: AUROC {auroc}, calibration error {ece}, AURC {}",
                s.clips,
                rate(&s.aurc_wer)
            );
            for c in &s.coverage {
                let target = percent(Some(c.target_wer));
                let (name, share) = (self.error_rate, rate(&c.coverage));
                let _ = writeln!(t, "  {name} up to {target:<6} in {share} of the clips");
            }
        }
    }
}
