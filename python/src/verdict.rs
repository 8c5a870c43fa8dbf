//! One pair: its verdict, the answer that is found, and how both texts are read.

use gradatim::verify::{self as judge, Gold, Thinking};
use std::borrow::Cow;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::options::options;

/// Whether a response gives the gold answer, and what that rests on. True where it is `correct`.
#[pyclass(module = "gradatim", frozen, eq, hash)]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Verdict {
    /// `correct`, `wrong`, `undecided`, `no_answer` or `no_gold`.
    #[pyo3(get)]
    verdict: &'static str,
    /// The answer that was found in the response.
    #[pyo3(get)]
    extracted: Option<String>,
    /// What the verdict rests on.
    #[pyo3(get)]
    reason: Cow<'static, str>,
}

impl From<judge::Verdict> for Verdict {
    fn from(verdict: judge::Verdict) -> Self {
        Self {
            verdict: verdict.outcome.as_str(),
            extracted: verdict.extracted,
            reason: Cow::Borrowed(verdict.reason.as_str()),
        }
    }
}

impl Verdict {
    /// Whether it is of this outcome.
    pub(crate) fn is(&self, outcome: judge::Outcome) -> bool {
        self.verdict == outcome.as_str()
    }

    /// Its columns in a table.
    pub(crate) fn cells(&self) -> [Option<&str>; 3] {
        [
            Some(self.verdict),
            self.extracted.as_deref(),
            Some(&self.reason),
        ]
    }
}

#[pymethods]
impl Verdict {
    #[new]
    fn new(verdict: &str, extracted: Option<String>, reason: String) -> PyResult<Self> {
        let outcome: Result<judge::Outcome, _> = verdict.parse();
        let outcome = outcome.map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self {
            verdict: outcome.as_str(),
            extracted,
            reason: Cow::Owned(reason),
        })
    }

    /// What pickle makes it of again.
    fn __getnewargs__(&self) -> (&'static str, Option<&str>, &str) {
        (self.verdict, self.extracted.as_deref(), &self.reason)
    }

    fn __bool__(&self) -> bool {
        self.is(judge::Outcome::Correct)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let extracted = self.extracted.as_ref().into_pyobject(py)?.repr()?;
        Ok(format!(
            "Verdict(verdict='{}', extracted={extracted}, reason='{}')",
            self.verdict, self.reason
        ))
    }
}

/// The answer of a response.
#[pyclass(module = "gradatim", frozen, eq)]
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Extracted {
    /// The answer, joined by commas where it stands in several boxes.
    #[pyo3(get)]
    text: String,
    /// Where it begins and ends in the response, in letters of a `str`.
    #[pyo3(get)]
    span: (usize, usize),
    /// What pointed at it: `box`, `tag`, `hashes`, `anchor`, `math`, `bold`, `text` or `number`.
    #[pyo3(get)]
    rule: Cow<'static, str>,
    /// Whether another reading of the line gives another answer: no `wrong` rests on it.
    #[pyo3(get)]
    ambiguous: bool,
    /// Whether it is only a piece of what was said: neither `correct` nor `wrong` rests on it.
    #[pyo3(get)]
    piece: bool,
}

impl Extracted {
    fn of(found: judge::Extracted, response: &str) -> Self {
        let letters = |end: usize| response.get(..end).map_or(0, |head| head.chars().count());
        Self {
            span: (letters(found.span.start), letters(found.span.end)),
            text: found.text,
            rule: Cow::Borrowed(found.rule.as_str()),
            ambiguous: found.ambiguous,
            piece: found.piece,
        }
    }
}

#[pymethods]
impl Extracted {
    #[new]
    fn new(text: String, span: (usize, usize), rule: String, ambiguous: bool, piece: bool) -> Self {
        Self {
            text,
            span,
            rule: Cow::Owned(rule),
            ambiguous,
            piece,
        }
    }

    /// What pickle makes it of again.
    fn __getnewargs__(&self) -> (&str, (usize, usize), &str, bool, bool) {
        (
            &self.text,
            self.span,
            &self.rule,
            self.ambiguous,
            self.piece,
        )
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let text = PyString::new(py, &self.text).repr()?;
        let (start, end) = self.span;
        let flag = |flag: bool| if flag { "True" } else { "False" };
        Ok(format!(
            "Extracted(text={text}, span=({start}, {end}), rule='{}', ambiguous={}, piece={})",
            self.rule,
            flag(self.ambiguous),
            flag(self.piece)
        ))
    }
}

/// How a response and a gold answer are read, and the verdict.
#[pyclass(module = "gradatim", frozen)]
pub(crate) struct Explanation {
    /// The verdict.
    #[pyo3(get)]
    verdict: Verdict,
    /// Whether the response thinks before it answers: `absent`, `closed`, or `open` where that never ends.
    #[pyo3(get)]
    thinking: Cow<'static, str>,
    /// The answer that was found in the response.
    #[pyo3(get)]
    found: Option<Extracted>,
    /// The tree that it is read as, operator first; None where it cannot be read.
    #[pyo3(get)]
    read_as: Option<String>,
    /// The gold answer without what is around it; None where there is none, or a proof.
    #[pyo3(get)]
    gold: Option<String>,
    /// The tree that it is read as.
    #[pyo3(get)]
    gold_read_as: Option<String>,
}

/// What an explanation is made of.
type Explained = (
    Verdict,
    String,
    Option<Extracted>,
    Option<String>,
    Option<String>,
    Option<String>,
);

#[pymethods]
impl Explanation {
    #[new]
    fn new(
        verdict: Bound<'_, Verdict>,
        thinking: String,
        found: Option<Bound<'_, Extracted>>,
        read_as: Option<String>,
        gold: Option<String>,
        gold_read_as: Option<String>,
    ) -> Self {
        Self {
            verdict: verdict.get().clone(),
            thinking: Cow::Owned(thinking),
            found: found.map(|found| found.get().clone()),
            read_as,
            gold,
            gold_read_as,
        }
    }

    /// What pickle makes it of again.
    fn __getnewargs__(&self) -> Explained {
        (
            self.verdict.clone(),
            self.thinking.clone().into_owned(),
            self.found.clone(),
            self.read_as.clone(),
            self.gold.clone(),
            self.gold_read_as.clone(),
        )
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let text = |text: &Option<String>| -> PyResult<String> {
            Ok(text.as_ref().into_pyobject(py)?.repr()?.to_string())
        };
        let found = self.found.as_ref().map(|found| found.__repr__(py));
        Ok(format!(
            "Explanation(verdict={}, thinking='{}', found={}, read_as={}, gold={}, gold_read_as={})",
            self.verdict.__repr__(py)?,
            self.thinking,
            found.transpose()?.unwrap_or_else(|| "None".to_owned()),
            text(&self.read_as)?,
            text(&self.gold)?,
            text(&self.gold_read_as)?,
        ))
    }
}

/// A text of Python; halves of letters, which UTF-8 has none of, are replaced.
type Text<'a, 'py> = &'a Bound<'py, PyString>;

fn gold_of<'a>(gold: Option<Text<'a, '_>>) -> std::borrow::Cow<'a, str> {
    gold.map(|gold| gold.to_string_lossy()).unwrap_or_default()
}

/// Judges a response by a gold answer.
#[pyfunction]
#[pyo3(signature = (gold, response, profile = "default", named = None))]
pub(crate) fn verify(
    py: Python<'_>,
    gold: Option<&Bound<'_, PyString>>,
    response: &Bound<'_, PyString>,
    profile: &str,
    named: Option<&Bound<'_, PyDict>>,
) -> PyResult<Verdict> {
    let options = options(profile, named)?;
    let (gold, response) = (gold_of(gold), response.to_string_lossy());
    Ok(py.detach(|| judge::verify_with(&gold, &response, &options).into()))
}

/// Judges a bare answer by a gold answer.
#[pyfunction]
#[pyo3(signature = (gold, answer, profile = "default", named = None))]
pub(crate) fn compare(
    py: Python<'_>,
    gold: Option<&Bound<'_, PyString>>,
    answer: &Bound<'_, PyString>,
    profile: &str,
    named: Option<&Bound<'_, PyDict>>,
) -> PyResult<Verdict> {
    let options = options(profile, named)?;
    let (gold, answer) = (gold_of(gold), answer.to_string_lossy());
    Ok(py.detach(|| judge::compare_with(&gold, &answer, &options).into()))
}

/// The answer of a response.
#[pyfunction]
#[pyo3(signature = (response, profile = "default", named = None))]
pub(crate) fn extract(
    py: Python<'_>,
    response: &Bound<'_, PyString>,
    profile: &str,
    named: Option<&Bound<'_, PyDict>>,
) -> PyResult<Option<Extracted>> {
    let options = options(profile, named)?;
    let response = response.to_string_lossy();
    Ok(py.detach(|| {
        let found = judge::extract_with(&response, &options);
        found.map(|found| Extracted::of(found, &response))
    }))
}

/// Judges a response, and shows how both texts are read.
#[pyfunction]
#[pyo3(signature = (gold, response, profile = "default", named = None))]
pub(crate) fn explain(
    py: Python<'_>,
    gold: Option<&Bound<'_, PyString>>,
    response: &Bound<'_, PyString>,
    profile: &str,
    named: Option<&Bound<'_, PyDict>>,
) -> PyResult<Explanation> {
    let options = options(profile, named)?;
    let (gold, response) = (gold_of(gold), response.to_string_lossy());
    Ok(py.detach(|| {
        let found = judge::extract_with(&response, &options);
        let read_gold = match judge::read_gold_with(&gold, &options) {
            Gold::Answer(answer) => Some(answer),
            Gold::Missing | Gold::Proof => None,
        };
        Explanation {
            verdict: judge::verify_with(&gold, &response, &options).into(),
            thinking: Cow::Borrowed(match judge::split_thinking(&response).state {
                Thinking::Absent => "absent",
                Thinking::Open => "open",
                Thinking::Closed => "closed",
            }),
            read_as: found.as_ref().and_then(|found| judge::reading(&found.text)),
            found: found.map(|found| Extracted::of(found, &response)),
            gold_read_as: read_gold.as_deref().and_then(judge::reading),
            gold: read_gold,
        }
    }))
}
