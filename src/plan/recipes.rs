//! What a grid's recipes need, checked.

use std::collections::HashSet;

use super::PlannedBenchmark;
use crate::bucket::category::is_mix;
use crate::bucket::length::Length;
use crate::pipeline::{Pipeline, PipelineFile};
use crate::rules::Accept;
use crate::select::difficulty::{Range, Wanted};
use crate::select::grid::Grid;
use crate::select::recipe::Recipe;
use crate::{Error, Result};

/// Refuses recipes without what they need, and tables that no recipe of the grid reads.
pub(super) fn check(
    file: &PipelineFile,
    pipeline: &Pipeline,
    index: usize,
    grid: &Grid,
    lengths: &[Length],
) -> Result<()> {
    let refuse = |key: &str, problem: &str, hint: &str| -> Result<()> {
        Err(file.error(&format!("grid[{index}].{key}"), problem, hint))
    };
    if grid.recipe.is_empty() {
        refuse("recipe", "is empty", "write at least one value")?;
    }
    for (key, is_twice) in [
        ("recipe", twice(&grid.recipe)),
        ("accept", twice(&grid.accept)),
    ] {
        if is_twice {
            refuse(key, "has a value twice", "write each value once")?;
        }
    }
    check_tables(grid, &refuse)?;
    check_by_length(grid, lengths, &refuse)?;
    if grid.draws > 1 && grid.recipe.iter().all(|recipe| recipe.ranks()) {
        refuse(
            "draws",
            "is more than 1, and every draw of these recipes is the same",
            "write `draws = 1`",
        )?;
    }
    if grid.pair.is_some() && (grid.recipe != [Recipe::Random] || !grid.accept.is_empty()) {
        refuse(
            "pair",
            "stands beside `recipe` or `accept`, which would part the pairs",
            "leave them out; `pair_accept` says which pairs are taken",
        )?;
    }
    if grid.pair.is_some() && grid.difficulty.is_some() {
        refuse("difficulty", "cannot stand beside `pair`", "leave it out")?;
    }
    check_difficulty(file, pipeline, index, grid)?;
    check_accept(file, pipeline, index, grid)
}

/// Says no, with the key, the problem and the mend.
type Refuse<'r> = &'r dyn Fn(&str, &str, &str) -> Result<()>;

/// Each table is read by a recipe of the grid, and each recipe has its table.
fn check_tables(grid: &Grid, refuse: Refuse<'_>) -> Result<()> {
    let has = |recipe: Recipe| grid.recipe.contains(&recipe);
    let by_similarity = has(Recipe::Similar) || has(Recipe::Dissimilar);
    if by_similarity && grid.similar.is_none() {
        refuse(
            "recipe",
            "has `similar` or `dissimilar`, and nothing to compare with",
            "write a table `[grid.similar]` with `to = \"NAME\"`, the name of a `[benchmarks.NAME]`",
        )?;
    }
    for (key, is_there, is_read) in [
        ("similar", grid.similar.is_some(), by_similarity),
        ("s1", grid.s1.is_some(), has(Recipe::S1)),
    ] {
        if is_there && !is_read {
            let hint = format!("leave the table out, or add `{key}` to `recipe`");
            refuse(key, "is read by no recipe of this grid", &hint)?;
        }
    }
    let mut weights = grid.s1.iter().flat_map(|s1| s1.benchmark.values());
    if weights.any(|weight| !(0.001..=1000.0).contains(weight)) {
        refuse(
            "s1.benchmark",
            "has a weight that is not from 0.001 to 1000",
            "write 1.0 for a whole one",
        )?;
    }
    Ok(())
}

/// `s1` and `limo` begin with what is hard, and choose by length themselves.
fn check_by_length(grid: &Grid, lengths: &[Length], refuse: Refuse<'_>) -> Result<()> {
    let has = |recipe: Recipe| grid.recipe.contains(&recipe);
    let by_length = has(Recipe::S1) || has(Recipe::Limo);
    if by_length && grid.difficulty.is_none() {
        refuse(
            "recipe",
            "has `s1` or `limo`, which begin with what small models cannot solve",
            "write a table `[grid.difficulty]` that says what stands for it, as `pass_rate = { max = 0.5 }`",
        )?;
    }
    if by_length && lengths != [Length::Normal] {
        refuse(
            "length",
            "cannot be an axis of `s1` and `limo`, which choose by length themselves",
            "leave the table out",
        )?;
    }
    if has(Recipe::S1) && grid.category.iter().any(|category| is_mix(category)) {
        refuse(
            "category",
            "has a mix of categories beside the recipe `s1`, which takes turns over its own domains",
            "write `category = [\"all\"]`",
        )?;
    }
    Ok(())
}

fn twice<T: Eq + std::hash::Hash>(values: &[T]) -> bool {
    let distinct: HashSet<&T> = values.iter().collect();
    distinct.len() < values.len()
}

fn check_difficulty(
    file: &PipelineFile,
    pipeline: &Pipeline,
    index: usize,
    grid: &Grid,
) -> Result<()> {
    let Some(difficulty) = &grid.difficulty else {
        return Ok(());
    };
    let at = |key: &str| format!("grid[{index}].difficulty.{key}");
    let named = difficulty
        .joined
        .iter()
        .filter_map(|(name, wanted)| match wanted {
            Wanted::Range(range) => Some((format!("joined.{name}"), *range)),
            Wanted::OneOf(_) => None,
        });
    let own = [
        ("pass_rate", difficulty.pass_rate),
        ("shortest_right_tokens", difficulty.shortest_right_tokens),
    ];
    let own = own
        .into_iter()
        .filter_map(|(key, range)| Some((key.to_owned(), range?)));
    let ranges: Vec<(String, Range)> = own.chain(named).collect();
    if ranges.is_empty() && difficulty.origin.is_none() && difficulty.joined.is_empty() {
        return Err(file.error(
            &format!("grid[{index}].difficulty"),
            "asks for nothing",
            "write a range, as `pass_rate = { max = 0.5 }`, or leave it out",
        ));
    }
    if let Some((key, _)) = ranges.iter().find(|(_, range)| !range.is_sound()) {
        return Err(file.error(
            &at(key),
            "holds no number",
            "write as `{ min = 0.1, max = 0.5 }`, or `{ above = 0, below = 1 }` without the ends",
        ));
    }
    for (name, wanted) in &difficulty.joined {
        let is_words = |wanted: &Wanted| matches!(wanted, Wanted::OneOf(_));
        let grids = pipeline
            .grid
            .iter()
            .filter_map(|grid| grid.difficulty.as_ref());
        let mut others = grids.filter_map(|difficulty| difficulty.joined.get(name));
        if others.any(|other| is_words(other) != is_words(wanted)) {
            return Err(file.error(
                &at(&format!("joined.{name}")),
                "is asked for as words in one grid and as numbers in another",
                "join the column twice, under two names",
            ));
        }
        if *wanted == Wanted::OneOf(Vec::new()) {
            let mend = "write at least one word, as `[\"Level 5\"]`";
            return Err(file.error(&at(&format!("joined.{name}")), "is empty", mend));
        }
    }
    let known = |name: &&String| pipeline.join.contains_key(*name);
    if let Some(lost) = difficulty.joined.keys().find(|name| !known(name)) {
        return Err(file.error(
            &at(&format!("joined.{lost}")),
            "is joined from nowhere",
            &format!("write a table `[join.{lost}]` with `path`, `value` and `problem`"),
        ));
    }
    Ok(())
}

/// Each rule of the axis accepts only what the pipeline's own rule keeps.
fn check_accept(file: &PipelineFile, pipeline: &Pipeline, index: usize, grid: &Grid) -> Result<()> {
    let own = |accept: Option<Accept>| accept.unwrap_or(pipeline.verify.accept);
    for (name, source) in &pipeline.sources {
        let mend = match source.accept {
            Some(_) => format!(
                "leave out `accept` under `[sources.{name}]`, and write `accept = \"none\"` under `[verify]`: \
                 the axis then parts what it keeps"
            ),
            None => "write `accept = \"none\"` under `[verify]`: the axis then parts what it keeps"
                .into(),
        };
        let own = own(source.accept);
        if let Some(wider) = grid.accept.iter().find(|rule| !own.includes(**rule)) {
            return Err(file.error(
                &format!("grid[{index}].accept"),
                &format!(
                    "has `{}`, and `{name}` keeps no more than `{}`",
                    wider.as_str(),
                    own.as_str()
                ),
                &mend,
            ));
        }
    }
    Ok(())
}

/// Refuses what a grid asks of a benchmark that it does not have.
pub(super) fn check_similar(
    file: &PipelineFile,
    index: usize,
    grid: &Grid,
    benchmarks: &[PlannedBenchmark],
) -> Result<()> {
    let Some(similar) = &grid.similar else {
        return Ok(());
    };
    let at = |key: &str| format!("grid[{index}].similar.{key}");
    let named = benchmarks.iter().find(|known| known.name == similar.to);
    let Some(benchmark) = named else {
        return Err(file.error(
            &at("to"),
            &format!(
                "names no benchmark: there is no `[benchmarks.{}]`",
                similar.to
            ),
            "write that table with the `path` of its questions",
        ));
    };
    let lacks = |tier: &&String| benchmark.of_tiers(std::slice::from_ref(*tier)).is_empty();
    if let Some(lost) = similar.tiers.iter().find(lacks) {
        return Err(file.error(
            &at("tiers"),
            &format!("has `{lost}`, and no question of `{}` is of it", similar.to),
            "list its ids under `[benchmarks.NAME.tiers]`, or name the column `tier`",
        ));
    }
    let questions = benchmark.of_tiers(&similar.tiers).len();
    if questions == 0 {
        return Err(Error::usage(
            format!("the benchmark `{}` has no question", similar.to),
            "name the column of its text: `problem = \"…\"`",
        ));
    }
    let largest = grid.size.rows_max().unwrap_or_default();
    let each = u64::from(grid.per_problem);
    let offered = similar
        .top
        .map(|top| u64::from(top) * questions as u64 * each);
    if grid.recipe.contains(&Recipe::Similar) && offered.is_some_and(|all| u64::from(largest) > all)
    {
        return Err(file.error(
            &at("top"),
            &format!("lets {questions} questions take too few for {largest} problems"),
            "raise it, or leave it out: questions then take turns until the subset is full",
        ));
    }
    Ok(())
}
