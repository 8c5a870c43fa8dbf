//! Plain tables: a row for each attempt, or for each question with lists of attempts, under names that people give.
//!
//! A file is read as a plain table where no harness's format claims it. Names are known in the spellings that are usual;
//! `--column WHAT=NAME` says any other. One file may hold many runs. Where no column names the run, what tells runs apart
//! does (`subset`, `draw`, `training_seed`, else the model), and columns that have one value in the whole run are kept
//! with it.

use std::borrow::Cow;

use super::open::{Look, Shape};
use super::row::{count, grade, no_verdict, number, said};
use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, Options};
use crate::error::did_you_mean;
use crate::source::value::Value;
use crate::{Error, Result};

pub(super) struct Plain;

/// What columns may hold, in the order in which they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Run,
    Benchmark,
    QuestionId,
    Question,
    Gold,
    Attempt,
    Correct,
    Response,
    Answer,
    Tokens,
    FinishReason,
    Truncated,
    Temperature,
    TopP,
    MaxTokens,
    Template,
    Grader,
    Model,
    Prompt,
}

/// Each with its name, as `--column` has it, and the spellings that are known, the surest first.
const ROLES: [(Role, &[&str]); 19] = [
    (Role::Run, &["run", "run_name", "run_id"]),
    (
        Role::Benchmark,
        &[
            "benchmark",
            "dataset",
            "dataset_name",
            "task",
            "task_name",
            "eval_name",
        ],
    ),
    (
        Role::QuestionId,
        &[
            "question_id",
            "problem_id",
            "problem_idx",
            "question_idx",
            "item_id",
            "unique_id",
            "doc_id",
            "example_id",
            "task_id",
            "qid",
            "idx",
            "id",
        ],
    ),
    (
        Role::Question,
        &["question", "problem", "question_text", "problem_text"],
    ),
    (
        Role::Gold,
        &[
            "gold",
            "gold_answer",
            "expected_answer",
            "ground_truth",
            "reference_answer",
            "correct_answer",
            "gt",
            "target",
            "reference",
            "solution_answer",
        ],
    ),
    (
        Role::Attempt,
        &[
            "attempt",
            "attempt_id",
            "attempt_idx",
            "sample_idx",
            "sample_index",
            "sample_number",
            "idx_answer",
            "repetition",
            "repeat",
            "epoch",
            "trial",
            "sample",
            "rollout_idx",
            "generation_idx",
        ],
    ),
    (
        Role::Correct,
        &[
            "correct",
            "is_correct",
            "score",
            "reward",
            "acc",
            "accuracy",
            "exact_match",
            "passed",
            "is_right",
            "grade",
            "symbolic_correct",
            "correctness",
            "exact_matches",
            "scores",
        ],
    ),
    (
        Role::Response,
        &[
            "response",
            "completion",
            "generation",
            "output",
            "model_output",
            "model_response",
            "generated_text",
            "responses",
            "generations",
            "completions",
            "model_outputs",
            "outputs",
        ],
    ),
    (
        Role::Answer,
        &[
            "answer",
            "extracted_answer",
            "parsed_answer",
            "predicted_answer",
            "model_answer",
            "prediction",
            "pred",
            "extracted_answers",
            "model_answers",
            "answers",
        ],
    ),
    (
        Role::Tokens,
        &[
            "tokens",
            "response_tokens",
            "completion_tokens",
            "output_tokens",
            "generated_tokens",
            "num_generated_tokens",
            "num_tokens",
            "n_tokens",
            "token_count",
            "response_length",
        ],
    ),
    (
        Role::FinishReason,
        &[
            "finish_reason",
            "stop_reason",
            "finished",
            "is_finished",
            "finish",
            "completed",
        ],
    ),
    (
        Role::Truncated,
        &["truncated", "is_truncated", "cut_off", "clipped"],
    ),
    (Role::Temperature, &["temperature", "temp"]),
    (Role::TopP, &["top_p"]),
    (
        Role::MaxTokens,
        &[
            "max_tokens",
            "max_new_tokens",
            "max_completion_tokens",
            "max_gen_toks",
            "max_output_tokens",
        ],
    ),
    (
        Role::Template,
        &[
            "template",
            "chat_template",
            "prompt_template",
            "prompt_name",
        ],
    ),
    (
        Role::Grader,
        &["grader", "scorer", "judge", "metric", "verifier", "filter"],
    ),
    (Role::Model, &["model", "model_name", "model_id"]),
    (Role::Prompt, &["prompt", "input", "query"]),
];

/// Columns that tell runs apart where none names them.
const PARTS: [&str; 3] = ["subset", "draw", "training_seed"];

/// Further columns that are kept where they have one value in a run.
const EXTRA_MAX: usize = 64;

/// No value that names a run's kind is longer.
const EXTRA_BYTES_MAX: usize = 200;

impl Role {
    /// As `--column` names it.
    fn name(self) -> &'static str {
        ROLES[self as usize].1[0]
    }
}

/// Fails where `--column` names something that no column holds.
pub(super) fn check(options: &Options) -> Result<()> {
    let known = |name: &&String| ROLES.iter().any(|(role, _)| role.name() == name.as_str());
    match options.columns.keys().find(|name| !known(name)) {
        None => Ok(()),
        Some(other) => Err(Error::usage(
            format!("`{other}` is nothing that a column of a log holds"),
            format!(
                "{}name one of {}",
                did_you_mean(other, roles()),
                roles().join(", ")
            ),
        )),
    }
}

/// Fails where a file has not the columns that the user named.
pub(super) fn check_file(file: &str, look: &Look<'_>, options: &Options) -> Result<()> {
    let missing = options.columns.values().find(|name| !look.has(name));
    let has = look.columns.iter().map(|(name, _)| name.as_str());
    missing.map_or(Ok(()), |name| Err(Error::missing_column(file, name, has)))
}

/// What `--column` knows.
fn roles() -> Vec<&'static str> {
    ROLES.iter().map(|(role, _)| role.name()).collect()
}

/// The column of a role: the user's, else the first known spelling that the file has.
fn column(role: Role, look: &Look<'_>, options: &Options) -> Option<String> {
    if let Some(name) = options.columns.get(role.name()) {
        return Some(name.clone());
    }
    let is_free =
        |name: &&&str| look.has(name) && !options.columns.values().any(|own| own == **name);
    let known = ROLES[role as usize].1.iter().find(is_free);
    known.map(|name| (*name).to_owned())
}

/// The name under which a role is looked for in a file whose first rows lack it: later ones may have it. None where
/// another role has a column of that name.
fn absent(role: Role, look: &Look<'_>) -> String {
    match look.has(role.name()) {
        true => String::new(),
        false => role.name().to_owned(),
    }
}

impl Format for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn keys(&self) -> &'static str {
        "question_id or question, and correct or response (with gold); run, benchmark, attempt, answer, tokens, …"
    }

    fn is_fallback(&self) -> bool {
        true
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        let Shape::Rows(_) = look.shape else {
            return false;
        };
        let options = Options::default();
        let has = |role| column(role, look, &options).is_some();
        let asks = has(Role::QuestionId) || has(Role::Question) || has(Role::Prompt);
        asks && (has(Role::Correct) || has(Role::Response) || has(Role::Gold) && has(Role::Answer))
    }

    fn columns(&self, look: &Look<'_>, options: &Options) -> Vec<String> {
        let mut columns: Vec<String> = ROLES
            .iter()
            .map(|(role, _)| column(*role, look, options).unwrap_or_else(|| absent(*role, look)))
            .collect();
        columns.extend(PARTS.map(str::to_owned));
        let mut extra = 0;
        for (name, _) in look.columns {
            let is_short = match look.first(name) {
                Value::Text(text) => text.len() <= EXTRA_BYTES_MAX,
                Value::List(_) | Value::Object(_) | Value::Other(_) => false,
                _ => true,
            };
            if is_short && extra < EXTRA_MAX && !columns.contains(name) {
                columns.push(name.clone());
                extra += 1;
            }
        }
        columns
    }

    fn row<'a>(
        &self,
        cells: &mut Cells<'a, '_>,
        context: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        let mut take = |role: Role| cells.take_at(role as usize);
        let model = said(take(Role::Model));
        let own_run = said(take(Role::Run));
        let prompt = said(take(Role::Prompt));
        let text = said(take(Role::Question));
        let answer = take(Role::Answer);
        let (mut gold, correct) = (said(take(Role::Gold)), take(Role::Correct));
        let response = take(Role::Response);
        let has_grade = !correct.is_absent();
        // Beside a response that nobody graded, an answer is the question's.
        let is_gold = gold.is_none() && !has_grade && !response.is_absent();
        let answer = match is_gold {
            true => {
                gold = said(answer);
                Value::Missing
            }
            false => answer,
        };
        let (ending, truncated) = (take(Role::FinishReason), take(Role::Truncated));
        let is_there = |role: Role, value: &Value<'_>| {
            *value != Value::Missing || context.blank_is_null.get(role as usize) == Some(&true)
        };
        // Who writes null for a verdict made an attempt; who has no such column tells of a question alone.
        let is_attempt = is_there(Role::Correct, &correct)
            || is_there(Role::FinishReason, &ending)
            || is_there(Role::Truncated, &truncated);
        let truncated = truncated.truth().map(|is_cut| !is_cut);
        let one = Told {
            benchmark: said(take(Role::Benchmark)),
            gold,
            attempt: attempt(&take(Role::Attempt)),
            tokens: count(&take(Role::Tokens)),
            finished: ending.finished().or(truncated),
            said: Said {
                temperature: number(&take(Role::Temperature)),
                top_p: number(&take(Role::TopP)),
                max_tokens: count(&take(Role::MaxTokens)),
                template: said(take(Role::Template)),
                grader: said(take(Role::Grader)),
                prompt: prompt.clone(),
                model: model.clone(),
            },
            ..Told::of(said(take(Role::QuestionId)), text.or(prompt))
        };
        let parts = (ROLES.len()..ROLES.len() + PARTS.len()).map(|at| said(cells.take_at(at)));
        let parts: Vec<Option<Cow<'a, str>>> = parts.collect();
        let mut columns = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            columns.extend(part.clone().map(|part| (ROLES.len() + at, part)));
        }
        for at in ROLES.len() + PARTS.len()..context.columns.len() {
            columns.extend(said(cells.take_at(at)).map(|value| (at, value)));
        }
        let run = own_run.or_else(|| of_parts(&parts)).or(model);
        let one = Told {
            run,
            columns,
            ..one
        };
        let from = told.len();
        attempts(one, correct, response, answer, told)?;
        let column = context.columns.get(Role::Correct as usize);
        let column = column.map_or(Role::Correct.name(), String::as_str);
        for attempt in told.iter_mut().skip(from).filter(|_| is_attempt) {
            attempt.unknown_if_silent();
            let value = attempt.no_verdict.take();
            attempt.no_verdict = value.map(|value| format!("`{column}` = {value}"));
        }
        Ok(())
    }
}

/// An attempt's number; none where it is no whole number.
fn attempt(value: &Value<'_>) -> Option<u64> {
    count(value).map(u64::from)
}

/// The name of a run that nobody named: what tells it apart.
fn of_parts<'a>(parts: &[Option<Cow<'a, str>>]) -> Option<Cow<'a, str>> {
    let said: Vec<&str> = parts.iter().flatten().map(|part| part.as_ref()).collect();
    match parts {
        [Some(subset), None, None] => Some(subset.clone()),
        _ if said.is_empty() => None,
        _ => Some(said.join("/").into()),
    }
}

/// The attempts of a row: one, or as many as its lists have items.
fn attempts<'a>(
    one: Told<'a>,
    correct: Value<'a>,
    response: Value<'a>,
    answer: Value<'a>,
    told: &mut Vec<Told<'a>>,
) -> Result<(), Bad> {
    let is_list = |value: &Value<'_>| matches!(value, Value::List(_));
    if !is_list(&correct) && !is_list(&response) {
        told.push(Told {
            recorded: grade(&correct),
            no_verdict: no_verdict(&correct),
            response: said(response),
            answer: said(answer),
            ..one
        });
        return Ok(());
    }
    let list = |value: Value<'a>| match value {
        Value::List(items) => items,
        _ => Vec::new(),
    };
    let (grades, responses, answers) = (list(correct), list(response), list(answer));
    let count = grades.len().max(responses.len());
    let (mut responses, mut answers) = (responses.into_iter(), answers.into_iter());
    for at in 0..count {
        told.push(Told {
            attempt: Some(at as u64),
            recorded: grades.get(at).and_then(grade),
            no_verdict: grades.get(at).and_then(no_verdict),
            response: responses.next().and_then(said),
            answer: answers.next().and_then(said),
            ..one.clone()
        });
    }
    match count {
        0 => Err(Bad::NoAttempt),
        _ => Ok(()),
    }
}
