//! The blocks on the heap that hold a frame which did not fit: fetched or freed once, by address.

use super::{BLOCK, CAPACITY, HEADER, LENGTH};

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
/// `block` is the address that [`Writer::finish`](super::Writer::finish) wrote into a header, not yet taken or freed.
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
    use super::super::{Reader, Writer};
    use super::*;
    use crate::frame::tag::{self, failure, status};

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
}
