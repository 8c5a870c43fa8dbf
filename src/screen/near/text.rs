//! What is compared of a problem: its canonical text without instructions, with the places of its marks.

use std::sync::{LazyLock, OnceLock};

use memchr::memmem::Finder;

use super::marks::Mark;
use crate::screen::canonical::Canonical;
use crate::screen::grams::whole;

/// Bytes of a shingle, about a word and a half.
pub(super) const SHINGLE_BYTES: usize = 8;

/// The canonical text without the sentences at its ends that say only how to answer, with a space where two words
/// or two numbers meet.
pub(super) fn core(canonical: &Canonical) -> String {
    let (start, end) = asked(canonical);
    let text = &canonical.text;
    let mut core = String::with_capacity((end - start) * 9 / 8);
    let mut done = start;
    let bounds = canonical
        .words
        .iter()
        .flat_map(|&(from, to)| [from as usize, to as usize]);
    for bound in bounds.filter(|bound| (start + 1..end).contains(bound)) {
        if bound > done && meet(text.as_bytes(), bound) {
            core.push_str(&text[done..bound]);
            core.push(' ');
            done = bound;
        }
    }
    core.push_str(&text[done..end]);
    core
}

/// Whether what stands on both sides of a bound would be one word or one number without a space.
fn meet(text: &[u8], bound: usize) -> bool {
    let class = |byte: u8| (is_digit(byte), is_letter(byte));
    let (before, behind) = (class(text[bound - 1]), class(text[bound]));
    before == behind && before != (false, false)
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'.'
}

/// The bytes of the canonical text between the instructions; all of it where it is nothing else.
fn asked(canonical: &Canonical) -> (usize, usize) {
    let all = canonical.text.len();
    let starts = canonical.sentences.iter().map(|&start| start as usize);
    let mut bounds: Vec<usize> = starts.chain([all]).collect();
    bounds.dedup();
    let instructs = |from: usize, to: usize| is_instruction(&canonical.text[from..to]);
    let (mut first, mut last) = (0, bounds.len().saturating_sub(1));
    while first < last && instructs(bounds[last - 1], bounds[last]) {
        last -= 1;
    }
    while first < last && instructs(bounds[first], bounds[first + 1]) {
        first += 1;
    }
    if first < last {
        (bounds[first], bounds[last])
    } else {
        (0, all)
    }
}

/// What is said about how to answer, and of no problem.
const INSTRUCTS: [&str; 12] = [
    "stepbystep",
    "finalanswer",
    "youranswer",
    "theanswer",
    "followingproblem",
    "followingquestion",
    "mathproblem",
    "boxed",
    "choosethecorrect",
    "逐步",
    "最终答案",
    "一步一步",
];

/// What asks: a sentence that has it is a part of the problem.
const ASKS: [&str; 9] = [
    "find",
    "determine",
    "compute",
    "calculate",
    "evaluate",
    "prove",
    "howmany",
    "whatis",
    "whatare",
];

/// A sentence is not longer.
const INSTRUCTION_BYTES_MAX: usize = 200;

/// Whether a sentence of canonical text only says how to answer.
fn is_instruction(sentence: &str) -> bool {
    let is_figure = |byte: u8| byte.is_ascii_digit() || Mark::sign(byte).is_some();
    sentence.len() <= INSTRUCTION_BYTES_MAX
        && !sentence.bytes().any(is_figure)
        && instructs(sentence.as_bytes())
        && !ASKS.iter().any(|asked| sentence.contains(asked))
}

/// Whether a piece of canonical text speaks of how to answer.
pub(super) fn instructs(piece: &[u8]) -> bool {
    static INSTRUCTIONS: LazyLock<[Finder<'static>; INSTRUCTS.len()]> =
        LazyLock::new(|| INSTRUCTS.map(Finder::new));
    INSTRUCTIONS.iter().any(|told| told.find(piece).is_some())
}

/// A mark in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// The byte where it stands.
    pub at: u32,
    pub mark: Mark,
}

/// A core as it is compared.
pub(super) struct Text<'c> {
    core: &'c [u8],
    /// Without spaces, brackets and bars, each number as `0`.
    pub bytes: Vec<u8>,
    /// Its marks in their order, once they are asked for: few pairs come so far.
    marks: OnceLock<Vec<Placed>>,
    /// The shingles that it has, each at the first free place from its low bits on, 0 where none is; once they are
    /// asked for.
    places: OnceLock<Vec<u32>>,
}

impl<'c> Text<'c> {
    pub(super) fn of(core: &'c [u8]) -> Self {
        Self {
            core,
            bytes: compared(core),
            marks: OnceLock::new(),
            places: OnceLock::new(),
        }
    }

    /// What of the core, brackets and all, is compared from some byte on.
    pub(super) fn core_from(&self, byte: usize) -> &'c [u8] {
        let (mut at, mut bytes) = (0, 0);
        while bytes < byte && at < self.core.len() {
            let (length, compared, _) = part(self.core, at);
            (at, bytes) = (at + length, bytes + compared);
        }
        &self.core[at..]
    }

    /// The runs of bytes that stand in shingles which another has too, in their order.
    pub(super) fn runs_in(&self, other: &Text<'_>) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        let places = other.places.get_or_init(|| places(&other.bytes));
        for (at, shingle) in shingles(&self.bytes).enumerate() {
            if !has(places, shingle) {
                continue;
            }
            match runs.last_mut() {
                Some(run) if at <= run.1 => run.1 = at + SHINGLE_BYTES,
                _ => runs.push((at, at + SHINGLE_BYTES)),
            }
        }
        runs
    }

    /// Its marks in their order.
    pub(super) fn marks(&self) -> &[Placed] {
        self.marks.get_or_init(|| marks(self.core))
    }

    /// Its words in their order.
    pub(super) fn words(&self) -> Vec<Word<'c>> {
        words(self.core)
    }

    /// The marks within some bytes.
    pub(super) fn marks_in(&self, (start, end): (usize, usize)) -> &[Placed] {
        let marks = self.marks();
        let before = |end: usize| marks.partition_point(|placed| (placed.at as usize) < end);
        &marks[before(start)..before(end)]
    }
}

/// A word in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word<'c> {
    /// The bytes that are compared where it stands.
    pub start: usize,
    pub end: usize,
    pub letters: &'c [u8],
}

/// The words of a core.
fn words(core: &[u8]) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let (mut start, mut at) = (0, 0);
    while start < core.len() {
        let (length, compared, _) = part(core, start);
        if is_letter(core[start]) {
            words.push(Word {
                start: at,
                end: at + compared,
                letters: &core[start..start + length],
            });
        }
        (start, at) = (start + length, at + compared);
    }
    words
}

/// The bytes of a core that are compared: of a number one, of what renderings add and drop none.
fn compared(core: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; core.len()];
    let (mut count, mut before) = (0, NONE);
    for &byte in core {
        let stands = STANDS[byte as usize];
        bytes[count] = stands;
        let goes_on = (stands == b'0') & (before == b'0');
        count += usize::from((stands != NONE) & !goes_on);
        before = stands;
    }
    bytes.truncate(count);
    bytes
}

/// What stands for a byte where it is compared.
const STANDS: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            byte if is_digit(byte) => b'0',
            byte if is_compared(byte) => byte,
            _ => NONE,
        };
        byte += 1;
    }
    table
};
/// Stands for nothing.
const NONE: u8 = 0;

/// The marks of a core, each with its place among the bytes that are compared.
fn marks(core: &[u8]) -> Vec<Placed> {
    let mut marks = Vec::new();
    let (mut start, mut at) = (0, 0);
    let mut is_named = false;
    while start < core.len() {
        let (length, compared, mark) = part(core, start);
        let piece = &core[start..start + length];
        let mark = match is_named && is_letter(piece[0]) {
            true => Some(Mark::named(piece)),
            false => mark,
        };
        marks.extend(mark.map(|mark| Placed {
            at: at as u32,
            mark,
        }));
        is_named = piece == b"word" || (is_named && compared == 0);
        (start, at) = (start + length, at + compared);
    }
    marks
}

/// The word, number or sign that starts somewhere in a core: its bytes, how many of them are compared, its mark.
fn part(core: &[u8], start: usize) -> (usize, usize, Option<Mark>) {
    let rest = &core[start..];
    let run = |is: fn(u8) -> bool| rest.iter().take_while(|byte| is(**byte)).count();
    match rest[0] {
        first if is_digit(first) => {
            let length = run(is_digit);
            (length, 1, Some(Mark::number(&rest[..length])))
        }
        first if is_letter(first) => {
            let length = run(is_letter);
            (length, length, Mark::word(&rest[..length]))
        }
        sign => {
            let mark = Mark::sign(sign).filter(|_| !is_hyphen(core, start));
            (1, usize::from(is_compared(sign)), mark)
        }
    }
}

/// Renderings add and drop brackets and bars.
const fn is_compared(sign: u8) -> bool {
    !matches!(sign, NONE | b' ' | b'(' | b')' | b'|')
}

/// Whether a `-` joins words (`three-digit`, `x-axis`), which other copies write apart.
fn is_hyphen(core: &[u8], at: usize) -> bool {
    let rest = &core[at + 1..];
    let length = rest.iter().take_while(|byte| is_letter(**byte)).count();
    core[at] == b'-' && length > 2 && !COMMANDS.contains(&&rest[..length])
}

/// Commands that stand behind a minus.
const COMMANDS: [&[u8]; 22] = [
    b"frac",
    b"sqrt",
    b"sin",
    b"cos",
    b"tan",
    b"cot",
    b"log",
    b"lim",
    b"sum",
    b"int",
    b"binom",
    b"infty",
    b"alpha",
    b"beta",
    b"gamma",
    b"theta",
    b"lambda",
    b"omega",
    b"overline",
    b"vec",
    b"mathrm",
    b"prod",
];

/// The shingles of a text, which are hashes and never 0; one that is shorter than a shingle has none.
fn shingles(bytes: &[u8]) -> impl ExactSizeIterator<Item = u32> {
    bytes.array_windows().map(|shingle: &[u8; SHINGLE_BYTES]| {
        let product = u128::from(u64::from_le_bytes(*shingle)) * SPREADS;
        (((product >> 64) as u64 ^ product as u64) as u32).max(1)
    })
}

/// Spreads each bit of a shingle over the product.
const SPREADS: u128 = 0x9e37_79b9_7f4a_7c15;

fn places(bytes: &[u8]) -> Vec<u32> {
    let count = (2 * bytes.len() + 1).next_power_of_two();
    let mut places = vec![0; count];
    for shingle in shingles(bytes) {
        let mut at = shingle as usize & (count - 1);
        while places[at] != 0 && places[at] != shingle {
            at = (at + 1) & (count - 1);
        }
        places[at] = shingle;
    }
    places
}

fn has(places: &[u32], shingle: u32) -> bool {
    let mask = places.len() - 1;
    let mut at = shingle as usize & mask;
    while places[at] != shingle {
        if places[at] == 0 {
            return false;
        }
        at = (at + 1) & mask;
    }
    true
}

/// The hash of a sample: those that are sampled are small, and these are evenly spread.
fn spread(shingle: u32) -> u32 {
    shingle.wrapping_mul(0x9e37_79b1)
}

/// Shingles of which one is sampled at least: two texts that share a run of these and a shingle share a sample.
/// A short text has a narrow window, which samples all that a wide one does and more.
pub(super) fn window(core: &[u8]) -> usize {
    if core.len() <= SHORT_BYTES_MAX { 8 } else { 24 }
}

/// The longest core of which more is sampled.
const SHORT_BYTES_MAX: usize = 120;

/// The samples of a core (winnowing: Schleimer, Wilkerson, Aiken 2003), in order, each once.
pub(super) fn samples(core: &[u8]) -> Vec<u32> {
    let shingles: Vec<u32> = shingles(&compared(core)).collect();
    if shingles.is_empty() && !core.is_empty() {
        // It is found by its like.
        return vec![whole(core) as u32];
    }
    let window = window(core);
    let mut samples = Vec::with_capacity(3 * shingles.len() / window + 1);
    let mut least = usize::MAX;
    for end in window.min(shingles.len())..=shingles.len() {
        let start = end.saturating_sub(window);
        let is_gone = least == usize::MAX || least < start;
        let next = if is_gone {
            // Of equal ones the last, which stays longest.
            (start..end).min_by_key(|&at| (shingles[at], usize::MAX - at))
        } else {
            (shingles[end - 1] <= shingles[least]).then_some(end - 1)
        };
        if let Some(at) = next {
            least = at;
            samples.push(spread(shingles[at]));
        }
    }
    samples.sort_unstable();
    samples.dedup();
    samples
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::screen::canonical::canonical;

    fn core_of(text: &str) -> String {
        core(&canonical(text))
    }

    #[test]
    fn what_only_says_how_to_answer_is_no_part_of_the_core() {
        let alone = core_of("Find the largest prime factor of $1001$.");
        for framed in [
            "Find the largest prime factor of $1001$. Let's think step by step and output the final answer within \\boxed{}.",
            "Please reason step by step, and put your final answer within \\boxed{}.\nFind the largest prime factor of $1001$.",
            "Solve the following problem:\n\nFind the largest prime factor of $1001$.",
            "Find the largest prime factor of $1001$. Express your answer as an integer.",
        ] {
            assert_eq!(core_of(framed), alone, "{framed}");
        }
    }

    #[test]
    fn a_text_that_only_says_how_to_answer_is_its_own_core() {
        let text = "Think step by step. Put your final answer in a box.";
        assert_eq!(core_of(text), core_of(&format!("  {text}")));
        assert!(core_of(text).contains("step"));
    }

    #[test]
    fn marks_stand_where_their_bytes_are() {
        let core = core_of("Find the sum of 12 and $x + 3.5$.");
        let text = Text::of(core.as_bytes());
        assert_eq!(String::from_utf8_lossy(&text.bytes), "findthesumof0andx+0");
        let bytes: Vec<u8> = text
            .marks()
            .iter()
            .map(|placed| text.bytes[placed.at as usize])
            .collect();
        assert_eq!(bytes, b"fs0+0");
    }

    proptest! {
        #[test]
        fn texts_that_share_a_long_run_share_a_sample(
            before in "[a-z]{0,90}", run in "[a-z]{31,60}", behind in "[a-z]{0,90}", other in "[a-z]{0,200}"
        ) {
            let [one, two] = [format!("{before}{run}{behind}"), format!("{other}{run}")];
            let [one, two] = [one, two].map(|text| samples(text.as_bytes()));
            prop_assert!(one.iter().any(|sample| two.contains(sample)));
        }

        #[test]
        fn marks_lie_in_the_bytes(text in "\\PC{0,60}") {
            let core = core_of(&text);
            let text = Text::of(core.as_bytes());
            for placed in text.marks() {
                prop_assert!((placed.at as usize) < text.bytes.len());
            }
        }
    }
}
