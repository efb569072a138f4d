//! Names that leave a workspace: as they are, or as pseudonyms. In: a name, the workspace's key. Out: a name that says
//! who is the same person and not who it is. Left to others: keeping the key (store), where names stand (pipeline).
//!
//! A pseudonym is HMAC-SHA-256 of the name under a key that never leaves the workspace: without the key, nobody can
//! try names out. The same name has the same pseudonym in every export of a workspace, and another one elsewhere.

use super::keyed::keyed;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// Digits of a pseudonym, hexadecimal.
const DIGITS: usize = 16;

/// What the pseudonym of a validator begins with.
const VALIDATOR: &str = "validator";

/// Whether a validator's name is a pseudonym already: `retention` leaves no other.
pub fn is_pseudonym(name: &str) -> bool {
    let digits = name.strip_prefix(VALIDATOR).and_then(|rest| rest.strip_prefix('-'));
    digits.is_some_and(|d| d.len() == DIGITS && d.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// How names are written into exports.
#[derive(Clone)]
pub enum Naming {
    /// As the team typed them.
    AsTyped,
    /// As pseudonyms under this key.
    Pseudonyms([u8; KEY_BYTES]),
}

impl Naming {
    /// Pseudonyms under a key as the store keeps it; `None` where that is no key.
    pub fn with_key(hex: &str) -> Option<Self> {
        let mut key = [0; KEY_BYTES];
        if hex.len() != 2 * KEY_BYTES || !hex.is_ascii() {
            return None;
        }
        for (at, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()?;
        }
        Some(Self::Pseudonyms(key))
    }

    /// A speaker, as an export calls them; nobody stays nobody.
    pub fn speaker(&self, name: &str) -> String {
        self.person("speaker", name)
    }

    /// A validator, as an export calls them; nobody stays nobody, and who has a pseudonym already keeps it.
    pub fn validator(&self, name: &str) -> String {
        match is_pseudonym(name) {
            true => name.to_string(),
            false => self.person(VALIDATOR, name),
        }
    }

    fn person(&self, role: &str, name: &str) -> String {
        match self {
            Self::Pseudonyms(key) if !name.is_empty() => {
                let digits = keyed(key, &format!("{role}\n{name}"));
                format!("{role}-{}", &digits[..DIGITS])
            }
            Self::AsTyped | Self::Pseudonyms(_) => name.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(byte: &str) -> Naming {
        Naming::with_key(&byte.repeat(KEY_BYTES)).unwrap()
    }

    #[test]
    fn a_pseudonym_is_the_same_each_time_and_another_for_another_role_name_or_key() {
        let ours = naming("0b");
        assert_eq!(ours.speaker("Zoé"), ours.speaker("Zoé"));
        let all = [
            ours.speaker("Zoé"),
            ours.speaker("Zoe"),
            ours.validator("Zoé"),
            naming("0c").speaker("Zoé"),
        ];
        for (n, one) in all.iter().enumerate() {
            assert!(!one.contains("Zo") && all[n + 1..].iter().all(|other| other != one), "{one}");
        }
        assert!(all[0].starts_with("speaker-") && all[2].starts_with("validator-"));
        assert_eq!(all[0].len(), "speaker-".len() + DIGITS);
    }

    #[test]
    fn a_pseudonym_of_a_validator_keeps_itself() {
        let ana = naming("0b").validator("ana");
        assert_eq!(naming("0b").validator(&ana), ana);
        assert!(is_pseudonym(&ana) && !is_pseudonym("validator-7") && !is_pseudonym("ana"));
    }

    #[test]
    fn names_as_typed_stay_and_nobody_is_nobody() {
        assert_eq!(Naming::AsTyped.speaker("Zoé"), "Zoé");
        assert_eq!(naming("0b").speaker(""), "");
        let pseudonym = naming("0b").validator("Zoé");
        assert_eq!(naming("0b").validator(&pseudonym), pseudonym, "retention may have come first");
        assert!(is_pseudonym(&pseudonym) && !is_pseudonym("validator-7"));
        for bad in ["", "0b", &"é".repeat(KEY_BYTES), &"zz".repeat(KEY_BYTES)] {
            assert!(Naming::with_key(bad).is_none(), "{bad}");
        }
    }
}
