// Tasks that wait on a oneshot: their memory, and the time to wake them.

use crate::meter::{self, check, Meter, Pass, COUNTER};
use crate::Group;
use futures_channel::oneshot;
use std::sync::atomic::Ordering::*;

type Senders = Vec<oneshot::Sender<usize>>;

// make spawns n tasks, and returns when all of them wait.
async fn make(n: usize, ended: &'static Group) -> Senders {
    let started = Group::new(n);
    let mut senders = Vec::with_capacity(n);
    for _ in 0..n {
        let (tx, rx) = oneshot::channel();
        senders.push(tx);
        smol::spawn(async move {
            started.leave();
            COUNTER.fetch_add(rx.await.unwrap(), Relaxed);
            ended.leave();
        })
        .detach();
    }
    started.wait().await;
    senders
}

async fn wake(senders: Senders, ended: &'static Group, n: usize) {
    for tx in senders {
        tx.send(1).unwrap();
    }
    ended.wait().await;
    check(n);
}

pub async fn memory(n: usize) -> Pass {
    let ended = Group::new(n);
    let before = meter::memory("VmRSS");
    let meter = Meter::start();
    let senders = make(n, ended).await;
    let mut pass = meter.stop(n);
    pass.bytes = (meter::memory("VmRSS") - before) as f64 / n as f64;
    wake(senders, ended, n).await;
    pass
}

pub async fn wake_sweep(n: usize) -> Pass {
    let ended = Group::new(n);
    let senders = make(n, ended).await;
    let meter = Meter::start();
    wake(senders, ended, n).await;
    meter.stop(n)
}
