//! Evalchemy's logs: a benchmark's question a row, with the outputs of a model.

use super::Reading;
use super::cells::{Cells, cells, not_blank};
use super::response::{push_all, responses};
use crate::source::{Entry, Trajectory, Void};

pub(super) static READING: Reading = Reading {
    columns: |_| Evalchemy::columns(),
    records: |_| false,
    recognised_by: &[
        &["problem", "model_outputs"],
        &["question", "model_outputs"],
        &["problem", "model_output"],
        &["question", "model_output"],
    ],
    unless: &[],
    entries: |_, cells, out| entries(Evalchemy::of(cells), out),
};

cells! {
    Evalchemy {
        problem: optional Text,
        question: optional Text,
        model_outputs: optional Any,
        model_output: optional Any,
        expected_answer: optional Answer,
        answer: optional Answer,
        id: optional Answer,
        unique_id: optional Answer,
        subject: optional Text,
    }
}

fn entries<'a>(row: Evalchemy<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    let problem = not_blank(row.problem)?.or(not_blank(row.question)?);
    let rest = Trajectory {
        gold: row.expected_answer.said()?.or(row.answer.said()?),
        category: row.subject.text()?,
        source_id: row.id.said()?.or(row.unique_id.said()?),
        ..Trajectory::default()
    };
    let outputs = match row.model_outputs.is_absent() {
        true => row.model_output,
        false => row.model_outputs.opened(),
    };
    push_all(out, &problem, responses(outputs)?, &rest, |_, _| ())
}

#[cfg(test)]
mod tests {
    use super::super::tests::trajectories;
    use crate::source::Layout;

    #[test]
    fn each_output_is_a_response_to_the_question() {
        let row = r#"{"id": 7, "question": "1+1?", "answer": 2, "model_outputs": ["2", "3"],
            "model_answers": ["2", "3"], "label": 1}"#;
        let read = trajectories(Layout::Evalchemy, row);
        assert_eq!(read.len(), 2);
        assert_eq!(read[1].response, "3");
        assert_eq!(
            (read[1].gold.as_deref(), read[1].source_id.as_deref()),
            (Some("2"), Some("7"))
        );
        let row =
            r#"{"problem": "1+1?", "solution": "Add.", "answer": "2", "model_output": "So 2."}"#;
        let read = trajectories(Layout::Evalchemy, row);
        assert_eq!((read.len(), read[0].response.as_ref()), (1, "So 2."));
    }
}
