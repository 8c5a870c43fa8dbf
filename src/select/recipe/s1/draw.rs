//! s1's draw, step by step as its code has it.
//!
//! After quality and difficulty (`data/filter.ipynb` of simplescaling/s1): the right
//! answers to exam questions are in from the start; then, until 700 are selected, a domain is picked
//! uniformly, and after that with the weight that it has among the benchmark's own questions; inside a
//! domain one question is picked with weight 2^(-rank), rank 0 the longest thinking. A question that is
//! picked leaves its domain, a domain that is empty leaves the draw. As in their code the first questions
//! stay in their domains, take ranks there and are passed over when they are picked.
//!
//! What stands for what: our seeded hash for numpy's random numbers, that had no seed; a problem's
//! category and origin for a domain, which a model named; the source's or our verdict for Gemini's grade.
//! Ranks of equal length fall to the smaller problem id, where theirs depend on a sort that is not stable.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bucket::Candidate;
use crate::ids::Id;

/// The `[grid.s1]` table: the choices of the recipe `s1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct S1 {
    /// Origins whose problems are selected first where their trajectory is right; s1 has GPQA and AIME.
    pub first: Vec<String>,
    /// Origins whose problems are selected first where their trajectory is right and its thinking has more
    /// than `first_tokens`; s1 has MATH.
    pub first_long: Vec<String>,
    /// For `first_long`; s1 has 5,600 of Qwen's tokens.
    pub first_tokens: u32,
    /// At most so many are selected first, by the draw's hash; the others are questions like all. s1 had 384,
    /// and a pool that has more exam questions than a subset has rows would give nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_max: Option<u32>,
    /// How many are selected before domains are weighed.
    pub uniform: u32,
    /// Origins whose problems weigh the domains then, and how much each of them counts, to a thousandth; none:
    /// domains stay equal. s1 has `{ aime = 1.0, gpqa = 0.5 }`: a table, of an origin its weight.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub benchmark: BTreeMap<String, f64>,
    /// What a domain is.
    pub domain: Domain,
}

impl Default for S1 {
    fn default() -> Self {
        Self {
            first: Vec::new(),
            first_long: Vec::new(),
            first_tokens: 5600,
            first_max: None,
            uniform: 700,
            benchmark: BTreeMap::new(),
            domain: Domain::CategoryAndOrigin,
        }
    }
}

impl S1 {
    /// What a problem of that origin adds to its domain's weight, in thousandths.
    pub(super) fn weight(&self, origin: &str) -> u64 {
        let weight = self.benchmark.get(origin).copied().unwrap_or_default();
        (weight * 1000.0).round() as u64
    }
}

/// What stands for the 51 domains that a model named for s1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Domain {
    Category,
    Origin,
    CategoryAndOrigin,
}

/// A problem that passed quality and difficulty.
#[derive(Clone, Debug)]
pub(super) struct Eligible {
    pub candidate: Candidate,
    pub id: Id,
    pub domain: String,
    pub thinking_tokens: u32,
    /// Whether it is selected from the start.
    pub is_first: bool,
    /// What it adds to its domain's weight, in thousandths.
    pub weight: u64,
}

/// The order of selection, and how many came from which step.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    pub order: Vec<Candidate>,
    pub first: usize,
    pub uniform: usize,
}

/// A domain with its questions, the longest last.
#[derive(Default)]
struct DomainQuestions {
    questions: Vec<Eligible>,
    weight: u64,
}

/// Draws until nothing is left to pick. `chance` gives a hash for a step and a try.
pub(super) fn order(
    mut questions: Vec<Eligible>,
    rules: &S1,
    mut chance: impl FnMut(&'static str, u64, u64) -> u128,
) -> Drawn {
    questions.sort_by_key(|question| (question.thinking_tokens, std::cmp::Reverse(question.id)));
    let mut drawn = take_first(&mut questions, rules, &mut chance);
    let weighed = !rules.benchmark.is_empty();
    let mut domains = by_domain(questions);
    for step in 0.. {
        let by_weight = weighed && drawn.order.len() >= rules.uniform as usize;
        let weight = |domain: &DomainQuestions| if by_weight { domain.weight } else { 1 };
        let Some(at) = pick(&domains, weight, chance("domain", step, 0)) else {
            break;
        };
        let domain = &mut domains[at];
        let rank = rank(domain.questions.len(), |turn| chance("rank", step, turn));
        let question = domain.questions.remove(domain.questions.len() - 1 - rank);
        if !question.is_first {
            drawn.uniform += usize::from(!by_weight);
            drawn.order.push(question.candidate);
        }
        if domain.questions.is_empty() {
            domains.remove(at);
        }
    }
    drawn
}

/// Selects the first questions by hash; those beyond the most that are allowed are questions like all.
fn take_first(
    questions: &mut [Eligible],
    rules: &S1,
    chance: &mut impl FnMut(&'static str, u64, u64) -> u128,
) -> Drawn {
    let first = questions.iter_mut().filter(|question| question.is_first);
    let mut first: Vec<&mut Eligible> = first.collect();
    first.sort_by_cached_key(|question| chance("first", question.id.0 as u64, 0));
    let first_max = rules.first_max.map_or(first.len(), |max| max as usize);
    for question in first.iter_mut().skip(first_max) {
        question.is_first = false;
    }
    let first = first.iter().take(first_max);
    let order: Vec<Candidate> = first.map(|question| question.candidate).collect();
    Drawn {
        first: order.len(),
        order,
        uniform: 0,
    }
}

/// The domains by name, each with its questions in the order that they have.
fn by_domain(questions: Vec<Eligible>) -> Vec<DomainQuestions> {
    let mut domains: BTreeMap<String, DomainQuestions> = BTreeMap::new();
    for question in questions {
        let domain = domains.entry(question.domain.clone()).or_default();
        domain.weight += question.weight;
        domain.questions.push(question);
    }
    domains.into_values().collect()
}

/// A domain with a chance in proportion to its weight; none where no weight is left.
fn pick(
    domains: &[DomainQuestions],
    weight: impl Fn(&DomainQuestions) -> u64,
    hash: u128,
) -> Option<usize> {
    let total: u64 = domains.iter().map(&weight).sum();
    // The upper half of the hash as a fraction of the total: off by 2^-64 of it at most.
    let mut point = (((hash >> 64) * u128::from(total)) >> 64) as u64;
    domains.iter().position(|domain| {
        let weight = weight(domain);
        let inside = point < weight;
        point = point.saturating_sub(weight);
        inside
    })
}

/// A rank below `count` with weight 2^(-rank): the zeros that a hash begins with, drawn again where they
/// are too many.
fn rank(count: usize, mut hash: impl FnMut(u64) -> u128) -> usize {
    (0..)
        .map(|turn| hash(turn).leading_zeros() as usize)
        .find(|&zeros| zeros < count)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::IdHasher;

    fn chance(seed: u64) -> impl FnMut(&'static str, u64, u64) -> u128 {
        move |what, step, turn| {
            let hasher = IdHasher::new("test").part(what).part(seed.to_le_bytes());
            hasher
                .part(step.to_le_bytes())
                .part(turn.to_le_bytes())
                .finish()
                .0
        }
    }

    fn question(problem: u32, domain: &str, thinking_tokens: u32) -> Eligible {
        Eligible {
            candidate: Candidate {
                problem,
                entry: problem,
                length: thinking_tokens,
            },
            id: Id(u128::from(problem)),
            domain: domain.to_owned(),
            thinking_tokens,
            is_first: false,
            weight: 0,
        }
    }

    fn rules(uniform: u32, weighed: bool) -> S1 {
        let benchmark = weighed.then(|| ("exam".to_owned(), 1.0));
        S1 {
            uniform,
            benchmark: benchmark.into_iter().collect(),
            ..S1::default()
        }
    }

    fn problems(drawn: &Drawn) -> Vec<u32> {
        drawn
            .order
            .iter()
            .map(|candidate| candidate.problem)
            .collect()
    }

    #[test]
    fn ranks_have_half_the_chance_of_the_rank_before() {
        let mut counts = [0_u32; 4];
        for seed in 0..15_000 {
            let mut chance = chance(seed);
            counts[rank(4, |turn| chance("rank", 0, turn))] += 1;
        }
        // 8, 4, 2 and 1 of 15; six standard deviations of a count are 366 at most.
        for (count, expected) in counts.into_iter().zip([8000_u32, 4000, 2000, 1000]) {
            assert!(count.abs_diff(expected) < 366, "{counts:?}");
        }
    }

    #[test]
    fn domains_have_the_same_chance_until_they_are_weighed() {
        let (mut small, mut weighed) = (0_u32, 0_u32);
        for seed in 0..2000 {
            let mut all = vec![question(0, "small", 5), question(1, "small", 6)];
            all.extend((2..40).map(|at| question(at, "large", at)));
            for question in &mut all[2..] {
                question.weight = 1000;
            }
            let drawn = order(all, &rules(1, true), chance(seed));
            small += u32::from(problems(&drawn)[0] < 2);
            weighed += u32::from(problems(&drawn)[1] < 2);
        }
        assert!(small.abs_diff(1000) < 6 * 23, "{small}");
        assert_eq!(
            weighed, 0,
            "a domain without the benchmark's questions weighs nothing"
        );
    }

    #[test]
    fn a_question_that_counts_half_weighs_half_as_much() {
        let mut halves = 0_u32;
        for seed in 0..3000 {
            let mut all = vec![question(0, "whole", 5), question(1, "half", 6)];
            (all[0].weight, all[1].weight) = (1000, 500);
            halves += problems(&order(all, &rules(0, true), chance(seed)))[0];
        }
        // A third; six standard deviations.
        assert!(halves.abs_diff(1000) < 6 * 26, "{halves}");
    }

    #[test]
    fn what_is_first_is_selected_once_and_everything_is_selected_in_the_end() {
        let mut all: Vec<Eligible> = (0..30)
            .map(|at| question(at, ["a", "b", "c"][at as usize % 3], at))
            .collect();
        for at in [3, 9, 20] {
            all[at].is_first = true;
        }
        let drawn = order(all.clone(), &rules(700, false), chance(1));
        let order_of = problems(&drawn);
        let mut sorted = order_of.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..30).collect::<Vec<u32>>());
        let mut first = order_of[..3].to_vec();
        first.sort_unstable();
        assert_eq!((first, drawn.first, drawn.uniform), (vec![3, 9, 20], 3, 27));
        all.reverse();
        assert_eq!(
            problems(&order(all.clone(), &rules(700, false), chance(1))),
            order_of
        );
        let at_most = S1 {
            first_max: Some(2),
            ..rules(700, false)
        };
        let fewer = order(all, &at_most, chance(1));
        assert_eq!((fewer.first, fewer.uniform), (2, 28));
        assert_eq!(
            problems(&fewer)[..2],
            order_of[..2],
            "the same, as far as they go"
        );
    }
}
