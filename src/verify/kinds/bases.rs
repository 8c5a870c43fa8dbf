//! Compares digits with a base against digits without.

use crate::decision::Decision;
use crate::expr::{Id, Node};
use crate::values;
use crate::verdict::Reason;
use crate::work::Work;

/// `1101_2` against `1101`: the problem may have said which base it wants.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    let digits = |id: Id| match work.arena.node(id) {
        Node::Number(literal) => literal.digits.as_deref(),
        _ => None,
    };
    let based = |id: Id| match work.arena.node(id) {
        Node::Based(digits, _) => Some(&**digits),
        _ => None,
    };
    let sides = [(left, right), (right, left)];
    let mixed = sides
        .into_iter()
        .find(|(one, other)| based(*one).is_some() && digits(*other).is_some())?;
    let bare = based(mixed.0) == digits(mixed.1);
    Some(if bare {
        Decision::Unknown(Reason::Doubtful)
    } else {
        // `1011_2` and `11`: the same number, in a base that may not be the one asked for.
        values::by_tree(work, left, right)?.hedged()
    })
}
