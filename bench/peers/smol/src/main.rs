// The workloads of bench with smol, its global executor and its channels. The oneshot is
// that of futures-channel, because smol has none.
//
//   SMOL_THREADS=2 smol-peer workload=spawn n=1000000 passes=2
//
// prints one line of JSON. Everything runs within a spawned task.

#[path = "../../common/meter.rs"]
mod meter;

mod idle;
mod messages;
mod spawn;
mod timers;

use meter::{Args, Meter, Pass};
use smol::channel;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering::*};

// A Group is like a sync.WaitGroup in Go: one task waits until n members have left.
pub struct Group {
    left: AtomicUsize,
    tx: channel::Sender<()>,
    rx: channel::Receiver<()>,
}

impl Group {
    // new leaks the group, so that no task counts references: Go does not count them either.
    pub fn new(n: usize) -> &'static Self {
        let (tx, rx) = channel::bounded(1);
        Box::leak(Box::new(Group { left: AtomicUsize::new(n), tx, rx }))
    }

    pub fn leave(&self) {
        if self.left.fetch_sub(1, AcqRel) == 1 {
            self.tx.try_send(()).unwrap();
        }
    }

    pub async fn wait(&self) {
        self.rx.recv().await.unwrap()
    }
}

// repeat makes the passes. A body returns the number of its operations.
async fn repeat<F: Future<Output = usize>>(args: &Args, body: impl Fn(usize) -> F) {
    let mut passes = Vec::new();
    let mut did = 0;
    for _ in 0..args.number("passes") {
        let meter = Meter::start();
        did = body(args.number("n")).await;
        passes.push(meter.stop(did));
    }
    meter::print(did, &passes);
}

// once runs a body that measures itself, once, and prints the result.
async fn once(args: &Args, body: impl Future<Output = Pass>) {
    meter::print(args.number("n"), &[body.await]);
}

async fn run(args: Args) {
    let n = || args.number("n");
    match args.text("workload") {
        "spawn" => repeat(&args, spawn::flat).await,
        "spawn_nested" => repeat(&args, spawn::nested).await,
        "spawn_join" => repeat(&args, spawn::join).await,
        "yield" => repeat(&args, spawn::yields).await,
        "pingpong" => repeat(&args, messages::pingpong).await,
        "mpsc" => repeat(&args, |n| messages::mpsc(args.number("producers"), n)).await,
        "oneshot" => repeat(&args, messages::oneshot).await,
        "rtt" => repeat(&args, messages::rtt).await,
        "memory" => once(&args, idle::memory(n())).await,
        "wake_sweep" => once(&args, idle::wake_sweep(n())).await,
        "timers" => once(&args, timers::run(n(), args.number("spread"), args.number("ahead"))).await,
        other => panic!("there is no workload {other:?}"),
    }
}

fn main() {
    let args = Args::read();
    smol::block_on(smol::spawn(run(args)));
    std::process::exit(0);
}
