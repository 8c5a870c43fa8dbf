//! What of `eval.json` no table has: the answers as sentences, which sizes belong together, effects by tier.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::view::report::facts::Row;

/// What is read of it; what another version does not write is nothing.
#[derive(Default, Deserialize)]
pub(super) struct Said {
    /// The answers as sentences; none where no experiment was named.
    #[serde(default)]
    pub words: Vec<String>,
    #[serde(default)]
    pub warnings: Vec<String>,
    #[serde(default)]
    effects: Vec<Effect>,
    #[serde(default)]
    scaling: Vec<Scaling>,
    /// What made scores vary, by benchmark.
    #[serde(default)]
    pub components: Vec<Components>,
    /// Whose grades count: `recorded` or `ours`.
    #[serde(default)]
    grader: String,
    #[serde(default)]
    experiment: Option<Experiment>,
    #[serde(default)]
    arms: Vec<Arm>,
    /// There where models of these logs made the tiers.
    #[serde(default)]
    tier_rule: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Experiment {
    #[serde(default)]
    title: Option<String>,
}

/// What an arm's name is made of.
#[derive(Deserialize)]
struct Arm {
    #[serde(default)]
    grid: Option<String>,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    length: Option<String>,
    #[serde(default)]
    style: Option<String>,
    #[serde(default)]
    role: String,
}

/// Standard deviations, in shares.
#[derive(Deserialize)]
pub(super) struct Components {
    pub benchmark: Option<String>,
    /// Between draws of one kind of set; with one training seed a draw it holds that of the seeds. None with one draw of each.
    pub draw_sd: Option<f64>,
    /// Between training seeds of one set; none with one seed of each.
    pub seed_sd: Option<f64>,
    pub draw_freedom: u64,
    pub seed_freedom: u64,
}

#[derive(Deserialize)]
struct Effect {
    family: String,
    name: String,
    benchmark: Option<String>,
    verdict: String,
    #[serde(default)]
    estimand: String,
    #[serde(default)]
    tiers: BTreeMap<String, TierEffect>,
    /// Cells that are not compared, since their sets were trained in ways that are known to differ.
    #[serde(default)]
    refused_cells: Vec<serde::de::IgnoredAny>,
}

/// An effect on the questions of one tier.
#[derive(Deserialize)]
struct TierEffect {
    difference: Option<f64>,
    #[serde(default)]
    intervals: Intervals,
}

/// Intervals by what they are about.
#[derive(Default, Deserialize)]
struct Intervals(BTreeMap<String, serde_json::Value>);

/// Sets that are made alike but for their size, and what a larger one adds.
#[derive(Deserialize)]
pub(super) struct Scaling {
    pub benchmark: Option<String>,
    tier: Option<String>,
    /// The arms of each size, of each family.
    families: Vec<Vec<String>>,
    grid: Option<String>,
    category: Option<String>,
    length: Option<String>,
    style: Option<String>,
    recipe: Option<String>,
    pub budget: String,
    pub unit: String,
    #[serde(default)]
    estimand: String,
    pub per_doubling: Option<f64>,
    #[serde(default)]
    intervals: Intervals,
    pub p: Option<f64>,
    pub refused: Option<String>,
}

impl Intervals {
    fn of(&self, estimand: &str) -> Option<[f64; 2]> {
        let ends = self.0.get(estimand)?;
        Some([ends.get(0)?.as_f64()?, ends.get(1)?.as_f64()?])
    }
}

impl Said {
    fn effect(&self, row: &Row) -> Option<&Effect> {
        self.effects.iter().find(|effect| {
            row.text("family") == Some(&effect.family)
                && row.text("name") == Some(&effect.name)
                && row.text("benchmark") == effect.benchmark.as_deref()
        })
    }

    /// What is found of an effect: `higher`, `lower`, `open`, `not_alone` or `refused`.
    pub(super) fn verdict(&self, row: &Row) -> &str {
        self.effect(row).map_or("open", |effect| &effect.verdict)
    }

    /// What the experiment is called.
    pub(super) fn title(&self) -> Option<&str> {
        self.experiment.as_ref()?.title.as_deref()
    }

    /// Whether models of these logs made the tiers by the paper's rule; else they are those of the paper itself.
    pub(super) fn has_own_tiers(&self) -> bool {
        self.tier_rule.is_some()
    }

    /// Grids, categories, lengths and styles of the sets, in the experiment's order, each once.
    pub(super) fn parts(&self) -> [Vec<&str>; 4] {
        let parts: [fn(&Arm) -> &Option<String>; 4] = [
            |arm| &arm.grid,
            |arm| &arm.category,
            |arm| &arm.length,
            |arm| &arm.style,
        ];
        parts.map(|part| once(self.arms.iter().filter_map(|arm| part(arm).as_deref())))
    }

    /// Kinds of controls, each once.
    pub(super) fn controls(&self) -> Vec<&str> {
        let roles = self.arms.iter().map(|arm| arm.role.as_str());
        once(roles.filter(|role| *role != "subset"))
    }

    /// Whether our verifier's grades count, where it has one.
    pub(super) fn is_by_us(&self) -> bool {
        self.grader == "ours"
    }

    /// How many cells of an effect are left out, since their sets were not trained alike.
    pub(super) fn refused_cells(&self, row: &Row) -> u64 {
        self.effect(row)
            .map_or(0, |effect| effect.refused_cells.len() as u64)
    }

    /// The kinds of sets that were trained on for as long as a cell's, by name, with the arm of each size.
    pub(super) fn kinds_with(
        &self,
        row: &Row,
        [arm, _]: &[String; 2],
    ) -> impl Iterator<Item = (String, &[String])> {
        let benchmark = row.text("benchmark");
        let of = || {
            self.ladders()
                .filter(move |(one, _)| one.benchmark.as_deref() == benchmark)
        };
        let like = of()
            .find(|(_, arms)| arms.contains(arm))
            .map(|(one, _)| one);
        let is_alike = move |one: &Scaling| {
            like.is_some_and(|like| like.budget == one.budget && like.unit == one.unit)
        };
        of().filter(move |(one, _)| is_alike(one))
            .map(|(one, arms)| (one.name(), arms))
    }

    /// An effect on the questions of a tier, and the ends of its interval.
    pub(super) fn of_tier(&self, row: &Row, tier: &str) -> Option<(f64, Option<[f64; 2]>)> {
        let effect = self.effect(row)?;
        let found = effect.tiers.get(tier)?;
        let ends = found.intervals.of(&effect.estimand);
        Some((found.difference?, ends))
    }

    /// Of all questions: each kind of set that was trained on at several sizes, with its arms.
    pub(super) fn ladders(&self) -> impl Iterator<Item = (&Scaling, &[String])> {
        let whole = self.scaling.iter().filter(|one| one.tier.is_none());
        whole.filter_map(|one| match one.families.as_slice() {
            [arms] => Some((one, arms.as_slice())),
            _ => None,
        })
    }
}

fn once<'s>(all: impl Iterator<Item = &'s str>) -> Vec<&'s str> {
    let mut found = Vec::new();
    for one in all {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

impl Scaling {
    /// What its sets are, but for their size.
    pub(super) fn name(&self) -> String {
        let parts = [&self.category, &self.length, &self.style, &self.recipe];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        match &self.grid {
            Some(grid) => format!("{grid}: {}", parts.join(" ")),
            None => parts.join(" "),
        }
    }

    pub(super) fn interval(&self) -> Option<[f64; 2]> {
        self.intervals.of(&self.estimand)
    }
}
