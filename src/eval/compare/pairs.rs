//! Two runs on the same questions.

use super::{mcnemar, sign_flip};
use crate::eval::distributions::{Z, t_critical};
use crate::eval::intervals::{Interval, NoInterval, this_run};
use crate::eval::table::{Counts, avg, variance};

/// From so many questions on, t knows the spread of their differences.
const QUESTIONS_MIN: usize = 30;

/// And of so many questions that differ at all: where hardly any does, t knows of no variation.
const DIFFERING_MIN: usize = 8;

/// And where the differences are spread as over so many alike: where a few questions make nearly all of it, t is too short
/// (simulated: 91 of 100 for 30 questions of which most are nearly never solved, with 64 attempts).
const ALIKE_MIN: f64 = 5.0;

/// One run less another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Questions that both have.
    pub questions: usize,
    /// Mean over the questions of the difference of their shares.
    pub difference: f64,
    /// Where the difference on questions like these lies.
    pub interval: Interval,
    /// By flips of signs, question by question ([`sign_flip`]).
    pub p: f64,
    /// McNemar's exact p, where every question has one attempt in each.
    pub mcnemar: Option<f64>,
    /// Questions at which the first has the larger share.
    pub wins: u32,
    /// Questions at which the second has.
    pub losses: u32,
    /// Questions at which both have the same.
    pub ties: u32,
}

/// With fewer questions no p of a pair can be below .05: all five of five won have 2/32.
pub const VERDICT_MIN: usize = 6;

impl Pair {
    /// Whether so many questions can tell two runs apart at all; where not, the difference is printed without a verdict.
    pub fn can_tell(&self) -> bool {
        self.questions >= VERDICT_MIN
    }
}

/// Compares two runs whose questions are the same, in one order.
///
/// The interval is t over the questions' differences. Below thirty questions, where fewer than eight differ or where a few
/// of them make nearly all of the difference, it is the one of evalstats 0.3 (MIT): Bonett and Price's of paired shares, by question: Δ̃ = Σδ/(Q+2), V = (Σδ²+2m)/(Q+2) − Δ̃²
/// with m = (Σδ²+2)/(Σu+2), where u is the chance that an attempt of one and an attempt of the other differ. It is no hull with
/// [`this_pair`], which takes the attempts at a question for those of one rate: what two runs of one attempt each share by
/// question it cannot see.
pub fn pair(a: &[Counts], b: &[Counts], seed: u64) -> Result<Pair, NoInterval> {
    aligned(a, b)?;
    if a.len() < 2 {
        return Err(NoInterval::OneQuestion);
    }
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a.mean() - b.mean()).collect();
    let count = |is: fn(f64) -> bool| differences.iter().filter(|each| is(**each)).count() as u32;
    let [wins, losses, ties] = [count(|d| d > 0.0), count(|d| d < 0.0), count(|d| d == 0.0)];
    let is_single = a.iter().chain(b).all(|each| each.of == 1);
    let interval = if are_many(&differences) {
        students(&differences)
    } else {
        few(a, b, &differences)
    };
    Ok(Pair {
        questions: a.len(),
        difference: differences.iter().sum::<f64>() / differences.len() as f64,
        interval: interval.within(-1.0, 1.0),
        p: sign_flip(a, b, seed),
        mcnemar: is_single.then(|| mcnemar(wins, losses)),
        wins,
        losses,
        ties,
    })
}

/// Where the difference of the two runs' true rates on these very questions lies: of their intervals, [`this_run`], the reach
/// towards each other and away (Newcombe 1998; Zou and Donner 2008).
pub fn this_pair(a: &[Counts], b: &[Counts]) -> Result<Interval, NoInterval> {
    aligned(a, b)?;
    Ok(recovered(&[(1.0, a), (-1.0, b)])?.within(-1.0, 1.0))
}

/// Of a weighted sum of runs' means, from each one's interval.
pub(super) fn recovered(terms: &[(f64, &[Counts])]) -> Result<Interval, NoInterval> {
    let (mut centre, mut below, mut above) = (0.0, 0.0, 0.0);
    for (weight, run) in terms {
        let interval = this_run(run)?;
        let mean = avg(run).ok_or(NoInterval::NoAttempts)?;
        let [down, up] =
            [mean - interval.low, interval.high - mean].map(|reach| (weight * reach).powi(2));
        let [down, up] = if *weight > 0.0 {
            [down, up]
        } else {
            [up, down]
        };
        centre += weight * mean;
        below += down;
        above += up;
    }
    Ok(Interval {
        low: centre - below.max(0.0).sqrt(),
        high: centre + above.max(0.0).sqrt(),
    })
}

fn aligned(a: &[Counts], b: &[Counts]) -> Result<(), NoInterval> {
    if a.len() != b.len() {
        return Err(NoInterval::OtherQuestions);
    }
    let empty = a.is_empty() || a.iter().chain(b).any(|each| each.of == 0);
    if empty {
        Err(NoInterval::NoAttempts)
    } else {
        Ok(())
    }
}

/// Whether t over these differences of questions holds.
fn are_many(differences: &[f64]) -> bool {
    // Sums of shares that cancel leave a last digit.
    let differing = differences.iter().filter(|each| each.abs() > 1e-12);
    differences.len() >= QUESTIONS_MIN
        && differing.count() >= DIFFERING_MIN
        && alike(differences) >= ALIKE_MIN
}

/// Over how many equal differences the squares are spread as much: (Σd²)² / Σd⁴.
pub(super) fn alike(differences: &[f64]) -> f64 {
    let power = |power: i32| differences.iter().map(|each| each.powi(power)).sum::<f64>();
    power(2).powi(2) / power(4)
}

fn students(differences: &[f64]) -> Interval {
    let count = differences.len() as f64;
    let centre = differences.iter().sum::<f64>() / count;
    let error = (variance(differences).unwrap_or(0.0) / count).sqrt();
    Interval::around(centre, t_critical(0.05, count - 1.0) * error)
}

fn few(a: &[Counts], b: &[Counts], differences: &[f64]) -> Interval {
    let count = differences.len() as f64 + 2.0;
    let squares: f64 = differences.iter().map(|each| each * each).sum();
    let unlike = |(a, b): (&Counts, &Counts)| {
        let (a, b) = (a.mean(), b.mean());
        a * (1.0 - b) + b * (1.0 - a)
    };
    let unlike: f64 = a.iter().zip(b).map(unlike).sum();
    let added = (squares + 2.0) / (unlike + 2.0);
    let centre = differences.iter().sum::<f64>() / count;
    let variance = (squares + 2.0 * added) / count - centre * centre;
    Interval::around(centre, Z * (variance / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, of 2 questions won, 1 lost and 1 tied: Δ̃ = 1/6, m = 1, V = 5/6 − 1/36.
    #[test]
    fn few_single_answers_are_bonett_and_prices() {
        let a = [1, 1, 0, 1].map(|right| Counts::new(right, 1));
        let b = [0, 0, 1, 1].map(|right| Counts::new(right, 1));
        let found = pair(&a, &b, 0).unwrap();
        let reach = 1.959963984540054 * ((5.0 / 6.0 - 1.0 / 36.0) / 6.0_f64).sqrt();
        assert!((found.interval.low - (1.0 / 6.0 - reach)).abs() < 1e-12);
        assert_eq!((found.wins, found.losses, found.ties), (2, 1, 1));
        assert_eq!(found.mcnemar, Some(1.0));
        assert!(!found.can_tell(), "of four questions no p is below .125");
        assert_eq!(found.difference, 0.25);
    }

    #[test]
    fn runs_of_different_questions_are_not_compared() {
        let four = [Counts::new(1, 2); 4];
        assert_eq!(pair(&four, &four[..3], 0), Err(NoInterval::OtherQuestions));
        assert_eq!(this_pair(&[], &[]), Err(NoInterval::NoAttempts));
    }

    /// By hand: of forty questions one won outright and thirty by a hundredth, (1 + .003)² / (1 + 3e-7) = 1.006 alike.
    #[test]
    fn one_question_that_makes_the_difference_is_not_many() {
        let mut a = [Counts::new(1, 100); 40];
        a[0] = Counts::new(100, 100);
        let mut b = [Counts::new(0, 100); 40];
        b[1..10].copy_from_slice(&[Counts::new(1, 100); 9]);
        assert!(pair(&a, &b, 0).unwrap().interval.low < 0.0);
        let even = [Counts::new(50, 100); 40];
        let other: Vec<Counts> = (0..40).map(|at| Counts::new(40 + at % 4, 100)).collect();
        assert!(pair(&even, &other, 0).unwrap().interval.low > 0.05);
    }

    #[test]
    fn runs_that_agree_everywhere_may_still_differ() {
        let same = [Counts::new(1, 1); 40];
        let found = pair(&same, &same, 0).unwrap();
        assert!(found.interval.low < -0.02 && found.interval.high > 0.02);
        let here = this_pair(&same, &same).unwrap();
        assert!(here.low < -0.02 && here.high > 0.02 && here.holds(0.0));
    }
}
