package mpmc_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/mpmc"
)

type oneAsked struct{ *mpmc.RecvFuture[int] }

func (f oneAsked) ask(task *edotest.Task) ([]int, edo.Poll, error) {
	v, p, err := edotest.Poll(task, f.RecvFuture)
	if p == edo.Ready && err == nil {
		return []int{v}, p, nil
	}
	return nil, p, err
}

type batchAsked struct {
	edo.Future[[]int]
}

func (f batchAsked) ask(task *edotest.Task) ([]int, edo.Poll, error) {
	return edotest.Poll(task, f.Future)
}

func (f batchAsked) Drop() { edo.Drop(f.Future) }

// noteOwn notes that a receive of h is about to use the promise of its place.
func (g *game) noteOwn(h *reader, what string) {
	if h.own != nil && h.own.state == "promised" {
		g.met[what]++
	}
}

// noteEnd records the waits that the end of h leaves behind.
func (g *game) noteEnd(h *reader) {
	if h.ended {
		return
	}
	note := func(is bool, what string) {
		if is {
			g.met[what]++
		}
	}
	note(g.reading == 1, "last receiver closed")
	note(g.reading > 1, "one of several closed")
	note(g.reading == 1 && len(g.queue) > 0, "dropped with messages")
	for _, w := range g.receives {
		note(w.of == h && w.state == "promised", "promised, and its receiver closed")
		note(!w.own && g.reading == 1 && w.state == "promised", "promised, and all receivers gone")
	}
}

func (g *game) tryRecv(h *reader) error {
	g.noteOwn(h, "promise of a handle used by another receive")
	var want []int
	p := g.ready(h)
	if p == edo.Ready {
		want = g.take(1)
	}
	v, err := h.real.TryRecv()
	if e := map[edo.Poll]error{edo.Pending: edo.ErrEmpty, edo.End: edo.ErrClosed}[p]; !errors.Is(err, e) ||
		p == edo.Ready && v != want[0] {
		return fmt.Errorf("TryRecv = %d, %v, want %v, %v", v, err, want, e)
	}
	return nil
}

// pollHandle polls a receiver as a stream, or for a batch, in the place that it has.
func (g *game) pollHandle(h *reader) (err error) {
	limit := g.r.IntN(4)
	many := limit > 0 && g.r.IntN(2) == 0
	task := edotest.NewTask()
	if h.own != nil {
		task = h.own.task
	}
	var want []int
	p := g.ready(h)
	switch p {
	case edo.Ready:
		want = g.take(map[bool]int{true: limit, false: 1}[many])
		g.dropOwn(h)
	case edo.End:
		g.dropOwn(h)
	case edo.Pending:
		if h.own != nil && h.own.state == "refused" {
			return errors.New("the model is at the end, and is not")
		}
		if h.own == nil {
			h.own = &receive{of: h, own: true, state: "waiting", task: task}
			g.taking = append(g.taking, h.own)
			g.receives = append(g.receives, h.own)
			g.settle()
		}
	}
	var got []int
	var gotP edo.Poll
	task.Enter(func(cx *edo.Context) {
		if many {
			got, gotP, err = h.real.PollRecvMany(cx, nil, limit)
			if gotP == edo.Ready && errors.Is(err, edo.ErrClosed) {
				gotP, err = edo.End, nil
			}
			return
		}
		var v int
		if v, gotP, err = h.real.PollNext(cx); gotP == edo.Ready {
			got = []int{v}
		}
	})
	if !slices.Equal(got, want) || gotP != p || err != nil {
		return fmt.Errorf("a poll of a receiver = %v, %v, %v, want %v, %v", got, gotP, err, want, p)
	}
	if len(got) > 1 {
		g.met["batch"]++
	}
	return nil
}

// dropOwn forgets the place of h.
func (g *game) dropOwn(h *reader) { h.own = nil }

// startReceive polls the future of a receive for the first time.
func (g *game) startReceive(h *reader) error {
	w := &receive{of: h, task: edotest.NewTask(), state: "waiting"}
	if g.r.IntN(2) == 0 {
		w.f = oneAsked{h.real.RecvFuture()}
	} else {
		w.limit = 1 + g.r.IntN(3)
		w.f = batchAsked{h.real.RecvManyFuture(nil, w.limit)}
	}
	g.noteOwn(h, "promise of a handle used by another receive")
	var want []int
	p := g.ready(h)
	switch p {
	case edo.Ready:
		want = g.take(max(1, w.limit))
	case edo.Pending:
		if h.own != nil {
			g.met["a stream and a future of one handle in line"]++
		}
		g.taking = append(g.taking, w)
		g.receives = append(g.receives, w)
	}
	return g.compareReceive(w, want, p)
}

// compareReceive polls w, and compares the outcome.
func (g *game) compareReceive(w *receive, want []int, p edo.Poll) error {
	got, gotP, err := w.f.ask(w.task)
	var wantErr error
	if p == edo.End {
		p, wantErr = edo.Ready, edo.ErrClosed
	}
	if !slices.Equal(got, want) || gotP != p || !errors.Is(err, wantErr) {
		return fmt.Errorf("a receive = %v, %v, %v, want %v, %v, %v", got, gotP, err, want, p, wantErr)
	}
	return nil
}

// askOrDropReceive does one of the two to a receive that waits, or need not any longer.
func (g *game) askOrDropReceive() error {
	g.receives = slices.DeleteFunc(g.receives, func(w *receive) bool { return w.own && w.of.own != w })
	var mine []*receive
	for _, w := range g.receives {
		if !w.own {
			mine = append(mine, w)
		}
	}
	if len(mine) == 0 {
		return nil
	}
	w := mine[g.r.IntN(len(mine))]
	if g.r.IntN(3) == 0 {
		if w.state == "promised" {
			g.met["promised, given up"]++
		}
		w.f.Drop()
		g.leave(w)
	} else {
		if w.state == "waiting" {
			g.noteOwn(w.of, "promise of a handle taken over")
		}
		want, p := g.ask(w)
		if err := g.compareReceive(w, want, p); err != nil {
			return err
		}
		if p == edo.Pending {
			return nil
		}
		if len(want) > 1 {
			g.met["batch that waited"]++
		}
	}
	g.receives = slices.DeleteFunc(g.receives, func(x *receive) bool { return x == w })
	return checkReceiveWakes(w)
}

func checkReceiveWakes(w *receive) error {
	if got := w.task.Wakes(); got != w.wakes {
		return fmt.Errorf("a receive that is %s was woken %d times, want %d", w.state, got, w.wakes)
	}
	return nil
}
