//! torchtune's `chat_dataset` with `qwen2_5_tokenizer` (0.6.1): its own ChatML, turn by turn, the content tokenised alone.
//!
//! It takes `messages`, adds no system message, and ends with the end token and no line end. With `max_seq_len` set, the
//! last token of every row, cut or not, is taken out of the loss: the model is never taught to stop.

use super::{Prepare, Turn, beyond, ids, turns};
use crate::templates::Refused;
use crate::train::{Beyond, Fate, Model, Prepared, Row, Settings};

pub(super) struct Torchtune<'m> {
    model: &'m Model,
    settings: Settings,
    /// What opens and what ends a turn.
    marks: [u32; 2],
}

impl<'m> Torchtune<'m> {
    pub(super) fn new(model: &'m Model, settings: Settings) -> Result<Self, Refused> {
        beyond(&settings, &[Beyond::CutEnd])?;
        let marks = ["<|im_start|>", "<|im_end|>"].map(|mark| model.tokenizer.id(mark));
        let is_qwen = model
            .family()
            .is_some_and(|family| family.name == "qwen2.5");
        let ([Some(open), Some(close)], true) = (marks, is_qwen) else {
            return Err(Refused(
                "of torchtune only what it does with Qwen2.5 is known here".into(),
            ));
        };
        Ok(Self {
            model,
            settings,
            marks: [open, close],
        })
    }

    fn whole(&self, row: &Row) -> Result<Prepared, Prepared> {
        let turns = turns(row)?;
        let (mut ids, mut trained) = (Vec::new(), Vec::new());
        for (at, turn) in turns.iter().enumerate() {
            let turn_ids = self.turn(*turn, at + 1 == turns.len())?;
            let learned = self.settings.on_prompt || turn.role == "assistant";
            trained.extend(std::iter::repeat_n(learned, turn_ids.len()));
            ids.extend(turn_ids);
        }
        let [_, end] = self.marks;
        ids.push(end);
        trained.push(trained.last().copied().unwrap_or_default());
        Ok(Prepared::whole(ids, trained))
    }

    fn turn(&self, turn: Turn<'_>, is_last: bool) -> Result<Vec<u32>, Prepared> {
        let ids = |text: &str| ids(self.model, text, false);
        let [open, close] = self.marks;
        let mut turn_ids = vec![open];
        turn_ids.extend(ids(&format!("{}\n", turn.role))?);
        turn_ids.extend(ids(turn.content)?);
        if turn.role != "assistant" || !is_last {
            turn_ids.push(close);
            turn_ids.extend(ids("\n")?);
        }
        Ok(turn_ids)
    }
}

impl Prepare for Torchtune<'_> {
    fn prepare(&self, row: &Row) -> Prepared {
        let whole = match self.whole(row) {
            Ok(whole) => whole,
            Err(refused) => return refused,
        };
        let mut prepared = whole.within(self.settings.length_max, Beyond::CutEnd);
        let [_, end] = self.marks;
        if let (Some(last), Some(trained), Fate::Cut) = (
            prepared.ids.last_mut(),
            prepared.trained.last_mut(),
            &prepared.fate,
        ) {
            (*last, *trained) = (end, false);
        }
        if let Some(trained) = prepared.trained.last_mut() {
            *trained = false;
        }
        prepared
    }

    fn beyond(&self) -> Beyond {
        Beyond::CutEnd
    }
}
