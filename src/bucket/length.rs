//! Short, normal and long; or ranges of tokens.
//!
//! In the paper length is a rule of choice and not a threshold: short is the N shortest, long the N
//! longest, normal N at random. A prefix of that ranking would make 100 more extreme than 1,000, and
//! then N would not be the only thing that differs. So the bucket is fixed first (`bucket = 1000`: the
//! 1,000 longest) and inside it the order is the draw's. `nested = "by_key"` is the literal reading.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Candidate;
use crate::error::{Refusal, did_you_mean, listed};

/// The `[grid.length]` table: how a grid's length axis is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LengthRules {
    /// The length axis: `short`, `normal`, `long`; or the names of ranges (`0..2048`, `q2`), all of them
    /// where `edges` or `quantiles` is given and this is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Vec<String>>,
    /// How many problems the buckets short and long hold; 1000 in the paper.
    pub bucket: usize,
    /// Which share of the problems that it is cut from a bucket of short or long may hold, above 0 and at most 1: what
    /// holds more is called long and is not. Where it would, `on_shortfall` decides: refused, left out, or made
    /// smaller. A share above a quarter is warned of in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_share_max: Option<f64>,
    /// Whether the shortest and longest are ranked in each category or in the whole pool. The paper
    /// leaves it open; a ranking over all would make `long` a choice of categories too.
    pub within: Within,
    /// Which trajectory of a problem is ranked, and then stands for it: its shortest or longest (`extreme`), or the
    /// one that the draw's hash chooses (`hash`), the same for short, normal and long. With `extreme` a problem of
    /// many accepted trajectories is long more often than one of few, by chance alone; `hash` removes that, and
    /// nothing else. What the paper did is not known.
    pub choose: Choose,
    /// What is measured: the whole reply, as it is trained, or the thinking alone. The paper leaves it
    /// open.
    pub of: Of,
    /// Whether the order inside short and long is the draw's (`by_draw`) or the ranking itself
    /// (`by_key`).
    pub nested: Nested,
    /// Ranges in tokens: `[2048, 8192]` makes `0..2048`, `2048..8192` and `8192..`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edges: Option<Vec<u32>>,
    /// Ranges by rank, as fractions: `[0.25, 0.75]` makes `q1`, `q2` and `q3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantiles: Option<Vec<f64>>,
}

impl Default for LengthRules {
    fn default() -> Self {
        Self {
            rule: None,
            bucket: 1000,
            bucket_share_max: None,
            within: Within::Category,
            choose: Choose::Extreme,
            of: Of::Reply,
            nested: Nested::ByDraw,
            edges: None,
            quantiles: None,
        }
    }
}

/// Where trajectories are ranked by length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    Category,
    Pool,
}

/// Which trajectory of a problem short and long rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choose {
    Extreme,
    Hash,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    Reply,
    Thinking,
}

/// What orders the inside of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nested {
    ByDraw,
    ByKey,
}

/// One place on the length axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    Short,
    Normal,
    Long,
    /// From the first count on and below the second.
    Tokens(u32, Option<u32>),
    /// The `index`-th of the ranges between quantiles, from 1.
    Quantile(usize),
}

impl Length {
    /// Whether the rule itself decides the length, so that controls must not match on it.
    pub(crate) fn decides(self) -> bool {
        self != Self::Normal
    }

    /// Whether it ranks trajectories and cuts.
    pub(crate) fn ranks(self) -> bool {
        matches!(self, Self::Short | Self::Long)
    }

    /// Whether a range of tokens holds the count; every other rule does.
    pub(crate) fn holds(self, tokens: u32) -> bool {
        match self {
            Self::Tokens(from, to) => from <= tokens && to.is_none_or(|to| tokens < to),
            _ => true,
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => f.write_str("short"),
            Self::Normal => f.write_str("normal"),
            Self::Long => f.write_str("long"),
            Self::Tokens(from, Some(to)) => write!(f, "{from}..{to}"),
            Self::Tokens(from, None) => write!(f, "{from}.."),
            Self::Quantile(index) => write!(f, "q{index}"),
        }
    }
}

impl LengthRules {
    /// The axis, or what is wrong with it.
    pub fn axis(&self) -> Result<Vec<Length>, Refusal> {
        let known = self.known()?;
        let Some(rules) = &self.rule else {
            let ranges = self.edges.is_some() || self.quantiles.is_some();
            return Ok(if ranges { known } else { vec![Length::Normal] });
        };
        let find = |rule: &String| {
            let found = known.iter().find(|length| length.to_string() == *rule);
            found.copied().ok_or_else(|| {
                let names: Vec<String> = known.iter().map(Length::to_string).collect();
                let names = || names.iter().map(String::as_str);
                Refusal::new(
                    "length.rule",
                    format!("has no `{rule}`; it has {}", listed(names())),
                    format!(
                        "{}see `gradatim schema pipeline`",
                        did_you_mean(rule, names())
                    ),
                )
            })
        };
        rules.iter().map(find).collect()
    }

    /// How many of so many problems a bucket may hold.
    pub(crate) fn bucket_max(&self, of: usize) -> usize {
        let share = |share: f64| (share * of as f64).floor() as usize;
        self.bucket_share_max.map_or(of, share)
    }

    /// Every place that the axis can name.
    fn known(&self) -> Result<Vec<Length>, Refusal> {
        match (&self.edges, &self.quantiles) {
            (Some(_), Some(_)) => Err(refusal(
                "quantiles",
                "cannot stand beside `edges`: use one of them",
            )),
            (Some(edges), None) => between(edges),
            (None, Some(cuts)) => by_rank(cuts),
            (None, None) => Ok(vec![Length::Short, Length::Normal, Length::Long]),
        }
    }

    /// Below which lengths (the last: none) the ranges between quantiles end, given all lengths.
    pub(crate) fn quantile_edges(&self, lengths: &mut [u32]) -> Vec<u32> {
        lengths.sort_unstable();
        let cuts = self.quantiles.as_deref().unwrap_or_default();
        let at = |cut: &f64| {
            let rank = (cut * lengths.len() as f64).ceil() as usize;
            lengths.get(rank).copied().unwrap_or(u32::MAX)
        };
        cuts.iter().map(at).collect()
    }
}

/// The ranges between edges.
fn between(edges: &[u32]) -> Result<Vec<Length>, Refusal> {
    if edges.is_empty() || !edges.is_sorted_by(|a, b| a < b) {
        return Err(refusal("edges", "must be ascending"));
    }
    let from = std::iter::once(0).chain(edges.iter().copied());
    let to = edges.iter().copied().map(Some).chain([None]);
    let range = |(from, to)| Length::Tokens(from, to);
    Ok(from.zip(to).map(range).collect())
}

/// The ranges between quantiles.
fn by_rank(cuts: &[f64]) -> Result<Vec<Length>, Refusal> {
    let inside = cuts.iter().all(|cut| *cut > 0.0 && *cut < 1.0);
    if !inside || cuts.is_empty() {
        return Err(refusal("quantiles", "must be fractions between 0 and 1"));
    }
    if !cuts.is_sorted_by(|a, b| a < b) {
        return Err(refusal("quantiles", "must be ascending"));
    }
    Ok((1..=cuts.len() + 1).map(Length::Quantile).collect())
}

fn refusal(key: &str, problem: impl Into<String>) -> Refusal {
    let hint = "see `gradatim schema pipeline`";
    Refusal::new(format!("length.{key}"), problem, hint)
}

/// The `size` candidates with the smallest (or largest) length, in that order; ties fall to the
/// problem's place, which `tie` gives.
///
/// ```
/// use gradatim::bucket::{Candidate, length::extreme};
/// let candidate = |problem, length| Candidate { problem, entry: problem, length };
/// let all = vec![candidate(0, 30), candidate(1, 10), candidate(2, 20)];
/// let short = extreme(all.clone(), 2, false, |candidate| candidate.problem);
/// assert_eq!(short, [candidate(1, 10), candidate(2, 20)]);
/// let long = extreme(all, 1, true, |candidate| candidate.problem);
/// assert_eq!(long, [candidate(0, 30)]);
/// ```
pub fn extreme<T: Ord>(
    candidates: Vec<Candidate>,
    size: usize,
    longest: bool,
    tie: impl Fn(&Candidate) -> T,
) -> Vec<Candidate> {
    let key = |candidate: &Candidate| {
        let length = if longest {
            u32::MAX - candidate.length
        } else {
            candidate.length
        };
        (length, tie(candidate))
    };
    // Their places beside the keys: of equals the earlier comes first.
    let keyed = candidates.iter().zip(0_usize..);
    let mut keyed: Vec<_> = keyed.map(|(candidate, at)| (key(candidate), at)).collect();
    if size < keyed.len() {
        keyed.select_nth_unstable(size);
        keyed.truncate(size);
    }
    keyed.sort_unstable();
    keyed.iter().map(|(_, at)| candidates[*at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(rules: &LengthRules) -> Vec<String> {
        let axis = rules.axis().unwrap();
        axis.iter().map(Length::to_string).collect()
    }

    #[test]
    fn the_extreme_are_the_first_of_all_in_order_and_of_equals_the_earlier_stay() {
        let lengths = [3, 1, 2, 1, 3, 2, 1, 3];
        let candidate = |(entry, &length): (u32, &u32)| Candidate {
            problem: 0,
            entry,
            length,
        };
        let all: Vec<Candidate> = (0..).zip(&lengths).map(candidate).collect();
        for longest in [false, true] {
            let mut sorted = all.clone();
            sorted.sort_by_key(|one| if longest { 3 - one.length } else { one.length });
            for size in 0..=all.len() + 1 {
                let found = extreme(all.clone(), size, longest, |one| one.problem);
                assert_eq!(found, sorted[..size.min(all.len())], "{size} {longest}");
            }
        }
    }

    #[test]
    fn edges_name_the_ranges_between_them() {
        let rules = LengthRules {
            edges: Some(vec![2048, 8192]),
            ..LengthRules::default()
        };
        assert_eq!(axis(&rules), ["0..2048", "2048..8192", "8192.."]);
    }

    #[test]
    fn a_rule_picks_among_the_names_in_its_own_order() {
        let rules = LengthRules {
            rule: Some(vec!["q3".into(), "q1".into()]),
            quantiles: Some(vec![0.25, 0.75]),
            ..LengthRules::default()
        };
        assert_eq!(axis(&rules), ["q3", "q1"]);
    }

    #[test]
    fn an_axis_that_contradicts_itself_is_refused_by_key() {
        let wrong = [
            (Some(vec![5, 5]), None, None, "length.edges"),
            (None, Some(vec![0.5, 1.5]), None, "length.quantiles"),
            (Some(vec![5]), Some(vec![0.5]), None, "length.quantiles"),
            (None, None, Some(vec!["tall".to_owned()]), "length.rule"),
        ];
        for (edges, quantiles, rule, key) in wrong {
            let rules = LengthRules {
                edges,
                quantiles,
                rule,
                ..LengthRules::default()
            };
            assert_eq!(rules.axis().unwrap_err().key, key);
        }
    }

    #[test]
    fn quantiles_part_lengths_into_shares_of_that_size() {
        let rules = LengthRules {
            quantiles: Some(vec![0.25, 0.5]),
            ..LengthRules::default()
        };
        let mut lengths: Vec<u32> = (0..100).rev().collect();
        let edges = rules.quantile_edges(&mut lengths);
        let below = |edge: u32| lengths.iter().filter(|&&length| length < edge).count();
        assert_eq!([below(edges[0]), below(edges[1])], [25, 50]);
    }

    #[test]
    fn ties_at_the_edge_of_a_bucket_fall_to_the_tie_key_and_not_to_order() {
        let candidate = |problem: u32| Candidate {
            problem,
            entry: problem,
            length: 7,
        };
        let forward: Vec<_> = (0..9).map(candidate).collect();
        let backward: Vec<_> = (0..9).rev().map(candidate).collect();
        let tie = |candidate: &Candidate| candidate.problem.wrapping_mul(2_654_435_761);
        assert_eq!(
            extreme(forward, 4, true, tie),
            extreme(backward, 4, true, tie)
        );
    }
}
