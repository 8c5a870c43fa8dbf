//! One order out of several lists: in turn, or in proportion.
//!
//! A subset is a prefix of its order, so a mix is not a property of the whole but of every prefix. Both ways
//! here hold theirs at every length, which is what makes a subset of 100 comparable with one of 10,000.

use std::cmp::Ordering;

/// A list with the key that decides who comes first where the rule leaves it open.
pub(crate) type Keyed<T> = (u128, Vec<T>);

/// Round-robin in the order of keys, ending where a list is empty at its turn: counts differ by at most one
/// at every prefix.
///
/// ```
/// use gradatim::select::turns::in_turn;
/// assert_eq!(in_turn(vec![(7, vec!["a", "b", "c"]), (2, vec!["x"])]), ["x", "a"]);
/// ```
pub fn in_turn<T>(mut lists: Vec<Keyed<T>>) -> Vec<T> {
    lists.sort_by_key(|(key, _)| *key);
    let mut lists: Vec<_> = lists
        .into_iter()
        .map(|(_, list)| list.into_iter())
        .collect();
    let mut taken = Vec::new();
    if lists.is_empty() {
        return taken;
    }
    loop {
        for list in &mut lists {
            match list.next() {
                Some(item) => taken.push(item),
                None => return taken,
            }
        }
    }
}

/// All of the lists in the proportion of their lengths: at every prefix each list's count is less than one
/// away from its exact share.
///
/// Of the lists that are not ahead of their share the one that must come next soonest comes next, which is
/// R. Tijdeman's answer to the chairman assignment problem (*Discrete Mathematics* 32, 1980): with `k` lists
/// no count is ever further than `1 - 1/(2k - 2)` from its share, and no rule does better for all lengths.
pub(crate) fn in_proportion<T>(mut lists: Vec<Keyed<T>>) -> Vec<T> {
    lists.retain(|(_, list)| !list.is_empty());
    lists.sort_by_key(|(key, _)| *key);
    if lists.len() < 2 {
        return lists.pop().map_or_else(Vec::new, |(_, list)| list);
    }
    let lengths: Vec<i128> = lists.iter().map(|(_, list)| list.len() as i128).collect();
    let all: i128 = lengths.iter().sum();
    let slack = 2 * lengths.len() as i128 - 2;
    let mut lists: Vec<_> = lists
        .into_iter()
        .map(|(_, list)| list.into_iter())
        .collect();
    let mut counts = vec![0; lists.len()];
    let mut taken = Vec::with_capacity(all as usize);
    for step in 1..=all {
        // All times `all * slack`: how far a list's count lies behind its share, before this step.
        let behind = |at: usize| (lengths[at] * step - counts[at] * all) * slack;
        let due = (0..lists.len()).filter(|&at| behind(at) >= all);
        // How many steps it can wait, times `slack * lengths[at]`.
        let patience = |at: usize| all * (slack - 1) - behind(at);
        let sooner = |&a: &usize, &b: &usize| -> Ordering {
            (patience(a) * lengths[b]).cmp(&(patience(b) * lengths[a]))
        };
        let next = due.min_by(sooner).and_then(|at| {
            counts[at] += 1;
            lists[at].next()
        });
        let Some(item) = next else {
            unreachable!(
                "some list is due at every step, and none is ahead of its share by a whole one"
            );
        };
        taken.push(item);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keyed(lengths: &[usize], keys: &[u128]) -> Vec<Keyed<usize>> {
        let lists = lengths.iter().enumerate();
        let lists = lists.map(|(list, &length)| (keys[list], vec![list; length]));
        lists.collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn every_prefix_has_the_proportions_of_the_whole(
            lengths in prop::collection::vec(0usize..60, 1..9),
            keys in prop::collection::vec(any::<u128>(), 9),
        ) {
            let order = in_proportion(keyed(&lengths, &keys));
            let all: usize = lengths.iter().sum();
            prop_assert_eq!(order.len(), all);
            let mut counts = vec![0usize; lengths.len()];
            for (at, list) in order.into_iter().enumerate() {
                counts[list] += 1;
                for (count, length) in counts.iter().zip(&lengths) {
                    // |count - share| < 1, without a fraction.
                    prop_assert!((count * all).abs_diff(length * (at + 1)) < all);
                }
            }
        }

        #[test]
        fn in_turn_no_list_is_more_than_one_ahead(
            lengths in prop::collection::vec(0usize..20, 1..9),
            keys in prop::collection::vec(any::<u128>(), 9),
        ) {
            let shortest = lengths.iter().copied().min().unwrap_or_default();
            let order = in_turn(keyed(&lengths, &keys));
            prop_assert!(order.len() >= shortest * lengths.len());
            let mut counts = vec![0usize; lengths.len()];
            for list in order {
                counts[list] += 1;
                let (least, most) = (counts.iter().min(), counts.iter().max());
                prop_assert!(most.unwrap() - least.unwrap() <= 1);
            }
        }
    }
}
