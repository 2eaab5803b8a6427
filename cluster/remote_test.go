package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/remote"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
)

// served runs a member with the functions while fn runs, and then stops it.
func served(task *edo.Task, conn *cluster.Conn, limit int, functions []cluster.Offered, fn func(m *cluster.Member) error) error {
	m, err := cluster.Serve(task, conn, limit, functions...)
	if err != nil {
		return err
	}
	serves := edo.Spawn(task, edo.Future[edo.Unit](m))
	if err := fn(m); err != nil {
		serves.Abort()
		serves.Await(task)
		return err
	}
	m.Stop()
	_, err = serves.Await(task)
	return err
}

var square = cluster.NewFunc[int, int]("square", cluster.FuncConfig{})

func squares(task *edo.Task, n int) (int, error) {
	switch n {
	case -1:
		return 0, errors.New("it is negative")
	case -2:
		panicHere()
	}
	return n * n, nil
}

func panicHere() { panic("it is very negative") }

func TestARemoteCallReturnsWhatTheFunctionDoes(t *testing.T) {
	for _, stored := range []bool{false, true} {
		t.Run(fmt.Sprint("stored=", stored), func(t *testing.T) {
			f := cluster.NewFunc[int, int]("square", cluster.FuncConfig{Stored: stored})
			with(t, func(task *edo.Task, conn *cluster.Conn) error {
				return served(task, conn, 4, []cluster.Offered{cluster.Offer(f, squares)}, func(m *cluster.Member) error {
					if v, err := cluster.Spawn(task, conn, f, 12).Await(task); v != 144 || err != nil {
						t.Errorf("it is %d, %v", v, err)
					}
					if v, err := cluster.Call(task, conn, f, 13); v != 169 || err != nil {
						t.Errorf("it is %d, %v", v, err)
					}
					_, err := cluster.Call(task, conn, f, -1)
					if e, ok := errors.AsType[*cluster.RemoteError](err); !ok || !strings.HasSuffix(e.Text, "it is negative") || !strings.Contains(e.Member, m.ID()) {
						t.Errorf("an error is %v", err)
					}
					_, err = cluster.Call(task, conn, f, -2)
					e, ok := errors.AsType[*cluster.RemotePanicError](err)
					if !ok || e.Value != "it is very negative" || !strings.Contains(string(e.Stack), "panicHere") {
						t.Errorf("a panic is %v", err)
					}
					_, stack, _ := strings.Cut(err.Error(), "\n\ngoroutine ")
					if _, frames, _ := strings.Cut(stack, "\n"); !strings.HasPrefix(frames, "github.com/edo-go/edo/cluster_test.panicHere") {
						t.Errorf("the stack is\n%s", stack)
					}
					return nil
				})
			})
		})
	}
}

func TestAMapHasTheResultsInOrderAndAtMostAsManyCallsAsItsLimit(t *testing.T) {
	const n, limit = 200, 7
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		var mu sync.Mutex
		now, most := 0, 0
		count := func(by int) {
			mu.Lock()
			now += by
			most = max(most, now)
			mu.Unlock()
		}
		f := cluster.Offer(square, func(task *edo.Task, v int) (int, error) {
			count(1)
			defer count(-1)
			if err := edo.Yield(task); err != nil {
				return 0, err
			}
			return squares(task, v)
		})
		return served(task, conn, 100, []cluster.Offered{f}, func(*cluster.Member) error {
			args := upTo(n)
			all, err := cluster.Map(task, conn, square, args, limit)
			for i, v := range all {
				if v != i*i {
					t.Errorf("the result %d is %d", i, v)
				}
			}
			if err != nil || len(all) != n || most > limit {
				t.Errorf("%d results, %v, with %d at a time", len(all), err, most)
			}
			if _, err = cluster.Map(task, conn, square, args, 0); err == nil {
				t.Error("the limit 0 is none")
			}
			return nil
		})
	})
}

// The calls after the one that fails wait until they are aborted: so the Map ends only if it aborts them. Those before
// it may run for as long as it does: a machine may have any of them stand.
func TestAMapWithAnErrorAbortsItsCalls(t *testing.T) {
	const n, limit, bad = 200, 7, 150
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		forever := lock.NewSemaphore(0)
		var late atomic.Int32
		f := cluster.Offer(square, func(task *edo.Task, v int) (int, error) {
			if v > bad {
				late.Add(1)
				return 0, forever.Acquire(task, 1)
			}
			return squares(task, v)
		})
		return served(task, conn, 100, []cluster.Offered{f}, func(*cluster.Member) error {
			args := upTo(n)
			args[bad] = -1
			all, err := cluster.Map(task, conn, square, args, limit)
			var failed *cluster.MapError
			if !errors.As(err, &failed) || failed.Argument != bad || !strings.Contains(err.Error(), "the argument 150: ") || len(all) != n {
				t.Fatalf("a Map with an error is %v, %v", all, err)
			}
			running := 1 + int(late.Load()) // when the one at bad has ended
			for i, v := range all {
				switch isMissing := slices.Contains(failed.Missing, i); {
				case i >= bad && !isMissing, !isMissing && v != i*i:
					t.Errorf("the result %d is %d, and missing are %d", i, v, failed.Missing)
				case i < bad && isMissing:
					running++
				}
			}
			if running > limit {
				t.Errorf("%d calls had begun and not ended, with the limit %d; missing are %d", running, limit, failed.Missing)
			}
			if want := fmt.Sprintf("; %d of 200 have a result", n-len(failed.Missing)); !strings.Contains(err.Error(), want) {
				t.Errorf("the error is %q, want %q in it", err, want)
			}
			return nil
		})
	})
}

// upTo returns the numbers below n.
func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

// waiting is a function that says when it has begun, and with what it has ended.
type waiting struct {
	f     *cluster.Func[string, int]
	begun *tally
	ended *tally
	gate  lock.Semaphore
}

func newWaiting(name string, cfg cluster.FuncConfig, begins, ends int) *waiting {
	return &waiting{f: cluster.NewFunc[string, int](name, cfg), begun: newTally(begins), ended: newTally(ends)}
}

func (w *waiting) offer() cluster.Offered {
	return cluster.Offer(w.f, func(task *edo.Task, arg string) (int, error) {
		w.begun.add(arg)
		err := w.gate.Acquire(task, 1)
		switch {
		case err == nil:
			w.ended.add(arg + " ends")
		case errors.Is(err, edo.ErrCancelled):
			w.ended.add(arg + " is cancelled")
		}
		return len(arg), err
	})
}

func TestAnAbortReachesTheOtherMachine(t *testing.T) {
	for _, stored := range []bool{false, true} {
		t.Run(fmt.Sprint("stored=", stored), func(t *testing.T) {
			w := newWaiting("waits", cluster.FuncConfig{Stored: stored}, 3, 3)
			with(t, func(task *edo.Task, conn *cluster.Conn) error {
				return served(task, conn, 4, []cluster.Offered{w.offer()}, func(*cluster.Member) error {
					h := cluster.Spawn(task, conn, w.f, "handle")
					inScope := errors.New("the scope ends")
					err := scope.Run(task, func(s *scope.Scope) error {
						cluster.Spawn(s, conn, w.f, "scope")
						edo.Go(s, func(task *edo.Task) error {
							_, err := cluster.Call(task, conn, w.f, "call")
							return err
						})
						if err := w.begun.await(task); err != nil {
							return err
						}
						return inScope
					})
					if !errors.Is(err, inScope) {
						return err
					}
					h.Abort()
					if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
						t.Errorf("an aborted call is %v", err)
					}
					if err := w.ended.await(task); err != nil {
						return err
					}
					if w.ended.count("handle is cancelled")+w.ended.count("scope is cancelled")+w.ended.count("call is cancelled") != 3 {
						t.Errorf("calls have ended as %v", w.ended.order)
					}
					return nil
				})
			})
		})
	}
}

func TestTheTimeLimitOfTheCallerEndsTheFunction(t *testing.T) {
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		// The limit grows until the machine is so fast that both functions have begun within it.
		for limit, hasBegun := 300*time.Millisecond, false; !hasBegun; limit *= 2 {
			w := newWaiting("waits", cluster.FuncConfig{}, 2, 2)
			err := served(task, conn, 4, []cluster.Offered{w.offer()}, func(*cluster.Member) error {
				var h *edo.JoinHandle[int]
				_, err := timer.Timeout(task, limit, func(task *edo.Task) (int, error) {
					h = cluster.Spawn(task, conn, w.f, "spawned") // the task of the call is not ended by the limit, and its function is
					return cluster.Call(task, conn, w.f, "called")
				})
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the call is %v", err)
				}
				_, err = h.Await(task)
				if _, ok := errors.AsType[*cluster.RemoteError](err); !ok || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the spawned call is %v", err)
				}
				return nil
			}) // it ends when its functions have
			if err != nil {
				return err
			}
			spawned, called := w.begun.count("spawned"), w.begun.count("called")
			if w.ended.count("spawned is cancelled") != spawned || w.ended.count("called is cancelled") != called {
				return fmt.Errorf("%d and %d have begun, and calls have ended as %v", spawned, called, w.ended.order)
			}
			hasBegun = spawned+called == 2
		}
		return nil
	})
}

func TestAFunctionOrAVersionThatNoMemberOffersIsAnError(t *testing.T) {
	second := cluster.NewFunc[int, int]("square", cluster.FuncConfig{Version: 2})
	stored := cluster.NewFunc[int, int]("square", cluster.FuncConfig{Version: 3, Stored: true})
	cube := cluster.NewFunc[int, int]("cube", cluster.FuncConfig{})
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		unknown := func(f *cluster.Func[int, int], want string) {
			_, err := cluster.Call(task, conn, f, 1)
			if _, ok := errors.AsType[*cluster.UnknownFuncError](err); !ok || !strings.Contains(err.Error(), want) {
				t.Errorf("it is %v, want %q", err, want)
			}
		}
		unknown(square, "no member offers the function square")
		offers := []cluster.Offered{cluster.Offer(square, squares), cluster.Offer(second, squares)}
		return served(task, conn, 1, offers, func(*cluster.Member) error {
			unknown(cube, "no member offers the function cube")
			unknown(stored, "no member offers version 3 of the function square: one offers 0, 2")
			if v, err := cluster.Call(task, conn, second, 3); v != 9 || err != nil {
				t.Errorf("version 2 is %d, %v", v, err)
			}
			_, err := cluster.Call(task, conn, cluster.NewFunc[int, int]("a*", cluster.FuncConfig{}), 3)
			if err == nil || !strings.Contains(err.Error(), "has a wildcard") {
				t.Errorf("a name with a wildcard is %v", err)
			}
			_, err = cluster.Call(task, conn, cluster.NewFunc[chan int, int]("square", cluster.FuncConfig{}), nil)
			if err == nil || !strings.Contains(err.Error(), "cannot be encoded") {
				t.Errorf("an argument without a code is %v", err)
			}
			_, err = cluster.Call(task, conn, cluster.NewFunc[string, int]("square", cluster.FuncConfig{}), strings.Repeat("a", 1<<20))
			if _, ok := errors.AsType[*cluster.SizeError](err); !ok {
				t.Errorf("a large argument is %v", err)
			}
			_, err = cluster.Call(task, conn, cluster.NewFunc[string, int]("square", cluster.FuncConfig{}), "four")
			if err == nil || !strings.Contains(err.Error(), "an argument cannot be decoded") {
				t.Errorf("an argument of another type is %v", err)
			}
			return nil
		})
	})
}

// A queue that was deleted is no reason to ask for ever.
func TestAStoredCallWithoutItsQueueIsAnError(t *testing.T) {
	t.Parallel()
	f := cluster.NewFunc[int, int]("square", cluster.FuncConfig{Stored: true})
	with(t, func(task *edo.Task, conn *cluster.Conn) error {
		m, err := cluster.Serve(task, conn, 1, cluster.Offer(f, squares))
		if err != nil {
			return err
		}
		defer m.Drop()
		_, err = edo.Call(task, func(ctx context.Context) (edo.Unit, error) {
			return edo.Unit{}, conn.JetStream().DeleteStream(ctx, "edo_"+remote.QueueName("square", 0))
		})
		if err != nil {
			return err
		}
		_, err = cluster.Call(task, conn, f, 1)
		if _, ok := errors.AsType[*cluster.UnknownFuncError](err); !ok {
			t.Errorf("the call is %v", err)
		}
		m.Drop()
		return nil
	})
}
