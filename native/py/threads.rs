//! The threads of an interpreter, and what each of them runs.

use std::ffi::CStr;
use std::ptr::null_mut;

use super::{Gil, Object, Owned, ThreadState};
use crate::ffi::{self, optional};

/// More than the microsecond that filling a thread state takes.
const NEWBORN: std::time::Duration = std::time::Duration::from_millis(1);

impl<'g> Gil<'g> {
    /// All thread states of the interpreter that runs, the attached one too, each with the frame that it runs, or ran
    /// before it gave the GIL back; none where it runs no Python code.
    ///
    /// Of this interpreter alone: `sys._current_frames` looks into all of them, and those with a GIL of their own run on
    /// meanwhile. The thread states are only names: they may be gone as soon as Python code runs.
    pub fn frames(self) -> Vec<(ThreadState, Option<Owned<'g>>)> {
        let states = self.thread_states();
        // CPython adds a state to its list and fills it then, without the GIL where a C extension makes itself known: such a
        // one is given the time.
        std::thread::sleep(NEWBORN);
        // SAFETY: states of this interpreter, of which none runs or ends while this thread holds the GIL.
        let frame = |state: ThreadState| unsafe { self.frame_of(state) };
        self.without_collections(|| states.into_iter().map(|state| (state, frame(state))).collect())
    }

    /// The frame that a thread state runs, or ran before it gave the GIL back; none where it runs no Python code.
    ///
    /// # Safety
    /// It is one of the interpreter that runs, and alive: its thread has attached it before.
    pub unsafe fn frame_of(self, state: ThreadState) -> Option<Owned<'g>> {
        self.without_collections(|| {
            // SAFETY: by the caller's guarantee; GetFrame gives a new reference or null, and raises nothing.
            unsafe {
                let frame = ffi::PyThreadState_GetFrame(state.as_ptr()).cast::<ffi::PyObject>();
                (!frame.is_null()).then(|| Owned::from_ptr(frame))
            }
        })
    }

    /// A frame's code. As an attribute of the frame it would be told to audit hooks, which may be Python code.
    ///
    /// # Safety
    /// It is a frame.
    pub unsafe fn code_of(self, frame: &Object) -> Owned<'g> {
        // SAFETY: by the caller's guarantee; a new reference, and never null.
        unsafe { Owned::from_ptr(ffi::PyFrame_GetCode(frame.as_ptr().cast()).cast()) }
    }

    /// The traceback of the exception that a thread state handles, or handled before it gave the GIL back; None where there is
    /// none. Before CPython 3.12.
    ///
    /// `sys._current_exceptions` tells of only one of the states that a thread has, by an interpreter each.
    ///
    /// # Safety
    /// As for [`Gil::frame_of`].
    pub unsafe fn traceback_of(self, state: ThreadState) -> Option<Owned<'g>> {
        let (swap, handled) = (optional::py_thread_state_swap()?, optional::py_err_get_exc_info()?);
        let (mut class, mut value, mut traceback) = (null_mut(), null_mut(), null_mut());
        // SAFETY: by the caller's guarantee, and since the thread rests while this one has the GIL; before 3.12, swapping is
        // an assignment. GetExcInfo gives new references, or null, and runs no Python code; what is dropped is the state's,
        // too, and stays alive.
        unsafe {
            let own = swap(state.as_ptr());
            handled(&raw mut class, &raw mut value, &raw mut traceback);
            swap(own);
            ffi::Py_XDECREF(class);
            ffi::Py_XDECREF(value);
            (!traceback.is_null()).then(|| Owned::from_ptr(traceback))
        }
    }

    /// What `sys` has by a name, found without running any Python code.
    pub fn sys(self, name: &CStr) -> Option<Owned<'g>> {
        // SAFETY: a C string under the GIL; the answer is borrowed from `sys`, or null without an exception.
        let found = unsafe { ffi::PySys_GetObject(name.as_ptr()) };
        // SAFETY: as above; alive, as nothing has run since.
        (!found.is_null()).then(|| unsafe { Object::from_ptr(found) }.own(self))
    }

    /// Does something that makes frame objects, which could start a collection, whose finalizers give the GIL away: to threads
    /// that end, or that go on meanwhile.
    pub fn without_collections<R>(self, body: impl FnOnce() -> R) -> R {
        // SAFETY: the token proves the GIL.
        let collects = unsafe { ffi::PyGC_Disable() } != 0;
        let result = body();
        if collects {
            // SAFETY: as above.
            unsafe { ffi::PyGC_Enable() };
        }
        result
    }

    /// May give the GIL away first.
    fn thread_states(self) -> Vec<ThreadState> {
        let head = optional::py_interpreter_state_thread_head().expect("every CPython exports it");
        let next = optional::py_thread_state_next().expect("every CPython exports it");
        let mut found = Vec::new();
        let _none_is_made = ThreadState::none_is_made(self);
        // SAFETY: under the GIL, which whoever deletes a state of this interpreter needs, too; new ones come in front.
        unsafe {
            let mut state = head(self.interpreter().as_ptr());
            while let Some(one) = ThreadState::from_ptr(state) {
                found.push(one);
                state = next(state);
            }
        }
        found
    }

    /// How many thread states the interpreter has besides the attached one. May give the GIL away first.
    pub fn other_thread_states(self) -> usize {
        self.thread_states().len() - 1
    }
}
