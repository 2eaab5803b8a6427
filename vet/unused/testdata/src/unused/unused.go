package unused

import (
	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

func load(task *edo.Task) (int, error) { return 0, nil }

func serve(task *edo.Task) error { return nil }

type chain struct{ n int }

func (c *chain) Poll(cx *edo.Context) (int, edo.Poll, error) { return 0, edo.Ready, nil }
func (c *chain) With(n int) *chain                           { c.n = n; return c }

func same[T any](v T) T { return v }

func (c *chain) Old() edo.Future[int] { return nil }

func begin(s edo.Spawner) *chain { return nil }

func statements(task *edo.Task, f edo.Future[int], rx *mpsc.Receiver[int], tx *mpsc.Sender[int], c *chain) {
	timer.SleepFuture(1)                                    // want `the future that timer.SleepFuture returns is not used: nothing happens until it is polled`
	future.Map(f, func(v int) int { return v })             // want `the future that future.Map returns is not used`
	future.Map(f, func(v int) int { return v }).MapErr(nil) // want `the future that future.Fut.MapErr returns is not used`
	stream.Map(rx, func(v int) int { return v })            // want `the stream that stream.Map returns is not used`
	edo.Async(load)                                         // want `the future that edo.Async returns is not used`
	stream.All(task, rx)                                    // want `stream.All is not ranged over: nothing happens`
	edo.Owns(tx)                                            // want `the option that edo.Owns returns is passed to no call`
	edo.GoValue(task, load)                                 // want `the value of the task is lost: keep the handle, or use edo.Go`
	defer timer.SleepFuture(1)                              // want `the future that`

	edo.Go(task, serve)
	edo.Spawn(task, f)
	edo.Blocking(task, load)
	edo.GoValue(task, func(task *edo.Task) (edo.Unit, error) { return edo.Unit{}, nil })
	edo.Await(task, edo.Future[edo.Unit](timer.SleepFuture(1)))
	_ = timer.SleepFuture(1)
	c.With(3)
	begin(task)
	same(c)
	c.Old()
	selector.On(rx, nil).If(nil)
	kept := timer.SleepFuture(1)
	_ = kept
}
