//! What two subsets are to each other, and which of their differences are wanted.
//!
//! A criterion makes a difference on purpose: long trajectories are longer than their random control's.
//! Such a difference is marked and not counted among the worst. What a matched control matched on is not
//! wanted to differ, whatever the criterion. What nothing holds alike may go with the criterion, and spoils no comparison
//! either: [`meant`] is the one rule by which the card, the report and `gradatim balance` judge.

use std::collections::HashMap;

use serde::Serialize;

use super::variables::{self, Decides};
use crate::bucket::category;
use crate::manifest::SubsetRecord;
use crate::select::recipe::Recipe;
use crate::select::{Stratum, SubsetRole};

/// What the second of two subsets is to the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Relation {
    /// Its random control.
    Random,
    /// Its matched control.
    Matched,
    /// Its paired control: the same problems in the other length.
    Paired,
    /// The same problems in another style.
    Style,
    /// Neither a control nor a pair of it.
    None,
}

impl Relation {
    pub(crate) const ALL: [Self; 5] = [
        Self::Random,
        Self::Matched,
        Self::Paired,
        Self::Style,
        Self::None,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Matched => "matched",
            Self::Paired => "paired",
            Self::Style => "style",
            Self::None => "none",
        }
    }

    /// Of the second record to the first.
    pub(crate) fn of(first: &SubsetRecord, second: &SubsetRecord) -> Self {
        if second.control_of.contains(&first.name) {
            match second.role {
                SubsetRole::Matched => Self::Matched,
                SubsetRole::Paired => Self::Paired,
                _ => Self::Random,
            }
        } else if second.pair_of.contains(&first.name) {
            Self::Style
        } else {
            Self::None
        }
    }
}

/// Two subsets to compare, by their indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub first: usize,
    pub second: usize,
    pub relation: Relation,
    pub intended: Intended,
}

/// Which differences a criterion makes on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Intended {
    length: bool,
    category: bool,
    style: bool,
    pass_rate: bool,
}

impl Intended {
    /// Between two subsets, whatever they are to each other.
    pub(crate) fn between(first: &SubsetRecord, second: &SubsetRecord) -> Self {
        let matched = |stratum: Stratum| {
            let on = |a: &SubsetRecord, b: &SubsetRecord| {
                let strata = a.matched.as_ref().map(|matched| &matched.strata);
                let holds = strata.is_some_and(|strata| strata.contains(&stratum));
                holds && a.control_of.contains(&b.name)
            };
            on(first, second) || on(second, first)
        };
        let by_recipe = |stratum| recipe_decides(first, stratum) != recipe_decides(second, stratum);
        Self {
            length: (length_of(first) != length_of(second) || by_recipe(Stratum::Length))
                && !matched(Stratum::Length),
            category: (category_of(first) != category_of(second) || by_recipe(Stratum::Category))
                && !matched(Stratum::Category),
            style: first.style != second.style,
            pass_rate: by_recipe(Stratum::PassRate) && !matched(Stratum::PassRate),
        }
    }

    /// What the criterion decides, in words.
    pub(crate) fn words(self) -> Vec<&'static str> {
        let all = [
            (self.length, "length"),
            (self.category, "category"),
            (self.style, "style"),
            (self.pass_rate, "pass rate"),
        ];
        all.into_iter()
            .filter_map(|(decides, word)| decides.then_some(word))
            .collect()
    }

    /// Whether it is the criterion that decides such a variable.
    pub(crate) fn decides(self, decides: Decides) -> bool {
        match decides {
            Decides::Nothing => false,
            Decides::Length => self.length,
            Decides::Category => self.category,
            Decides::Style => self.style,
            Decides::PassRate => self.pass_rate,
        }
    }
}

/// Why two subsets differ in a variable that the criterion does not decide: what a match leaves open, or what the two
/// are told apart by.
pub(crate) fn why([first, second]: [&SubsetRecord; 2], pair: &Pair, variable: &str) -> String {
    let matched = second
        .matched
        .as_ref()
        .filter(|_| second.control_of.contains(&first.name));
    if let Some(matched) = matched {
        let stratum =
            variables::stratum(variable).filter(|stratum| matched.strata.contains(stratum));
        let Some(stratum) = stratum else {
            return "not matched on".to_owned();
        };
        let thin = matched
            .thin
            .iter()
            .filter(|thin| thin.gave_up.contains(&stratum));
        return match thin.map(|thin| thin.rows).sum() {
            0_u32 => "matched in ranges".to_owned(),
            rows => format!("matched on but for {rows} rows, whose strata were too thin"),
        };
    }
    match criteria([first, second], pair).as_slice() {
        [] => "not told by what they were chosen for".to_owned(),
        some => format!("goes with {}", some.join(" or ")),
    }
}

/// What the two are told apart by, in words.
fn criteria([first, second]: [&SubsetRecord; 2], pair: &Pair) -> Vec<&'static str> {
    let recipe = first.recipe.filter(|_| first.role == SubsetRole::Subset);
    let recipe =
        recipe.filter(|_| second.recipe != first.recipe && second.role != SubsetRole::Paired);
    let recipe = recipe.filter(|recipe| *recipe != Recipe::Random);
    let mut criteria = pair.intended.words();
    criteria.extend(recipe.map(Recipe::as_str));
    criteria
}

/// What two subsets are meant to be in a variable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Meant {
    /// Alike: the control holds it alike, or nothing tells the two apart by it.
    #[default]
    Alike,
    /// Not alike: the criterion makes the difference, or the style does.
    Unlike,
    /// Neither: nothing holds it alike, and it may go with what the subset was chosen for.
    Open,
}

impl Meant {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Alike => "alike",
            Self::Unlike => "unlike",
            Self::Open => "open",
        }
    }
}

/// What two subsets are meant to be in a variable. A matched control is judged by what it is matched on, a pair of the same
/// problems by what is the problem's: what is the response's differs by length or style, which they are told apart by.
pub(crate) fn meant([first, second]: [&SubsetRecord; 2], pair: &Pair, variable: &str) -> Meant {
    if variables::decides(variable).is_some_and(|decides| pair.intended.decides(decides)) {
        return Meant::Unlike;
    }
    let is_held = match pair.relation {
        Relation::Style if !variables::is_of_problem(variable) => return Meant::Unlike,
        Relation::Style | Relation::Paired => variables::is_of_problem(variable),
        Relation::Matched => variables::measure_of(variable).is_some_and(|stratum| {
            let matched = second.matched.as_ref();
            matched.is_some_and(|matched| matched.strata.contains(&stratum))
        }),
        // Drawn from all: what the subset is chosen for may take other things along.
        Relation::Random => criteria([first, second], pair).is_empty(),
        // Whoever holds any two against each other asks for all that their criteria do not decide.
        Relation::None => true,
    };
    match is_held || variable == "style" {
        true => Meant::Alike,
        false => Meant::Open,
    }
}

/// Whether the recipe that chose a subset decides that; a control is drawn without it.
fn recipe_decides(record: &SubsetRecord, stratum: Stratum) -> bool {
    let recipe = record.recipe.filter(|_| record.role == SubsetRole::Subset);
    recipe.is_some_and(|recipe| recipe.criterion().decides().contains(&stratum))
}

/// The length that a subset was chosen for.
fn length_of(record: &SubsetRecord) -> Option<&str> {
    match record.role {
        SubsetRole::Subset => record
            .length
            .as_deref()
            .filter(|&length| length != "normal"),
        SubsetRole::Paired => Some("the other of its problems"),
        _ => None,
    }
}

/// The category that a subset was chosen for; a paired control has its subset's problems.
fn category_of(record: &SubsetRecord) -> Option<&str> {
    let category = record.category.as_deref();
    category.filter(|&category| category::decides(category))
}

/// Whether its rows are of what was accepted, in whose deviations a difference is told: neither wrong trajectories nor
/// changed ones are.
fn is_of_the_pool(record: &SubsetRecord) -> bool {
    !matches!(record.role, SubsetRole::Wrong | SubsetRole::Derived)
}

/// Each subset beside each of its controls that is of the accepted pool too, and the styles of a pair beside each other, in the order of
/// the records.
pub(crate) fn pairs(records: &[SubsetRecord]) -> Vec<Pair> {
    let names = records.iter().enumerate();
    let index: HashMap<&str, usize> = names.map(|(at, one)| (one.name.as_str(), at)).collect();
    let mut beside = vec![Vec::new(); records.len()];
    let all = records.iter().enumerate();
    for (at, record) in all.filter(|(_, record)| is_of_the_pool(record)) {
        for of in record
            .control_of
            .iter()
            .filter_map(|of| index.get(of.as_str()))
        {
            beside[*of].push(at);
        }
        let others = record
            .pair_of
            .iter()
            .filter_map(|of| index.get(of.as_str()));
        beside[at].extend(others.filter(|&&other| other > at));
    }
    let pair = |(first, seconds): (usize, Vec<usize>)| {
        seconds.into_iter().map(move |second| Pair {
            first,
            second,
            relation: Relation::of(&records[first], &records[second]),
            intended: Intended::between(&records[first], &records[second]),
        })
    };
    beside.into_iter().enumerate().flat_map(pair).collect()
}
