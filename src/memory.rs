//! How much memory a run may take, and how that is split.
//!
//! One amount bounds the whole process: what `--memory` says, or else what the machine leaves. First comes the program
//! itself with the vocabulary; what is left goes to the threads while files are measured, in equal shares, and to the
//! entries once all are. A share holds a batch and a row as large as any may be, in as many copies as are made of them;
//! of a file's pages, which are unpacked as a whole, as many as fit into it. What cannot be met is refused before a row
//! is read, with what it would take; entries of files that do not say how many they have are counted as they are
//! loaded.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Error, Result};

/// The program and its libraries (20 MB), the vocabulary with its caches (110 MB), what the pool and the subsets are
/// written with (50 MB): 190 to 198 MB at the end of a small run (quickstart, one and two threads, 2026-11-26).
pub(crate) const PROGRAM_BYTES: u64 = 200_000_000;

/// A batch of rows is decoded, copied for the pool and measured; the allocator keeps some of it.
const COPIES: u64 = 4;

/// A batch is at least so large, and no larger than that, where more would not be faster.
const BATCH_BYTES_MIN: u64 = 1 << 20;
const BATCH_BYTES_MAX: u64 = 16 << 20;

/// An entry without a trajectory, with its fate.
pub(crate) const ENTRY_BYTES: u64 = 72;

/// What a trajectory takes beside that, with its place among the problems.
pub(crate) const BODY_BYTES: u64 = 200;

/// An amount of memory, and who said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub bytes: u64,
    /// As the subject of a sentence: `--memory`, or what the machine was asked.
    pub origin: &'static str,
}

/// What a run needs memory for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    /// As many as the user asked for; else as many as the machine has and the memory allows.
    pub threads: Option<usize>,
    pub cores: usize,
    /// The largest row that any source lets through.
    pub row_bytes_max: u64,
    /// As many as the files say they have.
    pub entries: u64,
}

/// How a limit is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    pub threads: usize,
    pub batch_bytes: usize,
    /// What each thread may hold.
    pub share_bytes: u64,
    /// What all entries together may take.
    pub entries_bytes: u64,
}

impl Split {
    /// Holds this process to it.
    pub(crate) fn keep(self) -> Self {
        set(self.share_bytes, self.entries_bytes);
        self
    }
}

impl Limit {
    pub(crate) fn asked(bytes: u64) -> Self {
        Self {
            bytes,
            origin: "`--memory`",
        }
    }

    /// The same; fails where a query takes more whatever it asks.
    pub(crate) fn for_query(self) -> Result<Self> {
        let all = PROGRAM_BYTES + REST_BYTES_MIN;
        match self.bytes < all {
            false => Ok(self),
            true => Err(too_little(
                format!(
                    "{} is {}, and a query takes at least {}: {} for the program and the vocabulary, {} for itself",
                    self.origin,
                    megabytes(self.bytes),
                    megabytes(all),
                    megabytes(PROGRAM_BYTES),
                    megabytes(REST_BYTES_MIN),
                ),
                format!("give `--memory {}` or more", compact(all)),
            )),
        }
    }

    /// Holds this process to it before it is known what is read.
    pub(crate) fn keep(self) {
        set(self.bytes / 4, self.bytes.saturating_sub(PROGRAM_BYTES));
    }

    /// Splits the limit, with as many threads as it allows where none are asked for.
    ///
    /// Fails with what it would take where it is too small.
    pub(crate) fn split(self, need: Need) -> Result<Split> {
        let row = need.row_bytes_max;
        let least = COPIES.saturating_mul(BATCH_BYTES_MIN.saturating_add(row));
        let entries = need.entries.saturating_mul(ENTRY_BYTES);
        let free = self.bytes.saturating_sub(PROGRAM_BYTES);
        let possible = usize::try_from(free / least.max(1)).unwrap_or(usize::MAX);
        let threads = need.threads.unwrap_or(need.cores.min(possible).max(1));
        if threads > possible || entries > free {
            return Err(self.refused(need, threads, least, entries));
        }
        let share_bytes = free / threads as u64;
        let batch = (share_bytes / COPIES).saturating_sub(row);
        Ok(Split {
            threads,
            batch_bytes: batch.clamp(BATCH_BYTES_MIN, BATCH_BYTES_MAX) as usize,
            share_bytes,
            entries_bytes: free,
        })
    }

    fn refused(self, need: Need, threads: usize, least: u64, entries: u64) -> Error {
        let work = least.saturating_mul(threads as u64);
        let all = PROGRAM_BYTES.saturating_add(work.max(entries));
        let Limit { bytes, origin } = self;
        let row = megabytes(need.row_bytes_max);
        let of_rows = match entries > work {
            true => format!("{} for {} entries", megabytes(entries), need.entries),
            false => format!(
                "{} for {threads} {} with rows of up to {row}",
                megabytes(work),
                if threads == 1 { "thread" } else { "threads" },
            ),
        };
        let mend = match entries > work {
            true => "or read fewer files",
            false => "or fewer `--threads`, or set a smaller `row_bytes_max` under the sources",
        };
        too_little(
            format!(
                "{origin} is {}, and this takes at least {}: {} for the program and the vocabulary, {of_rows}",
                megabytes(bytes),
                megabytes(all),
                megabytes(PROGRAM_BYTES),
            ),
            format!("give `--memory {}`, {mend}", compact(all)),
        )
    }
}

/// Fails where so many entries, of which so many are trajectories, take more than is left for them.
pub(crate) fn check_entries(entries: u64, bodies: u64) -> Result<()> {
    entries_within(entries, bodies, ENTRIES_BYTES.load(Ordering::Relaxed))
}

fn entries_within(entries: u64, bodies: u64, most: u64) -> Result<()> {
    let bytes = entries.saturating_mul(ENTRY_BYTES);
    let bytes = bytes.saturating_add(bodies.saturating_mul(BODY_BYTES));
    match bytes > most {
        false => Ok(()),
        true => Err(too_little(
            format!(
                "{entries} entries take {}, and {} are left for them",
                megabytes(bytes),
                megabytes(most),
            ),
            format!(
                "give `--memory {}`, or read fewer files",
                compact(PROGRAM_BYTES.saturating_add(bytes.saturating_mul(5) / 4))
            ),
        )),
    }
}

/// A row of one of two versions that are compared: its hashes, its place, and what it is looked for by.
const COMPARED_BYTES: u64 = 320;

/// Fails where so many rows of both versions together take more than is left to compare them.
pub(crate) fn check_compared(rows: u64) -> Result<()> {
    let (bytes, most) = (rows.saturating_mul(COMPARED_BYTES), rest());
    match bytes > most {
        false => Ok(()),
        true => Err(too_little(
            format!(
                "to compare {rows} rows takes {}, and {} are left for it",
                megabytes(bytes),
                megabytes(most),
            ),
            format!(
                "give `--memory {}`, or compare some of the files at a time",
                compact(PROGRAM_BYTES.saturating_add(bytes.saturating_mul(5) / 4))
            ),
        )),
    }
}

/// What one thread may hold of a file at a time; where nobody said it, what a page may come to at most.
static SHARE_BYTES: AtomicU64 = AtomicU64::new(1 << 30);

/// What all entries may take; as many as there are where nobody said it.
static ENTRIES_BYTES: AtomicU64 = AtomicU64::new(u64::MAX);

/// Says what one thread may hold, and what all entries together may take, for the rest of the process.
pub(crate) fn set(share_bytes: u64, entries_bytes: u64) {
    SHARE_BYTES.store(share_bytes, Ordering::Relaxed);
    ENTRIES_BYTES.store(entries_bytes, Ordering::Relaxed);
}

/// What one thread may hold.
pub(crate) fn share() -> u64 {
    SHARE_BYTES.load(Ordering::Relaxed)
}

/// What is left beside the program: for all entries, or for an answer and what it is made of.
pub(crate) fn rest() -> u64 {
    ENTRIES_BYTES
        .load(Ordering::Relaxed)
        .clamp(REST_BYTES_MIN, REST_BYTES_MAX)
}

/// A query over a small folder needs that much, which the program's part has room for.
const REST_BYTES_MIN: u64 = 64 << 20;

/// More is no limit.
const REST_BYTES_MAX: u64 = 1 << 40;

/// Fails where a thread would have to hold more of a file than it may: twice the bytes, packed and unpacked.
pub(crate) fn hold(file: &str, what: &str, bytes: u64) -> Result<()> {
    let taken = bytes.saturating_mul(2);
    match taken > share() {
        false => Ok(()),
        true => Err(too_little(
            format!(
                "`{file}` has {what} that take {} at a time, and each thread has {}",
                megabytes(taken),
                megabytes(share()),
            ),
            format!(
                "give `--memory {}` with `--threads 1`, or more",
                compact(PROGRAM_BYTES.saturating_add(taken))
            ),
        )),
    }
}

fn too_little(what: String, hint: String) -> Error {
    Error::Memory { what, hint }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

/// As `--memory` reads it.
fn compact(bytes: u64) -> String {
    format!("{}MB", bytes.div_ceil(1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: u64 = 16 << 20;

    fn split(megabytes: u64, threads: Option<usize>, entries: u64) -> Result<Split> {
        Limit::asked(megabytes * 1_000_000).split(Need {
            threads,
            cores: 8,
            row_bytes_max: ROW,
            entries,
        })
    }

    #[test]
    fn a_limit_is_split_among_as_many_threads_as_it_feeds() {
        let found = split(600, None, 0).expect("enough");
        assert_eq!((found.threads, found.share_bytes), (5, 80_000_000));
        assert_eq!(found.batch_bytes, 80_000_000 / 4 - ROW as usize);
        let two = split(600, Some(2), 0).expect("enough");
        assert_eq!((two.threads, two.batch_bytes), (2, 16 << 20));
    }

    #[test]
    fn a_limit_that_cannot_be_met_is_refused_with_what_it_takes() {
        let told = |limit: Result<Split>| {
            let error = limit.expect_err("too little");
            (
                error.to_string(),
                error.hint().unwrap_or_default(),
                error.exit_code(),
            )
        };
        let (what, hint, code) = told(split(100, None, 0));
        assert_eq!(
            what,
            "`--memory` is 100 MB, and this takes at least 272 MB: 200 MB for the program and the vocabulary, \
             72 MB for 1 thread with rows of up to 17 MB"
        );
        assert!(hint.starts_with("give `--memory 272MB`"), "{hint}");
        assert_eq!(code, 2);
        let (what, _, _) = told(split(600, Some(8), 0));
        assert!(what.contains("8 threads"), "{what}");
        let (what, _, _) = told(split(600, None, 1_000_000_000_000));
        assert!(what.contains("for 1000000000000 entries"), "{what}");
    }

    #[test]
    fn entries_that_take_more_than_is_left_are_told() {
        assert!(entries_within(1000, 1000, 300_000).is_ok());
        let error = entries_within(1000, 1000, 200_000).expect_err("too many");
        assert!(
            error.to_string().starts_with("1000 entries take 1 MB"),
            "{error}"
        );
    }
}
