//! TRL's `SFTTrainer` (1.16.0): the whole conversation in the model's template; what is too long loses its end
//! (its start with `truncation_mode`).
//!
//! Of several columns it takes `prompt` and `completion` before `conversations`, `conversations` before `messages`, and
//! `text` last. With loss on the assistant's turns alone (`assistant_only_loss`) it renders `messages` with a template that
//! says which they are, of its own where it knows the model's; of `prompt` and `completion` the loss is on what comes
//! behind the longest beginning that both have in tokens; of `text`, on all of it. A row that nothing is left of to train
//! on is dropped without a word.

use serde_json::Value as Json;

use super::{Prepare, as_tokenised, beyond, borders, ids, render, within};
use crate::templates::{ChatTemplate, Refused, built_in};
use crate::train::{Beyond, Fate, Model, Prepared, Row, Settings, TrainedColumn};

pub(super) struct Trl<'m> {
    model: &'m Model,
    settings: Settings,
    beyond: Beyond,
    /// Says where the assistant speaks; none where TRL knows no such template for this model.
    marked: Option<ChatTemplate>,
}

/// The column that is taken of those that there are.
pub(super) fn column(row: &Row) -> Option<TrainedColumn> {
    let columns = [
        (row.prompt.is_some(), TrainedColumn::PromptCompletion),
        (row.conversations.is_some(), TrainedColumn::Conversations),
        (row.messages.is_some(), TrainedColumn::Messages),
        (row.text.is_some(), TrainedColumn::Text),
    ];
    let there = columns.into_iter().find(|(is_there, _)| *is_there);
    there.map(|(_, column)| column)
}

/// Whether conversations are rendered with a template of TRL's own where the model has another.
pub(super) fn replaces(model: &Model, settings: &Settings) -> bool {
    let of_turns = matches!(
        settings.column,
        None | Some(TrainedColumn::Messages | TrainedColumn::Conversations)
    );
    let marked = built_in::as_trl_trains(&model.template).and_then(Result::ok);
    let is_other = marked.is_some_and(|marked| marked.source() != model.template.source());
    of_turns && !settings.on_prompt && is_other
}

impl<'m> Trl<'m> {
    pub(super) fn new(model: &'m Model, settings: Settings) -> Result<Self, Refused> {
        let marked = match settings.on_prompt {
            true => None,
            false => built_in::as_trl_trains(&model.template).transpose()?,
        };
        Ok(Self {
            model,
            settings,
            beyond: beyond(&settings, &[Beyond::CutEnd, Beyond::CutStart])?,
            marked,
        })
    }

    fn conversation(&self, messages: Option<&Json>) -> Result<Prepared, Prepared> {
        let messages = messages.ok_or_else(no_column)?;
        if self.settings.on_prompt {
            let ids = self.ids(&self.model.template, messages, false)?;
            let trained = vec![true; ids.len()];
            return Ok(Prepared::whole(ids, trained));
        }
        let marked = self.marked.as_ref().ok_or_else(|| {
            Prepared::refused(
                "neither the model's template nor one of TRL's says where the assistant speaks",
            )
        })?;
        let rendered = render(marked, messages, false)?;
        let ids = ids(self.model, &rendered.text, false)?;
        let borders = borders(self.model, &ids);
        let spans = as_tokenised(&rendered.text, &rendered.spoken, &borders);
        let trained = within(&borders, &spans);
        match trained.contains(&true) {
            true => Ok(Prepared::whole(ids, trained)),
            false => Err(Prepared::refused("no token of an assistant")),
        }
    }

    fn completion(&self, row: &Row) -> Result<Prepared, Prepared> {
        let (Some(prompt), Some(completion)) = (&row.prompt, &row.completion) else {
            return Err(no_column());
        };
        if let (Some(prompt), Some(completion)) = (prompt.as_str(), completion.as_str()) {
            return self.plain_completion(prompt, completion);
        }
        let template = &self.model.template;
        let asked = self.ids(template, prompt, true)?;
        let turns = [prompt, completion].into_iter().filter_map(Json::as_array);
        let whole: Json = turns.flatten().cloned().collect();
        let ids = self.ids(template, &whole, false)?;
        let shared = asked.iter().zip(&ids).take_while(|(a, b)| a == b).count();
        let trained = (0..ids.len()).map(|at| self.settings.on_prompt || at >= shared);
        let trained = trained.collect();
        Ok(Prepared::whole(ids, trained))
    }

    /// A prompt and a completion that are texts: no template, and the end behind them.
    fn plain_completion(&self, prompt: &str, completion: &str) -> Result<Prepared, Prepared> {
        let asked = ids(self.model, prompt, true)?.len();
        let text = self.with_end(&format!("{prompt}{completion}"));
        let whole = ids(self.model, &text, true)?;
        let trained = (0..whole.len()).map(|at| self.settings.on_prompt || at >= asked);
        let trained = trained.collect();
        Ok(Prepared::whole(whole, trained))
    }

    fn with_end(&self, text: &str) -> String {
        let eos = self.model.template.tokens().eos().unwrap_or_default();
        let end = if text.ends_with(eos) { "" } else { eos };
        format!("{text}{end}")
    }

    fn text(&self, row: &Row) -> Result<Prepared, Prepared> {
        let text = row.text.as_deref().ok_or_else(no_column)?;
        let ids = ids(self.model, &self.with_end(text), true)?;
        let trained = vec![true; ids.len()];
        Ok(Prepared::whole(ids, trained))
    }

    fn ids(
        &self,
        template: &ChatTemplate,
        messages: &Json,
        prompt: bool,
    ) -> Result<Vec<u32>, Prepared> {
        let rendered = render(template, messages, prompt)?;
        ids(self.model, &rendered.text, false)
    }
}

fn no_column() -> Prepared {
    Prepared::refused("the row has none of the columns that TRL takes")
}

/// ShareGPT's turns with the names of ours, and the roles as they are.
fn renamed(conversations: &Json) -> Json {
    let turns = conversations.as_array().into_iter().flatten();
    let renamed = turns.map(|turn| {
        serde_json::json!({ "role": turn["from"].clone(), "content": turn["value"].clone() })
    });
    renamed.collect()
}

impl Prepare for Trl<'_> {
    fn prepare(&self, row: &Row) -> Prepared {
        let prepared = match self.settings.column.or_else(|| column(row)) {
            Some(TrainedColumn::PromptCompletion) => self.completion(row),
            Some(TrainedColumn::Messages) => self.conversation(row.messages.as_ref()),
            Some(TrainedColumn::Conversations) => {
                self.conversation(row.conversations.as_ref().map(renamed).as_ref())
            }
            Some(TrainedColumn::Text) => self.text(row),
            None => Err(no_column()),
        };
        let prepared = match prepared {
            Ok(prepared) => prepared.within(self.settings.length_max, self.beyond),
            Err(refused) => return refused,
        };
        match prepared.trained.contains(&true) {
            true => prepared,
            false => prepared.without_tokens(Fate::Dropped("no token to train on is left".into())),
        }
    }

    fn beyond(&self) -> Beyond {
        self.beyond
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{learned, model, row, settings};
    use super::*;

    #[test]
    fn what_is_too_long_loses_its_start_where_trl_is_told_so() {
        let model = model("qwen2.5", None);
        let row = row("2+2?", &"Two and two. ".repeat(60));
        let cut = |beyond| {
            let trl = Trl::new(&model, settings(50, beyond)).expect("TRL");
            learned(&model, &trl.prepare(&row))
        };
        assert!(!cut(None).contains("<|im_end|>"));
        assert!(cut(Some(Beyond::CutStart)).ends_with("<|im_end|>\n"));
    }
}
