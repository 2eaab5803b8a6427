#!/usr/bin/env bash
# One would expect that with Tokio's paused clock, which has only virtual time, sleep(1 ms) takes 1 ms.
# What happens after the clock was once moved by a part of a millisecond: from then on each sleep of 1 ms takes 2 ms, and a hundred
# of them 200 ms. Deadlines are rounded up to the next whole millisecond since the start. The clock jumps to the deadline plus that
# part, so it is never on a whole millisecond again. A timeout of zero is not elapsed at its first poll either; before the move it is.
# Why it matters: a test that contains one advance(300 us) measures rates and time-outs that are wrong by up to 100%, and a
# comparison with another runtime's virtual clock finds differences that do not exist.
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
TOML
cat >src/main.rs <<'RUST'
use std::future::{pending, poll_fn, Future};
use std::task::Poll;
use tokio::time::{advance, sleep, timeout, Duration, Instant};

/// Sleeps a hundred times for 1 ms.
async fn hundred() -> Duration {
    let begin = Instant::now();
    for _ in 0..100 {
        sleep(Duration::from_millis(1)).await;
    }
    begin.elapsed()
}

/// Polls a timeout of zero once.
async fn elapsed_at_once() -> bool {
    let mut zero = Box::pin(timeout(Duration::ZERO, pending::<()>()));
    poll_fn(|cx| Poll::Ready(zero.as_mut().poll(cx).is_ready())).await
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (clean, clean_zero) = (hundred().await, elapsed_at_once().await);
    advance(Duration::from_micros(300)).await;
    let (off, off_zero) = (hundred().await, elapsed_at_once().await);
    println!("clean clock:           100 x sleep(1 ms) takes {clean:?}, timeout(0) elapsed at the first poll: {clean_zero}");
    println!("after advance(300 us): 100 x sleep(1 ms) takes {off:?}, timeout(0) elapsed at the first poll: {off_zero}");
    if clean != Duration::from_millis(100) || off != Duration::from_millis(200) || !clean_zero || off_zero {
        println!("CHANGED");
        std::process::exit(1);
    }
}
RUST
cargo build -q
cargo tree --depth 1 --prefix none | tail -n +2
cargo run -q
