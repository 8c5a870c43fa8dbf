//! ms-swift's `swift sft` (4.6.0): a template of its own, the prompt and the reply each tokenised as one text.
//!
//! It takes `messages`. Turns of one speaker in a row become one; where nobody asked, an empty question is put first, and a
//! question without a reply is trained on without loss. The end token is learned, with the line end behind it where the
//! template has one; the first token of a row never is. A template for models that may think puts an empty thinking part
//! before a reply that does not begin with one, with loss on it. A row beyond `max_length` is dropped unless
//! `truncation_strategy` says otherwise; `--strict true` stops at it.

use super::{Prepare, Turn, beyond, turns};
use crate::templates::Refused;
use crate::train::{Beyond, Model, Prepared, Row, Settings};

/// One of its templates.
struct Template {
    name: &'static str,
    /// What stands first with a system message, and without one.
    first: [&'static str; 2],
    user: [&'static str; 2],
    /// Behind a reply that is not the last, and behind the last.
    ends: [&'static str; 2],
    stops: &'static [&'static str],
    system_default: Option<&'static str>,
    empty_thinking: Option<&'static str>,
    /// What stands behind a question that has no reply.
    opening: &'static str,
}

const QWEN2_5: Template = Template {
    name: "qwen2_5",
    first: ["<|im_start|>system\n{{SYSTEM}}<|im_end|>\n", ""],
    user: ["<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"],
    ends: ["<|im_end|>\n", "<|im_end|>\n"],
    stops: &["<|endoftext|>", "<|im_end|>"],
    system_default: Some("You are Qwen, created by Alibaba Cloud. You are a helpful assistant."),
    empty_thinking: None,
    opening: "",
};

const TEMPLATES: [Template; 3] = [
    QWEN2_5,
    Template {
        name: "qwen3",
        system_default: None,
        empty_thinking: Some("<think>\n\n</think>\n\n"),
        opening: "<think>\n\n</think>\n\n",
        ..QWEN2_5
    },
    Template {
        name: "deepseek_r1",
        first: [
            "<｜begin▁of▁sentence｜>{{SYSTEM}}",
            "<｜begin▁of▁sentence｜>",
        ],
        user: ["<｜User｜>", "<｜Assistant｜>"],
        ends: ["<｜end▁of▁sentence｜>", "<｜end▁of▁sentence｜>"],
        stops: &["<｜end▁of▁sentence｜>"],
        system_default: None,
        empty_thinking: None,
        opening: "<think>\n",
    },
];

/// Its template for a family of models.
pub(crate) fn template_name(family: &str) -> Option<&'static str> {
    Some(match family {
        "qwen2.5" => "qwen2_5",
        "qwen3" | "qwen3-thinking" => "qwen3",
        "r1-distill" | "r1-distill-thinking" => "deepseek_r1",
        _ => return None,
    })
}

pub(super) struct Swift<'m> {
    model: &'m Model,
    settings: Settings,
    beyond: Beyond,
    template: &'static Template,
}

impl<'m> Swift<'m> {
    pub(super) fn new(model: &'m Model, settings: Settings) -> Result<Self, Refused> {
        let family = model.family().and_then(|family| template_name(family.name));
        let template = TEMPLATES.iter().find(|one| Some(one.name) == family);
        let template = template.ok_or_else(|| {
            Refused("which of ms-swift's templates goes with this model is not known".into())
        })?;
        Ok(Self {
            model,
            settings,
            beyond: beyond(
                &settings,
                &[
                    Beyond::Drop,
                    Beyond::CutEnd,
                    Beyond::CutStart,
                    Beyond::Refuse,
                ],
            )?,
            template,
        })
    }

    /// The texts that are tokenised one by one, and whether the loss is on each.
    fn parts(&self, turns: &[Turn<'_>]) -> Result<Parts, Prepared> {
        let (system, spoken) = match turns.split_first() {
            Some((first, rest)) if first.role == "system" => (Some(first.content), rest),
            _ => (self.template.system_default, turns),
        };
        let spoken = in_rounds(spoken)?;
        let [with, without] = self.template.first;
        let mut parts = Parts::new(self.settings.on_prompt);
        match system.filter(|system| !system.is_empty()) {
            Some(system) => parts.push(false, &with.replace("{{SYSTEM}}", system)),
            None => parts.push(false, without),
        }
        let rounds = spoken.len().div_ceil(2);
        for (round, pair) in spoken.chunks(2).enumerate() {
            parts.push(false, &self.question(&pair[0], round));
            match pair.get(1) {
                Some(reply) => self.push_reply(reply, round + 1 == rounds, &mut parts),
                None => parts.push(false, self.template.opening),
            }
        }
        Ok(parts)
    }

    fn question(&self, asked: &str, round: usize) -> String {
        let [open, close] = self.template.user;
        let asked = asked.replace("{{ROUND0}}", &round.to_string());
        let asked = asked.replace("{{ROUND1}}", &(round + 1).to_string());
        format!("{open}{asked}{close}")
    }

    fn push_reply(&self, reply: &str, is_last: bool, parts: &mut Parts) {
        parts.push(true, &self.reply(reply));
        let [between, last] = self.template.ends;
        match is_last {
            true if self.stops(reply) => {}
            true => parts.push(true, last),
            false => parts.push(false, between),
        }
    }

    fn reply(&self, content: &str) -> String {
        match self.template.empty_thinking {
            Some(empty) if !content.starts_with("<think>") => format!("{empty}{content}"),
            _ => content.to_owned(),
        }
    }

    fn stops(&self, content: &str) -> bool {
        let mut stops = self.template.stops.iter();
        stops.any(|stop| content.ends_with(stop))
    }

    fn whole(&self, row: &Row) -> Result<Prepared, Prepared> {
        let (mut ids, mut trained) = (Vec::new(), Vec::new());
        for (learned, text) in self.parts(&turns(row)?)?.texts {
            let part = super::ids(self.model, &text, false)?;
            trained.extend(std::iter::repeat_n(learned, part.len()));
            ids.extend(part);
        }
        let end = super::ids(self.model, self.template.ends[1], false)?;
        learn_ends(&ids, &mut trained, &end);
        if let Some(first) = trained.first_mut() {
            *first = false;
        }
        Ok(Prepared::whole(ids, trained))
    }
}

/// Texts, and whether the loss is on each; what stands side by side and is alike in that is one.
struct Parts {
    texts: Vec<(bool, String)>,
    /// Whether the loss is on all of them (`loss_scale: all`).
    all: bool,
}

impl Parts {
    fn new(all: bool) -> Self {
        let texts = Vec::new();
        Self { texts, all }
    }

    fn push(&mut self, learned: bool, text: &str) {
        let learned = learned || self.all;
        match self.texts.last_mut() {
            _ if text.is_empty() => {}
            Some((before, texts)) if *before == learned => texts.push_str(text),
            _ => self.texts.push((learned, text.to_owned())),
        }
    }
}

/// Questions and replies by turns, a question first; what one says twice in a row is one.
fn in_rounds(turns: &[Turn<'_>]) -> Result<Vec<String>, Prepared> {
    let mut rounds: Vec<String> = Vec::new();
    for turn in turns {
        let place = match turn.role {
            "user" | "human" => 0,
            "assistant" | "gpt" | "bot" => 1,
            "tool" | "tool_call" | "tool_response" => {
                return Err(Prepared::refused(
                    "what becomes of a tool's turns is not known",
                ));
            }
            _ => {
                return Err(Prepared::dropped(
                    "neither the user nor the assistant speaks",
                ));
            }
        };
        if rounds.is_empty() && place == 1 {
            rounds.push(String::new());
        }
        let is_next = rounds.len() % 2 == place;
        match rounds.last_mut() {
            Some(said) if !is_next => said.push_str(turn.content),
            _ => rounds.push(turn.content.to_owned()),
        }
    }
    match rounds.is_empty() {
        true => Err(Prepared::dropped("nobody says anything")),
        false => Ok(rounds),
    }
}

/// Learns the end that stands behind each reply in the middle.
fn learn_ends(ids: &[u32], trained: &mut [bool], end: &[u32]) {
    let replies: Vec<usize> = (1..ids.len())
        .filter(|at| trained[at - 1] && !trained[*at])
        .collect();
    for behind in replies {
        if ids[behind..].starts_with(end) {
            trained[behind..behind + end.len()].fill(true);
        }
    }
}

impl Prepare for Swift<'_> {
    fn prepare(&self, row: &Row) -> Prepared {
        let mut prepared = match self.whole(row) {
            Ok(prepared) => prepared.within(self.settings.length_max, self.beyond),
            Err(fate) => return fate,
        };
        if let Some(first) = prepared.trained.first_mut() {
            *first = false;
        }
        prepared
    }

    fn beyond(&self) -> Beyond {
        self.beyond
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::measure::tokens::Encoder;
    use crate::templates::built_in::Family;
    use serde_json::json;

    static QWEN3: LazyLock<Model> = LazyLock::new(|| model("qwen3"));
    static R1_DISTILL: LazyLock<Model> = LazyLock::new(|| model("r1-distill"));

    fn model(family: &str) -> Model {
        let template = Family::named(family).and_then(|family| family.template().ok());
        let encoder = Encoder::of_family(family).and_then(Result::ok);
        Model {
            template: template.expect("it is built in"),
            tokenizer: encoder.expect("it is built in"),
        }
    }

    /// What is trained on, and of that what the loss is on.
    fn trained(model: &Model, turns: &[(&str, &str)], on_prompt: bool) -> Option<[String; 2]> {
        let settings = Settings {
            length_max: 1000,
            beyond: None,
            column: None,
            on_prompt,
        };
        let messages = turns
            .iter()
            .map(|(role, content)| json!({ "role": role, "content": content }));
        let row = Row {
            messages: Some(messages.collect()),
            ..Row::default()
        };
        let swift = Swift::new(model, settings).expect("it trains such models");
        let prepared = swift.prepare(&row);
        let ids = prepared.ids.iter().zip(&prepared.trained);
        let learned: Vec<u32> = ids.filter(|(_, on)| **on).map(|(id, _)| *id).collect();
        let texts = [&prepared.ids, &learned].map(|ids| model.tokenizer.text(ids));
        (!prepared.ids.is_empty()).then_some(texts)
    }

    #[test]
    fn what_one_says_twice_in_a_row_is_one_turn() {
        let turns = [
            ("user", "1+1?"),
            ("human", "Go."),
            ("gpt", "Well. "),
            ("assistant", "2"),
            ("user", "2+2?"),
            ("assistant", "4"),
        ];
        let [whole, learned] = trained(&R1_DISTILL, &turns, false).expect("it is trained on");
        assert_eq!(
            whole,
            "<｜begin▁of▁sentence｜><｜User｜>1+1?Go.<｜Assistant｜>Well. 2<｜end▁of▁sentence｜><｜User｜>2+2?<｜Assistant｜>4<｜end▁of▁sentence｜>"
        );
        assert_eq!(
            learned,
            "Well. 2<｜end▁of▁sentence｜>4<｜end▁of▁sentence｜>"
        );
    }

    #[test]
    fn a_reply_that_nobody_asked_for_answers_an_empty_question() {
        let [whole, learned] =
            trained(&R1_DISTILL, &[("assistant", "2")], false).expect("it is trained on");
        assert_eq!(
            whole,
            "<｜begin▁of▁sentence｜><｜User｜><｜Assistant｜>2<｜end▁of▁sentence｜>"
        );
        assert_eq!(learned, "2<｜end▁of▁sentence｜>");
    }

    #[test]
    fn a_question_without_a_reply_is_trained_on_without_loss() {
        for (model, behind) in [
            (&QWEN3, "<|im_start|>assistant\n<think>\n\n</think>\n\n"),
            (&R1_DISTILL, "<｜Assistant｜><think>\n"),
        ] {
            let [whole, learned] =
                trained(model, &[("user", "1+1?")], false).expect("it is trained on");
            assert!(whole.ends_with(behind), "{whole}");
            assert_eq!(learned, "");
        }
    }

    #[test]
    fn a_row_in_which_somebody_else_or_nobody_speaks_is_left_out() {
        for turns in [
            &[("system", "Be brief.")][..],
            &[
                ("user", "1+1?"),
                ("system", "Be brief."),
                ("assistant", "2"),
            ],
            &[("user", "1+1?"), ("critic", "2")],
        ] {
            assert_eq!(trained(&QWEN3, turns, false), None);
        }
    }

    #[test]
    fn loss_on_all_leaves_out_the_first_token_alone() {
        let [whole, learned] = trained(&QWEN3, &[("user", "1+1?"), ("assistant", "2")], true)
            .expect("it is trained on");
        assert_eq!(whole.strip_prefix("<|im_start|>"), Some(learned.as_str()));
    }
}
