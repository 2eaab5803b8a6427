package own_test

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/stream"
)

// intoMany is into, of a channel with many receivers.
func (s *scene) intoMany() *mpmc.Sender[*item] {
	tx, rx := mpmc.New[*item](2)
	for range 2 {
		if s.waits {
			tx.TrySend(s.item())
		}
	}
	drain := func() {
		for v, err := rx.TryRecv(); err == nil; v, err = rx.TryRecv() {
			v.take()
		}
	}
	if s.fails {
		rx.Close()
	}
	s.onWake(drain)
	s.atEnd(func() {
		drain()
		if permits, err := tx.TryReserveMany(2); err == nil {
			permits.Drop()
		} else if !s.fails {
			s.t.Errorf("room has been lost: %v", err)
		}
		tx.Drop()
		rx.Drop()
	})
	return tx
}

// fromMany is from, of a channel with another receiver, which in the end takes what the
// subject has left: also what it was promised.
func (s *scene) fromMany() *mpmc.Receiver[*item] {
	tx, rx := mpmc.New[*item](2)
	fill := func() {
		if tx.IsClosed() {
			return
		}
		for _, v := range []*item{s.item(), s.item()} {
			if tx.TrySend(v) != nil {
				v.take() // refused, and the sender's
			}
		}
		tx.Close()
	}
	if s.waits {
		s.onWake(fill)
	} else {
		fill()
	}
	other := rx.Clone()
	s.atEnd(func() {
		tx.Drop()
		for v, err := other.TryRecv(); err == nil; v, err = other.TryRecv() {
			v.take()
		}
		if n := other.Len(); n != 0 {
			s.t.Errorf("%d messages are promised to a receive that is no more", n)
		}
		other.Drop()
		rx.Drop()
	})
	return rx
}

var manyConsumers = leaves([]row{
	{name: "mpmc.Sender.SendFuture", quiet: true, build: func(s *scene) subject {
		return done(s, s.intoMany().SendFuture(s.item()), func(*mpmc.Sender[*item]) {})
	}},
	{name: "mpmc.Sender.Send", direct: true, build: func(s *scene) subject {
		tx := s.intoMany()
		return s.body(func(task *edo.Task) error {
			v := s.item()
			err := tx.Send(task, v)
			if err != nil {
				v.take() // it is the sender's still
			}
			return err
		})
	}},
	{name: "mpmc.Sender.SendTimeout", direct: true, live: true, build: func(s *scene) subject {
		tx := s.intoMany()
		return s.body(func(task *edo.Task) error {
			v := s.item()
			err := tx.SendTimeout(task, v, hour)
			if err != nil {
				v.take()
			}
			return err
		})
	}},
	{name: "mpmc.Sender.Sink", direct: true, build: func(s *scene) subject {
		tx := s.intoMany()
		return s.body(func(task *edo.Task) error {
			sink := tx.Clone().Sink()
			defer sink.Drop()
			return stream.Send(task, sink, s.item())
		})
	}},
	{name: "mpmc.Sender.ReserveFuture", quiet: true, build: func(s *scene) subject {
		return done(s, s.intoMany().ReserveFuture(), (*mpmc.Permit[*item]).Drop)
	}},
	{name: "mpmc.Sender.ReserveManyFuture", quiet: true, build: func(s *scene) subject {
		return done(s, s.intoMany().ReserveManyFuture(2), func(p *mpmc.Permits[*item]) {
			p.Send(s.item()) // one is used, one is not
			p.Drop()
		})
	}},
	{name: "mpmc.Sender.Reserve", direct: true, build: func(s *scene) subject {
		tx := s.intoMany()
		return s.body(func(task *edo.Task) error {
			permit, err := tx.Reserve(task)
			if err == nil {
				err = permit.Send(s.item())
			}
			return err
		})
	}},
	{name: "mpmc.Sender.ReserveMany", direct: true, build: func(s *scene) subject {
		tx := s.intoMany()
		return s.body(func(task *edo.Task) error {
			permits, err := tx.ReserveMany(task, 2)
			if err == nil {
				permits.Drop()
			}
			return err
		})
	}},
	{name: "mpmc.Sender.ClosedFuture", quiet: true, build: func(s *scene) subject {
		tx, rx := mpmc.New[*item](1)
		s.end(rx)
		s.atEnd(tx.Drop)
		return unit(s, tx.ClosedFuture())
	}},
	{name: "mpmc.New", also: []string{"mpmc.NewUnbounded", "mpmc.Receiver.Clone"}, build: func(s *scene) subject {
		return s.stream(s.fromMany())
	}},
	{name: "mpmc.Receiver.Recv", direct: true, build: func(s *scene) subject {
		rx := s.fromMany()
		return s.body(func(task *edo.Task) error {
			v, err := rx.Recv(task)
			if err == nil {
				v.take()
			}
			return err
		})
	}},
	{name: "mpmc.Receiver.RecvTimeout", direct: true, live: true, build: func(s *scene) subject {
		rx := s.fromMany()
		return s.body(func(task *edo.Task) error {
			v, err := rx.RecvTimeout(task, hour)
			if err == nil {
				v.take()
			}
			return err
		})
	}},
	{name: "mpmc.Receiver.RecvFuture", quiet: true, build: func(s *scene) subject {
		return done(s, s.fromMany().RecvFuture(), (*item).take)
	}},
	{name: "mpmc.Receiver.RecvManyFuture", quiet: true, build: func(s *scene) subject {
		return done(s, s.fromMany().RecvManyFuture(nil, 2), takeAll)
	}},
	{name: "mpmc.Receiver.RecvMany", direct: true, build: func(s *scene) subject {
		rx := s.fromMany()
		return s.body(func(task *edo.Task) error {
			all, err := rx.RecvMany(task, nil, 2)
			takeAll(all)
			return err
		})
	}},
})
