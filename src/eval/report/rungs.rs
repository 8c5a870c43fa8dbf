//! Questions as rungs: tiers by the rule of named models, and how much of a ladder runs make.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Asked, Counted, Unanswerable};
use crate::eval::attempt::Run;
use crate::eval::ladder::{ladder, solved};
use crate::eval::table::Counts;
use crate::eval::tiers::{Role, Tier, place};

/// With fewer runs there is nothing to be in order.
const RUNS_MIN: usize = 3;

/// How much like a ladder runs and questions are (Guttman): whoever solves a question solves every easier one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LadderFigures {
    /// Of all runs; null where it is not known.
    pub benchmark: Option<String>,
    /// The runs, those that solved most first.
    pub names: Vec<String>,
    /// Runs.
    pub runs: u64,
    /// Questions that all runs have.
    pub questions: u64,
    /// Cells that differ from the perfect ladder (Goodenough and Edwards).
    pub errors: u64,
    /// 1 − errors over cells. Above .9 is no evidence of a ladder: easy margins give it for nothing.
    pub reproducibility: f64,
    /// The least that reproducibility can be with these questions' margins.
    pub marginal_reproducibility: f64,
    /// How much of the rest is there; null where the margins leave none.
    pub scalability: Option<f64>,
    /// Loevinger's H.
    pub h: Option<f64>,
    /// Errors of tables with the same margins: their mean.
    pub null_mean: f64,
    /// Their standard deviation.
    pub null_sd: f64,
    /// The share of such tables with as few errors or fewer; small where there is more order than the margins make.
    pub p: f64,
    /// The share of right attempts of each question in each run, in the order of `names`: what the plot shows.
    pub cells: Vec<LadderRow>,
}

/// A question of a ladder.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LadderRow {
    /// As runs name it.
    pub question: String,
    /// Its tier, where the benchmark has tiers.
    pub tier: Option<Tier>,
    /// The share of right attempts in each run, in the order of the ladder's `names`.
    pub shares: Vec<f64>,
}

/// The tiers that named models make.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Rule {
    /// The models by role: `base`, `small`, `large`. No tier figure is given of them, and no ladder has them.
    pub models: BTreeMap<&'static str, Vec<String>>,
    /// Questions that every model of the rule has.
    pub questions: Vec<PlacedQuestion>,
}

/// A question's place by the rule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlacedQuestion {
    /// The benchmark; null where it is not known.
    pub benchmark: Option<String>,
    /// As runs name it.
    pub question: String,
    /// Its tier as the attempts say.
    pub tier: Tier,
    /// The chance of each tier, by the models' true rates.
    pub chances: BTreeMap<Tier, f64>,
    /// Whether one attempt more or less at one model would place it elsewhere.
    pub at_boundary: bool,
    /// What a rate may still be where no model solved it: the upper end of 95 %.
    pub rate_max: f64,
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Base => "base",
        Role::Small => "small",
        Role::Large => "large",
    }
}

/// Places the questions of all runs by the rule's models; none where no model is named. Questions that a model of the rule
/// lacks lose their tier.
pub(super) fn rule(runs: &mut [Run], asked: &Asked) -> Result<Option<Rule>, Unanswerable> {
    if asked.rule.is_empty() {
        return Ok(None);
    }
    for role in [Role::Base, Role::Small] {
        if !asked.rule.iter().any(|(of, _)| *of == role) {
            return Err(Unanswerable::Rule(role_name(role)));
        }
    }
    let mut models: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for (role, name) in &asked.rule {
        models
            .entry(role_name(*role))
            .or_default()
            .push(name.clone());
    }
    let mut questions = Vec::new();
    for of in runs.chunk_by_mut(|a, b| a.benchmark == b.benchmark) {
        let placed = placed(of, asked);
        let tiers: HashMap<String, Tier> = placed
            .iter()
            .map(|(tier, of)| (of.question.clone(), *tier))
            .collect();
        for question in of.iter_mut().flat_map(|run| &mut run.questions) {
            question.tier = tiers.get(&question.id).copied();
        }
        questions.extend(placed.into_iter().map(|(_, placed)| placed));
    }
    Ok(Some(Rule { models, questions }))
}

/// The questions of one benchmark that every model of the rule has, as the first has them.
fn placed(runs: &[Run], asked: &Asked) -> Vec<(Tier, PlacedQuestion)> {
    let mut models = Vec::new();
    for (role, name) in &asked.rule {
        match runs.iter().find(|run| run.name == *name) {
            Some(run) => models.push((*role, run, Counted::of(run, asked).by_id())),
            None => return Vec::new(),
        }
    }
    let Some((_, first, _)) = models.first() else {
        return Vec::new();
    };
    let one = |id: &String| {
        let counts = models
            .iter()
            .map(|(role, _, counts)| Some((*role, *counts.get(id.as_str())?)));
        let found = place(&counts.collect::<Option<Vec<(Role, Counts)>>>()?)?;
        let chances = Tier::ALL.into_iter().zip(found.chances);
        let question = PlacedQuestion {
            benchmark: first.benchmark.clone(),
            question: id.clone(),
            tier: found.tier,
            chances: chances.collect(),
            at_boundary: found.at_boundary,
            rate_max: found.rate_max,
        };
        Some((found.tier, question))
    };
    let ids = first.questions.iter().map(|question| &question.id);
    ids.filter_map(one).collect()
}

/// The ladder of each benchmark for which one is looked for: AIME24, and where asked any other. Models that made the tiers
/// are in none: what makes the order cannot show it.
pub(super) fn ladders(runs: &[Counted<'_>], asked: &Asked) -> Vec<LadderFigures> {
    let is_meant = |of: &&Counted<'_>| {
        let makes = asked.rule.iter().any(|(_, name)| *name == of.run.name);
        !makes && !asked.is_reference(&of.run.name)
    };
    let of_benchmark = |of: &[Counted<'_>]| {
        let is_asked = asked.ladder || of.first()?.run.benchmark.as_deref() == Some("aime24");
        let members: Vec<&Counted<'_>> = of.iter().filter(is_meant).collect();
        if is_asked && members.len() >= RUNS_MIN {
            figures(&members, asked)
        } else {
            None
        }
    };
    let benchmarks = runs.chunk_by(|a, b| a.run.benchmark == b.run.benchmark);
    benchmarks.filter_map(of_benchmark).collect()
}

fn figures(runs: &[&Counted<'_>], asked: &Asked) -> Option<LadderFigures> {
    let counts: Vec<HashMap<&str, Counts>> = runs.iter().map(|of| of.by_id()).collect();
    let everywhere = |id: &str| counts.iter().all(|of| of.contains_key(id));
    let questions: Vec<_> = runs
        .first()?
        .run
        .questions
        .iter()
        .filter(|question| everywhere(&question.id))
        .collect();
    let row = |of: &HashMap<&str, Counts>| -> Vec<Counts> {
        questions
            .iter()
            .filter_map(|question| of.get(question.id.as_str()).copied())
            .collect()
    };
    let table: Vec<Vec<Counts>> = counts.iter().map(row).collect();
    let has_solved: Vec<Vec<bool>> = table
        .iter()
        .map(|run| run.iter().map(solved).collect())
        .collect();
    let ids: Vec<&str> = questions
        .iter()
        .map(|question| question.id.as_str())
        .collect();
    let found = ladder(&ids, &has_solved, asked.seed)?;
    let total = |run: usize| table[run].iter().map(Counts::mean).sum::<f64>();
    let ease = |at: usize| table.iter().map(|run| run[at].mean()).sum::<f64>();
    let best = sorted(runs.len(), total);
    let easiest = sorted(questions.len(), ease);
    let cell = |at: &usize| LadderRow {
        question: questions[*at].id.clone(),
        tier: questions[*at].tier,
        shares: best.iter().map(|&run| table[run][*at].mean()).collect(),
    };
    Some(LadderFigures {
        benchmark: runs.first()?.run.benchmark.clone(),
        names: best.iter().map(|&run| runs[run].run.name.clone()).collect(),
        runs: found.runs as u64,
        questions: found.questions as u64,
        errors: found.errors as u64,
        reproducibility: found.reproducibility,
        marginal_reproducibility: found.marginal_reproducibility,
        scalability: found.scalability,
        h: found.h,
        null_mean: found.null_mean,
        null_sd: found.null_sd,
        p: found.p,
        cells: easiest.iter().map(cell).collect(),
    })
}

/// Places from the largest value on; equal ones as they came.
fn sorted(count: usize, value: impl Fn(usize) -> f64) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|&a, &b| value(b).total_cmp(&value(a)));
    places
}
