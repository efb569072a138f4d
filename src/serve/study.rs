//! Participants of a crowd platform. In: a study's link, the platform's ids. Out: the link of their session.

use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::hall::{Peer, Shared, Shut, busy, html};
use super::pages;
use super::texts::{Said, language};
use crate::domain::LinkRole;

/// What a crowd platform adds to a study's address.
#[derive(Deserialize)]
pub struct Participant {
    #[serde(rename = "PROLIFIC_PID")]
    participant: Option<String>,
    #[serde(rename = "SESSION_ID")]
    session: Option<String>,
}

/// Lets a participant in.
pub async fn study(
    State(hall): Shared,
    Extension(peer): Extension<Peer>,
    Path(token): Path<String>,
    Query(who): Query<Participant>,
    headers: HeaderMap,
) -> Response {
    let tongue = language(&headers, hall.interface);
    let link = match hall.link(token, &[LinkRole::Study], hall.visitor(peer, &headers)).await {
        Ok(link) => link,
        Err(shut) => return shut.shown(tongue),
    };
    let nobody = || html(StatusCode::BAD_REQUEST, pages::small(Said::NoParticipant, tongue, None));
    let (Some(participant), Some(session)) = (who.participant, who.session) else {
        return nobody();
    };
    let entered = hall
        .counter
        .at_desk(move |desk| desk.enter(&link, &participant, &session, Timestamp::now()))
        .await;
    match entered {
        Err(_) => Shut::Failed(busy()).shown(tongue),
        Ok(Err(_)) => nobody(),
        Ok(Ok(token)) => Redirect::to(&format!("/w/{token}")).into_response(),
    }
}
