//! Many comparisons at once: p so adjusted that the chance to call any of a family by mistake stays what is said.

use crate::eval::random::Stream;
use crate::eval::table::variance;

/// With fewer paired draws no flip of signs can be rare: of 5 draws the rarest has p = 2/32.
pub const DRAWS_MIN: usize = 6;

/// All flips of so many draws are counted; beyond, 100,000 are drawn.
const COUNTED_MAX: usize = 16;
const FLIPS: u64 = 100_000;

/// Holm's adjusted p, in the order given (1979).
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]).then(a.cmp(&b)));
    let mut adjusted = vec![1.0; p.len()];
    let mut highest = 0.0_f64;
    for (rank, &at) in order.iter().enumerate() {
        highest = highest.max(p[at] * (p.len() - rank) as f64).min(1.0);
        adjusted[at] = highest;
    }
    adjusted
}

/// Westfall and Young's single-step max-T (1993) over comparisons of paired draws, `differences[comparison][draw]`: the share
/// of flips of whole draws by which any comparison's |t| is as large as each one's. None with fewer than [`DRAWS_MIN`]
/// draws, or where comparisons have different numbers of them.
pub fn max_t(differences: &[Vec<f64>], seed: u64) -> Option<Vec<f64>> {
    let draws = differences.first()?.len();
    if draws < DRAWS_MIN || differences.iter().any(|each| each.len() != draws) {
        return None;
    }
    let seen: Vec<f64> = differences.iter().map(|each| studentised(each)).collect();
    let counted = draws <= COUNTED_MAX;
    let flips = if counted { 1_u64 << draws } else { FLIPS };
    let mut stream = Stream::new(seed);
    let mut as_large = vec![0_u64; seen.len()];
    for flip in 0..flips {
        let signs = if counted {
            vec![flip]
        } else {
            (0..draws.div_ceil(64)).map(|_| stream.bits()).collect()
        };
        let largest = differences
            .iter()
            .map(|each| flipped(each, &signs))
            .fold(0.0, f64::max);
        for (count, seen) in as_large.iter_mut().zip(&seen) {
            *count += u64::from(largest >= seen * (1.0 - 1e-12));
        }
    }
    let drawn = u64::from(!counted);
    let share = |count: u64| (count + drawn) as f64 / (flips + drawn) as f64;
    Some(as_large.into_iter().map(share).collect())
}

fn flipped(values: &[f64], signs: &[u64]) -> f64 {
    let sign = |at: usize| {
        if signs[at / 64] >> (at % 64) & 1 == 1 {
            -1.0
        } else {
            1.0
        }
    };
    let values: Vec<f64> = values
        .iter()
        .enumerate()
        .map(|(at, value)| sign(at) * value)
        .collect();
    studentised(&values)
}

/// |mean| over its standard error; where all values are the same, infinite, or 0 if they are 0.
fn studentised(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    if mean == 0.0 {
        return 0.0;
    }
    let error = (variance(values).unwrap_or(0.0) / values.len() as f64).sqrt();
    mean.abs() / error
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, as `p.adjust` of R has it.
    #[test]
    fn holms_p_never_falls_with_the_rank() {
        assert_eq!(holm(&[0.5, 0.01, 0.02]), [0.5, 0.03, 0.04]);
        assert_eq!(holm(&[0.6, 0.7]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    /// A single comparison whose draws all agree in sign: two of 64 flips.
    #[test]
    fn max_t_of_one_comparison_is_its_sign_flip_p() {
        let values = vec![0.1, 0.2, 0.15, 0.3, 0.12, 0.22];
        assert_eq!(
            max_t(std::slice::from_ref(&values), 0),
            Some(vec![2.0 / 64.0])
        );
        assert_eq!(max_t(&[values[..5].to_vec()], 0), None);
    }
}
