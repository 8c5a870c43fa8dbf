//! A response as it is trained on, whatever a dataset writes it as: one text with one markup, or a chat.

use std::borrow::Cow;

use crate::source::value::Value;
use crate::source::{Entry, Trajectory, Void};

/// Adds the entry of one response; `rest` is what the row says beside it.
pub(super) fn push<'a>(
    out: &mut Vec<Entry<'a>>,
    generation: usize,
    problem: &Option<Cow<'a, str>>,
    response: Result<Option<Cow<'a, str>>, Void>,
    rest: Trajectory<'a>,
) {
    let body = response.and_then(|response| {
        let problem = problem.clone().ok_or(Void::NoProblem)?;
        let response = response.ok_or(Void::NoResponse)?;
        if response.trim().is_empty() {
            return Err(Void::EmptyResponse);
        }
        Ok(Trajectory {
            problem,
            response,
            ..rest
        })
    });
    out.push(Entry {
        generation: Some(generation as u32),
        body,
    });
}

/// Thinking and answer in the one markup that is trained on.
pub(super) fn marked<'a>(thinking: &str, answer: &str) -> Cow<'a, str> {
    Cow::Owned(format!(
        "<think>\n{}\n</think>\n\n{}",
        thinking.trim(),
        answer.trim()
    ))
}

/// Thinking that was cut off before an answer.
pub(super) fn cut_off<'a>(thinking: &str) -> Cow<'a, str> {
    Cow::Owned(format!("<think>\n{}", thinking.trim()))
}

/// A problem and a response, where there are such.
pub(super) type Asked<'a> = (Option<Cow<'a, str>>, Option<Cow<'a, str>>);

/// What the user says first and the assistant last. `role` and `content` are the turns' fields.
pub(super) fn first_and_last<'a>(
    turns: Value<'a>,
    role: &str,
    content: &str,
) -> Result<Asked<'a>, Void> {
    let Some(turns) = turns.list()? else {
        return Err(Void::NoGenerations);
    };
    let (mut asked, mut said) = (None, None);
    for turn in turns {
        let who = turn.clone().field(role).text()?.unwrap_or_default();
        let text = turn.field(content).text()?;
        match who.as_ref() {
            "user" | "human" if asked.is_none() => asked = text,
            "assistant" | "gpt" => said = text,
            _ => {}
        }
    }
    Ok((asked.filter(|text| !text.trim().is_empty()), said))
}
