//! The down-call: from Java into Python, on the Python stack, with the GIL.

use std::mem::ManuallyDrop;

use crate::jvm::stack;
use crate::py::{Found, Gil};

use super::domain::{Binding, Domain};
use super::door::Door;
use super::greenlets;
use super::record::{CallId, Running};
use super::thread::{Down, Thread, Way};

/// Why a call does not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCall {
    /// The domain has ended: there is no Python to call any more.
    Ended,
    /// Too little is left of the thread's stack: Java could not read the answer, and what that holds would be lost.
    NoStack,
    /// The system has no memory for the thread's Python stack.
    NoMemory,
}

/// Restores everything at the end of a down-call, also when it panics.
struct Leave<'t, 'g> {
    thread: &'t Thread,
    gil: Gil<'g>,
    down: &'t Down<'t>,
}

impl Leave<'_, '_> {
    /// The way that calls go which do not panic: a drop in two places would be a function of its own.
    #[inline(always)]
    fn now(self) {
        ManuallyDrop::new(self).restore();
    }

    #[inline(always)]
    fn restore(&mut self) {
        let Down { binding, outer, outer_held, .. } = self.down;
        if outer.is_some() {
            greenlets::end(self.gil, self.down);
        }
        self.down.record().pop(self.gil);
        self.thread.current.set(*outer);
        // SAFETY: `attached` attached, and whatever its body made with the token is gone.
        unsafe { self.gil.detach() };
        let held = self.thread.held.replace(*outer_held);
        if held != 0 {
            binding.domain.gate().leave(held);
        }
    }
}

impl Drop for Leave<'_, '_> {
    #[cold]
    fn drop(&mut self) {
        self.restore();
    }
}

/// Counts a call of a domain until it has ended.
struct User(&'static Domain);

impl Drop for User {
    #[inline(always)]
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Who calls, as Java names it.
#[derive(Clone, Copy)]
pub struct Caller {
    binding: &'static Binding,
    way: Option<&'static Way>,
}

impl Caller {
    /// By the number that Java has: a binding's address, or that of the calling thread's door with [`Door::MARK`].
    ///
    /// # Safety
    /// It is a number that `start`, `open` or [`number`](super::number) gave; a door's is used by the thread that asked
    /// for it, in the calls of the binding that it asked for.
    #[inline(always)]
    pub unsafe fn from_number(number: i64) -> Self {
        // SAFETY: neither bindings nor doors are ever freed; by the caller's guarantee.
        unsafe {
            if number & Door::MARK == 0 {
                return Caller { binding: &*(number as *const Binding), way: None };
            }
            (*((number & !Door::MARK) as *const Door)).caller()
        }
    }

    pub(super) fn by_door(binding: &'static Binding, way: Option<&'static Way>) -> Self {
        Caller { binding, way }
    }

    /// Its binding.
    #[inline(always)]
    pub fn binding(self) -> &'static Binding {
        self.binding
    }
}

impl From<&'static Binding> for Caller {
    fn from(binding: &'static Binding) -> Self {
        Caller { binding, way: None }
    }
}

/// What a down-call does in Python. Not a closure, which would be copied on its way to the Python stack: a copy loads what
/// was just stored piece by piece, and waits for it.
pub trait Work {
    /// What comes of it.
    type Answer;

    /// Does it.
    fn work(&mut self, gil: Gil<'_>) -> Self::Answer;
}

struct Closure<F>(Option<F>);

impl<R, F: for<'g> FnOnce(Gil<'g>) -> R> Work for Closure<F> {
    type Answer = R;

    fn work(&mut self, gil: Gil<'_>) -> R {
        let body = self.0.take().expect("work is done once");
        body(gil)
    }
}

/// [`down_to`] with a closure, where nanoseconds do not matter.
pub fn down<R>(
    caller: impl Into<Caller>,
    call: &Running,
    body: impl for<'g> FnOnce(Gil<'g>) -> R,
) -> Result<R, NoCall> {
    go(caller, call, &mut Closure(Some(body)), false)
}

/// The same for what gives Java an answer to read.
pub fn down_for_answer<R>(
    caller: impl Into<Caller>,
    call: &Running,
    body: impl for<'g> FnOnce(Gil<'g>) -> R,
) -> Result<R, NoCall> {
    down_to(caller, call, &mut Closure(Some(body)))
}

/// Does work attached to the caller's domain, on the Python stack. The calling thread must not be attached: that is so in
/// Java code, whoever called it. Java reads the answer.
#[inline(always)]
pub fn down_to<W: Work>(caller: impl Into<Caller>, call: &Running, work: &mut W) -> Result<W::Answer, NoCall> {
    go(caller, call, work, true)
}

#[inline(always)]
fn go<W: Work>(caller: impl Into<Caller>, call: &Running, work: &mut W, answers: bool) -> Result<W::Answer, NoCall> {
    let Caller { binding, way } = caller.into();
    if !binding.domain.enter(binding.life) {
        return Err(NoCall::Ended);
    }
    let _user = User(binding.domain);
    let found;
    let way = match way {
        Some(way) => way,
        None => {
            if !stack::prepare() {
                return Err(NoCall::NoMemory);
            }
            found = Way::find(binding.domain);
            &found
        }
    };
    let mut crossing = Crossing { way, binding, call, work, answer: None, down: None };
    // SAFETY: thread-locals stay where they are until the thread ends, and this function returns before.
    match unsafe { way.stacks.as_ref() } {
        Some(stacks) if stacks.can_switch() => {
            if answers && !stacks.can_answer() {
                return Err(NoCall::NoStack);
            }
            stacks.switch(|| crossing.run());
        }
        _ => crossing.run_here(),
    }
    crossing.answer.ok_or(NoCall::Ended)
}

/// As [`down`], on the stack that the thread has: for CPython's own start of an interpreter, which comes before its stack
/// can be told.
pub(super) fn down_here<R>(binding: &'static Binding, body: impl for<'g> FnOnce(Gil<'g>) -> R) -> Result<R, NoCall> {
    if !binding.domain.enter(binding.life) {
        return Err(NoCall::Ended);
    }
    let _user = User(binding.domain);
    let (way, call) = (Way::find(binding.domain), Running::new(CallId::default()));
    let work = &mut Closure(Some(body));
    let mut crossing = Crossing { way: &way, binding, call: &call, work, answer: None, down: None };
    crossing.run_here();
    crossing.answer.ok_or(NoCall::Ended)
}

/// What crosses to the Python stack, and back.
struct Crossing<'c, W: Work> {
    way: &'c Way,
    binding: &'static Binding,
    call: &'c Running,
    work: &'c mut W,
    answer: Option<W::Answer>,
    /// Here, since the Python stack may have other greenlets' frames where its own were, while the call waits in one.
    down: Option<Down<'c>>,
}

impl<W: Work> Crossing<'_, W> {
    /// On the stack that the thread is on.
    #[cold]
    #[inline(never)]
    fn run_here(&mut self) {
        self.run();
    }

    #[inline(always)]
    fn run(&mut self) {
        let Crossing { way, binding, call, work, answer, down } = self;
        let (way, binding, call) = (*way, *binding, *call);
        let domain = binding.domain;
        // SAFETY: thread-locals stay where they are until the thread ends, and this function returns before.
        let thread = unsafe { &*way.thread };
        let _found = Found::now(way.state);
        // SAFETY: the state is this thread's, and no state is attached while Java code runs.
        let (outer_held, gil) = unsafe { thread.enter(domain, way.state) };
        let outer = thread.current.get();
        let down = &*down.insert(Down { running: call, binding, record: way.record, outer, outer_held });
        let moved = way.foreign && begin_foreign(gil, way);
        // SAFETY: the call outlives this function, and Leave pops it.
        unsafe { down.record().push(gil, call) };
        thread.current.set(Some(down.place()));
        let leave = Leave { thread, gil, down };
        // Not in calls of Krait's own: Python code would run, maybe for long, while a call waits to be stopped.
        if domain.has_dead() && *call.id() != CallId::default() {
            domain.drain(gil);
        }
        if outer.is_some() {
            greenlets::begin(gil, down);
        }
        *answer = Some(work.work(gil));
        if thread.current.get() != Some(down.place()) {
            greenlets::end_inner(gil, thread, down);
        }
        if moved {
            way.state.unprotect_stack(gil);
        }
        leave.now();
    }
}

/// A call with a thread state of others' begins. Whether CPython was told of the Python stack, which is to be undone: not
/// where a call around it goes on on that stack.
#[cold]
fn begin_foreign(gil: Gil<'_>, way: &Way) -> bool {
    // SAFETY: a thread's seat holds the record as long as calls run.
    let record = unsafe { way.record.as_ref() };
    let is_outermost = !record.is_running_on(gil, way.state);
    record.runs_on(gil, way.state);
    stack::bounds().is_some_and(|(base, size)| way.state.protect_stack(gil, base, size)) && is_outermost
}
