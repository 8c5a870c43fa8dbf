//! `openthoughts`: what OpenThoughts-114k's NuminaMath step drops (`open-thoughts` @ e3ad6c9), as far as a
//! pool of problems can follow it.

use super::criterion::Criterion;
use crate::select::knowledge::TextRule;

pub(super) struct Openthoughts;

impl Criterion for Openthoughts {
    fn name(&self) -> &'static str {
        "openthoughts"
    }

    fn asks(&self) -> Option<&'static str> {
        Some("no figure, no parts a) and b), and a gold answer")
    }

    fn text_rule(&self) -> Option<TextRule> {
        Some(TextRule {
            name: self.name(),
            passes: |text| passes(text.problem, text.gold),
        })
    }
}

/// The words that speak of a figure, and `answer:`, which gives it away.
const FIGURE_WORDS: [&str; 7] = ["figure", "diagram", "jpeg", "png", "jpg", "svg", "answer:"];

/// No figure, not several parts, and an answer that can be compared.
///
/// Theirs asks that the human solution holds a `\boxed{}` that is not empty; a pool has no solutions, so
/// that a gold answer stands for it.
fn passes(problem: &str, gold: Option<&str>) -> bool {
    let lower = problem.to_lowercase();
    let figure = FIGURE_WORDS.iter().any(|word| lower.contains(word));
    let parts = lower.starts_with("a)") && lower.contains("b)");
    !figure && !parts && gold.is_some_and(|gold| !gold.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_parts_and_what_has_no_answer_are_dropped() {
        for (problem, gold, kept) in [
            ("Find $x$.", Some("3"), true),
            ("In the Figure, find $x$.", Some("3"), false),
            ("a) Find $x$. b) Find $y$.", Some("3"), false),
            ("Find a) and b)", Some("3"), true),
            ("Find $x$.", None, false),
            ("Find $x$.", Some(" "), false),
        ] {
            assert_eq!(passes(problem, gold), kept, "{problem}");
        }
    }
}
