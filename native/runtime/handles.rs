//! The table behind handles: a `long` in Java names a Python object here.
//!
//! A handle is an index and a generation, looked up under the GIL, so that one that was released (twice, from another
//! thread, after its interpreter) is found out and never followed.

use crate::py::{Detached, Gil, Object, Owned};

/// The handle names nothing any more.
#[derive(Debug, PartialEq, Eq)]
pub struct Stale;

enum Entry {
    Used(Detached),
    Free { next: usize },
}

struct Place {
    generation: u32,
    entry: Entry,
}

/// All handles of one domain.
#[derive(Default)]
pub struct Handles {
    places: Vec<Place>,
    free: usize,
    live: usize,
}

/// Marks the end of the free list: places are counted from 1.
const NONE: usize = 0;

impl Handles {
    /// A new handle for the object.
    pub fn insert(&mut self, object: Owned<'_>) -> i64 {
        let object = object.detach();
        self.live += 1;
        let number = if self.free == NONE {
            self.places.push(Place { generation: 1, entry: Entry::Used(object) });
            self.places.len()
        } else {
            let number = self.free;
            let place = &mut self.places[number - 1];
            if let Entry::Free { next } = place.entry {
                self.free = next;
            }
            place.entry = Entry::Used(object);
            number
        };
        i64::from(self.places[number - 1].generation) << 32 | number as i64
    }

    #[inline(always)]
    fn place(&self, handle: i64) -> Result<(usize, &Place), Stale> {
        let number = (handle & 0xffff_ffff) as usize;
        let generation = (handle >> 32) as u32;
        match number.checked_sub(1).and_then(|index| self.places.get(index)) {
            Some(place) if place.generation == generation => Ok((number, place)),
            _ => Err(Stale),
        }
    }

    /// A new reference to the object.
    #[inline(always)]
    pub fn get<'g>(&self, gil: Gil<'g>, handle: i64) -> Result<Owned<'g>, Stale> {
        self.borrow(gil, handle).map(|object| object.own(gil))
    }

    /// The object, borrowed from the table.
    #[inline(always)]
    pub fn borrow(&self, gil: Gil<'_>, handle: i64) -> Result<&Object, Stale> {
        match self.place(handle)? {
            (_, Place { entry: Entry::Used(object), .. }) => Ok(object.get(gil)),
            _ => Err(Stale),
        }
    }

    /// Takes the object out: dropping it may run Python code, so that is the caller's, outside the table.
    pub fn remove(&mut self, handle: i64) -> Result<Detached, Stale> {
        let (number, _) = self.place(handle)?;
        let free = Entry::Free { next: self.free };
        let place = &mut self.places[number - 1];
        match std::mem::replace(&mut place.entry, free) {
            Entry::Used(object) => {
                // 31 bits: the sign bit stays clear, and 0 is never a handle.
                place.generation = (place.generation % 0x7fff_fffe) + 1;
                self.free = number;
                self.live -= 1;
                Ok(object)
            }
            Entry::Free { next } => {
                place.entry = Entry::Free { next };
                Err(Stale)
            }
        }
    }

    /// Takes all objects out; every handle is stale then.
    pub fn remove_all(&mut self) -> Vec<Detached> {
        let used = self.places.iter().enumerate().filter(|(_, place)| matches!(place.entry, Entry::Used(_)));
        let handles: Vec<i64> =
            used.map(|(index, place)| i64::from(place.generation) << 32 | (index as i64 + 1)).collect();
        handles.into_iter().filter_map(|handle| self.remove(handle).ok()).collect()
    }

    /// Number of handles in use.
    pub fn live(&self) -> usize {
        self.live
    }
}
