//! What Ballista says of itself, a line each, to whoever shows it.

use std::sync::OnceLock;

use log::{LevelFilter, Log, Metadata, Record};

/// Hands over what is worth a warning, or where `verbose` all that is told. Only the first time in a process.
pub(crate) fn speak(verbose: bool, say: fn(&str)) {
    let most = match verbose {
        true => LevelFilter::Info,
        false => LevelFilter::Warn,
    };
    static SPEAKER: OnceLock<Speaker> = OnceLock::new();
    if log::set_logger(SPEAKER.get_or_init(|| Speaker(say))).is_ok() {
        log::set_max_level(most);
    }
}

struct Speaker(fn(&str));

impl Log for Speaker {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("ballista")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0(&format!(
                "{}: {}",
                record.level().as_str().to_ascii_lowercase(),
                record.args()
            ));
        }
    }

    fn flush(&self) {}
}
