//! Rollouts of verifiers: `results.jsonl`, a row for each rollout, and since 0.3 `traces.jsonl`, a row for each episode.
//!
//! The number `id` of old results is wrong: the rows of all questions were repeated as a whole, and numbered as if each
//! question's had been. So questions are known by their prompt, and by `example_id` where newer files have it. A reward
//! is a weighted sum, of form too: only where one function is named for being right, or the sum is 0 or 1, it is a grade.

use std::borrow::Cow;

use super::open::Look;
use super::row::{count, number, said};
use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, Options, chat, rewards};
use crate::eval::table::Outcome;
use crate::source::value::Value;

pub(super) struct Verifiers;

/// The columns of results that are no rewards.
const COLUMNS: [&str; 8] = [
    "example_id",
    "prompt",
    "completion",
    "answer",
    "reward",
    "is_truncated",
    "error",
    "metrics",
];

/// The columns of episodes, and of traces alone.
const TRACES: [&str; 10] = [
    "task",
    "traces",
    "ok",
    "nodes",
    "rewards",
    "calls",
    "stop_condition",
    "num_output_tokens",
    "errors",
    "env",
];

/// Why a trace was stopped before its end.
const LIMITS: [&str; 5] = [
    "max_turns",
    "max_input_tokens",
    "max_output_tokens",
    "max_total_tokens",
    "compaction_failed",
];

impl Format for Verifiers {
    fn name(&self) -> &'static str {
        "verifiers"
    }

    fn keys(&self) -> &'static str {
        "prompt, completion, reward, task or example_id; or task, traces, ok; or task, nodes, rewards"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        let is_results = look.has_rows_with(&["prompt", "completion", "reward"])
            && (look.has("task") || look.has("example_id"))
            && !look.has("advantage");
        is_results || is_traces(look)
    }

    /// The known columns, and behind them the one that grades, if there is one.
    fn columns(&self, look: &Look<'_>, _: &Options) -> Vec<String> {
        if is_traces(look) {
            return TRACES.map(str::to_owned).to_vec();
        }
        let is_reward =
            |name: &&str| !COLUMNS.contains(name) && number(&look.first(name)).is_some();
        let names = look.columns.iter().map(|(name, _)| name.as_str());
        let grader = rewards::named(names.filter(is_reward));
        COLUMNS
            .into_iter()
            .chain(grader)
            .map(str::to_owned)
            .collect()
    }

    fn row<'a>(
        &self,
        cells: &mut Cells<'a, '_>,
        context: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        if context.columns.iter().any(|name| name == "nodes") {
            told.push(episode(cells)?);
            return Ok(());
        }
        let question = chat::last(cells.take("prompt"), "user").ok_or(Bad::NoQuestion)?;
        let named = context.columns.get(COLUMNS.len());
        let inside = || {
            let Value::Object(fields) = cells.get("metrics") else {
                return None;
            };
            let name = rewards::named(fields.iter().map(|(name, _)| &**name))?;
            let found = fields.iter().find(|(key, _)| key == name);
            found.and_then(|(_, value)| rewards::decided(value))
        };
        let is_failed = !cells.get("error").is_absent();
        let recorded = named
            .and_then(|name| rewards::decided(cells.get(name)))
            .or_else(inside)
            .or_else(|| rewards::decided(cells.get("reward")));
        told.push(Told {
            gold: cells.said("answer"),
            recorded: match is_failed {
                true => Some(Outcome::Unknown),
                false => recorded,
            },
            response: chat::last(cells.take("completion"), "assistant"),
            finished: cells.get("is_truncated").truth().map(|is_cut| !is_cut),
            said: Said {
                grader: Some(named.map_or("reward".into(), |name| name.clone().into())),
                ..Said::default()
            },
            ..Told::of(cells.said("example_id"), Some(question))
        });
        Ok(())
    }

    /// `outputs/evals/ENV--MODEL/ID/results.jsonl`
    fn run_name(&self, stem: &str, folders: &[String]) -> String {
        let named = folders.get(1).and_then(|folder| folder.split_once("--"));
        match (named, folders.first()) {
            (Some((_, model)), _) => model.replace("--", "/"),
            (None, Some(folder)) => folder.clone(),
            (None, None) => stem.to_owned(),
        }
    }
}

fn is_traces(look: &Look<'_>) -> bool {
    look.has_rows_with(&["task", "traces", "ok"])
        || look.has_rows_with(&["task", "nodes", "rewards"])
}

/// What an episode tells: of its traces the first that was rewarded, which is the solver's.
fn episode<'a>(cells: &mut Cells<'a, '_>) -> Result<Told<'a>, Bad> {
    let data = cells.get("task").clone().field("data");
    let key = cells.take("task").field("key");
    let prompt = chat::last(data.clone().field("prompt"), "user");
    let trace = match cells.list("traces")? {
        None => Trace {
            nodes: cells.take("nodes"),
            rewards: cells.take("rewards"),
            calls: cells.take("calls"),
            stop: cells.take("stop_condition"),
            tokens: cells.take("num_output_tokens"),
        },
        Some(traces) => {
            let is_rewarded = |trace: &Value<'_>| matches!(trace.clone().field("rewards"), Value::Object(fields) if !fields.is_empty());
            let at = traces.iter().position(is_rewarded).unwrap_or(0);
            traces
                .into_iter()
                .nth(at)
                .map_or_else(Trace::none, Trace::of)
        }
    };
    let id = said(data.clone().field("id")).or_else(|| said(key));
    let mut one = trace.told(Told::of(id, prompt));
    one.gold = said(data.field("answer"));
    if cells.get("ok").truth() == Some(false) || one.response.is_none() {
        one.recorded = Some(Outcome::Unknown);
    }
    Ok(one)
}

/// The parts of a trace that are read.
struct Trace<'a> {
    nodes: Value<'a>,
    rewards: Value<'a>,
    calls: Value<'a>,
    stop: Value<'a>,
    tokens: Value<'a>,
}

impl<'a> Trace<'a> {
    fn none() -> Self {
        Self::of(Value::Null)
    }

    fn of(trace: Value<'a>) -> Self {
        let mut fields = match trace {
            Value::Object(fields) => fields,
            _ => Vec::new(),
        };
        let mut take = |name: &str| {
            let at = fields.iter().position(|(key, _)| key == name);
            at.map_or(Value::Missing, |at| fields.swap_remove(at).1)
        };
        Self {
            nodes: take("nodes"),
            rewards: take("rewards"),
            calls: take("calls"),
            stop: take("stop_condition"),
            tokens: take("num_output_tokens"),
        }
    }

    fn told(self, one: Told<'a>) -> Told<'a> {
        let nodes = self.nodes.list().ok().flatten().unwrap_or_default();
        let is_sampled = |node: &Value<'_>| node.clone().field("sampled").truth() == Some(true);
        let last = nodes.into_iter().rev().find(is_sampled);
        let response = last.and_then(|node| chat::content(node.field("message").field("content")));
        let call = self.calls.list().ok().flatten().unwrap_or_default().pop();
        let call = call.unwrap_or(Value::Missing);
        let sampling = call.clone().field("sampling");
        let is_stopped = matches!(&self.stop, Value::Text(stop) if LIMITS.contains(&stop.as_ref()));
        let ended = call.clone().field("finish_reason").finished();
        let grader = grader(&self.rewards);
        Told {
            recorded: grader.as_ref().and_then(|(_, recorded)| *recorded),
            response,
            tokens: count(&self.tokens),
            finished: if is_stopped { Some(false) } else { ended },
            said: Said {
                model: said(call.field("model")),
                temperature: number(&sampling.clone().field("temperature")),
                top_p: number(&sampling.clone().field("top_p")),
                max_tokens: count(&sampling.field("max_tokens")),
                grader: grader.map(|(name, _)| Cow::Owned(name)),
                ..Said::default()
            },
            ..one
        }
    }
}

/// The reward that grades, with its grade: the one that is named for being right, else the only one.
fn grader(rewards: &Value<'_>) -> Option<(String, Option<Outcome>)> {
    let Value::Object(fields) = rewards else {
        return None;
    };
    let named = rewards::named(fields.iter().map(|(name, _)| &**name));
    let alone = || (fields.len() == 1).then(|| &*fields[0].0);
    let name = named.or_else(alone)?;
    let (_, reward) = fields.iter().find(|(key, _)| key == name)?;
    let recorded = rewards::decided(&reward.clone().field("score"));
    Some((name.to_owned(), recorded))
}
