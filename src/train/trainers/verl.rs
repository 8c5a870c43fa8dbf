//! verl's `MultiTurnSFTDataset` (0.9.1): each turn rendered alone, and the whole held against it.
//!
//! It takes `messages`. What a template puts before every conversation is cut off from all turns but the first, and the
//! loss is on the assistant's turns behind the words that open them. Where the turns together are not what the template
//! makes of the whole conversation, as where it treats the last turn otherwise, training stops.

use serde_json::{Value as Json, json};

use super::{Prepare, Turn, beyond, own_ids, refused, said, turns};
use crate::templates::{Refused, Rendered};
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
            Ok(own_ids(model, &rendered.text)?.len())
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
        let mut ids = self.alone(turn)?;
        if at > 0 && turn.role != "system" {
            ids.drain(..self.before.min(ids.len()));
        }
        let speaks = turn.role == "assistant";
        let trained = (0..ids.len()).map(|at| speaks && at >= self.opening);
        let trained = trained.collect();
        Ok((ids, trained))
    }

    /// Its trainer's configuration says `enable_thinking_default: none`, a word, which counts as true.
    fn rendered(&self, turns: &Json) -> Result<Rendered, Prepared> {
        let thinks = [("enable_thinking".to_owned(), Json::Bool(true))];
        let rendered = self
            .model
            .template
            .render(turns, false, &thinks.into_iter().collect());
        rendered.map_err(refused)
    }

    /// A turn by itself; where the template takes none without a user's before it, what stands behind an empty one.
    fn alone(&self, turn: Turn<'_>) -> Result<Vec<u32>, Prepared> {
        let ids = |turns: &Json| -> Result<Vec<u32>, Prepared> {
            let rendered = self.rendered(turns)?;
            super::ids(self.model, &rendered.text, false)
        };
        let only = said(&[turn]);
        ids(&only).or_else(|_| {
            let asked = json!({ "role": "user", "content": [{ "type": "text", "text": "" }] });
            let before = ids(&json!([asked]))?.len();
            let mut both = ids(&json!([asked, only[0]]))?;
            both.drain(..before.min(both.len()));
            Ok(both)
        })
    }

    fn whole(&self, row: &Row) -> Result<Prepared, Prepared> {
        let turns = turns(row)?;
        let (mut ids, mut trained) = (Vec::new(), Vec::new());
        for (at, turn) in turns.iter().enumerate() {
            let (turn_ids, turn_trained) = self.turn(at, *turn)?;
            ids.extend(turn_ids);
            trained.extend(turn_trained);
        }
        let rendered = self.rendered(&said(&turns))?;
        match super::ids(self.model, &rendered.text, false)? == ids {
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

#[cfg(test)]
mod tests {
    use super::super::tests::{learned, model, row, settings};
    use super::*;

    /// As templates of models with tools have it: nothing is said before somebody has asked.
    const ASKS_FIRST: &str = "{%- if messages[0].role != 'user' %}{{ raise_exception('nobody asked') }}{% endif -%}
        {%- for m in messages -%}
        <|im_start|>{{ m.role }}\\n{{ m.content if m.content is string else m.content[0].text }}<|im_end|>\\n
        {%- endfor -%}
        {%- if add_generation_prompt %}<|im_start|>assistant\\n{% endif -%}";

    #[test]
    fn a_template_that_asks_is_told_to_think() {
        let source = "{%- for m in messages -%}<|im_start|>{{ m.role }}{{ '\\n' }}\
            {%- if m.role == 'assistant' and enable_thinking %}Thinks. {% endif -%}\
            {{ m.content }}<|im_end|>{%- endfor -%}\
            {%- if add_generation_prompt %}<|im_start|>assistant{{ '\\n' }}{%- endif -%}";
        let model = model("qwen2.5", Some(source));
        let verl = Verl::new(&model, settings(1024, None)).expect("verl");
        let prepared = verl.prepare(&row("2+2?", "4"));
        assert_eq!(learned(&model, &prepared), "Thinks. 4<|im_end|>");
    }

    #[test]
    fn a_turn_that_a_template_takes_only_behind_a_user_s_is_rendered_behind_an_empty_one() {
        let source = ASKS_FIRST.replace("\\n", "{{ '\\n' }}");
        let model = model("qwen2.5", Some(&source));
        let verl = Verl::new(&model, settings(1024, None)).expect("verl");
        let prepared = verl.prepare(&row("2+2?", "4"));
        assert_eq!(learned(&model, &prepared), "4<|im_end|>\n");
        assert_eq!(prepared.fate, crate::train::Fate::Whole);
    }
}
