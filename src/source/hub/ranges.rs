//! Parts of files: fetched together where they lie together, kept on disk up to a bound.
//!
//! What was fetched lies as `CONTENT/START-END` with a hash of its bytes in front. The folder itself is
//! the index: any number of processes and threads may add to it, and an entry that was cut, changed or
//! taken away by another is one that is not there. A range is put together from whatever entries cover
//! it; only the rest is asked for.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::SystemTime;

use bytes::Bytes;

use super::Hub;
use super::file::{ContentId, RemoteFile};
use super::refusal::not_cached;
use crate::Result;
use crate::source::remote::lock;
use crate::source::remote::spans::{Span, coalesce, missing};
use crate::source::remote::{Fault, Tries};

impl Hub {
    /// The bytes of each range, in the order asked for.
    ///
    /// From the whole file where it is in the cache, else from the ranges that are kept, else from the
    /// hub: several at a time, those that lie close together as one.
    pub fn ranges(&self, file: &RemoteFile, ranges: &[Span]) -> Result<Vec<Bytes>> {
        let inside = |range: &Span| range.start <= range.end && range.end <= file.size;
        assert!(ranges.iter().all(inside), "a range lies inside its file");
        if let Some(bytes) = self.held_parts(file, ranges)? {
            return Ok(bytes);
        }
        let mut pieces = Pieces::kept(&self.shelf, file, ranges);
        let have = pieces.spans();
        let missing: Vec<Span> = ranges
            .iter()
            .flat_map(|range| missing(range, &have))
            .collect();
        let wanted = coalesce(missing, self.settings.gap_bytes, self.settings.part_bytes);
        if !wanted.is_empty() {
            self.fetch_spans(file, &wanted, &mut pieces)?;
        }
        Ok(ranges.iter().map(|range| pieces.join(range)).collect())
    }

    /// The bytes of one range.
    pub fn range(&self, file: &RemoteFile, range: Span) -> Result<Bytes> {
        let mut bytes = self.ranges(file, std::slice::from_ref(&range))?;
        Ok(bytes.pop().unwrap_or_default())
    }

    fn fetch_spans(&self, file: &RemoteFile, wanted: &[Span], pieces: &mut Pieces) -> Result<()> {
        if self.settings.offline {
            return Err(not_cached(&format!("a part of {file}")));
        }
        let what = file.to_string();
        self.client
            .patiently(&what, |_| self.locate(file, &wanted[0]))?;
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let fetched = Mutex::new(Ok(Vec::new()));
        let work = || {
            while !failed.load(Ordering::Relaxed) {
                let Some(span) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) else {
                    return;
                };
                let result = self.fetch_span(file, &what, span);
                let mut fetched = lock(&fetched);
                match (result, fetched.as_mut()) {
                    (Ok(bytes), Ok(all)) => all.push((span.clone(), bytes)),
                    (Err(error), Ok(_)) => {
                        failed.store(true, Ordering::Relaxed);
                        *fetched = Err(error);
                    }
                    (_, Err(_)) => {}
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..wanted.len().min(self.settings.in_flight.max(1)) {
                scope.spawn(work);
            }
            work();
        });
        let fetched = fetched
            .into_inner()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        pieces.0.extend(fetched?);
        Ok(())
    }

    /// One request, or as many as it takes; a body that breaks off goes on where it was.
    fn fetch_span(&self, file: &RemoteFile, what: &str, span: &Span) -> Result<Bytes> {
        let length = (span.end - span.start) as usize;
        let mut bytes: Vec<u8> = Vec::with_capacity(length);
        self.client.patiently(what, |tries| {
            let result = self.read_on(file, span, &mut bytes, tries);
            if matches!(result, Err(Fault::Wrong(_))) {
                bytes.clear();
            }
            result
        })?;
        let bytes = Bytes::from(bytes);
        self.shelf.put(&file.content, span, &bytes);
        Ok(bytes)
    }

    fn read_on(
        &self,
        file: &RemoteFile,
        span: &Span,
        bytes: &mut Vec<u8>,
        tries: &mut Tries,
    ) -> Result<(), Fault> {
        let length = (span.end - span.start) as usize;
        let mut body = self.open(file, span.start + bytes.len() as u64..span.end)?;
        while let Some(chunk) = body.next()? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > length {
                return Err(Fault::Wrong("more bytes come than were asked for".into()));
            }
            tries.progressed(chunk.len());
            self.client.hooks().received(chunk.len() as u64);
        }
        if bytes.len() == length {
            Ok(())
        } else {
            Err(Fault::Broken("the body broke off".into()))
        }
    }
}

/// Parts of a file in memory.
struct Pieces(Vec<(Span, Bytes)>);

impl Pieces {
    /// What the shelf has of the ranges; of an entry that has little of them, only that.
    fn kept(shelf: &Shelf, file: &RemoteFile, ranges: &[Span]) -> Self {
        let mut pieces = Vec::new();
        for entry in shelf.spans(&file.content) {
            let common: Vec<Span> = ranges
                .iter()
                .map(|range| range.start.max(entry.start)..range.end.min(entry.end))
                .filter(|common| !common.is_empty())
                .collect();
            if common.is_empty() {
                continue;
            }
            let Some(bytes) = shelf.get(&file.content, &entry) else {
                continue;
            };
            let used: u64 = common.iter().map(|common| common.end - common.start).sum();
            if used * 2 >= entry.end - entry.start {
                pieces.push((entry, bytes));
                continue;
            }
            pieces.extend(common.into_iter().map(|common| {
                let inside = common.start - entry.start..common.end - entry.start;
                let part = &bytes[inside.start as usize..inside.end as usize];
                (common, Bytes::copy_from_slice(part))
            }));
        }
        Self(pieces)
    }

    fn spans(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = self.0.iter().map(|(span, _)| span.clone()).collect();
        spans.sort_by_key(|span| (span.start, span.end));
        spans
    }

    /// The bytes of a range that the pieces cover.
    fn join(&self, range: &Span) -> Bytes {
        let inside =
            |(span, _): &&(Span, Bytes)| span.start <= range.start && range.end <= span.end;
        if let Some((span, bytes)) = self.0.iter().find(inside) {
            let start = (range.start - span.start) as usize;
            return bytes.slice(start..start + (range.end - range.start) as usize);
        }
        let mut joined = vec![0; (range.end - range.start) as usize];
        for (span, bytes) in &self.0 {
            let (start, end) = (span.start.max(range.start), span.end.min(range.end));
            if start < end {
                let from = (start - span.start) as usize..(end - span.start) as usize;
                let to = (start - range.start) as usize..(end - range.start) as usize;
                joined[to].copy_from_slice(&bytes[from]);
            }
        }
        joined.into()
    }
}

/// Ranges on disk, the least used of them gone when they are more than the bound.
pub(super) struct Shelf {
    folder: PathBuf,
    bytes_max: u64,
    /// What lies there as far as this process knows; none before the first look.
    bytes: Mutex<Option<u64>>,
}

const HASH_BYTES: usize = blake3::OUT_LEN;

impl Shelf {
    pub(super) fn new(folder: PathBuf, bytes_max: u64) -> Self {
        Self {
            folder,
            bytes_max,
            bytes: Mutex::new(None),
        }
    }

    fn entry(&self, content: &ContentId, span: &Span) -> PathBuf {
        let name = format!("{}-{}", span.start, span.end);
        self.folder.join(content.to_string()).join(name)
    }

    /// The spans that are kept of a content, by start.
    fn spans(&self, content: &ContentId) -> Vec<Span> {
        let folder = self.folder.join(content.to_string());
        // A run that finds all ranges here writes none, and what a killed one left would stay.
        crate::disk::clear_once(&folder);
        let Ok(entries) = fs_err::read_dir(folder) else {
            return Vec::new();
        };
        let names = entries.flatten().map(|entry| entry.file_name());
        let mut spans: Vec<Span> = names.filter_map(|name| span_of(name.to_str()?)).collect();
        spans.sort_by_key(|span| (span.start, span.end));
        spans
    }

    /// The bytes of an entry; what is damaged goes.
    fn get(&self, content: &ContentId, span: &Span) -> Option<Bytes> {
        let path = self.entry(content, span);
        let bytes = Bytes::from(fs_err::read(&path).ok()?);
        let sound = bytes.len() as u64 == HASH_BYTES as u64 + (span.end - span.start)
            && blake3::hash(&bytes[HASH_BYTES..]).as_bytes()[..] == bytes[..HASH_BYTES];
        if !sound {
            let _ = fs_err::remove_file(&path);
            return None;
        }
        // What was used last goes last; a shelf that cannot be written to is still read.
        if let Ok(file) = fs_err::OpenOptions::new().append(true).open(&path) {
            let _ = file.file().set_modified(SystemTime::now());
        }
        Some(bytes.slice(HASH_BYTES..))
    }

    /// Keeps a range. A disk that is full or cannot be written to costs a request later, not the run.
    fn put(&self, content: &ContentId, span: &Span, bytes: &Bytes) {
        if (bytes.len() + HASH_BYTES) as u64 <= self.bytes_max {
            let _ = self.try_put(content, span, bytes);
        }
    }

    fn try_put(&self, content: &ContentId, span: &Span, bytes: &Bytes) -> Result<()> {
        let mut entry = Vec::with_capacity(HASH_BYTES + bytes.len());
        entry.write_all(blake3::hash(bytes).as_bytes())?;
        entry.write_all(bytes)?;
        crate::disk::put(&self.entry(content, span), &entry)?;
        let mut held = lock(&self.bytes);
        let now = match *held {
            Some(bytes) => bytes + entry.len() as u64,
            None => self.look().iter().map(|entry| entry.bytes).sum(),
        };
        *held = Some(if now > self.bytes_max {
            self.evict()
        } else {
            now
        });
        Ok(())
    }

    fn look(&self) -> Vec<ShelfEntry> {
        let folders = fs_err::read_dir(&self.folder).into_iter().flatten();
        let entries = folders
            .flatten()
            .filter_map(|folder| fs_err::read_dir(folder.path()).ok());
        let files = entries.flatten().flatten();
        files
            .filter_map(|file| {
                let data = file.metadata().ok()?;
                Some(ShelfEntry {
                    used: data.modified().ok()?,
                    bytes: data.len(),
                    path: file.path(),
                })
            })
            .collect()
    }

    /// Takes away what was used least lately, to a tenth below the bound; says what is left.
    fn evict(&self) -> u64 {
        let mut entries = self.look();
        entries.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
        let mut held: u64 = entries.iter().map(|entry| entry.bytes).sum();
        for entry in entries {
            if held <= self.bytes_max - self.bytes_max / 10 {
                break;
            }
            if fs_err::remove_file(&entry.path).is_ok() {
                held -= entry.bytes;
            }
        }
        held
    }
}

/// A range that lies on the shelf.
struct ShelfEntry {
    used: SystemTime,
    bytes: u64,
    path: PathBuf,
}

fn span_of(name: &str) -> Option<Span> {
    let (start, end) = name.split_once('-')?;
    let span = start.parse().ok()?..end.parse().ok()?;
    (span.start < span.end).then_some(span)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span() -> impl Strategy<Value = Span> {
        (0_u64..100, 0_u64..30).prop_map(|(start, length)| start..start + length)
    }

    proptest! {
        #[test]
        fn pieces_give_back_the_bytes_of_a_range(
            need in span(),
            have in prop::collection::vec(span(), 0..6),
        ) {
            let file: Vec<u8> = (0..130).collect();
            let bytes = |span: &Span| {
                Bytes::copy_from_slice(&file[span.start as usize..span.end as usize])
            };
            let piece = |span: Span| (span.clone(), bytes(&span));
            let mut pieces = Pieces(have.into_iter().map(piece).collect());
            for gap in missing(&need, &pieces.spans()) {
                pieces.0.push(piece(gap));
            }
            prop_assert_eq!(pieces.join(&need), bytes(&need));
        }
    }

    #[test]
    fn a_full_shelf_gives_away_what_was_used_least_lately() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path().into(), 1000);
        let content = ContentId::Sha256([7; 32]);
        let bytes = Bytes::from(vec![1; 268]);
        for start in [0, 1000, 2000] {
            shelf.put(&content, &(start..start + 268), &bytes);
            std::thread::sleep(std::time::Duration::from_millis(15));
        }
        assert!(shelf.get(&content, &(0..268)).is_some());
        std::thread::sleep(std::time::Duration::from_millis(15));
        shelf.put(&content, &(3000..3268), &bytes);
        assert_eq!(shelf.spans(&content), [0..268, 2000..2268, 3000..3268]);
        assert_eq!(shelf.get(&content, &(0..268)), Some(bytes));
    }

    #[test]
    fn a_damaged_entry_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path().into(), 1000);
        let content = ContentId::GitBlob([7; 20]);
        shelf.put(&content, &(0..4), &Bytes::from_static(b"text"));
        let path = shelf.entry(&content, &(0..4));
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(shelf.get(&content, &(0..4)), None);
        assert_eq!(shelf.spans(&content), []);
    }
}
