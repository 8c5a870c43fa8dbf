//! Jobs that are found while others are done: put up by one thread, taken in order by several.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// The jobs of one pass.
pub(super) struct Board<J> {
    state: Mutex<State<J>>,
    changed: Condvar,
}

struct State<J> {
    jobs: Vec<Arc<J>>,
    /// How many are taken.
    taken: usize,
    /// No more will be put up.
    is_closed: bool,
}

impl<J> Default for Board<J> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                jobs: Vec::new(),
                taken: 0,
                is_closed: false,
            }),
            changed: Condvar::new(),
        }
    }
}

impl<J> Board<J> {
    fn state(&self) -> MutexGuard<'_, State<J>> {
        lock(&self.state)
    }

    pub(super) fn put(&self, job: J) {
        self.state().jobs.push(Arc::new(job));
        self.changed.notify_all();
    }

    /// Says, when what it returns is dropped, that no more jobs come: also where finding them panics, so that
    /// nobody waits for ever.
    pub(super) fn closing(&self) -> impl Drop + '_ {
        struct Closing<'b, J>(&'b Board<J>);
        impl<J> Drop for Closing<'_, J> {
            fn drop(&mut self) {
                self.0.state().is_closed = true;
                self.0.changed.notify_all();
            }
        }
        Closing(self)
    }

    /// Takes the jobs away that nobody has begun, and lets none be put up.
    pub(super) fn clear(&self) {
        let mut state = self.state();
        state.is_closed = true;
        state.taken = usize::MAX;
        drop(state);
        self.changed.notify_all();
    }

    /// The next job, waiting for one to be put up; none when all are taken.
    pub(super) fn take(&self) -> Option<Arc<J>> {
        let mut state = self.state();
        loop {
            if let Some(job) = state.jobs.get(state.taken).cloned() {
                state.taken += 1;
                drop(state);
                self.changed.notify_all();
                return Some(job);
            }
            if state.is_closed {
                return None;
            }
            state = wait(&self.changed, state);
        }
    }

    /// Job `index`, when it is put up and fewer than `ahead` jobs stand before it that nobody has taken; none
    /// when there is no such job. With it, whether it is taken already.
    pub(super) fn look_ahead(&self, index: usize, ahead: usize) -> Option<(Arc<J>, bool)> {
        let mut state = self.state();
        loop {
            let is_near = index <= state.taken.saturating_add(ahead);
            match state.jobs.get(index) {
                _ if state.taken == usize::MAX => return None,
                Some(job) if is_near => return Some((job.clone(), index < state.taken)),
                None if state.is_closed => return None,
                _ => state = wait(&self.changed, state),
            }
        }
    }

    /// How many jobs were put up.
    pub(super) fn len(&self) -> usize {
        self.state().jobs.len()
    }
}

/// A panic elsewhere does not spoil what is locked here: it is whole between any two statements.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn wait<'s, J>(changed: &Condvar, state: MutexGuard<'s, State<J>>) -> MutexGuard<'s, State<J>> {
    changed
        .wait(state)
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}
