//! Rollouts of prime-rl and verifiers: `prompt` and `completion` as turns or texts, the gold `answer`, the `reward`.

use super::Reading;
use super::cells::{Cells, cells};
use super::media::Media;
use super::response::{asked, push_all, responses, verdict};
use crate::source::remark::Remarks;
use crate::source::{Entry, Trajectory, Void};

pub(super) static READING: Reading = Reading {
    columns: |_| Rollouts::columns(),
    records: |_| true,
    recognised_by: &[&["prompt", "completion", "reward"]],
    unless: &[],
    entries: |_, cells, out| entries(Rollouts::of(cells), out),
};

cells! {
    Rollouts {
        prompt: required Any,
        completion: required Any,
        reward: required Any,
        answer: optional Answer,
        is_truncated: optional Any,
        task: optional Any,
        example_id: optional Answer,
        ..media: Media
    }
}

fn entries<'a>(row: Rollouts<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    row.media.none()?;
    let mut remarks = Remarks::default();
    let problem = asked(row.prompt, &mut remarks)?;
    let rest = Trajectory {
        gold: row.answer.said()?,
        recorded_rule: verdict(&row.reward, &mut remarks),
        // What was not cut off for its length ended by itself.
        finished: row.is_truncated.truth().map(|cut| !cut),
        origin: row.task.text().unwrap_or_default(),
        source_id: row.example_id.said().unwrap_or_default(),
        remarks,
        ..Trajectory::default()
    };
    push_all(out, &problem, responses(row.completion)?, &rest, |_, _| ())
}
