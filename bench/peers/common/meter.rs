// The measurements of every Rust peer. It is included by path, so that each peer stays a
// package of its own.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::*};
use std::time::{Duration, Instant};

// Args are the command-line arguments. Each is KEY=VALUE.
pub struct Args(HashMap<String, String>);

impl Args {
    pub fn read() -> Self {
        Args(
            std::env::args()
                .skip(1)
                .filter_map(|a| a.split_once('=').map(|(k, v)| (k.to_string(), v.to_string())))
                .collect(),
        )
    }

    pub fn text(&self, key: &str) -> &str {
        self.0.get(key).map_or("", |v| v.as_str())
    }

    pub fn number(&self, key: &str) -> usize {
        self.0.get(key).unwrap_or_else(|| panic!("{key}= is missing")).parse().unwrap_or_else(|e| panic!("{key}=: {e}"))
    }
}

// COUNTER counts the operations that tasks have done.
pub static COUNTER: AtomicUsize = AtomicUsize::new(0);

// check panics when not exactly n operations were counted, and resets the counter.
pub fn check(n: usize) {
    assert_eq!(COUNTER.swap(0, SeqCst), n);
}

// side returns the side of a square with about n fields.
pub fn side(n: usize) -> usize {
    ((n as f64).sqrt() + 0.5) as usize
}

// A Pass is the result of one pass: wall time and processor time, in nanoseconds.
#[derive(Clone, Default)]
pub struct Pass {
    pub ns: f64,
    pub cpu: f64,
    pub bytes: f64,
    pub extra: Vec<(&'static str, f64)>,
}

// A Meter measures a pass that is running.
pub struct Meter {
    at: Instant,
    cpu: u64,
}

impl Meter {
    pub fn start() -> Self {
        Meter { cpu: cpu_ns(), at: Instant::now() }
    }

    // stop returns the result of the pass, which had n operations.
    pub fn stop(&self, n: usize) -> Pass {
        let (wall, cpu) = (self.at.elapsed(), cpu_ns() - self.cpu);
        Pass { ns: wall.as_nanos() as f64 / n as f64, cpu: cpu as f64 / n as f64, ..Pass::default() }
    }
}

// print writes the result as one line of JSON: the first pass is cold, and the mean of the
// others is warm. n is the number of operations in a pass.
pub fn print(n: usize, passes: &[Pass]) {
    let (cold, warm) = (&passes[0], if passes.len() > 1 { &passes[1..] } else { passes });
    let mean = |figure: fn(&Pass) -> f64| warm.iter().map(figure).sum::<f64>() / warm.len() as f64;
    let last = &warm[warm.len() - 1];
    let mut line = format!(
        "{{\"n\":{n},\"ns_per_op\":{},\"cpu_ns_per_op\":{},\"cold_ns_per_op\":{},\"cold_cpu_ns_per_op\":{},\"bytes_per_task\":{}",
        mean(|p| p.ns),
        mean(|p| p.cpu),
        cold.ns,
        cold.cpu,
        last.bytes
    );
    line += ",\"extra\":{";
    for (i, (key, value)) in last.extra.iter().enumerate() {
        write!(line, "{}\"{key}\":{value}", if i > 0 { "," } else { "" }).unwrap();
    }
    println!("{line}}}}}");
}

// cpu_ns returns the user and system time of this process.
fn cpu_ns() -> u64 {
    let mut use_: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut use_) };
    let ns = |t: libc::timeval| t.tv_sec as u64 * 1_000_000_000 + t.tv_usec as u64 * 1_000;
    ns(use_.ru_utime) + ns(use_.ru_stime)
}

// memory returns a value of /proc/self/status in bytes: VmRSS is the memory that this
// process occupies, VmHWM its peak. It returns 0 if the system does not have it.
pub fn memory(key: &str) -> i64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix(key).and_then(|r| r.strip_prefix(':')) {
            return rest.split_whitespace().next().map_or(0, |v| v.parse::<i64>().unwrap_or(0)) * 1024;
        }
    }
    0
}

// Lateness holds the lateness of each of n sleepers, in microseconds.
pub struct Lateness(Vec<AtomicI64>);

impl Lateness {
    // new writes to every page, so that the memory does not count as the sleepers'.
    pub fn new(n: usize) -> &'static Self {
        Box::leak(Box::new(Lateness((0..n).map(|_| AtomicI64::new(1)).collect())))
    }

    pub fn woke(&self, i: usize, slept: Duration, asked: Duration) {
        self.0[i].store(slept.as_micros() as i64 - asked.as_micros() as i64, Relaxed);
    }

    // put adds the percentiles to p.
    pub fn put(&self, p: &mut Pass) {
        let mut all: Vec<i64> = self.0.iter().map(|a| a.load(Relaxed)).collect();
        all.sort();
        let n = all.len();
        p.extra.push(("late_p50_us", all[n / 2] as f64));
        p.extra.push(("late_p99_us", all[(n - 1) * 99 / 100] as f64));
        p.extra.push(("late_max_us", all[n - 1] as f64));
    }
}

// Random is xorshift. It gives the same numbers in every run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
}
