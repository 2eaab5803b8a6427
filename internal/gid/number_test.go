package gid

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

func TestAnotherGoroutineFindsTheNumberThatAStackHas(t *testing.T) {
	for range 50 {
		ids, heads := make(chan uintptr), make(chan string)
		end := make(chan struct{})
		go func() {
			buf := make([]byte, 100)
			ids <- Get()
			heads <- string(buf[:runtime.Stack(buf, false)])
			<-end
		}()
		id, head := <-ids, <-heads
		if want := fmt.Sprintf("goroutine %d [", Number(id)); !strings.HasPrefix(head, want) {
			t.Errorf("the number is %d of %q", Number(id), head)
		}
		close(end)
	}
	if n := Number(0); n != 0 {
		t.Errorf("no goroutine has the number %d", n)
	}
}
