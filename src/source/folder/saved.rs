//! Folders that `save_to_disk` of `datasets` wrote: their own list says which files hold the rows.

use std::path::Path;

use indexmap::IndexMap;
use serde::Deserialize;

use super::{Candidate, Passed};
use crate::source::dataset::Config;
use crate::source::disk_file::read_small;
use crate::{Error, Result};

/// The splits of such a folder.
#[derive(Debug)]
pub(super) struct Saved {
    pub configs: Vec<Config<Candidate>>,
    /// Files beside those that are listed.
    pub passed: Vec<Passed>,
}

/// `state.json`, as far as it says where rows are.
#[derive(Deserialize)]
struct State {
    #[serde(rename = "_data_files")]
    data_files: Vec<Listed>,
    /// In folders of before 2021: the rows are those that these files number.
    #[serde(rename = "_indices_files", alias = "_indices_data_files", default)]
    indices_files: Option<Vec<Listed>>,
    #[serde(rename = "_split", default)]
    split: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    filename: String,
}

/// `dataset_dict.json`.
#[derive(Deserialize)]
struct Dict {
    splits: Vec<String>,
}

/// The splits that a folder's own list names; none where `save_to_disk` did not write it.
pub(super) fn configs(root: &Path, files: &[Candidate]) -> Result<Option<Saved>> {
    let mut splits = IndexMap::new();
    if let Some(dict) = parsed::<Dict>(&root.join("dataset_dict.json")) {
        for split in dict.splits {
            let Some(state) = parsed::<State>(&root.join(&split).join("state.json")) else {
                return Err(broken(
                    root,
                    &format!("lists the split `{split}`, which is not there"),
                ));
            };
            let listed = listed(root, &split, &state)?;
            splits.insert(split, listed);
        }
    } else if let Some(state) = parsed::<State>(&root.join("state.json")) {
        let split = state.split.clone().unwrap_or_else(|| "train".into());
        splits.insert(split, listed(root, "", &state)?);
    }
    if splits.is_empty() {
        return Ok(None);
    }
    let passed = others(files, &splits);
    let config = Config {
        name: "default".into(),
        is_default: true,
        splits,
    };
    Ok(Some(Saved {
        configs: vec![config],
        passed,
    }))
}

/// None where there is no such file, or it is of another tool.
fn parsed<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&read_small(path).ok()?).ok()
}

fn listed(root: &Path, folder: &str, state: &State) -> Result<Vec<Candidate>> {
    if state
        .indices_files
        .as_ref()
        .is_some_and(|files| !files.is_empty())
    {
        return Err(broken(
            root,
            "keeps its rows in another order than its files have them",
        ));
    }
    let candidate = |listed: &Listed| {
        let name = match folder {
            "" => listed.filename.clone(),
            folder => format!("{folder}/{}", listed.filename),
        };
        // Names are relative in all that `datasets` wrote; another would lead out of the folder.
        let is_inside = name.split('/').all(|part| !part.is_empty() && part != "..");
        is_inside.then(|| Candidate {
            path: root.join(&name),
            name,
        })
    };
    let all: Option<Vec<Candidate>> = state.data_files.iter().map(candidate).collect();
    all.ok_or_else(|| broken(root, "lists files outside of it"))
}

fn broken(root: &Path, problem: &str) -> Error {
    Error::usage(
        format!(
            "`{}` was written by `save_to_disk` and {problem}",
            root.display()
        ),
        "write it as Parquet: `python -c \"from datasets import load_from_disk; \
         load_from_disk('FOLDER').to_parquet('rows.parquet')\"`",
    )
}

/// What lies beside the listed files and describes none of them.
fn others(files: &[Candidate], splits: &IndexMap<String, Vec<Candidate>>) -> Vec<Passed> {
    let is_listed = |file: &&Candidate| splits.values().flatten().any(|listed| listed == *file);
    // Its own list is no file that was passed over.
    let is_own =
        |file: &&Candidate| file.name.ends_with("state.json") || super::describes(&file.name);
    files
        .iter()
        .filter(|file| !is_listed(file) && !is_own(file))
        .filter_map(super::unread)
        .collect()
}
