//! A variable of names (category, origin, style, verdict) and the mix that a sample has of them.

use std::collections::BTreeMap;

/// The level of entries that have none: it is counted, since a mix that hides it would look complete.
pub(crate) const NO_LEVEL: &str = "(none)";

/// A variable of names for each entry.
pub(super) struct Names {
    /// For each entry, the index of its level.
    levels: Vec<u32>,
    /// In order of name.
    pub names: Vec<String>,
    /// The mix of all that was accepted.
    pool: Mix,
}

/// How often a sample has each level.
pub(super) struct Mix {
    counts: Vec<u64>,
    /// Of how many rows.
    pub rows: u64,
}

impl Names {
    /// `levels` has one place for each entry; those that were not `accepted` count for no mix.
    pub(super) fn new<'n>(levels: impl Iterator<Item = Option<&'n str>>, accepted: &[u32]) -> Self {
        let levels: Vec<&str> = levels.map(|level| level.unwrap_or(NO_LEVEL)).collect();
        let mut index: BTreeMap<&str, u32> = BTreeMap::new();
        for &entry in accepted {
            index.insert(levels[entry as usize], 0);
        }
        for (at, place) in index.values_mut().enumerate() {
            *place = at as u32;
        }
        let names = index.keys().map(|&name| name.to_owned()).collect();
        let place = |level: &&str| index.get(level).copied().unwrap_or_default();
        let mut all = Self {
            levels: levels.iter().map(place).collect(),
            names,
            pool: Mix {
                counts: Vec::new(),
                rows: 0,
            },
        };
        all.pool = all.mix(accepted);
        all
    }

    /// The mix of some accepted entries.
    pub(super) fn mix(&self, entries: &[u32]) -> Mix {
        let mut counts = vec![0; self.names.len()];
        for &entry in entries {
            counts[self.levels[entry as usize] as usize] += 1;
        }
        Mix {
            counts,
            rows: entries.len() as u64,
        }
    }

    /// The index of an accepted entry's level.
    pub(super) fn level(&self, entry: u32) -> u32 {
        self.levels[entry as usize]
    }

    /// The share of all that was accepted that has the level.
    pub(super) fn pool_share(&self, level: usize) -> f64 {
        self.pool.share(level).unwrap_or_default()
    }

    /// Standard deviation, over all that was accepted, of having the level.
    pub(super) fn sd(&self, level: usize) -> f64 {
        let share = self.pool_share(level);
        (share * (1.0 - share)).sqrt()
    }
}

impl Mix {
    /// None where there are no rows.
    pub(super) fn share(&self, level: usize) -> Option<f64> {
        (self.rows > 0).then(|| self.counts[level] as f64 / self.rows as f64)
    }

    pub(super) fn count(&self, level: usize) -> u64 {
        self.counts[level]
    }

    /// See [`effective`].
    pub(super) fn effective(&self) -> Option<f64> {
        effective(&self.counts)
    }

    /// Total variation distance: the share of one mix that would have to change to make the other.
    pub(super) fn distance(&self, other: &Self) -> Option<f64> {
        let gap = |level| Some((self.share(level)? - other.share(level)?).abs());
        let gaps: Option<Vec<f64>> = (0..self.counts.len()).map(gap).collect();
        gaps.filter(|gaps| !gaps.is_empty())
            .map(|gaps| gaps.iter().sum::<f64>() / 2.0)
    }
}

/// exp(entropy) of counts: how many levels, all as common, would be as mixed; none where all are 0.
pub(crate) fn effective(counts: &[u64]) -> Option<f64> {
    let rows = counts.iter().sum::<u64>() as f64;
    let shares = counts.iter().map(|&count| count as f64 / rows);
    let held = shares.filter(|&share| share > 0.0);
    (rows > 0.0).then(|| libm::exp(-held.map(|share| share * libm::log(share)).sum::<f64>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two levels, half each, are as mixed as two; three quarters of one: exp(-(3/4 ln 3/4 + 1/4 ln 1/4)).
    #[test]
    fn mixes_are_told_as_by_hand() {
        let levels = [Some("b"), Some("a"), None, Some("b"), Some("b")];
        let all = Names::new(levels.into_iter(), &[0, 1, 2, 3, 4]);
        assert_eq!(all.names, [NO_LEVEL, "a", "b"]);
        let (even, odd) = (all.mix(&[0, 1]), all.mix(&[0, 3, 4, 2]));
        assert!((even.effective().unwrap() - 2.0).abs() < 1e-12);
        let expected = (4.0_f64 / 3.0).powf(0.75) * 4.0_f64.powf(0.25);
        assert!((odd.effective().unwrap() - expected).abs() < 1e-12);
        assert_eq!(even.distance(&odd), Some(0.5));
        assert_eq!(even.distance(&even), Some(0.0));
        assert!((all.sd(2) - 0.24_f64.sqrt()).abs() < 1e-12);
        assert_eq!(all.mix(&[]).effective(), None);
    }

    #[test]
    fn a_level_that_was_nowhere_accepted_is_no_level() {
        let all = Names::new([Some("a"), Some("z")].into_iter(), &[0]);
        assert_eq!(all.names, ["a"]);
    }
}
