package clustertest

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Process is a process that a test starts, and may kill: the test program itself, which is told by its
// environment what to do. It says "ready" and where it listens, if it does, and ends when its input does.
type Process struct {
	*exec.Cmd
	Address string // where it listens; "": nowhere

	stdin  io.WriteCloser
	exited chan error
}

// Start starts a process with variables added to the environment, and waits until it is ready. hear is
// called with each line that follows, by one goroutine; nil: they are lost. When the test ends the
// process is killed.
func Start(t *testing.T, environment []string, hear func(line string)) *Process {
	t.Helper()
	p := &Process{Cmd: exec.Command(os.Args[0]), exited: make(chan error, 1)}
	p.Env = append(os.Environ(), environment...)
	p.Stderr = os.Stderr
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if p.stdin, err = p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	go func() {
		for s := bufio.NewScanner(lines); s.Scan(); {
			if hear != nil {
				hear(s.Text())
			}
		}
		p.exited <- p.Cmd.Wait()
	}()
	t.Cleanup(p.Kill)
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "ready")
	if err != nil || !ok {
		t.Fatalf("a process with %q has said %q: %v", environment, line, err)
	}
	p.Address = strings.TrimSpace(address)
	return p
}

// Kill kills the process, and waits for its end. It may be called twice.
func (p *Process) Kill() {
	p.Process.Kill()
	p.End()
}

// End closes the input of the process, and waits for its end. It may be called twice.
func (p *Process) End() error {
	p.stdin.Close()
	return p.Exit()
}

// Exit waits for the end of the process. It may be called twice.
func (p *Process) Exit() error {
	err := <-p.exited
	p.exited <- err
	return err
}
