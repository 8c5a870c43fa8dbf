//! Chat templates: a conversation to the text that a model is trained on, and where a template says the loss is.
//!
//! A trainer renders a row with the model's own Jinja template, and that decides whether the thinking is still there,
//! which system message it is learned under and where it ends. What is said of a row here is therefore what Jinja says
//! of it, byte for byte: `minijinja` runs the template, and where Python prints, strips or writes JSON in its own way, so
//! does [`python`]. Templates come from a model's folder, or are built in ([`built_in`]).

pub mod built_in;
mod python;
pub mod special;

use std::ops::Range;
use std::path::Path;

use minijinja::value::Serde;
use minijinja::{Environment, State, Value};
use serde_json::{Map, Value as Json};

pub use special::SpecialTokens;

/// Why a template cannot be used, or does not take a conversation: a template may refuse one with `raise_exception`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// A chat template with the special tokens that it names.
#[derive(Debug)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    source: String,
    tokens: SpecialTokens,
}

/// A conversation in a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    pub text: String,
    /// Where `{% generation %}` says that the assistant speaks, in bytes of `text`, in order.
    pub spoken: Vec<Range<usize>>,
}

/// The name that the template is rendered by.
const NAME: &str = "chat_template";

/// What the context calls the mark that stands around what `{% generation %}` holds.
const MARK: &str = "gradatim_mark";

/// Steps and bytes that one rendering may take: some copies of texts of megabytes.
const FUEL: u64 = 1 << 26;

impl ChatTemplate {
    /// Fails where the template is no Jinja, or uses what this has not.
    pub fn new(source: impl Into<String>, tokens: SpecialTokens) -> Result<Self, Refused> {
        let source = source.into();
        let mut environment = environment();
        environment
            .add_template_owned(NAME, with_filters(&source))
            .map_err(|error| refused(&error))?;
        Ok(Self {
            environment,
            source,
            tokens,
        })
    }

    /// As written.
    pub fn source(&self) -> &str {
        &self.source
    }

    pub fn tokens(&self) -> &SpecialTokens {
        &self.tokens
    }

    /// Whether it says where the assistant speaks.
    pub fn marks_the_assistant(&self) -> bool {
        tag_ends(&self.source, GENERATION).next().is_some()
    }

    /// A conversation, a list of `{role, content, …}`, in this template; fails where the template refuses it.
    ///
    /// `add_generation_prompt` ends it where the model would begin to speak. `more` are further names that the template
    /// may ask for (`tools`, `enable_thinking`), which go before special tokens of the same name.
    pub fn render(
        &self,
        messages: &Json,
        add_generation_prompt: bool,
        more: &Map<String, Json>,
    ) -> Result<Rendered, Refused> {
        let mark = unused_mark(messages);
        let mut context = Map::new();
        // What `transformers` hands over whether or not there is one.
        context.insert("tools".into(), Json::Null);
        context.insert("documents".into(), Json::Null);
        context.extend(self.tokens.named());
        context.extend(more.clone());
        context.insert("messages".into(), messages.clone());
        context.insert("add_generation_prompt".into(), add_generation_prompt.into());
        context.insert(MARK.into(), mark.clone().into());
        let template = self.environment.get_template(NAME);
        let template = template.map_err(|error| refused(&error))?;
        let text = template.render(Value::from(Serde(Json::Object(context))));
        Ok(without_marks(
            &text.map_err(|error| refused(&error))?,
            &mark,
        ))
    }
}

fn refused(error: &minijinja::Error) -> Refused {
    let detail = error.detail().map(str::to_owned);
    let detail = detail.unwrap_or_else(|| error.kind().to_string());
    let place = error.line().map(|line| format!(" (line {line})"));
    Refused(detail + &place.unwrap_or_default())
}

/// Jinja as `transformers` sets it up.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    let syntax = minijinja::syntax::SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    if let Ok(syntax) = syntax {
        environment.set_syntax(syntax);
    }
    environment.set_fuel(Some(FUEL));
    environment.add_filter(SPOKEN, spoken);
    python::set_up(&mut environment);
    environment
}

/// The filter that `{% generation %}` becomes: a block of its own as there, and of no other effect than its marks.
const SPOKEN: &str = "gradatim_spoken";

fn spoken(state: &State<'_, '_>, body: String) -> String {
    let mark = state.lookup(MARK).map(|mark| mark.to_string());
    let mark = mark.unwrap_or_default();
    format!("{mark}{body}{mark}")
}

const GENERATION: &str = "generation";

/// The template with `{% generation %}` and its end as blocks that `minijinja` has. What trims white space stays.
fn with_filters(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut from = 0;
    let mut tags: Vec<(Range<usize>, String)> = tag_ends(source, GENERATION)
        .map(|name| (name, format!("filter {SPOKEN}")))
        .chain(tag_ends(source, "endgeneration").map(|name| (name, "endfilter".to_owned())))
        .collect();
    tags.sort_by_key(|(name, _)| name.start);
    for (name, instead) in tags {
        text += &source[from..name.start];
        text += &instead;
        from = name.end;
    }
    text + &source[from..]
}

/// Where the only word of a `{% … %}` is this one.
fn tag_ends<'s>(source: &'s str, word: &'s str) -> impl Iterator<Item = Range<usize>> + 's {
    source.match_indices(word).filter_map(move |(at, _)| {
        let before = source[..at].trim_end();
        let before = before.strip_suffix(['-', '+']).unwrap_or(before);
        let after = source[at + word.len()..].trim_start();
        let after = after.strip_prefix(['-', '+']).unwrap_or(after);
        let is_tag = before.ends_with("{%") && after.starts_with("%}");
        is_tag.then(|| at..at + word.len())
    })
}

/// A mark that stands nowhere in what is rendered.
fn unused_mark(messages: &Json) -> String {
    let text = messages.to_string();
    let marks = (0_u32..).map(|number| format!("\u{f8ff}{number}\u{f8ff}"));
    marks
        .into_iter()
        .find(|mark| !text.contains(mark.as_str()))
        .unwrap_or_default()
}

fn without_marks(marked: &str, mark: &str) -> Rendered {
    let mut rendered = Rendered::default();
    let mut opened = None;
    for (number, piece) in marked.split(mark).enumerate() {
        if number > 0 {
            let at = rendered.text.len();
            match opened.take() {
                None => opened = Some(at),
                Some(start) => rendered.spoken.push(start..at),
            }
        }
        rendered.text += piece;
    }
    rendered
}

/// Where a model's folder keeps its template, and what it says.
///
/// `chat_template.jinja` goes before the `chat_template` of `tokenizer_config.json`, as in `transformers`; of several
/// named ones there the `default` is taken.
pub fn of_model(folder: &Path) -> Result<ChatTemplate, Refused> {
    let config = config_of(folder)?;
    let source = match read_text(&folder.join("chat_template.jinja"))? {
        Some(source) => Some(source),
        None => config
            .as_ref()
            .map(|config| of_config(folder, config))
            .transpose()?
            .flatten(),
    };
    let source = source.ok_or_else(|| without_template(folder, config.is_some()))?;
    ChatTemplate::new(source, tokens_of(folder)?)
}

/// The special tokens of a model's folder; none where it names none.
pub fn tokens_of(folder: &Path) -> Result<SpecialTokens, Refused> {
    let config = config_of(folder)?;
    let map = read_json(&folder.join("special_tokens_map.json"))?;
    Ok(SpecialTokens::read(config.as_ref(), map.as_ref()))
}

/// A template of a file, with the special tokens of a model.
pub fn of_file(path: &Path, tokens: SpecialTokens) -> Result<ChatTemplate, Refused> {
    let source = read_text(path)?;
    let source = source.ok_or_else(|| Refused(format!("there is no `{}`", path.display())))?;
    ChatTemplate::new(source, tokens)
}

fn config_of(folder: &Path) -> Result<Option<Json>, Refused> {
    read_json(&folder.join("tokenizer_config.json"))
}

fn without_template(folder: &Path, has_config: bool) -> Refused {
    let shown = folder.display();
    Refused(match (folder.is_dir(), has_config) {
        (false, _) => format!("there is no folder `{shown}`"),
        (true, false) => {
            format!("`{shown}` has neither a `chat_template.jinja` nor a `tokenizer_config.json`")
        }
        (true, true) => format!(
            "`{shown}` has neither a `chat_template.jinja` nor a `chat_template` in its `tokenizer_config.json`"
        ),
    })
}

/// The template of a `tokenizer_config.json`: a text, or several by name, as a list or as an object.
fn of_config(folder: &Path, config: &Json) -> Result<Option<String>, Refused> {
    let named: Vec<(&str, &str)> = match config.get("chat_template") {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::String(template)) => return Ok(Some(template.clone())),
        Some(Json::Array(list)) => list
            .iter()
            .filter_map(|one| Some((one["name"].as_str()?, one["template"].as_str()?)))
            .collect(),
        Some(Json::Object(by_name)) => by_name
            .iter()
            .filter_map(|(name, template)| Some((name.as_str(), template.as_str()?)))
            .collect(),
        Some(_) => Vec::new(),
    };
    let default = named.iter().find(|(name, _)| *name == "default");
    match default {
        Some((_, template)) => Ok(Some((*template).to_owned())),
        None => Err(Refused(format!(
            "of the chat templates of `{}` ({}) none is named `default`",
            folder.display(),
            crate::error::listed(named.into_iter().map(|(name, _)| name))
        ))),
    }
}

/// No template or configuration of a tokenizer is longer: those with every added token take some megabytes.
const BYTES_MAX: u64 = 64 << 20;

fn read_json(path: &Path) -> Result<Option<Json>, Refused> {
    let text = read_text(path)?;
    let read = text.map(|text| serde_json::from_str(&text));
    read.transpose()
        .map_err(|error| Refused(format!("`{}` is not JSON: {error}", path.display())))
}

/// The text of a regular file, none where there is no such file.
fn read_text(path: &Path) -> Result<Option<String>, Refused> {
    let unreadable = |why: String| Refused(format!("`{}` cannot be read: {why}", path.display()));
    let about = match std::fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    if !about.is_file() || about.len() > BYTES_MAX {
        return Err(unreadable("it is no file of this kind".into()));
    }
    std::fs::read_to_string(path)
        .map(Some)
        .map_err(|error| unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rendered(source: &str, messages: &Json) -> Result<Rendered, Refused> {
        let tokens = SpecialTokens::new(Some("<s>"), Some("</s>"));
        ChatTemplate::new(source, tokens)?.render(messages, false, &Map::new())
    }

    fn text(source: &str) -> String {
        let messages = json!([{ "role": "user", "content": " \u{1c}1+1?\n" }]);
        rendered(source, &messages).expect("a text").text
    }

    #[test]
    fn blocks_leave_no_white_space_of_their_lines() {
        let source =
            "{% for m in messages %}\n  {% if true %}\n{{ m.role }}\n  {% endif %}\n{% endfor %}";
        assert_eq!(text(source), "user\n");
    }

    #[test]
    fn texts_have_the_methods_and_the_white_space_of_python() {
        assert_eq!(text("{{ messages[0].content.strip() }}|"), "1+1?|");
        assert_eq!(text("{{ messages[0]['content'] | trim }}|"), "1+1?|");
        assert_eq!(
            text("{{ 'a</think>b</think>c'.split('</think>')[-1] }}"),
            "c"
        );
        assert_eq!(
            text("{{ 'aab'.lstrip('a') }}{{ ' a \u{1d} b '.split() }}"),
            "b['a', 'b']"
        );
    }

    #[test]
    fn values_are_printed_and_written_as_python_does() {
        assert_eq!(
            text("{{ none }}{{ true }}{{ [1, 'a', \"b'\"] }}"),
            "NoneTrue[1, 'a', \"b'\"]"
        );
        let object = "{'a': [1, 2.5, none], 'é': '<&>'}";
        assert_eq!(
            text(&format!("{{{{ {object} | tojson }}}}")),
            r#"{"a": [1, 2.5, null], "é": "<&>"}"#
        );
        let indented = format!("{{{{ {object} | tojson(indent=2) }}}}");
        assert_eq!(
            text(&indented),
            "{\n  \"a\": [\n    1,\n    2.5,\n    null\n  ],\n  \"é\": \"<&>\"\n}"
        );
        assert_eq!(text("{{ 'é' | tojson(ensure_ascii=true) }}"), r#""\u00e9""#);
    }

    #[test]
    fn nothing_is_no_list() {
        let source = "{% if tools is iterable and tools | length > 0 %}a{% else %}b{% endif %}";
        assert_eq!(text(source), "b");
    }

    #[test]
    fn where_the_assistant_speaks_is_told_in_bytes_of_the_text() {
        let source = "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}\
                      {%- generation -%} {{ m.content }}! {%- endgeneration -%}\
                      {% else %}{{ m.content }}{% endif %}{% endfor %}.";
        // What stands for a mark inside of a turn is none.
        let said = "\u{f8ff}0\u{f8ff}é";
        let messages = json!([
            { "role": "user", "content": "ü" }, { "role": "assistant", "content": said },
            { "role": "user", "content": "?" }, { "role": "assistant", "content": "4" },
        ]);
        let rendered = rendered(source, &messages).expect("a text");
        assert_eq!(
            rendered.text,
            format!("<user>ü<assistant>{said}!<user>?<assistant>4!.")
        );
        let spoken = rendered
            .spoken
            .iter()
            .map(|span| &rendered.text[span.clone()]);
        assert_eq!(
            spoken.collect::<Vec<_>>(),
            [format!("{said}!"), "4!".into()]
        );
    }

    #[test]
    fn a_template_can_refuse_and_takes_no_more_than_its_share() {
        let messages = json!([{ "role": "user", "content": "1+1?" }]);
        let refused = rendered("{{ raise_exception('no ' + messages[0].role) }}", &messages);
        assert_eq!(refused, Err(Refused("no user (line 1)".into())));
        assert!(rendered("{% if %}", &messages).is_err());
        let endless = "{{ 'a' * 999999999 }}";
        assert!(rendered(endless, &messages).is_err());
    }

    #[test]
    fn a_model_s_template_file_goes_before_its_configuration() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: String| {
            std::fs::write(folder.path().join(name), text).expect("a file");
        };
        assert!(of_model(folder.path()).is_err());
        let config = json!({
            "bos_token": { "content": "<b>" }, "eos_token": null,
            "chat_template": [{ "name": "tool_use", "template": "t" }, { "name": "default", "template": "{{ bos_token }}d" }],
        });
        write("tokenizer_config.json", config.to_string());
        write(
            "special_tokens_map.json",
            json!({ "bos_token": "<c>", "eos_token": "<e>" }).to_string(),
        );
        let template = of_model(folder.path()).expect("a template");
        assert_eq!(template.source(), "{{ bos_token }}d");
        assert_eq!(
            (template.tokens().bos(), template.tokens().eos()),
            (Some("<b>"), Some("<e>"))
        );
        write("chat_template.jinja", "j".into());
        assert_eq!(of_model(folder.path()).expect("a template").source(), "j");
        let other = folder.path().join("other.jinja");
        assert!(of_file(&other, SpecialTokens::default()).is_err());
        write("other.jinja", "{{ eos_token }}".into());
        let tokens = tokens_of(folder.path()).expect("tokens");
        let other = of_file(&other, tokens).expect("a template");
        let rendered = other
            .render(&json!([]), false, &Map::new())
            .expect("a text");
        assert_eq!(rendered.text, "<e>");
    }

    #[test]
    fn named_templates_stand_in_a_list_or_an_object_and_the_default_is_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = |template: Json| {
            let text = json!({ "chat_template": template }).to_string();
            std::fs::write(folder.path().join("tokenizer_config.json"), text).expect("a file");
            of_model(folder.path()).map(|template| template.source().to_owned())
        };
        assert_eq!(
            config(json!({ "default": "d", "rag": "r" })),
            Ok("d".into())
        );
        assert_eq!(
            config(json!([{ "name": "default", "template": "d" }])),
            Ok("d".into())
        );
        let named = config(json!([{ "name": "rag", "template": "r" }]));
        assert!(named.is_err_and(|why| why.0.contains("(rag)")));
        assert!(config(Json::Null).is_err_and(|why| why.0.contains("chat_template.jinja")));
        let nowhere = of_model(&folder.path().join("nowhere"));
        assert!(nowhere.is_err_and(|why| why.0.contains("there is no folder")));
    }
}
