//! Joins what companions know of problems to a run's entries, by the hash of the problem's text.
//!
//! A companion is passed over once and only what it says of the run's own problems stays, so that
//! NuminaMath's 900,000 problems cost no memory beside a run over a thousand.

use arrow::array::RecordBatch;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::entries::{Entries, NameIndex, ProblemFacts};
use super::load::FactColumns;
use super::tables::PROBLEM_ID;
use crate::rules::CategoryRule;
use crate::schema::Misfit;

/// The columns of a companion's table that [`Join::add`] reads.
pub(crate) fn columns() -> Vec<&'static str> {
    [&[PROBLEM_ID.name()], FactColumns::NAMES].concat()
}

/// What one companion says of a problem.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Said {
    category: Option<NameIndex>,
    origin: Option<NameIndex>,
    facts: ProblemFacts,
}

/// A companion that is being passed over.
pub(crate) struct CompanionJoin {
    /// By problem of the run.
    said: Vec<Option<Said>>,
    counts: CompanionCounts,
}

/// What joining one companion did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Counts")]
pub(crate) struct CompanionCounts {
    /// Rows of the companion, and those of them that are no problem.
    pub rows: u64,
    pub rows_void: u64,
    /// Problems of the run, and those of them that the companion knows.
    pub problems: u64,
    pub problems_known: u64,
    /// Rows that say something else of a problem than an earlier row of the companion; which of them
    /// counts does not depend on their order.
    pub rows_contradicting: u64,
    /// Problems that got their category from the companion.
    pub categories_added: u64,
    /// Problems where both name a category, and it is the same or another.
    pub categories_same: u64,
    pub categories_other: u64,
}

impl CompanionJoin {
    pub(crate) fn new(entries: &Entries) -> Self {
        Self {
            said: vec![None; entries.problems.len()],
            counts: CompanionCounts {
                problems: entries.problems.len() as u64,
                ..CompanionCounts::default()
            },
        }
    }

    /// Takes what a batch of the companion's table says of the run's problems.
    pub(crate) fn add(&mut self, entries: &mut Entries, batch: &RecordBatch) -> Result<(), Misfit> {
        let columns = FactColumns::of(batch)?;
        for (at, problem_id) in PROBLEM_ID.of(batch)?.into_iter().enumerate() {
            self.counts.rows += 1;
            let Some(problem_id) = problem_id else {
                self.counts.rows_void += 1;
                continue;
            };
            let Some(problem) = entries.find_problem(problem_id) else {
                continue;
            };
            let said = Said {
                category: entries.intern_some(columns.category[at]),
                origin: entries.intern_some(columns.origin[at]),
                facts: entries.facts_in(&columns, at),
            };
            let place = &mut self.said[problem as usize];
            match place {
                None => *place = Some(said),
                Some(earlier) if *earlier == said => {}
                Some(earlier) => {
                    self.counts.rows_contradicting += 1;
                    if words(entries, &said) < words(entries, earlier) {
                        *place = Some(said);
                    }
                }
            }
        }
        Ok(())
    }

    /// Gives the run's entries what their source does not say.
    pub(crate) fn finish(mut self, entries: &mut Entries, rule: CategoryRule) -> CompanionCounts {
        for (problem, said) in self.said.iter().enumerate() {
            let Some(said) = said else { continue };
            self.counts.problems_known += 1;
            let own = entries.problems[problem].category;
            match (own, said.category) {
                (None, Some(_)) => self.counts.categories_added += 1,
                (Some(own), Some(theirs)) if own == theirs => self.counts.categories_same += 1,
                (Some(_), Some(_)) => self.counts.categories_other += 1,
                (_, None) => {}
            }
        }
        entries.complete(|body, facts| {
            let Some(said) = &self.said[body.problem as usize] else {
                return;
            };
            body.category = choose(rule, body.category, said.category);
            body.origin = body.origin.or(said.origin);
            facts.complete(said.facts);
        });
        entries.settle_categories();
        self.counts
    }
}

fn choose(
    rule: CategoryRule,
    own: Option<NameIndex>,
    theirs: Option<NameIndex>,
) -> Option<NameIndex> {
    match rule {
        CategoryRule::Fill => own.or(theirs),
        CategoryRule::Replace => theirs.or(own),
    }
}

/// What decides between rows that contradict each other: the first by their words.
fn words<'e>(entries: &'e Entries, said: &Said) -> impl PartialOrd + use<'e> {
    let word = |name: Option<NameIndex>| name.map(|name| entries.name(name));
    let facts = said.facts;
    (
        word(said.category),
        word(said.origin),
        word(facts.question_type),
        facts.gold_kind,
        word(facts.problem_is_valid),
        word(facts.solution_is_valid),
        facts.synthetic,
    )
}
