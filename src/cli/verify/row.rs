//! One row: read, judged, written back with its verdict.

use crate::verify::{self, Options, Verdict};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use super::field::Texts;
use super::{Arguments, input};

/// Why a row cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    Json,
    Field,
    Options,
    Large,
}

impl Bad {
    pub(super) const ALL: [Self; 4] = [Self::Json, Self::Field, Self::Options, Self::Large];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Json => "bad_json",
            Self::Field => "bad_row",
            Self::Options => "bad_options",
            Self::Large => "too_large",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Json => "no JSON object",
            Self::Options => "`options` with an unknown name or a value that nothing here does",
            Self::Large => "more than 16 MiB, or more than 65,536 responses",
            Self::Field => "a gold answer or a response that is neither text nor a number",
        }
    }
}

/// A row's fields, in its order.
pub(super) type Fields = IndexMap<String, Box<RawValue>>;

/// Judges a row: an object with a gold answer and a response, or several, and perhaps `options` of its own.
pub(super) fn judge(arguments: &Arguments, text: &[u8]) -> Result<Judged, Bad> {
    if text == input::TOO_LARGE {
        return Err(Bad::Large);
    }
    let mut fields: Fields = serde_json::from_slice(text).map_err(|_| Bad::Json)?;
    let gold = arguments.gold_field.text(&fields)?.unwrap_or_default();
    let gold = gold.into_owned();
    let own = match fields.get("options") {
        Some(raw) => serde_json::from_str(raw.get()).map_err(|_| Bad::Options)?,
        None => RowOptions::default(),
    };
    let options = own.over(arguments.profile.options())?;
    let against = arguments.against.as_ref();
    let recorded = against.map_or_else(Vec::new, |field| field.truths(&fields));
    let (responses, is_one) = match arguments.response_field.texts(&fields)? {
        Texts::One(response) => (vec![response], true),
        Texts::Several(responses) => (responses, false),
    };
    let responses = responses.iter().enumerate();
    let judgements = responses.map(|(at, response)| Judgement {
        verdict: verify::verify_with(&gold, response.as_deref().unwrap_or_default(), &options),
        // One that is recorded of the row is of each of its responses.
        recorded: *recorded
            .get(if recorded.len() == 1 { 0 } else { at })
            .unwrap_or(&None),
    });
    let judgements: Vec<Judgement> = judgements.collect();
    add(&mut fields, &judgements, is_one).map_err(|_| Bad::Json)?;
    let mut line = serde_json::to_vec(&fields).map_err(|_| Bad::Json)?;
    line.push(b'\n');
    Ok(Judged {
        line,
        judgements,
        gold,
    })
}

/// A judged row.
pub(super) struct Judged {
    /// The row as it is written back.
    pub line: Vec<u8>,
    /// Of each response.
    pub judgements: Vec<Judgement>,
    pub gold: String,
}

/// A judged response.
pub(super) struct Judgement {
    pub verdict: Verdict,
    /// What the column says that verdicts are held against.
    pub recorded: Option<bool>,
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

/// Adds what was judged: of one response its verdict, of a list of them a list of each.
fn add(fields: &mut Fields, judgements: &[Judgement], is_one: bool) -> serde_json::Result<()> {
    let verdicts = || judgements.iter().map(|one| &one.verdict);
    let outcomes = verdicts().map(|verdict| Some(verdict.outcome.as_str()));
    let extracted = verdicts().map(|verdict| verdict.extracted.as_deref());
    let reasons = verdicts().map(|verdict| Some(verdict.reason.as_str()));
    for (name, values) in [
        ("verdict", outcomes.collect::<Vec<_>>()),
        ("extracted", extracted.collect()),
        ("reason", reasons.collect()),
    ] {
        let raw = match (is_one, values.as_slice()) {
            (true, [value]) => to_raw_value(value)?,
            _ => to_raw_value(&values)?,
        };
        fields.insert(name.to_owned(), raw);
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
