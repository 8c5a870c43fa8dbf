//! s1's and the ladder's `sft.py` (TRL 0.12.0's `SFTTrainer` and `DataCollatorForCompletionOnlyLM`): one text, in which the
//! loss is behind the words that open the assistant's turn.
//!
//! It takes `text`, cuts its end at `block_size`, and looks for the opening of the user's and of the assistant's turns in
//! the tokens: a text that says them inside of a turn moves the loss. Rows without them stay, with no loss.

use super::{Prepare, beyond, places};
use crate::templates::Refused;
use crate::train::{Beyond, Model, Prepared, Row, Settings, TrainedColumn};

pub(super) struct S1<'m> {
    model: &'m Model,
    settings: Settings,
    /// What opens a user's turn.
    asks: Vec<u32>,
    /// What opens an assistant's.
    answers: Vec<u32>,
    pad: Option<u32>,
}

impl<'m> S1<'m> {
    pub(super) fn new(model: &'m Model, settings: Settings) -> Result<Self, Refused> {
        beyond(&settings, &[Beyond::CutEnd])?;
        if settings
            .column
            .is_some_and(|column| column != TrainedColumn::Text)
        {
            return Err(Refused("s1's script takes the column `text` alone".into()));
        }
        let family = model.family().map_or("", |family| family.name);
        let (asks, answers, pad) = match family {
            "llama3" | "llama3.1" => (
                "<|start_header_id|>user<|end_header_id|>",
                "<|start_header_id|>assistant<|end_header_id|>\n\n",
                "<|reserved_special_token_5|>",
            ),
            name if name.starts_with("qwen") => {
                ("<|im_start|>user", "<|im_start|>assistant\n", "<|fim_pad|>")
            }
            _ => {
                return Err(Refused(
                    "s1's script knows models of Qwen and of Llama by their names alone".into(),
                ));
            }
        };
        Ok(Self {
            model,
            settings,
            asks: model.tokenizer.ids(asks, false),
            answers: model.tokenizer.ids(answers, false),
            pad: model.tokenizer.id(pad),
        })
    }

    /// Where the loss is: behind the openings of the assistant, and not behind those of the user.
    fn trained(&self, ids: &[u32]) -> Vec<bool> {
        let mut trained: Vec<bool> = ids.iter().map(|id| Some(*id) != self.pad).collect();
        let behind = places(ids, &self.answers).map(|at| at + self.answers.len());
        let behind: Vec<usize> = behind.collect();
        let mut asked: Vec<usize> = places(ids, &self.asks).collect();
        if behind.is_empty() || asked.is_empty() {
            return vec![false; ids.len()];
        }
        if asked[0] > behind[0] {
            asked.insert(0, 0);
        }
        for (at, (start, end)) in asked.iter().zip(&behind).enumerate() {
            let start = if at == 0 { 0 } else { *start };
            if start < *end {
                trained[start..*end].fill(false);
            }
        }
        if let (true, Some(last)) = (behind.len() < asked.len(), asked.last()) {
            trained[*last..].fill(false);
        }
        trained
    }
}

impl Prepare for S1<'_> {
    fn prepare(&self, row: &Row) -> Prepared {
        let Some(text) = row.text.as_deref() else {
            return Prepared::refused("there is no column `text`");
        };
        let ids = self.model.tokenizer.ids(text, true);
        let whole = self.trained(&ids);
        let prepared = Prepared::whole(ids, whole).within(self.settings.length_max, Beyond::CutEnd);
        // The collator sees what is left.
        let trained = self.trained(&prepared.ids);
        Prepared {
            trained,
            ..prepared
        }
    }

    fn beyond(&self) -> Beyond {
        Beyond::CutEnd
    }
}
