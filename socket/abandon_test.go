package socket

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/idletest"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/timer"
)

const idleTime = 10 * time.Second

func TestAnOperationHasAllOfItsIdleTimeAlthoughOneBeforeWasGivenUp(t *testing.T) {
	p := make([]byte, 1<<20)
	for name, make := range map[string]func(a *Conn) idletest.Op{
		"Read": func(a *Conn) idletest.Op {
			return idletest.Op{
				Direct: func(task *edo.Task) error { _, err := a.Read(task, p); return err },
				Future: idletest.Futures(func() edo.Future[int] { return a.ReadFuture(p) }),
				Step:   func(task *edo.Task, _ *edo.Step) (bool, error) { done, _, err := a.ReadStep(task, p); return done, err },
			}
		},
		"Write": func(a *Conn) idletest.Op {
			return idletest.Op{
				Direct: func(task *edo.Task) error { _, err := a.Write(task, p); return err },
				Future: idletest.Futures(func() edo.Future[int] { return a.WriteFuture(p) }),
				Step: func(task *edo.Task, st *edo.Step) (bool, error) {
					done, _, err := a.WriteStep(task, st, p)
					return done, err
				},
			}
		},
		"PollRead of a future that says so": func(a *Conn) idletest.Op {
			return idletest.Op{Future: func() edo.Future[edo.Unit] { return &handmade{conn: a} }}
		},
		"Read by aio": func(a *Conn) idletest.Op {
			return idletest.Op{
				Direct: func(task *edo.Task) error { _, err := aio.Read(task, a, p); return err },
				Future: idletest.Futures(func() edo.Future[int] { return aio.ReadFuture(a, p) }),
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			idletest.RequireWholeTime(t, idleTime, func(task *edo.Task) (op idletest.Op, err error) {
				l, err := Listen(task, "tcp", "127.0.0.1:0")
				if err != nil {
					return op, err
				}
				defer l.Close()
				a, err := Dial(task, "tcp", l.Addr().String())
				if err != nil {
					return op, err
				}
				b, err := l.Accept(task)
				if err != nil {
					return op, err
				}
				op = make(a)
				op.Close = []io.Closer{a, b}
				return op, a.SetIdleTimeout(idleTime)
			})
		})
	}
}

// handmade is a future of a program over PollRead.
type handmade struct {
	conn *Conn
	task edo.Waker
}

func (f *handmade) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	_, poll, err := f.conn.PollRead(cx, make([]byte, 1))
	f.task = cx.Waker()
	return edo.Unit{}, poll, err
}

func (f *handmade) Drop() { f.conn.AbandonRead(f.task) }

func TestADatagramSocketHasAnIdleTimeoutThatCountsAsThatOfAConnection(t *testing.T) {
	p := make([]byte, 9)
	for name, make := range map[string]func(unix, full *PacketConn, path string) idletest.Op{
		"Read": func(a, _ *PacketConn, _ string) idletest.Op {
			return idletest.Op{
				Direct: func(task *edo.Task) error { _, err := a.Read(task, p); return err },
				Future: idletest.Futures(func() edo.Future[Received] { return a.ReadFromFuture(p) }),
				Step: func(task *edo.Task, st *edo.Step) (bool, error) {
					done, _, err := a.ReadStep(task, st, p)
					return done, err
				},
			}
		},
		"Write": func(_, full *PacketConn, _ string) idletest.Op {
			return idletest.Op{
				Direct: func(task *edo.Task) error { _, err := full.Write(task, p); return err },
				Future: idletest.Futures(func() edo.Future[int] { return full.WriteFuture(p) }),
				Step: func(task *edo.Task, st *edo.Step) (bool, error) {
					done, _, err := full.WriteStep(task, st, p)
					return done, err
				},
			}
		},
		"WriteToPath, which tries again": func(a, _ *PacketConn, path string) idletest.Op {
			return idletest.Op{
				Direct: func(task *edo.Task) error { _, err := a.WriteToPath(task, p, path); return err },
				Step: func(task *edo.Task, st *edo.Step) (bool, error) {
					done, _, err := a.WriteToPathStep(task, st, p, path)
					return done, err
				},
			}
		},
		"Read by aio": func(a, _ *PacketConn, _ string) idletest.Op {
			return idletest.Op{
				Direct: func(task *edo.Task) error { _, err := aio.Read(task, a, p); return err },
				Future: idletest.Futures(func() edo.Future[int] { return aio.ReadFuture(a, p) }),
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			idletest.RequireWholeTime(t, idleTime, func(task *edo.Task) (op idletest.Op, err error) {
				a, err := ListenPacket(task, "unixgram", "@a")
				if err != nil {
					return op, err
				}
				b, err := ListenPacket(task, "unixgram", "@b")
				if err != nil {
					return op, err
				}
				full, err := DialPacket(task, "unixgram", "@b")
				if err != nil {
					return op, err
				}
				const queue = 11 // of the simulator
				for range queue {
					if _, err := full.Write(task, p); err != nil {
						return op, err
					}
				}
				op = make(a, full, "@b")
				op.Close = []io.Closer{a, b, full}
				return op, errors.Join(a.SetIdleTimeout(idleTime), full.SetIdleTimeout(idleTime))
			})
		})
	}
}

func TestADatagramInEitherDirectionMovesTheIdleTimeout(t *testing.T) {
	virtual(t, func(task *edo.Task, now func() time.Duration) error {
		a, err := ListenPacket(task, "udp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer a.Close()
		b, err := DialPacket(task, "udp", a.LocalAddr().String())
		if err != nil {
			return err
		}
		defer b.Close()
		b.SetIdleTimeout(idleTime)
		edo.Go(task, func(task *edo.Task) error {
			for range 3 {
				timer.Sleep(task, 7*time.Second)
				if _, err := b.Write(task, nil); err != nil { // an empty one is one as well
					return err
				}
			}
			return nil
		})
		_, err = b.Read(task, make([]byte, 1))
		wantExpired(t, err)
		if want := 3*7*time.Second + idleTime; now() != want {
			t.Errorf("ended after %v, want %v", now(), want)
		}
		if err := b.SetIdleTimeout(-1); err == nil {
			t.Error("a negative time is no error")
		}
		b.SetIdleTimeout(0)
		if _, err := timer.Timeout(task, time.Hour, func(task *edo.Task) (int, error) { return b.Read(task, nil) }); !errors.As(err, new(*timer.TimeoutError)) {
			t.Errorf("turned off: %v", err)
		}
		b.Close()
		if err := b.SetIdleTimeout(idleTime); err == nil {
			t.Error("after Close it is no error")
		}
		return nil
	})
}

// On the real network a test must not wait for a limit: it looks at the instant.
func TestTheLimitOfAnOperationCountsFromItsOwnBeginning(t *testing.T) {
	onBoth(t, func(task *edo.Task, a, b *Conn) error {
		a.SetIdleTimeout(time.Hour)
		for name, begin := range map[string]func() edo.Future[int]{
			"Read":        func() edo.Future[int] { return a.ReadFuture(make([]byte, 1)) },
			"Read by aio": func() edo.Future[int] { return aio.ReadFuture(a, make([]byte, 1)) },
		} {
			first := begin()
			edo.Await(task, edo.Future[edo.Unit](once{first}))
			d, err := inside.Driver(task)
			if err != nil {
				return err
			}
			for began := d.Now(); d.Now() == began; {
				if err := timer.Sleep(task, time.Microsecond); err != nil {
					return err
				}
			}
			edo.Drop(first)
			began := d.Now()
			second := begin()
			edo.Await(task, edo.Future[edo.Unit](once{second}))
			if at := a.limits().expiryOf(reading, (*sched.Context)(inside.Context(task)).Task()); at < began+int64(time.Hour) {
				t.Errorf("%s: its time ends %v too early", name, time.Duration(began+int64(time.Hour)-at))
			}
			edo.Drop(second)
		}
		return nil
	})
}

// once polls a future, with the waker of the task, and leaves it pending.
type once struct{ f edo.Future[int] }

func (o once) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	o.f.Poll(cx)
	return edo.Unit{}, edo.Ready, nil
}

// Tasks that have lost a race, and have ended, do not pile up at a connection that stays silent.
func TestReadsThatWereGivenUpLeaveNothingThatGrows(t *testing.T) {
	onBoth(t, func(task *edo.Task, a, b *Conn) error {
		a.SetIdleTimeout(time.Hour)
		for range 1000 {
			read := aio.ReadFuture(a, make([]byte, 1))
			if _, err := edo.Await(task, future.Race(read, future.Ready(0))); err != nil {
				return err
			}
		}
		if n := len(a.limits().of[reading].more); n > 10 {
			t.Errorf("%d alarms are kept", n)
		}
		return nil
	})
}

func TestWaitersThatHaveEndedMakeRoomForOthers(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		var waiters driver.Waiters
		for range 1000 {
			h := edo.Spawn(task, edo.Future[edo.Unit](waiting{&waiters}))
			if _, err := h.Await(task); err != nil {
				return err
			}
		}
		if len(waiters) > 10 {
			t.Errorf("%d tasks that have ended are kept", len(waiters))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// waiting makes its task a waiter, and ends.
type waiting struct{ list *driver.Waiters }

func (w waiting) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	w.list.Add((*sched.Context)(cx).Task())
	return edo.Unit{}, edo.Ready, nil
}
