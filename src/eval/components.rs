//! What makes scores vary, and by how much: draws, training seeds, attempts, questions.
//!
//! Estimated by moments (an analysis of variance), each part less what the parts inside of it make: what is left of the spread
//! of draws when their seeds and attempts are taken out. A negative rest is 0. The fields are named and scaled as the file that
//! `gradatim power --components` reads, so that an experiment says what the next one could find.

use super::metrics::spread;
use super::table::{Counts, avg, mean, variance};

/// Parts of the variation, in points of a hundred; none where the runs cannot tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Components {
    /// Mean of all runs.
    pub accuracy: f64,
    /// Share of the variance of attempts that lies between questions (an intraclass correlation), the mean over runs; none
    /// where no question has two attempts.
    pub between_questions: Option<f64>,
    /// Standard deviation of one attempt at one question, the root of the mean variance; none as `between_questions`.
    pub attempt_sd: Option<f64>,
    /// Between draws, beyond seeds and attempts; with one seed a draw it holds the seeds'. None with one draw of each arm.
    pub draw_sd: Option<f64>,
    /// Between training seeds of a draw, beyond attempts; none with one seed a draw.
    pub seed_sd: Option<f64>,
    /// Of the difference of two arms from question to question, beyond what draws and attempts make of it; none with one arm
    /// or one question.
    pub question_sd: Option<f64>,
    /// Degrees of freedom behind `draw_sd`: with few of them it may be off by a factor.
    pub draw_freedom: u32,
    /// Degrees of freedom behind `seed_sd`.
    pub seed_freedom: u32,
}

/// A draw of a subset: the run of each of its training seeds, all over the same questions in one order.
pub type Seeds = Vec<Vec<Counts>>;

/// A sum of squares with its degrees of freedom.
#[derive(Clone, Copy, Default)]
struct Pooled {
    squares: f64,
    freedom: f64,
}

/// From the draws of each arm, `arms[arm][draw][seed]`; none where runs have different questions, or no attempt.
///
/// A variance of attempts needs two at a question; with single answers the spread of a question's answers between the runs of
/// an arm stands in its place.
pub fn components(arms: &[Vec<Seeds>]) -> Option<Components> {
    let runs = || arms.iter().flatten().flatten();
    let questions = runs().next()?.len();
    let whole = |run: &Vec<Counts>| run.len() == questions && run.iter().all(|each| each.of > 0);
    if questions == 0 || !runs().all(whole) {
        return None;
    }
    let spreads = || runs().filter_map(|run| spread(run));
    let between_questions = mean(spreads().map(|spread| spread.between_questions));
    let once = |run: &Vec<Counts>| mean(run.iter().filter_map(attempt_variance));
    let attempts = arms.iter().filter_map(|arm| attempts_part(arm));
    let attempts = mean(attempts).unwrap_or(0.0);
    let (seeds, per_draw) = between_seeds(arms);
    let draws = between_draws(arms);
    let sd = |variance: f64| 100.0 * variance.max(0.0).sqrt();
    let inside = seeds.variance().unwrap_or(attempts);
    Some(Components {
        accuracy: 100.0 * mean(runs().filter_map(|run| avg(run)))?,
        between_questions,
        attempt_sd: mean(runs().filter_map(once)).map(sd),
        draw_sd: draws.variance().map(|seen| sd(seen - inside * per_draw)),
        seed_sd: seeds.variance().map(|seen| sd(seen - attempts)),
        question_sd: between_arms(arms).map(sd),
        draw_freedom: draws.freedom as u32,
        seed_freedom: seeds.freedom as u32,
    })
}

impl Pooled {
    fn add(&mut self, values: &[f64]) {
        if let Some(seen) = variance(values) {
            let freedom = values.len() as f64 - 1.0;
            self.squares += seen * freedom;
            self.freedom += freedom;
        }
    }

    fn variance(self) -> Option<f64> {
        (self.freedom > 0.0).then(|| self.squares / self.freedom)
    }
}

/// Of one attempt at a question.
fn attempt_variance(each: &Counts) -> Option<f64> {
    let mean = each.mean();
    let of = f64::from(each.of);
    (each.of > 1).then(|| mean * (1.0 - mean) * of / (of - 1.0))
}

/// How much the mean of one of the arm's runs varies by attempts.
fn attempts_part(arm: &[Seeds]) -> Option<f64> {
    let runs: Vec<&Vec<Counts>> = arm.iter().flatten().collect();
    let questions = runs.first()?.len();
    let of_question = |at: usize| {
        let own = runs.iter().filter_map(|run| {
            let each = &run[at];
            Some(attempt_variance(each)? / f64::from(each.of))
        });
        let between: Vec<f64> = runs.iter().map(|run| run[at].mean()).collect();
        mean(own).or_else(|| variance(&between))
    };
    let sum: f64 = (0..questions).map(of_question).sum::<Option<f64>>()?;
    Some(sum / (questions as f64).powi(2))
}

/// Between seeds of one draw, and the part of that which a draw's mean keeps.
fn between_seeds(arms: &[Vec<Seeds>]) -> (Pooled, f64) {
    let mut pooled = Pooled::default();
    for draw in arms.iter().flatten() {
        let means: Vec<f64> = draw.iter().filter_map(|run| avg(run)).collect();
        pooled.add(&means);
    }
    let shares = arms
        .iter()
        .flatten()
        .map(|draw| 1.0 / draw.len().max(1) as f64);
    (pooled, mean(shares).unwrap_or(1.0))
}

fn between_draws(arms: &[Vec<Seeds>]) -> Pooled {
    let mut pooled = Pooled::default();
    for arm in arms {
        let of_draw = |draw: &Seeds| mean(draw.iter().filter_map(|run| avg(run)));
        let means: Vec<f64> = arm.iter().filter_map(of_draw).collect();
        pooled.add(&means);
    }
    pooled
}

/// The variance over questions of the difference of two arms, mean over all pairs, less its noise.
fn between_arms(arms: &[Vec<Seeds>]) -> Option<f64> {
    let known: Vec<(Vec<f64>, f64)> = arms.iter().filter_map(|arm| by_question(arm)).collect();
    let mut parts = Vec::new();
    for (at, (one, one_noise)) in known.iter().enumerate() {
        for (other, other_noise) in &known[at + 1..] {
            let differences: Vec<f64> = one.iter().zip(other).map(|(a, b)| a - b).collect();
            parts.push(variance(&differences)? - one_noise - other_noise);
        }
    }
    mean(parts)
}

/// An arm's mean at each question, and how much such a mean varies by what is of neither the question nor the draw alone: the
/// interaction of both where there are two runs, else attempts.
fn by_question(arm: &[Seeds]) -> Option<(Vec<f64>, f64)> {
    let runs: Vec<&Vec<Counts>> = arm.iter().flatten().collect();
    let questions = runs.first()?.len();
    let count = runs.len() as f64;
    let at_question = |at: usize| runs.iter().map(|run| run[at].mean()).sum::<f64>() / count;
    let means: Vec<f64> = (0..questions).map(at_question).collect();
    if runs.len() < 2 {
        let attempts = attempts_part(arm)?;
        return Some((means, attempts * questions as f64));
    }
    let whole = mean(means.iter().copied())?;
    let mut squares = 0.0;
    for run in &runs {
        let of_run = avg(run)?;
        let rest = |(each, mean): (&Counts, &f64)| (each.mean() - mean - of_run + whole).powi(2);
        squares += run.iter().zip(&means).map(rest).sum::<f64>();
    }
    let freedom = (questions as f64 - 1.0) * (count - 1.0);
    (freedom > 0.0).then(|| (means, squares / freedom / count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::random::Stream;

    fn run(right: &[u32], of: u32) -> Vec<Counts> {
        right.iter().map(|&right| Counts::new(right, of)).collect()
    }

    /// By hand: two draws of two seeds at two questions of 100 attempts. Means .2 and .4, .5 and .7: between seeds .02 in each draw,
    /// attempts (.16 + .24 + .25 + .21)/4/99/2, between draws (.3, .6) .045 less half of .02.
    #[test]
    fn draws_and_seeds_are_an_analysis_of_variance() {
        let draw = |a: u32, b: u32| vec![run(&[a, a], 100), run(&[b, b], 100)];
        let found = components(&[vec![draw(20, 40), draw(50, 70)]]).unwrap();
        let attempts = (0.16 + 0.24 + 0.25 + 0.21) / 4.0 / 99.0 / 2.0;
        let near = |found: Option<f64>, squared: f64| {
            assert!(
                (found.unwrap() - 100.0 * f64::sqrt(squared)).abs() < 1e-9,
                "{found:?}"
            );
        };
        near(found.seed_sd, 0.02 - attempts);
        near(found.draw_sd, 0.045 - 0.01);
        assert!((found.accuracy - 45.0).abs() < 1e-9);
        assert_eq!((found.draw_freedom, found.seed_freedom), (1, 2));
        assert_eq!(found.question_sd, None, "one arm");
    }

    #[test]
    fn one_run_tells_of_attempts_alone() {
        let found = components(&[vec![vec![run(&[0, 4, 8], 8)]]]).unwrap();
        assert_eq!((found.draw_sd, found.seed_sd), (None, None));
        assert!(found.between_questions.unwrap() > 0.5);
        assert_eq!(
            components(&[vec![vec![run(&[1], 1), run(&[1, 1], 1)]]]),
            None
        );
        assert_eq!(components(&[]), None);
    }

    /// Simulated with the sd 6 between draws, 3 between seeds and 10 of the arms' difference between questions.
    #[test]
    fn what_was_put_in_comes_out() {
        let mut stream = Stream::new(11);
        let mut normal = || (0..12).map(|_| stream.unit()).sum::<f64>() - 6.0;
        let questions: Vec<f64> = (0..200)
            .map(|at| 0.3 + 0.4 * f64::from(at) / 200.0)
            .collect();
        let mut arms = Vec::new();
        for _ in 0..2 {
            let own: Vec<f64> = questions
                .iter()
                .map(|q| q + 0.1 / f64::sqrt(2.0) * normal())
                .collect();
            let mut draws = Vec::new();
            for _ in 0..150 {
                let draw = 0.06 * normal();
                let mut seeds = Vec::new();
                for _ in 0..3 {
                    let seed = 0.03 * normal();
                    let right = |q: &f64| ((q + draw + seed).clamp(0.0, 1.0) * 1e6) as u32;
                    seeds.push(run(&own.iter().map(right).collect::<Vec<_>>(), 1_000_000));
                }
                draws.push(seeds);
            }
            arms.push(draws);
        }
        let found = components(&arms).unwrap();
        for (found, expected) in [
            (found.draw_sd, 6.0),
            (found.seed_sd, 3.0),
            (found.question_sd, 10.0),
        ] {
            assert!(
                (found.unwrap() / expected - 1.0).abs() < 0.12,
                "{found:?}, {expected}"
            );
        }
    }
}
