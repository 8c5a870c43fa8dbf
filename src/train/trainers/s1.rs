//! s1's and the ladder's `sft.py` (TRL 0.12.0's `SFTTrainer` and `DataCollatorForCompletionOnlyLM`): one text, in which the
//! loss is behind the words that open the assistant's turn.
//!
//! It takes `text`, cuts its end at `block_size`, and looks for the opening of the user's and of the assistant's turns in
//! the tokens: a text that says them inside of a turn moves the loss. Rows without them stay, with no loss.

use super::{Prepare, beyond, ids, own_ids, places};
use crate::templates::Refused;
use crate::train::{Beyond, Model, Prepared, Row, Settings, TrainedColumn};

/// What the script looks for in a text, by the name of the model.
struct Marks {
    asks: &'static str,
    answers: &'static str,
    /// A token that no text has, which only models of this name know.
    pad: &'static str,
}

/// A model that is distilled into one of these has its name too, and not its marks: they are plain words to it.
const MARKS: [Marks; 2] = [
    Marks {
        asks: "<|start_header_id|>user<|end_header_id|>",
        answers: "<|start_header_id|>assistant<|end_header_id|>\n\n",
        pad: "<|reserved_special_token_5|>",
    },
    Marks {
        asks: "<|im_start|>user",
        answers: "<|im_start|>assistant\n",
        pad: "<|fim_pad|>",
    },
];

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
        let known = MARKS
            .iter()
            .find(|marks| model.tokenizer.id(marks.pad).is_some());
        let marks = known.ok_or_else(|| {
            Refused("s1's script knows models of Qwen and of Llama by their names alone".into())
        })?;
        Ok(Self {
            model,
            settings,
            asks: own_ids(model, marks.asks)?,
            answers: own_ids(model, marks.answers)?,
            pad: model.tokenizer.id(marks.pad),
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
        let ids = match ids(self.model, text, true) {
            Ok(ids) => ids,
            Err(refused) => return refused,
        };
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

#[cfg(test)]
mod tests {
    use super::super::tests::{learned, model, row, settings};
    use super::*;

    #[test]
    fn a_model_distilled_into_qwen_is_trained_behind_qwen_s_marks_though_they_are_words_to_it() {
        let model = model("r1-distill", None);
        let s1 = S1::new(&model, settings(1024, None)).expect("s1 by the name of Qwen");
        let prepared = s1.prepare(&row("2+2?", "<think>\nTwo.\n</think>\n\n4"));
        assert_eq!(
            learned(&model, &prepared),
            "<think>\nTwo.\n</think>\n\n4<|im_end|>\n"
        );
        // None of the marks is one token to it, and what it takes for the opening of a turn is several.
        assert!(s1.answers.len() > 3);
    }
}
