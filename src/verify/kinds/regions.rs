//! Reads a set of real numbers as intervals and points: `[0, 1)`, `x > 5`, `|x| \le 2`, `x \ne 0`.

use crate::expr::{Arena, Bracket, Const, Func, Id, Node, Rel, SetOp};
use crate::kinds::inequalities;
use crate::kinds::pieces::{self, Piece, point};
use crate::work::Work;

/// The pieces of a set of reals, where that is what a node is.
pub(crate) fn pieces_of(work: &mut Work<'_>, id: Id) -> Option<Vec<Piece>> {
    match work.arena.node(id).clone() {
        Node::Constant(Const::EmptySet) => Some(Vec::new()),
        Node::Constant(Const::Reals) => Some(vec![Piece::default()]),
        Node::Group(open, items, close) => group_pieces(work.arena, open, &items, close),
        Node::SetOp(SetOp::Union, left, right) => {
            let mut pieces = pieces_of(work, left)?;
            pieces.extend(pieces_of(work, right)?);
            Some(pieces)
        }
        Node::SetOp(SetOp::Difference, left, right) => {
            let whole = pieces_of(work, left)?;
            let holes = pieces_of(work, right)?;
            pieces::without(work, whole, &holes)
        }
        Node::SetOp(SetOp::Intersection, left, right) => {
            let left = pieces_of(work, left)?;
            let right = pieces_of(work, right)?;
            pieces::common(work, &left, &right)
        }
        Node::Chain(sides, relations) => chain_pieces(work, &sides, &relations),
        Node::List(items) => list_pieces(work, &items, true),
        Node::Cases(items) => list_pieces(work, &items, false),
        Node::SetBuilder(element, condition) => builder_pieces(work, element, condition),
        _ => None,
    }
}

/// An interval, or the numbers in braces.
fn group_pieces(
    arena: &mut Arena,
    open: Bracket,
    items: &[Id],
    close: Bracket,
) -> Option<Vec<Piece>> {
    let closed = |bracket| match bracket {
        Bracket::Round => Some(false),
        Bracket::Square => Some(true),
        _ => None,
    };
    if matches!(
        (open, close),
        (Bracket::Curly, Bracket::Curly) | (Bracket::Brace, Bracket::Brace)
    ) {
        let scalar = |arena: &Arena, id: &Id| arena.is_scalar(*id);
        let points = items.iter().all(|item| scalar(arena, item));
        return points.then(|| items.iter().map(|item| point(*item)).collect());
    }
    let [low, high] = items else {
        return None;
    };
    let scalars = arena.is_scalar(*low) && arena.is_scalar(*high);
    // `(\infty, -\infty)` starts where nothing starts.
    if !scalars || is_infinite(arena, *low, true) || is_infinite(arena, *high, false) {
        return None;
    }
    Some(vec![Piece {
        low: finite_end(arena, *low),
        low_closed: closed(open)? && finite_end(arena, *low).is_some(),
        high: finite_end(arena, *high),
        high_closed: closed(close)? && finite_end(arena, *high).is_some(),
    }])
}

/// Whether a node is infinity, above all numbers or below them.
fn is_infinite(arena: &Arena, id: Id, above: bool) -> bool {
    let infinity = |id: Id| *arena.node(id) == Node::Constant(Const::Infinity);
    match *arena.node(id) {
        Node::Negative(inner) => !above && infinity(inner),
        _ => above && infinity(id),
    }
}

/// The end of an interval; nothing for an infinite one.
fn finite_end(arena: &Arena, id: Id) -> Option<Id> {
    let infinite = |id| matches!(arena.node(id), Node::Constant(Const::Infinity));
    match *arena.node(id) {
        Node::Negative(inner) if infinite(inner) => None,
        _ if infinite(id) => None,
        _ => Some(id),
    }
}

/// `{x | x > 0}`, `{x \in A | x > 0}`: the condition is on what the set collects.
fn builder_pieces(work: &mut Work<'_>, element: Id, condition: Id) -> Option<Vec<Piece>> {
    let (variable, domain) = match work.arena.node(element) {
        Node::Chain(sides, relations) => match (&sides[..], &relations[..]) {
            ([variable, domain], [Rel::In]) => (*variable, Some(*domain)),
            _ => return None,
        },
        _ => (element, None),
    };
    let relation = matches!(
        work.arena.node(condition),
        Node::Chain(..) | Node::List(_) | Node::Cases(_)
    );
    let symbol = matches!(work.arena.node(variable), Node::Symbol(_));
    let bound = variable_of(work.arena, condition)?;
    if !symbol || !relation || !work.arena.same(variable, bound) {
        return None;
    }
    let pieces = pieces_of(work, condition)?;
    match domain {
        Some(domain) => {
            let domain = pieces_of(work, domain)?;
            pieces::common(work, &domain, &pieces)
        }
        None => Some(pieces),
    }
}

/// `x < 1 or x > 3`, or `x > 1, x < 3`: relations of one variable. With a comma both hold where
/// both can; else the comma stands for `or`.
fn list_pieces(work: &mut Work<'_>, items: &[Id], comma: bool) -> Option<Vec<Piece>> {
    if let Some(holes) = excepted(work.arena, items) {
        return pieces::without(work, vec![Piece::default()], &holes);
    }
    let mut all = Vec::new();
    let mut both: Option<Vec<Piece>> = None;
    let first = variable_of(work.arena, *items.first()?)?;
    for item in items {
        let variable = variable_of(work.arena, *item)?;
        if !matches!(work.arena.node(*item), Node::Chain(..)) || !work.arena.same(first, variable) {
            return None;
        }
        let pieces = pieces_of(work, *item)?;
        both = Some(match both {
            Some(before) if comma => pieces::common(work, &before, &pieces)?,
            _ => pieces.clone(),
        });
        all.extend(pieces);
    }
    match both {
        Some(both) if comma && !both.is_empty() => Some(both),
        _ => {
            let several = all.len() > 1 && all.iter().any(|piece| !piece.is_point());
            several.then_some(all)
        }
    }
}

/// The numbers that `x \ne 0, 1` leaves out.
fn excepted(arena: &Arena, items: &[Id]) -> Option<Vec<Piece>> {
    let (first, rest) = items.split_first()?;
    let Node::Chain(sides, relations) = arena.node(*first) else {
        return None;
    };
    let ([name, value], [Rel::Ne]) = (&sides[..], &relations[..]) else {
        return None;
    };
    let numbers = || [value].into_iter().chain(rest);
    let known = matches!(arena.node(*name), Node::Symbol(_))
        && numbers().all(|number| is_scalar_number(arena, *number));
    known.then(|| numbers().map(|number| point(*number)).collect())
}

/// `x > 5`, `-2 \le x \le 7`, `x \in S`.
fn chain_pieces(work: &mut Work<'_>, sides: &[Id], relations: &[Rel]) -> Option<Vec<Piece>> {
    match (sides, relations) {
        ([left, right], [Rel::Eq]) => {
            let symbol = matches!(work.arena.node(*left), Node::Symbol(_));
            (symbol && is_scalar_number(work.arena, *right)).then(|| vec![point(*right)])
        }
        ([element, set], [Rel::In]) if !is_scalar_number(work.arena, *element) => {
            pieces_of(work, *set)
        }
        ([left, right], [Rel::Ne]) => {
            let (variable, end) = if is_variable(work.arena, *left) {
                (left, right)
            } else {
                (right, left)
            };
            if !matches!(work.arena.node(*variable), Node::Symbol(_))
                || !is_scalar_number(work.arena, *end)
            {
                return None;
            }
            let mut pieces = ray_of(work.arena, *variable, Rel::Lt, *end)?;
            pieces.extend(ray_of(work.arena, *variable, Rel::Gt, *end)?);
            Some(pieces)
        }
        ([left, right], [rel]) if rel.is_order() => {
            if is_variable(work.arena, *left) && is_scalar_number(work.arena, *right) {
                ray_of(work.arena, *left, *rel, *right)
            } else if is_variable(work.arena, *right) && is_scalar_number(work.arena, *left) {
                ray_of(work.arena, *right, rel.flipped(), *left)
            } else {
                inequalities::solved(work, *left, *rel, *right)
            }
        }
        ([low, middle, high], [first, second]) if first.is_order() && second.is_order() => {
            let same_way =
                matches!(first, Rel::Lt | Rel::Le) == matches!(second, Rel::Lt | Rel::Le);
            let ends = is_end(work.arena, *low) && is_end(work.arena, *high);
            if !same_way || !ends || !is_variable(work.arena, *middle) {
                return None;
            }
            let upwards = matches!(first, Rel::Lt | Rel::Le);
            let (low, first, high, second) = if upwards {
                (*low, *first, *high, *second)
            } else {
                (*high, second.flipped(), *low, first.flipped())
            };
            let piece = Piece {
                low: finite_end(work.arena, low),
                low_closed: first == Rel::Le && finite_end(work.arena, low).is_some(),
                high: finite_end(work.arena, high),
                high_closed: second == Rel::Le && finite_end(work.arena, high).is_some(),
            };
            unfold(work.arena, *middle, piece)
        }
        _ => None,
    }
}

/// All that stands on one side of an end, of a name or its absolute value.
fn ray_of(arena: &mut Arena, variable: Id, rel: Rel, end: Id) -> Option<Vec<Piece>> {
    let end = finite_end(arena, end);
    let closed = matches!(rel, Rel::Le | Rel::Ge) && end.is_some();
    let below = matches!(rel, Rel::Lt | Rel::Le);
    unfold(
        arena,
        variable,
        Piece {
            low: if below { None } else { end },
            low_closed: !below && closed,
            high: if below { end } else { None },
            high_closed: below && closed,
        },
    )
}

/// A piece of `|x|` is a piece of x and its mirror image.
fn unfold(arena: &mut Arena, variable: Id, piece: Piece) -> Option<Vec<Piece>> {
    if !matches!(arena.node(variable), Node::Call(Func::Abs, _)) {
        return Some(vec![piece]);
    }
    let Some(low) = piece.low else {
        let high = piece.high?;
        let mirrored = arena.push(Node::Negative(high))?;
        return Some(vec![Piece {
            low: Some(mirrored),
            low_closed: piece.high_closed,
            ..piece
        }]);
    };
    let mirror_low = arena.push(Node::Negative(low))?;
    let mirror_high = match piece.high {
        Some(high) => Some(arena.push(Node::Negative(high))?),
        None => None,
    };
    let mirror = Piece {
        low: mirror_high,
        low_closed: piece.high_closed,
        high: Some(mirror_low),
        high_closed: piece.low_closed,
    };
    Some(vec![mirror, piece])
}

/// What is compared may be a name or its absolute value.
fn is_variable(arena: &Arena, id: Id) -> bool {
    match arena.node(id) {
        Node::Symbol(_) | Node::Apply(..) => true,
        Node::Call(Func::Abs, args) => args.iter().all(|arg| is_variable(arena, *arg)),
        _ => false,
    }
}

/// Whether a node is a value without names.
fn is_scalar_number(arena: &Arena, id: Id) -> bool {
    let named = |node: &Node| matches!(node, Node::Apply(..) | Node::Words(_));
    arena.is_scalar(id) && arena.symbols(id).is_empty() && !arena.any(id, named)
}

/// Whether an end of a relation is a number or infinite.
fn is_end(arena: &Arena, id: Id) -> bool {
    finite_end(arena, id).is_none() || is_scalar_number(arena, id)
}

/// The one name that a node holds.
fn only_symbol(arena: &Arena, id: Id) -> Option<Id> {
    let [name] = arena.symbols(id)[..] else {
        return None;
    };
    arena.find(id, &|node| *node == Node::Symbol(name))
}

/// What a relation says something of.
pub(crate) fn variable_of(arena: &Arena, id: Id) -> Option<Id> {
    match arena.node(id) {
        Node::Chain(sides, _) => {
            let side = sides.iter().copied().find(|side| is_variable(arena, *side));
            let Some(side) = side else {
                return only_symbol(arena, id);
            };
            match arena.node(side) {
                Node::Call(Func::Abs, args) => args.first().copied(),
                _ => Some(side),
            }
        }
        Node::List(items) | Node::Cases(items) => variable_of(arena, *items.first()?),
        _ => None,
    }
}
