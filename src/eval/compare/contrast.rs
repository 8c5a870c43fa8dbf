//! Arms of several draws against each other: what a *kind* of subset does.

use super::pairs::recovered;
use crate::eval::distributions::{Z, gauss, t_beyond, t_critical};
use crate::eval::intervals::{Interval, NoInterval, attempts_variance};
use crate::eval::table::{Counts, avg, mean, pooled, variance};

/// An arm with its weight in a contrast: 1 and −1 for one arm against another, 1/k and −1/k for the mean over k cells that
/// differ in one axis alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The weights of a contrast sum to 0; those of a slope are its least squares'.
    pub weight: f64,
    /// The run of each draw, all over the same questions in one order. Several runs of a draw come pooled.
    pub draws: Vec<Vec<Counts>>,
}

/// What a contrast comes to, in shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// The weighted sum of the arms' means.
    pub effect: f64,
    /// By the draws alone.
    pub standard_error: f64,
    /// Of the standard error: Welch's, or one less than the paired draws.
    pub degrees_of_freedom: f64,
    /// Where the effect on these questions lies.
    pub this_kind: Interval,
    /// Of no effect on these questions; below 0.05 where `this_kind` leaves 0 out.
    pub p: f64,
    /// Where the effect on questions like these lies; none with one question.
    pub questions_like_these: Option<Interval>,
}

/// Weighs arms against each other. With `paired` the draws of all arms are the same, one to one, and what a draw shares
/// cancels; else each arm's draws vary on their own (Welch 1947, Satterthwaite 1946).
///
/// The interval on these questions is the hull of t and of what the attempts alone leave open, as in
/// [`this_kind`](crate::eval::intervals::this_kind). On questions like these the questions' differences are added: their
/// variance with two more questions, one won and one lost outright, beside that between draws.
pub fn contrast(arms: &[Arm], paired: bool) -> Result<Contrast, NoInterval> {
    let together: Vec<Vec<Counts>> = arms
        .iter()
        .map(|arm| pooled(&arm.draws))
        .collect::<Option<_>>()
        .ok_or(NoInterval::OtherQuestions)?;
    let questions = together.first().map_or(0, Vec::len);
    if questions == 0 {
        return Err(NoInterval::NoAttempts);
    }
    if together.iter().any(|arm| arm.len() != questions) {
        return Err(NoInterval::OtherQuestions);
    }
    let means = |arm: &Arm| -> Vec<f64> { arm.draws.iter().filter_map(|draw| avg(draw)).collect() };
    let means: Vec<Vec<f64>> = arms.iter().map(means).collect();
    let weights: Vec<f64> = arms.iter().map(|arm| arm.weight).collect();
    let between = if paired {
        paired_draws(&weights, &means)?
    } else {
        welch(&weights, &means)?
    };
    let terms: Vec<(f64, &[Counts])> = weights
        .iter()
        .copied()
        .zip(together.iter().map(Vec::as_slice))
        .collect();
    let centres = means.iter().filter_map(|arm| mean(arm.iter().copied()));
    let effect: f64 = weights
        .iter()
        .zip(centres)
        .map(|(weight, centre)| weight * centre)
        .sum();
    weigh(&terms, effect, between)
}

/// What an arm's draws gain over one model that is no draw of anything, as the base or R1: draws vary, and that model's
/// attempts do.
///
/// The interval also holds t over the draws alone, which is all of it where the model's attempts are many: two draws that agree by
/// chance would else count for no variation.
pub fn gain(draws: &[Vec<Counts>], model: &[Counts]) -> Result<Contrast, NoInterval> {
    let together = pooled(draws).ok_or(NoInterval::OtherQuestions)?;
    if together.len() != model.len() {
        return Err(NoInterval::OtherQuestions);
    }
    let means: Vec<f64> = draws.iter().filter_map(|draw| avg(draw)).collect();
    let count = means.len() as f64;
    let own = variance(&means).ok_or(NoInterval::OneDraw)? / count;
    let whole = own + attempts_variance(model);
    let alone = Between {
        variance: own,
        freedom: count - 1.0,
    };
    let both = Between {
        variance: whole,
        freedom: (count - 1.0) * (whole / own).powi(2),
    };
    let effect = mean(means).zip(avg(model)).map(|(arm, model)| arm - model);
    let effect = effect.ok_or(NoInterval::NoAttempts)?;
    let terms = [(1.0, together.as_slice()), (-1.0, model)];
    let found = weigh(&terms, effect, both)?;
    let least = weigh(&terms, effect, alone)?;
    Ok(Contrast {
        this_kind: found.this_kind.hull(least.this_kind),
        p: found.p.max(least.p),
        ..found
    })
}

/// From the sum's variation between draws to what is known of it.
fn weigh(
    terms: &[(f64, &[Counts])],
    effect: f64,
    between: Between,
) -> Result<Contrast, NoInterval> {
    let attempts = recovered(terms)?;
    let [least, most] = reachable(terms);
    let (error, freedom) = (between.variance.sqrt(), between.freedom);
    let students = Interval::around(effect, t_critical(0.05, freedom) * error);
    Ok(Contrast {
        effect,
        standard_error: error,
        degrees_of_freedom: freedom,
        this_kind: students.hull(attempts).within(least, most),
        p: by_draws(effect, between).max(by_attempts(effect, attempts)),
        questions_like_these: like_these(terms, between, [least, most]),
    })
}

/// Where the mean over arms lies of which each counts the same, as categories pooled: of this kind, on these questions. With
/// one arm it is [`this_kind`](crate::eval::intervals::this_kind).
pub fn over_arms(arms: &[Vec<Vec<Counts>>]) -> Result<Interval, NoInterval> {
    let weighed = |draws: &Vec<Vec<Counts>>| Arm {
        weight: 1.0 / arms.len() as f64,
        draws: draws.clone(),
    };
    let weighed: Vec<Arm> = arms.iter().map(weighed).collect();
    Ok(contrast(&weighed, false)?.this_kind)
}

/// How much a contrast varies between draws.
#[derive(Clone, Copy)]
struct Between {
    variance: f64,
    freedom: f64,
}

fn paired_draws(weights: &[f64], means: &[Vec<f64>]) -> Result<Between, NoInterval> {
    let draws = means.first().map_or(0, Vec::len);
    if means.iter().any(|arm| arm.len() != draws) {
        return Err(NoInterval::NotPaired);
    }
    let of_draw = |draw: usize| {
        weights
            .iter()
            .zip(means)
            .map(|(weight, arm)| weight * arm[draw])
            .sum()
    };
    let values: Vec<f64> = (0..draws).map(of_draw).collect();
    let spread = variance(&values).ok_or(NoInterval::OneDraw)?;
    Ok(Between {
        variance: spread / draws as f64,
        freedom: draws as f64 - 1.0,
    })
}

fn welch(weights: &[f64], means: &[Vec<f64>]) -> Result<Between, NoInterval> {
    let (mut sum, mut squares, mut fewest) = (0.0, 0.0, f64::INFINITY);
    for (weight, arm) in weights.iter().zip(means) {
        let draws = arm.len() as f64;
        let part = weight * weight * variance(arm).ok_or(NoInterval::OneDraw)? / draws;
        sum += part;
        squares += part * part / (draws - 1.0);
        fewest = fewest.min(draws - 1.0);
    }
    let freedom = if squares > 0.0 {
        sum * sum / squares
    } else {
        fewest
    };
    Ok(Between {
        variance: sum,
        freedom,
    })
}

fn by_draws(effect: f64, between: Between) -> f64 {
    if between.variance > 0.0 {
        return t_beyond(effect / between.variance.sqrt(), between.freedom);
    }
    if effect == 0.0 { 1.0 } else { 0.0 }
}

/// So that it is 0.05 where the interval ends at 0.
fn by_attempts(effect: f64, interval: Interval) -> f64 {
    let reach = if effect > 0.0 {
        effect - interval.low
    } else {
        interval.high - effect
    };
    if reach <= 0.0 {
        return 1.0;
    }
    2.0 * gauss(-Z * effect.abs() / reach)
}

/// The least and the most that a weighted sum of shares can be: −1 and 1 for one arm against another.
fn reachable(terms: &[(f64, &[Counts])]) -> [f64; 2] {
    let sum = |of: fn(f64) -> f64| terms.iter().map(|&(weight, _)| of(weight)).sum();
    [sum(|weight| weight.min(0.0)), sum(|weight| weight.max(0.0))]
}

fn like_these(
    terms: &[(f64, &[Counts])],
    between: Between,
    [least, most]: [f64; 2],
) -> Option<Interval> {
    let questions = terms
        .first()
        .map(|(_, run)| run.len())
        .filter(|count| *count > 1)?;
    let of_question = |at: usize| -> f64 {
        terms
            .iter()
            .map(|(weight, run)| weight * run[at].mean())
            .sum()
    };
    let differences: Vec<f64> = (0..questions).map(of_question).collect();
    let count = questions as f64 + 2.0;
    let squares: f64 = differences.iter().map(|each| each * each).sum();
    let centre = (differences.iter().sum::<f64>() + least + most) / count;
    let added = least * least + most * most;
    let spread = ((squares + added) / count - centre * centre) / count;
    let whole = spread + between.variance;
    let freedom = whole * whole
        / (spread * spread / (count - 3.0) + between.variance.powi(2) / between.freedom);
    let reach = t_critical(0.05, freedom) * whole.sqrt();
    Some(Interval::around(centre, reach).within(least, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(weight: f64, right: &[[u32; 2]]) -> Arm {
        let draw = |right: &[u32; 2]| right.map(|right| Counts::new(right, 100)).to_vec();
        Arm {
            weight,
            draws: right.iter().map(draw).collect(),
        }
    }

    /// scipy 1.17.1: `ttest_ind([.3, .4, .5], [.1, .3, .2, .2], equal_var=False)`; by hand the variances
    /// .01/3 and .02/3/4 make a standard error of .0707.
    #[test]
    fn draws_of_their_own_are_welchs() {
        let a = arm(1.0, &[[30, 30], [40, 40], [50, 50]]);
        let b = arm(-1.0, &[[10, 10], [30, 30], [20, 20], [20, 20]]);
        let found = contrast(&[a, b], false).unwrap();
        assert!((found.effect - 0.2).abs() < 1e-12);
        assert!((found.standard_error - 0.005_f64.sqrt()).abs() < 1e-12);
        assert!((found.degrees_of_freedom - 3.8571428571428563).abs() < 1e-9);
        assert!((found.p - 0.049460559136628925).abs() < 1e-9, "{found:?}");
        assert_eq!(found.p < 0.05, !found.this_kind.holds(0.0));
    }

    #[test]
    fn one_arm_pooled_with_none_is_its_kind() {
        let one = arm(1.0, &[[30, 40], [45, 40], [50, 50]]).draws;
        let alone = crate::eval::intervals::this_kind(&one).unwrap();
        let found = over_arms(std::slice::from_ref(&one)).unwrap();
        assert!((found.low - alone.low).abs() + (found.high - alone.high).abs() < 1e-12);
        let narrower = over_arms(&[one.clone(), one]).unwrap();
        assert!(narrower.high < alone.high && narrower.low > alone.low);
        assert_eq!(over_arms(&[]), Err(NoInterval::NoAttempts));
    }

    /// By hand: draws of .3, .4 and .5, and a model of 2^24 attempts at .1: t over the draws alone, 4.303 · .1/√3.
    #[test]
    fn a_gain_over_one_model_varies_as_its_draws_do() {
        let of = 1 << 24;
        let model = [Counts::new(of / 10, of); 2];
        let draws = [30, 40, 50].map(|right| vec![Counts::new(of / 100 * right, of); 2]);
        let found = gain(&draws, &model).unwrap();
        assert!((found.effect - 0.3).abs() < 1e-6);
        let reach = 4.302652729911275 * 0.1 / 3.0_f64.sqrt();
        assert!(
            (found.this_kind.low - (0.3 - reach)).abs() < 1e-4,
            "{found:?}"
        );
        let same = gain(
            &[draws[0].clone(), draws[0].clone()],
            &[Counts::new(1, 2); 2],
        )
        .unwrap();
        assert!(same.this_kind.holds(0.0) && same.p > 0.05, "{same:?}");
        assert_eq!(gain(&draws[..1], &model), Err(NoInterval::OneDraw));
    }

    #[test]
    fn what_paired_draws_share_cancels() {
        let a = arm(1.0, &[[30, 30], [60, 60], [90, 90]]);
        let b = arm(-1.0, &[[10, 10], [42, 42], [70, 70]]);
        let alone = contrast(&[a.clone(), b.clone()], false).unwrap();
        let paired = contrast(&[a.clone(), b], true).unwrap();
        assert!(paired.p < 0.01 && alone.p > 0.3, "{} {}", paired.p, alone.p);
        let two = arm(-1.0, &[[10, 10], [42, 42]]);
        assert_eq!(
            contrast(&[a.clone(), two], true),
            Err(NoInterval::NotPaired)
        );
        let one = arm(-1.0, &[[10, 10]]);
        assert_eq!(contrast(&[a, one], false), Err(NoInterval::OneDraw));
    }
}
