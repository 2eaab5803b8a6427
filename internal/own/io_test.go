package own_test

import (
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

const (
	tick = time.Millisecond
	hour = time.Hour
)

// soon returns how long a timer takes.
func (s *scene) soon() time.Duration {
	if s.waits {
		return 20 * tick
	}
	return tick
}

// These own a timer, which wakes no task after it was dropped.
var timers = leaves([]row{
	{name: "timer.SleepFuture", live: true, quiet: true, build: func(s *scene) subject {
		return unit(s, timer.SleepFuture(s.soon()))
	}},
	{name: "timer.NewInterval", also: []string{"timer.IntervalAt"}, live: true, quiet: true, build: func(s *scene) subject {
		return items(s, timer.NewInterval(s.soon()), 2, func(time.Time) {})
	}},
	{name: "timer.NewDelayQueue", live: true, quiet: true, build: func(s *scene) subject {
		q := timer.NewDelayQueue[*item](s.root)
		q.Insert(s.item(), s.soon())
		q.Insert(s.item(), s.soon())
		return items(s, q, -1, func(e timer.Expired[*item]) { e.Value.take() })
	}},
	{name: "timer.Limiter.WaitFuture", live: true, quiet: true, build: func(s *scene) subject {
		l := timer.NewLimiter(timer.Every(s.soon()), 1)
		l.Allow(s.root)
		return unit(s, l.WaitFuture(1))
	}},
})

// backlog is how many connections a listener of the simulator holds.
const backlog = 128

// window is how many bytes a connection of these tests holds in one direction.
const window = 4

// listen returns a listener, and a function that makes a client connect: the client stays
// until its connection ends. A connection that was neither accepted nor closed would keep
// the client waiting for ever, which the simulator reports.
func (s *scene) listen() (l *socket.Listener, connect func()) {
	l, err := socket.Listen(s.root, "tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	return l, func() {
		edo.Go(s.root, func(task *edo.Task) error {
			conn, err := socket.Dial(task, "tcp", l.Addr().String())
			if err != nil {
				return nil // the listener has gone
			}
			defer conn.Close()
			conn.Read(task, make([]byte, 1)) // until it ends
			return nil
		})
	}
}

// acceptor is listen, with one client that connects now or later.
func (s *scene) acceptor() *socket.Listener {
	l, connect := s.listen()
	if s.fails {
		l.Close()
	} else {
		s.nowOrLater(sync.OnceFunc(connect))
	}
	return l
}

// pair returns the two ends of a connection.
func (s *scene) pair() (mine, theirs *socket.Conn) {
	l, err := socket.Listen(s.root, "tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	if mine, err = socket.Dial(s.root, "tcp", l.Addr().String()); err != nil {
		s.t.Fatal(err)
	}
	if theirs, err = l.Accept(s.root); err != nil {
		s.t.Fatal(err)
	}
	return mine, theirs
}

// dropAfter has around dropped after sub.
func (sub subject) dropAfter(around ...edo.Dropper) subject {
	sub.around = around
	return sub
}

// readable returns a connection that has something to read now or later.
func (s *scene) readable() (mine, theirs *socket.Conn) {
	mine, theirs = s.pair()
	switch {
	case s.fails:
		theirs.CloseWrite()
	case s.waits:
		s.onWake(func() { s.inAnotherTask(theirs.WriteFuture([]byte{1})) })
	default:
		theirs.Write(s.root, []byte{1})
	}
	return mine, theirs
}

// datagram returns a socket that has something to receive now or later, and the one that sends it.
func (s *scene) datagram() (mine, theirs *socket.PacketConn) {
	mine, err := socket.ListenPacket(s.root, "udp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	if theirs, err = socket.DialPacket(s.root, "udp", mine.LocalAddr().String()); err != nil {
		s.t.Fatal(err)
	}
	switch {
	case s.fails:
		mine.Close()
	case s.waits:
		s.onWake(func() { s.inAnotherTask(theirs.WriteFuture([]byte{1})) })
	default:
		theirs.Write(s.root, []byte{1})
	}
	return mine, theirs
}

// fullQueue returns a socket that sends to another one, whose queue has room now or later.
func (s *scene) fullQueue() (mine, theirs *socket.PacketConn) {
	theirs, err := socket.ListenPacket(s.root, "unixgram", "")
	if err != nil {
		s.t.Fatal(err)
	}
	if mine, err = socket.DialPacket(s.root, "unixgram", theirs.LocalAddr().String()); err != nil {
		s.t.Fatal(err)
	}
	if s.waits {
		const queue = 11 // of the simulator, as on Linux
		for range queue {
			mine.Write(s.root, []byte{1})
		}
		s.onWake(func() {
			for range 2 {
				edo.Go(s.root, func(task *edo.Task) error {
					theirs.Read(task, make([]byte, 1)) // it may fail: the socket may be closed
					return nil
				})
			}
		})
	}
	if s.fails {
		mine.Close()
	}
	return mine, theirs
}

// inAnotherTask has another task wait for f. It may fail: the connection may be closed.
func (s *scene) inAnotherTask(f edo.Future[int]) {
	edo.Go(s.root, func(task *edo.Task) error {
		edo.Await(task, f)
		edo.Drop(f)
		return nil
	})
}

var sockets = leaves([]row{
	{name: "socket.Listener.AcceptFuture", live: true, quiet: true, build: func(s *scene) subject {
		l := s.acceptor()
		return done(s, l.AcceptFuture(), (*socket.Conn).Drop).dropAfter(l)
	}},
	{name: "socket.Listener.Accept", live: true, direct: true, build: func(s *scene) subject {
		l := s.acceptor()
		return s.body(func(task *edo.Task) error {
			conn, err := l.Accept(task)
			if err == nil {
				conn.Drop()
			}
			return err
		}).dropAfter(l)
	}},
	{name: "socket.Listener.Incoming", live: true, quiet: true, build: func(s *scene) subject {
		l := s.acceptor()
		return items(s, l.Incoming(), 1, (*socket.Conn).Drop).dropAfter(l)
	}},
	{name: "socket.DialFuture", live: true, quiet: true, build: dialing(socket.DialFuture)},
	{name: "socket.Dialer.DialFuture", live: true, quiet: true, build: dialing(new(socket.Dialer).DialFuture)},
	{name: "socket.Conn.ReadFuture", live: true, quiet: true, build: func(s *scene) subject {
		mine, theirs := s.readable()
		return done(s, mine.ReadFuture(make([]byte, 1)), func(int) {}).dropAfter(mine, theirs)
	}},
	{name: "socket.Conn.Read", live: true, direct: true, build: func(s *scene) subject {
		mine, theirs := s.readable()
		return s.body(func(task *edo.Task) error {
			_, err := mine.Read(task, make([]byte, 1))
			return err
		}).dropAfter(mine, theirs)
	}},
	{name: "socket.Conn.WriteFuture", live: true, quiet: true, build: func(s *scene) subject {
		mine, theirs := s.pair()
		n := window
		if s.waits {
			n *= 2
			s.onWake(func() { s.inAnotherTask(theirs.ReadFuture(make([]byte, window))) })
		}
		if s.fails {
			mine.Close()
		}
		return done(s, mine.WriteFuture(make([]byte, n)), func(int) {}).dropAfter(mine, theirs)
	}},
	// It waits behind another task's write, which waits for room.
	{name: "socket.Conn.WriteFuture, behind another", live: true, quiet: true, build: func(s *scene) subject {
		mine, theirs := s.pair()
		if s.waits {
			s.inAnotherTask(mine.WriteFuture(make([]byte, 2*window)))
			timer.Sleep(s.root, tick)
			s.onWake(func() {
				for range 3 {
					s.inAnotherTask(theirs.ReadFuture(make([]byte, window)))
				}
			})
		}
		if s.fails {
			mine.Close()
		}
		return done(s, mine.WriteFuture(make([]byte, 1)), func(int) {}).dropAfter(mine, theirs)
	}},
	{name: "socket.PacketConn.ReadFromFuture", live: true, quiet: true, build: func(s *scene) subject {
		mine, theirs := s.datagram()
		return done(s, mine.ReadFromFuture(make([]byte, 1)), func(socket.Received) {}).dropAfter(mine, theirs)
	}},
	{name: "socket.PacketConn.ReadFrom", live: true, direct: true, build: func(s *scene) subject {
		mine, theirs := s.datagram()
		return s.body(func(task *edo.Task) error {
			_, _, err := mine.ReadFrom(task, make([]byte, 1))
			return err
		}).dropAfter(mine, theirs)
	}},
	{name: "socket.PacketConn.WriteFuture", also: []string{"socket.PacketConn.WriteToFuture"}, live: true, quiet: true, build: func(s *scene) subject {
		mine, theirs := s.fullQueue()
		return done(s, mine.WriteFuture([]byte{1}), func(int) {}).dropAfter(mine, theirs)
	}},
	{name: "socket.PacketConn.ReadBatchFuture", live: true, quiet: true, build: func(s *scene) subject {
		mine, theirs := s.datagram()
		return done(s, mine.ReadBatchFuture([]socket.Message{{Buffer: make([]byte, 1)}}), func(int) {}).dropAfter(mine, theirs)
	}},
	{name: "socket.PacketConn.ReadBatch", live: true, direct: true, build: func(s *scene) subject {
		mine, theirs := s.datagram()
		return s.body(func(task *edo.Task) error {
			_, err := mine.ReadBatch(task, []socket.Message{{Buffer: make([]byte, 1)}})
			return err
		}).dropAfter(mine, theirs)
	}},
	{name: "socket.PacketConn.WriteBatchFuture", live: true, quiet: true, build: func(s *scene) subject {
		mine, theirs := s.fullQueue()
		return done(s, mine.WriteBatchFuture([]socket.Message{{Buffer: []byte{1}}}), func(int) {}).dropAfter(mine, theirs)
	}},
	// It waits by a timer.
	{name: "socket.PacketConn.WriteToPath", live: true, direct: true, build: func(s *scene) subject {
		mine, theirs := s.fullQueue()
		sender, err := socket.ListenPacket(s.root, "unixgram", "")
		if err != nil {
			s.t.Fatal(err)
		}
		if s.fails {
			sender.Close()
		}
		path := theirs.LocalAddr().String()
		return s.body(func(task *edo.Task) error {
			_, err := sender.WriteToPath(task, []byte{1}, path)
			return err
		}).dropAfter(mine, theirs, sender)
	}},
})

// dialing builds a dial, which waits for a listener whose backlog is full.
func dialing(dial func(s edo.Spawner, network, address string) edo.Future[*socket.Conn]) func(s *scene) subject {
	return func(s *scene) subject {
		l, connect := s.listen()
		if s.fails {
			l.Close()
		}
		for range backlog {
			if s.waits {
				connect()
			}
		}
		if s.waits {
			timer.Sleep(s.root, tick)
		}
		s.onWake(func() { // a connection in the backlog is accepted
			edo.Go(s.root, func(task *edo.Task) error {
				conn, err := l.Accept(task)
				if err == nil {
					conn.Drop()
				}
				return nil
			})
		})
		return done(s, dial(s.root, "tcp", l.Addr().String()), (*socket.Conn).Drop).dropAfter(l)
	}
}
