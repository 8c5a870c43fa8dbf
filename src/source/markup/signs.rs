//! Where in a text a mark of thinking or a token of a chat template may begin.
//!
//! Both begin with a sign that mathematics has as well, and are told from most of that by the byte behind it. A reply has
//! a few such places: it is passed over once for them, and each rule about marks and tokens looks at these alone.

use std::sync::LazyLock;

use super::{families, marks, tokens};

/// The places where a mark or a token may begin, in their order.
pub(super) struct Signs(Vec<usize>);

/// Which bytes stand second in a mark or a token.
static SECOND: LazyLock<[bool; 256]> = LazyLock::new(|| {
    let mut second = [false; 256];
    let bytes = families::seconds().chain(marks::seconds());
    for byte in bytes.chain(tokens::seconds()) {
        second[usize::from(byte)] = true;
    }
    second
});

impl Signs {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let second = &*SECOND;
        let starts = memchr::memchr3_iter(b'<', b'[', "◁".as_bytes()[0], bytes);
        let may_be = |at: &usize| {
            let byte = bytes.get(at + 1);
            byte.is_some_and(|byte| second[usize::from(*byte)])
        };
        Self(starts.filter(may_be).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().copied()
    }
}
