package edo

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/edo-go/edo/internal/gid"
)

// A RunOption changes how [Run] runs.
type RunOption func(*runOptions)

type runOptions struct {
	config  Config
	signals bool
}

// WithConfig makes Run use a runtime that is made as c says.
func WithConfig(c Config) RunOption { return func(o *runOptions) { o.config = c } }

// WithSignals makes an interrupt (Ctrl-C) or a SIGTERM end the program in order.
// The first cancels the main task alone: a server stops accepting and finishes what
// it began. The second cancels all tasks. A third one kills the process, as without
// WithSignals.
func WithSignals() RunOption { return func(o *runOptions) { o.signals = true } }

// Run runs main as a task, and returns when it and every other task, spawned by
// anyone, have ended. It returns main's error, joined with the errors and panics
// of tasks that nobody joined: the first 32 and how many more. [ErrCancelled] from
// a task that was aborted is none.
//
// Main is one more task: when it ends, by an error too, the others go on. Run
// inside a task is an error.
func Run(main func(task *Task) error, opts ...RunOption) error {
	_, err := run(opts, func(rt *Runtime, mark SpawnOption) *JoinHandle[Unit] {
		return Go(rt, main, mark)
	})
	return err
}

// RunFuture is [Run] with a future for main, and returns its value too.
func RunFuture[T any](f Future[T], opts ...RunOption) (T, error) {
	return run(opts, func(rt *Runtime, mark SpawnOption) *JoinHandle[T] {
		return Spawn(rt, f, mark)
	})
}

var errNested = errors.New("edo: Run inside a task would stop its worker: spawn a task and await it")

func run[T any](opts []RunOption, start func(*Runtime, SpawnOption) *JoinHandle[T]) (T, error) {
	var zero T
	var o runOptions
	for _, opt := range opts {
		opt(&o)
	}
	if runtimes.inside(gid.Get()) {
		return zero, errNested
	}
	rt, err := New(o.config)
	if err != nil {
		return zero, err
	}
	var signals chan os.Signal
	if o.signals { // before main can run
		signals = make(chan os.Signal, 1)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		rt.signals.Store(true)
	}
	main := start(rt, func(x *extra) { x.main = true })
	if o.signals {
		defer heed(rt, signals, main.Abort)()
	}
	rt.release()
	<-rt.gone
	if x := main.extra.Load(); !x.asked {
		err = x.err
	}
	return main.value, rt.failures.join(err)
}

// heed makes the first signal drain rt and the second end it. The function that it
// returns waits until rt has ended and signals are as they were.
func heed(rt *Runtime, signals chan os.Signal, drain func()) (wait func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer signal.Stop(signals)
		for _, act := range []func(){drain, rt.sched.CancelAll} {
			select {
			case <-signals:
				act()
			case <-rt.gone:
				return
			}
		}
	}()
	return func() { <-ended }
}
