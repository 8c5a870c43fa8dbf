//! How long problems and replies are, and what a trainer's usual maximum takes of them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::thousands;
use crate::pool::entries::Body;

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
    /// Where replies stand as if something had ended them at one length; null where they do not.
    pub wall: Option<Wall>,
}

/// More replies just below one length than any tail of lengths that ends by itself has there: the sign of a maximum that
/// the model had when it wrote them.
///
/// A tail that ends by itself falls, so that of two ranges of which each is as wide for its length the upper one has fewer.
/// What is called a wall is the p99 of all replies, where the range below it has [`WALL_TIMES`] as many as the range below
/// that, [`WALL_ROWS_MIN`] and [`WALL_SHARE_MIN`] of all at least, and half of all replies are shorter than both ranges: else
/// it is the body of the lengths and not their tail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize, JsonSchema)]
pub(crate) struct Wall {
    /// The replies of the range have more tokens than this, …
    pub above: u32,
    /// … and as many as this at most: the p99 of all.
    pub most: u32,
    pub rows: u64,
    /// Those among them that are known to be cut off, and those of which it is not known.
    pub rows_cut_off: u64,
    pub rows_not_known: u64,
    /// The range below it begins behind so many tokens, and has so many replies.
    pub above_before: u32,
    pub rows_before: u64,
}

impl Wall {
    /// What it is, in a sentence.
    pub(crate) fn told(&self) -> String {
        format!(
            "{} responses have from {} to {} tokens, and {} from {} to {}: lengths that end by themselves grow rarer towards the \
             longest, so that many of these may have been cut off at a maximum; {} are known to be, and of {} nothing is known.",
            thousands(self.rows),
            thousands(u64::from(self.above) + 1),
            thousands(u64::from(self.most)),
            thousands(self.rows_before),
            thousands(u64::from(self.above_before) + 1),
            thousands(u64::from(self.above)),
            thousands(self.rows_cut_off),
            thousands(self.rows_not_known),
        )
    }
}

/// A range's begin as a share of its end.
const WALL_WIDTH: f64 = 0.9;
/// By hand: of two random counts (Poisson) with one mean, as many and [`WALL_TIMES`] the other are met once in 8,000 times at
/// most, whatever the mean (computed 2026-11-27).
const WALL_TIMES: u64 = 3;
const WALL_ROWS_MIN: u64 = 35;
/// Fewer change nothing that a dataset is used for.
const WALL_SHARE_MIN: f64 = 0.05;

/// What of a response its length is told by.
#[derive(Clone, Copy)]
pub(super) struct Reply {
    pub tokens: u32,
    pub thinking: u32,
    /// None where it is not known.
    pub finished: Option<bool>,
}

impl Reply {
    pub(super) fn of(body: &Body) -> Self {
        Self {
            tokens: body.tokens,
            thinking: body.thinking_tokens,
            finished: body.finished,
        }
    }
}

/// Where counts lie; the value at a share is the smallest that as many are not above. Null where there is none.
#[derive(Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Quantiles {
    pub count: u64,
    /// Of all together.
    pub sum: u64,
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
pub(super) fn lengths(tokenizer: &str, problems: Vec<u32>, replies: &[Reply]) -> Lengths {
    let of = |value: fn(&Reply) -> u32| replies.iter().map(value);
    let whole: Vec<u32> = of(|reply| reply.tokens).collect();
    let reply = quantiles(whole.clone());
    Lengths {
        tokenizer: tokenizer.to_owned(),
        problem: quantiles(problems),
        thinking: quantiles(
            of(|reply| reply.thinking)
                .filter(|tokens| *tokens > 0)
                .collect(),
        ),
        answer: quantiles(of(|reply| reply.tokens.saturating_sub(reply.thinking)).collect()),
        limits: LIMITS.iter().map(|limit| over(*limit, &whole)).collect(),
        wall: wall(replies, &reply),
        reply,
    }
}

/// The wall of replies whose lengths lie so, where there is one.
fn wall(replies: &[Reply], lengths: &Quantiles) -> Option<Wall> {
    let most = lengths.p99?;
    let below = |end: u32| (f64::from(end) * WALL_WIDTH) as u32;
    let (above, above_before) = (below(most), below(below(most)));
    let within = |from: u32, to: u32| {
        let of = move |reply: &&Reply| reply.tokens > from && reply.tokens <= to;
        replies.iter().filter(of)
    };
    let at = |is: fn(&&Reply) -> bool| within(above, most).filter(is).count() as u64;
    let wall = Wall {
        above,
        most,
        rows: at(|_| true),
        rows_cut_off: at(|reply| reply.finished == Some(false)),
        rows_not_known: at(|reply| reply.finished.is_none()),
        above_before,
        rows_before: within(above_before, above).count() as u64,
    };
    let is_tail = lengths.median? <= above_before;
    let are_many = wall.rows >= WALL_ROWS_MIN && share(wall.rows, lengths.count) >= WALL_SHARE_MIN;
    (is_tail && are_many && wall.rows >= WALL_TIMES * wall.rows_before).then_some(wall)
}

fn quantiles(mut counts: Vec<u32>) -> Quantiles {
    counts.sort_unstable();
    let at = |share: f64| {
        let rank = (share * counts.len() as f64).ceil() as usize;
        counts.get(rank.saturating_sub(1)).copied()
    };
    let sum: u64 = counts.iter().copied().map(u64::from).sum();
    Quantiles {
        count: counts.len() as u64,
        sum,
        min: at(0.0),
        p10: at(0.1),
        median: at(0.5),
        mean: (!counts.is_empty()).then(|| sum as f64 / counts.len() as f64),
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

    fn reply((tokens, thinking): (u32, u32)) -> Reply {
        Reply {
            tokens,
            thinking,
            finished: None,
        }
    }

    /// The wall of replies of these lengths, each so often.
    fn wall_of(lengths: &[(u32, usize)]) -> Option<Wall> {
        let all = lengths.iter();
        let all = all.flat_map(|(tokens, times)| std::iter::repeat_n(reply((*tokens, 0)), *times));
        super::lengths("any", Vec::new(), &all.collect::<Vec<_>>()).wall
    }

    #[test]
    fn replies_that_stand_just_below_one_length_are_a_wall_and_a_tail_that_falls_is_none() {
        let tail = [
            (500, 300),
            (1000, 200),
            (2000, 100),
            (3000, 9),
            (3400, 6),
            (3700, 3),
        ];
        assert_eq!(wall_of(&tail), None);
        let cut = [
            (500, 300),
            (1000, 200),
            (2000, 100),
            (3300, 20),
            (3700, 150),
            (4100, 2),
        ];
        let found = wall_of(&cut).expect("a wall");
        assert_eq!((found.above, found.most, found.rows), (3330, 3700, 150));
        assert_eq!((found.above_before, found.rows_before), (2997, 20));
        assert_eq!((found.rows_cut_off, found.rows_not_known), (0, 150));
        // Replies of one length each are no tail, a third as many are no wall, and a few are none.
        assert_eq!(wall_of(&[(980, 50), (1000, 50)]), None);
        assert_eq!(wall_of(&[(500, 600), (3300, 51), (3700, 150)]), None);
        assert_eq!(wall_of(&[(500, 600), (3700, 34)]), None);
        assert_eq!(wall_of(&[(500, 800), (3700, 40)]), None);
        assert_eq!(wall_of(&[]), None);
    }

    #[test]
    fn quantiles_are_values_that_stand_there() {
        let ten = quantiles((1..=10).rev().collect());
        assert_eq!((ten.min, ten.p10, ten.median), (Some(1), Some(1), Some(5)));
        assert_eq!((ten.p90, ten.p99, ten.max), (Some(9), Some(10), Some(10)));
        assert_eq!((ten.count, ten.sum, ten.mean), (10, 55, Some(5.5)));
        assert_eq!(quantiles(Vec::new()), Quantiles::default());
    }

    #[test]
    fn a_maximum_cuts_what_stands_behind_it_and_a_reply_of_just_as_many_tokens_is_whole() {
        let replies = [(1024, 0), (1025, 25), (3072, 3072)].map(reply);
        let lengths = lengths("any", vec![7, 5], &replies);
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
