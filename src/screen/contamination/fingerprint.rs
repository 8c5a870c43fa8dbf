//! What is kept of a benchmark: hashes of its items, never their text.
//!
//! For each item: the hash of its canonical text and of the same without numbers, a sketch of the n-grams of
//! both (the [`SKETCH_GRAMS`] smallest hashes, so that two texts agree on which are kept) and of its word
//! n-grams, and a hash of its digits. An n-gram's hash has 40 bits: two of a million n-grams meet by chance
//! once in a million look-ups, and one meeting decides nothing.
//!
//! # The file
//!
//! One line of JSON, the [`Header`]: name, the files it was made from with their hashes, the number of
//! items, the parameters, what its self-test measured, and the BLAKE3 of what follows. Then the items, in
//! their order: numbers are little-endian, counts of bytes and n-grams are 32 bits and 8 bits, n-grams 5
//! bytes each in ascending order. The same input gives the same bytes.

use serde::{Deserialize, Serialize};

use super::counts::Measured;
use crate::ids::{Id, IdHasher};
use crate::screen::canonical::{Canonical, canonical, numberless};
use crate::screen::grams::{grams, mixed, whole};

/// Version of the file's form and of everything that its hashes depend on.
pub(crate) const VERSION: u32 = 1;
/// Bytes of a character n-gram of the canonical text. 24, as the escape test of
/// `users_and_conventions.md`, App. 3, measured without an escape.
pub(crate) const CHARACTER_GRAM: usize = 24;
/// Words of a word n-gram.
pub(crate) const WORD_GRAM: usize = 6;
/// N-grams of one kind that are kept of an item.
pub(crate) const SKETCH_GRAMS: usize = 64;
/// Bits of an n-gram's hash.
const GRAM_BITS: u32 = 40;

/// The three kinds of n-grams; each is hashed with a salt of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum GramKind {
    Characters,
    /// Of the text without numbers.
    Numberless,
    Words,
}

impl GramKind {
    pub(crate) const ALL: [Self; 3] = [Self::Characters, Self::Numberless, Self::Words];

    fn salted(self, hash: u64) -> u64 {
        mixed(hash ^ (self as u64 + 1)) >> (64 - GRAM_BITS)
    }
}

/// One text in the forms that are compared, with their n-grams.
pub(crate) struct Forms {
    pub canonical: Canonical,
    pub numberless: String,
    pub digits: String,
}

impl Forms {
    pub(crate) fn of(problem: &str) -> Self {
        let canonical = canonical(problem);
        let digits = canonical.text.chars().filter(char::is_ascii_digit);
        Self {
            numberless: numberless(&canonical.text),
            digits: digits.collect(),
            canonical,
        }
    }

    /// Visits each n-gram of a kind, with the byte (or the word) where it starts.
    pub(crate) fn grams(&self, kind: GramKind, mut visit: impl FnMut(usize, u64)) {
        match kind {
            GramKind::Characters => {
                let text = self.canonical.text.as_bytes();
                grams(text, CHARACTER_GRAM, |at, hash| {
                    visit(at, kind.salted(hash))
                });
            }
            GramKind::Numberless => {
                let text = self.numberless.as_bytes();
                grams(text, CHARACTER_GRAM, |at, hash| {
                    visit(at, kind.salted(hash))
                });
            }
            GramKind::Words => self.word_grams(|at, hash| visit(at, kind.salted(hash))),
        }
    }

    fn word_grams(&self, mut visit: impl FnMut(usize, u64)) {
        let text = self.canonical.text.as_bytes();
        let words = self.canonical.words.iter();
        let words: Vec<u64> = words
            .map(|&(start, end)| whole(&text[start as usize..end as usize]))
            .collect();
        for (at, gram) in words.windows(WORD_GRAM).enumerate() {
            let hash = gram.iter().fold(0u64, |hash, &word| {
                hash.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ word
            });
            visit(at, hash);
        }
    }
}

/// A whole text as it can be found again inside another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WholeText {
    pub bytes: u32,
    pub hash: u64,
    /// Where the n-gram with the smallest hash starts first.
    pub anchor: u32,
    /// The smallest hashes of its n-grams, ascending; the first is the anchor's.
    pub grams: Vec<u64>,
}

impl WholeText {
    fn of(text: &str, forms: &Forms, kind: GramKind) -> Self {
        let mut all = Vec::new();
        forms.grams(kind, |at, gram| all.push((gram, at as u32)));
        all.sort_unstable();
        all.dedup_by_key(|(gram, _)| *gram);
        all.truncate(SKETCH_GRAMS);
        Self {
            bytes: text.len() as u32,
            hash: whole(text.as_bytes()),
            anchor: all.first().map_or(0, |(_, at)| *at),
            grams: all.into_iter().map(|(gram, _)| gram).collect(),
        }
    }
}

/// One problem of a benchmark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// The benchmark's own id of it, or its row.
    pub id: String,
    pub canonical: WholeText,
    pub numberless: WholeText,
    pub words: Vec<u64>,
    /// Its digits in their order: how many, and their hash.
    pub digits: (u32, u64),
}

impl Item {
    pub fn of(id: &str, problem: &str) -> Self {
        let forms = Forms::of(problem);
        let mut words = Vec::new();
        forms.grams(GramKind::Words, |_, gram| words.push(gram));
        words.sort_unstable();
        words.dedup();
        words.truncate(SKETCH_GRAMS);
        Self {
            id: id.to_owned(),
            canonical: WholeText::of(&forms.canonical.text, &forms, GramKind::Characters),
            numberless: WholeText::of(&forms.numberless, &forms, GramKind::Numberless),
            words,
            digits: (forms.digits.len() as u32, whole(forms.digits.as_bytes())),
        }
    }

    pub(crate) fn grams(&self, kind: GramKind) -> &[u64] {
        match kind {
            GramKind::Characters => &self.canonical.grams,
            GramKind::Numberless => &self.numberless.grams,
            GramKind::Words => &self.words,
        }
    }
}

/// A file that a fingerprint was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MadeFrom {
    pub file: String,
    /// BLAKE3 of its bytes, 128 bits; null for a file of the hub.
    pub blake3: Option<String>,
    /// The dataset and commit of the hub where it lies; null for a file on disk.
    pub hub: Option<String>,
}

/// What a fingerprint says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub fingerprint_version: u32,
    pub name: String,
    pub files: Vec<MadeFrom>,
    pub items: u32,
    pub character_gram: usize,
    pub word_gram: usize,
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
            character_gram: CHARACTER_GRAM,
            word_gram: WORD_GRAM,
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
        let made_for = (header.character_gram, header.word_gram, header.sketch_grams);
        if header.fingerprint_version != VERSION
            || made_for != (CHARACTER_GRAM, WORD_GRAM, SKETCH_GRAMS)
        {
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
    let hasher = IdHasher::new("gradatim fingerprint v1");
    hasher.part(body).finish().to_string()
}

const GRAM_BYTES: usize = GRAM_BITS as usize / 8;

fn write_item(item: &Item, to: &mut Vec<u8>) {
    to.extend((item.id.len() as u32).to_le_bytes());
    to.extend(item.id.as_bytes());
    for text in [&item.canonical, &item.numberless] {
        to.extend(text.bytes.to_le_bytes());
        to.extend(text.hash.to_le_bytes());
        to.extend(text.anchor.to_le_bytes());
        write_grams(&text.grams, to);
    }
    write_grams(&item.words, to);
    to.extend(item.digits.0.to_le_bytes());
    to.extend(item.digits.1.to_le_bytes());
}

fn write_grams(grams: &[u64], to: &mut Vec<u8>) {
    to.push(grams.len() as u8);
    for gram in grams {
        to.extend(&gram.to_le_bytes()[..GRAM_BYTES]);
    }
}

fn read_item(from: &mut &[u8]) -> Option<Item> {
    let length = read_u32(from)? as usize;
    let id = String::from_utf8(from.split_off(..length)?.to_vec()).ok()?;
    Some(Item {
        id,
        canonical: read_text(from)?,
        numberless: read_text(from)?,
        words: read_grams(from)?,
        digits: (read_u32(from)?, read_u64(from)?),
    })
}

fn read_text(from: &mut &[u8]) -> Option<WholeText> {
    Some(WholeText {
        bytes: read_u32(from)?,
        hash: read_u64(from)?,
        anchor: read_u32(from)?,
        grams: read_grams(from)?,
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
                .map(|(text, id): (_, u32)| Item::of(&id.to_string(), text))
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
