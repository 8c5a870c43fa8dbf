//! Shows how an answer is read, for people who ask why a verdict is what it is.

use crate::clean::clean;
use crate::expr::{Arena, Id, Node};
use crate::lex::{Comma, Letters};
use crate::parse::{self, Manner};

/// The tree that an answer is read as, operator first; nothing where it cannot be read.
///
/// A comma between digits is shown as the mark of thousands; deciding also tries it as one between items.
///
/// ```
/// use gradatim_verify::reading;
///
/// assert_eq!(reading("\\frac{x}{2}+1").as_deref(), Some("(+ (/ x 2) 1)"));
/// assert_eq!(reading("(1, \\sqrt{2})").as_deref(), Some("(group Round Round 1 (sqrt 2))"));
/// assert_eq!(reading("\\frac{x}{"), None);
/// ```
pub fn reading(answer: &str) -> Option<String> {
    let manner = Manner {
        comma: Comma::Thousands,
        tight_slash: true,
        counts: false,
        letters: Letters::Names,
    };
    let mut arena = Arena::default();
    let root = parse::parse(&clean(answer), manner, &mut arena)?.root;
    Some(show(&arena, root))
}

fn show(arena: &Arena, id: Id) -> String {
    let list = |head: &str, items: &[Id]| {
        let mut text = format!("({head}");
        for item in items {
            text.push(' ');
            text += &show(arena, *item);
        }
        text + ")"
    };
    let word = |word: &dyn std::fmt::Debug| format!("{word:?}").to_lowercase();
    match arena.node(id) {
        Node::Number(literal) => literal.value.to_string(),
        Node::Based(digits, base) => format!("(base {base} {digits})"),
        Node::Symbol(name) => arena.text(*name).to_owned(),
        Node::Words(name) => format!("{:?}", arena.text(*name)),
        Node::Constant(constant) => word(constant),
        Node::Sum(items) => list("+", items),
        Node::Product(items) => list("*", items),
        Node::Negative(inner) => list("-", &[*inner]),
        Node::Quotient(left, right) => list("/", &[*left, *right]),
        Node::Power(left, right) => list("^", &[*left, *right]),
        Node::Mixed(left, right) => list("mixed", &[*left, *right]),
        Node::PlusMinus(Some(left), right, _) => list("±", &[*left, *right]),
        Node::PlusMinus(None, right, _) => list("±", &[*right]),
        Node::Call(func, items) => list(&word(func), items),
        Node::Apply(name, items) => list(&format!("apply {}", arena.text(*name)), items),
        Node::Repeat {
            big,
            index,
            from,
            to,
            body,
        } => {
            let index = index.map_or("", |name| arena.text(name));
            let items: Vec<Id> = [*from, *to, Some(*body)].into_iter().flatten().collect();
            list(&format!("{} {index}", word(big)), &items)
        }
        Node::Percent(inner) => list("percent", &[*inner]),
        Node::Degrees(inner) => list("degrees", &[*inner]),
        Node::Unit(inner, name) => list(&format!("unit {:?}", arena.text(*name)), &[*inner]),
        Node::Ratio(items) => list("ratio", items),
        Node::List(items) => list("list", items),
        Node::Cases(items) => list("cases", items),
        Node::Group(open, items, close) => list(&format!("group {open:?} {close:?}"), items),
        Node::SetBuilder(left, right) => list("set", &[*left, *right]),
        Node::SetOp(op, left, right) => list(&word(op), &[*left, *right]),
        Node::Matrix(columns, items) => list(&format!("matrix {columns}"), items),
        Node::Chain(items, relations) => {
            let relations: Vec<String> = relations.iter().map(|relation| word(relation)).collect();
            list(&format!("chain {}", relations.join(" ")), items)
        }
    }
}
