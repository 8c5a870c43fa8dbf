//! The data that is looked at: on this disk or on the hub.

use std::path::{Path, PathBuf};

use crate::Result;
use crate::run::Watch;
use crate::source::{Asked, Layout, SourceFile, files};
use clap::Args;

use super::hub::OnHub;

/// The data that is looked at.
#[derive(Args)]
pub(in crate::cli) struct Data {
    /// A file, folder or glob, or `hub:NAMESPACE/NAME@REVISION`.
    pub source: PathBuf,
    /// The config of a dataset, on the hub or in a folder [default: its default one].
    #[arg(long)]
    pub config: Option<String>,
    /// The split of a dataset, on the hub or in a folder [default: `train`, or the only one].
    #[arg(long)]
    pub split: Option<String>,
    /// Read with this layout, instead of the one that the columns suggest.
    #[arg(long, value_enum)]
    pub layout: Option<Layout>,
}

impl Data {
    /// Its files, and of a dataset of the hub what that offers; `watch` is told what should be known of them.
    pub(in crate::cli) fn find(
        &self,
        watch: &dyn Watch,
    ) -> Result<(Option<OnHub>, Vec<SourceFile>)> {
        let (config, split) = (self.config.as_deref(), self.split.as_deref());
        match self.address() {
            Some(address) => {
                let on_hub = OnHub::find(&address, config, split)?;
                let files = on_hub.files.clone();
                Ok((Some(on_hub), files))
            }
            None => Ok((None, found_here(&self.source, config, split, watch)?)),
        }
    }

    /// The address of a dataset on the hub.
    pub(in crate::cli) fn address(&self) -> Option<String> {
        self.source
            .to_str()?
            .strip_prefix("hub:")
            .map(str::to_owned)
    }
}

/// The files of a path on this disk.
fn found_here(
    path: &Path,
    config: Option<&str>,
    split: Option<&str>,
    watch: &dyn Watch,
) -> Result<Vec<SourceFile>> {
    let asked = Asked {
        config,
        split,
        ..Asked::usual("train")
    };
    let found = files::find_as(path, asked)?;
    found.notes.iter().for_each(|note| watch.note(note));
    Ok(found.files)
}
