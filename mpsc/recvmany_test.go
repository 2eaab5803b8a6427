package mpsc_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/mpsc"
)

func TestRecvManyTakesWhatThereIsUpToItsLimit(t *testing.T) {
	for _, c := range []struct {
		what   string
		have   int
		limit  int
		closed bool
		want   []int
		poll   edo.Poll
		err    error
	}{
		{"limit 0 of an empty channel", 0, 0, false, nil, edo.Ready, nil},
		{"limit 0 of a closed one", 0, 0, true, nil, edo.Ready, nil},
		{"limit 0 with messages", 2, 0, false, nil, edo.Ready, nil},
		{"a negative limit", 2, -1, false, nil, edo.Ready, nil},
		{"nothing there", 0, 3, false, nil, edo.Pending, nil},
		{"less than a full batch", 2, 5, false, []int{0, 1}, edo.Ready, nil},
		{"more than a batch", 6, 4, false, []int{0, 1, 2, 3}, edo.Ready, nil},
		{"no limit to speak of", 6, math.MaxInt, false, []int{0, 1, 2, 3, 4, 5}, edo.Ready, nil},
		{"closed, with messages", 3, 5, true, []int{0, 1, 2}, edo.Ready, nil},
		{"closed and drained", 0, 3, true, nil, edo.Ready, edo.ErrClosed},
	} {
		faces := map[string]func(rx *mpsc.Receiver[int], buf []int) edo.Future[[]int]{
			"future": func(rx *mpsc.Receiver[int], buf []int) edo.Future[[]int] { return rx.RecvManyFuture(buf, c.limit) },
			"direct": func(rx *mpsc.Receiver[int], buf []int) edo.Future[[]int] {
				return edo.Async(func(task *edo.Task) ([]int, error) { return rx.RecvMany(task, buf, c.limit) })
			},
			"poll": func(rx *mpsc.Receiver[int], buf []int) edo.Future[[]int] {
				return pollOf[[]int](func(cx *edo.Context) ([]int, edo.Poll, error) { return rx.PollRecvMany(cx, buf, c.limit) })
			},
		}
		for face, recvMany := range faces {
			tx, rx := mpsc.New[int](8)
			for i := range c.have {
				chantest.TrySend(t, tx, i, nil)
			}
			if c.closed {
				tx.Close()
			}
			got, p, err := edotest.Poll(edotest.NewTask(), recvMany(rx, []int{-1}))
			if p == edo.Ready && !slices.Equal(got, append([]int{-1}, c.want...)) || p != c.poll || !errors.Is(err, c.err) {
				t.Errorf("%s, %s: %v, %v, %v; want %v more, %v, %v", c.what, face, got, p, err, c.want, c.poll, c.err)
			}
			if want := c.have - len(c.want); rx.Len() != want {
				t.Errorf("%s, %s: %d messages left, want %d", c.what, face, rx.Len(), want)
			}
			tx.Close()
		}
	}
}

type pollOf[T any] func(cx *edo.Context) (T, edo.Poll, error)

func (f pollOf[T]) Poll(cx *edo.Context) (T, edo.Poll, error) { return f(cx) }

func TestRecvManyDoesNotGrowWhatIsLargeEnough(t *testing.T) {
	tx, rx := mpsc.New[int](8)
	defer tx.Close()
	for i := range 8 {
		chantest.TrySend(t, tx, i, nil)
	}
	task := edotest.NewTask()
	buf := make([]int, 2, 8)
	got := edotest.RequireReady(t, task, rx.RecvManyFuture(buf, 6))
	if &got[0] != &buf[0] || cap(got) != 8 || !slices.Equal(got, []int{0, 0, 0, 1, 2, 3, 4, 5}) {
		t.Fatalf("got %v, capacity %d, in another place: %v", got, cap(got), &got[0] != &buf[0])
	}
	got = edotest.RequireReady(t, task, rx.RecvManyFuture(got, 10))
	if !slices.Equal(got, []int{0, 0, 0, 1, 2, 3, 4, 5, 6, 7}) {
		t.Fatalf("got %v", got)
	}
}

func TestRecvManyIsWokenByTheFirstMessage(t *testing.T) {
	tx, rx := mpsc.New[int](8)
	task, f := edotest.NewTask(), rx.RecvManyFuture(nil, 4)
	chantest.Poll(t, task, f, edo.Pending, nil)
	chantest.TrySend(t, tx, 1, nil)
	edotest.RequireWoken(t, task, 1)
	chantest.TrySend(t, tx, 2, nil)
	edotest.RequireWoken(t, task, 0)
	if got := edotest.RequireReady(t, task, f); !slices.Equal(got, []int{1, 2}) {
		t.Fatalf("got %v", got)
	}
	f = rx.RecvManyFuture(nil, 4)
	chantest.Poll(t, task, f, edo.Pending, nil)
	tx.Close()
	edotest.RequireWoken(t, task, 1)
	chantest.Poll(t, task, f, edo.Ready, edo.ErrClosed)
}

func TestRecvManyGoesAcrossSegmentsAndClearsThem(t *testing.T) {
	for _, limit := range []int{1, 3, 7, 50, 10_000} {
		tx, rx := mpsc.NewUnbounded[*int]()
		sent := make([]*int, 3000)
		task := edotest.NewTask()
		var got []*int
		for i := range sent {
			sent[i] = &i
			chantest.TrySend(t, tx, &i, nil)
			if i%700 == 5 {
				got = edotest.RequireReady(t, task, rx.RecvManyFuture(got, limit))
			}
		}
		tx.Close()
		for {
			before := len(got)
			more, _, err := edotest.Poll(task, rx.RecvManyFuture(got, limit))
			if err != nil {
				break
			}
			if got = more; len(got) == before || len(got) > before+limit {
				t.Fatalf("limit %d: a batch of %d", limit, len(got)-before)
			}
		}
		if !slices.Equal(got, sent) {
			t.Fatalf("limit %d: received %d, another list", limit, len(got))
		}
	}
}

func TestRecvManyLetsAsManyInAsItHasTaken(t *testing.T) {
	const n = 100 // more than are woken at a time
	tx, rx := mpsc.New[int](n)
	defer tx.Close()
	for i := range n {
		chantest.TrySend(t, tx, i, nil)
	}
	tasks := make([]*edotest.Task, n+1)
	for i := range tasks {
		tasks[i] = edotest.NewTask()
		chantest.Poll(t, tasks[i], tx.SendFuture(n+i), edo.Pending, nil)
	}
	task := edotest.NewTask()
	got := edotest.RequireReady(t, task, rx.RecvManyFuture(nil, n))
	for i := range tasks {
		edotest.RequireWoken(t, tasks[i], btoi(i < n))
	}
	check(t, rx)
	edotest.RequireWoken(t, task, 0)
	got = edotest.RequireReady(t, task, rx.RecvManyFuture(got, n))
	for i, v := range got {
		if v != i {
			t.Fatalf("received %v", got)
		}
	}
	edotest.RequireWoken(t, tasks[n], 1)
	chantest.Recv(t, rx, 2*n)
}

func TestDroppedRecvManyLosesNothing(t *testing.T) {
	tx, rx := mpsc.New[int](8)
	defer tx.Close()
	task, f := edotest.NewTask(), rx.RecvManyFuture(make([]int, 0, 8), 4)
	chantest.Poll(t, task, f, edo.Pending, nil)
	chantest.TrySend(t, tx, 1, nil)
	edo.Drop(f)
	chantest.Recv(t, rx, 1)

	direct := edo.Async(func(task *edo.Task) ([]int, error) { return rx.RecvMany(task, nil, 4) })
	chantest.Poll(t, task, direct, edo.Pending, nil)
	chantest.TrySend(t, tx, 2, nil)
	edo.Drop(direct)
	chantest.Poll(t, task, direct, edo.Ready, edo.ErrCancelled)
	chantest.Recv(t, rx, 2)
}
