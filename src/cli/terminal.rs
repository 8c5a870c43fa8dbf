//! The one place that prints: reports to stdout, talk and errors to stderr.
//!
//! What is for people is made visible, has colours where a terminal shows them (`NO_COLOR`, `CLICOLOR`,
//! `CLICOLOR_FORCE`, `CI` and `TERM=dumb` say so for clap's help and for ours alike), and is as wide as the terminal. What
//! is for programs stays as it is.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::path::Path;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use arrow::array::RecordBatch;

use super::answer::{hears, is_heard};
use super::style::shown;
use crate::error::{bounded, one_line, visible, visible_json, visible_message};
use crate::{Error, Result};

/// Data goes to stdout: for people, so that nothing in it acts on their terminal.
pub(super) fn print(page: &str) -> Result<()> {
    if hears(|answer| answer.text += &shown(page, false, None)) {
        return Ok(());
    }
    let stdout = std::io::stdout();
    write_out(&shown(page, has_colours(&stdout), width()))
}

/// Text that people keep, as a pipeline or a schema: its lines stay as they are.
pub(super) fn print_to_keep(text: &str) -> Result<()> {
    if hears(|answer| answer.text += text) {
        return Ok(());
    }
    write_out(&visible(text))
}

/// What is for programs stays as it is where one reads it.
pub(super) fn print_for_programs(text: &str) -> Result<()> {
    if hears(|answer| answer.text += text) {
        return Ok(());
    }
    match std::io::stdout().is_terminal() {
        true => print_to_keep(text),
        false => write_out(text),
    }
}

pub(super) fn print_json(value: &impl serde::Serialize) -> Result<()> {
    if is_heard() {
        let value = serde_json::to_value(value).map_err(std::io::Error::from)?;
        hears(|answer| answer.json = Some(value));
        return Ok(());
    }
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::from)?;
    write_out(&(visible_json(&text) + "\n"))
}

fn write_out(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(text.as_bytes());
    let written = written.and_then(|()| stdout.flush());
    written.map_err(|error| Error::write(Path::new("stdout"), error))
}

/// Talk goes to stderr, in one line.
pub(super) fn say(text: &str) {
    tell(&one_line(text));
}

/// Talk of several lines.
pub(super) fn tell(text: &str) {
    if hears(|answer| answer.notes.extend(text.lines().map(str::to_owned))) {
        return;
    }
    let mut stderr = std::io::stderr();
    let text = shown(text, has_colours(&stderr), width_of(&stderr));
    // Where nobody can be told, as on a full disk, nothing ends for it.
    let _ = writeln!(stderr, "{text}");
}

/// Whether the reader of our stdout has gone, as `| head` does.
pub(super) fn is_closed_pipe(error: &Error) -> bool {
    match error {
        Error::Io(error) | Error::Write { source: error, .. } => {
            error.kind() == std::io::ErrorKind::BrokenPipe
        }
        _ => false,
    }
}

/// The error, its causes, and how to mend it.
pub(super) fn print_error(error: &Error) {
    let mut text = format!("error: {}", causes(error));
    if let Some(hint) = error.hint() {
        text += &format!("\nhint: {}", one_line(&hint));
    }
    tell(&bounded(&text));
}

/// What failed, and below it what caused it.
pub(super) fn causes(error: &Error) -> String {
    let mut text = visible_message(&error.to_string());
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        text += &format!("\n  caused by: {}", one_line(&source.to_string()));
        cause = source.source();
    }
    text
}

/// Help, or what is wrong with the arguments, which may be names of files that a shell found.
pub(super) fn print_misuse(error: &clap::Error) {
    let plain = error.to_string();
    // Where the terminal has gone nobody can be told.
    let _ = match visible(&plain) {
        Cow::Borrowed(_) => error.print(),
        Cow::Owned(_) => {
            let shown = visible_message(&plain);
            writeln!(std::io::stderr(), "{}", shown.trim_end())
        }
    };
}

/// Rows of a query go as they are to who called the command, if that was no terminal.
pub(super) fn hand_over(rows: impl FnOnce() -> Result<Vec<RecordBatch>>) -> Result<bool> {
    if !is_heard() {
        return Ok(false);
    }
    let rows = rows()?;
    Ok(hears(|answer| answer.rows = Some(rows)))
}

/// How wide the terminal is that stdout is; none where it is none, or where nothing is printed on it.
pub(super) fn width() -> Option<usize> {
    if is_heard() {
        return None;
    }
    width_of(&std::io::stdout())
}

/// The width of the terminal that a stream is; where the terminal does not know it, what `COLUMNS` says.
#[cfg(unix)]
pub(super) fn width_of(stream: &(impl IsTerminal + std::os::fd::AsFd)) -> Option<usize> {
    let size = || terminal_size::terminal_size_of(stream);
    width_or(stream.is_terminal(), || size().map(|(width, _)| width.0))
}

#[cfg(windows)]
pub(super) fn width_of(
    stream: &(impl IsTerminal + std::os::windows::io::AsHandle),
) -> Option<usize> {
    let size = || terminal_size::terminal_size_of(stream);
    width_or(stream.is_terminal(), || size().map(|(width, _)| width.0))
}

fn width_or(is_terminal: bool, told: impl Fn() -> Option<u16>) -> Option<usize> {
    if !is_terminal {
        return None;
    }
    let said = || std::env::var("COLUMNS").ok()?.parse().ok();
    let width = told().or_else(said)?;
    Some(usize::from(width).max(WIDTH_MIN))
}

/// In less no page has room.
const WIDTH_MIN: usize = 20;

fn has_colours(stream: &impl RawStream) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}
