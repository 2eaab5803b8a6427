package own_test

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpmc"
	"github.com/edo-go/edo/stream"
)

// intoMany is into, of a channel with many receivers.
func (s *scene) intoMany() *mpmc.Sender[*item] {
	tx, rx := mpmc.New[*item](2)
	fillUp(s, tx, rx)
	return tx
}

// fromMany is from, of a channel with another receiver. In the end that one takes the values
// that the subject has left, and those that it was promised.
func (s *scene) fromMany() *mpmc.Receiver[*item] {
	tx, rx := mpmc.New[*item](2)
	sendTwo(s, tx)
	other := rx.Clone()
	s.atEnd(func() {
		tx.Drop()
		takeRest(other)
		if n := other.Len(); n != 0 {
			s.t.Errorf("%d messages are promised to a receive that is no more", n)
		}
		other.Drop()
		rx.Drop()
	})
	return rx
}

var manyConsumers = leaves(append(senderRows("mpmc", (*scene).intoMany), []row{
	{name: "mpmc.Sender.SendFuture", quiet: true, build: func(s *scene) subject {
		return done(s, s.intoMany().SendFuture(s.item()), func(*mpmc.Sender[*item]) {})
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
	{name: "mpmc.Sender.ClosedFuture", quiet: true, build: func(s *scene) subject {
		tx, rx := mpmc.New[*item](1)
		s.dropOther(rx)
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
}...))
