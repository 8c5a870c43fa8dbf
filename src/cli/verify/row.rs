//! One row: read, judged, written back with its verdict.

use std::borrow::Cow;

use crate::source::value;
use crate::verify::{self, Options, Verdict};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use super::Arguments;

/// Why a row cannot be judged.
#[derive(Clone, Copy)]
pub(super) enum Bad {
    Json,
    Field,
    Options,
}

impl Bad {
    fn code(self) -> &'static str {
        match self {
            Self::Json => "bad_json",
            Self::Field => "bad_row",
            Self::Options => "bad_options",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Json => "is no JSON object",
            Self::Options => "has `options` with an unknown name or a value that nothing here does",
            Self::Field => "has a gold answer or a response that is neither text nor a number",
        }
    }
}

/// A row's fields, in its order.
pub(super) type Fields = IndexMap<String, Box<RawValue>>;

/// Judges a row: an object with a gold answer and a response, and perhaps `options` of its own.
pub(super) fn judge(arguments: &Arguments, text: &[u8]) -> Result<Judged, Bad> {
    let mut fields: Fields = serde_json::from_slice(text).map_err(|_| Bad::Json)?;
    let gold = plain(fields.get(&arguments.gold_field).map(AsRef::as_ref))?;
    let response = plain(fields.get(&arguments.response_field).map(AsRef::as_ref))?;
    let own = match fields.get("options") {
        Some(raw) => serde_json::from_str(raw.get()).map_err(|_| Bad::Options)?,
        None => RowOptions::default(),
    };
    let gold = gold.unwrap_or_default();
    let response = response.unwrap_or_default();
    let options = own.over(arguments.profile.options())?;
    let verdict = verify::verify_with(&gold, &response, &options);
    let recorded = arguments.against.as_ref().and_then(|name| {
        let raw = fields.get(name)?.get();
        value::from_json(raw).ok()?.truth()
    });
    let gold = gold.into_owned();
    add(&mut fields, &verdict).map_err(|_| Bad::Json)?;
    let mut line = serde_json::to_vec(&fields).map_err(|_| Bad::Json)?;
    line.push(b'\n');
    Ok(Judged {
        line,
        verdict,
        recorded,
        gold,
    })
}

/// A judged row.
pub(super) struct Judged {
    /// The row as it is written back.
    pub line: Vec<u8>,
    pub verdict: Verdict,
    /// What the column says that verdicts are held against.
    pub recorded: Option<bool>,
    pub gold: String,
}

/// Options of one row, under the names that Math-Verify's own cases use.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RowOptions {
    strict: Option<bool>,
    float_rounding: Option<u32>,
    numeric_precision: Option<u32>,
    allow_set_relation_comp: Option<bool>,
    boxed_match_priority: Option<i32>,
    gold_extract: Option<Vec<PeerTarget>>,
    pred_extract: Option<Vec<PeerTarget>>,
    fallback_mode: Option<Fallback>,
    extraction_mode: Option<Extraction>,
}

/// What the peer looks for: `verify::Options` says what each means here.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PeerTarget {
    Latex,
    Expr,
    String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Fallback {
    NoFallback,
    FirstMatch,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Extraction {
    FirstMatch,
    AnyMatch,
}

/// Whether plain text may be an answer; refused where nothing may be one.
fn plain_text(kinds: Option<&Vec<PeerTarget>>, profile: bool) -> Result<bool, Bad> {
    match kinds.map(Vec::as_slice) {
        None => Ok(profile),
        Some([]) => Err(Bad::Options),
        Some(kinds) => Ok(kinds.iter().any(|kind| *kind != PeerTarget::Latex)),
    }
}

/// The peer's precision where it is coarser than its default, up to which values are exact here.
fn precision(decimals: Option<u32>) -> Option<u32> {
    decimals.filter(|decimals| *decimals < 15)
}

impl RowOptions {
    fn over(&self, profile: Options) -> Result<Options, Bad> {
        Ok(Options {
            strict: self.strict.unwrap_or(profile.strict),
            float_rounding: self.float_rounding.or(profile.float_rounding),
            numeric_precision: precision(self.numeric_precision).or(profile.numeric_precision),
            allow_set_relation_comp: self
                .allow_set_relation_comp
                .unwrap_or(profile.allow_set_relation_comp),
            boxed_match_priority: self
                .boxed_match_priority
                .unwrap_or(profile.boxed_match_priority),
            plain_text: plain_text(self.pred_extract.as_ref(), profile.plain_text)?,
            gold_plain_text: plain_text(self.gold_extract.as_ref(), profile.gold_plain_text)?,
            text_fallback: self
                .fallback_mode
                .map_or(profile.text_fallback, |mode| mode == Fallback::FirstMatch),
            any_match: self
                .extraction_mode
                .map_or(profile.any_match, |mode| mode == Extraction::AnyMatch),
            ..profile
        })
    }
}

/// The text of a field: a string, or a number or bool as it is written; none for null.
fn plain(field: Option<&RawValue>) -> Result<Option<Cow<'_, str>>, Bad> {
    let Some(raw) = field.map(RawValue::get) else {
        return Ok(None);
    };
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(raw)
            .map(|text| Some(Cow::Owned(text)))
            .map_err(|_| Bad::Field),
        Some(b'n') => Ok(None),
        Some(b'{' | b'[') | None => Err(Bad::Field),
        Some(_) => Ok(Some(Cow::Borrowed(raw))),
    }
}

fn add(fields: &mut Fields, verdict: &Verdict) -> serde_json::Result<()> {
    for (name, value) in [
        ("verdict", Some(verdict.outcome.as_str())),
        ("extracted", verdict.extracted.as_deref()),
        ("reason", Some(verdict.reason.as_str())),
    ] {
        fields.insert(name.to_owned(), to_raw_value(&value)?);
    }
    Ok(())
}

/// A row that stands for a line which could not be judged, so that lines keep their places.
pub(super) fn unjudged(text: &[u8], why: Bad, line: u64) -> Vec<u8> {
    let mut fields: Fields = serde_json::from_slice(text).unwrap_or_default();
    if fields.is_empty()
        && let Ok(number) = to_raw_value(&line)
    {
        fields.insert("line".into(), number);
    }
    for (name, value) in [
        ("verdict", Some("undecided")),
        ("extracted", None),
        ("reason", Some(why.code())),
    ] {
        if let Ok(value) = to_raw_value(&value) {
            fields.insert(name.into(), value);
        }
    }
    let mut line = serde_json::to_vec(&fields).unwrap_or_default();
    line.push(b'\n');
    line
}
