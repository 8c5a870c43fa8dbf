//! The card: what of it was generated, and what somebody wrote beside that.

use super::files::Folder;
use super::manifest::Stored;
use crate::emit::card::{generated, own_keys};
use crate::emit::sums::card_seal;
use crate::folder::CARD;

/// Whether the generated part of the card is the one under the manifest's seal.
pub(super) fn is_generated_as_sealed(folder: &mut Folder<'_>, stored: Option<&Stored>) -> bool {
    let Some(seal) = stored.and_then(|stored| stored.manifest.seals.get(CARD)) else {
        return false;
    };
    folder
        .text(CARD)
        .is_some_and(|card| card_seal(&card).as_ref() == Some(seal))
}

/// Notes what of a card is not as generated: `expected` is the whole of a card to which nobody added.
pub(super) fn check(folder: &mut Folder<'_>, expected: &str) {
    let Some(card) = folder.text(CARD) else {
        folder.findings.broken(format!("{CARD} is missing"));
        return;
    };
    if generated(&card) != generated(expected) {
        let what = match generated(&card) {
            None => "has lost the lines that say what of it was generated".to_owned(),
            Some(_) => format!("is not what follows: {}", differing_line(&card, expected)),
        };
        folder.findings.broken(format!("{CARD} {what}"));
    }
    own_part(folder, &card, expected);
}

/// Keys of one's own may stand in the front matter, and none that says otherwise what was generated.
pub(super) fn own_part(folder: &mut Folder<'_>, card: &str, generated_card: &str) {
    let keys = match own_keys(card) {
        Ok(keys) => keys,
        Err(line) => {
            folder.findings.broken(format!(
                "{CARD} has a line in its front matter that belongs to no key of its own: {}",
                crate::error::shortened(line)
            ));
            return;
        }
    };
    let front = generated(generated_card).map_or("", |[front, _]| front);
    let generated_keys: Vec<&str> = front
        .lines()
        .filter_map(|line| Some(line.split_once(':')?.0))
        .collect();
    // What a card of ours never says, and loaders act on.
    let is_taken = |key: &&&str| generated_keys.contains(*key) || ACTED_ON.contains(*key);
    for key in keys.iter().filter(is_taken) {
        folder
            .findings
            .broken(format!("{CARD} says `{key}` beside what was generated"));
    }
}

/// Keys by which a dataset is loaded or licensed.
const ACTED_ON: [&str; 4] = ["configs", "dataset_info", "license", "extra_gated_prompt"];

/// The first line of the generated parts that differs.
fn differing_line(card: &str, expected: &str) -> String {
    let lines = |text| generated(text).map_or_else(String::new, |parts: [&str; 2]| parts.concat());
    let (card, expected) = (lines(card), lines(expected));
    super::difference::of_lines(&card, &expected)
}
