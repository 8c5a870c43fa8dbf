//! The experiment at a glance: a line for each grid and each kind of its controls.
//!
//! A card of a thousand subsets is a list that nobody reads. What was compared with what, in which sizes and how often,
//! stands in some lines above it.

use indexmap::{IndexMap, IndexSet};

use super::markdown::escaped;
use crate::error::listed;
use crate::manifest::{Manifest, SubsetRecord};
use crate::select::SubsetRole;
use crate::select::recipe::Recipe;

/// The section of the card.
pub(super) fn picture(line: &mut impl FnMut(String), manifest: &Manifest) {
    line("## The experiment\n".into());
    line(counts(manifest));
    if manifest.subsets.is_empty() {
        return;
    }
    let mut groups: IndexMap<Group<'_>, Vec<&SubsetRecord>> = IndexMap::new();
    for subset in &manifest.subsets {
        groups.entry(Group::of(subset)).or_default().push(subset);
    }
    let rows: Vec<[String; COLUMNS.len()]> = groups.iter().map(cells).collect();
    let shown: Vec<usize> = (0..COLUMNS.len())
        .filter(|&column| rows.iter().any(|row| !row[column].is_empty()))
        .collect();
    let row = |cells: &[String]| {
        let cells: Vec<&str> = shown.iter().map(|&column| cells[column].as_str()).collect();
        format!("| {} |", cells.join(" | "))
    };
    line(row(&COLUMNS.map(|(name, _)| name.to_owned())));
    let rules: Vec<&str> = shown.iter().map(|&column| COLUMNS[column].1).collect();
    line(format!("|{}|", rules.join("|")));
    for cells in &rows {
        line(row(cells));
    }
}

/// The columns, with how Markdown aligns them.
const COLUMNS: [(&str, &str); 12] = [
    ("grid", "---"),
    ("what", "---"),
    ("recipe", "---"),
    ("accepted", "---"),
    ("category", "---"),
    ("length", "---"),
    ("style", "---"),
    ("rows each", "---"),
    ("draws", "--:"),
    ("sets", "--:"),
    ("rows", "--:"),
    ("tokens", "--:"),
];

/// Subsets that one line is about.
#[derive(PartialEq, Eq, Hash)]
struct Group<'m> {
    grid: Option<&'m str>,
    role: SubsetRole,
    recipe: Option<Recipe>,
}

impl<'m> Group<'m> {
    fn of(subset: &'m SubsetRecord) -> Self {
        Self {
            grid: subset.grid.as_deref(),
            role: subset.role,
            recipe: subset.recipe,
        }
    }
}

fn cells((group, subsets): (&Group<'_>, &Vec<&SubsetRecord>)) -> [String; COLUMNS.len()] {
    let axis = |of: fn(&SubsetRecord) -> Option<&str>| {
        let values: IndexSet<&str> = subsets.iter().filter_map(|subset| of(subset)).collect();
        escaped(&listed(values)).into_owned()
    };
    let draws: IndexSet<u32> = subsets.iter().map(|subset| subset.draw).collect();
    let rows: u64 = subsets.iter().map(|subset| u64::from(subset.size)).sum();
    let tokens: u64 = subsets.iter().map(|subset| subset.tokens).sum();
    [
        escaped(group.grid.unwrap_or_default()).into_owned(),
        what(group.role),
        group.recipe.map_or("", Recipe::as_str).to_owned(),
        axis(|subset| subset.accept.map(crate::rules::Accept::as_str)),
        axis(|subset| subset.category.as_deref()),
        axis(|subset| subset.length.as_deref()),
        axis(|subset| subset.style.as_deref()),
        sizes(subsets),
        draws.len().to_string(),
        subsets.len().to_string(),
        rows.to_string(),
        tokens.to_string(),
    ]
}

fn what(role: SubsetRole) -> String {
    match role {
        SubsetRole::Subset => "subset".to_owned(),
        SubsetRole::Validation => "set aside".to_owned(),
        control => format!("{} control", control.as_str()),
    }
}

/// As many different sizes are named.
const SIZES_NAMED: usize = 8;

fn sizes(subsets: &[&SubsetRecord]) -> String {
    let mut sizes: Vec<u32> = subsets.iter().map(|subset| subset.size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    match sizes.as_slice() {
        [least, .., most] if sizes.len() > SIZES_NAMED => format!("{least} to {most}"),
        few => {
            let few: Vec<String> = few.iter().map(u32::to_string).collect();
            few.join(", ")
        }
    }
}

fn counts(manifest: &Manifest) -> String {
    let read: u64 = manifest.ledger.iter().map(|source| source.read).sum();
    let kept: u64 = manifest.ledger.iter().map(|source| source.kept).sum();
    let of_role = |is: fn(SubsetRole) -> bool| {
        let subsets = manifest.subsets.iter();
        subsets.filter(|subset| is(subset.role)).count()
    };
    if manifest.subsets.is_empty() {
        return format!("{read} entries were read and {kept} of them kept. Nothing was selected.");
    }
    let written = manifest.subsets.iter();
    let written = written.filter(|subset| subset.path.is_some()).count();
    format!(
        "{} subsets and {} controls, drawn from the {kept} of {read} entries that were kept; the text of {written} of \
         these sets is here. A line for each grid and each kind of control:\n",
        of_role(|role| role == SubsetRole::Subset),
        of_role(|role| !matches!(role, SubsetRole::Subset | SubsetRole::Validation)),
    )
}
