//! Conversations that were stored as a chat template wrote them: prompts of vLLM's dumps, texts that a trainer was given.
//!
//! Such a text says who speaks by tokens, which are the family's own. Where these part it into turns, and nothing stands
//! before the first but what a template puts there, it is read as its turns; any other text with such tokens inside stays
//! one, for the rule of such tokens to decide.

use std::borrow::Cow;

use super::families::in_one_markup;
use super::marks::{CLOSE, OPEN};
use super::signs::Signs;
use super::tokens::{has_token, is_token, without_ends};
use crate::source::Void;
use crate::source::remark::{Remark, Remarks};

/// Who says a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Speaker {
    System,
    User,
    Assistant,
}

use Speaker::{Assistant, System, User};

/// A turn of a rendered conversation, without the tokens around it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::source) struct Said<'t> {
    pub speaker: Speaker,
    pub text: Cow<'t, str>,
}

/// How the templates of a family of models begin turns.
struct Family {
    begins: &'static [(&'static str, Speaker)],
    /// A system message stands before the first turn, without a mark of its own.
    system_ahead: bool,
    /// It stands in the first user's turn, between these.
    system_inside: Option<[&'static str; 2]>,
}

const fn family(begins: &'static [(&'static str, Speaker)]) -> Family {
    Family {
        begins,
        system_ahead: false,
        system_inside: None,
    }
}

/// Of ChatML (Qwen, SmolLM, Hermes, Yi), Phi-4, Llama 3 and 4, DeepSeek, Gemma up to 3 and 4, Llama 2 and Mistral, Phi-3 (also Zephyr,
/// OLMo, GLM-4), gpt-oss, Granite, EXAONE, Kimi, Command, Seed. A beginning stands before those that it begins with.
const FAMILIES: [Family; 15] = [
    family(&[
        ("<|im_start|>system<|im_sep|>", System),
        ("<|im_start|>user<|im_sep|>", User),
        ("<|im_start|>assistant<|im_sep|>", Assistant),
    ]),
    family(&[
        ("<|im_start|>system\n", System),
        ("<|im_start|>developer\n", System),
        ("<|im_start|>user\n", User),
        ("<|im_start|>assistant\n", Assistant),
        // Where the line end behind it was stripped with the text's own.
        ("<|im_start|>assistant", Assistant),
    ]),
    family(&[
        ("<|start_header_id|>system<|end_header_id|>", System),
        ("<|start_header_id|>user<|end_header_id|>", User),
        ("<|start_header_id|>assistant<|end_header_id|>", Assistant),
    ]),
    family(&[
        ("<|header_start|>system<|header_end|>", System),
        ("<|header_start|>user<|header_end|>", User),
        ("<|header_start|>assistant<|header_end|>", Assistant),
    ]),
    Family {
        system_ahead: true,
        ..family(&[("<｜User｜>", User), ("<｜Assistant｜>", Assistant)])
    },
    family(&[
        ("<start_of_turn>user", User),
        ("<start_of_turn>model", Assistant),
    ]),
    family(&[
        ("<|turn>system", System),
        ("<|turn>user", User),
        ("<|turn>model", Assistant),
    ]),
    Family {
        system_inside: Some(["<<SYS>>", "<</SYS>>"]),
        ..family(&[
            ("[SYSTEM_PROMPT]", System),
            ("[INST]", User),
            ("[/INST]", Assistant),
        ])
    },
    family(&[
        ("<|system|>", System),
        ("<|user|>", User),
        ("<|assistant|>", Assistant),
    ]),
    family(&[
        ("<|start|>system<|message|>", System),
        ("<|start|>developer<|message|>", System),
        ("<|start|>user<|message|>", User),
        ("<|start|>assistant", Assistant),
    ]),
    family(&[
        ("<|start_of_role|>system<|end_of_role|>", System),
        ("<|start_of_role|>user<|end_of_role|>", User),
        ("<|start_of_role|>assistant<|end_of_role|>", Assistant),
    ]),
    family(&[
        ("[|system|]", System),
        ("[|user|]", User),
        ("[|assistant|]", Assistant),
    ]),
    family(&[
        ("<|im_system|>system<|im_middle|>", System),
        ("<|im_user|>user<|im_middle|>", User),
        ("<|im_assistant|>assistant<|im_middle|>", Assistant),
    ]),
    family(&[
        ("<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>", System),
        ("<|START_OF_TURN_TOKEN|><|USER_TOKEN|>", User),
        ("<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>", Assistant),
    ]),
    family(&[
        ("<seed:bos>system\n", System),
        ("<seed:bos>user\n", User),
        ("<seed:bos>assistant", Assistant),
    ]),
];

/// The turns of a text in a chat template; none where it is in none that is known.
pub(in crate::source) fn turns(text: &str) -> Option<Vec<Said<'_>>> {
    if !has_token(text) {
        return None;
    }
    FAMILIES.iter().find_map(|family| family.turns(text))
}

impl Family {
    fn turns<'t>(&self, text: &'t str) -> Option<Vec<Said<'t>>> {
        let (first, ..) = self.beginning(text, 0)?;
        let ahead = bare(&text[..first]);
        let mut turns = Vec::new();
        match (ahead.is_empty(), self.system_ahead) {
            (true, _) => {}
            (false, true) => turns.push(said(System, ahead)),
            (false, false) => return None,
        }
        let mut next = Some((first, 0, System));
        while let Some((at, length, speaker)) = next.and_then(|(at, ..)| self.beginning(text, at)) {
            let start = at + length;
            next = self.after(text, start, speaker);
            let end = next.map_or(text.len(), |(end, ..)| end);
            self.push(&mut turns, speaker, &text[start..end]);
        }
        Some(turns)
    }

    /// Where the next turn begins behind the start of one: an assistant speaks until another does.
    fn after(&self, text: &str, start: usize, speaker: Speaker) -> Option<(usize, usize, Speaker)> {
        let mut from = start;
        loop {
            let (at, length, next) = self.beginning(text, from)?;
            if next != Assistant || speaker != Assistant {
                return Some((at, length, next));
            }
            from = at + length;
        }
    }

    /// The first beginning of a turn from there on: where, how long, and whose.
    fn beginning(&self, text: &str, from: usize) -> Option<(usize, usize, Speaker)> {
        let bytes = &text.as_bytes()[from..];
        let mut places = memchr::memchr2_iter(b'<', b'[', bytes);
        places.find_map(|at| {
            let begins = |(mark, _): &&(&str, Speaker)| bytes[at..].starts_with(mark.as_bytes());
            let (mark, speaker) = self.begins.iter().find(begins)?;
            Some((from + at, mark.len(), *speaker))
        })
    }

    /// Adds a turn, and the system message that stands inside of it.
    fn push<'t>(&self, turns: &mut Vec<Said<'t>>, speaker: Speaker, text: &'t str) {
        let inside = self.system_inside.filter(|_| speaker == User);
        let parted = inside
            .and_then(|[open, close]| text.trim_start().strip_prefix(open)?.split_once(close));
        match parted {
            Some((system, rest)) => {
                turns.push(said(System, bare(system)));
                turns.push(said(User, bare(rest)));
            }
            None => turns.push(said(speaker, bare(text))),
        }
    }
}

fn said(speaker: Speaker, text: Cow<'_, str>) -> Said<'_> {
    Said { speaker, text }
}

/// A turn's text without what a template has around it.
fn bare(text: &str) -> Cow<'_, str> {
    without_ends(Cow::Borrowed(text), &mut Remarks::default())
}

/// The one question of a prompt in a template, which ends where the assistant would speak; none where it is in none, or
/// where the assistant has begun to speak. Fails where there are several.
pub(super) fn question<'t>(
    text: &'t str,
    remarks: &mut Remarks,
) -> Result<Option<Cow<'t, str>>, Void> {
    let Some(turns) = turns(text) else {
        return Ok(None);
    };
    let (mut asked, mut has_system, mut is_open) = (None, false, false);
    for turn in turns {
        match turn.speaker {
            System => has_system |= !turn.text.is_empty(),
            User if asked.is_some() => return Err(Void::SeveralTurns),
            User => asked = Some(turn.text),
            Assistant if is_unsaid(&turn.text) => is_open = true,
            Assistant => return Ok(None),
        }
    }
    Ok(asked
        .filter(|_| is_open)
        .inspect(|_| told(has_system, remarks)))
}

/// The one answer of a text in a template that begins with the turn of whom it answers or with its own; none where it is in
/// none, or answers something else than what was asked.
pub(super) fn answer<'t>(
    text: &'t str,
    asked: &str,
    remarks: &mut Remarks,
) -> Option<Cow<'t, str>> {
    // Most responses are none, and not worth a look at all of them.
    if !is_token(text) {
        return None;
    }
    let mut turns = turns(text)?;
    let last = turns.pop().filter(|last| last.speaker == Assistant)?;
    let is_it = |turn: &Said<'_>| match turn.speaker {
        System => true,
        User => turn.text.contains(asked),
        Assistant => false,
    };
    let users = turns.iter().filter(|turn| turn.speaker == User).count();
    if users > 1 || !turns.iter().all(is_it) {
        return None;
    }
    let has_system = turns
        .iter()
        .any(|turn| turn.speaker == System && !turn.text.is_empty());
    told(has_system, remarks);
    Some(last.text)
}

fn told(has_system: bool, remarks: &mut Remarks) {
    remarks.add(Remark::TemplateRead);
    if has_system {
        remarks.add(Remark::SystemTurn);
    }
}

/// Whether a template alone wrote it: the beginning of thinking or of an answer, or an empty thinking part.
fn is_unsaid(text: &str) -> bool {
    let formed = in_one_markup(text, &Signs::of(text));
    let rest = formed.as_deref().unwrap_or(text).trim();
    let rest = rest.strip_prefix(OPEN).unwrap_or(rest).trim();
    rest.strip_prefix(CLOSE).unwrap_or(rest).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A system message, a question and what comes behind it in the template of each family.
    fn rendered(system: &str, asked: &str, answer: Option<&str>) -> Vec<String> {
        let said = answer.unwrap_or_default();
        let end = |end: &str| answer.map_or(String::new(), |_| end.to_owned());
        let chatml = |name: &str, text: &str| format!("<|im_start|>{name}\n{text}<|im_end|>\n");
        let llama = |name: &str, text: &str| {
            format!("<|start_header_id|>{name}<|end_header_id|>\n\n{text}<|eot_id|>")
        };
        vec![
            chatml("system", system)
                + &chatml("user", asked)
                + "<|im_start|>assistant\n"
                + said
                + &end("<|im_end|>\n"),
            format!(
                "<|im_start|>system<|im_sep|>{system}<|im_end|><|im_start|>user<|im_sep|>{asked}<|im_end|>\
                 <|im_start|>assistant<|im_sep|>{said}{}",
                end("<|im_end|>")
            ),
            "<|begin_of_text|>".to_owned()
                + &llama("system", system)
                + &llama("user", asked)
                + "<|start_header_id|>assistant<|end_header_id|>\n\n"
                + said
                + &end("<|eot_id|>"),
            format!(
                "<|begin_of_text|><|header_start|>system<|header_end|>\n\n{system}<|eot|><|header_start|>user<|header_end|>\
                 \n\n{asked}<|eot|><|header_start|>assistant<|header_end|>\n\n{said}{}",
                end("<|eot|>")
            ),
            format!(
                "<｜begin▁of▁sentence｜>{system}<｜User｜>{asked}<｜Assistant｜>{said}{}",
                end("<｜end▁of▁sentence｜>")
            ),
            format!(
                "<s>[INST] <<SYS>>\n{system}\n<</SYS>>\n\n{asked} [/INST] {said}{}",
                end(" </s>")
            ),
            format!(
                "<s>[SYSTEM_PROMPT]{system}[/SYSTEM_PROMPT][INST]{asked}[/INST]{said}{}",
                end("</s>")
            ),
            format!(
                "<|system|>\n{system}<|end|>\n<|user|>\n{asked}<|end|>\n<|assistant|>\n{said}{}",
                end("<|end|>\n<|endoftext|>")
            ),
            format!("[gMASK]<sop><|system|>\n{system}<|user|>\n{asked}<|assistant|>\n{said}"),
            format!(
                "<|start|>system<|message|>{system}<|end|><|start|>user<|message|>{asked}<|end|><|start|>assistant{said}{}",
                end("<|return|>")
            ),
            format!(
                "<|start_of_role|>system<|end_of_role|>{system}<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>{asked}\
                 <|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>{said}{}",
                end("<|end_of_text|>")
            ),
            format!(
                "[|system|]{system}[|endofturn|]\n[|user|]{asked}\n[|assistant|]{said}{}",
                end("[|endofturn|]")
            ),
            format!(
                "<|im_system|>system<|im_middle|>{system}<|im_end|><|im_user|>user<|im_middle|>{asked}<|im_end|>\
                 <|im_assistant|>assistant<|im_middle|>{said}{}",
                end("<|im_end|>")
            ),
            format!(
                "<BOS_TOKEN><|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>{system}<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|>\
                 <|USER_TOKEN|>{asked}<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>{said}{}",
                end("<|END_OF_TURN_TOKEN|>")
            ),
            format!(
                "<bos><|turn>system\n{system}<turn|>\n<|turn>user\n{asked}<turn|>\n<|turn>model\n{said}{}",
                end("<turn|>\n")
            ),
            format!(
                "<seed:bos>system\n{system}<seed:eos><seed:bos>user\n{asked}<seed:eos><seed:bos>assistant\n{said}{}",
                end("<seed:eos>")
            ),
        ]
    }

    fn asked(text: &str) -> Result<(Option<String>, String), Void> {
        let mut remarks = Remarks::default();
        let asked = question(text, &mut remarks)?;
        Ok((asked.map(Cow::into_owned), remarks.to_string()))
    }

    fn answered(text: &str, asked: &str) -> Option<String> {
        answer(&bare(text), asked, &mut Remarks::default()).map(Cow::into_owned)
    }

    #[test]
    fn a_prompt_in_a_known_template_is_its_question() {
        let expected = Ok((
            Some("1+1?".to_owned()),
            "system_turn, template_read".to_owned(),
        ));
        for prompt in rendered("Count.", "1+1?", None) {
            assert_eq!(asked(&prompt), expected, "{prompt}");
            assert_eq!(asked(prompt.trim_end()), expected, "{prompt}");
            assert_eq!(asked(&format!("{prompt}<think>\n")), expected, "{prompt}");
        }
        let gemma = "<bos><start_of_turn>user\n1+1?<end_of_turn>\n<start_of_turn>model\n";
        let expected = Ok((Some("1+1?".to_owned()), "template_read".to_owned()));
        assert_eq!(asked(gemma), expected);
        let chatml = "<|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\n";
        for begun in [
            "<think>\n\n</think>\n\n",
            "<|START_RESPONSE|>",
            "<|channel|>analysis<|message|>",
        ] {
            assert_eq!(asked(&format!("{chatml}{begun}")), expected, "{begun}");
        }
    }

    #[test]
    fn a_whole_conversation_is_its_answer_where_it_answers_what_was_asked() {
        for text in rendered("Count.", "1+1?\nBox it.", Some("It is 2.")) {
            // What stands ahead without a mark may be an answer too, behind which the same was asked again.
            let is_marked = !text.contains("<｜User｜>");
            let expected = is_marked.then_some("It is 2.");
            assert_eq!(answered(&text, "1+1?").as_deref(), expected, "{text}");
            assert_eq!(answered(&text, "1+3?"), None, "{text}");
            assert_eq!(asked(&text), Ok((None, String::new())), "{text}");
        }
        let alone = "<|im_start|>assistant\n<think>\nTwo.</think>2<|im_end|>";
        assert_eq!(
            answered(alone, "1+1?").as_deref(),
            Some("<think>\nTwo.</think>2")
        );
        let empty = "<|im_start|>system\n<|im_end|>\n<|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\n2<|im_end|>";
        assert_eq!(answered(empty, "1+1?").as_deref(), Some("2"));
        let alone = "<｜begin▁of▁sentence｜><｜User｜>1+1?<｜Assistant｜>2<｜end▁of▁sentence｜>";
        assert_eq!(answered(alone, "1+1?").as_deref(), Some("2"));
        let behind = "It is 2.<｜User｜>1+1?<｜Assistant｜>It is 3.";
        assert_eq!(answered(behind, "1+1?"), None);
        let channels = "<|start|>user<|message|>1+1?<|end|><|start|>assistant<|channel|>analysis<|message|>Two.<|end|>\
                        <|start|>assistant<|channel|>final<|message|>2<|return|>";
        let said = "<|channel|>analysis<|message|>Two.<|end|><|start|>assistant<|channel|>final<|message|>2";
        assert_eq!(answered(channels, "1+1?").as_deref(), Some(said));
    }

    #[test]
    fn what_is_no_whole_template_stays_a_text() {
        for text in [
            "What does <|im_end|> mean?",
            "Note: <|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\n",
            "<|im_start|>user\n1+1?<|im_end|>\n<|im_start|>assistant\nIt is",
            "<|im_start|>user\n1+1?<|im_end|>\n",
            "<|im_start|>tool\n1<|im_end|>\n<|im_start|>assistant\n",
            "1+1?",
            "[1, 2]",
        ] {
            assert_eq!(asked(text), Ok((None, String::new())), "{text}");
        }
        let several = "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n<|im_start|>user\nc<|im_end|>\n";
        assert_eq!(answered(several, "a"), None);
        let shots =
            "<|im_start|>user\na<|im_end|>\n<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n";
        assert_eq!(asked(shots), Err(Void::SeveralTurns));
    }
}
