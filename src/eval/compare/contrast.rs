//! Arms of several draws against each other: what a *kind* of subset does.

use super::pairs::{alike, recovered};
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
    /// Of the t that `p` is of.
    pub standard_error: f64,
    /// Of the standard error: Welch's, or one less than the paired draws.
    pub degrees_of_freedom: f64,
    /// Where the effect on these questions lies: all effects of which `p`, asked of them in place of none, is 0.05 or more.
    pub this_kind: Interval,
    /// Of no effect on these questions: the largest of t's, and of what the attempts alone leave open; below 0.05 where
    /// `this_kind` leaves 0 out.
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
/// variance, below thirty questions or where few of them differ with two more, one won and one lost outright, beside that between
/// draws. It is the hull
/// with the interval on these questions, which are some of those like them: Satterthwaite's degrees of freedom grow with what is
/// added, and would else make it the narrower one. There is none where arms have different questions.
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
    let centre = |arm: &Arm| mean(arm.draws.iter().filter_map(|draw| avg(draw)));
    let effect: f64 = arms()
        .filter_map(|arm| Some(arm.weight * centre(arm)?))
        .sum();
    let attempts = recovered(&terms)?;
    let between = Between::of(blocks)?;
    let [least, most] = reachable(&terms);
    let found = between.around(effect).hull(attempts);
    let spread = between.least_sure(effect);
    Ok(Contrast {
        effect,
        standard_error: spread.variance.sqrt(),
        degrees_of_freedom: spread.freedom,
        this_kind: found.within(least, most),
        p: between.p(effect).max(by_attempts(effect, attempts)),
        questions_like_these: like_these(&terms, between, [least, most])
            .map(|likely| likely.hull(found).within(least, most)),
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

/// A variance with its degrees of freedom.
#[derive(Clone, Copy)]
struct Spread {
    variance: f64,
    freedom: f64,
}

/// How much a contrast varies beside its questions.
#[derive(Clone, Copy)]
struct Between {
    /// Between draws; its degrees of freedom are infinite where no arm has draws.
    draws: Spread,
    /// And by the attempts of models that are meant themselves.
    all: Spread,
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
        let spread = |variance: f64| Spread {
            variance,
            freedom: if squares > 0.0 {
                variance * variance / squares
            } else {
                fewest
            },
        };
        Ok(Self {
            draws: spread(draws),
            all: spread(draws + fixed),
        })
    }

    /// With models that are meant themselves also t over the draws alone: two draws that agree by chance would else count for no
    /// variation. Where there are no draws, what attempts alone leave open is for another to say.
    fn around(self, effect: f64) -> Interval {
        if self.draws.freedom.is_infinite() {
            return Interval::around(effect, 0.0);
        }
        self.all.around(effect).hull(self.draws.around(effect))
    }

    /// The larger of both t's p, as the interval is the wider of both ways. By the t that is wider at 95 % alone, p below .001 come
    /// up to seven times too often (simulated: three draws that vary five times as much as the model's attempts), since two
    /// draws that agree by chance leave it the degrees of freedom of the attempts; a family asks for such p.
    fn p(self, effect: f64) -> f64 {
        if self.draws.freedom.is_infinite() {
            return 0.0;
        }
        self.least_sure(effect).p(effect)
    }

    /// The spread by which so large an effect is the least rare.
    fn least_sure(self, effect: f64) -> Spread {
        match self.draws.freedom.is_finite() && self.draws.p(effect) > self.all.p(effect) {
            true => self.draws,
            false => self.all,
        }
    }
}

impl Spread {
    fn around(self, effect: f64) -> Interval {
        Interval::around(
            effect,
            t_critical(0.05, self.freedom) * self.variance.sqrt(),
        )
    }

    fn p(self, effect: f64) -> f64 {
        if self.variance > 0.0 {
            return t_beyond(effect / self.variance.sqrt(), self.freedom);
        }
        if effect == 0.0 { 1.0 } else { 0.0 }
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
    let (centre, spread, spread_freedom) = over_questions(&differences, [least, most]);
    // What a model's own attempts add is in its questions already.
    let draws = between.draws;
    let whole = spread + draws.variance;
    let parts = spread * spread / spread_freedom + draws.variance.powi(2) / draws.freedom;
    let reach = match parts > 0.0 {
        true => t_critical(0.05, whole * whole / parts) * whole.sqrt(),
        false => 0.0,
    };
    Some(Interval::around(centre, reach).within(least, most))
}

/// From so many questions on their differences say themselves how much they vary.
const QUESTIONS_MIN: usize = 30;

/// Where they are spread as over so many alike, all of it; as over half as many, nothing: t misses the rare question that was
/// not asked (simulated: 86 of 100 for 30 questions of which one arm nearly never solves any, the other never).
const ALIKE_ENOUGH: f64 = 10.0;

/// The mean over questions, how much it varies, and with how many degrees of freedom: t's where there are questions enough and
/// many of them differ, else with two more questions, one won and one lost outright. Between, the two count for a part, so that
/// what a question more or less of a difference moves, it moves without a jump.
fn over_questions(differences: &[f64], [least, most]: [f64; 2]) -> (f64, f64, f64) {
    let questions = differences.len() as f64;
    let part = part_added(differences);
    let count = questions + 2.0 * part;
    let sum: f64 = differences.iter().sum();
    let squares: f64 = differences.iter().map(|each| each * each).sum();
    let centre = (sum + part * (least + most)) / count;
    let added = part * (least * least + most * most);
    let spread = ((squares + added) / count - centre * centre).max(0.0) / (count - 1.0);
    (centre, spread, questions - 1.0)
}

/// How much the two added questions count, from 0 to 1; squared, since the interval's reach goes with the root.
fn part_added(differences: &[f64]) -> f64 {
    let alike = alike(differences);
    if differences.len() < QUESTIONS_MIN || alike.is_nan() {
        return 1.0;
    }
    (2.0 * (1.0 - alike / ALIKE_ENOUGH)).clamp(0.0, 1.0).powi(2)
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
        // Of draws alone t is 0.2 / √(.01/3) with two degrees of freedom: p = 1 − t/√(t²+2) = 1 − √(6/7).
        assert!((found.standard_error - (0.01_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(found.degrees_of_freedom, 2.0);
        assert!(
            (found.p - (1.0 - (6.0_f64 / 7.0).sqrt())).abs() < 1e-9,
            "{found:?}"
        );
        let alone = weigh(&[Block::Fixed(arm(1.0, &[[40, 40]])), base()]).unwrap();
        let pair =
            crate::eval::compare::this_pair(&[Counts::new(40, 100); 2], &[Counts::new(30, 100); 2]);
        assert_eq!(Ok(alone.this_kind), pair);
    }

    /// At either end of an interval over one model p is .05, whichever t makes it: draws that differ, and draws that agree.
    #[test]
    fn the_interval_over_one_model_is_what_p_does_not_speak_against() {
        for draws in [
            [[40, 40], [50, 50], [60, 60]],
            [[49, 49], [50, 50], [51, 51]],
        ] {
            let blocks = [
                Block::Draws(vec![arm(1.0, &draws)]),
                Block::Fixed(arm(-1.0, &[[30, 30]])),
            ];
            let between = Between::of(&blocks).unwrap();
            let found = between.around(0.2);
            for end in [found.low, found.high] {
                assert!(
                    (between.p(0.2 - end) - 0.05).abs() < 1e-9,
                    "{draws:?}: {end}"
                );
            }
            let spread = between.least_sure(0.2);
            assert_eq!(between.p(0.2), spread.p(0.2));
        }
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
        let gain = |draws: &[Vec<Counts>], model: Vec<Counts>| {
            let arm = |weight: f64, draws: Vec<Vec<Counts>>| Arm { weight, draws };
            weigh(&[
                Block::Draws(vec![arm(1.0, draws.to_vec())]),
                Block::Fixed(arm(-1.0, vec![model])),
            ])
        };
        let model = vec![Counts::new(of / 10, of); 2];
        let draws = [30, 40, 50].map(|right| vec![Counts::new(of / 100 * right, of); 2]);
        let found = gain(&draws, model.clone()).unwrap();
        assert!((found.effect - 0.3).abs() < 1e-6);
        let reach = 4.302652729911275 * 0.1 / 3.0_f64.sqrt();
        assert!(
            (found.this_kind.low - (0.3 - reach)).abs() < 1e-4,
            "{found:?}"
        );
        let alike = [draws[0].clone(), draws[0].clone()];
        let same = gain(&alike, vec![Counts::new(1, 2); 2]).unwrap();
        assert!(same.this_kind.holds(0.0) && same.p > 0.05, "{same:?}");
        assert_eq!(gain(&draws[..1], model), Err(NoInterval::OneDraw));
    }

    /// Two draws that differ have one degree of freedom, and questions that vary a little would give more.
    #[test]
    fn questions_like_these_leave_out_nothing_that_these_questions_leave_open() {
        for count in [12, 30, 60] {
            let run = |off: u32| -> Vec<Counts> {
                (0..count)
                    .map(|at| Counts::new(400 + 40 * (at % 3) + off, 1000))
                    .collect()
            };
            let more = Arm {
                weight: 1.0,
                draws: vec![run(0), run(60)],
            };
            let less = Arm {
                weight: -1.0,
                draws: vec![vec![Counts::new(350, 1000); count as usize]; 2],
            };
            let found = contrast(&[more, less], true).unwrap();
            let (here, likely) = (found.this_kind, found.questions_like_these.unwrap());
            assert!(
                likely.low <= here.low && here.high <= likely.high,
                "{count}: {found:?}"
            );
        }
    }

    /// One question's difference grows step by step until it makes nearly all: nothing jumps on the way.
    #[test]
    fn one_question_that_makes_the_difference_widens_it_without_a_jump() {
        let reach = |most: u32| {
            let mut more: Vec<Counts> = (0..30)
                .map(|at| Counts::new(490 + 10 * (at % 3), 1000))
                .collect();
            more[0] = Counts::new(500 + most, 1000);
            let arm = |weight: f64, run: Vec<Counts>| {
                Block::Fixed(Arm {
                    weight,
                    draws: vec![run],
                })
            };
            let blocks = [arm(1.0, more), arm(-1.0, vec![Counts::new(500, 1000); 30])];
            let found = weigh(&blocks).unwrap().questions_like_these.unwrap();
            found.high - found.low
        };
        let reaches: Vec<f64> = (0..100).map(reach).collect();
        assert!(reaches[99] > reaches[0] + 0.1, "{reaches:?}");
        for two in reaches.windows(2) {
            assert!((two[1] - two[0]).abs() < 0.03, "{two:?}");
        }
    }

    /// By hand: of n equal differences n are alike, of none it cannot be said.
    #[test]
    fn two_questions_are_added_where_few_are_or_few_differ() {
        let differing = |of: usize, all: usize| {
            let differences: Vec<f64> =
                (0..all).map(|at| if at < of { 0.5 } else { 0.0 }).collect();
            part_added(&differences)
        };
        assert_eq!(
            [differing(0, 40), differing(5, 40), differing(20, 29)],
            [1.0; 3]
        );
        assert_eq!([differing(10, 40), differing(40, 40)], [0.0; 2]);
        assert!((differing(7, 40) - 0.36).abs() < 1e-12);
        let even: Vec<f64> = (0..32).map(|at| f64::from(at % 2)).collect();
        let (centre, spread, freedom) = over_questions(&even, [-1.0, 1.0]);
        assert_eq!((centre, freedom), (0.5, 31.0));
        assert!((spread - 0.25 / 31.0).abs() < 1e-12, "{spread}");
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
