//! Reading and writing a frame's bytes: the only place in this layer with unsafe code, for the blocks that hold what
//! did not fit.

use std::mem::ManuallyDrop;

use super::tag::{self, failure, status};
use crate::py::{Exception, Gil, Raised};

/// Length of a frame's header: the payload starts here.
pub const HEADER: usize = 32;

const STATUS: usize = 0;
const RELEASED: usize = 4;
const LENGTH: usize = 8;
const BLOCK: usize = 16;
/// In a block: its capacity as it was allocated. In a frame: reserved.
const CAPACITY: usize = 24;

/// A frame whose bytes make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    what: &'static str,
    at: usize,
}

impl Malformed {
    /// Raises a SystemError that says what is wrong, and where in the payload.
    #[cold]
    pub fn raise(self, gil: Gil<'_>) -> Raised {
        gil.raise(Exception::System, &format!("malformed frame: {} at byte {}", self.what, self.at))
    }
}

/// Reads a payload. No content makes it read outside.
pub struct Reader<'a> {
    payload: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    /// Reads from the payload's first byte.
    #[inline]
    pub fn new(payload: &'a [u8]) -> Self {
        Reader { payload, position: 0 }
    }

    /// Whether everything has been read.
    #[inline]
    pub fn at_end(&self) -> bool {
        self.position == self.payload.len()
    }

    /// How many bytes are left.
    #[inline]
    pub fn remaining(&self) -> usize {
        self.payload.len() - self.position
    }

    /// An error at the current position.
    #[cold]
    pub fn malformed(&self, what: &'static str) -> Malformed {
        Malformed { what, at: self.position }
    }

    #[inline(always)]
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        match self.payload[self.position..].first_chunk() {
            Some(chunk) => {
                self.position += N;
                Ok(*chunk)
            }
            None => Err(self.malformed("it ends inside a value")),
        }
    }

    /// One byte.
    #[inline(always)]
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        self.take().map(u8::from_le_bytes)
    }

    /// Two bytes.
    #[inline(always)]
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        self.take().map(u16::from_le_bytes)
    }

    /// Four bytes.
    #[inline(always)]
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.take().map(u32::from_le_bytes)
    }

    /// Four bytes, signed.
    #[inline(always)]
    pub fn i32(&mut self) -> Result<i32, Malformed> {
        self.take().map(i32::from_le_bytes)
    }

    /// Eight bytes, signed.
    #[inline(always)]
    pub fn i64(&mut self) -> Result<i64, Malformed> {
        self.take().map(i64::from_le_bytes)
    }

    /// A double.
    #[inline(always)]
    pub fn f64(&mut self) -> Result<f64, Malformed> {
        self.take().map(f64::from_le_bytes)
    }

    /// The next `count` bytes.
    #[inline(always)]
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        match self.payload[self.position..].get(..count) {
            Some(bytes) => {
                self.position += count;
                Ok(bytes)
            }
            None => Err(self.malformed("it ends inside a value")),
        }
    }

    /// The bytes of a u32 count of elements that take `size` bytes each.
    #[inline(always)]
    pub fn elements(&mut self, size: usize) -> Result<&'a [u8], Malformed> {
        let count = self.u32()? as usize;
        match count.checked_mul(size) {
            Some(length) => self.bytes(length),
            None => Err(self.malformed("it ends inside a value")),
        }
    }

    /// A u32 count of things that take at least `least` bytes each: never more than the payload can still hold, so
    /// that it may be trusted for an allocation.
    #[inline(always)]
    pub fn count(&mut self, least: usize) -> Result<usize, Malformed> {
        let count = self.u32()? as usize;
        if count > self.remaining() / least {
            return Err(self.malformed("it ends inside a collection"));
        }
        Ok(count)
    }
}

/// Writes a frame: the payload from [`HEADER`] on, the header at the end.
///
/// What does not fit goes, with all that was written before, to a block on the heap. Where there is no memory for that
/// either, writes are dropped and [`Writer::is_out_of_memory`] says so.
pub struct Writer<'a> {
    /// Where writes go: the frame, or nothing once they have gone to `block`.
    room: &'a mut [u8],
    /// The frame, while `room` is nothing.
    frame: Option<&'a mut [u8]>,
    /// The next byte, counted from the start of the frame.
    position: usize,
    /// An image of the frame as it were if it was big enough.
    block: Vec<u8>,
    out_of_memory: bool,
}

impl<'a> Writer<'a> {
    /// Writes to this frame. Panics when it has no room for a header.
    #[inline]
    pub fn new(frame: &'a mut [u8]) -> Self {
        assert!(frame.len() >= HEADER, "a frame has room for its header");
        Writer { room: frame, frame: None, position: HEADER, block: Vec::new(), out_of_memory: false }
    }

    /// Length of the payload so far.
    #[inline]
    pub fn len(&self) -> usize {
        self.position - HEADER
    }

    /// Whether nothing has been written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the next byte goes: for [`Writer::patch_u32`] and [`Writer::truncate`].
    #[inline(always)]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Whether something was dropped because there was no memory for it.
    #[inline]
    pub fn is_out_of_memory(&self) -> bool {
        self.out_of_memory
    }

    #[inline(always)]
    fn put_array<const N: usize>(&mut self, bytes: [u8; N]) {
        let end = self.position + N;
        match self.room.get_mut(self.position..end) {
            Some(room) => {
                room.copy_from_slice(&bytes);
                self.position = end;
            }
            None => self.put_to_block(&bytes),
        }
    }

    #[cold]
    #[inline(never)]
    fn put_to_block(&mut self, bytes: &[u8]) {
        if self.reserve(bytes.len()) {
            self.block.extend_from_slice(bytes);
            self.position += bytes.len();
        }
    }

    /// Makes sure that the next `count` bytes can be written. False where there is no memory.
    #[inline]
    pub fn reserve(&mut self, count: usize) -> bool {
        if self.room.len().saturating_sub(self.position) >= count && self.frame.is_none() {
            return !self.out_of_memory;
        }
        self.reserve_block(count)
    }

    #[cold]
    fn reserve_block(&mut self, count: usize) -> bool {
        if self.out_of_memory {
            return false;
        }
        let spilled = self.frame.is_some();
        let wanted = if spilled { count } else { self.position.saturating_add(count) };
        if self.block.try_reserve(wanted).is_err() {
            self.out_of_memory = true;
            return false;
        }
        if !spilled {
            self.block.extend_from_slice(&self.room[..self.position]);
            self.frame = Some(std::mem::take(&mut self.room));
        }
        true
    }

    /// One byte.
    #[inline(always)]
    pub fn u8(&mut self, value: u8) {
        self.put_array(value.to_le_bytes());
    }

    /// Two bytes.
    #[inline(always)]
    pub fn u16(&mut self, value: u16) {
        self.put_array(value.to_le_bytes());
    }

    /// Four bytes.
    #[inline(always)]
    pub fn u32(&mut self, value: u32) {
        self.put_array(value.to_le_bytes());
    }

    /// Four bytes, signed.
    #[inline(always)]
    pub fn i32(&mut self, value: i32) {
        self.put_array(value.to_le_bytes());
    }

    /// Eight bytes, signed.
    #[inline(always)]
    pub fn i64(&mut self, value: i64) {
        self.put_array(value.to_le_bytes());
    }

    /// A double.
    #[inline(always)]
    pub fn f64(&mut self, value: f64) {
        self.put_array(value.to_le_bytes());
    }

    /// A tag and eight bytes.
    #[inline(always)]
    pub(super) fn tagged(&mut self, tag: u8, value: [u8; 8]) {
        let mut bytes = [tag; 9];
        bytes[1..].copy_from_slice(&value);
        self.put_array(bytes);
    }

    /// A tag and a u32: what most values start with.
    #[inline(always)]
    pub(super) fn counted(&mut self, tag: u8, count: u32) {
        let mut bytes = [tag; 5];
        bytes[1..].copy_from_slice(&count.to_le_bytes());
        self.put_array(bytes);
    }

    /// Bytes as they are.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        let end = self.position + bytes.len();
        match self.room.get_mut(self.position..end) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.position = end;
            }
            None => self.put_to_block(bytes),
        }
    }

    /// The next `count` bytes, zeroed, to be filled in. None where there is no memory.
    pub fn space(&mut self, count: usize) -> Option<&mut [u8]> {
        if !self.reserve(count) {
            return None;
        }
        let start = self.position;
        self.position += count;
        if self.frame.is_none() {
            let space = &mut self.room[start..start + count];
            space.fill(0);
            return Some(space);
        }
        self.block.resize(start + count, 0);
        Some(&mut self.block[start..])
    }

    fn written(&mut self) -> &mut [u8] {
        if self.frame.is_none() { &mut self.room[..self.position] } else { &mut self.block }
    }

    /// Overwrites a u32 at a place that [`Writer::position`] gave before it was written.
    #[inline]
    pub fn patch_u32(&mut self, at: usize, value: u32) {
        // When memory ran out the u32 may never have been written.
        if let Some(place) = self.written().get_mut(at..at + 4) {
            place.copy_from_slice(&value.to_le_bytes());
        }
    }

    /// Forgets everything from a place that [`Writer::position`] gave: what is written next stands there.
    ///
    /// Take [`Writer::handles_from`] first, or the handles in it stay alive for ever.
    pub fn truncate(&mut self, at: usize) {
        if at > self.position {
            return;
        }
        self.position = at;
        self.out_of_memory = false;
        if let Some(frame) = self.frame.take() {
            if at <= frame.len() {
                frame[..at].copy_from_slice(&self.block[..at]);
                self.room = frame;
                self.block = Vec::new();
            } else {
                self.block.truncate(at);
                self.frame = Some(frame);
            }
        }
    }

    /// The handles of Python objects among the values that stand from `at` on, the last of which may be incomplete:
    /// for who abandons them.
    ///
    /// Only values may stand there.
    pub fn handles_from(&mut self, at: usize) -> Vec<i64> {
        let mut reader = Reader::new(self.written().get(at..).unwrap_or_default());
        let mut handles = Vec::new();
        // Every value says by itself how long it is, but for containers, whose members just follow.
        while super::skip::one(&mut reader, &mut handles).is_ok() {}
        handles
    }

    /// A string value.
    pub fn text(&mut self, text: &str) {
        if text.is_ascii() {
            self.counted(tag::ASCII, text.len() as u32);
            self.put(text.as_bytes());
            return;
        }
        let start = self.position;
        self.counted(tag::UTF16, 0);
        let mut count = 0;
        for unit in text.encode_utf16() {
            self.u16(unit);
            count += 1;
        }
        self.patch_u32(start + 1, count);
    }

    /// Ends the frame: writes the released slots behind the payload, and the header.
    ///
    /// What did not fit is leaked as a block whose address stands in the header; Java fetches it with [`take`]. Where
    /// there was no memory for it, the frame says FAILED instead, and the handles written so far are lost.
    pub fn finish(mut self, status: i32, released: &[i32]) {
        let mut status = status;
        if self.out_of_memory {
            status = self.write_out_of_memory();
        }
        let length = self.len();
        let mut count = released.len();
        for slot in released {
            self.i32(*slot);
        }
        if self.out_of_memory {
            // The slots are lost to Java's table, which is a leak there and no more.
            count = 0;
        }
        let mut header = [0; HEADER];
        header[STATUS..STATUS + 4].copy_from_slice(&status.to_le_bytes());
        header[RELEASED..RELEASED + 4].copy_from_slice(&(count as u32).to_le_bytes());
        header[LENGTH..LENGTH + 8].copy_from_slice(&(length as u64).to_le_bytes());
        match self.frame.take() {
            None => self.room[..HEADER].copy_from_slice(&header),
            Some(frame) => {
                let mut block = ManuallyDrop::new(std::mem::take(&mut self.block));
                block[..HEADER].copy_from_slice(&header);
                let capacity = block.capacity() as u64;
                block[CAPACITY..CAPACITY + 8].copy_from_slice(&capacity.to_le_bytes());
                header[BLOCK..BLOCK + 8].copy_from_slice(&(block.as_mut_ptr().expose_provenance() as u64).to_le_bytes());
                frame[..HEADER].copy_from_slice(&header);
            }
        }
    }

    /// Replaces the payload by a refusal. The longest part of it that fits a small frame is written.
    fn write_out_of_memory(&mut self) -> i32 {
        self.truncate(HEADER);
        self.i32(failure::INTERNAL);
        self.text("there is no memory for the result");
        if self.out_of_memory {
            self.truncate(HEADER);
        }
        status::FAILED
    }
}

fn field(header: &[u8], at: usize) -> usize {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&header[at..at + 8]);
    u64::from_le_bytes(bytes) as usize
}

/// Moves an overflow block into a frame: header, payload and released slots, as if it had fitted at once.
///
/// Frees the block, or leaves it alone and gives the length that the frame needs.
///
/// # Safety
/// `block` is the address that [`Writer::finish`] wrote into a header, not yet taken or freed.
pub unsafe fn take(block: i64, into: &mut [u8]) -> Result<(), usize> {
    // SAFETY: by the caller's guarantee.
    let block = unsafe { Block::adopt(block) };
    let length = block.0.len();
    let Some(into) = into.get_mut(..length) else {
        std::mem::forget(block);
        return Err(length);
    };
    into.copy_from_slice(&block.0);
    into[BLOCK..HEADER].fill(0);
    Ok(())
}

/// Frees an overflow block that nobody wants.
///
/// # Safety
/// As for [`take`].
pub unsafe fn discard(block: i64) {
    // SAFETY: by the caller's guarantee.
    drop(unsafe { Block::adopt(block) });
}

/// An overflow block taken back.
struct Block(Vec<u8>);

impl Block {
    /// # Safety
    /// As for [`take`].
    unsafe fn adopt(address: i64) -> Self {
        let start = std::ptr::with_exposed_provenance_mut::<u8>(address as usize);
        // SAFETY: the block was leaked by `finish` as a Vec, begins with a header, and is as long as the header says.
        unsafe {
            let header = std::slice::from_raw_parts(start, HEADER);
            let released = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
            let length = HEADER + field(header, LENGTH) + released * 4;
            let capacity = field(header, CAPACITY);
            Block(Vec::from_raw_parts(start, length, capacity))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn i32_at(frame: &[u8], at: usize) -> i32 {
        i32::from_le_bytes(frame[at..at + 4].try_into().expect("four bytes"))
    }

    fn i64_at(frame: &[u8], at: usize) -> i64 {
        i64::from_le_bytes(frame[at..at + 8].try_into().expect("eight bytes"))
    }

    #[test]
    fn a_frame_that_fits_has_its_header_and_no_block() {
        let mut frame = [0xee; 64];
        let mut writer = Writer::new(&mut frame);
        writer.u8(9);
        writer.u32(2);
        writer.put(&[1, 2]);
        writer.finish(status::RAISED, &[5, -6]);
        assert_eq!(i32_at(&frame, 0), status::RAISED);
        assert_eq!(i32_at(&frame, 4), 2);
        assert_eq!(i64_at(&frame, 8), 7);
        assert_eq!(frame[16..32], [0; 16]);
        assert_eq!(frame[32..39], [9, 2, 0, 0, 0, 1, 2]);
        assert_eq!((i32_at(&frame, 39), i32_at(&frame, 43)), (5, -6));
        assert_eq!(frame[47..], [0xee; 17]);
    }

    /// Writes the same into a frame of this size, and gives what Java reads in the end.
    fn written(capacity: usize, write: impl Fn(&mut Writer<'_>), released: &[i32]) -> (bool, Vec<u8>) {
        let mut frame = vec![0xee; capacity];
        let mut writer = Writer::new(&mut frame);
        write(&mut writer);
        writer.finish(status::OK, released);
        let length = HEADER + i64_at(&frame, 8) as usize + 4 * i32_at(&frame, 4) as usize;
        let block = i64_at(&frame, 16);
        if block == 0 {
            frame.truncate(length);
            return (false, frame);
        }
        let mut small = vec![0xdd; length - 1];
        // SAFETY: the block is of `finish`, and stays when the frame is too small for it.
        assert_eq!(unsafe { take(block, &mut small) }, Err(length));
        assert_eq!(small, vec![0xdd; length - 1]);
        let mut grown = vec![0xdd; length + 3];
        // SAFETY: as above; it is taken once.
        unsafe { take(block, &mut grown) }.expect("the frame is long enough");
        assert_eq!(grown[length..], [0xdd; 3]);
        grown.truncate(length);
        (true, grown)
    }

    #[test]
    fn what_does_not_fit_arrives_just_the_same() {
        let write = |writer: &mut Writer<'_>| {
            writer.u8(1);
            let at = writer.position();
            writer.u32(0);
            writer.text("plain");
            writer.text("жук 😀");
            writer.i64(-7);
            writer.f64(0.5);
            writer.u16(0x1234);
            writer.put(&[7; 300]);
            writer.space(20).expect("memory for 20 bytes").copy_from_slice(&[8; 20]);
            writer.patch_u32(at, 0xabcd_ef01);
            assert_eq!(writer.len(), writer.position() - HEADER);
        };
        let released = [1, 2, 3];
        let (spilled, whole) = written(4096, write, &released);
        assert!(!spilled);
        for capacity in HEADER..whole.len() {
            assert_eq!(written(capacity, write, &released), (true, whole.clone()), "a frame of {capacity} bytes");
        }
        assert_eq!(written(whole.len(), write, &released), (false, whole));
    }

    #[test]
    fn what_is_truncated_leaves_no_trace() {
        let (_, expected) = written(4096, |writer| writer.put(b"abcde"), &[]);
        for capacity in HEADER..128 {
            for abandoned in [0, 1, 50, 200] {
                let (_, found) = written(
                    capacity,
                    |writer| {
                        writer.put(b"abc");
                        let at = writer.position();
                        writer.put(&vec![9; abandoned]);
                        writer.truncate(at);
                        writer.put(b"de");
                    },
                    &[],
                );
                assert_eq!(found, expected, "a frame of {capacity} bytes, {abandoned} abandoned");
            }
        }
    }

    #[test]
    fn a_short_answer_after_a_long_one_was_abandoned_needs_no_block() {
        let mut frame = [0; 64];
        let mut writer = Writer::new(&mut frame);
        writer.put(&[1; 1000]);
        writer.truncate(HEADER);
        writer.text("error");
        writer.finish(status::FAILED, &[]);
        assert_eq!(i64_at(&frame, 16), 0);
        assert_eq!(frame[HEADER..HEADER + 10], *b"\x07\x05\0\0\0error");
    }

    #[test]
    fn without_memory_the_frame_says_so() {
        let mut frame = [0; 128];
        let mut writer = Writer::new(&mut frame);
        writer.put(&[1; 10]);
        assert!(writer.space(usize::MAX / 4).is_none());
        assert!(writer.is_out_of_memory());
        writer.put(&[1; 10]);
        writer.finish(status::OK, &[3]);
        assert_eq!(i32_at(&frame, 0), status::FAILED);
        assert_eq!(i32_at(&frame, 4), 1);
        let mut reader = Reader::new(&frame[HEADER..]);
        assert_eq!(reader.i32(), Ok(failure::INTERNAL));
        assert_eq!(reader.u8(), Ok(tag::ASCII));
        assert_eq!(reader.elements(1), Ok(&b"there is no memory for the result"[..]));
    }

    #[test]
    fn after_memory_ran_out_a_truncated_frame_can_be_used() {
        let mut frame = [0; 128];
        let mut writer = Writer::new(&mut frame);
        assert!(writer.space(usize::MAX / 4).is_none());
        writer.truncate(HEADER);
        writer.u8(tag::NULL);
        writer.finish(status::OK, &[]);
        assert_eq!((i32_at(&frame, 0), i64_at(&frame, 8)), (status::OK, 1));
    }

    #[test]
    fn a_block_that_nobody_wants_can_be_freed() {
        let mut frame = [0; HEADER];
        let mut writer = Writer::new(&mut frame);
        writer.put(&[1; 1000]);
        writer.finish(status::OK, &[]);
        // SAFETY: the block is of `finish` and not taken.
        unsafe { discard(i64_at(&frame, 16)) };
    }

    #[test]
    fn a_reader_never_leaves_the_payload() {
        let payload = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        for length in 0..payload.len() {
            let reader = || Reader::new(&payload[..length]);
            assert_eq!(reader().u8().is_ok(), length >= 1);
            assert_eq!(reader().u16().is_ok(), length >= 2);
            assert_eq!(reader().u32().is_ok(), length >= 4);
            assert_eq!(reader().i32().is_ok(), length >= 4);
            assert_eq!(reader().i64().is_ok(), length >= 8);
            assert_eq!(reader().f64().is_ok(), length >= 8);
            assert_eq!(reader().bytes(3).is_ok(), length >= 3);
            assert!(reader().bytes(usize::MAX).is_err());
            assert_eq!(reader().at_end(), length == 0);
        }
    }

    #[test]
    fn a_count_is_never_more_than_the_payload_can_hold() {
        let payload = |count: u32, rest: usize| [&count.to_le_bytes()[..], &vec![0; rest]].concat();
        assert_eq!(Reader::new(&payload(6, 6)).count(1), Ok(6));
        assert!(Reader::new(&payload(7, 6)).count(1).is_err());
        assert_eq!(Reader::new(&payload(3, 6)).count(2), Ok(3));
        assert!(Reader::new(&payload(4, 7)).count(2).is_err());
        assert!(Reader::new(&payload(u32::MAX, 100)).elements(usize::MAX).is_err());
    }
}
