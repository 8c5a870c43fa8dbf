//! A command inside of another program: what it would have printed comes back as data, and nothing is printed.
//!
//! The commands print by the functions of `terminal`, on the thread that called them; while that thread is answered,
//! they are heard here instead. A front in another language so has each command as it is, with its checks and its
//! errors, and reads no text.

use std::cell::RefCell;
use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use arrow::array::RecordBatch;
use serde_json::Value;

use super::progress::Board;
use super::terminal::causes;
use super::{machine, parse, with_nearest_command};
use crate::Error;
use crate::error::visible_message;

/// What a command said.
#[derive(Debug, Default)]
pub struct Answer {
    /// The exit code that the program would have ended with.
    pub exit_code: u8,
    /// What `--json` prints, of a command that was given it.
    pub json: Option<Value>,
    /// The rows of `sql`, in batches of one schema; none of any other command, or where `sql` was told to print or write
    /// them.
    pub rows: Option<Vec<RecordBatch>>,
    /// What else goes to stdout: a page, a pipeline, a schema. Empty where nothing does.
    pub text: String,
    /// What is told beside the report, a line each.
    pub notes: Vec<String>,
    /// Why there is no report.
    pub failure: Option<Failure>,
}

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What failed, and below it what caused it, a line each.
    pub message: String,
    /// How to mend it, where that is known.
    pub hint: Option<String>,
}

/// What is heard of the command that this thread runs.
struct Hearer {
    stop: Arc<AtomicUsize>,
    board: Heard,
    answer: Answer,
}

/// Where a command that is heard says how far it is.
#[derive(Clone)]
pub(super) struct Heard {
    pub(super) board: Arc<Board>,
    /// Whether its caller looks there, so that nothing is drawn here.
    pub(super) is_watched: bool,
}

thread_local! {
    static HEARER: RefCell<Option<Hearer>> = const { RefCell::new(None) };
}

/// Runs the command of these arguments, the program's name first, on this thread.
///
/// `stop` is 0, and becomes the number of a signal (2, as Ctrl-C has it) where the command shall end: it then fails as
/// interrupted, with exit code 128 and that number, and what `run` measured is kept. No signal is met here, and nothing
/// goes to stdout; progress is drawn on stderr where that is a terminal. An error of the arguments is a failure with
/// exit code 2.
///
/// ```
/// use std::sync::Arc;
///
/// let answer = gradatim::cli::answer(["gradatim", "verify", "--gold", "1/2", "--answer", "0.5", "--json"], &Arc::default());
/// assert_eq!(answer.json.expect("a report")["verdict"], "correct");
/// ```
pub fn answer(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    stop: &Arc<AtomicUsize>,
) -> Answer {
    let board = Heard {
        board: Arc::default(),
        is_watched: false,
    };
    heard(arguments, stop, board)
}

/// The same, with nothing drawn: how far it is stands on the board.
pub fn answer_on(
    board: &Arc<Board>,
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    stop: &Arc<AtomicUsize>,
) -> Answer {
    let board = Heard {
        board: Arc::clone(board),
        is_watched: true,
    };
    heard(arguments, stop, board)
}

fn heard(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    stop: &Arc<AtomicUsize>,
    board: Heard,
) -> Answer {
    let arguments = match parse(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return misused(with_nearest_command(error)),
    };
    machine::limit().keep();
    HEARER.set(Some(Hearer {
        stop: Arc::clone(stop),
        board: board.clone(),
        answer: Answer::default(),
    }));
    let ended = arguments.command.run();
    let heard = HEARER.take().map(|hearer| hearer.answer);
    let mut heard = heard.unwrap_or_default();
    heard.notes.extend(board.board.said());
    match ended {
        Ok(exit_code) => Answer { exit_code, ..heard },
        Err(error) => Answer {
            exit_code: error.exit_code(),
            failure: Some(failure(&error)),
            ..heard
        },
    }
}

fn failure(error: &Error) -> Failure {
    Failure {
        message: causes(error),
        hint: error.hint(),
    }
}

/// Help and the version are answers as well.
fn misused(error: clap::Error) -> Answer {
    let text = visible_message(&error.to_string());
    let exit_code = error.exit_code() as u8;
    match error.use_stderr() {
        false => Answer {
            text,
            ..Answer::default()
        },
        true => Answer {
            exit_code,
            failure: Some(Failure {
                message: text,
                hint: None,
            }),
            ..Answer::default()
        },
    }
}

/// Gives what is printed to whoever called the command on this thread; false where that is a terminal's.
pub(super) fn hears(add: impl FnOnce(&mut Answer)) -> bool {
    HEARER.with_borrow_mut(|hearer| match hearer {
        Some(hearer) => {
            add(&mut hearer.answer);
            true
        }
        None => false,
    })
}

/// Whether this thread's command is heard.
pub(super) fn is_heard() -> bool {
    HEARER.with_borrow(Option::is_some)
}

/// Where this thread's command says how far it is, where it is heard.
pub(super) fn board() -> Option<Heard> {
    HEARER.with_borrow(|hearer| Some(hearer.as_ref()?.board.clone()))
}

/// What tells this thread's command to stop, where its caller does.
pub(super) fn stop() -> Option<Arc<AtomicUsize>> {
    HEARER.with_borrow(|hearer| Some(Arc::clone(&hearer.as_ref()?.stop)))
}
