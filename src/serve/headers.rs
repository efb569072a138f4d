//! What every response says to the browser. In: a response. Out: the same with headers that keep it from being framed, cached, sniffed
//! or told to others. Left to others: the policy of the task page, which is its own.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The policy of every page but the task page: nothing but its own style.
pub const BARE: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
                        frame-ancestors 'none'";

const ALL: [(HeaderName, &str); 9] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    (header::CONTENT_SECURITY_POLICY, BARE),
];

/// Adds them; a policy that is there stays.
pub fn add(headers: &mut HeaderMap) {
    for (name, value) in ALL {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}
