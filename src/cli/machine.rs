//! How much memory this process may take where nobody says it.
//!
//! The least of what is free, what the process's control group leaves it (as in a container, or under a scheduler),
//! and what its address space has room for. A quarter of it is left to others.

use std::fs::{File, read_to_string};
use std::io::{Read, Write};

use crate::memory::Limit;

/// What is asked, by the words that errors name it with.
const AVAILABLE: &str = "three quarters of the memory that is available";
const GROUP: &str = "three quarters of what the control group allows";
const ADDRESSES: &str = "what the limit of the address space (`ulimit -v`) leaves";
const UNKNOWN: &str = "the default";

/// Where a system tells nothing.
const UNKNOWN_BYTES: u64 = 2_000_000_000;

/// The program's file, which is mapped (110 MB), and what the allocator reserves: a small run goes through with a
/// gigabyte of addresses and not with 600 MB (2026-11-26).
const MAPPED_BYTES: u64 = 350_000_000;

/// Of what is free of addresses so much can be used: the allocator takes them in pieces of some megabytes.
const USED_OF_ADDRESSES: u64 = 2;

/// Below that not even the allocator's first piece has room: 143 MB are enough to print the version.
const ADDRESSES_MIN: u64 = 160_000_000;

const TOO_FEW: &[u8] = b"error: the address space of this process is limited to less than 160 MB, and the program alone \
takes that\nhint: raise `ulimit -v`, to 2000000 or more for a run\n";

/// The exit code of a process that has no room for anything, after it has said so; asked before a first byte is
/// allocated, since what cannot be allocated ends the process without a word.
pub fn refused() -> Option<u8> {
    let mut table = [0; 4096];
    let read = File::open("/proc/self/limits").and_then(|mut file| file.read(&mut table));
    let table = std::str::from_utf8(table.get(..read.ok()?)?).ok()?;
    if number_of(table, ADDRESS_LIMIT)? >= ADDRESSES_MIN {
        return None;
    }
    // Where nobody listens nobody can be told.
    let _ = std::io::stderr().write_all(TOO_FEW);
    Some(2)
}

const ADDRESS_LIMIT: &str = "Max address space";

/// The limit of this process on this machine.
pub(super) fn limit() -> Limit {
    let found = [
        (available(), AVAILABLE),
        (group(), GROUP),
        (addresses(), ADDRESSES),
    ];
    let found = found.into_iter().filter_map(|(bytes, origin)| {
        Some(Limit {
            bytes: bytes?,
            origin,
        })
    });
    found.min_by_key(|limit| limit.bytes).unwrap_or(Limit {
        bytes: UNKNOWN_BYTES,
        origin: UNKNOWN,
    })
}

fn three_quarters(bytes: u64) -> u64 {
    bytes / 4 * 3
}

fn available() -> Option<u64> {
    let kilobytes = number_of(&read_to_string("/proc/meminfo").ok()?, "MemAvailable:")?;
    Some(three_quarters(kilobytes.saturating_mul(1024)))
}

/// Of the group's own folder and of the one that a container sees as the root.
fn group() -> Option<u64> {
    let groups = read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = groups.lines().filter_map(|line| line.rsplit(':').next());
    let folders = own.chain([""]).flat_map(|folder| {
        let folder = folder.trim_end_matches('/');
        [
            format!("/sys/fs/cgroup{folder}/memory.max"),
            format!("/sys/fs/cgroup/memory{folder}/memory.limit_in_bytes"),
        ]
    });
    let limits = folders.filter_map(|file| read_to_string(file).ok()?.trim().parse().ok());
    limits.min().map(three_quarters)
}

fn addresses() -> Option<u64> {
    let bytes = number_of(
        &read_to_string("/proc/self/limits").ok()?,
        "Max address space",
    )?;
    Some(bytes.saturating_sub(MAPPED_BYTES) / USED_OF_ADDRESSES)
}

/// The number behind a name in a table of text; none where it is no number.
fn number_of(table: &str, name: &str) -> Option<u64> {
    let line = table.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_by_its_name_and_no_limit_is_none() {
        let table = "MemFree:  12 kB\nMemAvailable:   345 kB\nMax address space  unlimited  unlimited  bytes\n";
        assert_eq!(number_of(table, "MemAvailable:"), Some(345));
        assert_eq!(number_of(table, "Max address space"), None);
        assert_eq!(number_of(table, "Swap"), None);
    }

    #[test]
    fn a_machine_has_some_memory() {
        assert!(limit().bytes > 0);
    }
}
