//! One setting changed in the text of `second-ear.toml`, with every comment and line where it was.
//! In: the text. Out: the new text. Left to others: reading and writing the file.

use anyhow::{Result, ensure};

use super::{Config, FILE};

/// The text with `lexicon = "name"`.
///
/// # Errors
/// The text, or what it would become, is no valid settings file.
pub fn with_lexicon(text: &str, name: &str) -> Result<String> {
    let wanted = Config { lexicon: name.to_string(), ..toml::from_str(text)? };
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let setting = format!("lexicon = {}", toml::Value::String(name.to_string()));
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    // top-level settings stand before the first table
    let top = lines.iter().position(|l| l.trim_start().starts_with('[')).unwrap_or(lines.len());
    let is_lexicon = |line: &String| {
        let key = line.split('=').next().unwrap_or_default();
        line.contains('=') && key.trim().trim_matches('"') == "lexicon"
    };
    match lines[..top].iter().position(is_lexicon) {
        Some(at) => {
            let comment = lines[at].split_once(" #").map(|(_, c)| format!(" #{c}"));
            lines[at] = setting + &comment.unwrap_or_default();
        }
        None => lines.insert(top, setting),
    }
    let edited = lines.join(end) + end;
    ensure!(
        toml::from_str::<Config>(&edited).is_ok_and(|config| config == wanted),
        "{FILE} could not be changed safely: write lexicon = \"{name}\" in it by hand"
    );
    Ok(edited)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LanguageChoice;

    #[test]
    fn one_line_changes_and_everything_else_stays() {
        let fresh = Config::new(LanguageChoice::Auto, "base").commented().unwrap();
        let text = fresh.replace("workers = 0", "workers = 3 # ours").replace('\n', "\r\n");
        let edited = with_lexicon(&text, "our words.tsv").unwrap();
        assert_eq!(edited, text.replace("lexicon = \"\"", "lexicon = \"our words.tsv\""));
    }

    #[test]
    fn a_file_that_never_named_one_gets_the_line_before_the_first_table() {
        let text = "language = \"fr\"\nmodel = \"base\"\n# mine\n[slice]\nmin_seconds = 1.0\n";
        let edited = with_lexicon(text, "lexicon.tsv").unwrap();
        assert!(edited.contains("# mine\nlexicon = \"lexicon.tsv\"\n[slice]"), "{edited}");
        let named = "language = \"fr\"\nmodel = \"base\"\nlexicon = '' # ours\n";
        assert!(with_lexicon(named, "l").unwrap().ends_with("lexicon = \"l\" # ours\n"));
    }

    #[test]
    fn a_file_with_an_error_is_left_alone() {
        assert!(with_lexicon("language = ", "l").is_err());
    }
}
