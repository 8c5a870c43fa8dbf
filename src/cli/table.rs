//! Tables for people: columns as wide as their widest cell, numbers to the right.
//!
//! On a terminal a table is no wider than that, and says all of what it says on a wider one: first what is of words goes
//! on in lines below, then columns that have no room stand in a part below the others, behind the columns that name the
//! rows. In a pipe or a file each row is one line.

use super::style::{beginning, columns, ending, heading};
use super::terminal;
use crate::error::one_line;
pub(super) use crate::error::thousands;

/// Lays out rows under a head; a column is set to the right where its every cell is a number.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    Table::of(head, rows).laid_out(terminal::width(), heading)
}

/// The same without a style, for a message: what styles a page would be shown in one as somebody else's marks.
pub(super) fn plain(head: &[&str], rows: &[Vec<String>]) -> String {
    Table::of(head, rows).laid_out(terminal::width(), str::to_owned)
}

/// The same in its full width, for a file.
pub(super) fn whole(head: &[&str], rows: &[Vec<String>]) -> String {
    Table::of(head, rows).laid_out(None, str::to_owned)
}

/// How wide the terminal is that stdout is; none where it is none.
pub(super) fn width() -> Option<usize> {
    terminal::width()
}

/// What stands between two columns.
const GAP: &str = "  ";

/// Words are not laid out in less, which would be a column of syllables.
const WORDS_MIN: usize = 16;

/// The second line of a cell that names its row, so that it is not taken for a row.
const HANG: usize = 2;

struct Table {
    columns: Vec<Column>,
    rows: usize,
}

struct Column {
    head: String,
    cells: Vec<String>,
    is_right: bool,
    /// Whether it holds words, which may go on below; of figures none does.
    is_words: bool,
    /// As wide as all of it.
    whole: usize,
    /// As wide as it must be.
    least: usize,
    width: usize,
}

impl Column {
    fn of(head: &str, cells: Vec<String>) -> Self {
        let widest =
            |texts: &mut dyn Iterator<Item = &str>| texts.map(columns).max().unwrap_or_default();
        let all = |is: fn(&str) -> bool| !cells.is_empty() && cells.iter().all(|cell| is(cell));
        let (is_right, is_words) = (all(is_number), !all(is_figures));
        let of_cells = widest(&mut cells.iter().map(String::as_str));
        let of_head = widest(&mut head.split(' '));
        let whole = of_cells.max(columns(head));
        let least = match is_words {
            true => of_head.max(WORDS_MIN).min(whole),
            false => of_cells.max(of_head),
        };
        Self {
            head: head.to_owned(),
            cells,
            is_right,
            is_words,
            whole,
            least,
            width: whole,
        }
    }

    /// What a cell, or the head, is in lines of the column's width.
    fn lines(&self, text: &str, hang: usize) -> Vec<String> {
        let lines = broken(text, self.width, hang).into_iter();
        let padded = |line: String| {
            let room = " ".repeat(self.width.saturating_sub(columns(&line)));
            match self.is_right {
                true => room + &line,
                false => line + &room,
            }
        };
        lines.map(padded).collect()
    }
}

impl Table {
    fn of(head: &[&str], rows: &[Vec<String>]) -> Self {
        let cell = |row: &Vec<String>, at: usize| {
            let cell = row.get(at).map(|cell| one_line(cell).into_owned());
            cell.unwrap_or_default()
        };
        let column = |(at, head): (usize, &&str)| {
            Column::of(head, rows.iter().map(|row| cell(row, at)).collect())
        };
        Self {
            columns: head.iter().enumerate().map(column).collect(),
            rows: rows.len(),
        }
    }

    /// The table with its head as `headed` makes it, no wider than `width` as far as its figures allow.
    fn laid_out(mut self, width: Option<usize>, headed: fn(&str) -> String) -> String {
        let parts = match width.filter(|width| !self.narrowed(*width)) {
            Some(width) => self.parts(width),
            None => vec![(0..self.columns.len()).collect()],
        };
        let parts: Vec<String> = parts.iter().map(|part| self.part(part, headed)).collect();
        parts.join("\n")
    }

    /// Takes from the widest column that has room to spare until the line fits, first from those whose head alone is wide;
    /// says whether it fits.
    fn narrowed(&mut self, width: usize) -> bool {
        for is_words in [false, true] {
            while line_width(&self.columns) > width {
                let spare = |column: &&mut Column| {
                    column.is_words == is_words && column.width > column.least
                };
                match self
                    .columns
                    .iter_mut()
                    .filter(spare)
                    .max_by_key(|column| column.width)
                {
                    Some(widest) => widest.width -= 1,
                    None => break,
                }
            }
        }
        line_width(&self.columns) <= width
    }

    /// The columns in parts that fit, each behind those that name the rows.
    fn parts(&mut self, width: usize) -> Vec<Vec<usize>> {
        let keys = self.keys(width);
        let of_keys: usize = keys
            .iter()
            .map(|&at| self.columns[at].width + GAP.len())
            .sum();
        let room = width.saturating_sub(of_keys);
        let (mut parts, mut part, mut taken) = (Vec::new(), keys.clone(), 0);
        for at in keys.len()..self.columns.len() {
            let column = &mut self.columns[at];
            column.width = match column.is_words {
                true => column.whole.min(room.max(column.least)),
                false => column.least,
            };
            if taken + column.width > room && part.len() > keys.len() {
                parts.push(std::mem::replace(&mut part, keys.clone()));
                taken = 0;
            }
            part.push(at);
            taken += column.width + GAP.len();
        }
        parts.push(part);
        parts
    }

    /// The columns that name the rows: the first, and a second of words where both leave room for the others.
    fn keys(&mut self, width: usize) -> Vec<usize> {
        let most = width / 2;
        let mut taken = 0;
        let mut keys = Vec::new();
        for (at, column) in self.columns.iter_mut().enumerate().take(2) {
            let is_key = at == 0 || column.is_words && taken + column.whole <= most;
            if !is_key {
                break;
            }
            column.width = column.whole.min(most.max(column.least));
            taken += column.width + GAP.len();
            keys.push(at);
        }
        keys
    }

    /// Some of the columns, one beside the other.
    fn part(&self, part: &[usize], headed: fn(&str) -> String) -> String {
        let of = |text: &dyn Fn(&Column) -> String, hang: usize| {
            let cell = |(nth, &at): (usize, &usize)| {
                let column = &self.columns[at];
                column.lines(&text(column), if nth == 0 { hang } else { 0 })
            };
            beside(&part.iter().enumerate().map(cell).collect::<Vec<_>>())
        };
        let head = of(&|column| column.head.clone(), 0);
        let rows = (0..self.rows).flat_map(|row| of(&|column| column.cells[row].clone(), HANG));
        let lines = head.iter().map(|line| headed(line)).chain(rows);
        lines.map(|line| line + "\n").collect()
    }
}

fn line_width(columns: &[Column]) -> usize {
    let widths: usize = columns.iter().map(|column| column.width + GAP.len()).sum();
    widths.saturating_sub(GAP.len())
}

/// The lines of cells, one beside the other.
fn beside(cells: &[Vec<String>]) -> Vec<String> {
    let height = cells.iter().map(Vec::len).max().unwrap_or_default();
    let line = |at: usize| {
        let piece = |cell: &Vec<String>| match cell.get(at) {
            Some(piece) => piece.clone(),
            None => " ".repeat(cell.first().map_or(0, |piece| columns(piece))),
        };
        let pieces: Vec<String> = cells.iter().map(piece).collect();
        pieces.join(GAP).trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

/// A text in lines of this width, all but the first behind `hang` blanks: broken behind blanks and what stands between
/// the parts of a name; a part that is too long for that is cut in its middle.
fn broken(text: &str, width: usize, hang: usize) -> Vec<String> {
    if columns(text) <= width {
        return vec![text.to_owned()];
    }
    let (mut lines, mut line) = (Vec::new(), String::new());
    let mut is_begun = false;
    let hang = hang + text.len() - text.trim_start_matches(' ').len();
    for part in text.split_inclusive([' ', '-', '/', ',', ';', '_']) {
        let bare = columns(part.trim_end());
        if is_begun && columns(&line) + bare > width {
            let next = " ".repeat(hang);
            lines.push(std::mem::replace(&mut line, next).trim_end().to_owned());
        }
        line += &shortened(part, width.saturating_sub(hang));
        is_begun |= bare > 0;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// The text, cut in its middle where it is wider: names tell apart by their ends.
fn shortened(text: &str, width: usize) -> String {
    if columns(text.trim_end()) <= width {
        return text.to_owned();
    }
    let ahead = width / 2;
    let behind = width.saturating_sub(ahead + 1);
    format!(
        "{}…{}",
        beginning(text, ahead),
        ending(text.trim_end(), behind)
    )
}

/// Whether a cell is of numbers alone, as `32 / 61 / 7` or `[29.9, 42.4]`.
fn is_figures(cell: &str) -> bool {
    let marks = " /,.%–-−+±×:*()[]";
    cell.chars()
        .all(|c| c.is_ascii_digit() || marks.contains(c))
}

fn is_number(cell: &str) -> bool {
    let cell = cell.strip_prefix('-').unwrap_or(cell);
    !cell.is_empty()
        && cell
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
}

/// As `1 run`, `1,200 runs`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", thousands(count))
}

/// `1536` as `1.5 KiB`.
pub(super) fn bytes(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(head: &[&str], rows: &[Vec<String>], width: Option<usize>) -> String {
        Table::of(head, rows).laid_out(width, str::to_owned)
    }

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn a_count_agrees_with_its_noun() {
        let rows = [0, 1, 1200].map(|count| counted(count, "row"));
        assert_eq!(rows, ["0 rows", "1 row", "1,200 rows"]);
    }

    #[test]
    fn a_cell_makes_no_row_of_its_own_and_is_as_wide_as_it_is_shown() {
        let rows = [row(&["a\nb\u{1b}", "1"]), row(&["c", "2"])];
        let table = laid_out(&["name", "n"], &rows, None);
        assert_eq!(table, "name        n\na\\nb\\u{1b}  1\nc           2\n");
        let rows = [row(&["数学", "1"]), row(&["ab", "2"])];
        assert_eq!(
            laid_out(&["", "n"], &rows, None),
            "      n\n数学  1\nab    2\n"
        );
    }

    #[test]
    fn on_a_narrow_terminal_names_and_words_go_on_below_and_no_figure_is_broken() {
        let rows = [row(&[
            "diverse-normal-r1-1000-matched",
            "why it is so",
            "32 / 61 / 7",
            "1,234,567",
        ])];
        let head = ["subset", "why", "shares", "rows"];
        let whole = laid_out(&head, &rows, None);
        let line = "diverse-normal-r1-1000-matched  why it is so  32 / 61 / 7  1,234,567\n";
        assert!(whole.ends_with(line), "{whole}");
        let expected = "\
subset             why           shares            rows
diverse-normal-    why it is so  32 / 61 / 7  1,234,567
  r1-1000-matched
";
        assert_eq!(laid_out(&head, &rows, Some(55)), expected);
        let long = [row(&["so it is because of this and of that", "1"])];
        let expected = "why                n\nso it is because   1\n  of this and of\n  that\n";
        assert_eq!(laid_out(&["why", "n"], &long, Some(20)), expected);
    }

    #[test]
    fn columns_that_have_no_room_stand_below_behind_the_names() {
        let rows = ["one", "two"].map(|name| row(&[name, "[29.9, 42.4]", "1,234", "[24.3, 49.7]"]));
        let expected = "\
arm  this run      tokens
one  [29.9, 42.4]   1,234
two  [29.9, 42.4]   1,234

arm  like these
one  [24.3, 49.7]
two  [24.3, 49.7]
";
        assert_eq!(
            laid_out(
                &["arm", "this run", "tokens", "like these"],
                &rows,
                Some(30)
            ),
            expected
        );
    }

    #[test]
    fn a_wide_head_over_narrow_figures_goes_on_below_first() {
        let rows = [row(&["diverse-normal", "4", "30"])];
        let expected = "\
arm             runs of  questions
                   each
diverse-normal        4         30
";
        assert_eq!(
            laid_out(&["arm", "runs of each", "questions"], &rows, Some(34)),
            expected
        );
    }

    #[test]
    fn a_table_is_no_wider_than_the_terminal_and_loses_nothing_of_what_has_places_to_break() {
        let head = [
            "subset",
            "control",
            "differs in",
            "SMD",
            "why",
            "shares",
            "of it",
        ];
        let cells = [
            "ladder-diverse-long-r1-1000",
            "ladder-diverse-long-r1-1000-matched",
            "origin: gradatim/sample; 1 more",
            "-0.45",
            "goes with length or category",
            "32 / 61 / 7",
            "1,234,567",
        ];
        for width in 40..=200 {
            let table = laid_out(&head, &[row(&cells)], Some(width));
            assert!(
                table.lines().all(|line| columns(line) <= width),
                "{width}:\n{table}"
            );
            assert!(!table.contains('…'), "{width}:\n{table}");
        }
        let id = ["d6a1765852a4a31e755a0229f8108bdf"; 3];
        let table = laid_out(&["a", "b", "c"], &[row(&id)], Some(60));
        assert!(table.lines().all(|line| columns(line) <= 60), "{table}");
    }
}
