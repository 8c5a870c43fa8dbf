//! This run on these questions: nothing varies but its attempts.

use super::{Interval, NoInterval};
use crate::eval::distributions::{Z, beta_quantile};
use crate::eval::table::Counts;

/// From so many attempts at each question on their spread can be told from themselves (simulated: with fewer the closed
/// form holds the truth in as few as 64 of 100).
const ATTEMPTS_MIN: u32 = 8;

/// Where the mean over these questions of the run's true rates lies.
///
/// Below eight attempts at a question by Clopper and Pearson over all attempts: a sum of attempts of different rates varies
/// less than one of equal rates (Hoeffding 1956), so that it holds whatever they are. Where questions have different
/// numbers of attempts, as many are counted as would make the mean vary as much (Korn and Graubard 1998); for equal numbers
/// that is all. From eight on by the larger of two variances ([`attempts_variance`]).
pub fn this_run(run: &[Counts]) -> Result<Interval, NoInterval> {
    let fewest = run.iter().map(|each| each.of).min().unwrap_or(0);
    if fewest == 0 {
        return Err(NoInterval::NoAttempts);
    }
    let count = run.len() as f64;
    let mean = run.iter().map(Counts::mean).sum::<f64>() / count;
    if fewest >= ATTEMPTS_MIN {
        let reach = Z * attempts_variance(run).sqrt();
        return Ok(Interval::around(mean, reach).within(0.0, 1.0));
    }
    let inverse: f64 = run.iter().map(|each| 1.0 / f64::from(each.of)).sum();
    Ok(clopper_pearson(mean, count * count / inverse))
}

/// How much a run's mean varies by its attempts: the larger of what they show, Σ p(1−p)/(n−1), and what they would show if each
/// question had half an attempt more on both sides, Σ q(1−q)/(n+2) with q = (x+½)/(n+1), over the questions squared. The
/// first alone is 0 where every question is always or never solved, the second too small where none is.
pub fn attempts_variance(run: &[Counts]) -> f64 {
    let shown = |each: &Counts| {
        let mean = each.mean();
        mean * (1.0 - mean) / f64::from(each.of.saturating_sub(1)).max(1.0)
    };
    let smoothed = |each: &Counts| {
        let of = f64::from(each.of);
        let mean = (f64::from(each.right) + 0.5) / (of + 1.0);
        mean * (1.0 - mean) / (of + 2.0)
    };
    let shown: f64 = run.iter().map(shown).sum();
    let smoothed: f64 = run.iter().map(smoothed).sum();
    shown.max(smoothed) / (run.len() as f64).powi(2)
}

/// Of a share of so many, whole or not.
pub(super) fn clopper_pearson(share: f64, of: f64) -> Interval {
    let right = share * of;
    let wrong = of - right;
    let low = if right <= 0.0 {
        0.0
    } else {
        beta_quantile(0.025, right, wrong + 1.0)
    };
    let high = if wrong <= 1e-9 * of {
        1.0
    } else {
        beta_quantile(0.975, right + 1.0, wrong)
    };
    Interval { low, high }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy 1.17.1: `binomtest(3, 12).proportion_ci(method="exact")`.
    #[test]
    fn few_attempts_are_clopper_and_pearsons() {
        let run = [
            Counts::new(3, 3),
            Counts::new(0, 3),
            Counts::new(0, 3),
            Counts::new(0, 3),
        ];
        let found = this_run(&run).unwrap();
        assert!((found.low - 0.05486064452799241).abs() < 1e-9, "{found:?}");
        assert!((found.high - 0.5718584618780997).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn an_interval_is_never_a_point_however_sure_the_attempts() {
        for of in [1, 2, 8, 64] {
            for right in [0, of] {
                let found = this_run(&[Counts::new(right, of); 4]).unwrap();
                assert!(found.high - found.low > 0.005, "{right} of {of}: {found:?}");
            }
        }
        assert_eq!(this_run(&[]), Err(NoInterval::NoAttempts));
    }
}
