//! Columns that the pipeline names, for a dataset that no other layout fits.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reading;
use super::picks::Picks;
use super::response::{
    Answered, Said, asked, bounded, check_length, finish, of_chat, push, responses, verdict,
};
use crate::rules::TurnsRule;
use crate::source::markup::joined;
use crate::source::needed::Needed;
use crate::source::path::ColumnPath;
use crate::source::pick::Pick;
use crate::source::remark::{Remark, Remarks};
use crate::source::turns::{self, Cell, Chat};
use crate::source::value::Value;
use crate::source::{Entry, Trajectory, Void};

/// The columns of layout `columns`. `a.b` goes into a struct (or JSON inside text), `a[].b` into each
/// item of a list, `a[0]` into one; a name with a dot or a bracket of its own stands between backticks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The problem's text, or the turns of a prompt, of which it is the one question. A column of whole chats (also as a
    /// chat template wrote them) is named here and under `response`.
    pub problem: Pick,
    /// The response, as a text or as turns, or a list of them (also as JSON text); or several columns, each
    /// with a response of its own. Of problems that stand alone, as a benchmark's, nothing can be selected, and the key is
    /// left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Picks>,
    /// The thinking of the response, where it has a column of its own: both become one text, with the thinking
    /// between `<think>` and `</think>`. A list, or several columns, where `response` is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking: Option<Picks>,
    /// The gold answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Pick>,
    /// The recorded verdict: a bool, yes or no, a reward of 1, or of 0 or -1; a list, or several columns, where
    /// `response` is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Picks>,
    /// `stop` or `length`, or whether it is complete; a list, or several columns, where `response` is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish: Option<Picks>,
    /// The style's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Pick>,
    /// The category's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Pick>,
    /// Where the problem comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Pick>,
    /// The source's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Pick>,
}

impl Columns {
    /// The key that names several columns, and not as many as `response`; none where all fit.
    pub(crate) fn misaligned(&self) -> Option<&'static str> {
        let responses = self.responses().len();
        let beside = [
            ("thinking", &self.thinking),
            ("recorded", &self.recorded),
            ("finish", &self.finish),
        ];
        let fits = |picks: &Picks| [1, responses].contains(&picks.as_slice().len());
        let is_not = |picks: &Option<Picks>| picks.as_ref().is_some_and(|picks| !fits(picks));
        let mut lost = beside.into_iter().filter(|(_, picks)| is_not(picks));
        lost.next().map(|(key, _)| key)
    }

    /// Problems with gold answers alone.
    pub(super) fn problems(problem: Pick, answer: Option<Pick>) -> Self {
        Self {
            problem,
            answer,
            response: None,
            thinking: None,
            recorded: None,
            finish: None,
            style: None,
            category: None,
            origin: None,
            id: None,
        }
    }

    /// The problems with gold answers of these columns alone; none where a response stands in one of theirs.
    pub(super) fn of_problems(&self) -> Option<Self> {
        let own = [Some(&self.problem), self.answer.as_ref()];
        let mut own = own.into_iter().flatten();
        let is_shared = own.any(|pick| {
            let mut responses = self.responses().iter();
            responses.any(|response| response.root() == pick.root())
        });
        (!is_shared).then(|| Self::problems(self.problem.clone(), self.answer.clone()))
    }

    /// The columns of responses; none where problems stand alone.
    fn responses(&self) -> &[Pick] {
        self.response.as_ref().map_or(&[], Picks::as_slice)
    }

    /// Whether problem and response are of one column, which then has whole chats.
    fn is_of_chats(&self) -> bool {
        match self.responses() {
            [response] => response.0.column == self.problem.0.column,
            _ => false,
        }
    }

    /// Every pick by its key.
    pub(crate) fn picks(&self) -> impl Iterator<Item = (&'static str, &Pick)> {
        let Self {
            problem,
            response,
            thinking,
            answer,
            recorded,
            finish,
            style,
            category,
            origin,
            id,
        } = self;
        let several = [
            ("response", response.as_ref()),
            ("thinking", thinking.as_ref()),
            ("recorded", recorded.as_ref()),
            ("finish", finish.as_ref()),
        ];
        let one = [
            ("answer", answer),
            ("style", style),
            ("category", category),
            ("origin", origin),
            ("id", id),
        ];
        let several = several.into_iter().flat_map(|(key, picks)| {
            let picks = picks.into_iter().flat_map(Picks::as_slice);
            picks.map(move |pick| (key, pick))
        });
        let one = one
            .into_iter()
            .flat_map(|(key, pick)| Some((key, pick.as_ref()?)));
        [("problem", problem)].into_iter().chain(several).chain(one)
    }
}

pub(super) static READING: Reading = Reading {
    columns: |source| {
        let columns = source.columns.iter();
        let needed = columns.flat_map(|columns| {
            let roots = roots(columns).into_iter();
            roots.map(|(name, required)| Needed::named(name, required, paths(columns, name)))
        });
        needed.collect()
    },
    records: |source| {
        let columns = source.columns.as_ref();
        columns.is_some_and(|columns| columns.recorded.is_some())
    },
    recognised_by: &[],
    unless: &[],
    entries: |source, cells, out| match &source.columns {
        Some(columns) => entries(columns, &Picked::of(columns, cells), source.turns, out),
        None => Err(Void::WrongType),
    },
};

/// The columns of the file that the picks go into, each once, and whether a row must have it.
fn roots(columns: &Columns) -> Vec<(&str, bool)> {
    let mut roots: Vec<(&str, bool)> = Vec::with_capacity(9);
    for (key, pick) in columns.picks() {
        let required = ["problem", "response"].contains(&key);
        match roots.iter_mut().find(|(root, _)| *root == pick.root()) {
            Some((_, known)) => *known |= required,
            None => roots.push((pick.root(), required)),
        }
    }
    roots
}

/// The ways that the picks go into a column.
fn paths(columns: &Columns, root: &str) -> Vec<ColumnPath> {
    let picks = columns.picks().map(|(_, pick)| pick);
    let inside = picks.filter(|pick| pick.root() == root);
    inside.map(|pick| pick.0.column.clone()).collect()
}

/// A row's cells, to be picked from.
struct Picked<'a> {
    roots: Vec<(&'a str, bool)>,
    cells: Vec<Value<'a>>,
}

impl<'a> Picked<'a> {
    fn of(columns: &'a Columns, cells: Vec<Value<'a>>) -> Self {
        let roots = roots(columns);
        assert_eq!(roots.len(), cells.len(), "a row has a cell for each column");
        Self { roots, cells }
    }

    fn value(&self, pick: &Pick) -> Value<'a> {
        let at = self.roots.iter().position(|(root, _)| *root == pick.root());
        match at {
            Some(at) => pick.resolve(self.cells[at].clone()),
            None => unreachable!("every pick is among the roots"),
        }
    }

    /// A text that says something about the row; a number is written out.
    fn said(
        &self,
        pick: Option<&Pick>,
        remarks: &mut Remarks,
    ) -> Result<Option<Cow<'a, str>>, Void> {
        let Some(pick) = pick else { return Ok(None) };
        let said = self.value(pick).said()?;
        Ok(said.map(|text| cut(pick, text, remarks)))
    }

    /// The gold answer. Where it should stand behind a mark and the text has none, there is none: all of a solution is
    /// no answer.
    fn answer(
        &self,
        pick: Option<&Pick>,
        remarks: &mut Remarks,
    ) -> Result<Option<Cow<'a, str>>, Void> {
        let said = self.said(pick, remarks)?;
        Ok(said.filter(|_| !remarks.has(Remark::CutUnmatched)))
    }

    /// What is said of the responses.
    fn beside(&self, picks: Option<&Picks>) -> Beside<'a> {
        let picks = picks.map_or(&[][..], Picks::as_slice);
        let values = picks.iter().map(|pick| listed(self.value(pick)));
        Beside(values.collect())
    }
}

/// The part of the text that is meant, with a remark where it lacks the marks that it is cut at.
fn cut<'a>(pick: &Pick, text: Cow<'a, str>, remarks: &mut Remarks) -> Cow<'a, str> {
    if !pick.is_in(&text) {
        remarks.add(Remark::CutUnmatched);
    }
    pick.cut(text)
}

/// A list that stands as JSON inside text is read as the list.
fn listed(value: Value<'_>) -> Value<'_> {
    match &value {
        Value::Text(text) if text.trim_start().starts_with('[') => value.opened(),
        _ => value,
    }
}

/// What columns say of the responses beside them.
struct Beside<'a>(Vec<Value<'a>>);

/// Which response it is: the column it is from, its place in that, and its place in the row.
#[derive(Clone, Copy, Default)]
struct Place {
    column: usize,
    within: usize,
    generation: usize,
}

impl<'a> Beside<'a> {
    /// What is said of one response: by its own column, by its item of a list, or of all.
    fn of(&self, place: Place) -> Option<&Value<'a>> {
        let (value, index) = match self.0.as_slice() {
            [one] => (one, place.generation),
            several => (several.get(place.column)?, place.within),
        };
        match value {
            Value::List(items) => items.get(index),
            one => Some(one),
        }
    }
}

fn entries<'a>(
    columns: &'a Columns,
    row: &Picked<'a>,
    rule: TurnsRule,
    out: &mut Vec<Entry<'a>>,
) -> Result<(), Void> {
    let mut remarks = Remarks::default();
    let mut rest = Trajectory {
        gold: row.answer(columns.answer.as_ref(), &mut remarks)?,
        style: row.said(columns.style.as_ref(), &mut remarks)?,
        category: row.said(columns.category.as_ref(), &mut remarks)?,
        origin: row.said(columns.origin.as_ref(), &mut remarks)?,
        // An id that is no text is not worth a row.
        source_id: row
            .said(columns.id.as_ref(), &mut remarks)
            .unwrap_or_default(),
        ..Trajectory::default()
    };
    rest.remarks = remarks;
    if columns.response.is_none() {
        out.push(alone(columns, row, rest)?);
        return Ok(());
    }
    let answered = answered(columns, row, rule, rest)?;
    let mut remarks = Remarks::default();
    let told = Told::of(columns, row);
    told.check(answered.len(), &mut remarks)?;
    for (generation, (place, one)) in answered.into_iter().enumerate() {
        let (problem, said, rest) = told.tell(
            columns,
            Place {
                generation,
                ..place
            },
            one,
        );
        let rest = Trajectory {
            remarks: rest.remarks.and(remarks),
            ..rest
        };
        push(out, generation, &problem, said, rest);
    }
    Ok(())
}

/// A problem that no response stands beside.
fn alone<'a>(
    columns: &'a Columns,
    row: &Picked<'a>,
    mut rest: Trajectory<'a>,
) -> Result<Entry<'a>, Void> {
    let problem = asked(row.value(&columns.problem), &mut rest.remarks)?;
    let problem = problem.map(|text| cut(&columns.problem, text, &mut rest.remarks));
    let problem = problem.filter(|text| !text.trim().is_empty());
    Ok(Entry {
        generation: Some(0),
        body: Ok(Trajectory {
            problem: problem.ok_or(Void::NoProblem)?,
            ..rest
        }),
    })
}

/// The responses of a row with their places, in order of generation.
fn answered<'a>(
    columns: &'a Columns,
    row: &Picked<'a>,
    rule: TurnsRule,
    mut rest: Trajectory<'a>,
) -> Result<Vec<(Place, Answered<'a>)>, Void> {
    let problem = row.value(&columns.problem);
    if columns.is_of_chats()
        && let Some(chat) = whole_chat(columns, problem.clone())?
    {
        let all = of_chat(Some(chat), rule, &rest)?.into_iter();
        let place = |within| Place {
            within,
            ..Place::default()
        };
        return Ok(all.enumerate().map(|(at, one)| (place(at), one)).collect());
    }
    let problem = asked(problem, &mut rest.remarks)?;
    let mut all = Vec::new();
    for (column, pick) in columns.responses().iter().enumerate() {
        let mut found = responses(row.value(pick))?;
        if found.is_empty() && columns.responses().len() > 1 {
            // A column without a response keeps its place, so that a generation is always one column's.
            found.push((Ok(None), Remarks::default()));
        }
        bounded(&problem, &rest, all.len() + found.len())?;
        for (within, (said, remarks)) in found.into_iter().enumerate() {
            let place = Place {
                column,
                within,
                ..Place::default()
            };
            let mut rest = rest.clone();
            rest.remarks = rest.remarks.and(remarks);
            all.push((
                place,
                Answered {
                    problem: problem.clone(),
                    said,
                    rest,
                },
            ));
        }
    }
    match all.is_empty() {
        true => Err(Void::NoGenerations),
        false => Ok(all),
    }
}

/// The chat that a cell of whole chats has; none where it has none. A text in a chat template is one, unless marks are
/// named that it is cut at.
fn whole_chat<'a>(columns: &Columns, cell: Value<'a>) -> Result<Option<Chat<'a>>, Void> {
    let mut picks = columns.picks();
    let is_cut = picks.any(|(key, pick)| ["problem", "response"].contains(&key) && pick.is_cut());
    match turns::cell(cell)? {
        Cell::Chat(chat) => Ok(turns::chat(chat)?),
        Cell::Plain(Value::Text(text)) if !is_cut => turns::rendered(&text),
        _ => Ok(None),
    }
}

/// What a row says of its responses.
struct Told<'a> {
    thinking: Beside<'a>,
    recorded: Beside<'a>,
    finish: Beside<'a>,
}

impl<'a> Told<'a> {
    fn of(columns: &Columns, row: &Picked<'a>) -> Self {
        Self {
            thinking: row.beside(columns.thinking.as_ref()),
            recorded: row.beside(columns.recorded.as_ref()),
            finish: row.beside(columns.finish.as_ref()),
        }
    }

    /// Remarks lists of another length than there are responses. Thinking that does not say to whom it belongs is not
    /// left out: then the row is wrong.
    fn check(&self, responses: usize, remarks: &mut Remarks) -> Result<(), Void> {
        for beside in [&self.recorded, &self.finish] {
            if let [one] = beside.0.as_slice() {
                check_length(one, responses, remarks);
            }
        }
        match self.thinking.0.as_slice() {
            [Value::List(items)] if items.len() != responses => Err(Void::WrongType),
            [Value::Text(_)] if responses > 1 => Err(Void::WrongType),
            _ => Ok(()),
        }
    }

    /// A response with what is said of it: problem, response and the rest.
    fn tell(
        &self,
        columns: &'a Columns,
        place: Place,
        one: Answered<'a>,
    ) -> (Option<Cow<'a, str>>, Said<'a>, Trajectory<'a>) {
        let Answered {
            problem,
            said,
            mut rest,
        } = one;
        let remarks = &mut rest.remarks;
        let problem = problem.map(|text| cut(&columns.problem, text, remarks));
        let pick = &columns.responses()[place.column];
        let said = said.map(|said| said.map(|text| cut(pick, text, remarks)));
        let thinking = self.thinking.of(place).cloned().unwrap_or(Value::Missing);
        let said = said.and_then(|said| Ok(joined(thinking.text()?, said)));
        let recorded = self.recorded.of(place);
        rest.recorded_rule = recorded.and_then(|value| verdict(value, &mut rest.remarks));
        rest.finished = self
            .finish
            .of(place)
            .and_then(|value| finish(value, &mut rest.remarks));
        (problem, said, rest)
    }
}

#[cfg(test)]
mod tests {
    use crate::source::{Layout, Source, Void, layout};

    fn source() -> Source {
        let columns = toml::from_str(
            "problem = \"info.problem\"\nresponse = \"said\"\nanswer = \"info.answer\"\nid = \"key\"",
        );
        Source {
            columns: Some(columns.expect("columns")),
            ..Source::of(Layout::Columns)
        }
    }

    #[test]
    fn a_column_that_two_picks_go_into_is_read_once_and_required_by_either() {
        let needed = layout::columns(&source());
        let names: Vec<(&str, bool)> = needed
            .iter()
            .map(|needed| (needed.name.as_str(), needed.required))
            .collect();
        assert_eq!(names, [("info", true), ("said", true), ("key", false)]);
    }

    #[test]
    fn one_text_of_thinking_is_not_that_of_several_responses() {
        let columns = toml::from_str("problem = \"q\"\nresponse = \"r\"\nthinking = \"t\"");
        let source = Source {
            columns: Some(columns.expect("columns")),
            ..Source::of(Layout::Columns)
        };
        let voids = |row| {
            let read = super::super::tests::read_with(&source, row).into_iter();
            read.map(|entry| entry.body.err()).collect::<Vec<_>>()
        };
        let wrong = [Some(Void::WrongType)];
        assert_eq!(
            voids(r#"{"q": "1+1?", "r": ["2", "3"], "t": "Add."}"#),
            wrong
        );
        assert_eq!(voids(r#"{"q": "1+1?", "r": ["2"], "t": "Add."}"#), [None]);
        assert_eq!(
            voids(r#"{"q": "1+1?", "r": ["2", "3"], "t": ["Add.", null]}"#),
            [None, None]
        );
    }

    #[test]
    fn each_pick_is_taken_from_its_own_column() {
        let source = source();
        let row = r#"{"info": {"problem": "1+1?", "answer": "2"}, "said": ["2", "3"], "key": "a"}"#;
        let read = super::super::tests::read_with(&source, row);
        assert_eq!(read.len(), 2);
        let second = read[1].body.as_ref().expect("a trajectory");
        assert_eq!(
            (second.problem.as_ref(), second.response.as_ref()),
            ("1+1?", "3")
        );
        assert_eq!(
            (second.gold.as_deref(), second.source_id.as_deref()),
            (Some("2"), Some("a"))
        );
    }
}
