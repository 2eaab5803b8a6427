package trial

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// programVariable is set in a process that is to run the example.
const programVariable = "EDO_EXAMPLE"

// Main is the TestMain of an example that [Start] runs: in such a process it runs
// the program, and otherwise the tests.
func Main(m *testing.M, program func()) {
	if os.Getenv(programVariable) != "" {
		program()
		return
	}
	os.Exit(m.Run())
}

// A Process is an example that runs as a process of its own. Its temporary folder is one of the test,
// since a program that is killed leaves what it has there.
type Process struct {
	t         *testing.T
	cmd       *exec.Cmd
	lines     *bufio.Scanner
	stderr    bytes.Buffer
	temporary string
}

// Start runs the example that the test belongs to, with these arguments. It is
// killed after two minutes, and when the test ends, which waits for its end.
func Start(t *testing.T, args ...string) *Process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	p := &Process{t: t, cmd: exec.CommandContext(ctx, self, args...), temporary: t.TempDir()}
	p.cmd.Env = append(os.Environ(), programVariable+"=1", "TMPDIR="+p.temporary)
	p.cmd.Stderr = &p.stderr
	p.cmd.WaitDelay = time.Minute // a process that it has started may stand still, and has the standard error too
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.lines = bufio.NewScanner(stdout)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // the test process may be the next to end, and would leave it running
		cancel()
		p.cmd.Wait()
	})
	return p
}

// Line waits for the next line of the output.
func (p *Process) Line() string {
	p.t.Helper()
	if !p.lines.Scan() {
		err := p.cmd.Wait()
		p.t.Fatalf("the output ended: %v\n%s", err, &p.stderr)
	}
	return p.lines.Text()
}

// Addr waits for the line with the address at which a server listens.
func (p *Process) Addr() string {
	p.t.Helper()
	line := p.Line()
	addr, ok := strings.CutPrefix(line, "listening on ")
	if !ok {
		p.t.Fatalf("the first line was %q", line)
	}
	return addr
}

// Signal sends a signal.
func (p *Process) Signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// reminder is what edo tells, a second after a signal, about the tasks that have not ended. On a busy machine that is no fault.
var reminder = regexp.MustCompile(`(?m)^edo: .*\b(task has|tasks have) not ended since .*\n`)

// Wait waits for the end. It returns the rest of the output, the standard error without reminders, and the
// exit code. A program that ends by itself must leave nothing in its temporary folder.
func (p *Process) Wait() (stdout, stderr string, code int) {
	p.t.Helper()
	var rest strings.Builder
	for p.lines.Scan() {
		io.WriteString(&rest, p.lines.Text()+"\n")
	}
	err := p.cmd.Wait()
	if p.cmd.ProcessState == nil {
		p.t.Fatal(err)
	}
	code = p.cmd.ProcessState.ExitCode()
	if left, err := os.ReadDir(p.temporary); code >= 0 && (err != nil || len(left) > 0) {
		p.t.Errorf("%s ends with exit code %d, and leaves %v, %v", p.cmd, code, left, err)
	}
	return rest.String(), reminder.ReplaceAllString(p.stderr.String(), ""), code
}

// Ends runs the example as a process, in each style, and requires that it ends by
// itself and without an error. It also requires that an unknown style is refused.
func Ends(t *testing.T, check func(output string) error) {
	t.Helper()
	for _, style := range []string{"direct", "combinators"} {
		stdout, stderr, code := Start(t, "-style", style).Wait()
		if err := check(stdout); err != nil || stderr != "" || code != 0 {
			t.Errorf("style %s: exit code %d, %v\n%s", style, code, err, stderr)
		}
	}
	if stdout, stderr, code := Start(t, "-style", "other").Wait(); stdout != "" || stderr == "" || code != 1 {
		t.Errorf("style other: exit code %d, output %q and %q", code, stdout, stderr)
	}
}
