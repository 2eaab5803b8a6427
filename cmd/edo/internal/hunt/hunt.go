package hunt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/command"
)

const about = `
Runs a test that calls sim.Explore under as many seeds as it can in a time, on all
cores:

  edo hunt ./pkg -run TestX

Of each kind of failure, which is its text without numbers and the lines at which the
schedule switches, the schedule with the fewest switches is written to testdata/sim/TestX
in the folder of the package, by default that of the working directory. There go test
replays it from then on, before all seeds. Of several tests each has the time, one after
the other. The status is 1 if anything was found.`

// Run is the command. It returns the exit status.
func Run(args []string, out, errs io.Writer) int {
	h := hunter{pkg: ".", grace: 30 * time.Second, out: out}
	s := command.NewSet("edo hunt", about, out, errs)
	s.Operand(&h.pkg, "[package]")
	s.Time(&h.time, "for", time.Minute, "a `time`: how long to hunt")
	s.StringVar(&h.pattern, "run", "", "a `pattern`: the test, as of go test")
	s.IntVar(&h.processes, "processes", runtime.NumCPU(), "how many processes share the seeds: a `number`")
	s.BoolVar(&h.race, "race", false, "with the race detector")
	status, ok := s.Parse(args, func() error {
		switch {
		case h.pattern == "":
			return errors.New("-run says which test: there must be one")
		case h.processes < 1:
			return errors.New("-processes must be 1 or more")
		}
		return nil
	})
	if !ok {
		return status
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	found, err := h.hunt(ctx)
	if err != nil {
		return s.Fail(err)
	}
	if found > 0 {
		return command.Failed
	}
	return command.OK
}

// hunter is one hunt.
type hunter struct {
	pkg, pattern string
	time         time.Duration
	grace        time.Duration
	processes    int
	race         bool
	keepIn       string // the folder whose testdata gets the failures; "": that of the package
	out          io.Writer
}

// hunt builds the test, runs it, and keeps what it finds. It returns how many kinds of failures
// there are.
func (h *hunter) hunt(ctx context.Context) (found int, err error) {
	work, err := os.MkdirTemp("", "edo-hunt-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(work)
	folder, err := output(ctx, "go", "list", "-f", "{{.Dir}}", h.pkg)
	if err != nil {
		return 0, err
	}
	folder = strings.TrimSpace(folder)
	if strings.Contains(folder, "\n") {
		return 0, fmt.Errorf("%s is several packages: name one", h.pkg)
	}
	binary := filepath.Join(work, "hunt.test")
	build := []string{"test", "-c", "-o", binary}
	if h.race {
		build = append(build, "-race")
	}
	if _, err := output(ctx, "go", append(build, h.pkg)...); err != nil {
		return 0, err
	}
	if _, err := os.Stat(binary); err != nil {
		return 0, fmt.Errorf("%s has no tests", h.pkg)
	}
	fleet := &fleet{processes: h.processes, dir: work, time: h.time, grace: h.grace, out: h.out, isTerminal: isTerminal(h.out)}
	err = fleet.run(ctx, func(ctx context.Context, i int) *exec.Cmd {
		c := exec.CommandContext(ctx, binary, "-test.run", h.pattern, "-test.timeout", "0", "-test.count", "1")
		c.Dir = folder
		return c
	})
	failures, err2 := fleet.failures() // also when a process has failed: they are true
	if h.keepIn != "" {
		folder = h.keepIn
	}
	return len(failures), errors.Join(err, err2, keep(h.out, folder, h.pkg, failures))
}

// output runs a command and returns what it prints; the error has what it says on standard error.
func output(ctx context.Context, name string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, name, args...)
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %v\n%s", name, strings.Join(args, " "), err, strings.TrimSpace(errs.String()+string(out)))
	}
	return string(out), nil
}

// isTerminal reports whether out is one: then a line may be written over.
func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
