//! The next items of an iterator: `Native.next`, without operands to decode, and those that a call's generator gives at once.

use std::time::{Duration, Instant};

use crate::bridge::CallPeer;
use crate::frame::Writer;
use crate::frame::tag::status;
use crate::py::{Gil, Object};
use crate::runtime::{Binding, Caller, Running, down_for_answer};

use super::batch::write_result;
use super::failure::Failure;
use super::memory::Frame;

/// In `mode`, the most items wanted.
const MOST: i32 = 0xffff;
/// In `mode`: take them ahead of time, whatever iterator it is.
const AHEAD: i32 = 1 << 16;
/// In `mode`: items cross as PYOBJECT whatever they are.
const RAW: i32 = 1 << 17;
/// In `mode`: as AHEAD, but no longer than [`AT_ONCE_WITHIN`], as for the items that come with a generator.
const SOON: i32 = 1 << 18;
/// In the answer: the iterator is at its end.
const END: i32 = 1 << 16;
/// No more items are added to a payload of this many bytes.
const ENOUGH: usize = 1 << 15;

/// The most that a generator gives along with itself, and how long they may take together: rows that are slow to come are
/// not kept from who waits for them.
const AT_ONCE: i32 = 64;
const AT_ONCE_WITHIN: Duration = Duration::from_millis(1);

/// Writes items one after the other, and behind them what went wrong, if something did. The answer is their number.
///
/// Only one item is taken at a time, unless nobody can tell the difference or it was asked for.
pub fn next_items(caller: Caller, namespace: i64, handle: i64, mode: i32, mut frame: Frame) -> i32 {
    let binding = caller.binding();
    let running = Running::new(frame.id(namespace));
    let answered = down_for_answer(caller, &running, |gil| {
        let domain = binding.domain;
        let peer = CallPeer::up(gil, domain, binding.host);
        let mut writer = Writer::new(frame.memory());
        let mut count = 0;
        let taken = domain.object(gil, handle).map_err(Failure::from).and_then(|iterator| {
            let most = mode & MOST;
            let most =
                if mode & (AHEAD | SOON) != 0 || most == 1 || iterator.iterates_over_constant(gil) { most } else { 1 };
            let raw = mode & RAW != 0;
            if mode & SOON != 0 {
                return take(gil, &peer, &iterator, &mut writer, &mut count, raw, soon(most));
            }
            take(gil, &peer, &iterator, &mut writer, &mut count, raw, |count| count < most)
        });
        let (status, end) = match taken {
            Ok(end) => (status::OK, end),
            Err(failure) => (failure.write(gil, &mut writer, &peer), false),
        };
        peer.finish(writer, status);
        if end { count | END } else { count }
    });
    answered.unwrap_or_else(|why| {
        frame.refuse(why);
        0
    })
}

/// Writes as many items as `more` wants, given how many there are; whether the iterator is at its end.
fn take(
    gil: Gil<'_>,
    peer: &CallPeer<'_>,
    iterator: &Object,
    writer: &mut Writer<'_>,
    count: &mut i32,
    raw: bool,
    mut more: impl FnMut(i32) -> bool,
) -> Result<bool, Failure> {
    while writer.len() < ENOUGH && more(*count) {
        let Some(item) = iterator.next(gil)? else {
            return Ok(true);
        };
        write_result(gil, peer, writer, &item, raw)?;
        *count += 1;
    }
    Ok(false)
}

/// One item, and more as long as that takes no time.
fn soon(most: i32) -> impl FnMut(i32) -> bool {
    let begin = Instant::now();
    move |count| count == 0 || count < most && begin.elapsed() < AT_ONCE_WITHIN
}

/// Writes the first items of a generator that Java is going to read to its end, and what went wrong behind them; then, as
/// i64, i32 and i32, its handle, the status and the number of items. A generator that has ended crosses as the handle 0.
pub(super) fn write_generator(gil: Gil<'_>, binding: &Binding, generator: &Object, writer: &mut Writer<'_>) {
    let domain = binding.domain;
    let peer = CallPeer::up(gil, domain, binding.host);
    let mut count = 0;
    let (handle, status) = match take(gil, &peer, generator, writer, &mut count, false, soon(AT_ONCE)) {
        Ok(true) => (0, status::OK),
        Ok(false) => (domain.handle(gil, generator.own(gil)), status::OK),
        Err(failure) => {
            // One whose item cannot cross goes on with the next.
            let handle =
                if matches!(failure, Failure::Refused(..)) { domain.handle(gil, generator.own(gil)) } else { 0 };
            (handle, failure.write(gil, writer, &peer))
        }
    };
    match handle {
        0 => writer.i64(0),
        handle => writer.handle(handle),
    }
    writer.i32(status);
    writer.i32(count);
}
