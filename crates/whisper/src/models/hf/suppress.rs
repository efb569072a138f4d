//! Tokens that a transcript does not use. In: the merges of a vocabulary. Out: their ids. Left to
//! others: the special tokens among them (`config`).

use anyhow::Result;

use super::merges::Merges;

/// Signs that stand for no speech when they are one token: brackets, dashes in brackets, notes.
const SIGNS: &str = "\" # ( ) * + / : ; < = > @ [ \\ ] ^ _ ` { | } ~ 「 」 『 』 << >> <<< >>> -- \
                     --- -( -[ (' (\" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪";
/// Signs of music, whose first token is enough: it is used for nothing else.
const MUSIC: &str = "♩ ♪ ♫ ♬ ♭ ♮ ♯";

/// Text tokens that annotate rather than transcribe, sorted.
///
/// Source: `non_speech_tokens` in OpenAI Whisper's `tokenizer.py`; hyphens and apostrophes are kept
/// inside of words only.
pub fn non_speech(merges: &Merges) -> Result<Vec<u32>> {
    let mut ids = Vec::new();
    for alone in [" -", " '"] {
        ids.extend(merges.encode(alone.as_bytes())?.first());
    }
    for (signs, whole) in [(SIGNS, true), (MUSIC, false)] {
        for sign in signs.split_whitespace() {
            for text in [sign.to_string(), format!(" {sign}")] {
                let tokens = merges.encode(text.as_bytes())?;
                ids.extend(tokens.first().filter(|_| tokens.len() == 1 || !whole));
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_one_token_are_suppressed_and_music_by_its_first() {
        let bytes = (0..=255u8).map(|byte| vec![byte]);
        let more = [" -", "((", "\u{266a}", " '", "''"].map(|text| text.as_bytes().to_vec());
        let tokens: Vec<Vec<u8>> = bytes.chain(more).collect();
        let ids = non_speech(&Merges::new(&tokens).unwrap()).unwrap();
        for id in [256, 257, 259, u32::from(b'"'), u32::from(b'~'), 0xe2, u32::from(b' ')] {
            assert!(ids.contains(&id), "{id} in {ids:?}");
        }
        for id in [260, u32::from(b'-'), u32::from(b'\''), u32::from(b'a')] {
            assert!(!ids.contains(&id), "{id} in {ids:?}");
        }
        assert!(ids.is_sorted());
    }
}
