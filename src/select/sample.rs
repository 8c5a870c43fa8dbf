//! Pools and grids as literals, for the tests of this stage.

use super::draw::{Draw, Role, problem_key};
use super::grid::{Grid, check};
use super::knowledge::Knowledge;
use super::selection::Selection;
use super::validation::Validation;
use super::{Asked, controls, select};
use crate::bucket::length::Length;
use crate::ids::Id;
use crate::pool::Entries;
use crate::pool::entries::{Body, Entry, Problem, ProblemFacts};
use crate::rules::OnShortfall;
use crate::screen::{Bounds, Fate, Screen};
use crate::verify::Outcome;

/// One trajectory of a problem that its index names; those of a problem stand together.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub problem: u32,
    pub tokens: u32,
    pub category: &'static str,
    pub style: &'static str,
}

/// A right trajectory in algebra, of R1.
pub(super) fn row(problem: u32, tokens: u32) -> Row {
    Row {
        problem,
        tokens,
        category: "algebra",
        style: "r1",
    }
}

/// The pool of these rows: entry i is row i.
pub(super) fn pool(rows: &[Row]) -> Entries {
    let mut entries = Entries::default();
    let facts = entries.index_facts(ProblemFacts::default());
    for (at, row) in (0..).zip(rows) {
        let category = Some(entries.intern(row.category));
        if row.problem as usize == entries.problems.len() {
            entries.problems.push(Problem {
                id: Id(u128::from(row.problem)),
                category,
                correct: 0,
                decided: 0,
            });
        }
        let style = entries.intern(row.style);
        entries.rows.push(Entry {
            part: 0,
            row: at,
            generation: None,
            offset: None,
            body: Ok(Box::new(Body {
                problem: row.problem,
                trajectory_id: Id(u128::from(at)),
                text_id: Id(0),
                fields_id: Id(0),
                remarks: crate::source::Remarks::default(),
                outcome: Outcome::Correct,
                recorded: Some(true),
                finished: Some(true),
                tokens: row.tokens,
                thinking_tokens: row.tokens / 2,
                bytes: 0,
                repeated_share: 0.0,
                words: [0; 3],
                style,
                category,
                origin: None,
                facts,
            })),
        });
    }
    entries
}

/// `[[grid]]` tables with their length axes.
fn parsed(grids: &str) -> Vec<(Grid, Vec<Length>)> {
    #[derive(serde::Deserialize)]
    struct Grids {
        grid: Vec<Grid>,
    }
    let grids: Grids = toml::from_str(grids).unwrap();
    let with_axis = |grid: Grid| {
        let axis = check::grid(&grid).unwrap();
        (grid, axis)
    };
    grids.grid.into_iter().map(with_axis).collect()
}

/// What `[[grid]]` tables select of a pool of which all is kept, with a validation set of so many problems.
pub(super) fn selected(
    entries: &Entries,
    grids: &str,
    validation: Option<u32>,
    on_shortfall: OnShortfall,
) -> Selection {
    let grids = parsed(grids);
    let validation = validation.map(|size| Validation {
        size,
        near_duplicates: None,
    });
    let asked = Asked {
        grids: &grids,
        validation: validation.as_ref(),
        seed: 0,
        on_shortfall,
    };
    let fates = vec![Fate::Kept; entries.rows.len()];
    select(entries, &fates, None, &Knowledge::of(entries), &asked)
}

/// What grids select of a pool with these fates, with the controls that are drawn beside the subsets that were made.
pub(super) fn with_controls(
    entries: &Entries,
    fates: &[Fate],
    screen: &Screen,
    grids: &str,
    on_shortfall: OnShortfall,
) -> Selection {
    let grids = parsed(grids);
    let asked = Asked {
        grids: &grids,
        validation: None,
        seed: 0,
        on_shortfall,
    };
    let knowledge = Knowledge::of(entries);
    let mut selection = select(entries, fates, None, &knowledge, &asked);
    let bounds = Bounds::new(screen, entries);
    controls::wrong::select(entries, fates, &bounds, &asked, &mut selection);
    controls::shuffled::select(&asked, &mut selection);
    selection
}

/// The entries of the subset of that name.
pub(super) fn entries_of<'s>(selection: &'s Selection, name: &str) -> &'s [u32] {
    let mut subsets = selection.subsets.iter();
    let found = subsets.find(|subset| subset.name == name);
    found
        .unwrap_or_else(|| panic!("no subset `{name}`"))
        .entries()
}

/// So many problems, each with its own index for an id, in the order of the first draw of the subsets of that
/// family.
pub(super) fn drawn(problems: u32, family: &str) -> Vec<u32> {
    let draw = Draw {
        role: Role::Subset,
        number: 0,
        family,
        standing: family,
    };
    let mut drawn: Vec<u32> = (0..problems).collect();
    drawn.sort_by_key(|&problem| problem_key(0, draw, Id(u128::from(problem))));
    drawn
}
