//! Strata of a joined column: the quarter of its values that a problem falls in, or its word.
//!
//! So a control can be as hard as its subset for another model, whose pass rate the user brings.

use crate::select::knowledge::{JoinedColumn, Knowledge};

/// The stratum of each problem of the run by a joined column.
pub(crate) struct JoinedStrata {
    name: String,
    /// By the problem's index; none where the column does not know it.
    of: Vec<Option<u32>>,
    /// The words of a column of words, by the number that stands for each.
    words: Vec<String>,
}

impl JoinedStrata {
    pub(super) fn new(knowledge: &Knowledge, name: &str) -> Self {
        let mut strata = Self {
            name: name.to_owned(),
            of: Vec::new(),
            words: Vec::new(),
        };
        match knowledge.joined.get(name) {
            Some(JoinedColumn::Numbers(numbers)) => strata.of = quarters(numbers),
            Some(JoinedColumn::Words(words)) => {
                strata.words = words.iter().flatten().cloned().collect();
                strata.words.sort_unstable();
                strata.words.dedup();
                let number = |word: &String| strata.words.partition_point(|other| other < word);
                let numbers = words.iter();
                let numbers = numbers.map(|word| Some(number(word.as_ref()?) as u32));
                strata.of = numbers.collect();
            }
            None => unreachable!("the plan has checked that the column is joined"),
        }
        strata
    }

    pub(super) fn of(&self, problem: u32) -> Option<u32> {
        self.of[problem as usize]
    }

    /// As `key=value` has it.
    pub(super) fn described(&self, stratum: Option<u32>) -> (String, Option<String>) {
        let word = |stratum: u32| self.words.get(stratum as usize).cloned();
        let key = match self.words.is_empty() {
            true => format!("{}_quarter", self.name),
            false => self.name.clone(),
        };
        let value = stratum.map(|stratum| word(stratum).unwrap_or_else(|| stratum.to_string()));
        (key, value)
    }
}

/// Which quarter of the known values each falls in, from 0: one that is as large as the value between two is in the
/// upper.
fn quarters(numbers: &[Option<f64>]) -> Vec<Option<u32>> {
    let mut known: Vec<f64> = numbers.iter().flatten().copied().collect();
    known.sort_unstable_by(f64::total_cmp);
    let edges = (1..4).filter_map(|quarter| known.get(known.len() * quarter / 4));
    let edges: Vec<f64> = edges.copied().collect();
    let quarter = |number: f64| edges.partition_point(|&edge| edge <= number) as u32;
    numbers.iter().map(|number| number.map(quarter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_part_what_is_known_and_nothing_else() {
        let numbers: Vec<Option<f64>> = (0..100).map(|at| Some(f64::from(at * 37 % 100))).collect();
        let found = quarters(&[numbers.clone(), vec![None]].concat());
        for quarter in 0..4 {
            let count = found.iter().filter(|one| **one == Some(quarter)).count();
            assert_eq!(count, 25, "quarter {quarter}");
        }
        assert_eq!(found[100], None);
        let most_are_one = quarters(&[0.0, 1.0, 1.0, 1.0].map(Some));
        assert_eq!(most_are_one, [Some(0), Some(3), Some(3), Some(3)]);
        assert!(quarters(&[]).is_empty());
    }

    #[test]
    fn words_are_strata_of_their_own() {
        let words = ["b", "a", "b"].map(|word| Some(word.to_owned()));
        let mut knowledge = Knowledge::default();
        let column = JoinedColumn::Words([words.to_vec(), vec![None]].concat());
        knowledge.joined.insert("level".into(), column);
        let strata = JoinedStrata::new(&knowledge, "level");
        assert_eq!(
            [0, 1, 2, 3].map(|at| strata.of(at)),
            [Some(1), Some(0), Some(1), None]
        );
        assert_eq!(
            strata.described(Some(1)),
            ("level".into(), Some("b".into()))
        );
    }
}
