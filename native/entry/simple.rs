//! `Native.callSimple`: a call with at most one simple argument, by a handle or by a name.

use std::cell::RefCell;

use crate::bridge::CallPeer;
use crate::frame::tag::op;
use crate::frame::{Simple, Writer, write_simple};
use crate::jvm::arrays::Arrays;
use crate::py::{Gil, Owned};
use crate::runtime::{Binding, Caller, Ended, Running, Work, down_to};

use super::call::{Frame, answer, answer_failure};
use super::failure::Failure;
use super::operations::{Outcome, resolve};

/// Calls. The answer is a simple one, or what any call has.
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
        let written = match &result {
            Ok(value) if !self.binding.host.has_released() => write_simple(gil, self.frame.memory(), value),
            _ => false,
        };
        if !written {
            self.answer(gil, result);
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

    /// As any call's.
    #[cold]
    #[inline(never)]
    fn answer(&mut self, gil: Gil<'_>, result: Result<Owned<'_>, Failure>) {
        let peer = CallPeer::down(gil, self.binding, self.arrays);
        match result {
            Ok(value) => answer(gil, self.binding, &peer, &mut self.frame, &value, op::CALL),
            Err(failure) => {
                answer_failure(gil, self.binding, &peer, Writer::new(self.frame.memory()), failure);
            }
        }
    }
}
