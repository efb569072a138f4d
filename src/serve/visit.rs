//! A person opens their link. In: a token. Out: the page of their batch, or a sentence. Left to others: what the page sends
//! (`batches`).

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::hall::{Hall, Peer, Shared, Shut, WORKERS, broken, busy, html};
use super::pages;
use super::texts::{Said, language};
use crate::domain::{Link, PageLanguage};
use crate::pipeline::serve::{Shown, Wanted};
use crate::tasks::page::policy;

/// The policy of the task page, which is the same for every batch; beside its own, nobody may frame it.
static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
    HeaderValue::from_str(&format!("{}; frame-ancestors 'none'", policy(true))).ok()
});

/// How long somebody waits for a batch that is being made, before they are told so.
const MAKING: Duration = Duration::from_secs(10);

/// A person opens their link.
pub async fn open(
    State(hall): Shared,
    Extension(peer): Extension<Peer>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let tongue = language(request.headers(), hall.interface);
    let visitor = hall.visitor(peer, request.headers());
    let link = match hall.link(token, &WORKERS, visitor).await {
        Ok(link) => link,
        Err(shut) => return shut.shown(tongue),
    };
    let shown = match find(&hall, link).await {
        Ok(shown) => shown,
        Err(response) => return Shut::Failed(response).shown(tongue),
    };
    match shown {
        Some(Shown::Page(path)) => task_page(path, request, tongue).await,
        Some(Shown::Done { code, return_address }) => {
            html(StatusCode::OK, pages::done(tongue, &code, return_address.as_deref()))
        }
        Some(Shown::Over) => html(StatusCode::OK, pages::small(Said::Over, tongue, None)),
        Some(Shown::Nothing) => html(StatusCode::OK, pages::small(Said::Nothing, tongue, Some(20))),
        None => html(StatusCode::OK, pages::small(Said::Soon, tongue, Some(3))),
    }
}

/// What a link shows; where nothing is ready and something can be made, after it was made. `None`: it takes longer.
async fn find(hall: &Hall, link: Link) -> Result<Option<Shown>, Response> {
    let begun = Instant::now();
    let mut shelf = hall.counter.shelf.clone();
    let first = shelf.borrow_and_update().looks;
    loop {
        let seen = *shelf.borrow_and_update();
        let asked = link.clone();
        let shown =
            hall.counter.at_desk(move |desk| desk.open_link(&asked, Timestamp::now())).await;
        match shown.map_err(|_| busy())?.map_err(|error| broken(&error))? {
            Shown::Nothing => {}
            shown => {
                hall.keeper.ring();
                return Ok(Some(shown));
            }
        }
        // The second look after this was asked for has seen it, and so has a batch of their own been tried.
        let is_tried = seen.looks > first + 1 && (seen.ready > 0 || seen.is_exhausted);
        if is_tried || (seen.is_exhausted && seen.ready == 0) {
            return Ok(Some(Shown::Nothing));
        }
        match seen.ready {
            0 => hall.keeper.ring(),
            _ => hall.keeper.wants_another(Wanted {
                validator: link.validator.clone().unwrap_or_default(),
                session: link.session.clone(),
            }),
        }
        let left = MAKING.min(hall.timeout / 2).saturating_sub(begun.elapsed());
        match tokio::time::timeout(left, shelf.changed()).await {
            Ok(Ok(())) => {}
            _ => return Ok(None),
        }
    }
}

/// The task page, as it lies on the disk.
async fn task_page(path: PathBuf, request: Request, tongue: PageLanguage) -> Response {
    let response = match ServeFile::new(path).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if response.status() == StatusCode::NOT_FOUND {
        return html(StatusCode::OK, pages::small(Said::Soon, tongue, Some(3)));
    }
    let mut response = response.map(Body::new).into_response();
    if let Some(policy) = &*POLICY {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    }
    response
}
