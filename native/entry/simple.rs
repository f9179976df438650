//! `Native.callSimple`, `invokeSimple` and `invokeLong`: calls with at most one simple argument, of an object by its handle,
//! of what a name stands for, or of a method of that.

use std::cell::RefCell;

use crate::bridge::CallPeer;
use crate::frame::tag::{op, status};
use crate::frame::{Simple, write_simple};
use crate::jvm::arrays::Arrays;
use crate::py::{self, Gil, Number, Object, Owned};
use crate::runtime::{Binding, Caller, Running, Work, down_to};

use super::call::answer;
use super::failure::Outcome;
use super::memory::Frame;
use super::operations::resolve;

/// What can be called with at most one argument.
pub trait Target: Copy {
    /// The operation that calls it with any arguments.
    fn operation(self) -> i32;

    /// Calls it; the argument is made after it was found.
    fn call<'g>(
        self,
        gil: Gil<'g>,
        binding: &'static Binding,
        namespace: i64,
        argument: impl FnOnce() -> py::Result<Option<Owned<'g>>>,
    ) -> Outcome<'g>;
}

/// An object, or what a name stands for.
#[derive(Clone, Copy)]
pub struct Function {
    /// The handle of the object, or of the name.
    pub handle: i64,
    /// Whether it is the name's.
    pub by_name: bool,
}

impl Target for Function {
    #[inline(always)]
    fn operation(self) -> i32 {
        op::CALL
    }

    #[inline(always)]
    fn call<'g>(
        self,
        gil: Gil<'g>,
        binding: &'static Binding,
        namespace: i64,
        argument: impl FnOnce() -> py::Result<Option<Owned<'g>>>,
    ) -> Outcome<'g> {
        let target = binding.domain.object(gil, self.handle)?;
        let function = match self.by_name {
            false => target,
            true => resolve(gil, binding, namespace, &target)?,
        };
        Ok(function.call_owned(gil, argument()?.as_slice())?)
    }
}

/// A method of what a name stands for.
#[derive(Clone, Copy)]
pub struct Method {
    /// The handle of the name.
    pub name: i64,
    /// The handle of the method's name.
    pub method: i64,
    /// INVOKE_ON or INVOKE_ITEMS.
    pub operation: i32,
}

impl Target for Method {
    #[inline(always)]
    fn operation(self) -> i32 {
        self.operation
    }

    #[inline(always)]
    fn call<'g>(
        self,
        gil: Gil<'g>,
        binding: &'static Binding,
        namespace: i64,
        argument: impl FnOnce() -> py::Result<Option<Owned<'g>>>,
    ) -> Outcome<'g> {
        let name = binding.domain.object(gil, self.name)?;
        let object = resolve(gil, binding, namespace, &name)?;
        let method = binding.domain.object(gil, self.method)?;
        Ok(match argument()? {
            None => object.call_method_object(gil, &method, &[&object])?,
            Some(argument) => object.call_method_object(gil, &method, &[&*object, &*argument] as &[&Object])?,
        })
    }
}

/// Calls. The answer is a simple one, or what any call has.
#[inline(always)]
pub fn call<T: Target>(
    caller: Caller,
    namespace: i64,
    target: T,
    argument: Simple,
    mut frame: Frame,
    arrays: &RefCell<Arrays>,
) {
    let running = Running::new(frame.id(namespace));
    let mut job = SimpleJob { binding: caller.binding(), namespace, target, argument, frame, arrays };
    if let Err(why) = down_to(caller, &running, &mut job) {
        job.frame.refuse(why);
    }
}

struct SimpleJob<'a, T> {
    binding: &'static Binding,
    namespace: i64,
    target: T,
    argument: Simple,
    frame: Frame,
    arrays: &'a RefCell<Arrays>,
}

impl<T: Target> Work for SimpleJob<'_, T> {
    type Answer = ();

    #[inline(always)]
    fn work(&mut self, gil: Gil<'_>) {
        let SimpleJob { binding, namespace, target, argument, ref mut frame, arrays } = *self;
        let result = target.call(gil, binding, namespace, || argument.argument(gil, frame.memory()));
        // A simple answer, if the result is one and there is no slot to tell of.
        let written = match &result {
            Ok(value) if !binding.host.has_released() => write_simple(gil, frame.memory(), value),
            _ => false,
        };
        if !written {
            answer_any(gil, binding, frame, arrays, target.operation(), result);
        }
    }
}

/// As any call's.
#[cold]
#[inline(never)]
fn answer_any(
    gil: Gil<'_>,
    binding: &'static Binding,
    frame: &mut Frame,
    arrays: &RefCell<Arrays>,
    operation: i32,
    result: Outcome<'_>,
) {
    answer(gil, binding, &CallPeer::down(gil, binding, arrays), frame, result, operation);
}

/// Calls a method with a number, which gives a number as a rule: that is the answer where the frame's status is OK.
#[inline(always)]
pub fn invoke_long(caller: Caller, namespace: i64, method: Method, argument: i64, mut frame: Frame) -> i64 {
    let running = Running::new(frame.id(namespace));
    let mut job = LongJob { binding: caller.binding(), namespace, method, argument, frame };
    down_to(caller, &running, &mut job).unwrap_or_else(|why| {
        job.frame.refuse(why);
        0
    })
}

struct LongJob {
    binding: &'static Binding,
    namespace: i64,
    method: Method,
    argument: i64,
    frame: Frame,
}

impl Work for LongJob {
    type Answer = i64;

    #[inline(always)]
    fn work(&mut self, gil: Gil<'_>) -> i64 {
        let LongJob { binding, namespace, method, argument, ref mut frame } = *self;
        let result = method.call(gil, binding, namespace, || gil.long(argument).map(Some));
        if let Ok(value) = &result
            && let Some(Number::Int(number)) = value.number(gil)
            && !binding.host.has_released()
        {
            // Status OK and no released slots.
            frame.memory()[..8].fill(0);
            return number;
        }
        told_in_frame(gil, binding, frame, method.operation, result);
        0
    }
}

#[cold]
#[inline(never)]
fn told_in_frame(gil: Gil<'_>, binding: &'static Binding, frame: &mut Frame, operation: i32, result: Outcome<'_>) {
    answer(gil, binding, &CallPeer::up(gil, binding.domain, binding.host), frame, result, operation);
    let status = &mut frame.memory()[..4];
    if *status == status::OK.to_le_bytes() {
        status.copy_from_slice(&status::VALUE.to_le_bytes());
    }
}
