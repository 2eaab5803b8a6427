package cluster_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/scope"
)

func TestAJobThatFailsIsTriedAgainAndThenBuried(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		var asked []int
		q, err := cluster.NewQueue[string](task, conn, "fails", cluster.QueueConfig{Tries: 3, Backoff: func(try int) time.Duration {
			asked = append(asked, try)
			return time.Millisecond
		}})
		if err != nil {
			return err
		}
		for _, job := range []string{"error", "panic", "permanent", "second", "goexit"} {
			if _, err := q.Publish(task, job, cluster.ID("id of "+job)); err != nil {
				return err
			}
		}
		tries := newTally(0)
		isMended := false
		worker := func() *cluster.Worker[string] {
			return cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[string]) error {
				n := tries.add(job.Value)
				if job.Try != n && !isMended || job.ID != "id of "+job.Value {
					t.Errorf("call %d: %+v", n, job)
				}
				switch {
				case isMended:
					return nil
				case job.Value == "error":
					return errors.New("it is broken")
				case job.Value == "panic":
					panic("on purpose")
				case job.Value == "permanent":
					return fmt.Errorf("no: %w", cluster.Permanent(errors.New("never")))
				case job.Value == "second" && n == 1:
					return errors.New("once")
				}
				return nil
			})
		}
		// A failing handler is no failure of the scope that the worker is in.
		err = scope.Run(task, func(s *scope.Scope) error {
			w := worker()
			edo.Spawn(s, edo.Future[edo.Unit](w))
			defer w.Stop()
			return empty(task, q)
		})
		if err != nil {
			return err
		}
		want := map[string]int{"error": 3, "panic": 3, "permanent": 1, "second": 2, "goexit": 1}
		for job, n := range want {
			if tries.times[job] != n {
				t.Errorf("%s was tried %d times, want %d", job, tries.times[job], n)
			}
		}
		slices.Sort(asked)
		if !slices.Equal(asked, []int{1, 1, 1, 2, 2}) {
			t.Errorf("Backoff was asked for the tries %v", asked)
		}

		dead, err := q.Dead(task, 0, 10)
		if err != nil || len(dead) != 3 {
			return fmt.Errorf("%d dead letters: %w", len(dead), err)
		}
		reasons := map[string]string{"error": "it is broken", "panic": "on purpose", "permanent": "no: never"}
		for _, d := range dead {
			if d.ID != "id of "+d.Value || d.Tries != want[d.Value] || !strings.Contains(d.Reason, reasons[d.Value]) || d.Err != nil || time.Since(d.Died) > time.Hour {
				t.Errorf("dead letter %+v", d)
			}
		}
		if page, err := q.Dead(task, dead[1].Number, 1); err != nil || len(page) != 1 || page[0].Number != dead[1].Number {
			t.Errorf("a page: %+v, %v", page, err)
		}
		isMended = true
		if err := q.Discard(task, dead[0].Number); err != nil {
			return err
		}
		for _, d := range dead[1:] {
			if err := q.SendAgain(task, d.Number); err != nil {
				return err
			}
		}
		for _, d := range dead {
			if err := q.SendAgain(task, d.Number); !errors.Is(err, cluster.ErrNoDeadLetter) {
				t.Errorf("a second time: %v", err)
			}
			if err := q.Discard(task, d.Number); !errors.Is(err, cluster.ErrNoDeadLetter) {
				t.Errorf("a discard of none: %v", err)
			}
		}
		if err := working(task, worker(), func() error { return empty(task, q) }); err != nil {
			return err
		}
		for i, d := range dead {
			if got, want := tries.times[d.Value], want[d.Value]+min(i, 1); got != want {
				t.Errorf("%s was called %d times, want %d", d.Value, got, want)
			}
		}
		if info, err := q.Info(task); err != nil || info != (cluster.QueueInfo{}) {
			t.Errorf("the queue stands at %+v, %v", info, err)
		}
		return nil
	})
}

func TestPrioritiesThatWorkersHoldGoFirst(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "urgent", cluster.QueueConfig{Priorities: 3})
		if err != nil {
			return err
		}
		for i := range 9 {
			if _, err := q.Publish(task, i, cluster.Priority(i/3)); err != nil {
				return err
			}
		}
		var g gate
		var mu sync.Mutex
		var begun []int
		orderOf := func() []int {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(begun)
		}
		worker := cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[int]) error {
			if job.Priority != job.Value/3 {
				t.Errorf("%+v", job)
			}
			mu.Lock()
			begun = append(begun, job.Value)
			mu.Unlock()
			return g.wait(task)
		})
		return working(task, worker, func() error {
			// One job runs, and one of each priority is held: now the most urgent goes first.
			for left := 9; left > 0; left-- {
				if err := until(task, func() bool { return len(orderOf()) == 10-left }); err != nil {
					return err
				}
				want := 0
				for p := range 3 {
					want += min(1, leftOf(orderOf(), p))
				}
				if err := until(task, func() bool { return worker.Held() == want }); err != nil {
					return err
				}
				g.open(1)
			}
			order := orderOf()
			if want := []int{6, 7, 8, 3, 4, 5, 0, 1, 2}; !slices.Equal(order[1:], slices.DeleteFunc(want, func(i int) bool { return i == order[0] })) {
				t.Errorf("done in the order %v", order)
			}
			return empty(task, q)
		})
	})
}

// leftOf returns how many jobs of a priority have not begun.
func leftOf(order []int, priority int) (left int) {
	left = 3
	for _, i := range order {
		if i/3 == priority {
			left--
		}
	}
	return left
}

func TestJobsOfAKeyAreDoneInOrderAndOneAtATime(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "ordered", cluster.QueueConfig{Lanes: 4, Tries: 3, Backoff: func(int) time.Duration {
			return 10 * time.Millisecond // the lane rests as well
		}})
		if err != nil {
			return err
		}
		const n, keys = 300, 10
		for i := range n {
			if _, err := q.Publish(task, i, cluster.Key(fmt.Sprint("key", i%keys))); err != nil {
				return err
			}
		}
		var mu sync.Mutex
		running, last, tried := map[string]bool{}, map[string]int{}, map[int]bool{}
		done := newTally(n)
		work := func(task *edo.Task, job *cluster.Job[int]) error {
			mu.Lock()
			if running[job.Key] || job.Key != fmt.Sprint("key", job.Value%keys) {
				t.Errorf("%s runs already: %+v", job.Key, job)
			}
			if before, ok := last[job.Key]; ok && job.Value != before+keys {
				t.Errorf("of %s %d comes after %d", job.Key, job.Value, before)
			}
			running[job.Key] = true
			isFirst := !tried[job.Value]
			tried[job.Value] = true
			mu.Unlock()
			err := edo.Yield(task)
			mu.Lock()
			defer mu.Unlock()
			running[job.Key] = false
			if job.Value%7 == 0 && isFirst {
				return errors.New("again")
			}
			last[job.Key] = job.Value
			done.add(fmt.Sprint(job.Value))
			return err
		}
		first, second := cluster.Work(q, 2, work), cluster.Work(q, 3, work)
		return working(task, first, func() error {
			return working(task, second, func() error { return done.await(task) })
		})
	})
}

func TestAWorkerThatStopsLetsItsHandlersEndAndLeavesTheRest(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "stops", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		for i := range 10 {
			if _, err := q.Publish(task, i); err != nil {
				return err
			}
		}
		var g gate
		begun, done := newTally(2), newTally(2)
		worker := cluster.Work(q, 2, func(task *edo.Task, job *cluster.Job[int]) error {
			begun.add(job.ID)
			if err := g.wait(task); err != nil {
				return err
			}
			done.add(job.ID)
			return nil
		})
		works := edo.Spawn(task, edo.Future[edo.Unit](worker), edo.Name("the worker"))
		if err := begun.await(task); err != nil {
			return err
		}
		if err := untilReported(task, "waits for cluster: the end of one of 2 jobs of the queue stops"); err != nil {
			return err
		}
		worker.Stop()
		worker.Stop()
		if err := untilReported(task, "waits for cluster: the end of the last 2 of its jobs of the queue stops"); err != nil {
			return err
		}
		g.open(2)
		if _, err := works.Await(task); err != nil {
			return err
		}
		if info, err := q.Info(task); err != nil || info.Waiting != 8 || info.Taken != 0 {
			t.Errorf("the queue stands at %+v, %v", info, err)
		}
		return done.check()
	})
}

func TestCancellationReachesHandlersAndTheirJobsAreGivenBack(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "cancelled", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		for i := range 6 {
			if _, err := q.Publish(task, i); err != nil {
				return err
			}
		}
		begun, cancelled := newTally(3), newTally(3)
		works := edo.Spawn(task, edo.Future[edo.Unit](cluster.Work(q, 3, func(task *edo.Task, job *cluster.Job[int]) error {
			begun.add(job.ID)
			err := task.Cancelled()
			if errors.Is(task.Err(), edo.ErrCancelled) {
				cancelled.add(job.ID)
			}
			return err
		})))
		if err := begun.await(task); err != nil {
			return err
		}
		works.Abort()
		if err := cancelled.await(task); err != nil {
			return err
		}
		// The jobs are there at once, and not after QueueConfig.Patience.
		again := newTally(6)
		return working(task, cluster.Work(q, 3, func(task *edo.Task, job *cluster.Job[int]) error {
			if want := 1 + begun.count(job.ID); job.Try != want {
				t.Errorf("try %d of a job, want %d", job.Try, want)
			}
			again.add(job.ID)
			return nil
		}), func() error { return again.await(task) })
	})
}

func TestAWorkerEndsWhenItsQueueIsGone(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		q, err := cluster.NewQueue[int](task, conn, "gone", cluster.QueueConfig{})
		if err != nil {
			return err
		}
		works := edo.Spawn(task, edo.Future[edo.Unit](cluster.Work(q, 1, func(task *edo.Task, job *cluster.Job[int]) error { return nil })))
		if _, err := q.Publish(task, 1); err != nil {
			return err
		}
		if err := empty(task, q); err != nil {
			return err
		}
		_, err = edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
			return edo.Unit{}, conn.JetStream().DeleteStream(task.Context(), "edo_gone")
		}).Await(task)
		if err != nil {
			return err
		}
		_, err = works.Await(task)
		if err == nil || !strings.Contains(err.Error(), "cluster: the queue gone is not there any more") {
			t.Errorf("the worker has ended with %v", err)
		}
		if _, err := q.Info(task); err == nil || !strings.HasPrefix(err.Error(), "cluster: the queue gone is not there any more: ") {
			t.Errorf("it stands at %v", err)
		}
		_, err = edo.Blocking(task, func(task *edo.Task) (edo.Unit, error) {
			return edo.Unit{}, conn.JetStream().DeleteStream(task.Context(), "edo_gone_dead")
		}).Await(task)
		if err != nil {
			return err
		}
		if _, err := q.Dead(task, 0, 1); err == nil || !strings.HasPrefix(err.Error(), "cluster: the queue gone is not there any more: ") {
			t.Errorf("its dead letters are %v", err)
		}
		return nil
	})
}
