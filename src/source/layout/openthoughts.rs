//! open-thoughts/OpenThoughts-114k: its default config has chats, its config `metadata` thinking and
//! solution apart.

use std::borrow::Cow;

use super::Reading;
use super::cells::{Cells, cells, not_blank};
use super::response::{first_and_last, marked, push};
use crate::source::{Entry, Trajectory, Void};

pub(super) static READING: Reading = Reading {
    columns: |_| Openthoughts::columns(),
    records: |_| false,
    recognised_by: &[&["problem", "deepseek_reasoning"], &["conversations"]],
    entries: |_, cells, out| entries(Openthoughts::of(cells), out),
};

cells! {
    Openthoughts {
        conversations: optional Turns,
        problem: optional Text,
        deepseek_reasoning: optional Text,
        deepseek_solution: optional Text,
        ground_truth_solution: optional Text,
        domain: optional Text,
        source: optional Text,
    }
}

fn entries<'a>(row: Openthoughts<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    let problem = not_blank(row.problem)?;
    let (thinking, solution) = (
        row.deepseek_reasoning.text()?,
        row.deepseek_solution.text()?,
    );
    let rest = Trajectory {
        gold: row.ground_truth_solution.text()?,
        category: row.domain.text()?,
        origin: row.source.text()?,
        style: Some("r1".into()),
        ..Trajectory::default()
    };
    if row.conversations.is_absent() {
        let response = match (thinking, solution) {
            (Some(thinking), Some(solution)) => Some(marked(&thinking, &solution)),
            _ => None,
        };
        push(out, 0, &problem, Ok(response), rest);
        return Ok(());
    }
    let (asked, response) = first_and_last(row.conversations, "from", "value")?;
    let response = response.map(|text| remark(&text).unwrap_or(text));
    push(out, 0, &asked.or(problem), Ok(response), rest);
    Ok(())
}

/// OpenThoughts' and Sky-T1's markers as `<think>`; none where the text has others.
fn remark<'a>(text: &str) -> Option<Cow<'a, str>> {
    let (_, rest) = text.split_once("<|begin_of_thought|>")?;
    let (thinking, rest) = rest.split_once("<|end_of_thought|>")?;
    let answer = rest.replace("<|begin_of_solution|>", "");
    let answer = answer.replace("<|end_of_solution|>", "");
    Some(marked(thinking, &answer))
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
