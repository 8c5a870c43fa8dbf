//! What a grid cannot ask for, seen from its own table: keys that contradict each other.
//!
//! What its recipes refuse they say themselves. What needs the other grids, the sources or the benchmarks
//! is checked in `plan`, which also gives each refusal its file and line.

use std::collections::HashSet;
use std::hash::Hash;

use super::{Grid, PairedBy};
use crate::bucket::category::{DIVERSE, PROPORTIONAL, is_mix};
use crate::bucket::length::{Choose, Length, Nested, Within};
use crate::error::Refusal;
use crate::select::recipe::Recipe;
use crate::select::size::Sizes;
use crate::select::stratum::Stratum;

type Checked = Result<(), Refusal>;

/// In the order in which they are asked: what is wrong by itself before what contradicts something else.
const CHECKS: [fn(&Grid, &[Length]) -> Checked; 18] = [
    lists_have_values,
    counts_are_no_zeros,
    subsets_can_be_counted,
    names_can_be_folders,
    values_stand_once,
    a_problem_can_have_several,
    sizes_fit_into_buckets,
    a_mix_is_not_cut,
    styles_can_be_paired,
    draws_differ,
    strata_are_matched_on,
    a_joined_stratum_has_its_column,
    lengths_can_be_paired,
    shares_of_steps_are_percents,
    controls_can_have_its_tokens,
    recipes_agree,
    tables_are_read,
    a_pair_stays_whole,
];

/// The length axis of a grid, or the first thing that is wrong with the grid.
pub(crate) fn grid(grid: &Grid) -> Result<Vec<Length>, Refusal> {
    let lengths = grid.length.axis()?;
    for check in CHECKS {
        check(grid, &lengths)?;
    }
    if let Some(difficulty) = &grid.difficulty {
        difficulty.check()?;
    }
    Ok(lengths)
}

fn lists_have_values(grid: &Grid, lengths: &[Length]) -> Checked {
    for (key, is_empty) in [
        ("size", grid.size.is_empty()),
        ("category", grid.category.is_empty()),
        ("length.rule", lengths.is_empty()),
        ("recipe", grid.recipe.is_empty()),
    ] {
        Refusal::when(is_empty, key, "is empty", "write at least one value")?;
    }
    Ok(())
}

fn counts_are_no_zeros(grid: &Grid, _: &[Length]) -> Checked {
    let sizes = grid.size.as_written();
    let has_zero = sizes.iter().any(|size| size.count() == 0);
    Refusal::when(
        has_zero,
        "size",
        "has a 0",
        "write 1 or more: a subset has at least one row",
    )?;
    for (key, count) in [("draws", grid.draws), ("per_problem", grid.per_problem)] {
        Refusal::when(count == 0, key, "is 0", "write 1 or more")?;
    }
    Ok(())
}

/// The paper drew once, and a hundred draws tell a spread to a tenth of it.
const DRAWS_MAX: u32 = 1000;

/// A thousand subsets are an experiment that takes years to train. Each has a place in every table of a run.
const SUBSETS_MAX: u64 = 100_000;

/// The ladder's buckets have a thousand rows; no pool has as many as this.
const BUCKET_MAX: usize = u32::MAX as usize;

fn subsets_can_be_counted(grid: &Grid, lengths: &[Length]) -> Checked {
    let is_more = |key: &str, most: &dyn std::fmt::Display| {
        let mend = "write fewer; a second pipeline can make others from the same pool";
        Err(Refusal::new(key, format!("is more than {most}"), mend))
    };
    for (key, count) in [
        ("draws", grid.draws),
        ("control.random", grid.random_controls()),
    ] {
        if count > DRAWS_MAX {
            return is_more(key, &DRAWS_MAX);
        }
    }
    if grid.length.bucket > BUCKET_MAX {
        return is_more("length.bucket", &BUCKET_MAX);
    }
    let is_share = |share: f64| share > 0.0 && share <= 1.0;
    Refusal::when(
        grid.length
            .bucket_share_max
            .is_some_and(|share| !is_share(share)),
        "length.bucket_share_max",
        "is no share above 0 and at most 1",
        "write 0.25 for a quarter of the problems that a bucket is cut from",
    )?;
    let axes = [
        grid.recipe.len(),
        grid.category.len(),
        lengths.len(),
        grid.styles().len(),
        grid.accepts().len(),
        grid.size.as_written().len(),
    ];
    let axes = axes.iter().map(|values| *values as u64);
    let subsets = axes.fold(u64::from(grid.draws), u64::saturating_mul);
    match subsets > SUBSETS_MAX {
        false => Ok(()),
        true => Err(Refusal::new(
            "size",
            format!(
                "asks for {subsets} subsets with all other lists, and {SUBSETS_MAX} are the most"
            ),
            "write fewer sizes, draws, categories, lengths or styles",
        )),
    }
}

/// Names become folders: letters, digits, `_`, `.` and `-` only.
fn names_can_be_folders(grid: &Grid, _: &[Length]) -> Checked {
    let name = grid.name.as_slice();
    for (key, values) in [
        ("name", name),
        ("category", grid.category.as_slice()),
        ("style", grid.style.as_slice()),
        ("diverse_of", grid.diverse_of.as_slice()),
    ] {
        if let Some(bad) = values.iter().find(|value| !is_plain(value)) {
            return Err(Refusal::new(
                key,
                format!("has `{bad}`, which cannot be part of a folder's name"),
                "use letters, digits, `_`, `-` and `.`; categories are written in lower case with \
                 `_`, as `number_theory`",
            ));
        }
    }
    Ok(())
}

fn is_plain(name: &str) -> bool {
    let mut letters = name.chars();
    !name.is_empty()
        && !name.starts_with(['.', '_'])
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn values_stand_once(grid: &Grid, _: &[Length]) -> Checked {
    for (key, is_twice) in [
        ("category", twice(&grid.category)),
        ("style", twice(&grid.style)),
        ("diverse_of", twice(&grid.diverse_of)),
        ("recipe", twice(&grid.recipe)),
        ("accept", twice(&grid.accept)),
    ] {
        Refusal::when(is_twice, key, "has a value twice", "write each value once")?;
    }
    Ok(())
}

fn twice<T: Eq + Hash>(values: &[T]) -> bool {
    let distinct: HashSet<&T> = values.iter().collect();
    distinct.len() < values.len()
}

/// What goes row by row, by rank or by a mix of rows has one trajectory of each problem.
fn a_problem_can_have_several(grid: &Grid, lengths: &[Length]) -> Checked {
    let has_one = |length: &Length| !matches!(length, Length::Normal | Length::Tokens(..));
    let mix = grid.category.iter().any(|category| is_mix(category));
    let against = [
        (grid.control.matched, "`[grid.control] matched`"),
        (grid.control.paired, "`[grid.control] paired`"),
        (grid.pair.is_some(), "`pair`"),
        (lengths.iter().any(has_one), "lengths that rank"),
        (mix, "a mix of categories"),
    ];
    match against.iter().find(|(stands, _)| *stands) {
        Some((_, what)) if grid.per_problem > 1 => Err(Refusal::new(
            "per_problem",
            format!("is more than 1 beside {what}, where a problem has one trajectory"),
            "leave one of them out",
        )),
        _ => Ok(()),
    }
}

/// No size is larger than the buckets short and long.
fn sizes_fit_into_buckets(grid: &Grid, lengths: &[Length]) -> Checked {
    let largest = grid.size.rows_max().unwrap_or_default() as usize;
    for category in grid.category.iter().filter(|_| ranks(lengths)) {
        let groups = match category == DIVERSE {
            true => grid.diverse_of.len(),
            false => 1,
        };
        let held = grid.length.bucket.saturating_mul(groups);
        if largest > held {
            return Err(Refusal::new(
                "size",
                format!(
                    "asks for {largest} of `{category}`, and its buckets short and long hold {held}"
                ),
                "raise `[grid.length] bucket`, or ask for smaller sizes",
            ));
        }
    }
    Ok(())
}

/// The pool's mix is that of the lists it is drawn from, which nothing may cut to one length.
fn a_mix_is_not_cut(grid: &Grid, lengths: &[Length]) -> Checked {
    let mut categories = grid.category.iter();
    let is_mixed = categories.any(|category| category == PROPORTIONAL);
    Refusal::when(
        is_mixed && ranks(lengths) && grid.length.within == Within::Category,
        "category",
        "has `proportional` beside short or long of each category, whose buckets are of one size",
        "write `[grid.length] within = \"pool\"`, or `diverse`",
    )
}

fn styles_can_be_paired(grid: &Grid, lengths: &[Length]) -> Checked {
    if grid.pair != Some(PairedBy::Style) {
        return Ok(());
    }
    Refusal::when(
        grid.style.len() < 2,
        "style",
        "names fewer than two styles to pair",
        "write as `style = [\"r1\", \"gemini\"]`",
    )?;
    Refusal::when(
        lengths != [Length::Normal],
        "length",
        "cannot be an axis of a pair by style: both styles have the same problems",
        "leave the table out",
    )?;
    Refusal::when(
        matches!(grid.size, Sizes::Tokens(_)),
        "size",
        "is a budget of tokens beside `pair`: the same problems have other lengths in each style",
        "write it in rows, as `size = [100, 1000]`",
    )?;
    Refusal::when(
        grid.control.matched || grid.control.paired,
        "control",
        "has `matched` or `paired` beside `pair`: the other style is the control",
        "leave only `random`",
    )
}

fn draws_differ(grid: &Grid, _: &[Length]) -> Checked {
    let is_one = grid.length.nested == Nested::ByKey && grid.length.choose == Choose::Extreme;
    Refusal::when(
        grid.draws > 1 && is_one,
        "draws",
        "is more than 1 beside `nested = \"by_key\"`, where every draw is the same",
        "write `draws = 1`",
    )?;
    let ranks = |recipe: &Recipe| recipe.criterion().ranks();
    Refusal::when(
        grid.draws > 1 && grid.recipe.iter().all(ranks),
        "draws",
        "is more than 1, and every draw of these recipes is the same",
        "write `draws = 1`",
    )
}

fn strata_are_matched_on(grid: &Grid, _: &[Length]) -> Checked {
    Refusal::when(
        grid.control.strata.is_some() && !grid.control.matched,
        "control.strata",
        "says what matched controls match on, and there are none",
        "write `matched = true` beside it, or leave it out",
    )
}

fn a_joined_stratum_has_its_column(grid: &Grid, _: &[Length]) -> Checked {
    let strata = grid.control.strata.as_deref().unwrap_or_default();
    let is_asked = strata.contains(&Stratum::Joined);
    Refusal::when(
        is_asked && grid.control.joined.is_none(),
        "control.strata",
        "has `joined`, and no column is named",
        "write `joined = \"NAME\"` beside it, of a table `[join.NAME]`",
    )?;
    Refusal::when(
        !is_asked && grid.control.joined.is_some(),
        "control.joined",
        "names a column, and nothing is matched on it",
        "write `joined` into `strata`, or leave it out",
    )
}

fn lengths_can_be_paired(grid: &Grid, lengths: &[Length]) -> Checked {
    Refusal::when(
        grid.control.paired && !ranks(lengths),
        "control.paired",
        "pairs the longest with the shortest of a problem, and no length is short or long",
        "write `[grid.length] rule = [\"short\", \"long\"]`, or leave it out",
    )?;
    Refusal::when(
        grid.control.paired && grid.length.choose == Choose::Hash,
        "control.paired",
        "pairs the longest with the shortest of a problem, and `[grid.length] choose = \"hash\"` ranks neither",
        "write `choose = \"extreme\"`, or leave `paired` out",
    )
}

fn shares_of_steps_are_percents(grid: &Grid, _: &[Length]) -> Checked {
    let key = "control.shuffled";
    let percents = &grid.control.shuffled;
    let is_other = percents.iter().any(|percent| !(1..=100).contains(percent));
    let mend = "write percents from 1 to 100, as `shuffled = [33, 67, 100]`";
    Refusal::when(is_other, key, "has a share of steps that is none", mend)?;
    let hint = "write each value once";
    Refusal::when(twice(percents), key, "has a value twice", hint)
}

fn controls_can_have_its_tokens(grid: &Grid, _: &[Length]) -> Checked {
    let control = &grid.control;
    Refusal::when(
        control.tokens.is_some() && control.paired,
        "control.tokens",
        "is `equal` beside `paired`: the same problems have other lengths there",
        "leave one of them out",
    )?;
    Refusal::when(
        control.tokens.is_some() && grid.random_controls() == 0 && !control.matched,
        "control.tokens",
        "says how much controls have, and there are none",
        "write `matched = true` or `random = 1` beside it, or leave it out",
    )
}

fn recipes_agree(grid: &Grid, lengths: &[Length]) -> Checked {
    let beside = grid.beside(lengths);
    let mut recipes = grid.recipe.iter();
    recipes.try_for_each(|recipe| recipe.criterion().refuse(&beside))
}

/// No recipe's table stands there for nobody.
fn tables_are_read(grid: &Grid, _: &[Length]) -> Checked {
    for (table, is_there) in [
        ("similar", grid.similar.is_some()),
        ("s1", grid.s1.is_some()),
        ("mix", grid.mix.is_some()),
    ] {
        let reads = |recipe: &Recipe| recipe.criterion().table() == Some(table);
        if is_there && !grid.recipe.iter().any(reads) {
            return Err(Refusal::new(
                table,
                "is read by no recipe of this grid",
                format!("leave the table out, or add `{table}` to `recipe`"),
            ));
        }
    }
    Ok(())
}

fn a_pair_stays_whole(grid: &Grid, _: &[Length]) -> Checked {
    let is_drawn = grid.recipe == [Recipe::default()];
    Refusal::when(
        grid.pair.is_some() && (!is_drawn || !grid.accept.is_empty()),
        "pair",
        "stands beside `recipe` or `accept`, which would part the pairs",
        "leave them out; `pair_accept` says which pairs are taken",
    )?;
    Refusal::when(
        grid.pair.is_some() && grid.difficulty.is_some(),
        "difficulty",
        "cannot stand beside `pair`",
        "leave it out",
    )
}

fn ranks(lengths: &[Length]) -> bool {
    lengths.iter().any(|length| length.ranks())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key, the problem and the mend of a grid's refusal, or its axis.
    fn checked(grid: &str) -> Result<String, [String; 3]> {
        let grid: Grid = toml::from_str(&format!("size = [10]\n{grid}")).unwrap();
        let axis = super::grid(&grid);
        let axis = axis.map_err(|refusal| [refusal.key, refusal.problem, refusal.hint])?;
        let names: Vec<String> = axis.iter().map(Length::to_string).collect();
        Ok(names.join(" "))
    }

    #[test]
    fn a_grid_of_a_size_alone_is_sound_and_of_normal_length() {
        assert_eq!(checked(""), Ok("normal".to_owned()));
    }

    #[test]
    fn keys_that_contradict_each_other_are_refused_by_the_key_that_is_mended() {
        for (grid, key) in [
            ("category = []", "category"),
            ("recipe = []", "recipe"),
            ("draws = 0", "draws"),
            ("draws = 4294967295", "draws"),
            ("control.random = 4294967295", "control.random"),
            (
                "draws = 1000\ncategory = ['a', 'b', 'c']\nlength.edges = [1, 2, 3, 4, 5, 6, 7, 8, 9]\n\
                 style = ['r1', 's2', 's3', 's4']",
                "size",
            ),
            (
                "length.rule = ['long']\nlength.bucket = 4294967296",
                "length.bucket",
            ),
            ("length.bucket_share_max = 0.0", "length.bucket_share_max"),
            ("length.bucket_share_max = nan", "length.bucket_share_max"),
            ("length.bucket_share_max = 25", "length.bucket_share_max"),
            ("category = ['Number Theory']", "category"),
            ("style = ['r1', 'r1']", "style"),
            ("recipe = ['limo', 'limo']", "recipe"),
            ("per_problem = 2\ncategory = ['diverse']", "per_problem"),
            ("length.rule = ['short']\nlength.bucket = 5", "size"),
            (
                "category = ['proportional']\nlength.rule = ['long']",
                "category",
            ),
            ("pair = 'style'\nstyle = ['r1']", "style"),
            ("draws = 2\nlength.nested = 'by_key'", "draws"),
            ("control.strata = ['origin']", "control.strata"),
            (
                "control.matched = true\ncontrol.strata = ['joined']",
                "control.strata",
            ),
            (
                "control.matched = true\ncontrol.joined = 'level'",
                "control.joined",
            ),
            (
                "control.random = 0\ncontrol.tokens = 'equal'",
                "control.tokens",
            ),
            (
                "length.rule = ['long']\ncontrol.paired = true\ncontrol.tokens = 'equal'",
                "control.tokens",
            ),
            ("control.paired = true", "control.paired"),
            (
                "control.paired = true\nlength.rule = ['long']\nlength.choose = 'hash'",
                "control.paired",
            ),
            ("control.shuffled = [0]", "control.shuffled"),
            ("control.shuffled = [50, 101]", "control.shuffled"),
            ("control.shuffled = [50, 50]", "control.shuffled"),
            ("length.edges = [5, 5]", "length.edges"),
            ("difficulty = {}", "difficulty"),
            (
                "difficulty.pass_rate = { min = 1, max = 0 }",
                "difficulty.pass_rate",
            ),
            ("difficulty.joined.level = []", "difficulty.joined.level"),
            (
                "pair = 'style'\nstyle = ['r1', 'gemini']\naccept = ['ours']",
                "pair",
            ),
        ] {
            let refusal = checked(grid).expect_err(grid);
            assert_eq!(refusal[0], key, "{grid}: {}", refusal[1]);
            assert!(!refusal[2].is_empty(), "{grid} has no mend");
        }
    }

    #[test]
    fn a_recipe_refuses_what_it_misses_and_a_table_needs_its_reader() {
        let hard = "difficulty.pass_rate = { max = 0.5 }";
        for (grid, key) in [
            ("recipe = ['similar']".to_owned(), "recipe"),
            ("similar.to = 'exam'".to_owned(), "similar"),
            ("s1 = {}".to_owned(), "s1"),
            ("mix.long_percent = 20".to_owned(), "mix"),
            ("recipe = ['mix']".to_owned(), "recipe"),
            (
                "recipe = ['mix']\nmix.long_percent = 100".to_owned(),
                "mix.long_percent",
            ),
            (
                "recipe = ['mix']\nmix.long_percent = 20\nlength.edges = [9]".to_owned(),
                "length",
            ),
            ("recipe = ['s1']".to_owned(), "recipe"),
            (
                format!("recipe = ['limo']\nlength.edges = [9]\n{hard}"),
                "length",
            ),
            (
                format!("recipe = ['s1']\ncategory = ['diverse']\n{hard}"),
                "category",
            ),
            (
                format!("recipe = ['s1']\nper_problem = 2\n{hard}"),
                "per_problem",
            ),
            (
                format!("recipe = ['s1']\ns1.benchmark.aime = 0\n{hard}"),
                "s1.benchmark",
            ),
            (
                "recipe = ['dissimilar']\nsimilar.to = 'exam'\ndraws = 2".to_owned(),
                "draws",
            ),
        ] {
            let refusal = checked(&grid).expect_err(&grid);
            assert_eq!(refusal[0], key, "{grid}: {}", refusal[1]);
        }
        let both = format!("recipe = ['s1', 'limo', 'random']\ndraws = 2\n{hard}");
        assert_eq!(checked(&both), Ok("normal".to_owned()));
    }
}
