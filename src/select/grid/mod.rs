//! The `[[grid]]` tables of a pipeline file, and the families of subsets that they ask for.

pub(crate) mod check;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::difficulty::Difficulty;
use super::draw::{Draw, Role};
use super::recipe::Recipe;
use super::recipe::criterion::Beside;
use super::recipe::mix::Mix;
use super::recipe::s1::draw::S1;
use super::similar::Similar;
use super::size::{Size, Sizes};
use super::stratum::Stratum;
use crate::bucket::category::{self, ALL, Category, SEVEN};
use crate::bucket::length::{Length, LengthRules, Nested};
use crate::rules::Accept;

/// A grid of subsets: recipe × category × length × style × accept × draw, each at every size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Put before the names of its subsets; needed where two grids would name the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What selects inside a bucket: `random` (the draw's hash), `similar`, `dissimilar`, `s1`, `limo`,
    /// `light-r1`, `openthoughts` or `mix`, each a subset of its own.
    #[serde(default = "random")]
    pub recipe: Vec<Recipe>,
    /// Categories as the source names them (`number_theory`), `diverse` (an even mix, in turn), `all` (the
    /// whole pool, in the mix that a draw gives) or `proportional` (the whole pool, in its mix to the row at
    /// every size).
    #[serde(default = "all")]
    pub category: Vec<String>,
    /// What `diverse` takes turns over; the paper's seven where left out.
    #[serde(default = "seven")]
    pub diverse_of: Vec<String>,
    /// Sizes in rows, as `[100, 1000]`, or budgets of tokens, as `{ tokens = [1000000] }`; each smaller
    /// subset is a prefix of the larger.
    pub size: Sizes,
    /// How many trajectories of a problem a subset takes, where there are as many: the next by the draw's
    /// hash, one behind the other. A row is a trajectory all the same.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub per_problem: u32,
    /// Styles, each a subset of its own; any style where left out.
    #[serde(default)]
    pub style: Vec<String>,
    /// Rules of acceptance, each a subset of its own, on top of `[verify] accept`, which must let through
    /// whatever they accept. That rule alone where left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<Accept>,
    /// How many independent draws are made of each subset.
    #[serde(default = "one")]
    pub draws: u32,
    /// The length axis.
    #[serde(default)]
    pub length: LengthRules,
    /// Which problems are hard enough, or easy enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<Difficulty>,
    /// What `similar` and `dissimilar` compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similar: Option<Similar>,
    /// The choices of the recipe `s1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s1: Option<S1>,
    /// The choices of the recipe `mix`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mix: Option<Mix>,
    /// The same problems for every style of `style`: what differs between two subsets is style alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<PairedBy>,
    /// Which of the paired trajectories must be right.
    #[serde(default)]
    pub pair_accept: PairAccept,
    /// The controls that are drawn beside the subsets.
    #[serde(default)]
    pub control: Controls,
}

fn random() -> Vec<Recipe> {
    vec![Recipe::default()]
}

fn all() -> Vec<String> {
    vec![ALL.to_owned()]
}

fn seven() -> Vec<String> {
    SEVEN.map(str::to_owned).to_vec()
}

fn one() -> u32 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_one(count: &u32) -> bool {
    *count == 1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// What a grid's subsets are paired by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Pair", rename_all = "snake_case")]
pub enum PairedBy {
    Style,
}

/// Which of the trajectories of a pair must be right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PairAccept {
    /// As `[verify] accept` leaves them: with `accept = "none"`, right or wrong, as the paper had it.
    #[default]
    None,
    /// All are right, by the source's verdict where it has one, else by ours.
    Both,
}

/// The `[grid.control]` table: subsets drawn without the criterion under test.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Controls {
    /// How many independent random controls of each size and style: from all that is accepted. As many as
    /// `draws` where this is left out, and none beside `pair`, whose other style is the control. Each draw has
    /// controls of its own where there are as many; subsets of the same draw, size, style, rule of acceptance
    /// and `per_problem` share them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random: Option<u32>,
    /// A control for each subset whose row i comes from the stratum of the subset's row i, with other
    /// problems.
    pub matched: bool,
    /// For short and long: the longest against the shortest accepted trajectory of the same problems.
    /// The subsets then draw from problems that have two accepted trajectories of different length.
    pub paired: bool,
    /// Wrong trajectories of each subset's problems, dropped as such: row by row where a problem has one, so that
    /// the control has fewer rows where some have none, which is said.
    #[serde(skip_serializing_if = "is_false")]
    pub wrong: bool,
    /// The subset's own rows with their reasoning in another order: how many of a hundred steps (paragraphs of the
    /// thinking) change places, each a control of its own, as `[100]`. Its text is written whatever `[emit] subsets`
    /// says: it is nothing else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shuffled: Vec<u32>,
    /// `equal`: random and matched controls take rows until their subset's tokens are reached. A long subset has
    /// several times the tokens of a control of as many rows; here the number of rows differs instead, and with it
    /// the steps, which `runs.csv` has a second time as the subset's. Left out, they have the subset's rows, or its
    /// budget of tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<EqualTokens>,
    /// What `matched` matches on; all but what the subset's criterion decides where left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strata: Option<Vec<Stratum>>,
    /// The `[join.NAME]` that the stratum `joined` is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined: Option<String>,
}

/// What a control has as much of as its subset, in place of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EqualTokens {
    Equal,
}

/// Subsets that differ in size alone: one order, cut at each size.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Family {
    /// Index of its grid.
    pub grid: usize,
    pub recipe: Recipe,
    pub category: String,
    pub length: Length,
    /// Any style where none.
    pub style: Option<String>,
    /// The rule on top of `[verify] accept`; that alone where none.
    pub accept: Option<Accept>,
    pub draw: u32,
    /// Its subsets' names without the size.
    pub stem: String,
    tail: String,
    /// Its name in the keys of its draws; that of paired styles is one.
    pub drawn_as: String,
    /// The same without its length: what one trajectory stands for a problem in.
    pub stands_as: String,
}

impl Family {
    /// Its draw, for such a role.
    pub(crate) fn draw_of(&self, role: Role) -> Draw<'_> {
        Draw {
            role,
            number: self.draw,
            family: &self.drawn_as,
            standing: &self.stands_as,
        }
    }

    pub(crate) fn name(&self, size: Size) -> String {
        format!("{}-{size}{}", self.stem, self.tail)
    }
}

impl Grid {
    pub(crate) fn category(&self, name: &str) -> Category {
        Category::new(name, &self.diverse_of)
    }

    /// How many random controls of each size and style there are.
    pub(crate) fn random_controls(&self) -> u32 {
        let own = if self.pair.is_none() { self.draws } else { 0 };
        self.control.random.unwrap_or(own)
    }

    /// Whether the inside of the family's buckets is ordered by length.
    pub(crate) fn is_by_key(&self, family: &Family) -> bool {
        self.length.nested == Nested::ByKey && family.length.ranks()
    }

    /// What its recipes stand beside, of these lengths.
    pub(crate) fn beside<'g>(&'g self, lengths: &'g [Length]) -> Beside<'g> {
        Beside {
            lengths,
            categories: &self.category,
            rows_max: self.size.rows_max(),
            per_problem: self.per_problem,
            difficulty: self.difficulty.as_ref(),
            similar: self.similar.as_ref(),
            s1: self.s1.as_ref(),
            mix: self.mix.as_ref(),
        }
    }

    /// The styles, or one place for any.
    pub(crate) fn styles(&self) -> Vec<Option<String>> {
        if self.style.is_empty() {
            vec![None]
        } else {
            self.style.iter().cloned().map(Some).collect()
        }
    }

    /// The rules of acceptance, or one place for the pipeline's own.
    fn accepts(&self) -> Vec<Option<Accept>> {
        if self.accept.is_empty() {
            vec![None]
        } else {
            self.accept.iter().copied().map(Some).collect()
        }
    }

    /// What a matched control matches on: all but what the criterion of the subset decides. Where the
    /// length rule decides, that is length; else the choice of category, if there is one; and what the
    /// recipe and the difficulty asked for decide.
    pub(crate) fn strata(&self, family: &Family) -> Vec<Stratum> {
        use Stratum::{Category, Length as Tokens, Origin, PassRate};
        if let Some(asked) = &self.control.strata {
            let mut strata = Vec::new();
            for stratum in asked {
                if !strata.contains(stratum) {
                    strata.push(*stratum);
                }
            }
            return strata;
        }
        let mut strata = if family.length.decides() {
            vec![Category, Origin, PassRate]
        } else if !category::decides(&family.category) {
            vec![Category, Origin, Tokens, PassRate]
        } else {
            vec![Origin, Tokens, PassRate]
        };
        let by_difficulty = self
            .difficulty
            .as_ref()
            .map_or(&[][..], Difficulty::decides);
        strata.retain(|stratum| {
            !family.recipe.criterion().decides().contains(stratum)
                && !by_difficulty.contains(stratum)
        });
        strata
    }

    /// The families in the order of the axes as written: recipe, category, length, style, accept, draw.
    pub(crate) fn families(&self, index: usize, lengths: &[Length]) -> Vec<Family> {
        let mut families = Vec::new();
        for &recipe in &self.recipe {
            for category in &self.category {
                for &length in lengths {
                    for style in self.styles() {
                        for accept in self.accepts() {
                            let family = Family {
                                grid: index,
                                recipe,
                                category: category.clone(),
                                length,
                                style: style.clone(),
                                accept,
                                draw: 0,
                                stem: String::new(),
                                tail: String::new(),
                                drawn_as: String::new(),
                                stands_as: String::new(),
                            };
                            families.extend(self.draws_of(&family));
                        }
                    }
                }
            }
        }
        families
    }

    /// A family once for each draw, with its names.
    fn draws_of(&self, family: &Family) -> impl Iterator<Item = Family> {
        let length = length_word(family.length);
        let style = family.style.as_deref();
        // The styles of a pair have the same problems.
        let drawn_style = style.filter(|_| self.pair.is_none());
        let stem = self.stem(family, Some(&length), style);
        let drawn_as = self.stem(family, Some(&length), drawn_style);
        let stands_as = self.stem(family, None, drawn_style);
        (0..self.draws).map(move |draw| Family {
            stem: stem.clone(),
            drawn_as: drawn_as.clone(),
            stands_as: stands_as.clone(),
            tail: if self.draws > 1 {
                format!("-d{draw}")
            } else {
                String::new()
            },
            draw,
            ..family.clone()
        })
    }

    fn stem(&self, family: &Family, length: Option<&str>, style: Option<&str>) -> String {
        let mut parts: Vec<&str> = Vec::new();
        parts.extend(self.name.as_deref());
        // The draw alone, which every grid has by default, goes without a name.
        parts.extend((family.recipe != Recipe::default()).then(|| family.recipe.as_str()));
        parts.push(&family.category);
        parts.extend(length);
        parts.extend(style);
        parts.extend(family.accept.map(Accept::as_str));
        parts.join("-")
    }
}

/// A length as names have it.
fn length_word(length: Length) -> String {
    let length = length.to_string();
    match length.strip_suffix("..") {
        Some(from) => format!("{from}up"),
        None => length.replace("..", "to"),
    }
}
