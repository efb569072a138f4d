//! The page for whoever leads. In: their link. Out: numbers and names. Left to others: counting.

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::hall::{Hall, Peer, Shared, Shut, broken, busy, html};
use super::pages;
use super::texts::language;
use crate::domain::LinkRole;
use crate::pipeline::serve::progress::Progress;
use crate::pipeline::tasks::title;

/// Title and numbers for a lead.
async fn counted(
    hall: &Hall,
    peer: Peer,
    token: String,
    headers: &HeaderMap,
) -> Result<(String, Progress), Shut> {
    hall.link(token, &[LinkRole::Lead], hall.visitor(peer, headers)).await?;
    let counted = hall
        .counter
        .at_desk(|desk| Ok((title(desk.workspace()), desk.progress(Timestamp::now())?)))
        .await;
    counted
        .map_err(|_| Shut::Failed(busy()))?
        .map_err(|error: anyhow::Error| Shut::Failed(broken(&error)))
}

/// As a page.
pub async fn lead(
    State(hall): Shared,
    Extension(peer): Extension<Peer>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let tongue = language(&headers, hall.interface);
    match counted(&hall, peer, token, &headers).await {
        Ok((title, progress)) => html(StatusCode::OK, pages::progress(&title, &progress, tongue)),
        Err(shut) => shut.shown(tongue),
    }
}

/// As JSON.
pub async fn lead_json(
    State(hall): Shared,
    Extension(peer): Extension<Peer>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    match counted(&hall, peer, token, &headers).await {
        Ok((_, progress)) => Json(progress).into_response(),
        Err(shut) => shut.told(),
    }
}
