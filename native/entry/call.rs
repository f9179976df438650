//! One down-call: read the operands, do the operation, write the answer.

use std::cell::RefCell;

use crate::bridge::CallPeer;
use crate::frame::tag::{failure, op, status};
use crate::frame::{HEADER, Reader, Writer, encode, encode_handle};
use crate::jvm::arrays::Arrays;
use crate::py::{self, Gil, Object, Owned, Text};
use crate::runtime::{Binding, CallId, Caller, Ended, Running, Work, down_to};

use super::batch;
use super::failure::{Failure, text_of, unwritable};
use super::items;
use super::operations::{Call, Outcome, operate};

/// A frame's memory, as Java gave it.
pub struct Frame {
    address: *mut u8,
    capacity: usize,
}

impl Frame {
    /// No frame of Java's is smaller. Calls whose answer is a number use no more: one argument less is one less that the
    /// JVM passes through memory.
    pub const LEAST: i64 = 4096;

    /// Trusts Java's numbers.
    ///
    /// # Safety
    /// `capacity` bytes at `address` are the caller's alone until it returns.
    pub unsafe fn new(address: i64, capacity: i64) -> Self {
        Frame { address: address as *mut u8, capacity: capacity as usize }
    }

    /// All of it.
    pub fn memory(&mut self) -> &mut [u8] {
        // SAFETY: by the guarantee given to `new`.
        unsafe { std::slice::from_raw_parts_mut(self.address, self.capacity) }
    }

    /// What Java wrote. Malformed headers give an empty payload, which every operation refuses.
    pub fn payload(&mut self) -> &[u8] {
        let memory = self.memory();
        let mut length = [0; 8];
        length.copy_from_slice(&memory[8..16]);
        let end = usize::try_from(i64::from_le_bytes(length)).ok().and_then(|length| length.checked_add(HEADER));
        end.and_then(|end| memory.get(HEADER..end)).unwrap_or_default()
    }
}

impl Frame {
    /// Which call it is: the frame and its count of uses, which Java keeps in field 24.
    pub fn id(&mut self, namespace: i64) -> CallId {
        let mut sequence = [0; 8];
        sequence.copy_from_slice(&self.memory()[24..32]);
        CallId { namespace, frame: self.address as i64, sequence: i64::from_le_bytes(sequence) }
    }

    /// Field 24 of the header: 1 more than the number of slots that Python took over before reading the arguments failed,
    /// else 0.
    #[inline(always)]
    fn set_adopted(&mut self, adopted: i64) {
        self.memory()[24..32].copy_from_slice(&adopted.to_le_bytes());
    }

    /// The answer where there is no Python to ask any more.
    pub fn refuse(&mut self) {
        let mut writer = Writer::new(self.memory());
        writer.i32(failure::CLOSED);
        writer.text("the interpreter was closed");
        writer.finish(status::FAILED, &[]);
    }
}

/// `Native.call`. Arrays that go back are added to those that came.
#[inline(always)]
pub fn call(caller: Caller, namespace: i64, operation: i32, mut frame: Frame, arrays: &RefCell<Arrays>) {
    let mut id = frame.id(namespace);
    if operation == op::CLOSE {
        // Whoever interrupts the interpreter means its users' calls.
        id.frame = 0;
    }
    let running = Running::new(id);
    let mut job = Job { binding: caller.binding(), namespace, operation, frame, arrays };
    if let Err(Ended) = down_to(caller, &running, &mut job) {
        job.frame.refuse();
        // No slot was taken over.
        job.frame.set_adopted(1);
    }
}

struct Job<'a> {
    binding: &'static Binding,
    namespace: i64,
    operation: i32,
    frame: Frame,
    arrays: &'a RefCell<Arrays>,
}

impl Work for Job<'_> {
    type Answer = ();

    fn work(&mut self, gil: Gil<'_>) {
        let Job { binding, namespace, operation, ref mut frame, arrays } = *self;
        // A batch's is not on the stack: greenlets copy parts of that away while others run.
        let (on_stack, on_heap);
        let peer = if batch::is_batch(operation) {
            on_heap = Box::new(CallPeer::down(gil, binding, arrays));
            &*on_heap
        } else {
            on_stack = CallPeer::down(gil, binding, arrays);
            &on_stack
        };
        let mut call = Call { gil, binding, namespace, peer, decoded: false };
        if batch::is_batch(operation) {
            batch::run(&mut call, operation, frame);
        } else {
            let mut reader = Reader::new(frame.payload());
            let result = operate(&mut call, operation & !op::RAW, &mut reader);
            answer(gil, binding, peer, frame, result, operation);
        }
        let adopted = if call.decoded { 0 } else { i64::from(peer.adopted()) + 1 };
        frame.set_adopted(adopted);
    }
}

/// Writes what came of a call.
#[inline(always)]
pub(super) fn answer(
    gil: Gil<'_>,
    binding: &'static Binding,
    peer: &CallPeer<'_>,
    frame: &mut Frame,
    result: Outcome<'_>,
    operation: i32,
) {
    match result {
        Ok(value) => answer_value(gil, binding, peer, frame, &value, operation),
        Err(failure) => answer_failure(gil, binding, peer, Writer::new(frame.memory()), failure),
    }
}

/// Writes a result, or why it cannot be written.
#[inline(always)]
fn answer_value(
    gil: Gil<'_>,
    binding: &'static Binding,
    peer: &CallPeer<'_>,
    frame: &mut Frame,
    value: &Owned<'_>,
    operation: i32,
) {
    let mut writer = Writer::new(frame.memory());
    if operation == op::INVOKE_ITEMS {
        let generator = binding.domain.types().is_generator(gil, value);
        writer.u8(generator.into());
        if generator {
            items::write_generator(gil, binding, value, &mut writer);
            return writer.finish(status::OK, &binding.host.take_released());
        }
    }
    let written = if operation & op::RAW != 0 {
        encode_handle(gil, &mut writer, value, peer)
    } else {
        encode(gil, &mut writer, value, binding.domain.types(), peer)
    };
    match written {
        Ok(()) => writer.finish(status::OK, &binding.host.take_released()),
        Err(raised) => {
            peer.abandon(gil, 0);
            writer.truncate(HEADER);
            answer_failure(gil, binding, peer, writer, unwritable(gil, raised));
        }
    }
}

/// Writes what went wrong.
#[cold]
fn answer_failure(gil: Gil<'_>, binding: &Binding, peer: &CallPeer<'_>, mut writer: Writer<'_>, failure: Failure) {
    let status = failure.write(gil, &mut writer, binding.domain, peer);
    writer.finish(status, &binding.host.take_released());
}

/// `Native.callLong` and `Native.callDouble`: a number in, a number out. The frame is only written where that is not all:
/// the answer is [`Number::LOOK`] then.
#[inline(always)]
pub fn call_number<N: Number>(caller: Caller, namespace: i64, handle: i64, argument: N, mut frame: Frame) -> N {
    let running = Running::new(frame.id(namespace));
    let mut job = NumberJob { binding: caller.binding(), handle, argument, frame };
    down_to(caller, &running, &mut job).unwrap_or_else(|Ended| {
        job.frame.refuse();
        N::LOOK
    })
}

struct NumberJob<N> {
    binding: &'static Binding,
    handle: i64,
    argument: N,
    frame: Frame,
}

impl<N: Number> Work for NumberJob<N> {
    type Answer = N;

    #[inline(always)]
    fn work(&mut self, gil: Gil<'_>) -> N {
        match self.call(gil) {
            Ok(number) if !number.is_look() && !self.binding.host.has_released() => number,
            result => told_in_frame(gil, self.binding, &mut self.frame, result),
        }
    }
}

impl<N: Number> NumberJob<N> {
    #[inline(always)]
    fn call(&self, gil: Gil<'_>) -> Result<N, Failure> {
        let function = self.binding.domain.object(gil, self.handle)?;
        let value = function.call_owned(gil, &[self.argument.to_python(gil)?])?;
        N::from_python(gil, &value, &function)
    }
}

/// Writes a result, or what went wrong, and the released slots.
#[cold]
fn told_in_frame<N: Number>(
    gil: Gil<'_>,
    binding: &'static Binding,
    frame: &mut Frame,
    result: Result<N, Failure>,
) -> N {
    let mut writer = Writer::new(frame.memory());
    let status = match result {
        Ok(number) => {
            writer.put(&number.to_bytes());
            status::OK
        }
        Err(failure) => {
            let peer = CallPeer::up(gil, binding.domain, binding.host);
            failure.write(gil, &mut writer, binding.domain, &peer)
        }
    };
    writer.finish(status, &binding.host.take_released());
    N::LOOK
}

/// A number that crosses in a register.
pub trait Number: Default + Copy {
    /// [`status::LOOK`]: the answer is in the frame.
    const LOOK: Self;
    /// Whether it is that.
    fn is_look(self) -> bool;
    /// To Python.
    fn to_python<'g>(self, gil: Gil<'g>) -> py::Result<Owned<'g>>;
    /// To Python, maybe in the memory of an object that nobody needs any more.
    fn to_python_in<'g>(self, gil: Gil<'g>, spent: Option<Owned<'g>>) -> py::Result<Owned<'g>>;
    /// From a function's result.
    fn from_python(gil: Gil<'_>, value: &Object, function: &Object) -> Result<Self, Failure>;
    /// A result that is just such a number, and no instance of a subclass.
    fn exactly(gil: Gil<'_>, value: &Object) -> Option<Self>;
    /// From a frame.
    fn from_bytes(bytes: [u8; 8]) -> Self;
    /// To a frame.
    fn to_bytes(self) -> [u8; 8];
}

impl Number for i64 {
    const LOOK: Self = status::LOOK as i64;

    #[inline(always)]
    fn is_look(self) -> bool {
        self == Self::LOOK
    }

    #[inline(always)]
    fn from_bytes(bytes: [u8; 8]) -> Self {
        i64::from_le_bytes(bytes)
    }

    #[inline(always)]
    fn to_bytes(self) -> [u8; 8] {
        self.to_le_bytes()
    }

    #[inline(always)]
    fn to_python<'g>(self, gil: Gil<'g>) -> py::Result<Owned<'g>> {
        gil.long(self)
    }

    #[inline(always)]
    fn to_python_in<'g>(self, gil: Gil<'g>, spent: Option<Owned<'g>>) -> py::Result<Owned<'g>> {
        gil.long_in(spent, self)
    }

    #[inline(always)]
    fn exactly(gil: Gil<'_>, value: &Object) -> Option<Self> {
        value.short_int(gil).or_else(|| match value.number(gil) {
            Some(py::Number::Int(number)) => Some(number),
            _ => None,
        })
    }

    #[inline(always)]
    fn from_python(gil: Gil<'_>, value: &Object, function: &Object) -> Result<Self, Failure> {
        if !value.is_long() {
            return Err(wrong_result(gil, "an int", value, function));
        }
        match value.to_long(gil)? {
            Some(number) => Ok(number),
            None => Err(Failure::Refused(
                failure::CONVERSION,
                format!("{} returned an int that does not fit 64 bits", name_of(gil, function)),
            )),
        }
    }
}

impl Number for f64 {
    const LOOK: Self = status::LOOK as f64;

    #[inline(always)]
    fn is_look(self) -> bool {
        self == Self::LOOK
    }

    #[inline(always)]
    fn from_bytes(bytes: [u8; 8]) -> Self {
        f64::from_le_bytes(bytes)
    }

    #[inline(always)]
    fn to_bytes(self) -> [u8; 8] {
        self.to_le_bytes()
    }

    #[inline(always)]
    fn to_python<'g>(self, gil: Gil<'g>) -> py::Result<Owned<'g>> {
        gil.double(self)
    }

    #[inline(always)]
    fn to_python_in<'g>(self, gil: Gil<'g>, spent: Option<Owned<'g>>) -> py::Result<Owned<'g>> {
        gil.double_in(spent, self)
    }

    #[inline(always)]
    fn exactly(gil: Gil<'_>, value: &Object) -> Option<Self> {
        match value.number(gil) {
            Some(py::Number::Float(number)) => Some(number),
            _ => None,
        }
    }

    #[inline(always)]
    fn from_python(gil: Gil<'_>, value: &Object, function: &Object) -> Result<Self, Failure> {
        if !value.is_float() && !value.is_long() {
            return Err(wrong_result(gil, "a float", value, function));
        }
        Ok(value.to_double(gil)?)
    }
}

#[cold]
fn wrong_result(gil: Gil<'_>, wanted: &str, value: &Object, function: &Object) -> Failure {
    let class = value.class(gil).attr_str(gil, c"__name__").and_then(|name| name.to_string_lossy(gil));
    let class = class.unwrap_or_else(|raised| text_of(gil, raised));
    let function = name_of(gil, function);
    Failure::Refused(failure::CONVERSION, format!("{function} returned {class}, not {wanted}"))
}

fn name_of(gil: Gil<'_>, function: &Object) -> String {
    let name = function.attr_str(gil, c"__qualname__").and_then(|name| match name.text(gil)? {
        Text::Ascii(text) => Ok(String::from_utf8_lossy(text).into_owned()),
        Text::Utf16(_) => name.to_string_lossy(gil),
    });
    name.map(|name| format!("{name}()")).unwrap_or_else(|raised| {
        gil.clear_raised(raised);
        "the callable".to_owned()
    })
}
