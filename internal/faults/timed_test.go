package faults_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

const idle = 10 * time.Second

// idly runs fn in a simulation, with both ends of a connection of which a has an idle limit.
func idly(t *testing.T, fn func(task *edo.Task, a, b *socket.Conn, now func() time.Duration) error) {
	err := sim.Run(1, withEnds(func(task *edo.Task, a, b *socket.Conn) error {
		d, err := inside.Driver(task)
		if err != nil {
			return err
		}
		if err := a.SetIdleTimeout(idle); err != nil {
			return err
		}
		return fn(task, a, b, func() time.Duration { return time.Duration(d.Now()) })
	}))
	if err != nil {
		t.Error(err)
	}
}

// Two tasks read. One gives up, and its next read has the whole time again; the other has its own.
func TestAReaderThatGaveUpHasTheWholeIdleTimeAgain(t *testing.T) {
	idly(t, func(task *edo.Task, a, b *socket.Conn, now func() time.Duration) error {
		expires := func(task *edo.Task, name string, at time.Duration) error {
			_, err := a.Read(task, make([]byte, 1))
			if err := is(name, err, os.ErrDeadlineExceeded); err != nil {
				return err
			}
			if now() != at {
				return fmt.Errorf("%s ended at %v, want %v", name, now(), at)
			}
			return nil
		}
		other := edo.Go(task, func(task *edo.Task) error {
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			return expires(task, "the other", time.Second+idle)
		})
		_, err := timer.Timeout(task, 2*time.Second, func(task *edo.Task) (int, error) { return a.Read(task, make([]byte, 1)) })
		if err := is("the read that gives up", err, os.ErrDeadlineExceeded); err != nil {
			return err
		}
		if err := timer.Sleep(task, 7*time.Second); err != nil {
			return err
		}
		err = expires(task, "the next", 9*time.Second+idle)
		_, failed := other.Await(task)
		return errors.Join(err, failed)
	})
}

// Three tasks read, and one gets a byte. The two others have their time again from there.
func TestAByteForOneReaderGivesTheOthersTheirIdleTimeAgain(t *testing.T) {
	idly(t, func(task *edo.Task, a, b *socket.Conn, now func() time.Duration) error {
		const readers, came = 3, 8 * time.Second
		served, expired := 0, 0
		var all []*edo.JoinHandle[edo.Unit]
		for range readers {
			all = append(all, edo.Go(task, func(task *edo.Task) error {
				switch n, err := a.Read(task, make([]byte, 1)); {
				case n == 1 && now() == came:
					served++
				case errors.Is(err, os.ErrDeadlineExceeded) && now() == came+idle:
					expired++
				default:
					return fmt.Errorf("read %d, %v at %v", n, err, now())
				}
				return nil
			}))
		}
		tasktest.YieldTimes(task, 10)
		if err := timer.Sleep(task, came); err != nil {
			return err
		}
		if _, err := b.Write(task, []byte("x")); err != nil {
			return err
		}
		for _, h := range all {
			if _, err := h.Await(task); err != nil {
				return err
			}
		}
		if served != 1 || expired != readers-1 {
			return fmt.Errorf("%d got the byte, and %d gave up", served, expired)
		}
		return nil
	})
}
