//! verl: the Parquet of its training prompts, with `responses` where they were rolled out, and the lines that a
//! trainer dumps (`input`, `output`, `gts`, `score`).

use std::borrow::Cow;

use super::Reading;
use super::cells::{Cells, cells};
use super::media::Media;
use super::response::{asked, check_length, push_all, responses, verdict};
use crate::source::remark::{Remark, Remarks};
use crate::source::value::Value;
use crate::source::{Entry, Trajectory, Void};

pub(super) static READING: Reading = Reading {
    columns: |_| Verl::columns(),
    records: |_| true,
    recognised_by: &[&["prompt", "reward_model"], &["input", "output", "gts"]],
    unless: &[],
    entries: |_, cells, out| entries(Verl::of(cells), out),
};

cells! {
    Verl {
        prompt: optional Any,
        responses: optional Any,
        reward_model: optional Any,
        scores: optional Any,
        data_source: optional Text,
        ability: optional Text,
        extra_info: optional Any,
        input: optional Any,
        output: optional Any,
        gts: optional Answer,
        score: optional Any,
        ..media: Media
    }
}

fn entries<'a>(row: Verl<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    row.media.none()?;
    let mut remarks = Remarks::default();
    let is_dump = row.prompt.is_absent();
    let (prompt, said, scores) = match is_dump {
        true => (row.input, row.output, row.score),
        false => (row.prompt, row.responses, row.scores),
    };
    let mut problem = asked(prompt, &mut remarks)?;
    if is_dump {
        problem = problem.map(|text| decoded(text, &mut remarks));
    }
    let truth = row.reward_model.inside("ground_truth").said()?;
    let rest = Trajectory {
        gold: truth.or(row.gts.said()?),
        origin: row.data_source.text()?,
        category: row.ability.text()?,
        source_id: row
            .extra_info
            .opened()
            .field("index")
            .said()
            .unwrap_or_default(),
        remarks,
        ..Trajectory::default()
    };
    let responses = responses(said)?;
    let mut beside = Remarks::default();
    let scores = scores.opened();
    check_length(&scores, responses.len(), &mut beside);
    push_all(out, &problem, responses, &rest, |index, rest| {
        rest.remarks = rest.remarks.and(beside);
        rest.recorded_rule = of(&scores, index).and_then(|score| verdict(score, &mut rest.remarks));
    })
}

/// What is said of one response: its item of a list, or what is said of all.
fn of<'v, 'a>(value: &'v Value<'a>, index: usize) -> Option<&'v Value<'a>> {
    match value {
        Value::List(items) => items.get(index),
        one => Some(one),
    }
}

/// The question in a prompt that was decoded without its special tokens, which leaves the roles as lines of their
/// own: `system⏎You are …⏎user⏎What is 1+1?⏎assistant⏎`.
fn decoded<'a>(prompt: Cow<'a, str>, remarks: &mut Remarks) -> Cow<'a, str> {
    let Some((before, rest)) = prompt.trim_start().split_once("user\n") else {
        return prompt;
    };
    let is_system = before.is_empty() || (before.starts_with("system\n") && before.ends_with('\n'));
    let question = rest.trim_end().strip_suffix("\nassistant");
    match question.filter(|_| is_system) {
        Some(question) => {
            if !before.is_empty() {
                remarks.add(Remark::SystemTurn);
            }
            Cow::Owned(question.to_owned())
        }
        None => prompt,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, trajectories};
    use crate::source::{Layout, Void};

    #[test]
    fn a_prompt_of_training_has_its_responses_and_the_truth_of_its_reward_model() {
        let row = r#"{"prompt": [{"role": "user", "content": "1+1?"}], "data_source": "math",
            "reward_model": {"style": "rule", "ground_truth": "2"}, "responses": ["2", "3"],
            "scores": [1.0, 0.0], "extra_info": {"index": 7}}"#;
        let read = trajectories(Layout::Verl, row);
        assert_eq!(read.len(), 2);
        assert_eq!(
            (read[1].problem.as_ref(), read[1].response.as_ref()),
            ("1+1?", "3")
        );
        assert_eq!(read[1].gold.as_deref(), Some("2"));
        assert_eq!(
            (read[0].recorded_rule, read[1].recorded_rule),
            (Some(true), Some(false))
        );
        assert_eq!(read[0].source_id.as_deref(), Some("7"));
    }

    #[test]
    fn a_prompt_without_responses_is_no_trajectory() {
        let row = r#"{"prompt": [{"role": "user", "content": "1+1?"}], "reward_model": {"ground_truth": "2"}}"#;
        assert_eq!(read(Layout::Verl, row), [(None, Err(Void::NoGenerations))]);
    }

    #[test]
    fn the_question_of_a_dumped_prompt_is_told_from_the_template_around_it() {
        for input in [
            "system\\nYou are Qwen.\\nuser\\n1+1?\\nassistant\\n",
            "user\\n1+1?\\nassistant",
            "1+1?",
        ] {
            let row = format!(
                r#"{{"input": "{input}", "output": "2", "gts": 2, "score": -1.0, "step": 3}}"#
            );
            let read = trajectories(Layout::Verl, Box::leak(row.into_boxed_str()));
            assert_eq!(
                (read[0].problem.as_ref(), read[0].gold.as_deref()),
                ("1+1?", Some("2"))
            );
            assert_eq!(read[0].recorded_rule, Some(false));
        }
    }
}
