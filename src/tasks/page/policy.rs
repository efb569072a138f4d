//! What the page may load and send: its content security policy.
//! Out: the policy as it stands in the page; a server sends the same as a header.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::domain::hex_digest;

/// Nothing is allowed but this page's own script and style, by their hashes, sound from within, and an empty icon. Where a
/// server hands the page out it may send to that server; a file may send nothing at all.
pub fn policy(served: bool) -> String {
    let connect = if served { "connect-src 'self'; " } else { "" };
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; media-src blob: data:; img-src data:; \
         {connect}base-uri 'none'; form-action 'none'",
        source(&super::script(served)),
        source(super::CSS)
    )
}

/// CSP hash source of a text (CSP level 3: base64 of the SHA-256 of its bytes).
pub(super) fn source(text: &str) -> String {
    let hex = hex_digest(text.as_bytes());
    let byte = |i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap_or_default();
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
    format!("sha256-{}", BASE64_STANDARD.encode(bytes))
}
