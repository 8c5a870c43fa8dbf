//! What was done to the trajectories of each source when they were read, in sentences with counts.

use super::experiment::Experiment;
use crate::source::{Remark, Remarks};

/// The trajectories of one source.
#[derive(Default)]
struct Counts {
    all: u64,
    without_thinking: u64,
    /// By remark, in the order of [`Remark::ALL`].
    remarked: [u64; Remark::ALL.len()],
}

impl Counts {
    fn add(&mut self, remarks: Remarks, thinking_tokens: u32) {
        self.all += 1;
        self.without_thinking += u64::from(thinking_tokens == 0);
        for (count, remark) in self.remarked.iter_mut().zip(Remark::ALL) {
            *count += u64::from(remarks.has(remark));
        }
    }

    /// What is to be said of the source of that name.
    fn sentences(&self, source: &str) -> Vec<String> {
        let of = |count: u64| format!("{count} of {} trajectories of `{source}`", self.all);
        let remarked = Remark::ALL.into_iter().zip(self.remarked);
        let remarked = remarked.filter(|(_, count)| *count > 0);
        let mut sentences: Vec<String> = remarked
            .map(|(remark, count)| format!("{} {}", of(count), remark.sentence()))
            .collect();
        if (1..self.all).contains(&self.without_thinking) {
            let none = of(self.without_thinking);
            sentences.push(format!("{none} have no thinking, and the others have"));
        }
        sentences
    }
}

/// The sentences of every source, in the order of the plan.
pub(super) fn sentences(experiment: &Experiment<'_>) -> Vec<String> {
    let sources = &experiment.plan.sources;
    let mut counts: Vec<Counts> = sources.iter().map(|_| Counts::default()).collect();
    for part in &experiment.parts {
        for entry in &experiment.entries.rows[part.entries.clone()] {
            if let Ok(body) = &entry.body {
                counts[part.source].add(body.remarks, body.thinking_tokens);
            }
        }
    }
    let all = sources.iter().zip(counts);
    all.flat_map(|(source, counts)| counts.sentences(&source.name))
        .collect()
}
