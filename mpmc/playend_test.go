package mpmc_test

import (
	"fmt"
	"slices"

	"github.com/edo-go/edo"
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
	tx := g.handles[0].tx
	if err := tx.Check(); err != nil {
		return err
	}
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"Len()", tx.Len(), len(g.queue)},
		{"Cap()", tx.Cap(), g.capacity - g.out},
		{"MaxCap()", tx.MaxCap(), g.capacity},
		{"StrongCount()", tx.StrongCount(), g.open},
		{"ReceiverCount()", tx.ReceiverCount(), g.reading},
		{"WeakCount()", tx.WeakCount(), g.weak},
	} {
		if c.got != c.want {
			return fmt.Errorf("%s = %d, want %d", c.what, c.got, c.want)
		}
	}
	for _, h := range g.readers {
		if got, want := h.real.IsClosed(), h.ended || g.closed || !g.alive(); got != want {
			return fmt.Errorf("IsClosed() of a receiver = %v, want %v", got, want)
		}
	}
	for _, h := range g.handles {
		if got, want := h.tx.IsClosed(), !h.open || g.closed; got != want {
			return fmt.Errorf("IsClosed() of a sender = %v, want %v", got, want)
		}
	}
	for _, w := range g.receives {
		if err := checkReceiveWakes(w); err != nil {
			return err
		}
	}
	return nil
}

// finish has every receive that waits be dropped, gives every permit back, and has one
// receiver take what is left, in order, until the end.
func (g *game) finish() error {
	for _, w := range g.receives {
		if !w.own {
			w.f.Drop()
			g.leave(w)
		}
	}
	g.receives = nil
	for _, h := range g.readers {
		h.real.Withdraw()
		if w := h.own; w != nil {
			h.own = nil
			g.leave(w)
		}
	}
	h := g.readers[0]
	if i := slices.IndexFunc(g.readers, func(h *reader) bool { return !h.ended }); i >= 0 {
		h = g.readers[i]
	}
	for {
		p := g.ready(h)
		if p == edo.Ready {
			want := g.take(1)[0]
			if v, err := h.real.TryRecv(); v != want || err != nil {
				return fmt.Errorf("at the end: TryRecv = %d, %v, want %d", v, err, want)
			}
			continue
		}
		switch {
		case len(g.waiting) > 0:
			w := g.waiting[0] // one that was granted permits gives them up
			if err := checkWakes(w); err != nil {
				return fmt.Errorf("at the end: %w", err)
			}
			w.f.giveUp()
			if w.state == "done" {
				g.giveBack(w.n)
			}
			g.leaveSending(w)
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
				h.open = false
			}
			g.open = 0
			g.settle()
		case p == edo.End:
			return g.compare()
		default:
			return fmt.Errorf("at the end: %v, and nothing is left", p)
		}
		if err := g.compare(); err != nil {
			return fmt.Errorf("at the end: %w", err)
		}
	}
}
