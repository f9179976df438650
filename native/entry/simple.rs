//! `Native.callSimple`, `invokeSimple` and `invokeLong`: calls with at most one simple argument, of an object by its handle,
//! of what a name stands for, or of a method of that.

use std::cell::RefCell;

use crate::bridge::CallPeer;
use crate::frame::tag::{op, status};
use crate::frame::{Simple, Writer, write_simple};
use crate::jvm::arrays::Arrays;
use crate::py::{Gil, Number, Object, Owned};
use crate::runtime::{Binding, Caller, Ended, Running, Work, down_to};

use super::call::{Frame, answer, answer_failure};
use super::operations::{Outcome, resolve};

/// Calls a function. The answer is a simple one, or what any call has.
#[inline(always)]
pub fn call(caller: Caller, namespace: i64, target: i64, argument: Simple, mut frame: Frame, arrays: &RefCell<Arrays>) {
    let running = Running::new(frame.id(namespace));
    let mut job = SimpleJob { binding: caller.binding(), namespace, target, argument, frame, arrays };
    if let Err(Ended) = down_to(caller, &running, &mut job) {
        job.frame.refuse();
    }
}

struct SimpleJob<'a> {
    binding: &'static Binding,
    namespace: i64,
    target: i64,
    argument: Simple,
    frame: Frame,
    arrays: &'a RefCell<Arrays>,
}

impl Work for SimpleJob<'_> {
    type Answer = ();

    #[inline(always)]
    fn work(&mut self, gil: Gil<'_>) {
        let result = self.result(gil);
        if !write(gil, self.binding, &mut self.frame, &result) {
            answer_any(gil, self.binding, &mut self.frame, self.arrays, op::CALL, result);
        }
    }
}

impl SimpleJob<'_> {
    #[inline(always)]
    fn result<'g>(&mut self, gil: Gil<'g>) -> Outcome<'g> {
        let target = self.binding.domain.object(gil, self.target)?;
        let function = match self.argument.by_name() {
            false => target,
            true => resolve(gil, self.binding, self.namespace, &target)?,
        };
        let argument: Option<Owned<'_>> = self.argument.argument(gil, self.frame.memory())?;
        Ok(function.call_owned(gil, argument.as_slice())?)
    }
}

/// Writes a simple answer, if the result is one and there is no slot to tell of.
#[inline(always)]
fn write(gil: Gil<'_>, binding: &'static Binding, frame: &mut Frame, result: &Outcome<'_>) -> bool {
    match result {
        Ok(value) if !binding.host.has_released() => write_simple(gil, frame.memory(), value),
        _ => false,
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
    let peer = CallPeer::down(gil, binding, arrays);
    match result {
        Ok(value) => answer(gil, binding, &peer, frame, &value, operation),
        Err(failure) => answer_failure(gil, binding, &peer, Writer::new(frame.memory()), failure),
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

impl Method {
    #[inline(always)]
    fn call<'g>(
        self,
        gil: Gil<'g>,
        binding: &Binding,
        namespace: i64,
        argument: impl FnOnce() -> crate::py::Result<Option<Owned<'g>>>,
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

/// Calls a method. The answer is a simple one, or what any call has.
#[inline(always)]
pub fn invoke(
    caller: Caller,
    namespace: i64,
    method: Method,
    argument: Simple,
    mut frame: Frame,
    arrays: &RefCell<Arrays>,
) {
    let running = Running::new(frame.id(namespace));
    let mut job = MethodJob { binding: caller.binding(), namespace, method, argument, frame, arrays };
    if let Err(Ended) = down_to(caller, &running, &mut job) {
        job.frame.refuse();
    }
}

struct MethodJob<'a> {
    binding: &'static Binding,
    namespace: i64,
    method: Method,
    argument: Simple,
    frame: Frame,
    arrays: &'a RefCell<Arrays>,
}

impl Work for MethodJob<'_> {
    type Answer = ();

    #[inline(always)]
    fn work(&mut self, gil: Gil<'_>) {
        let MethodJob { binding, namespace, method, argument, ref mut frame, arrays } = *self;
        let result = method.call(gil, binding, namespace, || argument.argument(gil, frame.memory()));
        if !write(gil, binding, frame, &result) {
            answer_any(gil, binding, frame, arrays, method.operation, result);
        }
    }
}

/// Calls a method with a number, which gives a number as a rule: that is the answer where the frame's status is OK.
#[inline(always)]
pub fn invoke_long(caller: Caller, namespace: i64, method: Method, argument: i64, mut frame: Frame) -> i64 {
    let running = Running::new(frame.id(namespace));
    let mut job = LongJob { binding: caller.binding(), namespace, method, argument, frame };
    down_to(caller, &running, &mut job).unwrap_or_else(|Ended| {
        job.frame.refuse();
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
    let peer = CallPeer::up(gil, binding.domain, binding.host);
    match result {
        Ok(value) => answer(gil, binding, &peer, frame, &value, operation),
        Err(failure) => answer_failure(gil, binding, &peer, Writer::new(frame.memory()), failure),
    }
    let status = &mut frame.memory()[..4];
    if *status == status::OK.to_le_bytes() {
        status.copy_from_slice(&status::VALUE.to_le_bytes());
    }
}
