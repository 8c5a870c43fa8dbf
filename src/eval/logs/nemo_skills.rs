//! `output-rs*.jsonl` of NeMo-Skills: a file for each seed, a row for each problem.
//!
//! The files of one folder are the attempts of one run, in the order of their seeds; `output.jsonl` beside them is
//! greedy and a run of its own. Rows may be graded twice, by symbols and by a judge: two readings of one attempt.

use std::borrow::Cow;

use super::open::Look;
use super::row::{count, grade};
use super::told::{Bad, Said, Told, outcome};
use super::{Cells, Context, Format, Options};
use crate::eval::table::Outcome;

pub(super) struct NemoSkills;

const COLUMNS: [&str; 12] = [
    "problem",
    "question",
    "id",
    "expected_answer",
    "generation",
    "predicted_answer",
    "symbolic_correct",
    "is_correct",
    "judgement",
    "num_generated_tokens",
    "finish_reason",
    "model",
];

/// What the files of seeds begin with.
const SEEDED: &str = "output-rs";

impl Format for NemoSkills {
    fn name(&self) -> &'static str {
        "nemo-skills"
    }

    fn keys(&self) -> &'static str {
        "problem, expected_answer, generation, predicted_answer"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        look.has_rows_with(&["expected_answer", "generation"])
            && [
                "predicted_answer",
                "num_generated_tokens",
                "symbolic_correct",
                "is_correct",
            ]
            .iter()
            .any(|name| look.has(name))
    }

    fn columns(&self, _: &Look<'_>, _: &Options) -> Vec<String> {
        COLUMNS.map(str::to_owned).to_vec()
    }

    fn row<'a>(
        &self,
        cells: &mut Cells<'a, '_>,
        context: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        let text = match cells.text("problem")? {
            Some(text) => Some(text),
            None => cells.text("question")?,
        };
        let one = Told {
            attempt: seed(context.stem),
            gold: cells.said("expected_answer"),
            answer: cells.said("predicted_answer"),
            response: cells.text("generation")?,
            tokens: count(cells.get("num_generated_tokens")),
            finished: cells.get("finish_reason").finished(),
            said: Said {
                model: cells.said("model"),
                ..Said::default()
            },
            ..Told::of(cells.said("id"), text)
        };
        let symbolic = grade(cells.get("symbolic_correct"));
        let symbolic = symbolic.or_else(|| grade(cells.get("is_correct")));
        let judged = cells
            .text("judgement")?
            .map(|judgement| verdict(&judgement));
        let mut read = |name: &'static str, recorded| {
            let mut one = one.clone();
            one.recorded = Some(recorded);
            one.filter = Some(name.into());
            told.push(one);
        };
        if let Some(recorded) = symbolic {
            read("symbolic_correct", recorded);
        }
        if let Some(recorded) = judged {
            read("judge_correct", recorded);
        }
        if told.is_empty() {
            told.push(one);
        }
        Ok(())
    }

    fn run_name(&self, stem: &str, folders: &[String]) -> String {
        match folders.first() {
            Some(folder) if stem.starts_with(SEEDED) => folder.clone(),
            Some(folder) if stem == "output" => format!("{folder} greedy"),
            _ => stem.to_owned(),
        }
    }
}

/// The seed that a file's name says, also of a part of it (`output-rs3_chunk_0`).
fn seed(stem: &str) -> Option<u64> {
    let rest = stem.strip_prefix(SEEDED)?;
    let end = rest
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// What a judge's text decides behind its last `Judgement:`; unknown where that is neither yes nor no.
fn verdict(judgement: &str) -> Outcome {
    let lower: Cow<'_, str> = judgement.to_ascii_lowercase().into();
    let Some(at) = lower.rfind("judgement") else {
        return Outcome::Unknown;
    };
    let said = lower[at + "judgement".len()..].trim_start_matches(['*', ':', ' ', '\t', '\n']);
    match (said.starts_with("yes"), said.starts_with("no")) {
        (true, _) => outcome(true),
        (_, true) => outcome(false),
        _ => Outcome::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_judgement_is_what_stands_behind_its_mark() {
        assert_eq!(verdict("Reasoning: no.\nJudgement: Yes"), Outcome::Right);
        assert_eq!(verdict("**Judgement**: **No**"), Outcome::Wrong);
        assert_eq!(verdict("Judgement: unclear"), Outcome::Unknown);
        assert_eq!(verdict("yes"), Outcome::Unknown);
    }

    #[test]
    fn the_seed_of_a_file_is_in_its_name() {
        assert_eq!(seed("output-rs12"), Some(12));
        assert_eq!(seed("output-rs3_chunk_0"), Some(3));
        assert_eq!(seed("output"), None);
        assert_eq!(seed("output-rs99999999999999999999999"), None);
    }
}
