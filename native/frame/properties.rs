//! What holds for every value and every byte string, tried with generated ones.
#![forbid(unsafe_code)]

use proptest::collection::vec;
use proptest::prelude::*;

use super::tag::{self, type_code};
use super::testing::*;
use super::{Reader, decode_arguments};
use crate::py::testing::with_python;

/// The bytes of one value, in the form that the encoder gives it too.
fn value() -> impl Strategy<Value = Vec<u8>> {
    scalar().prop_recursive(6, 64, 8, |inner| {
        let counted =
            |tag: u8, values: Vec<Vec<u8>>| payload![[tag], (values.len() as u32).to_le_bytes(), values.concat()];
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(move |values| counted(tag::LIST, values)),
            vec(inner.clone(), 0..8).prop_map(move |values| counted(tag::TUPLE, values)),
            (scalar_key(), inner.clone()).prop_map(|(key, value)| payload![[tag::ENTRY], key, value]),
            // Keys of one type, since 1, 1.0 and True are the same key.
            vec(inner, 0..8).prop_map(|values| {
                let entries = values.iter().enumerate().map(|(key, value)| payload![long(key as i64), *value]);
                payload![[tag::DICT], (values.len() as u32).to_le_bytes(), entries.collect::<Vec<_>>().concat()]
            }),
            scalar_key().prop_map(|member| payload![[tag::SET], 1u32.to_le_bytes(), member]),
        ]
    })
}

fn long(value: i64) -> Vec<u8> {
    payload![[tag::LONG], value.to_le_bytes()]
}

fn scalar_key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![any::<i64>().prop_map(long), text(), date().prop_map(|date| payload![[tag::DATE], date])]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[\\x00-\\x7f]{0,40}".prop_map(|text| payload![
            [tag::ASCII],
            (text.len() as u32).to_le_bytes(),
            *text.as_bytes()
        ]),
        // Any units at all: unpaired surrogates too.
        (vec(any::<u16>(), 0..40), 0x80..=u16::MAX).prop_map(|(mut units, beyond)| {
            units.push(beyond);
            let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            payload![[tag::UTF16], (units.len() as u32).to_le_bytes(), bytes]
        }),
    ]
}

fn date() -> impl Strategy<Value = Vec<u8>> {
    (1..=9999i32, 1..=12u8, 1..=28u8).prop_map(|(year, month, day)| payload![year.to_le_bytes(), [month, day]])
}

fn time() -> impl Strategy<Value = Vec<u8>> {
    (0..86_400_000_000i64).prop_map(|micros| (micros * 1_000).to_le_bytes().to_vec())
}

fn offset() -> impl Strategy<Value = Vec<u8>> {
    (-64_800..=64_800i32).prop_map(|seconds| seconds.to_le_bytes().to_vec())
}

fn seconds_and_nanos(seconds: std::ops::Range<i64>, tag: u8) -> impl Strategy<Value = Vec<u8>> {
    (seconds, 0..1_000_000i32)
        .prop_map(move |(seconds, micros)| payload![[tag], seconds.to_le_bytes(), (micros * 1_000).to_le_bytes()])
}

/// The shortest two's complement that is beyond 64 bits, as many bytes as the encoder gives it.
fn big() -> impl Strategy<Value = Vec<u8>> {
    (any::<bool>(), 1..=0x7fu8, vec(any::<u8>(), 8..40)).prop_map(|(negative, first, rest)| {
        let bytes = payload![[if negative { !first } else { first }], rest];
        payload![[tag::BIG], (bytes.len() as u32).to_le_bytes(), bytes]
    })
}

fn array() -> impl Strategy<Value = Vec<u8>> {
    let codes = [
        (type_code::SHORT, 2),
        (type_code::INT, 4),
        (type_code::LONG, 8),
        (type_code::FLOAT, 4),
        (type_code::DOUBLE, 8),
        (type_code::CHAR, 2),
    ];
    (proptest::sample::select(codes.to_vec()), vec(any::<u8>(), 0..80)).prop_map(|((code, size), mut bytes)| {
        bytes.truncate(bytes.len() / size * size);
        payload![[tag::ARRAY, code], ((bytes.len() / size) as u32).to_le_bytes(), bytes]
    })
}

fn scalar() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(vec![tag::NULL]),
        Just(vec![tag::TRUE]),
        Just(vec![tag::FALSE]),
        any::<i64>().prop_map(long),
        big(),
        any::<f64>().prop_map(|value| payload![[tag::DOUBLE], value.to_le_bytes()]),
        text(),
        vec(any::<u8>(), 0..60).prop_map(|bytes| payload![[tag::BYTES], (bytes.len() as u32).to_le_bytes(), bytes]),
        array(),
        vec(0..=1u8, 0..60).prop_map(|bytes| payload![
            [tag::ARRAY, type_code::BOOLEAN],
            (bytes.len() as u32).to_le_bytes(),
            bytes
        ]),
        "-?[1-9][0-9]{0,40}(\\.[0-9]{1,9})?".prop_map(|text| payload![
            [tag::DECIMAL],
            (text.len() as u32).to_le_bytes(),
            *text.as_bytes()
        ]),
        date().prop_map(|date| payload![[tag::DATE], date]),
        time().prop_map(|time| payload![[tag::TIME], time]),
        (time(), offset()).prop_map(|(time, offset)| payload![[tag::OFFSET_TIME], time, offset]),
        (date(), time()).prop_map(|(date, time)| payload![[tag::DATETIME], date, time]),
        (date(), time(), offset()).prop_map(|(date, time, offset)| payload![
            [tag::OFFSET_DATETIME],
            date,
            time,
            offset
        ]),
        seconds_and_nanos(-62_135_596_800..253_402_300_800, tag::INSTANT),
        seconds_and_nanos(-86_399_999_913_600..86_400_000_000_000, tag::DURATION),
        any::<[u8; 16]>().prop_map(|bits| payload![[tag::UUID], bits]),
        (any::<i32>(), any::<i32>(), any::<i64>().prop_filter("a step", |step| step.unsigned_abs() > 1)).prop_map(
            |(start, stop, step)| payload![
                [tag::RANGE],
                i64::from(start).to_le_bytes(),
                i64::from(stop).to_le_bytes(),
                step.to_le_bytes()
            ]
        ),
        any::<i32>().prop_filter("a slot", |slot| *slot >= 0).prop_map(|slot| payload![
            [tag::JAVAOBJECT],
            slot.to_le_bytes(),
            0i32.to_le_bytes()
        ]),
    ]
}

/// Bytes that look a little like a frame.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![3 => 0..=31u8, 2 => Just(0u8), 1 => any::<u8>()];
    vec(byte, 0..200)
}

/// A whole value with some bytes changed, and cut somewhere.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let damage = vec((any::<proptest::sample::Index>(), any::<u8>()), 0..4);
    (value(), damage, any::<proptest::sample::Index>(), any::<bool>()).prop_map(|(mut bytes, damage, cut, cuts)| {
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        bytes
    })
}

/// Reads bytes that may be anything; what comes out must be a sound object, that is one that can be written.
fn survives(bytes: &[u8]) {
    with_python(|gil| {
        let peer = TestPeer::default();
        if let Ok(value) = try_decode(gil, bytes, &peer) {
            let back = try_encode(gil, &value, &peer).unwrap_or_else(|error| panic!("{error}"));
            if let Err(error) = try_decode(gil, &back, &peer) {
                // A frozenset crosses as a set, which cannot be a member or a key in Python again.
                assert!(error.starts_with("TypeError: unhashable type: 'set'"), "{error}");
            }
        }
        peer.clear(gil);
        let peer = TestPeer::default();
        let decoded = decode_arguments(gil, &mut Reader::new(bytes), types(gil), &peer);
        match decoded {
            Ok(arguments) => assert!(arguments.positional.len() <= bytes.len()),
            Err((index, raised)) => {
                assert!(index <= bytes.len());
                gil.clear_raised(raised);
            }
        }
        assert!(!gil.has_raised());
        peer.clear(gil);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_comes_back_as_the_same_bytes(bytes in value()) {
        with_python(|gil| {
            let peer = TestPeer::default();
            let value = try_decode(gil, &bytes, &peer).map_err(TestCaseError::fail)?;
            prop_assert_eq!(try_encode(gil, &value, &peer), Ok(bytes.clone()));
            peer.clear(gil);
            Ok(())
        })?;
    }

    #[test]
    fn no_bytes_do_harm(bytes in noise()) {
        survives(&bytes);
    }

    #[test]
    fn no_damaged_value_does_harm(bytes in damaged()) {
        survives(&bytes);
    }

    #[test]
    fn a_value_that_ends_early_is_refused(bytes in value(), cut in any::<proptest::sample::Index>()) {
        with_python(|gil| {
            let error = decode_error(gil, &bytes[..cut.index(bytes.len())]);
            assert!(error.starts_with("SystemError: malformed frame: it ends inside a "), "{error}");
        });
    }
}
