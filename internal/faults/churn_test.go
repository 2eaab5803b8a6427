package faults_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/socket"
)

// heap returns how many bytes are in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what cleanups and pools have let go
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Ten thousand connections come and go, a hundred at a time, and end in every way: closed by the
// server, by the client, reset, in the middle of a read, a write and an idle time-out. When they are
// gone there is no descriptor, no task, no goroutine, no registration, and no memory of them.
func TestTenThousandConnectionsLeaveNothing(t *testing.T) {
	const batch = 100
	rounds := 5
	leavesNothing(t, func() {
		defer func() { rounds = fewer(100) }() // the first time is to begin what the process keeps
		rt, err := edo.New(edo.Config{OnError: func(error) {}})
		if err != nil {
			t.Fatal(err)
		}
		main := edo.Go(rt, func(task *edo.Task) error {
			files := 0
			var memory int64
			for round := range rounds {
				if round == rounds/5 { // tables and pools have their size
					files, memory = descriptors(), heap()
				}
				if err := comeAndGo(task, batch); err != nil {
					return fmt.Errorf("round %d: %w", round, err)
				}
			}
			d, err := inside.Driver(task)
			if err != nil {
				return err
			}
			if d.Registered() {
				return errors.New("a socket is still registered")
			}
			if now := descriptors(); now > files {
				return fmt.Errorf("%d descriptors are open, %d before", now, files)
			}
			if n := rt.Metrics().Alive; n > 1000 { // it is counted in pieces, and not exact
				return fmt.Errorf("%d tasks have not ended", n)
			}
			if n := len(rt.Snapshot().Tasks); n > 2 {
				return fmt.Errorf("%d tasks wait, want this one and the Block alone", n)
			}
			// 32 bytes of each connection would be more. The race detector keeps coroutines.
			grown, most := heap()-memory, int64(rounds*batch*32)
			t.Logf("%d bytes more after %d connections", grown, rounds*batch)
			if rounds > 5 && grown > most && !invariant.Enabled {
				return fmt.Errorf("%d bytes are in use that were not before, want %d at the most", grown, most)
			}
			return nil
		})
		err = edo.Block(rt, t.Context(), func(task *edo.Task) error {
			_, err := main.Await(task)
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if err := rt.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// comeAndGo has n clients connect, and each connection end in a way of its own.
func comeAndGo(task *edo.Task, n int) error {
	l, err := socket.Listen(task, "tcp", "127.0.0.1:0", socket.Limit(2*n), socket.Linger(0)) // no port stays in TIME_WAIT
	if err != nil {
		return err
	}
	defer l.Close()
	begun := lock.NewBarrier(n)
	var all []*edo.JoinHandle[edo.Unit]
	for i := range n {
		b, err := socket.Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		a, err := l.Accept(task)
		if err != nil {
			return err
		}
		h := edo.Go(task, func(task *edo.Task) error {
			if i%5 == 3 {
				a.SetWriteBuffer(1 << 12)
				a.Write(task, long)
				return nil
			}
			a.SetIdleTimeout(1 << 40)
			a.Read(task, make([]byte, 1))
			return nil
		}, edo.Owns(a))
		all = append(all, h, edo.Go(task, func(task *edo.Task) error {
			if _, err := begun.Wait(task); err != nil { // all that read or write have begun
				return err
			}
			switch i % 5 {
			case 0: // the client closes
			case 1:
				return reset(b)
			case 2:
				return a.Close()
			case 3, 4:
				h.Abort()
			}
			return nil
		}, edo.Owns(b)))
	}
	for _, h := range all {
		if _, err := h.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) {
			return err
		}
	}
	return nil
}
