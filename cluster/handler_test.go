package cluster_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

// scripted is the future of a handler, which ends as its job says.
type scripted struct {
	job   string
	try   int
	polls int
	drops atomic.Int32
	begun *tally
}

func (s *scripted) Drop() { s.drops.Add(1) }

func (s *scripted) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	if s.polls++; s.polls == 1 {
		s.begun.add(s.job)
		cx.Yield()
		return edo.Unit{}, edo.Pending, nil
	}
	switch s.job {
	case "error":
		return edo.Unit{}, edo.Ready, errors.New("it fails")
	case "panic":
		panic("on purpose")
	case "forever":
		return edo.Unit{}, edo.Pending, nil
	}
	return edo.Unit{}, edo.Ready, nil
}

func TestEveryFutureOfAHandlerIsDroppedOnce(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[string](task, conn, "futures", cluster.QueueConfig{Tries: 2, Backoff: atOnce})
		if err != nil {
			return err
		}
		for _, job := range []string{"good", "error", "panic", "in the call", "forever"} {
			if _, err := q.Publish(task, job); err != nil {
				return err
			}
		}
		var mu sync.Mutex
		var all []*scripted
		begun := newTally(4)
		worker := cluster.WorkFuture(q, 5, func(job *cluster.Job[string]) edo.Future[edo.Unit] {
			if job.Value == "in the call" {
				panic("on purpose")
			}
			mu.Lock()
			defer mu.Unlock()
			s := &scripted{job: job.Value, try: job.Try, begun: begun}
			all = append(all, s)
			return s
		})
		works := edo.Spawn(task, edo.Future[edo.Unit](worker))
		if err := begun.await(task); err != nil {
			return err
		}
		for { // three are dead, and one runs for ever
			info, err := q.Info(task)
			if err != nil {
				return err
			}
			if info.Dead == 3 && info.Taken == 1 && info.Waiting == 0 {
				break
			}
		}
		_, err = edo.Await(task, edo.Future[edo.Unit](worker)) // another task waits for it
		if _, ok := errors.AsType[*edo.BusyError](err); !ok {
			t.Errorf("a second task got %v", err)
		}
		works.Abort()
		works.Await(task)
		if err := conn.Close(task); err != nil { // it waits for the calls
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		calls := map[string]int{}
		for _, s := range all {
			calls[s.job]++
			if n := s.drops.Load(); n != 1 {
				t.Errorf("the future of %q, try %d, was dropped %d times", s.job, s.try, n)
			}
		}
		if calls["good"] != 1 || calls["error"] != 2 || calls["panic"] != 2 || calls["forever"] != 1 {
			t.Errorf("calls: %v", calls)
		}
		return nil
	})
}
