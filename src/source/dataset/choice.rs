//! Which config and split is meant: those that are named, else the default one and the usual one.

use crate::error::did_you_mean;
use indexmap::IndexMap;

/// A named part of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config<F> {
    pub name: String,
    /// Whether it is meant where none is named.
    pub is_default: bool,
    /// The files of each split, in the card's order.
    pub splits: IndexMap<String, Vec<F>>,
}

impl<F> Config<F> {
    /// The same with the files' names alone.
    pub(crate) fn names(&self, name: impl Fn(&F) -> &str) -> Config<String> {
        let names = |files: &Vec<F>| files.iter().map(|file| name(file).to_owned()).collect();
        let splits = self.splits.iter();
        Config {
            name: self.name.clone(),
            is_default: self.is_default,
            splits: splits
                .map(|(split, files)| (split.clone(), names(files)))
                .collect(),
        }
    }
}

/// What is asked of a dataset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub config: Option<&'a str>,
    pub split: Option<&'a str>,
    /// The split that is meant where there are several and none is named.
    pub usual_split: &'a str,
    /// Whether config and split were written for another place, whose files these replace: where names here say
    /// nothing of such, they are passed over.
    pub is_meant_elsewhere: bool,
}

impl<'a> Asked<'a> {
    /// Nothing but that.
    pub(crate) fn usual(usual_split: &'a str) -> Self {
        Self {
            config: None,
            split: None,
            usual_split,
            is_meant_elsewhere: false,
        }
    }
}

/// The config and split that are meant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen<'d, F> {
    pub config: &'d Config<F>,
    pub split: &'d str,
    pub files: &'d [F],
}

/// Why nothing can be chosen, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unmet {
    pub what: String,
    pub hint: String,
}

/// The files of a config and split of the dataset `of`; of what is meant by default where none is named: the
/// default config, the only split, or the usual one.
pub(crate) fn choose<'d, F>(
    of: &str,
    configs: &'d [Config<F>],
    asked: Asked<'_>,
) -> Result<Chosen<'d, F>, Unmet> {
    let config = config(of, configs, asked.config)?;
    let (split, files) = split(of, config, asked.split, asked.usual_split)?;
    Ok(Chosen {
        config,
        split,
        files,
    })
}

fn config<'d, F>(
    of: &str,
    configs: &'d [Config<F>],
    name: Option<&str>,
) -> Result<&'d Config<F>, Unmet> {
    let mut all = configs.iter();
    let found = match name {
        Some(name) => all.find(|config| config.name == name),
        None => all.find(|config| config.is_default),
    };
    found.ok_or_else(|| {
        let what = match name {
            _ if configs.is_empty() => format!("`{of}` has no Parquet, JSONL or CSV files"),
            Some(name) => format!("`{of}` has no config `{name}`"),
            None => format!("`{of}` has several configs and no default"),
        };
        let names = configs.iter().map(|config| config.name.as_str());
        Unmet {
            what,
            hint: one_of("config", name, names),
        }
    })
}

fn split<'d, F>(
    of: &str,
    config: &'d Config<F>,
    name: Option<&str>,
    usual: &str,
) -> Result<(&'d str, &'d [F]), Unmet> {
    let splits = &config.splits;
    let found = match name {
        Some(name) => splits.get_key_value(name),
        None if splits.len() == 1 => splits.first(),
        None => splits.get_key_value(usual),
    };
    let (split, files) = found.ok_or_else(|| {
        let config = &config.name;
        let what = match name {
            Some(name) => format!("config `{config}` of `{of}` has no split `{name}`"),
            None => format!("config `{config}` of `{of}` has several splits and no `{usual}`"),
        };
        Unmet {
            what,
            hint: one_of("split", name, splits.keys().map(String::as_str)),
        }
    })?;
    Ok((split, files))
}

/// As many names stand in a hint.
const NAMES_MAX: usize = 20;

fn one_of<'a>(key: &str, asked: Option<&str>, names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let meant = asked.map_or_else(String::new, |asked| {
        did_you_mean(asked, names.iter().copied())
    });
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => String::new(),
        count if count > NAMES_MAX => format!(
            "{meant}write `{key} = …` with one of {}, or of {} more",
            names[..NAMES_MAX].join(", "),
            count - NAMES_MAX
        ),
        _ => format!("{meant}write `{key} = …` with one of {}", names.join(", ")),
    }
}
