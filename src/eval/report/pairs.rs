//! Runs against each other, on the questions that both have; or why not.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Asked, Counted, PAIRED_RUNS_MAX, ends};
use crate::eval::attempt::{Grader, Run};
use crate::eval::compare::{holm, pair, this_pair};
use crate::eval::metrics::pass_at;
use crate::eval::table::{Counts, avg};
use crate::eval::tiers::Tier;

/// With fewer questions no flip of signs is rare: of five the rarest has p = 2/32.
const QUESTIONS_MIN: usize = 6;

/// What is called by mistake, in one of twenty families.
const LEVEL: f64 = 0.05;

/// What may differ between two runs beside the model, so that their difference says nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Differing {
    /// The chat template or the prompt's form.
    Template,
    /// The temperature of sampling.
    Temperature,
    /// The share of probability that was sampled from.
    TopP,
    /// The limit of a response.
    MaxTokens,
    /// Who graded.
    Grader,
    /// The questions.
    Questions,
}

/// What a pair comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// The first is better: its interval leaves 0 out and so does the family's p.
    A,
    /// The second is.
    B,
    /// Neither is shown to be.
    Open,
}

/// One run less another, in shares.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PairFigures {
    /// The first run's name.
    pub a: String,
    /// The second's, or the reference.
    pub b: String,
    /// Of both; null where it is not known.
    pub benchmark: Option<String>,
    /// Questions that both have.
    pub questions: u64,
    /// Questions that the benchmark has, or either of them where that is not known.
    pub of: u64,
    /// Mean over these questions of the difference of `avg`, a − b; null where the comparison is refused.
    pub difference: Option<f64>,
    /// Where the difference on questions like these lies, 95 %; null where it is refused.
    pub interval: Option<[f64; 2]>,
    /// Where the difference of these two models on these questions lies, 95 %: attempts vary alone.
    pub this_run: Option<[f64; 2]>,
    /// By flips of signs, question by question.
    pub p: Option<f64>,
    /// Holm's, over all pairs at the benchmark that are compared.
    pub p_holm: Option<f64>,
    /// McNemar's exact p where each question has one attempt in both.
    pub mcnemar: Option<f64>,
    /// Questions at which a has the larger share.
    pub wins: Option<u32>,
    /// Questions at which b has.
    pub losses: Option<u32>,
    /// Questions at which both have the same.
    pub ties: Option<u32>,
    /// pass@k of both at the fewest attempts that a question has in either: what cov@n of different n cannot say.
    pub cov: Option<CovFigures>,
    /// By tier, where the benchmark has tiers.
    pub tiers: BTreeMap<Tier, TierDifference>,
    /// What it comes to; null where it is refused.
    pub says: Option<Says>,
    /// Why no verdict is given.
    pub refused: Option<String>,
    /// What is known to differ and was allowed to.
    pub allowed: Vec<String>,
    /// What the logs do not say of one run or both.
    pub unknown: Vec<&'static str>,
}

/// pass@k of two runs on the questions that both have.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct CovFigures {
    /// Attempts that are counted.
    pub k: u32,
    /// Of the first.
    pub a: f64,
    /// Of the second.
    pub b: f64,
}

/// A difference on the questions of one tier.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct TierDifference {
    /// Questions of it that both have.
    pub questions: u64,
    /// a − b.
    pub difference: f64,
    /// These two models on these questions, 95 %.
    pub this_run: Option<[f64; 2]>,
}

impl Differing {
    /// All, in the order in which they are said.
    pub const ALL: [Self; 6] = [
        Self::Template,
        Self::Temperature,
        Self::TopP,
        Self::MaxTokens,
        Self::Grader,
        Self::Questions,
    ];

    /// As `--allow` takes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Temperature => "temperature",
            Self::TopP => "top-p",
            Self::MaxTokens => "max-tokens",
            Self::Grader => "grader",
            Self::Questions => "questions",
        }
    }

    /// As in sentences.
    pub fn words(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Temperature => "temperature",
            Self::TopP => "top-p",
            Self::MaxTokens => "token limit",
            Self::Grader => "grader",
            Self::Questions => "questions",
        }
    }

    /// What a run's log says of it; none where it says nothing.
    pub fn of(self, run: &Run) -> Option<String> {
        let facts = &run.facts;
        match self {
            Self::Template => facts.template.clone(),
            Self::Temperature => facts.temperature.map(|value| value.to_string()),
            Self::TopP => facts.top_p.map(|value| value.to_string()),
            Self::MaxTokens => facts.max_tokens.map(|value| value.to_string()),
            Self::Grader => facts.grader.clone(),
            Self::Questions => run.benchmark.clone(),
        }
    }
}

/// Compares the pairs that are meant; beside them how many were left out.
pub(super) fn pairs(runs: &[Counted<'_>], asked: &Asked) -> (Vec<PairFigures>, u64) {
    let (meant, left_out) = meant(runs, asked);
    let mut pairs: Vec<PairFigures> = meant
        .par_iter()
        .map(|[a, b]| compare(&runs[*a], &runs[*b], asked))
        .collect();
    // Runs at benchmarks of unknown names may have nothing to do with each other.
    let names_none = asked.pairs.is_empty() && asked.against.is_empty();
    pairs.retain(|pair| pair.questions > 0 || !names_none);
    for family in families(&pairs) {
        let p: Vec<f64> = family.iter().filter_map(|&at| pairs[at].p).collect();
        for (at, p) in family.into_iter().zip(holm(&p)) {
            pairs[at].p_holm = Some(p);
            pairs[at].says = Some(pairs[at].verdict(p));
        }
    }
    (pairs, left_out)
}

/// The pairs with a p, benchmark by benchmark.
fn families(pairs: &[PairFigures]) -> Vec<Vec<usize>> {
    let mut of: BTreeMap<&Option<String>, Vec<usize>> = BTreeMap::new();
    for (at, pair) in pairs.iter().enumerate() {
        if pair.p.is_some() {
            of.entry(&pair.benchmark).or_default().push(at);
        }
    }
    of.into_values().collect()
}

/// Which runs meet, by their places.
fn meant(runs: &[Counted<'_>], asked: &Asked) -> (Vec<[usize; 2]>, u64) {
    let mut found = BTreeSet::new();
    let mut in_order = Vec::new();
    let mut add = |a: usize, b: usize| {
        if a != b && found.insert([a.min(b), a.max(b)]) {
            in_order.push([a, b]);
        }
    };
    let named = |name: &str| -> Vec<usize> {
        let places = runs.iter().enumerate();
        places
            .filter(|(_, of)| of.run.name == name)
            .map(|(at, _)| at)
            .collect()
    };
    for [a, b] in &asked.pairs {
        asked_pair(runs, [&named(a), &named(b)]).for_each(|[a, b]| add(a, b));
    }
    let references = asked.references.iter().filter(|_| asked.all_pairs);
    for name in asked.against.iter().chain(references) {
        for b in named(name) {
            let others = (0..runs.len()).filter(|&a| is_same(&runs[a], &runs[b]));
            others.for_each(|a| add(a, b));
        }
    }
    let mut left_out = 0;
    if asked.all_pairs && asked.pairs.is_empty() && asked.against.is_empty() {
        let mut begin = 0;
        for of in runs.chunk_by(is_same) {
            let end = begin + of.len();
            if of.len() > PAIRED_RUNS_MAX {
                left_out += (of.len() * (of.len() - 1) / 2) as u64;
            } else {
                (begin..end).for_each(|a| (a + 1..end).for_each(|b| add(a, b)));
            }
            begin = end;
        }
    }
    (in_order, left_out)
}

/// Two names at each benchmark that both have; where they have none in common, as they are, to say so.
fn asked_pair(runs: &[Counted<'_>], of: [&[usize]; 2]) -> impl Iterator<Item = [usize; 2]> {
    let [first, second] = of;
    let all = first
        .iter()
        .flat_map(|&a| second.iter().map(move |&b| [a, b]));
    let (same, other): (Vec<[usize; 2]>, Vec<[usize; 2]>) =
        all.partition(|[a, b]| is_same(&runs[*a], &runs[*b]));
    let apart = if same.is_empty() { other } else { Vec::new() };
    same.into_iter().chain(apart)
}

fn is_same(a: &Counted<'_>, b: &Counted<'_>) -> bool {
    a.run.benchmark == b.run.benchmark
}

/// The counts of the questions that both have, in the order of the first, with the tier of each.
struct Common {
    a: Vec<Counts>,
    b: Vec<Counts>,
    tiers: Vec<Option<Tier>>,
}

impl Common {
    fn of(a: &Counted<'_>, b: &Counted<'_>) -> Self {
        let beside = b.by_id();
        let mut common = Self {
            a: Vec::new(),
            b: Vec::new(),
            tiers: Vec::new(),
        };
        for (question, counts) in a.run.questions.iter().zip(&a.counts) {
            if let Some(other) = beside.get(question.id.as_str()) {
                common.a.push(*counts);
                common.b.push(*other);
                common.tiers.push(question.tier);
            }
        }
        common
    }

    fn of_tier(&self, tier: Tier) -> [Vec<Counts>; 2] {
        let of = |counts: &[Counts]| {
            let beside = counts.iter().zip(&self.tiers);
            let of = beside.filter(|(_, of)| **of == Some(tier));
            of.map(|(counts, _)| *counts).collect()
        };
        [of(&self.a), of(&self.b)]
    }

    fn tiers(&self) -> BTreeMap<Tier, TierDifference> {
        let of = |tier: Tier| {
            let [a, b] = self.of_tier(tier);
            let difference = TierDifference {
                questions: a.len() as u64,
                difference: avg(&a)? - avg(&b)?,
                this_run: this_pair(&a, &b).ok().map(ends),
            };
            Some((tier, difference))
        };
        Tier::ALL.into_iter().filter_map(of).collect()
    }

    fn cov(&self) -> Option<CovFigures> {
        let k = self.a.iter().chain(&self.b).map(|each| each.of).min()?;
        Some(CovFigures {
            k,
            a: pass_at(&self.a, k)?,
            b: pass_at(&self.b, k)?,
        })
    }
}

fn compare(a: &Counted<'_>, b: &Counted<'_>, asked: &Asked) -> PairFigures {
    let common = Common::of(a, b);
    let (a, b) = (a.run, b.run);
    let mut pair = PairFigures::blank(a, b, common.a.len());
    let (mut refused, allowed) = differences(a, b, asked);
    pair.allowed = allowed;
    pair.unknown = unknown(a, b, asked.grader);
    refused.extend(few(&common, asked, &mut pair.allowed));
    if refused.is_empty() {
        pair.fill(&common, asked.seed);
    } else {
        pair.refused = Some(refused.join("; "));
    }
    pair
}

impl PairFigures {
    fn blank(a: &Run, b: &Run, questions: usize) -> Self {
        let most = a.questions.len().max(b.questions.len()) as u64;
        let of = a.of.into_iter().chain(b.of).max().map(u64::from);
        Self {
            a: a.name.clone(),
            b: b.name.clone(),
            benchmark: a.benchmark.clone().filter(|_| a.benchmark == b.benchmark),
            questions: questions as u64,
            of: of.unwrap_or(0).max(most),
            difference: None,
            interval: None,
            this_run: None,
            p: None,
            p_holm: None,
            mcnemar: None,
            wins: None,
            losses: None,
            ties: None,
            cov: None,
            tiers: BTreeMap::new(),
            says: None,
            refused: None,
            allowed: Vec::new(),
            unknown: Vec::new(),
        }
    }

    fn fill(&mut self, common: &Common, seed: u64) {
        match pair(&common.a, &common.b, seed) {
            Err(why) => self.refused = Some(why.to_string()),
            Ok(found) => {
                self.difference = Some(found.difference);
                self.interval = Some(ends(found.interval));
                self.this_run = this_pair(&common.a, &common.b).ok().map(ends);
                self.p = Some(found.p);
                self.mcnemar = found.mcnemar;
                self.wins = Some(found.wins);
                self.losses = Some(found.losses);
                self.ties = Some(found.ties);
                self.cov = common.cov();
                self.tiers = common.tiers();
            }
        }
    }

    /// Never more than the interval says, nor than the family's p.
    fn verdict(&self, p_holm: f64) -> Says {
        let Some([low, high]) = self.interval.filter(|_| p_holm < LEVEL) else {
            return Says::Open;
        };
        if low > 0.0 {
            Says::A
        } else if high < 0.0 {
            Says::B
        } else {
            Says::Open
        }
    }
}

/// What is known to differ: what is not allowed, as reasons to refuse, and what is.
fn differences(a: &Run, b: &Run, asked: &Asked) -> (Vec<String>, Vec<String>) {
    let (mut refused, mut allowed) = (Vec::new(), Vec::new());
    for differing in Differing::ALL {
        if differing == Differing::Grader && grades_ourselves(a, b, asked.grader) {
            continue;
        }
        let (Some(first), Some(second)) = (differing.of(a), differing.of(b)) else {
            continue;
        };
        if first == second {
            continue;
        }
        let said = format!("{} differs: {first} and {second}", differing.words());
        if asked.allow.contains(&differing) {
            allowed.push(said);
        } else {
            refused.push(format!("{said} (--allow {})", differing.word()));
        }
    }
    (refused, allowed)
}

/// Whether every attempt of both has our own grade, so that whoever else graded does not matter.
fn grades_ourselves(a: &Run, b: &Run, grader: Grader) -> bool {
    let attempts = a.questions.iter().chain(&b.questions);
    let mut attempts = attempts.flat_map(|asked| &asked.attempts);
    grader == Grader::Ours && attempts.all(|attempt| attempt.ours.is_some())
}

/// What one log or both do not say, of what would be refused if it differed.
fn unknown(a: &Run, b: &Run, grader: Grader) -> Vec<&'static str> {
    let asked = Differing::ALL
        .into_iter()
        .filter(|differing| match differing {
            Differing::Questions => false,
            Differing::Grader => !grades_ourselves(a, b, grader),
            _ => true,
        });
    let silent = asked.filter(|differing| differing.of(a).is_none() || differing.of(b).is_none());
    silent.map(Differing::words).collect()
}

/// Why so few common questions bear no verdict.
fn few(common: &Common, asked: &Asked, allowed: &mut Vec<String>) -> Option<String> {
    let questions = common.a.len();
    if questions >= QUESTIONS_MIN {
        return None;
    }
    let noun = if questions == 1 {
        "question"
    } else {
        "questions"
    };
    let said = format!("they have {questions} {noun} in common, too few for a verdict");
    if questions > 1 && asked.allow.contains(&Differing::Questions) {
        allowed.push(said);
        return None;
    }
    Some(said)
}
