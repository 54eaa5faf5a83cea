//! Handles: what C has instead of objects.
//!
//! A handle is a number in the form of a pointer, and one table knows the object behind each. Numbers are not used
//! again, so a handle that was freed, was used up, is of another type or was made up is found out, always, and never
//! read through. An object lives on while a call uses it, so that any handle may be freed at any time, in any order, by
//! any thread.
//!
//! What cannot be found out is memory: that of an object, which some functions give a pointer to, ends with its handle.

use std::any::Any;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::failure::{Failure, Outcome};
use crate::status::kokoro_status;

/// Binds a type that C knows by name to what is behind it.
pub(crate) trait Handle: Sized + 'static {
    /// What is behind it.
    type Object: Send + Sync + 'static;
    /// Its name in C.
    const NAME: &'static str;
}

struct Entry {
    object: Arc<dyn Any + Send + Sync>,
    name: &'static str,
}

/// Handles by number, in parts with a lock each: threads that use different handles seldom meet.
static TABLE: [RwLock<BTreeMap<usize, Entry>>; PARTS] = [const { RwLock::new(BTreeMap::new()) }; PARTS];
const PARTS: usize = 16;

/// The last number that was given out.
static LAST: AtomicUsize = AtomicUsize::new(FIRST);

/// Numbers are multiples of this, as pointers to objects are.
const STEP: usize = 16;
/// Numbers lie between these two. Collectors of garbage and languages that pack pointers look at their bits: they are
/// no small integers and have 47 bits, and on the systems known to us nothing lies there by default. They suffice for a
/// thousand handles a second for 80 years, and then begin anew.
#[cfg(target_pointer_width = "64")]
const FIRST: usize = 0x2B6F_0000_0000;
#[cfg(target_pointer_width = "64")]
const END: usize = 0x5000_0000_0000;
#[cfg(not(target_pointer_width = "64"))]
const FIRST: usize = 0x1_0000;
#[cfg(not(target_pointer_width = "64"))]
const END: usize = 0xFFFF_0000;

fn part(number: usize) -> &'static RwLock<BTreeMap<usize, Entry>> {
    // The remainder is below the number of parts.
    #[allow(clippy::indexing_slicing, reason = "see above")]
    &TABLE[number / STEP % PARTS]
}

fn next_number() -> usize {
    let step = |last: usize| Some(if last + STEP < END { last + STEP } else { FIRST + STEP });
    // The closure always gives a number, so both arms hold the one before.
    let (Ok(before) | Err(before)) = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step);
    step(before).unwrap_or(before)
}

/// A new handle of an object.
pub(crate) fn insert<H: Handle>(object: H::Object) -> *mut H {
    share(Arc::new(object))
}

/// One more handle of an object.
pub(crate) fn share<H: Handle>(object: Arc<H::Object>) -> *mut H {
    loop {
        let number = next_number();
        let mut part = part(number).write().unwrap_or_else(PoisonError::into_inner);
        // Occupied only after the numbers have begun anew.
        if let Place::Vacant(place) = part.entry(number) {
            place.insert(Entry { object, name: H::NAME });
            return ptr::without_provenance_mut(number);
        }
    }
}

/// The object of a handle.
pub(crate) fn get<H: Handle>(handle: *const H) -> Outcome<Arc<H::Object>> {
    let number = number(handle)?;
    let part = part(number).read().unwrap_or_else(PoisonError::into_inner);
    let entry = part.get(&number).ok_or_else(|| unknown::<H>(number))?;
    Arc::clone(&entry.object).downcast().map_err(|_| mistaken::<H>(entry.name))
}

/// The object of a handle that is a handle no more.
pub(crate) fn take<H: Handle>(handle: *const H) -> Outcome<Arc<H::Object>> {
    let number = number(handle)?;
    let mut part = part(number).write().unwrap_or_else(PoisonError::into_inner);
    let entry = part.remove(&number).ok_or_else(|| unknown::<H>(number))?;
    entry.object.downcast().map_err(|object| {
        let name = entry.name;
        part.insert(number, Entry { object, name });
        mistaken::<H>(name)
    })
}

/// Frees a handle. NULL is free already.
pub(crate) fn free<H: Handle>(handle: *mut H) -> Outcome<()> {
    if handle.is_null() {
        return Ok(());
    }
    // Dropped here, outside of the lock: it may wait for threads.
    take(handle).map(drop)
}

/// How many handles have not been freed.
fn count() -> usize {
    TABLE.iter().map(|part| part.read().unwrap_or_else(PoisonError::into_inner).len()).sum()
}

fn number<H: Handle>(handle: *const H) -> Outcome<usize> {
    if handle.is_null() {
        let message = format!("a {} is NULL: pass one that was given out", H::NAME);
        return Err(Failure::new(kokoro_status::KOKORO_NULL_POINTER, message));
    }
    Ok(handle.addr())
}

fn unknown<H: Handle>(number: usize) -> Failure {
    let message = format!(
        "{number:#x} is no {}: it was freed, was used up by kokoro_config_build(), or was never given out",
        H::NAME
    );
    Failure::new(kokoro_status::KOKORO_INVALID_HANDLE, message)
}

fn mistaken<H: Handle>(name: &str) -> Failure {
    let message = format!("a {name} was passed in place of a {}", H::NAME);
    Failure::new(kokoro_status::KOKORO_INVALID_HANDLE, message)
}

/// How many handles of all types exist: what was given out and not freed. For tests of programs that look for leaks,
/// as their tools see objects that nobody can reach any more only if they are memory of the program.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_handle_count() -> usize {
    count()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Number;
    struct Text;

    impl Handle for Number {
        type Object = u32;
        const NAME: &'static str = "number";
    }

    impl Handle for Text {
        type Object = String;
        const NAME: &'static str = "text";
    }

    fn status<T>(outcome: Outcome<T>) -> kokoro_status {
        outcome.map(drop).unwrap_err().status
    }

    #[test]
    fn a_handle_is_its_object_until_it_is_freed() {
        let one: *mut Number = insert(1);
        let two: *mut Number = insert(2);
        assert_ne!(one, two);
        assert_eq!((*get(one).unwrap(), *get(two).unwrap()), (1, 2));
        let same: *mut Number = share(get(one).unwrap());
        free(one).unwrap();
        assert_eq!(*get(same).unwrap(), 1);
        assert_eq!(status(get(one)), kokoro_status::KOKORO_INVALID_HANDLE);
        assert_eq!(status(free(one)), kokoro_status::KOKORO_INVALID_HANDLE);
        assert_eq!(*take(two).unwrap(), 2);
        assert_eq!(status(take(two)), kokoro_status::KOKORO_INVALID_HANDLE);
        free(same).unwrap();
    }

    #[test]
    fn what_is_no_handle_of_the_type_is_refused_and_left_alone() {
        let text: *mut Text = insert("a".to_owned());
        let as_number: *mut Number = text.cast();
        assert_eq!(status(get(as_number)), kokoro_status::KOKORO_INVALID_HANDLE);
        assert_eq!(status(free(as_number)), kokoro_status::KOKORO_INVALID_HANDLE);
        assert_eq!(*get(text).unwrap(), "a");
        for number in [1, 15, 16, 4096, text.addr() + 1, usize::MAX] {
            let made_up: *mut Text = ptr::without_provenance_mut(number);
            assert_eq!(status(get(made_up)), kokoro_status::KOKORO_INVALID_HANDLE);
        }
        assert_eq!(status(get(ptr::null::<Text>())), kokoro_status::KOKORO_NULL_POINTER);
        free(ptr::null_mut::<Text>()).unwrap();
        free(text).unwrap();
    }

    #[test]
    fn an_object_outlives_its_handle_while_it_is_used() {
        let text: *mut Text = insert("a".to_owned());
        let used = get(text).unwrap();
        free(text).unwrap();
        assert_eq!(*used, "a");
    }

    #[test]
    fn threads_get_handles_of_their_own() {
        let made: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| (0..500).map(|index| insert::<Number>(index).addr()).collect::<Vec<_>>())
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        let unique: std::collections::HashSet<_> = made.iter().collect();
        assert_eq!(unique.len(), 4_000);
        for &number in &made {
            free(ptr::without_provenance_mut::<Number>(number)).unwrap();
        }
    }
}
