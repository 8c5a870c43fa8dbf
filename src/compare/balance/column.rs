//! One measured variable over all that was accepted, and what is said of two samples of it.
//!
//! A value is held as its rank among the distinct ones. Samples are sorted before they are summed, so
//! that no figure depends on the order of rows, and Kolmogorov-Smirnov's D is one walk along two sorted
//! lists. Logarithms are `libm`'s: the same bits on every machine.

/// The rank of an entry whose value is not known, or that was not accepted.
const UNKNOWN: u32 = u32::MAX;

/// What differences of a variable are taken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// As it is measured.
    Plain,
    /// ln(1 + x), for counts over several powers of ten.
    Log,
}

impl Scale {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Log => "log",
        }
    }

    fn of(self, value: f64) -> f64 {
        match self {
            Self::Plain => value,
            Self::Log => libm::log1p(value),
        }
    }
}

/// A variable's value for each entry.
pub(super) struct RankedColumn {
    /// For each entry, the rank of its value among the distinct ones.
    ranks: Vec<u32>,
    /// The distinct values, ascending.
    values: Vec<f64>,
    /// The same on the scale of differences.
    scaled: Vec<f64>,
    /// Of all known values on that scale.
    mean: f64,
    /// Standard deviation of all known values on that scale; 0 where they are all the same.
    pub sd: f64,
}

/// A sample of a column: the known values of some entries.
pub(super) struct Sample {
    /// Ascending.
    ranks: Vec<u32>,
    /// In the variable's own unit; none where no value is known.
    pub mean: Option<f64>,
    /// On the scale of differences.
    scaled_mean: f64,
    /// With n - 1 below the sum, on the scale of differences; none below two values.
    variance: Option<f64>,
}

/// What is said of two samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Contrast {
    pub difference: Option<f64>,
    pub smd: Option<f64>,
    pub variance_ratio: Option<f64>,
    pub ks: Option<f64>,
}

impl RankedColumn {
    /// `values` has one place for each entry; none where it is not known or the entry was not accepted.
    pub(super) fn new(values: &[Option<f64>], scale: Scale) -> Self {
        let mut distinct: Vec<f64> = values.iter().flatten().copied().collect();
        distinct.sort_unstable_by(f64::total_cmp);
        distinct.dedup();
        let rank = |value: f64| distinct.partition_point(|&other| other < value) as u32;
        let ranks: Vec<u32> = values
            .iter()
            .map(|value| value.map_or(UNKNOWN, rank))
            .collect();
        let scaled: Vec<f64> = distinct.iter().map(|&value| scale.of(value)).collect();
        let (mean, sd) = moments(&ranks, &scaled);
        Self {
            mean,
            sd,
            ranks,
            values: distinct,
            scaled,
        }
    }

    /// How many standard deviations an entry's value lies above the mean; none where it is not known, or all are the same.
    pub(super) fn standardised(&self, entry: u32) -> Option<f64> {
        let rank = self.ranks[entry as usize];
        let value = self.scaled.get(rank as usize)?;
        (self.sd > 0.0).then(|| (value - self.mean) / self.sd)
    }

    /// The sample of some entries, which may be in any order.
    pub(super) fn sample(&self, entries: &[u32]) -> Sample {
        let ranks = entries.iter().map(|&entry| self.ranks[entry as usize]);
        let mut ranks: Vec<u32> = ranks.filter(|&rank| rank != UNKNOWN).collect();
        ranks.sort_unstable();
        let count = ranks.len() as f64;
        let sum = |values: &[f64]| ranks.iter().map(|&rank| values[rank as usize]).sum::<f64>();
        let scaled_mean = sum(&self.scaled) / count;
        let square = |&rank: &u32| (self.scaled[rank as usize] - scaled_mean).powi(2);
        let squares: f64 = ranks.iter().map(square).sum();
        // Where all are the same the mean may still be rounded.
        let same = ranks.first() == ranks.last();
        Sample {
            mean: (!ranks.is_empty()).then(|| sum(&self.values) / count),
            scaled_mean,
            variance: (ranks.len() > 1).then(|| if same { 0.0 } else { squares / (count - 1.0) }),
            ranks,
        }
    }

    /// The first sample against the second.
    pub(super) fn contrast(&self, first: &Sample, second: &Sample) -> Contrast {
        if first.ranks.is_empty() || second.ranks.is_empty() {
            return Contrast::default();
        }
        let difference = first.scaled_mean - second.scaled_mean;
        let ratio = |(a, b): (f64, f64)| (b > 0.0).then(|| a / b);
        Contrast {
            difference: Some(difference),
            smd: (self.sd > 0.0).then(|| difference / self.sd),
            variance_ratio: first.variance.zip(second.variance).and_then(ratio),
            ks: Some(largest_gap(&first.ranks, &second.ranks)),
        }
    }
}

impl Sample {
    /// How many values are known.
    pub(super) fn known(&self) -> u32 {
        self.ranks.len() as u32
    }
}

/// Mean and standard deviation of all known values, with n below the sum: the pool is whole and no sample.
fn moments(ranks: &[u32], scaled: &[f64]) -> (f64, f64) {
    let mut counts = vec![0_u64; scaled.len()];
    for &rank in ranks.iter().filter(|&&rank| rank != UNKNOWN) {
        counts[rank as usize] += 1;
    }
    if let [] | [_] = scaled {
        return (scaled.first().copied().unwrap_or_default(), 0.0);
    }
    let count = counts.iter().sum::<u64>() as f64;
    let pairs = || counts.iter().map(|&count| count as f64).zip(scaled);
    let mean = pairs().map(|(count, value)| count * value).sum::<f64>() / count;
    let squares = pairs().map(|(count, value)| count * (value - mean).powi(2));
    let variance = squares.sum::<f64>() / count;
    (mean, variance.sqrt())
}

/// Kolmogorov-Smirnov's D: the largest distance between the two samples' distribution functions.
fn largest_gap(first: &[u32], second: &[u32]) -> f64 {
    let (mut i, mut j, mut gap) = (0, 0, 0.0_f64);
    while i < first.len() && j < second.len() {
        let value = first[i].min(second[j]);
        i += run_of(&first[i..], value);
        j += run_of(&second[j..], value);
        let here = i as f64 / first.len() as f64 - j as f64 / second.len() as f64;
        gap = gap.max(here.abs());
    }
    gap
}

/// How many of the leading ranks are this one.
fn run_of(ranks: &[u32], value: u32) -> usize {
    ranks.iter().take_while(|&&rank| rank == value).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(values: &[f64], scale: Scale) -> RankedColumn {
        let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
        RankedColumn::new(&values, scale)
    }

    fn close(a: Option<f64>, b: f64) -> bool {
        a.is_some_and(|a| (a - b).abs() < 1e-12)
    }

    /// By hand: the values 1 to 8 have mean 4.5 and variance 5.25 (n below); {1, 2, 3, 8} and {4, 5, 6, 7}
    /// differ by 3.5 - 5.5; their variances (n - 1 below) are 29/3 and 5/3; after 3 the functions stand at
    /// 3/4 and 0.
    #[test]
    fn two_samples_of_eight_numbers_are_told_as_by_hand() {
        let all = column(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], Scale::Plain);
        let contrast = all.contrast(&all.sample(&[7, 0, 1, 2]), &all.sample(&[3, 4, 5, 6]));
        assert!(close(Some(all.sd), 5.25_f64.sqrt()));
        assert!(close(contrast.difference, -2.0));
        assert!(close(contrast.smd, -2.0 / 5.25_f64.sqrt()));
        assert!(close(contrast.variance_ratio, 29.0 / 5.0));
        assert!(close(contrast.ks, 0.75));
    }

    /// ln(1 + x) of 0, e - 1 and e^2 - 1 is 0, 1 and 2.
    #[test]
    fn the_log_scale_takes_differences_of_ln_1_plus_x_and_means_as_measured() {
        let e = std::f64::consts::E;
        let all = column(&[0.0, e - 1.0, e * e - 1.0], Scale::Log);
        let (first, second) = (all.sample(&[1, 2]), all.sample(&[0]));
        assert!(close(all.contrast(&first, &second).difference, 1.5));
        assert!(close(first.mean, (e + e * e) / 2.0 - 1.0));
    }

    #[test]
    fn what_cannot_be_told_is_none_and_not_zero() {
        let same = RankedColumn::new(&[Some(0.1), Some(0.1), Some(0.1), None], Scale::Plain);
        let contrast = same.contrast(&same.sample(&[0, 1]), &same.sample(&[2, 3]));
        assert_eq!(contrast.difference, Some(0.0));
        assert_eq!((contrast.smd, contrast.variance_ratio), (None, None));
        let unknown = same.sample(&[3]);
        assert_eq!((unknown.known(), unknown.mean), (0, None));
        assert_eq!(same.contrast(&unknown, &unknown), Contrast::default());
    }

    fn values() -> impl Strategy<Value = Vec<Option<f64>>> {
        let value = prop_oneof![
            Just(None),
            (0_u32..9).prop_map(|n| Some(f64::from(n))),
            (0.0..1e6).prop_map(Some)
        ];
        prop::collection::vec(value, 2..60)
    }

    proptest! {
        #[test]
        fn samples_in_any_order_are_told_alike_and_d_is_symmetric_and_at_most_one(
            values in values(), mask in prop::collection::vec(any::<bool>(), 60), log in any::<bool>()
        ) {
            let scale = if log { Scale::Log } else { Scale::Plain };
            let all = RankedColumn::new(&values, scale);
            let (mut a, mut b): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
            for entry in 0..values.len() as u32 {
                if mask[entry as usize] { a.push(entry) } else { b.push(entry) }
            }
            let there = all.contrast(&all.sample(&a), &all.sample(&b));
            let back = all.contrast(&all.sample(&b), &all.sample(&a));
            prop_assert_eq!(there.ks, back.ks);
            prop_assert!(there.ks.is_none_or(|d| (0.0..=1.0).contains(&d)));
            prop_assert_eq!(there.smd, back.smd.map(|smd| -smd));
            a.reverse();
            prop_assert_eq!(all.contrast(&all.sample(&a), &all.sample(&b)), there);
            let own = all.contrast(&all.sample(&a), &all.sample(&a));
            prop_assert!(own.smd.is_none_or(|smd| smd == 0.0) && own.ks.is_none_or(|d| d == 0.0));
        }
    }
}
