//! Things to do that wait for a network: several at a time, until one fails.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Result;
use crate::source::remote::lock;

/// As many wait for their answers at the same time.
const AT_A_TIME: usize = 8;

/// Does something with each item, in any order; fails as the first that fails, and then begins no other.
pub(crate) fn each<T: Sync>(items: &[T], act: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    let (next, failure) = (AtomicUsize::new(0), Mutex::new(None));
    let work = || {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(error) = act(item) {
                next.store(items.len(), Ordering::Relaxed);
                lock(&failure).get_or_insert(error);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..items.len().min(AT_A_TIME) {
            scope.spawn(work);
        }
        work();
    });
    let failure = lock(&failure).take();
    failure.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn each_is_done_once_and_the_first_failure_ends_it() {
        let items: Vec<usize> = (0..100).collect();
        let done: Vec<AtomicUsize> = items.iter().map(|_| AtomicUsize::new(0)).collect();
        let count = |at: &usize| {
            done[*at].fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        each(&items, count).expect("all");
        assert!(done.iter().all(|done| done.load(Ordering::Relaxed) == 1));
        let failed = each(&items, |at| match at {
            50.. => Err(Error::usage("no more", "")),
            _ => Ok(()),
        });
        assert!(failed.is_err());
    }
}
