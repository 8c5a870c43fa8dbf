//! What a text consists of, in half a kilobyte: enough to tell an edited text from another one.
//!
//! A text is the set of its windows of eight bytes, and of their hashes the smallest stand for it (Broder, "On the
//! resemblance and containment of documents", 1997): the share of windows that two texts have in common is the share
//! of the smallest hashes of both that both have. Below as many windows it is exact.

/// Bytes of a window: one changed word changes about as many windows as it has letters, and these.
const WINDOW: usize = 8;

/// Hashes that stand for a text: the error of a share is some 0.06.
const KEPT: usize = 64;

/// The smallest hashes of a text's windows, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sketch(Box<[u64]>);

impl Sketch {
    pub(super) fn of(text: &str) -> Self {
        let mut kept: Vec<u64> = Vec::with_capacity(2 * KEPT);
        let mut most = u64::MAX;
        for window in text.as_bytes().windows(WINDOW) {
            let mut bytes = [0; WINDOW];
            bytes.copy_from_slice(window);
            let hash = mixed(u64::from_le_bytes(bytes));
            if hash < most {
                kept.push(hash);
                if kept.len() == 2 * KEPT {
                    least(&mut kept);
                    most = if kept.len() == KEPT {
                        kept[KEPT - 1]
                    } else {
                        u64::MAX
                    };
                }
            }
        }
        least(&mut kept);
        Self(kept.into())
    }

    /// The share of windows that both texts have, of all that one of them has; 0 where one has none.
    pub(super) fn similarity(&self, other: &Self) -> f64 {
        let mut union: Vec<u64> = self.0.iter().chain(&other.0).copied().collect();
        least(&mut union);
        let both = |hash: &&u64| {
            let has = |sketch: &Self| sketch.0.binary_search(hash).is_ok();
            has(self) && has(other)
        };
        match union.len() {
            0 => 0.0,
            all => union.iter().filter(both).count() as f64 / all as f64,
        }
    }
}

/// The smallest of the hashes, each once, in their order.
fn least(hashes: &mut Vec<u64>) {
    hashes.sort_unstable();
    hashes.dedup();
    hashes.truncate(KEPT);
}

/// A hash that spreads numbers evenly: the finaliser of SplitMix64 (Steele and others, 2014).
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// The share by its definition, of all windows.
    fn exact(one: &str, other: &str) -> f64 {
        let windows =
            |text: &'static str| -> HashSet<&[u8]> { text.as_bytes().windows(WINDOW).collect() };
        let [one, other] = [one, other].map(|text| windows(text.to_owned().leak()));
        one.intersection(&other).count() as f64 / one.union(&other).count() as f64
    }

    #[test]
    fn the_share_of_short_texts_is_exact_and_of_long_ones_nearly() {
        let (one, other) = ("so the answer is twelve", "so the answer is eleven");
        let near = Sketch::of(one).similarity(&Sketch::of(other));
        assert_eq!(near, exact(one, other));
        for changed in [1, 5, 20, 60] {
            let text = |changed: usize| -> String {
                let number = |at: usize| {
                    if at < changed {
                        at * 7919 + 3
                    } else {
                        at * 104_729
                    }
                };
                (0..100)
                    .map(|at| format!("Step {at} gives {}. ", number(at)))
                    .collect()
            };
            let (one, other) = (text(0), text(changed));
            let near = Sketch::of(&one).similarity(&Sketch::of(&other));
            assert!(
                (near - exact(&one, &other)).abs() < 0.2,
                "{changed}: {near}"
            );
        }
    }

    #[test]
    fn a_text_of_no_window_is_like_none() {
        let (none, some) = (Sketch::of("4"), Sketch::of("so it is four"));
        assert_eq!(none.similarity(&none), 0.0);
        assert_eq!(none.similarity(&some), 0.0);
        assert_eq!(some.similarity(&some), 1.0);
    }
}
