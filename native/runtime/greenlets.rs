//! Greenlets, of which gevent, SQLAlchemy's asyncio and others are made: chains of Python calls of one thread, which take turns.
//!
//! One may stop half-way in a down-call inside another one, where Java called back, and the thread goes on with another greenlet. That is well
//! as long as it comes back: a thread's Java frames are one stack, and calls from Java end in the opposite order in which they began. So where a
//! call ends before one inside it, the greenlet that this one waits in is ended first, as greenlets are that nobody can resume any more.

use crate::jvm;
use crate::py::{self, Gil, Object, Owned};

use super::domain::Helpers;
use super::thread::{Down, Thread};

/// How often a greenlet may refuse to end.
const ATTEMPTS: usize = 100;

/// A down-call begins inside another one.
#[inline(never)]
pub(super) fn begin(gil: Gil<'_>, down: &Down<'_>) {
    match current(gil, down.binding.domain.helpers()) {
        Ok(greenlet) => drop(down.running.replace_greenlet(gil, greenlet.map(Owned::detach))),
        // The module is just being imported: there are none yet.
        Err(raised) => gil.clear_raised(raised),
    }
}

/// The one that runs, where the package has been imported. `Gil::is_imported` would wait for a thread that imports it.
fn current<'g>(gil: Gil<'g>, helpers: &Helpers) -> py::Result<Option<Owned<'g>>> {
    match helpers.modules.get(gil).dict_get(gil, helpers.greenlet.get(gil))? {
        None => Ok(None),
        Some(module) => module.call_method(gil, c"getcurrent", &[]).map(Some),
    }
}

/// A down-call inside another one ends.
#[inline(never)]
pub(super) fn end(gil: Gil<'_>, down: &Down<'_>) {
    if let Some(greenlet) = down.running.replace_greenlet(gil, None) {
        greenlet.free(gil);
    }
}

/// Whether a greenlet has begun and is not the one that runs in its thread.
pub(super) fn is_waiting(gil: Gil<'_>, greenlet: &Object) -> bool {
    let frame = greenlet.attr_str(gil, c"gr_frame").map_err(|raised| gil.clear_raised(raised));
    frame.is_ok_and(|frame| !frame.is_none())
}

/// The first greenlet of the thread of one, which its outermost code runs in.
pub(super) fn main_of<'g>(gil: Gil<'g>, greenlet: &Object) -> Owned<'g> {
    let mut main = greenlet.own(gil);
    loop {
        match main.attr_str(gil, c"parent") {
            Ok(parent) if !parent.is_none() => main = parent,
            Ok(_) => return main,
            Err(raised) => {
                gil.clear_raised(raised);
                return main;
            }
        }
    }
}

/// A down-call ends, and calls inside it wait in greenlets: they end now.
#[cold]
pub(super) fn end_inner(gil: Gil<'_>, thread: &Thread, down: &Down<'_>) {
    let (mut last, mut attempts) = (down.place(), 0);
    while let Some(inner) = thread.current.get().filter(|inner| *inner != down.place()) {
        attempts = if inner == last { attempts + 1 } else { 1 };
        last = inner;
        // SAFETY: the call is this thread's, and lies where it is until it has ended.
        let waiting = unsafe { inner.as_ref() }.running.greenlet(gil);
        let Some(greenlet) = waiting.filter(|_| attempts <= ATTEMPTS) else {
            jvm::fatal(
                "Krait: a call of Python from Java ends before one inside it, and what that waits in does not end.",
            );
        };
        if let Err(raised) = down.binding.domain.helpers().end_greenlet.get(gil).call(gil, &[&greenlet]) {
            gil.write_unraisable(raised, Some(&greenlet));
        }
    }
}
