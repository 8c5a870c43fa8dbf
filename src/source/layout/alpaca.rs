//! Alpaca: an `instruction`, the `input` that it is about, and the `output`.
//!
//! Where there is an input the problem is both, with a blank line between, as in Alpaca's own template: "Add:" alone
//! asks nothing.

use std::borrow::Cow;

use super::Reading;
use super::cells::{Cells, cells, items, not_blank};
use super::media::Media;
use super::response::{pass_over, push_all, responses};
use crate::source::markup::joined;
use crate::source::{Entry, Trajectory, Void};

pub(super) static READING: Reading = Reading {
    columns: |_| Alpaca::columns(),
    records: |_| false,
    recognised_by: &[&["instruction", "output"], &["instruction", "response"]],
    unless: &[],
    entries: |_, cells, out| entries(Alpaca::of(cells), out),
};

cells! {
    Alpaca {
        instruction: required Text,
        input: optional Text,
        context: optional Text,
        output: optional Any,
        response: optional Any,
        reasoning: optional Text,
        thinking: optional Text,
        system: optional Text,
        history: optional Any,
        answer: optional Answer,
        category: optional Text,
        source: optional Text,
        id: optional Answer,
        ..media: Media
    }
}

fn entries<'a>(row: Alpaca<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    row.media.none()?;
    if !items(row.history)?.is_empty() {
        return Err(Void::SeveralTurns);
    }
    let about = not_blank(row.input)?.filter(|text| is_something(text));
    let about = about.or(not_blank(row.context)?);
    let problem = asked(not_blank(row.instruction)?, about);
    let mut rest = Trajectory {
        gold: row.answer.said()?,
        category: row.category.text()?,
        origin: row.source.text()?,
        source_id: row.id.said().unwrap_or_default(),
        ..Trajectory::default()
    };
    pass_over(row.system, &mut rest.remarks)?;
    let said = match row.output.is_absent() {
        true => row.response,
        false => row.output,
    };
    let thinking = not_blank(row.reasoning)?.or(not_blank(row.thinking)?);
    let mut responses = responses(said)?;
    if let Some(thinking) = thinking {
        // The thinking of one response is nobody's of several.
        let [(said, _)] = responses.as_mut_slice() else {
            return Err(Void::WrongType);
        };
        if let Ok(answer) = said {
            *answer = joined(Some(thinking), answer.take());
        }
    }
    push_all(out, &problem, responses, &rest, |_, _| ())
}

/// Whether an input is one: Alpaca's makers write `<noinput>` where there is none, and pandas `nan`.
fn is_something(input: &str) -> bool {
    const NOTHING: [&str; 4] = ["<noinput>", "none", "null", "nan"];
    let input = input.trim();
    !NOTHING.iter().any(|word| input.eq_ignore_ascii_case(word))
}

/// An instruction and what it is about, which may stand alone.
fn asked<'a>(
    instruction: Option<Cow<'a, str>>,
    about: Option<Cow<'a, str>>,
) -> Option<Cow<'a, str>> {
    match (instruction, about) {
        (Some(instruction), Some(about)) => {
            let both = format!("{}\n\n{}", instruction.trim_end(), about.trim_start());
            Some(Cow::Owned(both))
        }
        (instruction, about) => instruction.or(about),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, trajectories};
    use crate::source::{Layout, Void};

    fn both(row: &str) -> (String, String) {
        let read = trajectories(Layout::Alpaca, row);
        (read[0].problem.to_string(), read[0].response.to_string())
    }

    #[test]
    fn the_problem_is_the_instruction_with_what_it_is_about() {
        let added = |problem: &str| (problem.to_owned(), "2".to_owned());
        for row in [
            r#"{"instruction": "Add:", "input": "1 and 1", "output": "2"}"#,
            r#"{"instruction": "Add:\n", "context": "1 and 1", "response": "2"}"#,
        ] {
            assert_eq!(both(row), added("Add:\n\n1 and 1"));
        }
        for input in ["\"\"", "null", "\" \"", "\"<noinput>\"", "\"nan\""] {
            let row = format!(r#"{{"instruction": "1+1?", "input": {input}, "output": "2"}}"#);
            assert_eq!(both(&row), added("1+1?"));
        }
    }

    #[test]
    fn thinking_beside_the_output_belongs_to_one_output() {
        let row = r#"{"instruction": "1+1?", "reasoning": "Add.", "output": "2"}"#;
        assert_eq!(both(row).1, "<think>\nAdd.\n</think>\n\n2");
        let row = r#"{"instruction": "1+1?", "reasoning": "Add.", "output": ["2", "3"]}"#;
        assert_eq!(read(Layout::Alpaca, row), [(None, Err(Void::WrongType))]);
    }

    #[test]
    fn a_history_is_not_left_out_nor_an_image() {
        let row = r#"{"instruction": "And 2?", "output": "3", "history": [["1+1?", "2"]]}"#;
        assert_eq!(read(Layout::Alpaca, row), [(None, Err(Void::SeveralTurns))]);
        let row = r#"{"instruction": "<image>What?", "output": "A cat.", "images": ["a.png"]}"#;
        assert_eq!(read(Layout::Alpaca, row), [(None, Err(Void::NoText))]);
    }
}
