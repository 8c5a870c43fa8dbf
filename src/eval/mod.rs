//! What graded attempts say: logs of evaluations to tables of questions, and those to figures and an answer.
//!
//! ```text
//! logs ─► attempts ─► grades ─► table (questions × attempts) ─► figures ─► the experiment's answer
//! ```
//!
//! Everything from the table on is pure: counts in, figures out, the same bits on every system. Chance enters with a
//! stated seed. What each interval is about (this very run, its kind, questions like these) is part of its type, and one
//! that would not hold is a reason instead of two numbers.

pub mod attempt;
pub mod compare;
pub mod components;
pub mod distributions;
pub(crate) mod experiment;
pub(crate) mod grade;
pub mod intervals;
pub mod ladder;
pub(crate) mod logs;
pub mod metrics;
mod natural;
pub(crate) mod output;
pub(crate) mod questions;
pub mod random;
pub mod report;
pub mod scaling;
pub mod table;
pub mod tiers;
