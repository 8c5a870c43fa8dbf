//! Runs as logs tell them: which questions were asked, and what became of each attempt.
//!
//! No text is kept: a reader hands a response over as it comes, it is graded, and what stays of an attempt is a few
//! bytes. So a log of any length fits into memory by its number of attempts alone.

use std::collections::BTreeMap;

use super::table::{Graded, Outcome, Question, Table};
use super::tiers::Tier;

/// Whose grades count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grader {
    /// What the log says of an attempt; where it says nothing, ours.
    Recorded,
    /// Ours; where a log carries no response, what it says.
    Ours,
}

/// What became of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What the log says, where it says something.
    pub recorded: Option<Outcome>,
    /// What our verifier says, where the log carries a response or an answer, and a gold answer is known.
    pub ours: Option<Outcome>,
    /// Which of the question's distinct answers was given, by the verifier's canonical form; none where there was none.
    pub answer: Option<u32>,
    /// Tokens of the response, where the log says.
    pub tokens: Option<u32>,
    /// Whether the response came to its end before the limit, where the log says or the response shows it.
    pub finished: Option<bool>,
    /// Where its text stands.
    pub place: Place,
}

/// Where an attempt stands in the logs that its run was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Among the run's files.
    pub file: u32,
    /// The row, from 0; 0 in a file that has none, as a document or an archive.
    pub row: u64,
    /// Which of the attempts that the row tells, from 0; of those of the whole file where it has no rows.
    pub nth: u32,
}

/// A question with its attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The benchmark's own id where the question was found in a benchmark that is known; else the log's, or one made of
    /// the canonical text. Equal in all runs that asked the same question.
    pub id: String,
    /// Its tier, where its benchmark has tiers.
    pub tier: Option<Tier>,
    /// In the order of the log.
    pub attempts: Vec<Attempt>,
}

/// What a log says about how its attempts were made; none where it says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The harness whose file it is, as `lm-eval`.
    pub harness: String,
    /// The model, as the log names it.
    pub model: Option<String>,
    /// The chat template or the prompt's form: a name, or a hash of what is common to all prompts.
    pub template: Option<String>,
    /// The temperature of sampling.
    pub temperature: Option<f64>,
    /// The share of probability that was sampled from.
    pub top_p: Option<f64>,
    /// The limit of a response, in tokens.
    pub max_tokens: Option<u32>,
    /// Who graded: the harness's metric or filter, by name.
    pub grader: Option<String>,
}

/// The attempts of one model at one benchmark.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// A column `run` where the log has one, else what the log or its file's name says.
    pub name: String,
    /// The benchmark by its short name (`aime24`), where it is said or recognised.
    pub benchmark: Option<String>,
    /// Questions that the benchmark has, where it is known: `questions` may be fewer.
    pub of: Option<u32>,
    /// How its attempts were made.
    pub facts: Facts,
    /// Columns of a plain table that have one value in the whole run, as text: `size`, `category`, `draw`.
    pub columns: BTreeMap<String, String>,
    /// In the benchmark's order, where it is known; else in that of the log.
    pub questions: Vec<Asked>,
    /// The files that it was read from, as the user named them, in order.
    pub files: Vec<String>,
    /// What a reader should know of how it was read, a sentence each.
    pub remarks: Vec<String>,
}

impl Attempt {
    /// Its outcome by one grader, or by the other where that one says nothing; unknown where both are silent.
    pub fn outcome(&self, grader: Grader) -> Outcome {
        let (first, second) = match grader {
            Grader::Recorded => (self.recorded, self.ours),
            Grader::Ours => (self.ours, self.recorded),
        };
        first.or(second).unwrap_or(Outcome::Unknown)
    }
}

impl Run {
    /// The average if every attempt that is open were wrong, and if every one were right; none without questions.
    ///
    /// Open is what the grader calls unknown, and what was cut off and is not right: a log calls that wrong, which is what
    /// others have published, and nobody knows what would have come of it.
    pub fn bounds(&self, grader: Grader) -> Option<[f64; 2]> {
        let mut table = self.table(grader);
        let attempts = table
            .questions
            .iter_mut()
            .flat_map(|question| &mut question.attempts);
        for attempt in attempts {
            if attempt.finished == Some(false) && attempt.outcome == Outcome::Wrong {
                attempt.outcome = Outcome::Unknown;
            }
        }
        table.bounds()
    }

    /// The run as a table that figures are computed from.
    pub fn table(&self, grader: Grader) -> Table {
        let graded = |attempt: &Attempt| Graded {
            outcome: attempt.outcome(grader),
            answer: attempt.answer,
            tokens: attempt.tokens,
            finished: attempt.finished,
        };
        let question = |asked: &Asked| Question {
            id: asked.id.clone(),
            tier: asked.tier,
            attempts: asked.attempts.iter().map(graded).collect(),
        };
        Table {
            questions: self.questions.iter().map(question).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(recorded: Option<Outcome>, ours: Option<Outcome>) -> Attempt {
        Attempt {
            recorded,
            ours,
            answer: None,
            tokens: None,
            finished: None,
            place: Place::default(),
        }
    }

    #[test]
    fn a_cut_attempt_that_the_log_calls_wrong_is_open() {
        let cut = Attempt {
            finished: Some(false),
            ..attempt(Some(Outcome::Wrong), None)
        };
        let asked = Asked {
            id: "60".into(),
            tier: None,
            attempts: vec![attempt(Some(Outcome::Right), None), cut],
        };
        let run = Run {
            questions: vec![asked],
            ..Run::default()
        };
        assert_eq!(run.bounds(Grader::Recorded), Some([0.5, 1.0]));
        assert_eq!(run.table(Grader::Recorded).bounds(), Some([0.5, 0.5]));
    }

    #[test]
    fn a_grader_that_is_silent_leaves_the_word_to_the_other() {
        let graded = attempt(Some(Outcome::Wrong), Some(Outcome::Right));
        assert_eq!(graded.outcome(Grader::Recorded), Outcome::Wrong);
        assert_eq!(graded.outcome(Grader::Ours), Outcome::Right);
        let silent = attempt(None, Some(Outcome::Right));
        assert_eq!(silent.outcome(Grader::Recorded), Outcome::Right);
        assert_eq!(attempt(None, None).outcome(Grader::Ours), Outcome::Unknown);
    }
}
