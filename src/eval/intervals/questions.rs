//! The same on questions like these.

use super::run::clopper_pearson;
use super::{Interval, NoInterval, this_kind, this_run};
use crate::eval::distributions::{Z, t_critical};
use crate::eval::table::{Counts, avg, pooled, variance};

/// From so many questions on p̃ alone holds.
const QUESTIONS_MIN: usize = 30;

/// Where the mean over all questions like these lies, from the counts of each draw's run in one order of questions; with one
/// run, of that run's model.
///
/// Two questions are added, one always solved and one never, as Agresti and Coull do for a share: p̃ = (Σm+1)/(Q+2) and
/// V = (Σm²+1)/(Q+2) − p̃² over the questions' means m. A question's mean holds its attempts' variation already, which is not
/// counted again. With several draws what all questions share in a draw is added, s²/D, and t has Satterthwaite's degrees
/// of freedom.
///
/// It is the hull with the interval on these questions ([`this_run`], of several draws [`this_kind`]), which are some of those
/// like them: two draws that agree by chance make those degrees many (simulated without t over the draws: 90 of 100 for 30
/// questions, two draws and 8 attempts), and with one attempt at a question Clopper and Pearson's is the wider.
///
/// Below thirty questions it is the hull of that and of Clopper and Pearson's for as many questions of which each is always
/// or never solved as would vary as much: four such questions, all unsolved, happen in one of sixteen experiments where half
/// of all questions are solved, and p̃ would leave a half out (simulated: 85 to 88 of 100).
pub fn questions_like_these(draws: &[Vec<Counts>]) -> Result<Interval, NoInterval> {
    let together = pooled(draws).ok_or(NoInterval::OtherQuestions)?;
    if together.iter().any(|each| each.of == 0) {
        return Err(NoInterval::NoAttempts);
    }
    if together.len() < 2 {
        return Err(NoInterval::OneQuestion);
    }
    let count = together.len() as f64 + 2.0;
    let sum: f64 = together.iter().map(Counts::mean).sum();
    let squares: f64 = together.iter().map(|each| each.mean().powi(2)).sum();
    let centre = (sum + 1.0) / count;
    let questions = ((squares + 1.0) / count - centre * centre) / count;
    let means: Vec<f64> = draws.iter().filter_map(|draw| avg(draw)).collect();
    let between = variance(&means).map_or(0.0, |variance| variance / means.len() as f64);
    let critical = match means.len() {
        1 => Z,
        draws => {
            let draws = between.powi(2) / (draws as f64 - 1.0);
            let freedom =
                (questions + between).powi(2) / (questions.powi(2) / (count - 3.0) + draws);
            t_critical(0.05, freedom)
        }
    };
    let mut found = Interval::around(centre, critical * (questions + between).sqrt());
    let here = match draws {
        [run] => this_run(run),
        draws => this_kind(draws),
    };
    if let Ok(here) = here {
        found = found.hull(here);
    }
    if together.len() >= QUESTIONS_MIN {
        return Ok(found.within(0.0, 1.0));
    }
    let alike = centre * (1.0 - centre) / (questions * count);
    let real = together.len() as f64;
    let sure = clopper_pearson(sum / real, real * alike);
    Ok(found.hull(sure).within(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: p̃ = 1/2 and V = 1/2 − 1/4 of sixteen solved and sixteen unsolved questions.
    #[test]
    fn many_questions_have_two_more() {
        let half: Vec<Counts> = (0..32).map(|at| Counts::new(64 * (at % 2), 64)).collect();
        let found = questions_like_these(&[half]).unwrap();
        assert!((found.high - (0.5 + Z * (0.25 / 34.0_f64).sqrt())).abs() < 1e-12);
    }

    #[test]
    fn these_questions_are_some_of_those_like_them() {
        for [draws, questions, of] in [[1, 32, 1], [1, 8, 8], [2, 30, 8], [3, 12, 64], [4, 60, 1]] {
            let draw = |draw: u32| -> Vec<Counts> {
                (0..questions)
                    .map(|at| Counts::new((at + draw) % (of + 1), of))
                    .collect()
            };
            let drawn: Vec<Vec<Counts>> = (0..draws).map(draw).collect();
            let here = match drawn.as_slice() {
                [run] => this_run(run).unwrap(),
                drawn => this_kind(drawn).unwrap(),
            };
            let likely = questions_like_these(&drawn).unwrap();
            assert!(
                likely.low <= here.low && here.high <= likely.high,
                "{drawn:?}: {likely:?} {here:?}"
            );
        }
    }

    #[test]
    fn four_unsolved_questions_leave_it_open_whether_half_of_all_are_solved() {
        let none = vec![Counts::new(0, 1); 4];
        let found = questions_like_these(&[none]).unwrap();
        assert!(found.low == 0.0 && (found.high - (1.0 - 0.025_f64.powf(0.25))).abs() < 1e-9);
        let one = vec![Counts::new(1, 8)];
        assert_eq!(questions_like_these(&[one]), Err(NoInterval::OneQuestion));
    }
}
