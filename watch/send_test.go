package watch_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/own/owntest"
	"github.com/edo-go/edo/watch"
)

// send sends v, and requires an error that matches want.
func send[T any](t testing.TB, tx *watch.Sender[T], v T, want error) {
	t.Helper()
	if err := tx.Send(v); !errors.Is(err, want) {
		t.Fatalf("Send(%v) = %v, want %v", v, err, want)
	}
}

// requireChanged requires these results of HasChanged, twice.
func requireChanged[T any](t testing.TB, rx *watch.Receiver[T], want bool, wantErr error) {
	t.Helper()
	for range 2 {
		if got, err := rx.HasChanged(); got != want || !errors.Is(err, wantErr) {
			t.Fatalf("HasChanged() = %v, %v, want %v, %v", got, err, want, wantErr)
		}
	}
}

// requireValue requires that Borrow returns want.
func requireValue[T comparable](t testing.TB, rx *watch.Receiver[T], want T) {
	t.Helper()
	if v := rx.Borrow(); v != want {
		t.Fatalf("Borrow() = %v, want %v", v, want)
	}
}

// check requires that the channel of tx follows its rules.
func check[T any](t testing.TB, tx *watch.Sender[T]) {
	t.Helper()
	if err := tx.Check(); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyTheLatestValueIsSeen(t *testing.T) {
	tx, rx := watch.New(0)
	task := edotest.NewTask()
	for i := 1; i <= 5; i++ {
		send(t, tx, i, nil)
	}
	if v := edotest.RequireNext(t, task, rx); v != 5 {
		t.Fatalf("got %d, want 5", v)
	}
	edotest.RequireNextPending(t, task, rx)
	if v := tx.Borrow(); v != 5 {
		t.Fatalf("Borrow() = %d", v)
	}
}

func TestSendWithoutReceiversFailsAndStoresNothing(t *testing.T) {
	tx, rx := watch.New(1)
	rx.Drop()
	send(t, tx, 2, edo.ErrClosed)
	if v := tx.Borrow(); v != 1 || !tx.IsClosed() {
		t.Fatalf("Borrow() = %d, IsClosed() = %v", v, tx.IsClosed())
	}
	rx = tx.Subscribe()
	send(t, tx, 3, nil)
	requireChanged(t, rx, true, nil)
	requireValue(t, rx, 3)
}

func TestSendReplaceAndModifyNeedNoReceivers(t *testing.T) {
	tx, rx := watch.New(1)
	rx.Drop()
	if old := tx.SendReplace(2); old != 1 {
		t.Fatalf("SendReplace(2) = %d, want 1", old)
	}
	tx.SendModify(func(v *int) { *v *= 10 })
	if !tx.SendIfModified(func(v *int) bool { *v++; return true }) {
		t.Fatal("SendIfModified did not return the result of its function")
	}
	rx = tx.Subscribe()
	requireValue(t, rx, 21)
	requireChanged(t, rx, false, nil) // the value was stored before the Subscribe
}

func TestClosedSenderChangesNothingAndTheOthersGoOn(t *testing.T) {
	tx, rx := watch.New(1)
	tx2 := tx.Clone()
	tx.Close()
	tx.Close()
	tx.Drop()
	send(t, tx, 2, edo.ErrClosed)
	send(t, tx.Clone(), 2, edo.ErrClosed)
	if got := tx.SendReplace(3); got != 3 {
		t.Fatalf("SendReplace(3) = %d through a closed sender, want 3", got)
	}
	tx.SendModify(func(*int) { t.Error("modified through a closed sender") })
	if tx.SendIfModified(func(*int) bool { t.Error("modified through a closed sender"); return true }) {
		t.Error("notified through a closed sender")
	}
	requireChanged(t, rx, false, nil)
	requireValue(t, rx, 1)
	if !tx.IsClosed() || tx2.IsClosed() || rx.SenderCount() != 1 {
		t.Fatal("the other sender is closed")
	}
	send(t, tx2, 4, nil)
	requireValue(t, rx, 4)
}

func TestSendWakesOnlyTheTasksThatWait(t *testing.T) {
	tx, rx1 := watch.New(0)
	rx2, rx3 := tx.Subscribe(), rx1.Clone()
	t1, t2, t3 := edotest.NewTask(), edotest.NewTask(), edotest.NewTask()
	edotest.RequireNextPending(t, t1, rx1)
	edotest.RequirePending(t, t2, rx2.ChangedFuture())
	send(t, tx, 1, nil)
	edotest.RequireWoken(t, t1, 1)
	edotest.RequireWoken(t, t2, 1)
	edotest.RequireReady(t, t3, rx3.ChangedFuture())
	edotest.RequireWoken(t, t3, 0)
	send(t, tx, 2, nil)
	for _, task := range []*edotest.Task{t1, t2, t3} { // none was polled since
		edotest.RequireWoken(t, task, 0)
	}
	edotest.RequireReady(t, t2, rx2.ChangedFuture())
	edotest.RequirePending(t, t2, rx2.ChangedFuture())
	edotest.NewTask().Enter(func(cx *edo.Context) {
		if err := tx.SendBy(cx, 3); err != nil {
			t.Fatal(err)
		}
	})
	edotest.RequireWoken(t, t1, 0)
	edotest.RequireWoken(t, t2, 1)
	check(t, tx)
}

func TestEveryWayToChangeTheValueWakes(t *testing.T) {
	for name, change := range map[string]func(tx *watch.Sender[int]){
		"Send":           func(tx *watch.Sender[int]) { tx.Send(1) },
		"SendReplace":    func(tx *watch.Sender[int]) { tx.SendReplace(1) },
		"SendModify":     func(tx *watch.Sender[int]) { tx.SendModify(func(v *int) { *v = 1 }) },
		"SendIfModified": func(tx *watch.Sender[int]) { tx.SendIfModified(func(v *int) bool { *v = 1; return true }) },
		"the same value": func(tx *watch.Sender[int]) { tx.SendReplace(1); tx.Send(1) },
	} {
		tx, rx := watch.New(0)
		task := edotest.NewTask()
		edotest.RequireNextPending(t, task, rx)
		change(tx)
		if n := task.TakeWakes(); n != 1 {
			t.Errorf("%s: woken %d times", name, n)
		}
		if v, p, _ := edotest.PollNext(task, rx); v != 1 || p != edo.Ready {
			t.Errorf("%s: %v, %v", name, v, p)
		}
		check(t, tx)
	}
}

func TestSendIfModifiedThatReturnsFalseWakesNoTask(t *testing.T) {
	tx, rx := watch.New(1)
	task := edotest.NewTask()
	edotest.RequireNextPending(t, task, rx)
	if tx.SendIfModified(func(v *int) bool { *v = 2; return false }) {
		t.Fatal("SendIfModified did not return the result of its function")
	}
	edotest.RequireWoken(t, task, 0)
	requireChanged(t, rx, false, nil)
	requireValue(t, rx, 2) // Borrow returns it all the same
	edotest.RequireNextPending(t, task, rx)
	check(t, tx)
}

func TestPanicInAModificationKeepsTheValueAndWakesNoTask(t *testing.T) {
	type pair struct{ a, b int }
	for name, modify := range map[string]func(tx *watch.Sender[pair]){
		"SendModify":     func(tx *watch.Sender[pair]) { tx.SendModify(func(v *pair) { v.a = 7; panic("half") }) },
		"SendIfModified": func(tx *watch.Sender[pair]) { tx.SendIfModified(func(v *pair) bool { v.a = 7; panic("half") }) },
	} {
		tx, rx := watch.New(pair{1, 1})
		task := edotest.NewTask()
		edotest.RequireNextPending(t, task, rx)
		func() {
			defer func() {
				if r := recover(); r != "half" {
					t.Errorf("%s: recovered %v", name, r)
				}
			}()
			modify(tx)
		}()
		edotest.RequireWoken(t, task, 0)
		requireChanged(t, rx, false, nil)
		requireValue(t, rx, pair{1, 1})
		check(t, tx)
		send(t, tx, pair{2, 2}, nil) // it does not wait for the modification that panicked
		edotest.RequireWoken(t, task, 1)
	}
}

func TestGoexitInAModificationKeepsTheValue(t *testing.T) {
	tx, rx := watch.New(1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tx.SendModify(func(v *int) { *v = 2; runtime.Goexit() })
	}()
	<-done
	requireValue(t, rx, 1)
	send(t, tx, 3, nil)
	check(t, tx)
}

func TestModificationMayReadTheChannelAndSeesTheOldValue(t *testing.T) {
	tx, rx := watch.New(1)
	tx.SendModify(func(v *int) {
		*v = 2
		if a, b := rx.Borrow(), tx.Borrow(); a != 1 || b != 1 {
			t.Errorf("Borrow() = %d, %d while it is modified, want 1", a, b)
		}
		requireChanged(t, rx, false, nil)
		tx.Subscribe().Drop()
		tx.Clone().Close()
	})
	requireChanged(t, rx, true, nil)
	requireValue(t, rx, 2)
}

func TestSendFromInsideAModificationPanicsInsteadOfWaitingForItself(t *testing.T) {
	for _, inside := range []func(tx *watch.Sender[int]){
		func(tx *watch.Sender[int]) { tx.Send(3) },
		func(tx *watch.Sender[int]) { tx.SendReplace(3) },
		func(tx *watch.Sender[int]) { tx.SendModify(func(*int) {}) },
	} {
		tx, rx := watch.New(1)
		func() {
			defer func() {
				if err, _ := recover().(error); err == nil || !strings.HasPrefix(err.Error(), "watch: send from inside") {
					t.Errorf("recovered %v", err)
				}
			}()
			tx.SendModify(func(v *int) { *v = 2; inside(tx) })
		}()
		requireValue(t, rx, 1)
		check(t, tx)
		send(t, tx, 4, nil)
	}
}

func TestModificationsOfSeveralGoroutinesAreNotLost(t *testing.T) {
	const goroutines, each = 4, 2000
	tx, rx := watch.New([2]int{})
	var all sync.WaitGroup
	for i := range goroutines {
		tx := tx.Clone()
		all.Go(func() {
			defer tx.Close()
			for n := range each {
				switch {
				case i > 0:
					tx.SendModify(func(v *[2]int) {
						v[0]++
						if n%100 == 0 {
							runtime.Gosched()
						}
						v[1]++
					})
				case n%2 == 0:
					for {
						old := tx.Borrow()
						if tx.SendIfModified(func(v *[2]int) bool {
							if *v != old {
								return false
							}
							v[0]++
							v[1]++
							return true
						}) {
							break
						}
					}
				default:
					func() {
						defer func() { recover() }()
						tx.SendModify(func(v *[2]int) { v[0]++; panic("half") })
					}()
					tx.SendModify(func(v *[2]int) { v[0]++; v[1]++ })
				}
				if v := tx.Borrow(); v[0] != v[1] {
					t.Errorf("half a modification: %v", v)
				}
			}
		})
	}
	all.Wait()
	if v := rx.Borrow(); v != [2]int{goroutines * each, goroutines * each} {
		t.Fatalf("%v, want %d each", v, goroutines*each)
	}
	check(t, tx)
}

func TestSendDuringAModificationIsNotUndoneByIt(t *testing.T) {
	for name, send := range map[string]func(tx *watch.Sender[int], v int){
		"Send":        func(tx *watch.Sender[int], v int) { tx.Send(v) },
		"SendReplace": func(tx *watch.Sender[int], v int) { tx.SendReplace(v) },
	} {
		tx, rx := watch.New(0)
		stop := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					tx.SendModify(func(*int) { runtime.Gosched() })
				}
			}
		})
		for i := 1; i <= 150; i++ {
			send(tx, i)
			for range i % 8 { // so that a modification that is under way ends
				runtime.Gosched()
			}
			if v := rx.Borrow(); v != i {
				t.Errorf("%s(%d), and then the value is %d", name, i, v)
				break
			}
		}
		close(stop)
		all.Wait()
		check(t, tx)
	}
}

func TestValuesAreSharedAndNeverDropped(t *testing.T) {
	v, w := owntest.NewHandle(0), owntest.NewHandle(1)
	tx, rx := watch.New(v)
	requireValue(t, rx, v)
	send(t, tx, w, nil)
	send(t, tx, v, nil)
	if old := tx.SendReplace(w); old != v {
		t.Fatal("SendReplace returned another value")
	}
	rx.Drop()
	send(t, tx, v, edo.ErrClosed)
	tx.Drop()
	if v.Drops() != 0 || w.Drops() != 0 {
		t.Fatalf("dropped %d and %d times", v.Drops(), w.Drops())
	}
}

func TestReplacedValueIsFreed(t *testing.T) {
	freed := make(chan int, 3)
	value := func(i int) *[100]byte {
		b := new([100]byte)
		runtime.AddCleanup(b, func(i int) { freed <- i }, i)
		return b
	}
	tx, rx := watch.New(value(0))
	tx.Send(value(1))
	tx.SendModify(func(v **[100]byte) { *v = value(2) })
	got := map[int]bool{}
	for range 1000 {
		runtime.GC()
		select {
		case i := <-freed:
			got[i] = true
		default:
			runtime.Gosched()
		}
		if len(got) == 2 {
			break
		}
	}
	if !got[0] || !got[1] || got[2] {
		t.Fatalf("freed %v, want 0 and 1", got)
	}
	runtime.KeepAlive(rx)
}

func TestSameChannel(t *testing.T) {
	tx, rx := watch.New(0)
	tx2, rx2 := watch.New(0)
	for _, c := range []struct {
		name      string
		got, want bool
	}{
		{"clone", tx.SameChannel(tx.Clone()), true},
		{"another sender", tx.SameChannel(tx2), false},
		{"subscribed", rx.SameChannel(tx.Subscribe()), true},
		{"cloned", rx.SameChannel(rx.Clone()), true},
		{"another receiver", rx.SameChannel(rx2), false},
	} {
		if c.got != c.want {
			t.Errorf("SameChannel of a %s = %v", c.name, c.got)
		}
	}
}

func TestThousandTasksThatWaitAreWokenOnceEach(t *testing.T) {
	const n = 1000
	tx, rx := watch.New(0)
	rx.Drop()
	var rxs [n]*watch.Receiver[int]
	var tasks [n]*edotest.Task
	for i := range n {
		rxs[i], tasks[i] = tx.Subscribe(), edotest.NewTask()
	}
	if got := tx.ReceiverCount(); got != n {
		t.Fatalf("ReceiverCount() = %d", got)
	}
	for round := 1; round <= 3; round++ {
		for i := range n {
			edotest.RequireNextPending(t, tasks[i], rxs[i])
		}
		for i := 0; i < n; i += 10 { // these tasks wait no longer
			rxs[i].Drop()
			rxs[i] = tx.Subscribe()
		}
		send(t, tx, round, nil)
		for i := range n {
			edotest.RequireWoken(t, tasks[i], map[bool]int{true: 0, false: 1}[i%10 == 0])
			if v := edotest.RequireNext(t, tasks[i], rxs[i]); v != round {
				t.Fatalf("%d sees %d, want %d", i, v, round)
			}
		}
		check(t, tx)
	}
}

func ExampleSender_SendIfModified() {
	tx, rx := watch.New([]string{"a"})
	add := func(name string) bool {
		return tx.SendIfModified(func(names *[]string) bool {
			for _, n := range *names {
				if n == name {
					return false
				}
			}
			// A new slice, because receivers have the old one.
			*names = append((*names)[:len(*names):len(*names)], name)
			return true
		})
	}
	fmt.Println(add("a"))
	fmt.Println(rx.HasChanged())
	fmt.Println(add("b"))
	fmt.Println(rx.HasChanged())
	fmt.Println(rx.BorrowAndUpdate())
	// Output:
	// false
	// false <nil>
	// true
	// true <nil>
	// [a b]
}
