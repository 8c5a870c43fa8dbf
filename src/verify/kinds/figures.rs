//! Compares names of figures: `\triangle ABC` and `ABC`.

use crate::decision::Decision;
use crate::expr::{Arena, Id, Node};
use crate::work::{Work, compare};

/// `\triangle ABC` and `ABC`, `\overline{AB}` and `AB`: the same where only one side is marked.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    if !work.arena.is_scalar(left) || !work.arena.is_scalar(right) {
        return None;
    }
    let decision = match (unmarked(work.arena, left), unmarked(work.arena, right)) {
        (Some(left), None) => compare(work, left, right),
        (None, Some(right)) => compare(work, left, right),
        _ => return None,
    };
    Some(decision.doubted())
}

/// The points that a figure is named by.
fn unmarked(arena: &mut Arena, id: Id) -> Option<Id> {
    let points = match arena.node(id) {
        Node::Product(factors) => {
            let (mark, points) = factors.split_first()?;
            let text = |id: Id| match arena.node(id) {
                Node::Symbol(name) => arena.text(*name),
                _ => "",
            };
            let marked = matches!(
                text(*mark),
                "\\triangle" | "\\angle" | "\\measuredangle" | "\\square" | "\\Delta"
            );
            let named = points.iter().all(|point| is_points(text(*point)));
            (marked && named).then(|| points.to_vec())?
        }
        Node::Symbol(name) => {
            let inner = arena.text(*name).strip_prefix("\\bar{")?;
            let inner = inner.strip_suffix('}').filter(|inner| inner.len() > 1)?;
            let inner = Some(inner).filter(|inner| is_points(inner))?.to_owned();
            let mut points = Vec::new();
            for letter in inner.chars() {
                let name = arena.name(&letter.to_string());
                points.push(arena.push(Node::Symbol(name))?);
            }
            points
        }
        _ => return None,
    };
    match points[..] {
        [only] => Some(only),
        _ => arena.push(Node::Product(points)),
    }
}

/// Whether a text names points: capital letters.
fn is_points(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
