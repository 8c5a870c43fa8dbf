//! Whether questions are a ladder: whoever solves a question solves every easier one (Guttman 1944).
//!
//! Errors are counted as Goodenough and Edwards do: the cells that differ from the pattern that a run's number of solved
//! questions would make on a perfect ladder. A reproducibility above .9 is no evidence of one: where most questions are
//! solved by all or by none it comes for nothing. What counts is the number of errors among tables with the same margins,
//! the same questions as easy and the same runs as strong, in which nothing else hangs together (Strona and others 2014,
//! doi:10.1038/ncomms5114, the curveball).
//!
//! Questions that as many runs solved have no order among themselves, and the errors depend on the one that is taken: on 11
//! real runs they are 28 in the order of AIME24's ids and 32 in the order of the questions' texts. Here it is always the order
//! of ids (numbers by value, then other ids by their characters), whatever order a log has, and beside the number stands
//! between which two it lies for every order of equals.

use super::random::Stream;
use super::table::{Counts, variance};

/// Tables drawn for the null. Their mean is known to a tenth of an error.
const TABLES: usize = 2000;

/// Trades between one table and the next, for each run; five mix what Strona and others tried.
const TRADES: usize = 5;

/// How much like a ladder runs and questions are.
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder {
    /// Runs and questions.
    pub runs: usize,
    /// See `runs`.
    pub questions: usize,
    /// Cells that differ from the perfect ladder; questions that as many runs solved stand in the order of their ids.
    pub errors: usize,
    /// No order of questions that as many runs solved has fewer errors than the first or more than the second.
    pub errors_between: [usize; 2],
    /// 1 − errors over cells.
    pub reproducibility: f64,
    /// The least that reproducibility can be with these questions' margins: mean of max(solved, unsolved).
    pub marginal_reproducibility: f64,
    /// How much of the rest is there: (CR − MMR) / (1 − MMR); none where the margins leave no room (Menzel 1953).
    pub scalability: Option<f64>,
    /// Loevinger's H: 1 − pairs out of order over those that independence would make; none where it would make none.
    pub h: Option<f64>,
    /// Errors of tables with the same margins: mean, standard deviation, and the share that has as few or fewer.
    pub null_mean: f64,
    /// See `null_mean`.
    pub null_sd: f64,
    /// Small where there are fewer errors than the margins alone make.
    pub p: f64,
}

/// A question counts as solved where more than half of its attempts are right.
pub fn solved(counts: &Counts) -> bool {
    2 * u64::from(counts.right) > u64::from(counts.of)
}

/// From which questions each run solved, `solved[run][question]`, and the questions' ids, each once; none with fewer than two
/// runs or questions, or where a run has not as many questions as there are ids. The order of questions and of runs is
/// indifferent.
///
/// ```
/// # use gradatim::eval::ladder::ladder;
/// let solved = [vec![true, true, false], vec![true, true, false], vec![false, false, true]];
/// assert_eq!(ladder(&["60", "61", "62"], &solved, 0).map(|found| found.errors), Some(2));
/// ```
pub fn ladder(ids: &[&str], solved: &[Vec<bool>], seed: u64) -> Option<Ladder> {
    let (runs, questions) = (solved.len(), ids.len());
    if runs < 2 || questions < 2 || solved.iter().any(|run| run.len() != questions) {
        return None;
    }
    let solved = &in_one_order(ids, solved);
    let order = easiest_first(solved);
    let cells = (runs * questions) as f64;
    let errors = errors(solved, &order);
    let reproducibility = 1.0 - errors as f64 / cells;
    let larger: usize = totals(solved)
        .iter()
        .map(|&total| total.max(runs - total))
        .sum();
    let marginal = larger as f64 / cells;
    let null = null(solved, &order, seed);
    let as_few = null.iter().filter(|drawn| **drawn <= errors as f64).count();
    Some(Ladder {
        runs,
        questions,
        errors,
        errors_between: errors_between(solved),
        reproducibility,
        marginal_reproducibility: marginal,
        scalability: (marginal < 1.0).then(|| (reproducibility - marginal) / (1.0 - marginal)),
        h: loevinger(solved, &order),
        null_mean: null.iter().sum::<f64>() / null.len() as f64,
        null_sd: variance(&null)?.sqrt(),
        p: (as_few as f64 + 1.0) / (null.len() as f64 + 1.0),
    })
}

/// How many runs solved each question.
fn totals(solved: &[Vec<bool>]) -> Vec<usize> {
    let questions = solved.first().map_or(0, Vec::len);
    let total = |at: usize| solved.iter().filter(|run| run[at]).count();
    (0..questions).map(total).collect()
}

/// Questions in the order of their ids, and runs in that of what they solved, so that the null's stream meets the same table
/// however logs were read.
fn in_one_order(ids: &[&str], solved: &[Vec<bool>]) -> Vec<Vec<bool>> {
    let number = |at: usize| ids[at].parse::<u64>().unwrap_or(u64::MAX);
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by_key(|&at| (number(at), ids[at]));
    let row = |run: &Vec<bool>| order.iter().map(|&at| run[at]).collect();
    let mut rows: Vec<Vec<bool>> = solved.iter().map(row).collect();
    rows.sort();
    rows
}

/// Questions from the one that most runs solved on; equal ones as they came.
fn easiest_first(solved: &[Vec<bool>]) -> Vec<usize> {
    let totals = totals(solved);
    let mut order: Vec<usize> = (0..totals.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(totals[at]));
    order
}

fn errors(solved: &[Vec<bool>], order: &[usize]) -> usize {
    let of_run = |run: &Vec<bool>| {
        let score = run.iter().filter(|solved| **solved).count();
        // As many unsolved before the score as solved behind it.
        2 * order[..score].iter().filter(|&&at| !run[at]).count()
    };
    solved.iter().map(of_run).sum()
}

/// Fewest and most errors over all orders of equals: a run whose score ends among equally easy questions has those that it
/// solved first, or last. Each run by itself, so that both ends may be out of reach of one order for all.
fn errors_between(solved: &[Vec<bool>]) -> [usize; 2] {
    let totals = totals(solved);
    let of_run = |run: &Vec<bool>| {
        let score = run.iter().filter(|solved| **solved).count();
        let mut before = 0;
        let (mut fewest, mut most) = (0, 0);
        for total in (0..=solved.len()).rev() {
            let alike = || (0..totals.len()).filter(|&at| totals[at] == total);
            let [all, own] = [alike().count(), alike().filter(|&at| run[at]).count()];
            let inside = score.saturating_sub(before).min(all);
            fewest += 2 * inside.saturating_sub(own);
            most += 2 * inside.min(all - own);
            before += all;
        }
        [fewest, most]
    };
    let both = |[a, b]: [usize; 2], [c, d]: [usize; 2]| [a + c, b + d];
    solved.iter().map(of_run).fold([0, 0], both)
}

fn loevinger(solved: &[Vec<bool>], order: &[usize]) -> Option<f64> {
    let totals = totals(solved);
    let runs = solved.len() as f64;
    let (mut seen, mut expected) = (0.0, 0.0);
    for (rank, &easier) in order.iter().enumerate() {
        for &harder in &order[rank + 1..] {
            let against = solved.iter().filter(|run| run[harder] && !run[easier]);
            seen += against.count() as f64;
            expected += totals[harder] as f64 * (runs - totals[easier] as f64) / runs;
        }
    }
    (expected > 0.0).then(|| 1.0 - seen / expected)
}

/// Errors of tables with the same margins.
fn null(solved: &[Vec<bool>], order: &[usize], seed: u64) -> Vec<f64> {
    let mut stream = Stream::new(seed);
    let mut table = solved.to_vec();
    let mut draw = || {
        for _ in 0..TRADES * table.len() {
            trade(&mut table, &mut stream);
        }
        errors(&table, order) as f64
    };
    draw();
    (0..TABLES).map(|_| draw()).collect()
}

/// Two runs share out anew what only one of them solved, each getting as many as it gave.
fn trade(table: &mut [Vec<bool>], stream: &mut Stream) {
    let one = stream.below(table.len());
    let other = (one + 1 + stream.below(table.len() - 1)) % table.len();
    let mut differing: Vec<usize> = (0..table[one].len())
        .filter(|&at| table[one][at] != table[other][at])
        .collect();
    let own = differing.iter().filter(|&&at| table[one][at]).count();
    for at in 0..differing.len() {
        let with = at + stream.below(differing.len() - at);
        differing.swap(at, with);
    }
    for (rank, at) in differing.into_iter().enumerate() {
        table[one][at] = rank < own;
        table[other][at] = rank >= own;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&str]) -> Vec<Vec<bool>> {
        rows.iter()
            .map(|row| row.chars().map(|cell| cell == '1').collect())
            .collect()
    }

    const IDS: [&str; 4] = ["9", "10", "11", "b"];

    #[test]
    fn a_perfect_ladder_has_no_error() {
        let found = ladder(&IDS[..4], &table(&["1110", "1100", "1000", "0000"]), 0).unwrap();
        assert_eq!((found.errors, found.reproducibility), (0, 1.0));
        assert_eq!((found.scalability, found.h), (Some(1.0), Some(1.0)));
        assert_eq!(found.errors_between, [0, 0]);
        assert_eq!(ladder(&IDS[..3], &table(&["111"]), 0), None);
        assert_eq!(ladder(&IDS[..3], &table(&["111", "11"]), 0), None);
    }

    /// By hand: the run that solves the hardest alone differs in two cells.
    #[test]
    fn a_question_out_of_order_is_two_errors() {
        let found = ladder(&IDS[..3], &table(&["110", "110", "001"]), 0).unwrap();
        assert_eq!(found.errors, 2);
        assert!((found.marginal_reproducibility - 2.0 / 3.0).abs() < 1e-12);
    }

    /// By hand: the second and third question are as easy, and the middle runs each solve one of them: in either order one run
    /// has two errors, and if each had its own order neither or both would.
    #[test]
    fn equally_easy_questions_stand_by_id_whatever_the_order_of_rows() {
        let found = ladder(&IDS[..3], &table(&["111", "110", "101"]), 7).unwrap();
        assert_eq!((found.errors, found.errors_between), (2, [0, 4]));
        let turned = ladder(&["11", "9", "10"], &table(&["011", "111", "110"]), 7);
        let same = ladder(&["9", "10", "11"], &table(&["110", "111", "101"]), 7);
        assert_eq!(turned, same);
        assert_eq!(same, Some(found));
    }

    #[test]
    fn a_trade_keeps_both_margins() {
        let mut traded = table(&["1101001", "0110100", "1011010"]);
        let (columns, rows) = (totals(&traded), traded.clone());
        let mut stream = Stream::new(3);
        for _ in 0..100 {
            trade(&mut traded, &mut stream);
        }
        assert_eq!(totals(&traded), columns);
        let score = |run: &Vec<bool>| run.iter().filter(|cell| **cell).count();
        assert!(traded.iter().map(score).eq(rows.iter().map(score)));
        assert_ne!(traded, rows);
    }
}
