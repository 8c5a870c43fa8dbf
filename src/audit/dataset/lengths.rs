//! How long problems and replies are, and what a trainer's usual maximum takes of them.

use schemars::JsonSchema;
use serde::Serialize;

/// The maxima that people train with, in tokens.
const LIMITS: [u32; 6] = [1024, 2048, 4096, 8192, 16384, 32768];

/// Lengths in tokens.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Lengths {
    /// What tokens are counted with.
    pub tokenizer: String,
    /// Each different problem, once.
    pub problem: Quantiles,
    /// The whole reply.
    pub reply: Quantiles,
    /// Its thinking part, of those that have one.
    pub thinking: Quantiles,
    /// What stands behind the thinking part.
    pub answer: Quantiles,
    /// What a maximum of so many tokens takes. The prompt and the template, which a trainer counts too, are not in
    /// it: `gradatim preflight` counts them.
    pub limits: Vec<Limit>,
}

/// Where counts lie; the value at a share is the smallest that as many are not above. Null where there is none.
#[derive(Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Quantiles {
    pub count: u64,
    pub min: Option<u32>,
    pub p10: Option<u32>,
    pub median: Option<u32>,
    pub mean: Option<f64>,
    pub p90: Option<u32>,
    pub p99: Option<u32>,
    pub max: Option<u32>,
}

/// What a maximum takes.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Limit {
    /// Tokens that a row may have.
    pub tokens: u32,
    /// Trajectories whose reply alone is longer.
    pub rows_over: u64,
    /// Of all of them.
    pub share: f64,
    /// The share of all tokens that stands behind the maximum: what cutting takes.
    pub tokens_share: f64,
}

/// The lengths of problems, and of replies by their whole and thinking tokens.
pub(super) fn lengths(tokenizer: &str, problems: Vec<u32>, counts: &[(u32, u32)]) -> Lengths {
    let of = |value: fn(&(u32, u32)) -> u32| counts.iter().map(value);
    let whole: Vec<u32> = of(|count| count.0).collect();
    Lengths {
        tokenizer: tokenizer.to_owned(),
        problem: quantiles(problems),
        thinking: quantiles(of(|count| count.1).filter(|tokens| *tokens > 0).collect()),
        answer: quantiles(of(|count| count.0.saturating_sub(count.1)).collect()),
        limits: LIMITS.iter().map(|limit| over(*limit, &whole)).collect(),
        reply: quantiles(whole),
    }
}

fn quantiles(mut counts: Vec<u32>) -> Quantiles {
    counts.sort_unstable();
    let at = |share: f64| {
        let rank = (share * counts.len() as f64).ceil() as usize;
        counts.get(rank.saturating_sub(1)).copied()
    };
    let sum: f64 = counts.iter().copied().map(f64::from).sum();
    Quantiles {
        count: counts.len() as u64,
        min: at(0.0),
        p10: at(0.1),
        median: at(0.5),
        mean: (!counts.is_empty()).then(|| sum / counts.len() as f64),
        p90: at(0.9),
        p99: at(0.99),
        max: at(1.0),
    }
}

fn over(limit: u32, counts: &[u32]) -> Limit {
    let sum =
        |of: &dyn Fn(u32) -> u32| -> f64 { counts.iter().map(|&count| f64::from(of(count))).sum() };
    let rows_over = counts.iter().filter(|count| **count > limit).count() as u64;
    Limit {
        tokens: limit,
        rows_over,
        share: share(rows_over, counts.len() as u64),
        tokens_share: sum(&|count| count.saturating_sub(limit)) / sum(&|count| count).max(1.0),
    }
}

/// A share of a whole; 0 of nothing.
pub(super) fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_stand_there() {
        let ten = quantiles((1..=10).rev().collect());
        assert_eq!((ten.min, ten.p10, ten.median), (Some(1), Some(1), Some(5)));
        assert_eq!((ten.p90, ten.p99, ten.max), (Some(9), Some(10), Some(10)));
        assert_eq!((ten.count, ten.mean), (10, Some(5.5)));
        assert_eq!(quantiles(Vec::new()), Quantiles::default());
    }

    #[test]
    fn a_maximum_cuts_what_stands_behind_it_and_a_reply_of_just_as_many_tokens_is_whole() {
        let lengths = lengths("any", vec![7, 5], &[(1024, 0), (1025, 25), (3072, 3072)]);
        let limit = |tokens| lengths.limits.iter().find(|limit| limit.tokens == tokens);
        let first = limit(1024).expect("a limit");
        assert_eq!(lengths.problem.max, Some(7));
        assert_eq!((first.rows_over, first.share), (2, 2.0 / 3.0));
        assert_eq!(first.tokens_share, (1.0 + 2048.0) / 5121.0);
        assert_eq!(limit(4096).expect("a limit").rows_over, 0);
        assert_eq!(
            (lengths.thinking.count, lengths.answer.max),
            (2, Some(1024))
        );
    }
}
