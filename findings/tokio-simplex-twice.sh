#!/usr/bin/env bash
# One would expect that two in-memory pipes of the same name, tokio::io::simplex and tokio_util::io::simplex, agree on the
# effect of dropping one half, as both halves of tokio::io::duplex do.
# What happens: they disagree in everything. Tokio's returns (reader, writer), and the other half does not notice a drop: a reader
# waits for ever, and so does a writer when the buffer is full. tokio-util's returns (writer, reader); a dropped writer is the end of
# the stream, and a dropped reader is an error.
# Why it matters: a task that panics drops its half, and with Tokio's pipe the task at the other half then waits without any
# message. A library that offers a pipe with halves should close a pipe when a half is dropped, or document that it does not.
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

/// Reads after the writer was dropped. None: the read still waits.
async fn read(mut half: impl AsyncRead + Unpin) -> Option<Result<usize>> {
    timeout(LIMIT, half.read(&mut [0; 4])).await.ok()
}

/// Writes more than fits after the reader was dropped. None: the write still waits.
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
