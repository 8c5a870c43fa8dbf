//! Cells of tables: shares as percent, differences as points, intervals, p.

use crate::cli::table::table;

/// What stands where nothing is known.
pub(super) const NONE: &str = "–";

/// As `46.7`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// The same of what may not be known.
pub(super) fn perhaps(share: Option<f64>) -> String {
    share.map_or(NONE.to_owned(), percent)
}

/// As `[33.7, 60.0]`.
pub(super) fn interval(ends: Option<[f64; 2]>) -> String {
    ends.map_or(NONE.to_owned(), |[low, high]| {
        format!("[{}, {}]", percent(low), percent(high))
    })
}

/// As `+11.2`.
pub(super) fn points(difference: Option<f64>) -> String {
    difference.map_or(NONE.to_owned(), |difference| {
        let tenths = (1000.0 * difference).round();
        // Neither more nor less, as far as is shown.
        match tenths == 0.0 {
            true => "0.0".to_owned(),
            false => format!("{:+.1}", tenths / 10.0),
        }
    })
}

/// As `[+6.5, +15.9]`.
pub(super) fn reach(ends: Option<[f64; 2]>) -> String {
    ends.map_or(NONE.to_owned(), |[low, high]| {
        format!("[{}, {}]", points(Some(low)), points(Some(high)))
    })
}

/// As `.0039`; below a ten-thousandth in powers of ten.
pub(super) fn p(p: Option<f64>) -> String {
    match p {
        None => NONE.to_owned(),
        Some(p) if p < 0.0001 => format!("{p:.1e}"),
        Some(p) if p >= 0.99995 => "1".to_owned(),
        Some(p) => format!("{p:.4}").trim_start_matches('0').to_owned(),
    }
}

/// As `4 of 30`, or `30` where that is all.
pub(super) fn covered(questions: u64, of: Option<u64>) -> String {
    match of.filter(|of| *of != questions) {
        Some(of) => format!("{questions} of {of}"),
        None => questions.to_string(),
    }
}

/// As `8`, or `2–32`.
pub(super) fn range([fewest, most]: [u32; 2]) -> String {
    match fewest == most {
        true => most.to_string(),
        false => format!("{fewest}–{most}"),
    }
}

/// No name is shown longer on the screen; JSON and the folder have all of it.
const NAME_CHARS_MAX: usize = 100;

/// A name that is too long to be shown, cut in its middle: names tell apart by their ends. None of any other.
pub(super) fn cut(name: &str) -> Option<String> {
    let count = name.chars().count();
    (count > NAME_CHARS_MAX).then(|| {
        let half = (NAME_CHARS_MAX - 1) / 2;
        let start = name.chars().take(half);
        let end = name.chars().skip(count - half);
        start.chain(['…']).chain(end).collect()
    })
}

/// A table for the screen, without long names.
pub(super) fn narrow(head: &[&str], rows: &[Vec<String>]) -> String {
    let cell = |cell: &String| cut(cell).unwrap_or_else(|| cell.clone());
    let row = |row: &Vec<String>| row.iter().map(cell).collect();
    table(head, &rows.iter().map(row).collect::<Vec<Vec<String>>>())
}

/// Lays out rows under a head.
pub(super) type Laid = fn(&[&str], &[Vec<String>]) -> String;

/// A table without the columns of which no row knows anything.
pub(super) fn told(laid: Laid, head: &[&str], rows: &[Vec<String>]) -> String {
    let says = |at: &usize| {
        rows.iter().any(|row| {
            row.get(*at)
                .is_some_and(|cell| cell != NONE && !cell.is_empty())
        })
    };
    let kept: Vec<usize> = (0..head.len()).filter(says).collect();
    let head: Vec<&str> = kept.iter().map(|&at| head[at]).collect();
    let row = |row: &Vec<String>| kept.iter().map(|&at| row[at].clone()).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
    laid(&head, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_p_is_not_nothing_and_a_large_one_is_one() {
        let cells = [Some(1.94e-6), Some(0.00390625), Some(1.0), None].map(p);
        assert_eq!(cells, ["1.9e-6", ".0039", "1", NONE]);
    }

    #[test]
    fn a_long_name_is_cut_in_its_middle() {
        let long = "a".repeat(3000) + "-t1";
        let shown = narrow(&["run"], &[vec![long.clone()]]);
        assert!(
            shown
                .lines()
                .all(|line| line.chars().count() <= NAME_CHARS_MAX)
        );
        assert!(cut(&long).is_some_and(|name| name.ends_with("a-t1")));
        assert_eq!(cut("aime24"), None);
    }

    #[test]
    fn what_is_no_difference_has_no_sign() {
        let cells = [Some(-0.0003), Some(0.112), Some(-0.2), None].map(points);
        assert_eq!(cells, ["0.0", "+11.2", "-20.0", NONE]);
    }

    #[test]
    fn a_column_of_which_nothing_is_known_is_not_shown() {
        let rows = [["a", NONE, "1"], ["b", NONE, "2"]].map(|row| row.map(str::to_owned).to_vec());
        let laid: Laid = |head, rows| format!("{head:?} {rows:?}");
        assert_eq!(
            told(laid, &["run", "cut", "n"], &rows),
            r#"["run", "n"] [["a", "1"], ["b", "2"]]"#
        );
    }
}
