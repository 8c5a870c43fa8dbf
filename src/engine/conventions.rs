//! How answers are compared, as a row or a query says it: a JSON object of the verifier's options, by their names.
//!
//! `profile` names where they start from. Math-Verify's own settings are taken beside ours, so that its cases run
//! unmodified: the docs of `verify::Options` say what each means here. A null leaves an option as it is; the text
//! `"none"` takes away one that may be nothing.

use serde_json::{Map, Value};

use crate::error::did_you_mean;
use crate::verify::{Options, SETTINGS};

type Profile = fn() -> Options;

/// The conventions that others are named over.
const PROFILES: [(&str, Profile); 2] = [
    ("default", Options::default),
    ("math-verify", Options::math_verify),
];

/// The options that an object names over those that hold where it names none; fails with what is wrong in it.
pub(crate) fn named(object: &str, over: &Options) -> Result<Options, String> {
    let given: Map<String, Value> =
        serde_json::from_str(object).map_err(|_| "options are a JSON object".to_owned())?;
    let mut options = match given.get("profile") {
        Some(profile) => of_profile(profile)?,
        None => over.clone(),
    };
    for (name, value) in &given {
        set(&mut options, name, value)?;
    }
    Ok(options)
}

fn of_profile(profile: &Value) -> Result<Options, String> {
    let known = PROFILES.iter().find(|(name, _)| profile == name);
    let (_, options) = known.ok_or("`profile` is \"default\" or \"math-verify\"")?;
    Ok(options())
}

fn set(options: &mut Options, name: &str, value: &Value) -> Result<(), String> {
    if value.is_null() || name == "profile" {
        return Ok(());
    }
    match name {
        "gold_extract" => options.gold_plain_text = is_plain_text(name, value)?,
        "pred_extract" => options.plain_text = is_plain_text(name, value)?,
        "fallback_mode" => {
            options.text_fallback = is_second(name, value, ["no_fallback", "first_match"])?
        }
        "extraction_mode" => {
            options.any_match = is_second(name, value, ["first_match", "any_match"])?
        }
        _ => {
            let mut known = SETTINGS.iter().map(|setting| setting.name);
            if !known.clone().any(|known| known == name) {
                return Err(unknown(name, &mut known));
            }
            let value = match value {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                _ => return Err(format!("`{name}` is no list and no object")),
            };
            options
                .set(name, &value)
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn unknown(name: &str, known: &mut dyn Iterator<Item = &str>) -> String {
    let theirs = [
        "gold_extract",
        "pred_extract",
        "fallback_mode",
        "extraction_mode",
        "profile",
    ];
    let nearest = did_you_mean(name, known.chain(theirs));
    let nearest = nearest.trim_end_matches(" otherwise ");
    match nearest.is_empty() {
        true => format!("no option is called `{name}`"),
        false => format!("no option is called `{name}`: {nearest}"),
    }
}

/// Whether a setting of two words has the second.
fn is_second(name: &str, value: &Value, words: [&str; 2]) -> Result<bool, String> {
    match words.iter().position(|word| value == word) {
        Some(at) => Ok(at == 1),
        None => Err(format!("`{name}` is \"{}\" or \"{}\"", words[0], words[1])),
    }
}

/// Whether plain text is among what the peer looks for; refused where it looks for nothing.
fn is_plain_text(name: &str, value: &Value) -> Result<bool, String> {
    let kinds = value.as_array().filter(|kinds| !kinds.is_empty());
    let is_known = |kind: &Value| {
        ["latex", "expr", "string"]
            .iter()
            .any(|known| kind == known)
    };
    match kinds.filter(|kinds| kinds.iter().all(is_known)) {
        Some(kinds) => Ok(kinds.iter().any(|kind| kind != "latex")),
        None => Err(format!(
            "`{name}` is a list of \"latex\", \"expr\" and \"string\""
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_the_names_that_they_have_in_rust() {
        let object = r#"{"rel_tol": 1e-4, "strict": false, "rounding_digits": "none", "fuel": 9, "abs_tol": null}"#;
        let expected = Options {
            rel_tol: "0.0001".parse().ok(),
            strict: false,
            rounding_digits: None,
            fuel: 9,
            ..Options::default()
        };
        assert_eq!(named(object, &Options::default()), Ok(expected));
    }

    #[test]
    fn a_profile_comes_before_the_options_beside_it() {
        let object = r#"{"any_match": false, "profile": "math-verify"}"#;
        let expected = Options {
            any_match: false,
            ..Options::math_verify()
        };
        assert_eq!(named(object, &Options::default()), Ok(expected));
    }

    #[test]
    fn what_is_no_option_is_refused_in_words() {
        for (object, words) in [
            ("[]", "JSON object"),
            (r#"{"profile": "mathverify"}"#, "math-verify"),
            (r#"{"relative": 1}"#, "`relative`"),
            (r#"{"rel_tl": 1}"#, "did you mean `rel_tol`?"),
            (r#"{"rel_tol": -1}"#, "`rel_tol`"),
            (r#"{"strict": 1}"#, "`strict`"),
            (r#"{"strict": [true]}"#, "`strict`"),
            (r#"{"pred_extract": []}"#, "`pred_extract`"),
            (r#"{"fallback_mode": "first"}"#, "`fallback_mode`"),
        ] {
            let told = named(object, &Options::default()).expect_err("no options");
            assert!(told.contains(words), "{told}");
        }
    }
}
