//! simplescaling/s1K and s1K-1.1: a Gemini and a DeepSeek trajectory of the same problem.
//!
//! Gemini's is generation 0 and DeepSeek's 1, in the same markup, so that style is all that differs. The
//! older s1K has only Gemini's, in columns of other names.

use std::borrow::Cow;

use super::Reading;
use super::cells::{Cells, cells, not_blank};
use super::response::{push, verdict};
use crate::source::markup::joined;
use crate::source::value::Value;
use crate::source::{Entry, Trajectory, Void};

pub(super) static READING: Reading = Reading {
    columns: |_| S1k::columns(),
    records: |_| true,
    recognised_by: &[
        &["question", "gemini_thinking_trajectory"],
        &["question", "thinking_trajectories"],
    ],
    unless: &[],
    entries: |_, cells, out| entries(S1k::of(cells), out),
};

cells! {
    S1k {
        question: required Text,
        solution: optional Answer,
        source_type: optional Text,
        gemini_thinking_trajectory: optional Text,
        gemini_attempt: optional Text,
        gemini_grade: optional Text,
        deepseek_thinking_trajectory: optional Text,
        deepseek_attempt: optional Text,
        deepseek_grade: optional Text,
        thinking_trajectories: optional Texts,
        attempt: optional Text,
    }
}

/// What one model said.
struct Arm<'a> {
    style: &'static str,
    thinking: Value<'a>,
    attempt: Value<'a>,
    grade: Value<'a>,
}

fn entries<'a>(row: S1k<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    let problem = not_blank(row.question)?;
    let (gold, origin) = (row.solution.said()?, row.source_type.text()?);
    let mut gemini = Arm {
        style: "gemini",
        thinking: row.gemini_thinking_trajectory,
        attempt: row.gemini_attempt,
        grade: row.gemini_grade,
    };
    let deepseek = Arm {
        style: "r1",
        thinking: row.deepseek_thinking_trajectory,
        attempt: row.deepseek_attempt,
        grade: row.deepseek_grade,
    };
    if !row.thinking_trajectories.is_absent() {
        let first = row.thinking_trajectories.list()?;
        let first = first.and_then(|list| list.into_iter().next());
        gemini.thinking = first.unwrap_or(Value::Null);
        (gemini.attempt, gemini.grade) = (row.attempt, Value::Missing);
    }
    let start = out.len();
    for (index, arm) in [gemini, deepseek].into_iter().enumerate() {
        if arm.thinking == Value::Missing && arm.attempt == Value::Missing {
            continue;
        }
        let mut rest = Trajectory {
            gold: gold.clone(),
            style: Some(arm.style.into()),
            origin: origin.clone(),
            ..Trajectory::default()
        };
        rest.recorded_judge = verdict(&arm.grade, &mut rest.remarks);
        push(out, index, &problem, arm.response(), rest);
    }
    if out.len() == start {
        return Err(Void::NoGenerations);
    }
    Ok(())
}

impl<'a> Arm<'a> {
    fn response(self) -> Result<Option<Cow<'a, str>>, Void> {
        let (thinking, attempt) = (self.thinking.text()?, self.attempt.text()?);
        let both = thinking.is_some() && attempt.is_some();
        Ok(joined(thinking, attempt).filter(|_| both))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::trajectories;
    use crate::source::Layout;

    #[test]
    fn both_models_answer_in_one_markup() {
        let row = r#"{"question": "1+1?", "solution": "2", "gemini_thinking_trajectory": "Add.",
                      "gemini_attempt": "2", "gemini_grade": "Yes", "deepseek_grade": "No",
                      "deepseek_thinking_trajectory": "Hmm.", "deepseek_attempt": " "}"#;
        let read = trajectories(Layout::S1k, row);
        let said: Vec<_> = read
            .iter()
            .map(|said| {
                (
                    said.style.as_deref(),
                    said.response.as_ref(),
                    said.recorded_judge,
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                (Some("gemini"), "<think>\nAdd.\n</think>\n\n2", Some(true)),
                (Some("r1"), "<think>\nHmm.", Some(false)),
            ]
        );
    }

    #[test]
    fn the_older_release_has_gemini_alone() {
        let row = r#"{"question": "1+1?", "thinking_trajectories": ["Add."], "attempt": "2"}"#;
        let read = trajectories(Layout::S1k, row);
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].style.as_deref(), Some("gemini"));
        assert_eq!(read[0].response, "<think>\nAdd.\n</think>\n\n2");
    }
}
