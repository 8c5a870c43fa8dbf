//! open-instruct's `finetune.py` (`sft_tulu_tokenize_and_truncate_v1` and `sft_tulu_filter_v1`, as read in August 2026 and not
//! run): the whole conversation in the model's template, the loss on all that is not counted as another's.
//!
//! It takes `messages`. What others say is found by rendering the conversation up to there, with the opening of the
//! assistant's turn where that follows, and counting tokens. What is too long loses its end; a row without loss is left
//! out.

use super::{Prepare, Turn, beyond, ids, render, said, turns};
use crate::templates::Refused;
use crate::train::{Beyond, Fate, Model, Prepared, Row, Settings};

pub(super) struct OpenInstruct<'m> {
    model: &'m Model,
    settings: Settings,
}

impl<'m> OpenInstruct<'m> {
    pub(super) fn new(model: &'m Model, settings: Settings) -> Result<Self, Refused> {
        beyond(&settings, &[Beyond::CutEnd])?;
        if settings.on_prompt {
            return Err(Refused(
                "open-instruct has the loss on replies alone".into(),
            ));
        }
        Ok(Self { model, settings })
    }

    fn ids(&self, turns: &[Turn<'_>], opens: bool) -> Result<Vec<u32>, Prepared> {
        let rendered = render(&self.model.template, &said(turns), opens)?;
        ids(self.model, &rendered.text, false)
    }

    fn whole(&self, row: &Row) -> Result<Prepared, Prepared> {
        let turns = turns(row)?;
        if turns.is_empty() {
            return Err(Prepared::refused("`messages` is empty"));
        }
        let ids = self.ids(&turns, false)?;
        let mut trained = vec![true; ids.len()];
        for (at, turn) in turns.iter().enumerate() {
            if turn.role == "assistant" {
                continue;
            }
            let start = match at {
                0 => 0,
                at => self.ids(&turns[..at], false)?.len(),
            };
            let is_answered = turns
                .get(at + 1)
                .is_some_and(|next| next.role == "assistant");
            let end = self.ids(&turns[..=at], is_answered)?.len().min(ids.len());
            trained[start.min(end)..end].fill(false);
        }
        Ok(Prepared::whole(ids, trained))
    }
}

impl Prepare for OpenInstruct<'_> {
    fn prepare(&self, row: &Row) -> Prepared {
        let prepared = match self.whole(row) {
            Ok(prepared) => prepared.within(self.settings.length_max, Beyond::CutEnd),
            Err(refused) => return refused,
        };
        match prepared.trained.contains(&true) {
            true => prepared,
            false => prepared.without_tokens(Fate::Dropped("no token to train on is left".into())),
        }
    }

    fn beyond(&self) -> Beyond {
        Beyond::CutEnd
    }
}
