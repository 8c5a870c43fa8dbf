//! Batches that are unpacked by a thread of their own while those before them are taken in: neither waits for the other,
//! and what is unpacked is taken in its order.

use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;

/// As many wait to be taken: each is held in memory.
const WAITING_MAX: usize = 2;

/// Takes what is made, in its order. `make` hands each over and ends early once that says that nothing more is taken.
/// Fails as the first of both does, by the order of what is made.
pub(crate) fn each<T: Send, E: Send>(
    make: impl FnOnce(&mut dyn FnMut(T) -> bool) -> Result<(), E> + Send,
    take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    std::thread::scope(|scope| {
        let (put, made) = sync_channel(WAITING_MAX);
        let maker = scope.spawn(move || make(&mut |item| put.send(item).is_ok()));
        let taken = made.into_iter().try_for_each(take);
        let made = maker.join().unwrap_or_else(|panic| resume_unwind(panic));
        taken.and(made)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_taken_in_its_order_up_to_the_first_failure() {
        let run = |made_max: u32, taken_max: u32| {
            let mut taken = Vec::new();
            let make = |put: &mut dyn FnMut(u32) -> bool| {
                for item in 0..100 {
                    if item == made_max {
                        return Err("making");
                    }
                    if !put(item) {
                        break;
                    }
                }
                Ok(())
            };
            let ended = each(make, |item| {
                if item == taken_max {
                    return Err("taking");
                }
                taken.push(item);
                Ok(())
            });
            (taken, ended.err())
        };
        let first = |count: u32| (0..count).collect::<Vec<_>>();
        assert_eq!(run(200, 200), (first(100), None));
        assert_eq!(run(9, 200), (first(9), Some("making")));
        assert_eq!(run(200, 7), (first(7), Some("taking")));
        assert_eq!(run(9, 7), (first(7), Some("taking")));
    }
}
