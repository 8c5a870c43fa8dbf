//! What the names of sets are made of, and what each kind of control is.

use maud::{Markup, html};

use super::{Evaluation, some_of};
use crate::view::page::said;

/// How many values of a part are named.
const NAMED: usize = 6;

/// What a part of a name says, grids first.
const PARTS: [(&str, &str); 4] = [
    (
        "grid",
        "a part of the experiment, by the pipeline's own name for it",
    ),
    (
        "category",
        "what its problems are about: `diverse` takes categories in turn, `all` asks for none",
    ),
    (
        "length",
        "how long the responses are among those that could be had: the shortest, the longest, or `normal`, by chance",
    ),
    (
        "style",
        "whose way of reasoning the responses have, by the model or person that wrote them",
    ),
];

/// Kinds of controls.
const CONTROLS: [(&str, &str); 5] = [
    (
        "random",
        "as many rows of the same style, drawn from all that is accepted, whatever their category and length",
    ),
    (
        "matched",
        "row by row another problem that is alike in category, source, style, length and pass rate, but for what its subset was \
         chosen by",
    ),
    (
        "paired",
        "the subset's own problems, each with its response of the other length: only length differs",
    ),
    (
        "wrong",
        "the subset's own problems, each with a response that was dropped as wrong",
    ),
    (
        "derived",
        "the subset's own rows, changed in the way that its name says",
    ),
];

impl Evaluation {
    /// What the parts of a set's name are; nothing without an experiment.
    pub(super) fn names(&self) -> Markup {
        let parts = self.said.parts();
        let known = PARTS.iter().zip(&parts);
        let known: Vec<_> = known.filter(|(_, values)| !values.is_empty()).collect();
        html! {
            @if !known.is_empty() {
                p.soft {
                    "The name of a set has its parts in this order, then how many rows it has, its draw (" code { "d0" } "; "
                    code { "*" } " is all draws together) and, of a control, which kind it is of. Of one run it goes on with the training \
                     seed (" code { "t0" } ")."
                }
                dl.facts {
                    @for ((part, meaning), values) in known {
                        dt { (part) } dd { code { (some_of(values, NAMED)) } ": " (said(meaning)) }
                    }
                }
            }
        }
    }

    /// What each kind of control of the experiment is.
    pub(super) fn controls_told(&self) -> Markup {
        let here = self.said.controls();
        let known: Vec<_> = CONTROLS
            .iter()
            .filter(|(kind, _)| here.contains(kind))
            .collect();
        html! {
            @if !known.is_empty() {
                dl.facts {
                    @for (kind, meaning) in known { dt { (kind) " control" } dd { (meaning) } }
                }
            }
        }
    }
}
