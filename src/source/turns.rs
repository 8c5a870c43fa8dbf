//! Chats, in whatever way a dataset stores them: one reader for every layout and column.
//!
//! A chat is a list of objects (`role` and `content`, or ShareGPT's `from` and `value`), an object of lists, which is
//! how `datasets` stores a list of objects, or JSON text of either. What a turn says is a text, or a list of parts;
//! its thinking may stand in a field beside it (`reasoning_content`) or in a part of its own, and becomes part of
//! the text as `<think>…</think>`: who reads `content` alone trains on answers without their thinking.
//!
//! A question is never paired with another one's answer. What is no dialogue of questions and their answers, calls
//! tools or shows images is dropped with its reason; system turns are passed over with a remark, since what a model
//! is trained with is the pipeline's to say (`[emit] system`).

use std::borrow::Cow;

use super::markup::joined;
use super::markup::rendered::{self, Said, Speaker};
use super::parts::{self, Fields, content, says, take};
use super::remark::{Remark, Remarks};
use super::value::Value;
use super::void::Void;

/// Who says a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    System,
    User,
    Assistant,
    Tool,
}

/// The names that roles have, in any case.
const ROLES: [(&str, Role); 23] = [
    ("user", Role::User),
    ("human", Role::User),
    ("prompter", Role::User),
    ("assistant", Role::Assistant),
    ("gpt", Role::Assistant),
    ("model", Role::Assistant),
    ("bot", Role::Assistant),
    ("chatgpt", Role::Assistant),
    ("bing", Role::Assistant),
    ("bard", Role::Assistant),
    ("system", Role::System),
    ("developer", Role::System),
    ("tool", Role::Tool),
    ("tools", Role::Tool),
    ("tool_call", Role::Tool),
    ("tool_calls", Role::Tool),
    ("tool_response", Role::Tool),
    ("tool_result", Role::Tool),
    ("function", Role::Tool),
    ("function_call", Role::Tool),
    ("function_response", Role::Tool),
    ("observation", Role::Tool),
    ("ipython", Role::Tool),
];

/// The roles that are also keys, as in `{user: …, assistant: …}`. Others, as `model`, are often something else there.
const KEYS_OF_ROLES: [&str; 7] = [
    "user",
    "human",
    "prompter",
    "assistant",
    "gpt",
    "chatgpt",
    "system",
];

/// Keys of a turn, the more usual ones first.
const WHO: [&str; 2] = ["role", "from"];
const SAID: [&str; 4] = ["content", "value", "text", "parts"];
const CALLED: [&str; 2] = ["tool_calls", "function_call"];
const INFO: &str = "info";

/// Longer keys are none that is read, and a copy of one for each turn could be any size.
const KEY_BYTES_MAX: usize = 64;

/// One turn of a chat.
struct Turn<'a> {
    role: Role,
    /// Of an assistant with its thinking; none where nothing is said.
    text: Option<Cow<'a, str>>,
    /// What a dataset says of the turn in a field of that name.
    info: Value<'a>,
}

/// A question and its own answer.
#[derive(Debug, PartialEq)]
pub(super) struct Exchange<'a> {
    /// None where it says nothing.
    pub question: Option<Cow<'a, str>>,
    /// None where it says nothing, or there is none.
    pub answer: Option<Cow<'a, str>>,
    /// What the dataset says of the question's turn (`info`).
    pub info: Value<'a>,
}

/// A chat, read.
#[derive(Debug, PartialEq)]
pub(super) struct Chat<'a> {
    /// Never none.
    pub exchanges: Vec<Exchange<'a>>,
    pub remarks: Remarks,
}

/// What a cell holds, for a column that may have a chat or something else.
#[derive(Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Chat(Value<'a>),
    Chats(Vec<Value<'a>>),
    Plain(Value<'a>),
}

/// Tells a chat from another value. Fails where text has a chat that was printed by Python and is no JSON.
pub(super) fn cell(value: Value<'_>) -> Result<Cell<'_>, Void> {
    let text = match value {
        Value::Text(text) => text,
        other => return Ok(told(other, is_chat)),
    };
    Ok(match written(&text) {
        Written::Text => Cell::Plain(Value::Text(text)),
        Written::Python => return Err(Void::WrongType),
        // An answer may be JSON itself, which is then the text that it is.
        Written::Json => match told(opened(Value::Text(text.clone())), is_known_chat) {
            Cell::Plain(_) => Cell::Plain(Value::Text(text)),
            chat => chat,
        },
    })
}

/// A value as what it is by that test of a chat.
fn told<'a>(value: Value<'a>, is_chat: fn(&Value<'_>) -> bool) -> Cell<'a> {
    match value {
        chat if is_chat(&chat) => Cell::Chat(chat),
        Value::List(items) if items.iter().any(|item| !is_turn(item) && is_chat(item)) => {
            Cell::Chats(items)
        }
        other => Cell::Plain(other),
    }
}

/// What JSON inside text means, also where it was written as JSON twice.
fn opened(value: Value<'_>) -> Value<'_> {
    value.opened().opened()
}

/// What a text looks like.
enum Written {
    Text,
    /// A chat as JSON, perhaps.
    Json,
    /// A chat as Python's `str` and pandas' `to_csv` write it.
    Python,
}

fn written(text: &str) -> Written {
    let start = text.trim_start();
    let once = start.strip_prefix('"').unwrap_or(start);
    let inner = once.trim_start_matches('[').trim_start();
    let has = |names: [&str; 2]| names.iter().any(|name| inner.contains(name));
    let is_twice = once.len() < start.len();
    match inner.as_bytes() {
        [b'{', ..] if !is_twice && has(["\"role\"", "\"from\""]) => Written::Json,
        [b'{', ..] if is_twice && has(["\"role\\\"", "\"from\\\""]) => Written::Json,
        [b'{', b'\'', ..] if has(["'role'", "'from'"]) && has(["'content'", "'value'"]) => {
            Written::Python
        }
        _ => Written::Text,
    }
}

/// Whether it is a turn, a list of them, or an object of lists.
fn is_chat(value: &Value<'_>) -> bool {
    match value {
        Value::List(items) => {
            let mut said = items.iter().filter(|item| !item.is_absent());
            said.next().is_some_and(is_turn)
        }
        Value::Object(fields) => is_turn(value) || is_of_lists(fields),
        _ => false,
    }
}

/// The same where someone has a role that is known, since text of JSON can be anything.
fn is_known_chat(value: &Value<'_>) -> bool {
    let is_role = |value: &Value<'_>| match value {
        Value::Text(name) => known_role(name).is_some(),
        _ => false,
    };
    let is_known = |value: &Value<'_>| match value {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            WHO.contains(&key.as_ref())
                && match value {
                    Value::List(names) => names.iter().any(is_role),
                    name => is_role(name),
                }
        }),
        _ => false,
    };
    is_chat(value)
        && match value {
            Value::List(items) => items.iter().any(is_known),
            one => is_known(one),
        }
}

fn has_key(fields: &Fields<'_>, names: &[&str]) -> bool {
    fields.iter().any(|(key, _)| names.contains(&key.as_ref()))
}

/// Whether an object holds a list of who and one of what.
fn is_of_lists(fields: &Fields<'_>) -> bool {
    let has = |names: &[&str]| {
        let mut lists = fields.iter();
        lists.any(|(key, value)| names.contains(&key.as_ref()) && matches!(value, Value::List(_)))
    };
    has(&WHO) && has(&SAID)
}

/// Whether it is one turn, however that is written.
fn is_turn(value: &Value<'_>) -> bool {
    let is_who = |(key, value): &(Cow<'_, str>, Value<'_>)| {
        WHO.contains(&key.as_ref()) && matches!(value, Value::Text(_))
    };
    match value {
        Value::Object(fields) if fields.iter().any(is_who) => {
            let says = |(key, _): &(Cow<'_, str>, _)| parts::is_thinking(key);
            has_key(fields, &SAID) || has_key(fields, &CALLED) || fields.iter().any(says)
        }
        Value::Object(fields) => is_by_roles(fields),
        Value::List(pair) => is_pair(pair),
        // A list of rows' JSON.
        Value::Text(text) => {
            text.starts_with('{') && matches!(written(text), Written::Json) && {
                let turn = Value::Text(Cow::Borrowed(text)).opened();
                !matches!(turn, Value::Text(_)) && is_known_chat(&turn)
            }
        }
        _ => false,
    }
}

/// `[role, text]`.
fn is_pair(items: &[Value<'_>]) -> bool {
    match items {
        [Value::Text(name), Value::Text(_)] => known_role(name).is_some(),
        _ => false,
    }
}

/// `{role: text}`, of one turn or of a question and its answer, and nothing that says anything beside it.
fn is_by_roles(fields: &Fields<'_>) -> bool {
    let mut roles = Vec::new();
    for (key, value) in fields.iter().filter(|(_, value)| says(value)) {
        let role = KEYS_OF_ROLES.contains(&key.to_lowercase().as_str());
        match (known_role(key).filter(|_| role), value) {
            (Some(role), Value::Text(_)) if !roles.contains(&role) => roles.push(role),
            _ => return false,
        }
    }
    !roles.is_empty()
}

/// The questions of a chat with their answers. None where there is no chat.
pub(super) fn chat(value: Value<'_>) -> Result<Option<Chat<'_>>, Void> {
    let mut remarks = Remarks::default();
    let turns = turns(value, &mut remarks)?;
    turns.map(|turns| dialogue(turns, remarks)).transpose()
}

/// The questions with their answers of a text that a chat template was written around. None where it is none such, or
/// where nobody answers.
pub(super) fn rendered(text: &str) -> Result<Option<Chat<'static>>, Void> {
    let turn = |said: Said<'_>| Turn {
        role: match said.speaker {
            Speaker::System => Role::System,
            Speaker::User => Role::User,
            Speaker::Assistant => Role::Assistant,
        },
        text: Some(Cow::Owned(said.text.into_owned())),
        info: Value::Missing,
    };
    let turns = rendered::turns(text).unwrap_or_default().into_iter();
    // A template writes an empty system message where it has none to write.
    let turns = turns.filter(|said| said.speaker != Speaker::System || !said.text.is_empty());
    let turns: Vec<Turn<'_>> = turns.map(turn).collect();
    if !turns.iter().any(|turn| turn.role == Role::Assistant) {
        return Ok(None);
    }
    let mut remarks = Remarks::default();
    remarks.add(Remark::TemplateRead);
    dialogue(turns, remarks).map(Some)
}

/// The questions of turns with their answers.
fn dialogue(turns: Vec<Turn<'_>>, mut remarks: Remarks) -> Result<Chat<'_>, Void> {
    let (mut exchanges, mut asked) = (Vec::new(), None);
    for turn in turns {
        match (turn.role, asked.take()) {
            (Role::System, before) => {
                remarks.add(Remark::SystemTurn);
                asked = before;
            }
            (Role::User, None) => asked = Some(turn),
            (Role::Assistant, Some(question)) => exchanges.push(exchange(question, turn.text)),
            (Role::User, Some(_)) | (Role::Assistant, None) => return Err(Void::TurnOrder),
            (Role::Tool, _) => return Err(Void::ToolCalls),
        }
    }
    match asked {
        Some(_) if !exchanges.is_empty() => remarks.add(Remark::UnansweredTurn),
        Some(question) => exchanges.push(exchange(question, None)),
        None if exchanges.is_empty() => return Err(Void::NoProblem),
        None => {}
    }
    Ok(Chat { exchanges, remarks })
}

fn exchange<'a>(question: Turn<'a>, answer: Option<Cow<'a, str>>) -> Exchange<'a> {
    Exchange {
        question: question.text,
        answer,
        info: question.info,
    }
}

/// What a prompt asks: its one question, behind nothing but system turns. None where it says nothing.
pub(super) fn question<'a>(
    prompt: Value<'a>,
    remarks: &mut Remarks,
) -> Result<Option<Cow<'a, str>>, Void> {
    let mut asked = None;
    for turn in turns(prompt, remarks)?.unwrap_or_default() {
        match (turn.role, &asked) {
            (Role::System, _) => remarks.add(Remark::SystemTurn),
            (Role::User, None) => asked = Some(turn.text),
            // Whatever was said before, the last question leans on it.
            (Role::User | Role::Assistant, _) => return Err(Void::SeveralTurns),
            (Role::Tool, _) => return Err(Void::ToolCalls),
        }
    }
    Ok(asked.flatten())
}

/// What a completion answers: its one assistant turn, also behind its question. None where it says nothing.
pub(super) fn answer<'a>(
    completion: Value<'a>,
    remarks: &mut Remarks,
) -> Result<Option<Cow<'a, str>>, Void> {
    let mut said = None;
    for turn in turns(completion, remarks)?.unwrap_or_default() {
        match (turn.role, &said) {
            (Role::System, _) => remarks.add(Remark::SystemTurn),
            (Role::Assistant, None) => said = Some(turn.text),
            (Role::User, None) => {}
            (Role::User | Role::Assistant, Some(_)) => return Err(Void::SeveralTurns),
            (Role::Tool, _) => return Err(Void::ToolCalls),
        }
    }
    Ok(said.flatten())
}

/// The turns of a chat. None where there is none.
fn turns<'a>(value: Value<'a>, remarks: &mut Remarks) -> Result<Option<Vec<Turn<'a>>>, Void> {
    let turns = match opened(value) {
        Value::Missing | Value::Null => return Ok(None),
        Value::List(items) => items,
        Value::Object(fields) if is_of_lists(&fields) => transposed(fields)?,
        one @ Value::Object(_) => vec![one],
        _ => return Err(Void::WrongType),
    };
    let said = turns.into_iter().filter(|turn| !turn.is_absent());
    let said = said.flat_map(|turn| in_one_form(turn.opened()));
    said.map(|value| turn(value, remarks))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// A turn, or two, as objects of `role` and `content` where they are written by their roles; any other as it is.
fn in_one_form(value: Value<'_>) -> Vec<Value<'_>> {
    let turn = |who: Cow<'_, str>, said| {
        let role = Value::Text(Cow::Owned(who.into_owned()));
        Value::Object(vec![(WHO[0].into(), role), (SAID[0].into(), said)])
    };
    match value {
        Value::List(mut pair) if is_pair(&pair) => match (pair.pop(), pair.pop()) {
            (Some(said), Some(Value::Text(who))) => vec![turn(who, said)],
            _ => Vec::new(),
        },
        Value::Object(mut fields) if is_by_roles(&fields) => {
            fields.retain(|(_, said)| says(said));
            // As a dialogue goes: a table may have them by the alphabet.
            fields.sort_by_key(|(who, _)| known_role(who));
            let turns = fields.into_iter();
            turns.map(|(who, said)| turn(who, said)).collect()
        }
        other => vec![other],
    }
}

/// An object of lists as a list of objects. Fails where the lists have not one length.
fn transposed(fields: Fields<'_>) -> Result<Vec<Value<'_>>, Void> {
    let lists = fields.into_iter().filter_map(|(key, value)| match value {
        Value::List(items) => (key.len() <= KEY_BYTES_MAX).then_some((key, items)),
        _ => None,
    });
    let mut turns: Vec<Vec<(Cow<'_, str>, Value<'_>)>> = Vec::new();
    for (at, (key, items)) in lists.enumerate() {
        if at == 0 {
            turns.resize_with(items.len(), Vec::new);
        }
        if turns.len() != items.len() {
            return Err(Void::WrongType);
        }
        for (turn, item) in turns.iter_mut().zip(items) {
            turn.push((key.clone(), item));
        }
    }
    Ok(turns.into_iter().map(Value::Object).collect())
}

fn turn<'a>(value: Value<'a>, remarks: &mut Remarks) -> Result<Turn<'a>, Void> {
    let Value::Object(mut fields) = value else {
        return Err(Void::WrongType);
    };
    let name = take(&mut fields, &WHO).text()?.ok_or(Void::WrongType)?;
    let role = known_role(&name).ok_or(Void::TurnOrder)?;
    if role == Role::Tool || says(&take(&mut fields, &CALLED)) {
        return Err(Void::ToolCalls);
    }
    if parts::shows(&fields) {
        return Err(Void::NoText);
    }
    let text = content(take(&mut fields, &SAID), remarks)?;
    let info = take(&mut fields, &[INFO]);
    let text = match role {
        Role::Assistant => joined(parts::thinking(fields, remarks)?, text),
        _ => text,
    };
    Ok(Turn { role, text, info })
}

fn known_role(name: &str) -> Option<Role> {
    let is_it = |(known, _): &&(&str, Role)| name.trim().eq_ignore_ascii_case(known);
    ROLES.iter().find(is_it).map(|(_, role)| *role)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::value::from_json;

    fn json(text: &'static str) -> Value<'static> {
        from_json(text).expect("JSON")
    }

    type Pairs = Vec<(Option<String>, Option<String>)>;

    /// The questions and answers of a chat.
    fn read(text: &'static str) -> Result<(Pairs, String), Void> {
        let chat = chat(json(text))?.expect("a chat");
        let text = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        let pairs = chat.exchanges.into_iter();
        let pairs = pairs.map(|pair| (text(pair.question), text(pair.answer)));
        Ok((pairs.collect(), chat.remarks.to_string()))
    }

    fn pair(question: &str, answer: &str) -> (Option<String>, Option<String>) {
        (Some(question.to_owned()), Some(answer.to_owned()))
    }

    #[track_caller]
    fn reads(text: &'static str, answer: &str) {
        assert_eq!(
            read(text),
            Ok((vec![pair("q", answer)], String::new())),
            "{text}"
        );
    }

    #[test]
    fn a_chat_is_read_however_it_is_stored() {
        for text in [
            r#"[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]"#,
            r#"[{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]"#,
            r#"[{"role": "User", "content": "q"}, {"role": "MODEL", "text": "a"}]"#,
            r#"[{"role": null, "from": "user", "content": null, "value": "q"}, {"from": "bot", "value": "a"}]"#,
            r#"{"role": ["user", "assistant"], "content": ["q", "a"]}"#,
            r#"{"from": ["human", "gpt"], "value": ["q", "a"], "weight": null}"#,
            r#""[{\"role\": \"user\", \"content\": \"q\"}, {\"role\": \"assistant\", \"content\": \"a\"}]""#,
            r#"["{\"role\": \"user\", \"content\": \"q\"}", null, "{\"from\": \"gpt\", \"value\": \"a\"}"]"#,
            r#"[{"role": "user", "content": [{"type": "text", "text": "q"}]},
                {"role": "assistant", "content": ["a"], "tool_calls": [], "function_call": {"name": null}}]"#,
            r#"[{"role": "user", "content": [{"type": "text", "content": "q"}]},
                {"role": "assistant", "content": [{"type": "text", "text": {"value": "a", "annotations": []}}]}]"#,
            r#"[{"role": "user", "parts": [{"text": "q"}]}, {"role": "model", "parts": [{"text": "a"}]}]"#,
            r#"[{"role": "user", "content": "[{\"type\": \"text\", \"text\": \"q\"}]"}, {"role": "assistant", "content": "a"}]"#,
            r#"[["user", "q"], ["assistant", "a"]]"#,
            r#"[{"user": "q"}, {"assistant": "a"}]"#,
            r#"[{"assistant": "a", "human": "q", "system": null}]"#,
            r#"{"user": "q", "gpt": "a"}"#,
            r#""\"[{\\\"role\\\": \\\"user\\\", \\\"content\\\": \\\"q\\\"}, {\\\"role\\\": \\\"assistant\\\", \\\"content\\\": \\\"a\\\"}]\"""#,
            r#""[{\"role\": \"user\", \"content\": \"q\", \"weight\": NaN}, {\"role\": \"assistant\", \"content\": \"a\"}]""#,
        ] {
            reads(text, "a");
        }
    }

    #[test]
    fn thinking_is_never_left_behind() {
        let whole = "<think>\nt\n</think>\n\na";
        for text in [
            r#"[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "reasoning_content": "t"}]"#,
            r#"[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "reasoning": "t",
                 "reasoning_content": null}]"#,
            r#"[{"role": "user", "content": "q", "thinking": ""}, {"role": "assistant", "content": "a", "thinking": "t"}]"#,
            r#"[{"role": "user", "content": "q"}, {"role": "assistant", "content":
                [{"type": "thinking", "thinking": [{"type": "text", "text": "t"}]}, {"type": "text", "text": "a"}]}]"#,
            r#"[{"role": "user", "content": "q"}, {"role": "assistant", "content":
                [{"type": "reasoning", "text": "t"}, {"type": "output_text", "text": "a", "thinking": null}]}]"#,
            r#"[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a",
                 "reasoning_details": [{"type": "reasoning.text", "text": "t", "signature": null}]}]"#,
            r#"[{"role": "user", "content": "q"}, {"role": "assistant", "reasoning_content": "t",
                 "content": "<think>\nt\n</think>\n\na"}]"#,
        ] {
            reads(text, whole);
        }
        reads(
            r#"[{"role": "user", "content": "q"}, {"role": "assistant", "content": null, "reasoning_content": "t"}]"#,
            "<think>\nt",
        );
        reads(
            r#"[{"role": "user", "content": "q"}, {"role": "assistant", "content":
                ["a", {"thinking": "t"}, {"thinking": "u"}, {"text": "b"}, {"text": "c"}, {"thinking": "v"}]}]"#,
            "a\n<think>\nt\nu\n</think>\n\nbc\n<think>\nv",
        );
    }

    /// What is read of an answer whose turn has these fields besides.
    fn answered(fields: &str) -> (Result<String, Void>, String) {
        let chat =
            format!(r#"[{{"role": "user", "content": "q"}}, {{"role": "assistant", {fields}}}]"#);
        match read(Box::leak(chat.into_boxed_str())) {
            Ok((pairs, remarks)) => (Ok(pairs[0].1.clone().unwrap_or_default()), remarks),
            Err(void) => (Err(void), String::new()),
        }
    }

    #[test]
    fn thinking_is_read_wherever_a_service_puts_it() {
        let whole = Ok("<think>\nt\n</think>\n\na".to_owned());
        for fields in [
            r#""content": "a", "reasoning": {"content": "t"}"#,
            r#""content": "a", "reasoning": {"effort": null, "summary": [{"type": "summary_text", "text": "t"}]}"#,
            r#""content": "a", "thinking_content": "t""#,
            r#""content": "a", "reasoningContent": "t""#,
            r#""content": "a", "thoughts": ["t"]"#,
            r#""content": "a", "thoughts": [{"step": 1, "thought": "t"}]"#,
            r#""content": "a", "analysis": "t""#,
            r#""content": "a", "thinking_blocks": [{"type": "thinking", "thinking": "t", "signature": "x"}]"#,
            r#""content": "a", "reasoning_details": [{"type": "reasoning.summary", "summary": "t"}]"#,
            r#""content": "a", "reasoning": "t", "reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}]"#,
            r#""content": "a", "reasoning": "t", "reasoning_details": "[{\"type\": \"reasoning.text\", \"text\": \"t\"}]""#,
            r#""content": [{"type": "thinking", "content": "t"}, {"type": "text", "text": "a"}]"#,
            r#""content": [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "t"}]}, {"type": "text", "text": "a"}]"#,
            r#""content": [{"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "t"}]}, {"text": "a"}]"#,
            r#""content": [{"type": "text", "text": "a", "reasoning": "t"}]"#,
            r#""content": {"thinking": "t", "answer": "a"}"#,
            r#""parts": [{"thought": true, "text": "t"}, {"text": "a", "thoughtSignature": "x"}]"#,
        ] {
            assert_eq!(answered(fields), (whole.clone(), String::new()), "{fields}");
        }
        let likely = r#""content": "a", "model_reasoning": "Add them.""#;
        let read = Ok("<think>\nAdd them.\n</think>\n\na".to_owned());
        assert_eq!(answered(likely), (read, String::new()));
        let several = Ok("<think>\nt\nu\n</think>\n\na".to_owned());
        for fields in [
            r#""content": "a", "thinking": ["t", "u"]"#,
            r#""content": "a", "thinking": ["t\n", "u"]"#,
            r#""content": [{"type": "thinking", "thinking": "t"}, {"type": "thinking", "thinking": "u"}, "a"]"#,
        ] {
            assert_eq!(answered(fields).0, several, "{fields}");
        }
    }

    #[test]
    fn a_flag_or_a_setting_is_no_thinking() {
        for fields in [
            r#""content": "a", "thinking": true"#,
            r#""content": "a", "thinking": "enabled""#,
            r#""content": "a", "thinking": {"type": "enabled", "budget_tokens": 1024}"#,
            r#""content": "a", "reasoning": {"effort": "high", "summary": "auto"}"#,
            r#""content": "a", "reasoning_effort": "high", "reasoning_tokens": 12, "finish_reason": "stop""#,
            r#""content": [{"type": "thinking", "signature": "x"}, {"type": "text", "text": "a"}]"#,
        ] {
            let expected = (Ok("a".to_owned()), String::new());
            assert_eq!(answered(fields), expected, "{fields}");
        }
    }

    #[test]
    fn thinking_that_is_not_read_is_remarked_or_has_its_reason() {
        for fields in [
            r#""content": "a", "reasoning": "t", "thinking": "another""#,
            r#""content": "a", "reasoning": "t", "rationale": "It is so.""#,
            r#""content": "a", "reasoning": "t", "thinking_kind": "long""#,
        ] {
            let (said, remarks) = answered(fields);
            assert_eq!(said, Ok("<think>\nt\n</think>\n\na".into()), "{fields}");
            assert_eq!(remarks, "thinking_unread", "{fields}");
        }
        let wrong = (Err(Void::WrongType), String::new());
        let fields = r#""content": "a", "reasoning": {"deliberated": "t u"}"#;
        assert_eq!(answered(fields), wrong);
        let fields =
            r#""content": [{"type": "thinking", "body": "t"}, {"type": "text", "text": "a"}]"#;
        assert_eq!(answered(fields), wrong);
        for fields in [
            r#""content": "a", "reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}]"#,
            r#""content": [{"type": "reasoning", "summary": [], "encrypted_content": "x"}, {"type": "text", "text": "a"}]"#,
            r#""content": [{"type": "redacted_thinking", "data": "x"}, {"type": "text", "text": "a"}]"#,
        ] {
            assert_eq!(answered(fields).0, Err(Void::NoText), "{fields}");
        }
    }

    #[test]
    fn an_image_is_no_text_whatever_stands_beside_it() {
        for fields in [
            r#""content": [{"type": "image_url", "image_url": {"url": "u"}, "text": "cap"}]"#,
            r#""content": [{"image": "a.png", "text": "cap"}]"#,
            r#""content": [{"inlineData": {"data": "x"}}, {"text": "a"}]"#,
            r#""content": [{"type": "text", "body": "a"}]"#,
            r#""content": {"thinking": "t", "body": "a"}"#,
            r#""content": "a", "images": ["a.png"]"#,
        ] {
            assert_eq!(answered(fields).0, Err(Void::NoText), "{fields}");
        }
        assert_eq!(
            answered(r#""content": [{"functionCall": {"name": "py"}}]"#).0,
            Err(Void::ToolCalls)
        );
        let filled = r#""content": [{"type": "text", "text": "a", "image_url": null}], "images": [], "audio": null"#;
        assert_eq!(answered(filled).0, Ok("a".into()));
    }

    #[test]
    fn a_question_is_never_paired_with_another_ones_answer() {
        let several = r#"[{"role": "system", "content": "s"}, {"role": "user", "content": "q"},
            {"role": "assistant", "content": "a"}, {"role": "user", "content": "r"},
            {"role": "assistant", "content": "b"}, {"role": "user", "content": "?"}]"#;
        let pairs = vec![pair("q", "a"), pair("r", "b")];
        assert_eq!(
            read(several),
            Ok((pairs, "system_turn, unanswered_turn".into()))
        );
        let unanswered = r#"[{"role": "user", "content": "q"}]"#;
        assert_eq!(
            read(unanswered).map(|read| read.0),
            Ok(vec![(Some("q".into()), None)])
        );
        let order = Err(Void::TurnOrder);
        assert_eq!(read(r#"[{"role": "assistant", "content": "a"}]"#), order);
        assert_eq!(
            read(r#"[{"role": "user", "content": "q"}, {"role": "user", "content": "r"}]"#),
            order
        );
        assert_eq!(
            read(r#"[{"role": "user", "content": "q"}, {"role": "critic", "content": "no"}]"#),
            order
        );
    }

    #[test]
    fn what_is_no_dialogue_of_texts_has_its_reason() {
        let calls = Err(Void::ToolCalls);
        assert_eq!(
            read(
                r#"[{"role": "user", "content": "q"}, {"role": "assistant", "content": null,
                "tool_calls": [{"function": {"name": "py"}}]}]"#
            ),
            calls
        );
        assert_eq!(
            read(r#"[{"from": "human", "value": "q"}, {"from": "function_call", "value": "{}"}]"#),
            calls
        );
        assert_eq!(
            read(
                r#"[{"role": "user", "content": [{"type": "text", "text": "q"}, {"type": "image"}]}]"#
            ),
            Err(Void::NoText)
        );
        for text in [
            r#"[{"content": "q"}]"#,
            r#"["q", "a"]"#,
            r#""q""#,
            r#"{"role": ["user"], "content": []}"#,
            r#"[{"role": "user", "content": [[1]]}]"#,
            r#"[["q", "a"]]"#,
            r#"{"user": ["q", "r"], "assistant": ["a", "b"]}"#,
            r#"[{"user": "q", "assistant": "a", "gpt": "b"}]"#,
            r#"[{"user": "q", "assistant": "a", "rating": 5}]"#,
        ] {
            assert_eq!(read(text), Err(Void::WrongType), "{text}");
        }
        assert_eq!(read("[]"), Err(Void::NoProblem));
    }

    #[test]
    fn a_prompt_asks_one_question_and_a_completion_answers_it_once() {
        let asked = |text| {
            let mut remarks = Remarks::default();
            let asked = question(json(text), &mut remarks)?;
            Ok((asked.map(Cow::into_owned), remarks.to_string()))
        };
        let behind_system =
            r#"[{"role": "system", "content": "s"}, {"role": "user", "content": "q"}]"#;
        assert_eq!(
            asked(behind_system),
            Ok((Some("q".into()), "system_turn".into()))
        );
        let again = r#"[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]"#;
        assert_eq!(asked(again), Err(Void::SeveralTurns));
        let said = |text| {
            answer(json(text), &mut Remarks::default()).map(|text| text.map(Cow::into_owned))
        };
        assert_eq!(
            said(r#"[{"role": "assistant", "content": "a"}]"#),
            Ok(Some("a".into()))
        );
        assert_eq!(
            said(r#"{"role": "assistant", "content": "a"}"#),
            Ok(Some("a".into()))
        );
        assert_eq!(said(again), Ok(Some("a".into())));
        assert_eq!(said("[]"), Ok(None));
        assert_eq!(
            said(r#"[{"role": "assistant", "content": "a"}, {"role": "user", "content": "r"}]"#),
            Err(Void::SeveralTurns)
        );
    }

    /// Values of which some are chats, and most are nearly such.
    fn near_chat() -> impl Strategy<Value = Value<'static>> {
        const WORDS: &[&str] = &[
            "user",
            "gpt",
            "system",
            "tool",
            "q",
            "",
            "[",
            "{\"role\": \"user\"}",
            "<think>",
            "text",
            "thinking",
            "image",
            "null",
        ];
        let word = prop::sample::select(WORDS).prop_map(|word| Value::Text(word.into()));
        let leaf = prop_oneof![4 => word, 1 => Just(Value::Null), 1 => Just(Value::Integer(1))];
        const KEYS: &[&str] = &[
            "role",
            "from",
            "content",
            "value",
            "text",
            "type",
            "thinking",
            "reasoning_content",
            "tool_calls",
            "info",
        ];
        leaf.prop_recursive(5, 48, 4, |inner| {
            let key = prop::sample::select(KEYS).prop_map(Cow::Borrowed);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
                prop::collection::vec((key, inner), 0..5).prop_map(Value::Object),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_cell_is_a_chat_or_has_its_reason(value in near_chat()) {
            if let Ok(Some(chat)) = chat(value.clone()) {
                prop_assert!(!chat.exchanges.is_empty());
            }
            let _ = question(value.clone(), &mut Remarks::default());
            let _ = answer(value.clone(), &mut Remarks::default());
            let _ = cell(value);
        }
    }

    #[test]
    fn a_text_in_a_chat_template_is_the_chat_that_it_was() {
        let said = |text: &str| {
            let chat = rendered(text)?;
            let chat = chat.map(|chat| {
                let pairs = chat.exchanges.into_iter();
                let text = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
                let pairs = pairs.map(|pair| (text(pair.question), text(pair.answer)));
                (pairs.collect::<Pairs>(), chat.remarks.to_string())
            });
            Ok(chat)
        };
        let text = "<|im_start|>system\n<|im_end|>\n<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n\
                    <think>\nt\n</think>\n\na<|im_end|>";
        let pairs = vec![pair("q", "<think>\nt\n</think>\n\na")];
        assert_eq!(said(text), Ok(Some((pairs, "template_read".into()))));
        let two = "<｜begin▁of▁sentence｜>s<｜User｜>q<｜Assistant｜>a<｜end▁of▁sentence｜><｜User｜>r<｜Assistant｜>b";
        let pairs = vec![pair("q", "a"), pair("r", "b")];
        assert_eq!(
            said(two),
            Ok(Some((pairs, "system_turn, template_read".into())))
        );
        assert_eq!(said("<|im_start|>user\nq<|im_end|>\n"), Ok(None));
        assert_eq!(said("q: a"), Ok(None));
        assert_eq!(said("[/INST] a"), Err(Void::TurnOrder));
    }

    #[test]
    fn a_cell_with_a_chat_is_told_from_a_text() {
        let is = |text| match cell(json(text)) {
            Ok(Cell::Chat(_)) => "a chat",
            Ok(Cell::Chats(_)) => "chats",
            Ok(Cell::Plain(_)) => "plain",
            Err(_) => "refused",
        };
        assert_eq!(is(r#"[{"role": "user", "content": "q"}]"#), "a chat");
        assert_eq!(
            is(r#""[{\"from\": \"human\", \"value\": \"q\"}]""#),
            "a chat"
        );
        assert_eq!(
            is(r#"[[{"role": "assistant", "content": "a"}], [{"role": "assistant"}]]"#),
            "chats"
        );
        assert_eq!(is(r#"["a", "b"]"#), "plain");
        assert_eq!(is(r#""What role? {1, 2}""#), "plain");
        assert_eq!(is(r#""[{'role': 'user', 'content': 'q'}]""#), "refused");
        assert_eq!(is("null"), "plain");
        assert_eq!(is(r#"{"role": "assistant", "content": "a"}"#), "a chat");
        assert_eq!(is(r#"[["user", "q"], ["assistant", "a"]]"#), "a chat");
        assert_eq!(
            is(r#"["{\"role\": \"user\", \"content\": \"q\"}"]"#),
            "a chat"
        );
        // An answer that is JSON, or Python, of its own.
        for text in [
            r#""{\"from\": \"A\", \"to\": \"B\"}""#,
            r#""[{\"from\": \"A\", \"to\": \"B\"}]""#,
            r#""[{\"role\": \"admin\", \"content\": \"all\"}]""#,
            r#""{\"from\": [1], \"to\": [2]}""#,
            r#""{'from': 'A', 'to': 'B'}""#,
            r#""{\"from\": \"A\"""#,
        ] {
            assert_eq!(cell(json(text)), Ok(Cell::Plain(json(text))), "{text}");
        }
    }
}
