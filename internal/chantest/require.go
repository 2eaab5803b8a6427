package chantest

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/sim"
)

// TrySend sends v at once, and fails the test when the error is not as wanted.
func TrySend[T any](t *testing.T, tx interface{ TrySend(v T) error }, v T, want error) {
	t.Helper()
	if err := tx.TrySend(v); !errors.Is(err, want) {
		t.Fatalf("TrySend(%v) = %v, want %v", v, err, want)
	}
}

// Recv receives want at once, or fails the test.
func Recv[T comparable](t *testing.T, rx interface{ TryRecv() (T, error) }, want T) {
	t.Helper()
	if v, err := rx.TryRecv(); v != want || err != nil {
		t.Fatalf("TryRecv() = %v, %v, want %v", v, err, want)
	}
}

// RecvFails fails the test when a receive at once has not the error that is wanted.
func RecvFails[T any](t *testing.T, rx interface{ TryRecv() (T, error) }, want error) {
	t.Helper()
	if v, err := rx.TryRecv(); !errors.Is(err, want) {
		t.Fatalf("TryRecv() = %v, %v, want %v", v, err, want)
	}
}

// Next polls rx by task, and fails the test when the outcome is not as wanted.
func Next[T comparable](t *testing.T, task *edotest.Task, rx edo.Stream[T], v T, want edo.Poll) {
	t.Helper()
	got, p, err := edotest.PollNext(task, rx)
	if got != v || p != want || err != nil {
		t.Fatalf("PollNext = %v, %v, %v, want %v, %v", got, p, err, v, want)
	}
}

// Poll polls f by task, and fails the test when the outcome is not as wanted.
func Poll[T any](t *testing.T, task *edotest.Task, f edo.Future[T], want edo.Poll, wantErr error) {
	t.Helper()
	_, p, err := edotest.Poll(task, f)
	if p != want || !errors.Is(err, wantErr) {
		t.Fatalf("Poll = %v, %v, want %v, %v", p, err, want, wantErr)
	}
}

// PollSink calls one of the polls of a sink by task, and fails the test when the outcome is
// not as wanted.
func PollSink(t *testing.T, task *edotest.Task, poll func(*edo.Context) (edo.Poll, error), want edo.Poll, wantErr error) {
	t.Helper()
	task.Enter(func(cx *edo.Context) {
		if p, err := poll(cx); p != want || !errors.Is(err, wantErr) {
			t.Fatalf("got %v, %v, want %v, %v", p, err, want, wantErr)
		}
	})
}

// StartSend gives v to a sink, and fails the test when the error is not as wanted.
func StartSend[T any](t *testing.T, s edo.Sink[T], v T, want error) {
	t.Helper()
	if err := s.StartSend(v); !errors.Is(err, want) {
		t.Fatalf("StartSend(%v) = %v, want %v", v, err, want)
	}
}

// Clumsy is a message whose Drop panics.
type Clumsy struct{ owntest.Handle }

// Drop panics.
func (c *Clumsy) Drop() {
	c.Handle.Drop()
	panic("clumsy")
}

// Panics fails the test unless fn panics.
func Panics(t *testing.T, fn func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("the panic of a Drop was lost")
		}
	}()
	fn()
}

// Simulate runs main in the simulator, and fails the test when it has an error.
func Simulate(t *testing.T, main func(task *edo.Task) error) {
	t.Helper()
	if err := sim.Run(1, main, sim.WithConfig(sim.Config{Quiet: true})); err != nil {
		t.Fatal(err)
	}
}

// SendWithPermit sends v with p, and fails the test when the error is not as wanted.
func SendWithPermit[T any](t *testing.T, p interface{ Send(T) error }, v T, want error) {
	t.Helper()
	if err := p.Send(v); !errors.Is(err, want) {
		t.Fatalf("Send(%v) with a permit = %v, want %v", v, err, want)
	}
}
