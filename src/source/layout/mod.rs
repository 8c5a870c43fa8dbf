//! How a dataset's columns map to trajectories: a file for each layout, and here what they have in common.
//!
//! A layout's file says which columns there are, which may be null and what aligns with what. These facts
//! are from the datasets' cards and code; where they are read wrong, rows vanish. A new layout is a file
//! with its `Reading`, a variant of [`Layout`] and its line in `Layout::reading`.

mod cells;
mod columns;
mod limo;
mod messages;
mod numina;
mod openr1;
mod openthoughts;
mod response;
mod s1k;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use columns::Columns;

use super::needed::Needed;
use super::value::Value;
use super::{Entry, Row, Source, Trajectory, Void};

/// The layouts that are known by name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum Layout {
    /// open-r1/OpenR1-Math-220k: `generations` with lists of verdicts aligned to it.
    Openr1,
    /// AI-MO/NuminaMath-1.5: the human solution is the trajectory.
    Numina,
    /// The problems of NuminaMath-1.5 without their solutions: what a companion is read as.
    Problems,
    /// simplescaling/s1K and s1K-1.1: a Gemini and a DeepSeek trajectory of the same problem.
    S1k,
    /// GAIR/LIMO: `question`, `solution`, `answer`.
    Limo,
    /// open-thoughts/OpenThoughts-114k, both configs: `conversations`, or `deepseek_reasoning` and
    /// `deepseek_solution`.
    Openthoughts,
    /// `messages` of `{role, content}`: the first user turn is the problem, the last assistant turn the
    /// response.
    Messages,
    /// Columns named under `[sources.NAME.columns]`.
    Columns,
}

impl Layout {
    /// Every layout.
    pub fn all() -> &'static [Self] {
        <Self as clap::ValueEnum>::value_variants()
    }

    fn reading(self) -> &'static Reading {
        match self {
            Self::Openr1 => &openr1::READING,
            Self::Numina => &numina::SOLUTIONS,
            Self::Problems => &numina::PROBLEMS,
            Self::S1k => &s1k::READING,
            Self::Limo => &limo::READING,
            Self::Openthoughts => &openthoughts::READING,
            Self::Messages => &messages::READING,
            Self::Columns => &columns::READING,
        }
    }
}

/// The layouts that are recognised, in the order in which they are tried: the most telling first, since
/// the columns of one may be among those of another.
const RECOGNISED: [Layout; 6] = [
    Layout::Openr1,
    Layout::S1k,
    Layout::Openthoughts,
    Layout::Limo,
    Layout::Numina,
    Layout::Messages,
];

/// How a layout is read: what its file says of it.
struct Reading {
    /// The columns that a source reads, in the order of its rows' cells.
    columns: fn(&Source) -> Vec<Needed>,
    /// Whether the source can hold recorded verdicts at all.
    records: fn(&Source) -> bool,
    /// A file with all columns of one of these is recognised.
    recognised_by: &'static [&'static [&'static str]],
    /// Adds the entries of a row's cells, in order of generation, or says why there are none.
    entries: ReadRow,
}

type ReadRow = for<'a> fn(&'a Source, Vec<Value<'a>>, &mut Vec<Entry<'a>>) -> Result<(), Void>;

/// The columns that a source reads, in the order of its rows' cells.
pub fn columns(source: &Source) -> Vec<Needed> {
    (source.layout.reading().columns)(source)
}

/// Whether the source can hold recorded verdicts at all.
pub(crate) fn records(source: &Source) -> bool {
    (source.layout.reading().records)(source)
}

/// Whether the layout has that column of NuminaMath-1.5.
pub(crate) fn tells(source: &Source, column: &str) -> bool {
    columns(source)
        .iter()
        .any(|needed| needed.name == column && !needed.named)
}

/// The layout whose columns a file has, or none; the most telling first.
pub(crate) fn recognise(names: &[String]) -> Option<Layout> {
    let has = |wanted: &&[&str]| wanted.iter().all(|name| names.iter().any(|n| n == name));
    RECOGNISED
        .into_iter()
        .find(|layout| layout.reading().recognised_by.iter().any(has))
}

/// The entries of a row, in order of generation; never none.
pub fn entries<'a>(source: &'a Source, row: Row<'a>, out: &mut Vec<Entry<'a>>) {
    let start = out.len();
    let (read, remarks) = (row.cells, row.remarks);
    let read = read.and_then(|cells| (source.layout.reading().entries)(source, cells, out));
    if let Err(void) = read {
        out.truncate(start);
        out.push(Entry {
            generation: None,
            body: Err(void),
        });
    }
    for entry in &mut out[start..] {
        if let Ok(trajectory) = &mut entry.body {
            complete(source, trajectory);
            trajectory.remarks = trajectory.remarks.and(remarks);
            let bytes = trajectory.problem.len() + trajectory.response.len();
            if bytes as u64 > source.row_bytes_max {
                entry.body = Err(Void::TooLarge);
            }
        }
    }
}

/// Fills in what the pipeline says of the whole source.
fn complete<'a>(source: &'a Source, trajectory: &mut Trajectory<'a>) {
    let named = |text: &'a Option<String>| text.as_deref().map(Cow::Borrowed);
    if source.style.is_some() {
        trajectory.style = named(&source.style);
    }
    if trajectory.category.is_none() {
        trajectory.category = named(&source.category);
    }
    trajectory.category = trajectory.category.take().and_then(slug);
}

/// `Logic and Puzzles` as `logic_and_puzzles`.
fn slug(name: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    (!words.is_empty()).then(|| Cow::Owned(words.join("_")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Remarks, value};

    /// The entries of a row of JSON, as a reader hands it over.
    pub(super) fn read_with<'a>(source: &'a Source, row: &'a str) -> Vec<Entry<'a>> {
        let row = value::from_json(row).expect("JSON");
        let needed = columns(source);
        let cells = needed.iter().map(|needed| row.clone().field(&needed.name));
        let row = Row {
            number: 0,
            offset: None,
            cells: Ok(cells.collect()),
            remarks: Remarks::default(),
        };
        let mut read = Vec::new();
        entries(source, row, &mut read);
        read
    }

    /// The generations of a row, and why each yields no trajectory.
    pub(super) fn read(layout: Layout, row: &str) -> Vec<(Option<u32>, Result<(), Void>)> {
        let source = Source::of(layout);
        let read = read_with(&source, row).into_iter();
        read.map(|entry| (entry.generation, entry.body.map(drop)))
            .collect()
    }

    /// The trajectories of a row that has no others.
    pub(super) fn trajectories(layout: Layout, row: &str) -> Vec<Trajectory<'_>> {
        let source: &'static Source = Box::leak(Box::new(Source::of(layout)));
        let read = read_with(source, row).into_iter();
        read.map(|entry| entry.body.expect("a trajectory"))
            .collect()
    }

    #[test]
    fn every_layout_takes_the_cells_that_it_lists() {
        for &layout in Layout::all() {
            assert!(!read(layout, "{}").is_empty(), "{layout:?}");
        }
    }

    #[test]
    fn what_a_layout_is_recognised_by_it_reads() {
        for &layout in Layout::all() {
            let sets = layout.reading().recognised_by;
            assert_eq!(RECOGNISED.contains(&layout), !sets.is_empty(), "{layout:?}");
            let read = columns(&Source::of(layout));
            for name in sets.iter().copied().flatten() {
                assert!(read.iter().any(|needed| needed.name == *name), "{name}");
            }
        }
    }

    #[test]
    fn of_several_layouts_the_most_telling_is_recognised() {
        let recognised = |names: &str| {
            let names: Vec<String> = names.split(' ').map(str::to_owned).collect();
            recognise(&names)
        };
        let openr1 = "messages problem solution answer problem_type generations";
        assert_eq!(recognised(openr1), Some(Layout::Openr1));
        let s1k = "solution answer question gemini_thinking_trajectory";
        assert_eq!(recognised(s1k), Some(Layout::S1k));
        let numina = "messages problem solution answer problem_type";
        assert_eq!(recognised(numina), Some(Layout::Numina));
        assert_eq!(recognised("prompt completion"), None);
    }

    #[test]
    fn a_category_is_written_as_a_slug_and_a_blank_one_is_none() {
        let slug = |name: &'static str| slug(Cow::Borrowed(name));
        assert_eq!(
            slug("Logic and  Puzzles").as_deref(),
            Some("logic_and_puzzles")
        );
        assert_eq!(slug(" "), None);
    }
}
