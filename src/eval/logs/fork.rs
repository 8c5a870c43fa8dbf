//! Samples of s1's fork of lm-evaluation-harness, with which the ladder was made: a row for each document, with the
//! grades of all its attempts in `exact_matches`.

use std::borrow::Cow;

use super::open::Look;
use super::row::{grade, said};
use super::told::{Bad, Told};
use super::{Cells, Context, Format, Options, lm_eval};
use crate::source::value::Value;

pub(super) struct Fork;

const COLUMNS: [&str; 8] = [
    "doc_id",
    "doc",
    "target",
    "arguments",
    "resps",
    "exact_matches",
    "extracted_answers",
    "exact_match",
];

impl Format for Fork {
    fn name(&self) -> &'static str {
        "lm-eval-s1"
    }

    fn keys(&self) -> &'static str {
        "doc, exact_matches[], extracted_answers[], resps"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        look.has_rows_with(&["exact_matches", "doc"])
    }

    fn columns(&self, _: &Look<'_>, _: &Options) -> Vec<String> {
        COLUMNS.map(str::to_owned).to_vec()
    }

    fn row<'a>(
        &self,
        cells: &mut Cells<'a, '_>,
        _: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        let id = cells.said("doc_id");
        let mut one = lm_eval::of_doc(id, cells.take("doc"))?;
        one.gold = cells.said("target").or(one.gold);
        one.said = lm_eval::said_of(cells.take("arguments"));
        one.said.grader = Some("exact_matches".into());
        let grades = cells.list("exact_matches")?.unwrap_or_default();
        let answers = cells.list("extracted_answers")?.unwrap_or_default();
        let responses = lm_eval::responses(cells.take("resps"))?;
        let count = grades.len().max(responses.len());
        if count == 0 {
            return Err(Bad::NoAttempt);
        }
        let mut responses = responses.into_iter();
        for at in 0..count {
            told.push(Told {
                attempt: Some(at as u64),
                recorded: grades.get(at).and_then(grade),
                answer: answers.get(at).and_then(answer),
                response: responses.next().flatten(),
                ..one.clone()
            });
        }
        Ok(())
    }

    fn run_name(&self, stem: &str, folders: &[String]) -> String {
        lm_eval::run_name(stem, folders)
    }
}

/// An answer that was found; the fork writes an empty text where there was none.
fn answer<'a>(value: &Value<'a>) -> Option<Cow<'a, str>> {
    said(value.clone()).filter(|answer| !answer.trim().is_empty())
}
