//! Beyond one machine: Apache DataFusion's Ballista with our functions, and with the one that measures a unit.
//!
//! A scheduler hands tasks to executors, and to others where one dies; the pool, which all of them see, is what they work
//! into. Nothing of a run hangs on any of them: what was measured stands in the pool, and a run that ends goes on where
//! it was. Only behind the cargo feature `cluster`: it is as much to build as the rest.
//!
//! Ballista is as it comes: its scheduler's state is its memory's, and its doors have no lock. So they open on this
//! machine alone unless they are told another address, and then belong into a network of one's own.

mod driver;
mod executor;
mod functions;
mod log;
mod scheduler;

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::{Error, Result};

pub(crate) use driver::Cluster;
pub(crate) use executor::{Executor, Standing};
pub(crate) use log::speak;
pub(crate) use scheduler::Scheduler;

/// How often is looked whether something is to end.
const LOOK: Duration = Duration::from_millis(100);

fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    Ok(builder.enable_all().build()?)
}

/// What a service ends with; nothing where it was stopped by the number of a signal.
async fn until_stopped<T: Send + 'static>(
    service: impl Future<Output = T> + Send + 'static,
    stop: &AtomicUsize,
) -> Option<T> {
    let service = tokio::spawn(service);
    loop {
        if service.is_finished() {
            return service.await.ok();
        }
        if stop.load(Ordering::Relaxed) != 0 {
            service.abort();
            return None;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Where somebody cannot be reached, or ended: another time they may be there.
fn unavailable(what: impl Into<String>) -> Error {
    Error::Cluster {
        what: what.into(),
        hint: "see to it and give the same command again: what was measured is kept in the pool, and it goes on where it \
               was"
            .into(),
    }
}
