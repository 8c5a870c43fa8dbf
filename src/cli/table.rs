//! Tables for people: columns as wide as their widest cell, numbers to the right.

/// Lays out rows under a head; a column is set to the right where its every cell is a number.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let cell = |row: &'_ [String], at: usize| row.get(at).cloned().unwrap_or_default();
    let mut text = String::new();
    let columns: Vec<(usize, bool)> = (0..head.len())
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
    let head: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    for row in std::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (at, (width, right)) in columns.iter().enumerate() {
            let cell = cell(row, at);
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
