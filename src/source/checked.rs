//! A file that was hashed once, and reads of it that are held against that hash.
//!
//! What is hashed has to be what is read, whoever writes to the file in between. Times of change do not tell: they
//! can be set back, two writes may share a tick of the clock, a mapping may be written to without any, and a link may
//! lead elsewhere for a moment. So the hash of every block is kept (BLAKE3 is a tree: those of its blocks cost nothing
//! beside that of the whole), and no byte is handed out before its block was hashed again and is the same.
//! A block's sum takes 16 bytes, some 0.02 % of the file.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root,
};
use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use rayon::prelude::*;

use crate::Error;

/// A power of two of BLAKE3's chunks of 1 KiB. More would be read in vain for one row, less is hashed slower.
const BLOCK_BYTES: usize = 64 << 10;

/// Blocks that one thread reads behind one another, at least.
#[cfg(unix)]
const BLOCKS_MIN: usize = 16;

/// What is read at a time to be hashed: enough for each thread to have some blocks.
const STRETCH_BYTES: usize = 4 << 20;

/// The blocks that one reader remembers: a reader of Parquet is in as many columns at a time.
const RECENT_BLOCKS: usize = 16;

/// The most blocks that a reader from place to place reads ahead.
const AHEAD_BLOCKS: u64 = 4;

/// A block's hash in the tree, cut to the length of an id.
type BlockSum = [u8; 16];

/// The hash of a file, and those of its blocks.
#[derive(Debug)]
pub(crate) struct Sums {
    pub hash: blake3::Hash,
    pub bytes: u64,
    blocks: Box<[BlockSum]>,
    /// Whether a read met other bytes.
    broken: AtomicBool,
}

impl Sums {
    /// Reads a file to its end, its blocks hashed side by side; `also` sees all its bytes, in their order.
    pub(crate) fn of(file: impl Read, also: impl FnMut(&[u8])) -> io::Result<Self> {
        Self::with(file, also, |offset, stretch| {
            let blocks = stretch.par_chunks(BLOCK_BYTES).enumerate();
            blocks
                .map(|(at, block)| block_sum(offset, at, block))
                .collect()
        })
    }

    /// The same of an opened file, whose blocks are read side by side too: to copy them takes as long as to hash them.
    #[cfg(unix)]
    pub(crate) fn of_file(file: &File) -> io::Result<Self> {
        use std::os::unix::fs::FileExt;
        let bytes = file.metadata()?.len();
        let count = bytes.div_ceil(BLOCK_BYTES as u64) as usize;
        if count < 2 {
            return Self::of(file, |_| {});
        }
        let sum = |buffer: &mut Vec<u8>, at: usize| {
            let start = at as u64 * BLOCK_BYTES as u64;
            let block = &mut buffer[..(bytes - start).min(BLOCK_BYTES as u64) as usize];
            file.read_exact_at(block, start)?;
            Ok(block_sum(start, 0, block))
        };
        let blocks = (0..count).into_par_iter().with_min_len(BLOCKS_MIN);
        let blocks = blocks.map_init(|| vec![0; BLOCK_BYTES], sum);
        match blocks.collect::<io::Result<Vec<ChainingValue>>>() {
            Ok(blocks) => Ok(Self::new(root(&blocks), bytes, &blocks)),
            // Cut short meanwhile: what it is then is for who reads it by its length.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Self::of(file, |_| {}),
            Err(error) => Err(error),
        }
    }

    #[cfg(not(unix))]
    pub(crate) fn of_file(file: &File) -> io::Result<Self> {
        Self::of(file, |_| {})
    }

    /// The same by this thread alone. For who holds a lock: one that waits for others may be given work that wants it.
    pub(crate) fn of_alone(file: impl Read, also: impl FnMut(&[u8])) -> io::Result<Self> {
        Self::with(file, also, |offset, stretch| {
            let blocks = stretch.chunks(BLOCK_BYTES).enumerate();
            blocks
                .map(|(at, block)| block_sum(offset, at, block))
                .collect()
        })
    }

    /// The sums of the blocks of a stretch, which begins at the offset, are made by the last of these.
    fn with(
        mut file: impl Read,
        mut also: impl FnMut(&[u8]),
        block_sums: impl Fn(u64, &[u8]) -> Vec<ChainingValue>,
    ) -> io::Result<Self> {
        // Read, not mapped: mapped pages would count as this program's memory.
        let mut stretch = vec![0; STRETCH_BYTES];
        let (mut bytes, mut blocks) = (0, Vec::new());
        loop {
            let filled = fill(&mut file, &mut stretch)?;
            let read = &stretch[..filled];
            also(read);
            blocks.extend(block_sums(bytes, read));
            bytes += filled as u64;
            if filled < STRETCH_BYTES {
                break;
            }
        }
        let hash = match blocks.len() {
            0 | 1 => blake3::hash(&stretch[..bytes as usize]),
            _ => root(&blocks),
        };
        Ok(Self::new(hash, bytes, &blocks))
    }

    fn new(hash: blake3::Hash, bytes: u64, blocks: &[ChainingValue]) -> Self {
        Self {
            hash,
            bytes,
            blocks: blocks.iter().map(shortened).collect(),
            broken: AtomicBool::new(false),
        }
    }

    /// Whether a read met other bytes than were hashed.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }
}

/// The sum of a block, the `at`th behind an offset.
fn block_sum(offset: u64, at: usize, block: &[u8]) -> ChainingValue {
    let mut hasher = blake3::Hasher::new();
    hasher.set_input_offset(offset + (at * BLOCK_BYTES) as u64);
    hasher.update(block).finalize_non_root()
}

fn shortened(sum: &ChainingValue) -> BlockSum {
    let mut short = BlockSum::default();
    let length = short.len();
    short.copy_from_slice(&sum[..length]);
    short
}

/// How many of the blocks are left of the root: the largest power of two that leaves some.
fn left_of(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// The hash of what has these blocks, at least two.
fn root(blocks: &[ChainingValue]) -> blake3::Hash {
    let (left, right) = blocks.split_at(left_of(blocks.len()));
    merge_subtrees_root(&merged(left), &merged(right), Mode::Hash)
}

fn merged(blocks: &[ChainingValue]) -> ChainingValue {
    match blocks {
        [one] => *one,
        many => {
            let (left, right) = many.split_at(left_of(many.len()));
            merge_subtrees_non_root(&merged(left), &merged(right), Mode::Hash)
        }
    }
}

/// Fills the stretch as far as the file goes.
fn fill(file: &mut impl Read, stretch: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < stretch.len() {
        match file.read(&mut stretch[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// An opened file, whose every byte is held against its sums before it is handed out.
///
/// It ends where it ended when it was hashed, whatever was written behind that.
#[derive(Clone)]
pub(crate) struct Checked {
    shared: Arc<Shared>,
    /// Where the next read from place to place begins: behind `ahead`.
    at: u64,
    ahead: Bytes,
    step_blocks: u64,
}

struct Shared {
    /// As errors name it.
    shown: PathBuf,
    file: Mutex<File>,
    sums: Arc<Sums>,
    /// Blocks by number, those used last at the end.
    recent: Mutex<VecDeque<(u64, Bytes)>>,
}

impl Checked {
    pub(crate) fn new(shown: &Path, file: File, sums: Arc<Sums>) -> Self {
        let shared = Shared {
            shown: shown.to_owned(),
            file: Mutex::new(file),
            sums,
            recent: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
            at: 0,
            ahead: Bytes::new(),
            step_blocks: 1,
        }
    }

    /// The bytes of a range, as far as the file goes.
    pub(crate) fn part(&self, range: Range<u64>) -> io::Result<Bytes> {
        let end = range.end.min(self.shared.sums.bytes);
        if range.start >= end {
            return Ok(Bytes::new());
        }
        let (first, last) = (
            range.start / BLOCK_BYTES as u64,
            (end - 1) / BLOCK_BYTES as u64,
        );
        let blocks = self.shared.blocks(first, last)?;
        let start = (range.start % BLOCK_BYTES as u64) as usize;
        Ok(blocks.slice(start..start + (end - range.start) as usize))
    }

    /// Reads the next blocks ahead, more of them the longer nobody seeks.
    fn read_ahead(&mut self) -> io::Result<()> {
        if self.at >= self.shared.sums.bytes {
            return Ok(());
        }
        let first = self.at / BLOCK_BYTES as u64;
        let end = (first + self.step_blocks) * BLOCK_BYTES as u64;
        self.ahead = self.part(self.at..end)?;
        self.at += self.ahead.len() as u64;
        self.step_blocks = (self.step_blocks * 2).min(AHEAD_BLOCKS);
        Ok(())
    }
}

impl Shared {
    /// Blocks `first..=last`, one behind the other.
    fn blocks(&self, first: u64, last: u64) -> io::Result<Bytes> {
        let known = self.recall(first);
        if let (Some(known), true) = (&known, first == last) {
            return Ok(known.clone());
        }
        let start = first * BLOCK_BYTES as u64;
        let end = ((last + 1) * BLOCK_BYTES as u64).min(self.sums.bytes);
        let mut read = vec![0; (end - start) as usize];
        let held = known.map_or(0, |known| {
            read[..known.len()].copy_from_slice(&known);
            known.len()
        });
        self.read_at(start + held as u64, &mut read[held..])?;
        for (at, block) in read.chunks(BLOCK_BYTES).enumerate().skip(held.min(1)) {
            self.check(first + at as u64, block)?;
        }
        let read = Bytes::from(read);
        // A copy: a part of it would keep all of it in memory.
        let tail = ((last - first) * BLOCK_BYTES as u64) as usize;
        self.remember(last, Bytes::copy_from_slice(&read[tail..]));
        Ok(read)
    }

    fn read_at(&self, start: u64, into: &mut [u8]) -> io::Result<()> {
        let mut file = lock(&self.file);
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(into).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => self.changed(),
            _ => error,
        })
    }

    fn check(&self, number: u64, block: &[u8]) -> io::Result<()> {
        let sum = shortened(&block_sum(0, number as usize, block));
        match self.sums.blocks.get(number as usize) {
            Some(known) if *known == sum => Ok(()),
            _ => Err(self.changed()),
        }
    }

    fn changed(&self) -> io::Error {
        self.sums.broken.store(true, Ordering::Relaxed);
        io::Error::other(Error::Changed {
            file: self.shown.display().to_string(),
        })
    }

    fn recall(&self, number: u64) -> Option<Bytes> {
        let mut recent = lock(&self.recent);
        let at = recent.iter().position(|(known, _)| *known == number)?;
        let found = recent.remove(at)?;
        recent.push_back(found.clone());
        Some(found.1)
    }

    fn remember(&self, number: u64, block: Bytes) {
        let mut recent = lock(&self.recent);
        if recent.len() == RECENT_BLOCKS {
            recent.pop_front();
        }
        recent.push_back((number, block));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Read for Checked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.ahead.is_empty() {
            self.read_ahead()?;
        }
        let count = into.len().min(self.ahead.len());
        into[..count].copy_from_slice(&self.ahead.split_to(count));
        Ok(count)
    }
}

impl Seek for Checked {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let here = self.at - self.ahead.len() as u64;
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::Current(by) => here.checked_add_signed(by),
            SeekFrom::End(by) => self.shared.sums.bytes.checked_add_signed(by),
        };
        let place = place.ok_or(ErrorKind::InvalidInput)?;
        if (here..self.at).contains(&place) {
            let _ = self.ahead.split_to((place - here) as usize);
        } else {
            (self.at, self.ahead, self.step_blocks) = (place, Bytes::new(), 1);
        }
        Ok(place)
    }
}

impl Length for Checked {
    fn len(&self) -> u64 {
        self.shared.sums.bytes
    }
}

impl ChunkReader for Checked {
    type T = Self;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self> {
        let mut reader = self.clone();
        reader.seek(SeekFrom::Start(start))?;
        Ok(reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let bytes = self.part(start..start.saturating_add(length as u64))?;
        match bytes.len() == length {
            true => Ok(bytes),
            false => Err(ParquetError::EOF(format!(
                "{length} bytes are expected at {start}, and the file ends before"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn content(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|at| (at * 31 % 251) as u8).collect()
    }

    /// A file of that content that was hashed, and its folder.
    fn hashed(content: &[u8]) -> (tempfile::NamedTempFile, Checked) {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(content).expect("a file");
        let sums = Arc::new(Sums::of(content, |_| {}).expect("bytes"));
        let opened = file.reopen().expect("a file");
        let checked = Checked::new(file.path(), opened, sums);
        (file, checked)
    }

    #[test]
    fn the_hash_is_that_of_the_whole_whatever_its_length() {
        let block = BLOCK_BYTES;
        let lengths = [0, 1, block - 1, block, block + 1, 2 * block, 3 * block + 5];
        let long = [STRETCH_BYTES, STRETCH_BYTES + 1, 2 * STRETCH_BYTES + 77];
        for length in lengths.into_iter().chain(long) {
            let content = content(length);
            let mut seen = 0;
            let sums = Sums::of(content.as_slice(), |bytes| seen += bytes.len());
            let sums = sums.expect("bytes");
            assert_eq!(sums.hash, blake3::hash(&content), "{length} bytes");
            let alone = Sums::of_alone(content.as_slice(), |_| {}).expect("bytes");
            assert_eq!((alone.hash, &alone.blocks), (sums.hash, &sums.blocks));
            assert_eq!((seen, sums.bytes), (length, length as u64));
            let (file, _) = hashed(&content);
            let of_file = Sums::of_file(&file.reopen().expect("a file")).expect("bytes");
            assert_eq!((of_file.hash, of_file.blocks), (alone.hash, alone.blocks));
            assert_eq!(of_file.bytes, sums.bytes);
        }
    }

    #[test]
    fn a_byte_that_changed_is_never_handed_out() {
        let content = content(3 * BLOCK_BYTES + 9);
        for place in [0, BLOCK_BYTES - 1, BLOCK_BYTES, content.len() - 1] {
            let (file, checked) = hashed(&content);
            let mut other = content.clone();
            other[place] ^= 1;
            std::fs::write(file.path(), &other).expect("a file");
            let range = place as u64..place as u64 + 1;
            let error = Error::from(checked.part(range).expect_err("another byte"));
            assert!(matches!(error, Error::Changed { .. }), "{error}");
            assert!(checked.shared.sums.is_broken());
            let mut all = Vec::new();
            assert!(checked.clone().read_to_end(&mut all).is_err());
            assert!(all.len() <= place, "what stands before it may be read");
        }
    }

    #[test]
    fn a_file_ends_where_it_ended_and_one_cut_short_has_changed() {
        let content = content(2 * BLOCK_BYTES);
        let (file, mut checked) = hashed(&content);
        std::fs::write(file.path(), [&content[..], b"more"].concat()).expect("a file");
        let mut all = Vec::new();
        checked.read_to_end(&mut all).expect("the same bytes");
        assert_eq!(all, content);
        let (file, mut checked) = hashed(&content);
        std::fs::write(file.path(), &content[..BLOCK_BYTES + 1]).expect("a file");
        assert!(checked.read_to_end(&mut Vec::new()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn reads_and_seeks_give_what_the_file_holds(
            places in prop::collection::vec((0_usize..5 * BLOCK_BYTES, 0_usize..2 * BLOCK_BYTES), 1..12)
        ) {
            let content = content(4 * BLOCK_BYTES + 100);
            let (_file, mut checked) = hashed(&content);
            for (start, length) in places {
                let end = (start + length).min(content.len());
                let expected = &content[start.min(end)..end];
                checked.seek(SeekFrom::Start(start as u64)).expect("a place");
                let mut read = Vec::new();
                (&mut checked).take(length as u64).read_to_end(&mut read).expect("bytes");
                prop_assert_eq!(&read, expected);
                let bytes = checked.part(start as u64..(start + length) as u64).expect("bytes");
                prop_assert_eq!(&bytes[..], expected);
                let chunk = checked.get_bytes(start as u64, length);
                prop_assert_eq!(chunk.is_ok(), expected.len() == length);
            }
        }
    }
}
