//! Cuts 64 bytes of a text into pieces at once: one bit a byte, and the pattern as arithmetic of such words.
//!
//! A window opens where a piece does, so that nothing before it matters, and what its end leaves open is left to the next
//! window. Within it a run of a class is a run of ones: adding its first bit carries through it (Cameron et al.,
//! "Bitwise data parallelism in regular expression matching", PACT 2014), and each rule of the pattern is a few words.
//! The tokenizers library goes over whole texts so, block by block; that each window stands for itself needs no state
//! from block to block, and keeps bytes and bits in registers until they are counted.

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, is_nfc_quick};
use wide::i8x16;

use super::classes::Classes;
use super::pattern::{Kind, kind};
use super::scan::ending_len;

/// Bytes of a window.
pub(super) const WINDOW: usize = 64;

/// Where pieces start in a window, and where the last that surely ends in it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pieces {
    /// A bit for the first byte of each piece; none from `end` on.
    pub starts: u64,
    /// 0 where even the first piece may go on behind the window.
    pub end: usize,
    /// Whether Unicode's composition surely leaves the window's characters as they are.
    pub is_composed: bool,
}

/// The pieces of a window. It opens at the start of a piece and holds `len` bytes of text; `is_last`: the text ends there.
#[inline(always)]
pub(super) fn pieces<const DEEPSEEK: bool>(
    window: &[u8; WINDOW],
    len: usize,
    is_last: bool,
    digits: usize,
) -> Pieces {
    let bits = Bits::<DEEPSEEK>::of(window, len);
    let starts = match DEEPSEEK {
        true => bits.starts_of_deepseek(digits),
        false => bits.starts(window, digits),
    };
    match is_last {
        true => Pieces {
            starts,
            end: bits.len,
            is_composed: bits.is_composed,
        },
        false => {
            let sure = starts & bits.sure();
            let end = (u64::BITS - 1 - sure.leading_zeros()) as usize;
            Pieces {
                starts: sure & !(1 << end),
                end,
                is_composed: bits.is_composed,
            }
        }
    }
}

/// What each byte of a window is to a pattern; those of one character are alike.
struct Bits<const DEEPSEEK: bool> {
    letter: u64,
    number: u64,
    sign: u64,
    /// None of the others ([`Kind::Rest`]).
    rest: u64,
    /// What stands apart, letters and others.
    apart: [u64; 2],
    /// Letters of ASCII.
    ascii: u64,
    blank: u64,
    line_end: u64,
    /// White space that is no line end.
    gap: u64,
    apostrophe: u64,
    /// Bytes of a character behind its first.
    inner: u64,
    /// Control characters, the last of ASCII too, and those beyond it.
    odd: u64,
    /// All bytes of whole characters.
    valid: u64,
    len: usize,
    is_composed: bool,
}

/// Bits below `len`.
#[inline(always)]
fn below(len: usize) -> u64 {
    match len {
        WINDOW.. => u64::MAX,
        len => (1 << len) - 1,
    }
}

/// The runs of ones in `runs` that start at a bit of `marks`.
#[inline(always)]
fn marked(runs: u64, marks: u64) -> u64 {
    runs & !runs.wrapping_add(runs & marks)
}

impl<const DEEPSEEK: bool> Bits<DEEPSEEK> {
    #[inline(always)]
    fn of(window: &[u8; WINDOW], len: usize) -> Self {
        let valid = below(len);
        let [letter, number, blank, line_end, odd, apostrophe] = masks::<DEEPSEEK>(window);
        let odd = if DEEPSEEK { odd | apostrophe } else { odd };
        let mut bits = Self {
            letter: letter & valid,
            number: number & valid,
            sign: 0,
            rest: 0,
            apart: [0; 2],
            ascii: letter & valid,
            blank: blank & valid,
            line_end: line_end & valid,
            gap: blank & valid,
            apostrophe,
            inner: 0,
            odd: odd & valid & !line_end,
            valid,
            len,
            is_composed: true,
        };
        if bits.odd != 0 {
            bits.add_odd(window);
        }
        let others = bits.rest | bits.apart[0] | bits.apart[1];
        bits.sign = bits.valid & !(bits.letter | bits.number | bits.line_end | bits.gap | others);
        bits
    }

    /// Enters what is rare: control characters, and those that take more than a byte. The last may be cut off by the
    /// window's end: it is left out.
    #[inline(never)]
    fn add_odd(&mut self, window: &[u8; WINDOW]) {
        let classes = Classes::get();
        let mut rest = self.odd;
        while rest != 0 {
            let at = rest.trailing_zeros() as usize;
            let (character, length) = decode(window, at);
            if at + length > self.len {
                self.len = at;
                self.valid &= below(at);
                break;
            }
            let bytes = below(length) << at;
            rest &= !bytes;
            self.inner |= bytes & (bytes << 1);
            self.is_composed &= is_composed(character);
            match kind::<DEEPSEEK>(classes, character) {
                Kind::Letter => self.letter |= bytes,
                Kind::Number => self.number |= bytes,
                Kind::Space => self.gap |= bytes,
                Kind::Rest => self.rest |= bytes,
                Kind::Apart(letters) => self.apart[usize::from(letters)] |= bytes,
                Kind::Sign => {}
            }
        }
    }

    /// Where pieces start, as far as the window tells.
    #[inline(always)]
    fn starts(&self, window: &[u8; WINDOW], digits: usize) -> u64 {
        let signs = self.signs();
        let endings = self.behind_endings(window, signs);
        let numbers = self.numbers(digits);
        let all = 1 | self.words(signs) | numbers | signs | self.spaces() | endings;
        all & self.valid & !self.inner
    }

    /// The same by DeepSeek's pattern.
    #[inline(always)]
    fn starts_of_deepseek(&self, digits: usize) -> u64 {
        let run = |bits: u64| bits & !(bits << 1);
        let signs = self.signs();
        // A sign of ASCII with letters of ASCII behind it, as `\frac`.
        let opening = signs & !self.odd & (self.ascii >> 1);
        let command = marked(self.ascii, opening << 1);
        let words = run(self.letter) & !((self.gap | self.rest | opening) << 1);
        let taken = self.first_byte(self.rest & (self.letter >> 1));
        let apart = run(self.apart[0]) | run(self.apart[1]);
        let all = 1 | words | signs | apart | run(self.rest) | taken;
        let all = all | self.numbers(digits) | self.spaces() | (command << 1 & !command);
        all & self.valid & !self.inner
    }

    /// Signs that are the first, and have no blank before them.
    #[inline(always)]
    fn signs(&self) -> u64 {
        self.sign & !(self.sign << 1) & !(self.blank << 1)
    }

    /// What takes no white space before it along.
    #[inline(always)]
    fn alone(&self) -> u64 {
        match DEEPSEEK {
            true => self.number | self.apart[0] | self.apart[1],
            false => 0,
        }
    }

    /// Letters, without a character before them that they take along: white space, or a sign that is the first.
    #[inline(always)]
    fn words(&self, signs: u64) -> u64 {
        let first_signs = self.whole(signs);
        let taken = self.gap | first_signs;
        self.letter & !(self.letter << 1) & !(taken << 1)
    }

    /// The characters whose first bytes are marked.
    #[inline(always)]
    fn whole(&self, firsts: u64) -> u64 {
        match self.inner {
            0 => firsts,
            inner => firsts | marked(inner, firsts << 1),
        }
    }

    /// The characters behind those whose first bytes are marked.
    #[inline(always)]
    fn next(&self, firsts: u64) -> u64 {
        let next = firsts << 1;
        match self.inner {
            0 => next,
            inner => (next & !inner) | (inner.wrapping_add(next & inner) & !inner),
        }
    }

    #[inline(always)]
    fn numbers(&self, digits: usize) -> u64 {
        match digits {
            1 => self.number,
            _ => self.groups_of_numbers(digits),
        }
    }

    /// The first of each `digits` numbers of a run.
    fn groups_of_numbers(&self, digits: usize) -> u64 {
        let mut firsts = self.number & !(self.number << 1);
        let mut all = 0;
        while firsts != 0 {
            all |= firsts;
            firsts = (0..digits).fold(firsts, |at, _| self.next(at) & self.number);
        }
        all
    }

    /// Runs of white space: each up to its last line end, what is left of it, and the last of that before something else.
    #[inline(always)]
    fn spaces(&self) -> u64 {
        let taken = marked(self.line_end, self.sign << 1);
        let space = (self.line_end | self.gap) & !taken;
        let behind = self.behind_line_ends(space);
        let last = behind & ((self.valid & !space & !self.alone()) >> 1);
        (space & !(space << 1)) | (behind & !(behind << 1)) | self.first_byte(last)
    }

    /// What stands behind the last line end of a run of white space; the run where it has none.
    #[inline(always)]
    fn behind_line_ends(&self, space: u64) -> u64 {
        let ends = self.line_end & space;
        if ends == 0 {
            return space;
        }
        // Arithmetic carries upwards, and this goes down from the end of a run.
        let (space, ends) = (space.reverse_bits(), ends.reverse_bits());
        marked(space & !ends, !(space << 1)).reverse_bits()
    }

    /// The first bytes of the characters whose last bytes are marked.
    #[inline(always)]
    fn first_byte(&self, lasts: u64) -> u64 {
        let mut marks = lasts;
        while marks & self.inner != 0 {
            marks = (marks & !self.inner) | ((marks & self.inner) >> 1);
        }
        marks
    }

    /// Behind `'s`, `'ll` and their like, where a piece starts whatever follows.
    #[inline(always)]
    fn behind_endings(&self, window: &[u8; WINDOW], signs: u64) -> u64 {
        let mut rest = signs & self.apostrophe;
        let mut behind = 0;
        while rest != 0 {
            let at = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let after = window.get(at + 1..self.len.min(at + 3)).unwrap_or_default();
            let length = ending_len(after);
            if length > 0 && at + length < WINDOW {
                behind |= 1 << (at + length);
            }
        }
        behind
    }

    /// Where a start is sure though the text goes on behind the window: not inside of white space that reaches its end.
    #[inline(always)]
    fn sure(&self) -> u64 {
        let space = self.line_end | self.gap;
        let at_end = (space << (WINDOW - self.len)).leading_ones() as usize;
        match at_end {
            0 => u64::MAX,
            _ => below(self.len - at_end + 1),
        }
    }
}

/// Whether a character neither composes with one before it nor decomposes nor changes places. Nothing below U+0300 does.
pub(super) fn is_composed(character: char) -> bool {
    let alone = std::iter::once(character);
    character < '\u{300}'
        || (canonical_combining_class(character) == 0 && is_nfc_quick(alone) == IsNormalized::Yes)
}

/// Bits of the bytes that are letters, digits, blanks, line ends, control characters or beyond ASCII, apostrophes; to
/// DeepSeek the last of ASCII, which is a control character, in place of these.
#[inline(always)]
fn masks<const DEEPSEEK: bool>(window: &[u8; WINDOW]) -> [u64; 6] {
    let mut masks = [0; 6];
    for (at, sixteen) in window.as_chunks::<16>().0.iter().enumerate() {
        let bytes = i8x16::new(sixteen.map(u8::cast_signed));
        for (mask, found) in masks.iter_mut().zip(kinds::<DEEPSEEK>(bytes)) {
            *mask |= u64::from(found.to_bitmask() as u16) << (16 * at);
        }
    }
    masks
}

#[inline(always)]
fn kinds<const DEEPSEEK: bool>(bytes: i8x16) -> [i8x16; 6] {
    let all = |byte: u8| i8x16::splat(byte.cast_signed());
    let is = |byte| bytes.simd_eq(all(byte));
    let among = |bytes: i8x16, first, last| {
        // As signed numbers, bytes beyond ASCII are below all others.
        bytes.simd_gt(all(first - 1)) & all(last + 1).simd_gt(bytes)
    };
    [
        among(bytes | all(0x20), b'a', b'z'),
        among(bytes, b'0', b'9'),
        is(b' '),
        is(b'\n') | is(b'\r'),
        all(b' ').simd_gt(bytes),
        is(if DEEPSEEK { 0x7f } else { b'\'' }),
    ]
}

/// The character that starts at `at`, and its bytes; those that lie behind the window count as zeros.
#[inline(always)]
fn decode(window: &[u8; WINDOW], at: usize) -> (char, usize) {
    let byte = |offset: usize| window.get(at + offset).map_or(0, |byte| u32::from(*byte));
    let low = |offset: usize| byte(offset) & 0x3f;
    let first = byte(0);
    let (number, length) = match first {
        ..0x80 => (first, 1),
        0xf0.. => ((first & 7) << 18 | low(1) << 12 | low(2) << 6 | low(3), 4),
        0xe0.. => ((first & 15) << 12 | low(1) << 6 | low(2), 3),
        _ => ((first & 31) << 6 | low(1), 2),
    };
    (char::from_u32(number).unwrap_or_default(), length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pattern::Pattern;
    use super::super::scan::piece_end;
    use super::*;

    /// Where the pattern starts pieces in the first `end` bytes of a text, and where the next starts.
    fn by_the_pattern(text: &str, end: usize, pattern: Pattern) -> (u64, usize) {
        let (mut at, mut starts) = (0, 0);
        while at < end {
            starts |= 1 << at;
            at = piece_end(text, at, pattern);
        }
        (starts, at)
    }

    /// By all patterns.
    fn check(text: &str) -> Result<(), TestCaseError> {
        check_one::<false>(text, Pattern::Qwen2)?;
        check_one::<false>(text, Pattern::Gpt4)?;
        check_one::<true>(text, Pattern::DeepSeek)
    }

    fn check_one<const DEEPSEEK: bool>(text: &str, pattern: Pattern) -> Result<(), TestCaseError> {
        let mut window = [0; WINDOW];
        let len = text.len().min(WINDOW);
        window[..len].copy_from_slice(&text.as_bytes()[..len]);
        let found = pieces::<DEEPSEEK>(&window, len, text.len() <= WINDOW, pattern.digits());
        let expected = by_the_pattern(text, found.end, pattern);
        prop_assert_eq!(
            (found.starts, found.end),
            expected,
            "{:?} {:?}",
            pattern,
            text
        );
        prop_assert!(text.len() > WINDOW || found.end == text.len());
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn a_window_is_cut_as_the_pattern_cuts_one_piece_after_another(
            text in "([ \n\r\t'a-z0-9=.!\u{a0}\u{3000}\u{b2}\u{660}\u{e9}\u{4e2d}\u{1d7d8}\u{301}\u{1f600}\u{85}\0\x7f\u{3042}\u{30fb}\u{3099}\u{200d}\\\\]|'(s|ll|RE)|  |\n\n){0,90}"
        ) {
            check(&text)?;
        }

        #[test]
        fn a_window_of_any_characters_is_cut_so(text in "\\PC{0,40}|[\\s\\PC]{0,60}") {
            check(&text)?;
        }
    }

    #[test]
    fn a_piece_longer_than_a_window_is_left_open() {
        let found = pieces::<false>(&[b'a'; WINDOW], WINDOW, false, 1);
        assert_eq!((found.starts, found.end), (0, 0));
        let found = pieces::<false>(&[b' '; WINDOW], WINDOW, true, 1);
        assert_eq!((found.starts, found.end), (1, WINDOW));
    }
}
