//! Which questions a run's rows are of: the benchmark's, where it is known, else the log's own.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::chunk::{Question, QuestionKey};
use crate::eval::attempt::Run;
use crate::eval::questions::{Place, Sets, TextKey};
use crate::eval::tiers::Tier;

/// The questions of a run.
pub(super) struct Matched {
    pub benchmark: Option<String>,
    /// Questions that the benchmark has.
    pub of: Option<u32>,
    /// In the benchmark's order, then in that of the log.
    pub groups: Vec<Group>,
    /// For each question of the log its group.
    pub group_of: Vec<usize>,
    by_ids_alone: bool,
    /// Groups that are none of the benchmark's, by text.
    foreign: usize,
    /// The same of those without a text, by id: an example.
    unknown_ids: usize,
    unknown_id: Option<String>,
}

/// One question.
pub(super) struct Group {
    pub id: String,
    pub tier: Option<Tier>,
    /// Among the log's.
    pub members: Vec<u32>,
    item: Option<u32>,
}

/// The mark of an id that was made of a text.
const TEXT_MARK: &str = "text:";

/// Finds the benchmark and its questions.
pub(super) fn of(
    questions: &IndexMap<QuestionKey, Question>,
    benchmark: Option<&str>,
    sets: &Sets,
) -> Matched {
    let mut by_ids_alone = false;
    let named = benchmark.and_then(|name| sets.named(name));
    let set = named.or_else(|| by_text(questions, sets)).or_else(|| {
        let aime = sets.named("aime24").filter(|_| benchmark.is_none());
        let found = aime.filter(|set| are_ids_of(questions, *set, sets));
        by_ids_alone = found.is_some();
        found
    });
    let items: Vec<Option<u32>> = match set {
        Some(set) => items(questions, set, sets),
        None => vec![None; questions.len()],
    };
    let (group_of, mut groups) = groups(questions, &items);
    let has_text = |group: &Group| {
        let mut of = group.members.iter();
        of.any(|at| {
            questions
                .get_index(*at as usize)
                .is_some_and(|(key, _)| key.text.is_some())
        })
    };
    let open = || groups.iter().filter(|group| group.item.is_none());
    let foreign = open().filter(|group| has_text(group)).count();
    let unknown_ids = open().filter(|group| !has_text(group)).count();
    let unknown_id = open()
        .find(|group| !has_text(group))
        .map(|group| group.id.clone());
    if let Some(set) = set {
        let set = sets.set(set);
        for group in &mut groups {
            if let Some(item) = group.item {
                group.id.clone_from(&set.ids[item as usize]);
            }
            if set.name == "aime24" {
                group.tier = group.id.parse().ok().and_then(Tier::of_aime24);
            }
        }
    }
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|at| (groups[*at].item.unwrap_or(u32::MAX), *at));
    let mut place = vec![0; groups.len()];
    for (new, old) in order.iter().enumerate() {
        place[*old] = new;
    }
    let mut sorted: Vec<(usize, Group)> = groups.into_iter().enumerate().collect();
    sorted.sort_by_key(|(old, _)| place[*old]);
    Matched {
        benchmark: match set {
            Some(set) => Some(sets.set(set).name.clone()),
            None => benchmark.map(str::to_owned),
        },
        of: set.map(|set| sets.set(set).ids.len() as u32),
        groups: sorted.into_iter().map(|(_, group)| group).collect(),
        group_of: group_of.into_iter().map(|old| place[old]).collect(),
        by_ids_alone,
        foreign,
        unknown_ids,
        unknown_id,
    }
}

/// The set that has the texts of at least half of the questions: of several the one with most, then the smallest.
fn by_text(questions: &IndexMap<QuestionKey, Question>, sets: &Sets) -> Option<u32> {
    let mut found: HashMap<u32, usize> = HashMap::new();
    for question in questions.values() {
        for place in places(question) {
            *found.entry(place.set).or_default() += 1;
        }
    }
    let (set, count) = found
        .into_iter()
        .min_by_key(|(set, count)| (usize::MAX - count, sets.set(*set).ids.len(), *set))?;
    (count * 2 >= questions.len()).then_some(set)
}

/// Whether a log without texts has ids of this set alone.
fn are_ids_of(questions: &IndexMap<QuestionKey, Question>, set: u32, sets: &Sets) -> bool {
    let set = sets.set(set);
    let is_its = |key: &QuestionKey| {
        let id = key.id.as_deref().and_then(|id| set.item(id));
        key.text.is_none() && id.is_some()
    };
    !questions.is_empty() && questions.keys().all(is_its)
}

fn places(question: &Question) -> &[Place] {
    question.known.as_ref().map_or(&[], |known| &known.places)
}

/// Each question's place in the set: by its text; by its id where the log has no text, or where the ids of those that
/// were found by text are the set's.
fn items(questions: &IndexMap<QuestionKey, Question>, set: u32, sets: &Sets) -> Vec<Option<u32>> {
    let by_text = |question: &Question| {
        let place = places(question).iter().find(|place| place.set == set);
        place.map(|place| place.item)
    };
    let by_id = |key: &QuestionKey| sets.set(set).item(key.id.as_deref()?);
    let agree =
        |(key, question): (&QuestionKey, &Question)| Some(by_text(question)? == by_id(key)?);
    let agreeing: Vec<bool> = questions.iter().filter_map(agree).collect();
    let ids_hold = !agreeing.is_empty() && agreeing.iter().all(|same| *same);
    questions
        .iter()
        .map(|(key, question)| {
            by_text(question).or_else(|| by_id(key).filter(|_| key.text.is_none() || ids_hold))
        })
        .collect()
}

/// Puts together what is one question: the same item, else the same text or the same id, whichever makes fewer.
fn groups(
    questions: &IndexMap<QuestionKey, Question>,
    items: &[Option<u32>],
) -> (Vec<usize>, Vec<Group>) {
    #[derive(PartialEq, Eq, Hash)]
    enum By<'q> {
        Item(u32),
        Text(TextKey),
        Id(&'q str),
    }
    let text = |question: &Question| question.known.as_ref().map(|known| known.key);
    let open = || {
        questions
            .iter()
            .zip(items)
            .filter(|(_, item)| item.is_none())
    };
    let distinct = |count: usize| count;
    let texts: std::collections::HashSet<_> = open()
        .filter_map(|((_, question), _)| text(question))
        .collect();
    let ids: std::collections::HashSet<_> = open()
        .filter_map(|((key, _), _)| key.id.as_deref())
        .collect();
    let prefers_text = ids.is_empty() || distinct(texts.len()) <= ids.len();
    let mut groups: IndexMap<By<'_>, Group> = IndexMap::new();
    let mut group_of = Vec::new();
    for ((at, (key, question)), item) in questions.iter().enumerate().zip(items) {
        let (by_text, by_id) = (text(question), key.id.as_deref());
        let by = match (item, by_text, by_id) {
            (Some(item), ..) => By::Item(*item),
            (None, Some(text), _) if prefers_text => By::Text(text),
            (None, _, Some(id)) => By::Id(id),
            (None, Some(text), None) => By::Text(text),
            (None, None, None) => By::Id(""),
        };
        let entry = groups.entry(by);
        group_of.push(entry.index());
        let group = entry.or_insert_with(|| Group {
            id: match by_text {
                // The same in every log that has the text; `label` makes it readable.
                Some(text) => made(text, by_id),
                None => by_id.unwrap_or_default().to_owned(),
            },
            tier: None,
            members: Vec::new(),
            item: *item,
        });
        group.members.push(at as u32);
    }
    (group_of, groups.into_values().collect())
}

/// An id of a text, with the log's own behind it.
fn made((bytes, hash): TextKey, id: Option<&str>) -> String {
    format!(
        "{TEXT_MARK}{bytes:x}-{hash:016x}\u{0}{}",
        id.unwrap_or_default()
    )
}

/// Gives questions that are known by their text an id that can be read: the first run's own, where no other question has
/// it, else a piece of the text's hash. Runs that asked the same have the same.
pub(super) fn label<'r>(runs: impl Iterator<Item = &'r mut Run>) {
    let runs: Vec<&mut Run> = runs.collect();
    let mut labels: HashMap<String, String> = HashMap::new();
    let mut taken: HashMap<(Option<String>, String), String> = HashMap::new();
    for run in &runs {
        for asked in &run.questions {
            match asked
                .id
                .strip_prefix(TEXT_MARK)
                .and_then(|id| id.split_once('\u{0}'))
            {
                Some((text, id)) if !id.is_empty() && !labels.contains_key(text) => {
                    let key = (run.benchmark.clone(), id.to_owned());
                    let owner = taken.entry(key).or_insert_with(|| text.to_owned());
                    if owner == text {
                        labels.insert(text.to_owned(), id.to_owned());
                    }
                }
                Some(_) => {}
                None => {
                    taken
                        .entry((run.benchmark.clone(), asked.id.clone()))
                        .or_default();
                }
            }
        }
    }
    for run in runs {
        for asked in &mut run.questions {
            let made = asked
                .id
                .strip_prefix(TEXT_MARK)
                .and_then(|id| id.split_once('\u{0}'));
            if let Some((text, _)) = made {
                let short = || format!("{TEXT_MARK}{}", &text[text.len() - 16..][..8]);
                asked.id = labels.get(text).cloned().unwrap_or_else(short);
            }
        }
    }
}

impl Matched {
    /// What a reader should know of the questions, of which so many were asked.
    pub(super) fn remarks(&self, asked: usize) -> Vec<String> {
        let mut remarks = Vec::new();
        let Some(benchmark) = self.benchmark.as_deref() else {
            return remarks;
        };
        if self.by_ids_alone {
            remarks.push(format!("recognised as {benchmark} by its ids alone"));
        }
        let found = asked.saturating_sub(self.foreign + self.unknown_ids);
        let is_unknown = found == 0 && self.unknown_ids > 0;
        let lacking = self.of.filter(|of| (found as u32) < *of && !is_unknown);
        if let Some(of) = lacking {
            remarks.push(format!("has {found} of the {of} questions of {benchmark}"));
        }
        if self.of.is_some() && self.foreign > 0 {
            remarks.push(format!(
                "{} of its questions are none of {benchmark}",
                self.foreign
            ));
        }
        if let Some(id) = self.unknown_id.as_deref().filter(|_| self.of.is_some()) {
            let (count, ids) = match self.unknown_ids {
                1 => ("1".to_owned(), "id is"),
                count => (count.to_string(), "ids are"),
            };
            remarks.push(format!(
                "{count} {ids} not {benchmark}'s own, as `{id}`, and no text is there to recognise questions by: they have no \
                 tiers, and meet only questions with the same ids; add a column with the problem's text, or give a file that has \
                 texts and these ids: `--benchmark {benchmark}=FILE`"
            ));
        }
        remarks
    }
}
