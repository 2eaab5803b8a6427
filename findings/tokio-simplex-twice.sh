#!/usr/bin/env bash
# One would expect that two in-memory pipes of the same name, tokio::io::simplex and tokio_util::io::simplex, agree on what
# the end of one half means to the other, as both halves of tokio::io::duplex do.
# What happens: they disagree in all. Tokio's gives (reader, writer), and a half that is dropped is not noticed: the reader waits for ever, and
# so does a writer whose buffer is full. tokio-util's gives (writer, reader), a dropped writer is the end of the stream, a dropped
# reader an error.
# Why it matters: a task that panics drops its half, and over Tokio's the task at the other half then waits with nothing to
# say why. A library that offers a pipe with halves should close by dropping, or say that it does not.
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
tokio = { version = "=1.54.1", features = ["io-util", "macros", "rt", "time"] }
tokio-util = { version = "=0.7.20", features = ["io"] }
TOML
cat >src/main.rs <<'RUST'
use std::io::Result;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{timeout, Duration};

const LIMIT: Duration = Duration::from_millis(500);

/// Reads from a half whose writer was dropped: None when it still waits.
async fn read(mut half: impl AsyncRead + Unpin) -> Option<Result<usize>> {
    timeout(LIMIT, half.read(&mut [0; 4])).await.ok()
}

/// Writes more than fits to a half whose reader was dropped: None when it still waits.
async fn write(mut half: impl AsyncWrite + Unpin) -> Option<Result<()>> {
    timeout(LIMIT, half.write_all(b"0123456789")).await.ok()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (reader, _) = tokio::io::simplex(8);
    let tokio_read = read(reader).await;
    let (_, writer) = tokio::io::simplex(8);
    let tokio_write = write(writer).await;
    let (_, reader) = tokio_util::io::simplex::new(8);
    let util_read = read(reader).await;
    let (writer, _) = tokio_util::io::simplex::new(8);
    let util_write = write(writer).await;
    println!("tokio::io::simplex:      writer dropped: read {tokio_read:?}; reader dropped: write {tokio_write:?}");
    println!("tokio_util::io::simplex: writer dropped: read {util_read:?}; reader dropped: write {util_write:?}");
    println!("(None: still waits after {LIMIT:?})");
    let waits = tokio_read.is_none() && tokio_write.is_none();
    if !waits || !matches!(util_read, Some(Ok(0))) || !matches!(util_write, Some(Err(_))) {
        println!("CHANGED");
        std::process::exit(1);
    }
}
RUST
cargo build -q
cargo tree --depth 1 --prefix none | tail -n +2
cargo run -q
