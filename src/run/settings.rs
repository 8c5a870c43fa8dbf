//! How a run is carried out, who watches it, and what it cost. None of it changes what is written.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::errand::Elsewhere;
use crate::pool::Pool;
use crate::source::BatchSize;
use crate::{Error, Result};

/// An amount of work, in what it consists of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Amount {
    pub files: u64,
    pub rows: u64,
    pub bytes: u64,
}

impl Amount {
    pub(crate) fn rows(rows: u64) -> Self {
        Self {
            rows,
            ..Self::default()
        }
    }

    pub(crate) fn files(files: u64, bytes: u64) -> Self {
        Self {
            files,
            bytes,
            rows: 0,
        }
    }
}

/// Sees how far a run is. The terminal shows it; tests pass `()`.
pub trait Watch: Sync {
    /// A stage begins; what is not known of its total is 0.
    fn begin(&self, stage: &'static str, total: Amount);
    /// So much more is done.
    fn advance(&self, done: Amount);
    /// The stage waits for something of its own, until it advances.
    fn waits_for(&self, _what: &'static str) {}
    /// Something that the user should know now.
    fn note(&self, text: &str);
}

impl Watch for () {
    fn begin(&self, _: &'static str, _: Amount) {}
    fn advance(&self, _: Amount) {}
    fn note(&self, _: &str) {}
}

/// How a run is carried out; none of it changes what is written.
pub struct Settings<'a> {
    pub pool: Pool,
    pub threads: usize,
    pub batch: BatchSize,
    /// The number of the signal that asked to stop, or 0.
    pub stop: &'a AtomicUsize,
    pub watch: &'a dyn Watch,
    /// Who measures what the pool lacks; this process, where it is none.
    pub elsewhere: Option<&'a dyn Elsewhere>,
}

impl Settings<'_> {
    pub fn check_stop(&self) -> Result<()> {
        match self.stop.load(Ordering::Relaxed) {
            0 => Ok(()),
            signal => Err(Error::Interrupted {
                signal: signal as i32,
            }),
        }
    }
}

/// What each stage cost.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Timings {
    /// Seconds by the wall, by stage.
    pub wall_s: BTreeMap<&'static str, f64>,
    /// Seconds of work summed over threads, of the parts of measuring.
    pub work_s: BTreeMap<&'static str, f64>,
    pub entries: u64,
    pub measured_units: u64,
    pub reused_units: u64,
    pub threads: usize,
}

impl Timings {
    /// Does a stage's work and notes how long it took.
    pub(crate) fn stage<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let done = work();
        self.wall_s.insert(name, started.elapsed().as_secs_f64());
        done
    }
}
