//! What a format tells of one attempt, borrowed from the row that it stands in.

use std::borrow::Cow;

use crate::eval::table::Outcome;

/// One attempt as its log tells it. What a log does not say is none: nothing is guessed here.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Told<'a> {
    /// The run, where one file holds several; else the file's.
    pub run: Option<Cow<'a, str>>,
    /// The benchmark, as the log calls it.
    pub benchmark: Option<Cow<'a, str>>,
    /// The log's own id of the question. One of `id` and `text` must be there.
    pub id: Option<Cow<'a, str>>,
    /// What was asked, without template and instructions: the benchmark's question is found by it.
    pub text: Option<Cow<'a, str>>,
    /// The gold answer.
    pub gold: Option<Cow<'a, str>>,
    /// The attempt's number; none where the order of the rows is that of the attempts.
    pub attempt: Option<u64>,
    /// The filter through which this row reads the answer, by name, where a log has a row for each filter.
    pub filter: Option<Cow<'a, str>>,
    /// What the log says of the attempt.
    pub recorded: Option<Outcome>,
    /// What stands in the verdict's place and is none: as `correct` = 100.
    pub no_verdict: Option<String>,
    /// The answer that the log found in the response.
    pub answer: Option<Cow<'a, str>>,
    /// The response, which is graded and then let go.
    pub response: Option<Cow<'a, str>>,
    /// Tokens of the response.
    pub tokens: Option<u32>,
    /// Whether the response ended by itself.
    pub finished: Option<bool>,
    /// Whether the response ends with the mark of a turn's end: a run in which some do was cut off where one does not.
    pub ended: Option<bool>,
    /// How the attempt was made.
    pub said: Said<'a>,
    /// Further columns of a plain table, by their place among those read: those with one value in the whole run are kept
    /// with it.
    pub columns: Vec<(usize, Cow<'a, str>)>,
}

/// How an attempt was made, as far as its row says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Said<'a> {
    /// The model, as the log names it.
    pub model: Option<Cow<'a, str>>,
    /// The prompt with which the model was asked: the words around the question in it are its form.
    pub prompt: Option<Cow<'a, str>>,
    /// The template by name.
    pub template: Option<Cow<'a, str>>,
    pub temperature: Option<f64>,
    pub top_p: Option<f64>,
    pub max_tokens: Option<u32>,
    /// The metric or filter that graded.
    pub grader: Option<Cow<'a, str>>,
}

/// Why a row tells nothing: counted, with its row, and never an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Bad {
    /// It is no object of JSON.
    Json,
    /// It has more or fewer cells than the header.
    Csv,
    /// It is not UTF-8.
    Utf8,
    /// It has more bytes than a row may have.
    TooLarge,
    /// It says neither which question it is of nor its text.
    NoQuestion,
    /// It says neither how the attempt was graded, nor what was answered.
    NoAttempt,
    /// A cell holds something else than the format says.
    WrongType,
    /// Its attempt was told before, by this file or another.
    Again,
}

impl Bad {
    /// As it is printed.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Json => "no_json",
            Self::Csv => "bad_csv",
            Self::Utf8 => "bad_utf8",
            Self::TooLarge => "too_large",
            Self::NoQuestion => "no_question",
            Self::NoAttempt => "no_attempt",
            Self::WrongType => "wrong_type",
            Self::Again => "told_before",
        }
    }
}

impl<'a> Told<'a> {
    /// An attempt of which nothing is known yet.
    pub(crate) fn of(id: Option<Cow<'a, str>>, text: Option<Cow<'a, str>>) -> Self {
        Self {
            id,
            text,
            ..Self::default()
        }
    }
}

impl Told<'_> {
    /// Takes an attempt of which nothing is said but that it was made as one of unknown outcome.
    pub(crate) fn unknown_if_silent(&mut self) {
        if self.response.is_none() && self.answer.is_none() {
            self.recorded = self.recorded.or(Some(Outcome::Unknown));
        }
    }

    /// The same, borrowed from nothing.
    pub(crate) fn into_owned(self) -> Told<'static> {
        let own = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        let columns = self.columns.into_iter();
        Told {
            run: own(self.run),
            benchmark: own(self.benchmark),
            id: own(self.id),
            text: own(self.text),
            gold: own(self.gold),
            attempt: self.attempt,
            filter: own(self.filter),
            recorded: self.recorded,
            no_verdict: self.no_verdict,
            answer: own(self.answer),
            response: own(self.response),
            tokens: self.tokens,
            finished: self.finished,
            ended: self.ended,
            said: Said {
                model: own(self.said.model),
                prompt: own(self.said.prompt),
                template: own(self.said.template),
                temperature: self.said.temperature,
                top_p: self.said.top_p,
                max_tokens: self.said.max_tokens,
                grader: own(self.said.grader),
            },
            columns: columns
                .map(|(column, value)| (column, Cow::Owned(value.into_owned())))
                .collect(),
        }
    }
}

/// Right or wrong.
pub(crate) fn outcome(is_right: bool) -> Outcome {
    if is_right {
        Outcome::Right
    } else {
        Outcome::Wrong
    }
}

/// The outcome that a score means: 1 is right, 0 (and -1, as rewards are written) is wrong, anything between is a share
/// of credit of which nobody says what it stands for, and NaN is no score.
pub(crate) fn of_score(score: f64) -> Option<Outcome> {
    match score {
        1.0 => Some(Outcome::Right),
        0.0 | -1.0 => Some(Outcome::Wrong),
        score if score.is_nan() => None,
        _ => Some(Outcome::Unknown),
    }
}
