//! The ladder's tiers: the paper's for AIME24, its rule for other benchmarks, and how sure a rule's tier is.
//!
//! The rule looks at what three kinds of models do: *Easy* is what the base model solves in more than half of its attempts,
//! *Medium* what models after a small training set do, *Exh* what every model solves in less than a tenth, *Hard* all
//! else. With eight attempts a question whose true rate is .4 passes a half in one of six runs, so that each question also
//! has the chance of each tier. Models that made the tiers are not to be judged by them: Hard is what the small ones
//! happened to fail at, and they will do better at it without having learned anything.

use super::distributions::{beta, beta_quantile};
use super::table::Counts;

/// A rung of the ladder.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
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

/// What a model stands for in the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Before any training.
    Base,
    /// Trained on a small set.
    Small,
    /// Any other, as R1 and QwQ.
    Large,
}

/// A question's tier by the rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// As the attempts say.
    pub tier: Tier,
    /// The chance of each, from the easiest on; they sum to 1.
    pub chances: [f64; 4],
    /// Whether one attempt of one model more or less right makes it another.
    pub at_boundary: bool,
    /// The largest rate over all attempts that they allow with 95 % (Clopper and Pearson, one side at 97.5 %).
    pub rate_max: f64,
}

/// The paper's tiers of AIME24, by the ids of its questions from 60 on (`view_results.py`).
const PAPER: [(Tier, &[u32]); 4] = [
    (Tier::Easy, &[69, 60, 67, 72]),
    (Tier::Medium, &[84, 71, 68, 75, 86, 66, 83, 78, 79, 82]),
    (
        Tier::Hard,
        &[70, 74, 76, 77, 87, 85, 64, 65, 80, 61, 88, 73],
    ),
    (Tier::Exh, &[89, 62, 81, 63]),
];

/// The paper's: more than half solves, less than a tenth does not.
const SOLVED: f64 = 0.5;
const UNSOLVED: f64 = 0.1;

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

    /// The paper's tier of a question of AIME24 with an id of 60 to 89; none of any other.
    pub fn of_aime24(id: u32) -> Option<Self> {
        let of = PAPER.iter().find(|(_, ids)| ids.contains(&id))?;
        Some(of.0)
    }

    /// How many of AIME24's questions the paper has in it.
    pub fn aime24_count(self) -> usize {
        PAPER
            .iter()
            .filter(|(tier, _)| *tier == self)
            .map(|(_, ids)| ids.len())
            .sum()
    }
}

/// Places a question by what each model did at it. None without an attempt of a base and of a small model, without which the
/// rule says nothing.
///
/// Rates have the posterior Beta(right + ½, wrong + ½), each model its own for Exh and the attempts of a role together for
/// Easy and Medium.
pub fn place(models: &[(Role, Counts)]) -> Option<Placed> {
    let tier = rule(models)?;
    let solves = |role| {
        let all = together(models, Some(role))?;
        Some(1.0 - below(all, SOLVED))
    };
    let [easy, medium] = [solves(Role::Base)?, solves(Role::Small)?];
    let unsolved: f64 = models
        .iter()
        .map(|(_, counts)| below(*counts, UNSOLVED))
        .product();
    let medium = (1.0 - easy) * medium;
    let exh = unsolved.min(1.0 - easy - medium).max(0.0);
    let all = together(models, None)?;
    Some(Placed {
        tier,
        chances: [easy, medium, (1.0 - easy - medium - exh).max(0.0), exh],
        at_boundary: moved(models).any(|models| rule(&models) != Some(tier)),
        rate_max: rate_max(all),
    })
}

/// The upper end of Clopper and Pearson's 95 % for a rate: "less than a tenth" of 48 attempts allows 4, and those 20 %.
pub fn rate_max(counts: Counts) -> f64 {
    let [right, wrong] = [counts.right, counts.of - counts.right].map(f64::from);
    if wrong == 0.0 {
        1.0
    } else {
        beta_quantile(0.975, right + 1.0, wrong)
    }
}

/// The rule as the paper states it, with the mean of a role's models.
fn rule(models: &[(Role, Counts)]) -> Option<Tier> {
    let rate = |role| {
        let of = models.iter().filter(|(of, _)| *of == role);
        super::table::mean(of.map(|(_, counts)| counts.mean()))
    };
    let [base, small] = [rate(Role::Base)?, rate(Role::Small)?];
    Some(if base > SOLVED {
        Tier::Easy
    } else if small > SOLVED {
        Tier::Medium
    } else if models.iter().all(|(_, counts)| counts.mean() < UNSOLVED) {
        Tier::Exh
    } else {
        Tier::Hard
    })
}

/// The models with one attempt more or less right, in every way.
fn moved(models: &[(Role, Counts)]) -> impl Iterator<Item = Vec<(Role, Counts)>> {
    let changed = |at: usize, more: bool| {
        let mut models = models.to_vec();
        let counts = &mut models[at].1;
        counts.right = if more {
            (counts.right + 1).min(counts.of)
        } else {
            counts.right.saturating_sub(1)
        };
        models
    };
    (0..models.len()).flat_map(move |at| [changed(at, true), changed(at, false)])
}

fn together(models: &[(Role, Counts)], role: Option<Role>) -> Option<Counts> {
    let of = models
        .iter()
        .filter(|(of, _)| role.is_none_or(|role| role == *of));
    of.map(|(_, counts)| *counts).reduce(Counts::and)
}

fn below(counts: Counts, rate: f64) -> f64 {
    let [right, wrong] = [counts.right, counts.of - counts.right].map(f64::from);
    beta(rate, right + 0.5, wrong + 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_of_aime24_has_one_tier() {
        let of = |id| Tier::of_aime24(id).unwrap_or_else(|| panic!("{id}"));
        let mut counted = [0; 4];
        for id in 60..90 {
            counted[of(id) as usize] += 1;
        }
        assert_eq!(counted, [4, 10, 12, 4]);
        assert_eq!(Tier::ALL.map(Tier::aime24_count), counted);
        assert_eq!(Tier::of_aime24(59), None);
    }

    #[test]
    fn half_of_the_attempts_do_not_solve_and_lie_at_the_boundary() {
        let models = |base, small| {
            [
                (Role::Base, Counts::new(base, 8)),
                (Role::Small, Counts::new(small, 8)),
            ]
        };
        let half = place(&models(0, 4)).unwrap();
        assert_eq!((half.tier, half.at_boundary), (Tier::Hard, true));
        let more = place(&models(0, 5)).unwrap();
        assert_eq!((more.tier, more.at_boundary), (Tier::Medium, true));
        let easy = place(&models(8, 8)).unwrap();
        assert_eq!((easy.tier, easy.at_boundary), (Tier::Easy, false));
        let never = place(&models(0, 0)).unwrap();
        assert_eq!(
            (never.tier, never.at_boundary),
            (Tier::Exh, true),
            "1 of 8 is more than a tenth"
        );
        for placed in [half, more, easy, never] {
            assert!((placed.chances.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let most = placed.chances.iter().copied().fold(0.0, f64::max);
            assert!(placed == half || placed.chances[placed.tier as usize] == most);
        }
        assert!(place(&[(Role::Large, Counts::new(1, 8))]).is_none());
    }

    /// scipy 1.17.1: `binomtest(4, 48).proportion_ci(method="exact").high`.
    #[test]
    fn four_of_forty_eight_allow_a_fifth() {
        assert!((rate_max(Counts::new(4, 48)) - 0.19982801419938198).abs() < 1e-9);
    }
}
