package lease_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/clustertest"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/internal/tasktest"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	tasktest.Main(m)
}

// long is one that no test waits for.
var long = lease.Config{TTL: time.Hour}

// run runs fn in a runtime of its own.
func run(t *testing.T, fn func(task *edo.Task) error) {
	t.Helper()
	clustertest.Run(t, fn)
}

// with runs fn with a broker in the process, and two members of a space: each has a connection of its
// own.
func with(t *testing.T, cfg lease.Config, fn func(task *edo.Task, mine, other *lease.Space) error) {
	t.Helper()
	withConns(t, func(task *edo.Task, mine, other *cluster.Conn) error {
		a, err := lease.NewSpace(task, mine, "test", cfg)
		if err != nil {
			return err
		}
		b, err := lease.NewSpace(task, other, "test", cfg)
		if err != nil {
			return err
		}
		return fn(task, a, b)
	})
}

// withConns runs fn with a broker in the process, and with another connection to it.
func withConns(t *testing.T, fn func(task *edo.Task, mine, other *cluster.Conn) error) {
	t.Helper()
	run(t, func(task *edo.Task) error {
		folder := filepath.Join(t.TempDir(), "broker")
		mine, err := (&cluster.Broker{Listen: "127.0.0.1:0"}).Open(task, folder)
		if err != nil {
			return err
		}
		defer mine.Drop()
		other, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer other.Drop()
		if err := fn(task, mine, other); err != nil {
			return err
		}
		if err := other.Close(task); err != nil {
			return err
		}
		return mine.Close(task)
	})
}

// until yields until is holds.
func until(task *edo.Task, is func() bool) error { return clustertest.Until(task, is) }

// untilReported waits until a report has the text.
func untilReported(task *edo.Task, text string) error { return clustertest.UntilReported(task, text) }

// free waits until nothing holds the lease, and fails when another than holder has it meanwhile.
func free(task *edo.Task, s *lease.Space, name, holder string) error {
	for {
		l, err := s.TryAcquire(task, name, "the test")
		held, isHeld := err.(*lease.HeldError)
		switch {
		case err == nil:
			return l.Release(task)
		case !isHeld:
			return err
		case held.Holder != holder:
			return fmt.Errorf("%q holds the lease, and not %q", held.Holder, holder)
		}
	}
}
