//! The text of a shuffled control's row: a reply with steps of its reasoning in other places.
//!
//! Steps are the paragraphs of the thinking, parted by blank lines, as R1 writes them (Li et al., arXiv 2502.07374,
//! had a model part theirs; that gives other steps on another day). Answer, markup and the white space between steps
//! stay where they are. Which steps move, and where to, are hashes of seed and trajectory alone: all that move go round
//! in one circle, so that each of them stands elsewhere, and what a smaller share moves a larger one moves too.
//!
//! Nothing is lost: whoever has the seed and the trajectory's id puts the steps back. So a folder is checked without
//! its sources: what comes out must be the text that the trajectory's id names.

use std::ops::Range;

use super::texts::EntryText;
use crate::ids::{self, Id, IdHasher};
use crate::measure;
use crate::measure::tokens::Tokenizer;
use crate::select::Derivation;
use crate::verify::{Thinking, split_thinking};

/// What a changed row has in place of its trajectory's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    /// Of the problem and the changed reply, as any trajectory's; the trajectory's own where nothing was to change.
    pub id: Id,
    /// Of the changed reply.
    pub tokens: u32,
    pub derivation: Derivation,
}

/// Changes a trajectory's text, and measures it anew.
pub(crate) fn made(
    text: EntryText,
    trajectory: Id,
    derivation: Derivation,
    tokenizer: &Tokenizer,
) -> EntryText {
    let response = shuffled(&text.response, trajectory, derivation);
    let response = response.unwrap_or(text.response);
    let tokens = measure::reply_tokens(tokenizer, &response).whole;
    let text = EntryText { response, ..text };
    named(text, derivation, tokens)
}

/// A changed text with what its row says of it.
pub(crate) fn named(text: EntryText, derivation: Derivation, tokens: u32) -> EntryText {
    let id = ids::trajectory_id(ids::problem_id(&text.problem), &text.response);
    let made = Made {
        id,
        tokens,
        derivation,
    };
    EntryText {
        made: Some(made),
        ..text
    }
}

/// Whether the text is what the transformation makes of the trajectory with that id.
pub(crate) fn follows(text: &EntryText, trajectory: Id, derivation: Derivation) -> bool {
    let problem = ids::problem_id(&text.problem);
    let response = text.response.as_str();
    let is_named = |original: &str| ids::trajectory_id(problem, original) == trajectory;
    let again = |original: &str| shuffled(original, trajectory, derivation);
    if is_named(response) {
        return again(response).is_none_or(|again| again == response);
    }
    let Some(original) = put_back(response, trajectory, derivation) else {
        return false;
    };
    is_named(&original) && again(&original).is_some_and(|again| again == response)
}

/// The reply with its steps in other places; none where it has no two steps, or none that could be told apart again.
fn shuffled(response: &str, trajectory: Id, derivation: Derivation) -> Option<String> {
    let text = moved(response, trajectory, derivation, |from, to| (from, to))?;
    let back = put_back(&text, trajectory, derivation)?;
    (back == response).then_some(text)
}

/// The reply that a shuffled one was made of.
fn put_back(shuffled: &str, trajectory: Id, derivation: Derivation) -> Option<String> {
    moved(shuffled, trajectory, derivation, |from, to| (to, from))
}

/// The reply with the step of one place in another, round the circle in either direction.
fn moved(
    response: &str,
    trajectory: Id,
    derivation: Derivation,
    direction: fn(usize, usize) -> (usize, usize),
) -> Option<String> {
    let steps = steps(response);
    let circle = circle(steps.len(), trajectory, derivation)?;
    let mut source: Vec<usize> = (0..steps.len()).collect();
    for (at, &from) in circle.iter().enumerate() {
        let (from, to) = direction(from, circle[(at + 1) % circle.len()]);
        source[to] = from;
    }
    let mut text = String::with_capacity(response.len());
    let mut end = 0;
    for (place, from) in steps.iter().zip(source) {
        text.push_str(&response[end..place.start]);
        text.push_str(&response[steps[from].clone()]);
        end = place.end;
    }
    text.push_str(&response[end..]);
    Some(text)
}

/// The steps that change places, each to the place of the next and the last to that of the first: those of the smallest
/// hashes, at least two. None where there are no two.
fn circle(steps: usize, trajectory: Id, derivation: Derivation) -> Option<Vec<usize>> {
    if steps < 2 {
        return None;
    }
    let key = |place: &usize| {
        IdHasher::new("gradatim shuffled steps v1")
            .part(derivation.seed.to_le_bytes())
            .part(trajectory.to_bytes())
            .part((*place as u64).to_le_bytes())
            .finish()
    };
    let mut places: Vec<usize> = (0..steps).collect();
    places.sort_by_cached_key(key);
    // To the nearest step, a half up.
    let share = (steps * derivation.percent as usize + 50) / 100;
    places.truncate(share.max(2));
    Some(places)
}

/// Where the steps of a reply stand: the paragraphs of its thinking. None where it has no thinking.
fn steps(response: &str) -> Vec<Range<usize>> {
    let parts = split_thinking(response);
    if parts.state == Thinking::Absent {
        return Vec::new();
    }
    let start = parts.thinking.start;
    let thinking = &response[parts.thinking];
    let (mut steps, mut open): (Vec<Range<usize>>, Option<Range<usize>>) = (Vec::new(), None);
    let mut lines = 0;
    for (at, letter) in thinking.char_indices() {
        if letter.is_whitespace() {
            lines += usize::from(letter == '\n');
            continue;
        }
        let (at, end) = (start + at, start + at + letter.len_utf8());
        match &mut open {
            Some(step) if lines < 2 => step.end = end,
            _ => steps.extend(open.replace(at..end)),
        }
        lines = 0;
    }
    steps.extend(open);
    steps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by(percent: u32) -> Derivation {
        Derivation { percent, seed: 7 }
    }

    fn words(response: &str) -> Vec<&str> {
        let steps = steps(response).into_iter();
        steps.map(|step| &response[step]).collect()
    }

    #[test]
    fn steps_are_paragraphs_of_the_thinking_and_of_nothing_else() {
        let reply =
            "<think>\nOne\nand a half.\n\nTwo.\r\n \t\r\n  Three.\n</think>\n\nFour.\n\nFive.";
        assert_eq!(words(reply), ["One\nand a half.", "Two.", "Three."]);
        for none in ["One.\n\nTwo.", "", "<think>\n\n</think>\n\nOne."] {
            assert!(words(none).is_empty(), "{none}");
        }
        assert_eq!(words("<think>\nCut\n\noff"), ["Cut", "off"]);
    }

    #[test]
    fn every_step_that_moves_stands_elsewhere_and_all_else_stays() {
        let paragraphs: Vec<String> = (0..9).map(|at| format!("Step {at}.")).collect();
        let reply = format!("<think>\n{}\n</think>\n\nIt is 4.", paragraphs.join("\n\n"));
        for (percent, moved) in [(100, 9), (67, 6), (33, 3), (1, 2)] {
            let text = shuffled(&reply, Id(3), by(percent)).expect("a shuffled reply");
            let (before, after) = (words(&reply), words(&text));
            let differ = before.iter().zip(&after).filter(|(a, b)| a != b).count();
            assert_eq!(differ, moved, "{percent}");
            assert!(text.ends_with("\n</think>\n\nIt is 4.") && text.len() == reply.len());
            let sorted = |mut words: Vec<&'_ str>| {
                words.sort_unstable();
                words.concat()
            };
            assert_eq!(sorted(before), sorted(after));
        }
        let of = |id: u128, seed| shuffled(&reply, Id(id), Derivation { percent: 100, seed });
        assert_ne!(of(3, 7), of(4, 7));
        assert_ne!(of(3, 7), of(3, 8));
    }

    #[test]
    fn what_has_no_two_steps_stays_as_it_is() {
        for reply in ["It is 4.", "<think>\nHm.\n</think>\n\nIt is 4.", "<think>"] {
            assert_eq!(shuffled(reply, Id(3), by(100)), None, "{reply}");
        }
    }

    /// Pieces of which hard texts are made.
    const PIECES: [&str; 16] = [
        "a",
        "b",
        "ß",
        " ",
        "\n",
        "\n\n",
        "\r\n\r\n",
        "\u{2003}",
        "<think>",
        "</think>",
        "<think>\n",
        "\n</think>\n\n",
        "<|im_start|>think",
        "<|im_start|>answer",
        "Wait.",
        "\n\nSo ",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn a_shuffled_text_follows_from_its_trajectory_and_no_other_text_does(
            pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24),
            percent in 1_u32..=100,
            seed in 0_u64..4,
        ) {
            let response = pieces.concat();
            let problem = ids::problem_id("p");
            let id = ids::trajectory_id(problem, &response);
            let derivation = Derivation { percent, seed };
            let text = |response: &str| EntryText {
                problem: "p".into(), response: response.into(), gold: None, made: None, conversation_tokens: None,
            };
            let made = shuffled(&response, id, derivation);
            let made = made.as_deref().unwrap_or(&response);
            prop_assert!(follows(&text(made), id, derivation));
            let said = |text: &str| {
                let mut letters: Vec<char> = text.chars().collect();
                letters.sort_unstable();
                letters
            };
            prop_assert_eq!(said(made), said(&response));
            if made != response {
                prop_assert!(!follows(&text(&response), id, derivation));
            }
            let other = format!("{made}.");
            prop_assert!(!follows(&text(&other), id, derivation));
        }
    }
}
