//! Who says what in a row, in whichever column it stands.

use serde_json::Value as Json;

use super::{Row, TrainedColumn};
use crate::verify::{Thinking, split_thinking};

/// Who speaks, and what is said.
pub(crate) type Turn<'r> = (&'r str, &'r str);

/// The turns of a row; none where it has but a text that is written in a template already.
pub(crate) fn turns(row: &Row) -> Vec<Turn<'_>> {
    if let Some(messages) = &row.messages {
        return listed(messages, ["role", "content"]);
    }
    if let (Some(prompt), Some(completion)) = (&row.prompt, &row.completion) {
        let mut all = of_column(prompt, "user");
        all.extend(of_column(completion, "assistant"));
        return all;
    }
    let conversations = row.conversations.as_ref();
    conversations.map_or_else(Vec::new, |all| listed(all, ["from", "value"]))
}

/// A list of turns, or what one says.
fn of_column<'r>(column: &'r Json, role: &'static str) -> Vec<Turn<'r>> {
    match column.as_str() {
        Some(said) => vec![(role, said)],
        None => listed(column, ["role", "content"]),
    }
}

fn listed<'r>(list: &'r Json, [who, what]: [&str; 2]) -> Vec<Turn<'r>> {
    let turns = list.as_array().into_iter().flatten();
    let turns = turns.filter_map(|turn| {
        let role = match turn[who].as_str()? {
            "human" => "user",
            "gpt" => "assistant",
            role => role,
        };
        Some((role, turn[what].as_str()?))
    });
    turns.collect()
}

/// The thinking of each reply that has some, in their order, without its marks.
pub(crate) fn thinking(row: &Row, column: Option<TrainedColumn>) -> Vec<&str> {
    let turns = turns(row);
    let text = row.text.as_deref().filter(|_| turns.is_empty());
    // Of a text in a template the reply is what stands behind the first mark of thinking.
    let text = text.filter(|_| column == Some(TrainedColumn::Text));
    let text = text.and_then(|text| Some(&text[text.find("<think>")?..]));
    let said = turns.into_iter().filter(|(role, _)| *role == "assistant");
    let replies = said.map(|(_, reply)| reply).chain(text);
    let inside = replies.filter_map(of_reply);
    inside.chain(thinking_apart(row)).collect()
}

/// The thinking that stands beside what a turn says, in a key of its own: many templates have no word of it.
fn thinking_apart(row: &Row) -> impl Iterator<Item = &str> {
    let columns = match &row.messages {
        Some(messages) => [Some(messages), None],
        None => [row.prompt.as_ref(), row.completion.as_ref()],
    };
    let turns = columns.into_iter().flatten().filter_map(Json::as_array);
    let replies = turns.flatten().filter(|turn| turn["role"] == "assistant");
    let parts = replies.filter_map(|turn| {
        let mut keys = ["reasoning_content", "reasoning", "thinking"].iter();
        keys.find_map(|key| turn[*key].as_str().map(str::trim))
    });
    parts.filter(|part| !part.is_empty())
}

fn of_reply(reply: &str) -> Option<&str> {
    let parts = split_thinking(reply);
    let thinking = reply[parts.thinking].trim();
    (parts.state != Thinking::Absent && !thinking.is_empty()).then_some(thinking)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn thinking_in_a_key_of_its_own_is_thinking() {
        let reply = json!({ "role": "assistant", "content": "4", "reasoning_content": " one " });
        let of = |messages| Row {
            messages: Some(messages),
            ..Row::default()
        };
        let row = of(json!([{ "role": "user", "content": "1+1?", "thinking": "no" }, reply]));
        assert_eq!(thinking(&row, None), ["one"]);
        assert!(thinking(&of(json!([{ "role": "assistant", "content": "4" }])), None).is_empty());
    }

    #[test]
    fn turns_stand_in_any_column_and_have_one_name_each() {
        let expected = vec![("user", "1+1?"), ("assistant", "<think>\none\n</think>2")];
        let reply = expected[1].1;
        let messages = json!([{ "role": "user", "content": "1+1?" }, { "role": "assistant", "content": reply }]);
        let conversations =
            json!([{ "from": "human", "value": "1+1?" }, { "from": "gpt", "value": reply }]);
        let rows = [
            Row {
                messages: Some(messages.clone()),
                ..Row::default()
            },
            Row {
                conversations: Some(conversations),
                ..Row::default()
            },
            Row {
                prompt: Some("1+1?".into()),
                completion: Some(json!([messages[1]])),
                ..Row::default()
            },
        ];
        for row in &rows {
            assert_eq!(turns(row), expected);
            assert_eq!(thinking(row, None), ["one"]);
        }
        let text = Row {
            text: Some(format!("<|im_start|>assistant\n{reply}<|im_end|>")),
            ..Row::default()
        };
        assert!(turns(&text).is_empty());
        assert_eq!(thinking(&text, Some(TrainedColumn::Text)), ["one"]);
    }
}
