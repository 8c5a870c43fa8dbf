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
        }
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
