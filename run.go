package edo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/edo-go/edo/internal/core"
	"github.com/edo-go/edo/internal/gid"
)

// A RunOption changes how [Run] runs. The zero value changes nothing.
type RunOption struct{ apply func(*runOptions) }

type runOptions struct {
	config  Config
	signals bool
	ctx     context.Context // nil: none was given
}

// WithConfig makes Run use a runtime that is made as c says.
func WithConfig(c Config) RunOption {
	return RunOption{func(o *runOptions) { o.config = c }}
}

// WithContext makes Run cancel all tasks, main too, when ctx ends. Every [Task.Context]
// derives from ctx: it has its values and its deadline, and ends with its cause. When
// main is cut short by that, the error of Run matches [ErrCancelled] and the cause.
func WithContext(ctx context.Context) RunOption {
	return RunOption{func(o *runOptions) { o.ctx = ctx }}
}

// WithSignals makes an interrupt (Ctrl-C) or a SIGTERM end the program in order. The
// first cancels the main task alone: a server stops accepting and finishes what it
// began. When main has returned already, the first cancels all tasks. The second cancels
// all tasks. A third one kills the process, as without WithSignals.
//
// While something still runs a second later, and then every five seconds, a line on
// standard error says what: how many tasks have not ended, and what most of them wait
// for.
func WithSignals() RunOption {
	return RunOption{func(o *runOptions) { o.signals = true }}
}

// Run runs main as a task, and returns when it and every other task, wherever it was
// spawned, have ended. It returns main's error, joined with the errors and panics
// of tasks that no task has joined: the first 32 and how many more. [ErrCancelled] from
// a task that was aborted is none.
//
// What keeps Run from returning is in the report of [Dump], and with [WithSignals] on
// standard error after a signal. A task that it need not wait for is a [Daemon].
//
// Main is one more task: when it ends, by an error too, the others go on. Run
// inside a task is an error. The calling goroutine may be locked to its thread
// ([runtime.LockOSThread], as in init of a GUI program): main runs on another one.
//
//edo:spawn RunStep
func Run(main func(task *Task) error, opts ...RunOption) error {
	_, err := run(opts, func(rt *Runtime, mark SpawnOption) *JoinHandle[Unit] {
		return Go(rt, main, mark)
	})
	return err
}

// RunFuture is [Run] with a future for main, and returns its value too: the zero value when
// a signal has cut main short (see [WithSignals]), which is no error.
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
		if opt.apply != nil {
			opt.apply(&o)
		}
	}
	if core.Runtimes.AnyPollsOn(gid.Get()) {
		return zero, errNested
	}
	if o.ctx != nil {
		if err := o.ctx.Err(); err != nil {
			return zero, cutShort(o.ctx)
		}
	}
	rt, err := newRuntime(o.config, o.ctx)
	if err != nil {
		return zero, err
	}
	var signals chan os.Signal
	if o.signals { // before main can run
		signals = make(chan os.Signal, 1)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		rt.in().Signals.Store(true)
	}
	main := start(rt, spawnOption(func(x *core.Extra) { x.IsMain = true }))
	if o.signals {
		defer heed(rt, signals, main.AbortHandle())()
	}
	if o.ctx != nil {
		defer core.AfterContext(o.ctx, rt.in().Sched.CancelAll)()
	}
	rt.release()
	<-rt.in().Gone
	if x := main.head.Extra(); !x.ErrorIsAbort {
		err = x.Err
	} else if o.ctx != nil && o.ctx.Err() != nil {
		err = cutShort(o.ctx)
	}
	return main.value, rt.in().Failures.Join(err)
}

// cutShort says that ctx has ended what was run in it.
func cutShort(ctx context.Context) error {
	return fmt.Errorf("%w: %w", ErrCancelled, context.Cause(ctx))
}
