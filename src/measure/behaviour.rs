//! What a reply does, counted by phrases: verification, backtracking, subgoals, backward chaining; and the
//! words that LIMO's lexical score counts.
//!
//! The four behaviours are those of Gandhi et al. (arXiv 2503.01307), who ask a model for them. Here each
//! is a list of phrases in `data/behaviours/`, which anyone can read, and a count is a function of the text
//! alone. On 136 marked passages of our own (`data/behaviours/marked.jsonl`, half of them hard negatives,
//! written with the lists in view: an upper bound) precision, recall and Cohen's kappa are 0.92, 0.71, 0.65
//! for verification, 0.94, 0.88, 0.82 for backtracking, 1.00, 0.82, 0.82 for subgoals and 0.83, 0.88, 0.71
//! for backward chaining (2026-11-21; `tests/promises/behaviours.rs`
//! prints them). A count of 0 says
//! that no phrase of the list stands there; a trajectory that was not measured has none.

use std::sync::LazyLock;

/// The counts of one reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behaviour {
    pub verification: u32,
    pub backtracking: u32,
    pub subgoals: u32,
    pub backward_chaining: u32,
    /// Words of verification, tentative words and connectives.
    pub words: [u32; 3],
}

/// The lists, in the order of the counts.
const LISTS: [&str; 7] = [
    include_str!("../../data/behaviours/verification.txt"),
    include_str!("../../data/behaviours/backtracking.txt"),
    include_str!("../../data/behaviours/subgoals.txt"),
    include_str!("../../data/behaviours/backward_chaining.txt"),
    include_str!("../../data/words/verification.txt"),
    include_str!("../../data/words/tentative.txt"),
    include_str!("../../data/words/connectives.txt"),
];

/// The phrases by how they begin, so that a reply is passed over once and most of its words cost a look
/// at one byte.
///
/// An automaton over the same 284 phrases (aho-corasick 1.1 as a DFA, case-insensitive, overlapping) reads
/// 434 MB/s of R1's replies (one core, 2026-11-21), this 587 MB/s: 29 µs for one of 17 kB. Phrases begin
/// where words do, and every fifth byte or so begins one.
struct Phrases {
    /// For each hash of a beginning: where in `groups` the phrases are that begin so; 0 for none.
    begins: Box<[u16]>,
    /// Phrases whose beginnings have one hash, the longest first.
    groups: Vec<Vec<Phrase>>,
}

struct Phrase {
    text: &'static [u8],
    list: usize,
    /// Its first eight bytes in lower case, and which of the eight it has.
    head: u64,
    mask: u64,
}

const BEGIN_BITS: u32 = 14;

/// Eight bytes in lower case; no other sign that the lists have is changed by it.
fn fold(bytes: [u8; 8]) -> u64 {
    u64::from_le_bytes(bytes) | 0x2020_2020_2020_2020
}

/// The hash of the first four of eight bytes.
fn place(head: u64) -> usize {
    ((head as u32).wrapping_mul(0x9e37_79b1) >> (32 - BEGIN_BITS)) as usize
}

fn first_eight(text: &[u8]) -> [u8; 8] {
    let mut bytes = [0; 8];
    match text.first_chunk() {
        Some(first) => bytes = *first,
        None => bytes[..text.len()].copy_from_slice(text),
    }
    bytes
}

impl Phrases {
    fn add(&mut self, text: &'static [u8], list: usize) {
        assert!(
            text.len() >= 3 && text[0].is_ascii_alphabetic(),
            "the lists are ours"
        );
        let shown = text.len().min(8) as u32;
        let mask = u64::MAX >> (64 - 8 * shown);
        let head = fold(first_eight(text));
        // Behind a phrase of three bytes stands any other.
        let fourths = if shown == 3 {
            0..=255
        } else {
            text[3]..=text[3]
        };
        let mut places: Vec<usize> = fourths
            .map(|fourth| place((head & 0xff_ffff) | (u64::from(fourth | 0x20) << 24)))
            .collect();
        places.sort_unstable();
        places.dedup();
        for at in places {
            if self.begins[at] == 0 {
                self.groups.push(Vec::new());
                self.begins[at] = (self.groups.len() - 1) as u16;
            }
            let group = &mut self.groups[self.begins[at] as usize];
            let head = head & mask;
            group.push(Phrase {
                text,
                list,
                head,
                mask,
            });
            group.sort_by_key(|phrase| std::cmp::Reverse(phrase.text.len()));
        }
    }
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases {
        begins: vec![0; 1 << BEGIN_BITS].into_boxed_slice(),
        groups: vec![Vec::new()],
    };
    for (list, text) in LISTS.iter().enumerate() {
        let lines = text.lines().map(|line| line.trim().as_bytes());
        for phrase in lines.filter(|line| !line.is_empty() && !line.starts_with(b"#")) {
            phrases.add(phrase, list);
        }
    }
    phrases
});

/// Counts the phrases of each list; of phrases of one list that overlap, the first
/// and longest.
///
/// ```
/// use gradatim::measure::behaviour::behaviour;
/// let counts = behaviour("So x = 4. Wait, let me check: 3 + 1 = 4. Therefore it is checked.");
/// assert_eq!((counts.verification, counts.backtracking), (1, 1));
/// assert_eq!(counts.words, [2, 0, 1]);
/// assert_eq!(behaviour("A checkerboard waits."), behaviour(""));
/// ```
pub fn behaviour(response: &str) -> Behaviour {
    let text = response.as_bytes();
    let (mut counts, mut ends) = ([0_u32; LISTS.len()], [0_usize; LISTS.len()]);
    let phrases = &*PHRASES;
    each_word(text, |start| {
        let tail = &text[start..];
        let head = fold(first_eight(tail));
        for phrase in &phrases.groups[phrases.begins[place(head)] as usize] {
            if head & phrase.mask != phrase.head {
                continue;
            }
            let (list, length) = (phrase.list, phrase.text.len());
            let is_there = tail
                .get(..length)
                .is_some_and(|shown| shown.eq_ignore_ascii_case(phrase.text));
            if is_there && start >= ends[list] && stands_alone(text, start, start + length) {
                counts[list] += 1;
                ends[list] = start + length;
            }
        }
    });
    let [
        verification,
        backtracking,
        subgoals,
        backward_chaining,
        words @ ..,
    ] = counts;
    Behaviour {
        verification,
        backtracking,
        subgoals,
        backward_chaining,
        words,
    }
}

/// Hands over where each run of ASCII letters begins, eight bytes at a time.
fn each_word(text: &[u8], mut take: impl FnMut(usize)) {
    let mut before = 0_u64;
    for (index, chunk) in text.chunks(8).enumerate() {
        let letters = letters(u64::from_le_bytes(first_eight(chunk)));
        let mut starts = letters & !((letters << 8) | before);
        before = letters >> 56;
        while starts != 0 {
            take(index * 8 + starts.trailing_zeros() as usize / 8);
            starts &= starts - 1;
        }
    }
}

/// The high bit of each byte that is an ASCII letter.
fn letters(bytes: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let low = (bytes | (0x20 * ONES)) & (0x7f * ONES);
    let from_a = low + (0x80 - 0x61) * ONES;
    let past_z = low + (0x80 - 0x7b) * ONES;
    from_a & !past_z & !bytes & (0x80 * ONES)
}

/// Whether no letter runs on from either end of the phrase.
fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let is_letter = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let runs_on = |inside: usize, outside: usize| is_letter(inside) && is_letter(outside);
    let runs_in = start > 0 && runs_on(start, start - 1);
    !runs_in && !runs_on(end - 1, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_wherever_it_stands() {
        let text = "Aé b1 c\u{131}zZ @[`{ wait,\nwAiT".repeat(3);
        let bytes = text.as_bytes();
        let expected: Vec<usize> = (0..bytes.len())
            .filter(|&at| bytes[at].is_ascii_alphabetic())
            .filter(|&at| at == 0 || !bytes[at - 1].is_ascii_alphabetic())
            .collect();
        let mut found = Vec::new();
        each_word(bytes, |at| found.push(at));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_phrase_is_counted_in_any_case_and_once_where_phrases_overlap() {
        assert_eq!(behaviour("WAIT, NO. Wait a minute").backtracking, 2);
        assert_eq!(behaviour("Let me double-check").words[0], 1);
        assert_eq!(behaviour("Perhaps; perhaps.").words, [0, 2, 0]);
    }
}
