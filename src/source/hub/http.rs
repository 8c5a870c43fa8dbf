//! One request, with all that can go wrong on its way.
//!
//! The exchange itself runs on a thread of its own that hands over what it reads: so whoever waits for
//! it looks every few milliseconds whether it should stop, whatever the network does. Redirects are
//! followed by hand, because the token goes to the hub's own address only, and because a signed address
//! is worth keeping.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use ureq::http::HeaderMap;

use super::address::{join, origin};
use super::settings::{HubSettings, Token};
use crate::error::HubFault;
use crate::source::remote::{Fault, Hooks, Patience, Tries, Wait, asked, lock, random};
use crate::{Error, Result};

const CHUNK_BYTES: usize = 64 << 10;

/// Nothing that is held in memory as a whole (a listing, a card) is larger.
const TEXT_BYTES_MAX: usize = 64 << 20;

/// Asks one hub, and those it sends us to.
pub(super) struct Client {
    agent: ureq::Agent,
    endpoint: String,
    token: Option<Token>,
    offline: bool,
    patience: Patience,
    slots: Arc<Slots>,
    /// Whether any server has answered: one that is lost later comes back, mostly.
    reached: AtomicBool,
    /// The hub asked not to be asked before.
    closed_until: Mutex<Option<Instant>>,
    hooks: Arc<dyn Hooks>,
}

impl Client {
    pub(super) fn new(settings: &HubSettings, hooks: Arc<dyn Hooks>) -> Self {
        // Our own clock ends what stalls; this one ends the thread that is then left behind.
        let stall = settings.patience.stall * 2;
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("gradatim/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .timeout_resolve(Some(stall))
            .timeout_connect(Some(stall))
            .timeout_recv_response(Some(stall))
            .timeout_per_read(Some(stall))
            .max_idle_connections_per_host(settings.in_flight.max(1))
            .build();
        Self {
            agent: config.new_agent(),
            endpoint: settings.endpoint.clone(),
            token: settings.token.clone(),
            offline: settings.offline,
            patience: settings.patience.clone(),
            slots: Arc::new(Slots::new(settings.in_flight)),
            reached: AtomicBool::new(false),
            closed_until: Mutex::new(None),
            hooks,
        }
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    pub(super) fn hooks(&self) -> &dyn Hooks {
        &*self.hooks
    }

    /// Whether an address is the hub's own, which may see the token.
    pub(super) fn is_hub(&self, url: &str) -> bool {
        origin(url).is_some() && origin(url) == origin(&self.endpoint)
    }

    /// Tries until it is done, cannot be done, or patience ends. `what` is what people read.
    pub(super) fn patiently<T>(
        &self,
        what: &str,
        mut attempt: impl FnMut(&mut Tries) -> Result<T, Fault>,
    ) -> Result<T> {
        let mut tries = Tries::default();
        loop {
            self.hooks.check()?;
            let fault = match attempt(&mut tries) {
                Ok(done) => return Ok(done),
                Err(Fault::Final(error)) => return Err(error),
                Err(fault) => fault,
            };
            match tries.after(&fault, &self.patience, random()) {
                Some(pause) => self.pause(what, &fault.to_string(), pause)?,
                None => return Err(gave_up(what, &self.endpoint, &fault)),
            }
        }
    }

    fn pause(&self, what: &str, why: &str, pause: Duration) -> Result<()> {
        if pause.is_zero() {
            return Ok(());
        }
        self.hooks.waits(&Wait {
            what: what.to_owned(),
            why: why.to_owned(),
            pause,
        });
        let end = Instant::now() + pause;
        loop {
            self.hooks.check()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(self.patience.tick));
        }
    }

    /// One exchange: the head of the answer, and its body to be read.
    pub(super) fn ask(&self, url: &str, range: Option<(u64, u64)>) -> Result<HttpAnswer, Fault> {
        if self.offline {
            return Err(Error::hub(
                HubFault::Offline,
                "the hub is asked while `HF_HUB_OFFLINE` is set",
                "unset `HF_HUB_OFFLINE`",
            )
            .into());
        }
        let hub = self.is_hub(url);
        if hub {
            self.wait_until_open(url)?;
        }
        let slot = self.slots.take(self)?;
        let mut headers = Vec::new();
        if let Some((start, end)) = range {
            headers.push(("range", format!("bytes={start}-{}", end - 1)));
        }
        if let Some(token) = self.token.as_ref().filter(|_| hub) {
            headers.push(("authorization", token.header()));
        }
        let events = exchange(self.agent.clone(), url.to_owned(), headers);
        let body = HttpBody {
            events,
            hooks: self.hooks.clone(),
            patience: self.patience.clone(),
            ended: false,
            _slot: slot,
        };
        let head = body
            .event()
            .map_err(|fault| self.lost_or_unreached(fault))?;
        let Event::Head(status, headers) = head else {
            return Err(Fault::Broken("the answer has no head".into()));
        };
        self.reached.store(true, Ordering::Relaxed);
        let answer = HttpAnswer {
            status,
            headers: *headers,
            body,
        };
        self.check_server(answer, hub)
    }

    /// Once there was a way, its loss is met with all patience.
    fn lost_or_unreached(&self, fault: Fault) -> Fault {
        match fault {
            Fault::Unreached(why) if self.reached.load(Ordering::Relaxed) => Fault::Broken(why),
            fault => fault,
        }
    }

    /// The faults that no request is to blame for.
    fn check_server(&self, answer: HttpAnswer, hub: bool) -> Result<HttpAnswer, Fault> {
        let wait = asked(
            answer.header("retry-after"),
            answer.header("ratelimit"),
            SystemTime::now(),
        );
        let status = answer.status;
        match (status, wait) {
            (429, _) | (503, Some(_)) => {
                let asked = wait.unwrap_or_default();
                if hub && asked <= self.patience.asked_max {
                    let until = Instant::now() + asked;
                    let mut closed = lock(&self.closed_until);
                    *closed = Some(closed.map_or(until, |other| other.max(until)));
                }
                Err(Fault::Busy { asked })
            }
            (408 | 500.., _) => Err(Fault::Broken(format!("the server answers {status}"))),
            _ => match answer.header("content-encoding") {
                None | Some("identity") => Ok(answer),
                Some(_) => Err(Fault::Wrong("the body comes encoded".into())),
            },
        }
    }

    /// While one request was asked to wait, the others need not find out for themselves.
    fn wait_until_open(&self, url: &str) -> Result<()> {
        let until = *lock(&self.closed_until);
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        match left {
            Some(left) if !left.is_zero() => {
                let what = origin(url).unwrap_or("the hub");
                self.pause(what, "the hub is asked too often", left)
            }
            _ => Ok(()),
        }
    }

    /// Asks the hub, following it where it sends us inside its own walls.
    pub(super) fn get(&self, url: &str) -> Result<HttpAnswer, Fault> {
        let mut url = url.to_owned();
        for _ in 0..HOPS_MAX {
            let mut answer = self.ask(&url, None)?;
            match answer.redirect(&url)? {
                Some(next) => url = next,
                None => return Ok(answer),
            }
        }
        Err(Fault::Broken("the hub sends us in circles".into()))
    }
}

/// As many redirects are followed, one after the other.
pub(super) const HOPS_MAX: usize = 6;

fn gave_up(what: &str, endpoint: &str, fault: &Fault) -> Error {
    match fault {
        Fault::Unreached(why) => Error::hub(
            HubFault::Unavailable,
            format!("the hub at {endpoint} cannot be reached for {what}: {why}"),
            "see whether this machine has a network and `HF_ENDPOINT` is right",
        ),
        Fault::Wrong(why) => Error::hub(
            HubFault::Wrong,
            format!("{what} is not what the hub says it is: {why}"),
            "try again later; if it stays so, the copy that this endpoint gives is damaged",
        ),
        Fault::Busy { asked } => Error::hub(
            HubFault::Unavailable,
            format!(
                "{what} cannot be had now: the hub is asked too often, and asks to wait {} s more",
                asked.as_secs()
            ),
            "run the same command later: it goes on where it was (with `HF_TOKEN` set, the hub allows \
             more requests)",
        ),
        fault => Error::hub(
            HubFault::Unavailable,
            format!("{what} cannot be had now: {fault}"),
            "run the same command later: it goes on where it was",
        ),
    }
}

/// The head of an answer, and its body to be read.
pub(super) struct HttpAnswer {
    pub status: u16,
    headers: HeaderMap,
    pub body: HttpBody,
}

impl HttpAnswer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    /// Where it sends us; none where it is no redirect.
    pub(super) fn redirect(&mut self, url: &str) -> Result<Option<String>, Fault> {
        if !self.is_redirect() {
            return Ok(None);
        }
        let next = self.header("location").and_then(|to| join(url, to));
        self.body.drain();
        next.map(Some)
            .ok_or_else(|| Fault::Broken("the server sends us to no address".into()))
    }

    /// The whole body of a text.
    pub(super) fn text(mut self) -> Result<Vec<u8>, Fault> {
        let mut text = Vec::new();
        while let Some(chunk) = self.body.next()? {
            text.extend_from_slice(&chunk);
            if text.len() > TEXT_BYTES_MAX {
                return Err(Fault::Wrong("the answer has no end".into()));
            }
        }
        Ok(text)
    }
}

/// A body that is being read; no more than a few chunks of it are in memory.
pub(super) struct HttpBody {
    events: Receiver<Event>,
    hooks: Arc<dyn Hooks>,
    patience: Patience,
    ended: bool,
    _slot: BodySlot,
}

impl HttpBody {
    /// The next bytes; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        if self.ended {
            return Ok(None);
        }
        match self.event()? {
            Event::Chunk(bytes) => Ok(Some(bytes)),
            Event::Head(..) | Event::End => {
                self.ended = true;
                Ok(None)
            }
            Event::Failed(fault) => Err(fault),
        }
    }

    /// Reads what is left of a short body, so that its connection can be used again.
    fn drain(&mut self) {
        let mut left = 4;
        while left > 0 && matches!(self.next(), Ok(Some(_))) {
            left -= 1;
        }
    }

    fn event(&self) -> Result<Event, Fault> {
        let begun = Instant::now();
        loop {
            self.hooks.check()?;
            match self.events.recv_timeout(self.patience.tick) {
                Ok(Event::Failed(fault)) => return Err(fault),
                Ok(event) => return Ok(event),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Fault::Broken("the connection is gone".into()));
                }
                Err(RecvTimeoutError::Timeout) if begun.elapsed() >= self.patience.stall => {
                    let seconds = self.patience.stall.as_secs_f64();
                    return Err(Fault::Broken(format!("no byte came for {seconds} s")));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// What the exchanging thread hands over.
enum Event {
    Head(u16, Box<HeaderMap>),
    Chunk(Bytes),
    End,
    Failed(Fault),
}

/// Runs an exchange on a thread of its own; it ends when nobody listens any more.
fn exchange(
    agent: ureq::Agent,
    url: String,
    headers: Vec<(&'static str, String)>,
) -> Receiver<Event> {
    let (sender, events) = sync_channel(4);
    let failed = sender.clone();
    let thread = std::thread::Builder::new().name("hub".into());
    let spawned = thread.spawn(move || {
        let last = match send(&agent, &url, headers, &sender) {
            Ok(()) => Event::End,
            Err(fault) => Event::Failed(fault),
        };
        // Nobody may be left to hear it.
        let _ = sender.send(last);
    });
    if spawned.is_err() {
        let _ = failed.send(Event::Failed(Fault::Broken(
            "no thread can be started".into(),
        )));
    }
    events
}

fn send(
    agent: &ureq::Agent,
    url: &str,
    headers: Vec<(&'static str, String)>,
    sender: &SyncSender<Event>,
) -> Result<(), Fault> {
    let mut request = agent.get(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = request.call().map_err(|error| in_words(&error))?;
    let (head, body) = answer.into_parts();
    let status = head.status.as_u16();
    if sender
        .send(Event::Head(status, Box::new(head.headers)))
        .is_err()
    {
        return Ok(());
    }
    let mut reader = body.into_reader();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let count = match reader.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(&error)),
        };
        let bytes = Bytes::copy_from_slice(&chunk[..count]);
        if sender.send(Event::Chunk(bytes)).is_err() {
            return Ok(());
        }
    }
}

/// Never with the address, which may be a signed one.
fn in_words(error: &ureq::Error) -> Fault {
    Fault::Broken(match error {
        ureq::Error::Io(error) => return broken(error),
        ureq::Error::HostNotFound => return Fault::Unreached(NO_HOST.into()),
        ureq::Error::ConnectionFailed => {
            return Fault::Unreached("no connection can be made".into());
        }
        ureq::Error::Timeout(_) => "the server does not answer".into(),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => "the address is none".into(),
        ureq::Error::Protocol(_) => "the answer is no HTTP".into(),
        ureq::Error::Rustls(error) => format!("TLS fails: {error}"),
        ureq::Error::Tls(why) => format!("TLS fails: {why}"),
        _ => "the exchange fails".into(),
    })
}

const NO_HOST: &str = "the host is not found";

fn broken(error: &std::io::Error) -> Fault {
    use std::io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable};
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<ureq::Error>());
    match inner {
        Some(inner) => in_words(inner),
        // The standard library has no kind for it.
        None if error.to_string().contains("failed to lookup address") => {
            Fault::Unreached(NO_HOST.into())
        }
        None => match error.kind() {
            kind @ (ConnectionRefused | HostUnreachable | NetworkDown | NetworkUnreachable) => {
                Fault::Unreached(kind.to_string())
            }
            kind => Fault::Broken(format!("the connection broke: {kind}")),
        },
    }
}

/// As many bodies as may be read at the same time.
struct Slots {
    free: Mutex<usize>,
    freed: Condvar,
}

/// The right to read one body.
struct BodySlot(Arc<Slots>);

impl Slots {
    fn new(count: usize) -> Self {
        Self {
            free: Mutex::new(count.max(1)),
            freed: Condvar::new(),
        }
    }

    fn take(self: &Arc<Self>, client: &Client) -> Result<BodySlot> {
        let mut free = lock(&self.free);
        while *free == 0 {
            client.hooks.check()?;
            let waited = self.freed.wait_timeout(free, client.patience.tick);
            (free, _) = waited.unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        *free -= 1;
        Ok(BodySlot(self.clone()))
    }
}

impl Drop for BodySlot {
    fn drop(&mut self) {
        *lock(&self.0.free) += 1;
        self.0.freed.notify_one();
    }
}
