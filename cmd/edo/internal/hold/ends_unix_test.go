//go:build unix

package hold

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// Every process of a run writes its errors to one pipe: the pipe ends when the last of them
// has.
func TestNoProcessStaysBehindWhenTheParentEnds(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT} {
		for _, moment := range []string{"processes", "the connections are idle"} {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), asParent+"=1")
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stderr = w
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			w.Close()
			lines := bufio.NewScanner(out)
			for lines.Scan() && !strings.Contains(lines.Text(), moment) {
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			errs, err := io.ReadAll(r) // to the end of all processes
			if err != nil {
				t.Fatal(err)
			}
			var rest bytes.Buffer
			for lines.Scan() {
				rest.WriteString(lines.Text() + "\n")
			}
			cmd.Wait()
			r.Close()
			if state := cmd.ProcessState; signal == syscall.SIGKILL && state.ExitCode() >= 0 || signal != syscall.SIGKILL && state.ExitCode() != 0 {
				t.Errorf("%v after %q: %v", signal, moment, state)
			}
			if signal != syscall.SIGKILL && !strings.Contains(rest.String(), "connections  ") || bytes.Contains(errs, []byte("edo demo")) {
				t.Errorf("%v after %q: it says\n%s%s", signal, moment, rest.String(), errs)
			}
		}
	}
}
