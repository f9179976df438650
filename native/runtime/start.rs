//! Starting CPython, on the thread that stays its main thread.

use std::ffi::CStr;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::ffi::optional;
use crate::jvm::exit::{ExitHook, Registered};
use crate::jvm::stack;
use crate::py::{self, Gil, Owned, Result, Start, ThreadState};

use super::domain::{self, Domain, bury_reference, main_domain};
use super::thread;

/// Why CPython did not start.
pub enum StartError {
    /// CPython's own words.
    Python(String),
    /// Krait's own Python code failed to load: the exception, formatted.
    Package(String),
}

/// How CPython is to be initialised.
pub struct Options {
    /// Bytes of the Python stacks.
    pub stack_size: usize,
    /// What `Py_SetProgramName` is told.
    pub program: String,
    /// What `PYTHONHOME` would say, if anything.
    pub home: Option<String>,
}

/// Python code that runs while CPython starts must not be short of stack.
const MAIN_STACK: usize = 16 << 20;
/// How often is looked whether the end of the JVM waits for itself.
const LOOK: Duration = Duration::from_millis(50);
/// CPython starts in well under a second: after so long, something that it imports hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Held while CPython starts; whether an earlier start hangs.
static STARTING: Mutex<bool> = Mutex::new(false);

/// Joins the CPython that runs already, or initialises it on a thread of its own, `krait-main`, and loads the `krait`
/// package with `load`.
///
/// That thread is CPython's main thread. It stays for the life of the process, and holds nothing of the class loader whose
/// Krait happens to be the first: it waits for the end of the JVM, and runs Python's `atexit` functions then.
pub fn start(
    options: Options,
    hook: ExitHook,
    load: impl for<'g> FnOnce(Gil<'g>, &'static Domain) -> Result<()> + Send + 'static,
) -> std::result::Result<&'static Domain, StartError> {
    let mut hangs = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(domain) = main_domain() {
        return Ok(domain);
    }
    let hanging = || StartError::Python(format!("it hangs, for more than {} seconds", PATIENCE.as_secs()));
    if *hangs {
        return Err(hanging());
    }
    let (tell, told) = mpsc::channel();
    let main = move || {
        let started = initialise(&options, load);
        let domain = started.as_ref().ok().copied();
        // Nobody listens where it took too long.
        let _ = tell.send(started);
        if py::is_initialised() {
            stay(domain, hook);
        }
    };
    let thread = std::thread::Builder::new().name("krait-main".to_owned()).stack_size(MAIN_STACK).spawn(main);
    thread.map_err(|error| StartError::Python(format!("no thread to be its main thread: {error}")))?;
    match told.recv_timeout(PATIENCE) {
        Ok(started) => started,
        Err(RecvTimeoutError::Timeout) => {
            *hangs = true;
            Err(hanging())
        }
        Err(RecvTimeoutError::Disconnected) => Err(StartError::Python("Krait panicked".to_owned())),
    }
}

/// On the thread that stays CPython's main thread.
fn initialise(
    options: &Options,
    load: impl for<'g> FnOnce(Gil<'g>, &'static Domain) -> Result<()>,
) -> std::result::Result<&'static Domain, StartError> {
    // From 3.14 on CPython checks the real bounds of the stack: Python gets its own only where they can be told.
    let switch = py::version() < (3, 14) || optional::py_unstable_set_stack_protection().is_some();
    stack::configure(options.stack_size, switch);
    py::set_graveyard(bury_reference);
    log::info!("CPython {:?} with {}, stacks of its own: {switch}", py::version(), options.program);

    let gil = if py::is_initialised() {
        // Somebody else embeds Python here: this thread gets a thread state of its main interpreter, kept for ever.
        py::join()
    } else {
        let options = Start { program: &options.program, home: options.home.as_deref() };
        // SAFETY: not initialised, and only this function initialises, one at a time.
        unsafe { py::initialise(&options) }.map_err(StartError::Python)?
    };
    let domain = Domain::make(gil.interpreter(), Box::leak(Box::default()), true);
    let loaded = load(gil, domain).and_then(|()| domain.load(gil));
    let loaded = loaded.map_err(|raised| {
        let exception = gil.take_raised(raised);
        StartError::Package(describe(gil, &exception))
    });
    // SAFETY: nothing of Python is held but what is detached.
    let state: ThreadState = unsafe { gil.detach() };
    loaded?;
    thread::adopt(domain, state);
    domain::set_main_domain(domain);
    Ok(domain)
}

/// An interpreter's `atexit` functions, and its streams.
///
/// A function that calls `System.exit` does not come back: in the JVM, who asks for the end a second time waits for it. Then
/// what is written so far is all.
fn shut_down(domain: &'static Domain, hook: &Arc<Registered>) {
    let (over, ended) = mpsc::channel::<()>();
    let watched = Arc::clone(hook);
    let watch = move || {
        while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            if watched.waits_for_itself() {
                call_bridge(domain, c"flush");
                watched.finish();
                break;
            }
        }
    };
    // Without that thread, the JVM ends all the same, when its patience has.
    let _watching = thread::on_own_thread("krait-exit-watch", watch);
    call_bridge(domain, c"shut_down");
    drop(over);
}

fn call_bridge(domain: &'static Domain, function: &CStr) {
    thread::with_own_state(domain, |gil| {
        if let Err(raised) = domain.helpers().bridge.get(gil).call_method(gil, function, &[]) {
            gil.clear_raised(raised);
        }
    });
}

/// The rest of the main thread's life: `atexit` functions run at the end of the JVM, also where no interpreter is open.
fn stay(domain: Option<&'static Domain>, hook: ExitHook) -> ! {
    if let Some(domain) = domain {
        if let Some(hook) = hook.register(c"krait-main").map(Arc::new) {
            hook.wait();
            shut_down(domain, &hook);
            // As CPython does it: those of the other interpreters come after the main one's.
            for other in domain::all_domains().into_iter().filter(|other| !other.is_main()) {
                // A call that is under way: none ends meanwhile.
                if let Some(life) = other.open_life()
                    && other.enter(life)
                {
                    shut_down(other, &hook);
                    other.leave();
                }
            }
            hook.finish();
        } else {
            log::debug!("Python starts while the JVM ends: its atexit functions will not run");
        }
    }
    loop {
        std::thread::park();
    }
}

/// An exception's traceback.
pub(super) fn describe(gil: Gil<'_>, exception: &Owned<'_>) -> String {
    let text = || {
        let lines = gil.import(c"traceback")?.call_method(gil, c"format_exception", &[exception])?;
        gil.str("")?.call_method(gil, c"join", &[&lines])?.to_string_lossy(gil)
    };
    text().unwrap_or_else(|raised| {
        gil.clear_raised(raised);
        "an exception that cannot be shown".to_owned()
    })
}
