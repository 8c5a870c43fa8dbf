//! A row of a log, by the names of its columns.

use std::borrow::Cow;

use super::told::{self, Bad};
use crate::eval::table::Outcome;
use crate::source::value::Value;

/// The cells that a format asked for. Taking one leaves nothing in its place.
pub(crate) struct Cells<'a, 'n> {
    names: &'n [String],
    values: Vec<Value<'a>>,
}

impl<'a, 'n> Cells<'a, 'n> {
    pub(crate) fn new(names: &'n [String], values: Vec<Value<'a>>) -> Self {
        Self { names, values }
    }

    /// The value of a column, which is missing afterwards.
    pub(crate) fn take(&mut self, name: &str) -> Value<'a> {
        match self.names.iter().position(|known| known == name) {
            Some(at) => self.take_at(at),
            None => Value::Missing,
        }
    }

    /// The same by its place among those asked for.
    pub(crate) fn take_at(&mut self, at: usize) -> Value<'a> {
        self.values.get_mut(at).map_or(Value::Missing, |value| {
            std::mem::replace(value, Value::Missing)
        })
    }

    /// The value of a column.
    pub(crate) fn get(&self, name: &str) -> &Value<'a> {
        let at = self.names.iter().position(|known| known == name);
        at.and_then(|at| self.values.get(at))
            .unwrap_or(&Value::Missing)
    }

    /// Text, however it is stored; none where there is nothing or it cannot be text.
    pub(crate) fn said(&mut self, name: &str) -> Option<Cow<'a, str>> {
        said(self.take(name))
    }

    /// A text that must be one where there is something.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<Cow<'a, str>>, Bad> {
        self.take(name).text().map_err(|_| Bad::WrongType)
    }

    /// The items of a list; none where there is nothing.
    pub(crate) fn list(&mut self, name: &str) -> Result<Option<Vec<Value<'a>>>, Bad> {
        self.take(name).list().map_err(|_| Bad::WrongType)
    }
}

/// A value as text, numbers and truth values written out; none where there is nothing or it is a list or an object.
pub(crate) fn said(value: Value<'_>) -> Option<Cow<'_, str>> {
    value.said().ok().flatten()
}

/// A number, also where it is written as text; none where there is none.
pub(crate) fn number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Number(number) => Some(*number).filter(|number| number.is_finite()),
        Value::Decimal(text) => text.parse().ok(),
        Value::Text(text) => {
            let number: f64 = text.trim().parse().ok()?;
            Some(number).filter(|number| number.is_finite())
        }
        _ => None,
    }
}

/// A count, also where it is written as text or as a float; none where there is none, or it is negative or has a
/// fraction, and the largest where it is larger.
pub(crate) fn count(value: &Value<'_>) -> Option<u32> {
    let number = number(value)?;
    (number >= 0.0 && number.fract() == 0.0).then(|| number.min(f64::from(u32::MAX)) as u32)
}

/// What a cell with a grade means: a truth value, a score of 0 or 1, or words for them.
pub(crate) fn grade(value: &Value<'_>) -> Option<Outcome> {
    match value {
        Value::Number(score) => told::of_score(*score),
        Value::Integer(score) => told::of_score(*score as f64),
        value => match value.truth().or_else(|| verdict_word(value)) {
            Some(is_right) => Some(told::outcome(is_right)),
            None => told::of_score(number(value)?),
        },
    }
}

/// A verdict by a word or a letter that sheets and judges write.
fn verdict_word(value: &Value<'_>) -> Option<bool> {
    const RIGHT: [&str; 4] = ["y", "t", "pass", "passed"];
    const WRONG: [&str; 4] = ["n", "f", "fail", "failed"];
    let Value::Text(text) = value else {
        return None;
    };
    let is = |words: [&str; 4]| {
        words
            .iter()
            .any(|word| text.trim().eq_ignore_ascii_case(word))
    };
    (is(RIGHT) || is(WRONG)).then(|| is(RIGHT))
}

/// What stands where a verdict should, and is none: no number but 0 and 1, and no word for right or wrong. Nothing of
/// null and what stands for it.
pub(crate) fn no_verdict(value: &Value<'_>) -> Option<String> {
    let is_verdict = matches!(grade(value), Some(Outcome::Right | Outcome::Wrong));
    let is_blank = match value {
        Value::Missing | Value::Null => true,
        Value::Number(number) => number.is_nan(),
        Value::Text(text) => {
            let words = ["", "nan", "none", "null"];
            words.contains(&text.trim().to_lowercase().as_str())
        }
        _ => false,
    };
    (!is_verdict && !is_blank).then(|| match said(value.clone()) {
        Some(text) => text.chars().take(NO_VERDICT_CHARS_MAX).collect(),
        None => value.kind().to_owned(),
    })
}

/// So much is shown of it.
const NO_VERDICT_CHARS_MAX: usize = 40;

/// What chat templates write where a turn ends.
const TURN_ENDS: [&str; 12] = [
    "<|im_end|>",
    "<｜end▁of▁sentence｜>",
    "<|end_of_sentence|>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|end_of_solution|>",
    "<end_of_turn>",
    "<|return|>",
    "<|END_OF_TURN_TOKEN|>",
    "[|endofturn|]",
    "</s>",
];

/// Whether a response ends with the mark of a turn's end.
pub(crate) fn ends_turn(response: &str) -> bool {
    let end = response.trim_end();
    TURN_ENDS.iter().any(|mark| end.ends_with(mark))
}

/// How chat templates write the user's turn: what stands before it, and what behind.
const USER_TURNS: [(&str, &str); 7] = [
    ("<|im_start|>user\n", "<|im_end|>"),
    ("<｜User｜>", "<｜Assistant｜>"),
    ("<|User|>", "<|Assistant|>"),
    ("<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>"),
    ("<start_of_turn>user\n", "<end_of_turn>"),
    ("<|user|>\n", "<|"),
    ("[INST]", "[/INST]"),
];

/// The last turn of the user in a prompt; a prompt without a chat's marks as a whole.
pub(crate) fn user_turn(prompt: Cow<'_, str>) -> Cow<'_, str> {
    let found = USER_TURNS.iter().find_map(|(open, close)| {
        let start = prompt.rfind(open)? + open.len();
        let length = prompt[start..].find(close).unwrap_or(prompt.len() - start);
        Some(start..start + length)
    });
    match (found, prompt) {
        (None, prompt) => prompt,
        (Some(range), Cow::Borrowed(prompt)) => prompt[range].trim().into(),
        (Some(range), Cow::Owned(prompt)) => prompt[range].trim().to_owned().into(),
    }
}
