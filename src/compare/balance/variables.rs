//! The variables that balance is told of.

use super::Accepted;
use super::column::{RankedColumn, Scale};
use super::mix::Names;
use crate::pool::entries::Body;
use crate::select::Stratum;
use crate::verify::Outcome;

/// What in a subset's criterion decides a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decides {
    Nothing,
    Length,
    Category,
    Style,
    PassRate,
}

/// A measured variable.
pub(in crate::compare) struct Variable {
    pub name: &'static str,
    pub(super) scale: Scale,
    pub decides: Decides,
    value: fn(&Accepted<'_>, &Body) -> Option<f64>,
}

/// A variable of names.
pub(in crate::compare) struct Named {
    pub name: &'static str,
    pub decides: Decides,
    level: for<'e> fn(&Accepted<'e>, &Body) -> Option<&'e str>,
}

/// In the order that they are told in. What is not known is null, and never zero.
pub(in crate::compare) const MEASURED: [Variable; 11] = [
    length("tokens", |_, body| Some(f64::from(body.tokens))),
    length("thinking_tokens", |_, body| {
        Some(f64::from(body.thinking_tokens))
    }),
    length("answer_tokens", |_, body| {
        Some(f64::from(body.tokens.saturating_sub(body.thinking_tokens)))
    }),
    length("bytes", |_, body| Some(f64::from(body.bytes))),
    // Long trajectories say more of it again.
    Variable {
        name: "repeated_share",
        scale: Scale::Plain,
        decides: Decides::Length,
        value: |_, body| Some(f64::from(body.repeated_share)),
    },
    // Our verdict, where it could decide.
    plain("correct", |_, body| match body.outcome {
        Outcome::Correct => Some(1.0),
        Outcome::Wrong => Some(0.0),
        _ => None,
    }),
    plain("recorded", |_, body| body.recorded.map(flag)),
    plain("finished", |_, body| body.finished.map(flag)),
    // Of the problem; one decided trajectory says too little.
    Variable {
        name: "pass_rate",
        scale: Scale::Plain,
        decides: Decides::PassRate,
        value: |accepted, body| {
            let problem = &accepted.entries.problems[body.problem as usize];
            let rate = f64::from(problem.correct) / f64::from(problem.decided);
            (problem.decided >= 2).then_some(rate)
        },
    },
    // Of the problem: who takes the longest of several takes problems that have several.
    Variable {
        name: "accepted_count",
        scale: Scale::Plain,
        decides: Decides::PassRate,
        value: |accepted, body| Some(f64::from(accepted.count(body.problem))),
    },
    Variable {
        name: "problem_bytes",
        scale: Scale::Log,
        decides: Decides::Nothing,
        value: |accepted, body| accepted.entries.problem_bytes(body.problem).map(f64::from),
    },
];

/// In the order that they are told in.
pub(in crate::compare) const NAMED: [Named; 4] = [
    Named {
        name: "category",
        decides: Decides::Category,
        level: |accepted, body| {
            let category = accepted.entries.problems[body.problem as usize].category;
            category.map(|name| accepted.entries.name(name))
        },
    },
    Named {
        name: "origin",
        decides: Decides::Nothing,
        level: |accepted, body| body.origin.map(|name| accepted.entries.name(name)),
    },
    Named {
        name: "style",
        decides: Decides::Style,
        level: |accepted, body| Some(accepted.entries.name(body.style)),
    },
    Named {
        name: "verdict",
        decides: Decides::Nothing,
        level: |_, body| Some(body.outcome.as_str()),
    },
];

const fn length(name: &'static str, value: fn(&Accepted<'_>, &Body) -> Option<f64>) -> Variable {
    Variable {
        name,
        scale: Scale::Log,
        decides: Decides::Length,
        value,
    }
}

const fn plain(name: &'static str, value: fn(&Accepted<'_>, &Body) -> Option<f64>) -> Variable {
    Variable {
        name,
        scale: Scale::Plain,
        decides: Decides::Nothing,
        value,
    }
}

fn flag(set: bool) -> f64 {
    f64::from(u8::from(set))
}

impl Variable {
    /// What is known of a trajectory.
    pub(in crate::compare) fn value_of(&self, accepted: &Accepted<'_>, body: &Body) -> Option<f64> {
        (self.value)(accepted, body)
    }

    pub(super) fn column(&self, accepted: &Accepted<'_>) -> RankedColumn {
        let mut values = vec![None; accepted.entries.rows.len()];
        for &entry in &accepted.kept {
            values[entry as usize] = (self.value)(accepted, accepted.entries.body_of(entry));
        }
        RankedColumn::new(&values, self.scale)
    }
}

impl Named {
    /// The name that a trajectory has.
    pub(in crate::compare) fn level_of<'e>(
        &self,
        accepted: &Accepted<'e>,
        body: &Body,
    ) -> Option<&'e str> {
        (self.level)(accepted, body)
    }

    pub(super) fn names(&self, accepted: &Accepted<'_>) -> Names {
        let rows = accepted.entries.rows.iter();
        let levels = rows.map(|row| (self.level)(accepted, row.body.as_ref().ok()?));
        Names::new(levels, &accepted.kept)
    }
}

/// What a match holds a variable alike by.
pub(super) fn stratum(variable: &str) -> Option<Stratum> {
    match variable {
        "tokens" | "thinking_tokens" | "answer_tokens" | "bytes" => Some(Stratum::Length),
        "category" => Some(Stratum::Category),
        "origin" => Some(Stratum::Origin),
        "pass_rate" => Some(Stratum::PassRate),
        _ => None,
    }
}

/// What in a subset's criterion decides a variable; none of a name that is no variable's.
pub(super) fn decides(variable: &str) -> Option<Decides> {
    let measured = MEASURED.iter().map(|known| (known.name, known.decides));
    let named = NAMED.iter().map(|known| (known.name, known.decides));
    let mut all = measured.chain(named);
    all.find_map(|(name, decides)| (name == variable).then_some(decides))
}

/// Whether a variable is of the problem, and so the same of every response to it. An origin is of the row: two sources may
/// name two for one problem.
pub(super) fn is_of_problem(variable: &str) -> bool {
    matches!(
        variable,
        "category" | "pass_rate" | "accepted_count" | "problem_bytes"
    )
}

/// The stratum that a variable is the very measure of: lengths are matched in tenths of tokens, and the answer's length or the
/// thinking's may differ for all that.
pub(super) fn measure_of(variable: &str) -> Option<Stratum> {
    match variable {
        "tokens" => Some(Stratum::Length),
        "accepted_count" => Some(Stratum::Accepted),
        "category" | "origin" | "pass_rate" => stratum(variable),
        _ => None,
    }
}
