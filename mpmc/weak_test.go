package mpmc_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpmc"
)

func upgrade[T any](t *testing.T, w *mpmc.WeakSender[T], want bool) *mpmc.Sender[T] {
	t.Helper()
	tx, ok := w.Upgrade()
	if ok != want {
		t.Fatalf("Upgrade: %v, want %v", ok, want)
	}
	return tx
}

func TestWeakSenderDoesNotKeepTheChannelOpen(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	weak := tx.Downgrade()
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	tx.Close()
	edotest.RequireWoken(t, task, 1)
	chantest.Next(t, task, rx, 0, edo.End)
	upgrade(t, weak, false)
}

func TestUpgradeSucceedsWhileAHandleLives(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	weak := tx.Downgrade()
	strong := upgrade(t, weak, true)
	tx.Close()
	again := upgrade(t, weak.Clone(), true)
	strong.Close()
	chantest.TrySend(t, again, 1, nil)
	again.Close()
	upgrade(t, weak, false)
	upgrade(t, weak, false)
	chantest.Recv(t, rx, 1)
	chantest.RecvFails(t, rx, edo.ErrClosed)
}

func TestUpgradeSucceedsWhileAPermitLives(t *testing.T) {
	tx, rx := mpmc.New[int](2)
	weak, permit := tx.Downgrade(), tryReserve(t, tx)
	tx.Close()
	task := edotest.NewTask()
	chantest.Next(t, task, rx, 0, edo.Pending)
	strong := upgrade(t, weak, true)
	permit.Drop()
	edotest.RequireWoken(t, task, 0)
	chantest.TrySend(t, strong, 1, nil)
	edotest.RequireWoken(t, task, 1)
	strong.Close()
	upgrade(t, weak, false)
	chantest.Next(t, task, rx, 1, edo.Ready)
	chantest.Next(t, task, rx, 0, edo.End)
}

func TestUpgradeSucceedsWhileSomebodyIsInLine(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	chantest.TrySend(t, tx, 1, nil)
	weak, f, task := tx.Downgrade(), tx.SendFuture(2), edotest.NewTask()
	chantest.Poll(t, task, f, edo.Pending, nil)
	tx.Close()
	upgrade(t, weak, true).Close()
	chantest.Recv(t, rx, 1) // and the second one gets in
	upgrade(t, weak, false)
	chantest.Recv(t, rx, 2)
	chantest.RecvFails(t, rx, edo.ErrClosed)
}

func TestUpgradeAfterTheReceiverIsGoneGivesAHandleThatRefuses(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer tx.Close()
	weak := tx.Downgrade()
	rx.Drop()
	strong := upgrade(t, weak, true)
	defer strong.Close()
	chantest.TrySend(t, strong, 1, edo.ErrClosed)
}

func TestWeakHandleOfAClosedOneIsDead(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	defer rx.Drop()
	other := tx.Clone()
	defer other.Close()
	before := tx.Downgrade()
	tx.Close()
	upgrade(t, tx.Downgrade(), false)
	upgrade(t, tx.Downgrade().Clone(), false)
	upgrade(t, before, true).Close() // it was made by way of a handle that could still send
}

func TestStrongAndWeakAreCounted(t *testing.T) {
	tx, rx := mpmc.New[int](1)
	w1 := tx.Downgrade()
	w2 := w1.Clone()
	tx2 := tx.Clone()
	counts := func(strong, weak int) {
		t.Helper()
		for _, c := range []interface {
			StrongCount() int
			WeakCount() int
		}{tx, rx, w1} {
			if c.StrongCount() != strong || c.WeakCount() != weak {
				t.Fatalf("%T: %d and %d, want %d and %d", c, c.StrongCount(), c.WeakCount(), strong, weak)
			}
		}
	}
	counts(2, 2)
	p := tryReserve(t, tx)
	counts(2, 2)
	p.Drop()
	w2.Drop()
	w2.Drop()
	upgrade(t, w2, false)
	w2.Clone().Drop()
	counts(2, 1)
	tx2.Close()
	upgrade(t, w1, true).Close()
	counts(1, 1)
	tx.Close()
	counts(0, 1)
}

// The actor sends to itself, and hands handles of itself to others; it ends when those
// are closed, and no task has asked it to.
func TestActorWithAWeakSenderToItselfEnds(t *testing.T) {
	handled := 0
	err := edo.Run(func(task *edo.Task) error {
		tx, rx := mpmc.New[int](4)
		self := tx.Downgrade()
		edo.Go(task, func(task *edo.Task) error {
			for {
				n, err := rx.Recv(task)
				if errors.Is(err, edo.ErrClosed) {
					return nil
				} else if err != nil {
					return err
				}
				handled++
				if n == 0 {
					continue
				}
				if me, ok := self.Upgrade(); ok {
					err := me.Send(task, n-1)
					me.Close()
					if err != nil {
						return err
					}
				}
			}
		})
		for range 3 {
			if err := tx.Send(task, 2); err != nil {
				return err
			}
		}
		for handled < 9 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		tx.Close()
		return nil
	}, edo.WithConfig(edo.Config{CurrentThread: true}))
	if err != nil || handled != 9 {
		t.Fatalf("%v, after %d messages, want 9", err, handled)
	}
}
