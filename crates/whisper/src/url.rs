//! Addresses, which may hold a password. In: an address. Out: the same for whoever connects, and without its secrets
//! for everything that is shown. Left to others: connecting.

use std::fmt;

/// An address. What it displays, debugging included, has no user, no password and no query.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Url(String);

impl Url {
    /// As it was given; whether anything answers there is for others to find out.
    pub fn new(address: impl Into<String>) -> Self {
        Self(address.into())
    }

    /// All of it: for connecting, never for showing.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// Whether it holds a user or a password.
    pub fn has_secret(&self) -> bool {
        self.0.contains('@')
    }

    /// The address of what lies at `path` below this one.
    pub fn join(&self, path: &str) -> Self {
        let (place, query) = match self.0.split_once('?') {
            Some((place, query)) => (place, format!("?{query}")),
            None => (&*self.0, String::new()),
        };
        Self(format!("{}/{path}{query}", place.trim_end_matches('/')))
    }
}

impl fmt::Display for Url {
    /// Without secrets; several addresses may be joined by commas.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.0.split(',').map(|one| shown(one.trim())).collect();
        f.write_str(&all.join(","))
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

/// One address without user, password and query.
fn shown(address: &str) -> String {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), address),
    };
    // The host ends at a slash, and the user before the last @; a password with a slash in it has its @ behind that.
    let host = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let port = |p: &str| p.bytes().all(|b| b.is_ascii_digit() || b == b']' || b == b':');
    let cut_short = !host.contains('@')
        && !host.starts_with('[')
        && host.split_once(':').is_some_and(|(_, p)| !port(p));
    let user = if cut_short { rest.rfind('@') } else { host.rfind('@') };
    if cut_short && user.is_none() {
        return format!("{scheme}..."); // a password with a comma in it, of which this is the beginning
    }
    let rest = &rest[user.map_or(0, |at| at + 1)..];
    let (place, query) = match rest.find(['?', '#']) {
        Some(at) => (&rest[..at], "?..."),
        None => (rest, ""),
    };
    format!("{scheme}{place}{query}")
}

/// A text, such as another program's error, in which no address keeps its secrets.
pub fn redact(text: &str) -> String {
    let ends = |c: char| c.is_whitespace() || "\"'`<>()".contains(c);
    let mut out = String::new();
    for word in text.split_inclusive(ends) {
        let bare = word.trim_end_matches(ends);
        match bare.contains("://") {
            true => out.push_str(&format!("{}{}", Url::new(bare), &word[bare.len()..])),
            false => out.push_str(word),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_never_shown() {
        for (address, expected) in [
            ("https://hub.example/a/b", "https://hub.example/a/b"),
            ("https://me:hunter2@hub.example/a", "https://hub.example/a"),
            ("https://hunter2@hub.example:8080/a", "https://hub.example:8080/a"),
            ("https://me:hun/ter2@hub.example/a", "https://hub.example/a"),
            ("https://me:hunt@er2@hub.example/a", "https://hub.example/a"),
            ("https://hub.example/a?token=hunter2&x", "https://hub.example/a?..."),
            ("https://hub.example/a#hunter2", "https://hub.example/a?..."),
            ("https://hub.example:8080/@scope/a", "https://hub.example:8080/@scope/a"),
            ("http://[::1]:80/a@b", "http://[::1]:80/a@b"),
            ("nats://me:hunter2@a:4222, tls://hunter2@b", "nats://a:4222,tls://b"),
            ("me:hunter2@a", "a"),
            ("https://me:hunter2,hunter2@hub.example/a", "https://...,hub.example/a"),
            ("http://[2001:db8::1]:80/a", "http://[2001:db8::1]:80/a"),
            ("a:4222", "a:4222"),
        ] {
            let url = Url::new(address);
            assert_eq!(url.to_string(), expected);
            assert!(!format!("{url:?}").contains("hunter2"), "{url:?}");
            assert_eq!(url.secret(), address);
        }
    }

    #[test]
    fn a_path_is_put_before_the_query() {
        let url = Url::new("https://me:pass@hub.example/mirror/?key=1").join("a/b.bin");
        assert_eq!(url.secret(), "https://me:pass@hub.example/mirror/a/b.bin?key=1");
    }

    #[test]
    fn what_other_programs_say_keeps_no_secret_either() {
        let said = "Looking in indexes: https://me:hunter2@pypi.example/simple (from 'http://x/?t=hunter2'), too";
        let expected =
            "Looking in indexes: https://pypi.example/simple (from 'http://x/?...'), too";
        assert_eq!(redact(said), expected);
        assert_eq!(redact("no address at all, a@b "), "no address at all, a@b ");
    }
}
