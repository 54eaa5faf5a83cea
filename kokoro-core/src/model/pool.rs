//! A fixed set of things that are used by one thread at a time.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Hands out its items one by one; a caller that finds none free waits for one to come back.
pub(crate) struct Pool<T> {
    free: Mutex<Vec<T>>,
    returned: Condvar,
}

impl<T> Pool<T> {
    pub(crate) fn new(items: Vec<T>) -> Self {
        debug_assert!(!items.is_empty(), "an empty pool would block its first caller for ever");
        Self { free: Mutex::new(items), returned: Condvar::new() }
    }

    /// Takes an item, which goes back when the guard is dropped, also in a panic.
    pub(crate) fn take(&self) -> Lent<'_, T> {
        let mut free = self.lock();
        loop {
            if let Some(item) = free.pop() {
                return Lent { pool: self, item: Some(item) };
            }
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Nothing that can panic runs under this lock, so a poisoned one still holds a sound list.
    fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An item on loan from a [`Pool`].
pub(crate) struct Lent<'a, T> {
    pool: &'a Pool<T>,
    /// `None` only while it is being handed back.
    item: Option<T>,
}

impl<T> Deref for Lent<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.item {
            Some(item) => item,
            None => unreachable!("the item is there until the loan ends"),
        }
    }
}

impl<T> DerefMut for Lent<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.item {
            Some(item) => item,
            None => unreachable!("the item is there until the loan ends"),
        }
    }
}

impl<T> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        if let Some(item) = self.item.take() {
            self.pool.lock().push(item);
            self.pool.returned.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn no_item_is_used_twice_at_once_and_none_is_lost() {
        let pool = Pool::new(vec![AtomicUsize::new(0), AtomicUsize::new(0)]);
        let uses = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let item = pool.take();
                        assert_eq!(item.fetch_add(1, Ordering::SeqCst), 0, "two users of one item");
                        uses.fetch_add(1, Ordering::SeqCst);
                        std::thread::yield_now();
                        item.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(uses.into_inner(), 1600);
        assert_eq!(pool.lock().len(), 2);
    }

    #[test]
    fn a_panicking_user_gives_its_item_back() {
        let pool = Pool::new(vec![1]);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let _item = pool.take();
            panic!("as a test does");
        }));
        assert!(outcome.is_err());
        assert_eq!(*pool.take(), 1);
    }
}
