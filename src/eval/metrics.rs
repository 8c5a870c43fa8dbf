//! What people call avg@n, cov@n, pass@k and maj@n, of one run.
//!
//! Each is a mean over questions, so that a question with more attempts than others weighs no more. Of several runs of an
//! arm it is the mean over runs: avg@8×4 and cov@8×4 are means of four numbers of eight attempts, not one of 32.

use super::table::{Counts, Outcome, Question, Table, avg, mean};
use super::tiers::Tier;

/// How a vote is decided in which several answers have the most voices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// By chance among them: the share of the tied answers that are right.
    Expected,
    /// The one that was said first, as the paper does.
    First,
}

/// The figures of a run, or of one tier of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Questions that the figures are of.
    pub questions: usize,
    /// Attempts at all of them.
    pub attempts: u64,
    /// Mean share of right attempts, unknown ones counted as wrong.
    pub avg: f64,
    /// Share of questions with a right attempt.
    pub cov: f64,
    /// Share of right votes, ties by expectation; none where no answer is known.
    pub maj_expected: Option<f64>,
    /// The same, ties to what was said first.
    pub maj_first: Option<f64>,
    /// Share of attempts that are unknown.
    pub unknown: f64,
    /// Share of attempts that did not come to their end, of those of which the log says so; none where it says of none.
    pub unfinished: Option<f64>,
    /// Mean tokens of a response, where the log says.
    pub tokens: Option<f64>,
}

/// The figures of an arm: means over its runs, so that avg@8×4 and cov@8×4 are of eight attempts each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverRuns {
    /// Runs that the means are of.
    pub runs: usize,
    /// See [`Figures::avg`].
    pub avg: f64,
    /// See [`Figures::cov`].
    pub cov: f64,
    /// See [`Figures::maj_expected`]; none where a run has none.
    pub maj_expected: Option<f64>,
    /// See [`Figures::maj_first`]; none where a run has none.
    pub maj_first: Option<f64>,
    /// See [`Figures::unfinished`]; none where a run has none.
    pub unfinished: Option<f64>,
    /// See [`Figures::tokens`]; none where a run has none.
    pub tokens: Option<f64>,
}

/// How accuracy goes with the tokens of a response, at one and the same question: stability against exploration.
#[derive(Clone, Debug, PartialEq)]
pub struct ByTokens {
    /// Questions that enough attempts with known tokens were made at.
    pub questions: usize,
    /// The questions' attempts from the shortest to the longest in equal parts: mean tokens, and share of right ones, of each.
    pub parts: Vec<[f64; 2]>,
    /// The chance that of a right and a wrong attempt at the same question the right one is shorter, ties by half; above a
    /// half where wandering goes with failing. None where no question has both.
    pub right_is_shorter: Option<f64>,
}

/// How far a run's average varies, and by what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Standard error if the questions were others like them.
    pub se_questions: f64,
    /// Standard error if the attempts were made again at these questions.
    pub se_attempts: f64,
    /// Share of the variance of attempts that lies between questions, as `power --between-questions` takes it.
    pub between_questions: f64,
}

impl Figures {
    /// Of all questions of a table; none of none.
    pub fn of(table: &Table) -> Option<Self> {
        let counts = table.counts();
        let attempts = || {
            table
                .questions
                .iter()
                .flat_map(|question| &question.attempts)
        };
        let of: u64 = counts.iter().map(|each| u64::from(each.of)).sum();
        let unknown: u64 = counts.iter().map(|each| u64::from(each.unknown)).sum();
        let ended = attempts().filter_map(|attempt| attempt.finished);
        Some(Self {
            questions: counts.len(),
            attempts: of,
            avg: avg(&counts)?,
            cov: cov(&counts)?,
            maj_expected: maj(table, Ties::Expected),
            maj_first: maj(table, Ties::First),
            unknown: unknown as f64 / (of as f64).max(1.0),
            unfinished: mean(ended.map(|ended| f64::from(u8::from(!ended)))),
            tokens: mean(
                attempts()
                    .filter_map(|attempt| attempt.tokens)
                    .map(f64::from),
            ),
        })
    }

    /// What the model can beyond what it does each time: cov − avg.
    pub fn gap(&self) -> f64 {
        self.cov - self.avg
    }
}

impl OverRuns {
    /// None without runs.
    pub fn of(runs: &[Figures]) -> Option<Self> {
        let all = |of: fn(&Figures) -> Option<f64>| {
            let values: Option<Vec<f64>> = runs.iter().map(of).collect();
            mean(values?)
        };
        Some(Self {
            runs: runs.len(),
            avg: all(|run| Some(run.avg))?,
            cov: all(|run| Some(run.cov))?,
            maj_expected: all(|run| run.maj_expected),
            maj_first: all(|run| run.maj_first),
            unfinished: all(|run| run.unfinished),
            tokens: all(|run| run.tokens),
        })
    }
}

/// Accuracy by tokens, each question's attempts in `parts` equal parts by their length; questions with fewer attempts of known
/// length are left out. None where no question is left or `parts` is 0.
pub fn by_tokens(table: &Table, parts: usize) -> Option<ByTokens> {
    let mut sums = vec![[0.0; 2]; parts];
    let (mut questions, mut shorter) = (0, Vec::new());
    for question in &table.questions {
        let known = question.attempts.iter().filter_map(|attempt| {
            let right = attempt.outcome == Outcome::Right;
            Some((attempt.tokens?, right))
        });
        let mut known: Vec<(u32, bool)> = known.collect();
        shorter.extend(right_is_shorter(&known));
        if parts == 0 || known.len() < parts {
            continue;
        }
        // Equally long attempts share their parts in proportion, whatever their order.
        known.sort_unstable();
        questions += 1;
        for (part, sum) in sums.iter_mut().enumerate() {
            let [from, to] = [part, part + 1].map(|at| (at * known.len()) as f64 / parts as f64);
            let [tokens, right] = stretch(&known, from, to);
            sum[0] += tokens;
            sum[1] += right;
        }
    }
    let over = |sum: [f64; 2]| sum.map(|sum| sum / f64::from(questions));
    (questions > 0).then(|| ByTokens {
        questions: questions as usize,
        parts: sums.into_iter().map(over).collect(),
        right_is_shorter: mean(shorter),
    })
}

/// Mean tokens and share of right ones of the sorted attempts between two places; a place inside of an attempt takes that part
/// of it, and equally long attempts are taken as their mean.
fn stretch(known: &[(u32, bool)], from: f64, to: f64) -> [f64; 2] {
    let (mut tokens, mut right) = (0.0, 0.0);
    for alike in known.chunk_by(|a, b| a.0 == b.0) {
        let begin = known.partition_point(|each| each.0 < alike[0].0) as f64;
        let end = begin + alike.len() as f64;
        let inside = (end.min(to) - begin.max(from)).max(0.0);
        let share = alike.iter().filter(|each| each.1).count() as f64 / alike.len() as f64;
        tokens += inside * f64::from(alike[0].0);
        right += inside * share;
    }
    [tokens / (to - from), right / (to - from)]
}

/// Over all pairs of a right and a wrong attempt; none without one.
fn right_is_shorter(known: &[(u32, bool)]) -> Option<f64> {
    let mut wrong: Vec<u32> = known
        .iter()
        .filter(|each| !each.1)
        .map(|each| each.0)
        .collect();
    wrong.sort_unstable();
    let of = |&(tokens, _): &(u32, bool)| {
        let below = wrong.partition_point(|each| *each < tokens);
        let same = wrong.partition_point(|each| *each <= tokens) - below;
        let longer = wrong.len() - below - same;
        (longer as f64 + same as f64 / 2.0) / wrong.len() as f64
    };
    if wrong.is_empty() {
        return None;
    }
    mean(known.iter().filter(|each| each.1).map(of))
}

/// Whether each question is covered, as counts of one: cov@n is their mean, and every interval of [`super::intervals`] holds
/// for it as it does for single answers.
pub fn covered(counts: &[Counts]) -> Vec<Counts> {
    let one = |each: &Counts| Counts::new(u32::from(each.right > 0), u32::from(each.of > 0));
    counts.iter().map(one).collect()
}

/// The coverage of two runs at the number of attempts that both made at every question: k, and pass@k of each. More attempts
/// cover more, so that cov@64 and cov@8 are not to be compared. None where a question has no attempt.
pub fn cov_in_common(a: &[Counts], b: &[Counts]) -> Option<(u32, f64, f64)> {
    let k = a.iter().chain(b).map(|each| each.of).min()?;
    Some((k, pass_at(a, k)?, pass_at(b, k)?))
}

/// The figures of each tier of which the table has a question.
pub fn by_tier(table: &Table) -> Vec<(Tier, Figures)> {
    let of = |tier| Some((tier, Figures::of(&table.of_tier(tier))?));
    Tier::ALL.into_iter().filter_map(of).collect()
}

/// cov@n: the share of questions with a right attempt.
pub fn cov(counts: &[Counts]) -> Option<f64> {
    mean(
        counts
            .iter()
            .map(|each| f64::from(u8::from(each.right > 0))),
    )
}

/// The table with the first `n` attempts of each question alone, as the paper's cov@n and maj@n take them.
#[must_use]
pub fn first(table: &Table, n: usize) -> Table {
    let mut table = table.clone();
    for question in &mut table.questions {
        question.attempts.truncate(n);
    }
    table
}

/// pass@k without bias: the chance that k of a question's attempts, drawn without putting back, hold a right one (Chen and
/// others 2021, arXiv:2107.03374). None where a question has fewer attempts, or k is 0.
pub fn pass_at(counts: &[Counts], k: u32) -> Option<f64> {
    if k == 0 || counts.iter().any(|each| each.of < k) {
        return None;
    }
    let one = |each: &Counts| {
        let wrong = each.of - each.right;
        // The product over k draws of what is wrong of what is left.
        let all_wrong: f64 = (0..k)
            .map(|drawn| f64::from(wrong.saturating_sub(drawn)) / f64::from(each.of - drawn))
            .product();
        1.0 - all_wrong
    };
    mean(counts.iter().map(one))
}

/// maj@n: the mean over questions of the vote's being right; none where no answer of the run is known. A question at which
/// nobody answered is wrong.
pub fn maj(table: &Table, ties: Ties) -> Option<f64> {
    let mut attempts = table
        .questions
        .iter()
        .flat_map(|question| &question.attempts);
    attempts.find(|attempt| attempt.answer.is_some())?;
    mean(table.questions.iter().map(|question| vote(question, ties)))
}

/// How far the average varies; none where a question has one attempt only, or there is one question.
pub fn spread(counts: &[Counts]) -> Option<Spread> {
    let means: Vec<f64> = counts.iter().map(Counts::mean).collect();
    let se_questions = (super::table::variance(&means)? / means.len() as f64).sqrt();
    if counts.iter().any(|each| each.of < 2) {
        return None;
    }
    let once = |each: &Counts| {
        let mean = each.mean();
        mean * (1.0 - mean) * f64::from(each.of) / f64::from(each.of - 1)
    };
    let within = mean(counts.iter().map(once))?;
    let of_mean: f64 = counts
        .iter()
        .map(|each| once(each) / f64::from(each.of))
        .sum();
    let whole = mean(means.iter().copied())?;
    let whole = whole * (1.0 - whole);
    let share = if whole > 0.0 {
        1.0 - within / whole
    } else {
        0.0
    };
    Some(Spread {
        se_questions,
        se_attempts: of_mean.sqrt() / counts.len() as f64,
        between_questions: share.max(0.0),
    })
}

/// The voices for one answer.
struct Voices {
    answer: u32,
    count: u32,
    right: u32,
    /// Whether the attempt that said it first is right.
    first_is_right: bool,
}

fn vote(question: &Question, ties: Ties) -> f64 {
    let mut said: Vec<Voices> = Vec::new();
    for attempt in &question.attempts {
        let Some(answer) = attempt.answer else {
            continue;
        };
        let right = attempt.outcome == Outcome::Right;
        match said.iter_mut().find(|voices| voices.answer == answer) {
            Some(voices) => {
                voices.count += 1;
                voices.right += u32::from(right);
            }
            None => said.push(Voices {
                answer,
                count: 1,
                right: u32::from(right),
                first_is_right: right,
            }),
        }
    }
    let most = said.iter().map(|voices| voices.count).max().unwrap_or(0);
    let mut modes = said.iter().filter(|voices| voices.count == most);
    match ties {
        Ties::First => modes
            .next()
            .map_or(0.0, |voices| f64::from(u8::from(voices.first_is_right))),
        Ties::Expected => {
            let share = |voices: &Voices| f64::from(voices.right) / f64::from(voices.count);
            mean(modes.map(share)).unwrap_or(0.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::table::Graded;

    fn question(said: &[(Option<u32>, Outcome)]) -> Question {
        let graded = |&(answer, outcome): &(Option<u32>, Outcome)| Graded {
            answer,
            ..Graded::new(outcome)
        };
        Question {
            id: String::new(),
            tier: None,
            attempts: said.iter().map(graded).collect(),
        }
    }

    use Outcome::{Right, Unknown, Wrong};

    #[test]
    fn a_tie_is_shared_or_goes_to_what_was_said_first() {
        let tied = question(&[(Some(7), Wrong), (Some(3), Right), (None, Unknown)]);
        let nobody = question(&[(None, Unknown)]);
        let table = Table {
            questions: vec![tied, nobody],
        };
        assert_eq!(maj(&table, Ties::Expected), Some(0.25));
        assert_eq!(maj(&table, Ties::First), Some(0.0));
        let silent = Table {
            questions: vec![question(&[(None, Right)])],
        };
        assert_eq!(maj(&silent, Ties::First), None, "no answer is known");
    }

    /// By hand: short ones right, long ones wrong, and one tie in length that is half of each.
    #[test]
    fn accuracy_falls_with_tokens_inside_of_a_question_whatever_the_question() {
        let of = |made: &[(u32, Outcome)]| Question {
            id: String::new(),
            tier: None,
            attempts: made
                .iter()
                .map(|&(tokens, outcome)| Graded {
                    tokens: Some(tokens),
                    ..Graded::new(outcome)
                })
                .collect(),
        };
        let falls = of(&[(900, Wrong), (100, Right), (200, Right), (800, Unknown)]);
        let tied = of(&[(50, Right), (50, Wrong)]);
        let unknown = question(&[(None, Right)]);
        let table = Table {
            questions: vec![falls, tied, unknown],
        };
        let found = by_tokens(&table, 2).unwrap();
        assert_eq!(found.questions, 2);
        assert_eq!(found.parts, [[100.0, 0.75], [450.0, 0.25]]);
        assert_eq!(found.right_is_shorter, Some(0.75));
        assert_eq!(by_tokens(&Table::default(), 2), None);
    }

    /// By hand: of four attempts with one right, a half of pairs hold it.
    #[test]
    fn coverage_is_compared_at_the_attempts_that_both_made() {
        let [many, few] = [[Counts::new(1, 4); 2], [Counts::new(1, 2); 2]];
        assert_eq!(cov_in_common(&many, &few), Some((2, 0.5, 1.0)));
        assert_eq!(covered(&many), [Counts::new(1, 1); 2]);
        assert_eq!(cov_in_common(&many, &[Counts::default()]), None);
    }

    #[test]
    fn an_arms_coverage_is_of_eight_attempts_and_not_of_all_its_runs() {
        let run = |outcome| {
            let table = Table {
                questions: vec![question(&[(None, outcome); 8])],
            };
            Figures::of(&table).unwrap()
        };
        let arm = OverRuns::of(&[run(Right), run(Wrong)]).unwrap();
        assert_eq!((arm.runs, arm.avg, arm.cov), (2, 0.5, 0.5));
        assert_eq!(OverRuns::of(&[]), None);
    }

    /// By counting: of 4 attempts with 1 right, 3 of the 6 pairs hold it.
    #[test]
    fn pass_at_k_counts_the_draws_that_hold_a_right_one() {
        let counts = [Counts::new(1, 4)];
        assert_eq!(pass_at(&counts, 2), Some(0.5));
        assert_eq!(pass_at(&counts, 4), Some(1.0));
        assert_eq!(pass_at(&counts, 5), None);
        assert_eq!(pass_at(&[Counts::new(0, 100_000)], 50_000), Some(0.0));
    }

    #[test]
    fn a_question_with_more_attempts_weighs_no_more() {
        let counts = [Counts::new(0, 100), Counts::new(1, 1)];
        assert_eq!(avg(&counts), Some(0.5));
        assert_eq!(spread(&counts), None);
    }
}
