//! Which function answers which request; what stands around all of them. In: requests. Out: responses.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use tower_http::timeout::TimeoutLayer;

use super::batches::{give_back, hand_in, state};
use super::hall::{Hall, Shared, html};
use super::lead::{lead, lead_json};
use super::study::study;
use super::texts::{Said, language};
use super::visit::open;
use super::{headers, log, pages};

/// Longest body, bytes: a thousand answers of ordinary length.
const MOST: usize = 2 * 1024 * 1024;

/// The whole server, but for connections.
pub fn router(hall: Arc<Hall>) -> Router {
    let time = hall.timeout;
    Router::new()
        .route("/", get(home))
        .route("/style.css", get(style))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/w/{token}", get(open))
        .route("/w/{token}/batches/{batch}", get(state).put(hand_in))
        .route("/w/{token}/batches/{batch}/return", post(give_back))
        .route("/p/{token}", get(study))
        .route("/lead/{token}", get(lead))
        .route("/lead/{token}/progress", get(lead_json))
        .fallback(nowhere)
        .layer(DefaultBodyLimit::max(MOST))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, time))
        .layer(middleware::from_fn_with_state(Arc::clone(&hall), around))
        .with_state(hall)
}

/// Around every request: headers, the log.
async fn around(State(hall): Shared, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    headers::add(response.headers_mut());
    if hall.access_log {
        let took = begun.elapsed();
        eprintln!(
            "{}",
            log::line(Timestamp::now(), &method, route.as_ref(), response.status(), took)
        );
    }
    response
}

async fn home(State(hall): Shared, headers: HeaderMap) -> Response {
    html(StatusCode::OK, pages::small(Said::Home, language(&headers, hall.interface), None))
}

async fn style() -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "max-age=3600"),
        ],
        pages::STYLE,
    )
        .into_response()
}

async fn nowhere(State(hall): Shared, headers: HeaderMap) -> Response {
    html(
        StatusCode::NOT_FOUND,
        pages::small(Said::NoLink, language(&headers, hall.interface), None),
    )
}
