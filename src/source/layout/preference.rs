//! Preferences, as DPO takes them: a `prompt` with a `chosen` and a `rejected` response, of which the chosen is read.
//!
//! Without a prompt the chosen response is a chat that has its question.

use super::Reading;
use super::cells::{Cells, cells};
use super::media::Media;
use super::response::{asked, pass_over, push_all, push_chat, responses};
use crate::rules::TurnsRule;
use crate::source::remark::Remarks;
use crate::source::turns::{self, Cell};
use crate::source::{Entry, Trajectory, Void};

pub(super) static READING: Reading = Reading {
    columns: |_| Preference::columns(),
    records: |_| false,
    recognised_by: &[&["chosen"]],
    unless: &[],
    entries: |source, cells, out| entries(Preference::of(cells), source.turns, out),
};

cells! {
    Preference {
        prompt: optional Any,
        question: optional Any,
        chosen: required Any,
        system: optional Text,
        answer: optional Answer,
        category: optional Text,
        source: optional Text,
        id: optional Answer,
        ..media: Media
    }
}

fn entries<'a>(row: Preference<'a>, rule: TurnsRule, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    row.media.none()?;
    let mut remarks = Remarks::default();
    pass_over(row.system, &mut remarks)?;
    let prompt = match row.prompt.is_absent() {
        true => row.question,
        false => row.prompt,
    };
    let mut rest = Trajectory {
        gold: row.answer.said()?,
        category: row.category.text()?,
        origin: row.source.text()?,
        source_id: row.id.said().unwrap_or_default(),
        ..Trajectory::default()
    };
    if prompt.is_absent()
        && let Cell::Chat(chat) = turns::cell(row.chosen.clone())?
    {
        rest.remarks = remarks;
        return push_chat(out, turns::chat(chat)?, rule, &rest);
    }
    let problem = asked(prompt, &mut remarks)?;
    rest.remarks = remarks;
    push_all(out, &problem, responses(row.chosen)?, &rest, |_, _| ())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{read, trajectories};
    use crate::source::{Layout, Void};

    #[test]
    fn the_chosen_response_is_read_and_the_rejected_is_not() {
        for row in [
            r#"{"prompt": "1+1?", "chosen": "2", "rejected": "3"}"#,
            r#"{"prompt": [{"role": "user", "content": "1+1?"}],
                "chosen": [{"role": "assistant", "content": "2"}], "rejected": []}"#,
            r#"{"prompt": "1+1?", "rejected": null,
                "chosen": [{"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "2"}]}"#,
            r#"{"chosen": [{"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "2"}]}"#,
            r#"{"question": "1+1?", "chosen": {"from": "gpt", "value": "2"}}"#,
        ] {
            let read = trajectories(Layout::Preference, row);
            assert_eq!(read.len(), 1, "{row}");
            let said = (read[0].problem.as_ref(), read[0].response.as_ref());
            assert_eq!(said, ("1+1?", "2"), "{row}");
        }
    }

    #[test]
    fn a_text_that_has_its_question_inside_has_no_problem() {
        let row =
            r#"{"chosen": "Human: 1+1? Assistant: 2", "rejected": "Human: 1+1? Assistant: 3"}"#;
        assert_eq!(
            read(Layout::Preference, row),
            [(Some(0), Err(Void::NoProblem))]
        );
    }
}
