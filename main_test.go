package edo_test

import (
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/edo-go/edo"
)

// TestMain ends a test run that hangs, with all stacks.
func TestMain(m *testing.M) {
	time.AfterFunc(4*time.Minute, func() {
		buf := make([]byte, 4<<20)
		os.Stderr.Write(buf[:runtime.Stack(buf, true)])
		panic("the tests hang")
	})
	os.Exit(m.Run())
}

// quiet keeps expected errors out of the log.
func quiet(c edo.Config) edo.RunOption {
	c.OnError = func(error) {}
	return edo.WithConfig(c)
}

// configs are the kinds of runtime that everything must work on.
var configs = []struct {
	name   string
	config edo.Config
}{
	{"current-thread", edo.Config{CurrentThread: true}},
	{"workers=1", edo.Config{Workers: 1}},
	{"workers=2", edo.Config{Workers: 2}},
	{"workers=4", edo.Config{Workers: 4}},
}

func onAll(t *testing.T, f func(t *testing.T, opt edo.RunOption)) {
	for _, c := range configs {
		t.Run(c.name, func(t *testing.T) { f(t, quiet(c.config)) })
	}
}
