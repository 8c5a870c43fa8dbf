//! What is selected: filled while the grids are gone through, and handed over as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::recipe::Recipe;
use super::recipe::criterion::StepCounts;
use super::size::Size;
use super::subset::Subset;
use crate::error::one_line;

/// Everything that was selected, and everything that could not be.
#[derive(Debug, Default)]
pub struct Selection {
    pub subsets: Vec<Subset>,
    pub shortfalls: Vec<Shortfall>,
    pub warnings: Vec<String>,
    /// Buckets that take more than a quarter of their pool.
    wide: BTreeSet<Width>,
    /// For each style pair: how often its trajectories are right.
    pub pairs: Vec<PairTable>,
    /// For each family of a recipe that leaves problems out: how many each step left.
    pub steps: Vec<Steps>,
}

/// What the steps of a recipe left of a family's problems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Steps {
    /// The largest subset of the family.
    pub subset: String,
    pub recipe: Recipe,
    /// Each step with the problems that it left or added, in order.
    pub left: StepCounts,
}

/// A subset that asks for more than there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    pub name: String,
    pub asked: Size,
    /// In the unit of `asked`.
    pub available: u64,
    pub lack: Lack,
    /// The same in words.
    pub reason: String,
}

/// What a subset that asks for more than there is lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// There is nothing to draw it from.
    Nothing,
    /// There is less than was asked for.
    Fewer,
    /// Its first trajectory alone has more tokens than were asked for.
    FirstTooLong,
    /// The short and the long bucket share trajectories.
    Overlap(CutFrom),
    /// Its bucket is a larger share than `bucket_share_max` of what it is cut from.
    BucketShare(CutFrom),
}

/// What a bucket is cut from: of several categories that each have a bucket the one with the fewest problems, which decides
/// how large a bucket may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CutFrom {
    /// A category, or the mix of which all is one.
    pub category: String,
    /// Problems that it has of the style and the acceptance that were asked for.
    pub problems: u64,
}

/// From which share of its pool on a bucket is hardly short or long: chosen by hand, before the middle half begins.
pub(crate) const WIDE: f64 = 0.25;

/// How often the trajectories of a pair of styles are right, over all problems that have both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PairTable {
    pub category: String,
    pub styles: [String; 2],
    /// Count by verdict of the first and of the second: `right`, `wrong` or `unknown`.
    pub counts: BTreeMap<String, BTreeMap<String, u64>>,
}

/// How much of the problems that it is cut from a bucket takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Width {
    /// `short` or `long`.
    pub length: String,
    /// What it is cut from.
    pub pool: String,
    pub taken: usize,
    pub of: usize,
}

impl Width {
    pub(super) fn share(&self) -> f64 {
        self.taken as f64 / self.of as f64
    }

    /// What it is cut from.
    pub(super) fn cut_from(&self) -> CutFrom {
        CutFrom {
            category: self.pool.clone(),
            problems: self.of as u64,
        }
    }
}

impl fmt::Display for Width {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            pool, taken, of, ..
        } = self;
        write!(f, "its bucket takes {taken} of {of} problems of {pool}")
    }
}

impl Selection {
    /// Adds the subsets of one order, smallest first: a family, of which each is a prefix of the next.
    pub(super) fn add(&mut self, mut subsets: Vec<Subset>) {
        let family = self.subsets.last().map_or(0, |last| last.family + 1);
        for subset in &mut subsets {
            subset.family = family;
        }
        for at in 1..subsets.len() {
            subsets[at - 1].prefix_of = Some(subsets[at].name.clone());
        }
        self.subsets.extend(subsets);
    }

    /// Warns once, however many families meet it.
    pub(super) fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Notes what the steps of a recipe left, where it has some.
    pub(super) fn note_steps(&mut self, largest: &str, recipe: Recipe, left: &StepCounts) {
        if !left.is_empty() {
            self.steps.push(Steps {
                subset: largest.to_owned(),
                recipe,
                left: left.clone(),
            });
        }
    }

    /// Notes a bucket, where it takes more than [`WIDE`].
    pub(super) fn note_width(&mut self, bucket: Width) {
        if bucket.of > 0 && bucket.share() > WIDE {
            self.wide.insert(bucket);
        }
    }

    /// Adds one warning a length: the pools of which its bucket takes more than a quarter.
    pub(super) fn warn_of_wide_buckets(&mut self) {
        let wide: Vec<&Width> = self.wide.iter().collect();
        let by_length = wide.chunk_by(|a, b| a.length == b.length);
        self.warnings.extend(by_length.map(wide_warning));
    }
}

fn wide_warning(buckets: &[&Width]) -> String {
    let length = &buckets[0].length;
    let pools: Vec<String> = buckets
        .iter()
        .map(|bucket| format!("{} ({} of {})", bucket.pool, bucket.taken, bucket.of))
        .collect();
    format!(
        "`{length}` is hardly {length}: its bucket takes more than a quarter of the problems of {}",
        pools.join(", ")
    )
}

/// Asked against available, one line for each family of sizes.
pub(crate) fn shortfall_table(shortfalls: &[Shortfall]) -> String {
    let family = |shortfall: &Shortfall| shortfall.asked.starred(&shortfall.name);
    let mut lines: Vec<[String; 4]> =
        vec![["subset", "asked", "available", "why"].map(str::to_owned)];
    let unit = |shortfall: &Shortfall| match shortfall.asked {
        Size::Tokens(_) | Size::Reach(_) => " tokens",
        Size::Rows(_) => "",
    };
    let same = |a: &Shortfall, b: &Shortfall| {
        family(a) == family(b) && a.available == b.available && a.reason == b.reason
    };
    for sizes in shortfalls.chunk_by(same) {
        let asked: Vec<String> = sizes
            .iter()
            .map(|one| one.asked.count().to_string())
            .collect();
        let first = &sizes[0];
        lines.push([
            one_line(&family(first)).into_owned(),
            format!("{}{}", asked.join(" "), unit(first)),
            format!("{}{}", first.available, unit(first)),
            one_line(&first.reason).into_owned(),
        ]);
    }
    let width = |at: usize| {
        lines
            .iter()
            .map(|line| line[at].len())
            .max()
            .unwrap_or_default()
    };
    let [a, b, c] = [width(0), width(1), width(2)];
    let shown = lines.iter().map(|[name, asked, available, why]| {
        format!("  {name:a$}  {asked:b$}  {available:>c$}  {why}")
    });
    shown.collect::<Vec<_>>().join("\n")
}
