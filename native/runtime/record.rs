//! What a domain knows of each thread that calls into it: the calls that run, and which of them are to stop.
//!
//! Everything here is touched only under the domain's GIL.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::time::Instant;

use crate::py::{Detached, Gil, Object, Owned, ThreadState};

use super::greenlets;

/// Which call: the frame that it came in, and the frame's count of uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CallId {
    /// The interpreter's namespace.
    pub namespace: i64,
    /// The frame's address.
    pub frame: i64,
    /// The frame's count of uses: the next call in the same frame has another.
    pub sequence: i64,
}

/// Why a call is to stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// Its deadline has passed.
    Timeout,
    /// Its thread, or its interpreter, was interrupted.
    Interrupt,
}

/// A call that runs. By default one that nobody can name. It lies on its thread's stack, and the calls of a record are linked: a list would cost each call
/// more than all else that the record does.
#[derive(Default)]
pub struct Running {
    id: CallId,
    stop: Cell<Option<Stop>>,
    /// What is to stop it has still to be raised.
    due: Cell<bool>,
    /// Its answer is being written: it is not stopped any more.
    over: Cell<bool>,
    /// It has called Java, and waits for the answer.
    in_java: Cell<bool>,
    /// The greenlet that it runs in, where it is inside another call.
    greenlet: Cell<Option<Detached>>,
    /// The call of the same record around it.
    outer: Cell<Option<NonNull<Running>>>,
}

impl Running {
    /// A call that has not begun: [`Record::push`].
    #[inline(always)]
    pub fn new(id: CallId) -> Self {
        Running { id, ..Running::default() }
    }

    /// Which one it is.
    #[inline(always)]
    pub fn id(&self) -> &CallId {
        &self.id
    }

    /// The greenlet that it runs in, where that has been told.
    pub fn greenlet<'g>(&self, gil: Gil<'g>) -> Option<Owned<'g>> {
        let greenlet = self.greenlet.take();
        let owned = greenlet.as_ref().map(|greenlet| greenlet.get(gil).own(gil));
        self.greenlet.set(greenlet);
        owned
    }

    /// Tells of it, or takes it back.
    pub fn replace_greenlet(&self, _gil: Gil<'_>, greenlet: Option<Detached>) -> Option<Detached> {
        self.greenlet.replace(greenlet)
    }
}

/// A thread as others see it.
pub struct Seen {
    /// Python's number of the thread.
    pub thread: u64,
    /// The thread state that Krait made for it.
    pub state: Option<ThreadState>,
    /// The frames of the calls that it runs, the outermost first.
    pub frames: Vec<i64>,
    /// Whether the innermost call waits for Java.
    pub in_java: bool,
}

/// A thread in a domain.
pub struct Record {
    state: Cell<Option<ThreadState>>,
    /// The one of the call that runs, where others made it.
    foreign: Cell<Option<ThreadState>>,
    thread: u64,
    /// The innermost call.
    innermost: Cell<Option<NonNull<Running>>>,
    /// A call was marked to be stopped since the outermost one began.
    marked: Cell<bool>,
    /// When a call was marked to be stopped last.
    due_since: Cell<Option<Instant>>,
    /// How often it has been looked since then whether that call can be stopped.
    looks: Cell<u32>,
    /// Objects that the last answer names by slots; see [`Record::keep`].
    kept: RefCell<Vec<Detached>>,
}

// SAFETY: every method but `state` takes the token of the domain's GIL, so one thread at a time is in them; `state` is
// written when the domain ends, by the thread that has made sure that nobody else uses it.
unsafe impl Send for Record {}
// SAFETY: as above.
unsafe impl Sync for Record {}

impl Record {
    /// For this thread. Without a state of its own, it uses what others made for it.
    pub fn new(state: Option<ThreadState>) -> Self {
        Record {
            state: Cell::new(state),
            foreign: Cell::new(None),
            thread: crate::py::thread_ident(),
            innermost: Cell::new(None),
            marked: Cell::new(false),
            due_since: Cell::new(None),
            looks: Cell::new(0),
            kept: RefCell::default(),
        }
    }

    /// The thread state that Krait made, unless the domain has ended.
    #[inline]
    pub fn state(&self) -> Option<ThreadState> {
        self.state.get()
    }

    /// Forgets the thread state, which is gone or about to be.
    pub fn take_state(&self) -> Option<ThreadState> {
        self.state.take()
    }

    /// The calls that run, the innermost first.
    #[inline]
    fn calls(&self) -> impl Iterator<Item = &Running> {
        // SAFETY: `push`'s callers keep each call where it is until `pop` has taken it off.
        std::iter::successors(self.innermost(), |call| call.outer.get().map(|outer| unsafe { outer.as_ref() }))
    }

    #[inline(always)]
    fn innermost(&self) -> Option<&Running> {
        // SAFETY: as in `calls`.
        self.innermost.get().map(|call| unsafe { call.as_ref() })
    }

    /// The call whose code the thread runs: the innermost one, unless that waits in a greenlet while another call's runs.
    fn running(&self, gil: Gil<'_>) -> Option<&Running> {
        let innermost = self.innermost()?;
        let Some(greenlet) = innermost.greenlet(gil) else {
            return Some(innermost);
        };
        let running = gil.without_collections(|| {
            if !greenlets::is_waiting(gil, &greenlet) {
                return None;
            }
            // The outermost call has none of its own.
            let main = greenlets::main_of(gil, &greenlet);
            let runs = |call: &&Running| {
                let greenlet = call.greenlet(gil);
                !greenlets::is_waiting(gil, greenlet.as_deref().unwrap_or(&main))
            };
            // One that is no call's, as gevent's hub is, runs for all of them.
            self.calls().find(runs).or_else(|| self.calls().find(|call| call.due.get()))
        });
        running.or(Some(innermost))
    }

    /// A call begins.
    ///
    /// # Safety
    /// The call stays where it is until [`Record::pop`] has ended it: calls end in the opposite order.
    #[inline(always)]
    pub unsafe fn push(&self, gil: Gil<'_>, call: &Running) {
        let outer = self.innermost.replace(Some(NonNull::from(call)));
        call.outer.set(outer);
        if outer.is_none() && !self.kept.borrow().is_empty() {
            self.drop_kept(gil);
        }
    }

    /// Keeps an object until the thread's next call from Java, by when Java has read the answer that names it.
    pub fn keep(&self, object: Detached) {
        self.kept.borrow_mut().push(object);
    }

    /// Lets go of what was kept.
    #[cold]
    pub fn drop_kept(&self, gil: Gil<'_>) {
        for object in self.kept.take() {
            object.free(gil);
        }
    }

    /// The innermost call ends: what was meant to stop it must not hit the next one.
    #[inline(always)]
    pub fn pop(&self, gil: Gil<'_>) {
        if let Some(ended) = self.innermost() {
            self.innermost.set(ended.outer.get());
            if ended.outer.get().is_none() {
                self.marked.set(false);
            }
            if ended.stop.get().is_some() {
                gil.take_back_raised(self.thread);
            }
        }
    }

    /// The innermost call goes to Java: what it runs there is not to be stopped in its place.
    #[inline]
    pub fn leave_for_java(&self, gil: Gil<'_>) {
        if let Some(call) = self.innermost() {
            call.in_java.set(true);
            if self.marked.get() && self.running(gil).is_some_and(|call| call.stop.get().is_some()) {
                gil.take_back_raised(self.thread);
            }
        }
    }

    /// It is back. What was to stop it before it went was taken back and is due again, unless it has stopped it: `is_handled`
    /// tells whether the call handles that.
    #[inline]
    pub fn back_from_java(&self, gil: Gil<'_>, is_handled: impl FnOnce(Stop) -> bool) {
        if let Some(call) = self.innermost() {
            call.in_java.set(false);
            if self.marked.get()
                && let Some(call) = self.running(gil)
                && let Some(stop) = call.stop.get()
                && !is_handled(stop)
            {
                call.due.set(true);
            }
        }
    }

    /// Whether the call that runs is to be stopped. What would raise in Python code is taken back: whoever asks raises
    /// by himself, and describes what he raised by Python code.
    pub fn stopped(&self, gil: Gil<'_>) -> Option<Stop> {
        let stop = self.running(gil).and_then(|call| {
            call.due.set(false);
            call.stop.get()
        });
        if stop.is_some() {
            gil.take_back_raised(self.thread);
        }
        stop
    }

    /// The call that runs ends: nothing stops the Python code that describes how.
    pub fn end(&self, gil: Gil<'_>) {
        // First of all: taking back gives the GIL to others, who may stop the call once more.
        let ending = self.running(gil);
        if let Some(call) = ending {
            call.over.set(true);
        }
        self.stopped(gil);
        if let Some(call) = ending {
            call.stop.set(None);
        }
    }

    /// Raises an exception in the thread's Python code, at its next bytecode.
    pub fn raise(&self, gil: Gil<'_>, exception: &Object) {
        self.raises(gil);
        gil.raise_in_thread(self.thread, exception);
    }

    /// Somebody raises one there.
    pub fn raises(&self, gil: Gil<'_>) {
        if let Some(call) = self.running(gil) {
            call.due.set(false);
        }
    }

    /// Marks the calls that `which` picks to be stopped. The number of them.
    pub fn mark(&self, _gil: Gil<'_>, stop: Stop, which: impl Fn(&CallId) -> bool) -> usize {
        let mut marked = 0;
        let mut is_new = false;
        for call in self.calls().filter(|call| !call.over.get() && which(&call.id)) {
            call.stop.set(Some(stop));
            is_new |= !call.due.replace(true);
            marked += 1;
        }
        if is_new {
            self.marked.set(true);
            self.begin_due();
        }
        marked
    }

    /// What has to be raised now to stop the call that runs, where that runs Python code.
    #[inline]
    pub fn due(&self, gil: Gil<'_>) -> Option<Stop> {
        if !self.marked.get() || self.innermost()?.in_java.get() {
            return None;
        }
        self.running(gil).filter(|call| call.due.get()).and_then(|call| call.stop.get())
    }

    /// Whether a call is to be stopped that waits in a greenlet, while the code of a call around it runs: its time begins when it
    /// goes on.
    pub fn is_due_later(&self, gil: Gil<'_>) -> bool {
        let running = self.running(gil).map(std::ptr::from_ref);
        let is_due =
            self.calls().take_while(|call| Some(std::ptr::from_ref(*call)) != running).any(|call| call.due.get());
        if is_due {
            self.begin_due();
        }
        is_due
    }

    fn begin_due(&self) {
        self.due_since.set(Some(Instant::now()));
        self.looks.set(0);
    }

    /// Since when something has been due.
    pub fn due_since(&self, _gil: Gil<'_>) -> Option<Instant> {
        self.due_since.get()
    }

    /// It is looked whether the call that is due can be stopped. How often it was before.
    pub fn look(&self, _gil: Gil<'_>) -> u32 {
        self.looks.replace(self.looks.get().saturating_add(1))
    }

    /// The thread state with which the innermost call runs, as long as it does.
    pub fn running_on(&self) -> Option<ThreadState> {
        self.state.get().or_else(|| self.foreign.get())
    }

    /// Whether a call runs with a thread state that others made.
    pub fn is_running_on(&self, _gil: Gil<'_>, foreign: ThreadState) -> bool {
        self.innermost.get().is_some() && self.foreign.get() == Some(foreign)
    }

    /// A call begins with a thread state that others made, and may take away when it has ended.
    pub fn runs_on(&self, _gil: Gil<'_>, foreign: ThreadState) {
        self.foreign.set(Some(foreign));
    }

    /// Whether any call that `which` picks runs.
    pub fn runs(&self, _gil: Gil<'_>, which: impl Fn(&CallId) -> bool) -> bool {
        self.calls().any(|call| which(&call.id))
    }

    /// What can be told of the thread.
    pub fn seen(&self, _gil: Gil<'_>) -> Seen {
        let mut frames: Vec<i64> = self.calls().map(|call| call.id.frame).collect();
        frames.reverse();
        Seen {
            thread: self.thread,
            state: self.state(),
            frames,
            in_java: self.innermost().is_some_and(|call| call.in_java.get()),
        }
    }

    /// Whether this thread, the calling one, runs any call: only it pushes and pops.
    pub fn is_running(&self) -> bool {
        self.innermost.get().is_some()
    }

    /// Python's number of the thread.
    pub fn thread(&self) -> u64 {
        self.thread
    }
}

#[cfg(test)]
mod tests {
    use super::{CallId, Record, Running, Stop};
    use crate::py::testing::{eval, expect, namespace, repr, run, with_python};
    use crate::py::{self, Gil, Object, Owned, Result};
    use std::cell::Cell;

    thread_local! {
        /// What runs while a stop is taken back, and how many calls were stopped once more then.
        static ENDING: Cell<Option<&'static Record>> = const { Cell::new(None) };
        static MARKED: Cell<Option<usize>> = const { Cell::new(None) };
    }

    /// In the place of `krait._bridge.settle`, which may give the GIL to who stops calls.
    fn settle<'g>(gil: Gil<'g>, _args: &Object) -> Result<Owned<'g>> {
        MARKED.set(ENDING.get().map(|record| record.mark(gil, Stop::Timeout, |_| true)));
        gil.import(c"krait._bridge")?.call_method(gil, c"run", &[])
    }

    #[test]
    fn a_call_that_ends_is_stopped_no_more_while_what_was_to_stop_it_is_taken_back() {
        if py::version() >= (3, 13) {
            // Taking back runs no Python code there.
            return;
        }
        with_python(|gil| {
            let code = "import sys, types\nbridge = types.ModuleType('krait._bridge')\n\
                class Settled(BaseException): pass\n\
                class CallInterrupted(BaseException): pass\n\
                def run():\n    for _ in range(1000): pass\n\
                bridge.__dict__.update(Settled=Settled, CallInterrupted=CallInterrupted, settle=settle, run=run)\n\
                sys.modules[bridge.__name__] = bridge";
            let globals = namespace(gil);
            let (name, function) = (gil.interned(c"settle"), gil.function(c"settle", settle));
            let (name, function) = (expect(gil, name), expect(gil, function));
            expect(gil, globals.set_item(gil, &name, &function));
            run(gil, code, &globals);
            let record: &'static Record = Box::leak(Box::new(Record::new(None)));
            let call = Running::new(CallId { namespace: 1, frame: 2, sequence: 3 });
            // SAFETY: the call stays here until it is popped below.
            unsafe { record.push(gil, &call) };
            assert_eq!(record.mark(gil, Stop::Timeout, |id| id.sequence == 3), 1);
            ENDING.set(Some(record));
            record.end(gil);
            assert_eq!(MARKED.get(), Some(0));
            assert_eq!(record.due(gil), None);
            record.pop(gil);
            // Nothing is raised in Python code any more.
            assert_eq!(repr(gil, &eval(gil, "sum(i for i in range(1000))")), "499500");
        });
    }
}
