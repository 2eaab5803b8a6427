package aio_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// simulated runs main in the simulator, and requires that it ends without an error.
func simulated(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	if err := sim.Run(1, main); err != nil {
		t.Error(err)
	}
}

// requireExpiry requires that fn fails by a limit after the time d.
func requireExpiry(t *testing.T, task *edo.Task, d time.Duration, fn func() error) {
	t.Helper()
	began := timer.Now(task)
	if err := fn(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want a limit that has passed", err)
	}
	if took := timer.Now(task).Sub(began); took != d {
		t.Errorf("it failed after %v, want %v", took, d)
	}
}

func TestIdleTimeoutCountsFromTheLatestByteOfAnyDirection(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		x, y := aio.Duplex(100)
		a := aio.NewTimed(task, x)
		defer a.Close()
		defer y.Close()
		a.SetIdleTimeout(10 * time.Second)
		edo.Go(task, func(task *edo.Task) error { // writes meanwhile, three times
			for range 3 {
				timer.Sleep(task, 7*time.Second)
				aio.WriteAll(task, a, []byte("x"))
			}
			return nil
		})
		read := func() error { _, err := aio.Read(task, a, make([]byte, 9)); return err }
		requireExpiry(t, task, 31*time.Second, read)
		timer.Sleep(task, time.Hour) // a pause is no wait
		requireExpiry(t, task, 10*time.Second, read)
		aio.WriteAll(task, y, []byte("there"))
		if err := read(); err != nil { // unlike a deadline
			t.Error(err)
		}
		a.SetIdleTimeout(0)
		if _, err := timer.Timeout(task, time.Hour, func(task *edo.Task) (int, error) {
			return aio.Read(task, a, make([]byte, 9))
		}); !errors.As(err, new(*timer.TimeoutError)) {
			t.Errorf("without a limit: %v", err)
		}
		return nil
	})
}

func TestAReadThatWasCancelledDoesNotShortenTheNext(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		x, y := aio.Duplex(100)
		defer y.Close()
		a := aio.NewTimed(task, x)
		defer a.Close()
		a.SetIdleTimeout(10 * time.Second)
		read := func(task *edo.Task) (int, error) { return aio.Read(task, a, make([]byte, 9)) }
		timer.Timeout(task, 9*time.Second, read)
		requireExpiry(t, task, 10*time.Second, func() error { _, err := read(task); return err })
		return nil
	})
}

func TestDeadlinesOfBothDirectionsAreTheirOwn(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		x, y := aio.Duplex(1)
		defer y.Close()
		a := aio.NewTimed(task, x)
		defer a.Close()
		now := timer.Now(task)
		a.SetReadDeadline(now.Add(5 * time.Second))
		a.SetWriteDeadline(now.Add(8 * time.Second))
		requireExpiry(t, task, 5*time.Second, func() error { _, err := aio.Read(task, a, make([]byte, 9)); return err })
		requireExpiry(t, task, 3*time.Second, func() error { _, err := aio.WriteAll(task, a, make([]byte, 9)); return err })
		aio.WriteAll(task, y, []byte("x"))
		requireExpiry(t, task, 0, func() error { _, err := aio.Read(task, a, make([]byte, 9)); return err }) // also with bytes there
		a.SetDeadline(time.Time{})
		if n, err := aio.Read(task, a, make([]byte, 9)); n != 1 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
		return nil
	})
}

func TestALimitThatIsSetEndsAnOperationThatWaits(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		x, y := aio.Duplex(1)
		defer y.Close()
		a := aio.NewTimed(task, x)
		defer a.Close()
		edo.Go(task, func(task *edo.Task) error {
			timer.Sleep(task, 3*time.Second)
			a.SetReadDeadline(time.Unix(1, 0))
			return nil
		})
		requireExpiry(t, task, 3*time.Second, func() error { _, err := aio.Read(task, a, make([]byte, 9)); return err })
		return nil
	})
}
