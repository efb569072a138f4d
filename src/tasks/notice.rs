//! The notice to those who work: what is noted about them, what is decided with it and by whom, how long it is kept, what they can
//! do. In: the settings in force. Out: lines for the page, and for a page or text of its own. Pure.
//!
//! It is of the kind that Article 9 of Directive (EU) 2024/2831 on platform work asks for. What it names and what the database
//! holds is compared by a test: a column about a person that no line names fails it.

mod columns;

use serde::Serialize;

use super::page::escape_html;
use crate::domain::{PageLanguage, RetentionSettings, TaskSettings};

/// A part of the notice.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// The key of its heading.
    pub heading: &'static str,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A line, in whatever language.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Line {
    /// The key of its text.
    pub key: &'static str,
    /// What stands in its hole `{n}`, `{share}`, `{pay}` or `{contact}`; empty: it has none.
    pub hole: String,
}

fn line(key: &'static str) -> Option<Line> {
    Some(Line { key, hole: String::new() })
}

fn filled(key: &'static str, hole: impl ToString) -> Option<Line> {
    Some(Line { key, hole: hole.to_string() })
}

/// What a workspace's settings make of it.
pub fn notice(tasks: &TaskSettings, retention: &RetentionSettings) -> Vec<Section> {
    let share = |share: f64| (100.0 * share).round().max(1.0);
    let checks = tasks.gold_share + tasks.seeded_error_share;
    let measured = [
        line("notice.name"),
        line("notice.answers"),
        line("notice.time"),
        line("notice.handed"),
        line("notice.link"),
        filled("notice.checks", share(checks)).filter(|_| checks > 0.0),
        filled("notice.blind", share(tasks.blind_share)).filter(|_| tasks.blind_share > 0.0),
        line("notice.odd"),
        filled("notice.pay", format!("{:.2} {}", tasks.pay_per_clip, tasks.currency))
            .filter(|_| tasks.pay_per_clip > 0.0),
        line("notice.credit"),
        line("notice.nothing"),
    ];
    let of_contact = |with: &'static str, without: &'static str| match tasks.contact.trim() {
        "" => line(without),
        contact => filled(with, contact),
    };
    let days = |days: u32, some: &'static str, ever: &'static str| match days {
        0 => line(ever),
        days => filled(some, days),
    };
    let RetentionSettings { answers_days, people_days, .. } = *retention;
    let section = |heading, lines: &[Option<Line>]| Section {
        heading,
        lines: lines.iter().flatten().cloned().collect(),
    };
    vec![
        section("notice.measured", &measured),
        section(
            "notice.decided",
            &[
                line("notice.weight"),
                line("notice.flags"),
                of_contact("notice.decider", "notice.decider.nobody"),
            ],
        ),
        section(
            "notice.kept",
            &[
                days(answers_days, "notice.kept.answers", "notice.kept.answers.ever"),
                days(people_days, "notice.kept.people", "notice.kept.people.ever"),
            ],
        ),
        section(
            "notice.ask",
            &[
                of_contact("notice.contact", "notice.contact.nobody"),
                line("notice.object"),
                line("notice.copy"),
                line("notice.free"),
            ],
        ),
    ]
}

impl Line {
    /// In a language.
    pub fn text(&self, language: PageLanguage) -> String {
        let text = language.text(self.key);
        let holes = ["{n}", "{share}", "{pay}", "{contact}"];
        holes.iter().fold(text.to_string(), |text, hole| text.replace(hole, &self.hole))
    }
}

/// As text.
pub fn text(sections: &[Section], language: PageLanguage) -> String {
    let mut t = format!("{}\n", language.text("notice.title"));
    for section in sections {
        t.push_str(&format!("\n{}\n", language.text(section.heading)));
        for line in &section.lines {
            t.push_str(&format!("- {}\n", line.text(language)));
        }
    }
    t
}

/// As a page that can be printed, in one or several languages, without script.
pub fn html(sections: &[Section], languages: &[PageLanguage], title: &str) -> String {
    let title = escape_html(title);
    let mut t = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}}\
         h1{{font-size:1.5rem}}h2{{font-size:1.1rem}}</style>\n</head>\n<body>\n<main>\n",
        languages.first().map_or("en", |language| language.code())
    );
    for language in languages {
        let heading = escape_html(language.text("notice.title"));
        t.push_str(&format!("<section lang=\"{language}\">\n<h1>{heading}</h1>\n<p>{title}</p>\n"));
        for section in sections {
            let heading = escape_html(language.text(section.heading));
            t.push_str(&format!("<h2>{heading}</h2>\n<ul>\n"));
            for line in &section.lines {
                t.push_str(&format!("<li>{}</li>\n", escape_html(&line.text(*language))));
            }
            t.push_str("</ul>\n");
        }
        t.push_str("</section>\n");
    }
    t.push_str("</main>\n</body>\n</html>\n");
    t
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(sections: &[Section]) -> Vec<&'static str> {
        sections.iter().flat_map(|s| &s.lines).map(|line| line.key).collect()
    }

    #[test]
    fn what_the_settings_do_not_do_is_not_said() {
        let quiet = TaskSettings {
            gold_share: 0.0,
            seeded_error_share: 0.0,
            blind_share: 0.0,
            pay_per_clip: 0.0,
            ..TaskSettings::default()
        };
        let said = keys(&notice(&quiet, &RetentionSettings::default()));
        for key in ["notice.checks", "notice.blind", "notice.pay", "notice.kept.people"] {
            assert!(!said.contains(&key), "{key}");
        }
        let loud =
            TaskSettings { pay_per_clip: 0.1, contact: "Dora".into(), ..TaskSettings::default() };
        let retention = RetentionSettings { people_days: 90, ..RetentionSettings::default() };
        let sections = notice(&loud, &retention);
        let said = keys(&sections);
        for key in ["notice.checks", "notice.blind", "notice.pay", "notice.kept.people"] {
            assert!(said.contains(&key), "{key}");
        }
        for language in PageLanguage::all() {
            let text = text(&sections, language);
            assert!(text.contains("Dora") && text.contains("0.10 EUR") && text.contains("90"));
            assert!(!text.contains('{') && !text.contains("notice."), "{text}");
        }
    }

    #[test]
    fn a_contact_is_text_and_never_markup() {
        let settings = TaskSettings { contact: "<b>Dora</b>".into(), ..TaskSettings::default() };
        let sections = notice(&settings, &RetentionSettings::default());
        let all: Vec<PageLanguage> = PageLanguage::all().collect();
        let page = html(&sections, &all, "<i>");
        assert!(page.contains("&lt;b&gt;Dora") && !page.contains("<b>") && !page.contains("<i>"));
    }
}
