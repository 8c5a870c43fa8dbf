//! Unions of intervals and points of the real line: sorted, joined, cut.

use crate::decision::Decision;
use crate::expr::{Id, Rel};
use crate::values::{self, enclosures};
use crate::work::Work;

/// One stretch of the real line, of which an end that is missing is infinite; a point is a closed
/// stretch from itself to itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Piece {
    pub low: Option<Id>,
    pub low_closed: bool,
    pub high: Option<Id>,
    pub high_closed: bool,
}

impl Piece {
    /// Whether it is a point as it is written.
    pub(super) fn is_point(&self) -> bool {
        self.low.is_some() && self.low == self.high
    }
}

/// The piece that is one number.
pub(crate) fn point(id: Id) -> Piece {
    Piece {
        low: Some(id),
        low_closed: true,
        high: Some(id),
        high_closed: true,
    }
}

/// All that stands on one side of an end.
pub(crate) fn ray(rel: Rel, end: Id) -> Piece {
    let closed = matches!(rel, Rel::Le | Rel::Ge);
    if matches!(rel, Rel::Lt | Rel::Le) {
        Piece {
            high: Some(end),
            high_closed: closed,
            ..Piece::default()
        }
    } else {
        Piece {
            low: Some(end),
            low_closed: closed,
            ..Piece::default()
        }
    }
}

/// What a piece leaves of the real line.
fn outside(piece: &Piece) -> Vec<Piece> {
    let below = piece.low.map(|low| Piece {
        high: Some(low),
        high_closed: !piece.low_closed,
        ..Piece::default()
    });
    let above = piece.high.map(|high| Piece {
        low: Some(high),
        low_closed: !piece.high_closed,
        ..Piece::default()
    });
    below.into_iter().chain(above).collect()
}

/// A set of more pieces is not put in order.
/// By hand: no verdict changes with 32 or 128.
const PIECES_MAX: usize = 64;

/// Sorted, without empty pieces, and with touching pieces joined; nothing where ends cannot be
/// put in order. One piece alone needs no order.
pub(crate) fn merged(work: &mut Work<'_>, pieces: Vec<Piece>) -> Option<Vec<Piece>> {
    if any_reversed(work, &pieces) {
        return None;
    }
    if pieces.len() <= 1 {
        return Some(pieces);
    }
    let mut sorted: Vec<Piece> = Vec::with_capacity(pieces.len());
    if pieces.len() > PIECES_MAX {
        return None;
    }
    for piece in pieces {
        let mut at = sorted.len();
        while at > 0 && starts_below(work, &piece, &sorted[at - 1])? {
            at -= 1;
        }
        sorted.insert(at, piece);
    }
    let mut merged: Vec<Piece> = Vec::with_capacity(sorted.len());
    for piece in sorted {
        let joins = match merged.last() {
            Some(last) => touches(work, last, &piece)?,
            None => false,
        };
        match merged.last_mut() {
            Some(last) if joins => {
                let longer = ends_above(work, &piece, last)?;
                if longer {
                    last.high = piece.high;
                    last.high_closed = piece.high_closed;
                }
            }
            _ => merged.push(piece),
        }
    }
    Some(merged)
}

/// Whether an interval ends below its start: no set that anyone meant.
fn any_reversed(work: &mut Work<'_>, pieces: &[Piece]) -> bool {
    pieces.iter().take(PIECES_MAX).any(|piece| {
        let (Some(low), Some(high)) = (piece.low, piece.high) else {
            return false;
        };
        low != high && enclosures::is_below(work, high, low) == Some(true)
    })
}

/// Whether one end stands below another; `None` where that cannot be told.
pub(crate) fn ordered(work: &mut Work<'_>, left: Id, right: Id) -> Option<std::cmp::Ordering> {
    if left == right || matches!(values::compare(work, left, right), Decision::Equal(_)) {
        return Some(std::cmp::Ordering::Equal);
    }
    let below = enclosures::is_below(work, left, right)?;
    Some(if below {
        std::cmp::Ordering::Less
    } else {
        std::cmp::Ordering::Greater
    })
}

/// Whether the first piece starts below the second.
fn starts_below(work: &mut Work<'_>, left: &Piece, right: &Piece) -> Option<bool> {
    match (left.low, right.low) {
        (None, None) => Some(false),
        (None, Some(_)) => Some(true),
        (Some(_), None) => Some(false),
        (Some(a), Some(b)) => Some(match ordered(work, a, b)? {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => left.low_closed && !right.low_closed,
            std::cmp::Ordering::Greater => false,
        }),
    }
}

/// Whether the first piece reaches the second, which starts no earlier.
fn touches(work: &mut Work<'_>, first: &Piece, second: &Piece) -> Option<bool> {
    let (Some(end), Some(start)) = (first.high, second.low) else {
        return Some(true);
    };
    Some(match ordered(work, end, start)? {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => first.high_closed || second.low_closed,
        std::cmp::Ordering::Greater => true,
    })
}

/// Whether the first piece ends above the second.
fn ends_above(work: &mut Work<'_>, left: &Piece, right: &Piece) -> Option<bool> {
    match (left.high, right.high) {
        (_, None) => Some(false),
        (None, Some(_)) => Some(true),
        (Some(a), Some(b)) => Some(match ordered(work, a, b)? {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => left.high_closed && !right.high_closed,
            std::cmp::Ordering::Less => false,
        }),
    }
}

/// A set without the numbers of another.
pub(crate) fn without(
    work: &mut Work<'_>,
    whole: Vec<Piece>,
    holes: &[Piece],
) -> Option<Vec<Piece>> {
    let mut pieces = whole;
    for hole in holes {
        pieces = common(work, &pieces, &outside(hole))?;
    }
    Some(pieces)
}

/// The numbers that two sets have in common.
pub(crate) fn common(work: &mut Work<'_>, left: &[Piece], right: &[Piece]) -> Option<Vec<Piece>> {
    let mut common = Vec::new();
    for a in left {
        for b in right {
            common.extend(common_piece(work, a, b)?);
        }
    }
    Some(common)
}

/// The numbers that two pieces have in common: a piece or none.
fn common_piece(work: &mut Work<'_>, a: &Piece, b: &Piece) -> Option<Option<Piece>> {
    let (low, low_closed) = if starts_below(work, a, b)? {
        (b.low, b.low_closed)
    } else {
        (a.low, a.low_closed)
    };
    let (high, high_closed) = if ends_above(work, a, b)? {
        (b.high, b.high_closed)
    } else {
        (a.high, a.high_closed)
    };
    let piece = Piece {
        low,
        low_closed,
        high,
        high_closed,
    };
    let (Some(low), Some(high)) = (low, high) else {
        return Some(Some(piece));
    };
    Some(match ordered(work, low, high)? {
        std::cmp::Ordering::Less => Some(piece),
        std::cmp::Ordering::Equal => (low_closed && high_closed).then_some(piece),
        std::cmp::Ordering::Greater => None,
    })
}
