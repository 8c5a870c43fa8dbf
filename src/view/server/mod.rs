//! The viewer: a folder served on loopback, as pages over the same queries as `sql`.
//!
//! ```text
//! connections ─► door ─► pages ─► viewed: the session, its functions, the texts that are searched
//! ```
//!
//! It reads and never writes. What asks is not trusted before it has shown the token ([`door`]); what it asks for is not
//! trusted then either: times, sizes and how much is answered at once are bounded ([`connections`]), a page is a query
//! whose names and values were looked at ([`conditions`]), and no part of an address names a file.

mod asked;
mod conditions;
mod connections;
mod door;
mod found;
mod logs;
mod pages;
mod search;
mod texts;
mod viewed;

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing::get};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::source::quiet;
use crate::view::{page, text};
use crate::{Error, Result};
use asked::Asked;
use door::Door;
use pages::Made;
pub(crate) use viewed::Places;
use viewed::Viewed;

/// Pages that are made at a time: each asks the session, which has the machine's cores.
const PAGES_AT_A_TIME: usize = 3;

/// Pages beside them that ask nothing, once the first was made: whatever others ask, there is a turn for these.
const PLAIN_AT_A_TIME: usize = 1;

/// Requests that wait for one of the turns; who comes beyond is told so at once, and leaves the connection to others.
const WAITING_MAX: usize = 100;

/// As long does a request wait for its turn.
const TURN_TIME: Duration = Duration::from_secs(20);

/// How often is looked whether the server should end.
const LOOK_TIME: Duration = Duration::from_millis(20);

/// A server that is bound to its port, and answers once it is asked to.
pub(crate) struct Server {
    listener: TcpListener,
    door: Arc<Door>,
    viewed: Arc<Viewed>,
}

impl Server {
    /// Opens a folder and binds a port of loopback, a free one where `port` is 0.
    ///
    /// Fails where the folder is none of ours, and where the port is taken.
    pub(crate) fn open(places: Places, port: u16, threads: usize) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let listener = listener.map_err(|error| no_port(port, &error))?;
        let door = Door::new(token()?, listener.local_addr()?.port());
        let viewed = Viewed::open(places, threads, door.base())?;
        Ok(Self {
            listener,
            door: Arc::new(door),
            viewed: Arc::new(viewed),
        })
    }

    /// The address of the first page, with its token.
    pub(crate) fn address(&self) -> String {
        self.door.address()
    }

    /// Answers until `stop` is the number of a signal, and returns it: that is how a server is ended.
    pub(crate) fn serve(self, stop: &Arc<AtomicUsize>) -> Result<usize> {
        self.listener.set_nonblocking(true)?;
        let (viewed, asked) = (self.viewed.clone(), stop.clone());
        std::thread::Builder::new().spawn(move || {
            quiet::hush();
            // What it asks is known from then on.
            let _ = quiet::quietly(|| pages::overview(&viewed, &Asked::default()));
            viewed.read_texts(&|| asked.load(Ordering::Relaxed) != 0);
        })?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(PAGES_AT_A_TIME + PLAIN_AT_A_TIME)
            .on_thread_start(quiet::hush)
            .enable_all()
            .build()?;
        let routes = routes(self.viewed, self.door);
        let signal = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            tokio::spawn(connections::serve(listener, routes));
            loop {
                match stop.load(Ordering::Relaxed) {
                    0 => tokio::time::sleep(LOOK_TIME).await,
                    signal => return Ok::<_, Error>(signal),
                }
            }
        });
        // Whoever waits for a page waits no longer.
        runtime.shutdown_background();
        signal
    }
}

fn no_port(port: u16, error: &std::io::Error) -> Error {
    Error::usage(
        format!("port {port} of 127.0.0.1 cannot be had: {error}"),
        "leave `--port` out for a free one, or give another",
    )
}

/// 128 bits that nobody can guess.
fn token() -> Result<String> {
    let mut bytes = [0; 16];
    let filled = getrandom::getrandom(&mut bytes);
    filled.map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(crate::folder::hex(&bytes))
}

/// What every page is made from.
struct Shared {
    viewed: Arc<Viewed>,
    asking: Turns,
    plain: Turns,
}

/// How many pages of a kind are made at a time.
struct Turns {
    making: Arc<Semaphore>,
    waiting: Semaphore,
}

impl Turns {
    fn new(at_a_time: usize) -> Self {
        Self {
            making: Arc::new(Semaphore::new(at_a_time)),
            waiting: Semaphore::new(WAITING_MAX),
        }
    }

    /// A turn, once there is one; none where that takes too long, or too many wait.
    async fn next(&self) -> Option<OwnedSemaphorePermit> {
        let _waits = self.waiting.try_acquire().ok()?;
        let turn = timeout(TURN_TIME, self.making.clone().acquire_owned()).await;
        turn.ok()?.ok()
    }
}

type Pages = State<Arc<Shared>>;
type Pairs = Query<Vec<(String, String)>>;

fn routes(viewed: Arc<Viewed>, door: Arc<Door>) -> Router {
    let base = door.base();
    let at = |page: &str| format!("{base}/{page}");
    let shared = Arc::new(Shared {
        viewed,
        asking: Turns::new(PAGES_AT_A_TIME),
        plain: Turns::new(PLAIN_AT_A_TIME),
    });
    Router::new()
        .route(&at(""), page(plain, pages::overview))
        .route(&at("rows"), page(asking, pages::rows))
        .route(&at("compare"), page(asking, pages::compare))
        .route(&at("questions"), page(asking, pages::questions))
        .route(&at("question"), page(asking, pages::question))
        .route(&at("sql"), page(asking, pages::query))
        .route(
            &at("help"),
            page(plain, |viewed, _| Ok(pages::help(viewed))),
        )
        .route(&at("row/{id}"), named(pages::row))
        .route(&at("problem/{id}"), named(pages::problem))
        .route(
            &at("style.css"),
            get(|| async { asset("text/css", &style()) }),
        )
        .route(
            &at("viewer.js"),
            get(|| async { asset("text/javascript", SCRIPT) }),
        )
        .route(
            &at("icon.svg"),
            get(|| async { asset("image/svg+xml", ICON) }),
        )
        .fallback(absent)
        .with_state(shared)
        .layer(from_fn_with_state(door, guard))
}

/// Which turns a page takes.
type OfKind = fn(&Shared) -> &Turns;

fn asking(shared: &Shared) -> &Turns {
    &shared.asking
}

fn plain(shared: &Shared) -> &Turns {
    &shared.plain
}

/// A page that its address alone makes.
fn page(
    turns: OfKind,
    page: fn(&Viewed, &Asked) -> Result<Made>,
) -> axum::routing::MethodRouter<Arc<Shared>> {
    get(
        move |State(shared): Pages, uri: Uri, Query(pairs): Pairs| async move {
            shared.answer(turns, &uri, pairs, page).await
        },
    )
}

/// A page of something that its path names.
fn named(
    page: fn(&Viewed, &str, &Asked) -> Result<Made>,
) -> axum::routing::MethodRouter<Arc<Shared>> {
    get(
        move |State(shared): Pages, uri: Uri, Path(id): Path<String>, Query(pairs): Pairs| async move {
            shared
                .answer(asking, &uri, pairs, move |viewed, asked| {
                    page(viewed, &id, asked)
                })
                .await
        },
    )
}

async fn absent(State(shared): Pages) -> Response {
    shared.document(StatusCode::NOT_FOUND, |viewed| {
        pages::fault(viewed, "there is no such page", None)
    })
}

/// Looks at a request before any page does, and says on every answer what its page may do.
async fn guard(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let mut response = match door.check(request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    door::put_headers(response.headers_mut());
    response
}

impl Shared {
    /// Makes a page, once it is its turn.
    async fn answer(
        self: Arc<Self>,
        turns: OfKind,
        uri: &Uri,
        pairs: Vec<(String, String)>,
        page: impl FnOnce(&Viewed, &Asked) -> Result<Made> + Send + 'static,
    ) -> Response {
        let given = pairs.len();
        let asked = Asked::new(pairs);
        // An address that is kept has no empty fields of a form in it.
        if asked.pairs().count() < given {
            return Redirect::to(&format!("{}{}", uri.path(), asked.written())).into_response();
        }
        let Some(turn) = turns(&self).next().await else {
            return (
                StatusCode::SERVICE_UNAVAILABLE,
                [(header::RETRY_AFTER, "5")],
                "too much is asked at once: try again",
            )
                .into_response();
        };
        let shared = self.clone();
        let made = tokio::task::spawn_blocking(move || {
            // Its turn lasts as long as it is made, whether somebody still waits for it or not.
            let _turn = turn;
            if let Some(gone) = shared.viewed.gone() {
                return shared.gone(gone);
            }
            let _page = shared.viewed.library.page();
            let made = quiet::quietly(|| page(&shared.viewed, &asked));
            // What went wrong may be that.
            match (&made, shared.viewed.gone()) {
                (None | Some(Err(_)), Some(gone)) => shared.gone(gone),
                _ => shared.written(made),
            }
        });
        made.await.unwrap_or_else(|_| broken_off())
    }

    fn gone(&self, what: &str) -> Response {
        self.document(StatusCode::GONE, |viewed| pages::gone(viewed, what))
    }

    fn written(&self, made: Option<Result<Made>>) -> Response {
        match made {
            Some(Ok(Made::Page {
                status,
                title,
                about,
                main,
            })) => self.document(status, |viewed| {
                pages::document(viewed, &title, about, main)
            }),
            Some(Ok(Made::Absent(what))) => self.document(StatusCode::NOT_FOUND, |viewed| {
                pages::fault(viewed, &what, None)
            }),
            Some(Err(error)) => self.document(status(&error), |viewed| {
                pages::fault(viewed, &error.to_string(), error.hint().as_deref())
            }),
            None => broken_off(),
        }
    }

    fn document(&self, status: StatusCode, write: impl FnOnce(&Viewed) -> String) -> Response {
        (status, axum::response::Html(write(&self.viewed))).into_response()
    }
}

fn broken_off() -> Response {
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "the page broke off: hold the folder against its sums with `gradatim check`",
    )
        .into_response()
}

/// What was wrong is either what was asked for, or what it was asked of.
fn status(error: &Error) -> StatusCode {
    match error {
        Error::Usage { .. } | Error::Query(_) => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

const SCRIPT: &str = include_str!("assets/viewer.js");
const ICON: &str = include_str!("assets/icon.svg");
const STYLE: &str = include_str!("assets/viewer.css");

/// The style of all pages, of texts in them, and what the viewer has beside.
fn style() -> String {
    [page::STYLE, text::STYLE, STYLE].join("\n")
}

fn asset(kind: &'static str, text: &str) -> Response {
    let mut response = text.to_owned().into_response();
    let kind = format!("{kind}; charset=utf-8");
    if let Ok(kind) = HeaderValue::from_str(&kind) {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}
