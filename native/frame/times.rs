//! date, time and timedelta: DATE, TIME, OFFSET_TIME and DURATION, and what datetimes share with them.
#![forbid(unsafe_code)]

use super::cursor::{Reader, Writer};
use super::types::Held;
use super::{Context, Peer, tag};
use crate::py::{Exception, Gil, Object, Owned, Result};

pub(super) const DAY: i64 = 86_400;
pub(super) const NANOS: i64 = 1_000_000_000;
/// `timedelta.max.days`
const MAX_DAYS: i64 = 999_999_999;
/// What Java's ZoneOffset holds.
const MAX_OFFSET: i64 = 18 * 3_600;

/// A date's year, month and day, as ints.
pub(super) fn read_date<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<[Owned<'g>; 3]> {
    let gil = context.gil;
    let year = context.ok(reader.i32())?;
    let month = context.ok(reader.u8())?;
    let day = context.ok(reader.u8())?;
    if !(1..=9999).contains(&year) {
        let message = format!("year {year} is outside of Python's years 1 to 9999");
        return Err(gil.raise(Exception::Value, &message));
    }
    Ok([gil.long(year.into())?, gil.long(month.into())?, gil.long(day.into())?])
}

/// A time's hour, minute, second and microsecond, as ints.
pub(super) fn read_time<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<[Owned<'g>; 4]> {
    let gil = context.gil;
    let nanos = context.ok(reader.i64())?;
    if !(0..DAY * NANOS).contains(&nanos) {
        return Err(context.malformed(reader, "a time of day outside of the day ends"));
    }
    let seconds = nanos / NANOS;
    Ok([
        gil.long(seconds / 3_600)?,
        gil.long(seconds / 60 % 60)?,
        gil.long(seconds % 60)?,
        gil.long(nanos % NANOS / 1_000)?,
    ])
}

/// A timezone with a fixed offset, which is never `timezone.utc` itself.
pub(super) fn read_offset<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let Context { gil, types, .. } = context;
    let seconds = context.ok(reader.i32())?;
    if i64::from(seconds).abs() > MAX_OFFSET {
        return Err(context.malformed(reader, "an offset of more than 18 hours ends"));
    }
    if seconds == 0 {
        return Ok(types.constants.zulu.get(gil).own(gil));
    }
    let offset = timedelta(context, 0, seconds.into(), 0)?;
    types.timezone.get(gil).call(gil, &[&offset])
}

pub(super) fn timedelta<'g, P>(context: Context<'_, 'g, P>, days: i64, seconds: i64, micros: i64) -> Result<Owned<'g>> {
    let gil = context.gil;
    let class = context.types.timedelta.get(gil);
    class.call(gil, &[&*gil.long(days)?, &*gil.long(seconds)?, &*gil.long(micros)?])
}

/// Seconds and nanoseconds that belong together: the second part counts on from the first.
pub(super) fn read_seconds<P: Peer>(context: Context<'_, '_, P>, reader: &mut Reader<'_>) -> Result<(i64, i64)> {
    let seconds = context.ok(reader.i64())?;
    let nanos = i64::from(context.ok(reader.i32())?);
    if !(0..NANOS).contains(&nanos) {
        return Err(context.malformed(reader, "nanoseconds outside of a second end"));
    }
    Ok((seconds, nanos))
}

pub(super) fn decode_date<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let date = read_date(context, reader)?;
    context.types.date.get(context.gil).call_owned(context.gil, &date)
}

pub(super) fn decode_time<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let time = read_time(context, reader)?;
    context.types.time.get(context.gil).call_owned(context.gil, &time)
}

pub(super) fn decode_offset_time<'g, P: Peer>(
    context: Context<'_, 'g, P>,
    reader: &mut Reader<'_>,
) -> Result<Owned<'g>> {
    let [hour, minute, second, micro] = read_time(context, reader)?;
    let zone = read_offset(context, reader)?;
    context.types.time.get(context.gil).call_owned(context.gil, &[hour, minute, second, micro, zone])
}

pub(super) fn decode_duration<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let (seconds, nanos) = read_seconds(context, reader)?;
    let days = seconds.div_euclid(DAY);
    if !(-MAX_DAYS..=MAX_DAYS).contains(&days) {
        let message = format!("a duration of {seconds} s is outside of timedelta's 999,999,999 days");
        return Err(context.gil.raise(Exception::Overflow, &message));
    }
    timedelta(context, days, seconds.rem_euclid(DAY), nanos / 1_000)
}

/// An attribute that must be an int in this range: a subclass may say anything.
pub(super) fn int<P>(
    context: Context<'_, '_, P>,
    object: &Object,
    name: &Held,
    range: std::ops::RangeInclusive<i64>,
) -> Result<i64> {
    let gil = context.gil;
    let value = object.attr(gil, name.get(gil))?;
    if value.is_long()
        && let Some(value) = value.to_long(gil)?
        && range.contains(&value)
    {
        return Ok(value);
    }
    let text = |object: Result<Owned<'_>>| object.and_then(|object| object.to_string_lossy(gil));
    let class = text(object.class(gil).attr_str(gil, c"__name__"))?;
    let name = name.get(gil).to_string_lossy(gil)?;
    let message = format!("this {class} whose {name} is {} cannot cross to Java", text(value.repr(gil))?);
    Err(gil.raise(Exception::Value, &message))
}

/// Year, month and day.
pub(super) struct Date(pub(super) i32, pub(super) u8, pub(super) u8);

impl Date {
    pub(super) fn of<P>(context: Context<'_, '_, P>, object: &Object) -> Result<Self> {
        let names = &context.types.names;
        Ok(Date(
            int(context, object, &names.year, 1..=9999)? as i32,
            int(context, object, &names.month, 1..=12)? as u8,
            int(context, object, &names.day, 1..=31)? as u8,
        ))
    }

    pub(super) fn put(&self, writer: &mut Writer<'_>) {
        writer.i32(self.0);
        writer.u8(self.1);
        writer.u8(self.2);
    }
}

/// Microseconds of the day.
pub(super) fn micros_of_day<P>(context: Context<'_, '_, P>, object: &Object) -> Result<i64> {
    let names = &context.types.names;
    let hour = int(context, object, &names.hour, 0..=23)?;
    let minute = int(context, object, &names.minute, 0..=59)?;
    let second = int(context, object, &names.second, 0..=59)?;
    let micro = int(context, object, &names.microsecond, 0..=999_999)?;
    Ok(((hour * 60 + minute) * 60 + second) * 1_000_000 + micro)
}

/// What pandas' Timestamp and Timedelta have beyond microseconds; 0 where a subclass has no such field.
pub(super) fn nanos_beyond<P>(context: Context<'_, '_, P>, object: &Object, name: &Held) -> Result<i64> {
    let gil = context.gil;
    if !object.has_attr(gil, name.get(gil))? {
        return Ok(0);
    }
    let value = object.attr(gil, name.get(gil))?;
    let nanos = if value.is_long() { value.to_long(gil)? } else { None };
    Ok(nanos.filter(|nanos| (0..1_000).contains(nanos)).unwrap_or(0))
}

/// `object.utcoffset()` in seconds, or none where the object is naive after all.
pub(super) fn offset<P>(context: Context<'_, '_, P>, object: &Object) -> Result<Option<i32>> {
    let Context { gil, types, .. } = context;
    let names = &types.names;
    let offset = object.attr(gil, names.utcoffset.get(gil))?.call(gil, &[])?;
    if offset.is_none() {
        return Ok(None);
    }
    let seconds =
        int(context, &offset, &names.days, -1..=1)? * DAY + int(context, &offset, &names.seconds, 0..=DAY - 1)?;
    if int(context, &offset, &names.microseconds, 0..=999_999)? != 0 {
        return Err(refused_offset(gil, &offset, "has fractions of a second, which an offset in Java has not"));
    }
    if !(-MAX_OFFSET..=MAX_OFFSET).contains(&seconds) {
        return Err(refused_offset(gil, &offset, "is more than 18 hours, the most that an offset in Java can be"));
    }
    Ok(Some(seconds as i32))
}

#[cold]
fn refused_offset(gil: Gil<'_>, offset: &Object, why: &str) -> crate::py::Raised {
    match offset.str(gil).and_then(|text| text.to_string_lossy(gil)) {
        Ok(text) => gil.raise(Exception::Value, &format!("the UTC offset {text} {why}")),
        Err(raised) => raised,
    }
}

pub(super) fn encode_date<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
) -> Result<()> {
    let date = Date::of(context, object)?;
    writer.u8(tag::DATE);
    date.put(writer);
    Ok(())
}

pub(super) fn encode_time<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
) -> Result<()> {
    let gil = context.gil;
    let nanos = micros_of_day(context, object)? * 1_000;
    let zone = object.attr(gil, context.types.names.tzinfo.get(gil))?;
    let offset = if zone.is_none() { None } else { offset(context, object)? };
    match offset {
        None => writer.tagged(tag::TIME, nanos.to_le_bytes()),
        Some(offset) => {
            writer.tagged(tag::OFFSET_TIME, nanos.to_le_bytes());
            writer.i32(offset);
        }
    }
    Ok(())
}

pub(super) fn encode_duration<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
) -> Result<()> {
    let gil = context.gil;
    let names = &context.types.names;
    let beyond = match object.is_of(context.types.timedelta.get(gil)) {
        true => 0,
        false => nanos_beyond(context, object, &names.nanoseconds)?,
    };
    let days = int(context, object, &names.days, -MAX_DAYS..=MAX_DAYS)?;
    let seconds = int(context, object, &names.seconds, 0..=DAY - 1)?;
    let micros = int(context, object, &names.microseconds, 0..=999_999)?;
    writer.u8(tag::DURATION);
    writer.i64(days * DAY + seconds);
    writer.i32((micros * 1_000 + beyond) as i32);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::testing::*;
    use crate::py::testing::with_python;

    #[test]
    fn dates_times_and_durations_come_back() {
        with_python(|gil| {
            for code in [
                "date(1, 1, 1)",
                "date(2024, 2, 29)",
                "date(9999, 12, 31)",
                "time(0)",
                "time(23, 59, 59, 999999)",
                "time(1, 2, 3, tzinfo=timezone(timedelta(hours=-3)))",
                "time(1, 2, 3, tzinfo=timezone(timedelta(0), 'Z'))",
                "timedelta(0)",
                "timedelta(microseconds=-1)",
                "timedelta.max",
                "timedelta.min",
                "timedelta(days=-3, seconds=5)",
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
            assert_eq!(encoded(gil, &dt("date(2020, 5, 6)")), payload![[tag::DATE], day]);
            assert_eq!(encoded(gil, &dt("time(7, 8, 9, 10)")), payload![[tag::TIME], nanos.to_le_bytes()]);
            assert_eq!(
                encoded(gil, &dt("time(7, 8, 9, 10, timezone.utc)")),
                payload![[tag::OFFSET_TIME], nanos.to_le_bytes(), 0i32.to_le_bytes()]
            );
            assert_eq!(
                encoded(gil, &dt("timedelta(microseconds=-1)")),
                payload![[tag::DURATION], (-1i64).to_le_bytes(), 999_999_000i32.to_le_bytes()]
            );
        });
    }

    #[test]
    fn nanoseconds_are_cut_towards_the_past() {
        with_python(|gil| {
            let duration =
                |seconds: i64, nanos: i32| payload![[tag::DURATION], seconds.to_le_bytes(), nanos.to_le_bytes()];
            assert_eq!(read(gil, &duration(1, 1_999)), "timedelta(seconds=1, microseconds=1)");
            assert_eq!(read(gil, &duration(-1, 999_999_999)), "timedelta(days=-1, seconds=86399, microseconds=999999)");
            assert_eq!(read(gil, &payload![[tag::TIME], 1_999i64.to_le_bytes()]), "time(0, 0, 0, 1)");
        });
    }

    #[test]
    fn subclasses_cross_as_what_they_extend() {
        with_python(|gil| {
            comes_back_as(gil, &dt("class D(date): pass\nD(2020, 1, 2)"), "datetime.date(2020, 1, 2)");
            comes_back_as(gil, &dt("class D(time): pass\nD(1)"), "datetime.time(1, 0)");
            comes_back_as(gil, &dt("class D(timedelta): pass\nD(1)"), "datetime.timedelta(days=1)");
        });
    }

    #[test]
    fn what_python_cannot_hold_is_refused_clearly() {
        with_python(|gil| {
            for year in [0, -5, 10_000, i32::MAX] {
                let message = format!("ValueError: year {year} is outside of Python's years 1 to 9999");
                assert_eq!(decode_error(gil, &payload![[tag::DATE], date(year, 1, 1)]), message);
            }
            for seconds in [i64::MIN, (MAX_DAYS + 1) * DAY, -MAX_DAYS * DAY - 1, i64::MAX] {
                let error = decode_error(gil, &payload![[tag::DURATION], seconds.to_le_bytes(), 0i32.to_le_bytes()]);
                assert_eq!(
                    error,
                    format!("OverflowError: a duration of {seconds} s is outside of timedelta's 999,999,999 days")
                );
            }
        });
    }

    #[test]
    fn fields_that_no_java_writes_are_malformed() {
        with_python(|gil| {
            for payload in [
                payload![[tag::TIME], (-1i64).to_le_bytes()],
                payload![[tag::TIME], (DAY * NANOS).to_le_bytes()],
                payload![[tag::DURATION], 0i64.to_le_bytes(), 1_000_000_000i32.to_le_bytes()],
                payload![[tag::OFFSET_TIME], 0i64.to_le_bytes(), 64_801i32.to_le_bytes()],
                payload![[tag::OFFSET_TIME], 0i64.to_le_bytes(), i32::MIN.to_le_bytes()],
            ] {
                let error = decode_error(gil, &payload);
                assert!(error.starts_with("SystemError: malformed frame"), "{error}");
            }
            let error = decode_error(gil, &payload![[tag::DATE], date(2020, 13, 1)]);
            assert!(error.starts_with("ValueError: month must be in 1..12"), "{error}");
        });
    }
}
