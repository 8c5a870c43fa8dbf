//! Whether questions are a ladder: whoever solves a question solves every easier one (Guttman 1944).
//!
//! Errors are counted as Goodenough and Edwards do: the cells that differ from the pattern that a run's number of solved
//! questions would make on a perfect ladder. A reproducibility above .9 is no evidence of one: where most questions are
//! solved by all or by none it comes for nothing. What counts is the number of errors among tables with the same margins,
//! the same questions as easy and the same runs as strong, in which nothing else hangs together (Strona and others 2014,
//! doi:10.1038/ncomms5114, the curveball).

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
    /// Cells that differ from the perfect ladder.
    pub errors: usize,
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

/// From which questions each run solved, `solved[run][question]`; none with fewer than two runs or questions, or where runs
/// have different numbers of questions.
pub fn ladder(solved: &[Vec<bool>], seed: u64) -> Option<Ladder> {
    let (runs, questions) = (solved.len(), solved.first()?.len());
    if runs < 2 || questions < 2 || solved.iter().any(|run| run.len() != questions) {
        return None;
    }
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

    #[test]
    fn a_perfect_ladder_has_no_error() {
        let found = ladder(&table(&["1110", "1100", "1000", "0000"]), 0).unwrap();
        assert_eq!((found.errors, found.reproducibility), (0, 1.0));
        assert_eq!((found.scalability, found.h), (Some(1.0), Some(1.0)));
        assert_eq!(ladder(&table(&["111"]), 0), None);
        assert_eq!(ladder(&table(&["111", "11"]), 0), None);
    }

    /// By hand: the run that solves the hardest alone differs in two cells.
    #[test]
    fn a_question_out_of_order_is_two_errors() {
        let found = ladder(&table(&["110", "110", "001"]), 0).unwrap();
        assert_eq!(found.errors, 2);
        assert!((found.marginal_reproducibility - 2.0 / 3.0).abs() < 1e-12);
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
