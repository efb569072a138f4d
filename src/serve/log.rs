//! The access log: when, what kind of request, what came of it, how long it took. In: a request that was answered. Out: a line on
//! standard error. It has no name, no token and no address: whoever reads it learns how busy the server is, and nothing about a person.

use std::time::Duration;

use axum::extract::MatchedPath;
use axum::http::{Method, StatusCode};
use jiff::Timestamp;

/// A line. `route`: the pattern that the path fits, with `{token}` for the token.
pub fn line(
    now: Timestamp,
    method: &Method,
    route: Option<&MatchedPath>,
    status: StatusCode,
    took: Duration,
) -> String {
    let route = route.map_or("-", MatchedPath::as_str);
    format!("{now:.3} {method} {route} {} {:.1} ms", status.as_u16(), 1000.0 * took.as_secs_f64())
}
