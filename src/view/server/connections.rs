//! Connections: as many at a time, as long and as large as people's browsers need, and no more.
//!
//! One request a connection: on loopback another costs nothing, and none is left open by who only holds it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// Connections at a time; others wait until one ends.
const CONNECTIONS_MAX: usize = 256;

/// As long may the head of a request take to come.
const HEAD_TIME: Duration = Duration::from_secs(3);

/// As large may it be.
const HEAD_BYTES_MAX: usize = 32 << 10;

/// As long may a request and its answer take, to who reads slowly too.
const CONNECTION_TIME: Duration = Duration::from_secs(120);

/// What is waited where a connection cannot be had, as when the process has no more files.
const PAUSE: Duration = Duration::from_millis(50);

/// Answers requests for as long as it is polled.
pub(super) async fn serve(listener: TcpListener, routes: Router) {
    let turns = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let turn = turns.clone().acquire_owned().await;
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        let routes = routes.clone();
        tokio::spawn(async move {
            let _turn = turn;
            answer(stream, routes).await;
        });
    }
}

/// One connection; whatever goes wrong with it concerns who opened it alone.
async fn answer(stream: TcpStream, routes: Router) {
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES_MAX)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let _ = timeout(CONNECTION_TIME, served).await;
}
