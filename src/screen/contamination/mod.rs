//! Contamination: which problems are those of a benchmark.
//!
//! The rule that most recipes copy (s1's, open-r1's) flags a problem that shares one n-gram of 8 words with
//! a benchmark. It misses every item of fewer than 8 words, loses a third of MATH-500 when formulas are
//! spelled differently, and one boilerplate sentence is enough to flag. Here both texts are canonical, the
//! whole item decides (a *share* of its n-grams must be found, not one of them), and items shorter than an
//! n-gram have a path of their own. A hit is of one of three classes:
//!
//! - `exact`: the item's whole canonical text stands in the problem; a short item's as whole sentences.
//! - `near`: [`NEAR_SHARE_MIN`] of its character n-grams do, and its numbers in their order.
//! - `numbers_changed`: the same share, or [`NUMBERLESS_SHARE_MIN`] of its text without numbers, with other
//!   numbers. Mostly no copy but a problem from the same template; reported apart, and dropped only on
//!   request.
//!
//! # The detector's own recall and precision
//!
//! By `cargo bench --bench detectors` on `../shared/data`, 2026-11-21. The shares below were chosen by hand on
//! what is called seen here (five benchmarks, 1,275 items; 34,845 problems of NuminaMath, DeepScaleR and
//! Omni-MATH), so that they part copies from siblings (one template, another formula). Unseen are eight
//! benchmarks of 2,223 items: AIME 1983 to 2024, IMO-AnswerBench, Minerva, OlymMATH and four in Chinese or
//! of China's olympiads.
//!
//! | planted | items | verbatim | nine spellings | missed | s1's rule, verbatim | nine spellings |
//! |---|--:|--:|--:|--:|--:|--:|
//! | seen: AIME24, AIME25, AMC23 | 100 | 100 % | 100 % | 0 | 100 % | 94 to 96 % |
//! | seen: MATH-500 | 500 | 100 % | 100 % | 0 | 93.6 % | 83.3 % |
//! | seen: OlympiadBench | 675 | 100 % | 100 % | 0 | 99.4 % | 86.9 % |
//! | unseen: AIME 1983 to 2024 | 933 | 100 % | 100 % | 0 | 99.4 % | 92.7 % |
//! | unseen: IMO-AnswerBench | 400 | 100 % | 100 % | 0 | 100 % | 92.4 % |
//! | unseen: Minerva, OlymMATH, CHMath | 402 | 100 % | 100 % | 0 | 100 % | 93 to 99 % |
//! | unseen: Gaokao, Kaoyan, grade school | 488 | 100 % | 99.9 to 100 % | 2 | 41 to 96 % | 32 to 79 % |
//!
//! The two that are missed have `\\right` for `\right` in the source. All items whose numbers were changed
//! are `numbers_changed`.
//!
//! Of the 34,845 real problems, seen benchmarks flag 36 as `exact` or `near`: read one by one, 34 are copies
//! and 2 ask something else about MATH-500's text; s1's rule flags 1,312. Unseen benchmarks flag 219, of
//! which 159 are `exact`: of the 60 that are `near`, read one by one, 11 ask something else (7 problems,
//! some of them twice), all siblings whose numbers are words or letters (nine rings for eight,
//! `\overline{abcd}` for `\overline{abc}`) or whose picture differs. So the out-of-sample rate of false
//! alarms is 3 in 10,000 problems and the precision 0.95, against 0.94 in sample.
//!
//! Of 185 problems of s1K that an audit pairs with MATH-500 by an 8-gram, 4 are flagged: the 4 copies. Of 87
//! such problems of OpenThoughts (unseen) 1 is `near` and 4 `numbers_changed`, of 55 that it pairs by meaning
//! none: a paraphrase is not found.
//!
//! 110,000 problems a second and core (91,000 to 118,000; 292 bytes on average, five benchmarks at once).
//!
//! Benchmarks come as [`Fingerprint`]s: hashes, never texts.

mod counts;
pub mod fingerprint;
pub mod selftest;
pub mod shipped;

use std::cell::LazyCell;
use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::grams::{Prefixes, whole};
pub use fingerprint::Fingerprint;
use fingerprint::{CHARACTER_GRAM, Forms, GramKind, Item, WholeText};

/// Share of an item's character n-grams from which on it is `near`.
pub(crate) const NEAR_SHARE_MIN: f64 = 0.6;
/// The same where that share of its word n-grams is found too. Words alone would take one formula for
/// another: `xyz = 1` and `xyz(x + y + z) = 1` have the same.
pub(crate) const SUPPORTED_SHARE_MIN: f64 = 0.5;
/// The same for an item of fewer than [`BRIEF_BYTES`]: what makes it this problem and no other is then
/// shorter than an n-gram.
pub(crate) const BRIEF_SHARE_MIN: f64 = 0.9;
/// Canonical bytes below which an item is brief.
pub(crate) const BRIEF_BYTES: u32 = 100;
/// How many times as long as an item a problem may be that is `near` it, or has its text with other numbers.
pub(crate) const LENGTH_RATIO_MAX: u32 = 2;
/// Share of an item's n-grams without numbers from which on only its numbers were changed.
pub(crate) const NUMBERLESS_SHARE_MIN: f64 = 0.9;
/// An item with fewer n-grams of a kind is never found by their share.
pub(crate) const SHARE_GRAMS_MIN: usize = 8;
/// An n-gram that more items have is boilerplate: it counts for no share, and finds only the items whose
/// anchor it is, which are then compared as a whole.
pub(crate) const ITEMS_PER_GRAM_MAX: usize = 64;

/// The `[screen.contamination]` table of a pipeline file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contamination {
    /// The benchmarks whose problems are looked for: `aime24`, `aime25`, `math500`, `amc23` and
    /// `olympiadbench` come with the program; or a file with problems (Parquet, JSONL, CSV), or a fingerprint that
    /// `gradatim fingerprint` made, relative to the pipeline file.
    pub benchmarks: Vec<String>,
    /// Which hits are dropped as `contaminated`; the others are in `leakage.json` all the same.
    #[serde(default = "dropped")]
    pub drop: Vec<Class>,
}

fn dropped() -> Vec<Class> {
    vec![Class::Exact, Class::Near]
}

/// How a problem meets a benchmark's item, the worst first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The item's whole text, as far as spelling does not matter.
    Exact,
    /// Most of the item's text.
    Near,
    /// The item's text with other numbers.
    NumbersChanged,
}

impl Class {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near => "near",
            Self::NumbersChanged => "numbers_changed",
        }
    }
}

/// A problem's meeting with an item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Index of the benchmark in the detector.
    pub benchmark: u32,
    /// Index of the item in it.
    pub item: u32,
    pub class: Class,
    /// Share of the item's n-grams that the problem has, of the kind of which it has most.
    pub share: f32,
}

/// Finds the items of some benchmarks in problems.
pub struct Detector {
    benchmarks: Vec<Fingerprint>,
    /// Benchmark and item, by the number under which all items are known here.
    places: Vec<(u32, u32)>,
    /// Which items have an n-gram, as a range of `postings`.
    table: HashMap<u64, (u32, u32), foldhash::fast::FixedState>,
    postings: Vec<Posting>,
    /// Two bits for each n-gram of the table, in the word that its low bits name: most look-ups end here.
    filter: Vec<u64>,
    /// For each item and kind: how many of its n-grams are in the table.
    known: Vec<[u32; 3]>,
    /// Items too short for n-grams, by the hash of their text; the bool says: without numbers.
    short: HashMap<(u64, bool), Vec<u32>, foldhash::fast::FixedState>,
    /// The lengths that short texts have.
    short_bytes: Vec<usize>,
}

/// An item that has an n-gram.
struct Posting {
    item: u32,
    kind: GramKind,
    /// Whether the n-gram counts for the item's share; boilerplate does not.
    tells: bool,
}

const FILTER_WORDS: u64 = 1 << 15;

/// Which word of the filter an n-gram has, and its bits there.
fn filtered(gram: u64) -> (usize, u64) {
    let rest = gram / FILTER_WORDS;
    let bits = 1 << (rest % 64) | 1 << (rest / 64 % 64);
    ((gram % FILTER_WORDS) as usize, bits)
}

/// Texts with fewer bytes have too few n-grams for a share.
const SHORT_BYTES: usize = CHARACTER_GRAM + SHARE_GRAMS_MIN - 1;

impl Detector {
    pub fn new(benchmarks: Vec<Fingerprint>) -> Self {
        let mut places = Vec::new();
        let mut all: Vec<(u64, u32, GramKind)> = Vec::new();
        let mut short: HashMap<(u64, bool), Vec<u32>, _> = HashMap::default();
        let mut short_bytes = Vec::new();
        for (benchmark, fingerprint) in (0..).zip(&benchmarks) {
            for (index, item) in (0..).zip(&fingerprint.items) {
                let number = places.len() as u32;
                places.push((benchmark, index));
                for kind in GramKind::ALL {
                    all.extend(item.grams(kind).iter().map(|&gram| (gram, number, kind)));
                }
                for (text, without) in [(&item.canonical, false), (&item.numberless, true)] {
                    if is_short(text) {
                        short.entry((text.hash, without)).or_default().push(number);
                        short_bytes.push(text.bytes as usize);
                    }
                }
            }
        }
        short_bytes.sort_unstable();
        short_bytes.dedup();
        all.sort_unstable();
        let mut detector = Self {
            known: vec![[0; 3]; places.len()],
            benchmarks,
            places,
            table: HashMap::default(),
            postings: Vec::with_capacity(all.len()),
            filter: vec![0; FILTER_WORDS as usize],
            short,
            short_bytes,
        };
        for list in all.chunk_by(|a, b| a.0 == b.0) {
            detector.enter(list);
        }
        detector
    }

    fn enter(&mut self, list: &[(u64, u32, GramKind)]) {
        let gram = list[0].0;
        let start = self.postings.len() as u32;
        let tells = list.len() <= ITEMS_PER_GRAM_MAX;
        for &(_, item, kind) in list {
            if tells {
                self.known[item as usize][kind as usize] += 1;
            }
            if tells || self.is_anchor(gram, item, kind) {
                self.postings.push(Posting { item, kind, tells });
            }
        }
        if self.postings.len() as u32 == start {
            return;
        }
        self.table.insert(gram, (start, self.postings.len() as u32));
        let (word, bits) = filtered(gram);
        self.filter[word] |= bits;
    }

    /// Whether an item's whole text is looked for around this n-gram.
    fn is_anchor(&self, gram: u64, number: u32, kind: GramKind) -> bool {
        let (benchmark, item) = self.places[number as usize];
        let item = &self.benchmarks[benchmark as usize].items[item as usize];
        kind != GramKind::Words && item.grams(kind).first() == Some(&gram)
    }

    pub fn benchmarks(&self) -> &[Fingerprint] {
        &self.benchmarks
    }

    pub fn item(&self, hit: &Hit) -> &Item {
        &self.benchmarks[hit.benchmark as usize].items[hit.item as usize]
    }

    /// Every item that a problem meets, the worst class first, then by benchmark and item.
    pub fn hits(&self, problem: &str) -> Vec<Hit> {
        self.hits_of(&Forms::of(problem))
    }

    /// The same of a problem whose forms are known.
    pub(crate) fn hits_of(&self, forms: &Forms) -> Vec<Hit> {
        let found = self.matches(forms);
        let texts = LazyCell::new(|| Windows::of(forms));
        let mut hits = Vec::new();
        for of_item in found.chunk_by(|a, b| a.item == b.item) {
            hits.extend(self.judge(of_item, &texts));
        }
        self.short_hits(forms, &texts, &mut hits);
        let key = |hit: &Hit| (hit.class, hit.benchmark, hit.item);
        hits.sort_unstable_by_key(key);
        hits.dedup_by_key(|hit| (hit.benchmark, hit.item));
        hits
    }

    /// The n-grams that items share with the problem, by item and kind, each once.
    fn matches(&self, forms: &Forms) -> Vec<Match> {
        let mut found = Vec::new();
        for kind in GramKind::ALL {
            forms.grams(kind, |at, gram| {
                let (word, bits) = filtered(gram);
                if self.filter[word] & bits != bits {
                    return;
                }
                let Some(&(start, end)) = self.table.get(&gram) else {
                    return;
                };
                let postings = &self.postings[start as usize..end as usize];
                let of_kind = postings.iter().filter(|posting| posting.kind == kind);
                found.extend(of_kind.map(|posting| Match {
                    item: posting.item,
                    kind,
                    gram,
                    at: at as u32,
                    tells: posting.tells,
                }));
            });
        }
        found.sort_unstable();
        found
    }

    /// What the n-grams of one item that were found say.
    fn judge(&self, matches: &[Match], texts: &Windows) -> Option<Hit> {
        let number = matches[0].item;
        let (benchmark, index) = self.places[number as usize];
        let item = &self.benchmarks[benchmark as usize].items[index as usize];
        let found = Found {
            matches,
            known: self.known[number as usize],
        };
        let (class, share) = classify(item, &found, texts)?;
        Some(Hit {
            benchmark,
            item: index,
            class,
            share: share as f32,
        })
    }

    /// Short items that are whole sentences of the problem.
    fn short_hits(
        &self,
        forms: &Forms,
        texts: &LazyCell<Windows, impl FnOnce() -> Windows>,
        hits: &mut Vec<Hit>,
    ) {
        if self.short_bytes.is_empty() {
            return;
        }
        let ends = |start: u32| {
            self.short_bytes
                .iter()
                .map(move |bytes| start as usize + bytes)
        };
        let sentences = &forms.canonical.sentences;
        let text = forms.canonical.text.as_bytes();
        let all = text.len();
        let is_end = |end: usize| end == all || sentences.binary_search(&(end as u32)).is_ok();
        for &start in sentences {
            for end in ends(start).filter(|&end| end <= all && is_end(end)) {
                let found = self.short.get(&(whole(&text[start as usize..end]), false));
                let items = found.into_iter().flatten();
                hits.extend(items.map(|&number| self.short_hit(number, Class::Exact)));
            }
        }
        // Without numbers the whole problem must be the item: a short template's sentence says nothing.
        let numberless = forms.numberless.as_bytes();
        if self.short_bytes.binary_search(&numberless.len()).is_err() {
            return;
        }
        let found = self.short.get(&(whole(numberless), true));
        for &number in found.into_iter().flatten() {
            let hit = self.short_hit(number, Class::NumbersChanged);
            if !texts.have_digits(self.item(&hit)) {
                hits.push(hit);
            }
        }
    }

    fn short_hit(&self, number: u32, class: Class) -> Hit {
        let (benchmark, item) = self.places[number as usize];
        Hit {
            benchmark,
            item,
            class,
            share: 1.0,
        }
    }
}

/// The class of a problem for an item some of whose n-grams it has, and their share.
fn classify(item: &Item, found: &Found<'_>, texts: &Windows) -> Option<(Class, f64)> {
    if found.whole(GramKind::Characters, &item.canonical, &texts.canonical) {
        return Some((Class::Exact, 1.0));
    }
    let bytes = item.canonical.bytes;
    if texts.canonical.bytes() > (LENGTH_RATIO_MAX * bytes) as usize {
        return None;
    }
    let (characters, words) = (
        found.share(GramKind::Characters),
        found.share(GramKind::Words),
    );
    let numberless = found.share(GramKind::Numberless);
    let enough = if bytes < BRIEF_BYTES {
        BRIEF_SHARE_MIN
    } else {
        NEAR_SHARE_MIN
    };
    let is_near = characters >= enough || (characters >= SUPPORTED_SHARE_MIN && words >= enough);
    let same_text = numberless >= NUMBERLESS_SHARE_MIN
        || found.whole(GramKind::Numberless, &item.numberless, &texts.numberless);
    match texts.have_digits(item) {
        true if is_near => Some((Class::Near, characters.max(words))),
        false if is_near || same_text => Some((Class::NumbersChanged, characters.max(numberless))),
        _ => None,
    }
}

/// The n-grams of one item that a problem has.
struct Found<'m> {
    /// In order: those of a kind together, equal ones together.
    matches: &'m [Match],
    /// How many n-grams of each kind could be found.
    known: [u32; 3],
}

impl Found<'_> {
    /// The share of the item's n-grams of a kind; 0 where it has too few.
    fn share(&self, kind: GramKind) -> f64 {
        let known = self.known[kind as usize];
        let of_kind = self
            .matches
            .chunk_by(|a, b| (a.kind, a.gram) == (b.kind, b.gram));
        let count = of_kind
            .filter(|same| same[0].kind == kind && same[0].tells)
            .count();
        if (known as usize) < SHARE_GRAMS_MIN {
            0.0
        } else {
            count as f64 / f64::from(known)
        }
    }

    /// Whether the item's whole text stands around its anchor.
    fn whole(&self, kind: GramKind, text: &WholeText, prefixes: &Prefixes) -> bool {
        let is_anchor = |one: &&Match| one.kind == kind && Some(&one.gram) == text.grams.first();
        let mut anchors = self.matches.iter().filter(is_anchor);
        !is_short(text) && anchors.any(|one| stands_at(text, one.at, prefixes))
    }
}

/// An n-gram of an item, where the problem has it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    item: u32,
    kind: GramKind,
    gram: u64,
    at: u32,
    tells: bool,
}

fn is_short(text: &WholeText) -> bool {
    text.bytes > 0 && (text.bytes as usize) < SHORT_BYTES
}

/// Whether a text stands where its anchor was found.
fn stands_at(text: &WholeText, anchor: u32, prefixes: &Prefixes) -> bool {
    let Some(start) = anchor.checked_sub(text.anchor) else {
        return false;
    };
    let start = start as usize;
    prefixes.window(start, start + text.bytes as usize) == Some(text.hash)
}

/// The forms of a problem, in which windows can be compared.
struct Windows {
    canonical: Prefixes,
    numberless: Prefixes,
    digits: Prefixes,
}

impl Windows {
    fn of(forms: &Forms) -> Self {
        Self {
            canonical: Prefixes::of(forms.canonical.text.as_bytes()),
            numberless: Prefixes::of(forms.numberless.as_bytes()),
            digits: Prefixes::of(forms.digits.as_bytes()),
        }
    }

    /// Whether the item's digits stand among the problem's, one after the other.
    fn have_digits(&self, item: &Item) -> bool {
        let (count, hash) = (item.digits.0 as usize, item.digits.1);
        let starts = 0..=self.digits.bytes().saturating_sub(count);
        count == 0
            || starts
                .into_iter()
                .any(|start| self.digits.window(start, start + count) == Some(hash))
    }
}
