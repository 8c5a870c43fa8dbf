//! The smallest difference between two subsets that an experiment can detect.
//!
//! An arm of the experiment is a subset in D draws, each trained with T seeds, each model asked Q questions
//! A times. What is compared are the means of two arms, over draws: what a *kind* of subset does, and not
//! what one lucky set did. Three things make that difference vary: draws (and training seeds inside of
//! them), the attempts, and, where the questions stand for others like them, the questions. The spread
//! between draws is not known and must be estimated from the draws themselves, so that the test is
//! Student's and its power is of the noncentral t. With one draw there is nothing to estimate it from.
//!
//! Where questions are random their part has Q - 1 degrees of freedom; both parts together have
//! Satterthwaite's (1946, doi:10.2307/3002019).

use serde::Serialize;

mod noncentral;

pub(crate) use noncentral::{cdf, quantile};

/// An experiment of two arms, alike in design. Standard deviations and differences are in points of a
/// hundred.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Design {
    /// Independent draws of each subset.
    pub draws: u32,
    /// Training seeds of each draw.
    pub seeds: u32,
    pub questions: u32,
    /// Attempts of each model at each question.
    pub attempts: u32,
    /// Of the accuracy between draws, beyond what seeds and attempts make.
    pub draw_sd: f64,
    /// Of the accuracy between training seeds of one draw.
    pub seed_sd: f64,
    /// Share of attempts that are right, in percent: decides how much attempts vary.
    pub accuracy: f64,
    /// Share of the variance of attempts that lies between questions, 0 to 1: some are always solved,
    /// others never, and then repeating them says less new.
    pub between_questions: f64,
    /// Of the arms' difference from question to question, where questions stand for others like them;
    /// none where the difference on these very questions is meant.
    pub question_sd: Option<f64>,
}

/// How sure the answer is to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Test {
    /// Two-sided.
    pub alpha: f64,
    pub power: f64,
}

/// What a design can detect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Detectable {
    /// Of the difference of two arms.
    pub standard_error: f64,
    pub degrees_of_freedom: f64,
    /// In points; the chance to find it is the test's power.
    pub smallest_difference: f64,
}

/// Variances of the difference of two arms, in squared points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Variances {
    pub draws: f64,
    pub seeds: f64,
    pub attempts: f64,
    pub questions: f64,
}

/// How many draws of each arm, and training runs of both together, a difference takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RunsNeeded {
    pub draws: u32,
    pub runs: u64,
}

/// No experiment has more draws of a subset.
const DRAWS_MAX: u32 = 1_000_000;

impl Design {
    pub(crate) fn variances(&self) -> Variances {
        let [draws, seeds, questions, attempts] =
            [self.draws, self.seeds, self.questions, self.attempts].map(f64::from);
        let share = self.accuracy / 100.0;
        let attempt = 1e4 * share * (1.0 - share) * (1.0 - self.between_questions);
        Variances {
            draws: 2.0 * self.draw_sd * self.draw_sd / draws,
            seeds: 2.0 * self.seed_sd * self.seed_sd / (draws * seeds),
            attempts: 2.0 * attempt / (draws * seeds * questions * attempts),
            questions: self.question_sd.map_or(0.0, |sd| sd * sd / questions),
        }
    }

    /// Standard error of the difference of two arms if nothing but attempts varied.
    pub(crate) fn attempts_error(&self) -> f64 {
        self.variances().attempts.sqrt()
    }

    /// Standard error and degrees of freedom; none with one draw, and where questions are random with one
    /// question.
    pub(crate) fn error(&self) -> Option<(f64, f64)> {
        let variances = self.variances();
        let between = variances.draws + variances.seeds + variances.attempts;
        let freedom = 2.0 * (f64::from(self.draws) - 1.0);
        if self.draws < 2 || (self.question_sd.is_some() && self.questions < 2) {
            return None;
        }
        let whole = between + variances.questions;
        if variances.questions == 0.0 {
            return Some((whole.sqrt(), freedom));
        }
        let questions = variances.questions.powi(2) / (f64::from(self.questions) - 1.0);
        let satterthwaite = whole.powi(2) / (between.powi(2) / freedom + questions);
        Some((whole.sqrt(), satterthwaite))
    }

    /// What it can detect; none where [`Design::error`] is none.
    pub(crate) fn detectable(&self, test: Test) -> Option<Detectable> {
        let (standard_error, degrees_of_freedom) = self.error()?;
        let shift = test.shift(degrees_of_freedom);
        Some(Detectable {
            standard_error,
            degrees_of_freedom,
            smallest_difference: shift * standard_error,
        })
    }

    /// The chance to find a difference; none where [`Design::error`] is none, or nothing varies.
    pub(crate) fn power_at(&self, difference: f64, alpha: f64) -> Option<f64> {
        let (error, freedom) = self.error().filter(|(error, _)| *error > 0.0)?;
        let critical = quantile(1.0 - alpha / 2.0, freedom);
        Some(power(critical, freedom, difference / error))
    }

    /// The fewest draws that can detect a difference, all else as it is; none where a million cannot.
    pub(crate) fn draws_for(&self, difference: f64, test: Test) -> Option<RunsNeeded> {
        let enough = |draws: u32| {
            let found = Self { draws, ..*self }.detectable(test);
            found.is_some_and(|found| found.smallest_difference <= difference)
        };
        let mut high = 2;
        while !enough(high) {
            high *= 2;
            if high > DRAWS_MAX {
                return None;
            }
        }
        let mut low = high / 2;
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if enough(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(RunsNeeded {
            draws: high,
            runs: 2 * u64::from(high) * u64::from(self.seeds),
        })
    }
}

impl Test {
    /// How many standard errors a difference must have for the test to find it with its power.
    pub(crate) fn shift(self, freedom: f64) -> f64 {
        let critical = quantile(1.0 - self.alpha / 2.0, freedom);
        noncentral::root(0.0, |shift| power(critical, freedom, shift) - self.power)
    }

    /// The same if the spread were known: Gauss's.
    pub(crate) fn shift_at_best(self) -> f64 {
        let critical = noncentral::root(0.0, |z| noncentral::gauss(z) - (1.0 - self.alpha / 2.0));
        let found =
            |shift: f64| noncentral::gauss(shift - critical) + noncentral::gauss(-shift - critical);
        noncentral::root(0.0, |shift| found(shift) - self.power)
    }
}

/// The chance that |T| passes the critical value.
fn power(critical: f64, freedom: f64, shift: f64) -> f64 {
    // P(T > c) = P(-T < -c), and -T is of -shift.
    cdf(-critical, freedom, -shift) + cdf(-critical, freedom, shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Test = Test {
        alpha: 0.05,
        power: 0.8,
    };

    const SCIPYS: f64 = 2.3807542132712034;

    fn design() -> Design {
        Design {
            draws: 4,
            seeds: 1,
            questions: 30,
            attempts: 8,
            draw_sd: 1.0,
            seed_sd: 0.0,
            accuracy: 0.0,
            between_questions: 0.0,
            question_sd: None,
        }
    }

    /// scipy 1.17.1: the shift at which nct.sf(c) + nct.cdf(-c) = 0.8 with 6 degrees of freedom, times
    /// sqrt(2/4).
    #[test]
    fn four_draws_that_vary_by_a_point_find_scipys_difference() {
        let found = design().detectable(USUAL).unwrap();
        assert_eq!(found.degrees_of_freedom, 6.0);
        assert!((found.standard_error - 0.5_f64.sqrt()).abs() < 1e-15);
        assert!(
            (found.smallest_difference - SCIPYS).abs() < 1e-9,
            "{}",
            found.smallest_difference
        );
        let power = design().power_at(found.smallest_difference, 0.05).unwrap();
        assert!((power - 0.8).abs() < 1e-12);
    }

    #[test]
    fn one_draw_finds_nothing_whatever_else_is_repeated() {
        let one = Design {
            draws: 1,
            seeds: 64,
            attempts: 1024,
            ..design()
        };
        assert_eq!(one.detectable(USUAL), None);
        assert_eq!(one.power_at(50.0, 0.05), None);
        let question = Design {
            questions: 1,
            question_sd: Some(5.0),
            ..design()
        };
        assert_eq!(question.detectable(USUAL), None);
    }

    /// By hand: 12 questions, 8 attempts of 4 models at 31 % make sqrt(2 × 2139 / 384) points.
    #[test]
    fn the_papers_difference_is_less_than_two_errors_of_its_attempts() {
        let paper = Design {
            draws: 1,
            seeds: 4,
            questions: 12,
            accuracy: 31.0,
            ..design()
        };
        assert!((paper.attempts_error() - (2.0 * 2139.0 / 384.0_f64).sqrt()).abs() < 1e-12);
        let errors = 5.2 / paper.attempts_error();
        assert!(errors > 1.5 && errors < 1.6, "{errors}");
    }

    #[test]
    fn the_draws_for_a_difference_are_the_fewest_that_find_it() {
        let wide = Design {
            seeds: 3,
            draw_sd: 2.0,
            ..design()
        };
        let needed = wide.draws_for(2.0, USUAL).unwrap();
        let finds = |draws: u32| {
            let found = Design { draws, ..wide }.detectable(USUAL).unwrap();
            found.smallest_difference <= 2.0
        };
        assert!(finds(needed.draws) && !finds(needed.draws - 1));
        assert_eq!(needed.runs, 6 * u64::from(needed.draws));
        let few_questions = Design {
            question_sd: Some(20.0),
            ..design()
        };
        let never = few_questions.draws_for(1.0, USUAL);
        assert_eq!(never, None, "no draw makes up for few questions");
    }
}
