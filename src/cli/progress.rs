//! Progress on stderr: a line for each stage on a terminal; elsewhere a line for each stage that took long. Where another
//! program runs the command (`answer_on`), it stands on that one's [`Board`], and what draws it is there.
//!
//! The line is drawn some times a second whether anything moved or not, so that a stage is seen at once, and holds
//! what its width has room for.

use std::collections::VecDeque;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::run::{Amount, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::answer::{self, Heard};
use super::say;
use super::table::{bytes, thousands};
use super::terminal::width_of;
use crate::error::one_line;

pub(crate) struct Progress {
    stage: Mutex<Option<Stage>>,
    is_terminal: bool,
    heard: Option<Heard>,
}

/// How far a command is that another program runs in its process: looked at from any thread, while it runs.
#[derive(Default)]
pub struct Board(Mutex<Posted>);

#[derive(Default)]
struct Posted {
    stages: u64,
    stage: Option<Arc<Mutex<Shown>>>,
    ended: Vec<String>,
    /// What threads of the command's said on which nobody hears it.
    said: Vec<String>,
}

/// What a [`Board`] says at one moment.
#[derive(Debug, Default, PartialEq)]
pub struct Moment {
    /// The stage that is at work, or what it waits for; none between two.
    pub stage: Option<&'static str>,
    /// How many stages began: two of one name are told apart by it.
    pub stages: u64,
    /// How much of the stage is done, from 0 to 1; none where its length is not known.
    pub share: Option<f64>,
    /// What is done and at what rate, as `2 of 10 files  812 MiB  142 MiB/s`; or why it waits.
    pub amounts: String,
    /// A line for each stage that took two seconds or more and ended since the board was last looked at.
    pub ended: Vec<String>,
}

impl Board {
    /// What it says now; the lines of stages that ended are taken off it.
    pub fn look(&self) -> Moment {
        let mut posted = lock(&self.0);
        let moment = Moment {
            stages: posted.stages,
            ended: std::mem::take(&mut posted.ended),
            ..Moment::default()
        };
        let Some(shown) = posted.stage.as_ref().map(|shown| lock(shown)) else {
            return moment;
        };
        let told = shown.told(WIDTH, shown.began.elapsed());
        Moment {
            stage: Some(shown.waits_for.unwrap_or(shown.name)),
            share: shown.share(),
            amounts: told.trim_start().to_owned(),
            ..moment
        }
    }

    fn begin(&self, shown: &Arc<Mutex<Shown>>) {
        let mut posted = lock(&self.0);
        posted.stages += 1;
        posted.stage = Some(Arc::clone(shown));
    }

    fn finish(&self, line: Option<&String>) {
        let mut posted = lock(&self.0);
        posted.stage = None;
        posted.ended.extend(line.cloned());
    }

    fn say(&self, line: &str) {
        lock(&self.0).said.push(one_line(line).into_owned());
    }

    /// What was said on other threads than the command's own.
    pub(super) fn said(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.0).said)
    }
}

struct Stage {
    shown: Arc<Mutex<Shown>>,
    bar: Option<ProgressBar>,
}

/// What a stage's line says.
struct Shown {
    name: &'static str,
    /// What it waits for, in place of its name or of its amounts, until something moves again.
    waits_for: Option<&'static str>,
    waits: Option<String>,
    began: Instant,
    total: Amount,
    done: Amount,
    pace: Pace,
}

/// How far the stage was at some moments before, the oldest first: by what was done since rates are told. A stage that
/// finds much in the pool, or waits, would else have a rate that nothing has.
#[derive(Default)]
struct Pace {
    marks: VecDeque<(Duration, Amount)>,
    /// What was waited for is there, and what comes next is the first of it.
    is_over: bool,
}

/// Older moments are forgotten.
const WINDOW: Duration = Duration::from_secs(20);

/// Moments are apart.
const APART: Duration = Duration::from_millis(250);

impl Pace {
    /// What was done by then, and how long the stage took until then.
    fn mark(&mut self, took: Duration, done: Amount) {
        if std::mem::take(&mut self.is_over) {
            self.marks.clear();
        }
        let is_near = |(at, _): &(Duration, Amount)| took < *at + APART;
        if !self.marks.back().is_some_and(is_near) {
            self.marks.push_back((took, done));
        }
        let is_old = |marks: &VecDeque<(Duration, Amount)>| {
            let second = marks.get(1);
            second.is_some_and(|(at, _)| took > *at + WINDOW)
        };
        while is_old(&self.marks) {
            self.marks.pop_front();
        }
    }

    /// The moment from which rates are told, and what was done by then.
    fn since(&self) -> (Duration, Amount) {
        self.marks.front().copied().unwrap_or_default()
    }
}

/// Without a terminal, a stage that took less leaves no line.
const WORTH_A_LINE: Duration = Duration::from_secs(2);

/// Before, neither a rate nor the time that is left can be told.
const TELLING: Duration = Duration::from_secs(1);

/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(100);

/// Where nobody says how wide the terminal is.
const WIDTH: usize = 80;

/// Cells of a bar.
const BAR: usize = 16;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Progress {
    pub(crate) fn new() -> Self {
        let heard = answer::board();
        let is_watched = heard.as_ref().is_some_and(|heard| heard.is_watched);
        Self {
            stage: Mutex::new(None),
            is_terminal: !is_watched && std::io::stderr().is_terminal(),
            heard,
        }
    }

    /// Says it to who hears the command: stages end on threads of their own too.
    fn say(&self, line: &str) {
        match &self.heard {
            Some(heard) if !answer::is_heard() => heard.board.say(line),
            _ => say(line),
        }
    }

    fn is_watched(&self) -> bool {
        self.heard.as_ref().is_some_and(|heard| heard.is_watched)
    }

    /// Ends the last stage.
    pub(crate) fn finish(&self) {
        let Some(stage) = lock(&self.stage).take() else {
            return;
        };
        let line = lock(&stage.shown).worth_a_line();
        if let Some(heard) = &self.heard {
            heard.board.finish(line.as_ref());
        }
        match (&stage.bar, &line) {
            (Some(bar), _) => bar.finish_and_clear(),
            (None, Some(line)) => self.say(line),
            (None, None) => {}
        }
    }

    /// Says what is waited for, in the line until something moves again.
    pub(crate) fn wait(&self, text: &str) {
        match lock(&self.stage).as_ref() {
            Some(Stage { shown, bar }) if bar.is_some() || self.is_watched() => {
                lock(shown).waits = Some(one_line(text).into_owned());
            }
            _ => self.say(&format!("note: {text}")),
        }
    }
}

impl Shown {
    /// How much of it is done; none where its length is not known.
    fn share(&self) -> Option<f64> {
        self.share_of(self.done)
    }

    fn share_of(&self, done: Amount) -> Option<f64> {
        let (done, total) = match self.total {
            Amount { bytes: 0, rows, .. } => (done.rows, rows),
            Amount { bytes, .. } => (done.bytes, bytes),
        };
        (total > 0).then(|| (done as f64 / total as f64).min(1.0))
    }

    /// Bytes a second since rates are told; none before one can be.
    fn rate(&self, took: Duration) -> Option<f64> {
        let (since, before) = self.pace.since();
        let bytes = self.done.bytes.saturating_sub(before.bytes);
        let seconds = took.saturating_sub(since);
        let is_told = seconds >= TELLING && bytes > 0;
        is_told.then(|| bytes as f64 / seconds.as_secs_f64())
    }

    /// As `2 of 10 files`, `18,000 rows`, `812 MB`, `142 MB/s`.
    fn amounts(&self, rate: Option<f64>) -> [Option<String>; 4] {
        let count = |done: u64, total: u64, noun: &str| match (done, total) {
            (0, 0) => None,
            (done, 0) => Some(format!("{} {noun}", thousands(done))),
            (done, total) => Some(format!(
                "{} of {} {noun}",
                thousands(done),
                thousands(total)
            )),
        };
        let amount = Some(self.done.bytes).filter(|&done| self.total.bytes > 0 && done > 0);
        [
            count(self.done.files, self.total.files, "files"),
            count(self.done.rows, self.total.rows, "rows"),
            amount.map(bytes),
            rate.map(|rate| format!("{}/s", bytes(rate as u64))),
        ]
    }

    /// Of a stage that has ended, where it took long.
    fn worth_a_line(&self) -> Option<String> {
        let took = self.began.elapsed();
        (took >= WORTH_A_LINE).then(|| self.whole(took))
    }

    fn whole(&self, took: Duration) -> String {
        let seconds = took.as_secs_f64();
        let is_told = took >= TELLING && self.total.bytes > 0 && self.done.bytes > 0;
        let rate = is_told.then(|| self.done.bytes as f64 / seconds);
        let parts: Vec<String> = self.amounts(rate).into_iter().flatten().collect();
        match parts.as_slice() {
            [] => format!("{}: {seconds:.1} s", self.name),
            parts => format!("{}: {} in {seconds:.1} s", self.name, parts.join(", ")),
        }
    }

    /// As `12 s left`.
    fn left(&self, took: Duration) -> Option<String> {
        let (since, before) = self.pace.since();
        let share = self.share().filter(|share| *share > 0.02)?;
        let made = share - self.share_of(before)?;
        let seconds = took.saturating_sub(since);
        let left = seconds.as_secs_f64() * (1.0 - share) / made;
        let is_told = seconds >= TELLING && made > 0.0 && left >= 1.0;
        is_told.then(|| match left as u64 {
            seconds @ ..120 => format!("{seconds} s left"),
            seconds @ ..7200 => format!("{} min left", seconds / 60),
            seconds => format!("{} h left", seconds / 3600),
        })
    }

    /// The line of a terminal, with what it has room for: what is left goes last, then rows, bytes, files, rate.
    fn line(&self, width: usize, took: Duration) -> String {
        let mut line = format!("{:9}", self.waits_for.unwrap_or(self.name));
        if let Some(share) = self.share() {
            let filled = (share * BAR as f64) as usize;
            let bar = "=".repeat(filled);
            line += &format!(" [{bar:BAR$}] {:>3} %", (share * 100.0) as u64);
        }
        let told = self.told(width.saturating_sub(line.len()), took);
        cut(&(line + &told), width)
    }

    /// What stands behind the bar: why it waits, or what fits of how much is done.
    fn told(&self, width: usize, took: Duration) -> String {
        if let Some(waits) = &self.waits {
            return format!("  {waits}");
        }
        let is_long = self.share().is_none() && took >= TELLING;
        let seconds = is_long.then(|| format!("  {} s", took.as_secs()));
        let seconds = seconds.unwrap_or_default();
        let [files, rows, bytes, rate] = self.amounts(self.rate(took));
        let parts = [files, rows, bytes, rate, self.left(took)];
        let fitted = fitted(parts, width.saturating_sub(seconds.len()));
        seconds + &fitted
    }
}

/// The parts that fit, in their order. The later of these goes first where they do not.
fn fitted(mut parts: [Option<String>; 5], width: usize) -> String {
    for least in [3, 0, 2, 1, 4] {
        let text = joined(&parts);
        if text.chars().count() <= width {
            return text;
        }
        parts[least] = None;
    }
    joined(&parts)
}

fn joined(parts: &[Option<String>]) -> String {
    let parts = parts.iter().flatten();
    parts.map(|part| format!("  {part}")).collect()
}

fn cut(line: &str, width: usize) -> String {
    line.chars().take(width).collect()
}

fn line_width() -> usize {
    // A letter in the last column wraps on some.
    width_of(&std::io::stderr()).unwrap_or(WIDTH) - 1
}

/// A line that draws itself.
fn bar(shown: &Arc<Mutex<Shown>>) -> ProgressBar {
    let of = Arc::clone(shown);
    let line = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
        let shown = lock(&of);
        // Where the terminal has gone nobody can be told.
        let _ = out.write_str(&shown.line(line_width(), shown.began.elapsed()));
    };
    let style = ProgressStyle::with_template("{line}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .with_key("line", line);
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style);
    bar.enable_steady_tick(TICK);
    bar.tick();
    bar
}

impl Watch for Progress {
    fn begin(&self, name: &'static str, total: Amount) {
        self.finish();
        let shown = Arc::new(Mutex::new(Shown {
            name,
            waits_for: None,
            waits: None,
            began: Instant::now(),
            total,
            done: Amount::default(),
            pace: Pace::default(),
        }));
        if let Some(heard) = &self.heard {
            heard.board.begin(&shown);
        }
        let bar = self.is_terminal.then(|| bar(&shown));
        *lock(&self.stage) = Some(Stage { shown, bar });
    }

    fn advance(&self, done: Amount) {
        let stage = lock(&self.stage);
        let Some(stage) = stage.as_ref() else { return };
        let mut shown = lock(&stage.shown);
        (shown.waits_for, shown.waits) = (None, None);
        shown.done.files += done.files;
        shown.done.rows += done.rows;
        shown.done.bytes += done.bytes;
        let (took, done) = (shown.began.elapsed(), shown.done);
        shown.pace.mark(took, done);
    }

    fn waits_for(&self, what: &'static str) {
        if let Some(stage) = lock(&self.stage).as_ref() {
            let mut shown = lock(&stage.shown);
            shown.waits_for = Some(what);
            shown.pace.is_over = true;
        }
    }

    fn note(&self, text: &str) {
        let say = || self.say(&format!("note: {text}"));
        match lock(&self.stage)
            .as_ref()
            .and_then(|stage| stage.bar.as_ref())
        {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(done: Amount, total: Amount) -> Shown {
        Shown {
            name: "measure",
            waits_for: None,
            waits: None,
            began: Instant::now(),
            total,
            done,
            pace: Pace::default(),
        }
    }

    fn much() -> Shown {
        let amount = |files, rows, bytes| Amount { files, rows, bytes };
        shown(amount(1234, 12_345_678, 3 << 30), amount(2345, 0, 9 << 30))
    }

    #[test]
    fn a_line_fits_and_keeps_the_time_that_is_left() {
        let took = Duration::from_secs(1000);
        for width in [40, 59, 79, 99, 200] {
            let line = much().line(width, took);
            assert!(line.chars().count() <= width, "{width}: {line}");
            assert!(line.contains(" 33 %"), "{line}");
        }
        assert!(much().line(59, took).ends_with("33 min left"));
        let wide = much().line(120, took);
        assert!(wide.contains("1,234 of 2,345 files"), "{wide}");
        assert!(wide.contains("12,345,678 rows"), "{wide}");
        let mut waiting = much();
        waiting.waits = Some("waiting 5 s for ".to_owned() + &"x".repeat(200));
        assert_eq!(waiting.line(79, took).chars().count(), 79);
    }

    #[test]
    fn nothing_is_told_of_what_has_not_begun() {
        let total = Amount::files(4, 1 << 20);
        let first = shown(Amount::default(), total).line(99, Duration::from_millis(10));
        assert_eq!(first, "measure   [                ]   0 %  0 of 4 files");
        let late = shown(Amount::default(), total).line(99, Duration::from_secs(5));
        assert!(!late.contains("/s") && !late.contains("left"), "{late}");
        let ended = shown(total, total).line(99, Duration::from_secs(5));
        assert!(
            ended.contains("100 %") && !ended.contains("left"),
            "{ended}"
        );
    }

    #[test]
    fn a_rate_is_of_what_came_since_the_stage_waited_and_of_the_last_seconds() {
        let seconds = Duration::from_secs;
        let mut found = shown(Amount::files(2, 900 << 20), Amount::files(4, 1000 << 20));
        found.pace.mark(seconds(1), found.done);
        let line = found.line(99, seconds(1));
        assert!(!line.contains("/s"), "{line}");
        found.done.bytes += 50 << 20;
        found.pace.mark(seconds(11), found.done);
        let line = found.line(99, seconds(11));
        assert!(line.ends_with("5.00 MiB/s  10 s left"), "{line}");
        for second in 12..=60 {
            found.done.bytes += 1 << 20;
            found.pace.mark(seconds(second), found.done);
        }
        let line = found.line(99, seconds(60));
        assert!(line.contains("1.00 MiB/s"), "{line}");
        found.pace.is_over = true;
        found.pace.mark(seconds(90), found.done);
        let line = found.line(99, seconds(95));
        assert!(!line.contains("/s") && !line.contains("left"), "{line}");
    }

    #[test]
    fn a_board_shows_the_stage_at_work_and_the_lines_of_those_that_ended() {
        let board = Arc::new(Board::default());
        let progress = Progress {
            stage: Mutex::new(None),
            is_terminal: false,
            heard: Some(Heard {
                board: Arc::clone(&board),
                is_watched: true,
            }),
        };
        assert_eq!(board.look(), Moment::default());
        progress.begin("measure", Amount::files(4, 8 << 20));
        progress.advance(Amount::files(1, 2 << 20));
        let moment = board.look();
        assert_eq!((moment.stage, moment.stages), (Some("measure"), 1));
        assert_eq!(moment.share, Some(0.25));
        assert_eq!(moment.amounts, "1 of 4 files  2.00 MiB");
        progress.wait("waiting 5 s for the hub");
        assert_eq!(board.look().amounts, "waiting 5 s for the hub");
        progress.begin("select", Amount::default());
        let moment = board.look();
        assert_eq!((moment.stage, moment.share), (Some("select"), None));
        assert_eq!(
            (moment.stages, moment.ended),
            (2, vec![]),
            "it took no time"
        );
        let began = Instant::now().checked_sub(Duration::from_secs(3));
        if let Some(stage) = lock(&progress.stage).as_ref() {
            lock(&stage.shown).began = began.expect("a clock that has gone for three seconds");
        }
        progress.finish();
        let moment = board.look();
        assert_eq!(
            (moment.stage, moment.ended),
            (None, vec!["select: 3.0 s".to_owned()])
        );
        assert_eq!(board.look().ended, Vec::<String>::new());
        assert_eq!(
            board.said(),
            ["select: 3.0 s"],
            "on a thread that nobody hears"
        );
    }

    #[test]
    fn a_stage_without_a_length_says_how_long_it_takes() {
        let mut plan = shown(Amount::default(), Amount::default());
        plan.waits_for = Some("tokenizer");
        assert_eq!(plan.line(79, Duration::ZERO), "tokenizer");
        assert_eq!(plan.line(79, Duration::from_secs(7)), "tokenizer  7 s");
    }
}
