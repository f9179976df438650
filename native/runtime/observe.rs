//! What can be seen from outside: counts of the whole process, and how long calls wait for the GIL.

use std::sync::atomic::{AtomicU32, Ordering};

use super::domain::all_domains;
use super::thread;

/// How many ask for the waits to be measured.
static ASKED: AtomicU32 = AtomicU32::new(0);

/// Whether calls measure how long they wait for the GIL: two readings of the clock, which a short call would feel.
#[inline(always)]
pub(super) fn measures() -> bool {
    ASKED.load(Ordering::Relaxed) != 0
}

/// Starts, or stops, measuring the waits. Each start needs a stop.
pub fn measure(on: bool) {
    if on {
        ASKED.fetch_add(1, Ordering::Relaxed);
    } else {
        ASKED.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many nanoseconds this thread has waited for the GIL since it was asked last.
pub fn take_waited() -> u64 {
    thread::take_waited()
}

/// Counts over all interpreters of the process. Any thread, no GIL: a moment's picture.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Python objects that Java holds.
    pub handles: usize,
    /// Thread states that Krait has made and not freed.
    pub thread_states: usize,
}

/// The counts now.
pub fn counts() -> Counts {
    all_domains().iter().fold(Counts::default(), |sum, domain| Counts {
        handles: sum.handles + domain.held(),
        thread_states: sum.thread_states + domain.thread_states(),
    })
}
