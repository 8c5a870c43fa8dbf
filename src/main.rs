//! The program: its allocator, and the command line of the library.

#![forbid(unsafe_code)]

use std::process::ExitCode;

/// The system's allocator keeps what many threads freed, and so does mimalloc 3 for a second; mimalloc 2 gives
/// it back within 10 ms: 308 MB where they need 380 and 374 (94,000 rows of OpenR1, 2026-11-21).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match gradatim::cli::refused() {
        Some(code) => code.into(),
        None => gradatim::cli::run(std::env::args_os()).into(),
    }
}
