//! Wrong controls: the subset's problems, each with a trajectory that was dropped as wrong.
//!
//! What an answer is worth is told by a set whose reasoning is of the same problems and ends wrong (Li et al.,
//! arXiv 2502.07374, lost 3.2 points with wrong answers alone). Not every problem has such a trajectory, and none is
//! made up: the control then has fewer rows than its subset, and says so. Row by row it goes through its subset, so that
//! a prefix of it is the control of the subset's prefix.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::error::one_line;
use crate::ids::{Id, IdHasher};
use crate::pool::Entries;
use crate::pool::entries::Body;
use crate::rules::Accept;
use crate::screen::{Bounds, DropReason, Fate, accept};
use crate::select::Asked;
use crate::select::controls::families_with;
use crate::select::kept::AskedStyle;
use crate::select::selection::Selection;
use crate::select::size::Size;
use crate::select::subset::{Subset, SubsetRole};

/// Adds the wrong controls that the grids ask for, beside the subsets that were made.
///
/// A trajectory is among them where it was dropped as wrong, no other verdict says that it is right, and it keeps the
/// bounds that were asked of what is kept.
pub(crate) fn select(
    entries: &Entries,
    fates: &[Fate],
    bounds: &Bounds<'_>,
    asked: &Asked<'_>,
    selection: &mut Selection,
) {
    let mut by_rule: BTreeMap<Option<Accept>, WrongEntries> = BTreeMap::new();
    for family in families_with(asked, selection, |control| control.wrong) {
        let Some(largest) = family.last() else {
            continue;
        };
        let rule = largest.accept;
        let wrong = by_rule
            .entry(rule)
            .or_insert_with(|| WrongEntries::new(entries, fates, bounds, rule));
        let found = Found::new(entries, wrong, asked.seed, largest);
        if let Some(lack) = found.lack(largest) {
            selection.warn(lack);
        }
        let controls = family.iter().filter_map(|subset| found.control(subset));
        selection.add(controls.collect());
    }
}

/// The wrong trajectories of each problem that has some: of exact copies the first, one that was dropped where there is
/// one.
struct WrongEntries(HashMap<u32, Vec<u32>>);

impl WrongEntries {
    /// By a rule on top of the pipeline's, that alone where none.
    fn new(entries: &Entries, fates: &[Fate], bounds: &Bounds<'_>, rule: Option<Accept>) -> Self {
        let refusal = |body: &Body| rule.and_then(|rule| accept::refusal(rule, body));
        let mut wrong: HashMap<Id, (bool, u32)> = HashMap::new();
        let bodies = || {
            let rows = (0..).zip(&entries.rows).zip(fates);
            rows.filter_map(|((at, row), fate)| Some((at, row.body.as_ref().ok()?, *fate)))
        };
        for (at, body, fate) in bodies() {
            let (is_kept, reason) = match fate {
                Fate::Kept => (true, refusal(body)),
                Fate::Dropped(reason) => (false, Some(reason)),
            };
            let is_wrong = reason.is_some_and(|reason| is_wrong(reason, body));
            if is_wrong && bounds.keep(entries, body) {
                let known = wrong.entry(body.trajectory_id).or_insert((is_kept, at));
                *known = (is_kept, at).min(*known);
            }
        }
        let kept = bodies().filter(|(_, _, fate)| *fate == Fate::Kept);
        for (_, body, _) in kept.filter(|(_, body, _)| refusal(body).is_none()) {
            wrong.remove(&body.trajectory_id);
        }
        let mut by_problem: HashMap<u32, Vec<u32>> = HashMap::new();
        for (_, entry) in wrong.into_values() {
            let problem = entries.body_of(entry).problem;
            by_problem.entry(problem).or_default().push(entry);
        }
        Self(by_problem)
    }

    /// Those of a problem, in the order of a key.
    fn of(&self, problem: u32, style: AskedStyle, entries: &Entries, key: &Key<'_>) -> Vec<u32> {
        let all = self.0.get(&problem).into_iter().flatten().copied();
        let mut all: Vec<u32> = all
            .filter(|&entry| style.holds(entries.body_of(entry).style))
            .collect();
        all.sort_by_cached_key(|&entry| key.of(entries.body_of(entry).trajectory_id));
        all
    }
}

/// Whether it was dropped as wrong, and no other verdict says that it is right.
fn is_wrong(reason: DropReason, body: &Body) -> bool {
    reason.is_wrong() && accept::no_verdict_is_right(body)
}

/// By what one of a problem's wrong trajectories is chosen: `H(seed, family, draw, trajectory)`.
struct Key<'s> {
    seed: u64,
    family: &'s str,
    draw: u32,
}

impl Key<'_> {
    fn of(&self, trajectory: Id) -> Id {
        IdHasher::new("gradatim draw of a wrong trajectory v1")
            .part(self.seed.to_le_bytes())
            .part(self.family)
            .part(self.draw.to_le_bytes())
            .part(trajectory.to_bytes())
            .finish()
    }
}

/// The wrong trajectories of a family's largest subset.
struct Found {
    order: std::sync::Arc<Vec<u32>>,
    /// For each the rank of the subset's row whose problem it is of, ascending.
    ranks: Vec<u32>,
    problems: u32,
}

impl Found {
    fn new(entries: &Entries, wrong: &WrongEntries, seed: u64, largest: &Subset) -> Self {
        let (family, draw) = (largest.drawn_as.as_str(), largest.draw);
        let key = Key { seed, family, draw };
        let style = AskedStyle::new(entries, largest.style.as_deref());
        let mut left: HashMap<u32, std::vec::IntoIter<u32>> = HashMap::new();
        let (mut order, mut ranks, mut problems) = (Vec::new(), Vec::new(), HashSet::new());
        for (rank, &entry) in (0..).zip(largest.entries()) {
            let problem = entries.body_of(entry).problem;
            let left = left
                .entry(problem)
                .or_insert_with(|| wrong.of(problem, style, entries, &key).into_iter());
            if let Some(entry) = left.next() {
                order.push(entry);
                ranks.push(rank);
                problems.insert(problem);
            }
        }
        Self {
            order: order.into(),
            ranks,
            problems: problems.len() as u32,
        }
    }

    /// The rows that stand for the subset's first `size`.
    fn rows(&self, size: u32) -> u32 {
        self.ranks.partition_point(|&rank| rank < size) as u32
    }

    /// Says how many rows of the subset have none.
    fn lack(&self, largest: &Subset) -> Option<String> {
        let (rows, name) = (self.rows(largest.size), one_line(&largest.name));
        let lacking = largest.size - rows;
        (lacking > 0).then(|| {
            format!(
                "`{name}-wrong` has {rows} rows: of the {} of its subset, {lacking} are of problems without another \
                 trajectory that was dropped as wrong and keeps the bounds of `[screen]`",
                largest.size
            )
        })
    }

    /// The control of a subset; none where no problem of it has a wrong trajectory.
    fn control(&self, subset: &Subset) -> Option<Subset> {
        let size = self.rows(subset.size);
        let asked = Size::Rows(subset.size);
        let name = format!("{}-wrong", subset.name);
        let role = SubsetRole::Wrong;
        (size > 0).then(|| Subset {
            grid_index: subset.grid_index,
            grid: subset.grid.clone(),
            category: subset.category.clone(),
            style: subset.style.clone(),
            accept: subset.accept,
            bucket: self.problems,
            per_problem: subset.per_problem,
            draw: subset.draw,
            drawn_as: subset.drawn_as.clone(),
            stands_as: subset.stands_as.clone(),
            draw_kind: subset.draw_kind,
            control_of: vec![subset.name.clone()],
            ..Subset::of_order(name, role, asked, &self.order, size)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::OnShortfall;
    use crate::screen::Screen;
    use crate::select::sample::{self, pool, row, with_controls};
    use crate::verify::Outcome;

    /// A pool of these problems, of which the second and later rows of a problem are wrong, and what drops them.
    fn of(rows: &[(u32, u32)]) -> (Entries, Vec<Fate>) {
        let rows: Vec<sample::Row> = rows.iter().map(|&(at, tokens)| row(at, tokens)).collect();
        let mut entries = pool(&rows);
        let mut fates = vec![Fate::Kept; rows.len()];
        for at in 1..rows.len() {
            if rows[at].problem == rows[at - 1].problem
                && let Ok(body) = &mut entries.rows[at].body
            {
                (body.outcome, body.recorded) = (Outcome::Wrong, Some(false));
                fates[at] = Fate::Dropped(DropReason::RecordedWrong);
            }
        }
        (entries, fates)
    }

    fn chosen(entries: &Entries, fates: &[Fate], screen: &Screen, grid: &str) -> Selection {
        with_controls(entries, fates, screen, grid, OnShortfall::Refuse)
    }

    const GRID: &str = "[[grid]]\nsize = [2, 4]\ncontrol.wrong = true";

    #[test]
    fn a_control_goes_through_its_subset_and_is_shorter_by_what_has_none() {
        let (entries, fates) = of(&[(0, 5), (0, 6), (0, 7), (1, 5), (2, 5), (2, 8), (3, 5)]);
        let selection = chosen(&entries, &fates, &Screen::default(), GRID);
        let problems = |name: &str| -> Vec<u32> {
            let chosen = sample::entries_of(&selection, name).iter();
            chosen
                .map(|&entry| entries.body_of(entry).problem)
                .collect()
        };
        let with: Vec<u32> = problems("all-normal-4");
        let with: Vec<u32> = with
            .into_iter()
            .filter(|one| [0, 2].contains(one))
            .collect();
        assert_eq!(problems("all-normal-4-wrong"), with);
        for &entry in sample::entries_of(&selection, "all-normal-4-wrong") {
            assert_eq!(
                fates[entry as usize],
                Fate::Dropped(DropReason::RecordedWrong)
            );
        }
        assert_eq!(selection.warnings.len(), 1, "{:?}", selection.warnings);
        assert!(selection.warnings[0].contains("`all-normal-4-wrong` has 2 rows: of the 4"));
        assert!(selection.shortfalls.is_empty());
    }

    #[test]
    fn what_another_verdict_calls_right_or_no_bound_lets_through_is_not_taken_for_wrong() {
        let (mut entries, fates) = of(&[
            (0, 5),
            (0, 6),
            (1, 5),
            (1, 99),
            (2, 5),
            (2, 6),
            (3, 5),
            (3, 6),
        ]);
        if let Ok(body) = &mut entries.rows[1].body {
            body.outcome = Outcome::Correct;
        }
        // A copy of what was accepted elsewhere.
        if let Ok(body) = &mut entries.rows[5].body {
            body.trajectory_id = Id(0);
        }
        let screen = Screen {
            tokens_max: Some(50),
            ..Screen::default()
        };
        let selection = chosen(&entries, &fates, &screen, GRID);
        assert_eq!(sample::entries_of(&selection, "all-normal-4-wrong"), [7]);
    }
}
