//! Text of tokens. In: the tokens' bytes. Out: strings. Left to others: words (`text`).

/// The text of each token. A character whose bytes are spread over several tokens stands whole in
/// the first of them. Bytes that form no character (a sequence cut off by the token limit) are left out.
pub fn pieces(tokens: &[Vec<u8>]) -> Vec<String> {
    let mut owner = Vec::new(); // which token each byte comes from
    for (i, bytes) in tokens.iter().enumerate() {
        owner.extend(std::iter::repeat_n(i, bytes.len()));
    }
    let mut texts = vec![String::new(); tokens.len()];
    let mut at = 0;
    for chunk in tokens.concat().utf8_chunks() {
        for (offset, c) in chunk.valid().char_indices() {
            texts[owner[at + offset]].push(c);
        }
        at += chunk.valid().len() + chunk.invalid().len();
    }
    texts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_split_character_stands_whole_in_its_first_token() {
        let e = "é".as_bytes();
        let tokens = vec![b" caf".to_vec(), vec![e[0]], vec![e[1], b'!'], vec![0xE2, 0x82]];
        assert_eq!(pieces(&tokens), [" caf", "é", "!", ""]);
    }

    proptest! {
        #[test]
        fn however_a_text_is_split_its_pieces_give_it_back(text in "\\PC{0,20}", cuts in prop::collection::vec(0usize..80, 0..6)) {
            let bytes = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(bytes.len())).collect();
            cuts.sort_unstable();
            let mut tokens = Vec::new();
            let mut from = 0;
            for cut in cuts.into_iter().chain([bytes.len()]) {
                tokens.push(bytes[from..cut].to_vec());
                from = cut;
            }
            prop_assert_eq!(pieces(&tokens).concat(), text);
        }
    }
}
