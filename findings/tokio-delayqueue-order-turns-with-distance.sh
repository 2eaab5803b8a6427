#!/usr/bin/env bash
# One would expect that a delay queue returns items with equal deadlines in one order, such as first in first out, or in no
# particular order, and overdue items in the order of their deadlines.
# What happens with tokio-util's DelayQueue: the order of equal deadlines changes with their distance, as the level of the timer
# wheel does: last in first out up to 63 ms, first in first out from 64 to 4095, last in first out again at 4096 and 5000, and so on.
# Items that are overdue when they are inserted are returned last in first out, regardless of their deadlines.
# Why it matters: a test with 10 ms shows the opposite of the order in production with 100 ms. A retry queue that relies
# on either order is wrong for some delay.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
rustc --version
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.1.0"
edition = "2021"

[dependencies]
tokio = { version = "=1.54.1", features = ["macros", "rt", "time", "test-util"] }
tokio-stream = "=0.1.19"
tokio-util = { version = "=0.7.20", features = ["time"] }
TOML
cat >src/main.rs <<'RUST'
use tokio::time::{advance, Duration, Instant};
use tokio_stream::StreamExt;
use tokio_util::time::DelayQueue;

/// Inserts items and returns the order in which they are removed.
async fn order(items: &[(&str, Instant)]) -> String {
    let mut queue = DelayQueue::new();
    for (item, deadline) in items {
        queue.insert_at(*item, *deadline);
    }
    let mut order = vec![];
    while let Some(item) = queue.next().await {
        order.push(item.into_inner());
    }
    order.join(" ")
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut changed = false;
    let (first, last) = ("a b c d", "d c b a");
    let wanted = [(1, last), (63, last), (64, first), (4095, first), (4096, last), (300_000, first)];
    for (distance, want) in wanted {
        let at = Instant::now() + Duration::from_millis(distance);
        let got = order(&[("a", at), ("b", at), ("c", at), ("d", at)]).await;
        println!("a b c d, all due in {distance} ms, come out as {got}");
        changed |= got != want;
    }
    advance(Duration::from_millis(100)).await;
    let ago = |ms| Instant::now() - Duration::from_millis(ms);
    let got = order(&[("5", ago(5)), ("9", ago(9)), ("1", ago(1))]).await;
    println!("overdue by 5, 9, 1 ms, inserted in that order: {got}");
    changed |= got != "1 9 5";
    if changed {
        println!("CHANGED");
        std::process::exit(1);
    }
}
RUST
cargo build -q
cargo tree --depth 1 --prefix none | tail -n +2
cargo run -q
