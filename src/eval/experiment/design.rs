//! What was compared: arms, the lines that train them, and which draws go together.
//!
//! An arm is a kind of subset or control: all draws of one definition, trained with one budget. What it is stands in the
//! manifest, or in columns of the logs, and is never read from its name.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::answer::Origin;
use super::sealed::Listed;
use crate::eval::attempt::Run;
use crate::eval::natural;
use crate::manifest::{Manifest, SubsetRecord};
use crate::select::size::SizeUnit;
use crate::select::{DrawKind, SubsetRole};

/// The design of an experiment.
#[derive(Clone, Debug, Default)]
pub(super) struct Design {
    pub origin: Origin,
    pub arms: Vec<Definition>,
    pub lines: Vec<Line>,
    pub leak: Leak,
}

/// One arm.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Definition {
    pub name: String,
    pub role: String,
    pub grid: Option<String>,
    pub recipe: Option<String>,
    pub category: Option<String>,
    pub length: Option<String>,
    pub style: Option<String>,
    /// Other columns of the logs.
    pub axes: BTreeMap<String, String>,
    /// Rows or tokens that were asked for.
    pub size: Option<u64>,
    pub unit: String,
    /// What else must be the same where arms are said to differ in one axis alone.
    pub rest: String,
    /// Of a derived control: what was done to its trajectories.
    pub transformation: Option<String>,
    pub budget: String,
    pub is_replicate: bool,
    /// Arms that it is a control of, by index.
    pub control_of: Vec<usize>,
    pub subsets: Vec<String>,
    /// Arms of one number have draws that go together.
    pub group: usize,
    /// Where all of its lines have as many.
    pub steps: Option<u64>,
}

/// One training run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Line {
    pub run: String,
    pub subset: String,
    pub arm: usize,
    pub draw: u32,
    pub seed: u64,
}

/// What subsets share with benchmarks.
#[derive(Clone, Debug, Default)]
pub(super) struct Leak {
    /// The benchmarks that the run looked for; none where it looked for none.
    pub looked_for: Option<BTreeSet<String>>,
    /// By subset and benchmark.
    pub shared: BTreeMap<(String, String), Shared>,
}

impl Design {
    /// Rows of an arm's subset that shares most with a benchmark; none where nobody looked.
    pub(super) fn worst_shared(&self, arm: usize, benchmark: Option<&str>) -> Option<Shared> {
        let name = benchmark?;
        self.leak.looked_for.as_ref()?.get(name)?;
        let of = |subset: &String| {
            let key = (subset.clone(), name.to_owned());
            self.leak.shared.get(&key).copied().unwrap_or_default()
        };
        let subsets = self.arms[arm].subsets.iter().map(of);
        subsets.max_by_key(|shared| (shared.contaminated, shared.suspect))
    }
}

/// Rows of a subset whose problems meet a benchmark's items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shared {
    pub contaminated: u32,
    pub suspect: u32,
}

/// What tells kinds of subsets apart, draws left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// Of a subset, or of a control that many share: everything that was asked for.
    Asked(String),
    /// Of a control that follows its subset.
    Of(Box<Key>, String),
}

impl Design {
    /// By a manifest and the lines of its `runs.csv`. Lines of subsets that the manifest does not have are of no arm, and
    /// left out.
    pub(super) fn of_manifest(manifest: &Manifest, listed: &[Listed]) -> Self {
        let records: HashMap<&str, &SubsetRecord> = manifest
            .subsets
            .iter()
            .filter(|record| record.role != SubsetRole::Validation)
            .map(|record| (record.name.as_str(), record))
            .collect();
        let mut places: HashMap<(Key, &str), usize> = HashMap::new();
        let mut design = Self::default();
        for listed in listed {
            let Some(record) = records.get(listed.line.subset.as_str()) else {
                continue;
            };
            let key = (key(record, &records), listed.budget.as_str());
            let arm = *places.entry(key).or_insert_with(|| {
                design.arms.push(definition(record, &listed.budget));
                design.arms.len() - 1
            });
            design.add(arm, listed);
        }
        design.name_arms();
        design.link_controls(&records);
        design.group(manifest);
        design.origin = Origin {
            by: "folder".to_owned(),
            title: manifest.title.clone(),
            pipeline_sha256: Some(manifest.pipeline_sha256.clone()),
            lines: design.lines.len(),
            ..Origin::default()
        };
        design
    }

    fn add(&mut self, arm: usize, listed: &Listed) {
        let definition = &mut self.arms[arm];
        let is_first = definition.subsets.is_empty();
        if !definition.subsets.contains(&listed.line.subset) {
            definition.subsets.push(listed.line.subset.clone());
        }
        definition.steps = if is_first {
            listed.steps
        } else {
            definition
                .steps
                .filter(|steps| listed.steps == Some(*steps))
        };
        self.lines.push(Line {
            arm,
            ..listed.line.clone()
        });
    }

    fn name_arms(&mut self) {
        for arm in &mut self.arms {
            arm.name = starred(&arm.subsets);
            if arm.budget != "epochs" {
                arm.name += &format!(" ({})", arm.budget);
            }
        }
    }

    fn link_controls(&mut self, records: &HashMap<&str, &SubsetRecord>) {
        let mut of: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, arm) in self.arms.iter().enumerate() {
            for subset in &arm.subsets {
                of.entry(subset).or_default().push(at);
            }
        }
        let controlled = |arm: &Definition| -> Vec<usize> {
            let names = arm
                .subsets
                .iter()
                .filter_map(|name| records.get(name.as_str()));
            let names = names.flat_map(|record| &record.control_of);
            let arms = names.filter_map(|name| of.get(name.as_str())).flatten();
            let beside: BTreeSet<usize> = arms
                .copied()
                .filter(|&at| is_budget_of(arm, &self.arms[at]))
                .collect();
            beside.into_iter().collect()
        };
        let links: Vec<Vec<usize>> = self.arms.iter().map(controlled).collect();
        for (arm, links) in self.arms.iter_mut().zip(links) {
            arm.control_of = links;
        }
    }

    /// Puts together the arms whose draws the manifest says to be paired, one with another.
    fn group(&mut self, manifest: &Manifest) {
        let mut of: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, arm) in self.arms.iter_mut().enumerate() {
            arm.group = at;
            for subset in &arm.subsets {
                of.entry(subset.clone()).or_default().push(at);
            }
        }
        // One subset trained with two budgets is one draw.
        let same = of.values().cloned();
        let paired = manifest.paired_draws.iter().map(|record| {
            let arms = record.subsets.iter().filter_map(|name| of.get(name));
            arms.flatten().copied().collect()
        });
        for together in same.chain(paired).collect::<Vec<Vec<usize>>>() {
            let groups: BTreeSet<usize> = together.iter().map(|&at| self.arms[at].group).collect();
            let Some(&first) = groups.first() else {
                continue;
            };
            for arm in &mut self.arms {
                if groups.contains(&arm.group) {
                    arm.group = first;
                }
            }
        }
    }

    /// By columns of the logs: runs that have the same text in all of `columns` are of one arm, and of one draw where they
    /// also have the same in `draw`. Runs that lack a column are of none. Draws are not known to go together. Arms stand in
    /// the order of their values, numbers by what they are.
    pub(super) fn of_columns(runs: &[&Run], columns: &[String], draw: Option<&str>) -> Self {
        let mut runs = runs.to_vec();
        runs.sort_by(|a, b| by_values(a, b, columns.iter().map(String::as_str).chain(draw)));
        let mut design = Self::default();
        let mut places: HashMap<Vec<&str>, usize> = HashMap::new();
        let mut draws: Vec<Vec<&str>> = Vec::new();
        let mut known = BTreeSet::new();
        for run in runs {
            let values: Option<Vec<&str>> = columns
                .iter()
                .map(|name| run.columns.get(name).map(String::as_str))
                .collect();
            let Some(values) = values else { continue };
            let arm = *places.entry(values.clone()).or_insert_with(|| {
                design.arms.push(of_columns(columns, &values));
                draws.push(Vec::new());
                design.arms.len() - 1
            });
            design.arms[arm].group = arm;
            let name = draw
                .and_then(|draw| run.columns.get(draw))
                .unwrap_or(&run.name);
            let at = draws[arm].iter().position(|known| known == name);
            let at = at.unwrap_or_else(|| {
                draws[arm].push(name);
                draws[arm].len() - 1
            });
            if known.insert(&run.name) {
                design.lines.push(Line {
                    run: run.name.clone(),
                    subset: design.arms[arm].name.clone(),
                    arm,
                    draw: at as u32,
                    seed: design.lines.len() as u64,
                });
            }
        }
        design.origin = Origin {
            by: "columns".to_owned(),
            lines: design.lines.len(),
            ..Origin::default()
        };
        design
    }
}

impl Definition {
    /// Everything but one axis, as one text: arms of the same differ in that axis alone.
    pub(super) fn but(&self, axis: &str) -> String {
        let own = [
            ("grid", self.grid.clone()),
            ("recipe", self.recipe.clone()),
            ("category", self.category.clone()),
            ("length", self.length.clone()),
            ("style", self.style.clone()),
            ("size", self.size.map(|size| size.to_string())),
        ];
        let named = own
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        let axes = self
            .axes
            .iter()
            .map(|(name, value)| (name.clone(), Some(value.clone())));
        let kept = named.chain(axes).filter(|(name, _)| name != axis);
        let kept: Vec<(String, Option<String>)> = kept.collect();
        format!(
            "{:?}",
            (&self.role, &self.unit, &self.rest, &self.budget, kept)
        )
    }

    pub(super) fn is_subset(&self) -> bool {
        self.role == SubsetRole::Subset.as_str()
    }
}

/// The order of two runs by what they have in columns, the first first.
fn by_values<'c>(a: &Run, b: &Run, columns: impl Iterator<Item = &'c str>) -> Ordering {
    columns.fold(Ordering::Equal, |order, column| {
        let [a, b] = [a, b].map(|run| run.columns.get(column).map_or("", String::as_str));
        order.then_with(|| natural::values(a, b))
    })
}

/// Whether a control of that budget stands beside a subset of this one.
fn is_budget_of(control: &Definition, subset: &Definition) -> bool {
    control.budget == subset.budget
        || (control.budget == "subset_steps" && subset.budget == "epochs")
}

fn key(record: &SubsetRecord, records: &HashMap<&str, &SubsetRecord>) -> Key {
    let own = format!(
        "{:?}",
        (
            record.role.as_str(),
            &record.grid,
            &record.category,
            &record.length,
            &record.style,
            record.recipe.map(|recipe| recipe.as_str()),
            record.accept.map(|accept| accept.as_str()),
            record.per_problem,
            &record.drawn_as,
            record
                .derived
                .as_ref()
                .map(|derived| &derived.transformation),
        )
    );
    let follows = !matches!(record.role, SubsetRole::Subset | SubsetRole::Random)
        || record.unit == SizeUnit::TokensReached;
    let of = record
        .control_of
        .first()
        .and_then(|name| records.get(name.as_str()));
    match of.filter(|of| follows && of.role == SubsetRole::Subset) {
        Some(of) => Key::Of(Box::new(key(of, records)), own),
        None => Key::Asked(format!("{own} {} {}", record.asked, record.unit)),
    }
}

fn definition(record: &SubsetRecord, budget: &str) -> Definition {
    Definition {
        role: record.role.as_str().to_owned(),
        grid: record.grid.clone(),
        recipe: record.recipe.map(|recipe| recipe.as_str().to_owned()),
        category: record.category.clone(),
        length: record.length.clone(),
        style: record.style.clone(),
        size: (record.unit != SizeUnit::TokensReached).then_some(record.asked),
        unit: record.unit.to_string(),
        rest: format!(
            "{:?}",
            (
                record.accept.map(|accept| accept.as_str()),
                record.per_problem
            )
        ),
        budget: budget.to_owned(),
        transformation: record
            .derived
            .as_ref()
            .map(|derived| derived.transformation.clone()),
        is_replicate: record.draw_kind == DrawKind::Replicate,
        ..Definition::default()
    }
}

fn of_columns(columns: &[String], values: &[&str]) -> Definition {
    let mut arm = Definition {
        name: values.join("-"),
        role: SubsetRole::Subset.as_str().to_owned(),
        unit: SizeUnit::Rows.to_string(),
        budget: "epochs".to_owned(),
        ..Definition::default()
    };
    arm.subsets.push(arm.name.clone());
    for (column, value) in columns.iter().zip(values) {
        let text = Some((*value).to_owned());
        match (column.to_lowercase().as_str(), value.parse().ok()) {
            ("size" | "n", Some(size)) => arm.size = Some(size),
            ("category" | "c", _) => arm.category = text,
            ("length" | "l", _) => arm.length = text,
            ("style" | "s", _) => arm.style = text,
            ("recipe", _) => arm.recipe = text,
            _ => drop(arm.axes.insert(column.clone(), (*value).to_owned())),
        }
    }
    arm
}

/// The names of one arm's subsets as one, with a star for each part, between hyphens, in which they differ.
fn starred(names: &[String]) -> String {
    let parts: Vec<Vec<&str>> = names.iter().map(|name| name.split('-').collect()).collect();
    let Some((first, others)) = parts.split_first() else {
        return String::new();
    };
    if others.iter().any(|other| other.len() != first.len()) {
        return names[0].clone();
    }
    let part = |at: usize| {
        let same = others.iter().all(|other| other[at] == first[at]);
        if same { first[at] } else { "*" }
    };
    (0..first.len()).map(part).collect::<Vec<&str>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_an_arms_draws_become_one() {
        let names = ["a-r1-d0-100", "a-r1-d1-100"].map(str::to_owned);
        assert_eq!(starred(&names), "a-r1-*-100");
        assert_eq!(starred(&names[..1]), "a-r1-d0-100");
        assert_eq!(starred(&["a-b".to_owned(), "a".to_owned()]), "a-b");
    }

    fn run(name: &str, columns: &[(&str, &str)]) -> Run {
        let columns = columns.iter();
        Run {
            name: name.to_owned(),
            columns: columns
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Run::default()
        }
    }

    #[test]
    fn arms_of_columns_stand_in_the_order_of_their_numbers() {
        let of = |name, size, rate| run(name, &[("size", size), ("rate", rate)]);
        let runs = [
            of("a", "1000", "0.5"),
            of("b", "200", "1"),
            of("c", "100", "0.25"),
            of("d", "200", "0.125"),
        ];
        let columns = ["size", "rate"].map(str::to_owned);
        let design = Design::of_columns(&runs.each_ref(), &columns, None);
        let names: Vec<&str> = design.arms.iter().map(|arm| arm.name.as_str()).collect();
        assert_eq!(names, ["100-0.25", "200-0.125", "200-1", "1000-0.5"]);
    }

    #[test]
    fn columns_make_arms_and_draws() {
        let runs = [
            run("x", &[("size", "100"), ("mood", "good"), ("draw", "0")]),
            run("y", &[("size", "100"), ("mood", "good"), ("draw", "1")]),
            run("z", &[("size", "200"), ("mood", "good"), ("draw", "0")]),
            run("none", &[("size", "200")]),
        ];
        let columns = ["size", "mood"].map(str::to_owned);
        let design = Design::of_columns(&runs.each_ref(), &columns, Some("draw"));
        assert_eq!(design.arms.len(), 2);
        assert_eq!(design.arms[1].size, Some(200));
        assert_eq!(design.arms[0].but("size"), design.arms[1].but("size"));
        assert_ne!(design.arms[0].but("mood"), design.arms[1].but("mood"));
        let lines: Vec<(usize, u32)> = design
            .lines
            .iter()
            .map(|line| (line.arm, line.draw))
            .collect();
        assert_eq!(lines, [(0, 0), (0, 1), (1, 0)]);
    }
}
