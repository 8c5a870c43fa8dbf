//! What pieces counted when they were met before.
//!
//! Text repeats itself: a few thousand pieces are nearly all of it. A piece of up to seven bytes lies with its length and
//! its count in one 64-bit word, one of up to fifteen in two, so that a look-up is a product, a load and a comparison.
//! What was met last has one place in a small table, which the cache of a core holds; four times as many are kept behind
//! it. Longer pieces are in a map that is emptied when it is full. A key holds all of its piece: no other can be taken for
//! it, as could be where only a hash is compared. Two megabytes a thread, and never more.

use std::collections::HashMap;

/// Longer pieces than this are counted anew.
const LONG_BYTES: usize = 256;
const LONG_PIECES: usize = 1 << 13;
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Pieces by what they counted.
#[derive(Default)]
pub(super) struct Cache {
    short: Table<1>,
    middle: Table<2>,
    long: HashMap<Box<[u8]>, u32, foldhash::fast::FixedState>,
}

/// Bits of the first `len` bytes of eight.
const LOW: [u64; 9] = {
    let mut low = [u64::MAX; 9];
    let mut len = 0;
    while len < 8 {
        low[len] = (1 << (8 * len)) - 1;
        len += 1;
    }
    low
};

impl Cache {
    /// The count of the first `len` bytes of eight, at most seven; `count` tells that of a new piece.
    #[inline(always)]
    pub(super) fn short(
        &mut self,
        eight: u64,
        len: usize,
        count: impl FnOnce(&[u8]) -> usize,
    ) -> u32 {
        self.short
            .count([eight & LOW[len & 7] | (len as u64) << LENGTH], count)
    }

    /// The same of sixteen, at least eight and at most fifteen.
    #[inline(always)]
    pub(super) fn middle(
        &mut self,
        [low, high]: [u64; 2],
        len: usize,
        count: impl FnOnce(&[u8]) -> usize,
    ) -> u32 {
        let high = high & LOW[(len - 8) & 7] | (len as u64) << LENGTH;
        self.middle.count([low, high], count)
    }

    /// The count of a piece of more than fifteen bytes.
    pub(super) fn count_long(&mut self, piece: &[u8], count: impl FnOnce(&[u8]) -> usize) -> usize {
        if piece.len() > LONG_BYTES {
            return count(piece);
        }
        if let Some(known) = self.long.get(piece) {
            return *known as usize;
        }
        if self.long.len() == LONG_PIECES {
            self.long.clear();
        }
        let counted = count(piece);
        self.long.insert(piece.into(), counted as u32);
        counted
    }
}

/// Where the length starts in a key's last word, and the count in a slot's: the bytes are below.
const LENGTH: u32 = 56;
const COUNT: u32 = 60;

/// Pieces of up to `8 * WORDS - 1` bytes. What was met last lies in `near`, where each has one place, all in `far`.
struct Table<const WORDS: usize> {
    near: Box<[[u64; WORDS]; PLACES]>,
    far: Box<[[[u64; WORDS]; WAYS]; PLACES]>,
}

/// Places, of each a slot near and some far.
const PLACES: usize = 1 << 14;
/// Pieces that share a place; of more, the first goes.
const WAYS: usize = 4;

impl<const WORDS: usize> Default for Table<WORDS> {
    fn default() -> Self {
        Self {
            near: slots([0; WORDS]),
            far: slots([[0; WORDS]; WAYS]),
        }
    }
}

fn slots<T: Copy, const COUNT: usize>(empty: T) -> Box<[T; COUNT]> {
    let slots = vec![empty; COUNT].into_boxed_slice();
    slots.try_into().unwrap_or_else(|_| unreachable!("as many"))
}

/// Whether a slot holds a key.
#[inline(always)]
fn holds<const WORDS: usize>(slot: &[u64; WORDS], key: &[u64; WORDS]) -> bool {
    let last = WORDS - 1;
    slot[..last] == key[..last] && (slot[last] ^ key[last]) << (64 - COUNT) == 0
}

/// Of a key: the upper bits of a product depend on all of it.
#[inline(always)]
fn place<const WORDS: usize>(key: &[u64; WORDS]) -> usize {
    let folded = key
        .iter()
        .fold(0_u64, |mixed, word| mixed.rotate_left(29) ^ word);
    (folded.wrapping_mul(MULTIPLIER) >> (u64::BITS - PLACES.ilog2())) as usize
}

impl<const WORDS: usize> Table<WORDS> {
    #[inline(always)]
    fn count(&mut self, key: [u64; WORDS], count: impl FnOnce(&[u8]) -> usize) -> u32 {
        let at = place(&key);
        if !holds(&self.near[at], &key) {
            self.fetch(key, at, count);
        }
        (self.near[at][WORDS - 1] >> COUNT) as u32
    }

    /// Brings a piece near.
    #[cold]
    #[inline(never)]
    fn fetch(&mut self, key: [u64; WORDS], at: usize, count: impl FnOnce(&[u8]) -> usize) {
        let ways = &mut self.far[at];
        let known = ways.iter().find(|slot| holds(slot, &key)).copied();
        let slot = known.unwrap_or_else(|| {
            let slot = counted(key, count);
            ways.rotate_right(1);
            ways[0] = slot;
            slot
        });
        self.near[at] = slot;
    }
}

/// The slot of a new piece.
fn counted<const WORDS: usize>(
    mut key: [u64; WORDS],
    count: impl FnOnce(&[u8]) -> usize,
) -> [u64; WORDS] {
    let mut bytes = [0; 16];
    for (eight, word) in bytes.chunks_exact_mut(8).zip(key) {
        eight.copy_from_slice(&word.to_le_bytes());
    }
    let last = &mut key[WORDS - 1];
    let len = (*last >> LENGTH) as usize;
    *last |= (count(&bytes[..len]) as u64) << COUNT;
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(bytes: &[u8]) -> u64 {
        let mut word = [0xff; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    }

    #[test]
    fn a_piece_is_counted_once_and_seen_whole() {
        let mut cache = Cache::default();
        let mut seen = Vec::new();
        for piece in [&b"ab"[..], b"ab", b"ab\0", b"seven77"] {
            let counted = cache.short(word(piece), piece.len(), |bytes| {
                seen.push(bytes.to_vec());
                bytes.len()
            });
            assert_eq!(counted as usize, piece.len());
        }
        assert_eq!(seen, [&b"ab"[..], b"ab\0", b"seven77"]);
    }

    #[test]
    fn so_is_one_of_two_words() {
        let mut cache = Cache::default();
        let mut seen = Vec::new();
        for piece in [
            &b"eight888"[..],
            b"eight888",
            b"eight888\0",
            b"fifteen fifteen",
        ] {
            let words = [word(&piece[..8]), word(&piece[8..])];
            let counted = cache.middle(words, piece.len(), |bytes| {
                seen.push(bytes.to_vec());
                bytes.len()
            });
            assert_eq!(counted as usize, piece.len());
        }
        assert_eq!(seen, [&b"eight888"[..], b"eight888\0", b"fifteen fifteen"]);
    }

    #[test]
    fn pieces_that_share_a_place_keep_their_counts() {
        let mut cache = Cache::default();
        for round in 0..2 {
            for number in 0..200_000_u64 {
                let bytes = number.to_le_bytes();
                let count = |bytes: &[u8]| usize::from(bytes[0] & 7);
                assert_eq!(
                    u64::from(cache.short(word(&bytes[..7]), 7, count)),
                    number & 7,
                    "{round}"
                );
            }
        }
    }
}
