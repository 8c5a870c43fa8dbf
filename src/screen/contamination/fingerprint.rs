//! What is kept of a benchmark: hashes of its items, never their text.
//!
//! For each item: hashes of its canonical text, of the same without numbers, of its words and of its figures; a
//! sketch of the character n-grams of its words; its numbers; its formulas; and its gold answer. An n-gram's hash
//! has 40 bits: two of a million n-grams meet by chance once in a million look-ups, and one meeting decides
//! nothing. Numbers can be guessed from their hashes, words cannot be put together again from theirs.
//!
//! Which n-grams are kept: those that few problems have (see [`super::common`]) before those that many have,
//! and of each the smallest hashes, so that two texts agree on which are kept.
//!
//! # The file
//!
//! One line of JSON, the [`Header`]: name, the files it was made from with their hashes, the number of
//! items, the parameters, what its self-test measured, and the BLAKE3 of what follows. Then the items, in
//! their order: numbers are little-endian, counts of bytes are 32 bits, counts of n-grams, numbers and formulas
//! 8 bits, n-grams 5 bytes each in ascending order. The same input gives the same bytes.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::common::is_common;
use super::counts::Measured;
use crate::ids::{Id, IdHasher};
use crate::screen::canonical::{Canonical, canonical, numberless};
use crate::screen::figures::Figures;
use crate::screen::grams::{digest, grams, whole};

/// Version of the file's form and of everything that its hashes depend on.
pub(crate) const VERSION: u32 = 3;
/// Bytes of a character n-gram of the words. One typo in twelve letters leaves a third of them.
pub(crate) const WORDS_GRAM: usize = 12;
/// N-grams that are kept of an item.
pub(crate) const SKETCH_GRAMS: usize = 96;
/// Numbers and formulas that are kept of an item.
pub(crate) const FIGURES_MAX: usize = 64;
/// Bits of an n-gram's hash.
const GRAM_BITS: u32 = 40;

/// The hash of an n-gram as it is kept.
fn kept(hash: u64) -> u64 {
    hash >> (64 - GRAM_BITS)
}

/// One text in the forms that are compared.
pub struct Forms {
    pub canonical: Canonical,
    pub prose: String,
}

impl Forms {
    pub fn of(problem: &str) -> Self {
        let canonical = canonical(problem);
        Self {
            prose: canonical.prose(),
            canonical,
        }
    }

    /// Visits each n-gram of the words.
    pub fn grams(&self, mut visit: impl FnMut(u64)) {
        grams(self.prose.as_bytes(), WORDS_GRAM, |_, hash| {
            visit(kept(hash));
        });
    }

    /// The hash of the text without its numbers.
    pub(crate) fn numberless(&self) -> u64 {
        digest(numberless(&self.canonical.text).as_bytes())
    }

    /// The hash of words and figures, whatever their places and the names of variables are.
    pub(crate) fn nameless(&self) -> u64 {
        let figures = digest(self.canonical.figures.as_str().as_bytes());
        digest(self.prose.as_bytes()).rotate_left(7) ^ figures
    }
}

/// A number: 28 bits of its hash, and how many digits it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(u32);

impl Number {
    const DIGITS_MAX: usize = 15;

    fn of(number: &str) -> Self {
        let digits = number.len().min(Self::DIGITS_MAX) as u32;
        Self((digest(number.as_bytes()) >> 36) as u32 * 16 + digits)
    }

    /// How much a number says, in bits. Half of the problems have a 2, one in a hundred has a 97: each digit more
    /// makes a number about ten times as rare.
    pub(crate) fn bits(self) -> f32 {
        const DIGITS_TOLD_MAX: u32 = 5;
        let digits = (self.0 % 16).clamp(1, DIGITS_TOLD_MAX);
        1.0 + 3.0 * (digits - 1) as f32
    }

    pub(crate) fn key(self) -> u64 {
        self.0.into()
    }

    pub(crate) fn all(figures: &Figures) -> Vec<Self> {
        figures.numbers().map(Self::of).collect()
    }

    /// What numbers say together, in bits.
    pub(crate) fn bits_of(numbers: &[Self]) -> f32 {
        let bits = numbers.iter().map(|number| number.bits());
        bits.fold(0.0, |sum, bits| sum + bits)
    }
}

/// A formula: 24 bits of its hash, and its length up to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Formula(u32);

impl Formula {
    pub(crate) fn of(run: &str) -> Self {
        let bytes = run.len().min(255) as u32;
        Self((digest(run.as_bytes()) >> 40) as u32 * 256 + bytes)
    }

    pub(crate) fn key(self) -> u64 {
        self.0.into()
    }

    pub(crate) fn bytes(self) -> u32 {
        self.0 % 256
    }

    /// The distinct formulas, in order.
    pub(crate) fn all(figures: &Figures) -> Vec<Self> {
        let mut all: Vec<Self> = figures.runs().map(Self::of).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// One problem of a benchmark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// The benchmark's own id of it, or its row.
    pub id: String,
    /// Bytes and hash of its canonical text.
    pub canonical: (u32, u64),
    /// The hash of its canonical text without numbers.
    pub numberless: u64,
    /// The hash of its words and figures.
    pub nameless: u64,
    /// Hashes of the first and the last bytes of its canonical text.
    pub edges: [u64; 2],
    /// Bytes of its words.
    pub words: u32,
    /// N-grams of its words, ascending.
    pub grams: Vec<u64>,
    /// Its numbers in their order.
    pub numbers: Vec<Number>,
    /// Its formulas, ascending.
    pub formulas: Vec<Formula>,
    /// Bits of the hash of its gold answer; none where the answer is so short that many problems have it. Of eight
    /// bits, which this was, one pair of answers in 256 agreed by chance.
    pub answer: Option<u16>,
    /// Which short n-grams its canonical text has.
    pub parts: Parts,
}

/// Which short n-grams a text has, as a Bloom filter: of a part of the text all are found, of another text one in
/// ten is by chance. That is enough to know a part, and too much to put the text together again letter by letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts(Vec<u8>);

/// Bytes of a short n-gram.
pub(crate) const PART_GRAM: usize = 8;

impl Parts {
    const BYTES_MAX: usize = 2048;

    fn of(text: &str) -> Self {
        // Six bits an n-gram.
        let mut filter = vec![0; (text.len() * 3 / 4).clamp(8, Self::BYTES_MAX)];
        part_grams(text, |gram| {
            for (byte, bit) in Self::bits(gram, filter.len()) {
                filter[byte] |= bit;
            }
        });
        Self(filter)
    }

    /// How many of some n-grams it has.
    pub(crate) fn count<'g>(&self, grams: impl Iterator<Item = &'g u64>) -> usize {
        if self.0.is_empty() {
            return 0;
        }
        // Both bits are looked at, which a third of all have: to guess whether the first is there costs more.
        let is_set = |(byte, bit): (usize, u8)| usize::from(self.0[byte] & bit != 0);
        let has = |gram: &u64| {
            let [one, other] = Self::bits(*gram, self.0.len());
            is_set(one) & is_set(other)
        };
        grams.map(has).sum()
    }

    fn bits(gram: u64, bytes: usize) -> [(usize, u8); 2] {
        [gram, gram >> 32].map(|half| {
            let bit = ((half & 0xffff_ffff) * (bytes as u64 * 8)) >> 32;
            ((bit / 8) as usize, 1 << (bit % 8))
        })
    }
}

/// Visits the short n-grams of a canonical text.
pub(crate) fn part_grams(text: &str, mut visit: impl FnMut(u64)) {
    grams(text.as_bytes(), PART_GRAM, |_, gram| visit(gram));
}

impl Item {
    pub fn of(id: &str, problem: &str, answer: Option<&str>) -> Self {
        let forms = Forms::of(problem);
        let (mut numbers, mut formulas) = (
            Number::all(&forms.canonical.figures),
            Formula::all(&forms.canonical.figures),
        );
        numbers.truncate(FIGURES_MAX);
        formulas.truncate(FIGURES_MAX);
        let text = forms.canonical.text.as_bytes();
        Self {
            id: id.to_owned(),
            canonical: (text.len() as u32, whole(text)),
            numberless: forms.numberless(),
            nameless: forms.nameless(),
            edges: super::edges(&forms.canonical.text),
            words: forms.prose.len() as u32,
            grams: sketch(&forms),
            numbers,
            formulas,
            answer: answer.and_then(answer_hash),
            parts: Parts::of(&forms.canonical.text),
        }
    }
}

/// Sixteen bits of the hash of an answer, however it is spelled.
pub(crate) fn answer_hash(answer: &str) -> Option<u16> {
    const ANSWER_BYTES_MIN: usize = 2;
    let text = canonical(&unlisted(answer)).text;
    let text = text.strip_suffix(".0").unwrap_or(&text);
    (text.len() >= ANSWER_BYTES_MIN).then(|| digest(text.as_bytes()) as u16)
}

/// An answer without the list around it, `['675']` or `[675]`, and without quotes. An interval or a list without quotes
/// keeps its brackets, which say something.
fn unlisted(answer: &str) -> Cow<'_, str> {
    let answer = answer.trim();
    let listed = answer
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .map(str::trim);
    let inner = listed.unwrap_or(answer);
    for quote in ["'", "\""] {
        let quoted = inner
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(quoted) = quoted {
            let between = format!("{quote}, {quote}");
            let text = quoted.replace(&between, ", ");
            // A list as text has each backslash twice.
            let is_text = listed.is_some();
            return Cow::Owned(if is_text {
                text.replace(r"\\", r"\")
            } else {
                text
            });
        }
    }
    match listed {
        Some(one) if !one.contains([',', ';', '[', ']', '(', ')']) => Cow::Borrowed(one),
        _ => Cow::Borrowed(answer),
    }
}

/// The n-grams that are kept, ascending.
fn sketch(forms: &Forms) -> Vec<u64> {
    let mut all = Vec::new();
    forms.grams(|gram| all.push((is_common(gram), gram)));
    all.sort_unstable();
    all.dedup();
    all.truncate(SKETCH_GRAMS);
    let mut grams: Vec<u64> = all.into_iter().map(|(_, gram)| gram).collect();
    grams.sort_unstable();
    grams
}

/// A file that a fingerprint was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MadeFrom {
    pub file: String,
    /// BLAKE3 of its bytes, 128 bits; null for a file of the hub.
    pub blake3: Option<String>,
    /// The dataset and commit of the hub where it lies; null for a file on disk.
    pub hub: Option<String>,
    /// Its rows that have no problem which can be read: what was theirs is not looked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
}

/// A row of a benchmark's file that yields no item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Unread {
    /// Counted from 0.
    pub row: u64,
    pub why: String,
}

impl From<(u64, String)> for Unread {
    fn from((row, why): (u64, String)) -> Self {
        Self { row, why }
    }
}

/// What a fingerprint says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub fingerprint_version: u32,
    pub name: String,
    pub files: Vec<MadeFrom>,
    pub items: u32,
    pub words_gram: usize,
    pub sketch_grams: usize,
    /// What its self-test found when it was made, from the texts.
    pub measured: Option<Measured>,
    pub body_blake3: String,
}

/// A benchmark's items, as hashes.
#[derive(Clone, Debug, PartialEq)]
pub struct Fingerprint {
    pub name: String,
    pub files: Vec<MadeFrom>,
    pub items: Vec<Item>,
    pub measured: Option<Measured>,
}

impl Fingerprint {
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for item in &self.items {
            write_item(item, &mut body);
        }
        let header = Header {
            fingerprint_version: VERSION,
            name: self.name.clone(),
            files: self.files.clone(),
            items: self.items.len() as u32,
            words_gram: WORDS_GRAM,
            sketch_grams: SKETCH_GRAMS,
            measured: self.measured.clone(),
            body_blake3: sum(&body),
        };
        // A header is text, numbers and lists of them: it can always be written.
        let mut bytes = serde_json::to_vec(&header).unwrap_or_default();
        bytes.push(b'\n');
        bytes.extend(body);
        bytes
    }

    /// The hash of its file's bytes.
    pub fn content(&self) -> Id {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&blake3::hash(&self.to_bytes()).as_bytes()[..16]);
        Id::from_bytes(bytes)
    }

    /// Reads a fingerprint's file; says why where it is none that this version can read.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let end = memchr::memchr(b'\n', bytes).ok_or("it has no header")?;
        let header: Header = serde_json::from_slice(&bytes[..end])
            .map_err(|error| format!("its header cannot be read: {error}"))?;
        let made_for = (header.words_gram, header.sketch_grams);
        if header.fingerprint_version != VERSION || made_for != (WORDS_GRAM, SKETCH_GRAMS) {
            return Err("another version of gradatim made it".into());
        }
        let mut body = &bytes[end + 1..];
        if sum(body) != header.body_blake3 {
            return Err("its items are not what was written".into());
        }
        let mut items = Vec::new();
        for _ in 0..header.items {
            items.push(read_item(&mut body).ok_or("an item is cut off")?);
        }
        Ok(Self {
            name: header.name,
            files: header.files,
            items,
            measured: header.measured,
        })
    }
}

fn sum(body: &[u8]) -> String {
    let hasher = IdHasher::new("gradatim fingerprint v3");
    hasher.part(body).finish().to_string()
}

const GRAM_BYTES: usize = GRAM_BITS as usize / 8;

fn write_item(item: &Item, to: &mut Vec<u8>) {
    to.extend((item.id.len() as u32).to_le_bytes());
    to.extend(item.id.as_bytes());
    to.extend(item.canonical.0.to_le_bytes());
    let hashes = [item.canonical.1, item.numberless, item.nameless];
    for hash in hashes.into_iter().chain(item.edges) {
        to.extend(hash.to_le_bytes());
    }
    to.extend(item.words.to_le_bytes());
    to.push(item.grams.len() as u8);
    for gram in &item.grams {
        to.extend(&gram.to_le_bytes()[..GRAM_BYTES]);
    }
    to.push(item.numbers.len() as u8);
    to.extend(item.numbers.iter().flat_map(|one| one.0.to_le_bytes()));
    to.push(item.formulas.len() as u8);
    to.extend(item.formulas.iter().flat_map(|one| one.0.to_le_bytes()));
    to.push(u8::from(item.answer.is_some()));
    to.extend(item.answer.unwrap_or_default().to_le_bytes());
    to.extend((item.parts.0.len() as u32).to_le_bytes());
    to.extend(&item.parts.0);
}

fn read_item(from: &mut &[u8]) -> Option<Item> {
    let length = read_u32(from)? as usize;
    let id = String::from_utf8(from.split_off(..length)?.to_vec()).ok()?;
    Some(Item {
        id,
        canonical: (read_u32(from)?, read_u64(from)?),
        numberless: read_u64(from)?,
        nameless: read_u64(from)?,
        edges: [read_u64(from)?, read_u64(from)?],
        words: read_u32(from)?,
        grams: read_grams(from)?,
        numbers: read_u32s(from)?.map(Number).collect(),
        formulas: read_u32s(from)?.map(Formula).collect(),
        answer: {
            let is_known = *from.split_off_first()? == 1;
            let hash = from.split_off(..2)?.try_into().ok()?;
            is_known.then_some(u16::from_le_bytes(hash))
        },
        parts: {
            let length = read_u32(from)? as usize;
            Parts(from.split_off(..length)?.to_vec())
        },
    })
}

fn read_grams(from: &mut &[u8]) -> Option<Vec<u64>> {
    let count = *from.split_off_first()? as usize;
    let bytes = from.split_off(..count * GRAM_BYTES)?;
    let gram = |bytes: &[u8]| {
        let mut whole = [0; 8];
        whole[..GRAM_BYTES].copy_from_slice(bytes);
        u64::from_le_bytes(whole)
    };
    Some(bytes.chunks_exact(GRAM_BYTES).map(gram).collect())
}

fn read_u32s<'b>(from: &mut &'b [u8]) -> Option<impl Iterator<Item = u32> + use<'b>> {
    let count = *from.split_off_first()? as usize;
    let (words, _) = from.split_off(..count * 4)?.as_chunks();
    Some(words.iter().map(|word| u32::from_le_bytes(*word)))
}

fn read_u32(from: &mut &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(from.split_off(..4)?.try_into().ok()?))
}

fn read_u64(from: &mut &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(from.split_off(..8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint() -> Fingerprint {
        let problems = [
            "What is $1+1$?",
            &"Find the number of apples on the tree. ".repeat(9),
            "",
        ];
        let items = problems.iter().zip(0..);
        Fingerprint {
            name: "small".into(),
            files: Vec::new(),
            items: items
                .map(|(text, id): (_, u32)| Item::of(&id.to_string(), text, Some("2")))
                .collect(),
            measured: None,
        }
    }

    #[test]
    fn a_fingerprint_reads_back_as_it_was_written() {
        let bytes = fingerprint().to_bytes();
        assert_eq!(Fingerprint::from_bytes(&bytes), Ok(fingerprint()));
        assert!(
            !String::from_utf8_lossy(&bytes).contains("apples"),
            "no text is in it"
        );
    }

    #[test]
    fn an_answer_in_a_list_of_one_is_that_answer_and_an_interval_is_none() {
        let same = [
            ("675", r"['675']"),
            ("675", r#"["675"]"#),
            ("675", " [ 675 ] "),
            ("675", "'675'"),
            (r"\frac{83}{499}", r"['\\frac{83}{499}']"),
            ("12, 35", "['12', '35']"),
        ];
        for (plain, listed) in same {
            assert!(answer_hash(plain).is_some(), "{plain}");
            assert_eq!(answer_hash(plain), answer_hash(listed), "{listed}");
        }
        for (one, other) in [("10,12", "[10,12]"), ("675", "['676']")] {
            assert_ne!(answer_hash(one), answer_hash(other), "{other}");
        }
        assert_eq!(
            answer_hash("['7']"),
            None,
            "one digit is no evidence in a list either"
        );
        assert_eq!(answer_hash("["), answer_hash(""));
    }

    #[test]
    fn a_damaged_fingerprint_is_refused() {
        let bytes = fingerprint().to_bytes();
        for cut in [0, 10, bytes.len() - 1] {
            assert!(Fingerprint::from_bytes(&bytes[..cut]).is_err());
        }
        let mut changed = bytes.clone();
        *changed.last_mut().expect("bytes") ^= 1;
        assert!(Fingerprint::from_bytes(&changed).is_err());
    }
}
