//! Plays scripts on Tokio, tokio-stream, tokio-util and futures: one script per line of
//! standard input, one line of outcomes per line of standard output. An empty line ends a
//! batch. It is the twin of the Go package around it, which documents scripts and outcomes.

mod futs;
mod harness;
mod parts;
mod peekable;
mod sinks;
mod stream_map;
mod streams;
mod timed;
mod times;

use harness::{take_calls, take_drops, Machine};
use std::io::{BufRead, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};

fn make(name: &str, c: &[i64]) -> Box<dyn Machine> {
    match name.split_once('/').expect("a family and a name") {
        ("stream", "stream_map") => Box::new(stream_map::MapMachine::new()),
        ("stream", "peekable") => Box::new(peekable::PeekMachine::new()),
        ("stream", name) => Box::new(streams::StreamMachine::new(name, c)),
        ("sink", name) => Box::new(sinks::SinkMachine::new(name, c)),
        ("future", "shared") => Box::new(futs::SharedMachine::new(c)),
        ("future", name) => Box::new(futs::FutureMachine::new(name, c)),
        ("time", "delay_queue") => Box::new(times::QueueMachine::new()),
        ("time", "timers") => Box::new(times::TimerMachine::new()),
        ("time", name) => Box::new(timed::TimedMachine::new(name, c)),
        _ => panic!("no family for {name}"),
    }
}

/// Carries out one operation, and adds the calls that it has caused, whether it has woken
/// mock tasks, and the values that were dropped.
fn step(m: &mut dyn Machine, name: &str, a: &[i64]) -> String {
    let mut token = m.act(name, a);
    let calls = take_calls();
    if !calls.is_empty() {
        token.push('/');
        token.push_str(&calls.join(","));
    }
    for (i, mock) in m.mocks().iter().enumerate() {
        if mock.woken() {
            token.push_str(&format!("@{i}"));
        }
    }
    for v in take_drops() {
        token.push_str(&format!("!{v}"));
    }
    token
}

fn play(line: &str) -> String {
    let (head, ops) = line.split_once(':').expect("a head and operations");
    let mut head = head.split_whitespace();
    let name = head.next().expect("a name");
    let c: Vec<i64> = head.map(|n| n.parse().expect("a number")).collect();
    take_drops();
    take_calls();
    let mut m = make(name, &c);
    let mut tokens = Vec::new();
    for op in ops.split(';').filter(|op| !op.trim().is_empty()) {
        let mut words = op.split_whitespace();
        let name = words.next().expect("an operation");
        let a: Vec<i64> = words.map(|n| n.parse().expect("a number")).collect();
        match catch_unwind(AssertUnwindSafe(|| step(&mut *m, name, &a))) {
            Ok(token) => tokens.push(token),
            Err(_) => {
                tokens.push("PANIC".into());
                std::mem::forget(m);
                return tokens.join("; ");
            }
        }
    }
    tokens.join("; ")
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let mut input = std::io::stdin().lock();
    let mut out = std::io::BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    let mut line = String::new();
    while {
        line.clear();
        input.read_line(&mut line).expect("input") > 0
    } {
        if line.trim().is_empty() {
            out.flush().expect("output");
        } else {
            writeln!(out, "{}", play(&line)).expect("output");
        }
    }
    out.flush().expect("output");
}
