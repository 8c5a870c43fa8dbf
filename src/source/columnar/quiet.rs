//! Work of other libraries that may panic on damaged files.
//!
//! Arrow's reader of its own schemas (59.3) does, and one stands in the footer of most Parquet files too.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Nothing is printed of what panics on this thread from now on: of one that works for another, which tells it.
pub(crate) fn hush() {
    hook();
    IS_QUIET.set(true);
}

/// Sets the hook that asks each thread whether it is quiet.
fn hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !IS_QUIET.get() {
                told(panic);
            }
        }));
    });
}

/// Does some work; none where it panics, of which nothing is printed.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    hook();
    let before = IS_QUIET.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_QUIET.set(before);
    done.ok()
}
