//! Connections. In: an address. Out: requests for the router, until somebody ends it. What is bounded here: how many connections there
//! are, how long a head may take, how large it may be.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Extension;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::hall::{Hall, Peer};
use super::router::router;
use crate::views::lang::t;
use crate::views::progress::Console;

/// Connections at once; others wait to be accepted.
const MOST: usize = 2048;
/// Longest head, bytes.
const LONGEST: usize = 32 * 1024;
/// How long requests that are under way have at the end.
const END: Duration = Duration::from_secs(5);

/// Listens until Ctrl-C or SIGTERM.
pub async fn listen(address: SocketAddr, hall: Arc<Hall>, console: Console) -> Result<()> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("listen on {address}: choose another address with --listen"))?;
    let here = listener.local_addr()?;
    console.say(t!(console.lang, "serve.on", address = here.to_string()));
    if !here.ip().is_loopback() {
        console.say(t!(console.lang, "serve.open"));
    }
    let time = hall.timeout;
    let router = router(hall);
    let mut http = Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(time).max_buf_size(LONGEST);
    let (places, graceful) = (Arc::new(Semaphore::new(MOST)), GracefulShutdown::new());
    let mut ends = std::pin::pin!(asked_to_end());
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let accepted = tokio::select! {
            accepted = async {
                let place = place.await;
                (listener.accept().await, place)
            } => accepted,
            () = &mut ends => break,
        };
        let (stream, peer) = match accepted.0 {
            Ok(accepted) => accepted,
            Err(_) => {
                // Too many open files, say: they close.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let service = TowerToHyperService::new(router.clone().layer(Extension(Peer(peer))));
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        let place = accepted.1;
        tokio::spawn(async move {
            let _ = connection.await; // a visitor that breaks off is no fault
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(END, graceful.shutdown()).await;
    Ok(())
}

/// Returns when the process is asked to end.
async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut term) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = term.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
