//! The up-call: Python → frame → Java → frame → Python, with the GIL given back around the Java code.

use crate::frame::tag::status;
use crate::frame::{HEADER, Reader, Writer, decode, encode};
use crate::jvm::host::{self, UpCallError};
use crate::py::{Exception, Gil, Object, Owned, Raised, Result};
use crate::runtime::{self, Domain};

use super::{CallPeer, JavaObject};

/// The domain of the interpreter that runs.
pub fn domain(gil: Gil<'_>) -> Result<&'static Domain> {
    let interpreter = gil.interpreter();
    runtime::current_binding()
        .map(|binding| binding.domain)
        .or_else(runtime::main_domain)
        .filter(|domain| domain.interpreter() == interpreter)
        .ok_or_else(|| gil.raise(Exception::Runtime, "Krait does not know this interpreter"))
}

/// Calls Java: an operation on a Java object, with arguments. `name` goes first, where the operation takes one.
pub fn call<'g>(
    gil: Gil<'g>,
    target: &JavaObject,
    operation: i32,
    name: Option<&Object>,
    args: &Object,
    keywords: Option<&Object>,
) -> Result<Owned<'g>> {
    if keywords.is_some_and(|keywords| keywords.dict_len() > 0) {
        return Err(gil.raise(Exception::Type, "Java methods take no keyword arguments"));
    }
    let domain = domain(gil)?;
    let peer = CallPeer::up(gil, domain, target.host);
    let mut frame = host::take_frame(target.host).map_err(|error| failed(gil, error))?;

    let mut writer = Writer::new(frame.memory());
    let written = write(gil, &mut writer, domain, &peer, name, args);
    if let Err(raised) = written {
        peer.abandon(gil);
        host::give_back(frame);
        return Err(raised);
    }
    writer.finish(status::OK, &[]);

    let called = runtime::detached(gil, || target.host.call(&mut frame, operation, target.slot));
    let result = match called {
        Ok(()) => read(gil, frame.memory(), domain, &peer),
        Err(error) => Err(failed(gil, error)),
    };
    host::give_back(frame);
    result
}

fn write(
    gil: Gil<'_>,
    writer: &mut Writer<'_>,
    domain: &Domain,
    peer: &CallPeer<'_>,
    name: Option<&Object>,
    args: &Object,
) -> Result<()> {
    if let Some(name) = name {
        encode(gil, writer, name, domain.types(), peer)?;
    }
    let count = args.len(gil)?;
    writer.u32(count as u32);
    for index in 0..count {
        if let Some(argument) = args.tuple_item(index) {
            encode(gil, writer, argument, domain.types(), peer)?;
        }
    }
    writer.u32(0);
    Ok(())
}

/// The answer: a value, or what was thrown (see `UpCalls` in Java): the Python exception that passed through Java, or
/// a Java throwable.
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
    if value.is_tuple() {
        let exception = domain.helpers().java_exception.get(gil).call(gil, &[&value])?;
        return Err(gil.raise_object(&exception));
    }
    Err(gil.raise_object(&value))
}

fn failed(gil: Gil<'_>, error: UpCallError) -> Raised {
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
