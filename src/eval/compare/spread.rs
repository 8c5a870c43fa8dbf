//! How far arms of one kind, as categories, differ beyond noise.

use crate::eval::distributions::{between, f, f_noncentral};
use crate::eval::intervals::{NoInterval, attempts_variance};
use crate::eval::table::{Counts, avg, mean, variance};

/// The spread between these very arms beyond that between their draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArmsSpread {
    /// Standard deviation of the arms' true means, 0 where they differ by no more than draws do.
    pub sd: f64,
    /// At least, with 97.5 %; 0 where they may be the same.
    pub low: f64,
    /// At most, with 97.5 %.
    pub high: f64,
    /// At most, with 95 %: all that can be said of their being the same.
    pub at_most: f64,
    /// That arms which are the same would differ as much (F).
    pub p: f64,
}

/// From the runs of each arm's draws, all over the same questions in one order; not with fewer than two arms or draws.
///
/// The arms are all that are meant, and not a sample of categories: F = s²(arm means) / mean(s²/D) then has Fisher's
/// distribution with the noncentrality (k−1) τ² / mean(σ²/D), and the limits of τ are those at which F would be as extreme (Steiger
/// 2004, doi:10.1037/1082-989X.9.2.164). The spread of draws is never below what their attempts show, since few draws of
/// few questions agree by chance.
///
/// Arms that agree by more than their noise are no evidence that they are the same: the upper limits are those of F = 1.
pub fn arms_spread(arms: &[Vec<Vec<Counts>>]) -> Result<ArmsSpread, NoInterval> {
    let questions = arms.iter().flatten().map(Vec::len);
    if questions.clone().min() != questions.max() {
        return Err(NoInterval::OtherQuestions);
    }
    let noise = noise(arms)?;
    let means: Vec<f64> = arms
        .iter()
        .filter_map(|arm| mean(arm.iter().filter_map(|draw| avg(draw))))
        .collect();
    let seen = variance(&means).ok_or(NoInterval::OneArm)?;
    let first = means.len() as f64 - 1.0;
    let value = seen / noise.of_mean;
    let limit = |share: f64, value: f64| {
        let away = noncentrality(share, value, first, noise.freedom);
        (away * noise.of_mean / first).sqrt()
    };
    Ok(ArmsSpread {
        sd: (seen - noise.of_mean).max(0.0).sqrt(),
        low: limit(0.975, value),
        high: limit(0.025, value.max(1.0)),
        at_most: limit(0.05, value.max(1.0)),
        p: 1.0 - f(value, first, noise.freedom),
    })
}

/// How much an arm's mean varies between draws, on average over the arms.
struct Noise {
    of_mean: f64,
    freedom: f64,
}

fn noise(arms: &[Vec<Vec<Counts>>]) -> Result<Noise, NoInterval> {
    let mut of_mean = 0.0;
    let mut freedom = 0.0;
    for arm in arms {
        let means: Vec<f64> = arm.iter().filter_map(|draw| avg(draw)).collect();
        let seen = variance(&means).ok_or(NoInterval::OneDraw)?;
        let attempts = mean(arm.iter().map(|draw| attempts_variance(draw)));
        of_mean += seen.max(attempts.unwrap_or(0.0)) / (arm.len() * arms.len()) as f64;
        freedom += arm.len() as f64 - 1.0;
    }
    Ok(Noise { of_mean, freedom })
}

/// The noncentrality at which F lies below `value` with that chance; 0 where it does so more rarely without any.
fn noncentrality(share: f64, value: f64, first: f64, second: f64) -> f64 {
    if f(value, first, second) <= share {
        return 0.0;
    }
    let below = |away: f64| f_noncentral(value, first, second, away);
    let mut high = 1.0;
    while below(high) > share && high < 1e9 {
        high *= 2.0;
    }
    between(0.0, high, |away| share - below(away))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One question of a thousand attempts for each draw.
    fn arm(right: [u32; 2]) -> Vec<Vec<Counts>> {
        right.map(|right| vec![Counts::new(right, 1000)]).to_vec()
    }

    /// By hand: means .4, .5, .6 of two draws each with the variance .02: s² = .01, noise .01; F = 1 on 2 and 3, whose upper
    /// share is (1 + 2/3)^(−3/2). The limits by scipy 1.17.1's `ncf.cdf(1, 2, 3, x)`.
    #[test]
    fn arms_that_differ_as_draws_do_may_be_the_same_or_not() {
        let found = arms_spread(&[arm([300, 500]), arm([400, 600]), arm([500, 700])]).unwrap();
        assert!(found.sd < 1e-7 && found.low == 0.0, "{found:?}");
        assert!((found.p - (5.0 / 3.0_f64).powf(-1.5)).abs() < 1e-9);
        assert!(
            (found.at_most - (AWAY_95 * 0.01 / 2.0_f64).sqrt()).abs() < 1e-7,
            "{found:?}"
        );
        assert!(
            (found.high - (AWAY_975 * 0.01 / 2.0_f64).sqrt()).abs() < 1e-7,
            "{found:?}"
        );
    }

    const AWAY_95: f64 = 8.802458839052326;
    const AWAY_975: f64 = 11.303713730864523;

    #[test]
    fn arms_that_agree_by_chance_are_not_said_to_be_the_same() {
        let same = arms_spread(&[arm([400, 600]), arm([400, 600]), arm([400, 600])]).unwrap();
        assert!(same.at_most > 0.1 && same.p > 0.99, "{same:?}");
        let one = vec![vec![Counts::new(1, 2)]];
        assert_eq!(arms_spread(&[one.clone(), one]), Err(NoInterval::OneDraw));
        assert_eq!(arms_spread(&[arm([1, 2])]), Err(NoInterval::OneArm));
    }
}
