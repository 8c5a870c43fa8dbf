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
use super::remark::{Remark, Remarks};
use super::value::Value;
use super::void::Void;

/// Who says a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Keys of a turn, the more usual ones first.
const WHO: [&str; 2] = ["role", "from"];
const SAID: [&str; 3] = ["content", "value", "text"];
const THOUGHT: [&str; 6] = [
    "reasoning_content",
    "reasoning",
    "thinking",
    "reasoning_text",
    "thought",
    "reasoning_details",
];
const CALLED: [&str; 2] = ["tool_calls", "function_call"];
const INFO: &str = "info";

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
    let value = match value {
        Value::Text(text) => match written(&text) {
            Written::Text => return Ok(Cell::Plain(Value::Text(text))),
            Written::Python => return Err(Void::WrongType),
            Written::Json => Value::Text(text).opened(),
        },
        other => other,
    };
    Ok(match value {
        chat if is_chat(&chat) => Cell::Chat(chat),
        Value::List(items) if items.iter().any(is_chat) => Cell::Chats(items),
        other => Cell::Plain(other),
    })
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
    let inner = start.trim_start_matches('[').trim_start();
    let has = |names: [&str; 2]| names.iter().any(|name| inner.contains(name));
    match inner.as_bytes() {
        [b'{', ..] if has(["\"role\"", "\"from\""]) => Written::Json,
        [b'{', b'\'', ..] if has(["'role'", "'from'"]) => Written::Python,
        _ => Written::Text,
    }
}

fn is_chat(value: &Value<'_>) -> bool {
    match value {
        Value::List(items) => {
            let mut said = items.iter().filter(|item| !item.is_absent());
            said.next().is_some_and(is_turn)
        }
        Value::Object(fields) => {
            let is_who = |(key, value): &(Cow<'_, str>, Value<'_>)| {
                WHO.contains(&key.as_ref()) && matches!(value, Value::List(_))
            };
            fields.iter().any(is_who)
        }
        _ => false,
    }
}

fn is_turn(value: &Value<'_>) -> bool {
    let is_who = |(key, value): &(Cow<'_, str>, Value<'_>)| {
        WHO.contains(&key.as_ref()) && matches!(value, Value::Text(_))
    };
    match value {
        Value::Object(fields) => fields.iter().any(is_who),
        _ => false,
    }
}

/// The questions of a chat with their answers. None where there is no chat.
pub(super) fn chat(value: Value<'_>) -> Result<Option<Chat<'_>>, Void> {
    let Some(turns) = turns(value)? else {
        return Ok(None);
    };
    let (mut exchanges, mut remarks) = (Vec::new(), Remarks::default());
    let mut asked = None;
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
    Ok(Some(Chat { exchanges, remarks }))
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
    for turn in turns(prompt)?.unwrap_or_default() {
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
    for turn in turns(completion)?.unwrap_or_default() {
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
fn turns(value: Value<'_>) -> Result<Option<Vec<Turn<'_>>>, Void> {
    let turns = match value.opened() {
        Value::Missing | Value::Null => return Ok(None),
        Value::List(items) => items,
        chat @ Value::Object(_) if is_chat(&chat) => transposed(chat)?,
        one @ Value::Object(_) => vec![one],
        _ => return Err(Void::WrongType),
    };
    let said = turns.into_iter().filter(|turn| !turn.is_absent());
    said.map(turn).collect::<Result<_, _>>().map(Some)
}

/// An object of lists as a list of objects. Fails where the lists have not one length.
fn transposed(chat: Value<'_>) -> Result<Vec<Value<'_>>, Void> {
    let Value::Object(fields) = chat else {
        return Err(Void::WrongType);
    };
    // Of other keys nothing is read, and a copy for each turn could be any size.
    let known = [&WHO[..], &SAID, &THOUGHT, &CALLED, &[INFO]].concat();
    let lists = fields.into_iter().filter_map(|(key, value)| match value {
        Value::List(items) => Some((*known.iter().find(|known| **known == key)?, items)),
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
            turn.push((Cow::Borrowed(key), item));
        }
    }
    Ok(turns.into_iter().map(Value::Object).collect())
}

fn turn(value: Value<'_>) -> Result<Turn<'_>, Void> {
    let Value::Object(mut fields) = value.opened() else {
        return Err(Void::WrongType);
    };
    let mut take = |names: &[&str]| {
        let mut values = names.iter().filter_map(|name| {
            let at = fields.iter().position(|(key, _)| key == name)?;
            Some(fields.swap_remove(at).1)
        });
        values.find(says).unwrap_or(Value::Missing)
    };
    let role = role(take(&WHO))?;
    let [calls, thought, said] = [&CALLED[..], &THOUGHT, &SAID].map(&mut take);
    let info = take(&[INFO]);
    if role == Role::Tool || says(&calls) {
        return Err(Void::ToolCalls);
    }
    let text = content(said)?;
    let text = match role {
        Role::Assistant => joined(content(thought)?, text),
        _ => text,
    };
    Ok(Turn { role, text, info })
}

fn role(value: Value<'_>) -> Result<Role, Void> {
    let name = value.text()?.ok_or(Void::WrongType)?;
    let is_it = |(known, _): &&(&str, Role)| name.trim().eq_ignore_ascii_case(known);
    let known = ROLES.iter().find(is_it);
    known.map(|(_, role)| *role).ok_or(Void::TurnOrder)
}

/// Whether a value says anything: a list of nothing and an object of nulls do not, nor does an empty text.
fn says(value: &Value<'_>) -> bool {
    match value {
        Value::Missing | Value::Null => false,
        Value::List(items) => items.iter().any(says),
        Value::Object(fields) => fields.iter().any(|(_, value)| says(value)),
        Value::Text(text) => !matches!(text.trim(), "" | "[]" | "{}" | "null" | "None"),
        _ => true,
    }
}

/// What stands in a turn's content: a text, or parts of it.
fn content(value: Value<'_>) -> Result<Option<Cow<'_, str>>, Void> {
    match value {
        Value::List(parts) => of_parts(parts),
        part @ Value::Object(_) => of_parts(vec![part]),
        other => other.said(),
    }
}

/// A part of a turn.
enum Part<'a> {
    Text(Cow<'a, str>),
    Thinking(Cow<'a, str>),
}

/// The text of a list of parts, with its thinking where that stands; thinking at the end was cut off.
fn of_parts(parts: Vec<Value<'_>>) -> Result<Option<Cow<'_, str>>, Void> {
    let mut said: Vec<Part<'_>> = Vec::new();
    for value in parts {
        match (said.last_mut(), part(value)?) {
            (_, None) => {}
            (Some(Part::Text(text)), Some(Part::Text(more)))
            | (Some(Part::Thinking(text)), Some(Part::Thinking(more))) => *text += more,
            (_, Some(part)) => said.push(part),
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

/// Part of a turn by its `type`; none where it is empty. Fails where it is no text.
fn part(value: Value<'_>) -> Result<Option<Part<'_>>, Void> {
    let fields = match value {
        Value::Missing | Value::Null => return Ok(None),
        Value::Text(text) => return Ok(Some(Part::Text(text))),
        Value::Object(fields) => Value::Object(fields),
        _ => return Err(Void::WrongType),
    };
    let kind = fields.clone().field("type").text()?.unwrap_or_default();
    if kind.contains("tool") || kind.contains("function") {
        return Err(Void::ToolCalls);
    }
    // Also OpenRouter's `reasoning.text`.
    let thinks = kind.starts_with("thinking") || kind.starts_with("reasoning");
    for name in ["thinking", "reasoning", "summary", "text"] {
        let value = fields.clone().field(name);
        if says(&value) {
            let text = plain(value)?;
            let wrap = if thinks || name != "text" {
                Part::Thinking
            } else {
                Part::Text
            };
            return Ok(Some(wrap(text)));
        }
    }
    match kind.is_empty()
        || kind.ends_with("text")
        || matches!(kind.as_ref(), "thinking" | "reasoning")
    {
        true => Ok(None),
        false => Err(Void::NoText),
    }
}

/// A text, also one that lies in parts of text again, as Magistral's thinking does.
fn plain(value: Value<'_>) -> Result<Cow<'_, str>, Void> {
    match value {
        Value::Text(text) => Ok(text),
        Value::List(parts) => {
            let mut all = Cow::Borrowed("");
            for part in parts {
                let text = match part {
                    object @ Value::Object(_) => object.field("text").text()?,
                    other => other.text()?,
                };
                all += text.unwrap_or_default();
            }
            Ok(all)
        }
        _ => Err(Void::WrongType),
    }
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
            "a\n<think>\ntu\n</think>\n\nbc\n<think>\nv",
        );
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
    }
}
