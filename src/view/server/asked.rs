//! What a page is asked for: the keys and values behind the `?` of its address, and the addresses of other pages.
//!
//! All that a page shows follows from its address, so that it can be kept, sent and gone back to. A key that is given
//! without a value, as an empty field of a form gives it, is as good as absent.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in an address as it is.
const PLAIN: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A text as part of an address.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, &PLAIN).to_string()
}

/// Keys and values, in the order in which they stand; a key may stand more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked(Vec<(String, String)>);

impl Asked {
    pub(super) fn new(pairs: Vec<(String, String)>) -> Self {
        let given = pairs
            .into_iter()
            .filter(|(_, value)| !value.trim().is_empty());
        Self(given.collect())
    }

    /// The value of a key, the last where there are several.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.all(key).next_back()
    }

    /// All values of a key.
    pub(super) fn all<'a>(&'a self, key: &str) -> impl DoubleEndedIterator<Item = &'a str> {
        let of_key = self.0.iter().filter(move |(known, _)| known == key);
        of_key.map(|(_, value)| value.as_str())
    }

    /// The same with this value in place of all that the key has; without the key where the value is empty.
    pub(super) fn with(&self, key: &str, value: impl ToString) -> Self {
        let mut asked = self.without(key);
        asked.0.push((key.to_owned(), value.to_string()));
        Self::new(asked.0)
    }

    /// The same with one value more of a key.
    pub(super) fn and(mut self, key: &str, value: &str) -> Self {
        self.0.push((key.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn without(&self, key: &str) -> Self {
        self.only(|known, _| known != key)
    }

    /// The pairs of these keys.
    pub(super) fn of(&self, keys: &[&str]) -> Self {
        self.only(|known, _| keys.contains(&known))
    }

    fn only(&self, is_kept: impl Fn(&str, &str) -> bool) -> Self {
        let kept = self.0.iter().filter(|(key, value)| is_kept(key, value));
        Self(kept.cloned().collect())
    }

    /// How it stands in an address, with its `?`; nothing where nothing is asked.
    pub(super) fn written(&self) -> String {
        let pairs = self.0.iter();
        let pairs = pairs.map(|(key, value)| format!("{}={}", encoded(key), encoded(value)));
        let pairs: Vec<String> = pairs.collect();
        match pairs.is_empty() {
            true => String::new(),
            false => format!("?{}", pairs.join("&")),
        }
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.iter();
        pairs.map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        let owned = pairs.iter();
        Asked::new(
            owned
                .map(|&(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    #[test]
    fn a_value_is_written_so_that_nothing_in_it_ends_it() {
        let asked = asked(&[("q", "a b&c=d#e?f%/\"'<>\u{e9}"), ("page", "2")]);
        let expected = "?q=a%20b%26c%3Dd%23e%3Ff%25%2F%22%27%3C%3E%C3%A9&page=2";
        assert_eq!(asked.written(), expected);
    }

    #[test]
    fn an_empty_field_asks_for_nothing() {
        let asked = asked(&[("fate", ""), ("q", " "), ("where", "tokens > 1")]);
        assert_eq!(asked.written(), "?where=tokens%20%3E%201");
        assert_eq!(asked.with("where", "").written(), "");
    }

    #[test]
    fn a_value_is_put_in_place_of_all_that_its_key_has() {
        let asked = asked(&[("where", "a"), ("where", "b"), ("sort", "x")]);
        assert_eq!(asked.get("where"), Some("b"));
        assert_eq!(asked.with("where", "c").written(), "?sort=x&where=c");
        assert_eq!(asked.of(&["sort"]).written(), "?sort=x");
    }
}
