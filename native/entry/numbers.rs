//! Calls with a number in and a number out, which cross in registers.

use crate::bridge::CallPeer;
use crate::frame::Writer;
use crate::frame::tag::{failure, status};
use crate::py::{self, Gil, NumberMemory, Object, Owned, Text};
use crate::runtime::{Binding, Caller, Running, Work, down_to};

use super::failure::{Failure, text_of};
use super::memory::Frame;

/// `Native.callLong` and `Native.callDouble`: a number in, a number out. The frame is only written where that is not all:
/// the answer is [`Number::LOOK`] then.
#[inline(always)]
pub fn call_number<N: Number>(caller: Caller, namespace: i64, handle: i64, argument: N, mut frame: Frame) -> N {
    let running = Running::new(frame.id(namespace));
    let mut job = NumberJob { binding: caller.binding(), handle, argument, frame };
    down_to(caller, &running, &mut job).unwrap_or_else(|why| {
        job.frame.refuse(why);
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
    let peer = CallPeer::up(gil, binding.domain, binding.host);
    let mut writer = Writer::new(frame.memory());
    let status = match result {
        Ok(number) => {
            writer.put(&number.to_bytes());
            status::OK
        }
        Err(failure) => failure.write(gil, &mut writer, &peer),
    };
    peer.finish(writer, status);
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
    fn to_python_in<'g>(self, gil: Gil<'g>, memory: &NumberMemory, spent: Option<Owned<'g>>) -> py::Result<Owned<'g>>;
    /// From a function's result.
    fn from_python(gil: Gil<'_>, value: &Object, function: &Object) -> Result<Self, Failure>;
    /// A result that is just such a number, and no instance of a subclass.
    fn exactly(gil: Gil<'_>, memory: &NumberMemory, value: &Object) -> Option<Self>;
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
    fn to_python_in<'g>(self, gil: Gil<'g>, memory: &NumberMemory, spent: Option<Owned<'g>>) -> py::Result<Owned<'g>> {
        memory.long_in(gil, spent, self)
    }

    #[inline(always)]
    fn exactly(gil: Gil<'_>, memory: &NumberMemory, value: &Object) -> Option<Self> {
        memory.short_int(gil, value).or_else(|| match value.number(gil) {
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
    fn to_python_in<'g>(self, gil: Gil<'g>, memory: &NumberMemory, spent: Option<Owned<'g>>) -> py::Result<Owned<'g>> {
        memory.double_in(gil, spent, self)
    }

    #[inline(always)]
    fn exactly(gil: Gil<'_>, memory: &NumberMemory, value: &Object) -> Option<Self> {
        memory.plain_float(gil, value)
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
