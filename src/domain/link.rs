//! Links to the server: who comes in by one, and what became of it. In: a token. Out: its hash, and the types. Left to others: drawing
//! tokens (`pipeline::serve`), keeping them (store).

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::hex_digest;

/// Bytes of a token: nobody guesses one of 2^128.
pub const TOKEN_BYTES: usize = 16;

/// Who comes in by a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkRole {
    /// A validator: one batch after the other.
    Person,
    /// A participant of a crowd platform, for one session of one study: one batch.
    Session,
    /// Participants of a crowd platform, whoever it sends.
    Study,
    /// Who leads the team: looks on.
    Lead,
}

impl LinkRole {
    const ALL: [Self; 4] = [Self::Person, Self::Session, Self::Study, Self::Lead];

    /// The stable snake_case name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Session => "session",
            Self::Study => "study",
            Self::Lead => "lead",
        }
    }
}

impl FromStr for LinkRole {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.code() == s);
        found.ok_or_else(|| format!("'{s}' is no kind of link"))
    }
}

/// How a session of a crowd platform ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// Its batch was answered.
    Done,
    /// The participant gave it back.
    Returned,
    /// The platform says that its time was over.
    TimedOut,
}

impl SessionEnd {
    const ALL: [Self; 3] = [Self::Done, Self::Returned, Self::TimedOut];

    /// The stable snake_case name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Returned => "returned",
            Self::TimedOut => "timed_out",
        }
    }
}

impl FromStr for SessionEnd {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|end| end.code() == s);
        found.ok_or_else(|| format!("'{s}' is no end of a session"))
    }
}

impl fmt::Display for SessionEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A link as it is kept: without its token.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link {
    /// [`token_hash`] of its token.
    #[serde(skip)]
    pub hash: String,
    /// Who comes in by it.
    pub role: LinkRole,
    /// The name under which their answers are kept; none for a study or a lead.
    pub validator: Option<String>,
    /// Of which study.
    pub study: Option<String>,
    /// The platform's session.
    pub session: Option<String>,
    /// When it was made, RFC 3339.
    pub created: String,
    /// Since when it opens nothing, RFC 3339.
    pub revoked: Option<String>,
    /// How the session ended.
    pub ended: Option<SessionEnd>,
}

impl Link {
    /// Whether it opens something.
    pub fn is_open(&self) -> bool {
        self.revoked.is_none()
    }
}

/// Whether a text could be a token: 32 lower-case hexadecimal digits.
pub fn is_token(text: &str) -> bool {
    text.len() == 2 * TOKEN_BYTES && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// What is kept of a token: whoever reads the database cannot come in. A plain hash will do, since nobody can try 2^128 tokens.
pub fn token_hash(token: &str) -> String {
    hex_digest(format!("second-ear link\n{token}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_128_bits_and_its_hash_is_not_it() {
        let token = "0123456789abcdef0123456789abcdef";
        assert!(is_token(token) && !token_hash(token).contains(token));
        for bad in ["", "../../etc/passwd", &token.to_uppercase(), &token[1..]] {
            assert!(!is_token(bad), "{bad}");
        }
    }

    #[test]
    fn codes_are_read_back() {
        assert!(LinkRole::ALL.into_iter().all(|role| role.code().parse() == Ok(role)));
        assert!(SessionEnd::ALL.into_iter().all(|end| end.code().parse() == Ok(end)));
    }
}
