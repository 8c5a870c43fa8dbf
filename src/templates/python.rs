//! What Jinja does in Python's way: methods of texts, how values are printed, JSON, dates.
//!
//! The differences are small and hidden: Python's white space has the separators U+001C to U+001F and its JSON a blank
//! behind each comma. A template that strips or prints gives other bytes without them.

use minijinja::value::{Kwargs, ValueKind, from_args};
use minijinja::{Environment, Error, ErrorKind, Output, State, Value};

/// Gives an environment Python's ways.
pub(super) fn set_up(environment: &mut Environment<'static>) {
    environment.set_unknown_method_callback(method);
    environment.set_formatter(format);
    environment.add_filter("tojson", to_json);
    environment.add_filter("trim", trim);
    environment.add_filter("string", |value: Value| printed(&value));
    environment.add_test("iterable", is_iterable);
    environment.add_function("raise_exception", raise_exception);
    environment.add_function("strftime_now", strftime_now);
}

fn raise_exception(message: String) -> Result<Value, Error> {
    Err(Error::new(ErrorKind::InvalidOperation, message))
}

/// Whether `iter(value)` takes it: for `minijinja`, `none` is an empty list too.
fn is_iterable(value: &Value) -> bool {
    !value.is_none() && (value.as_str().is_some() || value.try_iter().is_ok())
}

/// Whether `str.isspace` says so in Python.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{1c}'..='\u{1f}')
}

/// A method that values of `minijinja` have not.
fn method(
    state: &mut State<'_, '_>,
    value: &Value,
    name: &str,
    arguments: &[Value],
) -> Result<Value, Error> {
    if let (Some(text), "strip" | "lstrip" | "rstrip") = (value.as_str(), name) {
        let (of,): (Option<&str>,) = from_args(arguments)?;
        return Ok(Value::from(stripped(text, name, of)));
    }
    if let (Some(text), "split", []) = (value.as_str(), name, arguments) {
        let words = text.split(is_space).filter(|word| !word.is_empty());
        return Ok(words.map(Value::from).collect());
    }
    minijinja_contrib::pycompat::unknown_method_callback(state, value, name, arguments)
}

/// A text without the letters `of` at its ends, or without white space.
fn stripped<'t>(text: &'t str, method: &str, of: Option<&str>) -> &'t str {
    let goes = |letter: char| of.map_or_else(|| is_space(letter), |of| of.contains(letter));
    match method {
        "lstrip" => text.trim_start_matches(goes),
        "rstrip" => text.trim_end_matches(goes),
        _ => text.trim_matches(goes),
    }
}

fn trim(value: Value, of: Option<String>) -> String {
    let text = printed(&value);
    stripped(&text, "strip", of.as_deref()).to_owned()
}

fn format(output: &mut Output, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::String | ValueKind::Undefined | ValueKind::Number => {
            minijinja::escape_formatter(output, state, value)
        }
        _ => output.write_str(&printed(value)).map_err(Error::from),
    }
}

/// `str(value)`.
fn printed(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None if value.is_undefined() => String::new(),
        None => representation(value),
    }
}

/// `repr(value)`.
fn representation(value: &Value) -> String {
    let listed = |open: &str, close: &str| {
        let items = value.try_iter().into_iter().flatten();
        let items: Vec<String> = items.map(|item| representation(&item)).collect();
        format!("{open}{}{close}", items.join(", "))
    };
    match value.kind() {
        ValueKind::None => "None".into(),
        ValueKind::Bool if value.is_true() => "True".into(),
        ValueKind::Bool => "False".into(),
        ValueKind::String => quoted(value.as_str().unwrap_or_default()),
        ValueKind::Seq | ValueKind::Iterable => listed("[", "]"),
        ValueKind::Map => {
            let keys = value.try_iter().into_iter().flatten();
            let pairs = keys.map(|key| {
                let held = value.get_item(&key).unwrap_or_default();
                format!("{}: {}", representation(&key), representation(&held))
            });
            let pairs: Vec<String> = pairs.collect();
            format!("{{{}}}", pairs.join(", "))
        }
        _ => value.to_string(),
    }
}

/// A text in quotation marks as Python writes it.
fn quoted(text: &str) -> String {
    let quote = match text.contains('\'') && !text.contains('"') {
        true => '"',
        false => '\'',
    };
    let mut quoted = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\n' => quoted += "\\n",
            '\r' => quoted += "\\r",
            '\t' => quoted += "\\t",
            '\\' => quoted += "\\\\",
            letter if letter == quote => quoted.extend(['\\', letter]),
            letter => quoted.push(letter),
        }
    }
    quoted.push(quote);
    quoted
}

/// `json.dumps`, with a blank behind commas and colons.
fn to_json(value: Value, indent: Option<Value>, options: Kwargs) -> Result<Value, Error> {
    let indent = match options.get::<Option<Value>>("indent")? {
        Some(indent) => Some(indent),
        None => indent,
    };
    let separators: Option<Vec<String>> = options.get("separators")?;
    let layout = Layout {
        indent: indent.and_then(|indent| indent.as_usize()),
        separators: separators.and_then(|pair| <[String; 2]>::try_from(pair).ok()),
        is_ascii: options
            .get::<Option<bool>>("ensure_ascii")?
            .unwrap_or(false),
        is_sorted: options.get::<Option<bool>>("sort_keys")?.unwrap_or(false),
    };
    options.assert_all_used()?;
    let json = serde_json::to_value(&value);
    let json = json.map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    let mut text = String::new();
    layout.write(&json, 0, &mut text);
    Ok(Value::from_safe_string(text))
}

/// How `json.dumps` was asked to write.
struct Layout {
    indent: Option<usize>,
    separators: Option<[String; 2]>,
    is_ascii: bool,
    is_sorted: bool,
}

impl Layout {
    fn write(&self, json: &serde_json::Value, depth: usize, text: &mut String) {
        use serde_json::Value as Json;
        match json {
            Json::Array(items) => {
                let items = items.iter().map(|item| (None, item));
                self.write_all(['[', ']'], items.collect(), depth, text);
            }
            Json::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, held)| (Some(name.as_str()), held));
                let mut fields: Vec<_> = fields.collect();
                if self.is_sorted {
                    fields.sort_by_key(|(name, _)| *name);
                }
                self.write_all(['{', '}'], fields, depth, text);
            }
            Json::String(string) => self.write_text(string, text),
            other => *text += &other.to_string(),
        }
    }

    fn write_all(
        &self,
        [open, close]: [char; 2],
        items: Vec<(Option<&str>, &serde_json::Value)>,
        depth: usize,
        text: &mut String,
    ) {
        let comma = match (&self.separators, self.indent) {
            (Some([comma, _]), _) => comma.as_str(),
            (None, Some(_)) => ",",
            (None, None) => ", ",
        };
        let colon = self.separators.as_ref().map_or(": ", |[_, colon]| colon);
        text.push(open);
        let is_empty = items.is_empty();
        for (at, (name, item)) in items.into_iter().enumerate() {
            if at > 0 {
                *text += comma;
            }
            self.break_line(depth + 1, text);
            if let Some(name) = name {
                self.write_text(name, text);
                *text += colon;
            }
            self.write(item, depth + 1, text);
        }
        if !is_empty {
            self.break_line(depth, text);
        }
        text.push(close);
    }

    fn break_line(&self, depth: usize, text: &mut String) {
        if let Some(indent) = self.indent {
            text.push('\n');
            text.extend(std::iter::repeat_n(
                ' ',
                indent.saturating_mul(depth).min(1 << 10),
            ));
        }
    }

    fn write_text(&self, string: &str, text: &mut String) {
        let written = serde_json::Value::from(string).to_string();
        for letter in written.chars() {
            match letter {
                letter if self.is_ascii && !letter.is_ascii() => {
                    let mut units = [0; 2];
                    for unit in letter.encode_utf16(&mut units) {
                        *text += &format!("\\u{unit:04x}");
                    }
                }
                letter => text.push(letter),
            }
        }
    }
}

/// The date that templates are told is today's: what is said of a row does not depend on when it is said. It is the one
/// that Llama's templates fall back to.
const TODAY: [(char, &str); 12] = [
    ('d', "26"),
    ('b', "Jul"),
    ('B', "July"),
    ('Y', "2024"),
    ('y', "24"),
    ('m', "07"),
    ('A', "Friday"),
    ('a', "Fri"),
    ('H', "00"),
    ('M', "00"),
    ('S', "00"),
    ('j', "208"),
];

fn strftime_now(form: String) -> String {
    let mut text = String::new();
    let mut letters = form.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        // A `-` asks for no zero before a number; the day has none.
        let code = letters.by_ref().find(|code| *code != '-');
        let said = TODAY.iter().find(|(known, _)| Some(*known) == code);
        match (said, code) {
            (Some((_, said)), _) => text += said,
            (None, Some('%') | None) => text.push('%'),
            (None, Some(code)) => text.extend(['%', code]),
        }
    }
    text
}
