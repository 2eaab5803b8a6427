package edotest_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/oneshot"
)

// A test of a protocol: the connection plays the steps that are written here, and nothing
// else.
func ExampleScript() {
	var t testing.TB = &recorder{} // the *testing.T of the test

	task := edotest.NewTask()
	conn := edotest.NewScript(t).
		Read([]byte("ping")).
		Wait().
		Write([]byte("pong"))

	fmt.Println(edotest.RequireReady(t, task, reads{conn, 4}))
	edotest.RequirePending(t, task, writes{conn, "pong"})
	conn.Wake()
	edotest.RequireWoken(t, task, 1)
	fmt.Println(edotest.RequireReady(t, task, writes{conn, "pong"}))
	// Output:
	// ping
	// 4
}

// A mock task polls when the test says so, and counts the wakes.
func ExampleTask() {
	task := edotest.NewTask()
	task.Enter(func(cx *edo.Context) {
		w := cx.Waker()
		w.Wake()
	})
	fmt.Println("woken", task.TakeWakes(), "time")
	// Output: woken 1 time
}

// The reasons that a report would give why a task waits.
func ExampleWaits() {
	_, rx := oneshot.New[int]()
	for _, w := range edotest.Waits(edotest.NewTask(), rx) {
		fmt.Println(w.On, "by", w.By)
	}
	// Output: oneshot: receive by [its sender, which has neither sent nor closed (a function that may fail defers its Close)]
}
