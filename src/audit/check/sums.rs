//! `SHA256SUMS` against the files, and the one hash that names them all.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::card;
use super::files::Folder;
use super::manifest::Stored;
use crate::folder::{CARD, RUN_FOLDER, hex};

/// Every file is listed, none is missing, each has its hash.
pub(super) fn check(folder: &mut Folder<'_>, stored: Option<&Stored>) {
    let own = format!("{RUN_FOLDER}/SHA256SUMS");
    let text = folder.text(&own);
    let listed = listed(folder, text.as_deref().unwrap_or_default());
    let found: Vec<(String, String)> = folder.files.clone().into_iter().collect();
    let mut list = String::new();
    for (name, sum) in found.iter().filter(|(name, _)| *name != own) {
        folder.findings.files += 1;
        let mut written = sum;
        match listed.get(name) {
            _ if text.is_none() => {}
            None => folder
                .findings
                .broken(format!("{name} is not in SHA256SUMS")),
            Some(listed) if listed == sum => {}
            Some(listed) if name == CARD && card::is_generated_as_sealed(folder, stored) => {
                folder.findings.note(format!(
                    "{CARD} has text of its own beside what was generated"
                ));
                // What stands beside is nobody's promise: the hash of the folder is that of the card as it was written.
                written = listed;
            }
            Some(_) => folder.findings.broken(format!(
                "{name} is not what was written: its SHA-256 differs"
            )),
        }
        list += &format!("{written}  {name}\n");
    }
    for name in listed.keys() {
        if !folder.files.contains_key(name) && !folder.others.contains_key(name) {
            folder.findings.broken(format!("{name} is missing"));
        }
    }
    // What is no file is of no sound folder, and so changes its hash.
    let others = folder.others.iter();
    list.extend(others.map(|(name, what)| format!("{what}  {name}\n")));
    folder.findings.digest = hex(&Sha256::digest(list));
}

/// The hashes of the list by name; lines that are none, or that repeat a name, are noted.
fn listed(folder: &mut Folder<'_>, text: &str) -> BTreeMap<String, String> {
    let mut listed = BTreeMap::new();
    for line in text.lines() {
        match entry(line) {
            Some((sum, name)) => {
                if listed.insert(name.to_owned(), sum.to_owned()).is_some() {
                    folder
                        .findings
                        .broken(format!("SHA256SUMS has {name} twice"));
                }
            }
            None => folder.findings.broken(format!(
                "SHA256SUMS has a line that is none: {}",
                crate::error::shortened(line)
            )),
        }
    }
    listed
}

fn entry(line: &str) -> Option<(&str, &str)> {
    let (sum, name) = line.split_once("  ")?;
    let is_digit = |digit: char| matches!(digit, '0'..='9' | 'a'..='f');
    let is_below = |step: &str| !step.is_empty() && step != "." && step != "..";
    let is_sound = sum.len() == 64 && sum.chars().all(is_digit) && name.split('/').all(is_below);
    is_sound.then_some((sum, name))
}
