//! Which n-grams of words many problems have: what AIME's items end with, what every task begins with.
//!
//! Such an n-gram says nothing about which problem it is from. `data/common_grams.filter` marks those that one in
//! [`PROBLEMS_PER_COMMON_GRAM`] problems has or more, as counted by `cargo bench --bench detectors -- --common`
//! on every other problem of NuminaMath, DeepScaleR, MATH's training set and Omni-MATH; the other half is what
//! the detector is judged by. It is a Bloom filter of two bits an n-gram: one n-gram in two hundred is taken
//! for a common one by chance.

/// One of so many problems has a common n-gram.
pub const PROBLEMS_PER_COMMON_GRAM: usize = 2000;

/// Bits of the filter.
pub const FILTER_BITS: u64 = 1 << 19;

static FILTER: &[u8; FILTER_BITS as usize / 8] =
    include_bytes!("../../../data/common_grams.filter");

/// The two bits of an n-gram.
pub fn bits(gram: u64) -> [u64; 2] {
    [gram % FILTER_BITS, gram / FILTER_BITS % FILTER_BITS]
}

pub(crate) fn is_common(gram: u64) -> bool {
    let is_set = |bit: u64| FILTER[(bit / 8) as usize] >> (bit % 8) & 1 == 1;
    bits(gram).into_iter().all(is_set)
}
