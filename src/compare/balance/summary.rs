//! How the pairs of a run stand, in a few sentences.

use super::{Balance, LARGE, Line, Meant, Standing};

/// How many pairs of a subset and its control stand how, in what they are meant to have alike.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub(crate) struct Summary {
    pub pairs: usize,
    /// Pairs that differ by no more than random sets of their sizes do.
    pub by_chance: usize,
    /// Those of them that differ by [`LARGE`] or more in something.
    pub large_by_chance: usize,
    /// Pairs that differ by more than chance, and by less than [`LARGE`].
    pub small: usize,
    /// Pairs that differ by more than chance, and by [`LARGE`] or more.
    pub unbalanced: usize,
    /// Pairs that differ by as much in something that nothing holds alike and that may go with the choice.
    pub open: usize,
    /// The least and the most that chance makes of a pair, in standard deviations.
    pub chance: Option<[f64; 2]>,
}

impl Summary {
    pub(crate) fn of<'b>(balances: impl Iterator<Item = &'b Balance>) -> Self {
        let mut summary = Self::default();
        for balance in balances {
            summary.add(balance);
        }
        summary
    }

    fn add(&mut self, balance: &Balance) {
        self.pairs += 1;
        self.open += usize::from(balance.is_open());
        match balance.standing() {
            Standing::Chance => {
                self.by_chance += 1;
                let is_large = |line: &Line| line.meant == Meant::Alike && line.is_large();
                self.large_by_chance += usize::from(balance.lines.iter().any(is_large));
            }
            Standing::Small => self.small += 1,
            Standing::Unbalanced => self.unbalanced += 1,
        }
        if let Some(chance) = balance.chance {
            let [least, most] = self.chance.unwrap_or([chance; 2]);
            self.chance = Some([least.min(chance), most.max(chance)]);
        }
    }

    /// A sentence for each standing, and one for what is no fault of a control.
    pub(crate) fn sentences(&self) -> [String; 4] {
        let chance = match self.chance {
            Some([least, most]) if least < most => {
                format!(" ({most:.2} for the smallest sets, {least:.2} for the largest)")
            }
            Some([_, most]) => format!(" ({most:.2})"),
            None => String::new(),
        };
        [
            format!(
                "{} differ by no more than two random sets of their sizes do{chance}; {} of them by {LARGE} or more",
                self.by_chance, self.large_by_chance
            ),
            format!(
                "{} differ by more than that, and by less than {LARGE}",
                self.small
            ),
            format!(
                "{} differ by more than that, and by {LARGE} or more",
                self.unbalanced
            ),
            format!(
                "{} differ by as much in something that nothing holds alike and that may go with the choice: no fault of the control",
                self.open
            ),
        ]
    }
}
