//! Counts the tokens of texts, exactly as the tokenizers library does, and makes none.
//!
//! A count needs no ids. `window` cuts 64 bytes into pieces at once; a piece of one byte is a token and is counted by its
//! bit, one that was met before by a look-up (`cache`), and only what is new is merged (`merges`). Texts of R1 are
//! 2.6 times as fast as with the library (tokenizers 1.0.0-rc.3, one core, 2026-11-27).
//!
//! What a vocabulary is made of is [`Compiled`]: of a `tokenizer.json` whose every part is known (`known`), or of bytes
//! that were kept (`form`). With any other file the library has to count.

mod added;
mod cache;
mod classes;
mod form;
mod known;
mod merges;
mod pattern;
mod runs;
mod scan;
mod window;

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};

use unicode_normalization::UnicodeNormalization;

pub use added::AddedToken;
use added::{Added, Part};
use cache::Cache;
pub use form::Compiled;
pub use known::byte_letters;
use merges::Merges;
pub use pattern::Pattern;
use window::{Pieces, WINDOW, pieces};

/// A window, and as much behind it as is loaded with its last piece.
const VIEW: usize = WINDOW + 16;

/// A vocabulary that counts.
pub struct Counter {
    merges: Merges,
    /// Tokens that are whole where a piece is one, though merges do not make them (`ignore_merges`).
    whole: HashSet<Box<[u8]>>,
    pattern: Pattern,
    /// Whether texts are composed (Unicode's NFC) first.
    composes: bool,
    raw: Added,
    composed: Added,
    /// Which counter this is, for the caches of threads.
    number: u64,
}

/// What was counted of a text.
struct Sum {
    tokens: usize,
    /// Whether Unicode's composition surely leaves it as it is.
    is_composed: bool,
}

thread_local! {
    /// Of the counter that counted last on this thread.
    static CACHE: RefCell<(u64, Cache)> = RefCell::new((0, Cache::default()));
}

impl Counter {
    /// None where a vocabulary contradicts itself.
    pub fn new(compiled: Compiled) -> Option<Self> {
        if !compiled.is_sound() {
            return None;
        }
        Some(Self {
            merges: Merges::new(&compiled.merges()),
            whole: compiled
                .whole
                .into_iter()
                .map(Vec::into_boxed_slice)
                .collect(),
            pattern: compiled.pattern,
            composes: compiled.composes,
            raw: Added::new(compiled.raw),
            composed: Added::new(compiled.composed),
            number: next_number(),
        })
    }

    /// Tokens of a text, added tokens that it names among them, and none put around it.
    pub fn tokens(&self, text: &str) -> usize {
        CACHE.with_borrow_mut(|(owner, cache)| {
            if *owner != self.number {
                (*owner, *cache) = (self.number, Cache::default());
            }
            let mut count = 0;
            self.raw.parts(text, |part| {
                count += match part {
                    Part::Token => 1,
                    Part::Text(text) => self.of_raw(text, cache),
                }
            });
            count
        })
    }

    /// Of a text without those of its added tokens that are found before it is composed.
    fn of_raw(&self, text: &str, cache: &mut Cache) -> usize {
        let sum = self.of_composed(text, cache);
        match self.composes && !sum.is_composed {
            // Few texts are not, so that most are gone over once.
            true => {
                self.of_composed(&text.nfc().collect::<String>(), cache)
                    .tokens
            }
            false => sum.tokens,
        }
    }

    fn of_composed(&self, text: &str, cache: &mut Cache) -> Sum {
        let mut sum = Sum {
            tokens: 0,
            is_composed: true,
        };
        self.composed.parts(text, |part| match part {
            Part::Token => sum.tokens += 1,
            Part::Text(text) if self.pattern.is_deepseek() => {
                self.add_plain::<true>(text, cache, &mut sum);
            }
            Part::Text(text) => self.add_plain::<false>(text, cache, &mut sum),
        });
        sum
    }

    /// Adds a text without added tokens.
    fn add_plain<const DEEPSEEK: bool>(&self, text: &str, cache: &mut Cache, sum: &mut Sum) {
        let mut at = 0;
        while let Some(view) = text.as_bytes()[at..].first_chunk() {
            at += self.add_window::<DEEPSEEK>(text, at, (view, WINDOW, false), cache, sum);
        }
        while at < text.len() {
            let rest = &text.as_bytes()[at..];
            let mut view = [0; VIEW];
            let copied = rest.len().min(VIEW);
            view[..copied].copy_from_slice(&rest[..copied]);
            let window = (&view, rest.len().min(WINDOW), rest.len() <= WINDOW);
            at += self.add_window::<DEEPSEEK>(text, at, window, cache, sum);
        }
    }

    /// Adds the pieces of the window at `at`: what is there, how much of it is text and whether that ends there. How many
    /// bytes they are.
    #[inline(always)]
    fn add_window<const DEEPSEEK: bool>(
        &self,
        text: &str,
        at: usize,
        (view, len, is_last): (&[u8; VIEW], usize, bool),
        cache: &mut Cache,
        sum: &mut Sum,
    ) -> usize {
        let window = view.first_chunk().expect("a view holds a window");
        let pieces = pieces::<DEEPSEEK>(window, len, is_last, self.pattern.digits());
        if pieces.end == 0 {
            return self.add_long(text, at, cache, sum);
        }
        sum.is_composed &= pieces.is_composed;
        sum.tokens += self.of_pieces(text, at, view, pieces, cache);
        pieces.end
    }

    /// Adds a piece that is longer than a window.
    #[inline(never)]
    fn add_long(&self, text: &str, at: usize, cache: &mut Cache, sum: &mut Sum) -> usize {
        let piece = &text[at..scan::piece_end(text, at, self.pattern)];
        sum.is_composed &= piece.is_ascii() || piece.chars().all(window::is_composed);
        sum.tokens += self.of_long(piece.as_bytes(), cache);
        piece.len()
    }

    #[inline(always)]
    fn of_pieces(
        &self,
        text: &str,
        at: usize,
        view: &[u8; VIEW],
        pieces: Pieces,
        cache: &mut Cache,
    ) -> usize {
        // Where a piece ends with this byte.
        let ends = pieces.starts >> 1 | 1 << (pieces.end - 1);
        // A byte is a token, whichever it is.
        let mut count = (pieces.starts & ends).count_ones() as usize;
        let rest = pieces.starts & !ends;
        let soon = ends | ends >> 1 | ends >> 2;
        let soon = soon | soon >> 2 | soon >> 4;
        let len = |start: u32| (ends >> start).trailing_zeros() as usize + 1;
        for start in ones(rest & soon) {
            let eight = eight(view, start as usize & 63);
            count += cache.short(eight, len(start), |piece| self.of_piece(piece)) as usize;
        }
        for start in ones(rest & !soon) {
            let (len, start) = (len(start), start as usize & 63);
            count += match len {
                ..16 => {
                    let both = [eight(view, start), eight(view, start + 8)];
                    cache.middle(both, len, |piece| self.of_piece(piece)) as usize
                }
                _ => self.of_long(&text.as_bytes()[at + start..at + start + len], cache),
            };
        }
        count
    }

    #[inline(never)]
    fn of_long(&self, piece: &[u8], cache: &mut Cache) -> usize {
        match piece.len() {
            ..16 => self.of_piece(piece),
            _ => cache.count_long(piece, |piece| self.of_piece(piece)),
        }
    }

    /// Of a piece that is new.
    #[cold]
    #[inline(never)]
    fn of_piece(&self, piece: &[u8]) -> usize {
        match !self.whole.is_empty() && self.whole.contains(piece) {
            true => 1,
            false => self.merges.count(piece),
        }
    }
}

/// The numbers of the bits that are set.
#[inline(always)]
fn ones(mut bits: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let first = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (first < u64::BITS).then_some(first)
    })
}

#[inline(always)]
fn eight(view: &[u8; VIEW], at: usize) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&view[at..at + 8]);
    u64::from_le_bytes(eight)
}

/// The number of a counter that is made.
fn next_number() -> u64 {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes, and `ab`; with an added token, composing.
    fn counter(pairs: Vec<(u32, u32)>) -> Counter {
        let compiled = Compiled {
            pattern: Pattern::Qwen2,
            composes: true,
            pairs,
            raw: vec![AddedToken::alone("<|x|>")],
            ..Compiled::default()
        };
        Counter::new(compiled).expect("it is sound")
    }

    #[test]
    fn two_vocabularies_on_a_thread_do_not_take_each_others_counts() {
        let (with, without) = (counter(vec![(97, 98)]), counter(Vec::new()));
        for _ in 0..2 {
            assert_eq!((with.tokens("ab ab"), without.tokens("ab ab")), (3, 5));
        }
    }

    #[test]
    fn a_text_counts_composed_but_for_its_added_tokens() {
        let counter = counter(Vec::new());
        for (text, tokens) in [
            ("e\u{301}", 2),
            ("<|x|>\u{338}", 3),
            (">\u{338}", 3),
            ("", 0),
        ] {
            assert_eq!(counter.tokens(text), tokens, "{text:?}");
        }
        let long = "a".repeat(100) + "e\u{301}";
        assert_eq!(counter.tokens(&long), 102);
    }

    #[test]
    fn a_text_counts_the_same_however_its_pieces_fall_on_windows() {
        let counter = counter(vec![(97, 98)]);
        for before in 0..200 {
            let text = "\u{e9}".repeat(before) + " ab 'll\n\n  ab\u{3000}ab1";
            assert_eq!(counter.tokens(&text), 2 * before + 16, "{before}");
        }
    }
}
