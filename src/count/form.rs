//! A compiled vocabulary as bytes: what is built into the binary, and what is kept of somebody's `tokenizer.json`.
//!
//! Merges are pairs of symbols, three bytes each; the text of a token follows from them and is not stored. The bytes end
//! with the hash of all before it, and whatever does not fit is refused rather than believed.

use super::added::AddedToken;
use super::merges::{Merge, SYMBOLS};
use super::pattern::Pattern;

/// What a vocabulary that counts is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compiled {
    /// How texts are cut into pieces.
    pub pattern: Pattern,
    /// Whether texts are composed (Unicode's NFC) first.
    pub composes: bool,
    /// The symbols that each merge joins, in the merges' order.
    pub pairs: Vec<(u32, u32)>,
    /// Merges that make what an earlier one makes already: by number, with the symbol.
    pub again: Vec<(u32, u32)>,
    /// Tokens that are one where they are a whole piece, though the merges leave more of them.
    pub whole: Vec<Vec<u8>>,
    /// Added tokens found in a text as it is, and in a text that was composed.
    pub raw: Vec<AddedToken>,
    pub composed: Vec<AddedToken>,
}

/// Says what the bytes are, with their version: raised when their form changes, or what is made of the same file.
const MARK: &[u8] = b"gradatim vocabulary v1\n";
/// What it begins with in every version.
const ANY_MARK: &[u8] = b"gradatim vocabulary v";
const HASH: usize = blake3::OUT_LEN;

impl Compiled {
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MARK.to_vec();
        bytes.extend([self.pattern as u8, u8::from(self.composes)]);
        put_pairs(&mut bytes, &self.pairs);
        put_pairs(&mut bytes, &self.again);
        put_number(&mut bytes, self.whole.len());
        self.whole
            .iter()
            .for_each(|token| put_bytes(&mut bytes, token));
        put_added(&mut bytes, &self.raw);
        put_added(&mut bytes, &self.composed);
        let hash = blake3::hash(&bytes);
        bytes.extend(hash.as_bytes());
        bytes
    }

    /// None where they are damaged, or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (body, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
        if blake3::hash(body).as_bytes() != hash {
            return None;
        }
        let mut rest = Rest(body.strip_prefix(MARK)?);
        let compiled = Self {
            pattern: Pattern::of_byte(rest.byte()?)?,
            composes: rest.byte()? == 1,
            pairs: rest.pairs()?,
            again: rest.pairs()?,
            whole: rest.list(Rest::bytes)?,
            raw: rest.list(Rest::added)?,
            composed: rest.list(Rest::added)?,
        };
        (rest.0.is_empty() && compiled.is_sound()).then_some(compiled)
    }

    /// Whether bytes say that another version of this package made them.
    pub fn is_of_another_version(bytes: &[u8]) -> bool {
        bytes.starts_with(ANY_MARK) && !bytes.starts_with(MARK)
    }

    /// Whether each merge joins symbols that exist before it.
    pub(super) fn is_sound(&self) -> bool {
        let exists = |symbol: u32, rank: usize| (symbol as usize) < 256 + rank;
        let mut pairs = self.pairs.iter().enumerate();
        256 + self.pairs.len() <= SYMBOLS
            && pairs.all(|(rank, pair)| exists(pair.0, rank) && exists(pair.1, rank))
            && self.again.iter().all(|&(rank, symbol)| {
                (rank as usize) < self.pairs.len() && exists(symbol, rank as usize)
            })
    }

    pub(super) fn merges(&self) -> Vec<Merge> {
        let merge = |(made, &(left, right))| Merge { left, right, made };
        let mut merges: Vec<Merge> = (256..).zip(&self.pairs).map(merge).collect();
        for &(rank, symbol) in &self.again {
            merges[rank as usize].made = symbol;
        }
        merges
    }
}

fn put_number(bytes: &mut Vec<u8>, number: usize) {
    bytes.extend(&(number as u32).to_le_bytes()[..3]);
}

fn put_bytes(bytes: &mut Vec<u8>, text: &[u8]) {
    put_number(bytes, text.len());
    bytes.extend(text);
}

fn put_pairs(bytes: &mut Vec<u8>, pairs: &[(u32, u32)]) {
    put_number(bytes, pairs.len());
    for &(left, right) in pairs {
        put_number(bytes, left as usize);
        put_number(bytes, right as usize);
    }
}

fn put_added(bytes: &mut Vec<u8>, tokens: &[AddedToken]) {
    put_number(bytes, tokens.len());
    for token in tokens {
        put_bytes(bytes, token.content.as_bytes());
        bytes.extend([token.takes_before, token.takes_behind].map(u8::from));
    }
}

/// What is not read yet.
struct Rest<'b>(&'b [u8]);

impl<'b> Rest<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }

    fn number(&mut self) -> Option<u32> {
        self.take(3)
            .map(|three| u32::from_le_bytes([three[0], three[1], three[2], 0]))
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let count = self.number()? as usize;
        self.take(count).map(<[u8]>::to_vec)
    }

    fn pairs(&mut self) -> Option<Vec<(u32, u32)>> {
        self.list(|rest| Some((rest.number()?, rest.number()?)))
    }

    fn added(&mut self) -> Option<AddedToken> {
        Some(AddedToken {
            content: String::from_utf8(self.bytes()?).ok()?,
            takes_before: self.byte()? == 1,
            takes_behind: self.byte()? == 1,
        })
    }

    /// As many as a number before them says.
    fn list<T>(&mut self, mut next: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()? as usize;
        // Each takes three bytes at least, so that a number alone takes no memory.
        let mut list = Vec::with_capacity(count.min(self.0.len() / 3));
        for _ in 0..count {
            list.push(next(self)?);
        }
        Some(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Compiled {
        let token = |content: &str| AddedToken {
            content: content.into(),
            takes_before: true,
            takes_behind: false,
        };
        Compiled {
            pattern: Pattern::Gpt4,
            composes: true,
            pairs: vec![(97, 98), (98, 99), (256, 99), (97, 257)],
            again: vec![(3, 258)],
            whole: vec![b"xy".to_vec()],
            raw: vec![token("<a>")],
            composed: vec![token("\u{e9}")],
        }
    }

    #[test]
    fn a_vocabulary_is_read_as_it_was_written() {
        assert_eq!(Compiled::from_bytes(&small().to_bytes()), Some(small()));
    }

    #[test]
    fn a_byte_that_changed_or_is_missing_is_refused() {
        let bytes = small().to_bytes();
        for at in 0..bytes.len() {
            assert_eq!(Compiled::from_bytes(&bytes[..at]), None, "{at}");
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(Compiled::from_bytes(&changed), None, "{at}");
        }
    }

    #[test]
    fn a_merge_of_what_was_not_made_before_is_refused_whatever_the_hash_says() {
        for pair in [(0, 256), (256, 0), (1 << 23, 0)] {
            let compiled = Compiled {
                pairs: vec![pair],
                again: Vec::new(),
                ..small()
            };
            assert_eq!(Compiled::from_bytes(&compiled.to_bytes()), None);
        }
        let again = vec![(4, 256)];
        assert_eq!(
            Compiled::from_bytes(&Compiled { again, ..small() }.to_bytes()),
            None
        );
    }
}
