//! Entries of problems and responses, whatever a dataset writes these as: texts, chats, lists of either.

use std::borrow::Cow;

use crate::rules::TurnsRule;
use crate::source::remark::{Remark, Remarks};
use crate::source::turns::{self, Cell, Chat, Exchange};
use crate::source::value::Value;
use crate::source::{Entry, Trajectory, Void};

/// A text, or none where there is nothing, or why there is none.
pub(super) type Said<'a> = Result<Option<Cow<'a, str>>, Void>;

/// Adds the entry of one response; `rest` is what the row says beside it.
pub(super) fn push<'a>(
    out: &mut Vec<Entry<'a>>,
    generation: usize,
    problem: &Option<Cow<'a, str>>,
    response: Said<'a>,
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

/// Remarks a system message that stands beside the turns and is passed over.
pub(super) fn pass_over(system: Value<'_>, remarks: &mut Remarks) -> Result<(), Void> {
    let says = |text: Cow<'_, str>| !text.trim().is_empty();
    if system.text()?.is_some_and(says) {
        remarks.add(Remark::SystemTurn);
    }
    Ok(())
}

/// One response of a row before it is an entry: what it answers, what it says, and what the row says beside it.
pub(super) struct Answered<'a> {
    pub problem: Option<Cow<'a, str>>,
    pub said: Said<'a>,
    pub rest: Trajectory<'a>,
}

/// The answered questions of a chat by the pipeline's rule for several. A gold answer of the row is the one of
/// its only question; of several it is nobody's.
pub(super) fn of_chat<'a>(
    chat: Option<Chat<'a>>,
    rule: TurnsRule,
    rest: &Trajectory<'a>,
) -> Result<Vec<Answered<'a>>, Void> {
    let Chat { exchanges, remarks } = chat.ok_or(Void::NoGenerations)?;
    let is_several = exchanges.len() > 1;
    if is_several && rule == TurnsRule::One {
        return Err(Void::SeveralTurns);
    }
    bounded(&None, rest, exchanges.len())?;
    let of = |(index, exchange): (usize, Exchange<'a>)| {
        let mut rest = rest.clone();
        rest.remarks = rest.remarks.and(remarks);
        if index > 0 {
            rest.remarks.add(Remark::EarlierTurns);
        }
        let own = rest.gold.take().filter(|_| !is_several);
        rest.gold = match own {
            None => exchange.info.field("reference_answer").said()?,
            own => own,
        };
        Ok(Answered {
            problem: exchange.question.filter(|text| !text.trim().is_empty()),
            said: Ok(exchange.answer),
            rest,
        })
    };
    exchanges.into_iter().enumerate().map(of).collect()
}

/// More bytes than the copies of a row's problem and of what is said beside it have for all of its responses.
const COPIES_BYTES_MAX: usize = 1 << 28;

/// Fails where a row has so long a problem (or so much beside it) and so many responses that a copy for each would
/// take more memory than any row of a dataset needs.
pub(super) fn bounded(
    problem: &Option<Cow<'_, str>>,
    rest: &Trajectory<'_>,
    responses: usize,
) -> Result<(), Void> {
    let beside = [
        &rest.gold,
        &rest.style,
        &rest.category,
        &rest.origin,
        &rest.source_id,
    ];
    let texts = beside.into_iter().chain([problem]).flatten();
    let bytes: usize = texts.map(|text| text.len()).sum();
    match bytes.saturating_mul(responses) > COPIES_BYTES_MAX {
        true => Err(Void::TooLarge),
        false => Ok(()),
    }
}

/// Adds the answered questions of a chat.
pub(super) fn push_chat<'a>(
    out: &mut Vec<Entry<'a>>,
    chat: Option<Chat<'a>>,
    rule: TurnsRule,
    rest: &Trajectory<'a>,
) -> Result<(), Void> {
    for (index, one) in of_chat(chat, rule, rest)?.into_iter().enumerate() {
        push(out, index, &one.problem, one.said, one.rest);
    }
    Ok(())
}

/// The problem of a cell: a text, or the one question that a prompt's turns ask. None where it is blank.
pub(super) fn asked<'a>(cell: Value<'a>, remarks: &mut Remarks) -> Said<'a> {
    let text = match turns::cell(cell)? {
        Cell::Chat(prompt) => turns::question(prompt, remarks)?,
        // Several texts, as both turns of a chat, are no problem.
        Cell::Plain(Value::List(items)) if items.len() > 1 => return Err(Void::WrongType),
        Cell::Chats(_) => return Err(Void::WrongType),
        Cell::Plain(text) => text.said()?,
    };
    Ok(text.filter(|text| !text.trim().is_empty()))
}

/// One response of a row and what was remarked of it.
pub(super) type Response<'a> = (Said<'a>, Remarks);

/// The responses of a cell: a text or an answer's turns, or a list of such. None where the cell is null.
pub(super) fn responses(cell: Value<'_>) -> Result<Vec<Response<'_>>, Void> {
    Ok(match turns::cell(cell)? {
        Cell::Chat(chat) => vec![answer(chat)],
        Cell::Chats(chats) => chats.into_iter().map(text).collect(),
        Cell::Plain(Value::Missing | Value::Null) => Vec::new(),
        Cell::Plain(Value::List(items)) => items.into_iter().map(text).collect(),
        Cell::Plain(one) => match listed(one)? {
            Value::List(items) => items.into_iter().map(text).collect(),
            one => vec![text(one)],
        },
    })
}

/// A list of texts that stands as JSON inside text, as the list. Fails where Python wrote it, which is no JSON.
fn listed(value: Value<'_>) -> Result<Value<'_>, Void> {
    let Value::Text(text) = &value else {
        return Ok(value);
    };
    let text = text.trim();
    if text.starts_with("['") && text.ends_with("']") {
        return Err(Void::WrongType);
    }
    if !(text.starts_with("[\"") && text.ends_with("\"]")) {
        return Ok(value);
    }
    let is_text = |item: &Value<'_>| matches!(item, Value::Text(_));
    Ok(match value.clone().opened() {
        Value::List(items) if items.iter().all(is_text) => Value::List(items),
        _ => value,
    })
}

fn answer(chat: Value<'_>) -> Response<'_> {
    let mut remarks = Remarks::default();
    let said = turns::answer(chat, &mut remarks);
    (said, remarks)
}

/// One response of a list: a text, or an answer's turns.
fn text(value: Value<'_>) -> Response<'_> {
    let said = match turns::cell(value) {
        Ok(Cell::Chat(chat)) => return answer(chat),
        Ok(Cell::Plain(text)) => text.text(),
        Ok(Cell::Chats(_)) => Err(Void::WrongType),
        Err(void) => Err(void),
    };
    (said, Remarks::default())
}

/// Adds an entry for each response, or says that there are none. `rest` is what the row says beside them, and
/// `add` adds what it says of the one of that index.
pub(super) fn push_all<'a>(
    out: &mut Vec<Entry<'a>>,
    problem: &Option<Cow<'a, str>>,
    responses: Vec<Response<'a>>,
    rest: &Trajectory<'a>,
    add: impl Fn(usize, &mut Trajectory<'a>),
) -> Result<(), Void> {
    if responses.is_empty() {
        return Err(Void::NoGenerations);
    }
    bounded(problem, rest, responses.len())?;
    for (index, (said, remarks)) in responses.into_iter().enumerate() {
        let mut rest = rest.clone();
        rest.remarks = rest.remarks.and(remarks);
        add(index, &mut rest);
        push(out, index, problem, said, rest);
    }
    Ok(())
}

/// A recorded verdict: a truth value however it is written, or a reward of 1 for right and of 0 or -1 for wrong.
/// Any other value is no verdict, and remarked.
pub(super) fn verdict(value: &Value<'_>, remarks: &mut Remarks) -> Option<bool> {
    let is_nothing = match value {
        Value::Number(number) => number.is_nan(),
        Value::Text(text) => text.trim().is_empty(),
        other => other.is_absent(),
    };
    let truth = value.truth().or_else(|| reward(value));
    if truth.is_none() && !is_nothing {
        remarks.add(Remark::RecordedUnread);
    }
    truth
}

/// Whether a response ended by itself, where its source says why; with a remark where nobody knows the word.
pub(super) fn finish(value: &Value<'_>, remarks: &mut Remarks) -> Option<bool> {
    let finished = value.finished();
    let is_nothing = match value {
        Value::Text(text) => text.trim().is_empty(),
        other => other.is_absent(),
    };
    if finished.is_none() && !is_nothing {
        remarks.add(Remark::FinishUnread);
    }
    finished
}

/// Remarks a list beside the responses that has another length than there are responses: it is read from the front, and
/// vouches for nothing behind its end.
pub(super) fn check_length(said: &Value<'_>, responses: usize, remarks: &mut Remarks) {
    if matches!(said, Value::List(items) if !items.is_empty() && items.len() != responses) {
        remarks.add(Remark::Misaligned);
    }
}

/// Whether a number means right or wrong.
fn reward(value: &Value<'_>) -> Option<bool> {
    let number = match value {
        Value::Integer(number) => *number as f64,
        Value::Number(number) => *number,
        Value::Decimal(text) | Value::Text(text) => text.trim().parse().ok()?,
        Value::List(items) if items.len() == 1 => return reward(&items[0]),
        _ => return None,
    };
    match number {
        1.0 => Some(true),
        0.0 | -1.0 => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::value::from_json;

    #[test]
    fn responses_are_a_text_or_a_list_however_that_is_written() {
        let read = |json: &'static str| {
            let read = responses(from_json(json).expect("JSON"))?.into_iter();
            let said: Result<Vec<_>, Void> = read.map(|(said, _)| said).collect();
            Ok(said?.into_iter().flatten().collect::<Vec<_>>())
        };
        assert_eq!(read(r#""a""#), Ok(vec!["a".into()]));
        let both = Ok(vec!["a".into(), "b".into()]);
        assert_eq!(read(r#"["a", "b"]"#), both);
        assert_eq!(read(r#""[\"a\", \"b\"]""#), both);
        assert_eq!(read(r#""['a', 'b']""#), Err(Void::WrongType));
        assert_eq!(read(r#""[1, 2]""#), Ok(vec!["[1, 2]".into()]));
        assert_eq!(read("null"), Ok(Vec::new()));
        assert_eq!(read("7"), Err(Void::WrongType));
    }

    #[test]
    fn a_verdict_is_read_as_people_record_it() {
        let read = |text: &str| {
            let mut remarks = Remarks::default();
            let verdict = verdict(&from_json(text).expect("JSON"), &mut remarks);
            (verdict, remarks.has(Remark::RecordedUnread))
        };
        for right in [
            "true", "1", "1.0", "\"True\"", "\"1.0\"", "\"yes\"", "[1.0]",
        ] {
            assert_eq!(read(right), (Some(true), false), "{right}");
        }
        for wrong in [
            "false",
            "0",
            "0.0",
            "-1",
            "-1.0",
            "\"False\"",
            "\"-1\"",
            "\"incorrect\"",
        ] {
            assert_eq!(read(wrong), (Some(false), false), "{wrong}");
        }
        for other in ["0.75", "2", "\"maybe\"", "[1, 0]", "{}"] {
            assert_eq!(read(other), (None, true), "{other}");
        }
        for nothing in ["null", "\"\""] {
            assert_eq!(read(nothing), (None, false), "{nothing}");
        }
    }
}
