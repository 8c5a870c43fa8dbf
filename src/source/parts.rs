//! What one turn of a chat says: a text, or parts of it, and the thinking in a part or in a field beside it.
//!
//! Every service keeps thinking in a way of its own, and each of these ways changes with its next version: DeepSeek's
//! `reasoning_content`, OpenRouter's `reasoning` and `reasoning_details`, Anthropic's and Magistral's parts, OpenAI's
//! summaries, Gemini's parts with `thought`. So what is called thinking and says something is read where it is a text
//! anywhere inside, and has its reason where it is none; it is never passed over. A part of another kind (an image, a
//! call) is no text, whatever caption stands beside it.

use std::borrow::Cow;

use super::markup::joined;
use super::remark::{Remark, Remarks};
use super::value::Value;
use super::void::Void;

/// The fields of an object.
pub(super) type Fields<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

/// A text, or none where nothing is said, or why it is none.
type Said<'a> = Result<Option<Cow<'a, str>>, Void>;

/// What fields of thinking are called, the most telling first, without case and marks between words.
const THOUGHT: [&str; 13] = [
    "reasoningcontent",
    "reasoning",
    "thinking",
    "thinkingcontent",
    "reasoningtext",
    "thought",
    "thoughts",
    "chainofthought",
    "cot",
    "analysis",
    "reasoningtrace",
    "thinkingblocks",
    "reasoningdetails",
];

/// Where the text of a part stands.
const TEXT: [&str; 7] = [
    "text", "content", "value", "parts", "answer", "response", "final",
];

/// Whether a value says anything: a list of nothing and an object of nulls do not, nor does an empty text.
pub(super) fn says(value: &Value<'_>) -> bool {
    match value {
        Value::Missing | Value::Null => false,
        Value::List(items) => items.iter().any(says),
        Value::Object(fields) => fields.iter().any(|(_, value)| says(value)),
        Value::Text(text) => !matches!(text.trim(), "" | "[]" | "{}" | "null" | "None"),
        _ => true,
    }
}

/// Takes the first field of one of these names that says anything.
pub(super) fn take<'a>(fields: &mut Fields<'a>, names: &[&str]) -> Value<'a> {
    let mut values = names.iter().filter_map(|name| {
        let at = fields.iter().position(|(key, _)| key == name)?;
        Some(fields.swap_remove(at).1)
    });
    values.find(says).unwrap_or(Value::Missing)
}

/// Whether something beside the text shows an image, a sound or a file.
pub(super) fn shows(fields: &Fields<'_>) -> bool {
    const SHOWN: [&str; 6] = [
        "image",
        "video",
        "audio",
        "inlinedata",
        "inputaudio",
        "attachment",
    ];
    let is_shown = |key: &str| SHOWN.iter().any(|begins| plain(key).starts_with(begins));
    let mut fields = fields.iter();
    fields.any(|(key, value)| says_more(value) && is_shown(key))
}

/// What stands in a turn's content: a text, or parts of it.
pub(super) fn content<'a>(value: Value<'a>, remarks: &mut Remarks) -> Said<'a> {
    match opened(value) {
        Value::List(parts) => of_parts(parts, remarks),
        part @ Value::Object(_) => of_parts(vec![part], remarks),
        other => other.said(),
    }
}

/// The parts that stand as JSON inside text, where a column has both texts and parts; any other value as it is.
fn opened(value: Value<'_>) -> Value<'_> {
    let is_part = |item: &Value<'_>| match item {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            key == "type" && matches!(value, Value::Text(kind) if Kind::of(kind) != Kind::Other)
        }),
        _ => false,
    };
    match &value {
        Value::Text(text) if text.trim_start().starts_with("[{") && text.contains("\"type\"") => {
            match value.clone().opened() {
                Value::List(parts) if parts.iter().all(is_part) => Value::List(parts),
                _ => value,
            }
        }
        _ => value,
    }
}

/// A part of a turn.
enum Part<'a> {
    Text(Cow<'a, str>),
    Thinking(Cow<'a, str>),
}

/// The text of a list of parts, with its thinking where that stands; thinking at the end was cut off.
fn of_parts<'a>(parts: Vec<Value<'a>>, remarks: &mut Remarks) -> Said<'a> {
    let mut said: Vec<Part<'_>> = Vec::new();
    for value in parts {
        for part in part(value, remarks)? {
            match (said.last_mut(), part) {
                (Some(Part::Text(text)), Part::Text(more)) => *text += more,
                (Some(Part::Thinking(text)), Part::Thinking(more)) => go_on(text, &more),
                (_, part) => said.push(part),
            }
        }
    }
    let mut said = said.into_iter();
    Ok(match (said.next(), said.next(), said.next()) {
        (None, ..) => None,
        (Some(Part::Text(text)), None, _) => Some(text),
        (Some(Part::Thinking(thinking)), None, _) => joined(Some(thinking), None),
        (Some(Part::Thinking(thinking)), Some(Part::Text(text)), None) => {
            joined(Some(thinking), Some(text))
        }
        (first, second, third) => {
            let head = [first, second, third].into_iter().flatten();
            Some(Cow::Owned(in_turn(head.chain(said))))
        }
    })
}

/// Text and thinking by turns; thinking that nothing follows was cut off.
fn in_turn<'a>(parts: impl Iterator<Item = Part<'a>>) -> String {
    let mut all = String::new();
    let mut thinks = false;
    for part in parts {
        if thinks {
            all.push_str("\n</think>\n\n");
        } else if !all.is_empty() {
            all.push('\n');
        }
        thinks = matches!(part, Part::Thinking(_));
        match part {
            Part::Text(text) => all.push_str(&text),
            Part::Thinking(thinking) => {
                all.push_str("<think>\n");
                all.push_str(thinking.trim());
            }
        }
    }
    all
}

/// What kind of part it is, by its `type`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    Call,
    /// Thinking that was made unreadable, an image, a sound.
    Other,
}

impl Kind {
    fn of(kind: &str) -> Self {
        let kind = kind.trim().to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
        if has(&["tool", "function"]) {
            Self::Call
        } else if has(&["redacted", "encrypted"]) {
            Self::Other
        } else if has(&["think", "thought", "reasoning"]) {
            Self::Thinking
        } else if kind.ends_with("text")
            || matches!(
                kind.as_str(),
                "" | "answer" | "response" | "final" | "message"
            )
        {
            Self::Text
        } else {
            Self::Other
        }
    }
}

/// What a part says, its thinking first. Fails where it is no text.
fn part<'a>(value: Value<'a>, remarks: &mut Remarks) -> Result<Vec<Part<'a>>, Void> {
    let mut fields = match value {
        Value::Missing | Value::Null => return Ok(Vec::new()),
        Value::Text(text) => return Ok(vec![Part::Text(text)]),
        Value::Object(fields) => fields,
        _ => return Err(Void::WrongType),
    };
    if shows(&fields) {
        return Err(Void::NoText);
    }
    let kind = take(&mut fields, &["type"]).text()?.unwrap_or_default();
    // Gemini's parts have no type, and a flag.
    let is_thought = take(&mut fields, &["thought"]);
    match Kind::of(&kind) {
        Kind::Call => Err(Void::ToolCalls),
        Kind::Other => Err(Void::NoText),
        Kind::Text if is_thought != Value::Bool(true) => {
            fields.push(("thought".into(), is_thought));
            part_of_text(fields, remarks)
        }
        Kind::Thinking | Kind::Text => {
            fields.push(("thought".into(), is_thought));
            let thinking = of_object(fields)?;
            Ok(thinking.map(Part::Thinking).into_iter().collect())
        }
    }
}

/// What a part of text says, which may have its thinking in it.
fn part_of_text<'a>(mut fields: Fields<'a>, remarks: &mut Remarks) -> Result<Vec<Part<'a>>, Void> {
    let text = content(take(&mut fields, &TEXT), remarks)?.filter(|text| !text.is_empty());
    let (of_thinking, others): (Fields<'a>, Fields<'a>) =
        fields.into_iter().partition(|(key, _)| is_thinking(key));
    let thinking = thinking(of_thinking, remarks)?;
    if text.is_none() {
        nothing_else(&others)?;
    }
    let thinking = thinking.map(Part::Thinking).into_iter();
    Ok(thinking.chain(text.map(Part::Text)).collect())
}

/// Fails where a part without a text says something else.
fn nothing_else(fields: &Fields<'_>) -> Result<(), Void> {
    let mut said = fields.iter();
    let said = said.find(|(key, value)| !is_beside(key) && says_more(value));
    match said {
        None => Ok(()),
        Some((key, _)) if Kind::of(key) == Kind::Call => Err(Void::ToolCalls),
        Some(_) => Err(Void::NoText),
    }
}

/// What was thought, however deep it lies: a text, an object of one, a list of such. None where nothing is said, as by
/// a flag. Fails where something is said and is no text.
fn thought(value: Value<'_>) -> Said<'_> {
    match opened(value) {
        Value::Text(text) => Ok(Some(text).filter(|text| is_said(text))),
        Value::List(items) => {
            let mut whole: Option<Cow<'_, str>> = None;
            for item in items {
                match (&mut whole, thought(item)?) {
                    (Some(whole), Some(more)) => go_on(whole, &more),
                    (None, Some(first)) => whole = Some(first),
                    (_, None) => {}
                }
            }
            Ok(whole)
        }
        Value::Object(fields) => of_object(fields),
        Value::Other(_) => Err(Void::WrongType),
        _ => Ok(None),
    }
}

/// Whether a text is more than a flag that says whether there is thinking.
fn is_said(text: &str) -> bool {
    const FLAGS: [&str; 10] = [
        "", "true", "false", "on", "off", "yes", "no", "enabled", "disabled", "none",
    ];
    let text = text.trim();
    !FLAGS.iter().any(|flag| text.eq_ignore_ascii_case(flag))
}

/// More thinking, on a line of its own: a list of thoughts is no list of tokens.
fn go_on(text: &mut Cow<'_, str>, more: &str) {
    let is_apart = text.ends_with(char::is_whitespace) || more.starts_with(char::is_whitespace);
    let text = text.to_mut();
    if !is_apart {
        text.push('\n');
    }
    text.push_str(more);
}

/// What an object of thinking says: the text in it, wherever that stands.
fn of_object(mut fields: Fields<'_>) -> Said<'_> {
    let kind = take(&mut fields, &["type"]).text()?.unwrap_or_default();
    if has_word(&kind, &["redacted", "encrypted"]) {
        return Err(Void::NoText);
    }
    // How hard a model was told to think.
    if says(&take(&mut fields, &["effort"])) {
        return Ok(None);
    }
    fields.sort_by_cached_key(|(key, _)| rank_in_thinking(key));
    let mut lost = None;
    for (key, value) in fields {
        if rank_in_thinking(&key) < UNKNOWN {
            match thought(value)? {
                Some(text) => return Ok(Some(text)),
                None => continue,
            }
        }
        if !is_beside(&key) && says_more(&value) {
            let is_hidden = has_word(&key, &["encrypted", "redacted", "data"]);
            lost = Some(if is_hidden {
                Void::NoText
            } else {
                Void::WrongType
            });
        }
    }
    lost.map_or(Ok(None), Err)
}

const UNKNOWN: usize = usize::MAX;

/// Where an object of thinking has its text, the most telling first.
fn rank_in_thinking(key: &str) -> usize {
    let names = THOUGHT.iter().chain(&TEXT).chain(&["summary"]);
    let key = plain(key);
    names
        .into_iter()
        .position(|name| *name == key)
        .unwrap_or(UNKNOWN)
}

/// What stands beside a text and is none of it.
fn is_beside(key: &str) -> bool {
    const BESIDE: [&str; 14] = [
        "type",
        "id",
        "index",
        "format",
        "signature",
        "thoughtsignature",
        "status",
        "role",
        "name",
        "step",
        "annotations",
        "logprobs",
        "cachecontrol",
        "citations",
    ];
    BESIDE.contains(&plain(key).as_str())
}

/// Whether it says more than a flag or a count does.
pub(super) fn says_more(value: &Value<'_>) -> bool {
    match value {
        Value::Text(text) => says(value) && is_said(text),
        Value::List(_) | Value::Object(_) | Value::Other(_) => says(value),
        _ => false,
    }
}

/// A name without case and marks between its words.
fn plain(key: &str) -> String {
    let letters = key.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn has_word(name: &str, words: &[&str]) -> bool {
    let name = name.to_lowercase();
    words.iter().any(|word| name.contains(word))
}

/// Whether a field of a turn is called as thinking is.
pub(super) fn is_thinking(key: &str) -> bool {
    rank(key) < UNKNOWN
}

/// How surely a field of a turn is its thinking.
fn rank(key: &str) -> usize {
    let known = plain(key);
    let known = THOUGHT.iter().position(|name| *name == known);
    known.unwrap_or(match is_likely(key) {
        true => THOUGHT.len(),
        false => UNKNOWN,
    })
}

/// Whether a name is likely one of thinking: `model_reasoning`, and not `reasoning_effort`.
fn is_likely(key: &str) -> bool {
    const SETTINGS: [&str; 12] = [
        "effort",
        "mode",
        "signature",
        "id",
        "style",
        "type",
        "format",
        "language",
        "level",
        "status",
        "tokens",
        "budget",
    ];
    let lower = key.to_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_alphanumeric());
    let of_thinking = ["think", "thought", "reasoning"];
    words.any(|word| of_thinking.iter().any(|begins| word.starts_with(begins)))
        && !SETTINGS.iter().any(|ends| plain(key).ends_with(ends))
}

/// Whether a field that is not read may have thinking all the same.
fn is_perhaps(key: &str, value: &Value<'_>) -> bool {
    const PERHAPS: [&str; 5] = [
        "rationale",
        "scratchpad",
        "reflection",
        "deliberation",
        "analysis",
    ];
    (has_word(key, &PERHAPS) || key == "reason" || is_likely(key)) && says_more(value)
}

/// The thinking of an assistant's turn, in the field that is most surely that. What another says beyond it is
/// remarked. Fails where there is thinking and none that is a text.
pub(super) fn thinking<'a>(mut fields: Fields<'a>, remarks: &mut Remarks) -> Said<'a> {
    fields.sort_by_cached_key(|(key, _)| rank(key));
    let (mut whole, mut lost) = (None::<Cow<'a, str>>, None);
    for (key, value) in fields {
        let is_word = |value: &Value<'_>| matches!(value, Value::Text(text) if !text.trim().contains(char::is_whitespace));
        if rank(&key) >= THOUGHT.len() && (rank(&key) == UNKNOWN || is_word(&value)) {
            if is_perhaps(&key, &value) {
                remarks.add(Remark::ThinkingUnread);
            }
            continue;
        }
        match (&whole, thought(value)) {
            (None, Ok(text)) => whole = text,
            (Some(known), Ok(Some(text))) if !is_within(&text, known) => {
                remarks.add(Remark::ThinkingUnread);
            }
            (_, Ok(_)) => {}
            (_, Err(void)) => lost = Some(void),
        }
    }
    match (whole, lost) {
        (None, Some(void)) => Err(void),
        (whole, _) => Ok(whole),
    }
}

/// Whether one text is part of another, but for white space.
fn is_within(part: &str, whole: &str) -> bool {
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    letters(whole).contains(&letters(part))
}
