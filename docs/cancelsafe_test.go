package docs

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// The tests of this file are for those entries of cancellation.md that have no test in
// their own package, because they use several packages. They run in the simulator.

const tick = time.Millisecond

// window is how many bytes a connection holds in one direction.
const window = 4

func simulate(t *testing.T, main func(task *edo.Task, now func() time.Duration) error) {
	t.Helper()
	err := sim.Run(1, func(task *edo.Task) error {
		d, err := inside.Driver(task)
		if err != nil {
			return err
		}
		begin := d.Now()
		return main(task, func() time.Duration { return time.Duration(d.Now() - begin) })
	}, sim.WithConfig(sim.Config{Window: window, Quiet: true}))
	if err != nil {
		t.Error(err)
	}
}

// cancelled runs fn in a task that is aborted after d, while it waits.
func cancelled(t *testing.T, task *edo.Task, d time.Duration, fn func(task *edo.Task) error) {
	t.Helper()
	h := edo.Go(task, fn)
	timer.Sleep(task, d)
	if h.Finished() {
		t.Error("it did not wait")
	}
	h.Abort()
	if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
		t.Errorf("got %v, want ErrCancelled", err)
	}
}

// connected returns the two ends of a connection.
func connected(task *edo.Task) (a, b *socket.Conn, err error) {
	l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if a, err = socket.Dial(task, "tcp", l.Addr().String()); err != nil {
		return nil, nil, err
	}
	b, err = l.Accept(task)
	return a, b, err
}

func TestCancelledSleepEndsAtOnce(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		cancelled(t, task, tick, func(task *edo.Task) error { return timer.Sleep(task, time.Hour) })
		if now() != tick {
			t.Errorf("it has ended after %v", now())
		}
		return nil
	})
}

func TestSleepThatWasAwaitedBeforeKeepsItsInstant(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		s := timer.SleepFuture(10 * tick)
		defer s.Drop()
		cancelled(t, task, 4*tick, func(task *edo.Task) error {
			_, err := edo.Await(task, edo.Future[edo.Unit](s))
			return err
		})
		_, err := edo.Await(task, edo.Future[edo.Unit](s))
		if now() != 10*tick {
			t.Errorf("it has ended after %v, want 10ms", now())
		}
		return err
	})
}

func TestCancelledTickIsGivenToTheNext(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		i := timer.NewInterval(10 * tick)
		defer i.Drop()
		begin := timer.Now(task)
		cancelled(t, task, 4*tick, func(task *edo.Task) error { _, err := i.Tick(task); return err })
		timer.Sleep(task, 20*tick) // two come due meanwhile
		for n := range 3 {
			at, err := i.Tick(task)
			if want := time.Duration(n+1) * 10 * tick; err != nil || at.Sub(begin) != want {
				t.Errorf("a tick at %v, %v, want %v", at.Sub(begin), err, want)
			}
		}
		if now() != 30*tick {
			t.Errorf("the third tick has come after %v", now())
		}
		return nil
	})
}

func TestCancelledReadTakesNothing(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		a, b, err := connected(task)
		if err != nil {
			return err
		}
		defer a.Close()
		defer b.Close()
		for _, read := range []func(task *edo.Task, p []byte) (int, error){
			a.Read,
			func(task *edo.Task, p []byte) (int, error) { return aio.Read(task, a, p) },
			func(task *edo.Task, p []byte) (int, error) { return edo.Await(task, a.ReadFuture(p)) },
		} {
			mine, theirs := make([]byte, 4), make([]byte, 4)
			h := edo.Go(task, func(task *edo.Task) error { _, err := read(task, theirs); return err })
			timer.Sleep(task, tick)
			if _, err := b.Write(task, []byte("abc")); err != nil { // it is woken, and aborted before it runs
				return err
			}
			h.Abort()
			if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("got %v, want ErrCancelled", err)
			}
			if n, err := a.Read(task, mine); string(mine[:n]) != "abc" || err != nil || theirs[0] != 0 {
				t.Errorf("read %q, %v, and the cancelled one %q", mine[:n], err, theirs)
			}
		}
		return nil
	})
}

func TestCancelledWriteSaysHowMuchWasWritten(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		a, b, err := connected(task)
		if err != nil {
			return err
		}
		defer b.Close()
		cancelled(t, task, tick, func(task *edo.Task) error {
			n, err := a.Write(task, []byte("abcdef"))
			if n != window {
				t.Errorf("written %d bytes, want %d", n, window)
			}
			return err
		})
		a.Close()
		if all, err := aio.ReadAll(task, b, nil); string(all) != "abcd" || err != nil {
			t.Errorf("read %q, %v", all, err)
		}
		return nil
	})
}

func TestCancelledWriteOfOnceHasWrittenNothing(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		a, b := aio.Duplex(2)
		aio.WriteAll(task, a, []byte("ab"))
		cancelled(t, task, tick, func(task *edo.Task) error {
			n, err := aio.Write(task, a, []byte("lost"))
			if n != 0 {
				t.Errorf("written %d bytes", n)
			}
			return err
		})
		a.Close()
		if all, err := aio.ReadAll(task, b, nil); string(all) != "ab" || err != nil {
			t.Errorf("read %q, %v", all, err)
		}
		return nil
	})
}

func TestCancelledAcceptLeavesTheConnectionToOthers(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		accept := func(task *edo.Task) error {
			conn, err := l.Accept(task)
			if err == nil {
				conn.Close()
			}
			return err
		}
		first, second := edo.Go(task, accept), edo.Go(task, accept)
		timer.Sleep(task, tick)
		client, err := socket.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer client.Close()
		first.Abort() // the one of them that was woken for it
		first.Await(task)
		if !second.Finished() {
			if _, err := second.Await(task); err != nil { // a stall, if it is lost
				t.Error(err)
			}
		}
		if _, err := client.Read(task, make([]byte, 1)); err != io.EOF {
			t.Errorf("the client got %v, want the end", err)
		}

		waits := edo.Go(task, accept)
		timer.Sleep(task, tick)
		later, err := socket.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer later.Close()
		waits.Abort()
		waits.Await(task)
		l.Close() // with it a connection ends that was not accepted
		if _, err := later.Read(task, make([]byte, 1)); err == nil {
			t.Error("the client of a connection that was not accepted goes on")
		}
		return nil
	})
}

func TestCancelledDialClosesItsConnection(t *testing.T) {
	const backlog = 128 // of a listener of the simulator
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		for range backlog {
			conn, err := socket.Dial(task, "tcp", l.Addr().String())
			if err != nil {
				return err
			}
			defer conn.Close()
		}
		cancelled(t, task, tick, func(task *edo.Task) error {
			conn, err := socket.Dial(task, "tcp", l.Addr().String())
			if err == nil {
				conn.Close()
			}
			return err
		})
		for range backlog {
			conn, err := l.Accept(task)
			if err != nil {
				return err
			}
			defer conn.Close()
		}
		cancelled(t, task, tick, func(task *edo.Task) error { // there is no other one
			_, err := l.Accept(task)
			return err
		})
		return nil
	})
}
