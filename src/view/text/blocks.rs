//! A text as paragraphs, formulas that stand alone, and code; of Markdown also headings, items and rules.
//!
//! Line breaks are kept: a problem's lines are its writer's. Headings are paragraphs that look like one: a text from data
//! has no part in the outline of a page.

use maud::{Markup, html};

use super::cut::{Cut, cut};
use super::marks::{self, Inline};
use super::pieces::{self, Formula, Marks, Piece};
use super::{formula, letters};
use crate::error::visible;

/// Bytes of a formula that fits a narrow window; a longer one may scroll there, which keys must reach.
pub(super) const UNSCROLLED_MAX: usize = 24;

/// A block of a text.
enum Block<'t> {
    Paragraph(Vec<Line<'t>>),
    Heading(Line<'t>),
    Item(Line<'t>),
    Rule,
    /// A formula that stands alone, with the stop behind it.
    Display(Formula<'t>, &'t str),
    Code(&'t str),
    Figure(&'t str),
}

type Line<'t> = Vec<Inline<'t>>;

/// A text on a page, of at most so many letters.
pub(super) fn shown(text: &str, letters_max: usize, marks: Marks) -> Markup {
    let Cut { head, rest } = cut(text, letters_max);
    html! {
        (all(head, marks))
        @if let Some((left_out, tail)) = rest {
            p.left-out { "… " (grouped(left_out)) " letters are left out here …" }
            (all(tail, marks))
        }
    }
}

/// A count with its thousands apart.
pub(super) fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let groups = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

fn all(text: &str, marks: Marks) -> Markup {
    let blocks = Blocks::of(text, marks);
    html! { @for block in &blocks { (block.shown(marks)) } }
}

impl Block<'_> {
    fn shown(&self, marks: Marks) -> Markup {
        html! {
            @match self {
                Self::Paragraph(lines) => p {
                    @for (at, line) in lines.iter().enumerate() {
                        @if at > 0 { "\n" }
                        (marks::shown(line, marks))
                    }
                },
                Self::Heading(line) => p.heading { (marks::shown(line, marks)) },
                Self::Item(line) => p.item { (marks::shown(line, marks)) },
                Self::Rule => p.rule {},
                Self::Display(formula, stop) => {
                    div.display tabindex=[(formula.source.len() > UNSCROLLED_MAX).then_some("0")] {
                        (formula::shown(formula))
                        @if !stop.is_empty() { span.stop { (stop) } }
                    }
                },
                Self::Code(code) => pre { code { (visible(&letters::unpiled(code))) } },
                Self::Figure(program) => details {
                    summary { "figure, as a program that draws it" }
                    pre { code { (visible(&letters::unpiled(program))) } }
                },
            }
        }
    }
}

/// The blocks of a text while its pieces are read.
struct Blocks<'t> {
    done: Vec<Block<'t>>,
    paragraph: Vec<Line<'t>>,
    line: Line<'t>,
    marks: Marks,
}

impl<'t> Blocks<'t> {
    fn of(text: &'t str, marks: Marks) -> Vec<Block<'t>> {
        let mut blocks = Self {
            done: Vec::new(),
            paragraph: Vec::new(),
            line: Vec::new(),
            marks,
        };
        for piece in pieces::of(text, marks) {
            blocks.add(piece);
        }
        blocks.end_line();
        blocks.end_paragraph();
        blocks.done
    }

    fn add(&mut self, piece: Piece<'t>) {
        match piece {
            Piece::Text(text) => self.text(text),
            Piece::Code(code) => self.line.push(Inline::Code(code)),
            Piece::Formula(formula) if !formula.is_display => {
                self.line.push(Inline::Formula(formula))
            }
            Piece::Formula(formula) => self.alone(Block::Display(formula, "")),
            Piece::Block(code) => self.alone(Block::Code(code)),
            Piece::Figure(program) => self.alone(Block::Figure(program)),
        }
    }

    fn text(&mut self, mut text: &'t str) {
        let is_between = self.is_between();
        if let (Some(Block::Display(_, stop)), true) = (self.done.last_mut(), is_between) {
            let length = text
                .bytes()
                .take_while(|byte| b".,;:".contains(byte))
                .count();
            if stop.is_empty() {
                (*stop, text) = text.split_at(length);
            }
        }
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.end_line();
            }
            let line = line.strip_suffix('\r').unwrap_or(line);
            self.line
                .extend((!line.is_empty()).then_some(Inline::Text(line)));
        }
    }

    /// Whether nothing stands behind the last block.
    fn is_between(&self) -> bool {
        self.paragraph.is_empty() && self.line.is_empty()
    }

    fn alone(&mut self, block: Block<'t>) {
        self.end_line();
        self.end_paragraph();
        self.done.push(block);
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let is_blank =
            |inline: &Inline<'_>| matches!(inline, Inline::Text(text) if text.trim().is_empty());
        if line.iter().all(is_blank) {
            self.end_paragraph();
            return;
        }
        match (self.marks == Marks::Markdown)
            .then(|| marked(&line))
            .flatten()
        {
            Some(block) => {
                self.end_paragraph();
                self.done.push(block);
            }
            None => self.paragraph.push(line),
        }
    }

    fn end_paragraph(&mut self) {
        let lines = std::mem::take(&mut self.paragraph);
        if !lines.is_empty() {
            self.done.push(Block::Paragraph(lines));
        }
    }
}

/// A line that Markdown makes a block of its own.
fn marked<'t>(line: &Line<'t>) -> Option<Block<'t>> {
    let Some((Inline::Text(text), behind)) = line.split_first() else {
        return None;
    };
    let start = text.trim_start();
    if behind.is_empty() && is_rule(start.trim_end()) {
        return Some(Block::Rule);
    }
    if let Some(title) = heading(start) {
        let title = [Inline::Text(title)]
            .into_iter()
            .chain(behind.iter().copied());
        return Some(Block::Heading(title.collect()));
    }
    is_item(start).then(|| Block::Item(line.clone()))
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3
        && ["-", "*", "_"]
            .iter()
            .any(|sign| line.replace(sign, "").is_empty())
}

/// What stands behind the marks of a heading.
fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    let depth = line.len() - title.len();
    ((1..=6).contains(&depth) && title.starts_with(' ')).then(|| title.trim_start())
}

fn is_item(line: &str) -> bool {
    let number = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let is_numbered = (1..=3).contains(&(line.len() - number.len()))
        && (number.starts_with(". ") || number.starts_with(") "));
    is_numbered
        || ["- ", "* ", "+ ", "• "]
            .iter()
            .any(|mark| line.starts_with(mark))
}
