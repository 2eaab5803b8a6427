package sched

// Daemons are tasks that do not keep the runtime from ending: when no other task is left,
// all are cancelled, and the runtime ends after them.
//
// A daemon is counted in live like every task, and a second time in the upper bits of the
// same word. So one load says whether only daemons are left: when both numbers are the
// same. Two words would not do, because what is read first may have changed when the
// second is read. Rules:
//
//  1. A daemon is marked after it was counted as live, and unmarked before the count
//     of its life is returned. So there are never more marks than daemons that live,
//     and equal numbers mean that nothing else does. A daemon that ends on another worker
//     before it is marked makes the number of marks too small for a moment.
//  2. Each change of the word that may bring the two together looks at them.

const (
	daemonBits       = 40
	daemonMark int64 = 1 << daemonBits
	liveMask         = daemonMark - 1
)

// MarkDaemon says that one more of the tasks that live is a daemon.
func (rt *Runtime) MarkDaemon() { rt.settleLive(rt.live.Add(daemonMark)) }

// UnmarkDaemon says that a daemon is about to end.
func (rt *Runtime) UnmarkDaemon() { rt.live.Add(-daemonMark) }

// settleLive ends the runtime when nothing lives any more, and cancels all daemons when
// only they do, which it returns; live is what the word has become.
func (rt *Runtime) settleLive(live int64) (cancelled bool) {
	if live == 0 {
		rt.stop()
		return false
	}
	if marks := live >> daemonBits; marks <= 0 || marks != live&liveMask {
		return false
	}
	rt.CancelAll()
	return true
}
