//! verl's `MultiTurnSFTDataset` (0.9.1): each turn rendered alone, and the whole held against it.
//!
//! It takes `messages`. What a template puts before every conversation is cut off from all turns but the first, and the
//! loss is on the assistant's turns behind the words that open them. Where the turns together are not what the template
//! makes of the whole conversation, as where it treats the last turn otherwise, training stops.

use serde_json::json;

use super::{Prepare, Turn, beyond, render, said, turns};
use crate::templates::Refused;
use crate::train::{Beyond, Model, Prepared, Row, Settings};

pub(super) struct Verl<'m> {
    model: &'m Model,
    settings: Settings,
    beyond: Beyond,
    /// Tokens that stand before every conversation.
    before: usize,
    /// Tokens that open what the assistant says.
    opening: usize,
}

impl<'m> Verl<'m> {
    pub(super) fn new(model: &'m Model, settings: Settings) -> Result<Self, Refused> {
        let asked = json!({ "role": "user", "content": "" });
        let tokens = |turns: usize, prompt: bool| -> Result<usize, Refused> {
            let turns = std::iter::repeat_n(asked.clone(), turns).collect();
            let rendered = model.template.render(&turns, prompt, &Default::default());
            let rendered = rendered
                .map_err(|why| Refused(format!("verl finds no prompt in the template: {why}")))?;
            Ok(model.tokenizer.ids(&rendered.text, false).len())
        };
        let (one, two) = (tokens(1, false)?, tokens(2, false)?);
        let turn = two.saturating_sub(one);
        Ok(Self {
            model,
            settings,
            beyond: beyond(&settings, &[Beyond::Refuse, Beyond::CutEnd])?,
            before: if turn == 0 {
                0
            } else {
                one.saturating_sub(turn)
            },
            opening: tokens(1, true)?.saturating_sub(one),
        })
    }

    fn turn(&self, at: usize, turn: Turn<'_>) -> Result<(Vec<u32>, Vec<bool>), Prepared> {
        let rendered = render(&self.model.template, &said(&[turn]), false)?;
        let mut ids = self.model.tokenizer.ids(&rendered.text, false);
        if at > 0 && turn.role != "system" {
            ids.drain(..self.before.min(ids.len()));
        }
        let speaks = turn.role == "assistant";
        let trained = (0..ids.len()).map(|at| speaks && at >= self.opening);
        let trained = trained.collect();
        Ok((ids, trained))
    }

    fn whole(&self, row: &Row) -> Result<Prepared, Prepared> {
        let turns = turns(row)?;
        let (mut ids, mut trained) = (Vec::new(), Vec::new());
        for (at, turn) in turns.iter().enumerate() {
            let (turn_ids, turn_trained) = self.turn(at, *turn)?;
            ids.extend(turn_ids);
            trained.extend(turn_trained);
        }
        let rendered = render(&self.model.template, &said(&turns), false)?;
        match self.model.tokenizer.ids(&rendered.text, false) == ids {
            true => Ok(Prepared::whole(ids, trained)),
            false => Err(Prepared::refused(
                "its turns one by one are not what the template makes of the whole conversation",
            )),
        }
    }
}

impl Prepare for Verl<'_> {
    fn prepare(&self, row: &Row) -> Prepared {
        match self.whole(row) {
            Ok(prepared) => prepared.within(self.settings.length_max, self.beyond),
            Err(refused) => refused,
        }
    }

    fn beyond(&self) -> Beyond {
        self.beyond
    }
}
