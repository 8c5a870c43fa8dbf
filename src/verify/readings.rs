//! The ways in which a text can be read.
//!
//! A comma may part thousands, items or decimals, and a slash may bind closely or not: where that makes
//! another tree, a text has several readings.

use crate::clean::clean;
use crate::expr::{Arena, Id, Node};
use crate::lex::{self, Comma, Letters};
use crate::parse::{self, Manner, Parsed};
use crate::{spelled, words};

/// One way to read a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub manner: Manner,
    pub parsed: Parsed,
}

/// The ways in which a text can be read; mostly one.
pub(crate) fn readings(arena: &mut Arena, text: &str) -> Vec<Reading> {
    let usual = Manner {
        comma: Comma::Thousands,
        tight_slash: true,
        counts: false,
        letters: Letters::Names,
    };
    let scripts = text.contains('^')
        && text.contains('_')
        && ["C_", "A_", "P_", "C^", "C}_", "A}_", "P}_"]
            .iter()
            .any(|mark| text.contains(mark));
    let called = text.contains('(') && ["C(", "P("].iter().any(|mark| text.contains(mark));
    let counts = scripts || called;
    let mut readings: Vec<Reading> = Vec::new();
    let mut commas = text.contains(',');
    let mut slashes = text.contains('/');
    for manner in [
        usual,
        Manner {
            tight_slash: false,
            ..usual
        },
        Manner {
            counts: true,
            ..usual
        },
        Manner {
            letters: Letters::Units,
            ..usual
        },
        Manner {
            letters: Letters::Digits,
            ..usual
        },
        Manner {
            comma: Comma::Separator,
            ..usual
        },
        Manner {
            comma: Comma::Decimal,
            ..usual
        },
    ] {
        let needed = manner == usual
            || counts && manner.counts
            || manner.letters == Letters::Units && may_have_units(text)
            || manner.letters == Letters::Digits && lex::is_based(text)
            || slashes && !manner.tight_slash
            || commas && manner.comma != Comma::Thousands;
        if !needed {
            continue;
        }
        let Some(parsed) = parse::parse(text, manner, arena) else {
            continue;
        };
        if manner == usual {
            commas = parsed.commas;
            slashes = parsed.slashes;
        }
        let known = readings
            .iter()
            .any(|reading| arena.same(reading.parsed.root, parsed.root));
        if !known {
            readings.push(Reading { manner, parsed });
        }
    }
    readings
}

/// Whether letters of a text may be units that are written as names are: behind a value.
fn may_have_units(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = (0..bytes.len()).filter(|at| {
        let value = bytes[*at].is_ascii_digit() || b"})".contains(&bytes[*at]);
        let next = bytes.get(at + 1);
        value && next.is_some_and(|next| next.is_ascii_alphabetic() || b" ~,\\".contains(next))
    });
    ends.take(VALUES_MAX)
        .any(|at| spelled::unit(&text[at + 1..]).is_some())
}

/// Units are looked for behind so many values of a text. By hand.
const VALUES_MAX: usize = 64;

/// Whether a clean text can be read as mathematics without words.
pub(crate) fn is_mathematics(text: &str) -> bool {
    let mut arena = Arena::default();
    let readings = readings(&mut arena, text);
    readings.iter().any(|reading| {
        let words = |node: &Node| matches!(node, Node::Words(_));
        !arena.any(reading.parsed.root, words)
    })
}

/// Whether a text can be read as an answer of any kind.
pub(crate) fn is_readable(text: &str) -> bool {
    let text = clean(text);
    if words::choice(&text).is_some() || words::is_words(&words::folded(&text)) {
        return true;
    }
    let mut arena = Arena::default();
    let readings = readings(&mut arena, &text);
    // Words around a number are a sentence.
    let sentence = |id: Id| {
        text.bytes().any(|byte| byte.is_ascii_digit())
            && arena.any(id, |node| matches!(node, Node::Words(_)))
    };
    readings
        .iter()
        .any(|reading| !sentence(reading.parsed.root))
}
