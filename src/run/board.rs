//! Jobs that are found while others are done: put up by one thread, taken in order by several.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The jobs of one pass.
pub(super) struct Board<J> {
    state: Mutex<State<J>>,
    changed: Condvar,
    /// Held by who waits for more than one.
    gathering: Mutex<()>,
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
            gathering: Mutex::default(),
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

    /// The next jobs, as many as are put up, waiting for more for so long; none when all are taken. One gathers at a time.
    pub(super) fn take_some(&self, most: usize, patience: Duration) -> Option<Vec<Arc<J>>> {
        let _gathering = lock(&self.gathering);
        let first = self.take()?;
        let until = Instant::now().checked_add(patience);
        let mut state = self.state();
        loop {
            let open = state.jobs.len().saturating_sub(state.taken);
            let left = until.map_or(patience, |until| {
                until.saturating_duration_since(Instant::now())
            });
            if state.is_closed || open + 1 >= most || left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let mut taken = vec![first];
        while taken.len() < most
            && let Some(job) = state.jobs.get(state.taken).cloned()
        {
            state.taken += 1;
            taken.push(job);
        }
        Some(taken)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_taken_together_in_their_order_up_to_so_many() {
        let board = Board::default();
        for job in 0..5 {
            board.put(job);
        }
        let some = |most| {
            let jobs = board.take_some(most, Duration::ZERO)?;
            Some(jobs.iter().map(|job| **job).collect::<Vec<u32>>())
        };
        assert_eq!(some(3), Some(vec![0, 1, 2]));
        assert_eq!(some(1), Some(vec![3]));
        board.put(5);
        drop(board.closing());
        assert_eq!(some(9), Some(vec![4, 5]));
        assert_eq!(some(9), None);
        let cleared = Board::default();
        cleared.put(0);
        cleared.clear();
        assert!(cleared.take_some(9, Duration::MAX).is_none());
    }

    #[test]
    fn more_jobs_are_waited_for_until_no_more_come() {
        let board = Board::default();
        std::thread::scope(|scope| {
            let taken = scope.spawn(|| board.take_some(9, Duration::from_secs(60)));
            let closing = board.closing();
            for job in 0..4 {
                board.put(job);
            }
            drop(closing);
            let taken = taken.join().expect("jobs").expect("some");
            assert_eq!(taken.len(), 4);
        });
    }
}
