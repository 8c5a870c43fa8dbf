//! Arms of several draws against each other: what a *kind* of subset does.

use super::pairs::recovered;
use crate::eval::distributions::{Z, gauss, t_beyond, t_critical};
use crate::eval::intervals::{Interval, NoInterval, attempts_variance};
use crate::eval::table::{Counts, avg, pooled, variance};

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

/// Arms of a contrast that vary together.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Draws that are the same in all of these arms, one to one, so that what a draw shares cancels; one arm alone varies on
    /// its own.
    Draws(Vec<Arm>),
    /// One model that is meant itself, as a base model: nothing varies but its attempts.
    Fixed(Arm),
}

/// Weighs arms against each other. With `paired` the draws of all arms are the same, one to one; else each arm's draws vary
/// on their own (Welch 1947, Satterthwaite 1946).
pub fn contrast(arms: &[Arm], paired: bool) -> Result<Contrast, NoInterval> {
    let blocks: Vec<Block> = if paired {
        vec![Block::Draws(arms.to_vec())]
    } else {
        arms.iter()
            .map(|arm| Block::Draws(vec![arm.clone()]))
            .collect()
    };
    let questions = |arm: &Arm| arm.draws.first().map_or(0, Vec::len);
    if arms.first().is_none_or(|arm| questions(arm) == 0) {
        return Err(NoInterval::NoAttempts);
    }
    if arms
        .windows(2)
        .any(|two| questions(&two[0]) != questions(&two[1]))
    {
        return Err(NoInterval::OtherQuestions);
    }
    weigh(&blocks)
}

/// Weighs arms against each other, of which those of a block vary together and blocks on their own.
///
/// The interval on these questions is the hull of t and of what the attempts alone leave open, as in
/// [`this_kind`](crate::eval::intervals::this_kind). On questions like these the questions' differences are added: their
/// variance with two more questions, one won and one lost outright, beside that between draws. There is none where arms have
/// different questions.
pub fn weigh(blocks: &[Block]) -> Result<Contrast, NoInterval> {
    let arms = || {
        blocks.iter().flat_map(|block| match block {
            Block::Draws(arms) => arms.as_slice(),
            Block::Fixed(arm) => std::slice::from_ref(arm),
        })
    };
    let together: Vec<Vec<Counts>> = arms()
        .map(|arm| pooled(&arm.draws))
        .collect::<Option<_>>()
        .ok_or(NoInterval::OtherQuestions)?;
    let terms: Vec<(f64, &[Counts])> = arms()
        .map(|arm| arm.weight)
        .zip(together.iter().map(Vec::as_slice))
        .collect();
    let effect: f64 = terms
        .iter()
        .filter_map(|(weight, arm)| Some(weight * avg(arm)?))
        .sum();
    let attempts = recovered(&terms)?;
    let between = Between::of(blocks)?;
    let (error, freedom) = (between.variance.sqrt(), between.freedom);
    // With draws alone beside: two draws that agree by chance would else leave all to a model's attempts.
    let students = between.has_draws.then(|| {
        let alone = t_critical(0.05, between.draws_freedom) * between.draws.sqrt();
        Interval::around(effect, (t_critical(0.05, freedom) * error).max(alone))
    });
    let found = students.map_or(attempts, |students| students.hull(attempts));
    let by_draws = if between.has_draws {
        let alone = by_draws(effect, between.draws, between.draws_freedom);
        by_draws(effect, between.variance, freedom).max(alone)
    } else {
        0.0
    };
    let weights: Vec<f64> = terms.iter().map(|(weight, _)| *weight).collect();
    let [least, most] = reachable(&weights);
    Ok(Contrast {
        effect,
        standard_error: error,
        degrees_of_freedom: freedom,
        this_kind: found.within(least, most),
        p: by_draws.max(by_attempts(effect, attempts)),
        questions_like_these: like_these(&terms, between, [least, most]),
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
    /// With the attempts of models that are meant themselves.
    variance: f64,
    freedom: f64,
    /// Between draws alone.
    draws: f64,
    draws_freedom: f64,
    has_draws: bool,
}

impl Between {
    fn of(blocks: &[Block]) -> Result<Self, NoInterval> {
        let (mut draws, mut fixed, mut squares, mut fewest) = (0.0, 0.0, 0.0, f64::INFINITY);
        for block in blocks {
            match block {
                Block::Fixed(arm) => fixed += of_model(arm)?,
                Block::Draws(arms) => {
                    let (part, freedom) = draws_variance(arms)?;
                    draws += part;
                    squares += part * part / freedom;
                    fewest = fewest.min(freedom);
                }
            }
        }
        let variance = draws + fixed;
        let freedom = |variance: f64| {
            if squares > 0.0 {
                variance * variance / squares
            } else {
                fewest
            }
        };
        Ok(Self {
            variance,
            freedom: freedom(variance),
            draws,
            draws_freedom: freedom(draws),
            has_draws: fewest.is_finite(),
        })
    }
}

/// Of the weighted sum of arms whose draws go together, with its degrees of freedom.
fn draws_variance(arms: &[Arm]) -> Result<(f64, f64), NoInterval> {
    let values = of_draws(arms)?;
    let draws = values.len() as f64;
    let spread = variance(&values).ok_or(NoInterval::OneDraw)?;
    Ok((spread / draws, draws - 1.0))
}

/// The weighted sum of arms whose draws go together, for each draw.
pub(crate) fn of_draws(arms: &[Arm]) -> Result<Vec<f64>, NoInterval> {
    let means = |arm: &Arm| -> Vec<f64> { arm.draws.iter().filter_map(|draw| avg(draw)).collect() };
    let means: Vec<Vec<f64>> = arms.iter().map(means).collect();
    let draws = means.first().map_or(0, Vec::len);
    if means.iter().any(|arm| arm.len() != draws) {
        return Err(NoInterval::NotPaired);
    }
    let of_draw = |draw: usize| {
        arms.iter()
            .zip(&means)
            .map(|(arm, means)| arm.weight * means[draw])
            .sum()
    };
    Ok((0..draws).map(of_draw).collect())
}

/// Of the weighted mean of one model.
fn of_model(arm: &Arm) -> Result<f64, NoInterval> {
    let run = pooled(&arm.draws).ok_or(NoInterval::OtherQuestions)?;
    Ok(arm.weight * arm.weight * attempts_variance(&run))
}

fn by_draws(effect: f64, variance: f64, freedom: f64) -> f64 {
    if variance > 0.0 {
        return t_beyond(effect / variance.sqrt(), freedom);
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
fn reachable(weights: &[f64]) -> [f64; 2] {
    let sum = |of: fn(f64) -> f64| weights.iter().map(|&weight| of(weight)).sum();
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
    if terms.iter().any(|(_, run)| run.len() != questions) {
        return None;
    }
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
    // What a model's own attempts add is in its questions already.
    let whole = spread + between.draws;
    let freedom = whole * whole
        / (spread * spread / (count - 3.0) + between.draws.powi(2) / between.draws_freedom);
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

    /// By hand: two pairs whose differences are 0, .1, .2 and .1, .1, .1 have the variances .01/3 and 0, each weighed by ¼,
    /// and the two degrees of freedom of the one that varies.
    #[test]
    fn a_mean_over_cells_pairs_inside_of_them_alone() {
        let cell = |a: &[[u32; 2]], b: &[[u32; 2]]| Block::Draws(vec![arm(0.5, a), arm(-0.5, b)]);
        let one = cell(&[[50, 50], [60, 60], [70, 70]], &[[50, 50]; 3]);
        let other = cell(
            &[[20, 20], [40, 40], [80, 80]],
            &[[10, 10], [30, 30], [70, 70]],
        );
        let found = weigh(&[one, other]).unwrap();
        assert!((found.effect - 0.1).abs() < 1e-12);
        assert!((found.standard_error - (0.01_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12);
        assert!((found.degrees_of_freedom - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_model_that_is_meant_itself_varies_by_its_attempts_alone() {
        let base = || Block::Fixed(arm(-1.0, &[[30, 30]]));
        let draws = Block::Draws(vec![arm(1.0, &[[40, 40], [50, 50], [60, 60]])]);
        let found = weigh(&[draws, base()]).unwrap();
        assert!(found.standard_error > (0.01_f64 / 3.0).sqrt());
        assert!(found.degrees_of_freedom > 2.0);
        let reach = 4.302652729696142 * (0.01_f64 / 3.0).sqrt();
        assert!(found.this_kind.low <= 0.2 - reach + 1e-12, "{found:?}");
        let alike = Block::Draws(vec![arm(1.0, &[[40, 40], [40, 40]])]);
        assert!(weigh(&[alike, base()]).unwrap().this_kind.holds(0.0));
        let alone = weigh(&[Block::Fixed(arm(1.0, &[[40, 40]])), base()]).unwrap();
        let pair =
            crate::eval::compare::this_pair(&[Counts::new(40, 100); 2], &[Counts::new(30, 100); 2]);
        assert_eq!(Ok(alone.this_kind), pair);
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
