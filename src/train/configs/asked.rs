//! What is asked of configurations, and the head of each: what it is, how it is run and looked at.

use super::read::Line;
use super::subject::Kept;
use super::training::{Batch, Template, Training};
use super::{Beyond, Folder, Settings, Subject, Takes, Target, text, trl};
use crate::error::one_line;
use crate::templates::Refused;
use crate::train::trainers::TRAINERS;
use crate::{Error, Result};

/// What is asked of configurations, the same for each run.
pub(crate) struct Asked {
    pub target: &'static Target,
    pub subject: Subject,
    /// The output folder as the trainer finds it.
    pub data: String,
    /// Where trained models go.
    pub models: String,
    pub gpus: u32,
    pub per_device: u32,
    pub length_max: Option<u32>,
    pub beyond: Option<Beyond>,
    /// Where a template that goes in place of the model's will lie.
    pub template_file: Option<String>,
}

/// As a user writes it.
fn beyond_name(beyond: Beyond) -> &'static str {
    match beyond {
        Beyond::CutEnd => "cut-end",
        Beyond::CutStart => "cut-start",
        Beyond::Drop => "drop",
        Beyond::Refuse => "refuse",
    }
}

/// A configuration, and what belongs to it.
pub(crate) struct Config {
    pub text: String,
    /// The template that it wants beside it.
    pub template: Option<String>,
    /// What trains with it, in a shell, with `"$config"` in place of its path.
    pub command: String,
    /// Where the trained model will lie.
    pub model: String,
}

impl Asked {
    /// The configuration of one run; `file` is where its command finds it.
    pub(crate) fn config(&self, folder: &Folder, line: &Line, file: &str) -> Result<Config> {
        let batch = Batch::of(folder.runs.batch_size.get(), self.gpus, self.per_device)?;
        let training = Training {
            line,
            data: &self.data,
            is_validated: folder.is_validated,
            columns: &folder.columns,
            subject: &self.subject,
            template: self.template()?,
            runs: &folder.runs,
            batch,
            settings: self.settings(folder)?,
            models: &self.models,
        };
        let written = (self.target.write)(&training).map_err(|refused| self.refused(&refused))?;
        let template = training.template.as_ref();
        let template = template.filter(|template| template.file.is_some());
        let command = (self.target.command)(&training, &text::quoted(file));
        let below = (self.target.trained)(&training);
        let model = format!("{}{below}", training.model_folder());
        Ok(Config {
            text: self.head(&training, &command, &model) + &written,
            template: template.map(|template| template.text.clone()),
            command: (self.target.command)(&training, "\"$config\""),
            model,
        })
    }

    fn refused(&self, refused: &Refused) -> Error {
        Error::usage(
            format!("{} cannot be configured so: {refused}", self.target.name),
            "name another trainer or model, or say more of this one",
        )
    }

    pub(super) fn settings(&self, folder: &Folder) -> Result<Settings> {
        let can = self.target.beyond;
        let beyond = self.beyond.unwrap_or(can[0]);
        if !can.contains(&beyond) {
            let can: Vec<String> = can
                .iter()
                .map(|one| format!("`{}`", beyond_name(*one)))
                .collect();
            return Err(Error::usage(
                format!(
                    "{} cannot be told to `{}` rows that are too long",
                    self.target.name,
                    beyond_name(beyond)
                ),
                format!("give `--beyond` {}", can.join(" or ")),
            ));
        }
        let length_max = self.length_max.unwrap_or(folder.runs.max_length.get());
        Ok(Settings {
            length_max: length_max as usize,
            beyond: Some(beyond),
            column: Some(self.target.column),
            on_prompt: false,
        })
    }

    /// The template that goes in place of the model's, if one must.
    fn template(&self) -> Result<Option<Template>> {
        let kept = match self.target.takes {
            Takes::None => None,
            Takes::Own => self.subject.unreplaced(self.target.name)?,
            _ if self.target.name == trl::TARGET.name => self.subject.marked()?,
            _ => self.subject.kept()?,
        };
        let Some(Kept { name, text }) = kept else {
            return Ok(None);
        };
        let file = match (self.target.takes, &self.template_file) {
            (Takes::File, None) => {
                return Err(Error::usage(
                    format!(
                        "{} takes a template from a file, and this model's own does not train on thinking as it stands",
                        self.target.name
                    ),
                    "name the configuration's file with `--out`: the template is written beside it",
                ));
            }
            (Takes::File, file) => file.clone(),
            _ => None,
        };
        Ok(Some(Template { name, text, file }))
    }

    /// What is said before the configuration: of what it is, how it is run, and how it is looked at before.
    fn head(&self, training: &Training<'_>, command: &str, model: &str) -> String {
        let Line {
            run,
            subset,
            rows,
            epochs,
            steps,
            ..
        } = training.line;
        let target = self.target;
        let shell = match target.ending {
            "sh" => "#!/usr/bin/env bash\n",
            _ => "",
        };
        let lines = [
            format!(
                "gradatim {} wrote this for {} {}: run {run}, {rows} rows of {subset}, {} epochs in {steps} steps",
                env!("CARGO_PKG_VERSION"),
                target.name,
                target.version,
                text::decimal(*epochs).trim_end_matches(".0"),
            ),
            format!("Train:  {command}"),
            format!("Model:  {model}"),
        ];
        let before = self.preflight(training);
        let before = before.map(|before| format!("Before: {before}"));
        let notes = (target.notes)(training).into_iter();
        let notes = notes.map(|note| format!("Note:   {note}"));
        let lines = lines.into_iter().chain(before).chain(notes);
        let lines = lines.map(|line| format!("# {}\n", one_line(&line)));
        format!("{shell}{}\n", lines.collect::<String>())
    }

    /// The command that shows what the trainer makes of the rows, set as the configuration sets it; none of a trainer
    /// or a model that it does not know.
    fn preflight(&self, training: &Training<'_>) -> Option<String> {
        let name = self.target.name;
        TRAINERS.iter().find(|trainer| trainer.name() == name)?;
        let model = self.subject.as_preflight_knows_it()?;
        let template = training.template.as_ref();
        let template = template.map(|one| format!(" --template {}", text::quoted(&one.name)));
        // Left to itself, it would be shown another.
        let column = match name == trl::TARGET.name && trl::is_shadowed(training) {
            true => " --column messages",
            false => "",
        };
        Some(format!(
            "gradatim preflight {} {} --trainer {name} --model {}{}{column} --max-length {} --beyond {}",
            text::quoted(training.data),
            text::quoted(&training.line.subset),
            text::quoted(model),
            template.unwrap_or_default(),
            training.settings.length_max,
            training.settings.beyond.map_or("", beyond_name),
        ))
    }
}
