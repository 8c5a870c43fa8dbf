//! Long work, which Ctrl-C ends.
//!
//! Python meets a signal on its main thread, between two of its own steps. So the work goes to a thread, and the one
//! that called waits without the interpreter's lock and looks for signals some times a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use pyo3::prelude::*;

use crate::failure::no_thread;

/// How often a signal is looked for.
const LOOK: Duration = Duration::from_millis(20);

/// What Ctrl-C sends.
const SIGINT: usize = 2;

/// As much as the main thread of a program has.
const STACK: usize = 8 << 20;

/// Says to work that it shall end: 0, or the number of a signal.
pub(crate) type Stop = Arc<AtomicUsize>;

/// Does the work on a thread of its own; where a signal's handler raises meanwhile, the work is told to stop, is waited
/// for, and the exception goes on.
pub(crate) fn done<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(&Stop) -> T + Send + 'static,
) -> PyResult<T> {
    let stop = Stop::default();
    let told = Arc::clone(&stop);
    let (tell, ended) = std::sync::mpsc::channel::<()>();
    let worker = Builder::new().stack_size(STACK).spawn(move || {
        // Dropped at the end, also by a panic.
        let _tell = tell;
        work(&told)
    });
    let worker = worker.map_err(|error| no_thread(&error))?;
    let ended = std::sync::Mutex::new(ended);
    let has_ended = || {
        let ended = ended.lock().unwrap_or_else(|broken| broken.into_inner());
        let waited = ended.recv_timeout(LOOK);
        waited != Err(std::sync::mpsc::RecvTimeoutError::Timeout)
    };
    let mut asked = Ok(());
    while !py.detach(has_ended) {
        if asked.is_ok() {
            asked = py.check_signals();
        }
        if asked.is_err() {
            stop.store(SIGINT, Ordering::Relaxed);
        }
    }
    let result = joined(py, worker);
    asked.map(|()| result)
}

fn joined<T: Send + 'static>(py: Python<'_>, worker: JoinHandle<T>) -> T {
    let joined = py.detach(|| worker.join());
    joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
