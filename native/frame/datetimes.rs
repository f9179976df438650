//! datetime: DATETIME, OFFSET_DATETIME, ZONED_DATETIME and INSTANT.
#![forbid(unsafe_code)]

use super::cursor::{Reader, Writer};
use super::times::{
    DAY, Date, NANOS, int, micros_of_day, nanos_beyond, offset, read_date, read_offset, read_seconds, read_time,
    timedelta,
};
use super::{Context, Peer, tag, text};
use crate::py::{Exception, Object, Owned, Result};

/// `date(1970, 1, 1).toordinal()`
const EPOCH: i64 = 719_163;
/// The first and the last second of Python's years 1 to 9999.
const INSTANTS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
pub(super) fn decode_datetime<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let [year, month, day] = read_date(context, reader)?;
    let [hour, minute, second, micro] = read_time(context, reader)?;
    let class = context.types.datetime.get(context.gil);
    class.call_owned(context.gil, &[year, month, day, hour, minute, second, micro])
}

pub(super) fn decode_offset_datetime<'g, P: Peer>(
    context: Context<'_, 'g, P>,
    reader: &mut Reader<'_>,
) -> Result<Owned<'g>> {
    let [year, month, day] = read_date(context, reader)?;
    let [hour, minute, second, micro] = read_time(context, reader)?;
    let zone = read_offset(context, reader)?;
    let class = context.types.datetime.get(context.gil);
    class.call_owned(context.gil, &[year, month, day, hour, minute, second, micro, zone])
}

pub(super) fn decode_zoned_datetime<'g, P: Peer>(
    context: Context<'_, 'g, P>,
    reader: &mut Reader<'_>,
) -> Result<Owned<'g>> {
    let Context { gil, types, .. } = context;
    let [year, month, day] = read_date(context, reader)?;
    let [hour, minute, second, micro] = read_time(context, reader)?;
    // The zone and the fold say it already.
    let _offset = context.ok(reader.i32())?;
    let fold = context.ok(reader.u8())?;
    let key = match context.ok(reader.u8())? {
        tag::ASCII => text::decode_ascii(context, reader)?,
        tag::UTF16 => text::decode_utf16(context, reader)?,
        _ => return Err(context.malformed(reader, "a zone that is no string")),
    };
    let zone = types.zone_info.get(gil)?.call(gil, &[&key])?;
    let class = types.datetime.get(gil);
    match fold {
        0 => class.call_owned(gil, &[year, month, day, hour, minute, second, micro, zone]),
        1 => {
            let arguments = gil.tuple(&[&year, &month, &day, &hour, &minute, &second, &micro, &zone])?;
            class.call_with_keywords(gil, &arguments, Some(types.constants.fold_one.get(gil)))
        }
        _ => Err(context.malformed(reader, "a fold other than 0 and 1")),
    }
}

pub(super) fn decode_instant<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let gil = context.gil;
    let (seconds, nanos) = read_seconds(context, reader)?;
    if !INSTANTS.contains(&seconds) {
        let message = format!("the instant {seconds} s from 1970 is outside of Python's years 1 to 9999");
        return Err(gil.raise(Exception::Value, &message));
    }
    let since = timedelta(context, seconds.div_euclid(DAY), seconds.rem_euclid(DAY), nanos / 1_000)?;
    context.types.constants.epoch.get(gil).add(gil, &since)
}

pub(super) fn encode_datetime<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
) -> Result<()> {
    let Context { gil, types, .. } = context;
    let names = &types.names;
    let mut beyond = 0;
    if !object.is_of(types.datetime.get(gil)) {
        let year = object.attr(gil, names.year.get(gil))?;
        // pandas.NaT is a datetime whose fields are NaN, which is to times what None is.
        if year.is_float() && year.to_double(gil)?.is_nan() {
            writer.u8(tag::NULL);
            return Ok(());
        }
        beyond = nanos_beyond(context, object, &names.nanosecond)?;
    }
    let date = Date::of(context, object)?;
    let nanos = micros_of_day(context, object)? * 1_000 + beyond;
    let zone = object.attr(gil, names.tzinfo.get(gil))?;
    if zone.is(types.utc.get(gil)) {
        let ordinal = object.attr(gil, names.toordinal.get(gil))?.call(gil, &[])?;
        let days = ordinal.to_long(gil)?.filter(|ordinal| (1..=3_652_059).contains(ordinal));
        let Some(days) = days else {
            return Err(gil.raise(Exception::Value, "toordinal() of a datetime is outside of the years 1 to 9999"));
        };
        writer.u8(tag::INSTANT);
        writer.i64((days - EPOCH) * DAY + nanos / NANOS);
        writer.i32((nanos % NANOS) as i32);
        return Ok(());
    }
    let offset = if zone.is_none() { None } else { offset(context, object)? };
    let Some(offset) = offset else {
        writer.u8(tag::DATETIME);
        date.put(writer);
        writer.i64(nanos);
        return Ok(());
    };
    let zone_info = types.zone_info.if_imported(gil);
    let key = match zone_info.is_some_and(|zone_info| zone.is_exactly_or_below(zone_info)) {
        true => Some(zone.attr(gil, names.key.get(gil))?).filter(|key| key.is_str()),
        false => None,
    };
    writer.u8(if key.is_some() { tag::ZONED_DATETIME } else { tag::OFFSET_DATETIME });
    date.put(writer);
    writer.i64(nanos);
    writer.i32(offset);
    if let Some(key) = key {
        writer.u8(int(context, object, &names.fold, 0..=1)? as u8);
        text::encode(context, writer, &key)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::testing::*;
    use crate::py::testing::with_python;

    #[test]
    fn datetimes_come_back() {
        with_python(|gil| {
            for code in [
                "datetime(1, 1, 1)",
                "datetime(9999, 12, 31, 23, 59, 59, 999999)",
                "datetime(2020, 5, 6, 7, 8, 9, 10)",
                "datetime(2020, 5, 6, 7, 8, 9, 10, timezone.utc)",
                "datetime(1, 1, 1, tzinfo=timezone.utc)",
                "datetime(1969, 12, 31, 23, 59, 59, 999999, timezone.utc)",
                "datetime(9999, 12, 31, 23, 59, 59, 999999, timezone.utc)",
                "datetime(2020, 5, 6, 7, 8, 9, 10, timezone(timedelta(hours=5, minutes=30)))",
                "datetime(2020, 5, 6, tzinfo=timezone(-timedelta(hours=18)))",
                "datetime(2020, 5, 6, tzinfo=timezone(timedelta(0), 'Z'))",
                "datetime(2020, 5, 6, tzinfo=timezone(timedelta(seconds=-1)))",
                "datetime(2020, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
                "datetime(2020, 10, 25, 2, 30, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
                "datetime(2020, 10, 25, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
                "datetime(1800, 1, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
                "datetime(2020, 7, 1, tzinfo=zoneinfo.ZoneInfo('UTC'))",
            ] {
                comes_back(gil, &dt(code));
            }
        });
    }

    #[test]
    fn the_bytes_are_those_of_the_table() {
        with_python(|gil| {
            let nanos = ((7i64 * 60 + 8) * 60 + 9) * NANOS + 10_000;
            let day = date(2020, 5, 6);
            assert_eq!(
                encoded(gil, &dt("datetime(2020, 5, 6, 7, 8, 9, 10)")),
                payload![[tag::DATETIME], day, nanos.to_le_bytes()]
            );
            assert_eq!(
                encoded(gil, &dt("datetime(2020, 5, 6, 7, 8, 9, 10, timezone(timedelta(minutes=-90)))")),
                payload![[tag::OFFSET_DATETIME], day, nanos.to_le_bytes(), (-5_400i32).to_le_bytes()]
            );
            assert_eq!(
                encoded(gil, &dt("datetime(2020, 5, 6, 7, 8, 9, 10, zoneinfo.ZoneInfo('Asia/Tokyo'))")),
                payload![
                    [tag::ZONED_DATETIME],
                    day,
                    nanos.to_le_bytes(),
                    32_400i32.to_le_bytes(),
                    [0, tag::ASCII],
                    10u32.to_le_bytes(),
                    *b"Asia/Tokyo"
                ]
            );
            assert_eq!(
                encoded(gil, &dt("datetime(1969, 12, 31, 23, 59, 59, 999999, timezone.utc)")),
                payload![[tag::INSTANT], (-1i64).to_le_bytes(), 999_999_000i32.to_le_bytes()]
            );
        });
    }

    #[test]
    fn nanoseconds_are_cut_towards_the_past() {
        with_python(|gil| {
            let instant =
                |seconds: i64, nanos: i32| payload![[tag::INSTANT], seconds.to_le_bytes(), nanos.to_le_bytes()];
            assert_eq!(read(gil, &instant(0, 1_999)), "datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=timezone.utc)");
            // 1 ns before 1970
            assert_eq!(
                read(gil, &instant(-1, 999_999_999)),
                "datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=timezone.utc)"
            );
        });
    }

    #[test]
    fn only_timezone_utc_itself_is_an_instant() {
        with_python(|gil| {
            assert_eq!(encoded(gil, &dt("datetime(2020, 1, 1, tzinfo=timezone(timedelta(0)))"))[0], tag::INSTANT);
            assert_eq!(
                encoded(gil, &dt("datetime(2020, 1, 1, tzinfo=timezone(timedelta(0), 'Z'))"))[0],
                tag::OFFSET_DATETIME
            );
            assert_eq!(
                encoded(gil, &dt("datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo('UTC'))"))[0],
                tag::ZONED_DATETIME
            );
        });
    }

    #[test]
    fn other_zones_cross_by_their_offset() {
        with_python(|gil| {
            let zone = |offset: &str| {
                dt(&format!(
                    "class Z(tzinfo):\n  def utcoffset(self, at): return {offset}\ndatetime(2020, 1, 1, tzinfo=Z())"
                ))
            };
            let offset = encoded(gil, &zone("timedelta(hours=2)"));
            assert_eq!(
                offset,
                payload![[tag::OFFSET_DATETIME], date(2020, 1, 1), 0i64.to_le_bytes(), 7_200i32.to_le_bytes()]
            );
            assert_eq!(encoded(gil, &zone("None"))[0], tag::DATETIME);
            // A time alone has no offset in a zone with summer time.
            assert_eq!(encoded(gil, &dt("time(1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))"))[0], tag::TIME);
            for refused in ["timedelta(microseconds=1)", "timedelta(hours=18, seconds=1)", "timedelta(hours=-19)"] {
                let error = encode_error(gil, &zone(refused));
                assert!(error.starts_with("ValueError: the UTC offset "), "{error}");
            }
            assert_eq!(encode_error(gil, &zone("1 // 0")), "ZeroDivisionError: integer division or modulo by zero");
        });
    }

    #[test]
    fn subclasses_cross_as_what_they_extend() {
        with_python(|gil| {
            comes_back_as(gil, &dt("class D(datetime): pass\nD(2020, 1, 2)"), "datetime.datetime(2020, 1, 2, 0, 0)");
            let error = encode_error(gil, &dt("class D(datetime): hour = 99\nD(2020, 1, 1)"));
            assert_eq!(error, "ValueError: this D whose hour is 99 cannot cross to Java");
        });
    }

    #[test]
    fn pandas_timestamps_keep_their_nanoseconds_and_not_a_time_is_null() {
        with_python(|gil| {
            let nanos = 7_123_456_789i64;
            let stamp = |zone: &str| {
                dt(&format!("class T(datetime): nanosecond = 789\nT(2020, 5, 6, 0, 0, 7, 123456, tzinfo={zone})"))
            };
            assert_eq!(encoded(gil, &stamp("None")), payload![[tag::DATETIME], date(2020, 5, 6), nanos.to_le_bytes()]);
            let instant = encoded(gil, &stamp("timezone.utc"));
            assert_eq!((instant[0], &instant[9..]), (tag::INSTANT, &123_456_789i32.to_le_bytes()[..]));
            let zoned = encoded(gil, &stamp("zoneinfo.ZoneInfo('Asia/Tokyo')"));
            assert_eq!((zoned[0], &zoned[7..15]), (tag::ZONED_DATETIME, &nanos.to_le_bytes()[..]));
            let other = "class T(datetime): nanosecond = 'x'\nT(2020, 1, 2)";
            comes_back_as(gil, &dt(other), "datetime.datetime(2020, 1, 2, 0, 0)");
            assert_eq!(encoded(gil, &dt("class NaT(datetime): year = float('nan')\nNaT(2020, 1, 1)")), [tag::NULL]);
        });
    }

    #[test]
    fn what_python_cannot_hold_is_refused_clearly() {
        with_python(|gil| {
            assert_eq!(
                decode_error(gil, &payload![[tag::DATETIME], date(0, 1, 1), 0i64.to_le_bytes()]),
                "ValueError: year 0 is outside of Python's years 1 to 9999"
            );
            for seconds in [i64::MIN, *INSTANTS.start() - 1, INSTANTS.end() + 1, i64::MAX] {
                let error = decode_error(gil, &payload![[tag::INSTANT], seconds.to_le_bytes(), 0i32.to_le_bytes()]);
                assert_eq!(
                    error,
                    format!("ValueError: the instant {seconds} s from 1970 is outside of Python's years 1 to 9999")
                );
            }
            let zone = payload![[tag::ASCII], 4u32.to_le_bytes(), *b"Nope"];
            let zoned =
                payload![[tag::ZONED_DATETIME], date(2020, 1, 1), 0i64.to_le_bytes(), 0i32.to_le_bytes(), [0], zone];
            let error = decode_error(gil, &zoned);
            assert!(error.starts_with("ZoneInfoNotFoundError"), "{error}");
        });
    }

    #[test]
    fn fields_that_no_java_writes_are_malformed() {
        with_python(|gil| {
            let zone = |tag: u8, fold: u8| {
                payload![
                    [tag::ZONED_DATETIME],
                    date(2020, 1, 1),
                    0i64.to_le_bytes(),
                    0i32.to_le_bytes(),
                    [fold, tag],
                    3u32.to_le_bytes(),
                    *b"UTC"
                ]
            };
            for payload in [
                payload![[tag::INSTANT], 0i64.to_le_bytes(), (-1i32).to_le_bytes()],
                zone(tag::ASCII, 2),
                zone(tag::BYTES, 0),
            ] {
                let error = decode_error(gil, &payload);
                assert!(error.starts_with("SystemError: malformed frame"), "{error}");
            }
        });
    }
}
