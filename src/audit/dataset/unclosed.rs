//! Which replies that are thinking alone never close it.
//!
//! What is kept of a trajectory says that it was cut off, and that all of it is thinking: one that never closes, and one
//! that closes with nothing behind it where its source records that it was cut off. Of those with a gold answer the rule
//! of our verdict tells them apart; the others are read once more.

use std::collections::HashSet;

use super::scope::Scope;
use crate::Result;
use crate::pool::entries::Body;
use crate::pool::tables::{TRAJECTORIES, VERDICT_REASON};
use crate::run::{Amount, RunPart, Settings};
use crate::verify::{Outcome, Reason, Thinking, split_thinking};

/// Whether it is thinking from its first token to its last.
pub(super) fn is_all_thinking(body: &Body) -> bool {
    body.thinking_tokens > 0 && body.thinking_tokens == body.tokens
}

/// The entries whose thinking never closes.
pub(super) fn unclosed(scope: &Scope<'_>, settings: &Settings<'_>) -> Result<HashSet<u32>> {
    let (mut unclosed, mut untold) = (HashSet::new(), Vec::new());
    for part in scope.parts() {
        let of_part = in_doubt(scope, part);
        if of_part.is_empty() {
            continue;
        }
        let open = open_in(part)?;
        for (entry, body) in of_part {
            match body.outcome {
                Outcome::NoGold => untold.push(entry),
                _ if open.contains(&entry) => drop(unclosed.insert(entry)),
                _ => {}
            }
        }
    }
    settings
        .watch
        .begin("thinking", Amount::rows(untold.len() as u64));
    scope.each_text(&untold, |entry, trajectory| {
        settings.check_stop()?;
        settings.watch.advance(Amount::rows(1));
        if split_thinking(&trajectory.response).state == Thinking::Open {
            unclosed.insert(entry);
        }
        Ok(())
    })?;
    Ok(unclosed)
}

/// The entries of a part that were cut off and are thinking alone.
fn in_doubt<'e>(scope: &Scope<'e>, part: &RunPart) -> Vec<(u32, &'e Body)> {
    let rows = &scope.experiment.entries.rows;
    let entries = part.entries.clone().filter_map(|at| {
        let body = rows[at].body.as_deref().ok()?;
        Some((at as u32, body))
    });
    let is_so = |(_, body): &(u32, &Body)| is_all_thinking(body) && body.finished == Some(false);
    entries.filter(is_so).collect()
}

/// The entries of a part without an answer since their thinking is open.
fn open_in(part: &RunPart) -> Result<HashSet<u32>> {
    let mut open = HashSet::new();
    let mut at = part.entries.start as u32;
    for batch in part.held.read(TRAJECTORIES, &[VERDICT_REASON.name()])? {
        let batch = batch?;
        let reasons = VERDICT_REASON.of(&batch);
        for reason in reasons.map_err(|misfit| part.held.misread(&misfit))? {
            if reason == Some(Reason::OpenThinking.as_str()) {
                open.insert(at);
            }
            at += 1;
        }
    }
    Ok(open)
}
