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
/// at one bit.
///
/// Phrases begin where words do, and every sixth byte begins one. On 4,392 replies of `../shared/data` (53 MB,
/// one core of a busy machine, 2026-11-21) this reads 1.6 times what a look at four bytes and a branch for each
/// word read (595 MB/s and 372), which was 1.35 times what an automaton over the same 284 phrases reads
/// (aho-corasick 1.1 as a DFA, case-insensitive, overlapping).
struct Phrases {
    /// For each hash of three bytes: a bit for each hash of the two that follow them in some phrase.
    follows: Box<[u64; PLACES]>,
    /// For each hash of three bytes: the phrases that begin so, the longest first.
    groups: Vec<Vec<Phrase>>,
}

struct Phrase {
    text: &'static [u8],
    list: usize,
    /// Its first eight bytes in lower case, and which of the eight it has.
    head: u64,
    mask: u64,
}

const PLACE_BITS: u32 = 11;
const PLACES: usize = 1 << PLACE_BITS;

/// Eight bytes in lower case; no other sign that the lists have is changed by it.
fn fold(bytes: [u8; 8]) -> u64 {
    u64::from_le_bytes(bytes) | 0x2020_2020_2020_2020
}

/// The hash of the first three of eight bytes.
fn place(head: u64) -> usize {
    (((head as u32) << 8).wrapping_mul(0x9e37_79b1) >> (32 - PLACE_BITS)) as usize
}

/// The hash of the fourth and the fifth, below 64.
fn follow(head: u64) -> u32 {
    u32::from((head >> 24) as u16).wrapping_mul(0x9e37_79b1) >> 26
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
        let at = place(head);
        // Behind a phrase of four bytes stands any other.
        self.follows[at] |= if shown < 5 {
            u64::MAX
        } else {
            1 << follow(head)
        };
        let group = &mut self.groups[at];
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

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases {
        follows: Box::new([0; PLACES]),
        groups: (0..PLACES).map(|_| Vec::new()).collect(),
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
    let may_begin = |head: u64| phrases.follows[place(head)] >> follow(head) & 1 != 0;
    each_word(text, may_begin, |start| {
        let tail = &text[start..];
        let head = fold(first_eight(tail));
        for phrase in &phrases.groups[place(head)] {
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

/// Hands over where a run of ASCII letters begins, where `keep` says so of its first eight bytes in lower case
/// (blanks behind the end).
fn each_word(text: &[u8], keep: impl Fn(u64) -> bool, mut take: impl FnMut(usize)) {
    let mut before = 0_u64;
    for at in (0..text.len()).step_by(64) {
        // 64 bytes, and those that a word at their end goes on with.
        let mut padded = [0; 72];
        let block: &[u8; 72] = text[at..].first_chunk().unwrap_or_else(|| {
            padded[..text.len() - at].copy_from_slice(&text[at..]);
            &padded
        });
        let eights = block.as_chunks::<8>().0[..8].iter();
        let letters = eights.rev().fold(0, |bits, eight| {
            bits << 8 | letters(u64::from_le_bytes(*eight))
        });
        let mut starts = letters & !(letters << 1 | before);
        before = letters >> 63;
        // First all are looked at, then a few are taken: the processor guesses no branch for each word.
        let mut kept = 0;
        while starts != 0 {
            let place = starts.trailing_zeros() as usize;
            let mut eight = [0; 8];
            eight.copy_from_slice(&block[place..place + 8]);
            kept |= u64::from(keep(fold(eight))) << place;
            starts &= starts - 1;
        }
        while kept != 0 {
            take(at + kept.trailing_zeros() as usize);
            kept &= kept - 1;
        }
    }
}

/// A bit for each of eight bytes that is an ASCII letter.
fn letters(bytes: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let low = (bytes | (0x20 * ONES)) & (0x7f * ONES);
    let from_a = low + (0x80 - 0x61) * ONES;
    let past_z = low + (0x80 - 0x7b) * ONES;
    ((from_a & !past_z & !bytes & (0x80 * ONES)) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
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
    use proptest::prelude::*;

    use super::*;

    /// The definition, one byte and one phrase after the other.
    fn counted(text: &str) -> [u32; LISTS.len()] {
        let lower = text.to_ascii_lowercase();
        let bytes = lower.as_bytes();
        LISTS.map(|list| {
            let lines = list.lines().map(str::trim);
            let phrases = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
            let mut phrases: Vec<&str> = phrases.collect();
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
            let (mut count, mut end) = (0, 0);
            for start in 0..bytes.len() {
                let is_letter = |at: usize| bytes[at].is_ascii_alphabetic();
                if start < end || !is_letter(start) || (start > 0 && is_letter(start - 1)) {
                    continue;
                }
                let found = phrases.iter().find(|phrase| {
                    bytes[start..].starts_with(phrase.as_bytes())
                        && stands_alone(bytes, start, start + phrase.len())
                });
                if let Some(phrase) = found {
                    (count, end) = (count + 1, start + phrase.len());
                }
            }
            count
        })
    }

    fn all(counts: Behaviour) -> [u32; LISTS.len()] {
        let [a, b, c] = counts.words;
        let Behaviour {
            verification,
            backtracking,
            subgoals,
            backward_chaining,
            ..
        } = counts;
        [
            verification,
            backtracking,
            subgoals,
            backward_chaining,
            a,
            b,
            c,
        ]
    }

    fn phrase() -> impl Strategy<Value = String> {
        let lines = LISTS.iter().flat_map(|list| list.lines());
        let phrases: Vec<&str> = lines
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let cut = (proptest::sample::select(phrases), 0..3_usize, any::<bool>());
        cut.prop_map(|(phrase, less, upper)| {
            let shown = &phrase[..phrase.len() - less.min(phrase.len())];
            if upper {
                shown.to_uppercase()
            } else {
                shown.to_owned()
            }
        })
    }

    proptest! {
        #[test]
        fn counts_are_those_of_the_definition(
            parts in proptest::collection::vec((phrase(), "[ ,.1'é\n-]{0,2}|[a-z]{1,70} "), 0..40)
        ) {
            let text: String = parts.into_iter().flat_map(|(phrase, gap)| [phrase, gap]).collect();
            prop_assert_eq!(all(behaviour(&text)), counted(&text));
        }
    }

    #[test]
    fn every_word_is_found_wherever_it_stands() {
        let text = "Aé b1 c\u{131}zZ @[`{ wait,\nwAiT".repeat(3);
        let bytes = text.as_bytes();
        let expected: Vec<usize> = (0..bytes.len())
            .filter(|&at| bytes[at].is_ascii_alphabetic())
            .filter(|&at| at == 0 || !bytes[at - 1].is_ascii_alphabetic())
            .collect();
        let mut found = Vec::new();
        each_word(bytes, |_| true, |at| found.push(at));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_phrase_is_counted_in_any_case_and_once_where_phrases_overlap() {
        assert_eq!(behaviour("WAIT, NO. Wait a minute").backtracking, 2);
        assert_eq!(behaviour("Let me double-check").words[0], 1);
        assert_eq!(behaviour("Perhaps; perhaps.").words, [0, 2, 0]);
    }
}
