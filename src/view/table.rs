//! Tables, the only place that writes one: of a page's sections, and of the numbers under a drawing.
//!
//! The first column that is shown names the rows; numbers stand to the right under their head. What comes from data is one line of text.
//! A column in which no row has anything is left out: it would say nothing, and take the room of those that do.

use std::borrow::Cow;

use maud::{Markup, html};

use super::page::{percent, said};
use super::text;
use crate::error::{one_line, thousands};
use crate::svg::shortened;

/// How many letters a cell has at most; its middle is left out.
const LETTERS_MAX: usize = 300;

/// Bytes from which a column of words is given room for some of them in a line.
const LONG: usize = 24;

/// A cell of a table.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    /// Words, of data too.
    Text(String),
    /// A sentence of ours, in which names may stand between backticks.
    Said(String),
    /// An answer, whose formulas are rendered.
    Answer(String),
    /// A name as it is typed.
    Code(String),
    Count(u64),
    /// A number that is written already: a share, a difference.
    Figure(String),
    /// The command that shows the rows behind this row.
    Rows(String),
    Nothing,
}

impl Cell {
    /// The number, or nothing.
    pub(crate) fn count(count: Option<u64>) -> Self {
        count.map_or(Self::Nothing, Self::Count)
    }

    /// A share of 1 in percent, or nothing.
    pub(crate) fn share(share: Option<f64>) -> Self {
        share.map_or(Self::Nothing, |share| Self::Figure(percent(share)))
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn code(text: impl Into<String>) -> Self {
        Self::Code(text.into())
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Figure(_)) && !self.is_nothing()
    }

    fn is_long(&self) -> bool {
        matches!(self, Self::Text(text) | Self::Said(text) | Self::Answer(text) if text.len() > LONG)
    }

    /// Whether nobody would see it.
    fn is_nothing(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Text(text)
            | Self::Said(text)
            | Self::Answer(text)
            | Self::Code(text)
            | Self::Figure(text) => text.is_empty(),
            Self::Count(_) | Self::Rows(_) => false,
        }
    }

    /// What a screen reader calls it by.
    fn name(&self) -> String {
        match self {
            Self::Text(text)
            | Self::Said(text)
            | Self::Answer(text)
            | Self::Code(text)
            | Self::Figure(text) => shortened(text, LETTERS_MAX),
            Self::Count(count) => thousands(*count),
            Self::Rows(_) | Self::Nothing => String::new(),
        }
    }

    fn markup(&self, row: &str) -> Markup {
        match self {
            Self::Code(_) => html! { code { (self.name()) } },
            Self::Said(_) => said(&self.name()),
            Self::Answer(text) => text::answer(text),
            Self::Rows(command) => html! {
                details.rows { summary aria-label={ "rows: " (row) } { "rows" } (typed(command)) }
            },
            other => html! { (other.name()) },
        }
    }
}

/// Tables with more rows are folded.
const OPEN_MAX: usize = 16;

/// A table whose first column names its rows; a column of numbers stands to the right.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub caption: String,
    pub heads: Vec<Cow<'static, str>>,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(caption: impl Into<String>, heads: &[&'static str]) -> Self {
        Self {
            caption: caption.into(),
            heads: heads.iter().copied().map(Cow::Borrowed).collect(),
            rows: Vec::new(),
        }
    }

    /// The table; nothing where it has no row. A long one is opened by who wants it.
    pub(crate) fn markup(&self) -> Markup {
        match self.rows.len() {
            0 => html! {},
            rows if rows > OPEN_MAX => {
                let summary = format!("{} ({} rows)", self.caption, thousands(rows as u64));
                folded(&summary, &self.whole(None))
            }
            _ => self.whole(Some(&one_line(&self.caption))),
        }
    }

    /// The table under its caption, or where that stands elsewhere without.
    fn whole(&self, shown: Option<&str>) -> Markup {
        let caption = one_line(&self.caption);
        html! {
            // What is wider than the window scrolls by itself, by keys too.
            div.scroll role="region" aria-label=(caption) tabindex="0" { (self.bare(shown)) }
        }
    }

    /// The table alone, for who has a place of its own for it.
    pub(crate) fn bare(&self, caption: Option<&str>) -> Markup {
        let columns: Vec<Column<'_>> = self.columns().collect();
        html! {
            table {
                @if let Some(caption) = caption { caption { (caption) } }
                thead { tr { @for column in &columns {
                    // A head without a word heads nothing.
                    @if column.head.is_empty() { td {} }
                    @else { th scope="col" class=[column.class] { (column.head) } }
                } } }
                tbody { @for row in &self.rows { tr { (cells(row, &columns)) } } }
            }
        }
    }

    /// The columns that have something in some row.
    fn columns(&self) -> impl Iterator<Item = Column<'_>> {
        let all = self.heads.iter().enumerate();
        all.filter(|(at, _)| self.column(*at).any(|cell| !cell.is_nothing()))
            .map(|(at, head)| Column {
                at,
                head,
                class: self.class(at),
            })
    }

    fn column(&self, at: usize) -> impl Iterator<Item = &Cell> + Clone {
        self.rows.iter().filter_map(move |row| row.get(at))
    }

    /// The class of a column: numbers, and words that need room.
    fn class(&self, at: usize) -> Option<&'static str> {
        let mut cells = self.column(at);
        let is_of_numbers = cells
            .clone()
            .all(|cell| cell.is_number() || cell.is_nothing());
        match is_of_numbers {
            true => cells.any(Cell::is_number).then_some("n"),
            false => cells.any(Cell::is_long).then_some("w"),
        }
    }
}

/// A column that is shown.
struct Column<'t> {
    at: usize,
    head: &'t str,
    class: Option<&'static str>,
}

/// The cells of a row, of which the first that is shown names it.
fn cells(row: &[Cell], columns: &[Column<'_>]) -> Markup {
    let shown = columns
        .iter()
        .filter_map(|column| Some((row.get(column.at)?, column)));
    let name = shown.clone().next().map(|(cell, _)| cell.name());
    let name = name.unwrap_or_default();
    html! {
        @for (at, (cell, column)) in shown.enumerate() {
            @if at == 0 && !cell.is_nothing() {
                th scope="row" class=[column.class] { (cell.markup(&name)) }
            } @else {
                td class=[column.class] { (cell.markup(&name)) }
            }
        }
    }
}

/// A command as it is typed.
pub(crate) fn typed(command: &str) -> Markup {
    html! { code.command { (one_line(command)) } }
}

/// What is shown only to who asks.
pub(crate) fn folded(summary: &str, body: &Markup) -> Markup {
    html! { details.long { summary { (one_line(summary)) } (body) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_data_is_one_line_of_text_and_nothing_else() {
        let mut table = Table::new("a </caption><script>", &["name", "rows"]);
        table.rows.push(vec![
            Cell::text("<img src=x onerror=alert(1)>\u{202e}\n&"),
            Cell::Rows("gradatim sql \"'><b>\"".into()),
        ]);
        let written = table.markup().into_string();
        for mark in ["<script", "<img", "<b>", "\u{202e}", "\n"] {
            assert!(!written.contains(mark), "{mark:?}: {written}");
        }
        assert!(written.contains("&lt;img src=x onerror=alert(1)&gt;\\u{202e}\\n&amp;"));
    }

    #[test]
    fn a_column_in_which_no_row_has_anything_is_left_out_with_its_head() {
        let mut table = Table::new("", &["name", "nothing", "blank", "n"]);
        for count in [1, 2] {
            let cells = [Cell::Nothing, Cell::text(""), Cell::Count(count)];
            table
                .rows
                .push([Cell::text("a")].into_iter().chain(cells).collect());
        }
        let written = table.markup().into_string();
        assert!(
            !written.contains("nothing") && !written.contains("blank"),
            "{written}"
        );
        assert_eq!(written.matches("<td").count(), 2, "{written}");
        assert_eq!(written.matches("<th scope=\"row\"").count(), 2, "{written}");
    }

    #[test]
    fn a_head_without_a_word_heads_nothing_and_sentences_show_names_and_answers_formulas() {
        let mut table = Table::new("", &["", "said", "gold"]);
        table.rows.push(vec![
            Cell::Nothing,
            Cell::Said("set `a<b`".into()),
            Cell::Answer(r"\frac{1}{2}".into()),
        ]);
        table
            .rows
            .push(vec![Cell::text("a"), Cell::Nothing, Cell::Nothing]);
        let written = table.markup().into_string();
        assert!(!written.contains("<th scope=\"col\"></th>"), "{written}");
        assert!(!written.contains("<th scope=\"row\"></th>"), "{written}");
        assert!(
            written.contains("set <code>a&lt;b</code>") && written.contains("<mfrac>"),
            "{written}"
        );
    }

    #[test]
    fn a_column_of_numbers_stands_to_the_right_with_its_head() {
        let mut table = Table::new("", &["name", "n", "share"]);
        table
            .rows
            .push(vec![Cell::text("a"), Cell::Count(1234), Cell::Nothing]);
        table
            .rows
            .push(vec![Cell::text("b"), Cell::Nothing, Cell::text("-")]);
        let written = table.markup().into_string();
        assert!(
            written.contains("<th scope=\"col\" class=\"n\">n</th><th scope=\"col\">share</th>")
        );
        assert!(written.contains("<td class=\"n\">1,234</td>"), "{written}");
    }
}
