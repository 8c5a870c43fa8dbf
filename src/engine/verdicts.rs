//! Verdicts as functions of SQL: `verdict(gold, response)` and `compare(gold, answer)`, and options behind either.
//!
//! Options are a text, the JSON object that a row of `gradatim verify` may carry:
//! `verdict(gold, response, '{"rel_tol": 1e-4}')`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray};
use arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature,
    Volatility,
};
use datafusion::prelude::SessionContext;

use super::conventions;
use crate::verify::{self, Options, Verdict};

type Answer<T> = Result<T, DataFusionError>;

/// Registers both with a session.
pub(super) fn register(context: &SessionContext) {
    for judged in [Judged::Response, Judged::Answer] {
        let texts = |count| TypeSignature::Exact(vec![DataType::Utf8View; count]);
        let signature = Signature::one_of(vec![texts(2), texts(3)], Volatility::Immutable);
        context.register_udf(ScalarUDF::new_from_impl(Judging { judged, signature }));
    }
}

/// What stands beside the gold answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Judged {
    Response,
    Answer,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Judging {
    judged: Judged,
    signature: Signature,
}

impl Judged {
    fn verdict(self, gold: &str, text: &str, options: &Options) -> Verdict {
        match self {
            Self::Response => verify::verify_with(gold, text, options),
            Self::Answer => verify::compare_with(gold, text, options),
        }
    }
}

impl ScalarUDFImpl for Judging {
    fn name(&self) -> &str {
        match self.judged {
            Judged::Response => "verdict",
            Judged::Answer => "compare",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Answer<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Answer<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let [gold, text, options @ ..] = arrays.as_slice() else {
            return exec_err!("{} takes a gold answer and a text", self.name());
        };
        let (gold, text) = (gold.as_string_view(), text.as_string_view());
        let mut given = Given::of(options.first());
        let mut outcomes = Vec::with_capacity(gold.len());
        for (at, (gold, text)) in gold.iter().zip(text).enumerate() {
            let options = given.at(at)?;
            let verdict = |text| self.judged.verdict(gold.unwrap_or_default(), text, options);
            outcomes.push(text.map(|text| verdict(text).outcome.as_str()));
        }
        Ok(ColumnarValue::Array(Arc::new(StringViewArray::from_iter(
            outcomes,
        ))))
    }
}

/// The options of each row; those of one text are read once.
struct Given<'a> {
    texts: Option<&'a StringViewArray>,
    last: Option<&'a str>,
    options: Options,
}

impl<'a> Given<'a> {
    fn of(texts: Option<&'a ArrayRef>) -> Self {
        Self {
            texts: texts.map(|texts| texts.as_string_view()),
            last: None,
            options: Options::default(),
        }
    }

    fn at(&mut self, row: usize) -> Answer<&Options> {
        let text = self.texts.filter(|texts| texts.is_valid(row));
        let text = text.map(|texts| texts.value(row));
        if text != self.last {
            let named = conventions::named(text.unwrap_or("{}"), &Options::default());
            self.options = match named {
                Ok(options) => options,
                Err(why) => return exec_err!("{why}"),
            };
            self.last = text;
        }
        Ok(&self.options)
    }
}
