//! A peer without a JVM, and the helpers of this layer's tests.
#![forbid(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use super::{HEADER, Nobody, Peer, Reader, Types, Writer, decode, encode, tag};
use crate::py::testing::{describe, eval, expect, repr};
use crate::py::{Detached, Exception, Gil, Object, Owned, Result};

/// Handles, Java objects and arrays in memory.
#[derive(Default)]
pub(crate) struct TestPeer {
    pub(crate) objects: RefCell<Vec<Option<Detached>>>,
    pub(crate) java: RefCell<Vec<(i32, Detached)>>,
    /// What `*_REF` finds: type code and bytes.
    pub(crate) arrays_in: Vec<(u8, Vec<u8>)>,
    pub(crate) arrays_out: RefCell<Vec<(u8, Vec<u8>)>>,
    pub(crate) takes_arrays: bool,
    /// Whether it tells the size of arrays beforehand.
    pub(crate) hides_sizes: Cell<bool>,
}

impl TestPeer {
    /// The handles that are alive, freed.
    pub(crate) fn free(&self, gil: Gil<'_>, handles: &[i64]) {
        for handle in handles {
            let object = self.objects.borrow_mut()[*handle as usize - 1].take();
            object.expect("a handle is freed once").free(gil);
        }
    }

    pub(crate) fn live_handles(&self) -> usize {
        self.objects.borrow().iter().flatten().count()
    }

    /// Frees everything.
    pub(crate) fn clear(&self, gil: Gil<'_>) {
        self.objects.borrow_mut().drain(..).flatten().for_each(|object| object.free(gil));
        self.java.borrow_mut().drain(..).for_each(|(_, object)| object.free(gil));
    }
}

impl Peer for TestPeer {
    fn object<'g>(&self, gil: Gil<'g>, handle: i64) -> Result<Owned<'g>> {
        let index = usize::try_from(handle.wrapping_sub(1)).unwrap_or(usize::MAX);
        match self.objects.borrow().get(index) {
            Some(Some(object)) => Ok(object.get(gil).own(gil)),
            _ => Err(gil.raise(Exception::Runtime, "a stale handle")),
        }
    }

    fn handle<'g>(&self, _gil: Gil<'g>, object: Owned<'g>) -> Result<i64> {
        let mut objects = self.objects.borrow_mut();
        objects.push(Some(object.detach()));
        Ok(objects.len() as i64)
    }

    fn java_object<'g>(&self, gil: Gil<'g>, slot: i32, _class: i32) -> Result<Owned<'g>> {
        if slot < 0 {
            return Err(gil.raise(Exception::Runtime, "a slot below 0"));
        }
        let object = eval(gil, "object()");
        self.java.borrow_mut().push((slot, object.own(gil).detach()));
        Ok(object)
    }

    fn proxy_slot(&self, _gil: Gil<'_>, _object: &Object) -> Option<i32> {
        None
    }

    fn java_slot(&self, _gil: Gil<'_>, object: &Object) -> Option<i32> {
        let java = self.java.borrow();
        java.iter().find(|(_, java)| java.address() == object.as_ptr()).map(|(slot, _)| *slot)
    }

    fn read_array(&self, gil: Gil<'_>, index: u32, type_code: u8, into: &mut [MaybeUninit<u8>]) -> Result<usize> {
        match self.arrays_in.get(index as usize) {
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
        if self.hides_sizes.get() {
            return None;
        }
        Some(self.arrays_in.get(index as usize).map_or(0, |(_, bytes)| bytes.len()))
    }

    fn write_array(&self, _gil: Gil<'_>, type_code: u8, from: &[u8]) -> Result<Option<u32>> {
        if !self.takes_arrays {
            return Ok(None);
        }
        let mut arrays = self.arrays_out.borrow_mut();
        arrays.push((type_code, from.to_vec()));
        Ok(Some(arrays.len() as u32 - 1))
    }
}

/// The types of the one interpreter that tests have.
pub(crate) fn types(gil: Gil<'_>) -> &'static Types {
    static TYPES: OnceLock<Types> = OnceLock::new();
    if let Some(types) = TYPES.get() {
        return types;
    }
    let types = expect(gil, Types::load(gil));
    TYPES.get_or_init(|| types)
}

/// The payload that an object makes, or what is raised.
pub(crate) fn try_encode(gil: Gil<'_>, object: &Object, peer: &TestPeer) -> std::result::Result<Vec<u8>, String> {
    let mut frame = vec![0xee; 1 << 20];
    let mut writer = Writer::new(&mut frame);
    encode(gil, &mut writer, object, types(gil), peer).map_err(|raised| describe(gil, raised))?;
    let length = writer.len();
    writer.finish(tag::status::OK, Vec::new(), Nobody);
    assert_eq!(frame[16..24], [0; 8], "test values fit the frame");
    Ok(frame[HEADER..HEADER + length].to_vec())
}

/// The payload that an expression's value makes.
#[track_caller]
pub(crate) fn encoded(gil: Gil<'_>, code: &str) -> Vec<u8> {
    let peer = TestPeer::default();
    let payload = try_encode(gil, &eval(gil, code), &peer).unwrap_or_else(|error| panic!("{error}"));
    peer.clear(gil);
    payload
}

/// What encoding an expression's value raises.
#[track_caller]
pub(crate) fn encode_error(gil: Gil<'_>, code: &str) -> String {
    let peer = TestPeer::default();
    let error = try_encode(gil, &eval(gil, code), &peer).expect_err("this value is refused");
    peer.clear(gil);
    error
}

/// The object that a payload makes, or what is raised.
pub(crate) fn try_decode<'g>(gil: Gil<'g>, payload: &[u8], peer: &TestPeer) -> std::result::Result<Owned<'g>, String> {
    let mut reader = Reader::new(payload);
    let value = decode(gil, &mut reader, types(gil), peer).map_err(|raised| describe(gil, raised))?;
    if reader.at_end() { Ok(value) } else { Err("something is left".to_owned()) }
}

/// `repr` of the object that a payload makes.
#[track_caller]
pub(crate) fn decoded(gil: Gil<'_>, payload: &[u8]) -> String {
    match try_decode(gil, payload, &TestPeer::default()) {
        Ok(value) => repr(gil, &value),
        Err(error) => panic!("{error}"),
    }
}

/// What decoding a payload raises.
#[track_caller]
pub(crate) fn decode_error(gil: Gil<'_>, payload: &[u8]) -> String {
    match try_decode(gil, payload, &TestPeer::default()) {
        Ok(value) => panic!("this payload is refused, but gave {}", repr(gil, &value)),
        Err(error) => error,
    }
}

/// That an expression's value comes back as `expected` prints.
#[track_caller]
pub(crate) fn comes_back_as(gil: Gil<'_>, code: &str, expected: &str) {
    assert_eq!(decoded(gil, &encoded(gil, code)), expected, "{code}");
}

/// That an expression's value comes back and prints the same.
#[track_caller]
pub(crate) fn comes_back(gil: Gil<'_>, code: &str) {
    let expected = repr(gil, &eval(gil, code));
    comes_back_as(gil, code, &expected);
}

/// That an expression's value crosses as a handle of the same object.
#[track_caller]
pub(crate) fn crosses_as_object(gil: Gil<'_>, code: &str) {
    crosses_as_handle(gil, code, tag::PYOBJECT);
}

/// The same, with a tag that tells more of it.
#[track_caller]
pub(crate) fn crosses_as_handle(gil: Gil<'_>, code: &str, tag: u8) {
    let peer = TestPeer::default();
    let object = eval(gil, code);
    let mut payload = try_encode(gil, &object, &peer).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(payload[0], tag, "{code}");
    // What comes back says no more what it is.
    payload[0] = tag::PYOBJECT;
    let back = try_decode(gil, &payload, &peer).unwrap_or_else(|error| panic!("{error}"));
    assert!(back.is(&object), "{code} comes back as the same object");
    peer.clear(gil);
}

/// A payload from parts.
macro_rules! payload {
    ($($part:expr),* $(,)?) => {{
        let mut payload: Vec<u8> = Vec::new();
        $(payload.extend_from_slice(&$part);)*
        payload
    }};
}
pub(crate) use payload;

/// Code that has datetime's names at hand.
pub(crate) fn dt(code: &str) -> String {
    format!("from datetime import *; import datetime as datetime_module; import zoneinfo\n{code}")
}

/// What a payload makes of times, printed shorter.
#[track_caller]
pub(crate) fn read(gil: Gil<'_>, payload: &[u8]) -> String {
    decoded(gil, payload).replace("datetime.", "")
}

/// A date's data.
pub(crate) fn date(year: i32, month: u8, day: u8) -> Vec<u8> {
    payload![year.to_le_bytes(), [month, day]]
}
