//! The options by their names, for who has them as text: a command line, a row, a query.
//!
//! One table, so that each of these has every option, under the name that Rust has it by.

use std::fmt;
use std::str::FromStr;

use crate::options::{Options, Tolerance};

/// An option that has a name.
///
/// ```
/// use gradatim_verify::{Options, SETTINGS};
///
/// let mut options = Options::default();
/// options.set("rel_tol", "1e-4")?;
/// options.set("strict", "false")?;
/// assert_eq!(options.rel_tol, "1e-4".parse().ok());
/// assert!(!options.strict);
/// assert!(options.set("strict", "perhaps").is_err());
/// assert!(SETTINGS.iter().any(|setting| setting.name == "abs_tol"));
/// # Ok::<(), gradatim_verify::BadSetting>(())
/// ```
pub struct Setting {
    /// The field of [`Options`].
    pub name: &'static str,
    /// What it does, in a sentence without its stop.
    pub about: &'static str,
    field: Field,
}

/// Where a setting is kept, and so which values it takes.
enum Field {
    Flag(fn(&mut Options) -> &mut bool),
    Count(fn(&mut Options) -> &mut Option<u32>),
    /// A count from which on it is none.
    CountBelow(u32, fn(&mut Options) -> &mut Option<u32>),
    Tolerance(fn(&mut Options) -> &mut Option<Tolerance>),
    Priority(fn(&mut Options) -> &mut i32),
    Fuel(fn(&mut Options) -> &mut u64),
}

/// What takes away an option that may be nothing.
const NONE: &str = "none";

/// From so many decimals on, the peer's default, values are compared exactly here.
const PRECISION_EXACT: u32 = 15;

/// Every option, in the order of [`Options`].
pub const SETTINGS: [Setting; 18] = [
    Setting {
        name: "rounding_digits",
        about: "How many digits a decimal in the gold answer needs to stand for a value that rounds to it",
        field: Field::Count(|options| &mut options.rounding_digits),
    },
    Setting {
        name: "answer_rounding_digits",
        about: "The same for a decimal in the response",
        field: Field::Count(|options| &mut options.answer_rounding_digits),
    },
    Setting {
        name: "float_rounding",
        about: "Values, one of them a decimal, are equal that round to the same at so many decimals",
        field: Field::Count(|options| &mut options.float_rounding),
    },
    Setting {
        name: "rel_tol",
        about: "Values are equal that differ by no more than this share of the gold answer",
        field: Field::Tolerance(|options| &mut options.rel_tol),
    },
    Setting {
        name: "abs_tol",
        about: "Values are equal that differ by no more than this",
        field: Field::Tolerance(|options| &mut options.abs_tol),
    },
    Setting {
        name: "numeric_precision",
        about: "Constants are equal that differ below so many decimals; from 15 on only where that is proved",
        field: Field::CountBelow(PRECISION_EXACT, |options| &mut options.numeric_precision),
    },
    Setting {
        name: "bare_percent",
        about: "`28%` may stand for 28",
        field: Field::Flag(|options| &mut options.bare_percent),
    },
    Setting {
        name: "strict",
        about: "The names of variables count, and a set is no tuple",
        field: Field::Flag(|options| &mut options.strict),
    },
    Setting {
        name: "allow_set_relation_comp",
        about: "A relation in the response may stand for the set that the gold answer gives",
        field: Field::Flag(|options| &mut options.allow_set_relation_comp),
    },
    Setting {
        name: "stated_values",
        about: "`a + b = 5` in the response may stand for the number 5",
        field: Field::Flag(|options| &mut options.stated_values),
    },
    Setting {
        name: "boxed_match_priority",
        about: "Where boxes stand: below 0 nowhere, from 50 on behind a final answer that is announced later, from \
                100 on behind any",
        field: Field::Priority(|options| &mut options.boxed_match_priority),
    },
    Setting {
        name: "loose_boxes",
        about: "Words between two boxes on a line leave them parts of one answer",
        field: Field::Flag(|options| &mut options.loose_boxes),
    },
    Setting {
        name: "inline_across_lines",
        about: "Inline mathematics may run over the end of a line",
        field: Field::Flag(|options| &mut options.inline_across_lines),
    },
    Setting {
        name: "plain_text",
        about: "An answer may be plain text, without the delimiters of mathematics",
        field: Field::Flag(|options| &mut options.plain_text),
    },
    Setting {
        name: "gold_plain_text",
        about: "The same for the gold answer",
        field: Field::Flag(|options| &mut options.gold_plain_text),
    },
    Setting {
        name: "text_fallback",
        about: "What cannot be read as mathematics is compared as text",
        field: Field::Flag(|options| &mut options.text_fallback),
    },
    Setting {
        name: "any_match",
        about: "An answer that cannot be read is passed over for the next",
        field: Field::Flag(|options| &mut options.any_match),
    },
    Setting {
        name: "fuel",
        about: "What one verdict may spend, in units of about ten nanoseconds",
        field: Field::Fuel(|options| &mut options.fuel),
    },
];

impl Setting {
    /// Which values it takes, in words.
    pub fn values(&self) -> &'static str {
        match self.field {
            Field::Flag(_) => "true or false",
            Field::Count(_) | Field::CountBelow(..) => "a whole number from 0 on, or none",
            Field::Tolerance(_) => "a decimal from 0 on such as 0.001 or 1e-4, or none",
            Field::Priority(_) => "a whole number",
            Field::Fuel(_) => "a whole number from 0 on",
        }
    }

    /// The same in one word, for a line of help.
    pub fn placeholder(&self) -> &'static str {
        match self.field {
            Field::Flag(_) => "BOOL",
            Field::Count(_) | Field::CountBelow(..) | Field::Priority(_) | Field::Fuel(_) => "N",
            Field::Tolerance(_) => "DECIMAL",
        }
    }

    /// Sets it; nothing where it takes no such value.
    fn set(&self, options: &mut Options, value: &str) -> Option<()> {
        match self.field {
            Field::Flag(field) => *field(options) = value.parse().ok()?,
            Field::Count(field) => *field(options) = unless_none(value)?,
            Field::CountBelow(end, field) => {
                *field(options) = unless_none(value)?.filter(|count| *count < end);
            }
            Field::Tolerance(field) => *field(options) = unless_none(value)?,
            Field::Priority(field) => *field(options) = value.parse().ok()?,
            Field::Fuel(field) => *field(options) = value.parse().ok()?,
        }
        Some(())
    }
}

/// A value, or none where it says so; nothing where it is neither.
fn unless_none<T: FromStr>(value: &str) -> Option<Option<T>> {
    match value {
        NONE => Some(None),
        value => value.parse().ok().map(Some),
    }
}

impl Options {
    /// Sets the option of that name to a value as it is written; one that may be nothing takes `none`.
    ///
    /// # Errors
    ///
    /// Where there is no such option, or it takes no such value; nothing is changed then.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), BadSetting> {
        let setting = SETTINGS.iter().find(|setting| setting.name == name);
        let setting = setting.ok_or_else(|| BadSetting(Wrong::Name(name.to_owned())))?;
        let set = setting.set(self, value);
        set.ok_or_else(|| BadSetting(Wrong::Value(setting.name, setting.values())))
    }
}

/// No option has that name, or it takes no such value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting(Wrong);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Wrong {
    Name(String),
    Value(&'static str, &'static str),
}

impl fmt::Display for BadSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Wrong::Name(name) => write!(formatter, "no option is called `{name}`"),
            Wrong::Value(name, values) => write!(formatter, "`{name}` takes {values}"),
        }
    }
}

impl std::error::Error for BadSetting {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each field with its value as it is shown.
    fn fields(options: &Options) -> Vec<(String, String)> {
        let shown = format!("{options:#?}");
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in shown.lines().filter_map(|line| line.strip_prefix("    ")) {
            match line.split_once(": ").filter(|_| !line.starts_with(' ')) {
                Some((name, value)) => fields.push((name.to_owned(), value.to_owned())),
                None => fields.last_mut().expect("a field").1.push_str(line),
            }
        }
        fields
    }

    #[test]
    fn every_option_has_a_name_in_the_table_and_in_their_order() {
        let names = fields(&Options::default())
            .into_iter()
            .map(|(name, _)| name);
        assert!(names.eq(SETTINGS.iter().map(|setting| setting.name)));
    }

    #[test]
    fn each_name_sets_its_own_option_and_no_other() {
        let before = fields(&Options::default());
        for setting in &SETTINGS {
            let is_set = |value: &&str| {
                let mut options = Options::default();
                options.set(setting.name, value) == Ok(()) && options != Options::default()
            };
            let value = ["true", "false", "7"].into_iter().find(is_set);
            let mut options = Options::default();
            assert_eq!(options.set(setting.name, value.expect("a value")), Ok(()));
            let after = fields(&options);
            let changed = before
                .iter()
                .zip(&after)
                .filter(|(before, after)| before != after);
            let changed: Vec<&String> = changed.map(|(_, (name, _))| name).collect();
            assert_eq!(changed, [setting.name]);
        }
    }

    #[test]
    fn a_value_that_an_option_does_not_take_is_refused_and_changes_nothing() {
        let mut options = Options::default();
        for (name, value) in [
            ("strict", "yes"),
            ("strict", "none"),
            ("rounding_digits", "-1"),
            ("rounding_digits", "4294967296"),
            ("rel_tol", "-1e-4"),
            ("abs_tol", "1e999"),
            ("fuel", "none"),
            ("boxed_match_priority", ""),
            ("no_such_option", "1"),
        ] {
            assert!(options.set(name, value).is_err(), "{name} {value}");
        }
        assert_eq!(options, Options::default());
        assert_eq!(options.set("rounding_digits", "none"), Ok(()));
        assert_eq!(options.rounding_digits, None);
        assert_eq!(options.set("numeric_precision", "15"), Ok(()));
        assert_eq!(options.numeric_precision, None);
    }
}
