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
	time       time.Duration
	out        io.Writer
	isTerminal bool
}

// folder is the directory of a process.
func (f *fleet) folder(i int) string { return filepath.Join(f.dir, strconv.Itoa(i)) }

// every is how often the live line changes.
const every = 250 * time.Millisecond

// grace is how much longer than its time a process may take: it ends the run that it is in, and
// shrinks what that has found.
const grace = 30 * time.Second

// run runs all processes to their ends. command makes the command of each.
func (f *fleet) run(ctx context.Context, command func(ctx context.Context, i int) *exec.Cmd) error {
	ctx, cancel := context.WithTimeout(ctx, f.time+grace)
	defer cancel()
	var wait sync.WaitGroup
	errs := make([]error, f.processes)
	begin := time.Now()
	for i := range f.processes {
		c := command(ctx, i)
		if err := os.MkdirAll(f.folder(i), 0o777); err != nil {
			return err
		}
		c.Env = append(c.Environ(),
			"EDO_HUNT="+f.folder(i),
			fmt.Sprintf("EDO_HUNT_SEEDS=%d,%d", i, f.processes),
			"EDO_HUNT_FOR="+f.time.String())
		c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
		c.WaitDelay = 5 * time.Second
		var said strings.Builder
		c.Stdout, c.Stderr = &said, &said
		if err := c.Start(); err != nil {
			cancel()
			wait.Wait()
			return err
		}
		wait.Go(func() {
			if err := c.Wait(); err != nil && ctx.Err() == nil {
				errs[i] = fmt.Errorf("process %d: %v\n%s", i, err, tail(said.String()))
			}
		})
	}
	ended := make(chan struct{})
	go func() { wait.Wait(); close(ended) }()
	f.watch(begin, ended)
	sum := f.progress()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if sum.Runs == 0 {
		return errors.New("no schedule was run: no test of this name calls sim.Explore, or the first run did not end in time")
	}
	return nil
}

// tail returns the last lines of a text.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// watch writes the live line until the processes have ended, and then the last one.
func (f *fleet) watch(begin time.Time, ended <-chan struct{}) {
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
			if f.isTerminal {
				fmt.Fprint(f.out, "\r\x1b[K"+f.progress().line(time.Since(begin)))
			}
		}
	}
}
