package own_test

import (
	"time"

	"github.com/edo-go/edo"
)

// queueSender is the part of a sender of mpsc, and of mpmc, that these rows need. P is one
// permit, M are several.
type queueSender[P queuePermit, M edo.Dropper] interface {
	edo.Dropper
	IsClosed() bool
	Close()
	TrySend(v *item) error
	Send(task *edo.Task, v *item) error
	SendTimeout(task *edo.Task, v *item, d time.Duration) error
	TryReserveMany(n int) (M, error)
	Reserve(task *edo.Task) (P, error)
	ReserveMany(task *edo.Task, n int) (M, error)
}

type queuePermit interface{ Send(v *item) error }

type queueReceiver interface {
	edo.Dropper
	Close()
	TryRecv() (*item, error)
}

// takeRest takes the values that are left in rx.
func takeRest(rx queueReceiver) {
	for v, err := rx.TryRecv(); err == nil; v, err = rx.TryRecv() {
		v.take()
	}
}

// fillUp makes a new channel with room for two one to send into: it is full when the scene
// waits, and closed when the scene fails. The values that arrive are taken. In the end all
// of its room must be free.
func fillUp[P queuePermit, M edo.Dropper](s *scene, tx queueSender[P, M], rx queueReceiver) {
	for range 2 {
		if s.waits {
			tx.TrySend(s.item())
		}
	}
	if s.fails {
		rx.Close()
	}
	s.onWake(func() { takeRest(rx) })
	s.atEnd(func() {
		takeRest(rx)
		if permits, err := tx.TryReserveMany(2); err == nil {
			permits.Drop()
		} else if !s.fails {
			s.t.Errorf("room has been lost: %v", err)
		}
		tx.Drop()
		rx.Drop()
	})
}

// sendTwo makes a new channel with room for two one to receive from: it has two values, or
// gets them later when the scene waits. It ends after them.
func sendTwo[P queuePermit, M edo.Dropper](s *scene, tx queueSender[P, M]) {
	send := func() {
		if tx.IsClosed() {
			return
		}
		for _, v := range []*item{s.item(), s.item()} {
			if tx.TrySend(v) != nil {
				v.take() // refused: the sender still has it
			}
		}
		tx.Close()
	}
	s.nowOrLater(send)
}

// senderRows are the rows in direct style of the Sender of a package; full makes one by
// fillUp.
func senderRows[P queuePermit, M edo.Dropper, S queueSender[P, M]](pkg string, full func(s *scene) S) []row {
	send := func(how func(tx S, task *edo.Task, v *item) error) func(s *scene) subject {
		return func(s *scene) subject {
			tx := full(s)
			return s.body(func(task *edo.Task) error {
				v := s.item()
				err := how(tx, task, v)
				if err != nil {
					v.take() // the sender still has it
				}
				return err
			})
		}
	}
	return []row{
		{name: pkg + ".Sender.Send", direct: true, build: send(func(tx S, task *edo.Task, v *item) error {
			return tx.Send(task, v)
		})},
		{name: pkg + ".Sender.SendTimeout", direct: true, live: true, build: send(func(tx S, task *edo.Task, v *item) error {
			return tx.SendTimeout(task, v, hour)
		})},
		{name: pkg + ".Sender.Reserve", direct: true, build: func(s *scene) subject {
			tx := full(s)
			return s.body(func(task *edo.Task) error {
				permit, err := tx.Reserve(task)
				if err == nil {
					err = permit.Send(s.item())
				}
				return err
			})
		}},
		{name: pkg + ".Sender.ReserveMany", direct: true, build: func(s *scene) subject {
			tx := full(s)
			return s.body(func(task *edo.Task) error {
				permits, err := tx.ReserveMany(task, 2)
				if err == nil {
					permits.Drop()
				}
				return err
			})
		}},
	}
}
