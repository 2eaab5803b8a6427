package joinset_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
)

// modelSet is a naive model of a Set.
type modelSet struct {
	limit   int
	running []int // in the order in which they were spawned
	line    []int // wait to be spawned
	ready   []int
}

func (m *modelSet) settle() {
	for len(m.line) > 0 && (m.limit == 0 || len(m.running) < m.limit) {
		m.running = append(m.running, m.line[0])
		m.line = m.line[1:]
	}
}

func (m *modelSet) end(id int) {
	m.running = slices.DeleteFunc(m.running, func(o int) bool { return o == id })
	m.ready = append(m.ready, id)
	m.settle()
}

func TestJoinSetAgainstTheModel(t *testing.T) {
	steps := 400
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 1))
		failed := errors.New("failed")
		err := edo.Run(func(task *edo.Task) error {
			m := &modelSet{limit: rng.IntN(4)}
			set := joinset.New[int](m.limit)
			valves := map[int]*tasktest.Valve{}
			handles := map[int]edo.AbortHandle{}
			waits := map[int]*edo.JoinHandle[edo.Unit]{}
			errs := map[int]error{}
			mock, waiting := edotest.NewTask(), false
			newValve := func() (int, *tasktest.Valve) {
				id := len(valves) + 1
				valves[id] = &tasktest.Valve{}
				return id, valves[id]
			}
			take := func(v int, p edo.Poll, err error, what string) error {
				want := edo.Ready
				switch {
				case len(m.ready) > 0:
				case len(m.running) > 0:
					want = edo.Pending
				default:
					want = edo.End
				}
				if p != want {
					return fmt.Errorf("seed %d: %s gave %v, want %v", seed, what, p, want)
				}
				if p == edo.Ready {
					id := m.ready[0]
					m.ready = m.ready[1:]
					if !errors.Is(err, errs[id]) || err == nil && (v != id || errs[id] != nil) {
						return fmt.Errorf("seed %d: %s gave %d, %v; want %d, %v", seed, what, v, err, id, errs[id])
					}
				}
				return nil
			}
			pick := func(of []int) int { return of[rng.IntN(len(of))] }
			for range steps {
				before := len(m.ready)
				switch op := rng.IntN(9); {
				case op == 0:
					id, g := newValve()
					a, err := set.TrySpawn(task, g)
					if full := m.limit != 0 && (len(m.running) >= m.limit || len(m.line) > 0); full != errors.Is(err, edo.ErrFull) {
						return fmt.Errorf("seed %d: TrySpawn gave %v with %d of %d", seed, err, len(m.running), m.limit)
					}
					if err == nil {
						m.running = append(m.running, id)
						handles[id] = a
					}
				case op <= 2:
					id, g := newValve()
					waits[id] = edo.Go(task, func(task *edo.Task) error {
						a, err := set.Spawn(task, g)
						handles[id] = a
						return err
					})
					m.line = append(m.line, id)
					m.settle()
				case op == 3 && len(m.line) > 0:
					id := pick(m.line)
					waits[id].Abort()
					m.line = slices.DeleteFunc(m.line, func(o int) bool { return o == id })
					errs[id] = edo.ErrCancelled
				case op <= 5 && len(m.running) > 0:
					id := pick(m.running)
					if rng.IntN(3) == 0 {
						errs[id] = failed
					}
					valves[id].End(id, errs[id])
					m.end(id)
				case op == 6 && len(m.running) > 0:
					id := pick(m.running)
					handles[id].Abort()
					errs[id] = edo.ErrCancelled
					m.end(id)
				case op == 7:
					v, p, err := set.TryJoin()
					if err := take(v, p, err, "TryJoin"); err != nil {
						return err
					}
					before = len(m.ready)
				case op == 8:
					v, p, err := edotest.PollNext(mock, set)
					waiting = p == edo.Pending
					mock.TakeWakes()
					if err := take(v, p, err, "PollNext"); err != nil {
						return err
					}
					before = len(m.ready)
				}
				tasktest.YieldTimes(task, 6)
				if waiting && len(m.ready) > before {
					if mock.TakeWakes() != 1 {
						return fmt.Errorf("seed %d: the one that waits was not woken once", seed)
					}
					waiting = false
				} else if n := mock.TakeWakes(); n != 0 {
					return fmt.Errorf("seed %d: woken %d times for nothing", seed, n)
				}
				if set.Len() != len(m.running)+len(m.ready) {
					return fmt.Errorf("seed %d: Len is %d, want %d running and %d ready", seed, set.Len(), len(m.running), len(m.ready))
				}
			}
			set.Drop()
			for id := range valves {
				if w := waits[id]; w != nil {
					w.Abort()
				}
			}
			tasktest.YieldTimes(task, 6)
			for id, g := range valves {
				if want := 1; g.Drops != want && !(g.Drops == 0 && handles[id] == (edo.AbortHandle{}) && waits[id] == nil) {
					return fmt.Errorf("seed %d: task %d dropped %d times", seed, id, g.Drops)
				}
			}
			return nil
		}, tasktest.Quiet(edo.Config{CurrentThread: true}))
		if err != nil && strings.Contains(err.Error(), "seed") { // otherwise it is an error that no task has joined
			t.Fatal(err)
		}
	}
}
