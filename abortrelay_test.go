package edo_test

import (
	"errors"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/invariant"
)

// A function that suspends looks whether the task that it goes to was aborted, and only
// then the poll of that one begins: an abort may come in between.
func TestAbortAsOneFunctionGoesToTheNextIsHeard(t *testing.T) {
	if !invariant.Enabled {
		t.Skip("needs -tags invariants, or -race")
	}
	const n = 4
	for _, begun := range []bool{false, true} {
		for at := range n + 1 { // those that suspend, and who awaits them
			var handles []*edo.JoinHandle[edo.Unit]
			var wakers []edo.Waker
			steps := -1
			invariant.SetStep(func(point string) {
				if point != "task.suspend: before the CAS" || steps < 0 {
					return
				}
				if steps++; steps == at+1 {
					for _, h := range handles {
						h.Abort()
					}
				}
			})
			done := make(chan error, 1)
			go func() {
				done <- edo.Run(func(task *edo.Task) error {
					for range n {
						handles = append(handles, edo.Go(task, func(task *edo.Task) error {
							_, err := edo.Await(task, pollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
								wakers = append(wakers, cx.Waker())
								return 0, edo.Pending, nil
							}))
							return err
						}))
					}
					if begun {
						for range 3 {
							edo.Yield(task)
						}
						for _, w := range wakers {
							w.Wake()
						}
					}
					steps = 0
					for _, h := range handles {
						if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
							t.Error(err)
						}
					}
					return nil
				}, quiet(alone))
			}()
			select {
			case err := <-done:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("functions had begun: %v; aborted as the one suspended that is number %d: hung", begun, at)
			}
			invariant.SetStep(nil)
		}
	}
}

func TestSpawnedAsyncThatItsSpawnerPollsEndsWithTheSpawner(t *testing.T) {
	ended := false
	err := edo.Run(func(task *edo.Task) error {
		edo.Go(task, func(task *edo.Task) error {
			f := edo.Async(func(task *edo.Task) (int, error) {
				defer func() { ended = true }()
				return edo.Await(task, pollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) { return 0, edo.Pending, nil }))
			})
			edo.Spawn(task, f)
			_, err := edo.Await(task, pollFunc[int](func(cx *edo.Context) (int, edo.Poll, error) {
				f.Poll(cx) // and forgets it
				return 0, edo.Ready, nil
			}))
			return err
		})
		return nil
	}, quiet(alone))
	if !ended {
		t.Error("the function has not ended, and Run has: ", err)
	}
}
