//! What a hub and an object store have in common: files that are read in ranges over a network that fails.
//!
//! Which bytes are asked for together, how a reader of files on a disk reads them, how long to wait after a fault and
//! when to give up; not how a server is spoken to.

mod hooks;
mod reader;
pub(super) mod spans;
mod wait;

use std::sync::{Mutex, MutexGuard};

pub use hooks::Hooks;
pub use reader::{Ranged, RemoteParquet, RemoteReader};
pub(super) use wait::{Fault, Tries, asked, random};
pub use wait::{Patience, Wait};

/// Whoever holds a lock here leaves what it guards whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}
