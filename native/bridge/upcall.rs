//! The up-call: Python → frame → Java → frame → Python, with the GIL given back around the Java code.

use std::cell::Cell;
use std::sync::{Mutex, PoisonError};

use crate::frame::tag::status;
use crate::frame::{HEADER, Reader, Writer, decode, encode};
use crate::jvm::host::{self, Host, UpCallError};
use crate::py::{Exception, Gil, InterpreterState, Object, Owned, Raised, Result};
use crate::runtime::{self, Binding, Domain};

use super::{Bridge, CallPeer};

/// Every domain with the binding of the first class loader's Krait that opened it: for threads that Python made, which no
/// down-call has.
static DOMAINS: Mutex<Vec<(&'static Domain, Option<&'static Binding>)>> = Mutex::new(Vec::new());

thread_local! {
    /// The domain that this thread loads.
    static LOADING: Cell<Option<&'static Domain>> = const { Cell::new(None) };
    /// On a thread that Python made: the namespace of who started it, once it was asked for.
    static STARTER: Cell<Option<i64>> = const { Cell::new(None) };
}

/// The interpreter whose code runs; on a thread that Python made, the one that started it.
#[inline]
fn namespace(gil: Gil<'_>, domain: &Domain) -> i64 {
    match runtime::current_namespace() {
        0 => starter(gil, domain),
        namespace => namespace,
    }
}

#[cold]
fn starter(gil: Gil<'_>, domain: &Domain) -> i64 {
    let known = STARTER.try_with(Cell::get).unwrap_or(Some(0));
    let Some(python) = Bridge::if_made(domain).and_then(Bridge::python) else {
        return 0;
    };
    known.unwrap_or_else(|| {
        let found = python.starter.get(gil).call(gil, &[]).and_then(|number| number.to_long(gil));
        let found = found.unwrap_or_else(|raised| {
            gil.clear_raised(raised);
            None
        });
        let found = found.unwrap_or_default();
        let _ = STARTER.try_with(|starter| starter.set(Some(found)));
        found
    })
}

/// Says that this thread loads a domain, which nothing else knows yet.
pub fn load(domain: &'static Domain) {
    LOADING.set(Some(domain));
}

/// Remembers a binding. The first one of each domain stays.
pub fn remember(binding: &'static Binding) {
    LOADING.set(None);
    let mut domains = DOMAINS.lock().unwrap_or_else(PoisonError::into_inner);
    match domains.iter_mut().find(|(domain, _)| std::ptr::eq(*domain, binding.domain)) {
        // A domain may be used again for another interpreter.
        Some((_, known)) if known.is_some_and(|known| known.life == binding.life) => {}
        Some((_, known)) => *known = Some(binding),
        None => domains.push((binding.domain, Some(binding))),
    }
}

/// Where an up-call comes from: the innermost down-call's binding, or for threads that Python made the domain's first.
#[inline]
pub fn caller(gil: Gil<'_>) -> Result<(&'static Domain, Option<&'static Binding>)> {
    let interpreter = gil.interpreter();
    match runtime::current_binding() {
        Some(binding) if binding.domain.interpreter() == interpreter => Ok((binding.domain, Some(binding))),
        _ => other_caller(gil, interpreter),
    }
}

#[cold]
fn other_caller(gil: Gil<'_>, interpreter: InterpreterState) -> Result<(&'static Domain, Option<&'static Binding>)> {
    if let Some(domain) = LOADING.get().filter(|domain| domain.interpreter() == interpreter) {
        return Ok((domain, None));
    }
    let domains = DOMAINS.lock().unwrap_or_else(PoisonError::into_inner);
    let found = domains.iter().find(|(domain, _)| domain.interpreter() == interpreter);
    found.copied().ok_or_else(|| gil.raise(Exception::Runtime, "Krait does not know this interpreter"))
}

/// The host of the innermost down-call, or the first one.
pub fn host(gil: Gil<'_>) -> Result<&'static Host> {
    let (_, binding) = caller(gil)?;
    binding
        .map(|binding| binding.host)
        .ok_or_else(|| gil.raise(Exception::Runtime, "Java cannot be called before Krait has started"))
}

/// The domain of the interpreter that runs.
#[inline]
pub fn domain(gil: Gil<'_>) -> Result<&'static Domain> {
    caller(gil).map(|(domain, _)| domain)
}

/// Calls Java: an operation on the object in a slot, or on none. `head` goes before the arguments.
#[inline]
pub fn call<'g>(
    gil: Gil<'g>,
    host: &'static Host,
    operation: i32,
    slot: i32,
    head: &[i32],
    args: &[&Object],
) -> Result<Owned<'g>> {
    let (domain, binding) = caller(gil)?;
    let peer = CallPeer::call(gil, domain, host);
    let mut frame = host::take_frame(host).map_err(|error| failed(gil, error))?;

    let mut writer = Writer::new(frame.memory());
    if let Err(raised) = write(gil, &mut writer, binding, domain, &peer, head, args) {
        peer.abandon(gil, 0);
        host::give_back(frame);
        return Err(raised);
    }
    if host.has_released() {
        writer.finish(status::OK, &host.take_released());
    } else {
        writer.finish(status::OK, &[]);
    }

    let called = runtime::detached(gil, || host.call(&mut frame, operation, slot));
    // Python code may run for long and only call Java: what Java lets go of meanwhile goes here, not only with a down-call.
    domain.drain(gil);
    let result = match called {
        Ok(()) => read(gil, frame.memory(), domain, &peer),
        Err(error) => Err(failed(gil, error)),
    };
    host::give_back(frame);
    result
}

#[inline]
fn write(
    gil: Gil<'_>,
    writer: &mut Writer<'_>,
    binding: Option<&'static Binding>,
    domain: &Domain,
    peer: &CallPeer<'_>,
    head: &[i32],
    args: &[&Object],
) -> Result<()> {
    writer.i64(binding.map_or(0, |binding| std::ptr::from_ref(binding) as i64));
    writer.i64(namespace(gil, domain));
    for number in head {
        writer.i32(*number);
    }
    writer.u32(args.len() as u32);
    for argument in args {
        encode(gil, writer, argument, domain.types(), peer)?;
    }
    Ok(())
}

/// The answer: a value, or what was thrown.
#[inline]
fn read<'g>(gil: Gil<'g>, memory: &[u8], domain: &Domain, peer: &CallPeer<'_>) -> Result<Owned<'g>> {
    let status = i32::from_le_bytes([memory[0], memory[1], memory[2], memory[3]]);
    let mut length = [0; 8];
    length.copy_from_slice(&memory[8..16]);
    let end = usize::try_from(i64::from_le_bytes(length)).ok().and_then(|length| length.checked_add(HEADER));
    let Some(payload) = end.and_then(|end| memory.get(HEADER..end)) else {
        return Err(gil.raise(Exception::System, "malformed frame: a length beyond its end"));
    };
    let value = decode(gil, &mut Reader::new(payload), domain.types(), peer)?;
    if status == status::OK {
        return Ok(value);
    }
    Err(thrown(gil, domain, &value))
}

/// What was thrown (see `UpCalls` in Java): (a Python exception that passed through Java, the Java frames on its way),
/// (a Java throwable, its class's name, its message), or (a built-in exception's name, what Krait has to say).
#[cold]
fn thrown(gil: Gil<'_>, domain: &Domain, value: &Object) -> Raised {
    let raised = || -> Result<Raised> {
        let (Some(exception), Some(second)) = (value.tuple_item(0), value.tuple_item(1)) else {
            return Ok(gil.raise(Exception::System, "malformed frame: nothing was thrown"));
        };
        if !exception.is_exception() {
            let exception = domain.helpers().java_exception.get(gil).call(gil, &[value])?;
            return Ok(gil.raise_object(&exception));
        }
        if value.len(gil)? == 2 {
            let bridge = Bridge::of(gil, domain)?;
            // An exception without room for attributes goes on without the frames.
            if let Err(raised) = exception.set_attr(gil, bridge.names.frames.get(gil), second) {
                gil.clear_raised(raised);
            }
        }
        Ok(gil.raise_object(exception))
    };
    raised().unwrap_or_else(|raised| raised)
}

/// The Python exception for what went wrong in the JVM itself.
pub fn failed(gil: Gil<'_>, error: UpCallError) -> Raised {
    match error {
        UpCallError::NoJvm => gil.raise(Exception::Runtime, "the JVM is ending: Java cannot be called any more"),
        UpCallError::Thrown(class) if class == "java.lang.StackOverflowError" => {
            gil.raise(Exception::Recursion, "java.lang.StackOverflowError: the Java stack is used up")
        }
        UpCallError::Thrown(class) if class == "java.lang.OutOfMemoryError" => {
            gil.raise(Exception::Memory, "java.lang.OutOfMemoryError")
        }
        UpCallError::Thrown(class) => gil.raise(Exception::Runtime, &class),
    }
}
