//! `Native.next`: the next items of an iterator, without operands to decode.

use crate::bridge::CallPeer;
use crate::frame::tag::status;
use crate::frame::{Writer, encode, encode_handle};
use crate::runtime::{Binding, Ended, down};

use super::call::Frame;
use super::failure::{Failure, unwritable};

/// In `mode`, the most items wanted.
const MOST: i32 = 0xffff;
/// In `mode`: take them ahead of time, whatever iterator it is.
const AHEAD: i32 = 1 << 16;
/// In `mode`: items cross as PYOBJECT whatever they are.
const RAW: i32 = 1 << 17;
/// In the answer: the iterator is at its end.
const END: i32 = 1 << 16;
/// No more items are added to a payload of this many bytes.
const ENOUGH: usize = 1 << 15;

/// Writes items one after the other, and behind them what went wrong, if something did. The answer is their number.
///
/// Only one item is taken at a time, unless nobody can tell the difference or it was asked for.
pub fn next_items(binding: &'static Binding, namespace: i64, handle: i64, mode: i32, mut frame: Frame) -> i32 {
    let id = frame.id(namespace);
    let answered = down(binding, id, |gil| {
        let domain = binding.domain;
        let mut writer = Writer::new(frame.memory());
        let mut count = 0;
        let mut take = || -> Result<bool, Failure> {
            let iterator = domain.object(gil, handle)?;
            let most = mode & MOST;
            let most = if mode & AHEAD != 0 || most == 1 || iterator.iterates_over_constant(gil) { most } else { 1 };
            while count < most && writer.len() < ENOUGH {
                let Some(item) = iterator.next(gil)? else {
                    return Ok(true);
                };
                let peer = CallPeer::up(gil, domain, binding.host);
                let start = writer.position();
                let written = if mode & RAW != 0 {
                    encode_handle(gil, &mut writer, &item, &peer)
                } else {
                    encode(gil, &mut writer, &item, domain.types(), &peer)
                };
                if let Err(raised) = written {
                    peer.abandon(gil, 0);
                    writer.truncate(start);
                    return Err(unwritable(gil, raised));
                }
                count += 1;
            }
            Ok(false)
        };
        let taken = take();
        let (status, end) = match taken {
            Ok(end) => (status::OK, end),
            Err(failure) => {
                let peer = CallPeer::up(gil, domain, binding.host);
                (failure.write(gil, &mut writer, domain, &peer), false)
            }
        };
        writer.finish(status, &binding.host.take_released());
        if end { count | END } else { count }
    });
    answered.unwrap_or_else(|Ended| {
        frame.refuse();
        0
    })
}
