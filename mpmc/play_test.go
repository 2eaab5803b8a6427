package mpmc_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/mpmc"
)

// TestChannelBehavesLikeItsModel plays random programs to the channel and to the model,
// and compares every result and every wake.
func TestChannelBehavesLikeItsModel(t *testing.T) {
	programs := 4000
	if testing.Short() || invariant.Enabled { // the race detector takes its time
		programs = 800
	}
	met := map[string]int{}
	for seed := range programs {
		if err := play(uint64(seed), met); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	for _, what := range []string{"partly collected", "partly collected, given up", "granted, given up",
		"permit after Close", "permit after the last handle", "upgraded by a permit", "batch", "batch that waited",
		"promised, given up", "promised, and all receivers gone", "promise of a handle used by another receive",
		"promise of a handle taken over", "a stream and a future of one handle in line", "last receiver closed",
		"one of several closed", "dropped with messages", "promised, and its receiver closed"} {
		if met[what] == 0 {
			t.Errorf("no program has met: %s", what)
		}
	}
}

type handle struct {
	tx   *mpmc.Sender[int]
	open bool
}

type handleToReceive = *mpmc.Receiver[int]

// futureToReceive is a receive that waits in a place of its own.
type futureToReceive interface {
	ask(task *edotest.Task) ([]int, edo.Poll, error)
	Drop()
}

// game is a program that is being played.
type game struct {
	*model
	r        *rand.Rand
	met      map[string]int
	handles  []*handle
	readers  []*reader
	weaks    []*mpmc.WeakSender[int]
	waiting  []*pending
	receives []*receive // those that have a place, stream turns included
	permits  []*mpmc.Permit[int]
	many     []*mpmc.Permits[int]
	value    int
}

func play(seed uint64, met map[string]int) error {
	r := rand.New(rand.NewPCG(seed, 1))
	g := &game{model: &model{capacity: 1 + r.IntN(5)*r.IntN(5), open: 1, reading: 1}, r: r, met: met}
	var tx *mpmc.Sender[int]
	var rx *mpmc.Receiver[int]
	if r.IntN(8) == 0 {
		g.capacity = math.MaxInt
		tx, rx = mpmc.NewUnbounded[int]()
	} else {
		tx, rx = mpmc.New[int](g.capacity)
	}
	g.handles, g.readers = []*handle{{tx, true}}, []*reader{{real: rx}}
	defer func() {
		for _, h := range g.handles {
			h.tx.Close()
		}
		for _, h := range g.readers {
			h.real.Drop()
		}
	}()
	eager, closer := r.IntN(15), 1+r.IntN(20)
	for step := range 20 + r.IntN(150) {
		op := r.IntN(70 + eager)
		err := g.do(op, closer)
		if err == nil {
			err = g.compare()
		}
		if err != nil {
			return fmt.Errorf("step %d, operation %d: %w", step, op, err)
		}
	}
	return g.finish()
}

// do does one operation.
func (g *game) do(op, closer int) error {
	h, rd := g.handles[g.r.IntN(len(g.handles))], g.readers[g.r.IntN(len(g.readers))]
	g.value++
	v := g.value
	switch {
	case op < 4:
		f := h.tx.SendFuture(v)
		return g.start(&pending{v: v, f: (*sendAsked)(f)}, g.trySend(h.open, v))
	case op < 7:
		return g.reserveFuture(h)
	case op < 13:
		return g.askOrGiveUp()
	case op < 17:
		return g.tryRecv(rd)
	case op < 24:
		return g.pollHandle(rd)
	case op < 31:
		return g.startReceive(rd)
	case op < 41:
		return g.askOrDropReceive()
	case op < 44:
		return g.tryReserves(h)
	case op < 52:
		return g.usePermit(v)
	case op < 57:
		return g.weakOperation(h)
	case op == 57:
		g.handles = append(g.handles, &handle{h.tx.Clone(), h.open})
		if h.open {
			g.open++
		}
	case op == 58 && g.r.IntN(3) == 0:
		h.tx.Close()
		if h.open {
			h.open = false
			g.open--
			g.settle()
		}
	case op < 62 && len(g.readers) < 5:
		g.readers = append(g.readers, &reader{real: rd.real.Clone(), ended: rd.ended})
		if !rd.ended {
			g.reading++
		}
	case op == 62 && g.r.IntN(closer) == 0:
		rd.real.CloseAll()
		if !rd.ended {
			g.closed = true
			g.settle()
		}
	case op == 63:
		if g.reading > 1 || g.r.IntN(closer) == 0 {
			g.noteEnd(rd)
			rd.real.Close()
			g.closeReader(rd)
		}
	case op == 64:
		if g.reading > 1 || g.r.IntN(2*closer) == 0 {
			g.noteEnd(rd)
			rd.real.Drop()
			if !rd.ended {
				g.end(rd)
			}
		}
	case op == 65:
		rd.real.Withdraw()
		if w := rd.own; w != nil {
			rd.own = nil
			g.leave(w)
		}
	default:
		got, want := h.tx.TrySend(v), g.trySend(h.open, v)
		if !errors.Is(got, want) {
			return fmt.Errorf("TrySend = %v, want %v", got, want)
		}
	}
	return nil
}

type sendAsked mpmc.SendFuture[int]

func (f *sendAsked) ask(task *edotest.Task) (edo.Poll, error) {
	_, p, err := edotest.Poll(task, (*mpmc.SendFuture[int])(f))
	return p, err
}

func (f *sendAsked) giveUp() (done bool) {
	_, unsent := (*mpmc.SendFuture[int])(f).Unsent()
	return !unsent
}

type reserveAsked struct {
	g *game
	f *mpmc.ReserveFuture[int]
}

func (a reserveAsked) ask(task *edotest.Task) (edo.Poll, error) {
	permit, p, err := edotest.Poll(task, a.f)
	if permit != nil {
		a.g.permits = append(a.g.permits, permit)
	}
	return p, err
}

func (a reserveAsked) giveUp() (done bool) { a.f.Drop(); return false }

type manyAsked struct {
	g *game
	f *mpmc.ReserveManyFuture[int]
}

func (a manyAsked) ask(task *edotest.Task) (edo.Poll, error) {
	permits, p, err := edotest.Poll(task, a.f)
	if permits != nil {
		a.g.many = append(a.g.many, permits)
	}
	return p, err
}

func (a manyAsked) giveUp() (done bool) { a.f.Drop(); return false }

// start polls w for the first time. The outcome must be want, which the model has returned.
func (g *game) start(w *pending, want error) error {
	w.task = edotest.NewTask()
	p, err := w.f.ask(w.task)
	if want == edo.ErrFull {
		g.offer(w)
		if w.got > 0 {
			g.met["partly collected"]++
		}
		g.waiting = append(g.waiting, w)
		if p != edo.Pending {
			return fmt.Errorf("a future without room for it: %v, %v", p, err)
		}
	} else if p != edo.Ready || !errors.Is(err, want) {
		return fmt.Errorf("a future: %v, %v, want %v", p, err, want)
	}
	return nil
}

func (g *game) reserveFuture(h *handle) error {
	if g.r.IntN(2) == 0 {
		return g.start(&pending{n: 1, f: reserveAsked{g, h.tx.ReserveFuture()}}, g.tryReserve(h.open, 1))
	}
	n := g.r.IntN(2 + min(g.capacity, 10))
	w := &pending{n: n, f: manyAsked{g, h.tx.ReserveManyFuture(n)}}
	if n > g.capacity {
		p, err := w.f.ask(edotest.NewTask())
		if p != edo.Ready || err == nil || errors.Is(err, edo.ErrClosed) || errors.Is(err, edo.ErrFull) {
			return fmt.Errorf("reserve of %d: %v, %v", n, p, err)
		}
		return nil
	}
	return g.start(w, g.tryReserve(h.open, n))
}

// askOrGiveUp polls or gives up an operation that waits, or that need not wait any longer.
func (g *game) askOrGiveUp() error {
	if len(g.waiting) == 0 {
		return nil
	}
	i := g.r.IntN(len(g.waiting))
	w := g.waiting[i]
	if g.r.IntN(3) == 0 {
		if done := w.f.giveUp(); done != (w.state == "done" && w.n == 0) {
			return fmt.Errorf("giving up says that it was done: %v; it is %s", done, w.state)
		}
		switch {
		case w.state == "waiting":
			if w.got > 0 {
				g.met["partly collected, given up"]++
			}
			g.leaveSending(w)
		case w.state == "done" && w.n > 0:
			g.met["granted, given up"]++
			g.giveBack(w.n)
		}
	} else {
		p, err := w.f.ask(w.task)
		if got := outcome(p, err); got != w.state {
			return fmt.Errorf("send of %d, or reserve of %d, is %s, want %s", w.v, w.n, got, w.state)
		}
		if p == edo.Pending {
			return nil
		}
	}
	g.waiting = slices.Delete(g.waiting, i, i+1)
	return checkWakes(w)
}

func checkWakes(w *pending) error {
	if got := w.task.Wakes(); got != w.wakes {
		return fmt.Errorf("sender of %d, or reserve of %d, woken %d times, want %d", w.v, w.n, got, w.wakes)
	}
	return nil
}

func outcome(p edo.Poll, err error) string {
	switch {
	case p == edo.Pending:
		return "waiting"
	case err == nil:
		return "done"
	case errors.Is(err, edo.ErrClosed):
		return "refused"
	}
	return err.Error()
}

func (g *game) tryReserves(h *handle) error {
	if g.r.IntN(2) == 0 {
		permit, err := h.tx.TryReserve()
		if want := g.tryReserve(h.open, 1); !errors.Is(err, want) {
			return fmt.Errorf("TryReserve: %v, want %v", err, want)
		}
		if err == nil {
			g.permits = append(g.permits, permit)
		}
		return nil
	}
	n := g.r.IntN(1 + min(g.capacity, 10))
	permits, err := h.tx.TryReserveMany(n)
	if want := g.tryReserve(h.open, n); !errors.Is(err, want) {
		return fmt.Errorf("TryReserveMany(%d): %v, want %v", n, err, want)
	}
	if err == nil {
		g.many = append(g.many, permits)
	}
	return nil
}

// usePermit sends with a permit, gives one back, or takes one out of several.
func (g *game) usePermit(v int) error {
	if len(g.permits) > 0 && g.r.IntN(2) == 0 {
		i := g.r.IntN(len(g.permits))
		permit := g.permits[i]
		g.permits = slices.Delete(g.permits, i, i+1)
		if g.r.IntN(3) == 0 {
			permit.Drop()
			permit.Drop()
			g.giveBack(1)
			return nil
		}
		g.note()
		if got, want := permit.Send(v), g.spend(v); !errors.Is(got, want) {
			return fmt.Errorf("Permit.Send = %v, want %v", got, want)
		}
		if err := permit.Send(v); !errors.Is(err, edo.ErrClosed) {
			return fmt.Errorf("Permit.Send again = %v", err)
		}
		return nil
	}
	if len(g.many) == 0 {
		return nil
	}
	i := g.r.IntN(len(g.many))
	permits := g.many[i]
	n := permits.Len()
	switch g.r.IntN(4) {
	case 0:
		permits.Drop()
		g.giveBack(n)
		g.many = slices.Delete(g.many, i, i+1)
	case 1:
		permit, ok := permits.Next()
		if ok != (n > 0) {
			return fmt.Errorf("Next of %d permits: %v", n, ok)
		}
		if ok {
			g.permits = append(g.permits, permit)
		}
	default:
		want := edo.ErrClosed
		if n > 0 {
			g.note()
			want = g.spend(v)
		}
		if err := permits.Send(v); !errors.Is(err, want) {
			return fmt.Errorf("Permits.Send = %v, want %v", err, want)
		}
	}
	return nil
}

// note notes that a permit is used where it matters.
func (g *game) note() {
	if g.closed && !g.dropped {
		g.met["permit after Close"]++
	}
	if g.open == 0 && !g.closed {
		g.met["permit after the last handle"]++
	}
}
