//! Long work, which Ctrl-C ends.
//!
//! Python meets a signal on its main thread, between two of its own steps. So the work goes to a thread, and the one
//! that called waits without the interpreter's lock and looks for signals some times a second. What shows how far the work
//! is, is called on that thread too: a notebook's bar belongs to the cell that runs there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use pyo3::prelude::*;

use crate::failure::no_thread;

/// How often a signal is looked for.
const LOOK: Duration = Duration::from_millis(20);

/// Every how many looks the work is shown.
const SHOW: u32 = 10;

/// How many looks work has to end in that was told to. What looks at no signal then goes on unheard, and ends by itself.
const PATIENCE: u32 = 100;

/// What Ctrl-C sends.
const SIGINT: usize = 2;

/// As much as the main thread of a program has.
const STACK: usize = 8 << 20;

/// Says to work that it shall end: 0, or the number of a signal.
pub(crate) type Stop = Arc<AtomicUsize>;

/// Does the work on a thread of its own; where a signal's handler raises meanwhile, the work is told to stop, is waited
/// for some seconds, and the exception goes on.
pub(crate) fn done<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(&Stop) -> T + Send + 'static,
) -> PyResult<T> {
    shown(py, work, || Ok(()))
}

/// The same, and shows how far it is, five times a second and at its end; what raises there ends the work as a signal does.
pub(crate) fn shown<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(&Stop) -> T + Send + 'static,
    show: impl Fn() -> PyResult<()>,
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
    let (mut looks, mut patience) = (0, PATIENCE);
    while !py.detach(has_ended) {
        looks += 1;
        if asked.is_ok() {
            asked = py.check_signals();
        }
        if asked.is_ok() && looks % SHOW == 0 {
            asked = show();
        }
        if asked.is_err() {
            stop.store(SIGINT, Ordering::Relaxed);
            patience -= 1;
        }
        if patience == 0 {
            return Err(asked.expect_err("work is told to end by what was raised"));
        }
    }
    let result = joined(py, worker);
    asked.and_then(|()| show()).map(|()| result)
}

fn joined<T: Send + 'static>(py: Python<'_>, worker: JoinHandle<T>) -> T {
    let joined = py.detach(|| worker.join());
    joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
