//! Compares answers to the parts of a problem, each behind its label: `(a) 3 (b) 4`.

use crate::decision::Decision;
use crate::words;

/// Compares two texts.
type Again<'a> = dyn Fn(&str, &str) -> Decision + 'a;

/// Both sides by label, where both have the same ones.
pub(crate) fn by_text(gold: &str, answer: &str, again: &Again<'_>) -> Option<Decision> {
    let (gold, answer) = (parts(gold)?, parts(answer)?);
    if gold.len() != answer.len() {
        return None;
    }
    let mut pairs = gold.iter().zip(&answer);
    pairs
        .clone()
        .all(|((gold, _), (answer, _))| gold == answer)
        .then_some(())?;
    let decisions = pairs.try_fold(None::<Decision>, |total, ((_, gold), (_, answer))| {
        let next = again(gold, answer);
        Some(Some(total.map_or(next, |total| total.and(next))))
    });
    decisions.flatten()
}

/// A longer text is a solution. By hand.
const TEXT_MAX: usize = 400;

/// No problem has more parts. By hand.
const PARTS_MAX: usize = 10;

/// The labels and what stands behind each; nothing where the text does not start with one, or has only one.
fn parts(text: &str) -> Option<Vec<(String, String)>> {
    if text.len() > TEXT_MAX || !text.contains(')') {
        return None;
    }
    let plain = words::bare(text);
    let plain = plain.trim().trim_matches('$');
    let labels = series(plain)?;
    let ends = labels.iter().skip(1).map(|label| label.start);
    let ends = ends.chain([plain.len()]);
    let parts: Vec<_> = labels
        .iter()
        .zip(ends)
        .map(|(label, end)| {
            let said = plain[label.end..end].trim();
            let said = said.trim_matches([',', ';', ' ']).trim_end_matches("\\\\");
            (label.name.clone(), said.trim().to_owned())
        })
        .collect();
    let filled = parts.iter().all(|(_, said)| !said.is_empty());
    filled.then_some(parts)
}

/// A label: its name and where it stands.
struct Label {
    name: String,
    start: usize,
    end: usize,
}

/// The labels of a text that starts with the first of a series, in the series' order.
fn series(text: &str) -> Option<Vec<Label>> {
    const SERIES: [[&str; PARTS_MAX]; 3] = [
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"],
        ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"],
        ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"],
    ];
    for names in SERIES {
        for bracketed in [true, false] {
            let labels = labels(text, &names, bracketed);
            if labels.len() > 1 && labels[0].start == 0 {
                return Some(labels);
            }
        }
    }
    None
}

/// The labels of these names, each behind the one before.
fn labels(text: &str, names: &[&str], bracketed: bool) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    let mut from = 0;
    for name in names {
        let mark = match bracketed {
            true => format!("({name})"),
            false => format!("{name})"),
        };
        let apart = |at: &usize| {
            text[..*at]
                .chars()
                .next_back()
                .is_none_or(|c| " ,;\n".contains(c))
        };
        let places = text[from..].match_indices(&mark).map(|(at, _)| from + at);
        let Some(start) = places.into_iter().find(apart) else {
            break;
        };
        from = start + mark.len();
        labels.push(Label {
            name: mark,
            start,
            end: from,
        });
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_behind_their_labels() {
        let read = |text: &str| {
            let parts = parts(text)?;
            Some(parts.into_iter().map(|(_, said)| said).collect::<Vec<_>>())
        };
        let some = |said: [&str; 2]| Some(said.map(str::to_owned).to_vec());
        assert_eq!(read("(a) 3 (b) 4"), some(["3", "4"]));
        assert_eq!(read("\\text{(i) 3, (ii) 4}"), some(["3", "4"]));
        assert_eq!(read("a) x = 2; b) 5"), some(["x = 2", "5"]));
        assert_eq!(read("(1)(3)"), None);
        assert_eq!(read("(1)(2)"), None);
        assert_eq!(read("f(a) + f(b)"), None);
    }
}
