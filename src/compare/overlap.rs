//! What every two subsets share.
//!
//! Two "independent" sets that share half of their rows are not two. Subsets are many and sizes of one
//! order are prefixes of each other, so that an order is looked at once for all its sizes: an inverted
//! index says which orders hold a problem, and in which of their sizes it comes in.

use rayon::prelude::*;

use super::balance::Accepted;

/// What two subsets share. `first` comes before `second`, as they were selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Overlap {
    pub first: u32,
    pub second: u32,
    pub rows: u32,
    pub problems: u32,
}

impl Overlap {
    /// Shared over held by either, of so many of the first and so many of the second.
    pub(crate) fn jaccard(shared: u32, first: u32, second: u32) -> f64 {
        f64::from(shared) / f64::from(first + second - shared)
    }
}

/// Subsets that are prefixes of one order.
pub(crate) struct Order<'s> {
    /// The entries of the longest.
    pub entries: &'s [u32],
    /// Each subset's index and its size, by size.
    pub subsets: Vec<(u32, u32)>,
}

/// Where a problem stands in an order.
#[derive(Clone, Copy, Default)]
struct ProblemPlace {
    order: u32,
    /// The first of the order's sizes that holds it.
    size: u32,
    trajectory: u32,
    rank: u32,
    /// Whether it is the problem's first in the order, with which the problem comes in.
    is_first: bool,
}

/// The pairs that share a problem, by first and second.
pub(crate) fn overlaps(accepted: &Accepted<'_>, orders: &[Order<'_>]) -> Vec<Overlap> {
    let index = Index::new(accepted, orders);
    let of_order = |order: usize| index.overlaps(accepted, orders, order);
    let mut found: Vec<Overlap> = (0..orders.len())
        .into_par_iter()
        .flat_map_iter(of_order)
        .collect();
    found.par_sort_unstable();
    found
}

/// Which orders hold each problem.
struct Index {
    places: Vec<ProblemPlace>,
    /// Where the places of a problem begin; one more than there are problems.
    starts: Vec<usize>,
    /// Where the sizes of an order begin in a row of counts; one more than there are orders.
    columns: Vec<usize>,
}

impl Index {
    fn new(accepted: &Accepted<'_>, orders: &[Order<'_>]) -> Self {
        let mut starts = vec![0; accepted.entries.problems.len() + 1];
        for entry in orders.iter().flat_map(|order| order.entries) {
            starts[accepted.problem(*entry) as usize + 1] += 1;
        }
        running_sum(&mut starts);
        let mut next = starts.clone();
        let mut places = vec![ProblemPlace::default(); next[next.len() - 1]];
        for (at, order) in orders.iter().enumerate() {
            for (rank, &entry) in order.entries.iter().enumerate() {
                let problem = accepted.problem(entry) as usize;
                let free = &mut next[problem];
                let before = (*free > starts[problem]).then(|| places[*free - 1].order);
                places[*free] = ProblemPlace {
                    is_first: before != Some(at as u32),
                    order: at as u32,
                    size: order.size_of(rank),
                    trajectory: accepted.trajectory(entry),
                    rank: rank as u32,
                };
                *free += 1;
            }
        }
        let mut columns = vec![0];
        columns.extend(orders.iter().map(|order| order.subsets.len()));
        running_sum(&mut columns);
        Self {
            places,
            starts,
            columns,
        }
    }

    /// What the subsets of one order share with each other and with those of later orders.
    fn overlaps(&self, accepted: &Accepted<'_>, orders: &[Order<'_>], one: usize) -> Vec<Overlap> {
        let sizes = orders[one].subsets.len();
        let width = self.columns[orders.len()];
        let mut counts = vec![[0_u32; 2]; sizes * width];
        for (rank, &entry) in orders[one].entries.iter().enumerate() {
            let row = orders[one].size_of(rank) as usize * width;
            let problem = accepted.problem(entry) as usize;
            let places = &self.places[self.starts[problem]..self.starts[problem + 1]];
            let later = places.partition_point(|place| (place.order as usize) < one);
            let trajectory = accepted.trajectory(entry);
            // The order's own first place of the problem stands first among them.
            let is_first = places[later].rank == rank as u32;
            for place in &places[later..] {
                let at = row + self.columns[place.order as usize] + place.size as usize;
                counts[at][0] += u32::from(place.trajectory == trajectory);
                counts[at][1] += u32::from(is_first && place.is_first);
            }
        }
        self.sum_up(&mut counts, sizes);
        let mut found = Vec::new();
        for (size, (first, _)) in orders[one].subsets.iter().enumerate() {
            for (later, order) in orders.iter().enumerate().skip(one) {
                let own = if later == one { size + 1 } else { 0 };
                for (at, (second, _)) in order.subsets.iter().enumerate().skip(own) {
                    let [rows, problems] = counts[size * width + self.columns[later] + at];
                    if problems > 0 {
                        found.push(Overlap {
                            first: *first.min(second),
                            second: *first.max(second),
                            rows,
                            problems,
                        });
                    }
                }
            }
        }
        found
    }

    /// From counts of where problems come in to counts of what prefixes hold, along both orders.
    fn sum_up(&self, counts: &mut [[u32; 2]], sizes: usize) {
        let width = counts.len() / sizes.max(1);
        for at in width..counts.len() {
            let above = counts[at - width];
            counts[at] = [counts[at][0] + above[0], counts[at][1] + above[1]];
        }
        for row in counts.chunks_mut(width.max(1)) {
            for columns in self.columns.windows(2) {
                for at in columns[0] + 1..columns[1] {
                    let before = row[at - 1];
                    row[at] = [row[at][0] + before[0], row[at][1] + before[1]];
                }
            }
        }
    }
}

impl Order<'_> {
    /// The first of the sizes that holds a rank.
    fn size_of(&self, rank: usize) -> u32 {
        self.subsets
            .partition_point(|(_, size)| *size as usize <= rank) as u32
    }
}

fn running_sum(counts: &mut [usize]) {
    let mut sum = 0;
    for count in counts {
        sum += *count;
        *count = sum;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::compare::balance::tests::entries;

    proptest! {
        /// Against the sets themselves: every pair, counted one by one.
        #[test]
        fn orders_with_prefixes_share_what_their_sets_share(
            shuffles in prop::collection::vec((any::<u64>(), 1_usize..30), 1..6)
        ) {
            let entries = entries(60);
            let accepted = Accepted::new(&entries, (0..60).collect());
            // One of the two entries of each problem, or both, in some order.
            let orders: Vec<Vec<u32>> = shuffles
                .iter()
                .map(|&(seed, size)| {
                    let key = |problem: &u32| (u64::from(*problem) + 1).wrapping_mul(seed | 1).rotate_left(29);
                    let mut problems: Vec<u32> = (0..30).collect();
                    problems.sort_by_key(key);
                    problems.truncate(size);
                    let stands = |problem: &u32| 2 * problem + (key(problem) % 2) as u32;
                    let both = |problem: &u32| {
                        let other = (seed % 3 == 0).then_some(stands(problem) ^ 1);
                        [stands(problem)].into_iter().chain(other)
                    };
                    problems.iter().flat_map(both).collect()
                })
                .collect();
            let mut sets: Vec<&[u32]> = Vec::new();
            let orders: Vec<Order<'_>> = orders
                .iter()
                .map(|entries| {
                    let sizes: BTreeSet<u32> = [entries.len() as u32, entries.len() as u32 / 2 + 1].into();
                    let subsets = sizes.iter().filter(|&&size| size as usize <= entries.len()).map(|&size| {
                        sets.push(&entries[..size as usize]);
                        (sets.len() as u32 - 1, size)
                    });
                    Order { subsets: subsets.collect(), entries }
                })
                .collect();
            let mut expected = Vec::new();
            for (second, b) in sets.iter().enumerate() {
                for (first, a) in sets[..second].iter().enumerate() {
                    let rows = a.iter().filter(|entry| b.contains(entry)).count() as u32;
                    let problem = |entry: &u32| entry / 2;
                    let [a, b] = [a, b].map(|set| set.iter().map(problem).collect::<BTreeSet<u32>>());
                    let problems = a.intersection(&b).count() as u32;
                    if problems > 0 {
                        expected.push(Overlap { first: first as u32, second: second as u32, rows, problems });
                    }
                }
            }
            expected.sort_unstable();
            prop_assert_eq!(overlaps(&accepted, &orders), expected);
        }
    }

    #[test]
    fn jaccard_is_shared_over_held_by_either() {
        assert_eq!(Overlap::jaccard(2, 4, 3), 0.4);
        assert_eq!(Overlap::jaccard(3, 3, 3), 1.0);
    }
}
