//! Stopping calls: an exception raised in the thread that runs them, where that harms nobody else.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::py::{self, Gil, Object, Owned, ThreadState};

use super::domain::{Binding, Domain};
use super::down::{NoCall, down};
use super::importing::{self, Imports};
use super::loops;
use super::record::{CallId, Record, Running, Stop};
use super::thread::{detached, on_own_thread};

/// Threads that do nothing but stop calls.
const THREAD: &str = "krait-stop";
/// How often a thread that holds a lock is looked at again: it mostly lets go in less.
const PAUSE: Duration = Duration::from_millis(2);
/// And how often after that many looks: one that waits in a greenlet may do so for hours.
const LONG_PAUSE: Duration = Duration::from_millis(20);
const MANY: u32 = 500;
/// How often a thread is looked at again that is at a place which it passes at once, and for how long at a time.
const BRISK_PAUSE: Duration = Duration::from_micros(50);
const BRISK: Duration = Duration::from_millis(20);
/// Then it is no more in haste: the thread waits there for something.
const HASTE: Duration = Duration::from_millis(500);
/// How long a thread is left alone that is just at the begin of a `try`, or in a finalizer, and may never be met elsewhere.
const BEGINNING: Duration = Duration::from_millis(50);
/// It is looked at that often at least in the meantime; on a busy machine that may take as long as [`BUSY`].
const BRISK_LOOKS: u32 = 400;
const BUSY: Duration = Duration::from_secs(2);
/// In the meantime, a thread that wants the GIL asks for it after so many seconds; by default it is 0.005.
const BRISK_INTERVAL: f64 = 0.0001;
/// How long a thread is left alone whose imports must not be cut short.
const IMPORTING: Duration = Duration::from_secs(5);
/// And that imports a module of the standard library, which had better not be, and is done by then.
const IMPORTING_LIBRARY: Duration = Duration::from_secs(1);
/// How many exceptions back one is looked for that is handled.
const CONTEXTS: usize = 16;
/// How many frames up imports are looked for.
const FAR: usize = 500;

/// Functions of a module, by their names.
pub(super) type Functions = (&'static str, &'static [&'static str]);

/// Functions of the standard library, and of Krait, that take a lock for their callers, or give it back: one that is stopped on
/// its way out, or on its way in, leaves the lock taken, and the next thread waits for ever.
const LOCKING: [Functions; 3] = [
    ("threading", &["__enter__", "__exit__", "acquire", "release", "_acquire_restore"]),
    ("logging", &["acquire", "release", "_acquireLock", "_releaseLock"]),
    ("krait._java", &["__enter__", "__exit__"]),
];
/// Where `with` calls `__enter__` as any other function, and may be stopped after it and before what calls `__exit__` is in
/// force: since CPython 3.14.
static ENTERING: OnceLock<Option<Entering>> = OnceLock::new();
/// Makes a thread, and waits for it to begin. Before CPython 3.12 that one has the number of its maker until it runs, and would
/// be stopped in its place.
const STARTING: [Functions; 1] = [("threading", &["start"])];
/// What CPython calls wherever it lets go of an object, besides `__del__`: what is raised there is told of, and lost.
const FINALIZING: [Functions; 2] = [("_weakrefset", &["_remove"]), ("weakref", &["remove", "__call__"])];
const DEL: &str = "__del__";
/// Krait's own functions that are not to be stopped, nor what they call, have names that end so.
const UNDISTURBED: &str = "_undisturbed";
/// How many frames such a function may be away.
const AROUND: usize = 16;
/// How many frames other functions may be away that are not to be stopped.
const NEAR: usize = 8;

/// Stops calls of a binding: they raise at their next bytecode, or when they come back from Java. The number of calls.
///
/// A thread that is just taking a lock is waited for, on a thread of its own.
pub fn stop(
    binding: &'static Binding,
    stop: Stop,
    which: impl Fn(&CallId) -> bool + Send + 'static,
) -> Result<usize, NoCall> {
    if binding.domain.is_main() || py::version() >= (3, 13) {
        return stop_here(binding, stop, which);
    }
    on_own_thread(THREAD, move || stop_here(binding, stop, which))
        .map_or(Ok(0), |stopping| stopping.join().unwrap_or(Ok(0)))
}

fn stop_here(binding: &'static Binding, stop: Stop, which: impl Fn(&CallId) -> bool) -> Result<usize, NoCall> {
    let (marked, when) = down(binding, &Running::default(), |gil| {
        learn_entering(gil);
        let marked = binding.domain.mark(gil, stop, which);
        (marked, binding.domain.deliver(gil))
    })?;
    if when > When::Now {
        stop_later(binding);
    }
    Ok(marked)
}

/// The same as soon as it does no harm, on a thread of its own: one for each domain.
fn stop_later(binding: &'static Binding) {
    let domain = binding.domain;
    if !domain.begin_stopping() {
        return;
    }
    let later = move || {
        let stopping = |gil: Gil<'_>| {
            let is_waiting = domain.deliver_briskly(gil) > When::Now;
            if !is_waiting {
                // Under the GIL, which whoever marks a call next has to take first.
                domain.end_stopping();
            }
            is_waiting
        };
        // Where the interpreter ends meanwhile, the domain's next life begins anew.
        let mut looks = 0;
        while down(binding, &Running::default(), stopping) == Ok(true) {
            std::thread::sleep(if looks < MANY { PAUSE } else { LONG_PAUSE });
            looks = looks.saturating_add(1);
        }
    };
    if on_own_thread(THREAD, later).is_none() {
        domain.end_stopping();
    }
}

/// This thread's call is back from Java, and to be stopped.
#[cold]
pub(super) fn stop_after_java(gil: Gil<'_>, binding: &'static Binding, record: &Record) {
    if binding.domain.deliver_to(gil, record) > When::Now {
        stop_later(binding);
    }
}

impl Domain {
    /// Marks calls to be stopped. The number of them.
    fn mark(&self, gil: Gil<'_>, stop: Stop, which: impl Fn(&CallId) -> bool) -> usize {
        self.records().iter().map(|record| record.mark(gil, stop, &which)).sum()
    }

    /// Raises what is to stop the calls that were marked, and tells when those can be stopped that must wait.
    fn deliver(&self, gil: Gil<'_>) -> When {
        self.records().iter().map(|record| self.deliver_to(gil, record)).max().unwrap_or(When::Now)
    }

    /// The same, several times while there is a thread that must wait for an instant only.
    ///
    /// Such a thread gives the GIL back at the same place most of the time, say at the end of a loop, and is met elsewhere only
    /// where it is asked for it often.
    fn deliver_briskly(&self, gil: Gil<'_>) -> When {
        let mut when = self.deliver(gil);
        if when < When::Soon {
            return when;
        }
        let begin = Instant::now();
        let usual = shorten_switch_interval(gil);
        while when == When::Soon && begin.elapsed() < BRISK {
            detached(gil, || std::thread::sleep(BRISK_PAUSE));
            when = self.deliver(gil);
        }
        if let Some(usual) = usual {
            restore_switch_interval(gil, usual);
        }
        when
    }

    /// Raises what is to stop the call that a thread runs, if anything and where it need not wait.
    fn deliver_to(&self, gil: Gil<'_>, record: &Record) -> When {
        if record.due(gil).is_none() {
            return if record.is_due_later(gil) { When::Later } else { When::Now };
        }
        let elapsed = record.due_since(gil).map(|since| since.elapsed()).unwrap_or_default();
        let when = may_be_stopped(gil, record, elapsed, record.look(gil));
        match when {
            When::Now => {
                // An audit hook may have run, and the call have ended meanwhile.
                if let Some(stop) = record.due(gil) {
                    self.raise(gil, record, self.stop_exception(gil, stop));
                }
            }
            When::Soon if elapsed >= HASTE => return When::Later,
            _ => {}
        }
        when
    }

    /// Raises an exception in a thread's Python code, or has the event loop do that which the thread runs.
    fn raise(&self, gil: Gil<'_>, record: &Record, exception: &Object) {
        // SAFETY: the thread's innermost call runs with the state, attached or resting: it is alive.
        let innermost = |state| gil.without_collections(|| unsafe { gil.frame_of(state) });
        let frame = record.running_on().and_then(innermost);
        if let Some(running) = frame.as_ref().and_then(|frame| loops::trio(gil, self.helpers(), frame)) {
            record.raises(gil);
            loops::stop_trio(gil, self.helpers(), &running, exception);
            return;
        }
        record.raise(gil, exception);
        if let Some(frame) = frame
            && record.thread() != py::thread_ident()
        {
            loops::wake(gil, self.helpers(), &frame);
        }
    }

    /// Whether the calling thread handles what has stopped a call, in a `finally` or an `except`: that has its time.
    #[cold]
    pub(super) fn is_handling(&self, gil: Gil<'_>, stop: Stop) -> bool {
        let class = self.stop_exception(gil, stop);
        let handling = || -> py::Result<bool> {
            let Some(exc_info) = gil.sys(c"exc_info") else {
                return Ok(false);
            };
            let mut next = exc_info.call(gil, &[])?.tuple_item(1).map(|exception| exception.own(gil));
            // Another exception may have been raised and be handled in there.
            for _ in 0..CONTEXTS {
                let Some(exception) = next.filter(|exception| !exception.is_none()) else {
                    break;
                };
                if exception.is_exactly_or_below(class) {
                    return Ok(true);
                }
                next = Some(exception.attr_str(gil, c"__context__")?);
            }
            Ok(false)
        };
        gil.without_collections(handling).unwrap_or_else(|raised| {
            gil.clear_raised(raised);
            false
        })
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

/// When a thread can be stopped; of several threads, the greatest is what is to be done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum When {
    Now,
    Later,
    /// In an instant, unless it waits where it is.
    Soon,
}

/// Makes threads that want the GIL ask for it sooner. The interval until now, if it was longer.
fn shorten_switch_interval(gil: Gil<'_>) -> Option<f64> {
    let usual = switch_interval(gil)?;
    (usual > BRISK_INTERVAL && set_switch_interval(gil, BRISK_INTERVAL)).then_some(usual)
}

/// Unless somebody else has set it meanwhile.
fn restore_switch_interval(gil: Gil<'_>, usual: f64) {
    if switch_interval(gil).is_some_and(|now| now <= BRISK_INTERVAL) {
        set_switch_interval(gil, usual);
    }
}

fn switch_interval(gil: Gil<'_>) -> Option<f64> {
    let interval = gil.sys(c"getswitchinterval")?.call(gil, &[]).and_then(|interval| interval.to_double(gil));
    interval.map_err(|raised| gil.clear_raised(raised)).ok()
}

fn set_switch_interval(gil: Gil<'_>, seconds: f64) -> bool {
    let Some(set) = gil.sys(c"setswitchinterval") else {
        return false;
    };
    let done = gil.double(seconds).and_then(|seconds| set.call(gil, &[&seconds]));
    done.map_err(|raised| gil.clear_raised(raised)).is_ok()
}

/// Finds out how this CPython's `with` enters, before a thread is looked at: this may give the GIL away.
fn learn_entering(gil: Gil<'_>) {
    if ENTERING.get().is_some() {
        return;
    }
    let found = entering(gil).unwrap_or_else(|raised| {
        gil.clear_raised(raised);
        None
    });
    let _ = ENTERING.set(found);
}

fn entering(gil: Gil<'_>) -> py::Result<Option<Entering>> {
    if py::version() < (3, 14) {
        return Ok(None);
    }
    let opcodes = gil.import(c"_opcode_metadata")?.attr_str(gil, c"opmap")?;
    let opcode = |name: &str| -> py::Result<Option<u8>> {
        let Some(opcode) = opcodes.dict_get(gil, &*gil.str(name)?)? else {
            return Ok(None);
        };
        Ok(opcode.to_long(gil)?.and_then(|opcode| u8::try_from(opcode).ok()))
    };
    let known =
        |names: &[&str]| -> py::Result<Vec<u8>> { names.iter().filter_map(|name| opcode(name).transpose()).collect() };
    let (Some(special), Some(back), Some(extended)) =
        (opcode("LOAD_SPECIAL")?, opcode("JUMP_BACKWARD")?, opcode("EXTENDED_ARG")?)
    else {
        return Ok(None);
    };
    let looks = known(&["CALL", "CALL_KW", "CALL_FUNCTION_EX", "JUMP_BACKWARD", "RESUME"])?;
    let branches =
        known(&["POP_JUMP_IF_FALSE", "POP_JUMP_IF_TRUE", "POP_JUMP_IF_NONE", "POP_JUMP_IF_NOT_NONE", "FOR_ITER"])?;
    let forward = opcode("JUMP_FORWARD")?;
    let returns = known(&["RETURN_VALUE", "YIELD_VALUE"])?;
    Ok(Some(Entering { special, back, extended, looks, branches, forward, returns }))
}

/// The instructions of this CPython by which a call of `__enter__` is known.
struct Entering {
    /// Asks for a special method; with the number 0, for `__enter__`, which the next instruction calls.
    special: u8,
    back: u8,
    extended: u8,
    /// In or after these, CPython looks for what others have raised.
    looks: Vec<u8>,
    /// These jump forwards, or do not.
    branches: Vec<u8>,
    /// This one does.
    forward: Option<u8>,
    /// These go on in the caller.
    returns: Vec<u8>,
}

/// What may come first in a frame, whichever way it goes: the last of these that does.
enum Ahead {
    Looks,
    Returns,
    Enters,
}

impl Entering {
    /// Whether the instruction that begins at a byte calls `__enter__`.
    fn calls(&self, code: &[u8], at: usize) -> bool {
        code.get(..at).is_some_and(|before| before.ends_with(&[self.special, 0]))
    }

    /// What comes after the instruction that begins at a byte.
    fn ahead(&self, code: &[u8], at: usize) -> Ahead {
        let start =
            if code.get(at) == Some(&self.back) { (at + 4).saturating_sub(self.distance(code, at)) } else { at + 2 };
        let mut found = Ahead::Looks;
        let mut seen = vec![false; code.len()];
        let mut starts = vec![start];
        while let Some(start) = starts.pop() {
            for (index, unit) in code.get(start..).unwrap_or_default().chunks_exact(2).enumerate() {
                let at = start + 2 * index;
                let (opcode, argument) = (unit[0], unit[1]);
                if std::mem::replace(&mut seen[at], true) || self.looks.contains(&opcode) {
                    break;
                }
                if opcode == self.special && argument == 0 {
                    return Ahead::Enters;
                }
                if self.returns.contains(&opcode) {
                    found = Ahead::Returns;
                    break;
                }
                if self.branches.contains(&opcode) {
                    // Behind it and its cache.
                    starts.push(at + 4 + self.distance(code, at));
                } else if Some(opcode) == self.forward {
                    starts.push(at + 2 + self.distance(code, at));
                    break;
                }
            }
        }
        found
    }

    /// How many bytes far a jump goes.
    fn distance(&self, code: &[u8], at: usize) -> usize {
        let mut distance = usize::from(code.get(at + 1).copied().unwrap_or(0));
        let mut shift = 8;
        // CPython has three at most.
        for unit in code[..at].rchunks_exact(2).take(3).take_while(|unit| unit[0] == self.extended) {
            distance |= usize::from(unit[1]) << shift;
            shift += 8;
        }
        2 * distance
    }
}

/// Whether a frame so many away from the innermost one starts a thread that has not begun.
fn is_starting(gil: Gil<'_>, frame: &Object, name: &str, depth: usize) -> py::Result<bool> {
    if depth >= NEAR || !is_any_of(gil, frame, name, &STARTING)? {
        return Ok(false);
    }
    if depth == 0 || py::version() >= (3, 12) {
        return Ok(depth == 0);
    }
    let thread = frame.attr_str(gil, c"f_locals")?.item(gil, &*gil.str("self")?)?;
    Ok(!thread.attr_str(gil, c"_started")?.attr_str(gil, c"_flag")?.is_true())
}

/// Whether a frame calls a context manager's `__enter__`, just has, or, if `soon`, is about to where CPython looks next: a
/// thread that gave the GIL back while it looked does not see what was raised meanwhile before it looks again.
fn is_entering(gil: Gil<'_>, frame: &Owned<'_>, soon: bool) -> py::Result<bool> {
    let Some(Some(entering)) = ENTERING.get() else {
        return Ok(false);
    };
    let mut next = Some(frame.own(gil));
    for depth in 0..NEAR {
        let Some(frame) = next.filter(|frame| !frame.is_none()) else {
            break;
        };
        let at = frame.attr_str(gil, c"f_lasti")?.to_long(gil)?.and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
        // SAFETY: it is one.
        let code = unsafe { gil.code_of(&frame) }.attr_str(gil, c"co_code")?;
        let code = code.as_bytes(gil)?;
        if depth == 0 && entering.calls(code, at) {
            return Ok(true);
        }
        if !soon {
            return Ok(false);
        }
        match entering.ahead(code, at) {
            Ahead::Enters => return Ok(true),
            Ahead::Looks => return Ok(false),
            Ahead::Returns => next = Some(frame.attr_str(gil, c"f_back")?),
        }
    }
    Ok(false)
}

/// Whether a frame is about to handle an exception. CPython before 3.11 looks for what others have raised there, too, and leaves
/// the handler out then: a `finally`, or the `__exit__` of a `with`, which keeps its lock.
///
/// # Safety
/// As for [`Gil::frame_of`].
unsafe fn is_about_to_handle(gil: Gil<'_>, frame: &Owned<'_>, state: ThreadState) -> py::Result<bool> {
    if py::version() >= (3, 11) {
        return Ok(false);
    }
    // SAFETY: by the caller's guarantee.
    let Some(traceback) = unsafe { gil.traceback_of(state) }.filter(|it| !it.is_none()) else {
        return Ok(false);
    };
    // Nothing has run in the frame since it was raised there.
    let is_here = traceback.attr_str(gil, c"tb_frame")?.is(frame);
    Ok(is_here
        && traceback.attr_str(gil, c"tb_lasti")?.to_long(gil)? == frame.attr_str(gil, c"f_lasti")?.to_long(gil)?)
}

/// Whether a frame has jumped back to where a `try` begins, whose handler CPython 3.11 and 3.12 leave out for what is raised there:
/// they take it for raised before.
fn is_before_try(gil: Gil<'_>, frame: &Owned<'_>, code: &Owned<'_>) -> py::Result<bool> {
    if !matches!(py::version(), (3, 11 | 12)) {
        return Ok(false);
    }
    let at = frame.attr_str(gil, c"f_lasti")?.to_long(gil)?.and_then(|at| usize::try_from(at).ok());
    let table = code.attr_str(gil, c"co_exceptiontable")?;
    let table = table.as_bytes(gil)?;
    Ok(at.is_some_and(|at| starts(table).any(|start| start == at / 2 + 1)))
}

/// Where the ranges of an exception table begin, in units of code. Each entry is four numbers, by six bits in a byte, the highest
/// first: 0x40 says that more follow, 0x80 that an entry begins (CPython's `Objects/exception_handling_notes.txt`).
fn starts(table: &[u8]) -> impl Iterator<Item = usize> {
    let entries = table.iter().enumerate().filter(|(_, byte)| *byte & 0x80 != 0);
    entries.map(|(begin, _)| {
        let more = table[begin..].iter().take_while(|byte| *byte & 0x40 != 0).count();
        table[begin..].iter().take(more + 1).fold(0, |number, byte| number << 6 | usize::from(byte & 0x3f))
    })
}

/// When the thread's innermost function can be stopped without harm, where it has been to be stopped for some time and has been
/// looked at so often.
/// The thread rests while this one has the GIL, which nothing here gives away, but for an audit hook before CPython 3.11.
fn may_be_stopped(gil: Gil<'_>, record: &Record, due: Duration, looks: u32) -> When {
    let is_early = due < BEGINNING || looks < BRISK_LOOKS && due < BUSY;
    let patient = due < IMPORTING;
    let Some(state) = record.running_on() else {
        return When::Now;
    };
    let stoppable = || -> py::Result<When> {
        // SAFETY: the thread's innermost call runs with the state, attached or resting: it is alive.
        let mut next = unsafe { gil.frame_of(state) };
        let mut imports = patient.then(|| Imports::new(due < IMPORTING_LIBRARY));
        for depth in 0..if patient { FAR } else { AROUND } {
            let Some(frame) = next.filter(|frame| !frame.is_none()) else {
                break;
            };
            // SAFETY: it is one.
            let code = unsafe { gil.code_of(&frame) };
            let name = name_of(gil, &code)?;
            let is_machinery = importing::is_machinery(gil, &code)?;
            if must_not_stop(gil, &frame, &name, depth, is_machinery)? {
                return Ok(When::Later);
            }
            // SAFETY: as above.
            let is_about_to_handle = || unsafe { is_about_to_handle(gil, &frame, state) };
            if depth == 0 && (is_entering(gil, &frame, patient)? || patient && is_about_to_handle()?) {
                return Ok(When::Soon);
            }
            if is_starting(gil, &frame, &name, depth)? {
                return Ok(When::Soon);
            }
            if depth == 0 && is_early && is_before_try(gil, &frame, &code)? {
                return Ok(When::Soon);
            }
            if depth < NEAR && is_early && is_finalizer(gil, &frame, &name)? {
                return Ok(When::Soon);
            }
            if depth == 0 && loops::is_asyncio(gil, &frame, &code, &name)? {
                return Ok(When::Soon);
            }
            if let Some(imports) = &mut imports
                && !imports.may_end(gil, &frame, &name, is_machinery)?
            {
                return Ok(When::Later);
            }
            next = Some(frame.attr_str(gil, c"f_back")?);
        }
        Ok(When::Now)
    };
    gil.without_collections(stoppable).unwrap_or_else(|raised| {
        gil.clear_raised(raised);
        When::Now
    })
}

fn must_not_stop(gil: Gil<'_>, frame: &Owned<'_>, name: &str, depth: usize, is_machinery: bool) -> py::Result<bool> {
    if depth == 0 && is_machinery {
        return Ok(true);
    }
    if depth < AROUND && name.ends_with(UNDISTURBED) {
        return Ok(true);
    }
    Ok(depth == 0 && is_any_of(gil, frame, name, &LOCKING)?)
}

fn is_finalizer(gil: Gil<'_>, frame: &Object, name: &str) -> py::Result<bool> {
    Ok(name == DEL || is_any_of(gil, frame, name, &FINALIZING)?)
}

/// Whether a frame, of a function of this name, is one of these functions'. The module is asked for only where the name is theirs.
pub(super) fn is_any_of(gil: Gil<'_>, frame: &Object, name: &str, functions: &[Functions]) -> py::Result<bool> {
    let mut named = functions.iter().filter(|(_, names)| names.contains(&name)).peekable();
    if named.peek().is_none() {
        return Ok(false);
    }
    Ok(module_of(gil, frame)?.is_some_and(|module| named.any(|(known, _)| module == *known)))
}

/// The name of a frame's function, by its code.
pub(super) fn name_of(gil: Gil<'_>, code: &Object) -> py::Result<String> {
    code.attr_str(gil, c"co_name")?.to_string_lossy(gil)
}

/// The name of a frame's module.
pub(super) fn module_of(gil: Gil<'_>, frame: &Object) -> py::Result<Option<String>> {
    let name = frame.attr_str(gil, c"f_globals")?.dict_get(gil, &*gil.str("__name__")?)?;
    name.filter(|name| name.is_str()).map(|name| name.to_string_lossy(gil)).transpose()
}

#[cfg(test)]
mod tests {
    use super::{Ahead, Entering, starts};

    const SPECIAL: u8 = 10;
    const CALL: u8 = 11;
    const BACK: u8 = 12;
    const EXTENDED: u8 = 13;
    const RETURN: u8 = 14;
    const OTHER: u8 = 15;
    const BRANCH: u8 = 16;
    const FORWARD: u8 = 17;

    fn ahead(code: &[[u8; 2]], at: usize) -> char {
        let entering = Entering {
            special: SPECIAL,
            back: BACK,
            extended: EXTENDED,
            looks: vec![CALL, BACK],
            branches: vec![BRANCH],
            forward: Some(FORWARD),
            returns: vec![RETURN],
        };
        match entering.ahead(&code.concat(), 2 * at) {
            Ahead::Enters => 'e',
            Ahead::Looks => 'l',
            Ahead::Returns => 'r',
        }
    }

    #[test]
    fn what_comes_first_is_found() {
        assert_eq!(ahead(&[[CALL, 0], [0, 0], [SPECIAL, 1], [OTHER, 0], [SPECIAL, 0], [CALL, 0]], 0), 'e');
        assert_eq!(ahead(&[[CALL, 0], [OTHER, 3], [CALL, 0], [SPECIAL, 0]], 0), 'l');
        assert_eq!(ahead(&[[CALL, 0], [OTHER, 3], [RETURN, 0], [SPECIAL, 0]], 0), 'r');
        assert_eq!(ahead(&[[CALL, 0], [OTHER, 3]], 0), 'l');
        assert_eq!(ahead(&[[CALL, 0]], 7), 'l');
    }

    #[test]
    fn both_ways_of_a_condition_are_followed() {
        let skips = [[OTHER, 0], [BRANCH, 2], [0, 0], [CALL, 0], [OTHER, 0], [SPECIAL, 0], [CALL, 0]];
        assert_eq!(ahead(&skips, 0), 'e');
        let falls = [[OTHER, 0], [BRANCH, 2], [0, 0], [SPECIAL, 0], [OTHER, 0], [CALL, 0]];
        assert_eq!(ahead(&falls, 0), 'e');
        let neither = [[OTHER, 0], [BRANCH, 2], [0, 0], [CALL, 0], [OTHER, 0], [CALL, 0], [SPECIAL, 0]];
        assert_eq!(ahead(&neither, 0), 'l');
        let or_returns = [[OTHER, 0], [BRANCH, 2], [0, 0], [CALL, 0], [OTHER, 0], [RETURN, 0]];
        assert_eq!(ahead(&or_returns, 0), 'r');
        let jumps = [[OTHER, 0], [FORWARD, 1], [CALL, 0], [SPECIAL, 0]];
        assert_eq!(ahead(&jumps, 0), 'e');
        let over = [[OTHER, 0], [FORWARD, 1], [SPECIAL, 0], [CALL, 0]];
        assert_eq!(ahead(&over, 0), 'l');
        let to_one_place = [[OTHER, 0], [BRANCH, 1], [0, 0], [BRANCH, 0], [0, 0], [RETURN, 0]];
        assert_eq!(ahead(&to_one_place, 0), 'r');
        let beyond = [[OTHER, 0], [BRANCH, 90], [0, 0]];
        assert_eq!(ahead(&beyond, 0), 'l');
    }

    #[test]
    fn the_begins_of_ranges_are_found() {
        assert_eq!(starts(&[]).count(), 0);
        let table = [0x85, 3, 9, 0, 0xc2, 0x01, 0x41, 0x02, 7, 1];
        assert_eq!(starts(&table).collect::<Vec<_>>(), [5, 129]);
    }

    #[test]
    fn a_jump_backwards_is_followed() {
        let loops = [[OTHER, 0], [SPECIAL, 0], [CALL, 0], [OTHER, 0], [BACK, 5], [0, 0], [CALL, 0]];
        assert_eq!(ahead(&loops, 4), 'e');
        let skips = [[OTHER, 0], [SPECIAL, 0], [CALL, 0], [OTHER, 0], [BACK, 4], [0, 0], [SPECIAL, 0]];
        assert_eq!(ahead(&skips, 4), 'l');
        let mut far = vec![[SPECIAL, 0]];
        far.resize(300, [OTHER, 0]);
        far.extend([[EXTENDED, 1], [BACK, (303 - 256) as u8], [0, 0], [RETURN, 0]]);
        assert_eq!(ahead(&far, 301), 'e');
    }
}
