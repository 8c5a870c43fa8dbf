//! What must be known of a trajectory's problem: NuminaMath's columns, from the source or a companion.
//!
//! A condition passes what is known to meet it. What nobody knows does not pass: a problem that no
//! companion vouches for is not a valid one.

use super::{DropReason, Screen};
use crate::pool::Entries;
use crate::pool::entries::{NameIndex, ProblemFacts};
use crate::source::GoldKind;

/// A fact that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    QuestionType,
    GoldKind,
    ProblemIsValid,
    SolutionIsValid,
    Synthetic,
}

impl Fact {
    pub(crate) const ALL: [Self; 5] = [
        Self::QuestionType,
        Self::GoldKind,
        Self::ProblemIsValid,
        Self::SolutionIsValid,
        Self::Synthetic,
    ];

    /// The pipeline's key, the column and the reason.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::QuestionType => "question_type",
            Self::GoldKind => "gold_kind",
            Self::ProblemIsValid => "problem_is_valid",
            Self::SolutionIsValid => "solution_is_valid",
            Self::Synthetic => "synthetic",
        }
    }
}

/// The conditions of a pipeline, in a run's own names. A name that no entry has meets nothing.
pub(crate) struct Conditions<'s> {
    question_type: Option<Vec<NameIndex>>,
    gold_kind: Option<&'s [GoldKind]>,
    problem_is_valid: Option<Vec<NameIndex>>,
    solution_is_valid: Option<Vec<NameIndex>>,
    synthetic: Option<bool>,
}

impl<'s> Conditions<'s> {
    pub(crate) fn new(screen: &'s Screen, entries: &Entries) -> Self {
        let names = |wanted: &Option<Vec<String>>| {
            let wanted = wanted.as_ref()?.iter();
            Some(wanted.filter_map(|name| entries.find_name(name)).collect())
        };
        Self {
            question_type: names(&screen.question_type),
            gold_kind: screen.gold_kind.as_deref(),
            problem_is_valid: names(&screen.problem_is_valid),
            solution_is_valid: names(&screen.solution_is_valid),
            synthetic: screen.synthetic,
        }
    }

    /// The first condition that is not met.
    pub(crate) fn refusal(&self, known: &ProblemFacts) -> Option<DropReason> {
        let unmet = Fact::ALL
            .into_iter()
            .find(|fact| !self.is_met(*fact, known));
        unmet.map(DropReason::Fact)
    }

    fn is_met(&self, fact: Fact, known: &ProblemFacts) -> bool {
        match fact {
            Fact::QuestionType => passes(self.question_type.as_deref(), known.question_type),
            Fact::GoldKind => passes(self.gold_kind, known.gold_kind),
            Fact::ProblemIsValid => {
                passes(self.problem_is_valid.as_deref(), known.problem_is_valid)
            }
            Fact::SolutionIsValid => {
                passes(self.solution_is_valid.as_deref(), known.solution_is_valid)
            }
            Fact::Synthetic => self
                .synthetic
                .is_none_or(|wanted| known.synthetic == Some(wanted)),
        }
    }
}

fn passes<T: PartialEq>(wanted: Option<&[T]>, known: Option<T>) -> bool {
    wanted.is_none_or(|wanted| known.is_some_and(|known| wanted.contains(&known)))
}

/// What is known, for the ledger.
pub(crate) fn value(fact: Fact, known: &ProblemFacts, entries: &Entries) -> String {
    let name = |name: Option<NameIndex>| name.map(|name| entries.name(name).to_owned());
    let value = match fact {
        Fact::QuestionType => name(known.question_type),
        Fact::GoldKind => known.gold_kind.map(|kind| kind.to_string()),
        Fact::ProblemIsValid => name(known.problem_is_valid),
        Fact::SolutionIsValid => name(known.solution_is_valid),
        Fact::Synthetic => known.synthetic.map(|synthetic| synthetic.to_string()),
    };
    value.unwrap_or_else(|| "unknown".into())
}
