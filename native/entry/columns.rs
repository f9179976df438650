//! Batches of numbers, which take eight bytes each: arrays of one kind, and rows of several columns, of a kind each.

use std::marker::PhantomData;
use std::slice::ChunksExact;

use crate::frame::tag::{self, batch};
use crate::frame::{Malformed, Reader, Writer};
use crate::py::{self, CellContents, Detached, Gil, NumberMemory, Object, Owned, Rows, Shape};

use super::batch::{check_done, end, end_loop, finish, run_loop, width, write_result};
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

/// Rows of one number or more each, whose results may be anything. One that is no number of the first one's kind is the last.
struct Columns<'r> {
    rows: ChunksExact<'r, [u8; 8]>,
    /// What the columns are: LONG or DOUBLE.
    first: u8,
    others: &'r [u8],
    memory: NumberMemory,
    results: Vec<[u8; 8]>,
    /// What the results are, as the columns.
    kind: u8,
    other: Option<Detached>,
}

impl Rows for Columns<'_> {
    fn is_bound(&self) -> bool {
        false
    }

    #[inline(always)]
    fn take(&mut self, gil: Gil<'_>, result: &Owned<'_>) -> py::Result<bool> {
        if self.results.is_empty() && result.is_float() {
            self.kind = tag::DOUBLE;
        }
        let number = match self.kind {
            tag::LONG => i64::exactly(gil, &self.memory, result).map(Number::to_bytes),
            _ => f64::exactly(gil, &self.memory, result).map(Number::to_bytes),
        };
        match number {
            Some(number) => self.results.push(number),
            None => self.other = Some(result.own(gil).detach()),
        }
        Ok(self.other.is_none())
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
        for ((other, kind), number) in others.iter().zip(self.others).zip(row) {
            other.put(gil, to_python(gil, &self.memory, *kind, *number, other.take(gil))?)?;
        }
        to_python(gil, &self.memory, self.first, *first, spent).map(Some)
    }
}

#[inline(always)]
fn to_python<'g>(
    gil: Gil<'g>,
    memory: &NumberMemory,
    kind: u8,
    number: [u8; 8],
    spent: Option<Owned<'g>>,
) -> py::Result<Owned<'g>> {
    match kind {
        tag::LONG => i64::from_bytes(number).to_python_in(gil, memory, spent),
        _ => f64::from_bytes(number).to_python_in(gil, memory, spent),
    }
}

/// handle, u8 what the rows are, u8 how many columns, what each of them is, u32 count, rows.
pub fn columns(call: &mut Call<'_, '_>, frame: &mut Frame) {
    call.decoded = true;
    let answer = match call_columns(call, &mut Reader::new(frame.payload())) {
        Ok(answer) => answer,
        Err(failure) => ColumnsAnswer { kind: tag::LONG, results: Vec::new(), ended: Err(failure) },
    };
    let mut writer = Writer::new(frame.memory());
    let done = answer.results.len();
    writer.u32(0);
    writer.u8(answer.kind);
    writer.put(answer.results.as_flattened());
    let ended = match answer.ended {
        Ok(None) => Ok(batch::DONE),
        Ok(Some(other)) => {
            let start = writer.position();
            writer.u8(batch::OTHER);
            match write_result(call, &mut writer, &other, false) {
                Ok(()) => return finish(call, writer, done),
                Err(failure) => {
                    writer.truncate(start);
                    Err(failure)
                }
            }
        }
        Err(failure) => Err(failure),
    };
    end(call, writer, done, ended);
}

struct ColumnsAnswer<'g> {
    /// What the results are: LONG or DOUBLE.
    kind: u8,
    results: Vec<[u8; 8]>,
    /// What came then that is no such number, or why the rest failed.
    ended: Result<Option<Owned<'g>>, Failure>,
}

fn call_columns<'g>(call: &Call<'g, '_>, reader: &mut Reader<'_>) -> Result<ColumnsAnswer<'g>, Failure> {
    let function = call.object(reader)?;
    let (kinds, numbers) = read_columns(reader).map_err(|malformed| malformed.raise(call.gil))?;
    let [first, others @ ..] = kinds else {
        return Err(reader.malformed("its rows have no columns").raise(call.gil).into());
    };
    let count = numbers.len() / kinds.len();
    let rows = Columns {
        rows: numbers.chunks_exact(kinds.len()),
        first: *first,
        others,
        memory: NumberMemory::of(call.gil),
        results: Vec::with_capacity(count),
        kind: tag::LONG,
        other: None,
    };
    let (rows, looped) = run_loop(call, &function, Shape::Positional(kinds.len()), rows);
    let ended = looped.and_then(|()| match rows.other {
        Some(other) => Ok(Some(other.attach(call.gil))),
        None => check_done(call.gil, rows.results.len(), count).map(|()| None),
    });
    Ok(ColumnsAnswer { kind: rows.kind, results: rows.results, ended })
}

/// What the columns are, and the numbers, one row after the other.
fn read_columns<'r>(reader: &mut Reader<'r>) -> Result<(&'r [u8], &'r [[u8; 8]]), Malformed> {
    reader.u8()?;
    let width = width(reader)?;
    let kinds = reader.bytes(width)?;
    if kinds.iter().any(|kind| ![tag::LONG, tag::DOUBLE].contains(kind)) {
        return Err(reader.malformed("a column is of no kind of numbers"));
    }
    let count = reader.count(8 * width.max(1))?;
    Ok((kinds, reader.bytes(8 * width * count)?.as_chunks().0))
}
