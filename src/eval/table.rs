//! Graded attempts as a table of questions: what every figure is computed from.
//!
//! A table holds one run, that is one trained model at one benchmark. How an attempt came to its outcome, and which
//! answers are the same, was decided before; what is left is three outcomes and a number for each distinct answer.
//! An attempt that was cut off, gave no answer or could not be decided is [`Outcome::Unknown`] and not silently wrong:
//! [`Table::bounds`] says what every unknown one would do to the average if it were wrong, and if it were right.

use super::tiers::Tier;

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Graded as right.
    Right,
    /// Graded as wrong.
    Wrong,
    /// Cut off, unanswered or undecided: counts as wrong wherever nothing else is said, and is counted.
    Unknown,
}

/// An attempt as figures need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Graded {
    /// Right, wrong or unknown.
    pub outcome: Outcome,
    /// Which of the question's distinct answers was given: equal numbers are equal answers. None where there was none
    /// or it is not known; such an attempt has no vote. What was tried inside of the reasoning is no answer, nor the last
    /// formula of a reply that was cut off before it said one: on a real log both together make maj@2 .53 instead of .47.
    pub answer: Option<u32>,
    /// Tokens of the response, where the log says.
    pub tokens: Option<u32>,
    /// Whether the response came to its end before the limit, where the log says.
    pub finished: Option<bool>,
}

/// A question with its attempts, in the order in which they were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// As the benchmark names it: the same question has the same id in every table that is compared.
    pub id: String,
    /// Its tier, where the benchmark has tiers.
    pub tier: Option<Tier>,
    /// In the order of the log.
    pub attempts: Vec<Graded>,
}

/// How many of a question's attempts are right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    /// Right attempts.
    pub right: u32,
    /// Attempts of which nothing is known; they are none of `right`.
    pub unknown: u32,
    /// All attempts.
    pub of: u32,
}

/// One run: its questions, each once, each with an attempt or more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// In the benchmark's order.
    pub questions: Vec<Question>,
}

impl Graded {
    /// An attempt of which no more is known than how it was graded.
    pub fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            answer: None,
            tokens: None,
            finished: None,
        }
    }
}

impl Counts {
    /// So many right of so many, all known.
    pub fn new(right: u32, of: u32) -> Self {
        Self {
            right,
            unknown: 0,
            of,
        }
    }

    /// The share that is right, unknown ones counted as wrong; 0 without attempts.
    pub fn mean(&self) -> f64 {
        share(self.right, self.of)
    }

    /// The attempts of both, as if one run had made them.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            right: self.right + other.right,
            unknown: self.unknown + other.unknown,
            of: self.of + other.of,
        }
    }
}

impl FromIterator<Outcome> for Counts {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Self {
        outcomes
            .into_iter()
            .fold(Self::default(), |counts, outcome| {
                counts.and(Self {
                    right: u32::from(outcome == Outcome::Right),
                    unknown: u32::from(outcome == Outcome::Unknown),
                    of: 1,
                })
            })
    }
}

impl Question {
    /// How many attempts are right, unknown and all.
    pub fn counts(&self) -> Counts {
        self.attempts
            .iter()
            .map(|attempt| attempt.outcome)
            .collect()
    }
}

impl Table {
    /// The counts of each question, in the table's order.
    pub fn counts(&self) -> Vec<Counts> {
        self.questions.iter().map(Question::counts).collect()
    }

    /// The questions of one tier alone.
    #[must_use]
    pub fn of_tier(&self, tier: Tier) -> Self {
        let of = |question: &&Question| question.tier == Some(tier);
        Self {
            questions: self.questions.iter().filter(of).cloned().collect(),
        }
    }

    /// The mean over questions if every unknown attempt were wrong, and if every one were right; none without questions.
    pub fn bounds(&self) -> Option<[f64; 2]> {
        let counts = self.counts();
        let low = mean(counts.iter().map(Counts::mean))?;
        let high = mean(
            counts
                .iter()
                .map(|each| share(each.right + each.unknown, each.of)),
        )?;
        Some([low, high])
    }
}

/// The attempts of several runs at the same questions, as if one run had made them; none where the runs do not have
/// the same number of questions, or there is no run. They must be in the same order.
pub fn pooled(runs: &[Vec<Counts>]) -> Option<Vec<Counts>> {
    let (first, others) = runs.split_first()?;
    let mut sum = first.clone();
    for run in others {
        if run.len() != sum.len() {
            return None;
        }
        for (sum, of) in sum.iter_mut().zip(run) {
            *sum = sum.and(*of);
        }
    }
    Some(sum)
}

/// avg@n: the mean over questions of the share of right attempts; none without questions.
pub fn avg(counts: &[Counts]) -> Option<f64> {
    mean(counts.iter().map(Counts::mean))
}

/// The mean of what there is; none of nothing.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    (count > 0.0).then(|| sum / count)
}

/// The variance around the mean over one less than there are; none of fewer than two.
pub fn variance(values: &[f64]) -> Option<f64> {
    let centre = mean(values.iter().copied())?;
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    (values.len() > 1).then(|| squares / (values.len() as f64 - 1.0))
}

fn share(part: u32, of: u32) -> f64 {
    if of == 0 {
        return 0.0;
    }
    f64::from(part) / f64::from(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_attempt_widens_the_bounds_and_is_not_right() {
        let attempts = [
            Outcome::Right,
            Outcome::Unknown,
            Outcome::Wrong,
            Outcome::Unknown,
        ];
        let question = Question {
            id: "60".into(),
            tier: None,
            attempts: attempts.map(Graded::new).to_vec(),
        };
        let table = Table {
            questions: vec![question],
        };
        assert_eq!(table.bounds(), Some([0.25, 0.75]));
        assert_eq!(Table::default().bounds(), None);
    }

    #[test]
    fn runs_of_different_questions_are_not_pooled() {
        let two = vec![Counts::new(1, 2), Counts::new(0, 2)];
        let one = vec![Counts::new(1, 1)];
        assert_eq!(pooled(&[two.clone(), one]), None);
        let both = pooled(&[two.clone(), two]);
        assert_eq!(both, Some(vec![Counts::new(2, 4), Counts::new(0, 4)]));
    }
}
