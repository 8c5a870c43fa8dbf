//! Lines of a text, many at a time and where they were read to.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

use super::input::Chunk;
use crate::source::ROW_BYTES_MAX;

/// What is read at once for each thread: enough rows to share out, and few enough to stay near the processor.
const BYTES: usize = 512 << 10;

/// What is read first: whether rows have the named fields is told by these.
const FIRST_BYTES: usize = 4 << 20;

/// What some editors begin a text with.
const BOM: &[u8] = b"\xef\xbb\xbf";

const LINE_BYTES_MAX: usize = ROW_BYTES_MAX as usize;

pub(super) struct Lines {
    source: Box<dyn Read>,
    /// What is read at once.
    bytes: usize,
    /// The line that has begun, and where nothing else was read.
    begun: Vec<u8>,
    /// The number of the last line.
    number: u64,
    is_first: bool,
    is_end: bool,
}

impl Lines {
    pub(super) fn of(source: Box<dyn Read>, threads: usize) -> Self {
        Self {
            source,
            bytes: BYTES * threads,
            begun: Vec::new(),
            number: 0,
            is_first: true,
            is_end: false,
        }
    }

    /// The next lines that are not blank; none at the end. Of a line no more is held than a row may have.
    pub(super) fn next(&mut self) -> io::Result<Option<Chunk>> {
        if self.is_end {
            return Ok(None);
        }
        let mut text = std::mem::take(&mut self.begun);
        let mut looked = 0;
        loop {
            self.read(&mut text)?;
            let end = memrchr(b'\n', &text[looked..]).map(|at| looked + at + 1);
            match end {
                _ if self.is_end => break,
                Some(end) => {
                    self.begun = text.split_off(end);
                    break;
                }
                None if text.len() > LINE_BYTES_MAX => return self.pass_over(text).map(Some),
                None => looked = text.len(),
            }
        }
        Ok(Some(self.chunk(text)))
    }

    /// Reads on behind the text.
    fn read(&mut self, text: &mut Vec<u8>) -> io::Result<()> {
        let bytes = match std::mem::take(&mut self.is_first) {
            true => FIRST_BYTES,
            false => self.bytes,
        };
        text.reserve(bytes);
        let read = self.source.by_ref().take(bytes as u64).read_to_end(text)?;
        self.is_end = read < bytes;
        Ok(())
    }

    /// The chunk of a line that is too large, of which the rest is read and not held.
    fn pass_over(&mut self, mut text: Vec<u8>) -> io::Result<Chunk> {
        loop {
            text.clear();
            self.read(&mut text)?;
            if let Some(end) = memchr(b'\n', &text) {
                self.begun = text.split_off(end + 1);
                break;
            }
            if self.is_end {
                break;
            }
        }
        // What is begun may have lines of its own.
        self.is_end &= self.begun.is_empty();
        self.number += 1;
        Ok(Chunk {
            text: Vec::new(),
            rows: vec![(self.number, 0..0)],
        })
    }

    /// Whole lines, each in its place.
    fn chunk(&mut self, text: Vec<u8>) -> Chunk {
        let mut start = match self.number == 0 && text.starts_with(BOM) {
            true => BOM.len(),
            false => 0,
        };
        let mut rows = Vec::new();
        let ends = memchr_iter(b'\n', &text).map(|at| at + 1);
        for end in ends.chain([text.len()]).filter(|end| *end > 0) {
            if end <= start {
                continue;
            }
            self.number += 1;
            let line = &text[start..end];
            if line.len() > LINE_BYTES_MAX {
                rows.push((self.number, 0..0));
            } else if !line.trim_ascii().is_empty() {
                rows.push((self.number, start..end));
            }
            start = end;
        }
        Chunk { text, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source that gives a few bytes at a time.
    struct Slow<'t>(&'t [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    /// Number and text of each row, read so many bytes at once.
    fn rows(text: &'static [u8], bytes: usize) -> Vec<(u64, String)> {
        let mut lines = Lines::of(Box::new(Slow(text, 3)), 1);
        (lines.bytes, lines.is_first) = (bytes, false);
        let mut rows = Vec::new();
        while let Some(chunk) = lines.next().expect("lines") {
            for row in &chunk.rows {
                let text = String::from_utf8_lossy(chunk.row(row)).trim().to_owned();
                rows.push((row.0, text));
            }
        }
        rows
    }

    #[test]
    fn lines_are_the_same_however_many_bytes_are_read_at_once() {
        let text = b"\xef\xbb\xbfa\r\n\n  \nbcdefghij\nk\n\nlast";
        let expected = [(1, "a"), (4, "bcdefghij"), (5, "k"), (7, "last")];
        let expected = expected.map(|(number, text)| (number, text.to_owned()));
        for bytes in 4..40 {
            assert_eq!(rows(text, bytes), expected, "{bytes}");
        }
        assert_eq!(rows(b"", 8), []);
        assert_eq!(rows(b"\n\n", 2), []);
        assert_eq!(
            rows(b"a\nb\n", 4),
            [(1, "a".to_owned()), (2, "b".to_owned())]
        );
    }

    #[test]
    fn a_line_of_any_length_is_passed_over_and_counted() {
        let long = LINE_BYTES_MAX + 5;
        let text = [b"a\n", vec![b'x'; long].as_slice(), b"\nb\nc"].concat();
        let text: &'static [u8] = text.leak();
        for bytes in [
            1 << 20,
            LINE_BYTES_MAX / 2,
            2 * LINE_BYTES_MAX,
            4 * LINE_BYTES_MAX,
        ] {
            let mut lines = Lines::of(Box::new(text), 1);
            (lines.bytes, lines.is_first) = (bytes, false);
            let mut found = Vec::new();
            while let Some(chunk) = lines.next().expect("lines") {
                assert!(chunk.text.capacity() < 6 * LINE_BYTES_MAX);
                let row = |row: &_| chunk.row(row).trim_ascii().to_vec();
                found.extend(chunk.rows.iter().map(|found| (found.0, row(found))));
            }
            let expected = [
                (1, b"a".to_vec()),
                (2, Vec::new()),
                (3, b"b".to_vec()),
                (4, b"c".to_vec()),
            ];
            assert_eq!(found, expected, "{bytes}");
        }
    }
}
