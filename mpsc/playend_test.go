package mpsc_test

import (
	"fmt"
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
)

// weakOperation makes a weak handle, upgrades one, or drops one.
func (g *game) weakOperation(h *handle) error {
	if len(g.weaks) == 0 || g.r.IntN(3) == 0 {
		if h.open {
			g.weak++
			g.weaks = append(g.weaks, h.tx.Downgrade())
		} else if _, ok := h.tx.Downgrade().Upgrade(); ok {
			return fmt.Errorf("the weak handle of a closed one was upgraded")
		}
		return nil
	}
	i := g.r.IntN(len(g.weaks))
	w := g.weaks[i]
	switch g.r.IntN(4) {
	case 0:
		w.Drop()
		w.Drop()
		g.weak--
		g.weaks = slices.Delete(g.weaks, i, i+1)
		if _, ok := w.Upgrade(); ok {
			return fmt.Errorf("a weak handle was upgraded that had been dropped")
		}
	case 1:
		g.weak++
		g.weaks = append(g.weaks, w.Clone())
	default:
		if g.open > 3 {
			return nil
		}
		tx, ok := w.Upgrade()
		if want := g.alive(); ok != want {
			return fmt.Errorf("Upgrade: %v, want %v", ok, want)
		}
		if ok {
			if g.open == 0 {
				g.met["upgraded by a permit"]++
			}
			g.open++
			g.handles = append(g.handles, &handle{tx, true})
		}
	}
	return nil
}

// compare compares the counts and the states of the channel with the model.
func (g *game) compare() error {
	rx, tx := g.rx, g.handles[0].tx
	if err := rx.Check(); err != nil {
		return err
	}
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"Len()", rx.Len(), len(g.queue)},
		{"Cap()", tx.Cap(), g.capacity - g.out},
		{"MaxCap()", rx.MaxCap(), g.capacity},
		{"wakes of the receiver", g.task.Wakes(), g.rxWakes},
		{"StrongCount()", rx.StrongCount(), g.open},
		{"WeakCount()", tx.WeakCount(), g.weak},
	} {
		if c.got != c.want {
			return fmt.Errorf("%s = %d, want %d", c.what, c.got, c.want)
		}
	}
	if got, want := rx.IsClosed(), g.closed || !g.alive(); got != want {
		return fmt.Errorf("IsClosed() = %v, want %v", got, want)
	}
	return nil
}

// finish has what is left arrive, in order, and then gives every permit back: that lets
// the rest of the line in, and the end come.
func (g *game) finish() error {
	for {
		v, p := g.recv()
		got, gotP, _ := edotest.PollNext(g.task, g.rx)
		if got != v || gotP != p {
			return fmt.Errorf("at the end: PollNext = %d, %v, want %d, %v", got, gotP, v, p)
		}
		if p == edo.Ready {
			continue
		}
		g.waits = p == edo.Pending
		switch {
		case len(g.waiting) > 0:
			for _, w := range g.waiting {
				if err := checkWakes(w); err != nil {
					return fmt.Errorf("at the end: %w", err)
				}
			}
			w := g.waiting[0] // a reserve that was granted permits gives them up
			w.f.giveUp()
			if w.state == "done" {
				g.giveBack(w.n)
			}
			g.leave(w)
			g.waiting = g.waiting[1:]
		case len(g.permits) > 0:
			g.permits[0].Drop()
			g.permits = g.permits[1:]
			g.giveBack(1)
		case len(g.many) > 0:
			g.giveBack(g.many[0].Len())
			g.many[0].Drop()
			g.many = g.many[1:]
		case g.open > 0:
			for _, h := range g.handles {
				h.tx.Close()
			}
			g.open = 0
			g.wakeAtEnd()
		case p == edo.End:
			return g.compare()
		default:
			return fmt.Errorf("at the end: %v, with no sender left", p)
		}
		if err := g.compare(); err != nil {
			return fmt.Errorf("at the end: %w", err)
		}
	}
}
