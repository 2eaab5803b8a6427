package edo

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestAfterFuncOfAnEndedContextMayTakeALockOfItsCaller(t *testing.T) {
	c, end := newDeadlineContext(context.Background(), time.Now().Add(time.Hour))
	end(context.Canceled)
	called := make(chan struct{})
	var mu sync.Mutex // as that of the context that package context makes
	mu.Lock()
	stop := c.(*deadlineContext).AfterFunc(func() {
		mu.Lock()
		defer mu.Unlock()
		close(called)
	})
	mu.Unlock()
	<-called
	if stop() {
		t.Error("it was called, and stopped")
	}
}

func TestContextDerivedWhileItsScopeIsCancelledEnds(t *testing.T) {
	err := Run(func(task *Task) error {
		for range 200 {
			err := WithScope(task, func(s *Scope) error {
				ctx := task.Context()
				var wg sync.WaitGroup
				var n atomic.Int32
				for range 3 {
					wg.Go(func() {
						for {
							derived, cancel := context.WithCancel(ctx)
							if ctx.Err() != nil {
								<-derived.Done()
								cancel()
								return
							}
							cancel()
							n.Add(1)
						}
					})
				}
				for n.Load() < 100 {
					runtime.Gosched()
				}
				s.Cancel()
				wg.Wait()
				return nil
			}, ScopeTimeout(time.Hour))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
