//! Sets of real numbers as unions of intervals and points.

use crate::Reason;
use crate::decide::{Decision, Judge};
use crate::expr::{Bracket, Const, Func, Id, Node, Rel, SetOp};

/// One stretch of the real line, of which an end that is missing is infinite; a point is a closed
/// stretch from itself to itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Piece {
    pub low: Option<Id>,
    pub low_closed: bool,
    pub high: Option<Id>,
    pub high_closed: bool,
}

impl Judge<'_> {
    /// The pieces of a set of reals, where that is what a node is.
    pub(crate) fn pieces(&mut self, id: Id) -> Option<Vec<Piece>> {
        match self.arena.node(id).clone() {
            Node::Constant(Const::EmptySet) => Some(Vec::new()),
            Node::Constant(Const::Reals) => Some(vec![Piece::default()]),
            Node::Group(open, items, close) => self.group_pieces(open, &items, close),
            Node::SetOp(SetOp::Union, left, right) => {
                let mut pieces = self.pieces(left)?;
                pieces.extend(self.pieces(right)?);
                Some(pieces)
            }
            Node::SetOp(SetOp::Difference, left, right) => {
                let whole = self.pieces(left)?;
                let holes = self.pieces(right)?;
                self.without(whole, &holes)
            }
            Node::SetOp(SetOp::Intersection, left, right) => {
                let left = self.pieces(left)?;
                let right = self.pieces(right)?;
                self.common(&left, &right)
            }
            Node::Chain(sides, relations) => self.chain_pieces(&sides, &relations),
            Node::List(items) => self.list_pieces(&items, true),
            Node::Cases(items) => self.list_pieces(&items, false),
            Node::SetBuilder(element, condition) => self.builder_pieces(element, condition),
            _ => None,
        }
    }

    fn group_pieces(&mut self, open: Bracket, items: &[Id], close: Bracket) -> Option<Vec<Piece>> {
        let closed = |bracket| match bracket {
            Bracket::Round => Some(false),
            Bracket::Square => Some(true),
            _ => None,
        };
        if matches!(
            (open, close),
            (Bracket::Curly, Bracket::Curly) | (Bracket::Brace, Bracket::Brace)
        ) {
            let scalar = |judge: &Self, id: &Id| judge.is_scalar(*id);
            let points = items.iter().all(|item| scalar(self, item));
            return points.then(|| items.iter().map(|item| point(*item)).collect());
        }
        let [low, high] = items else {
            return None;
        };
        let scalars = self.is_scalar(*low) && self.is_scalar(*high);
        if !scalars {
            return None;
        }
        Some(vec![Piece {
            low: self.end(*low),
            low_closed: closed(open)? && self.end(*low).is_some(),
            high: self.end(*high),
            high_closed: closed(close)? && self.end(*high).is_some(),
        }])
    }

    /// The end of an interval; nothing for an infinite one.
    fn end(&self, id: Id) -> Option<Id> {
        let infinite = |id| matches!(self.arena.node(id), Node::Constant(Const::Infinity));
        match *self.arena.node(id) {
            Node::Negative(inner) if infinite(inner) => None,
            _ if infinite(id) => None,
            _ => Some(id),
        }
    }

    /// `{x | x > 0}`, `{x \in A | x > 0}`: the condition is on what the set collects.
    fn builder_pieces(&mut self, element: Id, condition: Id) -> Option<Vec<Piece>> {
        let (variable, domain) = match self.arena.node(element) {
            Node::Chain(sides, relations) => match (&sides[..], &relations[..]) {
                ([variable, domain], [Rel::In]) => (*variable, Some(*domain)),
                _ => return None,
            },
            _ => (element, None),
        };
        let relation = matches!(
            self.arena.node(condition),
            Node::Chain(..) | Node::List(_) | Node::Cases(_)
        );
        let symbol = matches!(self.arena.node(variable), Node::Symbol(_));
        let bound = self.variable(condition)?;
        if !symbol || !relation || !self.same(variable, bound) {
            return None;
        }
        let pieces = self.pieces(condition)?;
        match domain {
            Some(domain) => {
                let domain = self.pieces(domain)?;
                self.common(&domain, &pieces)
            }
            None => Some(pieces),
        }
    }

    /// `x < 1 or x > 3`, or `x > 1, x < 3`: relations of one variable. With a comma both hold where
    /// both can; else the comma stands for `or`.
    fn list_pieces(&mut self, items: &[Id], comma: bool) -> Option<Vec<Piece>> {
        if let Some(holes) = self.excepted(items) {
            return self.without(vec![Piece::default()], &holes);
        }
        let mut all = Vec::new();
        let mut both: Option<Vec<Piece>> = None;
        let first = self.variable(*items.first()?)?;
        for item in items {
            let variable = self.variable(*item)?;
            if !matches!(self.arena.node(*item), Node::Chain(..)) || !self.same(first, variable) {
                return None;
            }
            let pieces = self.pieces(*item)?;
            both = Some(match both {
                Some(before) if comma => self.common(&before, &pieces)?,
                _ => pieces.clone(),
            });
            all.extend(pieces);
        }
        match both {
            Some(both) if comma && !both.is_empty() => Some(both),
            _ => {
                let several = all.len() > 1 && all.iter().any(|piece| !self.is_point(piece));
                several.then_some(all)
            }
        }
    }

    /// The numbers that `x \ne 0, 1` leaves out.
    fn excepted(&self, items: &[Id]) -> Option<Vec<Piece>> {
        let (first, rest) = items.split_first()?;
        let Node::Chain(sides, relations) = self.arena.node(*first) else {
            return None;
        };
        let ([name, value], [Rel::Ne]) = (&sides[..], &relations[..]) else {
            return None;
        };
        let numbers = || [value].into_iter().chain(rest);
        let known = matches!(self.arena.node(*name), Node::Symbol(_))
            && numbers().all(|number| self.is_scalar_number(*number));
        known.then(|| numbers().map(|number| point(*number)).collect())
    }

    fn is_point(&self, piece: &Piece) -> bool {
        piece.low.is_some() && piece.low == piece.high
    }

    /// `x > 5`, `-2 \le x \le 7`, `x \in S`.
    fn chain_pieces(&mut self, sides: &[Id], relations: &[Rel]) -> Option<Vec<Piece>> {
        match (sides, relations) {
            ([left, right], [Rel::Eq]) => {
                let symbol = matches!(self.arena.node(*left), Node::Symbol(_));
                (symbol && self.is_scalar_number(*right)).then(|| vec![point(*right)])
            }
            ([element, set], [Rel::In]) if !self.is_scalar_number(*element) => self.pieces(*set),
            ([left, right], [Rel::Ne]) => {
                let (variable, end) = if self.is_variable(*left) {
                    (left, right)
                } else {
                    (right, left)
                };
                if !matches!(self.arena.node(*variable), Node::Symbol(_))
                    || !self.is_scalar_number(*end)
                {
                    return None;
                }
                let mut pieces = self.ray(*variable, Rel::Lt, *end)?;
                pieces.extend(self.ray(*variable, Rel::Gt, *end)?);
                Some(pieces)
            }
            ([left, right], [rel]) if rel.is_order() => {
                if self.is_variable(*left) && self.is_scalar_number(*right) {
                    self.ray(*left, *rel, *right)
                } else if self.is_variable(*right) && self.is_scalar_number(*left) {
                    self.ray(*right, rel.flipped(), *left)
                } else {
                    self.solved(*left, *rel, *right)
                }
            }
            ([low, middle, high], [first, second]) if first.is_order() && second.is_order() => {
                let same_way =
                    matches!(first, Rel::Lt | Rel::Le) == matches!(second, Rel::Lt | Rel::Le);
                let ends = self.is_end(*low) && self.is_end(*high);
                if !same_way || !ends || !self.is_variable(*middle) {
                    return None;
                }
                let upwards = matches!(first, Rel::Lt | Rel::Le);
                let (low, first, high, second) = if upwards {
                    (*low, *first, *high, *second)
                } else {
                    (*high, second.flipped(), *low, first.flipped())
                };
                let piece = Piece {
                    low: self.end(low),
                    low_closed: first == Rel::Le && self.end(low).is_some(),
                    high: self.end(high),
                    high_closed: second == Rel::Le && self.end(high).is_some(),
                };
                self.unfold(*middle, piece)
            }
            _ => None,
        }
    }

    fn ray(&mut self, variable: Id, rel: Rel, end: Id) -> Option<Vec<Piece>> {
        let end = self.end(end);
        let closed = matches!(rel, Rel::Le | Rel::Ge) && end.is_some();
        let below = matches!(rel, Rel::Lt | Rel::Le);
        self.unfold(
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
    fn unfold(&mut self, variable: Id, piece: Piece) -> Option<Vec<Piece>> {
        if !matches!(self.arena.node(variable), Node::Call(Func::Abs, _)) {
            return Some(vec![piece]);
        }
        let Some(low) = piece.low else {
            let high = piece.high?;
            let mirrored = self.arena.push(Node::Negative(high))?;
            return Some(vec![Piece {
                low: Some(mirrored),
                low_closed: piece.high_closed,
                ..piece
            }]);
        };
        let mirror_low = self.arena.push(Node::Negative(low))?;
        let mirror_high = match piece.high {
            Some(high) => Some(self.arena.push(Node::Negative(high))?),
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
    fn is_variable(&self, id: Id) -> bool {
        match self.arena.node(id) {
            Node::Symbol(_) | Node::Apply(..) => true,
            Node::Call(Func::Abs, args) => args.iter().all(|arg| self.is_variable(*arg)),
            _ => false,
        }
    }

    fn is_scalar_number(&self, id: Id) -> bool {
        let named = |node: &Node| matches!(node, Node::Apply(..) | Node::Words(_));
        self.is_scalar(id) && self.arena.symbols(id).is_empty() && !self.arena.any(id, named)
    }

    /// Whether an end of a relation is a number or infinite.
    fn is_end(&self, id: Id) -> bool {
        self.end(id).is_none() || self.is_scalar_number(id)
    }

    /// The one name that a node holds.
    fn only_symbol(&self, id: Id) -> Option<Id> {
        let [name] = self.arena.symbols(id)[..] else {
            return None;
        };
        self.arena.find(id, &|node| *node == Node::Symbol(name))
    }

    /// What a relation says something of.
    pub(crate) fn variable(&self, id: Id) -> Option<Id> {
        match self.arena.node(id) {
            Node::Chain(sides, _) => {
                let side = sides.iter().copied().find(|side| self.is_variable(*side));
                let Some(side) = side else {
                    return self.only_symbol(id);
                };
                match self.arena.node(side) {
                    Node::Call(Func::Abs, args) => args.first().copied(),
                    _ => Some(side),
                }
            }
            Node::List(items) | Node::Cases(items) => self.variable(*items.first()?),
            _ => None,
        }
    }
}

pub(crate) fn point(id: Id) -> Piece {
    Piece {
        low: Some(id),
        low_closed: true,
        high: Some(id),
        high_closed: true,
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

/// A piece with its ends in order, where they are constants.
#[derive(Debug, Clone)]
struct Sorted {
    pieces: Vec<Piece>,
}

impl Judge<'_> {
    /// Whether two sets hold the same numbers.
    pub(crate) fn sets(&mut self, left: Vec<Piece>, right: Vec<Piece>) -> Decision {
        let (Some(left), Some(right)) = (self.merged(left), self.merged(right)) else {
            return Decision::Unknown(Reason::Unproven);
        };
        let (left, right) = (left.pieces, right.pieces);
        if left.len() != right.len() {
            return Decision::Different(Reason::Items);
        }
        let mut decision = Decision::Equal(Reason::Items);
        for (left, right) in left.iter().zip(&right) {
            let ends = [
                (left.low, right.low, left.low_closed, right.low_closed),
                (left.high, right.high, left.high_closed, right.high_closed),
            ];
            for (left, right, left_closed, right_closed) in ends {
                let steps = left_closed != right_closed;
                let end = match (left, right) {
                    (Some(left), Some(right)) if steps && self.is_one_apart(left, right) => {
                        Decision::Unknown(Reason::Doubtful)
                    }
                    (None, None) => Decision::Equal(Reason::Items),
                    (Some(left), Some(right)) => self.scalars(left, right),
                    _ => Decision::Different(Reason::Items),
                };
                let end = match end {
                    Decision::Equal(_) if steps => Decision::Different(Reason::Items),
                    end => end,
                };
                decision = decision.and(end);
            }
        }
        decision
    }

    /// Whether two ends are one apart: `n > 5` and `n \ge 6` hold the same integers.
    fn is_one_apart(&mut self, left: Id, right: Id) -> bool {
        let one = self.number(dashu::Rational::ONE);
        let sides = [(left, right), (right, left)];
        sides.into_iter().any(|(low, high)| {
            let next = one.and_then(|one| self.arena.push(Node::Sum(vec![low, one])));
            next.is_some_and(|next| matches!(self.scalars(next, high), Decision::Equal(_)))
        })
    }

    /// Sorted, without empty pieces, and with touching pieces joined; nothing where ends cannot be
    /// put in order. One piece alone needs no order.
    fn merged(&mut self, pieces: Vec<Piece>) -> Option<Sorted> {
        if self.any_reversed(&pieces) {
            return None;
        }
        if pieces.len() <= 1 {
            return Some(Sorted { pieces });
        }
        let mut sorted: Vec<Piece> = Vec::with_capacity(pieces.len());
        if pieces.len() > 64 {
            return None;
        }
        for piece in pieces {
            let mut at = sorted.len();
            while at > 0 && self.starts_below(&piece, &sorted[at - 1])? {
                at -= 1;
            }
            sorted.insert(at, piece);
        }
        let mut merged: Vec<Piece> = Vec::with_capacity(sorted.len());
        for piece in sorted {
            let joins = match merged.last() {
                Some(last) => self.touches(last, &piece)?,
                None => false,
            };
            match merged.last_mut() {
                Some(last) if joins => {
                    let longer = self.ends_above(&piece, last)?;
                    if longer {
                        last.high = piece.high;
                        last.high_closed = piece.high_closed;
                    }
                }
                _ => merged.push(piece),
            }
        }
        Some(Sorted { pieces: merged })
    }

    /// Whether an interval ends below its start: no set that anyone meant.
    fn any_reversed(&mut self, pieces: &[Piece]) -> bool {
        pieces.iter().take(64).any(|piece| {
            let (Some(low), Some(high)) = (piece.low, piece.high) else {
                return false;
            };
            low != high && self.is_below(high, low) == Some(true)
        })
    }

    /// Whether one end stands below another; `None` where that cannot be told.
    pub(crate) fn ordered(&mut self, left: Id, right: Id) -> Option<std::cmp::Ordering> {
        if left == right || matches!(self.scalars(left, right), Decision::Equal(_)) {
            return Some(std::cmp::Ordering::Equal);
        }
        let below = self.is_below(left, right)?;
        Some(if below {
            std::cmp::Ordering::Less
        } else {
            std::cmp::Ordering::Greater
        })
    }

    fn starts_below(&mut self, left: &Piece, right: &Piece) -> Option<bool> {
        match (left.low, right.low) {
            (None, None) => Some(false),
            (None, Some(_)) => Some(true),
            (Some(_), None) => Some(false),
            (Some(a), Some(b)) => Some(match self.ordered(a, b)? {
                std::cmp::Ordering::Less => true,
                std::cmp::Ordering::Equal => left.low_closed && !right.low_closed,
                std::cmp::Ordering::Greater => false,
            }),
        }
    }

    /// Whether the first piece reaches the second, which starts no earlier.
    fn touches(&mut self, first: &Piece, second: &Piece) -> Option<bool> {
        let (Some(end), Some(start)) = (first.high, second.low) else {
            return Some(true);
        };
        Some(match self.ordered(end, start)? {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => first.high_closed || second.low_closed,
            std::cmp::Ordering::Greater => true,
        })
    }

    fn ends_above(&mut self, left: &Piece, right: &Piece) -> Option<bool> {
        match (left.high, right.high) {
            (_, None) => Some(false),
            (None, Some(_)) => Some(true),
            (Some(a), Some(b)) => Some(match self.ordered(a, b)? {
                std::cmp::Ordering::Greater => true,
                std::cmp::Ordering::Equal => left.high_closed && !right.high_closed,
                std::cmp::Ordering::Less => false,
            }),
        }
    }

    /// A set without the numbers of another.
    fn without(&mut self, whole: Vec<Piece>, holes: &[Piece]) -> Option<Vec<Piece>> {
        let mut pieces = whole;
        for hole in holes {
            pieces = self.common(&pieces, &outside(hole))?;
        }
        Some(pieces)
    }

    fn common(&mut self, left: &[Piece], right: &[Piece]) -> Option<Vec<Piece>> {
        let mut common = Vec::new();
        for a in left {
            for b in right {
                common.extend(self.common_piece(a, b)?);
            }
        }
        Some(common)
    }

    fn common_piece(&mut self, a: &Piece, b: &Piece) -> Option<Option<Piece>> {
        let (low, low_closed) = if self.starts_below(a, b)? {
            (b.low, b.low_closed)
        } else {
            (a.low, a.low_closed)
        };
        let (high, high_closed) = if self.ends_above(a, b)? {
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
        Some(match self.ordered(low, high)? {
            std::cmp::Ordering::Less => Some(piece),
            std::cmp::Ordering::Equal => (low_closed && high_closed).then_some(piece),
            std::cmp::Ordering::Greater => None,
        })
    }
}
