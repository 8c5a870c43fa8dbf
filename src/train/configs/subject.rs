//! The model that is trained, as a configuration names it, and what is known of its chat template.
//!
//! A folder's template is read; of a model on the hub the family alone is known, by its name or by the user's word.

use std::path::{Path, PathBuf};

use serde_json::{Map, json};

use crate::error::did_you_mean;
use crate::templates::built_in::{FAMILIES, Family, as_trl_trains};
use crate::templates::{ChatTemplate, Refused, SpecialTokens, of_file, of_model};
use crate::{Error, Result};

/// A model as a user names it.
pub(crate) struct Subject {
    /// A hub's id as it was written, or a folder as a trainer finds it from anywhere.
    pub name: String,
    /// Where it lies; none of a model on the hub.
    pub(super) folder: Option<PathBuf>,
    family: Option<&'static Family>,
    /// What the folder has; none of a model on the hub.
    own: Option<ChatTemplate>,
    /// A template that the user wants in its place.
    asked: Option<Kept>,
}

/// A template in place of the model's.
#[derive(Clone)]
pub(super) struct Kept {
    /// As a preflight takes it: a family's name, or a file.
    pub(super) name: String,
    pub(super) text: String,
}

impl Kept {
    fn of(family: &Family) -> Self {
        Self {
            name: family.name.to_owned(),
            text: family.source().to_owned(),
        }
    }
}

/// Parts of names on the hub, in small letters, and the families that they belong to; the first that fits.
const NAMES: [(&str, &str); 8] = [
    ("r1-distill", "r1-distill"),
    ("qwen3", "qwen3"),
    ("qwen2.5", "qwen2.5"),
    ("llama-3.1", "llama3.1"),
    ("llama-3.2", "llama3.1"),
    ("llama-3.3", "llama3.1"),
    ("llama-3", "llama3"),
    ("gemma-3", "gemma3"),
];

/// Thinking that a template must not lose.
const THOUGHT: &str = "<think>\nTwo and two.\n</think>\n\nIt is 4.";

impl Subject {
    /// The model of this name; `family` and `template` are the user's words on it.
    pub(crate) fn read(name: &str, family: Option<&str>, template: Option<&str>) -> Result<Self> {
        let folder = Path::new(name);
        let is_folder = folder.is_dir();
        if !is_folder && !is_hub_id(name) {
            return Err(Error::usage(
                format!("there is no folder `{name}`, and no model on the hub has such a name"),
                "give a model's folder, or its id as `Qwen/Qwen2.5-7B-Instruct`",
            ));
        }
        let own = match is_folder {
            true => of_model(folder).ok(),
            false => None,
        };
        let asked = template.map(asked).transpose()?;
        let family = match family {
            Some(family) => Some(named(family)?),
            None => match &own {
                Some(own) => Family::of(own),
                None if is_folder => None,
                None => of_name(name),
            },
        };
        let folder = is_folder.then(|| std::path::absolute(folder)).transpose()?;
        let name = match &folder {
            Some(folder) => folder.display().to_string(),
            None => name.to_owned(),
        };
        Ok(Self {
            name,
            folder,
            family,
            own,
            asked,
        })
    }

    /// The template to render with so that thinking is trained on as it stands; none where the model's own does.
    pub(super) fn kept(&self) -> Result<Option<Kept>> {
        if let Some(asked) = &self.asked {
            return Ok(Some(asked.clone()));
        }
        let thinking = self.family_name().map(|name| format!("{name}-thinking"));
        if let Some(thinking) = thinking.and_then(|name| Family::named(&name)) {
            return Ok(Some(Kept::of(thinking)));
        }
        match (&self.own, self.family) {
            (Some(own), _) if !keeps(own) => {
                Err(self.has("a chat template that deletes the thinking of a reply"))
            }
            (None, Some(family)) if self.folder.is_some() => Ok(Some(Kept::of(family))),
            (None, None) if self.folder.is_some() => Err(self.has("no chat template")),
            _ => Ok(None),
        }
    }

    fn has(&self, what: &str) -> Error {
        Error::usage(
            format!("`{}` has {what}", self.name),
            "give one that keeps thinking with `--template`: a Jinja file, or a family's",
        )
    }

    /// The same, which must also say where the assistant speaks, as TRL asks of a template where it knows none itself.
    pub(super) fn marked(&self) -> Result<Option<Kept>> {
        if let Some(kept) = self.kept()? {
            return Ok(Some(kept));
        }
        match (&self.own, self.family) {
            (Some(own), _) if as_trl_trains(own).is_some() => Ok(None),
            (None, Some(family)) if family.is_known_to_trl() => Ok(None),
            (_, Some(family)) => Ok(Some(Kept::of(family))),
            (Some(_), None) => Err(Error::usage(
                format!(
                    "the chat template of `{}` does not say where the assistant speaks",
                    self.name
                ),
                "give one that says it (`{% generation %}`) with `--template FILE`",
            )),
            (None, None) => Ok(None),
        }
    }

    /// None, where the model's own template will do; fails where a trainer that takes no other would lose thinking.
    pub(super) fn unreplaced(&self, trainer: &str) -> Result<Option<Kept>> {
        match self.kept()? {
            None => Ok(None),
            Some(_) => Err(Error::usage(
                format!(
                    "{trainer} takes the model's own chat template alone, which does not train on thinking as it stands"
                ),
                "copy the model's folder, write a template that keeps thinking as its `chat_template.jinja` (`--trainer trl --out` \
                 writes one), and give the copy with `--model`",
            )),
        }
    }

    /// As a preflight knows it: a folder or a name on the hub that tells the family, or else the family.
    pub(super) fn as_preflight_knows_it(&self) -> Option<&str> {
        if self.folder.is_some() || of_name(&self.name).is_some() {
            return Some(&self.name);
        }
        self.family_name()
    }

    /// The name of its family.
    pub(super) fn family_name(&self) -> Option<&'static str> {
        self.family.map(|family| family.name)
    }

    /// The mark that ends a turn in ChatML.
    pub(super) fn chat_end(&self) -> Option<&'static str> {
        let is_chatml = self
            .family
            .is_some_and(|family| family.name.starts_with("qwen"));
        is_chatml.then_some("<|im_end|>")
    }

    /// The name that a trainer has for the templates of this family.
    pub(super) fn name_at(
        &self,
        trainer: &str,
        of: fn(&str) -> Option<&'static str>,
    ) -> Result<&'static str, Refused> {
        let family = self.family.ok_or_else(|| {
            Refused(format!(
                "{trainer} takes a template of its own by name, and the family of `{}` is not known: say it with `--family`",
                self.name
            ))
        })?;
        of(family.name).ok_or_else(|| {
            Refused(format!(
                "which template of {trainer} goes with {} is not known",
                family.name
            ))
        })
    }
}

/// A template of a family, or of a file.
fn asked(name: &str) -> Result<Kept> {
    if let Some(family) = Family::named(name) {
        return Ok(Kept::of(family));
    }
    let template = of_file(Path::new(name), SpecialTokens::default());
    let template = template.map_err(|refused| {
        let known = FAMILIES.map(|family| family.name);
        let meant = did_you_mean(name, known);
        Error::usage(
            format!("the template `{name}` cannot be used: {refused}"),
            format!("{meant}give a Jinja file, or one of {}", known.join(", ")),
        )
    })?;
    Ok(Kept {
        name: name.to_owned(),
        text: template.source().to_owned(),
    })
}

fn named(name: &str) -> Result<&'static Family> {
    Family::named(name).ok_or_else(|| {
        let known = FAMILIES.iter().map(|family| family.name);
        let names: Vec<&str> = known.clone().collect();
        Error::usage(
            format!("there is no family `{name}`"),
            format!(
                "{}give one of {}",
                did_you_mean(name, known),
                names.join(", ")
            ),
        )
    })
}

/// The family that a name on the hub tells.
pub(crate) fn of_name(name: &str) -> Option<&'static Family> {
    let name = name.to_lowercase();
    let found = NAMES.iter().find(|(part, _)| name.contains(part))?;
    Family::named(found.1)
}

/// Whether the hub could have a model of this id: `OWNER/NAME`, or an old one's `NAME`.
fn is_hub_id(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    let is_word = |part: &&str| {
        let goes_on = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        part.starts_with(|first: char| first.is_ascii_alphanumeric()) && part.chars().all(goes_on)
    };
    parts.len() <= 2 && parts.iter().all(is_word)
}

/// Whether a reply's thinking is still there when the template has rendered it.
fn keeps(template: &ChatTemplate) -> bool {
    let messages = json!([
        { "role": "user", "content": "2+2?" }, { "role": "assistant", "content": THOUGHT },
    ]);
    let rendered = template.render(&messages, false, &Map::new());
    rendered.is_ok_and(|rendered| rendered.text.contains(THOUGHT))
}
