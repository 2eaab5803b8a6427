package socket

import (
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/inside"
	"github.com/edo-go/edo/sim"
)

// withEnds returns a main function that runs fn with both ends of a connection.
func withEnds(fn func(task *edo.Task, a, b *Conn) error) func(task *edo.Task) error {
	return func(task *edo.Task) error {
		l, err := Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		a, err := Dial(task, "tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer a.Close()
		b, err := l.Accept(task)
		if err != nil {
			return err
		}
		defer b.Close()
		return fn(task, a, b)
	}
}

// onBoth runs a test in the simulator, under some seeds, and on the real network.
func onBoth(t *testing.T, fn func(task *edo.Task, a, b *Conn) error) {
	t.Helper()
	t.Run("simulated", func(t *testing.T) { sim.Explore(t, 50, func(seed uint64) error { return sim.Run(seed, withEnds(fn)) }) })
	t.Run("real", func(t *testing.T) {
		if err := edo.Run(withEnds(fn), edo.WithConfig(edo.Config{Workers: 4})); err != nil {
			t.Fatal(err)
		}
	})
}

// virtual runs main in a simulation, and returns the errors of its OnError.
func virtual(t *testing.T, main func(task *edo.Task, now func() time.Duration) error) (reports []error) {
	t.Helper()
	config := sim.Config{Runtime: edo.Config{OnError: func(err error) { reports = append(reports, err) }}}
	err := sim.Run(1, func(task *edo.Task) error {
		d, err := inside.Driver(task)
		if err != nil {
			return err
		}
		return main(task, func() time.Duration { return time.Duration(d.Now()) })
	}, sim.WithConfig(config))
	if err != nil {
		t.Fatal(err)
	}
	return reports
}

// connected runs fn in a simulation with both ends of a connection.
func connected(t *testing.T, fn func(task *edo.Task, a, b *Conn, now func() time.Duration) error) {
	t.Helper()
	virtual(t, func(task *edo.Task, now func() time.Duration) error {
		return withEnds(func(task *edo.Task, a, b *Conn) error { return fn(task, a, b, now) })(task)
	})
}

// in returns the time d from now, on the runtime's clock.
func in(task *edo.Task, d time.Duration) time.Time {
	drv, err := inside.Driver(task)
	if err != nil {
		panic(err)
	}
	return drv.Time(drv.Now()).Add(d)
}
