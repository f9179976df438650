//! Whether a thread is in an event loop rather than in what that runs, by what is on its stack.
//!
//! Of asyncio's: //! between two steps of a task, nobody but the loop's own code knows of it. The task that is lost there takes no step any more, and the
//! loop waits for it for ever, in C code. What a callback raises is logged by the loop, which goes on: what is to stop the call is
//! lost then. What is raised in a coroutine, on the other hand, comes out where its task is waited for.

use crate::py::{Gil, Object, Owned, Result};

use super::domain::Helpers;
use super::stopping::{module_of, name_of};

/// The modules and functions in which a loop of asyncio's waits, the innermost first.
const ASYNCIO: [(&str, &str); 2] = [("selectors", "select"), ("asyncio.base_events", "_run_once")];
/// Those of gevent's.
const GEVENT: [(&str, &str); 1] = [("gevent.hub", "run")];
const GEVENT_HUB: &str = "gevent.hub";

/// Modules of asyncio's.
const OWN: &str = "asyncio.";
/// The module and function that run callbacks.
const RUN: (&str, &str) = ("asyncio.events", "_run");
/// Of `co_flags`: CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR.
const COROUTINE: i64 = 0x80 | 0x100 | 0x200;

/// Where a thread is.
#[derive(PartialEq, Eq)]
pub(super) enum At {
    /// In code of asyncio's own.
    Loop,
    /// In what a loop has called.
    Callback,
    /// In neither, by what has been looked at.
    Elsewhere,
}

/// Looks at a stack's frames, from the innermost on.
pub(super) struct Loops {
    is_innermost: bool,
    is_over: bool,
}

impl Loops {
    pub(super) fn new() -> Loops {
        Loops { is_innermost: true, is_over: false }
    }

    /// The next frame, its code, and the function's name.
    pub(super) fn look(&mut self, gil: Gil<'_>, frame: &Object, code: &Object, name: &str) -> Result<At> {
        let is_innermost = std::mem::replace(&mut self.is_innermost, false);
        if !self.is_over && code.attr_str(gil, c"co_flags")?.to_long(gil)?.is_some_and(|flags| flags & COROUTINE != 0) {
            self.is_over = true;
        }
        if self.is_over {
            return Ok(At::Elsewhere);
        }
        let module = module_of(gil, frame)?.unwrap_or_default();
        if is_innermost && module.starts_with(OWN) {
            return Ok(At::Loop);
        }
        Ok(if (module.as_str(), name) == RUN { At::Callback } else { At::Elsewhere })
    }
}

/// A loop that waits until something happens to it, in C code.
pub(super) enum Waiting<'g> {
    Asyncio(Owned<'g>),
    Gevent(Owned<'g>),
}

/// The one that a thread, whose innermost frame this is, waits in.
pub(super) fn waiting<'g>(gil: Gil<'g>, innermost: &Object) -> Result<Option<Waiting<'g>>> {
    if let Some(event_loop) = self_of(gil, innermost, &ASYNCIO)? {
        return Ok(Some(Waiting::Asyncio(event_loop)));
    }
    Ok(self_of(gil, innermost, &GEVENT)?.map(Waiting::Gevent))
}

/// The `self` of the last of these functions, where they are the innermost ones.
fn self_of<'g>(gil: Gil<'g>, innermost: &Object, functions: &[(&str, &str)]) -> Result<Option<Owned<'g>>> {
    let mut next = innermost.own(gil);
    let mut last = None;
    for (module, function) in functions {
        let frame = next;
        if frame.is_none() || module_of(gil, &frame)?.is_none_or(|name| name != *module) {
            return Ok(None);
        }
        // SAFETY: it is one.
        let code = unsafe { gil.code_of(&frame) };
        if name_of(gil, &code)? != *function {
            return Ok(None);
        }
        next = frame.attr_str(gil, c"f_back")?;
        last = Some(frame);
    }
    last.map(|frame| frame.attr_str(gil, c"f_locals")?.item(gil, &*gil.str("self")?)).transpose()
}

impl Waiting<'_> {
    /// Has the loop wait no more. May give the GIL away.
    pub(super) fn wake(&self, gil: Gil<'_>, helpers: &Helpers) {
        let woken = match self {
            Waiting::Asyncio(event_loop) => {
                let nothing = gil.none().class(gil);
                event_loop.call_method(gil, c"call_soon_threadsafe", &[&nothing])
            }
            Waiting::Gevent(hub) => helpers.bridge.get(gil).call_method(gil, c"wake_gevent", &[hub]),
        };
        if let Err(raised) = woken {
            // It was closed just now, and waits for nothing.
            gil.clear_raised(raised);
        }
    }
}

/// Tells gevent, where that has been imported, what stops calls. May give the GIL away.
pub(super) fn teach(gil: Gil<'_>, helpers: &Helpers) {
    let teaching = || -> Result<()> {
        if let Some(hub) = helpers.modules.get(gil).dict_get(gil, &*gil.str(GEVENT_HUB)?)? {
            helpers.bridge.get(gil).call_method(gil, c"teach_gevent", &[&hub])?;
        }
        Ok(())
    };
    if let Err(raised) = teaching() {
        // It is just being imported, and runs no greenlets yet.
        gil.clear_raised(raised);
    }
}
