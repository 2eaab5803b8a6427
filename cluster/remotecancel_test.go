package cluster_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

func TestACancelledMapAbortsItsCalls(t *testing.T) {
	w := newWaiting("waits", cluster.FuncConfig{}, 3, 3)
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		return served(task, conn, 8, []cluster.Offered{w.offer()}, func(*cluster.Member) error {
			maps := edo.Spawn(task, cluster.MapFuture(conn, w.f, []string{"a", "b", "c", "d"}, 3))
			if err := w.begun.await(task); err != nil {
				return err
			}
			maps.Abort()
			if _, err := maps.Await(task); !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("an aborted Map is %v", err)
			}
			if err := w.ended.await(task); err != nil {
				return err
			}
			if w.begun.count("d") != 0 || w.ended.count("a is cancelled") != 1 {
				t.Errorf("calls have ended as %v", w.ended.order)
			}
			return nil
		})
	})
}

func TestWhatIsSetUpByACancelledTaskDoesNotBegin(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		topic, err := cluster.NewTopic[int](conn, "news", nil)
		if err != nil {
			return err
		}
		value, err := cluster.NewValue[int](task, conn, "value", cluster.ValueConfig{})
		if err != nil {
			return err
		}
		cancelled := edo.Go(task, func(task *edo.Task) error {
			for task.Err() == nil {
				if edo.Yield(task) != nil {
					break
				}
			}
			check := func(what string, err error) {
				if !errors.Is(err, edo.ErrCancelled) {
					t.Errorf("%s of a cancelled task is %v", what, err)
				}
			}
			_, err := cluster.Serve(task, conn, 1, cluster.Offer(square, squares))
			check("Serve", err)
			_, err = topic.Subscribe(task, 1)
			check("Subscribe", err)
			_, err = cluster.NewValue[int](task, conn, "other", cluster.ValueConfig{})
			check("NewValue", err)
			_, _, err = value.Get(task)
			check("Get", err)
			_, err = value.Watch(task)
			check("Watch", err)
			return nil
		})
		cancelled.Abort()
		cancelled.Await(task)
		_, err = cluster.Call(task, conn, square, 1)
		if _, ok := errors.AsType[*cluster.UnknownFuncError](err); !ok {
			t.Errorf("a call is %v", err)
		}
		return nil
	})
}

func TestACancelledReceiveOfASubscriptionLosesNothing(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		topic, err := cluster.NewTopic[int](conn, "numbers", nil)
		if err != nil {
			return err
		}
		sub, err := topic.Subscribe(task, 1024)
		if err != nil {
			return err
		}
		defer sub.Drop()
		const n = 500
		next := 0
		for i := range n {
			receives := edo.Spawn(task, sub.RecvFuture())
			if err := topic.Publish(i); err != nil {
				return err
			}
			if i%3 == 0 {
				receives.Abort()
			}
			v, err := receives.Await(task)
			switch {
			case err == nil && v == next:
				next++
			case !errors.Is(err, edo.ErrCancelled):
				t.Errorf("it is %d, %v, want %d", v, err, next)
			}
		}
		for ; next < n; next++ {
			if v, err := sub.Recv(task); v != next || err != nil {
				t.Errorf("it is %d, %v, want %d", v, err, next)
			}
		}
		return nil
	})
}

func TestACancelledSetIsFollowedByALaterOne(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		v, err := cluster.NewValue[int](task, conn, "value", cluster.ValueConfig{})
		if err != nil {
			return err
		}
		for i := range 100 {
			sets := edo.Spawn(task, v.SetFuture(-1))
			if i%2 == 0 {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			sets.Abort()
			if _, err := sets.Await(task); err != nil && !errors.Is(err, edo.ErrCancelled) {
				t.Errorf("an aborted Set is %v", err)
			}
			revision, err := v.Set(task, i)
			if err != nil {
				return err
			}
			if x, at, err := v.Get(task); x != i || at != revision || err != nil {
				t.Errorf("it is %d, %d, %v, want %d, %d", x, at, err, i, revision)
			}
			if _, err := v.Replace(task, i, revision); err != nil {
				t.Errorf("Replace is %v", err)
			}
		}
		return nil
	})
}
