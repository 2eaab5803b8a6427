package cluster_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

// squareFrame is the frame of a function.
type squareFrame struct{ n, turns int }

func (f *squareFrame) Poll(task *edo.Task) (done bool, v int, err error) {
	if f.turns++; f.turns < 3 {
		if done, err := edo.YieldStep(task); !done || err != nil {
			return done, 0, err
		}
	}
	v, err = squares(task, f.n)
	return true, v, err
}

func (*squareFrame) FunctionName() string { return "cluster_test.squareFrame" }

func TestTheStepFormsOfCallsTopicsAndValuesDoWhatTheDirectFormsDo(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		var m *cluster.Member
		offer := cluster.OfferStep(square, func(n int) squareFrame { return squareFrame{n: n} })
		var step func(task *edo.Task, st *edo.Step) (bool, error)
		do := func(what string, err error) {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		do("Serve", stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, m, err = cluster.ServeStep(task, st, conn, 2, offer)
			return done, err
		}))
		serves := edo.Spawn(task, edo.Future[edo.Unit](m))
		var v int
		do("Call", stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, v, err = cluster.CallStep(task, st, conn, square, 7)
			return done, err
		}))
		var all []int
		do("Map", stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, all, err = cluster.MapStep(task, st, conn, square, []int{1, 2, 3}, 2)
			return done, err
		}))
		if v != 49 || fmt.Sprint(all) != "[1 4 9]" {
			t.Errorf("they are %d, %v", v, all)
		}
		m.Stop()
		if _, err := serves.Await(task); err != nil {
			return err
		}

		topic, err := cluster.NewTopic[int](conn, "numbers", nil)
		if err != nil {
			return err
		}
		var sub *cluster.Subscription[int]
		recv := func(task *edo.Task, _ *edo.Step) (done bool, err error) {
			done, v, err = sub.RecvStep(task)
			return done, err
		}
		do("Subscribe", stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, sub, err = topic.SubscribeStep(task, st, 4)
			return done, err
		}))
		do("Publish", topic.Publish(5))
		do("Recv", stepped(task, recv))
		sub.Close()
		if v != 5 {
			t.Errorf("it is %d", v)
		}

		var value *cluster.Value[int]
		var revision uint64
		do("NewValue", stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, value, err = cluster.NewValueStep[int](task, st, conn, "value", cluster.ValueConfig{})
			return done, err
		}))
		step = func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, revision, err = value.SetStep(task, st, 6)
			return done, err
		}
		do("Set", stepped(task, step))
		do("Replace", stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, revision, err = value.ReplaceStep(task, st, 8, revision)
			return done, err
		}))
		var at uint64
		do("Get", stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, v, at, err = value.GetStep(task, st)
			return done, err
		}))
		if v != 8 || at != revision {
			t.Errorf("it is %d, %d, want 8, %d", v, at, revision)
		}
		do("Watch", stepped(task, func(task *edo.Task, st *edo.Step) (done bool, err error) {
			done, sub, err = value.WatchStep(task, st)
			return done, err
		}))
		v = 0
		do("Recv", stepped(task, recv))
		sub.Close()
		if v != 8 {
			t.Errorf("it is %d", v)
		}
		return nil
	})
}
