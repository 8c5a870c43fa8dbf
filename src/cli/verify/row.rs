//! One row: read, judged, written back with its verdict.

use std::borrow::Cow;
use std::ops::Range;

use indexmap::IndexMap;
use serde_json::value::RawValue;

use super::field::Texts;
use super::task::{Said, Task};
use super::{input, plain};
use crate::engine::conventions;
use crate::source::text::strict;
use crate::verify::{Options, Verdict};

/// Why a row cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    Json,
    Field,
    Options,
    Large,
    /// It has a field of the name that this would be written to.
    Taken(Added),
}

impl Bad {
    pub(super) const ALL: [Self; 4] = [Self::Json, Self::Field, Self::Options, Self::Large];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Json => "bad_json",
            Self::Field => "bad_row",
            Self::Options => "bad_options",
            Self::Large => "too_large",
            Self::Taken(_) => "taken",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Json => "no JSON object",
            Self::Options => "`options` with an unknown name or a value that nothing here does",
            Self::Large => "more than 16 MiB, or more than 65,536 responses",
            Self::Taken(_) => "a field of the name of one that is added",
            Self::Field => "a gold answer or a response that is neither text nor a number",
        }
    }
}

/// A row's fields, in its order.
pub(super) type Fields<'r> = IndexMap<String, &'r RawValue>;

/// A judged row.
pub(super) struct Judged {
    /// The row as it is written back.
    pub line: Line,
    /// Of each response.
    pub judgements: Vec<Judgement>,
    /// Whether the row has one response, and no list of them.
    pub is_one: bool,
    pub said: Said,
    /// Kept where verdicts are held against a column.
    pub gold: String,
}

/// A judged response.
pub(super) struct Judgement {
    pub verdict: Verdict,
    /// What the column says that verdicts are held against.
    pub recorded: Option<bool>,
}

/// A row to write: a part of the one that was read, and what follows it.
pub(super) struct Line {
    pub head: Range<usize>,
    pub tail: Vec<u8>,
    /// Whether the part has no letter but those of ASCII that are seen.
    pub is_seen: bool,
}

/// Judges a row: an object with a gold answer and a response, or several, or an answer, and perhaps `options` of its
/// own.
pub(super) fn judge(task: &Task, text: &[u8]) -> Result<Judged, Bad> {
    if text == input::TOO_LARGE {
        return Err(Bad::Large);
    }
    let text = std::str::from_utf8(text).map_err(|_| Bad::Json)?;
    match plain::judge(task, text) {
        Some(judged) => Ok(judged),
        None => judge_long(task, text),
    }
}

/// Judges a row of any kind; one that is JSON but for what Python lets pass (`NaN`, half a surrogate pair) is mended.
pub(super) fn judge_long(task: &Task, text: &str) -> Result<Judged, Bad> {
    match serde_json::from_str(text) {
        Ok(fields) => judge_fields(task, &fields),
        Err(_) => {
            let text = strict(text).ok_or(Bad::Json)?;
            let fields = serde_json::from_str(&text).map_err(|_| Bad::Json)?;
            judge_fields(task, &fields)
        }
    }
}

fn judge_fields(task: &Task, fields: &Fields<'_>) -> Result<Judged, Bad> {
    if let Some(added) = task.names.taken(fields).filter(|_| task.is_written) {
        return Err(Bad::Taken(added));
    }
    let gold = task.gold.text(fields)?.unwrap_or_default();
    let own = own_options(task, fields)?;
    let options = own.as_ref().unwrap_or(&task.options);
    let against = task.against.as_ref();
    let recorded = against.map_or_else(Vec::new, |field| field.truths(fields));
    let (said, texts) = said(task, fields)?;
    let is_one = matches!(texts, Texts::One(_)) && !task.is_each;
    let texts = match texts {
        Texts::One(text) => vec![text],
        Texts::Several(texts) => texts,
    };
    let judgements = texts.iter().enumerate().map(|(at, text)| Judgement {
        verdict: said.verdict(&gold, text.as_deref().unwrap_or_default(), options),
        // One that is recorded of the row is of each of its responses.
        recorded: *recorded
            .get(if recorded.len() == 1 { 0 } else { at })
            .unwrap_or(&None),
    });
    let judgements: Vec<Judgement> = judgements.collect();
    let tail = written(task, fields, &judgements, is_one && !task.is_listed);
    Ok(Judged {
        line: Line {
            head: 0..0,
            tail: tail.map_err(|_| Bad::Json)?,
            is_seen: false,
        },
        judgements,
        is_one,
        said,
        gold: gold.into_owned(),
    })
}

/// The options that a row has of its own: an object, or the text of one, as a column of Parquet holds it. A list is the
/// choices of a problem.
fn own_options(task: &Task, fields: &Fields<'_>) -> Result<Option<Options>, Bad> {
    let Some(own) = fields.get("options").map(|own| own.get()) else {
        return Ok(None);
    };
    let object = match own.as_bytes().first() {
        Some(b'n' | b'[') => return Ok(None),
        Some(b'"') => Cow::Owned(serde_json::from_str(own).map_err(|_| Bad::Options)?),
        _ => Cow::Borrowed(own),
    };
    let options = conventions::named(&object, &task.options);
    options.map(Some).map_err(|_| Bad::Options)
}

/// What the row says that is judged: the first of its fields that is there and not null.
fn said<'r>(task: &Task, fields: &'r Fields<'_>) -> Result<(Said, Texts<'r>), Bad> {
    for (said, field) in task.said() {
        match field.texts(fields)? {
            Texts::One(None) => {}
            texts => return Ok((said, texts)),
        }
    }
    Ok((Said::Response, Texts::One(None)))
}

/// What is added to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Added {
    Verdict,
    Extracted,
    Reason,
}

impl Added {
    pub(super) const ALL: [Self; 3] = [Self::Verdict, Self::Extracted, Self::Reason];

    fn name(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Extracted => "extracted",
            Self::Reason => "reason",
        }
    }

    fn of(self, verdict: &Verdict) -> Option<&str> {
        match self {
            Self::Verdict => Some(verdict.outcome.as_str()),
            Self::Extracted => verdict.extracted.as_deref(),
            Self::Reason => Some(verdict.reason.as_str()),
        }
    }
}

/// What the added fields are called.
#[derive(Clone, Debug)]
pub(super) struct Names([String; 3]);

impl Names {
    /// Their names with something before each.
    pub(super) fn of(prefix: &str) -> Self {
        Self(Added::ALL.map(|added| format!("{prefix}{}", added.name())))
    }

    pub(super) fn all(&self) -> [&str; 3] {
        Added::ALL.map(|added| self.name(added))
    }

    pub(super) fn name(&self, added: Added) -> &str {
        &self.0[added as usize]
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|added| added == name)
    }

    /// The first of them that a row has already.
    fn taken(&self, fields: &Fields<'_>) -> Option<Added> {
        let mut all = Added::ALL.into_iter();
        all.find(|added| fields.contains_key(self.name(*added)))
    }
}

/// Writes a field with what was judged: of one response its own, of a list of them a list of each.
pub(super) fn write_added(
    out: &mut Vec<u8>,
    name: &str,
    added: Added,
    judgements: &[Judgement],
    is_one: bool,
) -> serde_json::Result<()> {
    write_key(out, name)?;
    let text = |one: &Judgement| added.of(&one.verdict).map(str::to_owned);
    match judgements {
        [one] if is_one => serde_json::to_writer(out, &added.of(&one.verdict)),
        _ => serde_json::to_writer(out, &judgements.iter().map(text).collect::<Vec<_>>()),
    }
}

fn write_key(out: &mut Vec<u8>, name: &str) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *out, name)?;
    out.push(b':');
    Ok(())
}

/// The row with what was judged at its end.
fn written(
    task: &Task,
    fields: &Fields<'_>,
    judgements: &[Judgement],
    is_one: bool,
) -> serde_json::Result<Vec<u8>> {
    line_of(fields, |out, added| {
        write_added(out, task.names.name(added), added, judgements, is_one)
    })
}

/// The line of a row whose added fields are written by `write`, a key each and what belongs to it.
fn line_of(
    fields: &Fields<'_>,
    write: impl Fn(&mut Vec<u8>, Added) -> serde_json::Result<()>,
) -> serde_json::Result<Vec<u8>> {
    let bytes: usize = fields
        .iter()
        .map(|(name, raw)| name.len() + raw.get().len() + 4)
        .sum();
    let mut out = Vec::with_capacity(bytes + 128);
    out.push(b'{');
    for (name, raw) in fields {
        write_key(&mut out, name)?;
        out.extend_from_slice(raw.get().as_bytes());
        out.push(b',');
    }
    for added in Added::ALL {
        write(&mut out, added)?;
        out.push(b',');
    }
    // The last comma.
    out.pop();
    out.extend_from_slice(b"}\n");
    Ok(out)
}

/// A row that stands for a line which could not be judged, so that lines keep their places.
pub(super) fn unjudged(task: &Task, text: &[u8], why: Bad, line: u64) -> Line {
    let mended = std::str::from_utf8(text).ok().and_then(strict);
    let text = mended.as_ref().map_or(text, |text| text.as_bytes());
    let number = line.to_string();
    let mut fields: Fields<'_> = serde_json::from_slice(text).unwrap_or_default();
    if fields.is_empty()
        && let Ok(number) = serde_json::from_str(&number)
    {
        fields.insert("line".into(), number);
    }
    let tail = line_of(&fields, |out, added| {
        write_key(out, task.names.name(added))?;
        let value = match added {
            Added::Verdict => Some("undecided"),
            Added::Extracted => None,
            Added::Reason => Some(why.code()),
        };
        match task.is_listed {
            true => serde_json::to_writer(out, &[value]),
            false => serde_json::to_writer(out, &value),
        }
    });
    Line {
        head: 0..0,
        tail: tail.unwrap_or_default(),
        is_seen: false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use clap::Parser;
    use serde_json::{Value, json};

    use super::super::Arguments;
    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        arguments: Arguments,
    }

    impl Line {
        pub(in super::super) fn written(&self, text: &str) -> String {
            text[self.head.clone()].to_owned() + &String::from_utf8_lossy(&self.tail)
        }
    }

    /// The task of a command line.
    pub(in super::super) fn task(arguments: &[&str]) -> Task {
        let line = ["verify", "rows.jsonl"].iter().chain(arguments);
        let command = Command::try_parse_from(line).expect("a command line");
        Task::of(&command.arguments, false).expect("a task")
    }

    #[track_caller]
    fn check(arguments: &[&str], row: &Value, verdict: &Value) {
        let text = row.to_string();
        let judged = judge(&task(arguments), text.as_bytes()).expect("a row that can be judged");
        let written: Value = serde_json::from_str(&judged.line.written(&text)).expect("a row");
        assert_eq!(&written["verdict"], verdict, "{row}");
    }

    #[test]
    fn an_answer_is_read_whole_where_a_row_has_no_response() {
        let sentence = "The answer is not 3";
        check(&[], &json!({"gold": "3", "answer": "3"}), &json!("correct"));
        check(
            &[],
            &json!({"gold": "3", "answer": "x > 3", "response": null}),
            &json!("undecided"),
        );
        let both = json!({"gold": "3", "answer": sentence, "response": "\\boxed{3}"});
        check(&[], &both, &json!("correct"));
        check(&["--answer-field", "answer"], &both, &json!("undecided"));
        check(
            &["--response-field", "response"],
            &json!({"gold": "3", "answer": "3"}),
            &json!("no_answer"),
        );
        // The gold answer is no answer of the model.
        check(
            &["--gold-field", "answer"],
            &json!({"answer": "3"}),
            &json!("no_answer"),
        );
    }

    #[test]
    fn each_item_of_a_list_has_its_verdict_and_a_null_its_place() {
        let row = json!({"doc": {"answer": 3}, "resps": [["\\boxed{3}", null, "\\boxed{4}"]]});
        let fields = [
            "--gold-field",
            "doc.answer",
            "--response-field",
            "resps[0][]",
        ];
        check(&fields, &row, &json!(["correct", "no_answer", "wrong"]));
        let fields = ["--gold-field", "doc.answer", "--answer-field", "picks[]"];
        let row = json!({"doc": {"answer": "1/2"}, "picks": ["0.5", null, 3]});
        check(&fields, &row, &json!(["correct", "no_answer", "wrong"]));
        let row = json!({"gold": "1", "response": []});
        check(&[], &row, &json!([]));
        // A row without a list has one verdict in a list, as the others have.
        let fields = ["--response-field", "outs[]"];
        let row = json!({"gold": "1", "outs": null});
        check(&fields, &row, &json!(["no_answer"]));
    }

    #[test]
    fn options_of_the_command_line_hold_where_a_row_has_none() {
        let row = |options: Value| json!({"gold": "2", "answer": "2.0001", "options": options});
        check(
            &[],
            &json!({"gold": "2", "answer": "2.0001"}),
            &json!("wrong"),
        );
        let tolerant = ["--rel-tol", "1e-4"];
        check(
            &tolerant,
            &json!({"gold": "2", "answer": "2.0001"}),
            &json!("correct"),
        );
        check(&tolerant, &row(json!({"strict": false})), &json!("correct"));
        check(&tolerant, &row(json!({"rel_tol": 1e-9})), &json!("wrong"));
        check(&[], &row(json!({"abs_tol": 0.001})), &json!("correct"));
        check(&[], &row(Value::Null), &json!("wrong"));
        check(&[], &row(json!(["A) 1", "B) 2"])), &json!("wrong"));
        let text = json!(" {\"abs_tol\": 0.001}");
        check(&[], &row(text), &json!("correct"));
        for options in [
            json!("{\"nonsense\": 1}"),
            json!("rel"),
            json!(1),
            json!(true),
        ] {
            let text = row(options).to_string();
            let judged = judge(&task(&[]), text.as_bytes());
            assert_eq!(judged.err(), Some(Bad::Options), "{text}");
        }
    }

    #[test]
    fn what_python_lets_pass_is_mended() {
        for row in [
            r#"{"gold": "3", "reward": NaN, "response": "\\boxed{3}"}"#,
            r#"{"gold": "3", "response": "\ud83d \\boxed{3}"}"#,
        ] {
            let judged = judge(&task(&[]), row.as_bytes()).expect("a row that can be judged");
            assert_eq!(judged.judgements[0].verdict.outcome.as_str(), "correct");
            let written = judged.line.written(row);
            assert!(
                serde_json::from_str::<Value>(&written).is_ok() || row.contains("ud83d"),
                "{written}"
            );
        }
    }
}
