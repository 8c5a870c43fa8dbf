//! LLaMA-Factory (0.9.5): turns in a template of its own, each tokenised alone; what is too long is cut on both sides of
//! the loss.
//!
//! It takes `messages` (`dataset_info.json` says so) and not the model's chat template. Templates for models that reason
//! put an empty thinking part before a reply without one, with loss on it. A row beyond `cutoff_len` loses the end of
//! its prompt where the reply takes less than half, the end of the reply where the prompt does, or else of both.

use super::{Prepare, Turn, beyond, ids, turns};
use crate::templates::Refused;
use crate::train::{Beyond, Fate, Model, Prepared, Row, Settings};

/// One of its templates: what stands around a turn.
struct Template {
    name: &'static str,
    system: [&'static str; 2],
    user: [&'static str; 2],
    /// Behind the assistant's words; none: the end token, by itself.
    assistant_end: Option<&'static str>,
    system_default: &'static str,
    begins_with_bos: bool,
    reasons: bool,
    /// The system message stands inside of the first user turn.
    system_in_user: bool,
}

const CHATML: Template = Template {
    name: "qwen",
    system: ["<|im_start|>system\n", "<|im_end|>\n"],
    user: ["<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"],
    assistant_end: Some("<|im_end|>\n"),
    system_default: "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
    begins_with_bos: false,
    reasons: false,
    system_in_user: false,
};

const TEMPLATES: [Template; 5] = [
    CHATML,
    Template {
        name: "qwen3",
        system_default: "",
        reasons: true,
        ..CHATML
    },
    Template {
        name: "deepseekr1",
        system: ["", ""],
        user: ["<｜User｜>", "<｜Assistant｜>"],
        assistant_end: None,
        system_default: "",
        begins_with_bos: true,
        reasons: true,
        system_in_user: false,
    },
    Template {
        name: "llama3",
        system: [
            "<|start_header_id|>system<|end_header_id|>\n\n",
            "<|eot_id|>",
        ],
        user: [
            "<|start_header_id|>user<|end_header_id|>\n\n",
            "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        ],
        assistant_end: Some("<|eot_id|>"),
        system_default: "",
        begins_with_bos: true,
        reasons: false,
        system_in_user: false,
    },
    Template {
        name: "gemma3",
        system: ["", "\n\n"],
        user: [
            "<start_of_turn>user\n",
            "<end_of_turn>\n<start_of_turn>model\n",
        ],
        assistant_end: Some("<end_of_turn>\n"),
        system_default: "",
        begins_with_bos: true,
        reasons: false,
        system_in_user: true,
    },
];

const THOUGHT: [&str; 2] = ["<think>\n", "\n</think>\n\n"];

/// Its template for a family of models.
pub(crate) fn template_name(family: &str) -> Option<&'static str> {
    Some(match family {
        "qwen2.5" => "qwen",
        "qwen3" | "qwen3-thinking" => "qwen3",
        "r1-distill" | "r1-distill-thinking" => "deepseekr1",
        "llama3" | "llama3.1" => "llama3",
        "gemma3" => "gemma3",
        _ => return None,
    })
}

pub(super) struct LlamaFactory<'m> {
    model: &'m Model,
    settings: Settings,
    template: &'static Template,
}

impl<'m> LlamaFactory<'m> {
    pub(super) fn new(model: &'m Model, settings: Settings) -> Result<Self, Refused> {
        beyond(&settings, &[Beyond::CutEnd])?;
        let family = model.family().and_then(|family| template_name(family.name));
        let template = TEMPLATES.iter().find(|one| Some(one.name) == family);
        let template = template.ok_or_else(|| {
            Refused("which of LLaMA-Factory's templates goes with this model is not known".into())
        })?;
        Ok(Self {
            model,
            settings,
            template,
        })
    }

    /// Tokens of a text that is tokenised by itself.
    fn ids(&self, text: &str) -> Result<Vec<u32>, Prepared> {
        ids(self.model, text, false)
    }

    /// What is asked and what is answered, turn by turn.
    fn pairs(&self, row: &Row) -> Result<Vec<[Vec<u32>; 2]>, Prepared> {
        let all = turns(row)?;
        let (system, spoken) = match all.split_first() {
            Some((first, rest)) if first.role == "system" => (first.content, rest),
            _ => ("", all.as_slice()),
        };
        let takes_turns = spoken.iter().enumerate().all(|(at, turn)| {
            let due = ["user", "assistant"][at % 2];
            turn.role == due
        });
        if spoken.is_empty() || spoken.len() % 2 != 0 || !takes_turns {
            return Err(Prepared::dropped("user and assistant do not take turns"));
        }
        let system = match system {
            "" => self.template.system_default,
            system => system,
        };
        let pairs = spoken.chunks(2).enumerate();
        pairs
            .map(|(at, pair)| self.pair(at, system, pair[0], pair[1]))
            .collect()
    }

    fn pair(
        &self,
        at: usize,
        system: &str,
        asked: Turn<'_>,
        answered: Turn<'_>,
    ) -> Result<[Vec<u32>; 2], Prepared> {
        let template = self.template;
        let mut source = Vec::new();
        let mut user = asked.content.to_owned();
        let [open, close] = template.system;
        let is_first = at == 0;
        if is_first && template.begins_with_bos {
            let bos = self.model.template.tokens().bos().unwrap_or_default();
            source.extend(self.ids(bos)?);
        }
        if is_first && !system.is_empty() {
            match template.system_in_user {
                true => user = format!("{open}{system}{close}{user}"),
                false => source.extend(self.ids(&format!("{open}{system}{close}"))?),
            }
        }
        let [open, close] = template.user;
        // Its formatter puts the turn's number where the text itself has its mark for it.
        let asked = format!("{open}{user}{close}").replacen("{{idx}}", &at.to_string(), 1);
        source.extend(self.ids(&asked)?);
        let mut target = Vec::new();
        let thinks = THOUGHT.map(|mark| answered.content.contains(mark.trim()));
        if template.reasons && thinks == [false, false] {
            target.extend(self.ids(&THOUGHT.concat())?);
        }
        match template.assistant_end {
            Some(end) => target.extend(self.ids(&format!("{}{end}", answered.content))?),
            None => {
                target.extend(self.ids(answered.content)?);
                target.extend(self.model.eos());
            }
        }
        Ok([source, target])
    }
}

/// How much of a prompt and of a reply is left within a limit.
fn shares(source: usize, target: usize, limit: usize) -> (usize, usize) {
    let target_max = if target * 2 < limit {
        limit
    } else if source * 2 < limit {
        limit - source
    } else {
        (limit as f64 * (target as f64 / (source + target) as f64)) as usize
    };
    let target = target.min(target_max);
    (source.min(limit - target.min(limit)), target)
}

impl Prepare for LlamaFactory<'_> {
    fn prepare(&self, row: &Row) -> Prepared {
        let pairs = match self.pairs(row) {
            Ok(pairs) => pairs,
            Err(fate) => return fate,
        };
        let mut prepared = Prepared::default();
        for [mut source, mut target] in pairs {
            let (asked, answered) = (source.len(), target.len());
            prepared.length += asked + answered;
            let on_prompt = if self.settings.on_prompt { asked } else { 0 };
            prepared.length_trained += answered + on_prompt;
            let left = self.settings.length_max.saturating_sub(prepared.ids.len());
            let (source_max, target_max) = match left {
                0 => (0, 0),
                left => shares(asked, answered, left),
            };
            source.truncate(source_max);
            target.truncate(target_max);
            if source.len() + target.len() < asked + answered {
                prepared.fate = Fate::Cut;
            }
            let on_prompt = self.settings.on_prompt;
            prepared
                .trained
                .extend(std::iter::repeat_n(on_prompt, source.len()));
            prepared
                .trained
                .extend(std::iter::repeat_n(true, target.len()));
            prepared.ids.append(&mut source);
            prepared.ids.append(&mut target);
        }
        prepared
    }

    fn beyond(&self) -> Beyond {
        Beyond::CutEnd
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_or_a_reply_of_less_than_half_is_not_cut() {
        assert_eq!(shares(100, 900, 2048), (100, 900));
        assert_eq!(shares(3000, 900, 2048), (1148, 900));
        assert_eq!(shares(100, 3000, 2048), (100, 1948));
        assert_eq!(shares(1500, 3000, 2048), (683, 1365));
    }
}
