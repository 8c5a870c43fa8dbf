//! The clients of stores, and what is read through them.
//!
//! The crate's clients are asynchronous and ours are not: an exchange runs on a small runtime of its own, and whoever
//! waits for it looks every few milliseconds whether it should stop.

use std::collections::HashMap;
use std::future::Future;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path as Key;
use object_store::{GetOptions, GetRange, GetResult, ObjectMeta, ObjectStore, ObjectStoreExt};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

use super::{Object, ObjectUrl, failed, open};
use crate::source::remote::spans::{Span, coalesce};
use crate::source::remote::{Fault, Hooks, Patience, Tries, Wait, lock, random};
use crate::{Error, Result};

/// A longer range is asked for in parts of this size.
pub(super) const PART_BYTES: u64 = 8 << 20;

/// Ranges with no more than this between them are asked for as one: a round trip takes as long.
const GAP_BYTES: u64 = 128 << 10;

/// Bodies that are read or written at the same time.
pub(super) const IN_FLIGHT: usize = 16;

/// The stores that were opened, for any number of threads.
pub struct Stores {
    wire: Wire,
    opened: Mutex<HashMap<String, Arc<Store>>>,
}

/// What all clients share.
#[derive(Clone)]
pub(super) struct Wire {
    runtime: Arc<OnceLock<OwnRuntime>>,
    pub hooks: Arc<dyn Hooks>,
    pub patience: Patience,
    gates: Arc<Semaphore>,
}

/// Ends without waiting for what nobody waits for any more.
struct OwnRuntime(Option<Runtime>);

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Stores {
    /// Clients that tell `hooks` of waits and ask them whether to go on.
    pub fn new(hooks: Arc<dyn Hooks>) -> Self {
        Self::with(hooks, Patience::default())
    }

    /// The same with another patience.
    pub fn with(hooks: Arc<dyn Hooks>, patience: Patience) -> Self {
        Self {
            wire: Wire {
                runtime: Arc::default(),
                hooks,
                patience,
                gates: Arc::new(Semaphore::new(IN_FLIGHT)),
            },
            opened: Mutex::default(),
        }
    }

    /// The store that an address names.
    ///
    /// Fails where the environment says nothing that its client can use.
    pub fn at(&self, url: &ObjectUrl) -> Result<Arc<Store>> {
        let mut opened = lock(&self.opened);
        if let Some(store) = opened.get(url.root()) {
            return Ok(store.clone());
        }
        let store = Arc::new(Store {
            client: open::open(url)?,
            wire: self.wire.clone(),
        });
        opened.insert(url.root().to_owned(), store.clone());
        Ok(store)
    }
}

/// The client of one store: a bucket, a container or a host.
pub struct Store {
    pub(super) client: Arc<dyn ObjectStore>,
    pub(super) wire: Wire,
}

impl Store {
    /// The object at an address; none where there is none.
    pub fn find(&self, url: &ObjectUrl) -> Result<Option<Object>> {
        let (client, key) = (self.client.clone(), key(url)?);
        let found = self.patiently(url, move || {
            let (client, key) = (client.clone(), key.clone());
            async move {
                match client.head(&key).await {
                    Err(object_store::Error::NotFound { .. }) => Ok(None),
                    found => found.map(Some),
                }
            }
        })?;
        let url = url.clone();
        Ok(found.map(|found| Object { url, found }))
    }

    /// Every object in a folder, by name.
    pub fn list(&self, folder: &ObjectUrl) -> Result<Vec<Object>> {
        let client = self.client.clone();
        let prefix = match folder.key().is_empty() {
            true => None,
            false => Some(key(folder)?),
        };
        let found: Vec<ObjectMeta> = self.patiently(folder, move || {
            let (client, prefix) = (client.clone(), prefix.clone());
            async move { client.list(prefix.as_ref()).try_collect().await }
        })?;
        let object = |found: ObjectMeta| Object {
            url: folder.with_key(found.location.as_ref()),
            found,
        };
        let mut objects: Vec<Object> = found.into_iter().map(object).collect();
        objects.sort_by(|a, b| a.url.key().cmp(b.url.key()));
        Ok(objects)
    }

    /// The bytes of each range, in the order asked for: those that lie close together as one request, several at a time.
    ///
    /// Fails where the object is another now.
    pub fn ranges(&self, object: &Object, ranges: &[Span]) -> Result<Vec<Bytes>> {
        let wanted = coalesce(ranges.to_vec(), GAP_BYTES, PART_BYTES);
        let fetches: Vec<_> = wanted
            .iter()
            .map(|span| self.fetch(object.clone(), span.clone()))
            .collect();
        let fetched = stream::iter(fetches).buffered(IN_FLIGHT).try_collect();
        let fetched: Vec<Bytes> = self.wait(fetched)??;
        Ok(ranges
            .iter()
            .map(|range| joined(range, &wanted, &fetched))
            .collect())
    }

    /// The bytes of one range, by as many requests as it takes.
    fn fetch(
        &self,
        object: Object,
        span: Span,
    ) -> impl Future<Output = Result<Bytes>> + Send + use<> {
        let (client, wire) = (self.client.clone(), self.wire.clone());
        async move {
            let key = key(&object.url)?;
            let mut bytes = BytesMut::with_capacity((span.end - span.start) as usize);
            let mut tries = Tries::default();
            loop {
                let read = {
                    let _gate = wire.gates.acquire().await;
                    wire.read_on(&*client, &key, &object, &span, &mut bytes, &mut tries)
                        .await
                };
                match read {
                    Ok(()) => return Ok(bytes.freeze()),
                    Err(fault) => wire.after(&object.url, fault, &mut tries).await?,
                }
            }
        }
    }

    /// Does something until it is done, cannot be done, or patience ends.
    pub(super) fn patiently<T, F, A>(&self, url: &ObjectUrl, mut attempt: A) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = object_store::Result<T>> + Send,
        A: FnMut() -> F + Send + 'static,
    {
        let (wire, url) = (self.wire.clone(), url.clone());
        self.wait(async move {
            let mut tries = Tries::default();
            loop {
                let done = {
                    let _gate = wire.gates.acquire().await;
                    tokio::time::timeout(wire.patience.stall * 2, attempt()).await
                };
                let fault = match done {
                    Ok(Ok(done)) => return Ok(done),
                    Ok(Err(error)) => failed::fault(&url, error),
                    Err(_) => stalled(&wire.patience),
                };
                wire.after(&url, fault, &mut tries).await?;
            }
        })?
    }

    /// Waits for work on the runtime, as long as nobody asks to stop.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T> {
        let wire = &self.wire;
        let runtime = wire.runtime()?;
        let (sender, done) = sync_channel(1);
        let task = runtime.spawn(async move {
            // Nobody may be left to hear it.
            let _ = sender.send(work.await);
        });
        loop {
            if let Err(stop) = wire.hooks.check() {
                task.abort();
                return Err(stop);
            }
            match done.recv_timeout(wire.patience.tick) {
                Ok(done) => return Ok(done),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::Io(std::io::Error::other(
                        "a task of a store ended early",
                    )));
                }
            }
        }
    }
}

impl Wire {
    /// Made when it is first asked for.
    fn runtime(&self) -> Result<&Runtime> {
        if self.runtime.get().is_none() {
            let threads = Builder::new_multi_thread()
                .worker_threads(2)
                .thread_name("store")
                .enable_all()
                .build()?;
            // Where another thread was faster, its own stays.
            let _ = self.runtime.set(OwnRuntime(Some(threads)));
        }
        let made = self.runtime.get().and_then(|own| own.0.as_ref());
        made.ok_or_else(|| Error::Io(std::io::Error::other("there is no runtime for stores")))
    }

    /// Pauses after a fault where another try may help; else fails.
    pub(super) async fn after(
        &self,
        url: &ObjectUrl,
        fault: Fault,
        tries: &mut Tries,
    ) -> Result<()> {
        let Some(pause) = tries.after(&fault, &self.patience, random()) else {
            return Err(failed::gave_up(url, fault));
        };
        if !pause.is_zero() {
            self.hooks.waits(&Wait {
                what: format!("`{url}`"),
                why: fault.to_string(),
                pause,
            });
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }

    /// One request for what is missing of a range.
    async fn read_on(
        &self,
        client: &dyn ObjectStore,
        key: &Key,
        object: &Object,
        span: &Span,
        bytes: &mut BytesMut,
        tries: &mut Tries,
    ) -> Result<(), Fault> {
        let length = span.end - span.start;
        let missing = span.start + bytes.len() as u64..span.end;
        if missing.is_empty() {
            return Ok(());
        }
        let options = GetOptions {
            range: Some(GetRange::Bounded(missing.clone())),
            ..object.asked()
        };
        let answer = client.get_opts(key, options);
        let answer = within(self.patience.stall * 2, answer).await;
        let answer = answer.ok_or_else(|| stalled(&self.patience))?;
        let answer: GetResult = answer.map_err(|error| failed::fault(&object.url, error))?;
        if !object.is(&answer.meta) {
            return Err(Fault::Final(object.changed()));
        }
        if answer.range != missing {
            return Err(Fault::Wrong("other bytes come than were asked for".into()));
        }
        let mut body = answer.into_stream();
        loop {
            let next = within(self.patience.stall, body.next()).await;
            match next.ok_or_else(|| stalled(&self.patience))? {
                None => break,
                Some(Err(error)) => return Err(failed::body(&error)),
                Some(Ok(chunk)) => {
                    tries.progressed(chunk.len());
                    self.hooks.received(chunk.len() as u64);
                    bytes.extend_from_slice(&chunk);
                }
            }
        }
        match (bytes.len() as u64).cmp(&length) {
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Less => Err(Fault::Broken("the body broke off".into())),
            std::cmp::Ordering::Greater => {
                bytes.clear();
                Err(Fault::Wrong("more bytes come than were asked for".into()))
            }
        }
    }
}

async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time, work).await.ok()
}

pub(super) fn stalled(patience: &Patience) -> Fault {
    Fault::Broken(format!(
        "no byte came for {} s",
        patience.stall.as_secs_f64()
    ))
}

/// An address as the client wants it.
pub(super) fn key(url: &ObjectUrl) -> Result<Key> {
    let parsed = match url.is_web() {
        true => Key::from_url_path(url.key()),
        false => Key::parse(url.key()),
    };
    parsed.map_err(|error| {
        Error::usage(
            format!("`{url}` is no address of an object: {error}"),
            "name it without empty parts, `.` and `..`",
        )
    })
}

/// The bytes of a range out of the spans that cover it.
fn joined(range: &Span, spans: &[Span], fetched: &[Bytes]) -> Bytes {
    let mut parts = spans.iter().zip(fetched).filter_map(|(span, bytes)| {
        let (start, end) = (span.start.max(range.start), span.end.min(range.end));
        let inside = |at: u64| (at - span.start) as usize;
        (start < end).then(|| bytes.slice(inside(start)..inside(end)))
    });
    let first = parts.next().unwrap_or_default();
    let Some(second) = parts.next() else {
        return first;
    };
    let mut joined = BytesMut::from(&first[..]);
    joined.extend_from_slice(&second);
    parts.for_each(|part| joined.extend_from_slice(&part));
    joined.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_put_together_of_what_was_fetched() {
        let file: Vec<u8> = (0..100).collect();
        let spans = [10..30, 30..50, 60..70];
        let bytes =
            |span: &Span| Bytes::copy_from_slice(&file[span.start as usize..span.end as usize]);
        let fetched: Vec<Bytes> = spans.iter().map(bytes).collect();
        for range in [10..12, 25..35, 12..50, 60..70, 62..62] {
            assert_eq!(joined(&range, &spans, &fetched), bytes(&range), "{range:?}");
        }
    }
}
