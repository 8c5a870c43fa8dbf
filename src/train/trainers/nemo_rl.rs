//! NeMo-RL's `sft_processor` (as read in August 2026 and not run): the conversation rendered turn by turn, each tokenised
//! alone, the loss on the assistant's turns.
//!
//! It takes `messages`. A turn is what the conversation up to it adds to the one before. With `add_generation_prompt`, as our
//! configurations have it, what opens a reply belongs to the turn before. With `add_bos` and `add_eos`, as its example has
//! them, the first turn begins with the beginning and the last ends with the end, once. A row that is too long stays
//! in its batch as some tokens of no weight: it is left out.

use super::{Prepare, beyond, render, said, turns};
use crate::templates::Refused;
use crate::train::{Beyond, Model, Prepared, Row, Settings};

pub(super) struct NemoRl<'m> {
    model: &'m Model,
    settings: Settings,
}

impl<'m> NemoRl<'m> {
    pub(super) fn new(model: &'m Model, settings: Settings) -> Result<Self, Refused> {
        beyond(&settings, &[Beyond::Drop])?;
        if settings.on_prompt {
            return Err(Refused("NeMo-RL has the loss on replies alone".into()));
        }
        Ok(Self { model, settings })
    }

    fn whole(&self, row: &Row) -> Result<Prepared, Prepared> {
        let turns = turns(row)?;
        let (mut ids, mut trained) = (Vec::new(), Vec::new());
        let mut before = String::new();
        for (at, turn) in turns.iter().enumerate() {
            let opens = turn.role == "user";
            let text = render(&self.model.template, &said(&turns[..=at]), opens)?.text;
            let added = self.with_marks(added(&before, &text), at == 0, at + 1 == turns.len());
            let turn_ids = super::ids(self.model, &added, false)?;
            trained.extend(std::iter::repeat_n(
                turn.role == "assistant",
                turn_ids.len(),
            ));
            ids.extend(turn_ids);
            before = text;
        }
        Ok(Prepared::whole(ids, trained))
    }

    fn with_marks(&self, added: &str, is_first: bool, is_last: bool) -> String {
        let tokens = self.model.template.tokens();
        let begin = tokens
            .bos()
            .filter(|begin| is_first && !added.starts_with(begin));
        let end = tokens
            .eos()
            .filter(|end| is_last && !added.trim_end_matches('\n').ends_with(end));
        [begin.unwrap_or_default(), added, end.unwrap_or_default()].concat()
    }
}

/// What of a text is behind the beginning that it shares with another.
fn added<'t>(before: &str, text: &'t str) -> &'t str {
    let same = before.chars().zip(text.chars()).take_while(|(a, b)| a == b);
    let same: usize = same.map(|(letter, _)| letter.len_utf8()).sum();
    &text[same..]
}

impl Prepare for NemoRl<'_> {
    fn prepare(&self, row: &Row) -> Prepared {
        match self.whole(row) {
            Ok(prepared) => prepared.within(self.settings.length_max, Beyond::Drop),
            Err(refused) => refused,
        }
    }

    fn beyond(&self) -> Beyond {
        Beyond::Drop
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_turn_adds_is_behind_what_both_share() {
        assert_eq!(added("", "é1"), "é1");
        assert_eq!(added("<a>é1</e>", "<a>é1\n<b>"), "\n<b>");
        assert_eq!(added("same", "same"), "");
    }
}
