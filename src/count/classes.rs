//! The classes of characters that the patterns of tokenizers tell apart.
//!
//! A table of our own and not the standard library's, which has no `\p{L}` and moves with the compiler: a count must not
//! change with it. Unicode 17, as the tokenizers library has it.

use std::sync::LazyLock;

use super::runs::RUNS;

/// What a character is to the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Class {
    /// `\p{L}`
    Letter,
    /// `\p{N}`
    Number,
    /// `\p{M}`
    Mark,
    /// `\p{P}` and `\p{S}`
    Sign,
    /// None of the others: control characters, what is unassigned.
    Rest,
    /// `\s`
    Space,
}

/// The class of each character, by pages of 256 of which most are alike.
pub(super) struct Classes {
    page_of: Vec<u8>,
    pages: Vec<[Class; 256]>,
}

impl Classes {
    pub(super) fn get() -> &'static Self {
        static CLASSES: LazyLock<Classes> = LazyLock::new(|| Classes::of(&RUNS));
        &CLASSES
    }

    fn of(runs: &[u32]) -> Self {
        let mut classes = Self {
            page_of: Vec::with_capacity(0x1100),
            pages: Vec::new(),
        };
        let mut runs = runs.iter().peekable();
        let mut class = Class::Rest;
        for first in (0..=u32::from(char::MAX)).step_by(256) {
            let page = std::array::from_fn(|offset| {
                let starts = |run: &&u32| *run >> 3 == first + offset as u32;
                class = runs.next_if(starts).map_or(class, |run| class_of(*run));
                class
            });
            classes.add(page);
        }
        classes
    }

    /// Adds the next page, once for all that are alike.
    fn add(&mut self, page: [Class; 256]) {
        let known = self.pages.iter().rposition(|known| *known == page);
        let at = known.unwrap_or(self.pages.len());
        if known.is_none() {
            self.pages.push(page);
        }
        self.page_of
            .push(u8::try_from(at).expect("few pages differ"));
    }

    #[inline]
    pub(super) fn class(&self, character: char) -> Class {
        let number = character as usize;
        let page = self.page_of[number >> 8];
        self.pages[usize::from(page)][number & 0xff]
    }
}

fn class_of(run: u32) -> Class {
    match run & 7 {
        0 => Class::Letter,
        1 => Class::Number,
        2 => Class::Mark,
        3 => Class::Sign,
        4 => Class::Rest,
        _ => Class::Space,
    }
}
