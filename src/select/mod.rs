//! The pool to subsets and controls.
//!
//! Pure: it sees the entries of a run and their fates, and returns which entries stand in which subset,
//! in which order. The bucket is made first, then one trajectory stands for each problem, then the
//! recipe (mostly the draw's hash) orders them, and each size is a prefix of that order.

pub mod controls;
pub mod difficulty;
pub mod draw;
pub mod grid;
mod knowledge;
pub mod limo;
mod order;
mod pair;
pub mod recipe;
pub mod s1;
pub mod similar;
pub mod size;
pub mod text_rules;
pub mod turns;
pub mod validation;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use crate::bucket::Candidate;
use crate::bucket::category::{Category, Pool};
use crate::bucket::length::{Length, LengthRules, Of, Within, extreme};
use crate::pipeline::{Accept, OnShortfall};
use crate::pool::Entries;
use crate::pool::entries::Name;
use crate::screen::near::Clusters;
use crate::screen::{Fate, accept};
use draw::{Draw, Keys, Role};
use grid::{Family, Grid, Pair};
pub use knowledge::{Joined, Knowledge};
use recipe::Recipe;
use size::Size;
use validation::{SetAside, Validation};

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

/// One subset or control.
#[derive(Clone, Debug)]
pub struct Subset {
    pub name: String,
    pub role: SubsetRole,
    /// Index of the grid that asks for it; none for a control that grids share.
    pub grid_index: Option<usize>,
    pub grid: Option<String>,
    pub category: Option<String>,
    pub length: Option<String>,
    pub style: Option<String>,
    /// What selected inside the bucket; none for a control.
    pub recipe: Option<Recipe>,
    /// The rule of acceptance on top of `[verify] accept`; none for that alone.
    pub accept: Option<Accept>,
    pub asked: Size,
    /// The order of its family; the subset is the first `size` of it.
    pub order: Arc<Vec<u32>>,
    pub size: u32,
    /// How many its bucket holds.
    pub bucket: u32,
    /// How many could have been selected.
    pub available: u32,
    /// How many trajectories of a problem it has at most.
    pub per_problem: u32,
    pub draw: u32,
    pub draw_kind: DrawKind,
    /// The next larger subset of the same draw.
    pub prefix_of: Option<String>,
    pub control_of: Vec<String>,
    /// The subsets with the same problems in another style.
    pub pair_of: Vec<String>,
    /// What a matched control matched on, and where its strata were too thin.
    pub matched: Option<controls::Matching>,
}

impl Subset {
    /// The selected entries, in order of rank.
    pub fn entries(&self) -> &[u32] {
        &self.order[..self.size as usize]
    }
}

/// What a subset is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SubsetRole {
    Subset,
    Random,
    Matched,
    Paired,
    /// Set aside: none of its problems stands in another one.
    Validation,
}

/// Whether other draws would give other trajectories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DrawKind {
    /// One of many possible draws from the bucket.
    Independent,
    /// The whole bucket is taken: every draw is the same set, and seeds are training seeds.
    Replicate,
}

/// A subset that asks for more than there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shortfall {
    pub name: String,
    pub asked: u64,
    pub available: u64,
    /// What both count: `rows` or `tokens`.
    pub unit: &'static str,
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

/// Selects the validation set, then every subset and control of the grids.
pub fn select(
    entries: &Entries,
    fates: &[Fate],
    clusters: Option<&Clusters>,
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
    let aside = validation.map(|validation| {
        let all = Kept::new(entries, fates, None, &|_| true);
        validation::set_aside(entries, &all, clusters, seed, validation.size)
    });
    let is_free = |problem: u32| {
        let aside = aside.as_ref();
        aside.is_none_or(|aside| !aside.problems[problem as usize])
    };
    let by_rule = |rule: Option<Accept>| (rule, Kept::new(entries, fates, rule, &is_free));
    let kept: BTreeMap<Option<Accept>, Kept> = rules.into_iter().map(by_rule).collect();
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

/// The kept entries, by problem.
pub struct Kept {
    /// Kept entries of each problem, in order.
    by_problem: Vec<Vec<u32>>,
    /// The counts of tokens between the tenths of all of them.
    deciles: Vec<u32>,
}

impl Kept {
    /// What is kept of the problems that are free to be selected, and accepted by the rule where there is one.
    fn new(
        entries: &Entries,
        fates: &[Fate],
        rule: Option<Accept>,
        is_free: &dyn Fn(u32) -> bool,
    ) -> Self {
        let mut by_problem = vec![Vec::new(); entries.problems.len()];
        for (at, fate) in fates.iter().enumerate() {
            if *fate != Fate::Kept {
                continue;
            }
            let body = entries.body_of(at as u32);
            let accepts = |rule| accept::refusal(rule, body).is_none();
            if is_free(body.problem) && rule.is_none_or(accepts) {
                by_problem[body.problem as usize].push(at as u32);
            }
        }
        let kept = by_problem.iter().flatten();
        let tokens = kept.map(|&entry| entries.body_of(entry).tokens);
        Self {
            deciles: controls::token_deciles(tokens.collect()),
            by_problem,
        }
    }

    /// The kept entries of one style (any where none) of a problem.
    fn of<'k>(
        &'k self,
        entries: &'k Entries,
        problem: u32,
        style: Style,
    ) -> impl Iterator<Item = u32> + Clone + 'k {
        let all = self.by_problem[problem as usize].iter().copied();
        all.filter(move |&entry| style.holds(entries.body_of(entry).style))
    }
}

/// The style that a subset asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    Any,
    /// None where no entry has it.
    Named(Option<Name>),
}

impl Style {
    fn new(entries: &Entries, style: Option<&str>) -> Self {
        match style {
            None => Self::Any,
            Some(name) => Self::Named(entries.find_name(name)),
        }
    }

    fn holds(self, style: Name) -> bool {
        match self {
            Self::Any => true,
            Self::Named(name) => name == Some(style),
        }
    }
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
            if clash && matches!(family.length, Length::Short | Length::Long) {
                self.refuse_overlap(grid, &family);
                continue;
            }
            self.family(grid, &family);
        }
        self.accept_by(None);
        self.admitted = None;
    }

    /// The validation set, of what was set aside for it.
    fn validation(&mut self, aside: &SetAside, size: u32) {
        let (name, asked) = ("validation".to_owned(), Size::Rows(size));
        let reason = "fewer clusters of problems are accepted";
        let Some(size) = self.size(&name, asked, &aside.order, reason) else {
            return;
        };
        self.selection.subsets.push(Subset {
            name,
            role: SubsetRole::Validation,
            grid_index: None,
            grid: None,
            category: None,
            length: None,
            style: None,
            recipe: None,
            accept: None,
            asked,
            order: Arc::new(aside.order.clone()),
            size,
            bucket: aside.available,
            available: aside.available,
            per_problem: 1,
            draw: 0,
            draw_kind: DrawKind::Independent,
            prefix_of: None,
            control_of: Vec::new(),
            pair_of: Vec::new(),
            matched: None,
        });
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

    /// The bucket of each of the category's pools.
    fn buckets(
        &mut self,
        grid: &Grid,
        family: &Family,
        category: &Category,
        draw: Draw,
    ) -> Vec<Vec<Candidate>> {
        let pools = category.pools(self.entries);
        let rules = &grid.length;
        let style = Style::new(self.entries, family.style.as_deref());
        let paired = grid.control.paired && ranked(family.length);
        let scores = (family.recipe == Recipe::Limo).then(|| self.limo_scores(style));
        let candidates = |this: &mut Self, pools: &[Pool]| match &scores {
            Some(scores) => this.best(pools, scores),
            None => this.candidates(pools, style, family.length, rules, draw, paired),
        };
        if rules.within == Within::Category || pools.len() == 1 {
            let mut buckets = Vec::with_capacity(pools.len());
            for pool in &pools {
                let all = candidates(self, std::slice::from_ref(pool));
                let name = pool.name(self.entries).unwrap_or(&family.category);
                buckets.push(self.bucket(all, family, grid, name));
            }
            return buckets;
        }
        let all = candidates(self, &pools);
        let bucket = self.bucket(all, family, grid, &family.category);
        let held = |pool: &Pool| {
            let inside = bucket
                .iter()
                .filter(|c| pool.holds(self.entries, c.problem));
            inside.copied().collect()
        };
        pools.iter().map(held).collect()
    }

    /// One candidate for each problem of the pools: the trajectory that stands for it.
    fn candidates(
        &mut self,
        pools: &[Pool],
        style: Style,
        length: Length,
        rules: &LengthRules,
        draw: Draw,
        paired: bool,
    ) -> Vec<Candidate> {
        if length == Length::Normal && rules.of == Of::Reply {
            let standing = self.standing(draw, style);
            let inside = standing
                .iter()
                .filter(|stands| self.is_inside(pools, stands.problem));
            return inside.copied().collect();
        }
        let problems = (0..self.entries.problems.len() as u32)
            .filter(|&problem| self.is_inside(pools, problem));
        let range = self.range(length, rules, problems.clone(), style);
        let stands = |problem: u32| -> Option<Candidate> {
            if paired && !self.can_pair(problem, style, rules.of) {
                return None;
            }
            match length {
                Length::Short => self.extreme_of(problem, style, rules.of, false),
                Length::Long => self.extreme_of(problem, style, rules.of, true),
                _ => self.hashed(problem, style, rules.of, draw, range),
            }
        };
        problems.filter_map(stands).collect()
    }

    /// Whether one of the pools holds the problem, and the recipe admits it.
    fn is_inside(&self, pools: &[Pool], problem: u32) -> bool {
        pools.iter().any(|pool| pool.holds(self.entries, problem))
            && self
                .admitted
                .as_ref()
                .is_none_or(|admitted| admitted[problem as usize])
    }

    /// From which length on and below which a length rule takes trajectories.
    fn range(
        &self,
        length: Length,
        rules: &LengthRules,
        problems: impl Iterator<Item = u32>,
        style: Style,
    ) -> (u32, u32) {
        match length {
            Length::Tokens(from, to) => (from, to.unwrap_or(u32::MAX)),
            Length::Quantile(index) => {
                let entries =
                    problems.flat_map(|problem| self.kept.of(self.entries, problem, style));
                let mut lengths: Vec<u32> =
                    entries.map(|entry| self.length(entry, rules.of)).collect();
                let edges = rules.quantile_edges(&mut lengths);
                let from = if index == 1 { 0 } else { edges[index - 2] };
                (from, edges.get(index - 1).copied().unwrap_or(u32::MAX))
            }
            _ => (0, u32::MAX),
        }
    }

    fn length(&self, entry: u32, of: Of) -> u32 {
        let body = self.entries.body_of(entry);
        match of {
            Of::Reply => body.tokens,
            Of::Thinking => body.thinking_tokens,
        }
    }

    fn candidate(&self, problem: u32, entry: u32, of: Of) -> Candidate {
        Candidate {
            problem,
            entry,
            length: self.length(entry, of),
        }
    }

    /// The shortest or longest kept trajectory of a problem; of equals the smallest id.
    fn extreme_of(&self, problem: u32, style: Style, of: Of, longest: bool) -> Option<Candidate> {
        let entries = self.kept.of(self.entries, problem, style);
        let key = |&entry: &u32| {
            let length = self.length(entry, of);
            let id = self.entries.body_of(entry).trajectory_id;
            (if longest { u32::MAX - length } else { length }, id)
        };
        let entry = entries.min_by_key(key)?;
        Some(self.candidate(problem, entry, of))
    }

    /// The kept trajectory of a problem with the smallest hash, of those in the range of lengths.
    fn hashed(
        &self,
        problem: u32,
        style: Style,
        of: Of,
        draw: Draw,
        range: (u32, u32),
    ) -> Option<Candidate> {
        let inside = |&entry: &u32| {
            let length = self.length(entry, of);
            range.0 <= length && length < range.1
        };
        let mut entries = self.kept.of(self.entries, problem, style).filter(inside);
        let first = entries.next()?;
        let entry = match entries.next() {
            None => first,
            Some(second) => [first, second]
                .into_iter()
                .chain(entries)
                .min_by_key(|&entry| self.keys.trajectory(draw, entry))?,
        };
        Some(self.candidate(problem, entry, of))
    }

    /// The entries of candidates, each followed by the next of its problem, by the draw's hash.
    fn with_more(
        &self,
        candidates: &[Candidate],
        more: &More,
        style: Style,
        draw: Draw,
    ) -> Vec<u32> {
        let mut entries = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            entries.push(candidate.entry);
            if more.per_problem > 1 {
                let others = self.kept.of(self.entries, candidate.problem, style);
                let mut others: Vec<u32> = others
                    .filter(|&entry| entry != candidate.entry)
                    .filter(|&entry| more.length.holds(self.length(entry, more.of)))
                    .collect();
                others.sort_by_cached_key(|&entry| self.keys.trajectory(draw, entry));
                entries.extend(others.into_iter().take(more.per_problem as usize - 1));
            }
        }
        entries
    }

    /// Whether a problem has two kept trajectories of different length.
    fn can_pair(&self, problem: u32, style: Style, of: Of) -> bool {
        let mut lengths = self
            .kept
            .of(self.entries, problem, style)
            .map(|entry| self.length(entry, of));
        let first = lengths.next();
        lengths.any(|length| Some(length) != first)
    }

    /// What the length rule leaves of a pool's candidates.
    fn bucket(
        &mut self,
        candidates: Vec<Candidate>,
        family: &Family,
        grid: &Grid,
        pool_name: &str,
    ) -> Vec<Candidate> {
        if !ranked(family.length) {
            return candidates;
        }
        let pool = candidates.len();
        let mut size = grid.length.bucket;
        if self.on_shortfall == OnShortfall::Short {
            // As large as it can be without meeting the other end.
            size = size.min(pool / 2);
        }
        let longest = family.length == Length::Long;
        // Ties fall to opposite ends, so that short and long do not meet where lengths are equal.
        let tie = |candidate: &Candidate| {
            let id = self.entries.problems[candidate.problem as usize].id.0;
            if longest { u128::MAX - id } else { id }
        };
        let bucket = extreme(candidates, size, longest, tie);
        if bucket.len() * 4 > pool && pool > 0 {
            let wide = (
                family.length.to_string(),
                pool_name.to_owned(),
                bucket.len(),
                pool,
            );
            self.selection.wide.insert(wide);
        }
        bucket
    }

    /// The categories and styles whose short and long buckets share a trajectory.
    fn overlapping(&mut self, grid: &Grid, lengths: &[Length]) -> HashSet<Axes> {
        let mut found = HashSet::new();
        if !(lengths.contains(&Length::Short) && lengths.contains(&Length::Long)) {
            return found;
        }
        let draw = Draw {
            role: Role::Subset,
            number: 0,
        };
        let families = grid.families(0, lengths);
        let shorts = families
            .iter()
            .filter(|family| family.length == Length::Short && family.draw == 0);
        for short in shorts {
            let long = families.iter().find(|family| {
                family.length == Length::Long
                    && family.draw == 0
                    && Axes::of(family) == Axes::of(short)
            });
            let Some(long) = long else { continue };
            self.accept_by(short.accept);
            self.admitted = recipe::admitted(self.entries, self.knowledge, grid, short.recipe);
            let category = grid.category(&short.category);
            let mut entries = |family: &Family| -> HashSet<u32> {
                let buckets = self.buckets(grid, family, &category, draw);
                buckets
                    .into_iter()
                    .flatten()
                    .map(|candidate| candidate.entry)
                    .collect()
            };
            if !entries(short).is_disjoint(&entries(long)) {
                found.insert(Axes::of(short));
            }
        }
        self.admitted = None;
        found
    }

    fn refuse_overlap(&mut self, grid: &Grid, family: &Family) {
        for size in grid.size.as_written() {
            self.selection.shortfalls.push(Shortfall {
                name: family.name(size),
                asked: size.count(),
                available: 0,
                unit: size.unit(),
                reason: "short and long overlap: the pool is smaller than two buckets".into(),
            });
        }
    }

    /// Cuts an order at each size; returns the names of the subsets with their sizes.
    fn cut(&mut self, grid: &Grid, family: &Family, ordered: &Ordered) -> Vec<(String, u32)> {
        let order = Arc::new(ordered.order.clone());
        let available = order.len() as u32;
        let mut made: Vec<(String, u32)> = Vec::new();
        for asked in grid.size.ascending() {
            let name = family.name(asked);
            let whole = ranked(family.length)
                || matches!(family.length, Length::Tokens(..) | Length::Quantile(_));
            let takes_all = asked.rows(self.tokens(&order)) == available && available > 0;
            let replicate = family.recipe.ranks() || (whole && takes_all && ordered.is_whole);
            if replicate && family.draw > 0 {
                continue;
            }
            let Some(size) = self.size(&name, asked, &order, BUCKET_TOO_SMALL) else {
                continue;
            };
            made.push((name.clone(), size));
            self.selection.subsets.push(Subset {
                role: SubsetRole::Subset,
                grid_index: Some(family.grid),
                grid: grid.name.clone(),
                category: Some(family.category.clone()),
                length: Some(family.length.to_string()),
                style: family.style.clone(),
                recipe: Some(family.recipe),
                accept: family.accept,
                asked,
                order: order.clone(),
                size,
                bucket: ordered.bucket as u32,
                available,
                per_problem: grid.per_problem,
                draw: family.draw,
                draw_kind: if replicate {
                    DrawKind::Replicate
                } else {
                    DrawKind::Independent
                },
                prefix_of: None,
                control_of: Vec::new(),
                pair_of: Vec::new(),
                matched: None,
                name,
            });
        }
        self.link_prefixes(made.len());
        made
    }

    /// The size that a subset gets, or none where it is left out; a shortfall is always noted.
    fn size(&mut self, name: &str, asked: Size, order: &[u32], reason: &str) -> Option<u32> {
        let available = asked.available(self.tokens(order));
        let rows = asked.rows(self.tokens(order));
        let is_whole = asked.count() <= available;
        if is_whole && rows > 0 {
            return Some(rows);
        }
        let reason = if is_whole {
            "its first trajectory alone has more tokens"
        } else {
            reason
        };
        self.selection.shortfalls.push(Shortfall {
            name: name.to_owned(),
            asked: asked.count(),
            available,
            unit: asked.unit(),
            reason: reason.to_owned(),
        });
        (self.on_shortfall == OnShortfall::Short && rows > 0).then_some(rows)
    }

    /// The tokens of each entry's reply.
    fn tokens<'s>(&'s self, entries: &'s [u32]) -> impl ExactSizeIterator<Item = u32> + 's {
        let tokens = |&entry: &u32| self.entries.body_of(entry).tokens;
        entries.iter().map(tokens)
    }

    /// Names for each of the last `count` subsets the next larger one.
    fn link_prefixes(&mut self, count: usize) {
        let start = self.selection.subsets.len() - count;
        let made = &mut self.selection.subsets[start..];
        for at in 1..count {
            made[at - 1].prefix_of = Some(made[at].name.clone());
        }
    }

    /// The same problems with their shortest (or longest) trajectory.
    fn paired_control(
        &mut self,
        grid: &Grid,
        family: &Family,
        others: &[u32],
        names: &[(String, u32)],
    ) {
        let order = Arc::new(others.to_vec());
        let available = order.len() as u32;
        for (subset, size) in names {
            self.selection.subsets.push(Subset {
                name: format!("{subset}-paired"),
                role: SubsetRole::Paired,
                grid_index: Some(family.grid),
                grid: grid.name.clone(),
                category: Some(family.category.clone()),
                length: None,
                style: family.style.clone(),
                recipe: None,
                accept: family.accept,
                asked: Size::Rows(*size),
                order: order.clone(),
                size: *size,
                bucket: available,
                available,
                per_problem: 1,
                draw: family.draw,
                draw_kind: DrawKind::Independent,
                prefix_of: None,
                control_of: vec![subset.clone()],
                pair_of: Vec::new(),
                matched: None,
            });
        }
        self.link_prefixes(names.len());
    }
}

/// Which more trajectories of a problem are taken beside the one that stands for it. No length rule that
/// ranks is among them (the plan saw to it): the second shortest could be among the longest.
struct More {
    per_problem: u32,
    length: Length,
    of: Of,
}

/// What short and long buckets of one grid have in common.
#[derive(PartialEq, Eq, Hash)]
struct Axes(Recipe, String, Option<String>, Option<Accept>);

impl Axes {
    fn of(family: &Family) -> Self {
        let (category, style) = (family.category.clone(), family.style.clone());
        Self(family.recipe, category, style, family.accept)
    }
}

const BUCKET_TOO_SMALL: &str = "its bucket holds fewer";

/// Whether a length rule ranks and cuts.
fn ranked(length: Length) -> bool {
    matches!(length, Length::Short | Length::Long)
}
