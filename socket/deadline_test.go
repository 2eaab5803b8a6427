package socket

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/edo-go/edo"
)

func wantExpired(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want os.ErrDeadlineExceeded", err)
	}
}

func TestDeadlineEndsAReadThatWaits(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		a.SetReadDeadline(in(task, 30*time.Second))
		_, err := a.Read(task, make([]byte, 1))
		wantExpired(t, err)
		if now() != 30*time.Second {
			t.Errorf("ended after %v", now())
		}
		// Reads fail until the deadline is moved, also when there are bytes.
		b.Write(task, []byte("x"))
		_, err = a.Read(task, make([]byte, 1))
		wantExpired(t, err)
		a.SetReadDeadline(time.Time{})
		if n, err := a.Read(task, make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
		return nil
	})
}

func TestDeadlineInThePastEndsAReadThatWaitsAtOnce(t *testing.T) {
	for name, at := range map[string]func(task *edo.Task) time.Time{
		"past": func(task *edo.Task) time.Time { return in(task, -time.Hour) },
		"ages": func(*edo.Task) time.Time { return time.Unix(1, 0) },
	} {
		connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
			h := edo.Go(task, func(task *edo.Task) error {
				_, err := a.Read(task, make([]byte, 1))
				return err
			})
			edo.Yield(task)
			a.SetReadDeadline(at(task))
			_, err := h.Await(task)
			wantExpired(t, err)
			if now() != 0 {
				t.Errorf("%s: ended after %v", name, now())
			}
			return nil
		})
	}
}

func TestDeadlineSetWhileAnotherTaskWaitsTakesEffect(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := a.Read(task, make([]byte, 1))
			return err
		})
		edo.Yield(task)
		a.SetDeadline(in(task, time.Minute))
		edo.Yield(task)
		a.SetReadDeadline(in(task, time.Second)) // sooner
		_, err := h.Await(task)
		wantExpired(t, err)
		if now() != time.Second {
			t.Errorf("ended after %v, want 1s", now())
		}
		return nil
	})
}

func TestReadGoesOnWhenItsDeadlineIsMovedLaterOrRemoved(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		a.SetReadDeadline(in(task, time.Second))
		h := edo.Go(task, func(task *edo.Task) error {
			_, err := a.Read(task, make([]byte, 1))
			return err
		})
		edo.Yield(task)
		a.SetReadDeadline(in(task, time.Hour))
		_, err := h.Await(task)
		wantExpired(t, err)
		if now() != time.Hour {
			t.Errorf("ended after %v, want 1h", now())
		}

		a.SetReadDeadline(in(task, time.Second))
		h = edo.Go(task, func(task *edo.Task) error {
			n, err := a.Read(task, make([]byte, 1))
			if n != 1 || err != nil {
				t.Errorf("got %d, %v", n, err)
			}
			return err
		})
		edo.Yield(task)
		a.SetReadDeadline(time.Time{})
		edo.Yield(task)
		if _, err := b.Write(task, []byte("x")); err != nil {
			return err
		}
		_, err = h.Await(task)
		return err
	})
}

func TestDeadlineEndsAWriteThatWaitsAndSaysHowMuchWasWritten(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		a.SetWriteDeadline(in(task, time.Minute))
		n, err := a.Write(task, make([]byte, 10<<20))
		wantExpired(t, err)
		if n == 0 || n == 10<<20 || now() != time.Minute {
			t.Errorf("wrote %d, ended after %v", n, now())
		}
		b.CloseWrite() // reading has no deadline
		if _, err := a.Read(task, make([]byte, 1)); err != io.EOF {
			t.Errorf("got %v, want io.EOF", err)
		}
		return nil
	})
}

func TestDeadlineOfEachRequestIsItsOwn(t *testing.T) {
	connected(t, func(task *edo.Task, a, b *Conn, now func() time.Duration) error {
		server := edo.Go(task, func(task *edo.Task) error {
			p := make([]byte, 1)
			for range 100 {
				if _, err := b.Read(task, p); err != nil {
					return err
				}
				if _, err := b.Write(task, p); err != nil {
					return err
				}
			}
			return nil
		})
		p := make([]byte, 1)
		for range 100 {
			a.SetReadDeadline(in(task, time.Second))
			if _, err := a.Write(task, p); err != nil {
				return err
			}
			if _, err := a.Read(task, p); err != nil {
				return err
			}
		}
		if _, err := server.Await(task); err != nil {
			return err
		}
		_, err := a.Read(task, p)
		wantExpired(t, err)
		return nil
	})
}
