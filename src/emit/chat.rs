//! A problem and a response as a trainer takes them: turns of a conversation, or one text.
//!
//! What is trained on is the response; what stands before it decides under which words it is learned. Both
//! are the pipeline's to say, and nothing is added that it does not say: a source's `messages` may hide a
//! system message, and a prompt of training that is not the prompt of evaluation costs points that no
//! subset can win back.

use std::borrow::Cow;

use super::texts::EntryText;
use crate::pipeline::{Emit, Template};
use crate::verify::{Thinking, before_thinking, split_thinking};

/// Where the problem stands in `[emit] instruction`.
pub(super) const PLACE: &str = "{problem}";

/// The system message of Qwen2.5's chat template where a conversation has none.
const QWEN_SYSTEM: &str = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.";

/// Who says what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    System,
    User,
    Assistant,
}

impl Speaker {
    /// As `messages` names it.
    pub(super) fn role(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }

    /// As ShareGPT's `conversations` names it.
    pub(super) fn from(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "human",
            Self::Assistant => "gpt",
        }
    }
}

/// What the user says: the problem with the instruction.
fn user_turn<'t>(emit: &Emit, problem: &'t str) -> Cow<'t, str> {
    match emit.instruction.as_deref() {
        None => Cow::Borrowed(problem),
        Some(instruction) if instruction.contains(PLACE) => {
            Cow::Owned(instruction.replace(PLACE, problem))
        }
        Some(instruction) => Cow::Owned(format!("{problem}\n{instruction}")),
    }
}

/// The conversation: a system message where the pipeline has one, the problem, the response.
pub(super) fn turns<'t>(emit: &'t Emit, text: &'t EntryText) -> Vec<(Speaker, Cow<'t, str>)> {
    let system = emit.system.as_deref();
    let system = system.map(|said| (Speaker::System, Cow::Borrowed(said)));
    let user = (Speaker::User, user_turn(emit, &text.problem));
    let assistant = (Speaker::Assistant, Cow::Borrowed(text.response.as_str()));
    system.into_iter().chain([user, assistant]).collect()
}

/// The conversation in Qwen2.5's chat template.
pub(super) fn chat(emit: &Emit, text: &EntryText) -> String {
    format!(
        "<|im_start|>system\n{}<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n{}\
         <|im_end|>\n",
        emit.system.as_deref().unwrap_or(QWEN_SYSTEM),
        user_turn(emit, &text.problem),
        marked(emit.text.template, &text.response),
    )
}

/// A response with its thinking and its answer marked as the template says. One without thinking has none
/// here, and one whose thinking never ends has no answer.
fn marked(template: Template, response: &str) -> Cow<'_, str> {
    let parts = split_thinking(response);
    // What stands before the opening mark is no answer, and is not lost.
    let before = before_thinking(response, &parts).trim();
    let thinking = response[parts.thinking].trim();
    let thinking = format!("{before}\n{thinking}");
    let thinking = thinking.trim_start();
    let answer = response[parts.answer].trim();
    match template {
        Template::Think if parts.state == Thinking::Absent || response.contains("<think>") => {
            Cow::Borrowed(response)
        }
        Template::Think if parts.state == Thinking::Open => {
            Cow::Owned(format!("<think>\n{thinking}"))
        }
        Template::Think => Cow::Owned(format!("<think>\n{thinking}\n</think>\n\n{answer}")),
        Template::S1 => Cow::Owned(marked_as_s1(parts.state, thinking, answer)),
    }
}

fn marked_as_s1(state: Thinking, thinking: &str, answer: &str) -> String {
    let thinking = match state {
        Thinking::Absent => String::new(),
        _ => format!("<|im_start|>think\n{thinking}"),
    };
    let label = match answer.contains("Answer:") {
        true => "",
        false => "Answer: ",
    };
    let answer = match state {
        Thinking::Open => String::new(),
        _ => format!("<|im_start|>answer\n{label}{answer}"),
    };
    let border = match thinking.is_empty() || answer.is_empty() {
        true => "",
        false => "\n",
    };
    format!("{thinking}{border}{answer}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinking_is_marked_as_the_template_says_whatever_marked_it_before() {
        let response = "<think>\n2 + 2 is 4.\n</think>\n\nIt is 4.";
        assert_eq!(marked(Template::Think, response), response);
        let s1 = "<|im_start|>think\n2 + 2 is 4.\n<|im_start|>answer\nAnswer: It is 4.";
        assert_eq!(marked(Template::S1, response), s1);
        assert_eq!(
            marked(Template::Think, s1),
            "<think>\n2 + 2 is 4.\n</think>\n\nAnswer: It is 4."
        );
    }

    #[test]
    fn a_part_that_is_missing_has_no_mark() {
        assert_eq!(marked(Template::S1, "<think>\nHm"), "<|im_start|>think\nHm");
        assert_eq!(
            marked(Template::S1, "Final Answer: 4"),
            "<|im_start|>answer\nFinal Answer: 4"
        );
        assert_eq!(
            marked(Template::S1, "Sure. <think>Hm</think> 4"),
            "<|im_start|>think\nSure.\nHm\n<|im_start|>answer\nAnswer: 4"
        );
        assert_eq!(marked(Template::Think, "It is 4."), "It is 4.");
        assert_eq!(
            marked(Template::Think, "<|im_start|>think\nHm"),
            "<think>\nHm"
        );
    }

    #[test]
    fn an_instruction_stands_behind_the_problem_or_around_it() {
        let asked = |instruction: Option<&str>| {
            let emit = Emit {
                instruction: instruction.map(str::to_owned),
                ..Emit::default()
            };
            user_turn(&emit, "1+1?").into_owned()
        };
        assert_eq!(asked(None), "1+1?");
        assert_eq!(asked(Some("Box it.")), "1+1?\nBox it.");
        assert_eq!(
            asked(Some("Solve:\n{problem}\nBox it.")),
            "Solve:\n1+1?\nBox it."
        );
    }
}
