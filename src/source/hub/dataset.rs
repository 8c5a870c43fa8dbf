//! What a repository offers: its configs and their splits, of which one is meant.

use indexmap::IndexMap;

use super::file::RemoteFile;
use crate::error::HubFault;
use crate::{Error, Result};

/// One config and split of a dataset.
#[derive(Clone, Debug)]
pub struct Dataset {
    pub repo: String,
    pub commit: String,
    pub config: String,
    pub split: String,
    /// The licence that its card names.
    pub license: Option<String>,
    /// In order of path.
    pub files: Vec<RemoteFile>,
}

impl Dataset {
    /// Its page, for people.
    pub(crate) fn page(&self) -> String {
        format!("https://huggingface.co/datasets/{}", self.repo)
    }
}

/// All that a repository offers.
#[derive(Clone, Debug)]
pub struct Description {
    pub repo: String,
    pub commit: String,
    /// The licence that its card names.
    pub license: Option<String>,
    pub configs: Vec<Config>,
}

#[derive(Clone, Debug)]
pub struct Config {
    pub name: String,
    /// Whether it is meant where none is named.
    pub is_default: bool,
    /// In the card's order.
    pub splits: IndexMap<String, Vec<RemoteFile>>,
}

impl Description {
    /// The files of a config and split; of what is meant by default where none is named: the default config,
    /// the only split, or the usual one (`train` but for benchmarks).
    pub(crate) fn dataset(
        &self,
        config: Option<&str>,
        split: Option<&str>,
        usual_split: &str,
    ) -> Result<Dataset> {
        let config = self.config(config)?;
        let (split, files) = self.split(config, split, usual_split)?;
        if files.is_empty() {
            return Err(Error::hub(
                HubFault::Unknown,
                format!(
                    "split `{split}` of config `{}` of `{}` has no file that can be read",
                    config.name, self.repo
                ),
                "name another split, or a revision with Parquet files: `refs/convert/parquet`",
            ));
        }
        Ok(Dataset {
            repo: self.repo.clone(),
            commit: self.commit.clone(),
            config: config.name.clone(),
            split: split.to_owned(),
            license: self.license.clone(),
            files: files.to_vec(),
        })
    }

    fn config(&self, name: Option<&str>) -> Result<&Config> {
        let mut configs = self.configs.iter();
        let found = match name {
            Some(name) => configs.find(|config| config.name == name),
            None => configs.find(|config| config.is_default),
        };
        found.ok_or_else(|| {
            let what = match name {
                _ if self.configs.is_empty() => {
                    format!("`{}` has no Parquet, JSONL or CSV files", self.repo)
                }
                Some(name) => format!("`{}` has no config `{name}`", self.repo),
                None => format!("`{}` has several configs and no default", self.repo),
            };
            let names = self.configs.iter().map(|config| config.name.as_str());
            Error::hub(HubFault::Unknown, what, one_of("config", names))
        })
    }

    fn split<'a>(
        &self,
        config: &'a Config,
        name: Option<&str>,
        usual: &str,
    ) -> Result<(&'a str, &'a [RemoteFile])> {
        let splits = &config.splits;
        let found = match name {
            Some(name) => splits.get_key_value(name),
            None if splits.len() == 1 => splits.first(),
            None => splits.get_key_value(usual),
        };
        let (split, files) = found.ok_or_else(|| {
            let (repo, config) = (&self.repo, &config.name);
            let what = match name {
                Some(name) => format!("config `{config}` of `{repo}` has no split `{name}`"),
                None => {
                    format!("config `{config}` of `{repo}` has several splits and no `{usual}`")
                }
            };
            let names = splits.keys().map(String::as_str);
            Error::hub(HubFault::Unknown, what, one_of("split", names))
        })?;
        Ok((split, files))
    }
}

/// As many names stand in a hint.
const NAMES_MAX: usize = 20;

fn one_of<'a>(key: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => String::new(),
        count if count > NAMES_MAX => format!(
            "write `{key} = …` with one of {}, or of {} more",
            names[..NAMES_MAX].join(", "),
            count - NAMES_MAX
        ),
        _ => format!("write `{key} = …` with one of {}", names.join(", ")),
    }
}
