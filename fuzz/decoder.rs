//! Any bytes at all as a frame: decoding never crashes nor reads outside, and what it gives is a sound object, which
//! can be encoded and decoded again. The first byte chooses between a value and the arguments of a call.
//!
//! Shared by the fuzz target and by a test, which keeps it compiling. Who includes it has `PACKAGES`, the folder of the
//! Python package.

use std::cell::RefCell;
use std::mem::MaybeUninit;

use krait_core::ffi;
use krait_core::frame::{self, Arguments, HEADER, Nobody, Peer, Reader, Types, Writer, tag};
use krait_core::py::{Detached, Exception, Gil, Object, Owned, Result, Start, initialise};

use super::PACKAGES;

/// Handles and arrays in memory.
#[derive(Default)]
struct Memory {
    objects: RefCell<Vec<Detached>>,
    arrays: RefCell<Vec<(u8, Vec<u8>)>>,
}

impl Memory {
    fn free(self, gil: Gil<'_>) {
        self.objects.into_inner().into_iter().for_each(|object| object.free(gil));
    }
}

impl Peer for Memory {
    fn object<'g>(&self, gil: Gil<'g>, handle: i64) -> Result<Owned<'g>> {
        match self.objects.borrow().get(handle as usize) {
            Some(object) => Ok(object.get(gil).own(gil)),
            None => Err(gil.raise(Exception::Runtime, "a stale handle")),
        }
    }

    fn handle<'g>(&self, _gil: Gil<'g>, object: Owned<'g>) -> Result<i64> {
        let mut objects = self.objects.borrow_mut();
        objects.push(object.detach());
        Ok(objects.len() as i64 - 1)
    }

    fn java_object<'g>(&self, gil: Gil<'g>, slot: i32, _class: i32) -> Result<Owned<'g>> {
        gil.long(slot.into())
    }

    fn java_slot(&self, _gil: Gil<'_>, _object: &Object) -> Option<i32> {
        None
    }

    fn proxy_slot(&self, _gil: Gil<'_>, _object: &Object) -> Option<i32> {
        None
    }

    fn read_array(&self, gil: Gil<'_>, index: u32, type_code: u8, into: &mut [MaybeUninit<u8>]) -> Result<usize> {
        match self.arrays.borrow().get(index as usize) {
            Some((code, bytes)) if *code == type_code && bytes.len() == into.len() => {
                for (to, from) in into.iter_mut().zip(bytes) {
                    to.write(*from);
                }
                Ok(bytes.len())
            }
            _ => Err(gil.raise(Exception::System, "no such array")),
        }
    }

    fn array_size(&self, _gil: Gil<'_>, index: u32, _type_code: u8) -> Option<usize> {
        Some(self.arrays.borrow().get(index as usize).map_or(0, |(_, bytes)| bytes.len()))
    }

    fn write_array(&self, _gil: Gil<'_>, type_code: u8, from: &[u8]) -> Result<Option<u32>> {
        let mut arrays = self.arrays.borrow_mut();
        arrays.push((type_code, from.to_vec()));
        Ok(Some(arrays.len() as u32 - 1))
    }
}

/// Python on this thread, which is the only one that there is.
fn python<'g>() -> (Gil<'g>, &'static Types) {
    thread_local! {
        static TYPES: &'static Types = {
            let start = Start { program: option_env!("PYO3_PYTHON").unwrap_or("python3"), home: None };
            // SAFETY: no other thread runs. Objects in memory of their own let the sanitizer see each one's end.
            unsafe { std::env::set_var("PYTHONMALLOC", "malloc") };
            // SAFETY: once, and this thread stays attached.
            let gil = unsafe { initialise(&start) }.expect("Python starts");
            let code = concat!(
                "import sys, types\n",
                "sys.modules['krait'] = types.ModuleType('krait')\n",
            );
            let code = format!("{code}sys.modules['krait'].__path__ = ['{PACKAGES}/krait']\n");
            let code = std::ffi::CString::new(code).expect("it has no NUL");
            let globals = gil.dict().expect("a dict");
            let code = gil.compile(&code, c"<fuzz>", ffi::Py_file_input).expect("it compiles");
            gil.run_code(&code, &globals).expect("it runs");
            Box::leak(Box::new(Types::load(gil).expect("the standard library is there")))
        };
    }
    let types = TYPES.with(|types| *types);
    // SAFETY: this thread has been attached since the types were loaded.
    (unsafe { Gil::assume() }, types)
}

/// Writes the object and reads it back.
fn again(gil: Gil<'_>, object: &Object, types: &Types, peer: &Memory) {
    let mut frame = vec![0; 1 << 16];
    let mut writer = Writer::new(&mut frame);
    frame::encode(gil, &mut writer, object, types, peer).unwrap_or_else(|_| panic!("what was decoded can be encoded"));
    let length = writer.len();
    writer.finish(tag::status::OK, Vec::new(), Nobody);
    let block = i64::from_le_bytes(frame[16..24].try_into().expect("eight bytes"));
    if block != 0 {
        frame.resize(HEADER + length, 0);
        // SAFETY: the block is the writer's, taken once.
        unsafe { frame::take(block, &mut frame) }.expect("the frame has grown enough");
    }
    let mut reader = Reader::new(&frame[HEADER..HEADER + length]);
    match frame::decode(gil, &mut reader, types, peer) {
        Ok(_) => assert!(reader.at_end(), "the whole frame is one value"),
        // A frozenset crosses as a set, which cannot be a member or a key in Python again.
        Err(raised) if gil.raised_is(&raised, Exception::Type) => gil.clear_raised(raised),
        Err(_) => panic!("what was encoded can be decoded"),
    }
}

/// Decodes the bytes, and what comes of them once more.
pub fn decode(bytes: &[u8]) {
    let (gil, types) = python();
    let Some((first, payload)) = bytes.split_first() else { return };
    let peer = Memory::default();
    let mut reader = Reader::new(payload);
    if first & 1 == 0 {
        match frame::decode(gil, &mut reader, types, &peer) {
            Ok(value) => again(gil, &value, types, &peer),
            Err(raised) => gil.clear_raised(raised),
        }
    } else {
        match frame::decode_arguments(gil, &mut reader, types, &peer) {
            Ok(Arguments { positional, keywords }) => {
                for value in positional.iter().chain(&keywords) {
                    again(gil, value, types, &peer);
                }
            }
            Err((index, raised)) => {
                assert!(index <= payload.len(), "an argument takes a byte at least");
                gil.clear_raised(raised);
            }
        }
    }
    assert!(!gil.has_raised(), "no exception is left behind");
    peer.free(gil);
}
