//! The server's own small pages: a sentence for a person, numbers for a lead. In: what is to be said. Out: HTML without script. Left
//! to others: the task page (`tasks::page`).

use super::lead_texts::lead_texts;
use super::texts::Said;
use crate::domain::PageLanguage;
use crate::pipeline::serve::progress::Progress;
use crate::tasks::page::escape_html;

/// Their style.
pub const STYLE: &str = include_str!("style.css");

/// A page; `refresh`: after how many seconds it asks again; `more`: HTML behind the text.
fn page(language: &str, title: &str, refresh: Option<u32>, body: &str) -> String {
    let refresh = refresh.map_or(String::new(), |seconds| {
        format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">\n")
    });
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n{refresh}<title>{}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n\
         <body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        escape_html(title)
    )
}

/// A sentence for a person.
pub fn small(said: Said, language: PageLanguage, refresh: Option<u32>) -> String {
    let (title, text) = said.text(language);
    let body = format!("<h1>{}</h1>\n<p>{}</p>\n", escape_html(title), escape_html(text));
    page(language.code(), title, refresh, &body)
}

/// The end of a session: its code, and the way back.
pub fn done(language: PageLanguage, code: &str, return_address: Option<&str>) -> String {
    let (title, text) = Said::Done.text(language);
    let mut body = format!("<h1>{}</h1>\n<p>{}</p>\n", escape_html(title), escape_html(text));
    body.push_str(&format!("<p class=\"code\">{}</p>\n", escape_html(code)));
    if let Some(address) = return_address {
        let address = escape_html(address);
        body.push_str(&format!("<p><a rel=\"noreferrer\" href=\"{address}\">{address}</a></p>\n"));
    }
    page(language.code(), title, None, &body)
}

/// How it goes, for a lead; it asks again every half minute.
pub fn progress(title: &str, p: &Progress, language: PageLanguage) -> String {
    let texts = lead_texts(language);
    let mut body = format!("<h1>{}</h1>\n<div class=\"numbers\">\n", escape_html(title));
    let numbers = [p.waiting, p.settled, p.answers, p.at_work as u64, p.ready as u64];
    for (n, what) in numbers.into_iter().zip(texts.numbers) {
        body.push_str(&format!("<div><b>{n}</b><span>{what}</span></div>\n"));
    }
    let head: String = texts.columns.iter().map(|column| format!("<th>{column}</th>")).collect();
    body.push_str(&format!("</div>\n<div class=\"wide\"><table>\n<tr>{head}</tr>\n"));
    for line in &p.people {
        let last = line.last_sign.as_deref().map_or("-", |last| last.get(..16).unwrap_or(last));
        body.push_str(&format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.1}</td><td>{}</td></tr>\n",
            escape_html(&line.name),
            line.handed_out,
            line.waiting,
            line.answered,
            line.minutes,
            escape_html(&last.replace('T', " "))
        ));
    }
    let [before, behind] = texts.counted;
    let at = escape_html(&p.at.get(..19).unwrap_or(&p.at).replace('T', " "));
    body.push_str(&format!("</table></div>\n<p class=\"soft\">{before} {at} {behind}</p>\n"));
    page(language.code(), title, Some(30), &body)
}
