//! What the core does, on standard error, for whoever sets `KRAIT_LOG` to `error`, `warn`, `info`, `debug` or `trace`.
//!
//! Not through Java's loggers: some of it happens under the GIL, where Java code must not run.

use log::{LevelFilter, Log, Metadata, Record};

struct StandardError;

impl Log for StandardError {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("a thread of the JVM");
        eprintln!("krait {} [{name}] {}: {}", record.level(), record.target(), record.args());
    }

    fn flush(&self) {}
}

/// Reads `KRAIT_LOG`, once. A word that names no level leaves everything off, and says so.
pub fn install() {
    let Some(wanted) = std::env::var_os("KRAIT_LOG") else {
        return;
    };
    let level = wanted.to_str().and_then(|text| text.parse::<LevelFilter>().ok());
    if level.is_none() {
        eprintln!("krait: KRAIT_LOG={wanted:?} is none of error, warn, info, debug, trace");
    }
    // A second class loader finds the first one's logger, which is the same.
    if log::set_logger(&StandardError).is_ok() {
        log::set_max_level(level.unwrap_or(LevelFilter::Off));
    }
}
