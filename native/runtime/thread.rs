//! Threads: each gets a thread state per interpreter when it first calls, kept until it ends; and what it runs.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use crate::jvm::exit;
use crate::jvm::stack::{self, Stacks};
use crate::py::{Found, Gil, Object, ThreadState};

use super::domain::{Binding, Domain};
use super::door::Door;
use super::observe;
use super::record::{Record, Running};
use super::stopping::stop_after_java;

/// This thread in a domain. Domains are used again: `life` tells which of them this is.
struct Seat {
    domain: &'static Domain,
    life: u64,
    record: Arc<Record>,
}

pub(super) struct Thread {
    seats: RefCell<Vec<Seat>>,
    doors: RefCell<Vec<&'static Door>>,
    /// The state that the innermost up-call detached, to go on with when it calls back.
    suspended: Cell<Option<ThreadState>>,
    /// The innermost down-call.
    pub(super) current: Cell<Option<NonNull<Down<'static>>>>,
    /// The gate's pass; counted up with each use.
    pass: Cell<u64>,
    /// The pass with which this thread is in, or was, before others took over.
    pub(super) held: Cell<u64>,
    /// Nanoseconds waited for the GIL, while that is measured.
    waited: Cell<u64>,
    /// It has had a thread state of Krait's in a sub-interpreter. Whoever ends that deletes the state, and CPython may go on
    /// naming it as this thread's.
    isolated: Cell<bool>,
    /// It runs no code of the user's: see [`on_own_thread`].
    owned: Cell<bool>,
    /// The domain that it leaves, since it ends.
    leaving: Cell<Option<&'static Domain>>,
}

/// A down-call, on the stack that Java has of its thread: what else is to be known of the call besides what others may see.
pub(super) struct Down<'r> {
    pub(super) running: &'r Running,
    pub(super) binding: &'static Binding,
    pub(super) record: NonNull<Record>,
    /// The down-call of this thread around it, of any domain.
    pub(super) outer: Option<NonNull<Down<'static>>>,
    /// The pass that the gate had from the call around it.
    pub(super) outer_held: u64,
}

impl Down<'_> {
    /// Where it lies, as the calls of a thread know each other.
    #[inline(always)]
    pub(super) fn place(&self) -> NonNull<Down<'static>> {
        NonNull::from(self).cast()
    }

    #[inline(always)]
    pub(super) fn record(&self) -> &Record {
        // SAFETY: a thread's seat holds the record; it gives a seat up only when the domain has ended, which it does not
        // as long as calls run.
        unsafe { self.record.as_ref() }
    }
}

thread_local! {
    /// Never dropped, so that calls find it until the thread has ended: what [`End`] lets go of may run Python code.
    static THREAD: ManuallyDrop<Thread> = const {
        ManuallyDrop::new(Thread {
            seats: RefCell::new(Vec::new()),
            doors: RefCell::new(Vec::new()),
            suspended: Cell::new(None),
            current: Cell::new(None),
            pass: Cell::new(0),
            held: Cell::new(0),
            waited: Cell::new(0),
            isolated: Cell::new(false),
            owned: Cell::new(false),
            leaving: Cell::new(None),
        })
    };
    static END: End = const { End };
}

/// How often a thread that ends lets go of what it has in interpreters, in the face of code that calls them anew meanwhile.
const ENDS: usize = 4;

/// Ends what the thread has in interpreters.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        THREAD.with(|thread| thread.end());
    }
}

impl Thread {
    /// The innermost down-call.
    #[inline(always)]
    fn current(&self) -> Option<&Down<'_>> {
        // SAFETY: the call took its place here when it began, and gives it back before it ends, on this thread.
        self.current.get().map(|down| unsafe { down.as_ref() })
    }

    /// This thread's record in a domain, and its thread state. The state is one of its own, or one that others made
    /// (Python's `threading`, or an extension by `PyGILState_Ensure`): those are used as long as they last, and left
    /// alone.
    #[inline]
    fn seat(&self, domain: &'static Domain) -> (NonNull<Record>, ThreadState, bool) {
        for seat in self.seats.borrow().iter() {
            if std::ptr::eq(seat.domain, domain)
                && seat.life == domain.life()
                && let Some(state) = seat.record.state()
            {
                return (NonNull::from(&*seat.record), state, false);
            }
        }
        self.other_seat(domain)
    }

    #[cold]
    fn other_seat(&self, domain: &'static Domain) -> (NonNull<Record>, ThreadState, bool) {
        self.seats.borrow_mut().retain(|seat| seat.life == seat.domain.life());
        let known = if self.isolated.get() { None } else { ThreadState::of_this_thread() };
        let foreign = [self.suspended.get(), known];
        for state in foreign.into_iter().flatten() {
            if state.interpreter() == domain.interpreter() {
                let known = self
                    .seats
                    .borrow()
                    .iter()
                    .find_map(|seat| std::ptr::eq(seat.domain, domain).then(|| Arc::clone(&seat.record)));
                let record = known.unwrap_or_else(|| self.sit(domain, state, None));
                return (NonNull::from(&*record), state, true);
            }
        }
        if !domain.is_main() && !self.isolated.replace(true) && known.is_none() && !self.owned.get() {
            // The first state of a thread is what `PyGILState_Ensure` finds in it, before 3.12 for good: one of the main
            // interpreter, which this thread itself deletes at its end.
            if let Some(main) = super::domain::main_domain() {
                self.seat(main);
            }
        }
        // SAFETY: a domain's interpreter is alive as long as the domain is used.
        let state = unsafe { ThreadState::new(domain.interpreter()) }.expect("memory for a thread state");
        (NonNull::from(&*self.sit(domain, state, Some(state))), state, false)
    }

    /// Makes this thread known to the domain; `own` is the state to be deleted with the thread.
    fn sit(&self, domain: &'static Domain, state: ThreadState, own: Option<ThreadState>) -> Arc<Record> {
        // Where that is over, by code at the thread's very end, the state stays.
        let _ = END.try_with(|_| ());
        let record = Arc::new(Record::new(own));
        log::debug!(
            "thread {} calls for the first time; its thread state is {}",
            record.thread(),
            if own.is_some() { "new" } else { "its own" }
        );
        let _found = Found::now(state);
        // SAFETY: the state is this thread's, and nothing is attached here.
        let gil = unsafe { state.attach() };
        if own.is_some()
            && let Some((base, size)) = stack::bounds()
        {
            state.protect_stack(gil, base, size);
        }
        domain.add_record(gil, &record);
        // SAFETY: nothing of Python is held.
        unsafe { gil.detach() };
        self.seats.borrow_mut().push(Seat { domain, life: domain.life(), record: Arc::clone(&record) });
        record
    }

    /// Goes through the domain's gate; gives the pass of the call around this one.
    #[inline]
    fn pass_gate(&self, domain: &Domain) -> u64 {
        if !domain.is_shared() {
            return self.held.replace(0);
        }
        let pass = self.next_pass();
        domain.gate().enter(pass);
        self.held.replace(pass)
    }

    /// Goes through the gate and waits for the GIL; gives the pass of the call around this one.
    ///
    /// # Safety
    /// As for [`ThreadState::attach`].
    #[inline]
    pub(super) unsafe fn enter<'g>(&self, domain: &Domain, state: ThreadState) -> (u64, Gil<'g>) {
        if observe::measures() {
            // SAFETY: by the caller's guarantee.
            return unsafe { self.enter_measured(domain, state) };
        }
        let outer = self.pass_gate(domain);
        // SAFETY: as above.
        (outer, unsafe { state.attach() })
    }

    #[cold]
    unsafe fn enter_measured<'g>(&self, domain: &Domain, state: ThreadState) -> (u64, Gil<'g>) {
        let begin = Instant::now();
        let outer = self.pass_gate(domain);
        // SAFETY: by the caller's guarantee.
        let gil = unsafe { state.attach() };
        let waited = u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.waited.set(self.waited.get().saturating_add(waited));
        (outer, gil)
    }

    /// A pass for the gate that no other call of any thread has.
    #[inline]
    fn next_pass(&self) -> u64 {
        static THREADS: AtomicU64 = AtomicU64::new(1);
        let mut pass = self.pass.get();
        if pass == 0 {
            pass = THREADS.fetch_add(1, Ordering::Relaxed) << 40;
        }
        self.pass.set(pass + 1);
        pass
    }

    fn end(&self) {
        for _ in 0..ENDS {
            if exit::ends() {
                // All of it goes with the process, and what it would take to give it back may never be had.
                return;
            }
            for door in self.doors.take() {
                door.close();
            }
            let seats = self.seats.take();
            if seats.is_empty() {
                return;
            }
            for Seat { domain, life, record } in seats {
                self.leaving.set(Some(domain));
                // A thread that never had a Python stack needs none for its end.
                match stack::bounds() {
                    Some(_) => stack::on_python_stack(|| domain.leave_thread(life, &record)),
                    None => domain.leave_thread(life, &record),
                }
                self.leaving.set(None);
            }
        }
    }
}

/// Runs something on a new thread of Krait's own, which runs no code of the user's. It asks for no thread state of the main
/// interpreter before it gets one of another. None where there is no thread to be had.
///
/// Before CPython 3.13, who waits for the GIL asks only those to give it away who run in the same interpreter. So a thread
/// that is to stop a call of a sub-interpreter, which goes on and on, would wait for ever as one of the main interpreter.
pub(super) fn on_own_thread<R: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> R + Send + 'static,
) -> Option<JoinHandle<R>> {
    let run = || {
        THREAD.with(|thread| thread.owned.set(true));
        body()
    };
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    thread.inspect_err(|error| log::warn!("no thread {name}, it is tried again later: {error}")).ok()
}

/// Keeps the calling thread's present thread state for the life of the process: the main thread's.
pub(super) fn adopt(domain: &'static Domain, state: ThreadState) {
    stack::on_python_stack(|| THREAD.with(|thread| thread.sit(domain, state, Some(state))));
}

/// Runs something with the calling thread's thread state, on its Python stack, as a thread of Python's own would: there is no
/// down-call that could be stopped, or that says where an up-call comes from.
pub(super) fn with_own_state(domain: &'static Domain, body: impl FnOnce(Gil<'_>)) {
    stack::on_python_stack(|| {
        let (_, state, _) = THREAD.with(|thread| thread.seat(domain));
        let _found = Found::now(state);
        // SAFETY: the state is this thread's, nothing is attached, and nothing of Python is left when it is detached.
        unsafe {
            let gil = state.attach();
            domain.drain(gil);
            body(gil);
            gil.detach();
        }
    });
}

/// How a thread gets into a domain.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) thread: *const Thread,
    pub(super) stacks: *const Stacks,
    pub(super) record: NonNull<Record>,
    pub(super) state: ThreadState,
    /// The thread state is not Krait's.
    pub(super) foreign: bool,
}

/// The calling thread's door into a binding's domain: the one that it has, or another. None where the thread
/// has no thread state of Krait's, which others may end.
pub(super) fn door(binding: &'static Binding) -> Option<&'static Door> {
    if !stack::prepare() {
        return None;
    }
    let way = Way::find(binding.domain);
    if way.foreign || way.stacks.is_null() {
        return None;
    }
    THREAD.with(|thread| {
        let mut doors = thread.doors.borrow_mut();
        let known = doors.iter().find(|door| door.leads_to(binding)).copied();
        Some(known.unwrap_or_else(|| {
            let opened = Door::open(binding, way);
            doors.push(opened);
            opened
        }))
    })
}

impl Way {
    /// The calling thread's. The first time, it makes a thread state.
    #[inline(never)]
    pub(super) fn find(domain: &'static Domain) -> Self {
        THREAD.with(|thread| {
            let (record, state, foreign) = thread.seat(domain);
            Way { thread: &**thread, stacks: Stacks::of_this_thread(), record, state, foreign }
        })
    }
}

/// The calling thread and its innermost down-call, where there is one: found once for all that an up-call asks of them.
#[derive(Clone, Copy)]
pub struct Here<'t> {
    thread: &'t Thread,
    down: Option<&'t Down<'t>>,
}

/// Does something with where the calling thread is.
#[inline(always)]
pub fn here<R>(body: impl FnOnce(Here<'_>) -> R) -> R {
    // SAFETY: thread-locals stay where they are until the thread ends, and this function returns before.
    let thread = THREAD.with(|thread| unsafe { &*std::ptr::from_ref(&**thread) });
    body(Here { thread, down: thread.current() })
}

impl Here<'_> {
    /// The binding of the innermost down-call.
    #[inline(always)]
    pub fn binding(self) -> Option<&'static Binding> {
        self.down.map(|down| down.binding)
    }

    /// The namespace of the innermost down-call, or 0.
    #[inline(always)]
    pub fn namespace(self) -> i64 {
        self.down.map_or(0, |down| down.running.id().namespace)
    }

    /// Gives the GIL back while `body` runs: Java code, or waiting.
    #[inline(always)]
    pub fn detached<R>(self, gil: Gil<'_>, body: impl FnOnce() -> R) -> R {
        let Here { thread, down } = self;
        if let Some(down) = down {
            down.record().leave_for_java(gil);
        }
        // SAFETY: the token is not used again before Back's drop has attached; `body` gets none.
        let state = unsafe { gil.detach() };
        let suspended = thread.suspended.replace(Some(state));
        if let Some(down) = down {
            let held = thread.held.get();
            if held != 0 {
                down.binding.domain.gate().leave(held);
            }
        }
        let back = Back { thread, current: down, state, suspended };
        let result = body();
        drop(back);
        if let Some(down) = down {
            down.record().back_from_java(gil, |stop| down.binding.domain.is_handling(gil, stop));
            if down.record().due(gil).is_some() {
                stop_after_java(gil, down.binding, down.record());
            }
        }
        result
    }
}

/// Gives the GIL back while `body` runs: Java code, or waiting.
pub fn detached<R>(gil: Gil<'_>, body: impl FnOnce() -> R) -> R {
    here(|here| here.detached(gil, body))
}

/// Attaches again after Java, also when it panicked on the way.
struct Back<'t> {
    thread: &'t Thread,
    current: Option<&'t Down<'t>>,
    state: ThreadState,
    suspended: Option<ThreadState>,
}

impl Drop for Back<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this thread detached exactly this state, in `detached`, and everything that attached since has
        // detached.
        unsafe {
            match self.current {
                Some(down) => drop(self.thread.enter(down.binding.domain, self.state)),
                None => drop(self.state.attach()),
            }
        }
        self.thread.suspended.set(self.suspended);
    }
}

/// Does something with the innermost down-call of this thread, if there is one.
fn with_current<R>(with: impl FnOnce(&Down<'_>) -> R) -> Option<R> {
    THREAD.with(|thread| thread.current().map(with))
}

/// Takes back what is to stop this thread's innermost call, which ends by itself: describing how must not be hit.
pub fn forget_stop(gil: Gil<'_>) {
    with_current(|down| down.record().end(gil));
}

/// Whether this thread's innermost call comes from Java code that Python called.
pub fn is_nested() -> bool {
    with_current(|down| down.outer.is_some()).unwrap_or(false)
}

/// Keeps an object that this thread's answer names by a slot until its next call.
pub fn keep_for_answer(gil: Gil<'_>, object: &Object) {
    with_current(|down| down.record().keep(object.own(gil).detach()));
}

/// How many nanoseconds this thread has waited for the GIL since it was asked last.
pub(super) fn take_waited() -> u64 {
    THREAD.with(|thread| thread.waited.take())
}

/// Whether this thread runs a call of the domain, is one that Python made in it, or just leaves it.
pub fn is_inside(domain: &'static Domain) -> bool {
    let is_of = |state: ThreadState| state.interpreter() == domain.interpreter();
    THREAD.with(|thread| {
        thread.leaving.get().is_some_and(|left| std::ptr::eq(left, domain))
            || thread.suspended.get().is_some_and(is_of)
            || thread
                .seats
                .borrow()
                .iter()
                .any(|seat| std::ptr::eq(seat.domain, domain) && seat.life == domain.life() && seat.record.is_running())
    })
}
