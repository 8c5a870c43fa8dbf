//! A weighted sum of arms, with what varies in each and which of them vary together.

use std::collections::BTreeMap;

use super::answer::{AtQuestion, Estimand, Intervals, Part};
use super::design::Design;
use super::runs::{Benchmark, Measure, Trained, Units};
use crate::eval::compare::{Arm, Block, Contrast, of_draws, weigh};
use crate::eval::intervals::{Interval, NoInterval};
use crate::eval::table::Counts;

/// An arm, or a model that is meant itself, with its weight, at some questions of a benchmark.
pub(super) struct Term<'b, 'r> {
    pub benchmark: &'b Benchmark<'r>,
    pub what: What<'b, 'r>,
    pub weight: f64,
    pub questions: &'b [usize],
}

#[derive(Clone, Copy)]
pub(super) enum What<'b, 'r> {
    /// By its index in the design.
    Arm(usize),
    Model(&'b Trained<'r>),
}

/// What it comes to.
#[derive(Clone, Debug)]
pub(super) struct Weighed {
    pub estimand: Estimand,
    pub contrast: Contrast,
    /// Whether what draws share cancels: each cell's arms go together.
    pub is_paired: bool,
    /// Its value for each draw, where all its arms go together.
    pub draws: Vec<f64>,
}

/// What varies together: draws of a group of arms, training seeds of one arm, nothing of one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Together {
    Group(usize),
    Arm(usize),
    Alone(usize),
}

struct Member<'b, 'r> {
    weight: f64,
    units: Units<'b, 'r>,
    questions: &'b [usize],
}

/// Weighs arms against each other. The estimand is the narrowest of theirs: a contrast with one set of which there is one
/// draw is about that very set.
pub(super) fn weighed(
    design: &Design,
    terms: &[Term<'_, '_>],
    measure: Measure,
) -> Result<Weighed, NoInterval> {
    let mut blocks: BTreeMap<Together, Vec<Member<'_, '_>>> = BTreeMap::new();
    let mut estimand = Estimand::ThisKind;
    for (at, term) in terms.iter().enumerate() {
        let (together, units) = match term.what {
            What::Model(model) => (
                Together::Alone(at),
                Units {
                    estimand: Estimand::ThisRun,
                    numbers: vec![0],
                    runs: vec![vec![model]],
                },
            ),
            What::Arm(arm) => {
                let units = term
                    .benchmark
                    .units(design, arm)
                    .ok_or(NoInterval::NoAttempts)?;
                estimand = estimand.min(units.estimand);
                let together = match units.estimand {
                    Estimand::ThisKind => Together::Group(design.arms[arm].group),
                    Estimand::ThisSet => Together::Arm(arm),
                    Estimand::ThisRun => Together::Alone(at),
                };
                (together, units)
            }
        };
        blocks.entry(together).or_default().push(Member {
            weight: term.weight,
            units,
            questions: term.questions,
        });
    }
    let blocks: Vec<Block> = blocks
        .into_iter()
        .flat_map(|(together, members)| block(together, members, measure))
        .collect();
    let is_paired = is_paired_in_each(&blocks);
    let draws = match blocks.as_slice() {
        [Block::Draws(arms)] if is_paired => of_draws(arms)?,
        _ => Vec::new(),
    };
    Ok(Weighed {
        estimand,
        contrast: weigh(&blocks)?,
        is_paired,
        draws,
    })
}

/// Whether the arms that go together weigh each other up, so that what their draws share cancels.
fn is_paired_in_each(blocks: &[Block]) -> bool {
    blocks.iter().all(|block| match block {
        Block::Draws(arms) => arms.iter().map(|arm| arm.weight).sum::<f64>().abs() < 1e-12,
        Block::Fixed(_) => false,
    })
}

/// Arms whose draws go together are compared on the draws that all have; where these are fewer than two, each by itself.
fn block(together: Together, members: Vec<Member<'_, '_>>, measure: Measure) -> Vec<Block> {
    let arm = |member: &Member<'_, '_>, of: Option<&[u64]>| Arm {
        weight: member.weight,
        draws: member.units.draws(member.questions, measure, of),
    };
    if matches!(together, Together::Alone(_)) {
        return members
            .iter()
            .map(|member| Block::Fixed(arm(member, None)))
            .collect();
    }
    let mut common = members
        .first()
        .map_or_else(Vec::new, |member| member.units.numbers.clone());
    common.retain(|number| {
        members
            .iter()
            .all(|member| member.units.numbers.contains(number))
    });
    if common.len() > 1 {
        let arms = members.iter().map(|member| arm(member, Some(&common)));
        return vec![Block::Draws(arms.collect())];
    }
    members
        .iter()
        .map(|member| Block::Draws(vec![arm(member, None)]))
        .collect()
}

impl Weighed {
    /// Its intervals, each where it is about, with the reason where there is none.
    pub(super) fn intervals(&self) -> Intervals {
        let mut intervals = of_estimand(self.estimand, Ok(self.contrast.this_kind));
        match self.contrast.questions_like_these {
            Some(interval) => intervals.questions_like_these = Some(ends(interval)),
            None => drop(intervals.no_interval.insert(
                LIKE_THESE,
                "one question, or not the same in all arms".to_owned(),
            )),
        }
        intervals
    }

    pub(super) fn part(&self, questions: usize) -> Part {
        Part {
            questions,
            difference: self.contrast.effect,
            p: Some(self.contrast.p),
            intervals: self.intervals(),
        }
    }
}

const LIKE_THESE: &str = "questions_like_these";

pub(super) fn ends(interval: Interval) -> [f64; 2] {
    [interval.low, interval.high]
}

/// The intervals of which one is known, of that estimand; the others are null with their reason.
pub(super) fn of_estimand(estimand: Estimand, found: Result<Interval, NoInterval>) -> Intervals {
    let mut intervals = Intervals::default();
    for other in [Estimand::ThisRun, Estimand::ThisSet, Estimand::ThisKind] {
        let why = match (other.cmp(&estimand), &found) {
            (std::cmp::Ordering::Equal, Ok(_)) => continue,
            (std::cmp::Ordering::Equal, Err(why)) => why.to_string(),
            (std::cmp::Ordering::Less, _) => format!("more is known: see `{}`", estimand.name()),
            (std::cmp::Ordering::Greater, _) => match other {
                Estimand::ThisKind => {
                    "one draw: what a kind of subset does shows between draws".to_owned()
                }
                _ => "one training seed: what retraining does shows between seeds".to_owned(),
            },
        };
        intervals.no_interval.insert(other.name(), why);
    }
    let place = match estimand {
        Estimand::ThisRun => &mut intervals.this_run,
        Estimand::ThisSet => &mut intervals.this_set,
        Estimand::ThisKind => &mut intervals.this_kind,
    };
    *place = found.ok().map(ends);
    intervals
}

/// What a contrast's first arms and its second come to at each question, all attempts of an arm together.
pub(super) fn by_question(terms: &[Term<'_, '_>], design: &Design) -> Vec<AtQuestion> {
    let questions = terms.first().map_or(&[][..], |term| term.questions);
    let nothing = |&question: &usize| AtQuestion {
        question,
        shares: [0.0; 2],
    };
    let mut found: Vec<AtQuestion> = questions.iter().map(nothing).collect();
    for term in terms {
        let together: Option<Vec<Counts>> = match term.what {
            What::Model(model) => Some(model.all_counts(term.questions, Measure::Avg)),
            What::Arm(arm) => term.benchmark.units(design, arm).and_then(|units| {
                crate::eval::table::pooled(&units.draws(term.questions, Measure::Avg, None))
            }),
        };
        let side = usize::from(term.weight < 0.0);
        for (at, counts) in found.iter_mut().zip(together.into_iter().flatten()) {
            at.shares[side] += term.weight.abs() * counts.mean();
        }
    }
    found
}

/// At how many questions the first are better, worse and the same.
pub(super) fn wins(found: &[AtQuestion]) -> [u32; 3] {
    let differences = found.iter().map(AtQuestion::difference);
    let count = |is: fn(f64) -> bool| differences.clone().filter(|each| is(*each)).count() as u32;
    [count(|d| d > 0.0), count(|d| d < 0.0), count(|d| d == 0.0)]
}

impl AtQuestion {
    /// What the first have more.
    pub(crate) fn difference(&self) -> f64 {
        let [first, second] = self.shares;
        let difference = first - second;
        // Sums of shares that cancel leave a last digit.
        match difference.abs() <= 1e-12 {
            true => 0.0,
            false => difference,
        }
    }
}
