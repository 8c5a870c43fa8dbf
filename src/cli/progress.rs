//! Progress on stderr: a bar for each stage, and nothing where stderr is no terminal.

use std::io::IsTerminal;
use std::sync::Mutex;

use gradatim::run::Watch;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub struct Progress {
    bar: Mutex<Option<ProgressBar>>,
    shown: bool,
}

impl Progress {
    pub fn new() -> Self {
        Self {
            bar: Mutex::new(None),
            shown: std::io::stderr().is_terminal(),
        }
    }

    fn bar(&self) -> std::sync::MutexGuard<'_, Option<ProgressBar>> {
        self.bar
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Takes the last bar away.
    pub fn finish(&self) {
        if let Some(bar) = self.bar().take() {
            bar.finish_and_clear();
        }
    }
}

/// Stages whose work is counted in bytes; the others count rows.
const BYTES: [&str; 2] = ["find", "measure"];

impl Watch for Progress {
    fn begin(&self, stage: &'static str, total: u64) {
        self.finish();
        if !self.shown {
            return;
        }
        let template = if BYTES.contains(&stage) {
            "{msg:8} [{bar:40}] {bytes:>10} of {total_bytes} {bytes_per_sec:>12} {eta:>4} left"
        } else {
            "{msg:8} [{bar:40}] {human_pos:>10} of {human_len} rows {eta:>4} left"
        };
        let style = ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr())
            .with_style(style)
            .with_message(stage);
        *self.bar() = Some(bar);
    }

    fn advance(&self, done: u64) {
        if let Some(bar) = self.bar().as_ref() {
            bar.inc(done);
        }
    }

    fn note(&self, text: &str) {
        let say = || eprintln!("note: {text}");
        match self.bar().as_ref() {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }
}
