//! The model that is trained, as typed: its folder, or a family whose template and perhaps tokens are built in.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::did_you_mean;
use crate::measure::tokens::Encoder;
use crate::templates::built_in::{FAMILIES, Family};
use crate::templates::{self, ChatTemplate, Refused};
use crate::train::Model;
use crate::train::configs::subject::of_name as of_hub;
use crate::{Error, Result};

#[derive(Args)]
pub(super) struct Asked {
    /// The model's folder (its chat template and `tokenizer.json`), or a family of models whose template is built in:
    /// `qwen2.5`, `qwen3`, `qwen3-thinking`, `r1-distill`, `r1-distill-thinking`, `llama3`, `llama3.1`, `gemma3`; of a
    /// model on the hub (`Qwen/Qwen2.5-7B`) nothing is fetched, its name tells the family.
    #[arg(long, value_name = "DIR|FAMILY|ID", default_value = "qwen2.5")]
    model: String,
    /// Another chat template than the model's: a Jinja file, or a family's.
    #[arg(long, value_name = "FILE|FAMILY")]
    template: Option<String>,
    /// The tokenizer of a family whose tokens are not built in: a `tokenizer.json`.
    #[arg(long, value_name = "FILE")]
    tokenizer: Option<PathBuf>,
}

impl Asked {
    /// As it is called in a report.
    pub(super) fn name(&self) -> String {
        let name = match (Family::named(&self.model), self.family()) {
            (None, Some(family)) => format!("{}, by its name as {}", self.model, family.name),
            _ => self.model.clone(),
        };
        match &self.template {
            None => name,
            Some(template) => format!("{name}, with the template {template}"),
        }
    }

    /// Its family: as typed, or of a model on the hub as its name says.
    fn family(&self) -> Option<&'static Family> {
        let on_the_hub = || {
            let is_id = self.model.split('/').count() == 2 && !Path::new(&self.model).exists();
            is_id.then(|| of_hub(&self.model)).flatten()
        };
        Family::named(&self.model).or_else(on_the_hub)
    }

    /// Fails where it has no template or no tokenizer that can be used.
    pub(super) fn model(&self) -> Result<Model> {
        let family = self.family();
        Ok(Model {
            template: self.chat_template(family)?,
            tokenizer: self.tokenizer(family)?,
        })
    }

    fn chat_template(&self, family: Option<&Family>) -> Result<ChatTemplate> {
        let folder = Path::new(&self.model);
        let Some(told) = &self.template else {
            let template = match family {
                Some(family) => family.template(),
                None => templates::of_model(folder),
            };
            return template.map_err(|refused| self.unusable(&refused));
        };
        let tokens = match family {
            Some(family) => family.tokens(),
            None => templates::tokens_of(folder).map_err(|refused| self.unusable(&refused))?,
        };
        let template = match Family::named(told) {
            Some(other) => ChatTemplate::new(other.source(), tokens),
            None => templates::of_file(Path::new(told), tokens),
        };
        template.map_err(|refused| {
            let names = FAMILIES.map(|family| family.name);
            let meant = did_you_mean(told, names);
            let hint = format!("{meant}give a Jinja file, or one of {}", names.join(", "));
            Error::usage(format!("the template `{told}`: {refused}"), hint)
        })
    }

    fn unusable(&self, refused: &Refused) -> Error {
        let names = FAMILIES.map(|family| family.name);
        let is_there = Path::new(&self.model).is_dir();
        let hint = match is_there {
            true => "give one with `--template`: a Jinja file, or a family's".to_owned(),
            false => format!(
                "{}give a model's folder, or one of {}",
                did_you_mean(&self.model, names),
                names.join(", ")
            ),
        };
        Error::usage(format!("the model `{}`: {refused}", self.model), hint)
    }

    fn tokenizer(&self, family: Option<&Family>) -> Result<Encoder> {
        match (&self.tokenizer, family) {
            (Some(file), _) => of_file(file),
            (None, None) => of_folder(Path::new(&self.model)),
            (None, Some(family)) => {
                let vocabulary = family.name.trim_end_matches("-thinking");
                let built_in = Encoder::of_family(vocabulary);
                built_in.unwrap_or_else(|| {
                    Err(Error::usage(
                        format!("the tokens of `{}` are not built in", family.name),
                        "give its `tokenizer.json` with `--tokenizer`, or the model's folder with `--model`",
                    ))
                })
            }
        }
    }
}

fn of_file(file: &Path) -> Result<Encoder> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Encoder::load(&name, file.parent().unwrap_or(Path::new("")))
}

fn of_folder(folder: &Path) -> Result<Encoder> {
    if !folder.join("tokenizer.json").is_file() {
        return Err(Error::usage(
            format!("`{}` has no `tokenizer.json`", folder.display()),
            "save it with `AutoTokenizer.from_pretrained(MODEL).save_pretrained(DIR)`, or give one with `--tokenizer`",
        ));
    }
    Encoder::load("tokenizer.json", folder)
}
