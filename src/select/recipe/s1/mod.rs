//! `s1`: quality, difficulty, then domains uniformly and 2^(-rank) by length.
//!
//! Muennighoff et al., arXiv 2501.19393; how it draws is in [`draw`]. Its quality is its code's
//! `drop_weird_string_patterns` (simplescaling/s1 `data/filter.ipynb`); what is hard says `[grid.difficulty]`.

pub(crate) mod draw;

use super::by_length;
use super::criterion::{Beside, Criterion, InOrder};
use crate::bucket::Candidate;
use crate::bucket::category::is_mix;
use crate::error::Refusal;
use crate::screen::accept::right;
use crate::select::knowledge::TextRule;
use crate::select::scope::Scope;
use crate::select::stratum::Stratum;
use draw::{Domain, Drawn, Eligible, S1};

pub(super) struct Domains;

impl Criterion for Domains {
    fn name(&self) -> &'static str {
        "s1"
    }

    fn table(&self) -> Option<&'static str> {
        Some("s1")
    }

    fn refuse(&self, beside: &Beside<'_>) -> Result<(), Refusal> {
        by_length::refuse(beside)?;
        let mut weights = beside.s1.iter().flat_map(|s1| s1.benchmark.values());
        Refusal::when(
            weights.any(|weight| !(0.001..=1000.0).contains(weight)),
            "s1.benchmark",
            "has a weight that is not from 0.001 to 1000",
            "write 1.0 for a whole one",
        )?;
        Refusal::when(
            beside.categories.iter().any(|category| is_mix(category)),
            "category",
            "has a mix of categories beside the recipe `s1`, which takes turns over its own domains",
            "write `category = [\"all\"]`",
        )
    }

    fn asks(&self) -> Option<&'static str> {
        Some("no figure, no image, and no number of a page or section")
    }

    fn text_rule(&self) -> Option<TextRule> {
        Some(TextRule {
            name: self.name(),
            passes: |text| passes(text.problem, text.origin),
        })
    }

    fn decides(&self) -> &'static [Stratum] {
        &[Stratum::Category, Stratum::Length]
    }

    fn order(
        &self,
        scope: &Scope<'_>,
        beside: &Beside<'_>,
        candidates: &[Candidate],
    ) -> Option<InOrder> {
        let rules = beside.s1.cloned().unwrap_or_default();
        let questions = candidates.iter();
        let questions = questions.map(|candidate| question(scope, &rules, *candidate));
        let chance = |what, step, turn| scope.keys.step(scope.draw, what, step, turn);
        let drawn = draw::order(questions.collect(), &rules, chance);
        let weighed = drawn.order.len() - drawn.first - drawn.uniform;
        Some(InOrder {
            steps: vec![
                ("first", drawn.first as u64),
                ("uniform", drawn.uniform as u64),
                ("weighed", weighed as u64),
            ],
            warnings: warnings(scope, &rules, &drawn),
            candidates: drawn.order,
            is_by_hash: false,
        })
    }
}

/// A candidate as the draw sees it.
fn question(scope: &Scope<'_>, rules: &S1, candidate: Candidate) -> Eligible {
    let problem = scope.problem(candidate.problem);
    let body = scope.body(candidate.entry);
    let name = |name: Option<u32>| name.map_or("none", |name| scope.entries.name(name));
    let (category, origin) = (name(problem.category), name(body.origin));
    let is_from = |origins: &[String]| origins.iter().any(|known| known == origin);
    let long = body.thinking_tokens > rules.first_tokens;
    Eligible {
        candidate,
        id: problem.id,
        domain: match rules.domain {
            Domain::Category => category.to_owned(),
            Domain::Origin => origin.to_owned(),
            Domain::CategoryAndOrigin => format!("{category}/{origin}"),
        },
        thinking_tokens: body.thinking_tokens,
        is_first: right(body) == Some(true)
            && (is_from(&rules.first) || (long && is_from(&rules.first_long))),
        weight: rules.weight(origin),
    }
}

/// Origins that nothing is from, and a draw that gives exam questions alone; of the first draw.
fn warnings(scope: &Scope<'_>, rules: &S1, drawn: &Drawn) -> Vec<String> {
    if scope.draw.number > 0 {
        return Vec::new();
    }
    let named = rules.first.iter().chain(&rules.first_long);
    let named = named.chain(rules.benchmark.keys());
    let lost = named.filter(|origin| scope.entries.find_name(origin).is_none());
    let mut warnings: Vec<String> = lost
        .map(|origin| format!("no problem is from `{origin}`, which `[grid.s1]` names"))
        .collect();
    if drawn.first >= rules.uniform as usize {
        warnings.push(format!(
            "s1 selects {} problems first, and would draw domains until there are {}: what a draw \
             gives is exam questions; `[grid.s1] first_max` bounds them",
            drawn.first, rules.uniform
        ));
    }
    warnings
}

/// Its quality: no figure, no image, no page or section numbers left by an extraction.
///
/// `[asy]` is kept where the problem is from AIME, which stands in `origin`.
fn passes(problem: &str, origin: Option<&str>) -> bool {
    if problem.contains("[asy]") {
        return origin.is_some_and(|origin| origin.to_ascii_lowercase().contains("aime"));
    }
    !problem.contains("![Image]") && !names_a_page(problem) && !has_bold_number(problem)
}

/// `p1.` to `p999.`, anywhere.
fn names_a_page(problem: &str) -> bool {
    let bytes = problem.as_bytes();
    memchr::memchr_iter(b'p', bytes).any(|at| {
        let digits = bytes[at + 1..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let number = &bytes[at + 1..at + 1 + digits];
        (1..=3).contains(&digits) && number[0] != b'0' && bytes.get(at + 1 + digits) == Some(&b'.')
    })
}

/// s1's `\*\*(?=.*\d)[^\s\]]*\*\*`: two stars, a digit somewhere behind them on the line, and no white
/// space or `]` before the next two stars.
fn has_bold_number(problem: &str) -> bool {
    let opens = memchr::memmem::find_iter(problem.as_bytes(), b"**");
    // Overlapping pairs too: in `***` the second star opens as well.
    let mut opens: Vec<usize> = opens.flat_map(|at| [at, at + 1]).collect();
    opens.dedup();
    opens.into_iter().any(|at| {
        let Some(rest) = problem[at..].strip_prefix("**") else {
            return false;
        };
        let line = rest.split('\n').next().unwrap_or_default();
        let word = rest
            .find(|letter: char| letter.is_whitespace() || letter == ']')
            .map_or(rest, |end| &rest[..end]);
        line.chars().any(char::is_numeric) && word.contains("**")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s1_drops_what_its_patterns_drop() {
        for (problem, kept) in [
            ("Find $x$.", true),
            ("[asy] draw((0,0)); [/asy]", false),
            ("See ![Image](a.png)", false),
            ("**p12.** Find $x$.", false),
            ("See p12. Find", false),
            ("p1234. is no page of theirs", true),
            ("p0. neither", true),
            ("**1.** Find $x$.", false),
            ("**Problem 1** has a space in its bold", true),
            ("**Problem** 1 has its digit behind", false),
            ("**bold** without one", true),
            ("[**1]** is cut by the bracket", true),
            ("***7** and three stars", false),
        ] {
            assert_eq!(passes(problem, None), kept, "{problem}");
        }
        assert!(passes("[asy] draw((0,0)); [/asy]", Some("amc_aime")));
    }
}
