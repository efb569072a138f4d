//! Who asked to be named. In: a page's download. Out: validators and the names they chose. Everybody else
//! stays a pseudonym.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::text::tidy;

/// Longest name, characters.
const MAX_NAME: usize = 100;

#[derive(Deserialize)]
struct Line {
    format: Option<String>,
    credit: Option<String>,
    validator: Option<String>,
}

/// The names in a download, by validator: a header's name is that of the rows after it. A header
/// without a name takes back an earlier one: the name is empty. Lines that are no JSON give nothing.
pub fn credits(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in bytes.split(|b| *b == b'\n') {
        let Ok(line) = serde_json::from_slice::<Line>(line) else { continue };
        if line.format.is_some() {
            let name = tidy(&line.credit.unwrap_or_default());
            current = Some(name.chars().take(MAX_NAME).collect());
        } else if let (Some(name), Some(validator)) = (&current, line.validator) {
            names.insert(tidy(&validator), name.clone());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_names_the_rows_after_it() {
        let file = b"{\"format\":\"f\",\"credit\":\" Zo\xc3\xa9  B. \"}\n{\"validator\":\"v-1\",\"clip\":\"c\"}\n\
            not json\n{\"format\":\"f\"}\n{\"validator\":\"v-2\"}\n";
        let names = credits(file);
        assert_eq!(names["v-1"], "Zoé B.");
        assert_eq!(names["v-2"], "");
        assert!(credits(b"clip,validator\nc,v\n").is_empty());
    }
}
