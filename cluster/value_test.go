package cluster_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

func TestAValueIsTheLastThatWasSet(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		v, err := cluster.NewValue[string](task, conn, "leader", cluster.ValueConfig{})
		if err != nil {
			return err
		}
		if _, _, err := v.Get(task); !errors.Is(err, cluster.ErrNoValue) {
			t.Errorf("before the first it is %v", err)
		}
		early, err := v.Watch(task)
		if err != nil {
			return err
		}
		defer early.Drop()
		first, err := v.Replace(task, "a", 0)
		if err != nil {
			return err
		}
		if _, err := v.Replace(task, "b", 0); !errors.Is(err, cluster.ErrChanged) {
			t.Errorf("a second first one is %v", err)
		}
		if x, err := early.Recv(task); x != "a" || err != nil {
			t.Errorf("the receiver has %q, %v", x, err)
		}
		second, err := v.Set(task, "c")
		if err != nil || second <= first {
			t.Errorf("the revisions are %d, %d, %v", first, second, err)
		}
		if x, revision, err := v.Get(task); x != "c" || revision != second || err != nil {
			t.Errorf("it is %q, %d, %v", x, revision, err)
		}
		late, err := v.Watch(task)
		if err != nil {
			return err
		}
		defer late.Drop()
		for _, s := range []*cluster.Subscription[string]{early, late} {
			if x, err := s.Recv(task); x != "c" || err != nil {
				t.Errorf("the receiver has %q, %v", x, err)
			}
		}
		return nil
	})
}

// The watcher of the client would hear nothing for twenty seconds.
func TestAWatchGoesOnWhenTheBrokerWasKilled(t *testing.T) {
	folder := t.TempDir()
	broker := start(t, "broker", folder, "", "127.0.0.1:0")
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		v, err := cluster.NewValue[int](task, conn, "counter", cluster.ValueConfig{})
		if err != nil {
			return err
		}
		w, err := v.Watch(task)
		if err != nil {
			return err
		}
		defer w.Drop()
		const n, kills = 300, 3
		sees := edo.GoValue(task, func(task *edo.Task) (int, error) {
			last := 0
			for last < n {
				x, err := w.Recv(task)
				if err != nil {
					return last, err
				}
				if x <= last {
					t.Errorf("%d comes after %d", x, last)
				}
				last = x
			}
			return last, nil
		})
		for i := 1; i <= n; i++ {
			if _, err := v.Set(task, i); err != nil {
				return err
			}
			if i%(n/(kills+1)) == 0 && i < n {
				broker.Kill()
				broker = start(t, "broker", folder, "", "127.0.0.1:0")
			}
		}
		return soon(task, func(task *edo.Task) error {
			_, err := sees.Await(task)
			return err
		})
	})
}
