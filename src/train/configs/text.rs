//! What a configuration says, and the spellings of it: YAML, TOML, and the arguments of a command.
//!
//! A key may say why it stands there, so a writer of our own: those there are drop comments. Every text that a reader
//! could take for something else stands in quotes, as JSON has them, which YAML and TOML read alike.

/// What a key says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Nothing,
    Bool(bool),
    Count(u64),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Keys(Keys),
}

/// Keys in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Keys(Vec<Key>);

#[derive(Clone, Debug, PartialEq)]
struct Key {
    name: &'static str,
    value: Value,
    /// Empty where nobody would ask.
    why: &'static str,
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Count(value.into())
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Count(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Keys> for Value {
    fn from(value: Keys) -> Self {
        Self::Keys(value)
    }
}

impl<const N: usize> From<[&str; N]> for Value {
    fn from(values: [&str; N]) -> Self {
        Self::List(values.map(Value::from).into())
    }
}

impl Value {
    fn unexpanded(self) -> Self {
        match self {
            Self::Text(text) => Self::Text(text.replace("${", r"\${")),
            Self::List(list) => Self::List(list.into_iter().map(Self::unexpanded).collect()),
            Self::Keys(keys) => Self::Keys(keys.unexpanded()),
            other => other,
        }
    }
}

impl Keys {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn key(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.because(name, value, "")
    }

    /// A key that says why it stands there.
    pub(super) fn because(
        mut self,
        name: &'static str,
        value: impl Into<Value>,
        why: &'static str,
    ) -> Self {
        let value = value.into();
        self.0.push(Key { name, value, why });
        self
    }

    /// The same with those of others behind.
    pub(super) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The same with this key where there is a value for it.
    pub(super) fn maybe(
        self,
        name: &'static str,
        value: Option<impl Into<Value>>,
        why: &'static str,
    ) -> Self {
        match value {
            Some(value) => self.because(name, value, why),
            None => self,
        }
    }

    /// The same, so that OmegaConf puts nothing in the place of `${…}`.
    pub(super) fn unexpanded(self) -> Self {
        let keys = self.0.into_iter().map(|key| Key {
            value: key.value.unexpanded(),
            ..key
        });
        Self(keys.collect())
    }

    /// As YAML, read alike by 1.1 and 1.2.
    pub(super) fn yaml(&self) -> String {
        let mut text = String::new();
        yaml_keys(&mut text, self, 0, "");
        text
    }

    /// As TOML: plain keys first, then a table for each that has keys of its own.
    pub(super) fn toml(&self) -> String {
        let mut text = String::new();
        toml_keys(&mut text, self, "");
        text
    }

    /// As the arguments of a command, a line each, in an array of a shell; `spell` makes words of name and value.
    pub(super) fn shell(&self, spell: fn(&str, &Value) -> Vec<String>) -> String {
        let keys = self.0.iter();
        let lines = keys.map(|key| {
            let words = spell(key.name, &key.value);
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            format!("  {}{}\n", words.join(" "), why(key.why))
        });
        format!("arguments=(\n{})\n", lines.collect::<String>())
    }
}

fn why(why: &str) -> String {
    match why {
        "" => String::new(),
        why => format!("  # {why}"),
    }
}

fn yaml_keys(text: &mut String, keys: &Keys, indent: usize, first: &str) {
    for (at, key) in keys.0.iter().enumerate() {
        let before = match at {
            0 if !first.is_empty() => first.to_owned(),
            _ => " ".repeat(indent),
        };
        *text += &format!("{before}{}:", key.name);
        match &key.value {
            Value::Keys(inner) => {
                *text += &format!("{}\n", why(key.why));
                yaml_keys(text, inner, indent + 2, "");
            }
            Value::List(list) if list.iter().any(|one| matches!(one, Value::Keys(_))) => {
                *text += &format!("{}\n", why(key.why));
                yaml_list(text, list, indent + 2);
            }
            plain => *text += &format!(" {}{}\n", flow(plain), why(key.why)),
        }
    }
}

fn yaml_list(text: &mut String, list: &[Value], indent: usize) {
    let dash = format!("{}- ", " ".repeat(indent));
    for one in list {
        match one {
            Value::Keys(keys) => yaml_keys(text, keys, indent + 2, &dash),
            plain => *text += &format!("{dash}{}\n", flow(plain)),
        }
    }
}

/// A value in one line.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Nothing => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Count(value) => value.to_string(),
        Value::Number(value) => decimal(*value),
        Value::Text(value) if is_plain(value) => value.clone(),
        Value::Text(value) => in_quotes(value),
        Value::List(list) => {
            let all: Vec<String> = list.iter().map(flow).collect();
            format!("[{}]", all.join(", "))
        }
        Value::Keys(keys) => {
            let all = keys.0.iter();
            let all: Vec<String> = all
                .map(|key| format!("{}: {}", key.name, flow(&key.value)))
                .collect();
            format!("{{{}}}", all.join(", "))
        }
    }
}

fn toml_keys(text: &mut String, keys: &Keys, path: &str) {
    let (tables, plain): (Vec<&Key>, Vec<&Key>) =
        (keys.0.iter()).partition(|key| matches!(key.value, Value::Keys(_)));
    for key in plain {
        *text += &format!(
            "{} = {}{}\n",
            key.name,
            toml_value(&key.value),
            why(key.why)
        );
    }
    for key in tables {
        let path = match path {
            "" => key.name.to_owned(),
            path => format!("{path}.{}", key.name),
        };
        *text += &format!("\n[{path}]{}\n", why(key.why));
        if let Value::Keys(inner) = &key.value {
            toml_keys(text, inner, &path);
        }
    }
}

fn toml_value(value: &Value) -> String {
    match value {
        Value::Text(value) => in_quotes(value),
        Value::List(list) => {
            let all: Vec<String> = list.iter().map(toml_value).collect();
            format!("[{}]", all.join(", "))
        }
        other => flow(other),
    }
}

/// A number that every reader takes for one: YAML 1.1 wants a point and the exponent's sign.
pub(super) fn decimal(number: f64) -> String {
    let plain = number.to_string();
    if number != 0.0 && (number.abs() < 1e-3 || number.abs() >= 1e15) {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let point = if digits.contains('.') { "" } else { ".0" };
        let sign = if exponent.starts_with('-') { "" } else { "+" };
        return format!("{digits}{point}e{sign}{exponent}");
    }
    match plain.contains('.') {
        true => plain,
        false => plain + ".0",
    }
}

/// Whether every reader of YAML takes the text for itself without quotes.
pub(super) fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    let goes_on = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    begins && text.chars().all(goes_on) && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// A text in quotes for YAML and TOML: as JSON has it, with whatever is no letter of a line written by its number.
pub(super) fn in_quotes(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            '\r' => quoted += "\\r",
            _ if letter.is_control()
                || "\u{2028}\u{2029}\u{feff}\u{fffe}\u{ffff}".contains(letter) =>
            {
                quoted += &format!("\\u{:04x}", u32::from(letter));
            }
            _ => quoted.push(letter),
        }
    }
    quoted + "\""
}

/// A word of a shell.
pub(crate) fn quoted(word: &str) -> String {
    let is_safe = |letter: char| letter.is_ascii_alphanumeric() || "_-./=:,+@%".contains(letter);
    match !word.is_empty() && word.chars().all(is_safe) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// A value as an argument of Python's `argparse` takes it.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        other => flow(other),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;

    fn keys() -> Keys {
        let inner = Keys::new()
            .because("path", "a b", "odd")
            .key("roles", ["assistant"]);
        Keys::new()
            .key("plain", "Qwen/Qwen2.5-7B")
            .because("no", "no", "a word of YAML")
            .key("rate", 1e-5)
            .key("whole", 5.0)
            .key("count", 3u32)
            .key("is", true)
            .key("none", Value::Nothing)
            .because("list", Value::List(vec![inner.clone().into()]), "of one")
            .because("table", inner, "")
    }

    #[test]
    fn each_key_stands_in_a_line_with_why_it_does() {
        let yaml = "plain: Qwen/Qwen2.5-7B\nno: \"no\"  # a word of YAML\nrate: 1.0e-5\nwhole: 5.0\ncount: 3\nis: true\nnone: null\n\
                    list:  # of one\n  - path: \"a b\"  # odd\n    roles: [assistant]\ntable:\n  path: \"a b\"  # odd\n  roles: [assistant]\n";
        assert_eq!(keys().yaml(), yaml);
        let table = Keys::new()
            .key("a", 1u32)
            .because("b", Keys::new().key("c", "d"), "why");
        assert_eq!(table.toml(), "a = 1\n\n[b]  # why\nc = \"d\"\n");
        let shell = Keys::new()
            .because("a", "it's", "odd")
            .shell(|name, value| vec![format!("--{name}"), plain(value)]);
        assert_eq!(shell, "arguments=(\n  --a 'it'\\''s'  # odd\n)\n");
    }

    #[test]
    fn a_number_has_a_point_and_its_exponent_a_sign() {
        for (number, text) in [
            (1e-5, "1.0e-5"),
            (1.5e-4, "1.5e-4"),
            (0.95, "0.95"),
            (0.0, "0.0"),
            (32.0, "32.0"),
            (1e16, "1.0e+16"),
        ] {
            assert_eq!(decimal(number), text);
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_yaml_and_toml(text in any::<String>()) {
            let keys = Keys::new().key("a", text.as_str()).key("list", Value::List(vec![text.clone().into()]));
            let expected = json!({ "a": text, "list": [text] });
            let yaml: Json = serde_saphyr::from_str(&keys.yaml()).expect("YAML");
            prop_assert_eq!(&yaml, &expected);
            let toml: Json = toml::from_str(&keys.toml()).expect("TOML");
            prop_assert_eq!(&toml, &expected);
        }

        #[test]
        fn any_word_that_looks_like_something_else_is_a_text(text in "[-0-9.eE+_:#~yYnNoOtrufals \\[{&*!|>'\"%@`]{0,6}") {
            let keys = Keys::new().key("a", text.as_str());
            let yaml: Json = serde_saphyr::from_str(&keys.yaml()).expect("YAML");
            prop_assert_eq!(yaml, json!({ "a": text }));
        }
    }
}
