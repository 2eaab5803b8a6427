package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// patience is how long a process may take before it counts as hung.
const patience = 2 * time.Minute

// A program is a process that this one has started.
type program struct {
	cmd    *exec.Cmd
	in     io.WriteCloser // a server ends when it is closed
	out    *bufio.Reader
	errs   bytes.Buffer
	cancel context.CancelFunc
	ctx    context.Context
}

// start starts a process. It ends with ctx, and when stop is called.
func start(ctx context.Context, cmd func(context.Context) *exec.Cmd) (*program, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	p := &program{ctx: ctx, cancel: cancel, cmd: cmd(ctx)}
	p.cmd.Stderr = &p.errs
	p.cmd.WaitDelay = time.Second
	in, err := p.cmd.StdinPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	p.in, p.out = in, bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	return p, nil
}

// line returns the next line that the program prints.
func (p *program) line() (string, error) {
	text, err := p.out.ReadString('\n')
	if err != nil {
		return "", p.failure(err)
	}
	return strings.TrimSpace(text), nil
}

// result reads a line of JSON into v.
func (p *program) result(v any) error {
	text, err := p.line()
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return p.failure(fmt.Errorf("what the process printed is no result: %w: %.200q", err, text))
	}
	return nil
}

// failure waits for a program that has failed, and returns the reason.
func (p *program) failure(err error) error {
	if waited := p.stop(); waited != nil {
		err = waited
	}
	if errors.Is(p.ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("no end after %v", patience)
	}
	if p.errs.Len() > 0 {
		return fmt.Errorf("%w\n%s", err, p.errs.Bytes()[:min(p.errs.Len(), 4000)])
	}
	return err
}

// stop closes the program's standard input, which ends a server, and waits for the process.
func (p *program) stop() error {
	p.in.Close()
	end := time.AfterFunc(20*time.Second, p.cancel)
	defer end.Stop()
	defer p.cancel()
	return p.cmd.Wait()
}

// runOnce runs a program that prints one result.
func runOnce(ctx context.Context, cmd func(context.Context) *exec.Cmd) (r result, err error) {
	p, err := start(ctx, cmd)
	if err != nil {
		return r, err
	}
	if err := p.result(&r); err != nil {
		return r, err
	}
	return r, p.stop()
}

// self returns a function that makes the command of a child that executes do: this program
// itself.
func self(do order) func(context.Context) *exec.Cmd {
	name, err := os.Executable()
	if err != nil {
		name = os.Args[0]
	}
	return child(name, do)
}

// self returns a function that makes the command of a child that executes do: this program
// itself, or the compiled one.
func (p *peerPrograms) self(do order) func(context.Context) *exec.Cmd {
	if do.Style == inCompiled {
		return child(p.compiled, do)
	}
	return self(do)
}

// child returns a function that makes the command of the program name, which executes do.
func child(name string, do order) func(context.Context) *exec.Cmd {
	return func(ctx context.Context) *exec.Cmd {
		text, err := json.Marshal(do)
		if err != nil {
			panic(err) // an order is plain data
		}
		cmd := exec.CommandContext(ctx, name)
		cmd.Env = append(os.Environ(), childVariable+"="+string(text))
		if do.Load != nil {
			// The goroutine of the client is never preempted.
			cmd.Env = append(cmd.Env, "GODEBUG=asyncpreemptoff=1")
		}
		return cmd
	}
}
