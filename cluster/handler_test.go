package cluster_test

import (
	"errors"
	"fmt"
	"strings"
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

// The reason of a dead letter says which job has panicked, and not in which function of this package it ran. The
// panic of another task, which a handler returns as its error, is that task's.
func TestThePanicOfAHandlerNamesItsJob(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[string](task, conn, "panics", cluster.QueueConfig{Tries: 1})
		if err != nil {
			return err
		}
		direct := func(task *edo.Task, job *cluster.Job[string]) error {
			if job.Value == "of a child" {
				child := edo.Go(task, func(*edo.Task) error { panic("on purpose") }, edo.Name("the child"))
				_, err := child.Await(task)
				return err
			}
			panic("on purpose")
		}
		future := func(job *cluster.Job[string]) edo.Future[edo.Unit] {
			if job.Value == "in the call" {
				panic("on purpose")
			}
			return &scripted{job: "panic", begun: newTally(0)}
		}
		seen := uint64(0)
		for _, c := range []struct {
			job    string
			worker func() *cluster.Worker[string]
			want   string
		}{
			{"direct", func() *cluster.Worker[string] { return cluster.Work(q, 1, direct) }, "job a-direct of the queue panics"},
			{"of a child", func() *cluster.Worker[string] { return cluster.Work(q, 1, direct) }, "the child"},
			{"future", func() *cluster.Worker[string] { return cluster.WorkFuture(q, 1, future) }, "job a-future of the queue panics"},
			{"in the call", func() *cluster.Worker[string] { return cluster.WorkFuture(q, 1, future) }, "job a-in the call of the queue panics"},
		} {
			if _, err := q.Publish(task, c.job, cluster.ID("a-"+c.job)); err != nil {
				return err
			}
			if err := working(task, c.worker(), func() error { return empty(task, q) }); err != nil {
				return err
			}
			dead, err := q.Dead(task, seen+1, 1)
			if err != nil || len(dead) != 1 {
				return fmt.Errorf("%s: %d dead letters: %w", c.job, len(dead), err)
			}
			seen = dead[0].Number
			if want := "edo: task " + c.want + " panicked: on purpose"; !strings.HasPrefix(dead[0].Reason, want) {
				t.Errorf("%s: the reason is %.120q, want %q", c.job, dead[0].Reason, want)
			}
		}
		return nil
	})
}
