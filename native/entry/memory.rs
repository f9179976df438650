//! A frame's memory, in which operands come and answers go.

use crate::frame::tag::{failure, status};
use crate::frame::{HEADER, Nobody, Writer};
use crate::runtime::{CallId, NoCall};

/// A frame's memory, as Java gave it.
pub struct Frame {
    address: *mut u8,
    capacity: usize,
}

impl Frame {
    /// No frame of Java's is smaller. Calls whose answer is a number use no more: one argument less is one less that the
    /// JVM passes through memory.
    pub const LEAST: i64 = 4096;

    /// Trusts Java's numbers.
    ///
    /// # Safety
    /// `capacity` bytes at `address` are the caller's alone until it returns.
    pub unsafe fn new(address: i64, capacity: i64) -> Self {
        Frame { address: address as *mut u8, capacity: capacity as usize }
    }

    /// All of it.
    pub fn memory(&mut self) -> &mut [u8] {
        // SAFETY: by the guarantee given to `new`.
        unsafe { std::slice::from_raw_parts_mut(self.address, self.capacity) }
    }

    /// What Java wrote. Malformed headers give an empty payload, which every operation refuses.
    pub fn payload(&mut self) -> &[u8] {
        let memory = self.memory();
        let mut length = [0; 8];
        length.copy_from_slice(&memory[8..16]);
        let end = usize::try_from(i64::from_le_bytes(length)).ok().and_then(|length| length.checked_add(HEADER));
        end.and_then(|end| memory.get(HEADER..end)).unwrap_or_default()
    }

    /// Which call it is: the frame and its count of uses, which Java keeps in field 24.
    pub fn id(&mut self, namespace: i64) -> CallId {
        let mut sequence = [0; 8];
        sequence.copy_from_slice(&self.memory()[24..32]);
        CallId { namespace, frame: self.address as i64, sequence: i64::from_le_bytes(sequence) }
    }

    /// Field 24 of the header: 1 more than the number of slots that Python took over before reading the arguments failed,
    /// else 0.
    #[inline(always)]
    pub fn set_adopted(&mut self, adopted: i64) {
        self.memory()[24..32].copy_from_slice(&adopted.to_le_bytes());
    }

    /// The answer where there was no call.
    #[cold]
    pub fn refuse(&mut self, why: NoCall) {
        let (code, message) = match why {
            NoCall::Ended => (failure::CLOSED, "the interpreter was closed"),
            NoCall::NoStack => (failure::STACK, "too little is left of the thread's stack to call Python"),
            NoCall::NoMemory => (failure::MEMORY, "the system has no memory for the thread's Python stack"),
        };
        let mut writer = Writer::new(self.memory());
        writer.i32(code);
        writer.text(message);
        writer.finish(status::FAILED, Vec::new(), Nobody);
    }
}
