//! Which rule of its grid leaves a trajectory out of a subset, by what is known of its problem: what `select` did, in words.

use super::grid::{Grid, PairAccept, PairedBy};
use super::knowledge::Knowledge;
use super::subset::Subset;
use crate::pool::Entries;
use crate::screen::Fate;
use crate::screen::accept::right;

/// A rule that leaves a trajectory out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// As the pipeline has it: `recipe = "light-r1"`, `difficulty.pass_rate`.
    pub rule: String,
    /// What is known, as the end of a sentence.
    pub value: String,
    /// What is asked for, or what those have that were taken, as a sentence.
    pub wanted: String,
}

/// What is looked at.
struct Seen<'a> {
    entries: &'a Entries,
    fates: &'a [Fate],
    knowledge: &'a Knowledge,
    grid: &'a Grid,
    subset: &'a Subset,
    problem: u32,
}

/// The first rule of its grid that leaves the entry's problem out of a subset; none where each would take it.
pub(crate) fn left_out(
    (entries, fates, knowledge): (&Entries, &[Fate], &Knowledge),
    grid: &Grid,
    subset: &Subset,
    entry: u32,
) -> Option<LeftOut> {
    let seen = Seen {
        entries,
        fates,
        knowledge,
        grid,
        subset,
        problem: entries.body_of(entry).problem,
    };
    seen.by_recipe()
        .or_else(|| seen.by_difficulty())
        .or_else(|| seen.by_similarity())
        .or_else(|| seen.by_lengths())
        .or_else(|| seen.by_styles())
}

fn asked_for(what: &str) -> String {
    format!("asked for is {what}")
}

impl Seen<'_> {
    fn index(&self) -> usize {
        self.problem as usize
    }

    fn recipe_key(&self) -> Option<String> {
        Some(format!("recipe = \"{}\"", self.subset.recipe?.as_str()))
    }

    /// A rule of its recipe for problems, or for their texts.
    fn by_recipe(&self) -> Option<LeftOut> {
        let criterion = self.subset.recipe?.criterion();
        let problem = &self.entries.problems[self.index()];
        let value = match (criterion.admits(), criterion.text_rule()) {
            (Some(admits), _) if !admits(problem) => format!(
                "of its problem's trajectories our verifier decided {}, and {} of them are right",
                problem.decided, problem.correct
            ),
            (_, Some(rule)) if self.knowledge.may_pass(rule, self.index()) == Some(false) => {
                "the text of its problem, in some form in which a source has it, does not pass"
                    .to_owned()
            }
            _ => return None,
        };
        Some(LeftOut {
            rule: self.recipe_key()?,
            value,
            wanted: asked_for(criterion.asks().unwrap_or_default()),
        })
    }

    fn by_difficulty(&self) -> Option<LeftOut> {
        let asked = self.grid.difficulty.as_ref()?;
        let clause = asked.missed(self.entries, self.knowledge, self.index())?;
        Some(LeftOut {
            rule: format!("difficulty.{}", clause.key()),
            value: format!("of its problem that is {}", clause.known()),
            wanted: asked_for(&clause.wanted()),
        })
    }

    /// A similarity that nobody knows, or that is none of the questions' highest.
    fn by_similarity(&self) -> Option<LeftOut> {
        let asked = self.grid.similar.as_ref()?;
        let similarity = self.knowledge.similarity(asked)?;
        let rule = format!("{}, similar.to = \"{}\"", self.recipe_key()?, asked.to);
        let taken = self.subset.entries().iter();
        let nearest = |entry: &u32| similarity.nearest(self.entries.body_of(*entry).problem);
        let (least, most) = taken
            .map(nearest)
            .fold((f32::INFINITY, f32::NEG_INFINITY), |ends, one| {
                (ends.0.min(one), ends.1.max(one))
            });
        let top = asked.top.map_or(String::new(), |top| {
            format!("; each question takes {top} at most")
        });
        Some(LeftOut {
            rule,
            value: match similarity.of(self.problem) {
                None => "of its problem no similarity is known".to_owned(),
                Some(_) => format!(
                    "its problem's similarity to the question that is nearest is {:.3}",
                    similarity.nearest(self.problem)
                ),
            },
            wanted: format!("those that were taken have {least:.3} to {most:.3}{top}"),
        })
    }

    /// One length alone, where two are needed.
    fn by_lengths(&self) -> Option<LeftOut> {
        let is_mixed = self.grid.mix.is_some() && self.recipe_key()?.contains("mix");
        let is_paired = self.grid.control.paired
            && ["short", "long"]
                .map(Some)
                .contains(&self.subset.length.as_deref());
        let mut lengths: Vec<u32> = self
            .siblings()
            .map(|entry| self.entries.body_of(entry).tokens)
            .collect();
        lengths.sort_unstable();
        lengths.dedup();
        let ([one], true) = (lengths.as_slice(), is_mixed || is_paired) else {
            return None;
        };
        Some(LeftOut {
            rule: match is_mixed {
                true => self.recipe_key()?,
                false => "control.paired".to_owned(),
            },
            value: format!("all of its problem's trajectories that were kept have {one} tokens"),
            wanted: asked_for("two lengths"),
        })
    }

    /// A style of a pair that its problem lacks, or a trajectory of the pair that is not right.
    fn by_styles(&self) -> Option<LeftOut> {
        if self.grid.pair != Some(PairedBy::Style) {
            return None;
        }
        let has = |style: &String| {
            let mut siblings = self.siblings();
            siblings.any(|entry| self.entries.name(self.entries.body_of(entry).style) == style)
        };
        if let Some(lacking) = self.grid.style.iter().find(|style| !has(style)) {
            return Some(LeftOut {
                rule: "pair = \"style\"".to_owned(),
                value: format!(
                    "its problem has no trajectory in the style {lacking} that was kept"
                ),
                wanted: asked_for(&format!("one of each of {:?}", self.grid.style)),
            });
        }
        let is_right = |entry: u32| right(self.entries.body_of(entry)) == Some(true);
        let all_right = self.siblings().all(is_right);
        (self.grid.pair_accept == PairAccept::Both && !all_right).then(|| LeftOut {
            rule: "pair_accept = \"both\"".to_owned(),
            value: "a trajectory of its problem that a pair would have is not right".to_owned(),
            wanted: asked_for("a right one in each style"),
        })
    }

    /// The trajectories of its problem that were kept.
    fn siblings(&self) -> impl Iterator<Item = u32> {
        let is_sibling = |(entry, row): (u32, &crate::pool::entries::Entry)| {
            let body = row.body.as_ref().ok()?;
            let is_kept = self.fates[entry as usize] == Fate::Kept;
            (is_kept && body.problem == self.problem).then_some(entry)
        };
        (0..).zip(&self.entries.rows).filter_map(is_sibling)
    }
}
