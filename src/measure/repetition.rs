//! How much of a reply was said before in the same reply.
//!
//! The longest trajectories are often loops: a model that found no answer repeats a line or a sentence
//! until it is cut off. A subset of the longest would train on them. The measure is the share of bytes
//! in segments (lines, and sentences within them) that already stood earlier, word for word.

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use foldhash::fast::FixedState;

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
    // One table a thread, kept between replies: making it anew costs more than the counting.
    thread_local! {
        static SEEN: RefCell<Seen> = RefCell::default();
    }
    SEEN.with_borrow_mut(|seen| {
        seen.clear();
        share(response, seen)
    })
}

/// Segments are told apart by 64 bits of hash: of the thousand segments in a long reply, two meet by
/// chance once in 10^13 replies.
type Seen = HashSet<u64, BuildHasherDefault<Hashed>>;

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

fn share(response: &str, seen: &mut Seen) -> f32 {
    let hash = FixedState::default();
    let (mut all, mut repeated) = (0_usize, 0_usize);
    each_segment(response.as_bytes(), |segment| {
        let segment = segment.trim_ascii();
        if segment.len() < SEGMENT_BYTES_MIN {
            return;
        }
        all += segment.len();
        if !seen.insert(hash.hash_one(segment)) {
            repeated += segment.len();
        }
    });
    if all == 0 {
        0.0
    } else {
        repeated as f32 / all as f32
    }
}

/// Hands over the segments that may be long enough: each ends with a line, a full stop or a question mark.
fn each_segment(text: &[u8], mut take: impl FnMut(&[u8])) {
    let mut start = 0;
    each_end(text, |end| {
        if end - start >= SEGMENT_BYTES_MIN {
            take(&text[start..end]);
        }
        start = end + 1;
    });
    take(&text[start..]);
}

/// Hands over where segments end. One does every thirty bytes: a search from one to the next would start more often than
/// it runs.
fn each_end(text: &[u8], mut take: impl FnMut(usize)) {
    let (chunks, rest) = text.as_chunks();
    for (chunk, at) in chunks.iter().zip((0..).step_by(CHUNK)) {
        let mut ends = ends_in(chunk);
        while ends != 0 {
            take(at + ends.trailing_zeros() as usize);
            ends &= ends - 1;
        }
    }
    let ends = rest.iter().zip(text.len() - rest.len()..);
    for (_, at) in ends.filter(|(byte, _)| is_end(**byte)) {
        take(at);
    }
}

/// Bytes that are looked at together.
const CHUNK: usize = 64;

/// Compared one by one, which is done for many bytes at once.
fn is_end(byte: u8) -> bool {
    (byte == b'\n') | (byte == b'.') | (byte == b'?')
}

/// Which of these bytes end a segment, the first as the lowest bit.
fn ends_in(chunk: &[u8; CHUNK]) -> u64 {
    /// Moves the lowest bit of each of eight bytes into the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let ends = chunk.map(|byte| u8::from(is_end(byte)));
    let (eights, _) = ends.as_chunks();
    let gathered = eights
        .iter()
        .map(|eight| u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56);
    gathered.rfold(0, |ends, eight| ends << 8 | eight)
}

#[cfg(test)]
mod tests {
    use super::*;

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
