//! Names for problems and trajectories, and the hash that draws are made with.
//!
//! All are BLAKE3, cut to 128 bits: enough that no two of a billion texts meet by chance, short enough
//! to read. Each use hashes under a context of its own, so that ids of one kind are never of another.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// How draws, ids and parts are hashed; named in every manifest.
pub const HASH: &str = "blake3-128";

/// A 128-bit name, written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub u128);

impl Id {
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for Id {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Self)
    }
}

/// Feeds parts to a hash under a context; each part carries its length, so that none runs into the next.
///
/// A context is hashed itself, which takes half as long as a problem: where ids are made of each row, what stands at the
/// beginning is kept and cloned.
#[derive(Clone)]
pub struct IdHasher {
    hasher: blake3::Hasher,
    /// What is not hashed yet: BLAKE3 hashes sixteen chunks side by side, but not where what comes first is shorter than
    /// one.
    held: Vec<u8>,
}

/// More than this is hashed without being held.
const HELD_BYTES_MAX: usize = 256 << 10;

thread_local! {
    /// What an earlier hash of this thread held its bytes in: memory that is in the cache.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl IdHasher {
    pub fn new(context: &'static str) -> Self {
        Self {
            hasher: blake3::Hasher::new_derive_key(context),
            held: Vec::new(),
        }
    }

    pub fn part(mut self, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        if self.held.capacity() == 0 {
            self.held = SPARE.take();
        }
        self.take(&(bytes.len() as u64).to_le_bytes());
        self.take(bytes);
        self
    }

    fn take(&mut self, bytes: &[u8]) {
        if self.held.len() + bytes.len() <= HELD_BYTES_MAX {
            self.held.extend_from_slice(bytes);
            return;
        }
        self.hasher.update(&self.held).update(bytes);
        self.held.clear();
    }

    pub fn finish(mut self) -> Id {
        let mut bytes = [0; 16];
        self.hasher.update(&self.held);
        self.hasher.finalize_xof().fill(&mut bytes);
        self.held.clear();
        SPARE.set(self.held);
        Id::from_bytes(bytes)
    }
}

/// The name of a problem: its text in Unicode NFC with white space folded.
///
/// ```
/// use gradatim::ids::problem_id;
/// assert_eq!(problem_id("Find  $x$.\n"), problem_id("Find $x$."));
/// assert_eq!(problem_id("caf\u{e9}"), problem_id("cafe\u{301}"));
/// assert_ne!(problem_id("Find $x$."), problem_id("Find $y$."));
/// ```
pub fn problem_id(problem: &str) -> Id {
    static START: LazyLock<IdHasher> = LazyLock::new(|| IdHasher::new("gradatim problem_id v1"));
    START.clone().part(canonical(problem)).finish()
}

/// The name of a trajectory: its problem's, and the response's text as it is.
pub fn trajectory_id(problem: Id, response: &str) -> Id {
    static START: LazyLock<IdHasher> = LazyLock::new(|| IdHasher::new("gradatim trajectory_id v1"));
    START
        .clone()
        .part(problem.to_bytes())
        .part(response)
        .finish()
}

/// The name of a problem and its gold answer exactly as they are written: what is trained on is held against it,
/// where [`problem_id`] passes over white space and forms of Unicode.
///
/// ```
/// use gradatim::ids::text_id;
/// assert_ne!(text_id("Find  $x$.", Some("3")), text_id("Find $x$.", Some("3")));
/// assert_ne!(text_id("Find $x$.", Some("")), text_id("Find $x$.", None));
/// ```
pub fn text_id(problem: &str, gold_answer: Option<&str>) -> Id {
    static START: LazyLock<IdHasher> = LazyLock::new(|| IdHasher::new("gradatim text_id v1"));
    let hasher = START.clone().part(problem);
    match gold_answer {
        Some(gold_answer) => hasher.part(gold_answer).finish(),
        None => hasher.finish(),
    }
}

/// The text in Unicode NFC with white space folded: what a problem's name is the hash of.
pub(crate) fn canonical(text: &str) -> String {
    if text.is_ascii() {
        return folded(text);
    }
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    match is_nfc_quick(folded.chars()) {
        IsNormalized::Yes => folded,
        IsNormalized::No | IsNormalized::Maybe => folded.nfc().collect(),
    }
}

/// ASCII, which is in NFC, with white space folded: most problems, of which each byte is looked at and no letter is made.
fn folded(text: &str) -> String {
    // What `char::is_whitespace` says of ASCII; `u8::is_ascii_whitespace` leaves out the vertical tab.
    let words = text
        .as_bytes()
        .split(|byte| matches!(byte, b'\t'..=b'\r' | b' '));
    let mut folded = Vec::with_capacity(text.len());
    for word in words.filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(b' ');
        }
        folded.extend_from_slice(word);
    }
    String::from_utf8(folded).expect("parts of ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let id = |a: &str, b: &str| IdHasher::new("test").part(a).part(b).finish();
        assert_ne!(id("ab", "c"), id("a", "bc"));
        assert_eq!(id("ab", "c"), id("ab", "c"));
    }

    #[test]
    fn an_id_is_of_the_bytes_and_not_of_how_they_are_held() {
        for bytes in [
            0,
            1,
            1000,
            HELD_BYTES_MAX - 8,
            HELD_BYTES_MAX,
            3 * HELD_BYTES_MAX,
        ] {
            let part = vec![7; bytes];
            let mut hasher = blake3::Hasher::new_derive_key("test");
            for part in [&part[..], b"ab", &part[..]] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
            let whole = IdHasher::new("test").part(&part).part("ab").part(&part);
            let expected = hasher.finalize();
            assert_eq!(
                whole.finish().to_bytes(),
                expected.as_bytes()[..16],
                "{bytes}"
            );
        }
    }

    #[test]
    fn white_space_of_ascii_is_folded_as_that_of_unicode() {
        for letter in (0..0x80_u8).map(char::from) {
            let text = format!("{letter}a{letter}{letter} b{letter}");
            let words: Vec<&str> = text.split_whitespace().collect();
            assert_eq!(canonical(&text), words.join(" "), "{letter:?}");
        }
        assert_eq!(canonical(" \n"), "");
    }

    #[test]
    fn an_id_reads_back_as_it_is_written() {
        let id = trajectory_id(problem_id("1 + 1"), "2");
        assert_eq!(id.to_string().len(), 32);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(Id::from_bytes(id.to_bytes()), id);
    }
}
