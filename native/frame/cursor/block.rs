//! The blocks on the heap that hold a frame which did not fit: fetched or freed once, by address.

use super::{BLOCK, HEADER};

/// Whose frame it is: takes back what nobody receives.
pub trait Sender: Send + 'static {
    /// The handles and the released slots of a frame for which there was no memory, or that nobody wants. Any thread, with
    /// the GIL or without.
    fn take_back(&self, handles: Vec<i64>, released: Vec<i32>);
}

/// The sender of a frame that has neither handles nor slots.
pub struct Nobody;

impl Sender for Nobody {
    fn take_back(&self, _handles: Vec<i64>, _released: Vec<i32>) {}
}

/// Moves an overflow block into a frame: header, payload and released slots, as if it had fitted at once.
///
/// Frees the block, or leaves it alone and gives the length that the frame needs.
///
/// # Safety
/// `block` is the address that [`Writer::finish`](super::Writer::finish) wrote into a header, not yet taken or freed.
pub unsafe fn take(block: i64, into: &mut [u8]) -> Result<(), usize> {
    // SAFETY: by the caller's guarantee.
    let block = unsafe { Block::adopt(block) };
    let length = block.frame.len();
    let Some(into) = into.get_mut(..length) else {
        block.leak();
        return Err(length);
    };
    into.copy_from_slice(&block.frame);
    into[BLOCK..HEADER].fill(0);
    Ok(())
}

/// Frees an overflow block that nobody wants; its sender gets back what stands in it.
///
/// # Safety
/// As for [`take`].
pub unsafe fn discard(block: i64) {
    // SAFETY: by the caller's guarantee.
    let block = unsafe { Block::adopt(block) };
    block.sender.take_back(block.handles, block.released);
}

/// A frame that did not fit, and what it owns besides its bytes.
pub(super) struct Block {
    pub frame: Vec<u8>,
    pub handles: Vec<i64>,
    pub released: Vec<i32>,
    pub sender: Box<dyn Sender>,
}

impl Block {
    /// Its address, by which it is adopted again.
    pub fn leak(self: Box<Self>) -> i64 {
        Box::into_raw(self).expose_provenance() as i64
    }

    /// # Safety
    /// As for [`take`].
    unsafe fn adopt(address: i64) -> Box<Self> {
        // SAFETY: `finish` has leaked it, and nobody else adopts it.
        unsafe { Box::from_raw(std::ptr::with_exposed_provenance_mut(address as usize)) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Reader, Writer};
    use super::*;
    use crate::frame::tag::{self, failure, status};
    use std::sync::{Arc, Mutex};

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
        writer.finish(status::RAISED, vec![5, -6], Nobody);
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
        writer.finish(status::OK, released.to_vec(), Nobody);
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
                        let _ = writer.truncate(at);
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
        let _ = writer.truncate(HEADER);
        writer.text("error");
        writer.finish(status::FAILED, Vec::new(), Nobody);
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
        writer.finish(status::OK, vec![3], Nobody);
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
        let _ = writer.truncate(HEADER);
        writer.u8(tag::NULL);
        writer.finish(status::OK, Vec::new(), Nobody);
        assert_eq!((i32_at(&frame, 0), i64_at(&frame, 8)), (status::OK, 1));
    }

    /// Notes what it takes back.
    #[derive(Clone, Default)]
    struct Notes(Arc<Mutex<(Vec<i64>, Vec<i32>)>>);

    impl Notes {
        fn taken(&self) -> (Vec<i64>, Vec<i32>) {
            self.0.lock().expect("one thread").clone()
        }
    }

    impl Sender for Notes {
        fn take_back(&self, handles: Vec<i64>, released: Vec<i32>) {
            let mut notes = self.0.lock().expect("one thread");
            notes.0.extend(handles);
            notes.1.extend(released);
        }
    }

    /// Two handles that stay, one that is retracted, and two slots.
    fn send(frame: &mut [u8], length: usize) -> Notes {
        let notes = Notes::default();
        let mut writer = Writer::new(frame);
        writer.handle(11);
        let at = writer.position();
        writer.put(&vec![1; length]);
        writer.handle(12);
        assert_eq!(writer.truncate(at), [12]);
        writer.put(&vec![1; length]);
        writer.handle(13);
        writer.finish(status::OK, vec![3, 4], notes.clone());
        notes
    }

    #[test]
    fn what_a_block_that_nobody_wants_holds_goes_back_to_its_sender() {
        let mut frame = [0; HEADER];
        let notes = send(&mut frame, 1000);
        assert_eq!(notes.taken(), (vec![], vec![]));
        // SAFETY: the block is of `finish` and not taken.
        unsafe { discard(i64_at(&frame, 16)) };
        assert_eq!(notes.taken(), (vec![11, 13], vec![3, 4]));
    }

    #[test]
    fn what_arrives_is_the_receivers() {
        let mut frame = [0; 128];
        assert_eq!(send(&mut frame, 10).taken(), (vec![], vec![]));
        assert_eq!(i64_at(&frame, 16), 0);
        let notes = send(&mut frame, 1000);
        // SAFETY: the block is of `finish` and not taken.
        unsafe { take(i64_at(&frame, 16), &mut [0; 2048]) }.expect("the frame is long enough");
        assert_eq!(notes.taken(), (vec![], vec![]));
    }

    #[test]
    fn handles_that_there_was_no_memory_for_go_back_to_their_sender() {
        let mut frame = [0; 128];
        let notes = Notes::default();
        let mut writer = Writer::new(&mut frame);
        writer.handle(7);
        assert!(writer.space(usize::MAX / 4).is_none());
        writer.finish(status::OK, vec![3], notes.clone());
        assert_eq!((i32_at(&frame, 0), i32_at(&frame, 4)), (status::FAILED, 1));
        assert_eq!(notes.taken(), (vec![7], vec![]));
    }
}
