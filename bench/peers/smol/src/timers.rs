// Tasks that sleep.

use crate::meter::{self, Lateness, Meter, Pass, Random};
use crate::Group;
use std::time::{Duration, Instant};

// run spawns n tasks. Each sleeps ahead + 1 to ahead + spread milliseconds.
pub async fn run(n: usize, spread: usize, ahead: usize) -> Pass {
    let late = Lateness::new(n);
    let mut random = Random(0x9E3779B97F4A7C15);
    let before = meter::memory("VmRSS");
    let meter = Meter::start();
    let group = Group::new(n);
    for i in 0..n {
        let pause = Duration::from_millis(ahead as u64 + 1 + random.below(spread as u64));
        smol::spawn(async move {
            let at = Instant::now();
            smol::Timer::after(pause).await;
            late.woke(i, at.elapsed(), pause);
            group.leave();
        })
        .detach();
    }
    group.wait().await;
    let mut pass = meter.stop(n);
    pass.bytes = (meter::memory("VmHWM") - before) as f64 / n as f64;
    late.put(&mut pass);
    pass
}
