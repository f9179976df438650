//! Batches of numbers and texts: arrays of numbers of one kind, and rows of several columns, of a kind each.

use std::marker::PhantomData;
use std::slice::ChunksExact;

use crate::frame::tag::{self, batch};
use crate::frame::{Malformed, Reader, Writer};
use crate::py::{self, CellContents, Detached, Gil, NumberMemory, Object, Owned, Rows, Shape, Text};

use super::batch::{LARGE_ANSWER, check_done, end, end_loop, finish, run_loop, width, write_result};
use super::failure::Failure;
use super::memory::Frame;
use super::numbers::Number;
use super::operations::Call;

/// Rows of one number each, whose results must be such numbers.
struct Numbers<'r, N> {
    arguments: std::slice::Iter<'r, [u8; 8]>,
    results: Vec<[u8; 8]>,
    memory: NumberMemory,
    function: &'r Object,
    refused: Option<Failure>,
    kind: PhantomData<N>,
}

impl<N: Number> Rows for Numbers<'_, N> {
    fn is_bound(&self) -> bool {
        false
    }

    #[inline(always)]
    fn take(&mut self, gil: Gil<'_>, result: &Owned<'_>) -> py::Result<bool> {
        let number = match N::exactly(gil, &self.memory, result) {
            Some(number) => number,
            None => match N::from_python(gil, result, self.function) {
                Ok(number) => number,
                Err(failure) => {
                    end_loop(&mut self.refused, failure)?;
                    return Ok(false);
                }
            },
        };
        self.results.push(number.to_bytes());
        Ok(true)
    }

    #[inline(always)]
    fn next<'g>(
        &mut self,
        gil: Gil<'g>,
        spent: Option<Owned<'g>>,
        _others: &[CellContents],
    ) -> py::Result<Option<Owned<'g>>> {
        self.arguments
            .next()
            .map(|argument| N::from_bytes(*argument).to_python_in(gil, &self.memory, spent))
            .transpose()
    }
}

/// handle, then numbers to the payload's end.
pub fn numbers<N: Number>(call: &mut Call<'_, '_>, frame: &mut Frame) {
    call.decoded = true;
    let (results, ended) = match call_numbers::<N>(call, &mut Reader::new(frame.payload())) {
        Ok(answer) => answer,
        Err(failure) => (Vec::new(), Err(failure)),
    };
    let mut writer = Writer::new(frame.memory());
    writer.u32(0);
    writer.put(results.as_flattened());
    end(call, writer, results.len(), ended.map(|()| batch::DONE));
}

/// The results, and why the rest failed.
type NumbersAnswer = (Vec<[u8; 8]>, Result<(), Failure>);

fn call_numbers<N: Number>(call: &Call<'_, '_>, reader: &mut Reader<'_>) -> Result<NumbersAnswer, Failure> {
    let function = call.object(reader)?;
    let (arguments, _) =
        reader.bytes(reader.remaining()).map_err(|malformed| malformed.raise(call.gil))?.as_chunks::<8>();
    let rows = Numbers {
        arguments: arguments.iter(),
        results: Vec::with_capacity(arguments.len()),
        memory: NumberMemory::of(call.gil),
        function: &function,
        refused: None,
        kind: PhantomData::<N>,
    };
    let (rows, looped) = run_loop(call, &function, Shape::Positional(1), rows);
    let ended = looped.and_then(|()| match rows.refused {
        Some(failure) => Err(failure),
        None => check_done(call.gil, rows.results.len(), arguments.len()),
    });
    Ok((rows.results, ended))
}

/// A longer text is no result of such rows.
const MOST_TEXT: usize = 1 << 16;
/// The length of a text that is None.
const NO_TEXT: i64 = -1;

/// Rows of one number or text or more each, whose results may be anything. One that is not of the first one's kind is the last.
struct Columns<'r> {
    rows: ChunksExact<'r, [u8; 8]>,
    /// What the columns are: LONG, DOUBLE, or UTF16, whose numbers are how long the texts are.
    first: u8,
    others: &'r [u8],
    values: Values<'r>,
    results: Results,
    paused: bool,
    other: Option<Detached>,
}

/// What the values of columns are made of.
struct Values<'r> {
    memory: NumberMemory,
    /// The texts that were not made yet.
    texts: Reader<'r>,
}

impl Values<'_> {
    #[inline(always)]
    fn make<'g>(&mut self, gil: Gil<'g>, kind: u8, number: [u8; 8], spent: Option<Owned<'g>>) -> py::Result<Owned<'g>> {
        match kind {
            tag::LONG => i64::from_bytes(number).to_python_in(gil, &self.memory, spent),
            tag::DOUBLE => f64::from_bytes(number).to_python_in(gil, &self.memory, spent),
            _ => {
                drop(spent);
                self.text(gil, i64::from_le_bytes(number))
            }
        }
    }

    #[inline(always)]
    fn text<'g>(&mut self, gil: Gil<'g>, length: i64) -> py::Result<Owned<'g>> {
        if length == NO_TEXT {
            return Ok(gil.none());
        }
        let units = usize::try_from(length).unwrap_or(usize::MAX).saturating_mul(2);
        gil.str_utf16(self.texts.bytes(units).map_err(|malformed| malformed.raise(gil))?)
    }
}

/// The results of columns, as the rows are.
struct Results {
    /// LONG, DOUBLE or UTF16. A text's number is twice its length, plus 1 where its characters take two bytes each.
    kind: u8,
    numbers: Vec<[u8; 8]>,
    /// The texts. Those of two bytes a character begin at an even place.
    texts: Vec<u8>,
}

impl Results {
    fn new(count: usize) -> Self {
        Results { kind: tag::LONG, numbers: Vec::with_capacity(count), texts: Vec::new() }
    }

    /// Puts a result in; false where it is of another kind than those before.
    #[inline(always)]
    fn put(&mut self, gil: Gil<'_>, memory: &NumberMemory, result: &Object) -> py::Result<bool> {
        if self.numbers.is_empty() {
            self.kind = match () {
                () if result.is_float() => tag::DOUBLE,
                () if result.is_exact_str() => tag::UTF16,
                () => tag::LONG,
            };
        }
        let number = match self.kind {
            tag::LONG => i64::exactly(gil, memory, result).map(Number::to_bytes),
            tag::DOUBLE => f64::exactly(gil, memory, result).map(Number::to_bytes),
            _ => self.put_text(gil, result)?.map(i64::to_le_bytes),
        };
        self.numbers.extend(number);
        Ok(number.is_some())
    }

    #[inline(always)]
    fn put_text(&mut self, gil: Gil<'_>, result: &Object) -> py::Result<Option<i64>> {
        if !result.is_exact_str() {
            return Ok(result.is_none().then_some(NO_TEXT));
        }
        let code = match result.text(gil)? {
            Text::Ascii(bytes) if bytes.len() <= MOST_TEXT => {
                self.texts.extend_from_slice(bytes);
                2 * bytes.len()
            }
            Text::Utf16(text) if text.as_bytes(gil)?.len() <= MOST_TEXT => {
                let bytes = text.as_bytes(gil)?;
                self.texts.resize(self.texts.len().next_multiple_of(2), 0);
                self.texts.extend_from_slice(bytes);
                bytes.len() + 1
            }
            _ => return Ok(None),
        };
        Ok(Some(code as i64))
    }
}

impl Rows for Columns<'_> {
    fn is_bound(&self) -> bool {
        false
    }

    #[inline(always)]
    fn take(&mut self, gil: Gil<'_>, result: &Owned<'_>) -> py::Result<bool> {
        let put = self.results.put(gil, &self.values.memory, result)?;
        if !put {
            self.other = Some(result.own(gil).detach());
        }
        Ok(put)
    }

    #[inline(always)]
    fn next<'g>(
        &mut self,
        gil: Gil<'g>,
        spent: Option<Owned<'g>>,
        others: &[CellContents],
    ) -> py::Result<Option<Owned<'g>>> {
        let Some([first, row @ ..]) = self.rows.next() else {
            return Ok(None);
        };
        self.paused = self.results.texts.len() >= LARGE_ANSWER;
        if self.paused {
            return Ok(None);
        }
        let first = self.values.make(gil, self.first, *first, spent)?;
        for ((other, kind), number) in others.iter().zip(self.others).zip(row) {
            other.put(gil, self.values.make(gil, *kind, *number, other.take(gil))?)?;
        }
        Ok(Some(first))
    }
}

/// handle, u8 what the rows are, u8 how many columns, what each of them is, u32 count, rows, units of the texts.
pub fn columns(call: &mut Call<'_, '_>, frame: &mut Frame) {
    call.decoded = true;
    let (results, ended) = match call_columns(call, &mut Reader::new(frame.payload())) {
        Ok(answer) => answer,
        Err(failure) => (Results::new(0), Err(failure)),
    };
    let mut writer = Writer::new(frame.memory());
    let done = results.numbers.len();
    writer.u32(0);
    writer.u8(results.kind);
    writer.put(results.numbers.as_flattened());
    if results.kind == tag::UTF16 {
        writer.u32(results.texts.len() as u32);
        writer.put(&results.texts);
    }
    let ended = match ended {
        Ok(Ended::Done) => Ok(batch::DONE),
        Ok(Ended::Paused) => Ok(batch::PAUSED),
        Ok(Ended::Other(other)) => {
            let start = writer.position();
            writer.u8(batch::OTHER);
            match write_result(call.gil, call.peer, &mut writer, &other, false) {
                Ok(()) => return finish(call, writer, done),
                Err(failure) => {
                    drop(writer.truncate(start));
                    Err(failure)
                }
            }
        }
        Err(failure) => Err(failure),
    };
    end(call, writer, done, ended);
}

/// How the rows of columns ended.
enum Ended<'g> {
    Done,
    Paused,
    /// With a result that is not of the kind of those before.
    Other(Owned<'g>),
}

/// The results, and how it ended or why the rest failed.
type ColumnsAnswer<'g> = (Results, Result<Ended<'g>, Failure>);

fn call_columns<'g>(call: &Call<'g, '_>, reader: &mut Reader<'_>) -> Result<ColumnsAnswer<'g>, Failure> {
    let function = call.object(reader)?;
    let (kinds, numbers, texts) = read_columns(reader).map_err(|malformed| malformed.raise(call.gil))?;
    let [first, others @ ..] = kinds else {
        return Err(reader.malformed("its rows have no columns").raise(call.gil).into());
    };
    let count = numbers.len() / kinds.len();
    let rows = Columns {
        rows: numbers.chunks_exact(kinds.len()),
        first: *first,
        others,
        values: Values { memory: NumberMemory::of(call.gil), texts: Reader::new(texts) },
        results: Results::new(count),
        paused: false,
        other: None,
    };
    let (rows, looped) = run_loop(call, &function, Shape::Positional(kinds.len()), rows);
    let ended = looped.and_then(|()| match rows.other {
        Some(other) => Ok(Ended::Other(other.attach(call.gil))),
        None if rows.paused => Ok(Ended::Paused),
        None => check_done(call.gil, rows.results.numbers.len(), count).map(|()| Ended::Done),
    });
    Ok((rows.results, ended))
}

/// What the columns are, their numbers, one row after the other, and the units of the texts.
type ColumnsRead<'r> = (&'r [u8], &'r [[u8; 8]], &'r [u8]);

fn read_columns<'r>(reader: &mut Reader<'r>) -> Result<ColumnsRead<'r>, Malformed> {
    reader.u8()?;
    let width = width(reader)?;
    let kinds = reader.bytes(width)?;
    if kinds.iter().any(|kind| ![tag::LONG, tag::DOUBLE, tag::UTF16].contains(kind)) {
        return Err(reader.malformed("a column is of no kind"));
    }
    let count = reader.count(8 * width.max(1))?;
    Ok((kinds, reader.bytes(8 * width * count)?.as_chunks().0, reader.units()?))
}
