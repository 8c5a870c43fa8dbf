//! How much of a reply was said before in the same reply.
//!
//! The longest trajectories are often loops: a model that found no answer repeats a line or a sentence
//! until it is cut off. A subset of the longest would train on them. The measure is the share of bytes
//! in segments (lines, and sentences within them) that already stood earlier, word for word.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hasher};

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
    let mut seen: HashSet<u64, BuildHasherDefault<Passthrough>> = HashSet::default();
    let (mut all, mut repeated) = (0_usize, 0_usize);
    for segment in segments(response.as_bytes()) {
        let segment = segment.trim_ascii();
        if segment.len() < SEGMENT_BYTES_MIN {
            continue;
        }
        all += segment.len();
        if !seen.insert(hash(segment)) {
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

fn hash(segment: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(segment);
    hasher.finish()
}

/// The keys are hashes already.
#[derive(Default)]
struct Passthrough(u64);

impl Hasher for Passthrough {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}
