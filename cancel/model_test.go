package cancel_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/tasktest"
)

// modelToken is a naive model of a token.
type modelToken struct {
	parent    *modelToken
	cancelled bool
}

func (m *modelToken) isCancelled() bool { return m != nil && (m.cancelled || m.parent.isCancelled()) }

func TestCancelAgainstTheModel(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 2))
		tokens := []*cancel.Token{cancel.New()}
		models := []*modelToken{{}}
		type wait struct {
			f     *cancel.Future
			of    int
			task  *edotest.Task
			woken bool
		}
		var waits []*wait
		for range 300 {
			i := rng.IntN(len(tokens))
			for tokens[i].IsDropped() {
				i = rng.IntN(len(tokens))
			}
			switch op := rng.IntN(20); {
			case op < 6:
				m := &modelToken{parent: models[i]}
				m.cancelled = m.isCancelled()
				tokens = append(tokens, tokens[i].Child())
				models = append(models, m)
			case op < 12:
				w := &wait{f: tokens[i].CancelledFuture(), of: i, task: edotest.NewTask()}
				if _, p, _ := edotest.Poll(w.task, w.f); (p == edo.Ready) != models[i].isCancelled() {
					t.Fatalf("seed %d: a wait gave %v", seed, p)
				}
				w.woken = models[i].isCancelled()
				waits = append(waits, w)
			case op < 14 && len(waits) > 0:
				k := rng.IntN(len(waits))
				waits[k].f.Drop()
				waits = append(waits[:k], waits[k+1:]...)
			case op < 15 && i > 0: // the token is not used again; its children are
				tokens[i].Drop()
			case op == 15 && rng.IntN(3) == 0:
				tokens[i].Cancel()
				models[i].cancelled = true
			}
			for i, c := range tokens {
				if got, want := c.IsCancelled(), models[i].isCancelled(); got != want && !(want && c.IsDropped()) {
					t.Fatalf("seed %d: token %d: %v, want %v", seed, i, got, want)
				}
			}
			for _, w := range waits {
				if got := w.task.Wakes() > 0; !w.woken && got != models[w.of].isCancelled() {
					t.Fatalf("seed %d: a wait for token %d: woken %v", seed, w.of, got)
				}
			}
		}
	}
}

func TestCancelFromManyGoroutines(t *testing.T) {
	for range 20 {
		err := edo.Run(func(task *edo.Task) error {
			root := cancel.New()
			var handles []*edo.JoinHandle[edo.Unit]
			var woken atomic.Int64
			for range 100 {
				child := root.Child()
				handles = append(handles, edo.Go(task, func(task *edo.Task) error {
					defer child.Drop()
					grandchild := child.Child()
					defer grandchild.Drop()
					if err := grandchild.Cancelled(task); err != nil {
						return err
					}
					woken.Add(1)
					return nil
				}))
			}
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(root.Cancel)
			}
			wg.Go(func() {
				for range 100 {
					root.Child().Drop()
				}
			})
			for _, h := range handles {
				if _, err := h.Await(task); err != nil {
					return err
				}
			}
			edo.Blocking(task, func(*edo.Task) (int, error) { wg.Wait(); return 0, nil }).Await(task)
			if woken.Load() != 100 {
				return fmt.Errorf("%d were woken", woken.Load())
			}
			return nil
		}, tasktest.Quiet(edo.Config{Workers: 4}))
		if err != nil {
			t.Fatal(err)
		}
	}
}
