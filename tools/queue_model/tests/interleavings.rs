//! Every scenario in every interleaving. The numbers make sure that there was more than one.

use kokoro_queue_model::scenarios;

fn check(scenario: fn() -> usize) -> usize {
    let runs = scenario();
    assert!(runs > 10, "{runs} interleavings");
    runs
}

#[test]
fn back_pressure() {
    println!("{} interleavings", check(scenarios::back_pressure));
}

#[test]
fn two_workers() {
    println!("{} interleavings", check(scenarios::two_workers));
}

#[test]
fn cancelling() {
    println!("{} interleavings", check(scenarios::cancelling));
}

#[test]
fn draining() {
    println!("{} interleavings", check(scenarios::draining));
}

#[test]
fn closing() {
    println!("{} interleavings", check(scenarios::closing));
}

#[test]
fn waiting_for_a_place() {
    println!("{} interleavings", check(scenarios::waiting_for_a_place));
}

#[test]
fn waking() {
    println!("{} interleavings", check(scenarios::waking));
}
