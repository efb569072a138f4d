//! Names that a reader takes for one another. In: names as they were written. Out: the one that each
//! of them stands for. Pure.
//!
//! Case, composed or not, full-width letters, characters that nobody sees and letters of other
//! scripts that look alike (Unicode Technical Standard 39) make no other name. Letters and digits of
//! ASCII are never taken for one another (`l` and `1`): pseudonyms are made of them.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use super::fold::lower;
use super::tidy;

/// The names met so far.
#[derive(Clone, Debug, Default)]
pub struct Names {
    by_look: BTreeMap<String, String>,
    /// As they were written: most names come often, and looking at them takes time.
    by_name: BTreeMap<String, String>,
}

impl Names {
    /// The name that `name` stands for: the first one met that looks like it, else itself.
    pub fn one(&self, name: &str) -> String {
        if let Some(one) = self.by_name.get(name) {
            return one.clone();
        }
        let looks = looks(name);
        let known = looks.iter().find_map(|look| self.by_look.get(look));
        known.cloned().unwrap_or_else(|| name.to_string())
    }

    /// `name` was met.
    pub fn meet(&mut self, name: &str) {
        if self.by_name.contains_key(name) {
            return;
        }
        let one = self.one(name);
        for look in looks(name) {
            self.by_look.entry(look).or_insert_with(|| one.clone());
        }
        self.by_name.insert(name.to_string(), one);
    }

    /// Whether two names stand for one person, whatever others were met.
    pub fn same(a: &str, b: &str) -> bool {
        if a == b {
            return true;
        }
        let of_b = looks(b);
        looks(a).iter().any(|look| of_b.contains(look))
    }
}

/// What a name looks like as it stands and in capitals: `Нan` (Cyrillic) is `han`, as `нan` is. Names that share a look are
/// one.
pub fn looks(name: &str) -> [String; 3] {
    let name: String = tidy(name).nfkc().collect();
    [lower(&name), lower(&latin(&name)), lower(&latin(&name.to_uppercase()))]
}

/// Letters beyond ASCII as those that they look like.
fn latin(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c.is_ascii() {
            true => out.push(c),
            false => out.extend(skeleton(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_one() {
        for other in [
            "Аna", // Cyrillic A
            "ana",
            "ANA",
            "a\u{200b}na",
            "\u{202e}ana",
            "\u{ff41}na", // full-width
            " Ana ",
            "аnа",
        ] {
            assert!(Names::same("Ana", other), "{other:?}");
        }
        assert!(Names::same("Zoe\u{301}", "ZOÉ"));
        assert!(Names::same("АННА", "анна") && Names::same("Вob", "Bob"));
    }

    #[test]
    fn other_names_stay_others() {
        for (a, b) in
            [("José", "Jose"), ("v-1", "v-l"), ("ls-10", "ls-1O"), ("rn", "m"), ("Ana", "Anna")]
        {
            assert!(!Names::same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn the_first_spelling_met_is_the_name() {
        let mut names = Names::default();
        ["Ana", "Аna"].iter().for_each(|name| names.meet(name));
        assert_eq!(names.one("ANA"), "Ana");
        assert_eq!(names.one("Bob"), "Bob");
    }
}
