//! Tests that ask nothing of how differences are distributed: each could as well have had the other sign.

use crate::eval::distributions::beta;
use crate::eval::random::Stream;
use crate::eval::table::Counts;

/// Flips that are drawn where not all can be counted.
const FLIPS: u32 = 100_000;

/// Sums that are counted exactly, and the steps that this may take; beyond, flips are drawn.
const SUMS_MAX: usize = 200_000;
const STEPS_MAX: usize = 100_000_000;

/// The share of all ways to flip the signs of the differences between two runs, question by question, whose sum lies as
/// far from 0 as the one that was seen. Counted exactly where attempts make few different sums, else from 100,000 flips with
/// the seed.
pub fn sign_flip(a: &[Counts], b: &[Counts], seed: u64) -> f64 {
    match whole_differences(a, b) {
        Some(differences) => exact(&differences).unwrap_or_else(|| {
            let values: Vec<f64> = differences.iter().map(|&each| each as f64).collect();
            drawn(&values, seed)
        }),
        None => {
            let values: Vec<f64> = a.iter().zip(b).map(|(a, b)| a.mean() - b.mean()).collect();
            drawn(&values, seed)
        }
    }
}

/// McNemar's exact test of single answers: so many questions that only one run solved, so many that only the other did.
pub fn mcnemar(wins: u32, losses: u32) -> f64 {
    let all = f64::from(wins) + f64::from(losses);
    let few = f64::from(wins.min(losses));
    // P(X ≤ few) of a binomial by half: a beta's share.
    (2.0 * beta(0.5, all - few, few + 1.0)).min(1.0)
}

/// Differences in units in which all are whole; none where there is no such unit of a size.
fn whole_differences(a: &[Counts], b: &[Counts]) -> Option<Vec<i64>> {
    let mut unit = 1_i64;
    for each in a.iter().chain(b) {
        let of = i64::from(each.of.max(1));
        unit = unit / common_divisor(unit, of) * of;
        if unit > 1_000_000 {
            return None;
        }
    }
    let whole = |each: &Counts| unit / i64::from(each.of.max(1)) * i64::from(each.right);
    Some(a.iter().zip(b).map(|(a, b)| whole(a) - whole(b)).collect())
}

fn common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// By the distribution of the sum; none where it has too many values.
fn exact(differences: &[i64]) -> Option<f64> {
    let unit = differences
        .iter()
        .fold(0, |unit, each| common_divisor(unit, each.abs()));
    let steps: Vec<usize> = differences
        .iter()
        .filter(|each| **each != 0)
        .map(|each| usize::try_from(each.abs() / unit).ok())
        .collect::<Option<_>>()?;
    let reach: usize = steps.iter().sum();
    if reach > SUMS_MAX || reach * steps.len() > STEPS_MAX {
        return None;
    }
    // The share of flips whose negative ones make so much; a sum is the reach less twice that.
    let mut shares = vec![0.0_f64; reach + 1];
    shares[0] = 1.0;
    let mut so_far = 0;
    for step in steps {
        so_far += step;
        for at in (0..=so_far).rev() {
            let flipped = at.checked_sub(step).map_or(0.0, |without| shares[without]);
            shares[at] = (shares[at] + flipped) / 2.0;
        }
    }
    let seen = differences.iter().sum::<i64>().unsigned_abs() as usize / unit.max(1) as usize;
    let far = shares
        .iter()
        .enumerate()
        .filter(|(negative, _)| reach.abs_diff(2 * negative) >= seen);
    Some(far.map(|(_, share)| share).sum::<f64>().min(1.0))
}

/// By drawing; what was seen is one of the flips.
fn drawn(values: &[f64], seed: u64) -> f64 {
    let seen = values.iter().sum::<f64>().abs() * (1.0 - 1e-12);
    let mut stream = Stream::new(seed);
    let far = (0..FLIPS).filter(|_| {
        let words = values.chunks(64);
        let sum: f64 = words.map(|some| flipped(some, stream.bits())).sum();
        sum.abs() >= seen
    });
    (far.count() as f64 + 1.0) / (f64::from(FLIPS) + 1.0)
}

/// The sum of up to 64 values, each with its sign turned where its bit is set, the highest first. Without a branch: half of
/// them would be foretold wrongly.
fn flipped(values: &[f64], mut bits: u64) -> f64 {
    let mut sum = 0.0;
    for value in values {
        sum += f64::from_bits(value.to_bits() ^ (bits & (1 << 63)));
        bits <<= 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nine wins of nine: two of 512 ways. McNemar's of 32 to 4 is 2 Σ C(36, k) / 2^36 over k to 4.
    #[test]
    fn single_answers_have_mcnemars_p() {
        let a = [Counts::new(1, 1); 9];
        let b = [Counts::new(0, 1); 9];
        assert!((sign_flip(&a, &b, 0) - 2.0 / 512.0).abs() < 1e-15);
        assert!((mcnemar(9, 0) - 2.0 / 512.0).abs() < 1e-14);
        let ways = 1.0 + 36.0 + 630.0 + 7140.0 + 58905.0;
        assert!((mcnemar(32, 4) - 2.0 * ways / 2.0_f64.powi(36)).abs() < 1e-15);
        assert_eq!(mcnemar(3, 3), 1.0);
        assert_eq!(mcnemar(0, 0), 1.0);
    }

    #[test]
    fn drawn_flips_say_nearly_what_counted_ones_do() {
        let right = [8, 5, 3, 8, 1, 0, 7, 2, 6, 4, 8, 8];
        let a = right.map(|right| Counts::new(right, 8));
        let b = right.map(|right| Counts::new(right * 3 / 4, 8));
        let counted = sign_flip(&a, &b, 0);
        let values: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a.mean() - b.mean()).collect();
        assert!((drawn(&values, 1) - counted).abs() < 0.002, "{counted}");
    }
}
