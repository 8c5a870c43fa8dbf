//! open-thoughts/OpenThoughts-114k: its default config has chats, its config `metadata` thinking and
//! solution apart.

use super::Reading;
use super::cells::{Cells, cells, not_blank};
use super::response::{pass_over, push, push_chat};
use crate::rules::TurnsRule;
use crate::source::markup::joined;
use crate::source::{Entry, Trajectory, Void, turns};

pub(super) static READING: Reading = Reading {
    columns: |_| Openthoughts::columns(),
    records: |_| false,
    recognised_by: &[
        &["problem", "deepseek_reasoning"],
        &["system", "conversations"],
    ],
    // The dataset has no column of answers, nor of images, and no style but R1's.
    unless: &["answer", "tools", "image", "video", "audio"],
    entries: |source, cells, out| entries(Openthoughts::of(cells), source.turns, out),
};

cells! {
    Openthoughts {
        conversations: optional Turns,
        system: optional Text,
        problem: optional Text,
        deepseek_reasoning: optional Text,
        deepseek_solution: optional Text,
        ground_truth_solution: optional Answer,
        domain: optional Text,
        source: optional Text,
    }
}

fn entries<'a>(
    row: Openthoughts<'a>,
    rule: TurnsRule,
    out: &mut Vec<Entry<'a>>,
) -> Result<(), Void> {
    let problem = not_blank(row.problem)?;
    let mut rest = Trajectory {
        gold: row.ground_truth_solution.said()?,
        category: row.domain.text()?,
        origin: row.source.text()?,
        style: Some("r1".into()),
        ..Trajectory::default()
    };
    if row.conversations.is_absent() {
        let thinking = row.deepseek_reasoning.text()?;
        let solution = row.deepseek_solution.text()?;
        let both = thinking.is_some() && solution.is_some();
        let response = joined(thinking, solution).filter(|_| both);
        push(out, 0, &problem, Ok(response), rest);
        return Ok(());
    }
    pass_over(row.system, &mut rest.remarks)?;
    let mut chat = turns::chat(row.conversations)?;
    if let Some([first]) = chat.as_mut().map(|chat| chat.exchanges.as_mut_slice()) {
        first.question = first.question.take().or(problem);
    }
    push_chat(out, chat, rule, &rest)
}

#[cfg(test)]
mod tests {
    use super::super::tests::trajectories;
    use crate::source::Layout;

    #[test]
    fn both_configs_give_one_markup() {
        let chat = r#"{"conversations": [{"from": "user", "value": "1+1?"}, {"from": "assistant",
                       "value": "<|begin_of_thought|>Add.<|end_of_thought|><|begin_of_solution|>2<|end_of_solution|>"}]}"#;
        let apart =
            r#"{"problem": "1+1?", "deepseek_reasoning": "Add.", "deepseek_solution": "2"}"#;
        for row in [chat, apart] {
            let read = trajectories(Layout::Openthoughts, row);
            assert_eq!(read[0].problem, "1+1?");
            assert_eq!(read[0].response, "<think>\nAdd.\n</think>\n\n2");
        }
    }
}
