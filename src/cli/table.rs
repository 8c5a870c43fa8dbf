//! Tables for people: columns as wide as their widest cell, numbers to the right.

use std::io::IsTerminal;

/// Lays out rows under a head; a column is set to the right where its every cell is a number. On a terminal that is
/// narrower the widest texts are cut.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = std::io::stdout().is_terminal().then(|| {
        let size = terminal_size::terminal_size_of(std::io::stdout());
        size.map(|(width, _)| usize::from(width.0))
    });
    laid_out(head, rows, width.flatten())
}

/// The table, no wider than `width` as far as its numbers allow.
fn laid_out(head: &[&str], rows: &[Vec<String>], width: Option<usize>) -> String {
    let cell = |row: &'_ [String], at: usize| row.get(at).cloned().unwrap_or_default();
    let mut text = String::new();
    let mut columns: Vec<(usize, bool)> = (0..head.len())
        .map(|at| {
            let cells = rows.iter().map(|row| cell(row, at));
            let width = cells
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or_default();
            let right = !rows.is_empty() && rows.iter().all(|row| is_number(&cell(row, at)));
            (width.max(head[at].chars().count()), right)
        })
        .collect();
    narrow(&mut columns, width);
    let head: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    for row in std::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (at, (width, right)) in columns.iter().enumerate() {
            let cell = shortened(cell(row, at), *width);
            let padded = if *right {
                format!("{cell:>width$}  ")
            } else {
                format!("{cell:width$}  ")
            };
            line += &padded;
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// What stands between two columns.
const GAP: usize = 2;

/// A text of which less is seen says nothing.
const TEXT_MIN: usize = 8;

/// Takes from the widest column of text until the line fits.
fn narrow(columns: &mut [(usize, bool)], width: Option<usize>) {
    let Some(width) = width else { return };
    let line = |columns: &[(usize, bool)]| {
        let widths: usize = columns.iter().map(|(width, _)| width + GAP).sum();
        widths.saturating_sub(GAP)
    };
    while line(columns) > width {
        let texts = columns.iter_mut().filter(|(_, is_number)| !is_number);
        match texts.max_by_key(|(width, _)| *width) {
            Some((widest, _)) if *widest > TEXT_MIN => *widest -= 1,
            _ => return,
        }
    }
}

/// The cell, cut where it is wider.
fn shortened(cell: String, width: usize) -> String {
    match cell.chars().count() > width {
        true => cell
            .chars()
            .take(width.saturating_sub(1))
            .chain(['…'])
            .collect(),
        false => cell,
    }
}

fn is_number(cell: &str) -> bool {
    let cell = cell.strip_prefix('-').unwrap_or(cell);
    !cell.is_empty()
        && cell
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
}

/// `1234567` as `1,234,567`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1536` as `1.5 KiB`.
pub(super) fn bytes(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_a_narrow_terminal_the_widest_text_is_cut_and_no_number() {
        let rows = [vec![
            "a subset with a long name".to_owned(),
            "why it is".to_owned(),
            "1,234,567".to_owned(),
        ]];
        let head = ["subset", "why", "rows"];
        let whole = laid_out(&head, &rows, None);
        assert!(whole.contains("a subset with a long name  why it is  1,234,567\n"));
        let narrow = laid_out(&head, &rows, Some(40));
        assert!(
            narrow.contains("a subset with a l…  why it is  1,234,567\n"),
            "{narrow}"
        );
        assert!(narrow.lines().all(|line| line.chars().count() <= 40));
        let least = laid_out(&head, &rows, Some(5));
        assert!(least.contains("a subse…  why it …  1,234,567"), "{least}");
    }
}
