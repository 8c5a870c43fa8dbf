//! A share of a plan's units: what one of several machines measures into a pool that they have in common.

use std::fmt;
use std::str::FromStr;

/// One of so many shares, counted from 1: written `3/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    number: u32,
    of: u32,
}

impl Share {
    pub(crate) const WHOLE: Self = Self { number: 1, of: 1 };
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let share = parts.and_then(|(number, of)| {
            Some(Self {
                number: number.parse().ok()?,
                of: of.parse().ok()?,
            })
        });
        match share {
            Some(share) if (1..=share.of).contains(&share.number) => Ok(share),
            _ => Err("write NUMBER/OF, from 1/OF to OF/OF, as 3/16".into()),
        }
    }
}

/// Deals units out, in the order of a plan: neighbours to one share, so that most files are read by one machine alone,
/// and about as many bytes to each.
pub(super) struct Deal {
    share: Share,
    total: u128,
    dealt: u128,
}

impl Deal {
    /// `total` is what all units weigh together, each by [`weight`].
    pub(super) fn new(share: Share, total: u128) -> Self {
        Self {
            share,
            total,
            dealt: 0,
        }
    }

    /// Whether the next unit is the share's: where its middle lies.
    pub(super) fn takes(&mut self, weight: u64) -> bool {
        let middle = 2 * self.dealt + u128::from(weight);
        self.dealt += u128::from(weight);
        let number = middle * u128::from(self.share.of) / (2 * self.total).max(1);
        number == u128::from(self.share.number - 1)
    }
}

/// What a unit of so many bytes weighs: an empty one is somebody's too.
pub(super) fn weight(bytes: u64) -> u64 {
    bytes.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_number_of_so_many() {
        for share in ["1/1", "3/16", "16/16"] {
            assert_eq!(share.parse::<Share>().expect(share).to_string(), share);
        }
        for none in [
            "",
            "3",
            "0/4",
            "5/4",
            "1/0",
            "-1/4",
            "1/4/2",
            "a/b",
            "1/99999999999",
        ] {
            assert!(none.parse::<Share>().is_err(), "{none}");
        }
    }

    proptest::proptest! {
        #[test]
        fn each_unit_is_of_one_share_and_shares_weigh_the_same(
            weights in proptest::collection::vec(1_u64..=1 << 40, 0..200),
            of in 1_u32..20,
        ) {
            let total: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
            let most = u128::from(weights.iter().copied().max().unwrap_or(0));
            let mut owners = vec![0; weights.len()];
            for number in 1..=of {
                let mut deal = Deal::new(Share { number, of }, total);
                let mut has = 0;
                for (&weight, owners) in weights.iter().zip(&mut owners) {
                    if deal.takes(weight) {
                        *owners += 1;
                        has += u128::from(weight);
                    }
                }
                // Half a unit more or less at either end.
                proptest::prop_assert!(has <= total / u128::from(of) + most + 1);
            }
            proptest::prop_assert!(owners.iter().all(|&owners| owners == 1));
        }
    }
}
