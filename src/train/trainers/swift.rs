//! ms-swift's `swift sft` (4.6.0): a template of its own, the prompt and the reply each tokenised as one text.
//!
//! It takes `messages`. The end token is learned, with the line end behind it where the template has one; the first token
//! of a row never is. A template for models that may think puts an empty thinking part before a reply that does not
//! begin with one, with loss on it. A row beyond `max_length` is dropped unless `truncation_strategy` says otherwise.

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
}

const QWEN2_5: Template = Template {
    name: "qwen2_5",
    first: ["<|im_start|>system\n{{SYSTEM}}<|im_end|>\n", ""],
    user: ["<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"],
    ends: ["<|im_end|>\n", "<|im_end|>\n"],
    stops: &["<|endoftext|>", "<|im_end|>"],
    system_default: Some("You are Qwen, created by Alibaba Cloud. You are a helpful assistant."),
    empty_thinking: None,
};

const TEMPLATES: [Template; 3] = [
    QWEN2_5,
    Template {
        name: "qwen3",
        system_default: None,
        empty_thinking: Some("<think>\n\n</think>\n\n"),
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
    fn parts(&self, turns: &[Turn<'_>]) -> Result<Vec<(String, bool)>, Prepared> {
        let (system, spoken) = match turns.split_first() {
            Some((first, rest)) if first.role == "system" => (Some(first.content), rest),
            _ => (self.template.system_default, turns),
        };
        let takes_turns = spoken
            .iter()
            .enumerate()
            .all(|(at, turn)| turn.role == ["user", "assistant"][at % 2]);
        if spoken.is_empty() || spoken.len() % 2 != 0 || !takes_turns {
            return Err(Prepared::dropped("user and assistant do not take turns"));
        }
        let [with, without] = self.template.first;
        let mut asked = match system.filter(|system| !system.is_empty()) {
            Some(system) => with.replace("{{SYSTEM}}", system),
            None => without.to_owned(),
        };
        let rounds = spoken.len() / 2;
        let mut parts = Vec::new();
        for (round, pair) in spoken.chunks(2).enumerate() {
            let [open, close] = self.template.user;
            let query = pair[0].content;
            let query = query.replace("{{ROUND0}}", &round.to_string());
            let query = query.replace("{{ROUND1}}", &(round + 1).to_string());
            parts.push((std::mem::take(&mut asked) + open + &query + close, false));
            let mut reply = self.reply(pair[1].content);
            let [between, last] = self.template.ends;
            match round + 1 == rounds {
                true if self.stops(pair[1].content) => {}
                true => reply += last,
                false => asked = between.to_owned(),
            }
            parts.push((reply, true));
        }
        Ok(parts)
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
        for (text, learned) in self.parts(&turns(row)?)? {
            let part = self.model.tokenizer.ids(&text, false);
            trained.extend(std::iter::repeat_n(learned, part.len()));
            ids.extend(part);
        }
        let end = self.model.tokenizer.ids(self.template.ends[1], false);
        learn_ends(&ids, &mut trained, &end);
        if let Some(first) = trained.first_mut() {
            *first = false;
        }
        Ok(Prepared::whole(ids, trained))
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
