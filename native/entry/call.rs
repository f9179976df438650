//! One down-call: read the operands, do the operation, write the answer.

use std::cell::RefCell;

use crate::bridge::CallPeer;
use crate::frame::tag::{op, status};
use crate::frame::{HEADER, Reader, Writer};
use crate::jvm::arrays::Arrays;
use crate::py::{Gil, Owned};
use crate::runtime::{Binding, Caller, Running, Work, down_to};

use super::batch::{self, write_result};
use super::failure::{Failure, Outcome};
use super::items;
use super::memory::Frame;
use super::operations::{Call, operate};

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
    if let Err(why) = down_to(caller, &running, &mut job) {
        job.frame.refuse(why);
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
        Err(failure) => answer_failure(gil, peer, Writer::new(frame.memory()), failure),
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
            return peer.finish(writer, status::OK);
        }
    }
    match write_result(gil, peer, &mut writer, value, operation & op::RAW != 0) {
        Ok(()) => peer.finish(writer, status::OK),
        Err(failure) => {
            // The byte before the value.
            drop(writer.truncate(HEADER));
            answer_failure(gil, peer, writer, failure);
        }
    }
}

/// Writes what went wrong.
#[cold]
fn answer_failure(gil: Gil<'_>, peer: &CallPeer<'_>, mut writer: Writer<'_>, failure: Failure) {
    let status = failure.write(gil, &mut writer, peer);
    peer.finish(writer, status);
}
