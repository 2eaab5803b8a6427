package oneshot

import (
	"testing"
	"unsafe"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/sched"
)

// escaped keeps the compiler from putting a channel on the stack.
var escaped *Sender[int]

func TestChannelIsOneSmallAllocation(t *testing.T) {
	if n := unsafe.Sizeof(channel[int64]{}); n > 24+8 {
		t.Errorf("a channel of int64 has %d bytes, want 24 and the value's 8", n)
	}
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	task := edotest.NewTask()
	task.Enter(func(cx *edo.Context) {
		n := testing.AllocsPerRun(100, func() {
			tx, rx := New[int]()
			escaped = tx
			rx.Poll(cx)
			tx.SendBy(cx, 1)
			rx.Poll(cx)
			(*sched.Context)(cx).SetBudget(100)
		})
		if n != 1 {
			t.Errorf("new, poll, send and poll allocate %v times, want once", n)
		}
	})
}

func TestWaitingInDirectStyleAllocatesNothing(t *testing.T) {
	if invariant.Enabled {
		t.Skip("the race detector allocates")
	}
	var tx *Sender[int]
	var rx *Receiver[int]
	f := edo.Async(func(task *edo.Task) (int, error) {
		for {
			tx, rx = New[int]()
			if _, err := rx.Recv(task); err != nil {
				return 0, err
			}
			tx, rx = New[int]()
			if err := tx.Closed(task); err != nil {
				return 0, err
			}
		}
	})
	task := edotest.NewTask()
	poll := func() {
		if _, p, err := edotest.Poll(task, f); p != edo.Pending {
			t.Fatal(err)
		}
	}
	poll()
	n := testing.AllocsPerRun(100, func() {
		tx.Send(1)
		poll()
		rx.Close()
		poll()
	})
	if n != 2 {
		t.Errorf("two waits allocate %v times, beside the two channels", n-2)
	}
	edo.Drop(f)
	edotest.Poll(task, f)
}

func BenchmarkSendThenReceive(b *testing.B) {
	b.ReportAllocs()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for b.Loop() {
			tx, rx := New[int]()
			escaped = tx
			tx.SendBy(cx, 1)
			if _, p, _ := rx.Poll(cx); p != edo.Ready {
				(*sched.Context)(cx).SetBudget(100)
			}
		}
	})
}

func BenchmarkPollThenSendThenReceive(b *testing.B) {
	b.ReportAllocs()
	edotest.NewTask().Enter(func(cx *edo.Context) {
		for b.Loop() {
			tx, rx := New[int]()
			escaped = tx
			rx.Poll(cx)
			tx.SendBy(cx, 1)
			rx.Poll(cx)
			(*sched.Context)(cx).SetBudget(100)
		}
	})
}

func BenchmarkTryRecv(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		tx, rx := New[int]()
		escaped = tx
		tx.Send(1)
		rx.TryRecv()
	}
}
