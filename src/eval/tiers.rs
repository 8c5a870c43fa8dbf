//! The ladder's tiers.

/// A rung of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// The base model solves it.
    Easy,
    /// A model solves it after training on few trajectories.
    Medium,
    /// All else.
    Hard,
    /// Extremely hard: no model solves one in ten attempts.
    Exh,
}

impl Tier {
    /// From the easiest on.
    pub const ALL: [Self; 4] = [Self::Easy, Self::Medium, Self::Hard, Self::Exh];

    /// As in tables and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
            Self::Exh => "exh",
        }
    }
}
