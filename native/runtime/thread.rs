//! Calls into Python, thread by thread: each thread gets a thread state per interpreter, kept until the thread ends.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::jvm::stack;
use crate::py::{self, Gil, Object, ThreadState};

use super::domain::{Binding, Domain};
use super::observe;
use super::record::{CallId, Record};

/// This thread in a domain. Domains are used again: `life` tells which of them this is.
struct Seat {
    domain: &'static Domain,
    life: u64,
    record: Arc<Record>,
}

struct Thread {
    seats: RefCell<Vec<Seat>>,
    /// The state that the innermost up-call detached, to go on with when it calls back.
    suspended: Cell<Option<ThreadState>>,
    current: Cell<Option<Current>>,
    /// The gate's pass; counted up with each use.
    pass: Cell<u64>,
    /// The pass with which this thread is in, or was, before others took over.
    held: Cell<u64>,
    depth: Cell<u32>,
    /// Nanoseconds waited for the GIL, while that is measured.
    waited: Cell<u64>,
}

/// The innermost down-call of a thread.
#[derive(Clone, Copy)]
struct Current {
    binding: &'static Binding,
    id: CallId,
    record: NonNull<Record>,
}

thread_local! {
    static THREAD: Thread = const {
        Thread {
            seats: RefCell::new(Vec::new()),
            suspended: Cell::new(None),
            current: Cell::new(None),
            pass: Cell::new(0),
            held: Cell::new(0),
            depth: Cell::new(0),
            waited: Cell::new(0),
        }
    };
}

/// The domain has ended: there is no Python to call any more.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended;

impl Thread {
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
        let foreign = [self.suspended.get(), ThreadState::of_this_thread()];
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
        // SAFETY: a domain's interpreter is alive as long as the domain is used.
        let state = unsafe { ThreadState::new(domain.interpreter()) }.expect("memory for a thread state");
        (NonNull::from(&*self.sit(domain, state, Some(state))), state, false)
    }

    /// Makes this thread known to the domain; `own` is the state to be deleted with the thread.
    fn sit(&self, domain: &'static Domain, state: ThreadState, own: Option<ThreadState>) -> Arc<Record> {
        let record = Arc::new(Record::new(own));
        log::debug!(
            "thread {} calls for the first time; its thread state is {}",
            record.thread(),
            if own.is_some() { "new" } else { "its own" }
        );
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
    unsafe fn enter<'g>(&self, domain: &Domain, state: ThreadState) -> (u64, Gil<'g>) {
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
}

impl Drop for Thread {
    fn drop(&mut self) {
        for Seat { domain, life, record } in self.seats.take() {
            // A thread that never had a Python stack needs none for its end.
            match stack::bounds() {
                Some(_) => stack::on_python_stack(|| domain.leave_thread(life, &record)),
                None => domain.leave_thread(life, &record),
            }
        }
    }
}

/// Keeps the calling thread's present thread state for the life of the process: the main thread's.
pub(super) fn adopt(domain: &'static Domain, state: ThreadState) {
    stack::on_python_stack(|| THREAD.with(|thread| thread.sit(domain, state, Some(state))));
}

/// Restores everything at the end of a down-call, also when it panics.
struct Leave<'t, 'g> {
    thread: &'t Thread,
    gil: Gil<'g>,
    domain: &'static Domain,
    record: &'t Record,
    outer: Option<Current>,
    outer_held: u64,
}

impl Drop for Leave<'_, '_> {
    #[inline]
    fn drop(&mut self) {
        self.record.pop(self.gil);
        self.thread.current.set(self.outer);
        self.thread.depth.set(self.thread.depth.get() - 1);
        // SAFETY: `down` attached, and whatever its body made with the token is gone.
        unsafe { self.gil.detach() };
        let held = self.thread.held.replace(self.outer_held);
        if held != 0 {
            self.domain.gate().leave(held);
        }
        self.domain.leave();
    }
}

/// Runs `body` attached to the binding's domain, on the Python stack. The calling thread must not be attached: that is
/// so in Java code, whoever called it.
#[inline]
pub fn down<R>(binding: &'static Binding, id: CallId, body: impl for<'g> FnOnce(Gil<'g>) -> R) -> Result<R, Ended> {
    let domain = binding.domain;
    if !domain.enter(binding.life) {
        return Err(Ended);
    }
    Ok(stack::on_python_stack(|| attached(binding, id, body)))
}

/// As [`down`], on the stack that the thread has: for CPython's own start of an interpreter, which comes before its stack
/// can be told.
pub(super) fn down_here<R>(
    binding: &'static Binding,
    id: CallId,
    body: impl for<'g> FnOnce(Gil<'g>) -> R,
) -> Result<R, Ended> {
    if !binding.domain.enter(binding.life) {
        return Err(Ended);
    }
    Ok(attached(binding, id, body))
}

#[inline(always)]
fn attached<R>(binding: &'static Binding, id: CallId, body: impl for<'g> FnOnce(Gil<'g>) -> R) -> R {
    let domain = binding.domain;
    THREAD.with(|thread| {
        let (seat, state, foreign) = thread.seat(domain);
        // SAFETY: this thread's seat holds the record; it gives a seat up only when the domain has ended, which it does
        // not as long as calls run.
        let record: &Record = unsafe { seat.as_ref() };
        // SAFETY: the state is this thread's, and no state is attached while Java code runs.
        let (outer_held, gil) = unsafe { thread.enter(domain, state) };
        record.push(gil, id);
        thread.depth.set(thread.depth.get() + 1);
        let current = Current { binding, id, record: seat };
        let outer = thread.current.replace(Some(current));
        let leave = Leave { thread, gil, domain, record, outer, outer_held };
        let moved = foreign && stack::bounds().is_some_and(|(base, size)| state.protect_stack(gil, base, size));
        domain.drain(gil);
        let result = body(gil);
        if moved {
            state.unprotect_stack(gil);
        }
        drop(leave);
        result
    })
}

/// Gives the GIL back while `body` runs: Java code, or waiting.
pub fn detached<R>(gil: Gil<'_>, body: impl FnOnce() -> R) -> R {
    // A thread whose locals are gone is at its very end: it calls without remembering.
    let thread = THREAD.try_with(std::ptr::from_ref).ok();
    // SAFETY: thread-locals stay where they are until the thread ends, and this function returns before.
    let thread = thread.map(|thread| unsafe { &*thread });
    let current = thread.and_then(|thread| thread.current.get());
    // SAFETY: the record is held by the down-call that is current, which has not ended.
    let record = current.map(|current| unsafe { current.record.as_ref() });
    if let Some(record) = record {
        record.leave_for_java(gil);
    }
    // SAFETY: the token is not used again before Back's drop has attached; `body` gets none.
    let state = unsafe { gil.detach() };
    let suspended = thread.and_then(|thread| thread.suspended.replace(Some(state)));
    if let (Some(thread), Some(current)) = (thread, current) {
        let held = thread.held.get();
        if held != 0 {
            current.binding.domain.gate().leave(held);
        }
    }
    let back = Back { thread, current, state, suspended };
    let result = body();
    drop(back);
    if let (Some(record), Some(current)) = (record, current)
        && let Some(stop) = record.back_from_java(gil)
    {
        current.binding.domain.raise_stop(gil, record, stop);
    }
    result
}

/// Attaches again after Java, also when it panicked on the way.
struct Back<'t> {
    thread: Option<&'t Thread>,
    current: Option<Current>,
    state: ThreadState,
    suspended: Option<ThreadState>,
}

impl Drop for Back<'_> {
    fn drop(&mut self) {
        // SAFETY: this thread detached exactly this state, in `detached`, and everything that attached since has
        // detached.
        unsafe {
            match (self.thread, self.current) {
                (Some(thread), Some(current)) => drop(thread.enter(current.binding.domain, self.state)),
                _ => drop(self.state.attach()),
            }
        }
        if let Some(thread) = self.thread {
            thread.suspended.set(self.suspended);
            thread.current.set(self.current);
        }
    }
}

/// Raises what is to stop the innermost call of this thread, where no bytecode runs that would.
pub fn check_stop(gil: Gil<'_>) -> py::Result<()> {
    let Some(current) = THREAD.try_with(|thread| thread.current.get()).ok().flatten() else {
        return Ok(());
    };
    // SAFETY: the record is held by the down-call that is current.
    match unsafe { current.record.as_ref() }.stopped(gil) {
        None => Ok(()),
        Some(stop) => {
            let exception = current.binding.domain.stop_exception(gil, stop).call(gil, &[])?;
            Err(gil.raise_object(&exception))
        }
    }
}

/// Takes back what is to stop this thread's innermost call, which ends by itself: describing how must not be hit.
pub fn forget_stop(gil: Gil<'_>) {
    if let Some(current) = THREAD.try_with(|thread| thread.current.get()).ok().flatten() {
        // SAFETY: the record is held by the down-call that is current.
        unsafe { current.record.as_ref() }.stopped(gil);
    }
}

/// Keeps an object that this thread's answer names by a slot until its next call.
pub fn keep_for_answer(gil: Gil<'_>, object: &Object) {
    let current = THREAD.try_with(|thread| thread.current.get()).ok().flatten();
    if let Some(current) = current {
        // SAFETY: the record is held by the down-call that is current.
        unsafe { current.record.as_ref() }.keep(object.own(gil).detach());
    }
}

/// The binding of the innermost down-call of this thread, if there is one.
pub fn current_binding() -> Option<&'static Binding> {
    THREAD.try_with(|thread| thread.current.get()).ok().flatten().map(|current| current.binding)
}

/// The namespace of the innermost down-call of this thread, or 0.
pub fn current_namespace() -> i64 {
    THREAD.try_with(|thread| thread.current.get()).ok().flatten().map_or(0, |current| current.id.namespace)
}

/// How many down-calls of this thread are nested.
pub fn attach_depth() -> u32 {
    THREAD.try_with(|thread| thread.depth.get()).unwrap_or(0)
}

/// How many nanoseconds this thread has waited for the GIL since it was asked last.
pub(super) fn take_waited() -> u64 {
    THREAD.try_with(|thread| thread.waited.take()).unwrap_or(0)
}

/// Whether this thread runs a call of the domain.
pub fn is_inside(domain: &'static Domain) -> bool {
    THREAD
        .try_with(|thread| {
            thread
                .seats
                .borrow()
                .iter()
                .any(|seat| std::ptr::eq(seat.domain, domain) && seat.life == domain.life() && seat.record.is_running())
        })
        .unwrap_or(false)
}
