//! Hashes of texts and of their character n-grams, the same on every machine and in every version.
//!
//! Fingerprints are kept for years and clusters must not change with a dependency, so the few hashes that
//! they rest on are ours. N-grams are hashed by a cyclic polynomial (Cohen, "Recursive hashing functions
//! for n-grams", 1997): one step a byte, whatever the n. Whole texts and windows of them are hashed by a
//! polynomial modulo 2^61 - 1, of which any window is had from two prefixes.

/// A table of 256 fixed random words.
const BYTES: [u64; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        table[at] = mixed(0x67_72_61_64_61_74_69_6d ^ (at as u64 + 1));
        at += 1;
    }
    table
};

/// SplitMix64's finaliser: each bit of the result depends on each bit of the word.
pub(crate) const fn mixed(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// Visits each n-gram of `width` bytes (at most 63), with the byte where it starts; none where the text is
/// shorter.
pub(crate) fn grams(text: &[u8], width: usize, mut visit: impl FnMut(usize, u64)) {
    debug_assert!(
        0 < width && width < 64,
        "an n-gram fits the word that it is rolled in"
    );
    if text.len() < width {
        return;
    }
    let mut rolled: u64 = 0;
    for &byte in &text[..width] {
        rolled = rolled.rotate_left(1) ^ BYTES[byte as usize];
    }
    visit(0, mixed(rolled));
    for (start, (&leaves, &enters)) in text.iter().zip(&text[width..]).enumerate() {
        let gone = BYTES[leaves as usize].rotate_left(width as u32);
        rolled = rolled.rotate_left(1) ^ gone ^ BYTES[enters as usize];
        visit(start + 1, mixed(rolled));
    }
}

/// The modulus of [`Prefixes`]: a prime for which a product is reduced by shifts.
const PRIME: u64 = (1 << 61) - 1;
const BASE: u64 = 0x0b4e_0ef3_7bc3_2127;

const fn product(a: u64, b: u64) -> u64 {
    let wide = a as u128 * b as u128;
    reduced((wide as u64 & PRIME) + (wide >> 61) as u64)
}

/// A sum of a product and of smaller numbers, below 2^123, modulo the modulus.
fn reduced_wide(wide: u128) -> u64 {
    reduced(reduced((wide as u64 & PRIME) + (wide >> 61) as u64))
}

/// A number below twice the modulus, modulo it.
const fn reduced(number: u64) -> u64 {
    if number >= PRIME {
        number - PRIME
    } else {
        number
    }
}

/// Hashes of all prefixes of a text, which give that of any window.
pub(crate) struct Prefixes(Vec<u64>);

impl Prefixes {
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut prefixes = Vec::with_capacity(text.len() + 1);
        let mut hash = 0;
        prefixes.push(hash);
        for &byte in text {
            hash = step(hash, byte);
            prefixes.push(hash);
        }
        Self(prefixes)
    }

    /// Whether a window of so many bytes has this hash.
    pub(crate) fn has_window(&self, bytes: usize, hash: u64) -> bool {
        let shift = power(bytes);
        let ends = self.0.iter().skip(bytes);
        let mut windows = self.0.iter().zip(ends);
        windows.any(|(&before, &through)| window(before, through, shift) == hash)
    }
}

/// The hash of a window, which is [`whole`] of its bytes: from the hashes of what is before it, and of that and the
/// window, and from [`power`] of its length.
pub(crate) fn window(before: u64, through: u64, shift: u64) -> u64 {
    reduced(through + PRIME - product(before, shift))
}

/// A hash of a whole text of which no window is asked for: eight bytes a step.
pub(crate) fn digest(text: &[u8]) -> u64 {
    let (words, rest) = text.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let words = words.iter().chain([&last]);
    let hash = words.fold(text.len() as u64, |hash, word| {
        folded(hash.rotate_left(29) ^ u64::from_le_bytes(*word))
    });
    mixed(hash)
}

/// Both halves of a word's product with a fixed odd word, as one: a step of wyhash, in a third of the time of
/// [`mixed`].
fn folded(word: u64) -> u64 {
    let wide = u128::from(word ^ 0x2d35_8dcc_aa6c_78a5) * 0x8bb8_4b93_962e_acc9;
    wide as u64 ^ (wide >> 64) as u64
}

/// The hash of a whole text, as [`Prefixes`] have it of its windows.
pub(crate) fn whole(text: &[u8]) -> u64 {
    longer(0, text)
}

/// The hash of a text and what comes behind it. Eight bytes are a step: what they add does not wait for what was
/// before them.
pub(crate) fn longer(before: u64, behind: &[u8]) -> u64 {
    let (steps, rest) = behind.as_chunks::<8>();
    let hash = steps.iter().fold(before, |hash, bytes| {
        let shifted = u128::from(hash) * u128::from(POWERS[8]);
        let terms = bytes.iter().zip(POWERS[..8].iter().rev());
        let added: u128 = terms
            .map(|(&byte, &power)| u128::from(byte as u64 + 1) * u128::from(power))
            .sum();
        reduced_wide(shifted + added)
    });
    rest.iter().fold(hash, |hash, &byte| step(hash, byte))
}

/// The first powers of the base.
const POWERS: [u64; 9] = {
    let mut powers = [1; 9];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = product(powers[at - 1], BASE);
        at += 1;
    }
    powers
};

fn step(hash: u64, byte: u8) -> u64 {
    reduced(product(hash, BASE) + u64::from(byte) + 1)
}

/// The base to so many bytes' power: what [`window`] shifts by.
pub(crate) fn power(mut exponent: usize) -> u64 {
    let (mut result, mut base) = (1, BASE);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = product(result, base);
        }
        base = product(base, base);
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_that_differ_have_other_digests() {
        let texts = [
            "",
            "a",
            "b",
            "ab",
            "ba",
            "a\0",
            "abcdefgh",
            "abcdefghi",
            "bcdefghi",
        ];
        let digests: std::collections::BTreeSet<u64> =
            texts.iter().map(|text| digest(text.as_bytes())).collect();
        assert_eq!(digests.len(), texts.len());
    }

    proptest! {
        #[test]
        fn an_n_gram_has_one_hash_wherever_it_stands(text in "[ab]{0,40}", width in 1usize..12) {
            let text = text.as_bytes();
            grams(text, width, |start, hash| {
                grams(&text[start..start + width], width, |_, alone| assert_eq!(alone, hash));
            });
            let mut count = 0;
            grams(text, width, |_, _| count += 1);
            prop_assert_eq!(count, (text.len() + 1).saturating_sub(width));
        }

        #[test]
        fn a_window_has_the_hash_of_its_bytes(text in "[abc]{0,40}", start in 0usize..40, length in 0usize..40) {
            let text = text.as_bytes();
            let prefixes = Prefixes::of(text);
            let expected = text.get(start..start + length).map(whole);
            if let Some(hash) = expected {
                let (before, through) = (whole(&text[..start]), whole(&text[..start + length]));
                prop_assert_eq!(window(before, through, power(length)), hash);
                prop_assert!(prefixes.has_window(length, hash));
            }
            prop_assert!(!prefixes.has_window(length, whole(b"d")) || length == 0);
        }

        #[test]
        fn a_text_has_one_hash_in_whatever_pieces_it_comes(text in "\\PC{0,60}", at in 0usize..90) {
            let (before, behind) = text.as_bytes().split_at(at.min(text.len()));
            prop_assert_eq!(longer(whole(before), behind), text.bytes().fold(0, step));
        }
    }
}
