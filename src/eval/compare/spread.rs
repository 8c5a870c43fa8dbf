//! How far arms of one kind, as categories, differ beyond noise.

use crate::eval::distributions::{beta, between};

/// The spread between arms beyond that between their draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArmsSpread {
    /// Standard deviation of the arms' true means, 0 where they differ by no more than draws do.
    pub sd: f64,
    /// At least, with 95 %; 0 where they may be the same.
    pub low: f64,
    /// At most: nothing says that they are the same, only that they differ by no more.
    pub high: f64,
    /// That arms which are the same would differ as much (F).
    pub p: f64,
}

/// From the draws' means of each arm, as many in each; none with fewer than two arms or draws, or where nothing varies
/// inside of any.
///
/// F = D s²(arm means) / s²(draws) is Fisher's over 1 + D τ²/σ²; its limits are turned into limits of τ with the spread of draws
/// at its estimate (Thomas and Hultquist 1978; Burdick and Graybill 1992, *Confidence Intervals on Variance Components*).
pub fn arms_spread(arms: &[Vec<f64>]) -> Option<ArmsSpread> {
    let draws = arms.first()?.len();
    if arms.len() < 2 || draws < 2 || arms.iter().any(|arm| arm.len() != draws) {
        return None;
    }
    let means: Vec<f64> = arms
        .iter()
        .map(|arm| arm.iter().sum::<f64>() / draws as f64)
        .collect();
    let inside: Option<Vec<f64>> = arms
        .iter()
        .map(|arm| crate::eval::table::variance(arm))
        .collect();
    let inside = inside?.iter().sum::<f64>() / arms.len() as f64;
    let between_arms = crate::eval::table::variance(&means)?;
    if inside <= 0.0 {
        return None;
    }
    let [first, second] = [arms.len() as f64 - 1.0, (arms.len() * (draws - 1)) as f64];
    let each = inside / draws as f64;
    let sd = |divisor: f64| (between_arms / divisor - each).max(0.0).sqrt();
    Some(ArmsSpread {
        sd: sd(1.0),
        low: sd(f_quantile(0.975, first, second)),
        high: sd(f_quantile(0.025, first, second)),
        p: 1.0 - f(between_arms / each, first, second),
    })
}

fn f(value: f64, first: f64, second: f64) -> f64 {
    beta(
        first * value / (first * value + second),
        first / 2.0,
        second / 2.0,
    )
}

fn f_quantile(share: f64, first: f64, second: f64) -> f64 {
    let x = between(0.0, 1.0, |x| beta(x, first / 2.0, second / 2.0) - share);
    second * x / (first * (1.0 - x))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: means 1, 2, 3 of two draws each with the variance 2: s² = 1, noise 1; F = 1 on 2 and 3, whose upper share
    /// is (1 + 2/3)^(−3/2).
    #[test]
    fn arms_that_differ_as_draws_do_may_be_the_same_or_not() {
        let arm = |centre: f64| vec![centre - 1.0, centre + 1.0];
        let found = arms_spread(&[arm(1.0), arm(2.0), arm(3.0)]).unwrap();
        assert_eq!((found.sd, found.low), (0.0, 0.0));
        assert!(
            (found.p - (5.0 / 3.0_f64).powf(-1.5)).abs() < 1e-12,
            "{found:?}"
        );
        assert!(
            found.high > 1.0,
            "nothing says that they are the same: {found:?}"
        );
        assert_eq!(arms_spread(&[arm(1.0)]), None);
    }
}
