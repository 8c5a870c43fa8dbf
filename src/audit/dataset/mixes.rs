//! What the trajectories of a dataset consist of: how many have each category, origin, style, and language.

use std::cmp::Reverse;
use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::findings::is_problem_alone;
use super::lengths::share;
use super::scope::Scope;
use crate::pool::entries::Body;

/// The names that trajectories have in one respect.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Mix {
    /// `category`, `origin`, `style`, `language`, which is guessed from the problem's words, or `license` and `model`, where
    /// rows state one.
    pub variable: &'static str,
    /// Trajectories of which nobody says it.
    pub unknown: u64,
    /// The most common first.
    pub levels: Vec<Level>,
}

/// One name.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Level {
    pub name: String,
    pub rows: u64,
    /// Of all trajectories.
    pub share: f64,
}

impl Mix {
    /// By how many of `all` have each name, and how many none.
    pub(super) fn of(
        variable: &'static str,
        counts: HashMap<String, u64>,
        unknown: u64,
        all: u64,
    ) -> Self {
        let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
        counts.sort_by_key(|(name, rows)| (Reverse(*rows), name.clone()));
        let levels = counts.into_iter().map(|(name, rows)| Level {
            name,
            rows,
            share: share(rows, all),
        });
        Self {
            variable,
            unknown,
            levels: levels.collect(),
        }
    }

    /// The most common name.
    pub(super) fn first(&self) -> Option<&str> {
        self.levels.first().map(|level| level.name.as_str())
    }
}

/// The variable that is guessed.
pub(super) const LANGUAGE: &str = "language";

/// The variables that some files have a column for.
pub(super) const LICENSE: &str = "license";
pub(super) const MODEL: &str = "model";

pub(super) fn mixes(scope: &Scope<'_>, languages: &[Option<&'static str>]) -> Vec<Mix> {
    let entries = &scope.experiment.entries;
    let mix = |variable, name: &dyn Fn(&Body) -> Option<String>| {
        count(variable, scope.trajectories().map(|(_, body)| name(body)))
    };
    let named = |name: Option<u32>| name.map(|name| entries.name(name).to_owned());
    // A problem without a response has no style.
    let style = |body: &Body| Some(body.style).filter(|_| !is_problem_alone(body));
    vec![
        mix("category", &|body| named(body.category)),
        mix("origin", &|body| named(body.origin)),
        mix("style", &|body| named(style(body))),
        mix(LANGUAGE, &|body| {
            languages[body.problem as usize].map(str::to_owned)
        }),
    ]
}

fn count(variable: &'static str, names: impl Iterator<Item = Option<String>>) -> Mix {
    let (mut unknown, mut all) = (0, 0);
    let mut counts: HashMap<String, u64> = HashMap::new();
    for name in names {
        all += 1;
        match name {
            Some(name) => *counts.entry(name).or_default() += 1,
            None => unknown += 1,
        }
    }
    Mix::of(variable, counts, unknown, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_common_name_stands_first_and_nobody_is_left_out() {
        let names =
            ["b", "", "a", "b", "a", "c"].map(|name| (!name.is_empty()).then(|| name.to_owned()));
        let mix = count("style", names.into_iter());
        let levels: Vec<(&str, u64)> = mix
            .levels
            .iter()
            .map(|level| (level.name.as_str(), level.rows))
            .collect();
        assert_eq!(levels, [("a", 2), ("b", 2), ("c", 1)]);
        assert_eq!((mix.unknown, mix.levels[0].share), (1, 2.0 / 6.0));
    }
}
