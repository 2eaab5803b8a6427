package timer_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

// drain takes all values of q until its end, each with the milliseconds at which it came.
func drain[T any](task *edo.Task, now func() time.Duration, q *timer.DelayQueue[T]) (got []string, err error) {
	for {
		e, ok, err := edo.Next(task, q)
		if !ok || err != nil {
			return got, err
		}
		got = append(got, fmt.Sprint(e.Value, "@", now().Milliseconds()))
	}
}

func TestValuesComeByDeadlineAndThenByInsertionAtEveryDistance(t *testing.T) {
	for _, d := range []time.Duration{0, 1, 63, 64, 4095, 4096, 5000, 300_000} {
		simulate(t, func(task *edo.Task, now func() time.Duration) error {
			q := timer.NewDelayQueue[string](task)
			defer q.Drop()
			q.Insert("z", (d+1)*ms)
			for _, v := range []string{"a", "b", "c", "d"} {
				q.Insert(v, d*ms)
			}
			got, err := drain(task, now, q)
			var want []string
			for _, v := range []string{"a", "b", "c", "d"} {
				want = append(want, fmt.Sprint(v, "@", int(d)))
			}
			if want = append(want, fmt.Sprint("z@", int(d+1))); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			return err
		})
	}
}

func TestValuesWhoseDeadlinesHavePassedComeAtOnceByDeadline(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		timer.Sleep(task, 100*ms)
		timer.Sleep(task, 300*time.Microsecond)
		q, at := timer.NewDelayQueue[string](task), timer.Now(task)
		defer q.Drop()
		for v, ago := range map[string]time.Duration{"5 ago": 5, "9 ago": 9, "1 ago": 1, "long ago": math.MaxInt64 / ms} {
			q.InsertAt(v, at.Add(-ago*ms))
		}
		q.Insert("now", 0)
		before := now()
		var got []string
		for q.Len() > 0 {
			e, _, err := edo.Next(task, q)
			if err != nil || now() != before {
				t.Errorf("%s came after %v: %v", e.Value, now()-before, err)
			}
			got = append(got, e.Value)
		}
		if want := []string{"long ago", "9 ago", "5 ago", "1 ago", "now"}; !slices.Equal(got, want) {
			t.Errorf("got %v", got)
		}
		return nil
	})
}

func TestAValueThatIsDueComesAtOnceAlsoBetweenTheMillisecondsOfTheClock(t *testing.T) {
	s := sim.New(sim.Config{Seed: 1})
	tx, rx := mpsc.New[int](1)
	var took time.Duration
	s.Start(func(task *edo.Task) error {
		rx.Recv(task)
		q, begin := timer.NewDelayQueue[int](task), timer.Now(task)
		q.Insert(1, 0)
		_, _, err := edo.Next(task, q)
		took = timer.Now(task).Sub(begin)
		return err
	})
	s.Advance(300 * time.Microsecond)
	tx.TrySend(1)
	if err := s.Wait(); err != nil || took != 0 {
		t.Errorf("it took %v, %v", took, err)
	}
}

func TestAQueueEndsWhenItIsEmptyAndComesBack(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		q := timer.NewDelayQueue[int](task)
		defer q.Drop()
		for i := range 3 {
			if _, ok, err := edo.Next(task, q); ok || err != nil {
				t.Errorf("an empty queue gave %v, %v", ok, err)
			}
			q.Insert(i, 10*ms)
			got, err := drain(task, now, q)
			if want := fmt.Sprint(i, "@", 10*(i+1)); err != nil || len(got) != 1 || got[0] != want {
				t.Errorf("got %v, %v, want %s", got, err, want)
			}
		}
		return nil
	})
}

func TestAnInsertWakesTheTaskThatWasToldOfTheEnd(t *testing.T) {
	simulate(t, func(task *edo.Task, _ func() time.Duration) error {
		q := timer.NewDelayQueue[int](task)
		h := edo.Spawn(task, endless{q}) // pending at the end
		timer.Sleep(task, ms)
		q.Insert(7, 5*ms)
		v, err := h.Await(task)
		if v != 7 {
			t.Errorf("got %d", v)
		}
		return err
	})
}

// endless waits for a value of a queue, also beyond its end.
type endless struct{ q *timer.DelayQueue[int] }

func (e endless) Poll(cx *edo.Context) (int, edo.Poll, error) {
	out, p, err := e.q.PollNext(cx)
	if p == edo.End {
		return 0, edo.Pending, nil
	}
	return out.Value, p, err
}

func TestATaskThatWaitsSeesWhatOthersDoToItsQueue(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(q *timer.DelayQueue[string], hour timer.DelayKey[string], begin time.Time)
		want []string
	}{
		"an earlier insert": {func(q *timer.DelayQueue[string], _ timer.DelayKey[string], _ time.Time) { q.Insert("b", 3*ms) },
			[]string{"b@5", "a@3600000"}},
		"a later insert": {func(q *timer.DelayQueue[string], _ timer.DelayKey[string], _ time.Time) { q.Insert("b", 2*time.Hour) },
			[]string{"a@3600000", "b@7200002"}},
		"a reset to the past": {func(q *timer.DelayQueue[string], k timer.DelayKey[string], begin time.Time) {
			q.ResetAt(k, begin.Add(-time.Hour))
		}, []string{"a@2"}},
		"a reset to sooner":  {func(q *timer.DelayQueue[string], k timer.DelayKey[string], _ time.Time) { q.Reset(k, 4*ms) }, []string{"a@6"}},
		"a reset to later":   {func(q *timer.DelayQueue[string], k timer.DelayKey[string], _ time.Time) { q.Reset(k, time.Hour) }, []string{"a@3600002"}},
		"remove of the last": {func(q *timer.DelayQueue[string], k timer.DelayKey[string], _ time.Time) { q.Remove(k) }, nil},
	} {
		simulate(t, func(task *edo.Task, now func() time.Duration) error {
			q, begin := timer.NewDelayQueue[string](task), timer.Now(task)
			key := q.Insert("a", time.Hour)
			var got []string
			h := edo.Go(task, func(task *edo.Task) (err error) {
				got, err = drain(task, now, q)
				return err
			})
			timer.Sleep(task, 2*ms)
			c.do(q, key, begin)
			_, err := h.Await(task)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: got %v, want %v", name, got, c.want)
			}
			if c.want == nil && now() != 2*ms {
				t.Errorf("%s: the end came at %v", name, now())
			}
			return err
		})
	}
}

func TestAKeyNamesItsValueOnlyWhileThatIsInTheQueue(t *testing.T) {
	simulate(t, func(task *edo.Task, now func() time.Duration) error {
		q, begin := timer.NewDelayQueue[string](task), timer.Now(task)
		defer q.Drop()
		a := q.Insert("a", 10*ms)
		if at, ok := q.Deadline(a); !ok || at.Sub(begin) != 10*ms {
			t.Errorf("the deadline is %v, %v", at, ok)
		}
		if v, ok := q.Remove(a); v != "a" || !ok {
			t.Errorf("removed %q, %v", v, ok)
		}
		b := q.Insert("b", 20*ms) // in the memory of a
		for _, gone := range []timer.DelayKey[string]{a, {}} {
			_, removed := q.Remove(gone)
			_, known := q.Deadline(gone)
			if removed || known || q.Reset(gone, 0) {
				t.Error("a key names a value that has gone")
			}
		}
		timer.Sleep(task, 30*ms) // b has expired, and was not taken
		if !q.Reset(b, 5*ms) || q.Len() != 1 {
			t.Error("a value that has expired cannot be reset")
		}
		e, _, err := edo.Next(task, q)
		if e.Value != "b" || now() != 35*ms || e.Key != b || e.Deadline.Sub(begin) != 35*ms {
			t.Errorf("got %+v at %v, %v", e, now(), err)
		}
		if q.Reset(b, 0) {
			t.Error("a value that was taken was reset")
		}
		return err
	})
}

// A naive queue is a sorted slice.
func TestRandomChangesOfAQueueGiveWhatASortedSliceGives(t *testing.T) {
	type value struct{ n, order int }
	for seed := range uint64(40) {
		simulate(t, func(task *edo.Task, now func() time.Duration) error {
			r := rand.New(rand.NewPCG(seed, 15))
			q, begin := timer.NewDelayQueue[int](task), timer.Now(task)
			at := map[value]time.Duration{}
			keys := map[int]timer.DelayKey[int]{}
			orders := map[int]int{}
			random := func() time.Duration { return now() + time.Duration(r.IntN(1<<r.IntN(18))-20)*ms }
			for i := range 400 {
				n := r.IntN(i + 1)
				_, isIn := orders[n]
				old := value{n, orders[n]}
				d := random()
				switch r.IntN(5) {
				case 0, 1:
					keys[i], orders[i] = q.InsertAt(i, begin.Add(d)), i
					at[value{i, i}] = d
				case 2:
					if q.ResetAt(keys[n], begin.Add(d)) != isIn {
						t.Errorf("seed %d: reset of %d, which is there: %v", seed, n, isIn)
					}
					if isIn {
						delete(at, old)
						orders[n] = i
						at[value{n, i}] = d
					}
				case 3:
					if v, ok := q.Remove(keys[n]); ok != isIn || ok && v != n {
						t.Errorf("seed %d: removed %d, %v", seed, v, ok)
					}
					delete(at, old)
					delete(orders, n)
				case 4:
					timer.Sleep(task, time.Duration(r.IntN(30))*ms)
				}
			}
			var want []value
			for v := range at {
				want = append(want, v)
			}
			slices.SortFunc(want, func(a, b value) int { return cmp.Or(cmp.Compare(at[a], at[b]), cmp.Compare(a.order, b.order)) })
			if q.Len() != len(want) {
				t.Errorf("seed %d: %d values, want %d", seed, q.Len(), len(want))
			}
			for _, v := range want {
				due := max(now(), at[v])
				e, ok, err := edo.Next(task, q)
				if !ok || err != nil || e.Value != v.n || now() != due || e.Deadline.Sub(begin) != at[v] {
					t.Errorf("seed %d: got %+v, %v, %v at %v; want %d at %v", seed, e, ok, err, now(), v.n, due)
					return nil
				}
			}
			return nil
		})
	}
}
