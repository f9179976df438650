//! The up-call: Python → frame → Java → frame → Python, with the GIL given back around the Java code.

use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::frame::tag::status;
use crate::frame::{HEADER, Reader, Writer, decode, encode, encode_handle};
use crate::jvm::host::{self, Held, Host, NumberCall, UpCallError, UpFrame};
use crate::py::{Exception, Gil, InterpreterState, Object, Owned, Raised, Result};
use crate::runtime::{self, Binding, Domain, Here};

use super::{Bridge, CallPeer, Ends, numbers};

/// Where a frame has what Java has to say of the arguments.
const NOTE: usize = 24;
/// It has not read them.
const UNREAD: i64 = -1;

/// A domain and its open interpreters: the number of each, and the binding of the class loader's Krait that opened it.
struct Known {
    domain: &'static Domain,
    life: u64,
    open: Vec<(i64, &'static Binding)>,
}

/// Every domain, for threads that Python made, which no down-call has.
static DOMAINS: Mutex<Vec<Known>> = Mutex::new(Vec::new());

thread_local! {
    /// The domain that this thread loads.
    static LOADING: Cell<Option<&'static Domain>> = const { Cell::new(None) };
    /// On a thread that Python made: the namespace of who started it, once it was asked for.
    static STARTER: Cell<Option<i64>> = const { Cell::new(None) };
}

/// The interpreter whose code runs; on a thread that Python made, the one that started it.
#[inline]
fn namespace(gil: Gil<'_>, here: Here<'_>, domain: &Domain) -> i64 {
    match here.namespace() {
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

/// A domain is loaded.
pub fn loaded(domain: &'static Domain) {
    known(&mut lock(), domain);
}

/// A domain's entry; anew where the domain has another interpreter by now.
fn known<'d>(domains: &'d mut Vec<Known>, domain: &'static Domain) -> &'d mut Known {
    let life = domain.life();
    let at = domains.iter().position(|known| std::ptr::eq(known.domain, domain)).unwrap_or_else(|| {
        domains.push(Known { domain, life, open: Vec::new() });
        domains.len() - 1
    });
    let known = &mut domains[at];
    if known.life != life {
        *known = Known { domain, life, open: Vec::new() };
    }
    known
}

fn lock() -> MutexGuard<'static, Vec<Known>> {
    DOMAINS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An interpreter of a binding is open, by this number.
pub fn opened(binding: &'static Binding, namespace: i64) {
    known(&mut lock(), binding.domain).open.push((namespace, binding));
}

/// It is closed.
pub fn closed(binding: &'static Binding, namespace: i64) {
    known(&mut lock(), binding.domain).open.retain(|(number, of)| *number != namespace || !std::ptr::eq(*of, binding));
}

/// Where an up-call comes from.
#[derive(Clone, Copy)]
pub struct Caller {
    pub domain: &'static Domain,
    /// The innermost down-call's. On threads that Python made, that of the interpreter which started the thread, or of any
    /// that is open; none where none is.
    pub binding: Option<&'static Binding>,
    /// Whether the binding is a down-call's, of this thread.
    in_call: bool,
}

impl Caller {
    /// Keeps a host loaded.
    #[inline(always)]
    fn hold(&self, host: &Host) -> std::result::Result<Held, UpCallError> {
        host.hold(self.in_call && self.binding.is_some_and(|binding| std::ptr::eq(binding.host, host)))
    }
}

/// Where an up-call of this thread comes from.
#[inline]
pub fn caller(gil: Gil<'_>) -> Result<Caller> {
    runtime::here(|here| caller_of(gil, here))
}

#[inline]
fn caller_of(gil: Gil<'_>, here: Here<'_>) -> Result<Caller> {
    let interpreter = gil.interpreter();
    match here.binding() {
        Some(binding) if binding.domain.interpreter() == interpreter => {
            Ok(Caller { domain: binding.domain, binding: Some(binding), in_call: true })
        }
        _ => other_caller(gil, interpreter),
    }
}

#[cold]
fn other_caller(gil: Gil<'_>, interpreter: InterpreterState) -> Result<Caller> {
    let domain = lock().iter().map(|known| known.domain).find(|domain| domain.is_of(interpreter));
    let Some(domain) = domain else {
        return match LOADING.get().filter(|domain| domain.is_of(interpreter)) {
            Some(domain) => Ok(Caller { domain, binding: None, in_call: false }),
            None => Err(gil.raise(
                Exception::Runtime,
                "Krait does not know this interpreter, or it has ended: Java cannot be called",
            )),
        };
    };
    // Not under the lock: it runs Python code.
    let starter = starter(gil, domain);
    let mut domains = lock();
    let open = &known(&mut domains, domain).open;
    let found = open.iter().find(|(number, _)| *number == starter).or(open.first());
    Ok(Caller { domain, binding: found.map(|(_, binding)| *binding), in_call: false })
}

/// An open interpreter of a host's in this domain, as Java knows it; zeros where there is none.
#[cold]
fn interpreter_of(domain: &'static Domain, host: &Host) -> (i64, i64) {
    let mut domains = lock();
    let open = &known(&mut domains, domain).open;
    let found = open.iter().find(|(_, binding)| std::ptr::eq(binding.host, host));
    found.map_or((0, 0), |(namespace, binding)| (std::ptr::from_ref(*binding) as i64, *namespace))
}

/// The host of the innermost down-call, or of another open interpreter.
pub fn host(gil: Gil<'_>) -> Result<&'static Host> {
    match caller(gil)?.binding {
        Some(binding) => Ok(binding.host),
        None => Err(gil.raise(Exception::Runtime, "no interpreter is open: Java cannot be called")),
    }
}

/// The domain of the interpreter that runs.
#[inline]
pub fn domain(gil: Gil<'_>) -> Result<&'static Domain> {
    caller(gil).map(|caller| caller.domain)
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
    call_and(gil, host, operation, slot, head, args, |_| {})
}

/// As [`call`]; `then` sees the memory of an answer that is a value.
#[inline]
pub fn call_and<'g>(
    gil: Gil<'g>,
    host: &'static Host,
    operation: i32,
    slot: i32,
    head: &[i32],
    args: &[&Object],
    then: impl FnOnce(&[u8]),
) -> Result<Owned<'g>> {
    runtime::here(|here| {
        let caller = caller_of(gil, here)?;
        let domain = caller.domain;
        let held = caller.hold(host).map_err(|error| failed(gil, error))?;
        let mut frame = host::take_frame(host, &held).map_err(|error| failed(gil, error))?;
        let mut objects = 0;
        let result = loop {
            let peer = CallPeer::call(gil, domain, host);
            let mut writer = Writer::new(frame.memory());
            let caller = number(gil, here, &caller, host);
            if let Err(raised) = write(gil, &mut writer, caller, &peer, head, args, objects) {
                peer.retract(gil, &mut writer, HEADER);
                break Err(raised);
            }
            let handles = writer.handles();
            peer.finish(writer, status::OK);

            let called = here.detached(gil, || host.call(&held, &mut frame, operation, slot));
            // Python code may run for long and only call Java: what Java lets go of meanwhile goes here, not only with a down-call.
            domain.drain(gil);
            if is_unread(frame.memory()) {
                handles.into_iter().for_each(|handle| domain.free(gil, handle));
            }
            if let Err(error) = called {
                break Err(failed(gil, error));
            }
            match wanted(frame.memory()) {
                Some(which) if objects == 0 => objects = which,
                _ => break read(gil, &mut frame, &held, domain, &peer),
            }
        };
        if result.is_ok() {
            then(frame.memory());
        }
        host::give_back(frame, &held);
        result
    })
}

/// Calls a method with numbers alone, in a way that Java told of; `form` is that of its result.
#[inline]
pub fn call_numbers<'g>(
    gil: Gil<'g>,
    host: &'static Host,
    call: &NumberCall,
    form: i32,
    result: u8,
) -> Result<Owned<'g>> {
    runtime::here(|here| {
        let caller = caller_of(gil, here)?;
        let domain = caller.domain;
        let held = caller.hold(host).map_err(|error| failed(gil, error))?;
        let mut frame = host::take_frame(host, &held).map_err(|error| failed(gil, error))?;
        // For where the answer is not a number, or is thrown.
        let mut writer = Writer::new(frame.memory());
        for number in number(gil, here, &caller, host) {
            writer.i64(number);
        }
        writer.i32(form);
        Ends { domain, host }.finish(writer, status::OK);

        let answer = here.detached(gil, || host.call_numbers(&held, &mut frame, call));
        domain.drain(gil);
        let result = match answer {
            Ok(answer) if answer == i64::from(status::LOOK) => {
                read(gil, &mut frame, &held, domain, &CallPeer::call(gil, domain, host))
            }
            Ok(answer) => numbers::result(gil, result, answer),
            Err(error) => Err(failed(gil, error)),
        };
        host::give_back(frame, &held);
        result
    })
}

/// The interpreter that calls, as the host's Java knows it: its binding and its namespace.
#[inline(always)]
fn number(gil: Gil<'_>, here: Here<'_>, caller: &Caller, host: &Host) -> [i64; 2] {
    match caller.binding.filter(|binding| std::ptr::eq(binding.host, host)) {
        Some(binding) => [std::ptr::from_ref(binding) as i64, namespace(gil, here, caller.domain)],
        None => interpreter_of(caller.domain, host).into(),
    }
}

/// Whether Java has left the arguments alone: it knows no interpreter that calls.
#[inline]
fn is_unread(memory: &[u8]) -> bool {
    memory.get(NOTE..HEADER).is_some_and(|note| *note == UNREAD.to_le_bytes())
}

/// Which arguments Java wants as objects, where its answer is that.
#[inline]
fn wanted(memory: &[u8]) -> Option<u64> {
    let (status, payload) = (memory.first_chunk()?, memory.get(HEADER..)?);
    (i32::from_le_bytes(*status) == status::OBJECTS).then(|| payload.first_chunk().copied().map(u64::from_le_bytes))?
}

/// `objects` has a bit for each argument that goes as an object, whatever it is.
#[inline]
fn write(
    gil: Gil<'_>,
    writer: &mut Writer<'_>,
    caller: [i64; 2],
    peer: &CallPeer<'_>,
    head: &[i32],
    args: &[&Object],
    objects: u64,
) -> Result<()> {
    for number in caller {
        writer.i64(number);
    }
    for number in head {
        writer.i32(*number);
    }
    writer.u32(args.len() as u32);
    for (index, argument) in args.iter().enumerate() {
        if index < 64 && objects & 1 << index != 0 {
            encode_handle(gil, writer, argument, peer)?;
        } else {
            encode(gil, writer, argument, peer.ends.domain.types(), peer)?;
        }
    }
    Ok(())
}

/// The answer: a value, or what was thrown.
#[inline]
fn read<'g>(gil: Gil<'g>, frame: &mut UpFrame, held: &Held, domain: &Domain, peer: &CallPeer<'_>) -> Result<Owned<'g>> {
    let (status, value) = read_value(gil, frame.memory(), domain, peer).inspect_err(|_| {
        // Where Java cannot even be told that, the slots stay taken.
        let _ = frame.unread(held, peer.adopted());
    })?;
    if status == status::OK { Ok(value) } else { Err(thrown(gil, domain, &value)) }
}

#[inline]
fn read_value<'g>(gil: Gil<'g>, memory: &[u8], domain: &Domain, peer: &CallPeer<'_>) -> Result<(i32, Owned<'g>)> {
    let status = i32::from_le_bytes([memory[0], memory[1], memory[2], memory[3]]);
    let mut length = [0; 8];
    length.copy_from_slice(&memory[8..16]);
    let end = usize::try_from(i64::from_le_bytes(length)).ok().and_then(|length| length.checked_add(HEADER));
    let Some(payload) = end.and_then(|end| memory.get(HEADER..end)) else {
        return Err(gil.raise(Exception::System, "malformed frame: a length beyond its end"));
    };
    let value = decode(gil, &mut Reader::new(payload), domain.types(), peer)?;
    Ok((status, value))
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
        UpCallError::Unloaded => {
            gil.raise(Exception::Runtime, "the Java object's class loader, which had a Krait of its own, was unloaded")
        }
        UpCallError::NoJvm => gil.raise(Exception::Runtime, "the JVM is ending: Java cannot be called any more"),
        UpCallError::NoStack => gil.raise(Exception::Recursion, "too little is left of the Java stack to call Java"),
        UpCallError::Thrown(class) if class == host::STACK_OVERFLOW => {
            gil.raise(Exception::Recursion, "java.lang.StackOverflowError: the Java stack is used up")
        }
        UpCallError::Thrown(class) if class == host::OUT_OF_MEMORY => gil.raise(Exception::Memory, &class),
        UpCallError::Thrown(class) => {
            gil.raise(Exception::Runtime, &format!("Java threw {class}, and could not tell more"))
        }
    }
}
