//! Which verdicts decide whether a trajectory is accepted.

use super::DropReason;
use crate::pool::entries::Body;
use crate::rules::Accept;
use crate::verify::Outcome;

/// Why a rule does not accept a trajectory, or none where it does.
pub(crate) fn refusal(accept: Accept, body: &Body) -> Option<DropReason> {
    if accept == Accept::None {
        return None;
    }
    if body.finished == Some(false) {
        return Some(DropReason::CutOff);
    }
    match accept {
        Accept::Recorded => {
            recorded(body).or((body.outcome == Outcome::Wrong).then_some(DropReason::Wrong))
        }
        Accept::Ours => ours(body),
        Accept::Both => recorded(body).or_else(|| ours(body)),
        Accept::Either => recorded(body).and_then(|_| ours(body)),
        Accept::None => None,
    }
}

fn recorded(body: &Body) -> Option<DropReason> {
    match body.recorded {
        Some(true) => None,
        Some(false) => Some(DropReason::RecordedWrong),
        None => Some(DropReason::NotRecorded),
    }
}

fn ours(body: &Body) -> Option<DropReason> {
    match body.outcome {
        Outcome::Correct => None,
        Outcome::Wrong => Some(DropReason::Wrong),
        Outcome::Undecided => Some(DropReason::Undecided),
        Outcome::NoAnswer => Some(DropReason::NoAnswer),
        Outcome::NoGold => Some(DropReason::NoGold),
    }
}

/// Whether neither the source nor we say that a trajectory is right.
pub(crate) fn no_verdict_is_right(body: &Body) -> bool {
    body.recorded != Some(true) && body.outcome != Outcome::Correct
}

/// Right, wrong or unknown for the table of a style pair: the source's verdict where it has one.
pub(crate) fn right(body: &Body) -> Option<bool> {
    body.recorded.or(match body.outcome {
        Outcome::Correct => Some(true),
        Outcome::Wrong => Some(false),
        _ => None,
    })
}
