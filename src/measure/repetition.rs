//! How much of a reply was said before in the same reply.
//!
//! The longest trajectories are often loops: a model that found no answer repeats a line or a sentence
//! until it is cut off. A subset of the longest would train on them. The measure is the share of bytes
//! in segments (lines, and sentences within them) that already stood earlier, word for word.

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use memchr::memchr3_iter;

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
        static SEEN: RefCell<HashSet<u64, FixedState>> = RefCell::default();
    }
    SEEN.with_borrow_mut(|seen| {
        seen.clear();
        share(response, seen)
    })
}

/// Segments are told apart by 64 bits of hash: of the thousand segments in a long reply, two meet by
/// chance once in 10^13 replies.
fn share(response: &str, seen: &mut HashSet<u64, FixedState>) -> f32 {
    let hash = FixedState::default();
    let (mut all, mut repeated) = (0_usize, 0_usize);
    for segment in segments(response.as_bytes()) {
        let segment = segment.trim_ascii();
        if segment.len() < SEGMENT_BYTES_MIN {
            continue;
        }
        all += segment.len();
        if !seen.insert(hash.hash_one(segment)) {
            repeated += segment.len();
        }
    }
    if all == 0 {
        0.0
    } else {
        repeated as f32 / all as f32
    }
}

/// Cuts after each line end, full stop and question mark.
fn segments(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr3_iter(b'\n', b'.', b'?', text).chain(std::iter::once(text.len()));
    let mut start = 0;
    ends.map(move |end| {
        let segment = &text[start..end];
        start = (end + 1).min(text.len());
        segment
    })
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
