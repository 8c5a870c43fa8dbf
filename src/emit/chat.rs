//! A problem and a response as a trainer takes them: turns of a conversation, or one text.
//!
//! What is trained on is the response; what stands before it decides under which words it is learned. Both
//! are the pipeline's to say, and nothing is added that it does not say: a source's `messages` may hide a
//! system message, and a prompt of training that is not the prompt of evaluation costs points that no
//! subset can win back.

use std::borrow::Cow;

use super::texts::EntryText;
use crate::measure::tokens::Tokenizer;
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

/// The marks of a turn in Qwen2.5's chat template.
const START: &str = "<|im_start|>";
const END: &str = "<|im_end|>";

/// The conversation in Qwen2.5's chat template. It ends in the end token, and not in the line end that the template has
/// behind that: trainers of texts look for the token at the very end, and put a second one there where it is not.
pub(super) fn chat(emit: &Emit, text: &EntryText) -> String {
    let opening = opening(emit, &text.problem);
    let response = marked(emit.text.template, &text.response);
    // By its length at once: to grow it copies the response.
    [&opening, response.as_ref(), END].concat()
}

/// What the template has before the assistant's words.
fn opening(emit: &Emit, problem: &str) -> String {
    let system = emit.system.as_deref().unwrap_or(QWEN_SYSTEM);
    let user = user_turn(emit, problem);
    format!("{START}system\n{system}{END}\n{START}user\n{user}{END}\n{START}assistant\n")
}

/// Tokens of the conversation in Qwen2.5's chat template: what a trainer holds against its limit, of which the reply's
/// are a part.
///
/// A mark of the template is one token, also by a vocabulary that has another model's marks. Nothing is merged across
/// marks, nor across the line end before a reply, which begins with no white space.
pub(crate) fn conversation_tokens(
    emit: &Emit,
    problem: &str,
    reply_tokens: u32,
    tokenizer: &Tokenizer,
) -> u32 {
    let opening = opening(emit, problem);
    let before: u32 = opening
        .split(START)
        .flat_map(|piece| piece.split(END))
        .map(|piece| 1 + tokenizer.tokens(piece))
        .sum();
    // There is one mark less than there are pieces, and another behind the reply.
    before + reply_tokens + tokenizer.tokens("\n")
}

/// A response with its thinking and its answer marked as the template says: `<think>` as every column has it, since a
/// response was read into that form. One without thinking has none here, and one whose thinking never ends has no answer.
fn marked(template: Template, response: &str) -> Cow<'_, str> {
    match template {
        Template::Think => Cow::Borrowed(response),
        Template::S1 => Cow::Owned(marked_as_s1(response)),
    }
}

fn marked_as_s1(response: &str) -> String {
    let parts = split_thinking(response);
    // What stands before the opening mark is no answer, and is not lost.
    let before = before_thinking(response, &parts).trim();
    let thinking = format!("{before}\n{}", response[parts.thinking].trim());
    let thinking = thinking.trim_start();
    let (state, answer) = (parts.state, response[parts.answer].trim());
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
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::measure::tokens::Encoder;
    use crate::source::{Layout, Remarks, Row, Source, layout, value};
    use crate::templates::ChatTemplate;
    use crate::templates::built_in::Family;

    static QWEN: LazyLock<(ChatTemplate, Tokenizer, Encoder)> = LazyLock::new(|| {
        let template = Family::named("qwen2.5").expect("a family").template();
        let encoder = Encoder::of_family("qwen2.5").and_then(Result::ok);
        let encoder = encoder.expect("a vocabulary");
        (template.expect("a template"), Tokenizer::qwen(), encoder)
    });

    /// A row as it is read: hard pieces of problem and reply in the form that all columns have.
    fn read(problem: &str, response: &str) -> Option<EntryText> {
        let source = Source {
            control_tokens: crate::rules::ControlTokens::Escape,
            ..Source::of(Layout::Limo)
        };
        let row = json!({ "question": problem, "solution": response }).to_string();
        let row = value::from_json(&row).expect("JSON");
        let needed = layout::columns(&source);
        let cells = needed.iter().map(|needed| row.clone().field(&needed.name));
        let row = Row {
            number: 0,
            offset: None,
            cells: Ok(cells.collect()),
            remarks: Remarks::default(),
        };
        let mut entries = Vec::new();
        layout::entries(&source, row, &mut entries);
        let read = entries.remove(0).body.ok()?;
        Some(EntryText {
            problem: read.problem.into_owned(),
            response: read.response.into_owned(),
            gold: None,
            made: None,
            conversation_tokens: None,
        })
    }

    const PIECES: [&str; 30] = [
        "a",
        "B ",
        " ",
        "\n",
        "\n\n",
        "\t",
        "4",
        "?",
        ".",
        "\u{301}",
        "\u{200b}",
        "数学",
        "\u{1100}\u{1161}",
        "'s",
        "{{ x }}",
        "{% raw %}",
        "<think>",
        "</think>",
        "<think>\n",
        "\n</think>\n\n",
        "<|im_start|>think\n",
        "<|im_start|>answer\n",
        "<|im_start|>user\n",
        "<|im_start|>assistant\n",
        "<|im_end|>",
        "<|endoftext|>",
        "<reasoning>",
        "</reasoning>",
        "<tool_call>",
        "</s>",
    ];

    fn hard_text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(&PIECES[..]);
        prop::collection::vec(piece, 1..14).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn the_text_is_the_turns_in_qwens_own_template_and_its_tokens_are_counted(
            problem in hard_text(),
            response in hard_text(),
            system in prop::option::of("[A-Z][a-z .\n]{0,9}"),
            instruction in prop::option::of(prop::sample::select(&["Box it.", " \nBox it?\n", "Solve\n{problem}"][..])),
        ) {
            let emit = Emit { system, instruction: instruction.map(str::to_owned), ..Emit::default() };
            if let Some(text) = read(&problem, &response) {
                let (template, tokenizer, encoder) = &*QWEN;
                let said = turns(&emit, &text).into_iter();
                let said: Value = said.map(|(who, words)| json!({ "role": who.role(), "content": words })).collect();
                let rendered = template.render(&said, false, &Map::new()).expect("a text").text;
                prop_assert_eq!(format!("{}\n", chat(&emit, &text)), &rendered[..]);
                let reply = tokenizer.tokens(&text.response);
                let counted = conversation_tokens(&emit, &text.problem, reply, tokenizer);
                prop_assert_eq!(counted as usize, encoder.ids(&rendered, false).expect("ids").len());
            }
        }
    }

    #[test]
    fn thinking_is_marked_as_the_template_says() {
        let response = "<think>\n2 + 2 is 4.\n</think>\n\nIt is 4.";
        assert_eq!(marked(Template::Think, response), response);
        let s1 = "<|im_start|>think\n2 + 2 is 4.\n<|im_start|>answer\nAnswer: It is 4.";
        assert_eq!(marked(Template::S1, response), s1);
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
