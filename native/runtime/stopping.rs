//! Stopping calls: an exception raised in the thread that runs them, where that harms nobody else.

use std::time::Duration;

use crate::py::{self, Gil, Object, Owned};

use super::domain::{Binding, Domain};
use super::down::{Ended, down};
use super::record::{CallId, Record, Running, Stop};

/// How often a thread that holds a lock is looked at again: it mostly lets go in less.
const PAUSE: Duration = Duration::from_millis(2);

/// Functions of the standard library that take a lock for their callers: one that is stopped on its way out never gives the
/// lock back, and the next thread waits for ever.
const LOCKING: [(&str, &[&str]); 2] =
    [("threading", &["__enter__", "acquire", "_acquire_restore"]), ("logging", &["acquire", "_acquireLock"])];
/// Every function of these files does: `importlib` locks by hand.
const LOCKING_FILES: &str = "<frozen importlib.";
/// Waits for a thread that it started. Before CPython 3.12 that has the number of its maker until it runs, and would be
/// stopped in its place.
const STARTING: (&str, &str) = ("threading", "start");
/// Krait's own functions that are not to be stopped, nor what they call, have names that end so.
const UNDISTURBED: &str = "_undisturbed";
/// How many frames such a function may be away.
const NEAR: usize = 8;

/// Stops calls of a binding: they raise at their next bytecode, or when they come back from Java. The number of calls.
///
/// A thread that is just taking a lock is waited for, on a thread of its own.
pub fn stop(binding: &'static Binding, stop: Stop, which: impl Fn(&CallId) -> bool) -> Result<usize, Ended> {
    let (marked, waiting) = down(binding, &Running::default(), |gil| {
        let marked = binding.domain.mark(gil, stop, which);
        (marked, binding.domain.deliver(gil))
    })?;
    if waiting {
        let later = move || {
            while down(binding, &Running::default(), |gil| binding.domain.deliver(gil)) == Ok(true) {
                std::thread::sleep(PAUSE);
            }
        };
        if std::thread::Builder::new().name("krait-stop".to_owned()).spawn(later).is_err() {
            log::warn!("no thread to stop a call with: it is tried again later");
        }
    }
    Ok(marked)
}

impl Domain {
    /// Marks calls to be stopped. The number of them.
    fn mark(&self, gil: Gil<'_>, stop: Stop, which: impl Fn(&CallId) -> bool) -> usize {
        self.records().iter().map(|record| record.mark(gil, stop, &which)).sum()
    }

    /// Raises what is to stop the calls that were marked; whether any must wait.
    fn deliver(&self, gil: Gil<'_>) -> bool {
        let mut waiting = false;
        for record in self.records() {
            if let Some(stop) = record.due(gil) {
                if may_be_stopped(gil, &record) {
                    record.raise(gil, self.stop_exception(gil, stop));
                } else {
                    waiting = true;
                }
            }
        }
        waiting
    }

    /// Raises what stops a call in its thread.
    pub(super) fn raise_stop(&self, gil: Gil<'_>, record: &Record, stop: Stop) {
        record.raise(gil, self.stop_exception(gil, stop));
    }

    /// The exception's class.
    pub(super) fn stop_exception<'a>(&'a self, gil: Gil<'a>, stop: Stop) -> &'a Object {
        let helpers = self.helpers();
        match stop {
            Stop::Timeout => helpers.timeout.get(gil),
            Stop::Interrupt => helpers.interrupted.get(gil),
        }
    }
}

/// Whether the thread's innermost function can be stopped without harm. The thread rests while this one has the GIL, and
/// nothing here gives that away.
fn may_be_stopped(gil: Gil<'_>, record: &Record) -> bool {
    let Some(state) = record.running_on() else {
        return true;
    };
    let stoppable = || -> py::Result<bool> {
        let mut next = gil.frame_of(state);
        for depth in 0..NEAR {
            let Some(frame) = next.filter(|frame| !frame.is_none()) else {
                break;
            };
            if must_not_stop(gil, &frame, depth)? {
                return Ok(false);
            }
            next = Some(frame.attr_str(gil, c"f_back")?);
        }
        Ok(true)
    };
    stoppable().unwrap_or_else(|raised| {
        gil.clear_raised(raised);
        true
    })
}

fn must_not_stop(gil: Gil<'_>, frame: &Owned<'_>, depth: usize) -> py::Result<bool> {
    let code = frame.attr_str(gil, c"f_code")?;
    let name = code.attr_str(gil, c"co_name")?.to_string_lossy(gil)?;
    if name.ends_with(UNDISTURBED) {
        return Ok(true);
    }
    if depth == 0 && code.attr_str(gil, c"co_filename")?.to_string_lossy(gil)?.starts_with(LOCKING_FILES) {
        return Ok(true);
    }
    let suspect = |module: Option<&str>| {
        let is_module = |known: &str| module.is_none_or(|module| module == known);
        let locking = LOCKING.iter().any(|(known, names)| is_module(known) && names.contains(&name.as_str()));
        depth == 0 && locking || is_module(STARTING.0) && name == STARTING.1
    };
    if !suspect(None) {
        return Ok(false);
    }
    let globals = frame.attr_str(gil, c"f_globals")?;
    let Some(module) = globals.dict_get(gil, &*gil.str("__name__")?)? else {
        return Ok(false);
    };
    Ok(suspect(Some(&module.to_string_lossy(gil)?)))
}
