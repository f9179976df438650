//! Sub-interpreters: opening one as a domain of its own, and ending it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::jvm::stack;
use crate::py::{self, Gil, Result, ThreadState};

use super::domain::{self, Domain};
use super::down::{down, down_here};
use super::gate::Gate;
use super::record::Running;
use super::start::describe;
use super::{Binding, thread, turns};

/// What an interpreter has for itself besides its globals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Isolation {
    /// Its modules.
    Modules,
    /// Its modules and its GIL.
    Gil,
}

/// Domains whose interpreter has ended, for the next ones.
static FREE: Mutex<Vec<&'static Domain>> = Mutex::new(Vec::new());

/// What the thread that opens interpreters is asked.
type Opening = Box<dyn FnOnce() + Send>;

static OPENER: Mutex<Option<Sender<Opening>>> = Mutex::new(None);

/// CPython runs Python code in a new interpreter before anyone could tell it where its stack ends.
const OPENER_STACK: usize = 16 << 20;

/// Runs something on the thread that opens interpreters, one at a time. All on the same one: the C library gives each thread
/// a heap of its own, and what an interpreter has allocated at its start is not one piece any more when it ends.
fn on_opener<R: Send + 'static>(open: impl FnOnce() -> R + Send + 'static) -> std::result::Result<R, String> {
    let (tell, told) = mpsc::channel();
    let opening: Opening = Box::new(move || {
        // Nobody listens any more where the caller panicked.
        let _ = tell.send(open());
    });
    let mut opener = OPENER.lock().unwrap_or_else(PoisonError::into_inner);
    let sender = match opener.take() {
        Some(sender) => sender,
        None => {
            let (sender, asked) = mpsc::channel::<Opening>();
            let serve = move || asked.into_iter().for_each(|opening| opening());
            let thread =
                std::thread::Builder::new().name("krait-open".to_owned()).stack_size(OPENER_STACK).spawn(serve);
            thread.map_err(|error| format!("no thread to open it on: {error}"))?;
            sender
        }
    };
    if sender.send(opening).is_ok() {
        *opener = Some(sender);
    }
    drop(opener);
    told.recv().map_err(|_| "Krait panicked".to_owned())
}

/// Opens a sub-interpreter; `load` makes the `krait` package importable in it. The error is a text.
pub fn open(
    main: &'static Binding,
    isolation: Isolation,
    load: impl for<'g> FnOnce(Gil<'g>, &'static Domain) -> Result<()> + Send + 'static,
) -> std::result::Result<&'static Binding, String> {
    on_opener(move || open_here(main, isolation, load))?
}

fn open_here(
    main: &'static Binding,
    isolation: Isolation,
    load: impl for<'g> FnOnce(Gil<'g>, &'static Domain) -> Result<()>,
) -> std::result::Result<&'static Binding, String> {
    if isolation == Isolation::Gil {
        domain::separate();
    }
    let mut failed = None;
    let _turns = (isolation == Isolation::Modules).then(|| turns::change(main));
    let opened = down_here(main, |gil| {
        prepare(gil)?;
        py::new_interpreter(gil, isolation == Isolation::Gil, |new, state| {
            let gate: &'static Gate = match isolation {
                Isolation::Modules => main.domain.gate(),
                Isolation::Gil => Box::leak(Box::default()),
            };
            let domain = domain_for(new, gate);
            let loaded = load(new, domain).and_then(|()| domain.load(new)).map_err(|raised| {
                let exception = new.take_raised(raised);
                let why = describe(new, &exception);
                domain.unload(new);
                failed = Some(domain);
                why
            });
            loaded.map(|()| (domain, state))
        })
    });
    if let Some(domain) = failed {
        give_up(domain);
    }
    let (domain, state) = opened.map_err(|_| "Python has ended".to_owned())??;
    // Kept, and used by no thread, until the interpreter ends: CPython gives the memory of an interpreter's first thread
    // state to the next one when the list is empty, and is not safe against both happening at once.
    domain.keep_first(state);
    log::debug!("opened a sub-interpreter: {isolation:?}, life {}", domain.life());
    let opened: &'static Binding = Box::leak(Box::new(Binding { domain, life: domain.life(), host: main.host }));
    if isolation == Isolation::Modules {
        turns::take_turns(main, opened);
    }
    Ok(opened)
}

/// Once, in the main interpreter, before there is another one.
fn prepare(gil: Gil<'_>) -> std::result::Result<(), String> {
    static PREPARED: AtomicBool = AtomicBool::new(false);
    if PREPARED.load(Ordering::Relaxed) {
        return Ok(());
    }
    let prepared =
        gil.import(c"krait._bridge").and_then(|bridge| bridge.call_method(gil, c"before_sub_interpreters", &[]));
    prepared.map_err(|raised| {
        let exception = gil.take_raised(raised);
        describe(gil, &exception)
    })?;
    PREPARED.store(true, Ordering::Relaxed);
    Ok(())
}

/// A domain for a new interpreter: one whose last interpreter has ended, or a new one.
fn domain_for(gil: Gil<'_>, gate: &'static Gate) -> &'static Domain {
    match FREE.lock().unwrap_or_else(PoisonError::into_inner).pop() {
        Some(domain) => {
            domain.reuse(gil.interpreter(), gate);
            domain
        }
        None => Domain::make(gil.interpreter(), gate, false),
    }
}

/// Why an interpreter did not end.
#[derive(Debug, PartialEq, Eq)]
pub enum EndError {
    /// It has ended already, or it is the main interpreter.
    Over,
    /// The calling thread is inside a call of it, or one of its own, or just leaves it.
    InCall,
    /// Threads that Python code started still run in it: CPython would end the process. It stays, closed to calls.
    Threads,
}

/// Ends a sub-interpreter: refuses new calls, waits for those that run, and frees it.
pub fn end(main: &'static Binding, binding: &'static Binding) -> std::result::Result<(), EndError> {
    let domain = binding.domain;
    if thread::is_inside(domain) {
        return Err(EndError::InCall);
    }
    if !domain.close(binding.life) {
        return Err(EndError::Over);
    }
    while domain.users() > 0 {
        std::thread::sleep(Duration::from_micros(200));
    }
    let shares = std::ptr::eq(domain.gate(), main.domain.gate());
    let _turns = shares.then(|| turns::change(main));
    // Before the GIL: threads that end take the same two in the same order.
    let _ending = domain.ending.lock().unwrap_or_else(PoisonError::into_inner);
    let ended = down(main, &Running::default(), |gil| {
        // SAFETY: no call runs or begins in the domain, and `finish` says yes only where no thread state is left.
        unsafe { py::end_interpreter(gil, domain.interpreter(), |other, state| finish(other, state, domain)) }
    });
    log::debug!("ended a sub-interpreter: {ended:?}");
    if ended != Ok(true) {
        if shares {
            let left = Binding { domain, life: domain.go_on(), host: binding.host };
            turns::go_on_taking_turns(main, Box::leak(Box::new(left)));
        }
        return Err(EndError::Threads);
    }
    give_up(domain);
    Ok(())
}

/// A domain's interpreter has ended: the next one may have it.
fn give_up(domain: &'static Domain) {
    domain::forget_references(domain.interpreter());
    FREE.lock().unwrap_or_else(PoisonError::into_inner).push(domain);
}

/// Attached to the interpreter that ends: lets go of everything. Whether CPython may end it now.
fn finish(gil: Gil<'_>, state: ThreadState, domain: &'static Domain) -> bool {
    if let Some((base, size)) = stack::bounds() {
        state.protect_stack(gil, base, size);
    }
    let records = domain.take_records(gil);
    for record in &records {
        record.drop_kept(gil);
    }
    let states = records.iter().filter_map(|record| record.take_state());
    for state in states {
        // SAFETY: nobody can attach it any more: its record has lost it, and calls are refused.
        unsafe { state.delete(gil) };
    }
    if gil.other_thread_states() > usize::from(domain.has_first()) {
        return false;
    }
    if let Some(first) = domain.take_first() {
        // SAFETY: no thread uses it.
        unsafe { first.delete(gil) };
    }
    domain.unload(gil);
    true
}
