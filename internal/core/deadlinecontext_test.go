package core

import (
	"context"
	"sync"
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
