package future_test

import (
	"errors"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/sim"
)

var errStarved = errors.New("another task was not run for 10,000 turns")

// checkGivesWay calls op again and again, on one worker, until another task has run. It
// returns errStarved if that does not happen.
func checkGivesWay(op func(task *edo.Task)) error {
	return sim.Run(1, func(task *edo.Task) error {
		ran, turns := false, 0
		edo.Go(task, func(*edo.Task) error { ran = true; return nil })
		for ; !ran; turns++ {
			if turns == 10_000 {
				return errStarved
			}
			op(task)
		}
		return nil
	})
}

func TestEveryFutureThatIsReadyAtOnceGivesWay(t *testing.T) {
	var zero future.Fut[int]
	ended := future.Map(zero, func(v int) int { return v })
	fn := func(*edo.Task) (int, error) { return 1, nil }
	await := func(build func() edo.Future[edo.Unit]) func(*edo.Task) {
		return func(task *edo.Task) { edo.Await(task, build()) }
	}
	ready := edo.Future[int](constant{})
	for name, op := range map[string]func(task *edo.Task){
		"Ready": await(func() edo.Future[edo.Unit] { return future.Ready(edo.Unit{}) }),
		"Fail":  await(func() edo.Future[edo.Unit] { return future.Fail[edo.Unit](errTest) }),
		"Lazy": await(func() edo.Future[edo.Unit] {
			return future.Lazy(func() (edo.Unit, error) { return edo.Unit{}, nil })
		}),
		"PollFn": await(func() edo.Future[edo.Unit] {
			return future.PollFn(func(*edo.Context) (edo.Unit, edo.Poll, error) { return edo.Unit{}, edo.Ready, nil })
		}),
		"the zero Fut":                await(func() edo.Future[edo.Unit] { return future.Fut[edo.Unit]{} }),
		"Map of an ended future":      await(func() edo.Future[edo.Unit] { return forget(ended) }),
		"Owning nothing":              await(func() edo.Future[edo.Unit] { return forget(future.Owning(zero)) }),
		"Join of nothing":             await(func() edo.Future[edo.Unit] { return forget(future.Join[int]()) }),
		"TryJoin of nothing":          await(func() edo.Future[edo.Unit] { return forget(future.TryJoin[int]()) }),
		"Join of ready futures":       await(func() edo.Future[edo.Unit] { return forget(future.Join(ready, ready)) }),
		"Race of ready futures":       await(func() edo.Future[edo.Unit] { return forget(future.Race(ready, ready)) }),
		"Join2 of ready futures":      await(func() edo.Future[edo.Unit] { return forget(future.Join2(ready, ready)) }),
		"JoinTask of nothing":         func(task *edo.Task) { future.JoinTask[int](task) },
		"TryJoinTask of nothing":      func(task *edo.Task) { future.TryJoinTask[int](task) },
		"JoinTask that does not wait": func(task *edo.Task) { future.JoinTask(task, fn, fn) },
		"RaceTask that does not wait": func(task *edo.Task) { future.RaceTask(task, fn, fn) },
		"Select of ready futures":     await(func() edo.Future[edo.Unit] { return forget(future.Select(ready, ready)) }),
		"SelectAll of ready futures":  await(func() edo.Future[edo.Unit] { return forget(future.SelectAll(ready, ready)) }),
		"FirstOK of ready futures":    await(func() edo.Future[edo.Unit] { return forget(future.FirstOK(ready, ready)) }),
		"Loop without a turn": await(func() edo.Future[edo.Unit] {
			return future.Loop(edo.Unit{}, func(edo.Unit) edo.Future[edo.Unit] { return nil })
		}),
		"Retry of a ready future": await(func() edo.Future[edo.Unit] {
			return forget(future.Retry(future.Backoff{}, func() edo.Future[int] { return ready }))
		}),
		"a Join that was dropped":  dropThenAwait(future.Join(ready)),
		"a Race that was dropped":  dropThenAwait(future.Race(ready)),
		"a Join2 that was dropped": dropThenAwait(future.Join2(ready, ready)),
	} {
		t.Run(name, func(t *testing.T) {
			if err := checkGivesWay(op); err != nil {
				t.Error(err)
			}
		})
	}
}

func dropThenAwait[T any](f future.Fut[T]) func(task *edo.Task) {
	f.Drop()
	return func(task *edo.Task) { edo.Await(task, edo.Future[T](f)) }
}
