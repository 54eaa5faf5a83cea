use std::sync::atomic::AtomicUsize;
use std::sync::{Barrier, mpsc};
use std::thread;

use super::super::{Lexicon, Mode, Settings, Word};
use super::*;
use crate::{Error, ErrorKind, Language};

fn pronunciation(phonemes: &str) -> Pronunciation {
    let word = Word { range: 0..1, phonemes: phonemes.to_owned(), space_after: false };
    Pronunciation { words: vec![word], ..Pronunciation::default() }
}

fn query(text: &str) -> Query<'_> {
    Query::new(text, Language::EnUs, &Settings::default())
}

fn fill(cache: &Cache, text: &str) {
    cache.get_or_make(&query(text), || Ok(pronunciation(text))).unwrap();
}

#[test]
fn a_second_look_up_is_a_hit_of_the_same_entry() {
    let cache = Cache::new(Cache::DEFAULT_BYTES);
    let first = cache.get_or_make(&query("a"), || Ok(pronunciation("x"))).unwrap();
    let second = cache.get_or_make(&query("a"), || Ok(pronunciation("y"))).unwrap();
    assert!(Arc::ptr_eq(&first, &second));
    assert!(Arc::ptr_eq(&first, &cache.get(&query("a")).unwrap()));
    assert!(cache.get(&query("b")).is_none());
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.waits, stats.evictions, stats.entries), (2, 1, 0, 0, 1));
}

#[test]
fn whatever_decides_about_the_words_is_in_the_key() {
    let cache = Cache::new(Cache::DEFAULT_BYTES);
    let default = Settings::default();
    let lexicon = Lexicon::from_entries([("a", "a")]).unwrap();
    let others = [
        Query::new("a", Language::EnUs, &default),
        Query::new("a", Language::EnGb, &default),
        Query::new("a", Language::EnUs, &default.clone().mode(Mode::Reference)),
        Query::new("a", Language::EnUs, &default.clone().fallback(super::super::Fallback::None)),
        Query::new("a", Language::EnUs, &default.clone().symbols(super::super::Symbols::Skip)),
        Query::new("a", Language::EnUs, &default.clone().lexicon(lexicon.clone())),
        Query::new("a", Language::EnUs, &default.clone().overrides(lexicon.clone())),
        Query::new("a ", Language::EnUs, &default),
    ];
    for (i, query) in others.iter().enumerate() {
        assert!(cache.get(query).is_none());
        cache.get_or_make(query, || Ok(pronunciation(&i.to_string()))).unwrap();
    }
    for (i, query) in others.iter().enumerate() {
        assert_eq!(cache.get(query).unwrap().words[0].phonemes, i.to_string());
    }
}

#[test]
fn callers_at_the_same_time_make_one_entry() {
    let cache = &Cache::new(Cache::DEFAULT_BYTES);
    let (begun, has_begun) = mpsc::channel();
    let (finish, may_finish) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            let make = || {
                begun.send(()).unwrap();
                may_finish.recv().unwrap();
                Ok(pronunciation("x"))
            };
            cache.get_or_make(&query("a"), make).unwrap();
        });
        has_begun.recv().unwrap();
        let others: Vec<_> = (0..7)
            .map(|_| scope.spawn(|| cache.get_or_make(&query("a"), || panic!("made twice")).unwrap()))
            .collect();
        // Another text does not wait.
        fill(cache, "b");
        finish.send(()).unwrap();
        for other in others {
            assert_eq!(other.join().unwrap().words[0].phonemes, "x");
        }
    });
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.entries), (7, 2, 2));
    assert!(stats.waits <= 7);
}

#[test]
fn failures_are_not_kept_and_the_next_caller_does_the_work() {
    let cache = Cache::new(Cache::DEFAULT_BYTES);
    let fail = || Err(Error::new(ErrorKind::Internal, "no"));
    assert!(cache.get_or_make(&query("a"), fail).is_err());
    let panic = || cache.get_or_make(&query("a"), || panic!("a defect"));
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panic)).is_err());
    fill(&cache, "a");
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.entries), (0, 3, 1));
}

#[test]
fn those_who_wait_for_a_failure_are_woken_one_by_one() {
    let cache = Cache::new(Cache::DEFAULT_BYTES);
    let barrier = Barrier::new(8);
    let tries = AtomicUsize::new(0);
    let caller = || {
        barrier.wait();
        cache.get_or_make(&query("a"), || match tries.fetch_add(1, Ordering::SeqCst) {
            0 => panic!("a defect"),
            1..4 => Err(Error::new(ErrorKind::Internal, "no")),
            _ => Ok(pronunciation("x")),
        })
    };
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(caller)).collect();
        threads.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    assert_eq!(results.iter().filter(|result| result.is_err()).count(), 1, "panics");
    assert_eq!(results.iter().flatten().filter(|result| result.is_err()).count(), 3, "errors");
    assert_eq!(results.iter().flatten().flatten().count(), 4);
    let stats = cache.stats();
    assert_eq!((stats.hits + stats.misses, stats.misses, stats.entries), (8, 5, 1));
}

#[test]
fn counters_are_exact_with_many_threads() {
    const THREADS: usize = 8;
    const ROUNDS: usize = 4_000;
    for capacity in [Cache::DEFAULT_BYTES, 32 << 10] {
        let cache = Cache::new(capacity);
        let made = AtomicU64::new(0);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (cache, made) = (&cache, &made);
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        let text = (round * (number + 1) * 7919 % 311).to_string();
                        let make = || {
                            made.fetch_add(1, Ordering::Relaxed);
                            Ok(pronunciation(&text.repeat(5)))
                        };
                        let found = cache.get_or_make(&query(&text), make).unwrap();
                        assert_eq!(found.words[0].phonemes, text.repeat(5));
                    }
                });
            }
        });
        let stats = cache.stats();
        assert_eq!(stats.hits + stats.misses, (THREADS * ROUNDS) as u64);
        assert_eq!(stats.misses, made.load(Ordering::Relaxed));
        assert_eq!(stats.misses - stats.evictions, stats.entries as u64);
        assert_eq!(stats.bytes as u64, weight_of_entries(&cache));
        assert!(stats.bytes <= capacity);
        assert_eq!(stats.evictions == 0, capacity == Cache::DEFAULT_BYTES);
    }
}

fn weight_of_entries(cache: &Cache) -> u64 {
    use quick_cache::Weighter as _;
    cache.entries.iter().map(|(key, value)| Bytes.weight(&key, &value)).sum()
}

#[test]
fn a_weight_counts_text_words_and_phonemes() {
    let bytes = |text: &str, words: usize, phonemes: &str| {
        let cache = Cache::new(Cache::DEFAULT_BYTES);
        let mut made = pronunciation(phonemes);
        made.words = vec![made.words[0].clone(); words];
        cache.get_or_make(&query(text), || Ok(made)).unwrap();
        cache.stats().bytes
    };
    let base = bytes("a", 1, "a");
    assert!((200..600).contains(&base), "{base}");
    assert_eq!(bytes(&"a".repeat(1_001), 1, "a"), base + 1_000);
    assert_eq!(bytes("a", 1, &"a".repeat(1_001)), base + 1_000);
    assert_eq!(bytes("a", 11, "a"), base + 10 * (size_of::<Word>() + 17));
}

#[test]
fn nothing_is_kept_or_counted_without_capacity() {
    let cache = Cache::new(0);
    fill(&cache, "a");
    fill(&cache, "a");
    assert!(cache.get(&query("a")).is_none());
    assert_eq!(cache.stats(), CacheStats::default());
    cache.set_capacity(1 << 20);
    fill(&cache, "a");
    fill(&cache, "a");
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.entries, stats.capacity_bytes), (1, 1, 1, 1 << 20));
}

#[test]
fn the_capacity_can_shrink_and_grow() {
    let cache = Cache::new(1 << 20);
    let texts: Vec<String> = (0..500).map(|i| i.to_string()).collect();
    texts.iter().for_each(|text| fill(&cache, text));
    let before = cache.stats();
    assert_eq!((before.entries, before.evictions), (500, 0));
    cache.set_capacity(before.bytes / 2);
    let after = cache.stats();
    assert!(after.bytes <= before.bytes / 2 && after.entries > 100, "{after:?}");
    assert_eq!(after.evictions as usize + after.entries, 500);
    cache.set_capacity(0);
    assert_eq!((cache.stats().entries, cache.stats().bytes, cache.stats().evictions), (0, 0, 500));
    cache.set_capacity(1 << 20);
    texts.iter().for_each(|text| fill(&cache, text));
    assert_eq!(cache.stats().entries, 500);
}

#[test]
fn what_is_larger_than_an_eighth_is_not_kept() {
    let cache = Cache::new(80_000);
    fill(&cache, "a");
    let large = "b".repeat(6_000);
    for _ in 0..2 {
        let made = cache.get_or_make(&query(&large), || Ok(pronunciation(&large))).unwrap();
        assert_eq!(made.words[0].phonemes, large);
    }
    let stats = cache.stats();
    assert_eq!((stats.misses, stats.entries, stats.evictions), (3, 1, 2));
    assert!(cache.get(&query("a")).is_some());
}
