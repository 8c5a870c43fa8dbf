//! The pool to subsets and controls.
//!
//! Pure: it sees the entries of a run and their fates, and returns which entries stand in which subset,
//! in which order. The validation set is drawn first and nothing else sees its problems; then, for each
//! subset, the bucket is made, one trajectory stands for each problem, then the
//! recipe (mostly the draw's hash) orders them, and each size is a prefix of that order.

mod buckets;
pub mod controls;
mod cut;
pub mod difficulty;
pub mod draw;
pub mod grid;
mod kept;
mod knowledge;
pub mod limo;
mod order;
mod pair;
pub mod recipe;
pub mod s1;
pub mod similar;
pub mod size;
mod subset;
pub mod text_rules;
pub mod turns;
pub mod validation;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;

use crate::bucket::Candidate;
use crate::bucket::length::{Length, Of};
use crate::pool::Entries;
use crate::pool::entries::Body;
use crate::rules::{Accept, OnShortfall};
use crate::screen::{Fate, accept};
use buckets::Axes;
use draw::{Draw, Keys};
use grid::{Family, Grid, Pair};
use kept::{Kept, Style};
pub use knowledge::{JoinCounts, Joined, Knowledge};
use recipe::Recipe;
use size::Size;
pub use subset::{DrawKind, Subset, SubsetRole};
use validation::Validation;

/// Everything that was selected, and everything that could not be.
#[derive(Debug, Default)]
pub struct Selection {
    pub subsets: Vec<Subset>,
    pub shortfalls: Vec<Shortfall>,
    pub warnings: Vec<String>,
    /// Buckets that take more than a quarter of their pool: the length, the pool, taken, of.
    wide: BTreeSet<(String, String, usize, usize)>,
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
    pub left: Vec<(&'static str, u64)>,
}

/// A subset that asks for more than there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortfall {
    pub name: String,
    pub asked: Size,
    /// In the unit of `asked`.
    pub available: u64,
    pub reason: String,
}

/// How often the trajectories of a pair of styles are right, over all problems that have both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PairTable {
    pub category: String,
    pub styles: [String; 2],
    /// Count by verdict of the first and of the second: `right`, `wrong` or `unknown`.
    pub counts: BTreeMap<String, BTreeMap<String, u64>>,
}

/// What a pipeline asks to be selected.
pub struct Asked<'p> {
    pub grids: &'p [(Grid, Vec<Length>)],
    pub validation: Option<&'p Validation>,
    pub seed: u64,
    pub on_shortfall: OnShortfall,
}

/// Selects the validation set, then every subset and control of the grids. `clusters` has for each problem the
/// one that its cluster of near duplicates is named by; none where each is its own.
pub fn select(
    entries: &Entries,
    fates: &[Fate],
    clusters: Option<&[u32]>,
    knowledge: &Knowledge,
    asked: &Asked<'_>,
) -> Selection {
    let &Asked {
        grids,
        validation,
        seed,
        on_shortfall,
    } = asked;
    let rules = grids.iter().flat_map(|(grid, _)| &grid.accept);
    let rules: BTreeSet<Option<Accept>> = rules.copied().map(Some).chain([None]).collect();
    let accepts = |rule: Accept, body: &Body| accept::refusal(rule, body).is_none();
    let aside = validation.map(|validation| {
        let by_all = |body: &Body| rules.iter().flatten().all(|&rule| accepts(rule, body));
        let kept = Kept::new(entries, fates, by_all);
        validation::set_aside(
            entries,
            &kept,
            clusters,
            seed,
            validation.size,
            on_shortfall,
        )
    });
    let is_free = |problem: u32| {
        let aside = aside.as_ref();
        aside.is_none_or(|aside| !aside.problems[problem as usize])
    };
    let by_rule = |&rule: &Option<Accept>| {
        let by_one =
            |body: &Body| is_free(body.problem) && rule.is_none_or(|rule| accepts(rule, body));
        (rule, Kept::new(entries, fates, by_one))
    };
    let kept: BTreeMap<Option<Accept>, Kept> = rules.iter().map(by_rule).collect();
    let mut selector = Selector {
        entries,
        knowledge,
        kept: &kept[&None],
        kept_by_rule: &kept,
        accept: None,
        admitted: None,
        keys: Keys::new(entries, seed),
        standing: HashMap::new(),
        on_shortfall,
        selection: Selection::default(),
    };
    if let (Some(aside), Some(validation)) = (&aside, validation) {
        selector.validation(aside, validation.size);
    }
    for (index, (grid, lengths)) in grids.iter().enumerate() {
        selector.grid(index, grid, lengths);
    }
    controls::random(&mut selector, grids);
    let mut selection = selector.selection;
    selection.warnings.extend(wide_warnings(&selection.wide));
    selection
}

/// One warning a length: the pools of which its bucket takes more than a quarter.
fn wide_warnings(wide: &BTreeSet<(String, String, usize, usize)>) -> Vec<String> {
    let wide: Vec<_> = wide.iter().collect();
    let by_length = wide.chunk_by(|a, b| a.0 == b.0);
    by_length
        .map(|buckets| {
            let length = &buckets[0].0;
            let pools: Vec<String> = buckets
                .iter()
                .map(|(_, pool, taken, of)| format!("{pool} ({taken} of {of})"))
                .collect();
            format!(
                "`{length}` is hardly {length}: its bucket takes more than a quarter of the problems of {}",
                pools.join(", ")
            )
        })
        .collect()
}

/// The order of a family, before it is cut.
struct Ordered {
    order: Vec<u32>,
    /// What the steps of its recipe left, where it has some.
    steps: Vec<(&'static str, u64)>,
    /// How many problems the buckets hold.
    bucket: usize,
    /// Whether all of them stand in the order.
    is_whole: bool,
    /// For a paired control: the other trajectory of each problem of the order.
    others: Option<Vec<u32>>,
}

pub(crate) struct Selector<'e> {
    entries: &'e Entries,
    knowledge: &'e Knowledge,
    /// What the rule of the family at hand accepts.
    kept: &'e Kept,
    kept_by_rule: &'e BTreeMap<Option<Accept>, Kept>,
    accept: Option<Accept>,
    /// The problems that the recipe of the family at hand may select; all where none.
    admitted: Option<Vec<bool>>,
    keys: Keys<'e>,
    /// In the order of a draw: the trajectory that stands for each problem. Shared by all families and
    /// controls of one draw, style and rule.
    standing: HashMap<(Draw, Style, Option<Accept>), Arc<Vec<Candidate>>>,
    on_shortfall: OnShortfall,
    selection: Selection,
}

impl Selector<'_> {
    fn grid(&mut self, index: usize, grid: &Grid, lengths: &[Length]) {
        if grid.pair == Some(Pair::Style) {
            return self.style_pair(index, grid, lengths);
        }
        let overlapping = self.overlapping(grid, lengths);
        let mut recipe = None;
        for family in grid.families(index, lengths) {
            self.accept_by(family.accept);
            if recipe.replace(family.recipe) != Some(family.recipe) {
                self.admitted = recipe::admitted(self.entries, self.knowledge, grid, family.recipe);
            }
            if family.draw > 0 && family.recipe.ranks() {
                continue;
            }
            let clash = overlapping.contains(&Axes::of(&family));
            if clash && family.length.ranks() {
                self.refuse_overlap(grid, &family);
                continue;
            }
            self.family(grid, &family);
        }
        self.accept_by(None);
        self.admitted = None;
    }

    /// The subsets of a family, its paired and its matched controls.
    fn family(&mut self, grid: &Grid, family: &Family) {
        let ordered = self.order(grid, family);
        let names = self.cut(grid, family, &ordered);
        let Some((largest, _)) = names.last() else {
            return;
        };
        if !ordered.steps.is_empty() {
            self.selection.steps.push(Steps {
                subset: largest.clone(),
                recipe: family.recipe,
                left: ordered.steps.clone(),
            });
        }
        if let Some(others) = &ordered.others {
            self.paired_control(grid, family, others, &names);
        }
        if grid.control.matched {
            controls::matched(self, grid, family, &names);
        }
    }

    /// From here on what is kept is what this rule accepts too.
    fn accept_by(&mut self, rule: Option<Accept>) {
        (self.accept, self.kept) = (rule, &self.kept_by_rule[&rule]);
    }

    /// Warns once, however many families meet it.
    fn warn(&mut self, warning: String) {
        if !self.selection.warnings.contains(&warning) {
            self.selection.warnings.push(warning);
        }
    }

    /// Lets go of what is known of a draw.
    fn forget(&mut self, draw: Draw) {
        self.keys.forget(draw);
        self.standing.retain(|(known, ..), _| *known != draw);
    }

    /// The trajectory that stands for each problem in a draw, in the order of the draw's hash.
    fn standing(&mut self, draw: Draw, style: Style) -> Arc<Vec<Candidate>> {
        let key = (draw, style, self.accept);
        if let Some(known) = self.standing.get(&key) {
            return known.clone();
        }
        let order = self.keys.order(draw);
        let stands = |&problem: &u32| self.hashed(problem, style, Of::Reply, draw, (0, u32::MAX));
        let standing: Arc<Vec<Candidate>> = Arc::new(order.iter().filter_map(stands).collect());
        self.standing.insert(key, standing.clone());
        standing
    }
}
