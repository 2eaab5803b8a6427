package hunt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// fleet is the processes that hunt, each with a directory of its own below dir.
type fleet struct {
	processes  int
	dir        string
	time       time.Duration // for which each Explore of a process hunts
	grace      time.Duration // how much longer it may take: it ends the run that it is in, and shrinks what that has found
	out        io.Writer
	isTerminal bool
}

// folder is the directory of a process.
func (f *fleet) folder(i int) string { return filepath.Join(f.dir, strconv.Itoa(i)) }

// every is how often the live line changes.
const every = 250 * time.Millisecond

// errOverdue says that a process has not ended.
var errOverdue = errors.New("a process has not ended in its time")

// run runs all processes to their ends. command makes the command of each.
func (f *fleet) run(ctx context.Context, command func(ctx context.Context, i int) *exec.Cmd) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wait sync.WaitGroup
	errs := make([]error, f.processes)
	begin := time.Now()
	for i := range f.processes {
		c := command(ctx, i)
		if err := os.MkdirAll(f.folder(i), 0o777); err != nil {
			return err
		}
		c.Env = append(c.Environ(),
			"EDO_SEED=", "EDO_SCHEDULE=", // a replay is no hunt
			"EDO_HUNT="+f.folder(i),
			fmt.Sprintf("EDO_HUNT_SEEDS=%d,%d", i, f.processes),
			"EDO_HUNT_FOR="+f.time.String())
		c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
		c.WaitDelay = 5 * time.Second
		var said strings.Builder
		c.Stdout, c.Stderr = &said, &said
		if err := c.Start(); err != nil {
			cancel(err)
			wait.Wait()
			return err
		}
		wait.Go(func() {
			switch err := c.Wait(); {
			case err == nil:
			case ctx.Err() == nil:
				errs[i] = fmt.Errorf("process %d: %v\n%s", i, err, tail(said.String()))
			case context.Cause(ctx) == errOverdue:
				errs[i] = f.overdue(i)
			}
		})
	}
	ended := make(chan struct{})
	go func() { wait.Wait(); close(ended) }()
	f.watch(begin, ended, func() { cancel(errOverdue) })
	sum := f.progress()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if sum.Runs == 0 {
		return errors.New("no schedule was run: no test of this name calls sim.Explore, or another one ended the process before")
	}
	return nil
}

// tail returns the last lines of a text.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// overdue is the error of a process that was ended because it had not ended.
func (f *fleet) overdue(i int) error {
	if p, ok := f.of(i); ok {
		return fmt.Errorf("process %d did not end: its last run was that of %s under EDO_SEED=%d", i, p.Test, p.Seed)
	}
	return fmt.Errorf("process %d did not end, and has not begun to hunt", i)
}

// watch writes the live line until the processes have ended, and then the last one. It calls giveUp when
// a process is overdue: its time begins again with each Explore.
func (f *fleet) watch(begin time.Time, ended <-chan struct{}, giveUp func()) {
	tests, since := make([]string, f.processes), make([]time.Time, f.processes)
	isLate := func(i int) bool {
		if p, ok := f.of(i); ok && p.Test != tests[i] {
			tests[i], since[i] = p.Test, time.Now()
		}
		return time.Since(since[i]) > f.time+f.grace
	}
	for i := range since {
		since[i] = begin
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			if f.isTerminal {
				fmt.Fprint(f.out, "\r\x1b[K")
			}
			fmt.Fprintln(f.out, f.progress().line(time.Since(begin)))
			return
		case <-tick.C:
			for i := range f.processes {
				if isLate(i) {
					giveUp()
				}
			}
			if f.isTerminal {
				fmt.Fprint(f.out, "\r\x1b[K"+f.progress().line(time.Since(begin)))
			}
		}
	}
}
