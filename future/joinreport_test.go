package future_test

import (
	"slices"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/future"
)

// gate is a leaf with a name that waits until it is open.
type gate struct {
	name  string
	waker edo.Waker
	open  bool
}

func (g *gate) Poll(cx *edo.Context) (v int, _ edo.Poll, _ error) {
	if !cx.Proceed(g) {
		return v, edo.Pending, nil
	}
	if g.open {
		return v, edo.Ready, nil
	}
	g.waker = cx.Waker()
	return v, edo.Pending, nil
}

func (g *gate) Waits(*edo.Context) edo.Wait { return edo.Wait{On: g.name} }

// namesOf returns what a task waits for.
func namesOf(waits []edo.Wait) (all []string) {
	for _, w := range waits {
		all = append(all, w.On)
	}
	return all
}

func TestAReportFindsTheLeavesOfAllFutures(t *testing.T) {
	for name, build := range map[string]func(a, b, c edo.Future[int]) edo.Future[edo.Unit]{
		"Join":    func(a, b, c edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Join(a, b, c)) },
		"TryJoin": func(a, b, c edo.Future[int]) edo.Future[edo.Unit] { return forget(future.TryJoin(a, b, c)) },
		"Race":    func(a, b, c edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Race(a, b, c)) },
		"Join3":   func(a, b, c edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Join3(a, b, c)) },
		"inside":  func(a, b, c edo.Future[int]) edo.Future[edo.Unit] { return forget(future.Join2(future.Race(a, b), c)) },
		"Async": func(a, b, c edo.Future[int]) edo.Future[edo.Unit] {
			in := func(f edo.Future[int]) edo.Future[int] {
				return edo.Async(func(task *edo.Task) (int, error) { return edo.Await(task, f) })
			}
			return forget(future.Join(in(a), in(b), in(c)))
		},
		"JoinTask": func(a, b, c edo.Future[int]) edo.Future[edo.Unit] {
			in := func(f edo.Future[int]) func(*edo.Task) (int, error) {
				return func(task *edo.Task) (int, error) { return edo.Await(task, f) }
			}
			return edo.Async(func(task *edo.Task) (u edo.Unit, err error) {
				_, err = future.JoinTask(task, in(a), in(b), in(c))
				return u, err
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			task := edotest.NewTask()
			a, b, c := &gate{name: "a"}, &gate{name: "b"}, &gate{name: "c"}
			f := build(a, b, c)
			edotest.RequirePending(t, task, f)
			b.open = true
			b.waker.Wake()
			edotest.RequireWoken(t, task, 1)
			for range 2 {
				got := namesOf(edotest.Waits(task, f))
				if slices.Sort(got); !slices.Equal(got, []string{"a", "b", "c"}) {
					t.Fatalf("the report found %v", got)
				}
			}
			edotest.RequireWoken(t, task, 0)
			edotest.Poll(task, f) // polls b: the reports did not use up its wake
			a.open, c.open = true, true
			a.waker.Wake()
			c.waker.Wake()
			if name != "Race" {
				edotest.RequireReady(t, task, f)
			}
		})
	}
}

// readyWithoutProceed is ready in its second poll without asking whether it may go on, even if that
// poll is an inspection.
type readyWithoutProceed struct{ polls int }

func (f *readyWithoutProceed) Poll(*edo.Context) (int, edo.Poll, error) {
	if f.polls++; f.polls == 1 {
		return 0, edo.Pending, nil
	}
	return 7, edo.Ready, nil
}

func TestAResultDuringAReportIsKeptForTheNextPoll(t *testing.T) {
	for name, f := range map[string]edo.Future[int]{
		"Join":    future.Map(future.Join[int](&readyWithoutProceed{}), func(all []future.Result[int]) int { return all[0].Value }),
		"TryJoin": future.Map(future.TryJoin[int](&readyWithoutProceed{}), func(all []int) int { return all[0] }),
		"Race":    future.Race[int](&readyWithoutProceed{}),
		"RaceTask": edo.Async(func(task *edo.Task) (int, error) {
			return future.RaceTask(task, func(task *edo.Task) (int, error) { return edo.Await(task, &readyWithoutProceed{}) })
		}),
	} {
		t.Run(name, func(t *testing.T) {
			task := edotest.NewTask()
			edotest.RequirePending(t, task, f)
			edotest.Waits(task, f)
			edotest.RequireWoken(t, task, 1)
			if v := edotest.RequireReady(t, task, f); v != 7 {
				t.Fatalf("got %d", v)
			}
		})
	}
}
