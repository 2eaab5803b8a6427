package oneshot_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/chaos"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/sim"
)

type (
	sender   = *oneshot.Sender[*chaos.Value]
	receiver = *oneshot.Receiver[*chaos.Value]
)

// pause lets the others run, up to n times.
func pause(w *chaos.World, task *edo.Task, n int) error {
	for range w.Rand.IntN(n + 1) {
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
	return nil
}

// answer sends a value after a while.
func answer(w *chaos.World, name string, tx sender) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		v := w.Ledger.New(name)
		if err := pause(w, task, 4); err != nil {
			v.Kept()
			return err
		}
		if tx.Send(v) != nil {
			v.Kept()
		}
		return pause(w, task, 2) // aborted after it has sent
	}
}

// ask waits for the value, which must come unless the sender goes.
func ask(w *chaos.World, rx receiver) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		if err := pause(w, task, 4); err != nil {
			return err
		}
		v, err := rx.Recv(task)
		if err == nil {
			v.Received()
		} else if errors.Is(err, edo.ErrClosed) {
			err = nil
		}
		return err
	}
}

// askAndGiveUp looks a few times, and then takes no more than has come.
func askAndGiveUp(w *chaos.World, rx receiver) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		for range 1 + w.Rand.IntN(3) {
			v, err := rx.TryRecv()
			if err == nil {
				v.Received()
				return nil
			}
			if !errors.Is(err, edo.ErrEmpty) {
				return nil
			}
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		rx.Close()
		if w.Rand.IntN(2) == 0 {
			return nil // a value that has come is dropped with it
		}
		v, err := rx.TryRecv()
		switch {
		case err == nil:
			v.Received()
		case errors.Is(err, edo.ErrEmpty):
			return errors.New("empty after Close, as if something could still come")
		}
		return nil
	}
}

// sending is [answer] with no stack: it owns the value and the sender.
type sending struct {
	tx     sender
	v      *chaos.Value
	pauses int
}

func (f *sending) Poll(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) {
	if f.pauses > 0 {
		f.pauses--
		cx.Yield()
		return u, edo.Pending, nil
	}
	if f.tx.SendBy(cx, f.v) == nil {
		f.v = nil
	}
	return u, edo.Ready, nil
}

func (f *sending) Drop() {
	f.tx.Drop()
	if v := f.v; v != nil {
		f.v = nil
		v.Drop()
	}
}

// receiving is [ask] with no stack: it owns the receiver.
type receiving struct{ rx receiver }

func (f *receiving) Poll(cx *edo.Context) (u edo.Unit, p edo.Poll, err error) {
	v, p, err := f.rx.Poll(cx)
	if p == edo.Ready && err == nil {
		v.Received()
	}
	return u, p, nil
}

func (f *receiving) Drop() { f.rx.Drop() }

func TestNothingIsLostOrTwiceWhenEitherSideIsAborted(t *testing.T) {
	var all chaos.Totals
	chaos.Explore(t, 600, func(w *chaos.World) {
		for i := range 4 {
			tx, rx := oneshot.New[*chaos.Value]()
			name := fmt.Sprint("responder ", i)
			switch w.Rand.IntN(3) {
			case 0:
				chaos.Spawn(w, name, edo.Future[edo.Unit](&sending{tx, w.Ledger.New(name), w.Rand.IntN(4)}))
			default:
				w.Go(name, answer(w, name, tx), edo.Owns(tx))
			}
			name = fmt.Sprint("requester ", i)
			switch w.Rand.IntN(3) {
			case 0:
				chaos.Spawn(w, name, edo.Future[edo.Unit](&receiving{rx}))
			case 1:
				w.Go(name, askAndGiveUp(w, rx), edo.Owns(rx))
			default:
				w.Go(name, ask(w, rx), edo.Owns(rx))
			}
		}
		w.Check(func() error {
			t := w.Ledger.Totals()
			all.Received += t.Received
			all.Kept += t.Kept
			all.Dropped += t.Dropped
			return nil
		})
	})
	if os.Getenv(sim.SeedVariable) == "" && (all.Received == 0 || all.Kept == 0 || all.Dropped == 0) {
		t.Errorf("not every fate was met: %+v", all)
	}
}

func TestWhoeverWaitsForTheReceiverToGoLearnsOfIt(t *testing.T) {
	chaos.Explore(t, 400, func(w *chaos.World) {
		for i := range 3 {
			tx, rx := oneshot.New[*chaos.Value]()
			name := fmt.Sprint("worker ", i)
			if w.Rand.IntN(2) == 0 {
				w.Go(name, func(task *edo.Task) error {
					err := tx.Closed(task)
					if err == nil && !tx.IsClosed() {
						return errors.New("Closed has returned, and IsClosed says no")
					}
					return err
				}, edo.Owns(tx))
			} else {
				chaos.Spawn(w, name, tx.ClosedFuture(), edo.Owns(tx))
			}
			name = fmt.Sprint("requester ", i)
			if w.Rand.IntN(2) == 0 {
				w.Go(name, askAndGiveUp(w, rx), edo.Owns(rx))
			} else {
				w.Go(name, func(task *edo.Task) error { return pause(w, task, 3) }, edo.Owns(rx))
			}
		}
	})
}

// A cancelled wait does not change the channel: another task can use it.
func TestAnotherTaskGoesOnWhereAnAbortedOneWaited(t *testing.T) {
	chaos.Explore(t, 400, func(w *chaos.World) {
		tx, rx := oneshot.New[*chaos.Value]()
		first := w.Go("first", ask(w, rx)) // does not own rx
		w.Steady("second", func(task *edo.Task) error {
			first.Await(task)
			if rx.Terminated() {
				return nil
			}
			v, err := rx.Recv(task)
			if err == nil {
				v.Received()
			}
			return err
		}, edo.Owns(rx))
		w.Steady("responder", answer(w, "responder", tx), edo.Owns(tx))
		w.Check(func() error {
			if t := w.Ledger.Totals(); t.Received != 1 {
				return fmt.Errorf("the value did not arrive: %+v", t)
			}
			return nil
		})
	})
}
