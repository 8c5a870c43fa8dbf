//! How a question was asked, beside the question: the words of a prompt without what a chat template puts there.
//!
//! Every family of models has control tokens of its own, and some a system prompt that stands wherever nobody wrote
//! another. Two models that were asked in the same words by their own templates were asked the same; one that was told
//! to reason step by step was not.

use crate::screen::grams::digest;

/// System prompts that a family's template writes where nobody asked for one, without full stops at the end.
const DEFAULT_SYSTEMS: [&str; 6] = [
    "You are a helpful assistant",
    "You are a helpful AI assistant",
    "You are a helpful and harmless assistant",
    "You are Qwen, created by Alibaba Cloud",
    "You are Qwen, created by Alibaba Cloud. You are a helpful assistant",
    "You are a helpful and harmless assistant. You are Qwen developed by Alibaba. You should think step-by-step",
];

/// Lines that a family's template writes above whatever system prompt there is, by how they begin.
const DEFAULT_LINES: [&str; 2] = ["Cutting Knowledge Date: ", "Today Date: "];

/// Control tokens that are not written as `<|…|>` or `<｜…｜>`.
const TOKENS: [&str; 14] = [
    "<bos>",
    "<eos>",
    "<s>",
    "</s>",
    "<start_of_turn>",
    "<end_of_turn>",
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
    "[gMASK]",
    "<sop>",
];

/// The tokens behind which the name of a role stands.
const BEFORE_ROLES: [&str; 5] = [
    "<|im_start|>",
    "<|start_header_id|>",
    "<|start|>",
    "<start_of_turn>",
    "<|start_of_role|>",
];

/// What begins the thoughts that a template opens for the model.
const THOUGHTS: &str = "<think>";

/// No control token has more letters.
const TOKEN_LETTERS_MAX: usize = 40;

/// A name for the words around a question; none where the question is not in the prompt.
pub(super) fn name(prompt: &str, question: Option<&str>) -> Option<String> {
    let question = question?.trim();
    let at = prompt.find(question).filter(|_| !question.is_empty())?;
    let (before, behind) = (&prompt[..at], &prompt[at + question.len()..]);
    let roles = has_roles(prompt);
    let mut before = pieces(before, roles);
    let mut behind = pieces(opened(behind), roles);
    // What touches the question is of its turn, also where it is nothing.
    let lead = before.pop().unwrap_or_default();
    let follow = if behind.is_empty() {
        String::new()
    } else {
        behind.remove(0)
    };
    let mut words: Vec<String> = before.into_iter().filter(|piece| is_said(piece)).collect();
    words.extend([lead, "\u{1}".to_owned(), follow]);
    words.extend(behind.into_iter().filter(|piece| is_said(piece)));
    let hash = digest(words.join("\u{0}").as_bytes());
    Some(format!("prompt {:08x}", hash >> 32))
}

/// Whether roles stand in lines of their own, as tokenizers leave a chat when they drop its marks.
fn has_roles(prompt: &str) -> bool {
    let opened = opened(prompt).trim_end();
    opened.ends_with("\nassistant") && !opened.contains("<|")
}

/// What stands before the thoughts that are opened at its end.
fn opened(text: &str) -> &str {
    let end = text.trim_end();
    end.strip_suffix(THOUGHTS).unwrap_or(text)
}

/// The texts between control tokens, without white space around; those at both ends may be empty.
fn pieces(text: &str, roles: bool) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let skipped = match roles {
            true => role_line(text, rest),
            false => control(rest),
        };
        match skipped {
            Some(bytes) => {
                rest = &rest[bytes..];
                pieces.push(String::new());
            }
            None => {
                rest = &rest[next.len_utf8()..];
                pieces
                    .last_mut()
                    .into_iter()
                    .for_each(|piece| piece.push(next));
            }
        }
    }
    pieces.iter().map(|piece| bare(piece)).collect()
}

/// The bytes of a control token that a text begins with, and of the role behind it.
fn control(text: &str) -> Option<usize> {
    let token = token(text)?;
    let behind = &text[token..];
    let is_role = BEFORE_ROLES.contains(&&text[..token]);
    let role = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
    Some(token + if is_role { role } else { 0 })
}

fn token(text: &str) -> Option<usize> {
    if !text.starts_with(['<', '[']) {
        return None;
    }
    if let Some(known) = TOKENS.iter().find(|known| text.starts_with(**known)) {
        return Some(known.len());
    }
    [("<|", "|>"), ("<｜", "｜>")]
        .iter()
        .find_map(|(open, close)| {
            let inner = text.strip_prefix(open)?;
            let mut ends = inner.char_indices().take(TOKEN_LETTERS_MAX);
            let (end, _) = ends.find(|(at, _)| inner[*at..].starts_with(close))?;
            let is_name = !inner[..end].contains(char::is_whitespace);
            is_name.then_some(open.len() + end + close.len())
        })
}

/// The bytes of a role that has a line of its own, where `rest` of `text` begins with one.
fn role_line(text: &str, rest: &str) -> Option<usize> {
    let before = &text[..text.len() - rest.len()];
    let starts = before.is_empty() || before.ends_with('\n');
    let role = ["system", "user", "assistant"]
        .into_iter()
        .find(|role| rest.starts_with(role))?;
    let ends = rest.len() == role.len() || rest[role.len()..].starts_with('\n');
    (starts && ends).then_some(role.len())
}

/// A piece without a template's own lines, and without white space around.
fn bare(piece: &str) -> String {
    let is_own = |line: &&str| DEFAULT_LINES.iter().any(|start| line.starts_with(start));
    let lines: Vec<&str> = piece.lines().filter(|line| !is_own(line)).collect();
    lines.join("\n").trim().to_owned()
}

/// Whether somebody chose these words.
fn is_said(piece: &str) -> bool {
    let words = piece.trim_end_matches('.');
    !words.is_empty() && !DEFAULT_SYSTEMS.contains(&words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(prompt: &str) -> String {
        name(prompt, Some("What is 1 + 1?")).expect("the question is in it")
    }

    const CHAT: &str = "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.\
                        <|im_end|>\n<|im_start|>user\nQuestion: What is 1 + 1?\nAnswer:<|im_end|>\n\
                        <|im_start|>assistant\n";

    #[test]
    fn the_same_words_in_the_templates_of_several_families_are_one_way_to_ask() {
        let others = [
            "<｜begin▁of▁sentence｜><｜User｜>Question: What is 1 + 1?\nAnswer:<｜Assistant｜><think>\n",
            "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\n\
             Today Date: 26 Jul 2024\n\n<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n\
             Question: What is 1 + 1?\nAnswer:<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
            "<bos><start_of_turn>user\nQuestion: What is 1 + 1?\nAnswer:<end_of_turn>\n<start_of_turn>model\n",
            "<s>[INST] Question: What is 1 + 1?\nAnswer: [/INST]",
            "system\nYou are a helpful assistant.\nuser\nQuestion: What is 1 + 1?\nAnswer:\nassistant\n<think>\n",
            "Question: What is 1 + 1?\nAnswer:",
        ];
        for other in others {
            assert_eq!(named(other), named(CHAT), "{other}");
        }
    }

    #[test]
    fn words_that_somebody_chose_tell_ways_to_ask_apart() {
        let others = [
            CHAT.replace(
                "You are a helpful",
                "Please reason step by step. You are a helpful",
            ),
            CHAT.replace("Question: ", ""),
            CHAT.replace("\nAnswer:", ""),
            CHAT.replace("\nAnswer:", "\nAnswer: put it in \\boxed{}"),
            // Thoughts that are closed at once are none.
            format!("{CHAT}<think>\n\n</think>\n\n"),
            // An example before the question.
            CHAT.replace(
                "user\nQ",
                "user\n2?<|im_end|>\n<|im_start|>assistant\n2<|im_end|>\n<|im_start|>user\nQ",
            ),
        ];
        let mut names: Vec<String> = others.iter().map(|other| named(other)).collect();
        names.push(named(CHAT));
        names.sort();
        names.dedup();
        assert_eq!(names.len(), others.len() + 1);
        let system =
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhat is 1 + 1?<|im_end|>\n";
        let user = "<|im_start|>user\nBe brief.\nWhat is 1 + 1?<|im_end|>\n";
        assert_ne!(named(system), named(user));
    }

    #[test]
    fn a_prompt_without_its_question_has_no_words_around_it() {
        assert_eq!(name("Another text", Some("What is 1 + 1?")), None);
        assert_eq!(name("Another text", Some(" ")), None);
        assert_eq!(name("Another text", None), None);
    }
}
