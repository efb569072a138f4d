//! The language of what the program says to people: texts with holes, plurals, numbers as that language writes them. In: `--lang`,
//! the environment, keys. Out: texts. Left to others: which texts there are (`strings/*.json`). Rows, JSON and codes have no language.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

/// Every language, the first is the default. To add one, write its file with the keys of the others, and its line here.
const LANGUAGES: &[(&str, &str)] =
    &[("en", include_str!("strings/en.json")), ("fr", include_str!("strings/fr.json"))];

/// A language, by its place in the list; the default is English, the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lang(usize);

/// What a language's file says.
#[derive(Debug, Default, Deserialize)]
struct Strings {
    /// Counts for which `KEY.one` stands in place of `KEY`, where there is one.
    singular: Vec<u64>,
    /// Between units and tenths.
    decimal: String,
    /// Between groups of three digits, from five digits on; empty: nothing.
    thousands: String,
    /// Text by key. Holes are `{name}`, and the hole `n` decides on the plural.
    texts: Map<String, Value>,
}

/// What can stand in a hole. Fractions cannot: [`Lang::decimal`] makes text of them.
pub trait Hole {
    /// As text.
    fn put(&self, lang: Lang) -> String;
    /// The number, where it is one that a plural may follow.
    fn count(&self) -> Option<u64> {
        None
    }
}

/// Fills the holes of a text: `t!(lang, "many.clip", n = clips)`. A test reads every call in the
/// sources, and compares key and holes with the file of strings.
macro_rules! t {
    ($lang:expr, $key:literal $(, $hole:ident = $value:expr)* $(,)?) => {
        $lang.fill($key, &[$((stringify!($hole), &$value as &dyn $crate::views::lang::Hole)),*])
    };
}
pub(crate) use t;

impl Lang {
    /// The default.
    pub const ENGLISH: Lang = Lang(0);

    /// Every one.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..LANGUAGES.len()).map(Self)
    }

    /// As in `--lang` and in HTML: `fr`.
    pub fn code(self) -> &'static str {
        LANGUAGES[self.0].0
    }

    /// The one that was asked for, else the environment's by the rules of POSIX: of `LC_ALL`, `LC_MESSAGES` and `LANG` the first
    /// that is set and not empty. What it names and is not here is English.
    pub fn choose(asked: Option<Self>, variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
        asked.unwrap_or_else(|| {
            let named = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set);
            // `fr_CA.UTF-8@euro` names a language, a country, an encoding and a variant.
            let language =
                named.as_deref().and_then(|name| name.split(['_', '.', '@', '-']).next());
            language.and_then(|code| code.to_lowercase().parse().ok()).unwrap_or_default()
        })
    }

    fn strings(self) -> &'static Strings {
        static READ: LazyLock<Vec<Strings>> = LazyLock::new(|| {
            let read = |(_, file): &(_, &str)| serde_json::from_str(file).unwrap_or_default();
            LANGUAGES.iter().map(read).collect()
        });
        &READ[self.0]
    }

    fn find(self, key: &str) -> Option<&'static str> {
        self.strings().texts.get(key).and_then(Value::as_str)
    }

    /// The text of a key that has no holes.
    pub fn phrase(self, key: &'static str) -> &'static str {
        self.find(key).unwrap_or(key)
    }

    /// The name for people of a code, by the key `KIND.CODE`; the code itself where there is none.
    pub fn named(self, kind: &str, code: &str) -> String {
        self.find(&format!("{kind}.{code}")).unwrap_or(code).to_string()
    }

    /// What was once said in English by one of the keys `KIND.*`, in this language; `None`: none of them says so.
    pub fn again(self, kind: &str, said: &str) -> Option<String> {
        let prefix = format!("{kind}.");
        let texts = Self::ENGLISH.strings().texts.iter();
        let mut of_kind = texts.filter(|(key, _)| key.starts_with(&prefix));
        let (key, held) =
            of_kind.find_map(|(key, text)| Some((key, held(text.as_str()?, said)?)))?;
        let text = |value: &str| match value.parse::<f64>() {
            Ok(_) => self.written(value),
            Err(_) => value.to_string(),
        };
        let held: Vec<(&str, String)> =
            held.into_iter().map(|(name, value)| (name, text(value))).collect();
        let holes: Vec<(&str, &dyn Hole)> =
            held.iter().map(|(name, value)| (*name, value as &dyn Hole)).collect();
        Some(self.fill(key, &holes))
    }

    /// What [`t!`] stands for.
    pub fn fill(self, key: &str, holes: &[(&str, &dyn Hole)]) -> String {
        let n = holes.iter().find(|(name, _)| *name == "n").and_then(|(_, hole)| hole.count());
        let singular = n.filter(|n| self.strings().singular.contains(n));
        let one = singular.and_then(|_| self.find(&format!("{key}.one")));
        let mut rest = one.or_else(|| self.find(key)).unwrap_or(key);
        let mut text = String::with_capacity(rest.len() + 16);
        while let Some((before, inside)) = rest.split_once('{') {
            let (name, after) = inside.split_once('}').unwrap_or((inside, ""));
            text.push_str(before);
            match holes.iter().find(|(hole, _)| *hole == name) {
                Some((_, value)) => text.push_str(&value.put(self)),
                None => text.push_str(&format!("{{{name}}}")),
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }

    /// A number with so many decimals.
    pub fn decimal(self, number: f64, places: usize) -> String {
        let digits = format!("{number:.places$}");
        // Nothing rounds to less than nothing.
        let zero = !digits.contains(|c: char| ('1'..='9').contains(&c));
        self.written(if zero { digits.trim_start_matches('-') } else { &digits })
    }

    /// A number with as many decimals as it has.
    pub fn exact(self, number: f64) -> String {
        self.written(&number.to_string())
    }

    /// A number with its sign, also of one over 0, and so many decimals.
    pub fn signed(self, number: f64, places: usize) -> String {
        self.written(&format!("{number:+.places$}"))
    }

    /// A share as a percentage with one decimal, or a dash.
    pub fn percent(self, share: Option<f64>) -> String {
        share
            .map_or("-".into(), |s| t!(self, "number.percent", number = self.decimal(100.0 * s, 1)))
    }

    /// Digits as Rust writes them, as the language does.
    fn written(self, digits: &str) -> String {
        let Strings { decimal, thousands, .. } = self.strings();
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let length = whole.bytes().filter(u8::is_ascii_digit).count();
        let grouped = !thousands.is_empty() && length > 4;
        let mut text = String::with_capacity(digits.len() + 4);
        for (i, c) in whole.chars().enumerate() {
            let left = whole.len() - i;
            if grouped && i > 0 && left % 3 == 0 && text.ends_with(|c: char| c.is_ascii_digit()) {
                text.push_str(thousands);
            }
            text.push(c);
        }
        if !fraction.is_empty() {
            text.push_str(decimal);
            text.push_str(fraction);
        }
        text
    }
}

/// What stands in the holes of a text as it was said; `None`: it was another text.
fn held<'s>(text: &'static str, said: &'s str) -> Option<Vec<(&'static str, &'s str)>> {
    let mut parts = text.split('{');
    let mut said = said.strip_prefix(parts.next()?)?;
    let mut held = Vec::new();
    for part in parts {
        let (name, after) = part.split_once('}')?;
        let end = if after.is_empty() { said.len() } else { said.find(after)? };
        held.push((name, &said[..end]));
        said = &said[end + after.len()..];
    }
    said.is_empty().then_some(held)
}

impl FromStr for Lang {
    type Err = String;
    fn from_str(code: &str) -> Result<Self, String> {
        Self::all().find(|lang| lang.code() == code).ok_or_else(|| {
            let codes: Vec<&str> = Self::all().map(Self::code).collect();
            format!("'{code}' is no language of the program; write one of {}", codes.join(", "))
        })
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Hole for str {
    fn put(&self, _: Lang) -> String {
        self.to_string()
    }
}

impl Hole for String {
    fn put(&self, _: Lang) -> String {
        self.clone()
    }
}

impl Hole for std::borrow::Cow<'_, str> {
    fn put(&self, _: Lang) -> String {
        self.to_string()
    }
}

impl<T: Hole + ?Sized> Hole for &T {
    fn put(&self, lang: Lang) -> String {
        (**self).put(lang)
    }
    fn count(&self) -> Option<u64> {
        (**self).count()
    }
}

/// Whole numbers.
macro_rules! whole {
    ($($of:ty),*) => {$(
        impl Hole for $of {
            fn put(&self, lang: Lang) -> String {
                lang.written(&self.to_string())
            }
            fn count(&self) -> Option<u64> {
                u64::try_from(*self).ok()
            }
        }
    )*};
}
whole!(u32, u64, usize, i64);

#[cfg(test)]
mod tests;
