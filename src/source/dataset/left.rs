//! What a choice leaves out, told in a line.

use std::collections::BTreeSet;

use super::choice::{Asked, Chosen, Config};

/// What was left out.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// The config that was chosen, where files of others were left out.
    pub config: Option<String>,
    /// The split that was chosen, where files of others were left out.
    pub split: Option<String>,
    /// What is said of it: nothing where it was asked for by name.
    pub note: Option<String>,
}

/// What the choice leaves out of the configs, and of all paths.
pub(crate) fn left_out(
    chosen: &Chosen<'_, String>,
    configs: &[Config<String>],
    paths: &[&str],
    asked: Asked<'_>,
) -> Left {
    let mut seen: BTreeSet<&str> = chosen.files.iter().map(String::as_str).collect();
    let mut over = Over::default();
    for (split, names) in &chosen.config.splits {
        over.splits.push((split, unseen(&mut seen, names)));
    }
    for config in configs {
        let names = config.splits.values().flatten();
        over.configs.push((&config.name, unseen(&mut seen, names)));
    }
    over.splits.retain(|(_, count)| *count > 0);
    over.configs.retain(|(_, count)| *count > 0);
    let rest = paths.iter().filter(|path| !seen.contains(*path));
    over.rest = rest.map(|path| (*path).to_owned()).collect();
    let is_split = !over.splits.is_empty() || !over.rest.is_empty();
    let left = Left {
        config: (!over.configs.is_empty()).then(|| chosen.config.name.clone()),
        split: is_split.then(|| chosen.split.to_owned()),
        note: None,
    };
    Left {
        note: over
            .unasked(asked)
            .note(chosen)
            .or_else(|| unusual(chosen, asked)),
        ..left
    }
}

/// Says which split is read where it is the only one, nobody named it, and it was made to be held out.
fn unusual(chosen: &Chosen<'_, String>, asked: Asked<'_>) -> Option<String> {
    let is_held_out = ["test", "validation"].contains(&chosen.split);
    let is_meant = asked.split.is_some() || asked.usual_split == chosen.split;
    (is_held_out && !is_meant).then(|| {
        format!(
            "reads the split `{}`, since there is no `{}`",
            chosen.split, asked.usual_split
        )
    })
}

/// How many of the names were not seen before.
fn unseen<'a>(seen: &mut BTreeSet<&'a str>, names: impl IntoIterator<Item = &'a String>) -> usize {
    let names = names.into_iter();
    names.filter(|name| seen.insert(name)).count()
}

/// What was passed over that nobody named.
#[derive(Default)]
struct Over<'d> {
    splits: Vec<(&'d str, usize)>,
    configs: Vec<(&'d str, usize)>,
    rest: Vec<String>,
}

impl Over<'_> {
    /// Without what was left out because another was named.
    fn unasked(mut self, asked: Asked<'_>) -> Self {
        if asked.config.is_some() {
            self.configs.clear();
        }
        if asked.split.is_some() {
            self.splits.clear();
            self.rest.clear();
        }
        self
    }

    fn note(&self, chosen: &Chosen<'_, String>) -> Option<String> {
        let named = |key: &str, named: &[(&str, usize)]| {
            let words = named
                .iter()
                .map(|(name, count)| format!("`{name}` ({})", files(*count)));
            let words: Vec<String> = words.collect();
            let many = if words.len() > 1 { "s" } else { "" };
            (!words.is_empty()).then(|| format!("the {key}{many} {}", words.join(", ")))
        };
        let rest = || {
            format!(
                "{} of no split ({})",
                files(self.rest.len()),
                listed(&self.rest)
            )
        };
        let over: Vec<String> = [
            named("split", &self.splits),
            named("config", &self.configs),
            (!self.rest.is_empty()).then(rest),
        ]
        .into_iter()
        .flatten()
        .collect();
        let read = format!(
            "reads the split `{}` ({}) and passes over {}",
            chosen.split,
            files(chosen.files.len()),
            over.join(" and "),
        );
        (!over.is_empty()).then(|| read + &self.mend())
    }

    fn mend(&self) -> String {
        let split = self.splits.first().map(|(name, _)| ("split", name));
        let config = self.configs.first().map(|(name, _)| ("config", name));
        let mend = split.or(config);
        mend.map_or_else(String::new, |(key, name)| {
            format!("; `{key} = \"{name}\"` would read that")
        })
    }
}

/// So many files, in words.
pub(crate) fn files(count: usize) -> String {
    match count {
        1 => "1 file".into(),
        count => format!("{count} files"),
    }
}

/// As many names stand in a note.
const NAMES_MAX: usize = 3;

/// The first of some names.
pub(crate) fn listed(names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(NAMES_MAX).cloned().collect();
    if names.len() > NAMES_MAX {
        shown.push("…".into());
    }
    shown.join(", ")
}
