//! What a hub or a store tells while it works, and asks: whoever shows it or ends it need not know how it works.

use super::wait::Wait;
use crate::Result;

/// What a hub or a store tells while it works, and asks: the terminal shows it, tests pass `()`.
pub trait Hooks: Send + Sync {
    /// A request pauses before it is tried again.
    fn waits(&self, _wait: &Wait) {}
    /// So many bytes of files came over the network.
    fn received(&self, _bytes: u64) {}
    /// Something that the user should know now.
    fn note(&self, _text: &str) {}
    /// Fails where the work should end; asked every few milliseconds of a wait.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

impl Hooks for () {}
