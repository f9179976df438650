//! Thread states: making, attaching, detaching and deleting them; starting CPython.

use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use super::{Exception, Gil, Object, gil_state};
use crate::ffi::{self, optional};

/// Held while Krait makes a thread state. Nobody waits for it who has a GIL.
static MAKING: Mutex<()> = Mutex::new(());
/// How long others get the GIL for at a time.
const PAUSE: Duration = Duration::from_micros(50);

/// An interpreter state, as an address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InterpreterState(NonNull<ffi::PyInterpreterState>);

// SAFETY: an address; what is done with it needs a thread state of that interpreter.
unsafe impl Send for InterpreterState {}
// SAFETY: as above.
unsafe impl Sync for InterpreterState {}

/// A thread state, as an address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ThreadState(NonNull<ffi::PyThreadState>);

// SAFETY: an address; attaching it is unsafe and says which thread may.
unsafe impl Send for ThreadState {}
// SAFETY: as above.
unsafe impl Sync for ThreadState {}

impl InterpreterState {
    pub(super) fn as_ptr(self) -> *mut ffi::PyInterpreterState {
        self.0.as_ptr()
    }
}

impl ThreadState {
    pub(super) fn from_ptr(state: *mut ffi::PyThreadState) -> Option<Self> {
        NonNull::new(state).map(ThreadState)
    }

    pub(super) fn as_ptr(self) -> *mut ffi::PyThreadState {
        self.0.as_ptr()
    }

    /// Clears and deletes a thread state that is not attached anywhere.
    ///
    /// # Safety
    /// It is of the interpreter whose GIL the token proves, and nobody uses it any more.
    pub unsafe fn delete(self, _gil: Gil<'_>) {
        // From 3.12 on CPython believes that it is this thread's, and has it forget the attached one.
        // SAFETY: by the caller's guarantee.
        gil_state::kept(|| unsafe {
            ffi::PyThreadState_Clear(self.0.as_ptr());
            ffi::PyThreadState_Delete(self.0.as_ptr());
        });
    }

    /// A new thread state for the calling thread, which is attached to no interpreter: while `tracemalloc` traces, CPython
    /// waits for the main interpreter's GIL here.
    ///
    /// # Safety
    /// The interpreter is alive.
    pub unsafe fn new(interpreter: InterpreterState) -> Option<Self> {
        let _half_made_ones_are_not_seen = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: a live interpreter; PyThreadState_New takes the locks it needs itself.
        NonNull::new(unsafe { ffi::PyThreadState_New(interpreter.0.as_ptr()) }).map(ThreadState)
    }

    /// That Krait makes no thread state: it is in CPython's list before it is whole. Gives the GIL away where it does, since
    /// that may be what its maker waits for.
    pub(super) fn none_is_made(gil: Gil<'_>) -> MutexGuard<'static, ()> {
        loop {
            match MAKING.try_lock() {
                Ok(none) => return none,
                Err(TryLockError::Poisoned(none)) => return none.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
            gil.pause();
        }
    }

    /// The thread state that CPython itself knows for this thread (made by Python's `threading` or by
    /// `PyGILState_Ensure`), if any.
    pub fn of_this_thread() -> Option<Self> {
        // SAFETY: CPython is initialised, else no code of the runtime runs; the function needs no GIL.
        NonNull::new(unsafe { ffi::PyGILState_GetThisThreadState() }).map(ThreadState)
    }

    /// The interpreter that it belongs to.
    pub fn interpreter(self) -> InterpreterState {
        let get = optional::py_thread_state_get_interpreter().expect("every CPython from 3.9 on exports it");
        // SAFETY: a ThreadState is made from live ones and not kept past their deletion.
        let interpreter = unsafe { get(self.0.as_ptr()) };
        InterpreterState(NonNull::new(interpreter).expect("a thread state has an interpreter"))
    }

    /// Waits for the GIL and attaches.
    ///
    /// # Safety
    /// The thread state is alive, belongs to this thread, and no thread state is attached to this thread.
    #[inline(always)]
    pub unsafe fn attach<'g>(self) -> Gil<'g> {
        // SAFETY: by the caller's guarantee.
        unsafe {
            ffi::PyEval_RestoreThread(self.0.as_ptr());
            Gil::assume()
        }
    }

    /// Clears and deletes the attached thread state, and gives the GIL back.
    ///
    /// # Safety
    /// It is the attached one, and nobody uses it or a token any more.
    pub unsafe fn delete_attached(self) {
        // SAFETY: by the caller's guarantee; Clear may run Python code, DeleteCurrent detaches.
        unsafe {
            ffi::PyThreadState_Clear(self.0.as_ptr());
            match optional::py_thread_state_delete_current() {
                Some(delete) => delete(),
                None => {
                    ffi::PyEval_SaveThread();
                    ffi::PyThreadState_Delete(self.0.as_ptr());
                }
            }
        }
    }

    /// Tells a CPython that checks real stack bounds (3.14 on) which stack this thread state runs on. Whether it took
    /// them.
    pub fn protect_stack(self, _gil: Gil<'_>, base: *mut u8, size: usize) -> bool {
        let Some(set) = optional::py_unstable_set_stack_protection() else {
            return false;
        };
        // SAFETY: the thread state is attached, and the region is the stack of this thread.
        if unsafe { set(self.0.as_ptr(), base.cast(), size) } != 0 {
            // It refuses only stacks that are too small to be checked: then its own bounds stay.
            // SAFETY: the token proves the attached thread state.
            unsafe { ffi::PyErr_Clear() };
            return false;
        }
        true
    }

    /// Undoes [`ThreadState::protect_stack`].
    pub fn unprotect_stack(self, _gil: Gil<'_>) {
        if let Some(reset) = optional::py_unstable_reset_stack_protection() {
            // SAFETY: the thread state is attached.
            unsafe { reset(self.0.as_ptr()) };
        }
    }
}

impl<'g> Gil<'g> {
    /// Detaches for good: the token must not be used any more.
    ///
    /// # Safety
    /// No token of this thread and no `Owned` is used before this thread attaches again.
    #[inline(always)]
    pub unsafe fn detach(self) -> ThreadState {
        // SAFETY: attached, as the token says.
        let state = unsafe { ffi::PyEval_SaveThread() };
        ThreadState(NonNull::new(state).expect("an attached thread has a thread state"))
    }

    /// Raises a RecursionError that ends so where CPython says that the stack is used up: from 3.14 on, which looks at the stack
    /// itself; older ones count calls.
    #[cold]
    pub fn check_stack(self, whatever_is_done: &std::ffi::CStr) -> super::Result<()> {
        if version() < (3, 14) {
            return Ok(());
        }
        // SAFETY: the token proves the attached thread state, and the text is a C string. Any number but 0 is an exception.
        unsafe {
            if ffi::Py_EnterRecursiveCall(whatever_is_done.as_ptr()) != 0 {
                return Err(self.raised());
            }
            ffi::Py_LeaveRecursiveCall();
        }
        Ok(())
    }

    /// Lets others have the GIL for a moment.
    pub(super) fn pause(self) {
        // SAFETY: it is attached again at once, so that the token is good again before anyone uses it.
        unsafe {
            let state = self.detach();
            std::thread::sleep(PAUSE);
            state.attach();
        }
    }

    /// The attached thread state.
    pub fn thread_state(self) -> ThreadState {
        // SAFETY: attached, as the token says.
        ThreadState(NonNull::new(unsafe { ffi::PyThreadState_Get() }).expect("the token proves a thread state"))
    }

    /// The interpreter that runs.
    pub fn interpreter(self) -> InterpreterState {
        // SAFETY: attached, as the token says.
        let interpreter = unsafe { ffi::PyInterpreterState_Get() };
        InterpreterState(NonNull::new(interpreter).expect("an attached thread state has an interpreter"))
    }
}

/// How CPython is to start.
pub struct Start<'a> {
    /// The program name: a Python executable; CPython finds its prefix, and a venv, from it.
    pub program: &'a str,
    /// `PYTHONHOME`, or none.
    pub home: Option<&'a str>,
}

/// Whether CPython is initialised in this process.
pub fn is_initialised() -> bool {
    // SAFETY: may be called at any time once libpython is loaded.
    unsafe { ffi::Py_IsInitialized() != 0 }
}

/// CPython's version as `(major, minor)`.
pub fn version() -> (u32, u32) {
    // SAFETY: gives a static C string, before initialisation too.
    let text = unsafe { std::ffi::CStr::from_ptr(ffi::Py_GetVersion()) }.to_string_lossy().into_owned();
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// Initialises CPython without signal handlers; this thread becomes its main thread, attached.
///
/// # Safety
/// CPython is not initialised, and the token is not used after its thread state is detached.
pub unsafe fn initialise<'g>(start: &Start<'_>) -> Result<Gil<'g>, String> {
    without_faulthandler(|| match optional::py_init_config_create() {
        // SAFETY: PyInitConfig_Create may be called before CPython is initialised.
        Some(create) => initialise_by_config(unsafe { create() }, start),
        None => initialise_by_name(start),
    })?;
    // SAFETY: initialising attaches the main thread state to this thread.
    Ok(unsafe { Gil::assume() })
}

/// Whether CPython's own `python` would be in UTF-8 mode; none where it is as CPython has it without being told: by
/// `PYTHONUTF8`, else where the C library's locale is "C" or "POSIX".
fn utf8_mode() -> Option<std::ffi::c_int> {
    match std::env::var_os("PYTHONUTF8") {
        Some(value) if value == "1" => return Some(1),
        Some(value) if value == "0" => return Some(0),
        _ => {}
    }
    // SAFETY: a null locale only asks.
    let locale = unsafe { libc::setlocale(libc::LC_CTYPE, std::ptr::null()) };
    if locale.is_null() {
        return Some(1);
    }
    // SAFETY: setlocale gives a C string that is valid until the next call.
    let name = unsafe { std::ffi::CStr::from_ptr(locale) };
    (name == c"C" || name == c"POSIX").then_some(1)
}

/// CPython 3.10 to 3.13.
fn initialise_by_name(start: &Start<'_>) -> Result<(), String> {
    let Some(set_program_name) = optional::py_set_program_name() else {
        return Err("this libpython has neither PyInitConfig_Create nor Py_SetProgramName".to_owned());
    };
    // SAFETY: called before initialisation, with strings that are leaked on purpose: CPython keeps the pointers.
    unsafe {
        set_program_name(wide(start.program));
        if let (Some(home), Some(set_home)) = (start.home, optional::py_set_python_home()) {
            set_home(wide(home));
        }
        if let Some((variable, mode)) = optional::py_utf8_mode().zip(utf8_mode()) {
            *variable = mode;
        }
        ffi::Py_InitializeEx(0);
    }
    Ok(())
}

/// Hides `PYTHONFAULTHANDLER` while CPython reads its environment: the JVM stops threads and finds null pointers by SIGSEGV, and
/// the first one that faulthandler had would end the process.
fn without_faulthandler<T>(initialise: impl FnOnce() -> T) -> T {
    // SAFETY: gives null, or the value's place in the environment, which stays as long as nobody sets the variable.
    let value = unsafe { libc::getenv(c"PYTHONFAULTHANDLER".as_ptr()) };
    if value.is_null() {
        return initialise();
    }
    // SAFETY: as above. A value has at least the byte that ends it, and an empty one counts as none. Other threads see one
    // text or the other.
    let first = unsafe { value.replace(0) };
    let result = initialise();
    // SAFETY: as above.
    unsafe { value.write(first) };
    result
}

/// A wchar_t string that lives for ever.
fn wide(text: &str) -> *const libc::wchar_t {
    let units: Vec<libc::wchar_t> = if cfg!(windows) {
        text.encode_utf16().map(|unit| unit as libc::wchar_t).chain([0]).collect()
    } else {
        text.chars().map(|c| c as u32 as libc::wchar_t).chain([0]).collect()
    };
    Box::leak(units.into_boxed_slice()).as_ptr()
}

/// CPython 3.14 on. The configuration starts isolated; each option that plain `python` has otherwise is set back.
fn initialise_by_config(config: *mut std::ffi::c_void, start: &Start<'_>) -> Result<(), String> {
    if config.is_null() {
        return Err("PyInitConfig_Create failed: out of memory".to_owned());
    }
    let missing = "this libpython has PyInitConfig_Create but not the functions that go with it";
    let (Some(set_int), Some(set_str), Some(run), Some(get_error), Some(free)) = (
        optional::py_init_config_set_int(),
        optional::py_init_config_set_str(),
        optional::py_initialize_from_init_config(),
        optional::py_init_config_get_error(),
        optional::py_init_config_free(),
    ) else {
        return Err(missing.to_owned());
    };
    let text = |text: &str| std::ffi::CString::new(text).map_err(|_| format!("a NUL in {text:?}"));
    let program = text(start.program)?;
    let home = start.home.map(text).transpose()?;
    let numbers = [
        (c"isolated", 0),
        (c"use_environment", 1),
        (c"user_site_directory", 1),
        (c"safe_path", 1),
        (c"parse_argv", 0),
        (c"install_signal_handlers", 0),
        (c"configure_locale", 1),
        (c"buffered_stdio", 1),
        (c"configure_c_stdio", 0),
    ];
    // SAFETY: a live config, C strings; the functions are those of the same libpython.
    let done = unsafe {
        numbers.iter().all(|(name, value)| set_int(config, name.as_ptr(), *value) == 0)
            && utf8_mode().is_none_or(|mode| set_int(config, c"utf8_mode".as_ptr(), mode.into()) == 0)
            && set_str(config, c"program_name".as_ptr(), program.as_ptr()) == 0
            && home.as_ref().is_none_or(|home| set_str(config, c"home".as_ptr(), home.as_ptr()) == 0)
            && run(config) == 0
    };
    let mut message = std::ptr::null();
    // SAFETY: as above; the message belongs to the config and is copied before that is freed.
    unsafe {
        let failed = get_error(config, &mut message) != 0 && !message.is_null();
        let result = match (done, failed) {
            (true, false) => Ok(()),
            (_, true) => Err(std::ffi::CStr::from_ptr(message).to_string_lossy().into_owned()),
            (false, false) => Err("CPython exited while it was initialised".to_owned()),
        };
        free(config);
        result
    }
}

/// Attaches this thread to a CPython that somebody else initialised, with a thread state of its main interpreter that is
/// never given back.
pub fn join<'g>() -> Gil<'g> {
    // SAFETY: CPython is initialised; PyGILState_Ensure makes or finds this thread's state. It is never released: the
    // thread stays for the life of the process.
    unsafe {
        ffi::PyGILState_Ensure();
        Gil::assume()
    }
}

/// Python's number for the calling thread, as `threading.get_ident` gives it.
pub fn thread_ident() -> u64 {
    // SAFETY: needs nothing of Python.
    optional::py_thread_get_thread_ident().map_or(0, |get| unsafe { get() })
}

impl Gil<'_> {
    /// Raises an exception, asynchronously, in a thread of this interpreter.
    pub fn raise_in_thread(self, thread: u64, exception: &Object) {
        self.set_raised_in_thread(thread, exception.as_ptr());
    }

    /// Takes back what was raised in the calling thread, whose number it is, and was not delivered yet.
    ///
    /// From when such an exception was raised, or taken back, until one is delivered, CPython before 3.13 has all threads of the
    /// interpreter look for one at every turn of a loop; and on 3.11, a function that is traced does not even begin as long as
    /// there is something to look for. So one more is raised in this thread, and is delivered at once.
    pub fn take_back_raised(self, thread: u64) {
        let pending = self.has_raised().then(|| self.take_raised(self.raised()));
        if version() >= (3, 13) || self.settle(thread).map_err(|raised| self.clear_raised(raised)).is_err() {
            self.set_raised_in_thread(thread, std::ptr::null_mut());
        }
        if let Some(pending) = pending {
            // Whoever had it raised still knows that it is.
            let _ = self.raise_object(&pending);
        }
    }

    fn settle(self, thread: u64) -> super::Result<()> {
        let bridge = self.import(c"krait._bridge")?;
        let (class, settle) = (bridge.attr_str(self, c"Settled")?, bridge.attr_str(self, c"settle")?);
        let stop = bridge.attr_str(self, c"CallInterrupted")?;
        // In the place of the other, with nothing in between that gives the GIL away.
        let settled = self.untraced(|| {
            self.raise_in_thread(thread, &class);
            settle.call(self, &[])
        });
        let raised = settled?.err().map(|raised| self.take_raised(raised));
        match raised {
            Some(raised) if raised.is_exactly_or_below(&class) => Ok(()),
            // Somebody has stopped the call around this one meanwhile.
            Some(raised) if raised.is_exactly_or_below(&stop) => {
                self.raise_in_thread(thread, &raised.class(self));
                Ok(())
            }
            _ => Err(self.raise(Exception::System, "it was not delivered")),
        }
    }

    /// Does something without functions that trace or profile this thread: what is raised in it would be raised in those first,
    /// which CPython then forgets. An error where that cannot be.
    fn untraced<R>(self, body: impl FnOnce() -> R) -> super::Result<R> {
        let (enter, leave) = (optional::py_thread_state_enter_tracing(), optional::py_thread_state_leave_tracing());
        let Some((enter, leave)) = enter.zip(leave) else {
            for function in [c"gettrace", c"getprofile"] {
                if !self.import(c"sys")?.call_method(self, function, &[])?.is_none() {
                    return Err(self.raise(Exception::System, "the thread is traced"));
                }
            }
            return Ok(body());
        };
        let state = self.thread_state();
        // SAFETY: the attached thread state, and one call of each.
        unsafe { enter(state.as_ptr()) };
        let result = body();
        // SAFETY: as above.
        unsafe { leave(state.as_ptr()) };
        Ok(result)
    }

    fn set_raised_in_thread(self, thread: u64, exception: *mut ffi::PyObject) {
        // SAFETY: the token proves the GIL; CPython takes its own reference.
        unsafe { ffi::PyThreadState_SetAsyncExc(thread as std::ffi::c_long, exception) };
    }
}
