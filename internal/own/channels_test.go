package own_test

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/watch"
)

// into is a channel with room for two, that is full when the scene waits, and closed
// when it fails. What comes out is taken; in the end all of its room must be free.
func (s *scene) into() *mpsc.Sender[*item] {
	tx, rx := mpsc.New[*item](2)
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

// from is a channel with two values in it, or none when the scene waits: then they come
// later. It ends after them.
func (s *scene) from() *mpsc.Receiver[*item] {
	tx, rx := mpsc.New[*item](2)
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
	s.atEnd(tx.Drop)
	return rx
}

// borrowed has what was left in rx taken in the end: the subject only borrows rx.
func (s *scene) borrowed(rx *mpsc.Receiver[*item]) *mpsc.Receiver[*item] {
	s.atEnd(func() {
		for v, err := rx.TryRecv(); err == nil; v, err = rx.TryRecv() {
			v.take()
		}
		rx.Drop()
	})
	return rx
}

var channels = leaves([]row{
	{name: "mpsc.Sender.SendFuture", quiet: true, build: func(s *scene) subject {
		return done(s, s.into().SendFuture(s.item()), func(*mpsc.Sender[*item]) {})
	}},
	{name: "mpsc.Sender.Send", direct: true, build: func(s *scene) subject {
		tx := s.into()
		return s.body(func(task *edo.Task) error {
			v := s.item()
			err := tx.Send(task, v)
			if err != nil {
				v.take() // it is the sender's still
			}
			return err
		})
	}},
	{name: "mpsc.Sender.SendTimeout", direct: true, live: true, build: func(s *scene) subject {
		tx := s.into()
		return s.body(func(task *edo.Task) error {
			v := s.item()
			err := tx.SendTimeout(task, v, hour)
			if err != nil {
				v.take()
			}
			return err
		})
	}},
	{name: "mpsc.Sender.Sink", direct: true, build: func(s *scene) subject {
		tx := s.into()
		return s.body(func(task *edo.Task) error {
			sink := tx.Clone().Sink()
			defer sink.Drop()
			return stream.Send(task, sink, s.item())
		})
	}},
	{name: "mpsc.Sender.ReserveFuture", quiet: true, build: func(s *scene) subject {
		return done(s, s.into().ReserveFuture(), (*mpsc.Permit[*item]).Drop)
	}},
	{name: "mpsc.Sender.ReserveManyFuture", quiet: true, build: func(s *scene) subject {
		return done(s, s.into().ReserveManyFuture(2), func(p *mpsc.Permits[*item]) {
			p.Send(s.item()) // one is used, one is not
			p.Drop()
		})
	}},
	{name: "mpsc.Sender.Reserve", direct: true, build: func(s *scene) subject {
		tx := s.into()
		return s.body(func(task *edo.Task) error {
			permit, err := tx.Reserve(task)
			if err == nil {
				err = permit.Send(s.item())
			}
			return err
		})
	}},
	{name: "mpsc.Sender.ReserveMany", direct: true, build: func(s *scene) subject {
		tx := s.into()
		return s.body(func(task *edo.Task) error {
			permits, err := tx.ReserveMany(task, 2)
			if err == nil {
				permits.Drop()
			}
			return err
		})
	}},
	{name: "mpsc.Sender.ClosedFuture", quiet: true, build: func(s *scene) subject {
		tx, rx := mpsc.New[*item](1)
		s.end(rx)
		s.atEnd(tx.Drop)
		return unit(s, tx.ClosedFuture())
	}},
	{name: "mpsc.New", also: []string{"mpsc.NewUnbounded"}, build: func(s *scene) subject { return s.stream(s.from()) }},
	{name: "mpsc.Receiver.RecvFuture", build: func(s *scene) subject { return s.future(s.borrowed(s.from()).RecvFuture()) }},
	{name: "mpsc.Receiver.RecvManyFuture", build: func(s *scene) subject {
		return done(s, s.borrowed(s.from()).RecvManyFuture(nil, 2), takeAll)
	}},
	{name: "mpsc.Receiver.RecvMany", direct: true, build: func(s *scene) subject {
		rx := s.borrowed(s.from())
		return s.body(func(task *edo.Task) error {
			all, err := rx.RecvMany(task, nil, 2)
			takeAll(all)
			return err
		})
	}},

	{name: "oneshot.New", build: func(s *scene) subject {
		tx, rx := oneshot.New[*item]()
		send := func() {
			if tx.IsClosed() {
				return
			}
			if v := s.item(); tx.Send(v) != nil {
				v.take()
			}
		}
		switch {
		case s.fails:
			tx.Drop()
		case s.waits:
			s.onWake(send)
		default:
			send()
		}
		s.atEnd(tx.Drop)
		return s.future(rx)
	}},
	{name: "oneshot.Sender.ClosedFuture", build: func(s *scene) subject {
		tx, rx := oneshot.New[*item]()
		s.end(rx)
		s.atEnd(tx.Drop)
		return unit(s, tx.ClosedFuture())
	}},

	// The values of a broadcast are shared by those who receive them, and never dropped.
	{name: "broadcast.New", also: []string{"broadcast.Sender.Subscribe", "broadcast.Receiver.Resubscribe"}, build: func(s *scene) subject {
		return items(s, s.published(), -1, func(int) {})
	}},
	{name: "broadcast.Receiver.RecvFuture", build: func(s *scene) subject {
		return done(s, s.published().RecvFuture(), func(int) {})
	}},
	{name: "broadcast.Sender.ClosedFuture", quiet: true, build: func(s *scene) subject {
		tx, rx := broadcast.New[int](1)
		s.end(rx)
		s.atEnd(tx.Drop)
		return unit(s, tx.ClosedFuture())
	}},

	// So are those of a watch.
	{name: "watch.New", also: []string{"watch.Sender.Subscribe", "watch.Receiver.Clone"}, build: func(s *scene) subject {
		return items(s, s.watched(), -1, func(int) {})
	}},
	{name: "watch.Receiver.ChangedFuture", build: func(s *scene) subject { return unit(s, s.watched().ChangedFuture()) }},
	{name: "watch.Receiver.WaitForFuture", calls: true, build: func(s *scene) subject {
		return done(s, s.watched().WaitForFuture(func(n int) bool {
			if n > 0 {
				s.judge(nil)
			}
			return n > 0
		}), func(int) {})
	}},
	{name: "watch.Sender.ClosedFuture", quiet: true, build: func(s *scene) subject {
		tx, rx := watch.New(0)
		s.end(rx)
		s.atEnd(tx.Drop)
		return unit(s, tx.ClosedFuture())
	}},
})

// end has rx dropped at once, or later when the scene waits.
func (s *scene) end(rx edo.Dropper) {
	if s.waits {
		s.onWake(rx.Drop)
		s.atEnd(rx.Drop)
	} else {
		rx.Drop()
	}
}

// published is a receiver of one value and the end.
func (s *scene) published() *broadcast.Receiver[int] {
	tx, rx := broadcast.New[int](1)
	send := func() {
		tx.Send(1)
		tx.Close()
	}
	if s.waits {
		s.onWake(send)
	} else {
		send()
	}
	s.atEnd(tx.Drop)
	s.atEnd(rx.Drop)
	return rx
}

// watched is a receiver that has one value to see and the end.
func (s *scene) watched() *watch.Receiver[int] {
	tx, rx := watch.New(0)
	send := func() {
		tx.Send(1)
		tx.Close()
	}
	if s.waits {
		s.onWake(send)
	} else {
		send()
	}
	s.atEnd(tx.Drop)
	s.atEnd(rx.Drop)
	return rx
}
