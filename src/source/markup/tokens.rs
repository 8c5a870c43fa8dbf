//! The tokens by which chat templates control a conversation.
//!
//! In a text they are an accident of how a dataset was made: a reply that was decoded with its end token, a prompt
//! that was kept as the template wrote it. A tokenizer makes the token of them, and the turn ends or begins there.

use std::borrow::Cow;
use std::ops::Range;

use super::signs::Signs;
use crate::rules::ControlTokens;
use crate::source::Void;
use crate::source::remark::{Remark, Remarks};

/// What stands between `<|` and `|>`: of ChatML and Qwen, Llama 3 and 4, Phi, GLM and Zephyr, GPT and gpt-oss, Yi,
/// Kimi, Granite and Command, in the order of their bytes.
const NAMES: [&str; 83] = [
    "CHATBOT_TOKEN",
    "END_OF_TURN_TOKEN",
    "EOT",
    "START_OF_TURN_TOKEN",
    "SYSTEM_TOKEN",
    "USER_TOKEN",
    "action_end",
    "action_start",
    "assistant",
    "assistant_end",
    "begin_of_audio",
    "begin_of_image",
    "begin_of_text",
    "begin_of_video",
    "box_end",
    "box_start",
    "call",
    "channel",
    "constrain",
    "end",
    "end_header_id",
    "end_of_audio",
    "end_of_image",
    "end_of_role",
    "end_of_text",
    "end_of_video",
    "endofprompt",
    "endoftext",
    "endofturn",
    "eom",
    "eom_id",
    "eot",
    "eot_id",
    "file_sep",
    "fim_middle",
    "fim_pad",
    "fim_prefix",
    "fim_suffix",
    "finetune_right_pad_id",
    "header_end",
    "header_start",
    "im_assistant",
    "im_end",
    "im_middle",
    "im_sep",
    "im_start",
    "im_system",
    "im_user",
    "image",
    "image_pad",
    "message",
    "message_sep",
    "object_ref_end",
    "object_ref_start",
    "observation",
    "pad",
    "python_end",
    "python_start",
    "python_tag",
    "quad_end",
    "quad_start",
    "repo_name",
    "return",
    "role_sep",
    "start",
    "start_header_id",
    "start_of_role",
    "startoftext",
    "system",
    "system_end",
    "tool",
    "tool_call",
    "tool_call_argument_begin",
    "tool_call_begin",
    "tool_call_end",
    "tool_calls_section_begin",
    "tool_calls_section_end",
    "user",
    "user_end",
    "video_pad",
    "vision_end",
    "vision_pad",
    "vision_start",
];

/// Tokens of other forms: Gemma, Llama 2 and Mistral, EXAONE, GLM, Command, Seed; calls of tools as Qwen and Hermes write
/// them.
const OTHERS: [&str; 40] = [
    "<tool_call>",
    "</tool_call>",
    "<tool_response>",
    "</tool_response>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<|turn>",
    "<turn|>",
    "<|channel>",
    "<channel|>",
    "<|tool_call>",
    "<tool_call|>",
    "<end_of_utterance>",
    "<start_of_image>",
    "<end_of_image>",
    "<bos>",
    "<eos>",
    "<BOS_TOKEN>",
    "<EOS_TOKEN>",
    "<seed:bos>",
    "<seed:eos>",
    "[gMASK]",
    "<sop>",
    "<eop>",
    "<<SYS>>",
    "<</SYS>>",
    "[INST]",
    "[/INST]",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_CALLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
    "[TOOL_CONTENT]",
    "[|system|]",
    "[|user|]",
    "[|assistant|]",
    "[|endofturn|]",
];

/// Which bytes are second in one of these.
const SECONDS_OF_OTHERS: [bool; 256] = {
    let mut seconds = [false; 256];
    let mut at = 0;
    while at < OTHERS.len() {
        seconds[OTHERS[at].as_bytes()[1] as usize] = true;
        at += 1;
    }
    seconds
};

/// What a text is decoded with at its end: the end of a turn or of a text, and what fills a batch behind it.
const ENDS: [&str; 24] = [
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|eot|>",
    "<|eom|>",
    "<|end_of_text|>",
    "<|end|>",
    "<|return|>",
    "<|endofturn|>",
    "<|assistant_end|>",
    "<|END_OF_TURN_TOKEN|>",
    "<|finetune_right_pad_id|>",
    "<｜end▁of▁sentence｜>",
    "<end_of_turn>",
    "<eos>",
    "[|endofturn|]",
    "<turn|>",
    "<end_of_utterance>",
    "<seed:eos>",
    "<EOS_TOKEN>",
    "[/SYSTEM_PROMPT]",
    "<pad>",
    "<|pad|>",
];

/// What a text is decoded with at its beginning.
const BEGINS: [&str; 7] = [
    "<|begin_of_text|>",
    "<|startoftext|>",
    "<｜begin▁of▁sentence｜>",
    "<bos>",
    "<BOS_TOKEN>",
    "[gMASK]",
    "<sop>",
];

/// Llama 2's and Mistral's tokens for the two ends of a text are HTML's marks for text that is struck out.
const STRIKE: [&str; 2] = ["<s>", "</s>"];

/// Without white space and without a template's tokens outside.
pub(super) fn without_ends<'a>(text: Cow<'a, str>, remarks: &mut Remarks) -> Cow<'a, str> {
    let (mut range, mut done) = core(&text, true);
    // Where nothing was stripped nobody asks whether what was is HTML's.
    if !done.is_empty() && has_strike(&text[range.clone()]) {
        (range, done) = core(&text, false);
    }
    *remarks = remarks.and(done);
    part(text, range)
}

fn has_strike(text: &str) -> bool {
    let mut starts = memchr::memchr_iter(b'<', text.as_bytes());
    starts.any(|at| STRIKE.iter().any(|mark| text[at..].starts_with(mark)))
}

/// Where the text stands between white space and tokens, and which of these there are. `strike`: whether Llama 2's
/// are among them.
fn core(text: &str, strike: bool) -> (Range<usize>, Remarks) {
    let strike = if strike { &STRIKE[..] } else { &[] };
    let mut done = Remarks::default();
    let mut rest = text.trim_start();
    while let Some(behind) = without(rest, BEGINS.iter().chain(strike), str::strip_prefix) {
        done.add(Remark::BeginToken);
        rest = behind.trim_start();
    }
    let start = text.len() - rest.len();
    rest = rest.trim_end();
    while let Some(ahead) = without(rest, ENDS.iter().chain(strike), str::strip_suffix) {
        done.add(Remark::EndToken);
        rest = ahead.trim_end();
    }
    (start..start + rest.len(), done)
}

/// The text without one of these tokens at one end; none where there is none.
fn without<'t>(
    text: &'t str,
    mut tokens: impl Iterator<Item = &'static &'static str>,
    strip: fn(&'t str, &'static str) -> Option<&'t str>,
) -> Option<&'t str> {
    let is_closed = text.ends_with(['>', ']']) || text.starts_with(['<', '[']);
    is_closed
        .then(|| tokens.find_map(|token| strip(text, token)))
        .flatten()
}

/// The part of a text, which is not copied where it is borrowed.
fn part(text: Cow<'_, str>, range: Range<usize>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(mut text) => {
            text.truncate(range.end);
            text.drain(..range.start);
            Cow::Owned(text)
        }
    }
}

/// The text by the rule for tokens inside of it. Fails where it has one and the rule is to drop such.
pub(super) fn ruled<'a>(
    text: Cow<'a, str>,
    signs: &Signs,
    rule: ControlTokens,
    remarks: &mut Remarks,
) -> Result<Cow<'a, str>, Void> {
    if starts(&text, signs).next().is_none() {
        return Ok(text);
    }
    match rule {
        ControlTokens::Drop => Err(Void::ControlTokens),
        ControlTokens::Keep | ControlTokens::KeepInside => {
            remarks.add(Remark::ControlTokens);
            Ok(text)
        }
        ControlTokens::Escape => {
            remarks.add(Remark::EscapedTokens);
            Ok(Cow::Owned(escaped(&text, signs)))
        }
    }
}

/// A space behind the first character of each token: no tokenizer makes the token of it, and people still read it.
fn escaped(text: &str, signs: &Signs) -> String {
    let mut written = String::with_capacity(text.len() + 8);
    let mut from = 0;
    for at in starts(text, signs) {
        written.push_str(&text[from..=at]);
        written.push(' ');
        from = at + 1;
    }
    written + &text[from..]
}

/// The first token of a chat's control in a text; none where it has none.
pub(crate) fn control_token(text: &str) -> Option<&str> {
    let first = starts(text, &Signs::of(text)).next()?;
    token(&text[first..])
}

/// Whether a text has such a token.
pub(super) fn has_token(text: &str) -> bool {
    starts(text, &Signs::of(text)).next().is_some()
}

/// Where tokens begin.
fn starts(text: &str, signs: &Signs) -> impl Iterator<Item = usize> {
    signs.iter().filter(|&at| is_token(&text[at..]))
}

/// The bytes that stand second in a token.
pub(super) fn seconds() -> impl Iterator<Item = u8> {
    let pipes = [PIPES, WIDE_PIPES].map(|[open, _]| open.as_bytes()[1]);
    let others = OTHERS.iter().map(|token| token.as_bytes()[1]);
    pipes.into_iter().chain(others)
}

/// Longer than any name of a token.
const NAME_BYTES_MAX: usize = 64;

/// Whether a text begins with a token.
pub(super) fn is_token(text: &str) -> bool {
    token(text).is_some()
}

/// The token that a text begins with; none where it begins with none.
fn token(text: &str) -> Option<&str> {
    let name = |[open, close]: [&str; 2]| {
        let behind = text.strip_prefix(open)?;
        let most = behind.floor_char_boundary(NAME_BYTES_MAX);
        let (name, _) = behind[..most].split_once(close)?;
        (!name.is_empty() && !name.contains(['<', '>', '\n'])).then_some(name)
    };
    let whole = |[open, close]: [&str; 2], name: &str| open.len() + name.len() + close.len();
    let (marks, name, is_known) = if let Some(name) = name(PIPES) {
        let is_known = NAMES.binary_search(&name).is_ok() || name.starts_with("reserved_");
        (PIPES, name, is_known)
    } else if let Some(name) = name(WIDE_PIPES) {
        // DeepSeek's, which no text has by chance.
        (WIDE_PIPES, name, true)
    } else {
        // Most are signs of mathematics.
        let second = *text.as_bytes().get(1)?;
        let mut others = OTHERS.iter();
        let may_be = SECONDS_OF_OTHERS[usize::from(second)];
        let begins = |token: &&&str| token.as_bytes()[1] == second && text.starts_with(**token);
        return may_be.then(|| others.find(begins).copied()).flatten();
    };
    is_known.then(|| &text[..whole(marks, name)])
}

/// What stands around the names of tokens.
const PIPES: [&str; 2] = ["<|", "|>"];
const WIDE_PIPES: [&str; 2] = ["<｜", "｜>"];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str, remarked: &str) {
        let mut remarks = Remarks::default();
        assert_eq!(without_ends(text.into(), &mut remarks), expected, "{text}");
        assert_eq!(remarks.to_string(), remarked, "{text}");
        let mut remarks = Remarks::default();
        let owned = Cow::Owned(text.to_owned());
        assert_eq!(without_ends(owned, &mut remarks), expected, "{text}");
    }

    #[test]
    fn tokens_at_an_end_are_stripped_and_told() {
        check(" a\n", "a", "");
        check("a<|im_end|>\n", "a", "end_token");
        check("a<｜end▁of▁sentence｜>", "a", "end_token");
        check("a<|eot_id|> <pad><pad>", "a", "end_token");
        check("<|begin_of_text|>a", "a", "begin_token");
        check("<bos>a<eos>", "a", "begin_token, end_token");
        check("<|im_end|>", "", "end_token");
    }

    #[test]
    fn llamas_tokens_are_stripped_where_they_are_not_htmls() {
        check("<s> a</s>", "a", "begin_token, end_token");
        check("a</s></s>", "a", "end_token");
        check("It is <s>12</s> 13", "It is <s>12</s> 13", "");
        check("It is 13, not <s>12</s>", "It is 13, not <s>12</s>", "");
        check("<s>12</s> 13<|im_end|>", "<s>12</s> 13", "end_token");
        check("x<sup>2</sup>", "x<sup>2</sup>", "");
    }

    #[test]
    fn a_token_inside_is_told_from_mathematics() {
        for text in [
            "<|im_start|>",
            "<|reserved_special_token_12|>",
            "<｜Assistant｜>",
            "<｜tool▁call▁begin｜>",
            "[INST]",
            "<end_of_turn>",
            "[|assistant|]",
        ] {
            assert!(is_token(text), "{text}");
        }
        for text in [
            "<|x|>",
            "<|",
            "<||>",
            "<p>",
            "[1]",
            "<｜｜>",
            "< |im_end|>",
            "[INS]",
            "</s>",
        ] {
            assert!(!is_token(text), "{text}");
        }
    }

    #[test]
    fn the_rule_decides_what_becomes_of_a_token_inside() {
        let text = "a<|im_end|>\n<|im_start|>user";
        let ruled = |rule| {
            let mut remarks = Remarks::default();
            let text = ruled(text.into(), &Signs::of(text), rule, &mut remarks);
            (text.map(Cow::into_owned), remarks.to_string())
        };
        assert_eq!(
            ruled(ControlTokens::Drop),
            (Err(Void::ControlTokens), String::new())
        );
        assert_eq!(
            ruled(ControlTokens::Keep),
            (Ok(text.to_owned()), "control_tokens".into())
        );
        let escaped = "a< |im_end|>\n< |im_start|>user".to_owned();
        assert_eq!(
            ruled(ControlTokens::Escape),
            (Ok(escaped), "escaped_tokens".into())
        );
    }

    #[test]
    fn the_first_token_is_named_as_it_stands() {
        assert_eq!(control_token("a [1] <|im_end|> <eos>"), Some("<|im_end|>"));
        assert_eq!(control_token("<<SYS>> a"), Some("<<SYS>>"));
        assert_eq!(control_token("a < b > c [d]"), None);
        assert_eq!(control_token("｜<｜User｜>｜"), Some("<｜User｜>"));
        assert_eq!(control_token("<｜｜｜>"), Some("<｜｜｜>"));
        assert_eq!(control_token("<|turn>user <turn|>"), Some("<|turn>"));
    }

    #[test]
    fn the_names_are_in_order() {
        assert!(NAMES.is_sorted());
    }
}
