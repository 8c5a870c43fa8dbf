//! open-r1/OpenR1-Math-220k: a list of generations a row, with lists of verdicts aligned to it.
//!
//! A list of verdicts is null where its verifier did not look at the row, and a scalar comparison with it
//! would reject every row.

use super::Reading;
use super::cells::{Cells, cells, items, not_blank};
use super::response::{bounded, check_length, finish, push, verdict};
use crate::source::value::Value;
use crate::source::{Entry, Facts, Remarks, Trajectory, Void};

pub(super) static READING: Reading = Reading {
    columns: |_| Openr1::columns(),
    records: |_| true,
    recognised_by: &[&["problem", "generations"]],
    unless: &[],
    entries: |_, cells, out| entries(Openr1::of(cells), out),
};

cells! {
    Openr1 {
        problem: required Text,
        generations: required Texts,
        answer: optional Answer,
        problem_type: optional Text,
        question_type: optional Text,
        source: optional Text,
        uuid: optional Answer,
        is_reasoning_complete: optional Bools,
        correctness_math_verify: optional Bools,
        correctness_llama: optional Bools,
        finish_reasons: optional Texts,
    }
}

fn entries<'a>(row: Openr1<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    let problem = not_blank(row.problem)?;
    let generations = items(row.generations)?;
    let rest = Trajectory {
        gold: row.answer.said()?,
        style: Some("r1".into()),
        category: row.problem_type.text()?,
        facts: Facts {
            question_type: row.question_type.text()?,
            ..Facts::default()
        },
        origin: row.source.text()?,
        source_id: row.uuid.said().unwrap_or_default(),
        ..Trajectory::default()
    };
    let mut remarks = Remarks::default();
    let mut beside = |cell: Value<'a>| {
        let list = cell.list()?.map_or(Value::Null, Value::List);
        check_length(&list, generations.len(), &mut remarks);
        items(list)
    };
    let complete = beside(row.is_reasoning_complete)?;
    let rule = beside(row.correctness_math_verify)?;
    let judge = beside(row.correctness_llama)?;
    let reasons = beside(row.finish_reasons)?;
    if generations.is_empty() {
        return Err(Void::NoGenerations);
    }
    bounded(&problem, &rest, generations.len())?;
    for (index, response) in generations.into_iter().enumerate() {
        let mut rest = rest.clone();
        rest.remarks = remarks;
        let mut at = |list: &[Value<'a>]| verdict(list.get(index)?, &mut rest.remarks);
        (rest.recorded_rule, rest.recorded_judge) = (at(&rule), at(&judge));
        let complete = complete.get(index).and_then(Value::truth);
        let reason = reasons.get(index);
        let reason = reason.and_then(|value| finish(value, &mut rest.remarks));
        rest.finished = finished(complete, reason);
        push(out, index, &problem, response.text(), rest);
    }
    Ok(())
}

/// Cut off where one of the two says so: a generation may be complete in one list and null in the other.
fn finished(complete: Option<bool>, reason: Option<bool>) -> Option<bool> {
    match (complete, reason) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (complete, reason) => complete.or(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, trajectories};
    use super::*;
    use crate::source::Layout;

    #[test]
    fn a_verdict_belongs_to_the_generation_at_its_place_and_a_null_list_to_none() {
        let row = r#"{"problem": "1+1?", "generations": ["2", "3"], "answer": "2",
                      "correctness_math_verify": [true, false], "correctness_llama": null}"#;
        let read = trajectories(Layout::Openr1, row);
        let verdicts = |at: usize| (read[at].recorded_rule, read[at].recorded_judge);
        assert_eq!(verdicts(0), (Some(true), None));
        assert_eq!(verdicts(1), (Some(false), None));
        assert_eq!(read[1].gold.as_deref(), Some("2"));
    }

    #[test]
    fn one_word_that_it_was_cut_off_is_enough() {
        assert_eq!(finished(Some(true), Some(false)), Some(false));
        assert_eq!(finished(Some(false), Some(true)), Some(false));
        assert_eq!(finished(None, Some(true)), Some(true));
        assert_eq!(finished(None, None), None);
    }

    #[test]
    fn a_row_whose_copies_would_take_any_memory_is_too_large() {
        let row = |problem: usize, generations: usize| {
            let problem = "1".repeat(problem);
            let generations = vec!["2"; generations];
            serde_json::json!({ "problem": problem, "generations": generations }).to_string()
        };
        let long = row(1 << 20, 257);
        assert_eq!(read(Layout::Openr1, &long), [(None, Err(Void::TooLarge))]);
        assert_eq!(read(Layout::Openr1, &row(1 << 10, 257)).len(), 257);
    }

    #[test]
    fn a_row_without_generations_is_one_entry_that_says_so() {
        let row = r#"{"problem": "1+1?", "generations": []}"#;
        assert_eq!(
            read(Layout::Openr1, row),
            [(None, Err(Void::NoGenerations))]
        );
    }
}
