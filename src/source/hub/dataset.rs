//! What a repository offers: its configs and their splits, of which one is meant.

use super::file::RemoteFile;
use crate::error::HubFault;
use crate::source::dataset::left::left_out;
use crate::source::dataset::{self, Asked, Chosen, Unmet, choose};
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
    /// What was passed over that nobody named, in a line.
    pub note: Option<String>,
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

/// A config of a repository.
pub type Config = dataset::Config<RemoteFile>;

impl Description {
    /// The files of a config and split; of what is meant by default where none is named: the default config,
    /// the only split, or the usual one (`train` but for benchmarks).
    pub(crate) fn dataset(
        &self,
        config: Option<&str>,
        split: Option<&str>,
        usual_split: &str,
    ) -> Result<Dataset> {
        let asked = Asked {
            config,
            split,
            ..Asked::usual(usual_split)
        };
        let chosen = choose(&self.repo, &self.configs, asked).map_err(unknown)?;
        if chosen.files.is_empty() {
            return Err(self.without_files(&chosen));
        }
        Ok(Dataset {
            repo: self.repo.clone(),
            commit: self.commit.clone(),
            config: chosen.config.name.clone(),
            split: chosen.split.to_owned(),
            license: self.license.clone(),
            files: chosen.files.to_vec(),
            note: self.note(asked),
        })
    }

    fn note(&self, asked: Asked<'_>) -> Option<String> {
        let configs = self.configs.iter();
        let names: Vec<_> = configs
            .map(|config| config.names(|file| &file.path))
            .collect();
        let chosen = choose(&self.repo, &names, asked).ok()?;
        left_out(&chosen, &names, &[], asked).note
    }

    fn without_files(&self, chosen: &Chosen<'_, RemoteFile>) -> Error {
        let (split, config) = (chosen.split, &chosen.config.name);
        Error::hub(
            HubFault::Unknown,
            format!(
                "split `{split}` of config `{config}` of `{}` has no file that can be read",
                self.repo
            ),
            "name another split, or a revision with Parquet files: `refs/convert/parquet`",
        )
    }
}

fn unknown(unmet: Unmet) -> Error {
    Error::hub(HubFault::Unknown, unmet.what, unmet.hint)
}
