//! Whether a thread is in code of an event loop rather than in what that runs, by what is on its stack.
//!
//! Of asyncio's: between two steps of a task, nobody but the loop's own code knows of it. The task that is lost there takes no step any more,
//! and the loop waits for it for ever, in C code. What is raised in a coroutine or a callback, on the other hand, comes out where the loop was run:
//! it is a KeyboardInterrupt. Of trio's: the loop would end without a trace of its end.

use crate::py::{Gil, Object, Owned, Result};

use super::domain::Helpers;
use super::stopping::{Functions, is_any_of, module_of, name_of};

/// Modules of asyncio's.
const ASYNCIO: &str = "asyncio.";
/// The module and function that runs a loop.
const RUN: (&str, &str) = ("asyncio.runners", "run");
/// Of `co_flags`: CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR.
const COROUTINE: i64 = 0x80 | 0x100 | 0x200;

/// What trio is imported as, and the module and functions that run a loop of its.
const TRIO: &str = "trio";
const TRIO_RUNS: [Functions; 1] = [("trio._core._run", &["run", "unrolled_run"])];
/// How many frames up that is looked for.
const NEAR: usize = 32;

/// Whether the innermost frame of a thread, of this code, is one of asyncio's own, and none of a coroutine's.
pub(super) fn is_asyncio(gil: Gil<'_>, innermost: &Object, code: &Object, name: &str) -> Result<bool> {
    if is_coroutine(gil, code)? {
        return Ok(false);
    }
    let module = module_of(gil, innermost)?.unwrap_or_default();
    // A loop that is written in C, as uvloop's is, runs right below that.
    Ok(module.starts_with(ASYNCIO) && (module.as_str(), name) != RUN)
}

fn is_coroutine(gil: Gil<'_>, code: &Object) -> Result<bool> {
    Ok(code.attr_str(gil, c"co_flags")?.to_long(gil)?.is_some_and(|flags| flags & COROUTINE != 0))
}

/// The frame that runs a loop of trio's, where a thread, whose innermost frame this is, is in that rather than in a coroutine of
/// somebody else's.
pub(super) fn trio<'g>(gil: Gil<'g>, helpers: &Helpers, innermost: &Object) -> Option<Owned<'g>> {
    gil.without_collections(|| running_trio(gil, helpers, innermost)).unwrap_or_else(|raised| {
        gil.clear_raised(raised);
        None
    })
}

fn running_trio<'g>(gil: Gil<'g>, helpers: &Helpers, innermost: &Object) -> Result<Option<Owned<'g>>> {
    if helpers.modules.get(gil).dict_get(gil, &*gil.str(TRIO)?)?.is_none() {
        return Ok(None);
    }
    let mut next = innermost.own(gil);
    for _ in 0..NEAR {
        let frame = next;
        if frame.is_none() {
            break;
        }
        // SAFETY: it is one.
        let code = unsafe { gil.code_of(&frame) };
        if is_any_of(gil, &frame, &name_of(gil, &code)?, &TRIO_RUNS)? {
            return Ok(Some(frame));
        }
        if is_coroutine(gil, &code)? && module_of(gil, &frame)?.is_none_or(|module| !module.starts_with(TRIO)) {
            break;
        }
        next = frame.attr_str(gil, c"f_back")?;
    }
    Ok(None)
}

/// Has the loop of trio's that a frame runs raise an exception in its main task. May give the GIL away.
pub(super) fn stop_trio(gil: Gil<'_>, helpers: &Helpers, running: &Object, exception: &Object) {
    if let Err(raised) = helpers.stop_trio.get(gil).call(gil, &[running, exception]) {
        // Its loop has just ended. Who goes on calling is stopped again.
        gil.clear_raised(raised);
    }
}

/// Has a loop run Python code that may wait in C code, and would see nothing of what was raised. May give the GIL away.
pub(super) fn wake(gil: Gil<'_>, helpers: &Helpers, innermost: &Object) {
    if let Err(raised) = helpers.wake_loop.get(gil).call(gil, &[innermost]) {
        // It was closed just now, and waits for nothing.
        gil.clear_raised(raised);
    }
}
