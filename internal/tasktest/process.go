package tasktest

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A Program is what a test starts as a process, and may kill: the test program itself, which is told by its
// environment or its arguments what to do. It prints a line when it is ready, and ends when its input does.
type Program struct {
	Path  string // of the file; "": the test program
	Args  []string
	Env   []string // is added to the environment
	Ready string   // what the first line begins with
	// Hear is called with each line that follows, by one goroutine; nil: they are lost.
	Hear func(line string)
}

// Process is a program that runs.
type Process struct {
	*exec.Cmd
	First string // what follows Ready in the first line

	stdin  io.WriteCloser
	exited chan error
}

// StartProcess starts a program, and waits until it is ready. When the test ends the process is killed.
func StartProcess(t *testing.T, program Program) *Process {
	t.Helper()
	p := &Process{Cmd: exec.Command(cmp.Or(program.Path, os.Args[0]), program.Args...), exited: make(chan error, 1)}
	p.Env = append(os.Environ(), program.Env...)
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
			if program.Hear != nil {
				program.Hear(s.Text())
			}
		}
		p.exited <- p.Cmd.Wait()
	}()
	t.Cleanup(p.Kill)
	first, ok := strings.CutPrefix(strings.TrimSpace(line), program.Ready)
	if err != nil || !ok {
		t.Fatalf("a process with %q %q has said %q: %v", program.Args, program.Env, line, err)
	}
	p.First = strings.TrimSpace(first)
	return p
}

// Say writes a line to the input of the process.
func (p *Process) Say(line string) error {
	_, err := fmt.Fprintln(p.stdin, line)
	return err
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
