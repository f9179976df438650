//! Writes a frame. Its tests stand with those of the blocks.
#![forbid(unsafe_code)]

use super::block::Block;
use super::{BLOCK, HEADER, LENGTH, RELEASED, STATUS, Sender};
use crate::frame::tag::{self, failure, status};

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
    /// The handles written so far, and where they stand.
    handles: Vec<(usize, i64)>,
    out_of_memory: bool,
}

impl<'a> Writer<'a> {
    /// Writes to this frame. Panics when it has no room for a header.
    #[inline]
    pub fn new(frame: &'a mut [u8]) -> Self {
        assert!(frame.len() >= HEADER, "a frame has room for its header");
        Writer {
            room: frame,
            frame: None,
            position: HEADER,
            block: Vec::new(),
            handles: Vec::new(),
            out_of_memory: false,
        }
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

    /// A tag and what follows it. In two stores: put together first, they would be loaded in one piece before they have left
    /// for memory in two, and the processor waits for that.
    #[inline(always)]
    fn after_tag<const N: usize>(&mut self, tag: u8, bytes: [u8; N]) {
        let end = self.position + 1 + N;
        match self.room.get_mut(self.position..end) {
            Some([first, rest @ ..]) => {
                *first = tag;
                rest.copy_from_slice(&bytes);
                self.position = end;
            }
            _ => {
                let mut all = [tag; 9];
                all[1..=N].copy_from_slice(&bytes);
                self.put_to_block(&all[..=N]);
            }
        }
    }

    /// A tag and eight bytes.
    #[inline(always)]
    pub(in crate::frame) fn tagged(&mut self, tag: u8, value: [u8; 8]) {
        self.after_tag(tag, value);
    }

    /// A tag and a u32: what most values start with.
    #[inline(always)]
    pub(in crate::frame) fn counted(&mut self, tag: u8, count: u32) {
        self.after_tag(tag, count.to_le_bytes());
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

    /// Overwrites a byte at a place that [`Writer::position`] gave before it was written.
    pub fn patch_u8(&mut self, at: usize, value: u8) {
        if let Some(place) = self.written().get_mut(at) {
            *place = value;
        }
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
    /// The handles in it are the caller's to release.
    #[must_use = "the handles are nobody's else"]
    pub fn truncate(&mut self, at: usize) -> Vec<i64> {
        if at > self.position {
            return Vec::new();
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
        let kept = self.handles.partition_point(|(place, _)| *place < at);
        self.handles.drain(kept..).map(|(_, handle)| handle).collect()
    }

    /// A handle that was made for this frame, and is the reader's from now on.
    #[inline]
    pub fn handle(&mut self, handle: i64) {
        self.handles.push((self.position, handle));
        self.i64(handle);
    }

    /// The handles written so far.
    #[inline]
    pub fn handles(&self) -> Vec<i64> {
        self.handles.iter().map(|(_, handle)| *handle).collect()
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
    /// What did not fit is leaked as a block whose address stands in the header; Java fetches it with
    /// [`take`](super::take). Where there was no memory for it, the frame says FAILED instead. What does not arrive goes
    /// back to the sender.
    pub fn finish(mut self, status: i32, mut released: Vec<i32>, sender: impl Sender) {
        let mut status = status;
        if self.out_of_memory {
            sender.take_back(self.truncate(HEADER), Vec::new());
            status = self.write_out_of_memory();
        }
        let length = self.len();
        for slot in &released {
            self.i32(*slot);
        }
        if self.out_of_memory {
            // No handle stands behind the payload.
            drop(self.truncate(HEADER + length));
            sender.take_back(Vec::new(), std::mem::take(&mut released));
        }
        let mut header = [0; HEADER];
        header[STATUS..STATUS + 4].copy_from_slice(&status.to_le_bytes());
        header[RELEASED..RELEASED + 4].copy_from_slice(&(released.len() as u32).to_le_bytes());
        header[LENGTH..LENGTH + 8].copy_from_slice(&(length as u64).to_le_bytes());
        let Some(frame) = self.frame.take() else {
            self.room[..HEADER].copy_from_slice(&header);
            return;
        };
        self.block[..HEADER].copy_from_slice(&header);
        let handles = self.handles.into_iter().map(|(_, handle)| handle).collect();
        let block = Box::new(Block { frame: self.block, handles, released, sender: Box::new(sender) });
        header[BLOCK..BLOCK + 8].copy_from_slice(&block.leak().to_le_bytes());
        frame[..HEADER].copy_from_slice(&header);
    }

    /// Writes a refusal. The longest part of it that fits a small frame is written.
    fn write_out_of_memory(&mut self) -> i32 {
        self.i32(failure::INTERNAL);
        self.text("there is no memory for the result");
        if self.out_of_memory {
            drop(self.truncate(HEADER));
        }
        status::FAILED
    }
}
