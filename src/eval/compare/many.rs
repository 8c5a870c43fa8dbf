//! Many comparisons at once: p so adjusted that the chance to call any of a family by mistake stays what is said.

use super::contrast::{Arm, contrast};
use crate::eval::distributions::gauss;
use crate::eval::intervals::{NoInterval, attempts_variance};
use crate::eval::random::Stream;
use crate::eval::table::{Counts, avg, mean, variance};

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

/// Dunnett's adjusted p (1955) of arms that share one control, two-sided: `draws` of each arm, `control_draws` of the
/// control, t by the spread that all share, with its degrees of freedom.
///
/// Given the control's mean and the spread, arms are independent, so that a double integral over both is all; by the
/// trapezoidal rule.
pub fn dunnett(t: &[f64], draws: &[u32], control_draws: u32, freedom: f64) -> Vec<f64> {
    let control = f64::from(control_draws);
    let loads: Vec<f64> = draws
        .iter()
        .map(|&draws| (f64::from(draws) / (f64::from(draws) + control)).sqrt())
        .collect();
    t.iter()
        .map(|&t| 1.0 - all_below(t.abs(), &loads, freedom))
        .collect()
}

/// Dunnett's adjusted p of arms against the control that they share, from the runs of each one's draws, in the order of arms.
///
/// The spread that all share is never below what attempts show, and no p is below that of the arm's own contrast: where
/// arms differ in spread, or draws agree by chance, the family's is not to be surer than one comparison alone.
pub fn against_control(
    arms: &[Vec<Vec<Counts>>],
    control: &[Vec<Counts>],
) -> Result<Vec<f64>, NoInterval> {
    let all = || arms.iter().map(Vec::as_slice).chain([control]);
    let (mut squares, mut freedom) = (0.0, 0.0);
    for arm in all() {
        let means: Vec<f64> = arm.iter().filter_map(|draw| avg(draw)).collect();
        let spread = variance(&means).ok_or(NoInterval::OneDraw)?;
        squares += spread * (means.len() as f64 - 1.0);
        freedom += means.len() as f64 - 1.0;
    }
    let attempts = mean(all().flatten().map(|draw| attempts_variance(draw)));
    let spread = (squares / freedom).max(attempts.unwrap_or(0.0));
    let count = |arm: &[Vec<Counts>]| arm.len() as u32;
    let centre = |arm: &[Vec<Counts>]| mean(arm.iter().filter_map(|draw| avg(draw)));
    let studentised = |arm: &Vec<Vec<Counts>>| {
        let each = 1.0 / f64::from(count(arm)) + 1.0 / f64::from(count(control));
        Some((centre(arm)? - centre(control)?) / (spread * each).sqrt())
    };
    let t: Option<Vec<f64>> = arms.iter().map(studentised).collect();
    let draws: Vec<u32> = arms.iter().map(|arm| count(arm)).collect();
    let t = t.ok_or(NoInterval::NoAttempts)?;
    let adjusted = dunnett(&t, &draws, count(control), freedom);
    let weighed = |weight: f64, draws: &[Vec<Counts>]| Arm {
        weight,
        draws: draws.to_vec(),
    };
    let mut p = Vec::new();
    for (arm, adjusted) in arms.iter().zip(adjusted) {
        let own = contrast(&[weighed(1.0, arm), weighed(-1.0, control)], false)?;
        p.push(adjusted.max(own.p));
    }
    Ok(p)
}

/// P(every |T| ≤ t), over the logarithm of the spread as far as its density matters.
fn all_below(t: f64, loads: &[f64], freedom: f64) -> f64 {
    const DEPTH: f64 = 42.0;
    // In the logarithm nothing changes faster than the density, however large t is.
    let step = (1.0 / (2.0 * freedom).sqrt()).min(0.5) / 4.0;
    let (mut sum, mut weights) = (0.0, 0.0);
    for (side, first) in [(1.0, 0_u32), (-1.0, 1)] {
        for at in first.. {
            let x = side * f64::from(at) * step;
            let log = freedom * (x - libm::expm1(2.0 * x) / 2.0);
            if log < -DEPTH {
                break;
            }
            let weight = libm::exp(log);
            sum += weight * all_below_at(t * libm::exp(x), loads);
            weights += weight;
        }
    }
    sum / weights
}

/// Given the spread, over the control's mean; it is the same on both sides of 0.
fn all_below_at(reach: f64, loads: &[f64]) -> f64 {
    const STEPS: i32 = 64;
    let (mut sum, mut weights) = (0.0, 0.0);
    for at in 0..=STEPS {
        let z = 8.5 * f64::from(at) / f64::from(STEPS);
        let sides = if at == 0 { 1.0 } else { 2.0 };
        let weight = sides * libm::exp(-z * z / 2.0);
        let one = |load: f64| {
            let own = (1.0 - load * load).sqrt();
            gauss((load * z + reach) / own) - gauss((load * z - reach) / own)
        };
        let all: f64 = loads
            .chunk_by(|a, b| a == b)
            .flat_map(|alike| std::iter::repeat_n(one(alike[0]), alike.len()))
            .product();
        sum += weight * all;
        weights += weight;
    }
    sum / weights
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

    /// Dunnett's table (1964): three arms of equal size with their control, 20 degrees of freedom, 5 %: 2.54.
    #[test]
    fn dunnetts_limit_is_the_tables() {
        let p = dunnett(&[2.54, 2.0, 0.0], &[6, 6, 6], 6, 20.0);
        assert!((p[0] - 0.05).abs() < 0.001, "{p:?}");
        assert!((p[2] - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_difference_without_measure_has_an_end() {
        let p = dunnett(&[1e12, f64::INFINITY], &[4, 4], 4, 9.0);
        assert!(p.iter().all(|p| (0.0..1e-12).contains(p)), "{p:?}");
    }

    /// One arm is Student's.
    #[test]
    fn one_arm_against_its_control_is_students() {
        for (t, freedom) in [(2.0, 3.0), (1.0, 6.0), (5.0, 30.0)] {
            let p = dunnett(&[t], &[4], 4, freedom)[0];
            let students = crate::eval::distributions::t_beyond(t, freedom);
            assert!((p - students).abs() < 1e-7, "{p} {students}");
        }
    }

    /// scipy 1.17.1: `dunnett([.33, .35, .32, .36], [.31, .3, .33, .28], control=[.3, .32, .31, .29])`, whose integral is
    /// drawn: the mean of 40.
    #[test]
    fn arms_against_their_control_are_scipys_dunnett() {
        let arm = |right: [u32; 4]| {
            right
                .map(|right| vec![Counts::new(right * 10_000, 1_000_000)])
                .to_vec()
        };
        let control = arm([30, 32, 31, 29]);
        let arms = [arm([33, 35, 32, 36]), arm([31, 30, 33, 28])];
        let p = against_control(&arms, &control).unwrap();
        assert!((p[0] - 0.03677).abs() < 0.0002 && p[1] > 0.99, "{p:?}");
        let one = against_control(&[vec![vec![Counts::new(1, 2)]]], &control);
        assert_eq!(one, Err(NoInterval::OneDraw));
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
