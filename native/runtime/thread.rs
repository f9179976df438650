//! Thread states: each thread that calls gets its own per interpreter, kept until the thread ends.

use std::cell::{Cell, RefCell};

use crate::jvm::stack;
use crate::py::{Gil, ThreadState};

use super::domain::{Binding, Domain};

/// A thread state that this thread made for a domain.
struct Own {
    domain: &'static Domain,
    state: ThreadState,
}

struct Thread {
    own: RefCell<Vec<Own>>,
    /// The state that the innermost up-call detached, to go on with when it calls back.
    suspended: Cell<Option<ThreadState>>,
    binding: Cell<Option<&'static Binding>>,
    namespace: Cell<i64>,
    depth: Cell<u32>,
}

thread_local! {
    static THREAD: Thread = const {
        Thread {
            own: RefCell::new(Vec::new()),
            suspended: Cell::new(None),
            binding: Cell::new(None),
            namespace: Cell::new(0),
            depth: Cell::new(0),
        }
    };
}

impl Thread {
    /// The thread state to use for a domain, and whether it is one that others made (Python's `threading`, or an
    /// extension by `PyGILState_Ensure`): those are used as long as they last, and left alone.
    #[inline]
    fn state(&self, domain: &'static Domain) -> (ThreadState, bool) {
        for own in self.own.borrow().iter() {
            if std::ptr::eq(own.domain, domain) {
                return (own.state, false);
            }
        }
        self.other_state(domain)
    }

    #[cold]
    fn other_state(&self, domain: &'static Domain) -> (ThreadState, bool) {
        let foreign = [self.suspended.get(), ThreadState::of_this_thread()];
        for state in foreign.into_iter().flatten() {
            if state.interpreter() == domain.interpreter() {
                return (state, true);
            }
        }
        // SAFETY: a domain's interpreter is alive as long as the domain is used.
        let state = unsafe { ThreadState::new(domain.interpreter()) }.expect("memory for a thread state");
        if let Some((base, size)) = stack::bounds() {
            // SAFETY: the state is new and this thread's, and nothing is attached here.
            let gil = unsafe { state.attach() };
            state.protect_stack(gil, base, size);
            // SAFETY: nothing of Python is held.
            unsafe { gil.detach() };
        }
        self.own.borrow_mut().push(Own { domain, state });
        (state, false)
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        for Own { state, .. } in self.own.take() {
            stack::on_python_stack(|| {
                // SAFETY: this thread made the state, and nothing is attached any more: the thread is ending.
                unsafe {
                    state.attach();
                    state.delete_attached();
                }
            });
        }
    }
}

/// Keeps the calling thread's present thread state for the life of the process: the main thread's.
pub(super) fn adopt(domain: &'static Domain, state: ThreadState) {
    stack::on_python_stack(|| {
        if let Some((base, size)) = stack::bounds() {
            // SAFETY: the state is this thread's, and nothing is attached here.
            let gil = unsafe { state.attach() };
            state.protect_stack(gil, base, size);
            // SAFETY: nothing of Python is held.
            unsafe { gil.detach() };
        }
    });
    THREAD.with(|thread| thread.own.borrow_mut().push(Own { domain, state }));
}

/// Restores everything at the end of a down-call, also when it panics.
struct Leave<'t, 'g> {
    thread: &'t Thread,
    gil: Gil<'g>,
    binding: Option<&'static Binding>,
    namespace: i64,
}

impl Drop for Leave<'_, '_> {
    #[inline]
    fn drop(&mut self) {
        self.thread.binding.set(self.binding);
        self.thread.namespace.set(self.namespace);
        self.thread.depth.set(self.thread.depth.get() - 1);
        // SAFETY: `down` attached, and whatever its body made with the token is gone.
        unsafe { self.gil.detach() };
    }
}

/// Runs `body` attached to the binding's domain, on the Python stack. The calling thread must not be attached: that is
/// so in Java code, whoever called it.
#[inline]
pub fn down<R>(binding: &'static Binding, namespace: i64, body: impl for<'g> FnOnce(Gil<'g>) -> R) -> R {
    stack::on_python_stack(|| {
        THREAD.with(|thread| {
            let (state, foreign) = thread.state(binding.domain);
            // SAFETY: the state is this thread's, and no state is attached while Java code runs.
            let gil = unsafe { state.attach() };
            thread.depth.set(thread.depth.get() + 1);
            let leave = Leave {
                thread,
                gil,
                binding: thread.binding.replace(Some(binding)),
                namespace: thread.namespace.replace(namespace),
            };
            let moved = foreign && stack::bounds().is_some_and(|(base, size)| state.protect_stack(gil, base, size));
            binding.domain.drain(gil);
            let result = body(gil);
            if moved {
                state.unprotect_stack(gil);
            }
            drop(leave);
            result
        })
    })
}

/// Gives the GIL back while `body` runs: Java code, or waiting.
pub fn detached<R>(gil: Gil<'_>, body: impl FnOnce() -> R) -> R {
    struct Attach<'t> {
        thread: Option<&'t Thread>,
        state: ThreadState,
        suspended: Option<ThreadState>,
    }
    impl Drop for Attach<'_> {
        fn drop(&mut self) {
            // SAFETY: this thread detached exactly this state, below, and everything that attached since has detached.
            unsafe { self.state.attach() };
            if let Some(thread) = self.thread {
                thread.suspended.set(self.suspended);
            }
        }
    }
    // SAFETY: the token is not used again before Attach's drop; `body` gets none.
    let state = unsafe { gil.detach() };
    // A thread whose locals are gone is at its very end: it calls without remembering.
    let run = |thread: Option<&Thread>| {
        let suspended = thread.and_then(|thread| thread.suspended.replace(Some(state)));
        let _attach = Attach { thread, state, suspended };
        body()
    };
    let mut run = Some(run);
    match THREAD.try_with(|thread| run.take().map(|run| run(Some(thread)))) {
        Ok(Some(result)) => result,
        _ => run.take().map(|run| run(None)).expect("the body has not run yet"),
    }
}

/// The binding of the innermost down-call of this thread, if there is one.
pub fn current_binding() -> Option<&'static Binding> {
    THREAD.try_with(|thread| thread.binding.get()).ok().flatten()
}

/// The namespace of the innermost down-call of this thread, or 0.
pub fn current_namespace() -> i64 {
    THREAD.try_with(|thread| thread.namespace.get()).unwrap_or(0)
}

/// How many down-calls of this thread are nested.
pub fn attach_depth() -> u32 {
    THREAD.try_with(|thread| thread.depth.get()).unwrap_or(0)
}
