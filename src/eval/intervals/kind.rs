//! This kind of subset on these questions: draws, their training and attempts vary.

use super::{Interval, NoInterval, this_run};
use crate::eval::distributions::t_critical;
use crate::eval::table::{Counts, avg, pooled, variance};

/// Where the mean of all draws that could have been drawn lies, from the counts of each draw's run in one order of questions.
///
/// The hull of t over the draws' means and of [`this_run`] of all attempts together: draws of few questions often have the
/// same mean by chance, and then t knows of no variation, which the attempts still show. Runs of one draw that differ in
/// their training seed alone are draws of *this set, retrained*, by the same rule.
pub fn this_kind(draws: &[Vec<Counts>]) -> Result<Interval, NoInterval> {
    let together = pooled(draws).ok_or(NoInterval::OtherQuestions)?;
    let means: Vec<f64> = draws.iter().filter_map(|draw| avg(draw)).collect();
    let between = over_draws(&means)?;
    Ok(between.hull(this_run(&together)?).within(0.0, 1.0))
}

/// Student's t over one number a draw, whatever it is of: a tier's cov@n, a slope. It knows nothing of the attempts.
pub fn over_draws(values: &[f64]) -> Result<Interval, NoInterval> {
    let variance = variance(values).ok_or(NoInterval::OneDraw)?;
    let count = values.len() as f64;
    let centre = values.iter().sum::<f64>() / count;
    Ok(Interval::around(
        centre,
        t_critical(0.05, count - 1.0) * (variance / count).sqrt(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By a table of t: 2.776 for four degrees of freedom; the values have the variance 2.5.
    #[test]
    fn t_over_five_draws_is_as_in_books() {
        let found = over_draws(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert!((found.high - (3.0 + 2.7764451 * 0.5_f64.sqrt())).abs() < 1e-6);
        assert_eq!(over_draws(&[1.0]), Err(NoInterval::OneDraw));
    }

    #[test]
    fn draws_that_agree_by_chance_are_as_unsure_as_their_attempts() {
        let draw = vec![
            Counts::new(1, 1),
            Counts::new(1, 1),
            Counts::new(0, 1),
            Counts::new(0, 1),
        ];
        let found = this_kind(&vec![draw; 4]).unwrap();
        assert!(found.low < 0.25 && found.high > 0.75, "{found:?}");
    }
}
