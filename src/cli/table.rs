//! Tables for people: columns as wide as their widest cell, numbers to the right.

use std::io::IsTerminal;

use crate::error::one_line;
pub(super) use crate::error::thousands;

/// Lays out rows under a head; a column is set to the right where its every cell is a number. On a terminal that is
/// narrower the widest texts are cut.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    laid_out(head, rows, width())
}

/// How wide the terminal is that stdout is; none where it is none.
pub(super) fn width() -> Option<usize> {
    let size = std::io::stdout().is_terminal().then(|| {
        let size = terminal_size::terminal_size_of(std::io::stdout());
        size.map(|(width, _)| usize::from(width.0))
    });
    size.flatten()
}

/// The same in its full width, for a file.
pub(super) fn whole(head: &[&str], rows: &[Vec<String>]) -> String {
    laid_out(head, rows, None)
}

/// A column of a table.
struct Laid {
    width: usize,
    is_right: bool,
    /// Whether it holds words, which may be cut; of figures none is.
    is_words: bool,
}

impl Laid {
    fn of(head: &str, cells: &[String]) -> Self {
        let widths = cells.iter().map(|cell| cell.chars().count());
        let all = |is: fn(&str) -> bool| !cells.is_empty() && cells.iter().all(|cell| is(cell));
        Self {
            width: widths.max().unwrap_or_default().max(head.chars().count()),
            is_right: all(is_number),
            is_words: !all(is_figures),
        }
    }

    fn padded(&self, cell: &str) -> String {
        let (cell, width) = (shortened(cell, self.width), self.width);
        match self.is_right {
            true => format!("{cell:>width$}"),
            false => format!("{cell:width$}"),
        }
    }
}

/// The table, no wider than `width` as far as its figures allow. Each row is one line, whatever its cells hold.
fn laid_out(head: &[&str], rows: &[Vec<String>], width: Option<usize>) -> String {
    let cell = |row: &[String], at: usize| {
        let cell = row.get(at).map(|cell| one_line(cell).into_owned());
        cell.unwrap_or_default()
    };
    let column = |(at, head): (usize, &&str)| {
        let cells: Vec<String> = rows.iter().map(|row| cell(row, at)).collect();
        Laid::of(head, &cells)
    };
    let mut columns: Vec<Laid> = head.iter().enumerate().map(column).collect();
    narrow(&mut columns, width);
    let head: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    let line = |row: &Vec<String>| {
        let columns = columns.iter().enumerate();
        let cells = columns.map(|(at, column)| column.padded(&cell(row, at)));
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned() + "\n"
    };
    std::iter::once(&head).chain(rows).map(line).collect()
}

/// What stands between two columns.
const GAP: &str = "  ";

/// A text of which less is seen says nothing.
const WORDS_MIN: usize = 8;

/// Takes from the widest column of words until the line fits.
fn narrow(columns: &mut [Laid], width: Option<usize>) {
    let Some(width) = width else { return };
    let line = |columns: &[Laid]| {
        let widths: usize = columns.iter().map(|column| column.width + GAP.len()).sum();
        widths.saturating_sub(GAP.len())
    };
    while line(columns) > width {
        let words = columns.iter_mut().filter(|column| column.is_words);
        match words.max_by_key(|column| column.width) {
            Some(widest) if widest.width > WORDS_MIN => widest.width -= 1,
            _ => return,
        }
    }
}

/// The cell, cut in its middle where it is wider: names of subsets tell apart by their ends.
fn shortened(cell: &str, width: usize) -> String {
    let letters: Vec<char> = cell.chars().collect();
    if letters.len() <= width {
        return cell.to_owned();
    }
    let ahead = width / 2;
    let behind = letters.len() - width.saturating_sub(ahead + 1);
    let ends = letters[..ahead].iter().chain(['…'].iter());
    ends.chain(&letters[behind..]).collect()
}

/// Whether a cell is of numbers alone, as `32 / 61 / 7`.
fn is_figures(cell: &str) -> bool {
    cell.chars()
        .all(|c| c.is_ascii_digit() || " /,.%–-".contains(c))
}

fn is_number(cell: &str) -> bool {
    let cell = cell.strip_prefix('-').unwrap_or(cell);
    !cell.is_empty()
        && cell
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
}

/// `1536` as `1.5 KiB`.
pub(super) fn bytes(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_makes_no_row_of_its_own_and_is_as_wide_as_it_is_shown() {
        let rows = [["a\nb\u{1b}", "1"], ["c", "2"]].map(|row| row.map(str::to_owned).to_vec());
        let table = laid_out(&["name", "n"], &rows, None);
        assert_eq!(table, "name        n\na\\nb\\u{1b}  1\nc           2\n");
    }

    #[test]
    fn on_a_narrow_terminal_the_widest_words_are_cut_in_their_middle_and_no_figure() {
        let rows = [vec![
            "diverse-normal-r1-1000-matched".to_owned(),
            "why it is".to_owned(),
            "32 / 61 / 7".to_owned(),
            "1,234,567".to_owned(),
        ]];
        let head = ["subset", "why", "shares", "rows"];
        let whole = laid_out(&head, &rows, None);
        let line = "diverse-normal-r1-1000-matched  why it is  32 / 61 / 7  1,234,567\n";
        assert!(whole.ends_with(line), "{whole}");
        let narrow = laid_out(&head, &rows, Some(52));
        let line = "diverse-…-matched  why it is  32 / 61 / 7  1,234,567\n";
        assert!(narrow.ends_with(line), "{narrow}");
        assert!(narrow.lines().all(|line| line.chars().count() <= 52));
        let least = laid_out(&head, &rows, Some(5));
        let line = "dive…hed  why … is  32 / 61 / 7  1,234,567\n";
        assert!(least.ends_with(line), "{least}");
    }
}
