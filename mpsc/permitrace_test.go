package mpsc_test

import (
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/internal/invariant/interleave"
	"github.com/edo-go/edo/mpsc"
)

// Permits and batches in all interleavings, as in interleave_test.go.

// reserveAndSend reserves n, and sends v with one permit and gives the others back.
func (r *race) reserveAndSend(v, n int) *sendRace {
	f := r.tx.ReserveManyFuture(n)
	return sends[edo.Unit](r, v, pollOf[edo.Unit](func(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) {
		permits, p, err := f.Poll(cx)
		if p == edo.Ready && err == nil {
			err = permits.Send(v)
			permits.Drop()
		}
		return u, p, err
	}))
}

// receiveMany receives a batch of two.
func (r *race) receiveMany() {
	got, p, err := edotest.Poll(r.task, r.rx.RecvManyFuture(r.received, 2))
	if err != nil {
		r.t.Errorf("RecvMany: %v", err)
	}
	if p == edo.Ready {
		r.received = got
	}
}

func TestEveryInterleavingOfReserveAndReceiveDeliversOnce(t *testing.T) {
	races(t, interleave.Unbounded, func(r *race) []func() {
		return []func(){r.reserveAndSend(10, r.rx.MaxCap()).poll, func() { r.receive(2) }}
	})
}

func TestEveryInterleavingOfReserveSendAndReceiveDeliversOnce(t *testing.T) {
	races(t, 2, func(r *race) []func() {
		return []func(){r.reserveAndSend(10, r.rx.MaxCap()).poll, r.send(11).poll, func() { r.receive(1) }}
	})
}

func TestEveryInterleavingOfABatchLetsTheLineIn(t *testing.T) {
	races(t, 2, func(r *race) []func() {
		return []func(){r.send(10).poll, r.reserveAndSend(11, 1).poll, r.receiveMany}
	})
}

func TestEveryInterleavingOfAPermitGivenBackLetsTheNextThrough(t *testing.T) {
	interleave.ExploreBounded(t, 2, func() ([]func(), func()) {
		r := &race{t: t, task: edotest.NewTask()}
		r.tx, r.rx = mpsc.New[int](2)
		permits, err := r.tx.TryReserveMany(2)
		if err != nil {
			t.Fatal(err)
		}
		trySendAll := []func(){r.send(10).poll, r.reserveAndSend(11, 2).poll, permits.Drop}
		return trySendAll, func() { r.settle(0) }
	})
}

func TestEveryInterleavingOfAReserveThatGivesUpLetsTheNextThrough(t *testing.T) {
	races(t, 2, func(r *race) []func() {
		f := r.tx.ReserveManyFuture(r.rx.MaxCap())
		task := edotest.NewTask()
		giveUp := func() {
			edotest.Poll(task, f)
			f.Drop()
		}
		// If f was ready at once its permits are lost with the test: they are given back
		// by the next Reset.
		next := r.send(11)
		return []func(){func() { giveUp(); f.Reset(r.tx, 0) }, next.poll, func() { r.receive(1) }}
	})
}

func TestEveryInterleavingOfTheLastPermitAndCloseEnds(t *testing.T) {
	for _, use := range []func(p *mpsc.Permit[int]){
		func(p *mpsc.Permit[int]) { p.Drop() },
		func(p *mpsc.Permit[int]) { p.Send(7) },
	} {
		interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
			tx, rx := mpsc.New[int](1)
			permit, task := tryReserve(t, tx), edotest.NewTask()
			last := edo.Pending
			receive := func() {
				for range 2 {
					if last != edo.End {
						_, last, _ = edotest.PollNext(task, rx)
					}
				}
			}
			return []func(){receive, func() { use(permit) }, tx.Close}, func() {
				if last == edo.Pending && task.Wakes() == 0 {
					t.Fatal("the receiver waits for ever")
				}
				rx.TryRecv()
				chantest.RecvFails(t, rx, edo.ErrClosed)
				check(t, rx)
			}
		})
	}
}
