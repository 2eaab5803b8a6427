package broadcast_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/internal/chaos"
)

// position is the position of a receiver in the list of all values that were sent.
type position struct {
	rx   *broadcast.Receiver[int]
	next int
	left int // how many values it still receives, at most
}

// receive receives until the end, or until left is 0. After an abort, another task may go on
// with p, and no value is lost.
func (p *position) receive(task *edo.Task, sent *[]int) error {
	for p.left > 0 {
		v, err := p.rx.Recv(task)
		var lag *broadcast.LaggedError
		switch {
		case errors.As(err, &lag):
			p.next += int(lag.Missed)
			continue
		case errors.Is(err, edo.ErrClosed):
			if p.next != len(*sent) {
				return fmt.Errorf("the end after %d of %d", p.next, len(*sent))
			}
			return nil
		case err != nil:
			return err
		case p.next >= len(*sent) || (*sent)[p.next] != v:
			return fmt.Errorf("received %d as value %d of %v", v, p.next, *sent)
		}
		p.next++
		p.left--
	}
	return nil
}

// TestNoValueIsLostWhenTasksAreAborted has tasks that are aborted while they receive, tasks
// that go on with the receivers of those, senders that are aborted, and tasks that wait until
// there are no receivers.
func TestNoValueIsLostWhenTasksAreAborted(t *testing.T) {
	chaos.Explore(t, 300, func(w *chaos.World) {
		tx, rx := broadcast.New[int](1 + w.Rand.IntN(8))
		var sent []int
		var senders []*edo.JoinHandle[edo.Unit]
		for i := range 3 {
			rx := rx
			if i > 0 {
				rx = tx.Subscribe()
			}
			p := &position{rx: rx, left: w.Rand.IntN(30)}
			first := w.Go(fmt.Sprint("receiver ", i), func(task *edo.Task) error { return p.receive(task, &sent) })
			w.Steady(fmt.Sprint("heir ", i), func(task *edo.Task) error {
				defer p.rx.Drop()
				if _, err := first.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) {
					return err
				}
				return p.receive(task, &sent)
			})
		}
		for i := range 3 {
			tx := tx.Clone()
			senders = append(senders, w.Go(fmt.Sprint("sender ", i), func(task *edo.Task) error {
				defer tx.Close()
				for j := range 6 {
					v := 100*i + j
					if _, err := tx.Send(v); errors.Is(err, edo.ErrClosed) {
						return nil // the receivers have all that they want
					} else if err != nil {
						return err
					}
					sent = append(sent, v)
					if err := edo.Yield(task); err != nil {
						return err
					}
				}
				return nil
			}, edo.Owns(tx)))
		}
		for i := range 2 {
			w.Go(fmt.Sprint("watcher ", i), tx.Closed)
			chaos.Spawn(w, fmt.Sprint("future watcher ", i), tx.ClosedFuture())
		}
		w.Steady("end", func(task *edo.Task) error {
			for _, h := range senders {
				if _, err := h.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) {
					return err
				}
			}
			if w.Rand.IntN(2) == 0 { // the others wait until the receivers have gone
				tx.Close()
				return nil
			}
			tx2 := tx.Clone()
			tx.Close()
			tx2.Close()
			return tx2.Closed(task)
		})
		w.Check(func() error {
			if n := tx.ReceiverCount() + tx.SenderCount() + tx.Len(); n != 0 {
				return fmt.Errorf("%d receivers, %d senders and %d values are left", tx.ReceiverCount(), tx.SenderCount(), tx.Len())
			}
			return tx.Check()
		})
	})
}
