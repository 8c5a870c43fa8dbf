//! Sample logs of lm-evaluation-harness (`samples_*.jsonl`): a question a row, with what a model answered.
//!
//! `resps` has a list for each request and in it an item for each repeat. A question stands once for each filter;
//! the copies are exact and fall as duplicates.

use std::borrow::Cow;

use super::Reading;
use super::cells::{Cells, cells};
use super::response::{asked, push_all, responses, verdict};
use crate::source::remark::Remarks;
use crate::source::value::Value;
use crate::source::{Entry, Trajectory, Void};

pub(super) static READING: Reading = Reading {
    columns: |_| Lmeval::columns(),
    records: |_| true,
    recognised_by: &[&["doc", "target", "resps"]],
    unless: &[],
    entries: |_, cells, out| entries(Lmeval::of(cells), out),
};

cells! {
    Lmeval {
        doc: required Any,
        resps: required Any,
        target: optional Answer,
        arguments: optional Any,
        exact_match: optional Any,
        exact_matches: optional Any,
        doc_id: optional Answer,
    }
}

/// What tasks call their question.
const QUESTION: [&str; 6] = [
    "problem", "question", "Problem", "Question", "query", "prompt",
];

fn entries<'a>(row: Lmeval<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    let mut remarks = Remarks::default();
    let problem = question(row.doc.opened(), row.arguments, &mut remarks)?;
    let rest = Trajectory {
        gold: row.target.said()?,
        source_id: row.doc_id.said().unwrap_or_default(),
        remarks,
        ..Trajectory::default()
    };
    let responses = responses(flat(row.resps.opened()))?;
    let verdicts = match (row.exact_matches.opened(), row.exact_match) {
        (Value::List(verdicts), _) => verdicts,
        (_, verdict) if responses.len() == 1 => vec![verdict],
        // One verdict of several answers is nobody's.
        _ => Vec::new(),
    };
    push_all(out, &problem, responses, &rest, |index, rest| {
        let recorded = verdicts.get(index);
        rest.recorded_rule = recorded.and_then(|value| verdict(value, &mut rest.remarks));
    })
}

/// The task's question; where it has another name, what the model was asked.
fn question<'a>(
    doc: Value<'a>,
    arguments: Value<'a>,
    remarks: &mut Remarks,
) -> Result<Option<Cow<'a, str>>, Void> {
    for name in QUESTION {
        let value = doc.clone().field(name);
        if !value.is_absent() {
            return asked(value, remarks);
        }
    }
    let first = arguments.opened().field("gen_args_0").field("arg_0");
    asked(first, remarks)
}

/// A list of lists as one list.
fn flat(value: Value<'_>) -> Value<'_> {
    let Value::List(items) = value else {
        return value;
    };
    let items = items.into_iter().flat_map(|item| match item {
        Value::List(inner) => inner,
        one => vec![one],
    });
    Value::List(items.collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests::trajectories;
    use crate::source::Layout;

    #[test]
    fn each_repeat_is_a_response_with_its_verdict() {
        let row = r#"{"doc_id": 3, "doc": {"question": "1+1?", "answer": null}, "target": 2,
            "resps": [["2", "3"]], "filtered_resps": ["2"], "exact_match": 1.0, "exact_matches": [1, 0]}"#;
        let read = trajectories(Layout::Lmeval, row);
        assert_eq!(read.len(), 2);
        assert_eq!(
            (read[1].problem.as_ref(), read[1].response.as_ref()),
            ("1+1?", "3")
        );
        assert_eq!(
            (read[0].recorded_rule, read[1].recorded_rule),
            (Some(true), Some(false))
        );
        assert_eq!(
            (read[0].gold.as_deref(), read[0].source_id.as_deref()),
            (Some("2"), Some("3"))
        );
    }

    #[test]
    fn one_verdict_of_several_answers_is_nobodys() {
        let row = r#"{"doc": {"Problem": "1+1?"}, "target": "2", "resps": [["2"], ["3"]], "exact_match": 1.0}"#;
        let read = trajectories(Layout::Lmeval, row);
        assert_eq!((read[0].recorded_rule, read[1].recorded_rule), (None, None));
        let row = r#"{"doc": {"x": 1}, "arguments": {"gen_args_0": {"arg_0": "1+1?"}}, "target": "2",
            "resps": [["2"]], "exact_match": 0.0}"#;
        let read = trajectories(Layout::Lmeval, row);
        assert_eq!(
            (read[0].problem.as_ref(), read[0].recorded_rule),
            ("1+1?", Some(false))
        );
    }
}
