//! `per_instance_stats.json` of HELM: a row for each instance and trial, with all metrics and no text.
//!
//! Trials differ in the examples of their prompt: a difference of the prompt, which is said, and no draw of the model.

use super::open::Look;
use super::row::{count, number};
use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, Options, told};
use crate::eval::table::Outcome;
use crate::source::value::Value;

pub(super) struct Helm;

const COLUMNS: [&str; 4] = ["instance_id", "train_trial_index", "perturbation", "stats"];

/// Metrics that say whether an answer is right, the surest first.
const METRICS: [&str; 6] = [
    "math_equiv_chain_of_thought",
    "math_equiv",
    "final_number_exact_match",
    "exact_match_indicator",
    "exact_match",
    "quasi_exact_match",
];

impl Format for Helm {
    fn name(&self) -> &'static str {
        "helm"
    }

    fn keys(&self) -> &'static str {
        "instance_id, train_trial_index, stats"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        look.has_rows_with(&["instance_id", "train_trial_index", "stats"])
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
        let stats = cells.list("stats")?.unwrap_or_default();
        let stat = |wanted: &str| stats.iter().find_map(|stat| mean(stat, wanted));
        let graded = METRICS
            .into_iter()
            .find_map(|name| Some((name, stat(name)?)));
        let (grader, recorded) = match graded {
            Some((name, mean)) => (Some(name), told::of_score(mean)),
            None => (None, None),
        };
        let id = cells.said("instance_id").ok_or(Bad::NoQuestion)?;
        // The same question in other words is another.
        let id = match cells.take("perturbation").field("name") {
            Value::Text(name) => format!("{id} ({name})").into(),
            _ => id,
        };
        let is_cut = stat("finish_reason_length").map(|share| share > 0.0);
        told.push(Told {
            attempt: count(cells.get("train_trial_index")).map(u64::from),
            recorded: Some(recorded.unwrap_or(Outcome::Unknown)),
            tokens: stat("num_output_tokens").and_then(|mean| count(&Value::Number(mean))),
            finished: is_cut.map(|is_cut| !is_cut),
            said: Said {
                grader: grader.map(Into::into),
                ..Said::default()
            },
            ..Told::of(Some(id), None)
        });
        Ok(())
    }

    fn run_name(&self, stem: &str, folders: &[String]) -> String {
        folders.first().cloned().unwrap_or_else(|| stem.to_owned())
    }

    fn remarks(&self) -> &'static [&'static str] {
        &["counts trials as attempts: each has other examples in its prompt"]
    }
}

/// The mean of a stat of that name, on the question as it is.
fn mean(stat: &Value<'_>, wanted: &str) -> Option<f64> {
    let name = stat.clone().field("name");
    let is_wanted = matches!(name.clone().field("name"), Value::Text(name) if name == wanted);
    let is_plain = name.field("perturbation").is_absent();
    (is_wanted && is_plain).then(|| number(&stat.clone().field("mean")))?
}
