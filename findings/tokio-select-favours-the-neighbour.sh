#!/usr/bin/env bash
# One would expect that tokio::select! picks at random among the branches that are ready: its documentation says
# that it "randomly picks a branch to check first", for "some level of fairness".
# What happens if one branch is disabled by its `if`, or is pending: the first branch to check is drawn among all branches, and
# the check continues in order, so the right neighbour of the disabled branch is picked twice as often as the other one. The
# same is true for StreamMap of tokio-stream when a stream in it is pending.
# Why it matters: a loop with one guarded branch prefers one of two busy sources 2:1, and the order in the source code
# decides which; a fair draw must be among the enabled branches only.
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
tokio = { version = "=1.54.1", features = ["macros", "rt"] }
tokio-stream = "=0.1.19"
TOML
cat >src/main.rs <<'RUST'
use std::pin::Pin;
use tokio_stream::{Stream, StreamExt, StreamMap};

/// Selects 3000 times among three ready branches, one of which may be off.
async fn select(on: [bool; 3]) -> [i32; 3] {
    let mut picked = [0; 3];
    for _ in 0..3000 {
        tokio::select! {
            _ = async {}, if on[0] => picked[0] += 1,
            _ = async {}, if on[1] => picked[1] += 1,
            _ = async {}, if on[2] => picked[2] += 1,
        }
    }
    picked
}

/// Takes 3000 items from a map of three streams, the first of which never has any.
async fn map() -> [i32; 3] {
    let mut map: StreamMap<usize, Pin<Box<dyn Stream<Item = ()>>>> = StreamMap::new();
    map.insert(0, Box::pin(tokio_stream::pending()));
    map.insert(1, Box::pin(tokio_stream::iter(std::iter::repeat(()))));
    map.insert(2, Box::pin(tokio_stream::iter(std::iter::repeat(()))));
    let mut given = [0; 3];
    for _ in 0..3000 {
        given[map.next().await.unwrap().0] += 1;
        tokio::task::yield_now().await;
    }
    given
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let all = select([true, true, true]).await;
    let first = select([false, true, true]).await;
    let last = select([true, true, false]).await;
    let map = map().await;
    println!("select!, all on:     {all:?}");
    println!("select!, first off:  {first:?}");
    println!("select!, last off:   {last:?}");
    println!("StreamMap, first never ready: {map:?}");
    let even = |a: i32| (850..1150).contains(&a);
    let twice = |a: i32, b: i32| a > b * 3 / 2;
    if !all.into_iter().all(even) || !twice(first[1], first[2]) || !twice(last[0], last[1]) || !twice(map[1], map[2]) {
        println!("CHANGED");
        std::process::exit(1);
    }
}
RUST
cargo build -q
cargo tree --depth 1 --prefix none | tail -n +2
cargo run -q
