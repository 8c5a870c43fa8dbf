//! Gathers what the grids' recipes ask of problems: joined columns, rules for texts, similarities.
//!
//! Texts come streamed from the pool's tables of problems, twice for TF-IDF (once to count in how many
//! problems a term stands, once to compare), so that what stays in memory is the counts and four bytes for
//! each problem and question.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use rayon::prelude::*;

use super::loaded::Loaded;
use super::{Settings, cosines};
use crate::ids::{self, Id};
use crate::plan::{PlannedBenchmark, PlannedJoin, PlannedVectors};
use crate::pool::Entries;
use crate::pool::tables::{ANSWER, ORIGIN, PROBLEM, PROBLEM_ID};
use crate::schema::Misfit;
use crate::select::Knowledge;
use crate::select::difficulty::JoinedRule;
use crate::select::grid::Grid;
use crate::select::similar::tfidf::{Frequencies, Questions};
use crate::select::similar::{Similar, Similarity, tokens};
use crate::select::{JoinCounts, JoinedColumn, ProblemText, TextRule};
use crate::source::lookup;
use crate::source::pick::Pick;
use crate::source::value::Value;
use crate::{Error, Result};

/// What was gathered.
pub(super) struct Gathered {
    pub knowledge: Knowledge,
    /// For each joined column of the plan.
    pub joins: Vec<JoinCounts>,
}

pub(super) fn gather(loaded: &Loaded<'_>, settings: &Settings<'_>) -> Result<Gathered> {
    let is_hard = |(grid, _): &(Grid, _)| grid.difficulty.is_some();
    let mut knowledge = if loaded.plan.grids.iter().any(is_hard) {
        Knowledge::of(&loaded.entries)
    } else {
        Knowledge::default()
    };
    let mut joins = Vec::new();
    for join in &loaded.plan.joins {
        let (joined, counts) = join_column(loaded, join, settings)?;
        knowledge.joined.insert(join.name.clone(), joined);
        joins.push(counts);
    }
    add_text_rules(&mut knowledge, loaded, settings)?;
    add_similarities(&mut knowledge, loaded, settings)?;
    Ok(Gathered { knowledge, joins })
}

/// A joined column as the grids ask for it: as words or as numbers.
fn join_column(
    loaded: &Loaded<'_>,
    join: &PlannedJoin,
    settings: &Settings<'_>,
) -> Result<(JoinedColumn, JoinCounts)> {
    let entries = &loaded.entries;
    let grids = loaded.plan.grids.iter();
    let mut asked = grids.filter_map(|(grid, _)| grid.difficulty.as_ref()?.joined.get(&join.name));
    if asked.any(|rule| matches!(rule, JoinedRule::OneOf(_))) {
        let (found, counts) = join_one(join, entries, settings, lookup::text)?;
        let words = by_problem(entries, found, only);
        Ok((JoinedColumn::Words(words), counts))
    } else {
        let number = |pick: Option<&Pick>, value: Value<'_>| lookup::number(pick, &value);
        let (found, counts) = join_one(join, entries, settings, number)?;
        let numbers = by_problem(entries, found, mean);
        Ok((JoinedColumn::Numbers(numbers), counts))
    }
}

/// Each rule for texts once, however many recipes have it.
fn add_text_rules(
    knowledge: &mut Knowledge,
    loaded: &Loaded<'_>,
    settings: &Settings<'_>,
) -> Result<()> {
    let grids = loaded.plan.grids.iter();
    let recipes = grids.flat_map(|(grid, _)| &grid.recipe);
    for rule in recipes.filter_map(|recipe| recipe.criterion().text_rule()) {
        if !knowledge.text_rules.contains_key(rule.name) {
            let passes = text_rule(rule, loaded, settings)?;
            knowledge.text_rules.insert(rule.name, passes);
        }
    }
    Ok(())
}

/// Each similarity once, however many grids ask for it; terms are counted when the first is by them.
fn add_similarities(
    knowledge: &mut Knowledge,
    loaded: &Loaded<'_>,
    settings: &Settings<'_>,
) -> Result<()> {
    let plan = loaded.plan;
    let mut frequencies = None;
    for asked in plan
        .grids
        .iter()
        .filter_map(|(grid, _)| grid.similar.as_ref())
    {
        let mut known = knowledge.similarities.iter();
        if known.any(|(known, _)| known == asked) {
            continue;
        }
        let benchmark = plan.benchmarks.iter().find(|known| known.name == asked.to);
        let Some(benchmark) = benchmark else {
            unreachable!("the plan has checked that the benchmark is there");
        };
        let similarity = match &asked.vectors {
            Some(_) => cosines::compare(loaded, planned_vectors(loaded, asked), benchmark, asked)?,
            None => {
                let known = match frequencies.take() {
                    Some(known) => known,
                    None => count_terms(loaded, settings)?,
                };
                let known = frequencies.insert(known);
                by_terms(loaded, known, benchmark, asked, settings)?
            }
        };
        knowledge.similarities.push((asked.clone(), similarity));
    }
    Ok(())
}

/// The vectors that a grid names.
fn planned_vectors<'p>(loaded: &Loaded<'p>, asked: &Similar) -> &'p PlannedVectors {
    let is_asked = |known: &&PlannedVectors| {
        Some(&known.asked) == asked.vectors.as_ref() && known.benchmark == asked.to
    };
    match loaded.plan.vectors.iter().find(is_asked) {
        Some(planned) => planned,
        None => unreachable!("the plan has read the vectors"),
    }
}

/// What a table has for each problem, read by `read`, with counts of its rows.
fn join_one<T>(
    join: &PlannedJoin,
    entries: &Entries,
    settings: &Settings<'_>,
    read: impl Fn(Option<&Pick>, Value<'_>) -> Option<T>,
) -> Result<(BTreeMap<u32, Vec<T>>, JoinCounts)> {
    let picks = join.join.picks();
    let mut counts = JoinCounts::default();
    let mut found: BTreeMap<u32, Vec<T>> = BTreeMap::new();
    for file in &join.files {
        let units = file.units.as_ref().map_err(|why| {
            Error::Unreadable(vec![(
                format!("{}/{}", join.name, file.file.name),
                why.clone(),
            )])
        })?;
        for &unit in units {
            settings.check_stop()?;
            lookup::read(&file.file, unit, &picks, |_, row| {
                counts.rows += 1;
                let mut values = row.unwrap_or_default().into_iter();
                let value = values.next().and_then(|value| read(picks[0], value));
                let mut text = |pick| lookup::text(pick, values.next()?);
                let by_text = text(picks[1]).map(|text| ids::problem_id(&text));
                let by_id = text(picks[2]).and_then(|text| text.trim().parse::<Id>().ok());
                let (Some(value), Some(id)) = (value, by_text.or(by_id)) else {
                    counts.rows_void += 1;
                    return Ok(());
                };
                if let Some(problem) = entries.find_problem(id) {
                    found.entry(problem).or_default().push(value);
                }
                Ok(())
            })?;
        }
    }
    counts.problems_known = found.len() as u64;
    Ok((found, counts))
}

/// What is made of the values of each problem, for all problems of the run.
fn by_problem<T, One: Clone>(
    entries: &Entries,
    found: BTreeMap<u32, Vec<T>>,
    one_of: impl Fn(Vec<T>) -> Option<One>,
) -> Vec<Option<One>> {
    let mut values = vec![None; entries.problems.len()];
    for (problem, many) in found {
        values[problem as usize] = one_of(many);
    }
    values
}

fn mean(mut numbers: Vec<f64>) -> Option<f64> {
    // Summed in order of size, so that the order of rows does not show in the last bit.
    numbers.sort_unstable_by(f64::total_cmp);
    Some(numbers.iter().sum::<f64>() / numbers.len() as f64)
}

/// The word that all rows have; none where they differ, which says nothing.
fn only(mut words: Vec<String>) -> Option<String> {
    let word = words.pop()?;
    words.iter().all(|other| *other == word).then_some(word)
}

/// Whether each problem passes a rule in every form in which a source has it.
fn text_rule(rule: TextRule, loaded: &Loaded<'_>, settings: &Settings<'_>) -> Result<Vec<bool>> {
    let mut passes = vec![true; loaded.entries.problems.len()];
    let columns = [
        PROBLEM_ID.name(),
        PROBLEM.name(),
        ANSWER.name(),
        ORIGIN.name(),
    ];
    loaded.each_problem_batch(settings, &columns, |batch| {
        let texts = problems(&loaded.entries, batch)?;
        let rows = texts.zip(ANSWER.of(batch)?).zip(ORIGIN.of(batch)?);
        for ((found, gold), origin) in rows {
            if let Some((problem, text)) = found {
                passes[problem as usize] &= (rule.passes)(&ProblemText {
                    problem: text,
                    gold,
                    origin,
                });
            }
        }
        Ok(())
    })?;
    Ok(passes)
}

/// In how many of the run's problems each term stands.
fn count_terms(loaded: &Loaded<'_>, settings: &Settings<'_>) -> Result<Frequencies> {
    let mut all = Frequencies::default();
    let mut seen = vec![false; loaded.entries.problems.len()];
    loaded.each_problem_batch(settings, &TEXTS, |batch| {
        let new = unseen(&loaded.entries, batch, &mut seen)?;
        let counted = new
            .par_iter()
            .fold(Frequencies::default, |mut sum, (_, text)| {
                sum.add(&tokens::terms(&ids::canonical(text)));
                sum
            });
        let counted = counted.reduce(Frequencies::default, Frequencies::merge);
        all = std::mem::take(&mut all).merge(counted);
        Ok(())
    })?;
    Ok(all)
}

fn by_terms(
    loaded: &Loaded<'_>,
    frequencies: &Frequencies,
    benchmark: &PlannedBenchmark,
    asked: &Similar,
    settings: &Settings<'_>,
) -> Result<Similarity> {
    let chosen = benchmark.of_tiers(&asked.tiers);
    let terms: Vec<_> = chosen
        .iter()
        .map(|&at| tokens::terms(&ids::canonical(&benchmark.questions[at].problem)))
        .collect();
    let questions = Questions::new(frequencies, &terms);
    let problems = loaded.entries.problems.len();
    let mut similarity = Similarity::unknown(problems, chosen.len());
    let mut seen = vec![false; problems];
    loaded.each_problem_batch(settings, &TEXTS, |batch| {
        let new = unseen(&loaded.entries, batch, &mut seen)?;
        let compare = |(problem, text): &(u32, &str)| {
            (
                *problem,
                questions.compare(&tokens::terms(&ids::canonical(text))),
            )
        };
        let scores: Vec<(u32, Option<Vec<f32>>)> = new.par_iter().map(compare).collect();
        for (problem, scores) in scores {
            if let Some(scores) = scores {
                similarity.set(problem as usize, &scores);
            }
        }
        Ok(())
    })?;
    Ok(similarity)
}

/// What is read of problems for their texts.
const TEXTS: [&str; 2] = [PROBLEM_ID.name(), PROBLEM.name()];

/// The run's index and the text of the problem of each row; none where the run has not that problem.
fn problems<'b>(
    entries: &Entries,
    batch: &'b RecordBatch,
) -> Result<impl Iterator<Item = Option<(u32, &'b str)>>, Misfit> {
    let rows = PROBLEM_ID.of(batch)?.into_iter().zip(PROBLEM.of(batch)?);
    Ok(rows.map(|(id, text)| Some((entries.find_problem(id?)?, text?))))
}

/// The problems of a batch that no batch before it had.
fn unseen<'b>(
    entries: &Entries,
    batch: &'b RecordBatch,
    seen: &mut [bool],
) -> Result<Vec<(u32, &'b str)>, Misfit> {
    let is_new = |(problem, _): &(u32, &str)| {
        let seen = &mut seen[*problem as usize];
        !std::mem::replace(seen, true)
    };
    Ok(problems(entries, batch)?.flatten().filter(is_new).collect())
}
