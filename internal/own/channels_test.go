package own_test

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/watch"
)

// into returns a channel to send into, made by fillUp.
func (s *scene) into() *mpsc.Sender[*item] {
	tx, rx := mpsc.New[*item](2)
	fillUp(s, tx, rx)
	return tx
}

// from returns a channel to receive from, made by sendTwo.
func (s *scene) from() *mpsc.Receiver[*item] {
	tx, rx := mpsc.New[*item](2)
	sendTwo(s, tx)
	s.atEnd(tx.Drop)
	return rx
}

// borrowed takes the rest of rx in the end: the subject only borrows rx.
func (s *scene) borrowed(rx *mpsc.Receiver[*item]) *mpsc.Receiver[*item] {
	s.atEnd(func() {
		takeRest(rx)
		rx.Drop()
	})
	return rx
}

var channels = leaves(append(senderRows("mpsc", (*scene).into), []row{
	{name: "mpsc.Sender.SendFuture", quiet: true, build: func(s *scene) subject {
		return done(s, s.into().SendFuture(s.item()), func(*mpsc.Sender[*item]) {})
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
	{name: "mpsc.Sender.ClosedFuture", quiet: true, build: func(s *scene) subject {
		tx, rx := mpsc.New[*item](1)
		s.dropOther(rx)
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
		s.dropOther(rx)
		s.atEnd(tx.Drop)
		return unit(s, tx.ClosedFuture())
	}},

	// The receivers of a broadcast share its values, which are never dropped.
	{name: "broadcast.New", also: []string{"broadcast.Sender.Subscribe", "broadcast.Receiver.Resubscribe"}, build: func(s *scene) subject {
		return items(s, s.published(), -1, func(int) {})
	}},
	{name: "broadcast.Receiver.RecvFuture", build: func(s *scene) subject {
		return done(s, s.published().RecvFuture(), func(int) {})
	}},
	{name: "broadcast.Sender.ClosedFuture", quiet: true, build: func(s *scene) subject {
		tx, rx := broadcast.New[int](1)
		s.dropOther(rx)
		s.atEnd(tx.Drop)
		return unit(s, tx.ClosedFuture())
	}},

	// So do the receivers of a watch.
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
		s.dropOther(rx)
		s.atEnd(tx.Drop)
		return unit(s, tx.ClosedFuture())
	}},
}...))

// dropOther drops rx, the other end, at once, or later when the scene waits.
func (s *scene) dropOther(rx edo.Dropper) {
	s.nowOrLater(rx.Drop)
	if s.waits {
		s.atEnd(rx.Drop)
	}
}

// published returns a receiver of one value and the end.
func (s *scene) published() *broadcast.Receiver[int] {
	tx, rx := broadcast.New[int](1)
	s.nowOrLater(func() {
		tx.Send(1)
		tx.Close()
	})
	s.atEnd(tx.Drop)
	s.atEnd(rx.Drop)
	return rx
}

// watched returns a receiver that has one value to see and the end.
func (s *scene) watched() *watch.Receiver[int] {
	tx, rx := watch.New(0)
	s.nowOrLater(func() {
		tx.Send(1)
		tx.Close()
	})
	s.atEnd(tx.Drop)
	s.atEnd(rx.Drop)
	return rx
}
