package mpsc_test

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
	"github.com/edo-go/edo/mpsc"
)

// TestChannelBehavesLikeItsModel plays random programs to the channel and to the
// model, and compares every result and every wake.
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
		"permit after Close", "permit after the last handle", "upgraded by a permit", "batch", "many in one poll"} {
		if met[what] == 0 {
			t.Errorf("no program has met: %s", what)
		}
	}
}

type handle struct {
	tx   *mpsc.Sender[int]
	open bool
}

// game is a program that is being played.
type game struct {
	*model
	r       *rand.Rand
	met     map[string]int
	rx      *mpsc.Receiver[int]
	task    *edotest.Task // the receiver's
	handles []*handle
	weaks   []*mpsc.WeakSender[int]
	waiting []*pending
	permits []*mpsc.Permit[int]
	many    []*mpsc.Permits[int]
	value   int
}

func play(seed uint64, met map[string]int) error {
	r := rand.New(rand.NewPCG(seed, 1))
	g := &game{model: &model{capacity: 1 + r.IntN(5)*r.IntN(5), open: 1}, r: r, met: met, task: edotest.NewTask()}
	var tx *mpsc.Sender[int]
	if r.IntN(8) == 0 {
		g.capacity = math.MaxInt
		tx, g.rx = mpsc.NewUnbounded[int]()
	} else {
		tx, g.rx = mpsc.New[int](g.capacity)
	}
	g.handles = []*handle{{tx, true}}
	defer func() {
		for _, h := range g.handles {
			h.tx.Close()
		}
	}()
	eager, closer := r.IntN(15), 1+r.IntN(20)
	for step := range 20 + r.IntN(150) {
		op := r.IntN(52 + eager)
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
	h := g.handles[g.r.IntN(len(g.handles))]
	g.value++
	v := g.value
	switch {
	case op < 3:
		f := h.tx.SendFuture(v)
		return g.start(&pending{v: v, f: (*sendAsked)(f)}, g.trySend(h.open, v))
	case op < 6:
		return g.reserveFuture(h)
	case op < 12:
		return g.askOrGiveUp()
	case op < 18:
		v, p := g.recv()
		got, err := g.rx.TryRecv()
		if want := map[edo.Poll]error{edo.Pending: edo.ErrEmpty, edo.End: edo.ErrClosed}[p]; got != v || !errors.Is(err, want) {
			return fmt.Errorf("TryRecv = %d, %v, want %d, %v", got, err, v, want)
		}
	case op == 18:
		return g.receiveInOnePoll()
	case op < 25:
		v, p := g.recv()
		g.waits = p == edo.Pending
		got, gotP, err := edotest.PollNext(g.task, g.rx)
		if got != v || gotP != p || err != nil {
			return fmt.Errorf("PollNext = %d, %v, %v, want %d, %v", got, gotP, err, v, p)
		}
	case op < 29:
		return g.receiveBatch()
	case op < 33:
		return g.tryReserves(h)
	case op < 40:
		return g.usePermit(v)
	case op < 45:
		return g.weakOperation(h)
	case op == 45:
		g.handles = append(g.handles, &handle{h.tx.Clone(), h.open})
		if h.open {
			g.open++
		}
	case op == 46 && g.r.IntN(3) == 0:
		h.tx.Close()
		if h.open {
			h.open = false
			g.open--
			g.wakeAtEnd()
		}
	case op == 47 && g.r.IntN(closer) == 0:
		g.rx.Close()
		g.close(false)
	case op == 48 && g.r.IntN(2*closer) == 0:
		g.rx.Drop()
		g.close(true)
	default:
		got, want := h.tx.TrySend(v), g.trySend(h.open, v)
		if !errors.Is(got, want) {
			return fmt.Errorf("TrySend = %v, want %v", got, want)
		}
	}
	return nil
}

type sendAsked mpsc.SendFuture[int]

func (f *sendAsked) ask(task *edotest.Task) (edo.Poll, error) {
	_, p, err := edotest.Poll(task, (*mpsc.SendFuture[int])(f))
	return p, err
}

func (f *sendAsked) giveUp() (done bool) {
	_, unsent := (*mpsc.SendFuture[int])(f).Unsent()
	return !unsent
}

type reserveAsked struct {
	g *game
	f *mpsc.ReserveFuture[int]
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
	f *mpsc.ReserveManyFuture[int]
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
		g.queueUp(w)
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
			g.leave(w)
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

// receiveInOnePoll polls the receiver several times in one poll, of which the last may
// be pending.
func (g *game) receiveInOnePoll() (err error) {
	g.task.Enter(func(cx *edo.Context) {
		for n := range 2 + g.r.IntN(12) {
			v, p := g.recv()
			g.waits = p == edo.Pending
			got, gotP, gotErr := g.rx.PollNext(cx)
			if got != v || gotP != p || gotErr != nil {
				err = fmt.Errorf("PollNext = %d, %v, %v, want %d, %v", got, gotP, gotErr, v, p)
			}
			if p != edo.Ready || err != nil {
				return
			}
			if n > 3 {
				g.met["many in one poll"]++
			}
		}
	})
	return err
}

func (g *game) receiveBatch() (err error) {
	limit := g.r.IntN(8)
	buf := make([]int, 1, 1+g.r.IntN(8))
	want, p := g.recvMany(limit)
	if len(want) > 1 {
		g.met["batch"]++
	}
	if p == edo.Pending {
		g.waits = true
	}
	g.task.Enter(func(cx *edo.Context) {
		got, gotP, gotErr := g.rx.PollRecvMany(cx, buf, limit)
		wantP, wantErr := p, error(nil)
		if p == edo.End {
			wantP, wantErr = edo.Ready, edo.ErrClosed
		}
		if !slices.Equal(got[1:], want) || gotP != wantP || !errors.Is(gotErr, wantErr) {
			err = fmt.Errorf("PollRecvMany(%d) = %v, %v, %v, want %v, %v", limit, got[1:], gotP, gotErr, want, wantP)
		}
		if len(got) <= cap(buf) && &got[0] != &buf[0] {
			err = errors.New("PollRecvMany has moved a buffer that was large enough")
		}
	})
	return err
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
