//! Results of evalchemy: `results_*.json`, or the examples in it as rows.
//!
//! An example has all its repetitions in `model_outputs`, and what was taken out of each in `model_answers`; no verdict of
//! an attempt is stored, so that ours decides. Where decoding was greedy, all repetitions are one text, and the error that
//! evalchemy prints is 0.

use std::borrow::Cow;

use super::open::{Look, Shape};
use super::row::{number, said};
use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, Options};
use crate::source::value::Value;

pub(super) struct Evalchemy;

const COLUMNS: [&str; 12] = [
    "id",
    "unique_id",
    "problem",
    "question",
    "expected_answer",
    "answer",
    "source",
    "model_outputs",
    "model_answers",
    "model_output",
    "model_answer",
    "correct",
];

/// The columns of an example.
fn columns() -> Vec<String> {
    COLUMNS.map(str::to_owned).to_vec()
}

impl Format for Evalchemy {
    fn name(&self) -> &'static str {
        "evalchemy"
    }

    fn keys(&self) -> &'static str {
        "problem, expected_answer, model_outputs[], model_answers[]; or results.BENCHMARK.examples[]"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        match look.shape {
            Shape::Rows(_) => {
                (look.has("model_outputs") && look.has("model_answers"))
                    || (look.has("model_output") && look.has("model_answer"))
            }
            Shape::Document(document) => {
                let Value::Object(results) = (*document).clone().field("results") else {
                    return false;
                };
                results
                    .into_iter()
                    .any(|(_, result)| matches!(result.field("examples"), Value::List(_)))
            }
            Shape::Archive(_) => false,
        }
    }

    fn columns(&self, _: &Look<'_>, _: &Options) -> Vec<String> {
        columns()
    }

    fn row<'a>(
        &self,
        cells: &mut Cells<'a, '_>,
        _: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        let benchmark = cells.said("source");
        example(cells, benchmark, &Said::default(), told)
    }

    fn document<'a>(
        &self,
        document: Value<'a>,
        _: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        let said_of_all = said_of(document.clone());
        let Value::Object(results) = document.field("results") else {
            return Err(Bad::WrongType);
        };
        let names = columns();
        for (benchmark, result) in results {
            let Value::List(examples) = result.field("examples") else {
                continue;
            };
            for row in examples {
                let values = names.iter().map(|name| row.clone().field(name)).collect();
                let mut cells = Cells::new(&names, values);
                // One example without an answer leaves the others.
                let _ = example(&mut cells, Some(benchmark.clone()), &said_of_all, told);
            }
        }
        match told.is_empty() {
            true => Err(Bad::NoAttempt),
            false => Ok(()),
        }
    }
}

/// How the model was asked, as far as the results say.
fn said_of(document: Value<'_>) -> Said<'_> {
    let config = document.clone().field("config");
    let arguments = config.clone().field("model_args").text().ok().flatten();
    let pretrained = arguments.and_then(|arguments| {
        let mut parts = arguments.split(',').map(str::to_owned);
        parts.find_map(|part| Some(part.strip_prefix("pretrained=")?.to_owned()))
    });
    let settings = config.field("gen_kwargs");
    Said {
        model: said(document.field("model_name")).or(pretrained.map(Cow::Owned)),
        temperature: number(&settings.clone().field("temperature")),
        top_p: number(&settings.field("top_p")),
        ..Said::default()
    }
}

fn example<'a>(
    cells: &mut Cells<'a, '_>,
    benchmark: Option<Cow<'a, str>>,
    said_of_all: &Said<'a>,
    told: &mut Vec<Told<'a>>,
) -> Result<(), Bad> {
    let id = cells.said("id").or_else(|| cells.said("unique_id"));
    let text = cells.said("problem").or_else(|| cells.said("question"));
    let one = Told {
        benchmark,
        gold: cells
            .said("expected_answer")
            .or_else(|| cells.said("answer")),
        said: said_of_all.clone(),
        ..Told::of(id, text)
    };
    let mut several = |list: &str, single: &str| match cells.take(list) {
        Value::List(items) => items,
        value if value.is_absent() => match cells.take(single) {
            value if value.is_absent() => Vec::new(),
            value => vec![value],
        },
        value => vec![value],
    };
    let responses = several("model_outputs", "model_output");
    let mut answers = several("model_answers", "model_answer").into_iter();
    if responses.is_empty() {
        return Err(Bad::NoAttempt);
    }
    for (at, response) in responses.into_iter().enumerate() {
        told.push(Told {
            attempt: Some(at as u64),
            answer: answers.next().and_then(said),
            response: said(response),
            ..one.clone()
        });
    }
    Ok(())
}
