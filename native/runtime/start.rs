//! Starting CPython, on the thread that stays its main thread.

use std::sync::Mutex;

use crate::ffi::optional;
use crate::jvm::stack;
use crate::py::{self, Gil, Owned, Result, Start, ThreadState};

use super::domain::{self, Domain, bury_reference, main_domain};
use super::thread;

/// What a start found.
pub struct Started {
    /// The main interpreter's domain.
    pub domain: &'static Domain,
    /// Whether this call initialised CPython, so that the calling thread is its main thread and must stay.
    pub first: bool,
}

/// Why CPython did not start.
pub enum StartError {
    /// CPython's own words.
    Python(String),
    /// Krait's own Python code failed to load: the exception, formatted.
    Package(String),
}

static STARTING: Mutex<()> = Mutex::new(());

/// Initialises CPython, or joins one that runs already, and loads the `krait` package with `load`.
///
/// The first call must come on a thread that stays for the life of the process.
pub fn start(
    options: &Start<'_>,
    stack_size: usize,
    load: impl for<'g> FnOnce(Gil<'g>, &'static Domain) -> Result<()>,
) -> std::result::Result<Started, StartError> {
    let _one_at_a_time = STARTING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(domain) = main_domain() {
        return Ok(Started { domain, first: false });
    }
    // From 3.14 on CPython checks the real bounds of the stack: Python gets its own only where they can be told.
    let switch = py::version() < (3, 14) || optional::py_unstable_set_stack_protection().is_some();
    stack::configure(stack_size, switch);
    py::set_graveyard(bury_reference);
    log::info!("CPython {:?} with {}, stacks of its own: {switch}", py::version(), options.program);

    let gil = if py::is_initialised() {
        // Somebody else embeds Python here: this thread gets a thread state of its main interpreter, kept for ever.
        py::join()
    } else {
        // SAFETY: not initialised, and only this function initialises, one at a time.
        unsafe { py::initialise(options) }.map_err(StartError::Python)?
    };
    let domain = Domain::make(gil.interpreter(), Box::leak(Box::default()), true);
    let loaded = load(gil, domain).and_then(|()| domain.load(gil));
    let loaded = loaded.map_err(|raised| {
        let exception = gil.take_raised(raised);
        StartError::Package(
            describe(gil, &exception).unwrap_or_else(|_| "an exception that cannot be shown".to_owned()),
        )
    });
    // SAFETY: nothing of Python is held but what is detached.
    let state: ThreadState = unsafe { gil.detach() };
    loaded?;
    thread::adopt(domain, state);
    domain::set_main_domain(domain);
    Ok(Started { domain, first: true })
}

pub(super) fn describe(gil: Gil<'_>, exception: &Owned<'_>) -> std::result::Result<String, ()> {
    let text = || {
        let lines = gil.import(c"traceback")?.call_method(gil, c"format_exception", &[exception])?;
        gil.str("")?.call_method(gil, c"join", &[&lines])?.to_string_lossy(gil)
    };
    text().map_err(|raised| gil.clear_raised(raised))
}
