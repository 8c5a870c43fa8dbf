//! The manifest: read, its seals against the files, its subsets against the selection.

use super::files::Folder;
use super::selection::Chosen;
use super::{card, note_of_age};
use crate::emit::sums::card_seal;
use crate::folder::{CARD, RUN_FOLDER};
use crate::manifest::{Manifest, SEALING_VERSION, SubsetRecord, VERSION};
use crate::source::quietly;

/// A manifest as it is stored.
pub(super) struct Stored {
    pub manifest: Manifest,
    pub text: String,
}

pub(super) fn name() -> String {
    format!("{RUN_FOLDER}/manifest.json")
}

/// The manifest; none, which is noted, where it is none that this version knows.
pub(super) fn read(folder: &mut Folder<'_>) -> Option<Stored> {
    let name = name();
    let text = folder.text(&name)?;
    let parsed = quietly(|| serde_json::from_str::<Manifest>(&text).map_err(|why| why.to_string()));
    let manifest = match parsed.unwrap_or_else(|| Err("it is damaged".to_owned())) {
        Ok(manifest) => manifest,
        Err(why) => {
            folder.unreadable(&name, &why);
            return None;
        }
    };
    if !(1..=VERSION).contains(&manifest.manifest_version) {
        folder.findings.broken(format!(
            "{name} has version {}, and this program knows up to {VERSION}: only sums are checked",
            manifest.manifest_version
        ));
        return None;
    }
    let stored = Stored { manifest, text };
    if let Some(note) = note_of_age(&stored) {
        folder.findings.note(note);
    }
    Some(stored)
}

/// Each file is the one under its seal, and each has one; the lock file is the one that is named.
pub(super) fn seals(folder: &mut Folder<'_>, stored: &Stored) {
    let lock = format!("{RUN_FOLDER}/pipeline.lock.toml");
    if folder.files.get(&lock) != Some(&stored.manifest.pipeline_sha256) {
        folder
            .findings
            .broken("pipeline.lock.toml is not the one that the manifest names");
    }
    if stored.manifest.manifest_version < SEALING_VERSION {
        return;
    }
    for (name, seal) in &stored.manifest.seals {
        let is = match name == CARD {
            true => folder.text(CARD).and_then(|card| card_seal(&card)),
            false => folder.files.get(name).cloned(),
        };
        if is.as_ref() != Some(seal) {
            folder
                .findings
                .broken(format!("{name} is not the one under the manifest's seal"));
        }
    }
    let records = &stored.manifest.subsets;
    let own = [name(), format!("{RUN_FOLDER}/SHA256SUMS")];
    let is_unsealed = |name: &&String| {
        let path = Some(name.as_str());
        !stored.manifest.seals.contains_key(*name)
            && !own.contains(name)
            && !records.iter().any(|record| record.path.as_deref() == path)
    };
    let unsealed: Vec<String> = folder.files.keys().filter(is_unsealed).cloned().collect();
    for name in unsealed {
        folder
            .findings
            .broken(format!("{name} is under no seal of the manifest"));
    }
    if let Some(text) = folder.path(CARD).and_then(|_| folder.text(CARD)) {
        card::own_part(folder, &text, &text);
    }
}

/// Each record has the size that was selected; what was written stands where it belongs, with its hash.
pub(super) fn subsets(folder: &mut Folder<'_>, stored: &Stored, chosen: &Chosen) {
    for subset in &stored.manifest.subsets {
        folder.findings.subsets += 1;
        let selected = chosen.of(&subset.name).len();
        if selected != subset.size as usize {
            folder.findings.broken(format!(
                "{}: selected {selected} rows, the manifest says {}",
                subset.name, subset.size
            ));
        }
        written(folder, subset);
    }
    let mut names: Vec<&str> = stored
        .manifest
        .subsets
        .iter()
        .map(|one| &*one.name)
        .collect();
    names.sort_unstable();
    for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
        folder
            .findings
            .broken(format!("{}: the manifest has it twice", pair[0]));
    }
    for name in chosen
        .names()
        .filter(|name| names.binary_search(name).is_err())
    {
        folder.findings.broken(format!(
            "{name}: was selected, and the manifest does not have it"
        ));
    }
}

fn written(folder: &mut Folder<'_>, subset: &SubsetRecord) {
    let name = &subset.name;
    match (&subset.path, subset.written) {
        (None, 0) => {}
        (None, _) => folder
            .findings
            .broken(format!("{name}: was written, and has no path")),
        (Some(path), _) => match folder.files.get(path) {
            None => folder
                .findings
                .broken(format!("{name}: its file is missing")),
            Some(sum) if Some(sum) != subset.sha256.as_ref() => folder
                .findings
                .broken(format!("{name}: its file has another SHA-256")),
            Some(_) => {}
        },
    }
}
