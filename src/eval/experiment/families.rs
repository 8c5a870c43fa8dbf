//! The comparisons that a design implies, one family a question.
//!
//! Two arms make a cell of an axis where they differ in it alone: in N neighbouring sizes, and the largest and the smallest;
//! in category, length, style and recipe all pairs of values. A control makes a cell with each subset that it is one of.

use std::collections::BTreeMap;

use super::answer::Family;
use super::design::{Definition, Design};

/// What is compared, with all of its cells.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Question {
    pub family: Family,
    pub name: String,
    /// Indices of arms: the first less the second.
    pub cells: Vec<[usize; 2]>,
}

/// All questions of a design, of the arms that have runs, family by family.
pub(super) fn questions(design: &Design, has_runs: impl Fn(usize) -> bool) -> Vec<Question> {
    let arms: Vec<usize> = (0..design.arms.len()).filter(|&at| has_runs(at)).collect();
    let mut found = Found::default();
    for axis in axes(design) {
        along(design, &arms, &axis, &mut found);
    }
    for &control in &arms {
        let definition = &design.arms[control];
        let Some(family) = of_role(&definition.role) else {
            continue;
        };
        for &subset in definition.control_of.iter().filter(|at| arms.contains(at)) {
            let what = definition
                .transformation
                .as_ref()
                .unwrap_or(&definition.role);
            let name = format!("subset - {what}{}", tail(definition));
            found.add(family, name, [subset, control]);
        }
    }
    found.questions
}

#[derive(Default)]
struct Found {
    questions: Vec<Question>,
}

impl Found {
    fn add(&mut self, family: Family, name: String, cell: [usize; 2]) {
        let known = self
            .questions
            .iter_mut()
            .find(|known| known.family == family && known.name == name);
        match known {
            Some(known) => known.cells.push(cell),
            None => self.questions.push(Question {
                family,
                name,
                cells: vec![cell],
            }),
        }
    }
}

/// Where an arm stands on an axis; none where it does not.
type Value = Box<dyn Fn(&Definition) -> Option<String>>;

/// An axis of a design.
struct Axis {
    family: Family,
    name: String,
    value: Value,
}

fn axes(design: &Design) -> Vec<Axis> {
    let named = |family, name: &str, value: fn(&Definition) -> Option<String>| Axis {
        family,
        name: name.to_owned(),
        value: Box::new(value),
    };
    let mut axes = vec![
        named(Family::N, "size", |arm| {
            arm.size.map(|size| size.to_string())
        }),
        named(Family::L, "length", |arm| arm.length.clone()),
        named(Family::C, "category", |arm| arm.category.clone()),
        named(Family::S, "style", |arm| arm.style.clone()),
        named(Family::Recipe, "recipe", |arm| arm.recipe.clone()),
    ];
    let others: std::collections::BTreeSet<&String> =
        design.arms.iter().flat_map(|arm| arm.axes.keys()).collect();
    axes.extend(others.into_iter().map(|name| {
        let column = name.clone();
        Axis {
            family: Family::Axis,
            name: name.clone(),
            value: Box::new(move |arm| arm.axes.get(&column).cloned()),
        }
    }));
    axes
}

/// The cells along one axis.
fn along(design: &Design, arms: &[usize], axis: &Axis, found: &mut Found) {
    let mut lines: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut values: Vec<String> = Vec::new();
    for &at in arms.iter().filter(|&&at| design.arms[at].is_subset()) {
        let Some(value) = (axis.value)(&design.arms[at]) else {
            continue;
        };
        if !values.contains(&value) {
            values.push(value);
        }
        let rest = design.arms[at].but(&axis.name);
        if !lines.contains_key(&rest) {
            order.push(rest.clone());
        }
        lines.entry(rest).or_default().push(at);
    }
    let rank = |at: usize| {
        let value = (axis.value)(&design.arms[at]).unwrap_or_default();
        let place = values.iter().position(|known| *known == value);
        (number(axis, &value), place)
    };
    for rest in order {
        let mut line = lines.remove(&rest).unwrap_or_default();
        line.sort_by_key(|&at| rank(at));
        for [low, high] in pairs(axis.family, line.len()) {
            let cell = [line[high], line[low]];
            let name = cell.map(|at| (axis.value)(&design.arms[at]).unwrap_or_default());
            let first = &design.arms[cell[0]];
            let prefix = if axis.family == Family::Axis {
                format!("{}: ", axis.name)
            } else {
                String::new()
            };
            let unit = if axis.family == Family::N && first.unit != "rows" {
                " tokens"
            } else {
                ""
            };
            found.add(
                axis.family,
                format!("{prefix}{} - {}{unit}{}", name[0], name[1], tail(first)),
                cell,
            );
        }
    }
}

/// What comes before: sizes by number, lengths from the shortest, `random` before other recipes, all else as it was asked for.
fn number(axis: &Axis, value: &str) -> u64 {
    match axis.family {
        Family::N => value.parse().unwrap_or(0),
        Family::L => match value {
            "short" => 0,
            "normal" => 1,
            "long" => 2,
            _ => 3,
        },
        Family::Recipe => u64::from(value != "random"),
        _ => 0,
    }
}

/// Which places along an axis make a cell.
fn pairs(family: Family, count: usize) -> Vec<[usize; 2]> {
    if family == Family::N {
        let neighbours = (1..count).map(|at| [at - 1, at]);
        let ends = (count > 2).then(|| [0, count - 1]);
        return neighbours.chain(ends).collect();
    }
    (0..count)
        .flat_map(|low| (low + 1..count).map(move |high| [low, high]))
        .collect()
}

fn of_role(role: &str) -> Option<Family> {
    let known = [
        Family::Random,
        Family::Matched,
        Family::Paired,
        Family::Wrong,
        Family::Derived,
    ];
    known.into_iter().find(|family| family.name() == role)
}

fn tail(arm: &Definition) -> String {
    match arm.budget.as_str() {
        "epochs" => String::new(),
        budget => format!(" ({budget})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(category: &str, length: &str, size: u64) -> Definition {
        Definition {
            role: "subset".to_owned(),
            category: Some(category.to_owned()),
            length: Some(length.to_owned()),
            size: Some(size),
            unit: "rows".to_owned(),
            budget: "epochs".to_owned(),
            ..Definition::default()
        }
    }

    fn asked(design: &Design) -> Vec<(Family, String, Vec<[usize; 2]>)> {
        let found = questions(design, |_| true);
        found
            .into_iter()
            .map(|question| (question.family, question.name, question.cells))
            .collect()
    }

    #[test]
    fn arms_that_differ_in_one_axis_alone_are_a_cell_of_it() {
        let mut control = arm("", "", 100);
        control.role = "random".to_owned();
        control.control_of = vec![0, 2];
        let arms = vec![
            arm("a", "long", 100),
            arm("a", "short", 100),
            arm("b", "long", 100),
            arm("a", "long", 200),
            control,
        ];
        let design = Design {
            arms,
            ..Design::default()
        };
        assert_eq!(
            asked(&design),
            [
                (Family::N, "200 - 100".to_owned(), vec![[3, 0]]),
                (Family::L, "long - short".to_owned(), vec![[0, 1]]),
                (Family::C, "b - a".to_owned(), vec![[2, 0]]),
                (
                    Family::Random,
                    "subset - random".to_owned(),
                    vec![[0, 4], [2, 4]]
                ),
            ]
        );
    }

    #[test]
    fn neighbouring_sizes_are_compared_and_the_ends() {
        let arms = [1000, 100, 500].map(|size| arm("a", "long", size)).to_vec();
        let design = Design {
            arms,
            ..Design::default()
        };
        let names: Vec<String> = asked(&design)
            .into_iter()
            .map(|(_, name, _)| name)
            .collect();
        assert_eq!(names, ["500 - 100", "1000 - 500", "1000 - 100"]);
    }

    #[test]
    fn arms_of_different_grids_or_rules_are_no_cell() {
        let mut other = arm("a", "short", 100);
        other.grid = Some("other".to_owned());
        let design = Design {
            arms: vec![arm("a", "long", 100), other],
            ..Design::default()
        };
        assert_eq!(asked(&design), []);
    }
}
