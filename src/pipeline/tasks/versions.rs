//! Other readings of a clip beside its draft. In: the draft, the store. Out: the draft as people corrected others like it, what
//! other engines wrote, and what the model makes of the clip by itself, as far as it differs. Left to others: which draft goes out (routing).

use anyhow::Result;

use crate::domain::{DecodePolicy, EngineName, Hypothesis, Pass};
use crate::routing::memory::suggested;
use crate::store::Store;
use crate::tasks::page::Version;
use crate::text::normalise::normalise;
use crate::text::words::has_word;

/// More would be read by nobody.
const MOST: usize = 3;

/// Versions beside a draft, those of the memory of corrections first, then engines in their order; `engines`: whose drafts it was chosen among.
pub fn of(
    store: &Store,
    engines: &[EngineName],
    draft: Option<&Hypothesis>,
) -> Result<Vec<Version>> {
    let Some(h) = draft else { return Ok(Vec::new()) };
    let tried = store.suggestions(&h.clip, &h.model, &h.policy)?;
    let mut texts = suggested(&h.text, &tried);
    let own = DecodePolicy::own_id(&h.policy);
    let chosen = DecodePolicy::engine_of(&h.policy);
    for engine in engines.iter().filter(|engine| chosen != Some(engine.as_str())) {
        let policy = DecodePolicy::id_of(engine, own);
        let theirs = store.hypothesis(&h.clip, &h.model, &policy)?;
        texts.extend(theirs.filter(|theirs| theirs.pass == Pass::Given).map(|h| h.text));
    }
    texts.extend(h.alone.as_ref().map(|alone| alone.text.clone()));
    Ok(other(h, texts))
}

/// Texts that say something else than the draft and than each other.
fn other(draft: &Hypothesis, texts: Vec<String>) -> Vec<Version> {
    let mut known = vec![normalise(&draft.text, &draft.language)];
    let mut versions = Vec::new();
    for text in texts.into_iter().filter(|text| has_word(text)) {
        let plain = normalise(&text, &draft.language);
        if versions.len() < MOST && !known.contains(&plain) {
            known.push(plain);
            versions.push(Version { text, support: 0 });
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypotheses::features::tests::hypothesis;

    #[test]
    fn a_text_that_says_the_same_stands_once_and_there_are_few() {
        let draft = hypothesis(&[(" oui", -0.1), (" merci", -0.1)], 1.0);
        let said = |texts: &[&str]| {
            let texts = texts.iter().map(|text| text.to_string()).collect();
            other(&draft, texts).into_iter().map(|v| v.text).collect::<Vec<_>>()
        };
        assert_eq!(said(&["Oui, merci.", "non merci", "", "...", "Non, merci !"]), ["non merci"]);
        assert_eq!(said(&["a", "b", "c", "d"]), ["a", "b", "c"]);
    }
}
