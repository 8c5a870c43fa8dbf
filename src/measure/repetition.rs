//! How much of a reply was said before in the same reply.
//!
//! The longest trajectories are often loops: a model that found no answer repeats a line or a sentence
//! until it is cut off. A subset of the longest would train on them. The measure is the share of bytes
//! in segments (lines, and sentences within them) that already stood earlier, word for word.

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::ops::Range;

use foldhash::fast::FixedState;
use wide::u8x16;

/// Shorter segments ("So", "= 12") come back in sound reasoning too and do not count; chosen by hand on
/// the R1 trajectories of GSM8K and MATH, 2026-11-21.
const SEGMENT_BYTES_MIN: usize = 24;

/// The share of bytes in repeated segments, 0 to 1; 0 for a text of short segments only.
///
/// ```
/// use gradatim::measure::repetition::repeated_share;
/// assert_eq!(repeated_share("First we add the numbers. Then we take the root of it."), 0.0);
/// assert!(repeated_share(&"But wait, is that really the answer? ".repeat(50)) > 0.9);
/// ```
pub fn repeated_share(response: &str) -> f32 {
    // One a thread, kept between replies: making it anew costs more than the counting.
    thread_local! {
        static TALLY: RefCell<Tally> = RefCell::default();
    }
    TALLY.with_borrow_mut(|tally| tally.share(response.as_bytes()))
}

/// What is kept between replies.
#[derive(Default)]
struct Tally {
    places: Places,
    seen: Seen,
}

impl Tally {
    fn share(&mut self, text: &[u8]) -> f32 {
        self.seen.clear(text.len());
        let (mut all, mut repeated) = (0_usize, 0_usize);
        self.places.each_segment(text, |segment| {
            let segment = trimmed(text, segment);
            if segment.len() < SEGMENT_BYTES_MIN {
                return;
            }
            all += segment.len();
            if !self.seen.is_new(text, &segment) {
                repeated += segment.len();
            }
        });
        if all == 0 {
            0.0
        } else {
            repeated as f32 / all as f32
        }
    }
}

/// A segment without white space around it. Mostly a blank stands before it and nothing else around it, and that one is
/// passed over without a branch for the processor to guess.
fn trimmed(text: &[u8], Range { start, end }: Range<usize>) -> Range<usize> {
    let start = start + usize::from(text[start..end].first() == Some(&b' '));
    let inner = &text[start..end];
    if let [first, .., last] = inner
        && *first.min(last) > b' '
    {
        return start..end;
    }
    let inner = inner.trim_ascii_start();
    let start = end - inner.len();
    start..start + inner.trim_ascii_end().len()
}

/// The segments of a text that were seen.
///
/// Nearly all are told apart by how they begin and end and how long they are, so that most of a text is not looked at
/// again; what is alike is compared.
#[derive(Default)]
struct Seen {
    /// The first segment of each ends.
    first: Vec<Segment>,
    /// Where in `first`, and one more, a segment stands, from the place on that its ends hash to. A power of two.
    table: Vec<u32>,
    /// Segments with the ends of another, told apart by 64 bits of hash: of a thousand such, two meet by chance once
    /// in 10^13 texts.
    others: HashSet<u64, BuildHasherDefault<Hashed>>,
}

struct Segment {
    ends: u64,
    span: Range<usize>,
}

impl Seen {
    /// Makes it ready for a text of so many bytes.
    fn clear(&mut self, bytes: usize) {
        // Four fifths are taken at most.
        let places = (bytes / 20 + 2).next_power_of_two();
        self.table.clear();
        self.table.resize(places, 0);
        self.first.clear();
        self.others.clear();
    }

    /// Whether a segment stands there for the first time.
    #[inline]
    fn is_new(&mut self, text: &[u8], span: &Range<usize>) -> bool {
        let ends = ends_hash(&text[span.clone()]);
        let mask = self.table.len() - 1;
        let mut place = ends as usize & mask;
        while let Some(at) = self.table[place].checked_sub(1) {
            let first = &self.first[at as usize];
            if first.ends == ends {
                let first = first.span.clone();
                return self.is_another(&text[first], &text[span.clone()]);
            }
            place = (place + 1) & mask;
        }
        let span = span.clone();
        self.first.push(Segment { ends, span });
        self.table[place] = self.first.len() as u32;
        true
    }

    /// Whether a segment is neither the first with its ends nor one of the others that were seen.
    #[cold]
    fn is_another(&mut self, first: &[u8], segment: &[u8]) -> bool {
        first != segment && self.others.insert(FixedState::default().hash_one(segment))
    }
}

/// A hash of how a segment begins and ends and of how long it is.
fn ends_hash(segment: &[u8]) -> u64 {
    let eight = |eight: Option<&[u8; 8]>| eight.map_or(0, |eight| u64::from_le_bytes(*eight));
    let begin = eight(segment.first_chunk()) ^ 0x9e37_79b9_7f4a_7c15;
    let end = eight(segment.last_chunk()) ^ segment.len() as u64;
    let product = u128::from(begin) * u128::from(end);
    product as u64 ^ (product >> 64) as u64
}

/// What is hashed already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("hashes are numbers")
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Bytes whose segments are found before they are looked at.
const BLOCK: usize = 4096;

/// Where segments of a block stand. A place is written whether or not there is something at it, and the next one is
/// written over it if not: an end stands every thirty bytes, and a processor that had to guess at each whether it is far
/// from the one before would be wrong half the time.
struct Places {
    /// Where segments end, of which some may be no ends.
    ends: Box<[usize; BLOCK + SPARE]>,
    /// Where those begin and end that may be long enough, and one that is not.
    long: [(usize, usize); BLOCK / SEGMENT_BYTES_MIN + 2],
}

/// Ends that are written without a look at whether they are some.
const SPARE: usize = 4;

impl Default for Places {
    fn default() -> Self {
        Self {
            ends: Box::new([0; BLOCK + SPARE]),
            long: [(0, 0); BLOCK / SEGMENT_BYTES_MIN + 2],
        }
    }
}

impl Places {
    /// Hands over the segments that may be long enough: each ends with a line, a full stop or a question mark,
    /// the last with the text.
    fn each_segment(&mut self, text: &[u8], mut take: impl FnMut(Range<usize>)) {
        let mut start = 0;
        for (block, at) in text.chunks(BLOCK).zip((0..).step_by(BLOCK)) {
            let mut count = self.find_ends(block, at);
            if at + block.len() == text.len() {
                self.ends[count] = text.len();
                count += 1;
            }
            let mut long = 0;
            for &end in &self.ends[..count] {
                self.long[long] = (start, end);
                long += usize::from(end - start >= SEGMENT_BYTES_MIN);
                start = end + 1;
            }
            for &(start, end) in &self.long[..long] {
                take(start..end);
            }
        }
    }

    /// Finds the ends in a block that stands there, and counts them.
    fn find_ends(&mut self, block: &[u8], at: usize) -> usize {
        let (chunks, rest) = block.as_chunks();
        let mut last = [0; CHUNK];
        last[..rest.len()].copy_from_slice(rest);
        let chunks = chunks.iter().chain([&last]);
        let mut count = 0;
        for (chunk, at) in chunks.zip((at..).step_by(CHUNK)) {
            let mut ends = ends_in(chunk);
            let (mut written, rest) = (0, &mut self.ends[count..]);
            let (few, more) = rest.split_at_mut(SPARE);
            for place in few {
                *place = at + ends.trailing_zeros() as usize;
                written += usize::from(ends != 0);
                ends &= ends.wrapping_sub(1);
            }
            for place in more {
                if ends == 0 {
                    break;
                }
                *place = at + ends.trailing_zeros() as usize;
                written += 1;
                ends &= ends - 1;
            }
            count += written;
        }
        count
    }
}

/// Bytes that are looked at together.
const CHUNK: usize = 64;

/// Which of these bytes end a segment, the first as the lowest bit.
fn ends_in(chunk: &[u8; CHUNK]) -> u64 {
    const ENDS: [u8x16; 3] = [
        u8x16::new([b'\n'; 16]),
        u8x16::new([b'.'; 16]),
        u8x16::new([b'?'; 16]),
    ];
    let (sixteens, _) = chunk.as_chunks();
    sixteens.iter().rfold(0, |ends, sixteen| {
        let sixteen = u8x16::new(*sixteen);
        let [line, stop, question] = ENDS;
        let is_end = sixteen.simd_eq(line) | sixteen.simd_eq(stop) | sixteen.simd_eq(question);
        ends << 16 | u64::from(is_end.to_bitmask())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, one segment after the other.
    fn plain_share(text: &str) -> f32 {
        let segments = text.as_bytes().split(|byte| b"\n.?".contains(byte));
        let segments = segments.map(<[u8]>::trim_ascii);
        let (mut seen, mut all, mut repeated) = (HashSet::new(), 0, 0);
        for segment in segments.filter(|segment| segment.len() >= SEGMENT_BYTES_MIN) {
            all += segment.len();
            if !seen.insert(segment) {
                repeated += segment.len();
            }
        }
        if all == 0 {
            0.0
        } else {
            repeated as f32 / all as f32
        }
    }

    /// Pieces of which segments are made that are alike at both ends, or too short, or many on few bytes.
    const PIECES: [&str; 12] = [
        "aaaaaaaabbbbbbbbcccccccc",
        "aaaaaaaaddddddddcccccccc",
        "aaaaaaaabbbbbbbbccccccc",
        "bbbbbbbb",
        "\u{e9}",
        ".",
        "?",
        "\n",
        " ",
        "\t\n ",
        ".?.?.?.?",
        "\n\n \n",
    ];

    proptest! {
        #[test]
        fn a_share_is_that_of_the_definition(
            pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60),
            times in 1..9_usize
        ) {
            // Longer than a block, the pieces elsewhere in each.
            let text = pieces.concat().repeat(times);
            prop_assert_eq!(repeated_share(&text).to_bits(), plain_share(&text).to_bits());
            let text = format!("{text}{}{text}", ".".repeat(BLOCK - text.len() % 100));
            prop_assert_eq!(repeated_share(&text).to_bits(), plain_share(&text).to_bits());
        }
    }

    #[test]
    fn half_said_twice_is_half() {
        let [a, b] = [
            "The first sentence has a length.",
            "The other sentence has one too!!.",
        ];
        let share = repeated_share(&format!("{a} {b} {a} {b}"));
        assert!((share - 0.5).abs() < 0.01, "{share}");
    }

    #[test]
    fn short_segments_and_empty_texts_are_no_repetition() {
        assert_eq!(repeated_share(""), 0.0);
        assert_eq!(repeated_share(&"So x = 2.\n".repeat(100)), 0.0);
    }
}
