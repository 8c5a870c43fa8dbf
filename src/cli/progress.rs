//! Progress on stderr: a bar for each stage on a terminal; elsewhere a line for each stage that took long.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::run::{Amount, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::table::{bytes, thousands};

pub(crate) struct Progress {
    stage: Mutex<Option<Stage>>,
    is_terminal: bool,
}

struct Stage {
    name: &'static str,
    began: Instant,
    total: Amount,
    done: Amount,
    bar: Option<ProgressBar>,
}

/// Without a terminal, a stage that took less leaves no line.
const WORTH_A_LINE: Duration = Duration::from_secs(2);

impl Progress {
    pub(crate) fn new() -> Self {
        Self {
            stage: Mutex::new(None),
            is_terminal: std::io::stderr().is_terminal(),
        }
    }

    fn stage(&self) -> std::sync::MutexGuard<'_, Option<Stage>> {
        self.stage
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Ends the last stage.
    pub(crate) fn finish(&self) {
        let Some(stage) = self.stage().take() else {
            return;
        };
        match &stage.bar {
            Some(bar) => bar.finish_and_clear(),
            None if stage.began.elapsed() >= WORTH_A_LINE => eprintln!("{}", stage.line()),
            None => {}
        }
    }

    /// Says what is waited for, in the bar until something moves again.
    pub(crate) fn wait(&self, text: &str) {
        match self.stage().as_ref().and_then(|stage| stage.bar.as_ref()) {
            Some(bar) => bar.set_prefix(text.to_owned()),
            None => eprintln!("note: {text}"),
        }
    }
}

impl Stage {
    /// As `2 of 10 shards, 18,000 rows, 812 MB, 142 MB/s`.
    fn amounts(&self) -> String {
        let mut parts = Vec::new();
        let mut count = |done: u64, total: u64, noun: &str| match (done, total) {
            (0, 0) => {}
            (done, 0) => parts.push(format!("{} {noun}", thousands(done))),
            (done, total) => {
                parts.push(format!(
                    "{} of {} {noun}",
                    thousands(done),
                    thousands(total)
                ));
            }
        };
        count(self.done.shards, self.total.shards, "shards");
        count(self.done.rows, self.total.rows, "rows");
        if self.total.bytes > 0 {
            let rate = self.done.bytes as f64 / self.began.elapsed().as_secs_f64().max(1e-3);
            parts.push(bytes(self.done.bytes));
            parts.push(format!("{}/s", bytes(rate as u64)));
        }
        parts.join(", ")
    }

    fn line(&self) -> String {
        let seconds = self.began.elapsed().as_secs_f64();
        match self.amounts().as_str() {
            "" => format!("{}: {seconds:.1} s", self.name),
            amounts => format!("{}: {amounts} in {seconds:.1} s", self.name),
        }
    }
}

/// What a bar is as long as.
fn length(amount: Amount) -> u64 {
    match amount {
        Amount { bytes: 0, rows, .. } => rows,
        Amount { bytes, .. } => bytes,
    }
}

impl Watch for Progress {
    fn begin(&self, name: &'static str, total: Amount) {
        self.finish();
        let bar = self.is_terminal.then(|| {
            let style = ProgressStyle::with_template(
                "{msg:8} [{bar:24}] {percent:>3} %  {prefix}  {eta} left",
            )
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
            ProgressBar::with_draw_target(Some(length(total)), ProgressDrawTarget::stderr())
                .with_style(style)
                .with_message(name)
        });
        *self.stage() = Some(Stage {
            name,
            began: Instant::now(),
            total,
            done: Amount::default(),
            bar,
        });
    }

    fn advance(&self, done: Amount) {
        let mut stage = self.stage();
        let Some(stage) = stage.as_mut() else { return };
        stage.done.shards += done.shards;
        stage.done.rows += done.rows;
        stage.done.bytes += done.bytes;
        if let Some(bar) = &stage.bar {
            bar.set_prefix(stage.amounts());
            bar.set_position(length_done(stage));
        }
    }

    fn note(&self, text: &str) {
        let say = || eprintln!("note: {text}");
        match self.stage().as_ref().and_then(|stage| stage.bar.as_ref()) {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }
}

fn length_done(stage: &Stage) -> u64 {
    if stage.total.bytes > 0 {
        stage.done.bytes
    } else {
        stage.done.rows
    }
}
