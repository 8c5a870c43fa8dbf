//! What was read: an expression as a tree in an arena.
//!
//! Both sides of a comparison live in one arena, so that a name means the same on both. A node only
//! refers to nodes made before it, and knows its depth: a walk down can neither loop nor run deeper
//! than [`DEPTH_MAX`].

use dashu::Rational;

/// A node's place in the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Id(u32);

impl Id {
    /// How many nodes were made before this one.
    pub(crate) fn place(self) -> usize {
        self.0 as usize
    }
}

/// A name's place in the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name(u32);

/// A tree deeper than this is refused, which bounds every recursion over it.
/// By hand.
pub(crate) const DEPTH_MAX: u16 = 120;

/// An arena of more nodes than this is refused.
/// By hand: no verdict changes with 4,096 or 16,384.
pub(crate) const NODES_MAX: usize = 8_192;

/// A tree that is larger than this when shared parts are counted each time is refused, so that no
/// walk is long.
/// By hand: no verdict changes with 10,000 or 40,000.
const WEIGHT_MAX: u32 = 20_000;

/// A number as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Literal {
    /// Its value.
    pub value: Rational,
    /// How many digits follow the point; nothing for an integer.
    pub decimals: Option<u32>,
    /// How many digits were written from the first that is not zero.
    pub significant: u32,
    /// The digits of an integer as they were written, for `\frac12` and `1101_2`.
    pub digits: Option<Box<str>>,
    /// Whether dots follow: `3.14…`.
    pub open_ended: bool,
}

impl Literal {
    /// A number that nobody wrote, which is exact.
    pub(crate) fn exact(value: Rational) -> Self {
        Self {
            value,
            decimals: None,
            significant: 0,
            digits: None,
            open_ended: false,
        }
    }
}

/// A number with a name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Const {
    Pi,
    E,
    I,
    Infinity,
    Undefined,
    EmptySet,
    Naturals,
    Integers,
    Rationals,
    Reals,
    Complexes,
}

/// A function with a name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Func {
    Sin,
    Cos,
    Tan,
    Cot,
    Sec,
    Csc,
    Asin,
    Acos,
    Atan,
    Acot,
    Asec,
    Acsc,
    Sinh,
    Cosh,
    Tanh,
    Coth,
    Sech,
    Csch,
    /// `cos + i sin`, which is read as a power of e.
    Cis,
    Asinh,
    Acosh,
    Atanh,
    Exp,
    Ln,
    /// `log` without a base: to ten or to e, which only the problem knows.
    Log,
    Lg,
    /// The logarithm of the second argument to the base of the first.
    LogBase,
    Sqrt,
    /// The root of the second argument, of the order of the first.
    Root,
    Abs,
    Floor,
    Ceil,
    Factorial,
    DoubleFactorial,
    Binomial,
    Gcd,
    Lcm,
    Max,
    Min,
    Mod,
    Sign,
    Re,
    Im,
    Det,
}

/// How two sides of a chain are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Rel {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Approx,
    In,
    NotIn,
    Subset,
    Congruent,
    /// What a congruence counts by stands behind it.
    Modulo,
    To,
}

impl Rel {
    /// The relation read from the right.
    pub(crate) fn flipped(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            other => other,
        }
    }

    /// Whether it orders its sides.
    pub(crate) fn is_order(self) -> bool {
        matches!(self, Self::Lt | Self::Le | Self::Gt | Self::Ge)
    }
}

/// How two sets are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SetOp {
    Union,
    Intersection,
    Difference,
}

/// What repeats an expression over an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Big {
    Sum,
    Product,
    Integral,
    Limit,
    /// With what it is differentiated by as its index, and no bounds.
    Derivative,
}

/// The bracket at one end of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Bracket {
    Round,
    Square,
    /// `\{`, which is printed.
    Curly,
    /// `{`, which LaTeX does not print.
    Brace,
    Angle,
}

/// One node of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Number(Literal),
    /// Digits with a base written below them.
    Based(Box<str>, u32),
    Symbol(Name),
    /// Words, which have no value.
    Words(Name),
    Constant(Const),
    Sum(Vec<Id>),
    Product(Vec<Id>),
    Negative(Id),
    Quotient(Id, Id),
    Power(Id, Id),
    /// A whole number and a fraction behind it.
    Mixed(Id, Id),
    /// `a ± b`; the flag says that the upper sign is minus.
    PlusMinus(Option<Id>, Id, bool),
    Call(Func, Vec<Id>),
    /// A function that nothing is known of.
    Apply(Name, Vec<Id>),
    Repeat {
        big: Big,
        index: Option<Name>,
        from: Option<Id>,
        to: Option<Id>,
        body: Id,
    },
    Percent(Id),
    Degrees(Id),
    /// A value and the unit behind it.
    Unit(Id, Name),
    /// `a : b`, also a time of day.
    Ratio(Vec<Id>),
    /// `a, b`: items without brackets.
    List(Vec<Id>),
    /// `a; b` or `a or b`, whose items may be lists.
    Cases(Vec<Id>),
    Group(Bracket, Vec<Id>, Bracket),
    SetBuilder(Id, Id),
    SetOp(SetOp, Id, Id),
    Matrix(u32, Vec<Id>),
    Chain(Vec<Id>, Vec<Rel>),
}

impl Node {
    /// Calls `visit` on every child, in order, which may put another in its place.
    pub(crate) fn each_child_mut(&mut self, visit: impl FnMut(&mut Id)) {
        each_child_mut(self, visit);
    }
}

/// Nodes and names.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    nodes: Vec<Node>,
    depths: Vec<u16>,
    /// How many nodes a walk over each tree meets, counting shared ones each time.
    weights: Vec<u32>,
    names: Vec<Box<str>>,
}

impl Arena {
    /// Adds a node, or refuses it: the tree would be too deep, or the arena too large.
    pub(crate) fn push(&mut self, node: Node) -> Option<Id> {
        let mut below = 0;
        let mut weight = 1u32;
        each_child(&node, |child| {
            below = below.max(self.depths[child.0 as usize]);
            weight = weight.saturating_add(self.weights[child.0 as usize]);
        });
        if below >= DEPTH_MAX || weight > WEIGHT_MAX || self.nodes.len() >= NODES_MAX {
            return None;
        }
        let id = u32::try_from(self.nodes.len()).ok()?;
        self.nodes.push(node);
        self.depths.push(below + 1);
        self.weights.push(weight);
        Some(Id(id))
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Adds a node with what `each` makes of its children; nothing where it makes nothing of one.
    pub(crate) fn push_with(
        &mut self,
        mut node: Node,
        mut each: impl FnMut(&mut Self, Id) -> Option<Id>,
    ) -> Option<Id> {
        let mut whole = true;
        each_child_mut(&mut node, |child| {
            if whole {
                match each(self, *child) {
                    Some(other) => *child = other,
                    None => whole = false,
                }
            }
        });
        whole.then(|| self.push(node))?
    }

    /// The node at `id`.
    pub(crate) fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The name's place, which is the same each time it is asked for.
    pub(crate) fn name(&mut self, text: &str) -> Name {
        let at = self.names.iter().position(|known| &**known == text);
        let at = at.unwrap_or_else(|| {
            self.names.push(text.into());
            self.names.len() - 1
        });
        Name(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// The name's text.
    pub(crate) fn text(&self, name: Name) -> &str {
        self.names.get(name.0 as usize).map_or("", |text| text)
    }

    /// Calls `visit` on every node under `id`, itself included.
    pub(crate) fn each(&self, id: Id, visit: &mut impl FnMut(&Node)) {
        let node = self.node(id);
        visit(node);
        let mut children = Vec::new();
        each_child(node, |child| children.push(child));
        for child in children {
            self.each(child, visit);
        }
    }

    /// The first node under `id` that is as asked.
    pub(crate) fn find(&self, id: Id, asked: &impl Fn(&Node) -> bool) -> Option<Id> {
        if asked(self.node(id)) {
            return Some(id);
        }
        let mut children = Vec::new();
        each_child(self.node(id), |child| children.push(child));
        children
            .into_iter()
            .find_map(|child| self.find(child, asked))
    }

    /// Whether any node under `id` is as asked.
    pub(crate) fn any(&self, id: Id, mut asked: impl FnMut(&Node) -> bool) -> bool {
        let mut found = false;
        self.each(id, &mut |node| found |= asked(node));
        found
    }

    /// The names of the symbols under `id`, sorted, without those that a sum binds.
    pub(crate) fn symbols(&self, id: Id) -> Vec<Name> {
        let mut free = Vec::new();
        let mut bound = Vec::new();
        self.each(id, &mut |node| match node {
            Node::Symbol(name) => free.push(*name),
            Node::Repeat {
                index: Some(name), ..
            } => bound.push(*name),
            _ => {}
        });
        free.retain(|name| !bound.contains(name));
        free.sort_unstable();
        free.dedup();
        free
    }

    /// Whether two nodes are written the same.
    pub(crate) fn same(&self, left: Id, right: Id) -> bool {
        if left == right {
            return true;
        }
        let all = |left: &[Id], right: &[Id]| {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| self.same(*l, *r))
        };
        match (self.node(left), self.node(right)) {
            (Node::Number(a), Node::Number(b)) => a == b,
            (Node::Sum(a), Node::Sum(b))
            | (Node::Product(a), Node::Product(b))
            | (Node::Ratio(a), Node::Ratio(b))
            | (Node::List(a), Node::List(b))
            | (Node::Cases(a), Node::Cases(b)) => all(a, b),
            (Node::Negative(a), Node::Negative(b))
            | (Node::Percent(a), Node::Percent(b))
            | (Node::Degrees(a), Node::Degrees(b)) => self.same(*a, *b),
            (Node::Unit(a, u), Node::Unit(b, v)) => u == v && self.same(*a, *b),
            (Node::Quotient(a, b), Node::Quotient(c, d))
            | (Node::Power(a, b), Node::Power(c, d))
            | (Node::Mixed(a, b), Node::Mixed(c, d))
            | (Node::SetBuilder(a, b), Node::SetBuilder(c, d)) => {
                self.same(*a, *c) && self.same(*b, *d)
            }
            (Node::SetOp(o, a, b), Node::SetOp(p, c, d)) => {
                o == p && self.same(*a, *c) && self.same(*b, *d)
            }
            (Node::Call(f, a), Node::Call(g, b)) => f == g && all(a, b),
            (Node::Apply(f, a), Node::Apply(g, b)) => f == g && all(a, b),
            (Node::Group(o, a, c), Node::Group(p, b, d)) => o == p && c == d && all(a, b),
            (Node::Matrix(m, a), Node::Matrix(n, b)) => m == n && all(a, b),
            (Node::Chain(a, r), Node::Chain(b, s)) => r == s && all(a, b),
            (
                Node::Repeat {
                    big,
                    index,
                    from: Some(from),
                    to: Some(to),
                    body,
                },
                Node::Repeat {
                    big: other,
                    index: index2,
                    from: Some(from2),
                    to: Some(to2),
                    body: body2,
                },
            ) => {
                big == other
                    && index == index2
                    && all(&[*from, *to, *body], &[*from2, *to2, *body2])
            }
            (a, b) => a == b,
        }
    }

    /// Whether a node is one value: a number or an expression.
    pub(crate) fn is_scalar(&self, id: Id) -> bool {
        if let Node::Apply(_, items) = self.node(id)
            && items.len() > 1
        {
            return false;
        }
        !matches!(
            self.node(id),
            Node::Words(_)
                | Node::Unit(..)
                | Node::Ratio(_)
                | Node::List(_)
                | Node::Cases(_)
                | Node::Group(..)
                | Node::SetBuilder(..)
                | Node::SetOp(..)
                | Node::Matrix(..)
                | Node::Chain(..)
                | Node::PlusMinus(..)
                | Node::Constant(
                    Const::EmptySet
                        | Const::Reals
                        | Const::Rationals
                        | Const::Integers
                        | Const::Naturals
                        | Const::Complexes
                )
        )
    }

    /// A node for an exact number.
    pub(crate) fn number(&mut self, value: Rational) -> Option<Id> {
        self.push(Node::Number(Literal::exact(value)))
    }

    pub(crate) fn difference(&mut self, left: Id, right: Id) -> Option<Id> {
        let right = self.push(Node::Negative(right))?;
        self.push(Node::Sum(vec![left, right]))
    }
}

/// Calls `visit` on every child of a node, in order.
fn each_child(node: &Node, mut visit: impl FnMut(Id)) {
    match node {
        Node::Number(_)
        | Node::Based(..)
        | Node::Symbol(_)
        | Node::Words(_)
        | Node::Constant(_) => {}
        Node::Sum(items)
        | Node::Product(items)
        | Node::Call(_, items)
        | Node::Apply(_, items)
        | Node::Ratio(items)
        | Node::List(items)
        | Node::Cases(items)
        | Node::Group(_, items, _)
        | Node::Matrix(_, items)
        | Node::Chain(items, _) => items.iter().for_each(|item| visit(*item)),
        Node::Negative(inner)
        | Node::Percent(inner)
        | Node::Degrees(inner)
        | Node::Unit(inner, _) => visit(*inner),
        Node::Quotient(left, right)
        | Node::Power(left, right)
        | Node::Mixed(left, right)
        | Node::SetBuilder(left, right)
        | Node::SetOp(_, left, right) => {
            visit(*left);
            visit(*right);
        }
        Node::PlusMinus(left, right, _) => {
            left.iter().for_each(|left| visit(*left));
            visit(*right);
        }
        Node::Repeat { from, to, body, .. } => {
            from.iter().chain(to).for_each(|bound| visit(*bound));
            visit(*body);
        }
    }
}

/// The same, where a child may be put in another's place.
fn each_child_mut(node: &mut Node, mut visit: impl FnMut(&mut Id)) {
    match node {
        Node::Number(_)
        | Node::Based(..)
        | Node::Symbol(_)
        | Node::Words(_)
        | Node::Constant(_) => {}
        Node::Sum(items)
        | Node::Product(items)
        | Node::Call(_, items)
        | Node::Apply(_, items)
        | Node::Ratio(items)
        | Node::List(items)
        | Node::Cases(items)
        | Node::Group(_, items, _)
        | Node::Matrix(_, items)
        | Node::Chain(items, _) => items.iter_mut().for_each(visit),
        Node::Negative(inner)
        | Node::Percent(inner)
        | Node::Degrees(inner)
        | Node::Unit(inner, _) => visit(inner),
        Node::Quotient(left, right)
        | Node::Power(left, right)
        | Node::Mixed(left, right)
        | Node::SetBuilder(left, right)
        | Node::SetOp(_, left, right) => {
            visit(left);
            visit(right);
        }
        Node::PlusMinus(left, right, _) => {
            left.iter_mut().for_each(&mut visit);
            visit(right);
        }
        Node::Repeat { from, to, body, .. } => {
            from.iter_mut().chain(to).for_each(&mut visit);
            visit(body);
        }
    }
}
