package socket

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chaos"
)

// big is more than there is room for.
var big = make([]byte, 32<<20)

// group awaits tasks.
type group []*edo.JoinHandle[edo.Unit]

func (g *group) run(task *edo.Task, fn func(task *edo.Task) error) { *g = append(*g, edo.Go(task, fn)) }

func (g group) wait(task *edo.Task) (err error) {
	for _, h := range g {
		_, e := h.Await(task)
		err = errors.Join(err, e)
	}
	return err
}

func TestSeveralReadersGetEachByteOnce(t *testing.T) {
	onBoth(t, func(task *edo.Task, a, b *Conn) error {
		const readers, total = 4, 200
		var g group
		got := make([][]byte, readers)
		for i := range readers {
			g.run(task, func(task *edo.Task) error {
				p := make([]byte, 3)
				for {
					n, err := a.Read(task, p)
					got[i] = append(got[i], p[:n]...)
					if err != nil {
						return nil // the end, for each of them
					}
				}
			})
		}
		for i := range total {
			if _, err := b.Write(task, []byte{byte(i)}); err != nil {
				return err
			}
			edo.Yield(task)
		}
		b.CloseWrite()
		if err := g.wait(task); err != nil {
			return err
		}
		all := bytes.Join(got, nil)
		var times [total]int
		for _, c := range all {
			times[c]++
		}
		for i, n := range times {
			if n != 1 {
				return fmt.Errorf("byte %d was read %d times", i, n)
			}
		}
		return nil
	})
}

func TestWritesOfSeveralTasksGoOutWhole(t *testing.T) {
	onBoth(t, func(task *edo.Task, a, b *Conn) error {
		const writers, size = 5, 300_000 // more than there is room for
		var g group
		for i := range writers {
			g.run(task, func(task *edo.Task) error {
				n, err := a.Write(task, bytes.Repeat([]byte{byte(i)}, size))
				if err == nil && n != size {
					err = fmt.Errorf("wrote %d", n)
				}
				return err
			})
		}
		p := make([]byte, 10_000)
		runs, last, total := 0, -1, 0
		for total < writers*size {
			n, err := b.Read(task, p)
			if err != nil {
				return err
			}
			for _, c := range p[:n] {
				if int(c) != last {
					last = int(c)
					runs++
				}
			}
			total += n
		}
		if runs != writers {
			return fmt.Errorf("the bytes of %d writes came in %d pieces", writers, runs)
		}
		return g.wait(task)
	})
}

func TestCloseEndsAllThatWait(t *testing.T) {
	onBoth(t, func(task *edo.Task, a, b *Conn) error {
		var g group
		for i := range 8 {
			g.run(task, func(task *edo.Task) (err error) {
				op := "read"
				if i%2 == 0 {
					_, err = a.Read(task, make([]byte, 1))
				} else {
					op = "write"
					_, err = a.Write(task, big)
				}
				var e *net.OpError
				if !errors.Is(err, net.ErrClosed) || !errors.Is(err, edo.ErrClosed) || !errors.As(err, &e) || e.Op != op {
					return fmt.Errorf("%s ended with %v, want that it was closed", op, err)
				}
				return nil
			})
		}
		for range 20 {
			edo.Yield(task)
		}
		a.Close()
		return g.wait(task)
	})
}

func TestDeadlineEndsAllThatWait(t *testing.T) {
	onBoth(t, func(task *edo.Task, a, b *Conn) error {
		var g group
		for i := range 8 {
			g.run(task, func(task *edo.Task) (err error) {
				if i%2 == 0 {
					_, err = a.Read(task, make([]byte, 1))
				} else {
					_, err = a.Write(task, big)
				}
				if !errors.Is(err, os.ErrDeadlineExceeded) {
					return fmt.Errorf("ended with %v, want the deadline", err)
				}
				return nil
			})
		}
		for range 20 {
			edo.Yield(task)
		}
		a.SetDeadline(in(task, 5*time.Millisecond))
		return g.wait(task)
	})
}

// The reader that has the first alarm gives up: the others have alarms of their own.
func TestDeadlineEndsAllReadersAlthoughOneGaveUpBefore(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		a.SetReadDeadline(in(task, time.Minute))
		read := func(task *edo.Task) error {
			_, err := a.Read(task, make([]byte, 1))
			wantExpired(t, err)
			return nil
		}
		first := edo.Go(task, read)
		edo.Yield(task)
		abandoned := edo.Go(task, func(task *edo.Task) error { _, err := a.Read(task, make([]byte, 1)); return err })
		edo.Yield(task)
		third := edo.Go(task, read)
		edo.Yield(task)
		abandoned.Abort()
		abandoned.Await(task)
		first.Await(task)
		third.Await(task)
		if now() != time.Minute {
			t.Errorf("ended after %v", now())
		}
		return nil
	})
}

func TestWriteBehindAnotherReportsItAndItsDropLetsOthersGoOn(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, _ func() time.Duration) error {
		whole := make([]byte, 100<<10)
		first, second, third := a.WriteFuture(whole), a.WriteFuture(whole), a.WriteFuture([]byte("x"))
		one, two, three := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
		edotest.RequirePending(t, one, first)
		edotest.RequirePending(t, two, second)
		edotest.RequirePending(t, three, third)
		want := fmt.Sprintf("socket: write to %v, from %v, behind another task's Write", b.LocalAddr(), a.LocalAddr())
		if got := edotest.Waits(two, second); len(got) != 1 || got[0].On != want {
			t.Errorf("waits for %v, want %s", got, want)
		}
		edo.Drop(second)
		two.TakeWakes()
		edo.Drop(first) // it has written a part
		edotest.RequireWoken(t, two, 0)
		edotest.RequireWoken(t, three, 1)
		edotest.RequirePending(t, three, third) // there is no room
		p := make([]byte, 128<<10)
		if _, err := b.Read(task, p); err != nil {
			return err
		}
		if n := edotest.RequireReady(t, three, third); n != 1 {
			t.Errorf("wrote %d", n)
		}
		edo.Drop(third)
		return nil
	})
}

func TestReportTakesNoTurn(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, _ func() time.Duration) error {
		f, mock := a.WriteFuture([]byte("f")), edotest.NewTask()
		edotest.Waits(mock, f)
		if n, err := a.Write(task, []byte("x")); n != 1 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
		edo.Drop(f)
		return nil
	})
}

func TestFutureThatMovesToAnotherTaskWakesThatOneAlone(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, _ func() time.Duration) error {
		f := a.ReadFuture(make([]byte, 1))
		before, after := edotest.NewTask(), edotest.NewTask()
		edotest.RequirePending(t, before, f)
		edotest.RequirePending(t, after, f)
		b.Write(task, []byte("x"))
		edotest.RequireWoken(t, before, 0)
		edotest.RequireWoken(t, after, 1)
		edotest.RequireReady(t, after, f)
		return nil
	})
}

// Several tasks write and read one connection, and are aborted at random. The bytes that
// each Write reports as written arrive in one piece, and no others do.
func TestWritesAreWholeAndCountedWhenTasksAreAborted(t *testing.T) {
	chaos.Explore(t, 150, func(w *chaos.World) {
		const writers, each = 4, 3
		written := map[byte]int{}
		var stream []byte
		w.Steady("main", withEnds(func(task *edo.Task, a, b *Conn) error {
			var all group
			for i := range writers {
				all = append(all, w.Go(fmt.Sprint("writer ", i), func(task *edo.Task) error {
					for j := range each {
						id := byte(1 + i*each + j)
						n, err := a.Write(task, bytes.Repeat([]byte{id}, 1+w.Rand.IntN(90_000)))
						written[id] = n
						if err != nil {
							return nil
						}
					}
					return nil
				}))
			}
			for i := range 2 { // they compete for bytes, and may be aborted
				all = append(all, w.Go(fmt.Sprint("other reader ", i), func(task *edo.Task) error {
					a.Read(task, make([]byte, 1))
					return nil
				}))
			}
			reader := w.Steady("reader", func(task *edo.Task) error {
				p := make([]byte, 20_000)
				for {
					n, err := b.Read(task, p)
					stream = append(stream, p[:n]...)
					if err != nil {
						return nil
					}
				}
			})
			for _, h := range all[:writers] {
				h.Await(task)
			}
			a.CloseWrite()
			reader.Await(task)
			b.Close() // ends the other readers
			return nil
		}))
		w.Check(func() error {
			var pieces []byte
			for i, c := range stream {
				if i == 0 || stream[i-1] != c {
					pieces = append(pieces, c)
				}
			}
			for id, n := range written {
				if got := bytes.Count(stream, []byte{id}); got != n {
					return fmt.Errorf("write %d reported %d bytes, and %d arrived", id, n, got)
				}
				if n > 0 && bytes.Count(pieces, []byte{id}) != 1 {
					return fmt.Errorf("write %d arrived in pieces", id)
				}
			}
			return nil
		})
	})
}

func TestReportOfAClosedConnectionSaysThatItIsClosed(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, _ func() time.Duration) error {
		f := a.ReadFuture(make([]byte, 1))
		a.Close()
		got := edotest.Waits(edotest.NewTask(), f)
		if len(got) != 1 || !strings.HasSuffix(got[0].On, ", which is closed") || got[0].Outside {
			t.Errorf("got %v, want that it is closed", got)
		}
		return nil
	})
}
