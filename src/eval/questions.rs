//! Sets of questions: which benchmark a log's question is of, and what its gold answer is.
//!
//! A question is found by its canonical text, by which the shipped fingerprints know eight public benchmarks without
//! holding a text; only where a log has no texts do ids decide. So a run in another order, with ids of its own, or of a
//! few of the questions is joined to the others, and what is missing of a benchmark is known. Gold answers come with
//! `--benchmark NAME=FILE`: a fingerprint holds none.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{OnceLock, PoisonError, RwLock};

use crate::screen::canonical::canonical;
use crate::screen::contamination::fingerprint::Item;
use crate::screen::contamination::{Class, Detector, Fingerprint, shipped};
use crate::screen::grams::{digest, whole};
use crate::source::benchmark::{BenchmarkRow, ProblemColumns, problems};
use crate::source::files;
use crate::{Error, Result};

/// A text in canonical form: its length and hash, as fingerprints have them.
pub(crate) type TextKey = (u32, u64);

/// A question of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub set: u32,
    pub item: u32,
}

/// What is known of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    pub key: TextKey,
    /// In every set that has it.
    pub places: Vec<Place>,
}

/// A benchmark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Set {
    pub name: String,
    /// Its questions' ids, in its order.
    pub ids: Vec<String>,
    golds: Vec<Option<String>>,
    by_id: HashMap<String, u32>,
}

/// The benchmarks that are known: those that come with the program, and the user's.
pub(crate) struct Sets {
    given: Vec<(String, Vec<BenchmarkRow>)>,
    /// Rows of the user's files that have no question which can be read: a sentence each.
    pub(crate) unread: Vec<String>,
    found: OnceLock<Found>,
    /// Texts that were looked up, by the hash of their bytes: canonical forms take longer than the look-up.
    seen: RwLock<HashMap<u64, Known>>,
}

struct Found {
    sets: Vec<Set>,
    by_text: HashMap<TextKey, Vec<Place>>,
    /// Finds questions inside of prompts and under other spellings; its benchmarks are the sets.
    detector: OnceLock<Detector>,
    prints: Vec<Fingerprint>,
}

impl Sets {
    /// The shipped ones and those of the user's files, whose columns are recognised by their names. A file under a
    /// shipped name gives its questions gold answers; where it has other questions, it takes its place.
    pub(crate) fn new(given: &[(String, PathBuf)]) -> Result<Self> {
        let mut unread = Vec::new();
        let read = |(name, path): &(String, PathBuf)| {
            let mut rows = Vec::new();
            for file in files::find(path)? {
                let found = problems(&file, &ProblemColumns::default())?;
                rows.extend(found.rows);
                unread.extend(found.unread.iter().map(|(row, why)| {
                    format!(
                        "row {row}, counted from 0, of the benchmark `{name}` is not read, and has no gold answer: it {why}"
                    )
                }));
            }
            match rows.is_empty() {
                true => Err(Error::usage(
                    format!("`{}` has no questions", path.display()),
                    "name a file with the benchmark's questions and answers",
                )),
                false => Ok((known_name(name).unwrap_or(name).to_owned(), rows)),
            }
        };
        let given = given.iter().map(read).collect::<Result<_>>()?;
        Ok(Self {
            given,
            unread,
            found: OnceLock::new(),
            seen: RwLock::default(),
        })
    }

    /// What is known of a question's text.
    pub(crate) fn known(&self, text: &str) -> Known {
        let bytes = digest(text.as_bytes());
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.get(&bytes) {
            return known.clone();
        }
        drop(seen);
        let key = key_of(text);
        let places = self.found().by_text.get(&key).cloned();
        let places = places.unwrap_or_else(|| self.found().inside(text));
        let known = Known { key, places };
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        seen.insert(bytes, known.clone());
        known
    }

    /// The question of a benchmark that the log names which a text is nearest to: its numbers and formulas in words of which
    /// some are others. Elsewhere that is too little to tell questions apart; among those of one benchmark only one is so near.
    pub(crate) fn near(&self, benchmark: &str, text: &str) -> Option<Place> {
        let set = self.named(benchmark)?;
        self.found().nearest(set, text)
    }

    /// The gold answer at one of these places, where the user gave one.
    pub(crate) fn gold(&self, places: &[Place]) -> Option<&str> {
        let sets = &self.found().sets;
        let gold = |place: &Place| {
            let gold = sets
                .get(place.set as usize)?
                .golds
                .get(place.item as usize)?;
            gold.as_deref()
        };
        places.iter().find_map(gold)
    }

    /// The gold answer of a question that is known by its id alone.
    pub(crate) fn gold_by_id(&self, benchmark: &str, id: &str) -> Option<&str> {
        if self.given.is_empty() {
            return None;
        }
        let set = self.named(benchmark)?;
        let item = self.set(set).item(id)?;
        self.gold(&[Place { set, item }])
    }

    /// The set of that name, however a harness spells it.
    pub(crate) fn named(&self, benchmark: &str) -> Option<u32> {
        let sets = &self.found().sets;
        let place = |name: &str| sets.iter().position(|set| set.name == name);
        let at = place(benchmark).or_else(|| place(known_name(benchmark)?))?;
        u32::try_from(at).ok()
    }

    /// A set by its number.
    pub(crate) fn set(&self, set: u32) -> &Set {
        &self.found().sets[set as usize]
    }

    fn found(&self) -> &Found {
        self.found.get_or_init(|| Found::of(&self.given))
    }
}

impl Set {
    fn new(name: &str, ids: Vec<String>) -> Self {
        let by_id = ids.iter().zip(0..).map(|(id, at)| (id.clone(), at));
        Self {
            name: name.to_owned(),
            golds: vec![None; ids.len()],
            by_id: by_id.collect(),
            ids,
        }
    }

    /// The question of that id; of AIME24 also by its exam and number.
    pub(crate) fn item(&self, id: &str) -> Option<u32> {
        let own = self.by_id.get(id).copied();
        own.or_else(|| {
            let id = exam_id(id).filter(|_| self.name == "aime24")?;
            self.by_id.get(&id.to_string()).copied()
        })
    }
}

impl Found {
    fn of(given: &[(String, Vec<BenchmarkRow>)]) -> Self {
        let mut found = Self {
            sets: Vec::new(),
            by_text: HashMap::new(),
            detector: OnceLock::new(),
            prints: Vec::new(),
        };
        for name in shipped::names() {
            let bytes = shipped::shipped(name).unwrap_or_default();
            // A test reads all of them.
            if let Ok(print) = Fingerprint::from_bytes(bytes) {
                found.add(print, Vec::new());
            }
        }
        for (name, rows) in given {
            found.give(name, rows);
        }
        found
    }

    fn add(&mut self, print: Fingerprint, golds: Vec<Option<String>>) {
        let number = self.sets.len() as u32;
        for (item, at) in print.items.iter().zip(0..) {
            let places = self.by_text.entry(item.canonical).or_default();
            places.push(Place {
                set: number,
                item: at,
            });
        }
        let ids = print.items.iter().map(|item| item.id.clone()).collect();
        let mut set = Set::new(&print.name, ids);
        if !golds.is_empty() {
            set.golds = golds;
        }
        self.sets.push(set);
        self.prints.push(print);
    }

    /// The only question of a set that is near to a text.
    fn nearest(&self, set: u32, text: &str) -> Option<Place> {
        let hits = self.detector().hits(text);
        let is_near = |class| matches!(class, Class::Exact | Class::Near | Class::Reworded);
        let mut near = hits
            .iter()
            .filter(|hit| hit.benchmark == set && is_near(hit.class));
        let (first, others) = (near.next()?, near.count());
        (others == 0).then_some(Place {
            set,
            item: first.item,
        })
    }

    fn detector(&self) -> &Detector {
        let made = || Detector::new(self.prints.clone());
        self.detector.get_or_init(made)
    }

    /// The questions that a text holds in other spellings, or among other words: of each set the one, if there is but one.
    fn inside(&self, text: &str) -> Vec<Place> {
        let mut places: Vec<Place> = self
            .detector()
            .hits(text)
            .into_iter()
            .filter(|hit| matches!(hit.class, Class::Exact | Class::Near))
            .map(|hit| Place {
                set: hit.benchmark,
                item: hit.item,
            })
            .collect();
        places.sort_by_key(|place| (place.set, place.item));
        let of_set = |set| places.iter().filter(|place| place.set == set).count();
        let is_alone = |place: &&Place| of_set(place.set) == 1;
        places.iter().filter(is_alone).copied().collect()
    }

    /// Takes the questions of a user's file.
    fn give(&mut self, name: &str, rows: &[BenchmarkRow]) {
        let keys: Vec<TextKey> = rows.iter().map(|row| key_of(&row.problem)).collect();
        if let Some(set) = self.sets.iter().position(|set| set.name == name) {
            let place = |key: &TextKey| {
                let places = self.by_text.get(key)?;
                places.iter().find(|place| place.set as usize == set)
            };
            let items: Vec<Option<u32>> = keys.iter().map(|key| Some(place(key)?.item)).collect();
            if items.iter().flatten().count() * 2 >= rows.len() {
                for (item, row) in items.into_iter().zip(rows) {
                    if let Some(item) = item {
                        // Logs of who reads that file have its ids.
                        let id = row.id.clone();
                        if let Some(id) = id {
                            self.sets[set].by_id.entry(id).or_insert(item);
                        }
                        self.sets[set].golds[item as usize] = row.answer.clone();
                    }
                }
                return;
            }
            // Another set of that name: the shipped one steps back.
            self.sets[set].name = format!("{name} (shipped)");
        }
        let item = |(row, at): (&BenchmarkRow, usize)| {
            let id = row.id.clone().unwrap_or(at.to_string());
            Item::of(&id, &row.problem, row.answer.as_deref())
        };
        let print = Fingerprint {
            name: name.to_owned(),
            files: Vec::new(),
            items: rows.iter().zip(0..).map(item).collect(),
            measured: None,
        };
        self.add(print, rows.iter().map(|row| row.answer.clone()).collect());
    }
}

/// The id in AIME24 of what others call `2024-I-1` or `AIME_2024_II_15`.
///
/// Its 30 questions are numbered from 60 in the order in which their names sort as text: I 1, I 10, …, I 15, I 2, …
fn exam_id(id: &str) -> Option<u32> {
    const ORDER: [u32; 15] = [1, 10, 11, 12, 13, 14, 15, 2, 3, 4, 5, 6, 7, 8, 9];
    let parts = id.split(|letter: char| !letter.is_ascii_alphanumeric());
    let is_said = |part: &&str| {
        let words = ["", "aime", "problem", "problems"];
        !words.contains(&part.to_ascii_lowercase().as_str())
    };
    let parts: Vec<&str> = parts.filter(is_said).collect();
    let (exam, number) = match parts.as_slice() {
        ["2024", exam, number] | [exam, "2024", number] => (*exam, *number),
        _ => return None,
    };
    let from = match exam {
        "I" => 60,
        "II" => 75,
        _ => return None,
    };
    let number: u32 = number.parse().ok()?;
    let place = ORDER
        .iter()
        .zip(0..)
        .find(|(known, _)| **known == number)?
        .1;
    Some(from + place)
}

/// A text's key.
pub(crate) fn key_of(text: &str) -> TextKey {
    let text = canonical(text).text;
    (text.len() as u32, whole(text.as_bytes()))
}

/// The shipped name of a benchmark that a harness calls otherwise: `AIME_2024`, `aime24_nofigures`, `HuggingFaceH4/MATH-500`.
pub(crate) fn known_name(name: &str) -> Option<&'static str> {
    const NAMES: [(&str, &[&str]); 8] = [
        ("aime24", &["aime24", "aime2024"]),
        ("aime25", &["aime25", "aime2025"]),
        ("math500", &["math500"]),
        ("amc23", &["amc23", "amc2023"]),
        ("olympiadbench", &["olympiadbench"]),
        ("minerva", &["minervamath", "minerva"]),
        ("aime_1983_2024", &["aime19832024"]),
        ("olymmath_en_hard", &["olymmathenhard"]),
    ];
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    // Half of a year's AIME is not the year's.
    if plain.contains("aime19832024") {
        return Some("aime_1983_2024");
    }
    let spelled = |known: &str| {
        plain.match_indices(known).any(|(at, _)| {
            let next = plain[at + known.len()..].chars().next();
            !next.is_some_and(|next| next.is_ascii_digit())
        })
    };
    let found = NAMES
        .iter()
        .find(|(_, spellings)| spellings.iter().any(|known| spelled(known)));
    found.map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_benchmark_is_known_by_the_names_that_harnesses_give_it() {
        let expected = [
            ("aime24", Some("aime24")),
            ("AIME_2024", Some("aime24")),
            ("AIME24", Some("aime24")),
            ("aime24_nofigures", Some("aime24")),
            ("Maxwell-Jia/AIME_2024", Some("aime24")),
            ("math-ai/aime25", Some("aime25")),
            ("aime_1983_2024", Some("aime_1983_2024")),
            ("HuggingFaceH4/MATH-500", Some("math500")),
            ("hendrycks_math5000", None),
            ("gsm8k", None),
            ("", None),
        ];
        for (name, known) in expected {
            assert_eq!(known_name(name), known, "{name}");
        }
    }

    #[test]
    fn exam_and_number_name_a_question_of_aime24() {
        let expected = [
            ("2024-I-1", Some(60)),
            ("2024-I-10", Some(61)),
            ("2024-I-2", Some(67)),
            ("2024-I-9", Some(74)),
            ("2024-II-1", Some(75)),
            ("2024-II-15", Some(81)),
            ("AIME_2024_II_3", Some(83)),
            ("2024_AIME_I_Problems/Problem_15", Some(66)),
            ("2024-I-16", None),
            ("2023-I-1", None),
            ("I-1", None),
            ("2024-III-1", None),
            ("1", None),
        ];
        for (id, known) in expected {
            assert_eq!(exam_id(id), known, "{id}");
        }
        let sets = Sets::new(&[]).expect("shipped sets");
        let aime = sets.set(sets.named("aime24").expect("a shipped set"));
        assert_eq!(aime.item("2024-II-3"), aime.item("83"));
        assert!(aime.item("83").is_some());
    }

    #[test]
    fn a_question_is_found_by_its_text_however_it_is_set() {
        let sets = Sets::new(&[]).expect("shipped sets");
        let text = "Find the number of ways to place a digit in each cell of a 2x3 grid so that the sum of the \
                    two numbers formed by reading left to right is $999$, and the sum of the three numbers formed \
                    by reading top to bottom is $99$. The grid below is an example of such an arrangement because \
                    $8+991=999$ and $9+9+81=99$.\n\\[\\begin{array}{|c|c|c|} \\hline 0 & 0 & 8 \\\\ \\hline 9 & 9 & \
                    1 \\\\ \\hline \\end{array}\\]";
        let known = sets.known(text);
        let aime = sets.named("AIME_2024").expect("a shipped set");
        assert_eq!(sets.set(aime).ids.len(), 30);
        let of = |place: &&Place| place.set == aime;
        let place = known.places.iter().find(of).expect("a question of AIME24");
        assert_eq!(sets.set(aime).ids[place.item as usize], "83");
        assert_eq!(sets.known("What is 1 + 1?").places, []);
    }
}
