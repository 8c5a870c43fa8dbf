//! Outputs of MGSM with one way of prompting: a row for each question, whose `output` is the whole chat.
//!
//! Files of several ways of prompting hold no attempts at random: the way is a fixed factor, and each file is a run of
//! its own, told apart by its template.

use std::borrow::Cow;

use super::open::Look;
use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, Options};

pub(super) struct Mgsm;

const COLUMNS: [&str; 4] = ["language", "prompt", "output", "gold_answer"];

/// Where the model's turn begins in a chat of ChatML.
const TURN: &str = "<|im_start|>assistant\n";

impl Format for Mgsm {
    fn name(&self) -> &'static str {
        "mgsm"
    }

    fn keys(&self) -> &'static str {
        "language, prompt, output, gold_answer"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        look.has_rows_with(&COLUMNS)
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
        let (before, response) = split(cells.text("output")?.ok_or(Bad::NoAttempt)?);
        let text = cells.text("prompt")?;
        let language = cells.said("language");
        told.push(Told {
            benchmark: language.map(|language| format!("mgsm_{language}").into()),
            gold: cells.said("gold_answer"),
            response: Some(response),
            said: Said {
                prompt: before,
                ..Said::default()
            },
            ..Told::of(None, text)
        });
        Ok(())
    }
}

/// What stands before the model's turn, and that turn; an output without the mark is all the model's.
fn split(output: Cow<'_, str>) -> (Option<Cow<'_, str>>, Cow<'_, str>) {
    let Some(at) = output.find(TURN).map(|at| at + TURN.len()) else {
        return (None, output);
    };
    match output {
        Cow::Borrowed(text) => (Some(text[..at].into()), text[at..].into()),
        Cow::Owned(text) => (
            Some(text[..at].to_owned().into()),
            text[at..].to_owned().into(),
        ),
    }
}
