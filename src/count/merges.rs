//! The merges of a byte-level vocabulary, and how many tokens they leave of a piece.
//!
//! A symbol is a byte or what a merge made, numbered in the order of the merges; which id the vocabulary gives it is of no
//! matter to a count. All merges lie in one flat table of 64-bit words by the pair that they join, made anew in some
//! milliseconds at each start from the pairs alone.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// More bytes than this are merged with a heap: looking for the least over and over takes a square of the time.
const SHORT: usize = 48;

/// Bits of a symbol in a word of the table.
const SYMBOL: u32 = 21;
/// Symbols that fit in such a word.
pub(super) const SYMBOLS: usize = (1 << SYMBOL) - 1;
/// No merge.
const NONE: u64 = u64::MAX;
/// What stands for a symbol that is no more.
const GONE: u32 = u32::MAX;

/// A merge: the two symbols that it joins, and the one that it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Merge {
    pub left: u32,
    pub right: u32,
    pub made: u32,
}

/// Merges by pair; the earliest in order goes first.
#[derive(Debug)]
pub(super) struct Merges {
    /// `left, right, rank` in 21 bits each, open addressing; [`NONE`] where empty.
    table: Vec<u64>,
    shift: u32,
    /// The symbol that each merge makes, by rank.
    made: Vec<u32>,
}

impl Merges {
    /// Of merges in their order. Of two with the same pair the later holds, as in the tokenizers library.
    pub(super) fn new(merges: &[Merge]) -> Self {
        let slots = (merges.len() * 3 / 2).next_power_of_two().max(2);
        let mut table = Self {
            table: vec![NONE; slots],
            shift: u64::BITS - slots.trailing_zeros(),
            made: merges.iter().map(|merge| merge.made).collect(),
        };
        for (rank, merge) in (0_u64..).zip(merges) {
            let slot = table.slot(pair(merge.left, merge.right));
            table.table[slot] = pair(merge.left, merge.right) << SYMBOL | rank;
        }
        table
    }

    /// Where a pair lies, or would.
    fn slot(&self, pair: u64) -> usize {
        let mask = self.table.len() - 1;
        let mut at = (pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize;
        while self.table[at & mask] != NONE && self.table[at & mask] >> SYMBOL != pair {
            at += 1;
        }
        at & mask
    }

    /// The rank of the merge of two symbols; `u32::MAX` where there is none.
    fn rank(&self, left: u32, right: u32) -> u32 {
        match self.table[self.slot(pair(left, right))] {
            NONE => u32::MAX,
            found => (found & ((1 << SYMBOL) - 1)) as u32,
        }
    }

    /// How many tokens a piece is.
    pub(super) fn count(&self, piece: &[u8]) -> usize {
        match piece.len() {
            0 | 1 => piece.len(),
            2..=SHORT => self.count_short(piece),
            _ => self.count_long(piece),
        }
    }

    /// Joins the first of the pairs of least rank until there is none.
    fn count_short(&self, piece: &[u8]) -> usize {
        let mut symbols = [0_u32; SHORT];
        let mut ranks = [u32::MAX; SHORT];
        let mut len = piece.len();
        for (symbol, byte) in symbols.iter_mut().zip(piece) {
            *symbol = u32::from(*byte);
        }
        for at in 0..len - 1 {
            ranks[at] = self.rank(symbols[at], symbols[at + 1]);
        }
        while let Some((at, rank)) = least(&ranks[..len - 1]) {
            symbols[at] = self.made[rank as usize];
            symbols.copy_within(at + 2..len, at + 1);
            ranks.copy_within(at + 1..len, at);
            len -= 1;
            if at > 0 {
                ranks[at - 1] = self.rank(symbols[at - 1], symbols[at]);
            }
            ranks[at] = match at + 1 < len {
                true => self.rank(symbols[at], symbols[at + 1]),
                false => u32::MAX,
            };
        }
        len
    }

    fn count_long(&self, piece: &[u8]) -> usize {
        let mut chain = Chain::of(self, piece);
        let mut left = piece.len();
        while let Some(Reverse((rank, at))) = chain.due.pop() {
            left -= usize::from(chain.merge(rank, at as usize));
        }
        left
    }
}

/// The least of ranks and where it first is; none where no pair merges.
#[inline]
fn least(ranks: &[u32]) -> Option<(usize, u32)> {
    let mut best = (0, u32::MAX);
    for (at, &rank) in ranks.iter().enumerate() {
        if rank < best.1 {
            best = (at, rank);
        }
    }
    (best.1 != u32::MAX).then_some(best)
}

#[inline]
fn pair(left: u32, right: u32) -> u64 {
    u64::from(left) << SYMBOL | u64::from(right)
}

/// The symbols of a long piece, linked, and the merges that are due.
struct Chain<'m> {
    merges: &'m Merges,
    symbols: Vec<u32>,
    before: Vec<u32>,
    after: Vec<u32>,
    due: BinaryHeap<Reverse<(u32, u32)>>,
}

impl<'m> Chain<'m> {
    fn of(merges: &'m Merges, piece: &[u8]) -> Self {
        let len = piece.len() as u32;
        let mut chain = Self {
            merges,
            symbols: piece.iter().map(|byte| u32::from(*byte)).collect(),
            before: (0..len).map(|at| at.wrapping_sub(1)).collect(),
            after: (1..=len).collect(),
            due: BinaryHeap::with_capacity(piece.len()),
        };
        (0..len).for_each(|at| chain.add_due(at));
        chain
    }

    /// The merge of a symbol with the next, if there is one.
    fn add_due(&mut self, at: u32) {
        let rank = self.rank(at as usize);
        if rank != u32::MAX {
            self.due.push(Reverse((rank, at)));
        }
    }

    fn rank(&self, at: usize) -> u32 {
        let next = self.after[at] as usize;
        match (self.symbols[at], self.symbols.get(next)) {
            (GONE, _) | (_, None) => u32::MAX,
            (left, Some(right)) => self.merges.rank(left, *right),
        }
    }

    /// Joins a symbol with the next, unless another merge changed one of them meanwhile.
    fn merge(&mut self, rank: u32, at: usize) -> bool {
        if self.rank(at) != rank {
            return false;
        }
        let next = self.after[at] as usize;
        let behind = self.after[next];
        self.symbols[at] = self.merges.made[rank as usize];
        self.symbols[next] = GONE;
        self.after[at] = behind;
        if let Some(before) = self.before.get_mut(behind as usize) {
            *before = at as u32;
        }
        if self.before[at] != u32::MAX {
            self.add_due(self.before[at]);
        }
        self.add_due(at as u32);
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `ab`, `bc`, `abc` of `ab` and `c`, `aa`, `aaaa`.
    fn small() -> Merges {
        let [a, b, c] = [b'a', b'b', b'c'].map(u32::from);
        let pairs = [(a, b), (b, c), (256, c), (a, a), (259, 259)];
        let merge = |(made, (left, right))| Merge { left, right, made };
        Merges::new(&(256..).zip(pairs).map(merge).collect::<Vec<_>>())
    }

    #[test]
    fn the_earliest_merge_goes_first_and_the_leftmost_of_its_pairs() {
        let merges = small();
        for (piece, count) in [
            ("", 0),
            ("x", 1),
            ("abc", 1),
            ("bc", 1),
            ("aab", 2),
            ("bbc", 2),
            ("aaa", 2),
            ("aaaaa", 2),
        ] {
            assert_eq!(merges.count(piece.as_bytes()), count, "{piece}");
        }
    }

    #[test]
    fn a_vocabulary_without_merges_has_a_token_a_byte() {
        assert_eq!(Merges::new(&[]).count("é→".as_bytes()), 5);
    }

    #[test]
    fn a_long_piece_takes_no_square_of_time() {
        assert_eq!(small().count(&b"a".repeat(1 << 20)), 1 << 18);
    }

    proptest! {
        #[test]
        fn a_piece_counts_the_same_with_and_without_a_heap(piece in "[abcx]{2,48}") {
            let merges = small();
            prop_assert_eq!(merges.count_short(piece.as_bytes()), merges.count_long(piece.as_bytes()));
        }
    }
}
