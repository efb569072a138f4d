//! What all requests share, and who is let in. In: tokens. Out: links, or what is said instead. Left to others: what is done then.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::counter::Counter;
use super::limits::Limits;
use super::texts::Said;
use super::{keeper, pages};
use crate::domain::{Link, LinkRole, PageLanguage, token_hash};
use crate::pipeline::serve::Desk;

/// What all requests share.
pub struct Hall {
    /// The desk.
    pub counter: Counter,
    /// The shelf.
    pub keeper: keeper::Handle,
    /// How often somebody may ask.
    pub limits: Limits,
    /// How long a request may take to arrive.
    pub timeout: Duration,
    /// Whether every request is logged.
    pub access_log: bool,
    /// The workspace's language for people.
    pub interface: PageLanguage,
}

/// As functions for requests take it.
pub type Shared = State<Arc<Hall>>;

/// A page.
pub fn html(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
}

/// An error for the page's script.
pub fn failure(status: StatusCode, error: &str, why: &str, after: Option<u64>) -> Response {
    let mut response = (status, Json(json!({ "error": error, "why": why }))).into_response();
    if let Some(seconds) = after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Too much is queued.
pub fn busy() -> Response {
    failure(
        StatusCode::SERVICE_UNAVAILABLE,
        "busy",
        "too much is to be done: try again in a moment",
        Some(5),
    )
}

/// What went wrong here: told in the terminal, not to the visitor.
pub fn broken(error: &anyhow::Error) -> Response {
    let told = format!("{error:#}");
    eprintln!("second-ear: a request failed: {told}");
    match told.contains("disk is full") || told.contains("No space left") {
        true => {
            failure(StatusCode::INSUFFICIENT_STORAGE, "full", "the server's disk is full", Some(60))
        }
        false => failure(
            StatusCode::INTERNAL_SERVER_ERROR,
            "failed",
            "the server has a problem",
            Some(10),
        ),
    }
}

/// Why a link is not let in.
pub enum Shut {
    /// It opens nothing.
    NoLink,
    /// They asked too often: the seconds to wait.
    TooOften(u64),
    /// Nobody can look.
    Failed(Response),
}

impl Shut {
    /// For a script.
    pub fn told(self) -> Response {
        match self {
            Shut::NoLink => {
                failure(StatusCode::NOT_FOUND, "no_link", "this link opens nothing", None)
            }
            Shut::TooOften(wait) => {
                failure(StatusCode::TOO_MANY_REQUESTS, "too_often", "too many requests", Some(wait))
            }
            Shut::Failed(response) => response,
        }
    }

    /// For a person.
    pub fn shown(self, language: PageLanguage) -> Response {
        match self {
            Shut::NoLink => html(StatusCode::NOT_FOUND, pages::small(Said::NoLink, language, None)),
            Shut::TooOften(wait) => {
                let mut response = html(
                    StatusCode::TOO_MANY_REQUESTS,
                    pages::small(Said::Busy, language, Some(10)),
                );
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
                response
            }
            Shut::Failed(response) => {
                html(response.status(), pages::small(Said::Failed, language, Some(20)))
            }
        }
    }
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Hall {
    /// Who asks.
    pub fn visitor(&self, peer: Peer, headers: &HeaderMap) -> IpAddr {
        self.limits.visitor(peer.0.ip(), headers)
    }

    /// Does something at the desk; where it cannot be done, the response that says so.
    pub async fn desk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> Result<T> + Send + 'static,
    ) -> Result<T, Response> {
        let done = self.counter.at_desk(work).await.map_err(|_| busy())?;
        done.map_err(|error| broken(&error))
    }

    /// The link of somebody whose page asks; else what its script is told.
    pub async fn worker(
        &self,
        token: String,
        peer: Peer,
        headers: &HeaderMap,
    ) -> Result<Link, Response> {
        self.link(token, &WORKERS, self.visitor(peer, headers)).await.map_err(Shut::told)
    }

    /// The link of a token, of one of these kinds.
    pub async fn link(
        &self,
        token: String,
        roles: &[LinkRole],
        visitor: IpAddr,
    ) -> Result<Link, Shut> {
        let hash = token_hash(&token);
        let found = self.desk(move |desk| desk.link(&token)).await.map_err(Shut::Failed)?;
        match found.filter(|link| roles.contains(&link.role)) {
            None => match self.limits.wrong(visitor) {
                Ok(()) => Err(Shut::NoLink),
                Err(wait) => Err(Shut::TooOften(wait)),
            },
            Some(link) => self.limits.link(&hash).map(|()| link).map_err(Shut::TooOften),
        }
    }
}

/// Who may work.
pub const WORKERS: [LinkRole; 2] = [LinkRole::Person, LinkRole::Session];
