//! Functions of SQL over texts: `extract_answer`, `contaminated` and `same_problem`, by the code of the stages.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray, BooleanArray, StringViewArray};
use arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature,
    Volatility,
};
use datafusion::prelude::SessionContext;

use crate::ids::problem_id;
use crate::screen::contamination::fingerprint::{Fingerprint, Forms};
use crate::screen::contamination::{Detector, Outcome, shipped};
use crate::screen::near::clusters;
use crate::select::validation::THRESHOLD;
use crate::verify;

type Answer<T> = Result<T, DataFusionError>;

/// Registers them with a session.
pub(super) fn register(context: &SessionContext) {
    for asked in [Asked::Extracted, Asked::Item, Asked::IsSame] {
        let texts = |count| TypeSignature::Exact(vec![DataType::Utf8View; count]);
        let counts = asked.counts().iter().map(|&count| texts(count));
        let signature = Signature::one_of(counts.collect(), Volatility::Immutable);
        context.register_udf(ScalarUDF::new_from_impl(Function { asked, signature }));
    }
}

/// What is asked of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Asked {
    /// `extract_answer(response)`; `extract_answer(gold, response)` as a verdict on that gold answer reads it.
    Extracted,
    /// `contaminated(problem)`, `contaminated(problem, gold)`: the item of a benchmark that comes with the program.
    Item,
    /// `same_problem(a, b)`: whether they are one, or near duplicates by the share that validation sets are kept apart by.
    IsSame,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Function {
    asked: Asked,
    signature: Signature,
}

impl Asked {
    fn name(self) -> &'static str {
        match self {
            Self::Extracted => "extract_answer",
            Self::Item => "contaminated",
            Self::IsSame => "same_problem",
        }
    }

    /// How many texts it takes.
    fn counts(self) -> &'static [usize] {
        match self {
            Self::Extracted | Self::Item => &[1, 2],
            Self::IsSame => &[2],
        }
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.asked.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Answer<DataType> {
        Ok(match self.asked {
            Asked::Extracted | Asked::Item => DataType::Utf8View,
            Asked::IsSame => DataType::Boolean,
        })
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Answer<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let texts: Vec<&StringViewArray> =
            arrays.iter().map(|array| array.as_string_view()).collect();
        Ok(ColumnarValue::Array(match self.asked {
            Asked::Extracted => extracted(&texts)?,
            Asked::Item => items(&texts)?,
            Asked::IsSame => are_same(&texts)?,
        }))
    }
}

fn strings(texts: impl Iterator<Item = Option<String>>) -> ArrayRef {
    Arc::new(texts.collect::<StringViewArray>())
}

fn extracted(texts: &[&StringViewArray]) -> Answer<ArrayRef> {
    Ok(match texts {
        [responses] => strings(
            responses
                .iter()
                .map(|text| Some(verify::extract(text?)?.text)),
        ),
        [golds, responses] => strings(
            golds
                .iter()
                .zip(*responses)
                .map(|(gold, text)| verify::verify(gold.unwrap_or_default(), text?).extracted),
        ),
        _ => return exec_err!("extract_answer takes a response, or a gold answer and a response"),
    })
}

/// The worst hit of each problem, as the ledger names it; null where there is none that is a benchmark's.
fn items(texts: &[&StringViewArray]) -> Answer<ArrayRef> {
    static DETECTOR: LazyLock<Result<Detector, String>> = LazyLock::new(detector);
    let detector = match &*DETECTOR {
        Ok(detector) => detector,
        Err(why) => return exec_err!("{why}"),
    };
    Ok(match texts {
        [problems] => strings(problems.iter().map(|text| item(detector, text?, None))),
        [problems, golds] => {
            let pairs = problems.iter().zip(*golds);
            strings(pairs.map(|(text, gold)| item(detector, text?, gold)))
        }
        _ => return exec_err!("contaminated takes a problem, and its gold answer behind it"),
    })
}

/// Of all benchmarks that come with the program.
fn detector() -> Result<Detector, String> {
    let prints = shipped::names().filter_map(shipped::shipped);
    let prints = prints.map(Fingerprint::from_bytes);
    Ok(Detector::new(prints.collect::<Result<_, String>>()?))
}

fn item(detector: &Detector, problem: &str, gold: Option<&str>) -> Option<String> {
    let hits = detector.hits_of(&Forms::of(problem), gold, &[]);
    let mut hits = hits.iter();
    let hit = hits.find(|hit| hit.class.outcome() == Outcome::Contaminated)?;
    let benchmark = &detector.benchmarks()[hit.benchmark as usize].name;
    Some(format!(
        "{benchmark}/{} ({})",
        detector.item(hit).id,
        hit.class.as_str()
    ))
}

fn are_same(texts: &[&StringViewArray]) -> Answer<ArrayRef> {
    let [firsts, others] = texts else {
        return exec_err!("same_problem takes two problems");
    };
    let pairs = firsts.iter().zip(*others);
    let same = pairs.map(|(first, other)| Some(is_same(first?, other?)));
    Ok(Arc::new(same.collect::<BooleanArray>()))
}

fn is_same(first: &str, other: &str) -> bool {
    let problems = [first, other].map(|text| (problem_id(text), text));
    problems[0].0 == problems[1].0 || {
        let found = clusters(&problems, THRESHOLD);
        found.first[0] == found.first[1]
    }
}
