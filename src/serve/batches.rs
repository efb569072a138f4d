//! What the page of a batch asks for and sends. In: a token, a batch, rows. Out: how the batch stands, once everything is on the disk.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::hall::{Peer, Shared, broken, busy, failure};
use crate::domain::BatchId;
use crate::pipeline::serve::{BatchState, Received, Refusal, Upload};

/// What a batch's page asks for at its beginning.
#[derive(Serialize)]
struct Opening {
    validator: String,
    credit: String,
    answers: Vec<Value>,
    #[serde(flatten)]
    state: BatchState,
}

/// How it stands, and what was answered on other devices.
pub async fn state(
    State(hall): Shared,
    Extension(peer): Extension<Peer>,
    Path((token, batch)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let link = hall.worker(token, peer, &headers).await?;
    let opening = hall.desk(move |desk| {
        let batch = BatchId::from_stored(batch);
        let Some(state) = desk.state(&link, &batch)? else { return Ok(None) };
        let answers = desk.given(&link, &batch)?;
        let credit = desk.credit(&link)?;
        let validator = link.validator.unwrap_or_default();
        Ok(Some(Opening { validator, credit, answers, state }))
    });
    opening.await?.map(|opening| Json(opening).into_response()).ok_or_else(not_theirs)
}

fn not_theirs() -> Response {
    failure(StatusCode::NOT_FOUND, "not_yours", "this batch is not yours", None)
}

/// What became of a body, and how the batch stands.
#[derive(Serialize)]
struct HandedIn {
    #[serde(flatten)]
    received: Received,
    #[serde(flatten)]
    state: BatchState,
}

/// Takes answers in.
pub async fn hand_in(
    State(hall): Shared,
    Extension(peer): Extension<Peer>,
    Path((token, batch)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Response> {
    let link = hall.worker(token, peer, &headers).await?;
    let too_long = |status| failure(status, "body", "send fewer rows at once", None);
    let batch = BatchId::from_stored(batch);
    let upload = Upload {
        validator: link.validator.clone().unwrap_or_default(),
        batch: batch.clone(),
        body: body.map_err(|error| too_long(error.status()))?.to_vec(),
    };
    let kept = hall.counter.hand_in(&link, upload).await.map_err(|_| busy())?;
    let received = kept.map_err(|error| broken(&error))?.map_err(|why| match why {
        Refusal::NotTheirs => not_theirs(),
        Refusal::TooMany => too_long(StatusCode::PAYLOAD_TOO_LARGE),
        Refusal::NoRows => {
            let why = "send JSON lines, as the page's download has them";
            failure(StatusCode::BAD_REQUEST, "no_rows", why, None)
        }
    })?;
    let state = hall.desk(move |desk| {
        let state = desk.state(&link, &batch)?;
        if state.as_ref().is_some_and(|state| state.done) {
            desk.note_end(&link, Timestamp::now())?;
        }
        Ok(state)
    });
    let state = state.await?.unwrap_or_default();
    Ok(Json(HandedIn { received, state }).into_response())
}

/// Takes a batch back from its person.
pub async fn give_back(
    State(hall): Shared,
    Extension(peer): Extension<Peer>,
    Path((token, batch)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let link = hall.worker(token, peer, &headers).await?;
    let given = hall
        .desk(move |desk| desk.give_back(&link, &BatchId::from_stored(batch), Timestamp::now()));
    if !given.await? {
        return Err(not_theirs());
    }
    hall.keeper.ring();
    Ok(Json(json!({})).into_response())
}
