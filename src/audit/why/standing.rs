//! Where a trajectory stands in each subset and control: its rank and the cut, or what keeps it out.
//!
//! The run is made again from the folder (`check`), where every order goes on beyond its cuts: so the rank is known of
//! what was not taken too, and of what has none, which rule passed it over.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use serde::Serialize;

use crate::audit::check::replay::Replayed;
use crate::ids::Id;
use crate::pool::Entries;
use crate::pool::entries::Body;
use crate::screen::{Fate, accept};
use crate::select::size::Size;
use crate::select::{LeftOut, Subset, SubsetRole, left_out};

/// One trajectory and one subset.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Standing {
    pub subset: String,
    pub is_in: bool,
    /// Its place in the order that the subset is cut from, from 0; null where it has none.
    pub rank: Option<u64>,
    /// How many of that order the subset has: ranks below it are in.
    pub cut: u64,
    /// How many the order has.
    pub available: u64,
    /// What kept it out, in one word: `cut`, `stands_for_it`, `style`, `accept`, `category`, `length`, `rule`,
    /// `validation`, `fate` or `control`; null where it is in.
    pub kept_out_by: Option<&'static str>,
    pub words: String,
    /// What would have to change for it to be in; null where it is in.
    pub change: Option<String>,
}

/// The run again, with what is looked up often.
pub(super) struct Standings<'r> {
    entries: &'r Entries,
    subsets: &'r [Subset],
    replayed: &'r Replayed<'r>,
    /// The entries of each trajectory that is asked for, one that was kept first, where one was.
    entries_of: HashMap<Id, Vec<u32>>,
    /// Problems of the validation set, as their templates are named.
    aside: Vec<u32>,
}

impl<'r> Standings<'r> {
    pub(super) fn new(replayed: &'r Replayed<'r>, asked: &[&str]) -> Self {
        let subsets = &replayed.selection.subsets;
        let entries = &replayed.experiment.entries;
        let asked = asked.iter().filter_map(|id| id.parse().ok());
        let mut entries_of: HashMap<Id, Vec<u32>> = asked.map(|id| (id, Vec::new())).collect();
        for (entry, row) in (0..).zip(&entries.rows) {
            if let Ok(body) = &row.body
                && let Some(same) = entries_of.get_mut(&body.trajectory_id)
            {
                same.push(entry);
            }
        }
        for same in entries_of.values_mut() {
            same.sort_by_key(|&entry| replayed.fates[entry as usize] != Fate::Kept);
        }
        let mut standings = Self {
            entries,
            subsets,
            replayed,
            entries_of,
            aside: Vec::new(),
        };
        let validation = subsets
            .iter()
            .filter(|one| one.role == SubsetRole::Validation);
        let aside = validation.flat_map(Subset::entries);
        let aside = aside.map(|&entry| standings.template(entries.body_of(entry).problem));
        standings.aside = aside.collect();
        standings
    }

    /// What the problem's template is named by.
    fn template(&self, problem: u32) -> u32 {
        let clusters = self.replayed.experiment.screened.clusters.as_ref();
        clusters.map_or(problem, |clusters| clusters.template[problem as usize])
    }

    /// Where a trajectory that is asked for stands in each subset; nothing where no entry has it.
    pub(super) fn of(&self, trajectory: &str) -> Vec<Standing> {
        let id: Option<Id> = trajectory.parse().ok();
        let Some(same) = id.and_then(|id| self.entries_of.get(&id)) else {
            return Vec::new();
        };
        let subsets = self.subsets.iter();
        let each = subsets.filter_map(|subset| Some(self.in_subset(subset, *same.first()?, same)));
        each.collect()
    }

    /// Where an entry, or another of the `same` trajectory, stands.
    fn in_subset(&self, subset: &Subset, entry: u32, same: &[u32]) -> Standing {
        let body = self.entries.body_of(entry);
        let rank = subset.order.iter().position(|other| same.contains(other));
        let rank = rank.map(|rank| rank as u64);
        let cut = u64::from(subset.size);
        let is_in = rank.is_some_and(|rank| rank < cut);
        let out = (!is_in).then(|| match rank {
            Some(rank) => beyond(subset, rank),
            None => self.passed_over(subset, entry, body),
        });
        let available = subset.order.len() as u64;
        let words = match &out {
            Some(out) => out.words.clone(),
            None => format!(
                "in it, at rank {} of the {cut} that were taken of {available}",
                rank.unwrap_or_default()
            ),
        };
        Standing {
            subset: subset.name.clone(),
            is_in,
            rank,
            cut,
            available,
            kept_out_by: out.as_ref().map(|out| out.by),
            words,
            change: out.map(|out| out.change),
        }
    }

    /// Why a trajectory has no place in the subset's order.
    fn passed_over(&self, subset: &Subset, entry: u32, body: &Body) -> Out {
        let is_of_wrong = subset.role == SubsetRole::Wrong;
        if let Fate::Dropped(reason) = self.replayed.fates[entry as usize]
            && !(is_of_wrong && reason.is_wrong())
        {
            return Out {
                by: "fate",
                words: format!("it was dropped as `{reason}`, and what is dropped is never drawn"),
                change: "the decision that dropped it, above, would have to fall otherwise".into(),
            };
        }
        if subset.role != SubsetRole::Validation
            && self.aside.contains(&self.template(body.problem))
        {
            return Out {
                by: "validation",
                words: "its problem, or a near duplicate of it, is in the validation set".into(),
                change: "`[validation]` would have to be left out, or be smaller or drawn by another seed".into(),
            };
        }
        self.of_another_style(subset, body)
            .or_else(|| of_rule(subset, body))
            .or_else(|| self.of_another_category(subset, body))
            .or_else(|| self.stood_for(subset, body))
            .or_else(|| self.left_out(subset, entry))
            .or_else(|| self.of_another_length(subset, body))
            .unwrap_or_else(|| by_role(subset))
    }

    fn of_another_style(&self, subset: &Subset, body: &Body) -> Option<Out> {
        let wanted = subset.style.as_deref()?;
        let own = self.entries.name(body.style);
        (own != wanted).then(|| Out {
            by: "style",
            words: format!("its style is {own}, and all of the subset is {wanted}"),
            change: format!("its style would have to be {wanted}: `style = [\"{own}\"]` makes a subset of its own style"),
        })
    }

    fn of_another_category(&self, subset: &Subset, body: &Body) -> Option<Out> {
        let name = subset.category.as_deref()?;
        let grids = &self.replayed.experiment.plan.grids;
        let (grid, _) = grids.get(subset.grid_index?)?;
        let groups = grid.category(name).groups(self.entries);
        if groups
            .iter()
            .any(|group| group.holds(self.entries, body.problem))
        {
            return None;
        }
        let category = self.entries.problems[body.problem as usize].category;
        let own = category.map_or("none", |category| self.entries.name(category));
        Some(Out {
            by: "category",
            words: format!("the category of its problem is {own}, which is not in `{name}`"),
            change: format!(
                "its problem would have to be of a category of `{name}`, or `category` to name {own}"
            ),
        })
    }

    /// A rule of its grid that takes others.
    fn left_out(&self, subset: &Subset, entry: u32) -> Option<Out> {
        let experiment = &self.replayed.experiment;
        let (grid, _) = experiment.plan.grids.get(subset.grid_index?)?;
        if subset.role != SubsetRole::Subset {
            return None;
        }
        let known = (
            self.entries,
            &self.replayed.fates[..],
            &experiment.knowledge,
        );
        let LeftOut {
            rule,
            value,
            wanted,
        } = left_out(known, grid, subset, entry)?;
        Some(Out {
            by: "rule",
            words: format!("`{rule}` takes others: {value}; {wanted}"),
            change: format!("`{rule}` would have to ask for less, or its problem to be as it asks"),
        })
    }

    /// Another of its problem's trajectories that has the place.
    fn stood_for(&self, subset: &Subset, body: &Body) -> Option<Out> {
        let is_sibling = |&other: &u32| self.entries.body_of(other).problem == body.problem;
        let rank = subset.order.iter().position(is_sibling)?;
        let id = self.entries.body_of(subset.order[rank]).trajectory_id;
        let most = subset.per_problem;
        let cut = subset.size;
        let beyond = if rank < cut as usize {
            "in it"
        } else {
            "beyond the cut"
        };
        Some(Out {
            by: "stands_for_it",
            words: format!(
                "trajectory {id} stands for its problem, at rank {rank} ({beyond}; the cut is {cut}): at most {most} of a \
                 problem are drawn"
            ),
            change: format!(
                "the other would have to go, or `per_problem` to be more than {most}, or the seed to be another"
            ),
        })
    }

    fn of_another_length(&self, subset: &Subset, body: &Body) -> Option<Out> {
        let length = subset
            .length
            .as_deref()
            .filter(|length| *length != "normal")?;
        let tokens = self.tokens_of(subset)?;
        let (own, least, most) = (body.tokens, tokens.start(), tokens.end());
        let where_it_is = match own {
            own if own < *least => "fewer than any of them",
            own if own > *most => "more than any of them",
            _ => {
                "as many as some of them: of each category the bucket is cut apart, and of equals by the draw's hash"
            }
        };
        Some(Out {
            by: "length",
            words: format!(
                "it is not in the bucket `{length}`, whose {} have {least} to {most} tokens; it has {own}, {where_it_is}",
                subset.order.len()
            ),
            change: format!(
                "the bucket (`length.bucket`) would have to be larger, or another `length` to be asked for than `{length}`"
            ),
        })
    }

    fn tokens_of(&self, subset: &Subset) -> Option<RangeInclusive<u32>> {
        let tokens = || {
            subset
                .order
                .iter()
                .map(|&entry| self.entries.body_of(entry).tokens)
        };
        Some(tokens().min()?..=tokens().max()?)
    }
}

/// What keeps a trajectory out of a subset.
struct Out {
    by: &'static str,
    words: String,
    change: String,
}

fn beyond(subset: &Subset, rank: u64) -> Out {
    let (cut, available) = (subset.size, subset.order.len());
    Out {
        by: "cut",
        words: format!(
            "it has rank {rank} of {available}, behind the cut: the subset has ranks 0 to {}",
            i64::from(cut) - 1
        ),
        change: match subset.asked {
            Size::Rows(_) => format!(
                "`size` would have to be at least {} rows instead of {cut}",
                rank + 1
            ),
            Size::Tokens(_) | Size::Reach(_) => {
                format!(
                    "the tokens that are asked for would have to suffice for {} rows instead of {cut}",
                    rank + 1
                )
            }
        },
    }
}

fn of_rule(subset: &Subset, body: &Body) -> Option<Out> {
    let rule = subset.accept?;
    let refused = accept::refusal(rule, body)?;
    Some(Out {
        by: "accept",
        words: format!(
            "its own rule `accept = \"{}\"` refuses it as `{refused}`",
            rule.as_str()
        ),
        change: "a verdict that this rule accepts would be needed".into(),
    })
}

/// What remains, by what kind of subset it is.
fn by_role(subset: &Subset) -> Out {
    let beside = subset.control_of.join(", ");
    let (words, change) = match subset.role {
        SubsetRole::Matched => (
            "the control takes as many of each stratum as its subset has, and others of its stratum were drawn".to_owned(),
            "its subset would have to have more rows of its stratum, or the seed to be another".to_owned(),
        ),
        SubsetRole::Paired => (
            format!("the control has the problems of {beside} at the other end of lengths, and this is none of them"),
            "its problem would have to be in that subset, and it to be the other end of its lengths".to_owned(),
        ),
        SubsetRole::Wrong => (
            format!("the control has one wrong trajectory for each problem of {beside} that has one, and this is none"),
            "it would have to be wrong, and its problem to be in that subset".to_owned(),
        ),
        SubsetRole::Derived => (
            format!("the control has the trajectories of {beside}, changed, and this is none of them"),
            format!("it would have to be in {beside}"),
        ),
        SubsetRole::Validation => (
            "the validation set was drawn from other problems".to_owned(),
            "`[validation] size` would have to be larger, or the seed to be another".to_owned(),
        ),
        SubsetRole::Subset | SubsetRole::Random => (
            "each rule of its grid lets it through, and the order that they give has others of its problem or kind".to_owned(),
            "its grid would have to take more of each problem, or the seed to be another".to_owned(),
        ),
    };
    Out {
        by: "control",
        words,
        change,
    }
}
