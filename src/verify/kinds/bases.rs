//! Compares digits with a base against digits without.

use crate::decision::Decision;
use crate::expr::{Id, Node};
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
    let bare = [(left, right), (right, left)]
        .into_iter()
        .any(|(one, other)| based(one).is_some() && based(one) == digits(other));
    bare.then_some(Decision::Unknown(Reason::Doubtful))
}
