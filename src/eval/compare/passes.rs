//! Whether a kind of subset has reached a bar, and the smallest one that has.
//!
//! The paper's headline is that a thousand trajectories of any category take *Medium* to 90 %. A reading at or above 90 % is
//! not yet that: it is said where the whole interval lies there, and denied where none of it does.

use crate::eval::intervals::Interval;

/// The paper's bar for Medium.
pub const MEDIUM_BAR: f64 = 0.9;

/// Whether a bar is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Passes {
    /// The interval's low end reaches it.
    Passes,
    /// The interval's high end does not.
    Fails,
    /// The interval holds it, or there is none.
    Open,
}

/// One size of subset with its accuracy at a tier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rung {
    /// Trajectories.
    pub n: u64,
    /// As read: the mean over draws.
    pub mean: f64,
    /// None with one draw.
    pub interval: Option<Interval>,
}

/// The smallest sizes that reach a bar; none where none does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmallestPassing {
    /// By the interval's low end.
    pub passing: Option<u64>,
    /// By the reading alone, which says less.
    pub by_reading: Option<u64>,
    /// The largest size that fails; the truth lies above it and, where one passes, not above `passing`.
    pub failing: Option<u64>,
}

impl Passes {
    /// As in tables and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passes => "passes",
            Self::Fails => "fails",
            Self::Open => "open",
        }
    }
}

/// Holds an interval against a bar.
///
/// ```
/// # use gradatim::eval::compare::{MEDIUM_BAR, Passes, passes};
/// # use gradatim::eval::intervals::Interval;
/// let at = |low, high| passes(Some(Interval { low, high }), MEDIUM_BAR);
/// assert_eq!(at(0.9, 0.97), Passes::Passes);
/// assert_eq!(at(0.85, 0.95), Passes::Open);
/// assert_eq!(at(0.7, 0.89), Passes::Fails);
/// assert_eq!(passes(None, MEDIUM_BAR), Passes::Open);
/// ```
pub fn passes(interval: Option<Interval>, bar: f64) -> Passes {
    match interval {
        Some(interval) if interval.low >= bar => Passes::Passes,
        Some(interval) if interval.high < bar => Passes::Fails,
        _ => Passes::Open,
    }
}

/// The smallest size that reaches a bar, of sizes in any order.
pub fn smallest_passing(rungs: &[Rung], bar: f64) -> SmallestPassing {
    let of = |passes: Passes| {
        let are = rungs
            .iter()
            .filter(move |rung| self::passes(rung.interval, bar) == passes);
        are.map(|rung| rung.n)
    };
    let read = rungs.iter().filter(|rung| rung.mean >= bar);
    SmallestPassing {
        passing: of(Passes::Passes).min(),
        by_reading: read.map(|rung| rung.n).min(),
        failing: of(Passes::Fails).max(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_above_the_bar_does_not_pass_by_itself() {
        let rung = |n, mean, reach| Rung {
            n,
            mean,
            interval: Some(Interval::around(mean, reach)),
        };
        let rungs = [
            rung(2000, 0.96, 0.02),
            rung(500, 0.6, 0.1),
            rung(1000, 0.92, 0.04),
        ];
        let found = smallest_passing(&rungs, MEDIUM_BAR);
        assert_eq!((found.passing, found.by_reading), (Some(2000), Some(1000)));
        assert_eq!(found.failing, Some(500));
        let one = Rung {
            n: 1000,
            mean: 0.95,
            interval: None,
        };
        assert_eq!(smallest_passing(&[one], MEDIUM_BAR).passing, None);
    }
}
