//! The words that a problem and an item have in common, as a reader of the problem sees them.

use super::common::is_common;
use super::fingerprint::{Forms, Item, WORDS_GRAM};

/// How many places are told.
const PLACES_MAX: usize = 3;
/// Characters of each.
const PLACE_CHARS: usize = 120;

/// The longest runs of the problem's words that are the item's, the longest first; what many problems have in
/// common is left out.
pub(super) fn matched(item: &Item, forms: &Forms) -> Vec<String> {
    let mut covered = vec![false; forms.prose.len()];
    let mut at = 0;
    forms.grams(|gram| {
        if item.grams.binary_search(&gram).is_ok() && !is_common(gram) {
            covered[at..at + WORDS_GRAM].fill(true);
        }
        at += 1;
    });
    let mut places = runs(forms, &covered);
    places.sort_by_key(|place| std::cmp::Reverse(place.len()));
    places.truncate(PLACES_MAX);
    let cut = |place: String| place.chars().take(PLACE_CHARS).collect();
    places.into_iter().map(cut).collect()
}

/// The words of which more than half are covered, those in a row as one.
fn runs(forms: &Forms, covered: &[bool]) -> Vec<String> {
    let mut places = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    let mut start = 0;
    for word in forms.canonical.prose_words() {
        let here = &covered[start..start + word.len()];
        start += word.len();
        let share = here.iter().filter(|covered| **covered).count();
        if share * 2 > word.len() {
            run.push(word);
        } else if !run.is_empty() {
            places.push(run.join(" "));
            run.clear();
        }
    }
    if !run.is_empty() {
        places.push(run.join(" "));
    }
    places
}
