package parts

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"

	"github.com/edo-go/edo"
)

// A Part is a process of this program. Its standard error is that of this process.
type Part struct {
	cmd   *exec.Cmd
	input io.WriteCloser
	lines *bufio.Reader
	wait  func() error // waits for its end
}

// Start starts this program with these arguments, and waits until it has printed a line, which it
// returns.
func Start(task *edo.Task, args ...string) (p *Part, line string, err error) {
	p, err = start(args)
	if err != nil {
		return nil, "", err
	}
	line, err = edo.Call(task, func(context.Context) (string, error) {
		line, err := p.lines.ReadString('\n')
		return strings.TrimSpace(line), err
	})
	if err != nil {
		p.Kill()
		return nil, "", fmt.Errorf("a part has ended before it was ready: %w", err)
	}
	return p, line, nil
}

func start(args []string) (*Part, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &Part{cmd: exec.Command(self, args...)}
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	p.lines = bufio.NewReader(out)
	p.wait = sync.OnceValue(func() error {
		io.Copy(io.Discard, p.lines)
		return p.cmd.Wait()
	})
	return p, p.cmd.Start()
}

// PID returns the number of the process.
func (p *Part) PID() int { return p.cmd.Process.Pid }

// Stop asks the part to end in order, and waits for its end.
func (p *Part) Stop(task *edo.Task) error {
	p.input.Close()
	_, err := edo.Call(task, func(context.Context) (edo.Unit, error) { return edo.Unit{}, p.wait() })
	return err
}

// Kill kills the part, and waits for its end. It may be called twice, and after Stop.
func (p *Part) Kill() {
	p.cmd.Process.Kill()
	p.wait()
}

// UntilStopped is for the part: it waits until Stop is called, or until the process is gone that has
// started it. A Ctrl-C reaches all processes of a terminal, and is left to that one.
func UntilStopped(task *edo.Task) error {
	signal.Ignore(os.Interrupt)
	input := edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
		io.Copy(io.Discard, os.Stdin)
		return edo.Unit{}, nil
	}, edo.Name("standard input"), edo.Daemon())
	_, err := input.Await(task)
	return err
}
