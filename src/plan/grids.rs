//! What the grids ask for, checked: each by itself, then the names of all their subsets and controls.

use std::collections::{HashMap, HashSet};

use super::recipes;
use crate::bucket::category::{DIVERSE, PROPORTIONAL, is_mix};
use crate::bucket::length::{Length, Nested, Within};
use crate::pipeline::{Pipeline, PipelineFile};
use crate::select::controls::Kind;
use crate::select::grid::{Grid, Pair};
use crate::select::recipe::Recipe;
use crate::select::size::Sizes;
use crate::{Error, Result};

/// The grids with their length axes.
pub(super) fn check(file: &PipelineFile, pipeline: &Pipeline) -> Result<Vec<(Grid, Vec<Length>)>> {
    if pipeline.grid.is_empty() {
        return Err(file.error("grid", "is empty", "ask for at least one subset"));
    }
    let mut grids = Vec::new();
    for (index, grid) in pipeline.grid.iter().enumerate() {
        let asked = AskedGrid { file, index, grid };
        let lengths = asked.check()?;
        recipes::check(file, pipeline, index, grid, &lengths)?;
        grids.push((grid.clone(), lengths));
    }
    check_names(file, &grids)?;
    Ok(grids)
}

/// No two subsets or controls have one name.
fn check_names(file: &PipelineFile, grids: &[(Grid, Vec<Length>)]) -> Result<()> {
    let (mut names, mut stems) = (HashSet::new(), HashSet::new());
    for (index, (grid, lengths)) in grids.iter().enumerate() {
        for family in grid.families(index, lengths) {
            stems.insert(family.stem.clone());
            for size in grid.size.as_written() {
                let name = family.name(size);
                if !names.insert(name.clone()) {
                    return Err(file.error(
                        &format!("grid[{index}]"),
                        &format!("asks for a subset `{name}` that another place asks for too"),
                        "give each grid a `name` of its own, and each axis every value once",
                    ));
                }
            }
        }
    }
    let mut kinds: HashMap<String, Kind> = HashMap::new();
    for (index, (grid, lengths)) in grids.iter().enumerate() {
        if grid.control.random == 0 {
            continue;
        }
        for family in grid.families(index, lengths) {
            let kind = Kind {
                accept: family.accept,
                style: family.style,
                per_problem: grid.per_problem,
            };
            let stem = kind.stem();
            let other = kinds.entry(stem.clone()).or_insert_with(|| kind.clone());
            if *other != kind || stems.contains(&stem) {
                return Err(file.error(
                    &format!("grid[{index}]"),
                    &format!("has random controls called `{stem}-*`, as other subsets are"),
                    "give the style, or the grid, another name",
                ));
            }
        }
    }
    Ok(())
}

/// A grid as it stands in the file.
struct AskedGrid<'f> {
    file: &'f PipelineFile,
    index: usize,
    grid: &'f Grid,
}

impl AskedGrid<'_> {
    fn refuse<T>(&self, key: &str, problem: &str, mend: &str) -> Result<T> {
        Err(self.error(key, problem, mend))
    }

    fn error(&self, key: &str, problem: &str, mend: &str) -> Error {
        self.file
            .error(&format!("grid[{}].{key}", self.index), problem, mend)
    }

    fn check(&self) -> Result<Vec<Length>> {
        let grid = self.grid;
        let table = format!("grid[{}]", self.index);
        let lengths = grid.length.axis();
        let lengths = lengths.map_err(|refusal| self.file.refused(&table, &refusal))?;
        self.check_counts(&lengths)?;
        self.check_names()?;
        self.check_per_problem(&lengths)?;
        self.check_sizes(&lengths)?;
        self.check_proportional(&lengths)?;
        if grid.pair == Some(Pair::Style) {
            self.check_pair(&lengths)?;
        }
        if grid.length.nested == Nested::ByKey && grid.draws > 1 {
            self.refuse(
                "draws",
                "is more than 1 beside `nested = \"by_key\"`, where every draw is the same",
                "write `draws = 1`",
            )?;
        }
        if grid.control.strata.is_some() && !grid.control.matched {
            self.refuse(
                "control.strata",
                "says what matched controls match on, and there are none",
                "write `matched = true` beside it, or leave it out",
            )?;
        }
        if grid.control.paired && !ranks(&lengths) {
            self.refuse(
                "control.paired",
                "pairs the longest with the shortest of a problem, and no length is short or long",
                "write `[grid.length] rule = [\"short\", \"long\"]`, or leave it out",
            )?;
        }
        Ok(lengths)
    }

    fn check_counts(&self, lengths: &[Length]) -> Result<()> {
        let grid = self.grid;
        for (key, empty) in [
            ("size", grid.size.is_empty()),
            ("category", grid.category.is_empty()),
            ("length.rule", lengths.is_empty()),
        ] {
            if empty {
                self.refuse(key, "is empty", "write at least one value")?;
            }
        }
        if grid.size.as_written().iter().any(|size| size.count() == 0) {
            self.refuse("size", "has a 0", "a subset has at least one row")?;
        }
        for (key, count) in [("draws", grid.draws), ("per_problem", grid.per_problem)] {
            if count == 0 {
                self.refuse(key, "is 0", "write 1 or more")?;
            }
        }
        Ok(())
    }

    /// Names become folders: letters, digits, `_`, `.` and `-` only, and each value once.
    fn check_names(&self) -> Result<()> {
        let plain = |name: &String| {
            let mut letters = name.chars();
            !name.is_empty()
                && !name.starts_with(['.', '_'])
                && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        };
        let grid = self.grid;
        let name: Vec<String> = grid.name.iter().cloned().collect();
        for (key, values) in [
            ("name", &name),
            ("category", &grid.category),
            ("style", &grid.style),
            ("diverse_of", &grid.diverse_of),
        ] {
            if let Some(bad) = values.iter().find(|value| !plain(value)) {
                self.refuse(
                    key,
                    &format!("has `{bad}`, which cannot be part of a folder's name"),
                    "use letters, digits, `_`, `-` and `.`; categories are written in lower case with \
                     `_`, as `number_theory`",
                )?;
            }
            let distinct: HashSet<&String> = values.iter().collect();
            if distinct.len() < values.len() {
                self.refuse(key, "has a value twice", "write each value once")?;
            }
        }
        Ok(())
    }

    /// What goes row by row, by rank or by a mix of rows has one trajectory of each problem.
    fn check_per_problem(&self, lengths: &[Length]) -> Result<()> {
        let grid = self.grid;
        let has_one = |length: &Length| !matches!(length, Length::Normal | Length::Tokens(..));
        let ranks = |recipe: &Recipe| matches!(recipe, Recipe::S1 | Recipe::Limo);
        let against = [
            (grid.control.matched, "`[grid.control] matched`"),
            (grid.control.paired, "`[grid.control] paired`"),
            (grid.pair.is_some(), "`pair`"),
            (lengths.iter().any(has_one), "lengths that rank"),
            (
                grid.category.iter().any(|category| is_mix(category)),
                "a mix of categories",
            ),
            (grid.recipe.iter().any(ranks), "the recipes `s1` and `limo`"),
        ];
        match against.iter().find(|(stands, _)| *stands) {
            Some((_, what)) if grid.per_problem > 1 => self.refuse(
                "per_problem",
                &format!("is more than 1 beside {what}, where a problem has one trajectory"),
                "leave one of them out",
            ),
            _ => Ok(()),
        }
    }

    /// No size is larger than the buckets short and long.
    fn check_sizes(&self, lengths: &[Length]) -> Result<()> {
        let grid = self.grid;
        let largest = grid.size.rows_max().unwrap_or_default() as usize;
        for category in grid.category.iter().filter(|_| ranks(lengths)) {
            let share = match category == DIVERSE {
                true => grid.diverse_of.len(),
                false => 1,
            };
            let held = grid.length.bucket * share;
            if largest > held {
                self.refuse(
                    "size",
                    &format!(
                        "asks for {largest} of `{category}`, and its buckets short and long hold {held}"
                    ),
                    "raise `[grid.length] bucket`, or ask for smaller sizes",
                )?;
            }
        }
        Ok(())
    }

    /// The pool's mix is that of the lists it is drawn from, which nothing may cut to one length.
    fn check_proportional(&self, lengths: &[Length]) -> Result<()> {
        let grid = self.grid;
        if !grid
            .category
            .iter()
            .any(|category| category == PROPORTIONAL)
        {
            return Ok(());
        }
        if ranks(lengths) && grid.length.within == Within::Category {
            self.refuse(
                "category",
                "has `proportional` beside short or long of each category, whose buckets are of one \
                 size",
                "write `[grid.length] within = \"pool\"`, or `diverse`",
            )?;
        }
        let top = grid.similar.as_ref().and_then(|similar| similar.top);
        if top.is_some() && grid.recipe.contains(&Recipe::Similar) {
            self.refuse(
                "similar.top",
                "cuts each category, so that `proportional` would not have the pool's mix",
                "leave it out, or write `category = [\"all\"]`",
            )?;
        }
        Ok(())
    }

    fn check_pair(&self, lengths: &[Length]) -> Result<()> {
        let grid = self.grid;
        if grid.style.len() < 2 {
            self.refuse(
                "style",
                "names fewer than two styles to pair",
                "write as `style = [\"r1\", \"gemini\"]`",
            )?;
        }
        if lengths != [Length::Normal] {
            self.refuse(
                "length",
                "cannot be an axis of a pair by style: both styles have the same problems",
                "leave the table out",
            )?;
        }
        if matches!(grid.size, Sizes::Tokens(_)) {
            self.refuse(
                "size",
                "is a budget of tokens beside `pair`: the same problems have other lengths in each style",
                "write it in rows, as `size = [100, 1000]`",
            )?;
        }
        if grid.control.matched || grid.control.paired {
            self.refuse(
                "control",
                "has `matched` or `paired` beside `pair`: the other style is the control",
                "leave only `random`",
            )?;
        }
        Ok(())
    }
}

fn ranks(lengths: &[Length]) -> bool {
    lengths.iter().any(|length| length.ranks())
}
