//! axolotl's `chat_template` strategy (0.21.0): the whole conversation in the model's template, the loss on what changes
//! where a turn says something else.
//!
//! It takes `messages`. To find a turn's tokens it renders the conversation with other words in the turn's place, twice,
//! and takes what differs: what the template says for every reply, such as the `<think>` that Qwen3's puts before each, is
//! outside of the loss. The end token behind the turn is learned (`train_on_eos: turn`). A row that is too long is
//! dropped, or what `excess_length_strategy` says.

use std::ops::Range;

use super::{Prepare, Turn, as_tokenised, beyond, borders, ids, render, said, turns};
use crate::templates::Refused;
use crate::train::{Beyond, Model, Prepared, Row, Settings};

/// Shorter rows are dropped.
const LENGTH_MIN: usize = 2;

/// The words that are put in a turn's place: they begin and end with different letters.
const STANDINS: [&str; 2] = ["[[dummy_message]]", "zzdummymessagezz"];

/// How far behind a turn its end token may stand.
const END_WITHIN: usize = 3;

pub(super) struct Axolotl<'m> {
    model: &'m Model,
    settings: Settings,
    beyond: Beyond,
    end: Option<u32>,
}

impl<'m> Axolotl<'m> {
    pub(super) fn new(model: &'m Model, settings: Settings) -> Result<Self, Refused> {
        Ok(Self {
            model,
            settings,
            beyond: beyond(&settings, &[Beyond::Drop, Beyond::CutEnd, Beyond::Refuse])?,
            end: model.eos(),
        })
    }

    fn whole(&self, row: &Row) -> Result<Prepared, Prepared> {
        let mut turns = turns(row)?;
        for turn in &mut turns {
            turn.role = match turn.role {
                "human" => "user",
                "gpt" => "assistant",
                role => role,
            };
        }
        let text = render(&self.model.template, &said(&turns), false)?.text;
        let ids = ids(self.model, &text, false)?;
        let borders = borders(self.model, &ids);
        let mut trained = vec![false; ids.len()];
        for at in 0..turns.len() {
            let learned = self.settings.on_prompt || turns[at].role == "assistant";
            let found = match learned {
                true => self.tokens_of(&mut turns.clone(), at, &text, &borders)?,
                false => None,
            };
            let Some(tokens) = found else { continue };
            let behind = tokens.end;
            trained[tokens].fill(true);
            let end = ids[behind..].iter().position(|id| Some(*id) == self.end);
            if let Some(offset) = end.filter(|offset| *offset <= END_WITHIN) {
                trained[behind + offset] = true;
            }
        }
        Ok(Prepared::whole(ids, trained))
    }

    /// The tokens that say what a turn says; none where nothing does.
    fn tokens_of(
        &self,
        turns: &mut [Turn<'_>],
        at: usize,
        text: &str,
        borders: &[usize],
    ) -> Result<Option<Range<usize>>, Prepared> {
        let mut spans = Vec::new();
        for standin in STANDINS {
            turns[at].content = standin;
            let other = render(&self.model.template, &said(turns), false)?.text;
            spans.push(differing(text, &other));
        }
        let start = spans.iter().map(|span| span.start).min().unwrap_or(0);
        let end = spans.iter().map(|span| span.end).max().unwrap_or(0);
        if end <= start {
            return Ok(None);
        }
        let spans = as_tokenised(text, std::slice::from_ref(&(start..end)), borders);
        let first = borders[1..].partition_point(|ends| *ends <= spans[0].start);
        let behind = borders[..borders.len() - 1].partition_point(|starts| *starts < spans[0].end);
        Ok((first < behind).then_some(first..behind))
    }
}

/// What of a text is not in another, between the beginning and the end that they share.
fn differing(text: &str, other: &str) -> Range<usize> {
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        let same = pairs.take_while(|(a, b)| a == b);
        same.map(|(letter, _)| letter.len_utf8()).sum()
    };
    let start = same(&mut text.chars().zip(other.chars()));
    let (rest, other) = (&text[start..], &other[start..]);
    let end = same(&mut rest.chars().rev().zip(other.chars().rev()));
    start..text.len() - end
}

impl Prepare for Axolotl<'_> {
    fn prepare(&self, row: &Row) -> Prepared {
        match self.whole(row) {
            Ok(prepared) if prepared.length < LENGTH_MIN => {
                Prepared::dropped("shorter than two tokens")
            }
            Ok(prepared) => prepared.within(self.settings.length_max, self.beyond),
            Err(refused) => refused,
        }
    }

    fn beyond(&self) -> Beyond {
        self.beyond
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_lies_between_what_both_share() {
        assert_eq!(differing("<a>é1</a>", "<a>[[x]]</a>"), 3..6);
        assert_eq!(differing("aa", "aaa"), 2..2);
        assert_eq!(differing("same", "same"), 4..4);
    }
}
