//! Rows that could not be judged, told once and by kind: a file can have millions of them.

use std::collections::BTreeMap;

use super::super::table::thousands;
use super::row::Bad;

/// Rows of a kind whose numbers are told.
const TOLD: usize = 5;

/// How many there were of each kind, and where the first stand.
#[derive(Default)]
pub(super) struct Unjudged {
    kinds: BTreeMap<&'static str, (u64, Vec<String>)>,
}

impl Unjudged {
    pub(super) fn add(&mut self, why: Bad, number: u64) {
        let (count, first) = self.kinds.entry(why.code()).or_default();
        *count += 1;
        if first.len() < TOLD {
            first.push(number.to_string());
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.kinds.values().map(|(count, _)| count).sum()
    }

    /// A line for each kind; `unit` is what a row is called, a line or a row.
    pub(super) fn told(&self, unit: &str) -> String {
        let mut text = format!("{} rows could not be judged", thousands(self.count()));
        for why in Bad::ALL {
            let Some((count, first)) = self.kinds.get(why.code()) else {
                continue;
            };
            let more = count - first.len() as u64;
            let more = match more {
                0 => String::new(),
                more => format!(", and {} more", thousands(more)),
            };
            text += &format!(
                "\n  {}: {} ({unit} {}{more})",
                why.code(),
                why.words(),
                first.join(", ")
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_once_with_its_first_rows() {
        let mut unjudged = Unjudged::default();
        (1..=1007).for_each(|number| unjudged.add(Bad::Json, number));
        unjudged.add(Bad::Field, 2000);
        assert_eq!(
            unjudged.told("line"),
            "1,008 rows could not be judged\n  bad_json: no JSON object (line 1, 2, 3, 4, 5, and 1,002 more)\n  \
             bad_row: a gold answer or a response that is neither text nor a number (line 2000)"
        );
    }
}
