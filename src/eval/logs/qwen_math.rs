//! Outputs of Qwen2.5-Math's evaluator, which Sky-T1 and others use: a row for each question, with its samples in `code`.
//!
//! `idx` is the place in the file that was evaluated, whose order is not the benchmark's: questions are joined by their
//! text. What the evaluator takes out of a response that was cut off is the last number in it.

use super::open::Look;
use super::row::{ends_turn, grade, said};
use super::told::{Bad, Told};
use super::{Cells, Context, Format, Options};

pub(super) struct QwenMath;

const COLUMNS: [&str; 10] = [
    "idx",
    "question",
    "problem",
    "gt",
    "answer",
    "code",
    "pred",
    "score",
    "finish_reason",
    "stop_reason",
];

impl Format for QwenMath {
    fn name(&self) -> &'static str {
        "qwen-math"
    }

    fn keys(&self) -> &'static str {
        "idx, question, gt, code[], pred[], score[]"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        look.has_rows_with(&["gt", "code", "pred", "score"])
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
        let text = cells.text("question")?.or(cells.text("problem")?);
        let one = Told {
            gold: cells.said("gt").or_else(|| cells.said("answer")),
            ..Told::of(cells.said("idx"), text)
        };
        let responses = cells.list("code")?.unwrap_or_default();
        let answers = cells.list("pred")?.unwrap_or_default();
        let scores = cells.list("score")?.unwrap_or_default();
        let count = responses.len().max(scores.len());
        if count == 0 {
            return Err(Bad::NoAttempt);
        }
        let (mut responses, mut answers) = (responses.into_iter(), answers.into_iter());
        for at in 0..count {
            let response = responses.next().and_then(said);
            told.push(Told {
                attempt: Some(at as u64),
                recorded: scores.get(at).and_then(grade),
                answer: answers.next().and_then(said),
                ended: response.as_deref().map(ends_turn),
                response,
                ..one.clone()
            });
        }
        Ok(())
    }
}
