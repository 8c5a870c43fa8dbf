//! What a matched control can have in common with its subset, row by row.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that a matched control has in common with its subset, row by row.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Stratum {
    Category,
    /// Where the source has the problem from.
    Origin,
    /// Decile of tokens among all that is kept.
    Length,
    /// Quarter of the share correct among a problem's decided trajectories; none below two.
    PassRate,
    /// How many trajectories of the problem can be selected: accepted, and of the style asked for. Matched on only
    /// where `strata` names it.
    Accepted,
    /// Quarter of the values of the column that `control.joined` names, as another model's pass rate; of words the word.
    Joined,
}
