package stress

import (
	"math/rand/v2"

	"github.com/edo-go/edo"
)

// leaf is a future that wakes itself some times, in all ways, and then polls inner, if that
// is set. It may fail anywhere.
type leaf struct {
	play   *treePlay
	open   *token
	rng    *rand.Rand
	inner  edo.Future[edo.Unit]
	steps  int
	yield  edo.Future[edo.Unit]
	ended  bool
	failed bool // it has failed, or may have
	polled bool // a poll is under way
}

func (t *treePlay) newLeaf(rng *rand.Rand, inner edo.Future[edo.Unit]) *leaf {
	return &leaf{play: t, open: t.futures.open(), rng: rng, inner: inner, steps: rng.IntN(6)}
}

// Poll takes a step.
func (f *leaf) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.ended || f.polled || f.open.hasEnded() {
		f.play.fault("tree: a future was polled after its end, or twice at a time")
	}
	f.polled = true
	defer func() { f.polled = false }()
	if f.steps == 0 {
		return f.pollInner(cx)
	}
	f.steps--
	w := cx.Waker()
	switch f.rng.IntN(8) {
	case 0:
		w.Wake()
	case 1:
		w.WakeBy(cx)
		w.Wake()
	case 2:
		f.play.outside.do(w.Wake)
	case 3:
		f.play.outside.do(w.Wake)
		f.play.outside.do(w.Wake)
		w.WakeBy(cx)
	case 4:
		f.play.tasks.Add(1)
		edo.Go(cx, func(task *edo.Task) error {
			open := f.play.bodies.open()
			defer open.end()
			w.Wake()
			return nil
		})
	case 5:
		for cx.Proceed(nil) {
		}
	case 6:
		if f.yield == nil {
			f.yield = edo.YieldFuture()
		}
		if _, p, err := f.yield.Poll(cx); p != edo.Pending {
			f.yield = nil
			w.Wake()
			return edo.Unit{}, edo.Pending, err
		}
	case 7:
		if oneIn(f.rng, 8) {
			f.ended, f.failed = true, true
			return edo.Unit{}, edo.Ready, f.play.misbehave(f.rng)
		}
		w.Wake()
	}
	return edo.Unit{}, edo.Pending, nil
}

// pollInner is the last step.
func (f *leaf) pollInner(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if f.inner == nil {
		f.ended = true
		return edo.Unit{}, edo.Ready, nil
	}
	f.failed = true // the poll may not return
	v, p, err := f.inner.Poll(cx)
	f.failed = err != nil
	if p == edo.Pending {
		return v, p, nil
	}
	f.ended = true
	return v, p, err
}

// Drop drops inner, and sometimes panics, unless the leaf has failed before.
func (f *leaf) Drop() {
	f.open.end()
	if f.inner != nil {
		edo.Drop(f.inner)
	}
	if !f.failed && oneIn(f.rng, 40) {
		f.play.planned.Add(1)
		panic(errPlanned)
	}
}
