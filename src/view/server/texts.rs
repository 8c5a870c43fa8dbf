//! The texts that are searched, packed in memory: problems of the pool, and what stands in the folder's subsets.
//!
//! A search over files would unpack gigabytes for each question. Here a text is read once, while the first pages are
//! looked at already, and is looked through at the speed of memory; LZ4 halves what it takes. What does not fit is left
//! out, and pages say how much of what there is was searched.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, RwLock};
use std::time::Instant;

use lz4_flex::block::{compress, decompress};
use rayon::prelude::*;

use super::search::Search;
use crate::ids::Id;

/// Texts are packed together up to so many bytes: enough to pack well, little to unpack for one of them.
const BLOCK_BYTES: usize = 256 << 10;

/// Texts by id, in the order in which they came.
#[derive(Default)]
pub(super) struct Shelf {
    held: RwLock<Held>,
}

#[derive(Default)]
struct Held {
    blocks: Vec<Arc<Block>>,
    /// Block, and which of its texts.
    places: HashMap<Id, (u32, u32)>,
    state: State,
}

/// How far the texts are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// Texts that are searched.
    pub count: u64,
    /// Texts that there are, as far as it is known.
    pub of: u64,
    pub is_read: bool,
    /// Why not all are searched.
    pub why_not: Option<String>,
}

struct Block {
    packed: Vec<u8>,
    bytes: usize,
    /// Whose each text is, and where it ends.
    texts: Vec<(Id, usize)>,
}

impl Block {
    fn text(&self) -> String {
        let unpacked = decompress(&self.packed, self.bytes).expect("what was packed here");
        String::from_utf8(unpacked).expect("texts stand in it")
    }

    /// Its texts with their ids.
    fn each<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (Id, &'t str)> {
        let starts = std::iter::once(0).chain(self.texts.iter().map(|(_, end)| *end));
        let texts = starts.zip(&self.texts);
        texts.map(|(start, &(id, end))| (id, &text[start..end]))
    }
}

impl Shelf {
    pub(super) fn state(&self) -> State {
        self.read(|held| held.state.clone())
    }

    /// Whose texts have what is looked for, from a block on, and how many blocks there are; none where that was not known
    /// before `until`.
    pub(super) fn search(
        &self,
        search: &Search,
        from: usize,
        until: Instant,
    ) -> Option<(Vec<Id>, usize)> {
        let blocks = self.read(|held| held.blocks[from..].to_vec());
        let found = blocks.par_iter().map(|block| {
            if Instant::now() > until {
                return None;
            }
            let text = block.text();
            let found = block.each(&text).filter(|(_, text)| search.is_in(text));
            Some(found.map(|(id, _)| id).collect::<Vec<_>>())
        });
        let found: Vec<Vec<Id>> = found.collect::<Option<_>>()?;
        let ids = found.into_iter().flatten().collect();
        Some((ids, from + blocks.len()))
    }

    /// The text of that id.
    pub(super) fn get(&self, id: Id) -> Option<String> {
        let (block, at) = self.read(|held| {
            let &(block, at) = held.places.get(&id)?;
            Some((Arc::clone(&held.blocks[block as usize]), at))
        })?;
        let text = block.text();
        let (_, found) = block.each(&text).nth(at as usize)?;
        Some(found.to_owned())
    }

    fn read<T>(&self, of: impl FnOnce(&Held) -> T) -> T {
        of(&self
            .held
            .read()
            .unwrap_or_else(|broken| broken.into_inner()))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Held) -> T) -> T {
        change(
            &mut self
                .held
                .write()
                .unwrap_or_else(|broken| broken.into_inner()),
        )
    }
}

/// Fills a shelf, up to so many bytes.
pub(super) struct Filling<'s> {
    shelf: &'s Shelf,
    known: HashSet<Id>,
    open: String,
    texts: Vec<(Id, usize)>,
    bytes_left: usize,
}

impl<'s> Filling<'s> {
    /// `of` texts are expected.
    pub(super) fn begin(shelf: &'s Shelf, of: u64, bytes_max: usize) -> Self {
        shelf.change(|held| held.state.of = of);
        Self {
            shelf,
            known: HashSet::new(),
            open: String::new(),
            texts: Vec::new(),
            bytes_left: bytes_max,
        }
    }

    pub(super) fn has(&self, id: Id) -> bool {
        self.known.contains(&id)
    }

    /// Puts a text on the shelf, where it is not there; whether there is room for more.
    pub(super) fn add(&mut self, id: Id, text: &str) -> bool {
        if self.bytes_left == 0 {
            return false;
        }
        if self.known.insert(id) {
            self.open += text;
            self.texts.push((id, self.open.len()));
        }
        if self.open.len() >= BLOCK_BYTES {
            self.close_block();
        }
        true
    }

    fn close_block(&mut self) {
        if self.texts.is_empty() {
            return;
        }
        let block = Block {
            packed: compress(self.open.as_bytes()),
            bytes: self.open.len(),
            texts: std::mem::take(&mut self.texts),
        };
        self.open.clear();
        // Each text has an id and a place beside it.
        let taken = block.packed.len() + 64 * block.texts.len();
        self.bytes_left = self.bytes_left.saturating_sub(taken);
        self.shelf.change(|held| held.put(block));
    }

    /// Says that no more will come, and why, where some are left out.
    pub(super) fn finish(mut self, why_not: Option<String>) {
        self.close_block();
        self.shelf.change(|held| {
            held.state.is_read = true;
            held.state.why_not = why_not;
            held.state.of = held.state.of.max(held.state.count);
        });
    }
}

impl Held {
    fn put(&mut self, block: Block) {
        let number = self.blocks.len() as u32;
        for (at, (id, _)) in (0..).zip(&block.texts) {
            self.places.insert(*id, (number, at));
        }
        self.state.count += block.texts.len() as u64;
        self.blocks.push(Arc::new(block));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    fn search(typed: &str) -> Search {
        Search::read(typed).expect("a question")
    }

    fn text(number: u128) -> String {
        format!(
            "problem {number}: {} é",
            "x ".repeat(number as usize % 7_000)
        )
    }

    #[test]
    fn what_is_put_on_a_shelf_is_found_by_its_words_and_its_id() {
        let shelf = Shelf::default();
        let mut filling = Filling::begin(&shelf, 300, usize::MAX);
        for number in 0..300 {
            assert!(filling.add(Id(number), &text(number)));
            assert!(filling.add(Id(number), "another text of the same id is passed over"));
        }
        filling.finish(None);
        assert_eq!(shelf.state().count, 300);
        let found = |typed: &str, from| {
            let found = shelf.search(&search(typed), from, soon());
            found.expect("in time")
        };
        let (ids, blocks) = found("\"problem 77:\"", 0);
        assert_eq!(ids, [Id(77)]);
        assert_eq!(found("another", 0), (vec![], blocks));
        // Those that were looked through need not be again.
        assert_eq!(found("\"problem 77:\"", blocks), (vec![], blocks));
        for number in [0, 77, 299] {
            assert_eq!(shelf.get(Id(number)), Some(text(number)));
        }
        assert_eq!(shelf.get(Id(300)), None);
    }

    #[test]
    fn a_full_shelf_takes_no_more_and_says_so() {
        let shelf = Shelf::default();
        let mut filling = Filling::begin(&shelf, 1000, 300);
        let noise = |number: u64| {
            let letter = |at: u64| char::from(b'a' + (at.wrapping_mul(number + 7) >> 7) as u8 % 26);
            (0..BLOCK_BYTES as u64 / 2).map(letter).collect::<String>()
        };
        let put = (0..1000).take_while(|&number| filling.add(Id(number.into()), &noise(number)));
        assert!(put.count() < 10);
        filling.finish(Some("there is no room".into()));
        let state = shelf.state();
        assert!(state.is_read && state.count < 10 && state.of == 1000);
        assert!(state.why_not.is_some());
    }

    #[test]
    fn a_search_that_takes_too_long_ends() {
        let shelf = Shelf::default();
        let mut filling = Filling::begin(&shelf, 1, usize::MAX);
        filling.add(Id(1), "a text");
        filling.finish(None);
        assert_eq!(
            shelf.search(&search("text"), 0, Instant::now() - Duration::from_secs(1)),
            None
        );
    }
}
