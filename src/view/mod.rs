//! The report and the viewer: pages over the same queries as `sql`.
//!
//! People look before they read. A page holds what was counted elsewhere, drawn, with the rows behind it a command away;
//! it computes nothing of its own. What stands in it from data is escaped by the one place that writes it
//! ([`text`] for texts with formulas, `maud` for all else), asks nobody for anything and runs nothing.

mod figures;
mod page;
pub(crate) mod report;
pub(crate) mod server;
mod table;
pub(crate) mod text;
