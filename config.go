package edo

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/edo-go/edo/internal/core"
)

// Config says how a runtime is made. The zero value works.
type Config struct {
	// Workers is how many workers poll tasks, each on a goroutine of its own. 0
	// means GOMAXPROCS.
	Workers int

	// CurrentThread asks for one worker, and for no spare ones: tasks never run at
	// the same time, not even when one blocks, which then holds up the others.
	CurrentThread bool

	// OnError is called for every task that ends with an error or a panic while no task
	// waits for its handle, as it happens, and for errors that edo handles itself,
	// such as a connection that could not be accepted for want of descriptors, and for
	// a [*StallError]. It is called from the workers and must neither block nor panic;
	// for a StallError from a goroutine of its own, which may shut the runtime down.
	// nil means [slog.Error], and standard error for the report of a stall.
	OnError func(err error)

	// OnPanic is called for every task that panics, as it happens, before a task joins
	// it. When it returns true the runtime ends at once: all tasks are cancelled. It is
	// called like OnError. nil means that the other tasks go on.
	OnPanic func(err *PanicError) (end bool)

	// StallAfter is how long nothing must have happened, with no task that could run,
	// no timer, no I/O to wait for and no blocking task at work, before OnError is told,
	// by a [*StallError], which tasks wait and what for. 0 means ten seconds; less than
	// 0, never. The tasks are left as they are: a goroutine that is no task may wake
	// them; the same report is not made twice. There is none while a goroutine may still
	// spawn, before [Runtime.Wait] or Shutdown, and with [WithSignals]. In the simulator,
	// where nothing is outside, a stall is found at once and ends the run. But its clock
	// stands while a blocking task runs: when for StallAfter of real time nothing else has
	// run, OnError is told which tasks wait, once.
	//
	// It is also how often a runtime looks for tasks that wait for each other while
	// others go on, in a cycle of locks and joins: an island, of which OnError is told
	// once, by a StallError that says so. A look asks 10,000 tasks at the most, in some
	// ten milliseconds, and with one worker 2,000; those behind them are the next
	// look's. There is no look while no task has run since all were asked.
	StallAfter time.Duration

	// Trace makes every task remember where it was spawned and by which task, for
	// reports. It costs about a microsecond and 370 bytes for each.
	Trace bool

	// SlowPoll is how long a poll may take before OnError is told, by a [*SlowPollError], once, while it
	// still goes on: a task that computes or blocks for so long holds up its worker. The runtime
	// looks every ten milliseconds, and a poll that is found late is told of at most so much late. 0:
	// OnError is not told. In the simulator there are no slow polls.
	SlowPoll time.Duration

	// Labels makes every task have a label of the profiler, "edo.task", with its name: so a profile
	// tells which tasks have taken the time (go tool pprof -tagfocus, -tagroot=edo.task). A task has the
	// labels of its spawner as well. Labels that it sets itself (package runtime/pprof) are its own: in
	// direct style until it ends, in a future until the poll ends. [Task.Context] has the label, so that
	// pprof.Do with it puts the label back. A task costs 256 bytes more, and a poll of a future some
	// hundred nanoseconds.
	Labels bool

	// Regions makes every task a task of the execution tracer (package runtime/trace), from its spawn
	// to its end, and each of its polls a region with the name of the task, on the goroutine of the
	// worker, while a trace runs or a flight recorder does. [Task.Context] belongs to that task. A
	// function in direct style runs on a goroutine of its own within the region. A task costs 256
	// bytes more, a poll some ten nanoseconds, and some hundred while a trace runs.
	Regions bool

	driverOfConfig
}

// driverOfConfig is the driver that edo's own packages set: that of the simulator.
type driverOfConfig = core.ConfigDriver

// defaultStallAfter is what a Config.StallAfter of 0 means.
const defaultStallAfter = 10 * time.Second

func (c Config) stallAfter() time.Duration {
	switch {
	case c.StallAfter == 0:
		return defaultStallAfter
	case c.StallAfter < 0:
		return 0
	}
	return c.StallAfter
}

func (c Config) onError() func(error) {
	if c.OnError != nil {
		return c.OnError
	}
	return func(err error) {
		switch err.(type) {
		case *StallError, *blockedError: // lines, which a log would quote
			fmt.Fprintln(os.Stderr, err)
			return
		}
		slog.Error(err.Error())
		markPrinted(err)
	}
}

func (c Config) check() error {
	if c.Workers < 0 {
		return fmt.Errorf("edo: Config.Workers is %d: use 0 for GOMAXPROCS, or a positive number", c.Workers)
	}
	if c.SlowPoll < 0 {
		return fmt.Errorf("edo: Config.SlowPoll is %v: use 0 for no reports, or a positive duration", c.SlowPoll)
	}
	if c.CurrentThread && c.Workers > 1 {
		return fmt.Errorf("edo: Config.Workers is %d with CurrentThread, which has one: leave it 0", c.Workers)
	}
	return nil
}
