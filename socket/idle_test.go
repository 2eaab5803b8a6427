package socket

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/timer"
)

func TestIdleTimeoutEndsAReadThatSeesNoByte(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		if err := a.SetIdleTimeout(time.Minute); err != nil {
			return err
		}
		timer.Sleep(task, time.Hour) // no operation waits, so no time counts
		for i := 1; i <= 3; i++ {
			_, err := a.Read(task, make([]byte, 1))
			var op *net.OpError
			if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &op) || op.Op != "read" || !op.Timeout() {
				t.Errorf("got %v, want a net.OpError with os.ErrDeadlineExceeded", err)
			}
			if want := time.Hour + time.Duration(i)*time.Minute; now() != want {
				t.Errorf("ended after %v, want %v", now(), want)
			}
		}
		b.Write(task, []byte("x")) // bytes that have arrived are read at any time
		timer.Sleep(task, time.Hour)
		if n, err := a.Read(task, make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
		a.SetIdleTimeout(0)
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := a.Read(task, make([]byte, 1))
			return err
		})
		timer.Sleep(task, 24*time.Hour)
		b.CloseWrite()
		if _, err := h.Await(task); err != io.EOF {
			t.Errorf("turned off: got %v, want io.EOF", err)
		}
		return nil
	})
}

func TestIdleTimeoutEndsAWriteThatMovesNothingAndSaysHowMuchWasWritten(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		a.SetIdleTimeout(time.Minute)
		h := edo.Go(task, func(task *edo.Task) error { // it reads for a while
			for range 5 {
				timer.Sleep(task, 40*time.Second)
				if _, err := b.Read(task, make([]byte, 1000)); err != nil {
					return err
				}
			}
			return nil
		})
		n, err := a.Write(task, make([]byte, 1<<20))
		wantExpired(t, err)
		if want := 64<<10 + 5*1000; n != want || now() != 5*40*time.Second+time.Minute {
			t.Errorf("wrote %d, ended after %v; want %d", n, now(), want)
		}
		_, err = h.Await(task)
		return err
	})
}

func TestEarlierOfDeadlineAndIdleTimeoutEndsTheRead(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		for _, test := range []struct{ deadline, idle, want time.Duration }{
			{3 * time.Second, 5 * time.Second, 3 * time.Second},
			{5 * time.Second, 3 * time.Second, 3 * time.Second},
			{0, 7 * time.Second, 7 * time.Second},
			{7 * time.Second, 0, 7 * time.Second},
		} {
			at := time.Time{}
			if test.deadline > 0 {
				at = in(task, test.deadline)
			}
			a.SetReadDeadline(at)
			a.SetIdleTimeout(test.idle)
			begin := now()
			_, err := a.Read(task, make([]byte, 1))
			wantExpired(t, err)
			if got := now() - begin; got != test.want {
				t.Errorf("%v: ended after %v", test, got)
			}
		}
		return nil
	})
}

func TestIdleTimeoutSetWhileATaskWaitsCountsFromThere(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := a.Read(task, make([]byte, 1))
			return err
		})
		timer.Sleep(task, time.Hour)
		a.SetIdleTimeout(time.Hour)
		timer.Sleep(task, time.Second)
		a.SetIdleTimeout(time.Minute)
		_, err := h.Await(task)
		wantExpired(t, err)
		if want := time.Hour + time.Second + time.Minute; now() != want {
			t.Errorf("ended after %v, want %v", now(), want)
		}
		return nil
	})
}

func TestIdleTimeoutOfEachReaderCountsFromWhenItBeganToWait(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		a.SetIdleTimeout(10 * time.Second)
		var readers []*edo.JoinHandle[edo.Unit]
		for i := range 4 {
			readers = append(readers, edo.Go(task, func(task *edo.Task) error {
				timer.Sleep(task, time.Duration(i)*4*time.Second)
				_, err := a.Read(task, make([]byte, 1))
				if !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("reader %d: got %v", i, err)
				}
				if want := time.Duration(i)*4*time.Second + 10*time.Second; now() != want {
					t.Errorf("reader %d: ended after %v, want %v", i, now(), want)
				}
				return nil
			}))
		}
		for _, h := range readers {
			h.Await(task)
		}
		return nil
	})
}

func TestOperationsThatGiveUpDoNotDelayTheIdleTimeoutOfOthers(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		a.SetIdleTimeout(10 * time.Second)
		for _, write := range []bool{false, true} {
			op := func(task *edo.Task) (int, error) {
				if write {
					return a.Write(task, big)
				}
				return a.Read(task, make([]byte, 1))
			}
			begin := now()
			pings := edo.Go(task, func(task *edo.Task) error {
				for range 10 {
					timer.Timeout(task, 3*time.Second, op)
					if err := timer.Sleep(task, time.Second); err != nil {
						return err
					}
				}
				return nil
			})
			if _, err := op(task); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("write %v: got %v", write, err)
			}
			if took := now() - begin; took != 10*time.Second {
				t.Errorf("write %v: ended after %v", write, took)
			}
			pings.Abort()
			pings.Await(task)
		}
		return nil
	})
}

func TestNegativeIdleTimeoutAndOneAfterCloseAreErrors(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		var op *net.OpError
		if err := a.SetIdleTimeout(-1); !errors.As(err, &op) || op.Op != "set" {
			t.Errorf("negative: got %v", err)
		}
		a.SetIdleTimeout(time.Second)
		a.Close()
		if err := a.SetIdleTimeout(time.Second); !errors.Is(err, net.ErrClosed) || !errors.As(err, &op) {
			t.Errorf("closed: got %v", err)
		}
		if _, err := a.Read(task, make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read: got %v", err)
		}
		return nil
	})
}

// Bytes come and go at random times, and one task reads: each read ends at the instant of
// the model, with its result.
func TestIdleTimeoutKeepsToANaiveModel(t *testing.T) {
	for seed := range uint64(100) {
		random := rand.New(rand.NewPCG(seed, 1))
		idle := time.Duration(1+random.IntN(20)) * time.Second
		type event struct {
			at     time.Duration
			arrive bool // otherwise bytes are written
		}
		var events []event
		at := time.Duration(0)
		for range 30 {
			at += time.Duration(1+random.IntN(30))*time.Second + 500*time.Millisecond // never at the limit
			events = append(events, event{at, random.IntN(2) == 0})
		}
		var want []string
		last := time.Duration(0) // the latest byte, or the beginning of the read
		for _, e := range events {
			for last+idle < e.at {
				last += idle
				want = append(want, fmt.Sprint(last, " expired"))
			}
			last = e.at
			if e.arrive {
				want = append(want, fmt.Sprint(e.at, " byte"))
			}
		}
		var got []string
		connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
			a.SetIdleTimeout(idle)
			reader := edo.Go(task, func(task *edo.Task) error {
				for {
					_, err := a.Read(task, make([]byte, 1))
					switch {
					case err == nil:
						got = append(got, fmt.Sprint(now(), " byte"))
					case errors.Is(err, os.ErrDeadlineExceeded):
						got = append(got, fmt.Sprint(now(), " expired"))
					default:
						return err
					}
				}
			})
			for _, e := range events {
				timer.Sleep(task, e.at-now())
				c := a
				if e.arrive {
					c = b
				}
				if _, err := c.Write(task, []byte("x")); err != nil {
					return err
				}
			}
			timer.Sleep(task, time.Millisecond) // for the last byte
			reader.Abort()
			reader.Await(task)
			return nil
		})
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d, %v: got\n%q, want\n%q", seed, idle, got, want)
		}
	}
}

func TestIdleTimeoutWorksOnTheRealNetwork(t *testing.T) {
	err := edo.Run(withEnds(func(task *edo.Task, a, b *Conn) error {
		a.SetIdleTimeout(time.Millisecond)
		_, err := a.Read(task, make([]byte, 1))
		wantExpired(t, err)
		if _, err := b.Write(task, []byte("x")); err != nil {
			return err
		}
		a.SetIdleTimeout(time.Hour)
		if n, err := a.Read(task, make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
}
