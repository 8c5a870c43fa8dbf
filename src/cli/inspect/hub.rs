//! What a dataset of the hub offers: its configs and splits, and the files of those that are looked into.

use std::sync::Arc;

use crate::Result;
use crate::source::Reach;
use crate::source::hub::{Address, Dataset, Description};
use crate::source::{HubMode, SourceFile, files};
use serde_json::{Value, json};

use crate::cli::hub::Network;
use crate::cli::progress::Progress;
use crate::cli::stop_on_signals;
use crate::cli::table::{bytes, table, thousands};

/// What a dataset of the hub offers, and the files of the config and split that are looked into.
pub(in crate::cli) struct OnHub {
    description: Arc<Description>,
    dataset: Dataset,
    pub files: Vec<SourceFile>,
}

/// What looking at footers and first rows may keep on disk.
const RANGES_BYTES: u64 = 1 << 30;

impl OnHub {
    pub(in crate::cli) fn find(
        address: &str,
        config: Option<&str>,
        split: Option<&str>,
    ) -> Result<Self> {
        let stop = stop_on_signals()?;
        let hub = Network::new(&stop, &Arc::new(Progress::new()), RANGES_BYTES).hub()?;
        let address: Address = address.parse()?;
        let description = hub.describe(&address)?;
        let dataset = description.dataset(config, split, "train")?;
        Ok(Self {
            files: files::of_dataset(&hub, &dataset, HubMode::Stream),
            description,
            dataset,
        })
    }

    /// Config, split, files and bytes of each split.
    fn splits(&self) -> impl Iterator<Item = (&str, &str, usize, u64)> {
        self.description.configs.iter().flat_map(|config| {
            config.splits.iter().map(|(split, files)| {
                let bytes = files.iter().map(|file| file.size).sum();
                (config.name.as_str(), split.as_str(), files.len(), bytes)
            })
        })
    }

    pub(super) fn json(&self) -> Value {
        let splits = self.splits().map(|(config, split, files, bytes)| {
            json!({ "config": config, "split": split, "files": files, "bytes": bytes })
        });
        json!({
            "dataset": self.dataset.repo,
            "commit": self.dataset.commit,
            "config": self.dataset.config,
            "split": self.dataset.split,
            "splits": splits.collect::<Vec<_>>(),
        })
    }

    pub(super) fn text(&self) -> String {
        let rows = self.splits().map(|(config, split, files, size)| {
            let is_shown = config == self.dataset.config && split == self.dataset.split;
            vec![
                config.to_owned(),
                split.to_owned(),
                thousands(files as u64),
                bytes(size),
                if is_shown { "shown below" } else { "" }.to_owned(),
            ]
        });
        format!(
            "dataset: {}\ncommit: {}\n\n{}\n",
            self.dataset.repo,
            self.dataset.commit,
            table(
                &["config", "split", "files", "bytes", ""],
                &rows.collect::<Vec<_>>()
            ),
        )
    }
}
