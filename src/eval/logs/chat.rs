//! Messages of a chat as logs keep them: a text alone, or a list of messages whose content is a text or has parts.

use std::borrow::Cow;

use crate::source::value::Value;

/// What a role said last; of a text alone, the text. None where nobody of that role said anything.
pub(super) fn last<'a>(messages: Value<'a>, role: &str) -> Option<Cow<'a, str>> {
    match messages.opened() {
        Value::Text(text) => Some(text),
        Value::List(items) => items.into_iter().rev().find_map(|message| {
            is_of(&message, role).then(|| content(message.field("content")))?
        }),
        message @ Value::Object(_) => content(message.field("content")),
        _ => None,
    }
}

fn is_of(message: &Value<'_>, role: &str) -> bool {
    let Value::Object(fields) = message else {
        return false;
    };
    let of = |name: &str| fields.iter().find(|(key, _)| key == name);
    // Thoughts that a log keeps as messages of their own are no answer.
    let is_thought = matches!(of("type"), Some((_, Value::Text(kind))) if kind == "cot");
    let is_said = matches!(of("role"), Some((_, Value::Text(said))) if said == role);
    is_said && !is_thought
}

/// The text of a message's content: of parts, those that are text, one below the other.
pub(super) fn content(content: Value<'_>) -> Option<Cow<'_, str>> {
    match content {
        Value::Text(text) => Some(text),
        Value::List(parts) => {
            let mut texts = parts.into_iter().filter_map(part);
            let first = texts.next()?;
            Some(texts.fold(first, |mut all, text| {
                let said = all.to_mut();
                said.push('\n');
                said.push_str(&text);
                all
            }))
        }
        _ => None,
    }
}

fn part(part: Value<'_>) -> Option<Cow<'_, str>> {
    match part {
        Value::Text(text) => Some(text),
        part => match part.field("text") {
            Value::Text(text) => Some(text),
            _ => None,
        },
    }
}

/// The question in a prompt that was written out with its roles, as tokenizers leave it without their marks: what lies
/// between the last `user` and `assistant` that have a line to themselves. The whole prompt where it has no such lines.
pub(super) fn asked(prompt: &str) -> &str {
    let body = prompt.trim_end();
    let body = match body.rfind("\nassistant") {
        Some(at) if is_thinking(&body[at + "\nassistant".len()..]) => &body[..at],
        _ => return prompt,
    };
    let from = match body.rfind("\nuser\n") {
        Some(at) => at + "\nuser\n".len(),
        None if body.starts_with("user\n") => "user\n".len(),
        None => return prompt,
    };
    body[from..].trim()
}

/// Whether a template left nothing behind the last role but the start of thoughts.
fn is_thinking(rest: &str) -> bool {
    matches!(rest.trim(), "" | "<think>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::value::from_json;

    fn check(messages: &str, role: &str, said: Option<&str>) {
        let messages = from_json(messages).unwrap();
        assert_eq!(last(messages, role).as_deref(), said);
    }

    #[test]
    fn what_a_role_said_last_is_found_however_its_content_is_kept() {
        let chat = r#"[{"role": "user", "content": "a"}, {"role": "assistant", "content": [
            {"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "b"}, {"type": "text", "text": "c"}]}]"#;
        check(chat, "user", Some("a"));
        check(chat, "assistant", Some("b\nc"));
        check(chat, "tool", None);
        check(r#""alone""#, "assistant", Some("alone"));
        check("null", "assistant", None);
        check(
            r#"[{"role": "assistant", "content": "b"}, {"role": "assistant", "type": "cot", "content": "hm"}]"#,
            "assistant",
            Some("b"),
        );
    }

    #[test]
    fn the_question_is_found_between_roles_that_stand_alone() {
        assert_eq!(asked("system\nBe good.\nuser\nWhat?\nassistant\n"), "What?");
        assert_eq!(asked("user\nWhat?\nassistant\n<think>\n"), "What?");
        assert_eq!(
            asked("system\n\nBe.\nuser\n\nWhat, user\nof it?\nassistant\n\n"),
            "What, user\nof it?"
        );
        assert_eq!(
            asked("What does the assistant say?"),
            "What does the assistant say?"
        );
        assert_eq!(asked(""), "");
    }
}
