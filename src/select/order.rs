//! The order of a family: its buckets' candidates, by the draw's hash or by its recipe.

use std::sync::Arc;

use super::buckets::More;
use super::draw::{Draw, Role};
use super::grid::{Family, Grid};
use super::kept::Style;
use super::recipe::Recipe;
use super::s1::{self, Domain, Question};
use super::{Ordered, Selector, turns};
use crate::bucket::Candidate;
use crate::bucket::category::{Category, Pool};
use crate::bucket::length::{Length, Nested, Of};
use crate::pool::entries::Body;
use crate::screen::accept::right;
use crate::select::limo;

/// A count for each step of a recipe.
pub(super) type StepCounts = Vec<(&'static str, u64)>;

impl Selector<'_> {
    /// The order of a family's candidates: one trajectory for each problem of its buckets.
    pub(super) fn order(&mut self, grid: &Grid, family: &Family) -> Ordered {
        let draw = Draw {
            role: Role::Subset,
            number: family.draw,
        };
        let category = grid.category(&family.category);
        let lists = self.buckets(grid, family, &category, draw);
        let bucket = lists.iter().map(Vec::len).sum();
        let mut steps = self.steps(grid, family, &category, bucket);
        let sorted = lists
            .into_iter()
            .map(|list| self.by_recipe(list, grid, family, draw, &mut steps))
            .collect();
        let candidates = self.joined(sorted, &category, draw);
        let others = (grid.control.paired && family.length.ranks())
            .then(|| self.other_extremes(&candidates, grid, family));
        let more = More {
            per_problem: grid.per_problem,
            length: family.length,
            of: grid.length.of,
        };
        let style = Style::new(self.entries, family.style.as_deref());
        Ordered {
            order: self.with_more(&candidates, &more, style, draw),
            steps,
            bucket,
            is_whole: candidates.len() == bucket,
            others,
        }
    }

    /// One list of the lists of a category's pools.
    pub(super) fn joined(
        &self,
        mut lists: Vec<Vec<Candidate>>,
        category: &Category,
        draw: Draw,
    ) -> Vec<Candidate> {
        let keyed = |names: Vec<String>, lists: Vec<Vec<Candidate>>| {
            let keys = names.into_iter().map(|name| self.keys.turn(draw, &name));
            keys.zip(lists).collect()
        };
        match category {
            Category::Diverse(names) => turns::in_turn(keyed(names.clone(), lists)),
            Category::Proportional => {
                let pools = category.pools(self.entries).into_iter();
                let name = |pool: Pool| pool.name(self.entries).unwrap_or_default().to_owned();
                turns::in_proportion(keyed(pools.map(name).collect(), lists))
            }
            Category::One(_) | Category::All => lists.pop().unwrap_or_default(),
        }
    }

    /// The candidates of one pool in the order in which they are selected.
    fn by_recipe(
        &mut self,
        list: Vec<Candidate>,
        grid: &Grid,
        family: &Family,
        draw: Draw,
        steps: &mut StepCounts,
    ) -> Vec<Candidate> {
        match family.recipe {
            Recipe::Similar | Recipe::Dissimilar => self.by_similarity(&list, grid, family.recipe),
            Recipe::S1 => self.by_s1(list, grid, draw, steps),
            // The best stands first already.
            Recipe::Limo => list,
            Recipe::Random | Recipe::LightR1 | Recipe::Openthoughts => {
                let by_key = grid.length.nested == Nested::ByKey && family.length.ranks();
                self.by_draw(list, (!by_key).then_some(draw))
            }
        }
    }

    fn by_draw(&mut self, mut list: Vec<Candidate>, draw: Option<Draw>) -> Vec<Candidate> {
        if let Some(draw) = draw {
            let keys = self.keys.problems(draw);
            list.sort_by_key(|candidate| keys[candidate.problem as usize]);
        }
        list
    }

    fn by_similarity(&self, list: &[Candidate], grid: &Grid, recipe: Recipe) -> Vec<Candidate> {
        let asked = grid.similar.as_ref();
        let Some(similarity) = asked.and_then(|asked| self.knowledge.similarity(asked)) else {
            unreachable!("the plan asks for `[grid.similar]`, and the run computes it");
        };
        let id = |problem: u32| self.entries.problems[problem as usize].id;
        let problems: Vec<u32> = list.iter().map(|candidate| candidate.problem).collect();
        let order = if recipe == Recipe::Similar {
            let rows = grid.size.rows_max().map(|rows| rows as usize);
            let count = rows.unwrap_or(problems.len());
            let top = asked.and_then(|asked| asked.top);
            similarity.most(&problems, top, count, id)
        } else {
            similarity.least(&problems, id)
        };
        let mut by_problem = vec![None; self.entries.problems.len()];
        for candidate in list {
            by_problem[candidate.problem as usize] = Some(*candidate);
        }
        let stands = |problem: u32| by_problem[problem as usize];
        order.into_iter().filter_map(stands).collect()
    }

    fn by_s1(
        &mut self,
        list: Vec<Candidate>,
        grid: &Grid,
        draw: Draw,
        steps: &mut StepCounts,
    ) -> Vec<Candidate> {
        let rules = grid.s1.clone().unwrap_or_default();
        let named = rules.first.iter().chain(&rules.first_long);
        for origin in named.chain(rules.benchmark.keys()) {
            if self.entries.find_name(origin).is_none() && draw.number == 0 {
                self.warn(format!(
                    "no problem is from `{origin}`, which `[grid.s1]` names"
                ));
            }
        }
        let question = |candidate: Candidate| {
            let problem = &self.entries.problems[candidate.problem as usize];
            let body = self.entries.body_of(candidate.entry);
            let name = |name: Option<u32>| name.map_or("none", |name| self.entries.name(name));
            let (category, origin) = (name(problem.category), name(body.origin));
            let is_from = |origins: &[String]| origins.iter().any(|known| known == origin);
            let long = body.thinking_tokens > rules.first_tokens;
            Question {
                candidate,
                id: problem.id,
                domain: match rules.domain {
                    Domain::Category => category.to_owned(),
                    Domain::Origin => origin.to_owned(),
                    Domain::CategoryAndOrigin => format!("{category}/{origin}"),
                },
                thinking_tokens: body.thinking_tokens,
                is_first: right(body) == Some(true)
                    && (is_from(&rules.first) || (long && is_from(&rules.first_long))),
                weight: rules.weight(origin),
            }
        };
        let questions = list.into_iter().map(question).collect();
        let chance = |what, step, turn| self.keys.step(draw, what, step, turn);
        let drawn = s1::order(questions, &rules, chance);
        if drawn.first >= rules.uniform as usize && draw.number == 0 {
            let warning = format!(
                "s1 selects {} problems first, and would draw domains until there are {}: what a draw \
                 gives is exam questions; `[grid.s1] first_max` bounds them",
                drawn.first, rules.uniform
            );
            self.warn(warning);
        }
        let weighed = drawn.order.len() - drawn.first - drawn.uniform;
        steps.push(("first", drawn.first as u64));
        steps.push(("uniform", drawn.uniform as u64));
        steps.push(("weighed", weighed as u64));
        drawn.order
    }

    /// How many problems of the category each filter leaves; none for a recipe that has no filter.
    fn steps(
        &self,
        grid: &Grid,
        family: &Family,
        category: &Category,
        bucket: usize,
    ) -> StepCounts {
        if self.admitted.is_none() {
            return Vec::new();
        }
        let pools = category.pools(self.entries);
        let style = Style::new(self.entries, family.style.as_deref());
        let all = (0..self.entries.problems.len() as u32).filter(|&problem| {
            let inside = pools.iter().any(|pool| pool.holds(self.entries, problem));
            inside && self.kept.of(self.entries, problem, style).next().is_some()
        });
        let rule = family.recipe.text_rule();
        let sound =
            |problem: u32| rule.is_none_or(|rule| self.knowledge.passes(rule, problem as usize));
        let (mut candidates, mut text, mut difficulty) = (0, 0, 0);
        for problem in all {
            candidates += 1;
            text += u64::from(sound(problem));
            difficulty += u64::from(self.is_inside(&[Pool::Any], problem));
        }
        let mut steps = vec![("candidates", candidates)];
        steps.extend(rule.map(|_| ("text", text)));
        if grid.difficulty.is_some() || family.recipe == Recipe::LightR1 {
            steps.push(("difficulty", difficulty));
        }
        steps.extend((family.length != Length::Normal).then_some(("length", bucket as u64)));
        steps
    }

    /// For each candidate the trajectory of its problem at the other end of lengths.
    fn other_extremes(&self, all: &[Candidate], grid: &Grid, family: &Family) -> Vec<u32> {
        let style = Style::new(self.entries, family.style.as_deref());
        let longest = family.length == Length::Short;
        let other = |candidate: &Candidate| {
            let found = self.extreme_of(candidate.problem, style, grid.length.of, longest);
            found.map_or(candidate.entry, |candidate| candidate.entry)
        };
        all.iter().map(other).collect()
    }

    /// LIMO's score of every kept trajectory of a style that the recipe admits, by entry.
    pub(super) fn limo_scores(&self, style: Style) -> Arc<Vec<(u32, f64)>> {
        let problems = 0..self.entries.problems.len() as u32;
        let inside = problems.filter(|&problem| self.is_inside(&[Pool::Any], problem));
        let compared: Vec<u32> = inside
            .flat_map(|problem| self.kept.of(self.entries, problem, style))
            .collect();
        let bodies: Vec<&Body> = compared
            .iter()
            .map(|&entry| self.entries.body_of(entry))
            .collect();
        let scores = limo::scores(&bodies);
        Arc::new(compared.into_iter().zip(scores).collect())
    }

    /// The best trajectory of each problem of the pools, best problems first; of equals the smaller id.
    pub(super) fn best(&self, pools: &[Pool], scores: &[(u32, f64)]) -> Vec<Candidate> {
        let mut ranked: Vec<(u32, f64)> = scores
            .iter()
            .copied()
            .filter(|&(entry, _)| self.is_inside(pools, self.entries.body_of(entry).problem))
            .collect();
        ranked.sort_by(|(a, first), (b, second)| {
            let id = |entry: u32| self.entries.body_of(entry).trajectory_id;
            second.total_cmp(first).then_with(|| id(*a).cmp(&id(*b)))
        });
        let mut seen = std::collections::HashSet::new();
        let best = ranked.into_iter().filter_map(|(entry, _)| {
            let problem = self.entries.body_of(entry).problem;
            seen.insert(problem)
                .then(|| self.candidate(problem, entry, Of::Reply))
        });
        best.collect()
    }
}
