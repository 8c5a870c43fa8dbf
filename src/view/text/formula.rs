//! A formula of TeX as MathML, or none where that cannot be.
//!
//! The renderer is a port of KaTeX. It is bounded on all sides, since a formula is data: the nesting and the length
//! before it starts ([`bounds`]), what its macros may expand to, the size of what it draws; nobody trusts a link or a
//! picture; and were it to panic on some input, the formula's source would stand on the page.

use std::sync::LazyLock;

use katex::build_mathml::build_expression;
use katex::macros::MacroDefinition;
use katex::mathml_tree::MathDomNode;
use katex::options::{FontShape, FontWeight, Options};
use katex::{KatexContext, OutputFormat, Settings, style};
use maud::{Markup, PreEscaped, html};

use super::pieces::Formula;
use super::{bounds, letters, mathml, mend};
use crate::error::visible;
use crate::source::quietly;

/// Functions and symbols of the renderer, which nothing changes.
pub(super) static TEX: LazyLock<KatexContext> = LazyLock::new(KatexContext::default);

/// The stack on which formulas are rendered. A level of nesting takes up to 85 kB without optimisations (2026-11-27,
/// `\boxed` in `\boxed`); the threads of a server have 2 MB.
const STACK_BYTES: usize = 16 << 20;

/// Steps of expanding macros that a formula may take.
const EXPANSIONS_MAX: usize = 1_000;

/// In em: more would push away what stands around.
const SIZE_MAX: f64 = 20.0;

/// Commands that the renderer lacks or that mean a place in a document, as what stands for them on a page.
const MACROS: [(&str, &str); 30] = [
    // Of its own it sets a table as wide as the page, and nothing at all inside of `align`.
    (r"\tag", r"\@ifstar\tag@bare\tag@paren"),
    (r"\tag@bare", r"\qquad\text{#1}"),
    (r"\tag@paren", r"\qquad\text{(#1)}"),
    (r"\label", r"\@firstoftwo{}{#1}"),
    (r"\eqref", r"\text{(#1)}"),
    (r"\ref", r"\text{#1}"),
    (r"\nonumber", ""),
    (r"\notag", ""),
    (r"\centering", ""),
    (r"\vspace", r"\@firstoftwo{}{#1}"),
    (r"\cline", r"\@firstoftwo{}{#1}"),
    (r"\multicolumn", r"\@secondoftwo{#1#2}{#3}"),
    (r"\displaylimits", r"\limits"),
    (r"\overarc", r"\overset{\frown}{#1}"),
    (r"\overparen", r"\overset{\frown}{#1}"),
    (r"\wideparen", r"\overset{\frown}{#1}"),
    (r"\cancelto", r"\overset{#1}{\cancel{#2}}"),
    (r"\framebox", r"\fbox{#1}"),
    (r"\mbox", r"\text{#1}"),
    (r"\mathbbm", r"\mathbb{#1}"),
    (r"\mathds", r"\mathbb{#1}"),
    // Of AoPS's forum, which wrote them for signs.
    (r"\plus", "+"),
    (r"\minus", "-"),
    (r"\equal", "="),
    // Of papers, whose writers define them.
    (r"\NN", r"\mathbb{N}"),
    (r"\ZZ", r"\mathbb{Z}"),
    (r"\QQ", r"\mathbb{Q}"),
    (r"\RR", r"\mathbb{R}"),
    (r"\CC", r"\mathbb{C}"),
    (r"\eps", r"\varepsilon"),
];

thread_local! {
    /// One for formulas in a line, one for those that stand alone.
    static SETTINGS: [Settings; 2] = [false, true].map(settings);
}

fn settings(is_display: bool) -> Settings {
    let settings = Settings::builder()
        .display_mode(is_display)
        .output(OutputFormat::Mathml)
        .max_size(SIZE_MAX)
        .max_expand(EXPANSIONS_MAX)
        .build();
    let macros = MACROS.map(|(name, text)| (name.to_owned(), MacroDefinition::StaticStr(text)));
    settings.macros.borrow_mut().extend(macros);
    settings
}

/// Does some work on a stack that holds the deepest formula that is rendered; none where the system has no thread left.
/// Panics where the work does.
pub(super) fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    on_stack(STACK_BYTES, work)
}

fn on_stack<T: Send>(bytes: usize, work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(bytes);
        let done = thread.spawn_scoped(scope, work).ok()?.join();
        Some(done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// A formula on a page: rendered, or its source.
pub(super) fn shown(formula: &Formula<'_>) -> Markup {
    match (rendered(formula), formula.is_display) {
        (Some(math), false) => math,
        (Some(math), true) => math,
        (None, false) => html! { code.tex { (source(formula)) } },
        (None, true) => html! { pre.tex { code { (source(formula)) } } },
    }
}

fn source(formula: &Formula<'_>) -> String {
    visible(&letters::unpiled(formula.source)).into_owned()
}

/// The formula as MathML; none where the renderer does not know a command, or where it is beyond what is rendered.
pub(super) fn rendered(formula: &Formula<'_>) -> Option<Markup> {
    let tex = mend::mended(formula.tex, formula.is_display);
    if !bounds::within(&tex) || letters::is_piled(&tex) {
        return None;
    }
    let nodes = quietly(|| nodes(&tex, formula.is_display))??;
    let source = formula.tex.trim();
    Some(PreEscaped(mathml::written(
        &nodes,
        formula.is_display,
        source,
    )))
}

/// The renderer's tree of a formula.
fn nodes(tex: &str, is_display: bool) -> Option<Vec<MathDomNode>> {
    SETTINGS.with(|settings| {
        let parsed = katex::parse(&TEX, tex, &settings[usize::from(is_display)]).ok()?;
        build_expression(&TEX, &parsed, &options(is_display), None).ok()
    })
}

fn options(is_display: bool) -> Options {
    Options {
        style: if is_display {
            style::DISPLAY
        } else {
            style::TEXT
        },
        color: None,
        size: Options::BASESIZE,
        text_size: Options::BASESIZE,
        phantom: false,
        font: String::new(),
        font_family: String::new(),
        font_weight: FontWeight::Empty,
        font_shape: FontShape::Empty,
        size_multiplier: 1.0,
        max_size: SIZE_MAX,
        min_rule_thickness: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_thread_can_be_had_nothing_breaks_off() {
        assert_eq!(on_stack(1 << 50, || 1), None);
        assert_eq!(on_stack(1 << 20, || 1), Some(1));
    }
}
