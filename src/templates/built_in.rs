//! The templates of the families that people train, written for this program, and which of the originals they speak for.
//!
//! They say what the originals say, letter for letter, of conversations without tools (`tests/clients/templates.py` holds
//! them against the originals), and each also marks where the assistant speaks. Two more are for training on thinking,
//! which the model's own template deletes or moves: those a user names, or a configuration writes.

use super::{ChatTemplate, Refused, SpecialTokens};

/// A family of models with one chat template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// As a user writes it.
    pub name: &'static str,
    source: &'static str,
    bos: Option<&'static str>,
    eos: &'static str,
    /// The template that TRL takes in its place for loss on the assistant's turns alone, if it knows one.
    trl: Option<&'static str>,
}

const CHATML_END: &str = "<|im_end|>";
const R1_BEGIN: &str = "<｜begin▁of▁sentence｜>";
const R1_END: &str = "<｜end▁of▁sentence｜>";

const QWEN2_5: &str = include_str!("built_in/qwen2.5.jinja");
const LLAMA3: &str = include_str!("built_in/llama3.jinja");
const GEMMA3: &str = include_str!("built_in/gemma3.jinja");
const R1_DISTILL_THINKING: &str = include_str!("built_in/r1_distill_thinking.jinja");

/// All of them.
pub const FAMILIES: [Family; 8] = [
    Family {
        name: "qwen2.5",
        source: QWEN2_5,
        bos: None,
        eos: CHATML_END,
        trl: Some(QWEN2_5),
    },
    Family {
        name: "qwen3",
        source: include_str!("built_in/qwen3.jinja"),
        bos: None,
        eos: CHATML_END,
        trl: Some(include_str!("built_in/qwen3_trl.jinja")),
    },
    Family {
        name: "qwen3-thinking",
        source: include_str!("built_in/qwen3_thinking.jinja"),
        bos: None,
        eos: CHATML_END,
        trl: None,
    },
    Family {
        name: "r1-distill",
        source: include_str!("built_in/r1_distill.jinja"),
        bos: Some(R1_BEGIN),
        eos: R1_END,
        trl: Some(R1_DISTILL_THINKING),
    },
    Family {
        name: "r1-distill-thinking",
        source: R1_DISTILL_THINKING,
        bos: Some(R1_BEGIN),
        eos: R1_END,
        trl: None,
    },
    Family {
        name: "llama3",
        source: LLAMA3,
        bos: Some("<|begin_of_text|>"),
        eos: "<|eot_id|>",
        trl: Some(LLAMA3),
    },
    Family {
        name: "llama3.1",
        source: include_str!("built_in/llama3.1.jinja"),
        bos: Some("<|begin_of_text|>"),
        eos: "<|eot_id|>",
        trl: None,
    },
    Family {
        name: "gemma3",
        source: GEMMA3,
        bos: Some("<bos>"),
        eos: "<end_of_turn>",
        trl: Some(GEMMA3),
    },
];

/// Of the originals, as models have them, without white space at their ends: the first 128 bits of BLAKE3, and the family.
const ORIGINALS: [(&str, &str); 7] = [
    ("fec583fa8a02141eae850c0ffcb69ca6", "qwen2.5"),
    ("72a1a5e64f5ff443c86b9332e82c85af", "qwen3"),
    ("baf55844da8a52900726bc9bcde8b175", "r1-distill"),
    ("ab16d5a143b58283571c18dca5c81c89", "llama3"),
    ("58c52110eb5475b88ce34ad65d107937", "llama3.1"),
    ("49409e66edadd06a2fbb55dd0792d59c", "llama3.1"),
    ("3c5e76972b6d23f7e3af62d5568d1825", "gemma3"),
];

impl Family {
    /// The family of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FAMILIES.iter().find(|family| family.name == name)
    }

    /// The family whose template leaves the thinking of such models as it is; none where there is no other than its own.
    pub fn keeping_thinking(&self) -> Option<&'static Self> {
        Self::named(&format!("{}-thinking", self.name))
    }

    /// As its template is written.
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// The family whose template this is, either the original or ours.
    pub fn of(template: &ChatTemplate) -> Option<&'static Self> {
        let source = template.source();
        let ours = FAMILIES.iter().find(|family| family.source == source);
        ours.or_else(|| {
            let hash = blake3::hash(source.trim().as_bytes()).to_hex();
            let known = ORIGINALS
                .iter()
                .find(|(known, _)| hash.starts_with(known))?;
            Self::named(known.1)
        })
    }

    /// Its template and special tokens.
    pub fn template(&self) -> Result<ChatTemplate, Refused> {
        ChatTemplate::new(self.source, self.tokens())
    }

    /// Whether TRL itself knows where the assistant speaks in the originals.
    pub(crate) fn is_known_to_trl(&self) -> bool {
        self.trl.is_some()
    }

    /// The special tokens of its models.
    pub fn tokens(&self) -> SpecialTokens {
        SpecialTokens::new(self.bos, Some(self.eos))
    }
}

/// What TRL renders a model's conversations with where the loss is to be on the assistant's turns alone: the model's own
/// template where that says which they are, otherwise one that TRL knows to go in its place; none where it knows none.
pub fn as_trl_trains(template: &ChatTemplate) -> Option<Result<ChatTemplate, Refused>> {
    let family = Family::of(template);
    let is_ours = family.is_some_and(|family| family.source == template.source());
    if template.marks_the_assistant() && !is_ours {
        return Some(ChatTemplate::new(
            template.source(),
            template.tokens().clone(),
        ));
    }
    let trained = family?.trl.unwrap_or_else(|| template.source());
    let marks = is_ours || family?.trl.is_some();
    marks.then(|| ChatTemplate::new(trained, template.tokens().clone()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;

    const THOUGHT: &str = "<think>\nTwo.\n</think>\n\nIt is 4.";

    fn rendered(name: &str, messages: &Value) -> String {
        let template = Family::named(name).expect("a family").template();
        let template = template.expect("a template");
        let rendered = template.render(messages, false, &Map::new());
        rendered.expect("a text").text
    }

    fn asked(answer: &str) -> Value {
        json!([{ "role": "user", "content": "2+2?" }, { "role": "assistant", "content": answer }])
    }

    #[test]
    fn each_says_where_the_assistant_speaks_and_is_known_again() {
        for family in &FAMILIES {
            let template = family.template().expect("a template");
            assert!(template.marks_the_assistant(), "{}", family.name);
            assert_eq!(Family::of(&template), Some(family));
            let rendered = template.render(&asked("It is 4."), false, &Map::new());
            let rendered = rendered.expect("a text");
            assert_eq!(rendered.spoken.len(), 1, "{}", family.name);
            assert!(rendered.text[rendered.spoken[0].clone()].contains("It is 4."));
            assert!(as_trl_trains(&template).is_some_and(|trained| trained.is_ok()));
        }
        let foreign = ChatTemplate::new("{{ messages[0].content }}", SpecialTokens::default());
        assert!(as_trl_trains(&foreign.expect("a template")).is_none());
    }

    #[test]
    fn what_becomes_of_thinking_is_the_family_s() {
        let chatml = |before: &str, said: &str| {
            format!(
                "{before}<|im_start|>user\n2+2?<|im_end|>\n<|im_start|>assistant\n{said}<|im_end|>\n"
            )
        };
        let system = "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n";
        assert_eq!(
            rendered("qwen2.5", &asked(THOUGHT)),
            chatml(system, THOUGHT)
        );
        assert_eq!(rendered("qwen3", &asked(THOUGHT)), chatml("", THOUGHT));
        // A reply without thinking gets an empty one, unless it is trained as it stands.
        assert_eq!(
            rendered("qwen3", &asked("4")),
            chatml("", "<think>\n\n</think>\n\n4")
        );
        assert_eq!(rendered("qwen3-thinking", &asked("4")), chatml("", "4"));
        let r1 = |said: &str| format!("{R1_BEGIN}<｜User｜>2+2?<｜Assistant｜>{said}{R1_END}");
        assert_eq!(rendered("r1-distill", &asked(THOUGHT)), r1("\n\nIt is 4."));
        assert_eq!(
            rendered("r1-distill-thinking", &asked(THOUGHT)),
            r1(THOUGHT)
        );
    }

    #[test]
    fn llama_says_two_dates_and_gemma_puts_a_system_message_before_the_first_turn() {
        let messages = json!([
            { "role": "system", "content": "Be brief. " },
            { "role": "user", "content": " 2+2?" }, { "role": "assistant", "content": "4\n" },
        ]);
        let header = |role: &str| format!("<|start_header_id|>{role}<|end_header_id|>\n\n");
        let turns = format!(
            "{}2+2?<|eot_id|>{}4<|eot_id|>",
            header("user"),
            header("assistant")
        );
        assert_eq!(
            rendered("llama3.1", &messages),
            format!(
                "<|begin_of_text|>{}Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\nBe brief.<|eot_id|>{turns}",
                header("system")
            )
        );
        assert_eq!(
            rendered("llama3", &messages),
            format!(
                "<|begin_of_text|>{}Be brief.<|eot_id|>{turns}",
                header("system")
            )
        );
        assert_eq!(
            rendered("gemma3", &messages),
            "<bos><start_of_turn>user\nBe brief. \n\n2+2?<end_of_turn>\n<start_of_turn>model\n4<end_of_turn>\n"
        );
    }
}
