//! `status` as text, for a terminal. In: a [`Status`], a language. Out: lines.

use super::{Failed, FailedClip, MOST_WALKED, Status, Waiting, WithheldClip};
use crate::domain::State;
use crate::pipeline::forget;
use crate::views::lang::{Lang, t};
use crate::views::numbers::clock;
use crate::views::progress::shown;
use crate::views::report::drift;

/// Clips of a kind that are named.
const SHOWN: usize = 10;

/// `12.000-15.500`: where a clip is.
fn span(lang: Lang, start: f64, end: f64) -> String {
    format!("{}-{}", lang.decimal(start, 3), lang.decimal(end, 3))
}

impl Status {
    /// As text, for a terminal.
    pub fn text(&self, lang: Lang) -> String {
        let mut t = self.head(lang) + "\n";
        let mut say = |line: String| {
            t.push_str(&line);
            t.push('\n');
        };
        self.states(lang).into_iter().for_each(&mut say);
        self.trouble(lang).into_iter().for_each(&mut say);
        self.remarks.lines(lang).into_iter().for_each(|line| say(format!("  {line}")));
        self.consent(lang).into_iter().for_each(&mut say);
        let Waiting { to_hand_out, handed_out } = self.waiting;
        if to_hand_out + handed_out > 0 {
            let open = t!(lang, "status.not_handed_out", n = to_hand_out);
            say(t!(lang, "status.waiting", n = handed_out, open = open));
        }
        if let Some(guarantee) = &self.guarantee {
            guarantee.text(lang).lines().for_each(|line| say(line.into()));
        }
        match &self.fit {
            Some(fit) => say(drift::says(lang, fit)),
            None if self.clips.values().sum::<u64>() > MOST_WALKED => {
                say(t!(lang, "status.fit_left_out", n = MOST_WALKED));
            }
            None => (),
        }
        forget::standing_lines(lang, &self.rests_on_withdrawn).into_iter().for_each(&mut say);
        if self.withdrawal_unfinished {
            say(t!(lang, "status.withdrawal_unfinished"));
        }
        if self.model_file.is_none() {
            say(t!(lang, "status.no_model", model = self.model));
        }
        t
    }

    fn head(&self, lang: Lang) -> String {
        let round = match self.round {
            0 => String::new(),
            round => t!(lang, "status.round", round = round),
        };
        let engines = match self.engines.is_empty() {
            true => String::new(),
            false => t!(lang, "status.engines", engines = self.engines.join(", ")),
        };
        let input = t!(
            lang,
            "text.input",
            n = self.recordings,
            time = clock(self.input_seconds),
            model = self.model
        );
        format!("{input}{round}{engines}")
    }

    fn states(&self, lang: Lang) -> Vec<String> {
        let line = |state: State| {
            let seconds = self.seconds.get(state.code()).copied().filter(|s| *s > 0.0)?;
            let clips = match self.clips.get(state.code()).copied().unwrap_or(0) {
                0 => String::new(),
                n => t!(lang, "text.plain_clips", n = n),
            };
            let share = lang.percent(Some(seconds / self.input_seconds));
            let (name, time) = (lang.named("state", state.code()), clock(seconds));
            Some(format!("  {name:<11} {time:>9}  {share:>7}  {clips}").trim_end().to_string())
        };
        State::ALL.into_iter().filter_map(line).collect()
    }

    /// Recordings and clips that failed, and clips that nobody else should read or hear.
    fn trouble(&self, lang: Lang) -> Vec<String> {
        let mut lines = Vec::new();
        for Failed { path, error } in &self.failed {
            lines.push(t!(lang, "text.failed", path = shown(path), error = shown(error)));
        }
        for FailedClip { path, start, end, error, .. } in self.failed_clips.iter().take(SHOWN) {
            let at = span(lang, *start, *end);
            let (path, error) = (shown(path), shown(error));
            lines.push(t!(lang, "status.failed_clip", path = path, at = at, error = error));
        }
        match self.failed_clips.len().saturating_sub(SHOWN) {
            0 => {}
            n => lines.push(t!(lang, "status.more_failed", n = n)),
        }
        for WithheldClip { path, start, end, verdict, .. } in self.withheld.iter().take(SHOWN) {
            let at = span(lang, *start, *end);
            let verdict = lang.named("verdict", verdict);
            lines.push(t!(lang, "status.withheld", path = shown(path), at = at, why = verdict));
        }
        match self.withheld.len().saturating_sub(SHOWN) {
            0 => {}
            n => lines.push(t!(lang, "status.more_withheld", n = n)),
        }
        lines.into_iter().map(|line| format!("  {line}")).collect()
    }

    fn consent(&self, lang: Lang) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.recordings_without_consent.is_empty() {
            let each = self
                .recordings_without_consent
                .iter()
                .map(|(purpose, n)| format!("{} {n}", lang.named("purpose", purpose)));
            let waiting = match self.not_reviewed {
                0 => String::new(),
                n => t!(lang, "status.not_reviewed", n = n),
            };
            let each = each.collect::<Vec<_>>().join(", ");
            lines.push(t!(lang, "status.without_consent", each = each, waiting = waiting));
        }
        if self.audio_removed > 0 {
            lines.push(t!(lang, "status.audio_removed", n = self.audio_removed));
        }
        lines
    }
}
