//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A terminal is a window of tmux, in which the program runs.
type terminal struct {
	t      *testing.T
	socket string
}

// inTerminal runs a command in a terminal of 90 columns.
func inTerminal(t *testing.T, args ...string) *terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed")
	}
	folder, err := os.MkdirTemp("", "tmux") // the name of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	w := &terminal{t, filepath.Join(folder, "s")}
	t.Cleanup(func() {
		w.tmux("kill-server")
		os.RemoveAll(folder)
	})
	line := programVariable + "=1 '" + os.Args[0] + "' '" + strings.Join(args, "' '") + "'; echo status $?; exec cat"
	if _, err := w.tmux("-f", "/dev/null", "new-session", "-d", "-x", "90", "-y", "20", line); err != nil {
		t.Skipf("tmux has not started: %v", err)
	}
	return w
}

// tmux calls tmux.
func (w *terminal) tmux(args ...string) (string, error) {
	cmd := exec.Command("tmux", append([]string{"-S", w.socket}, args...)...)
	cmd.Env = append(os.Environ(), "TERM=xterm", "TMUX=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return string(out), err
}

// shows waits until the screen has all of these.
func (w *terminal) shows(want ...string) string {
	w.t.Helper()
	for begin := time.Now(); ; {
		screen, err := w.tmux("capture-pane", "-p")
		if err != nil {
			w.t.Fatal(err)
		}
		missing := ""
		for _, text := range want {
			if !strings.Contains(screen, text) {
				missing = text
			}
		}
		if missing == "" {
			return screen
		}
		if time.Since(begin) > time.Minute {
			w.t.Fatalf("the screen has no %q:\n%s", missing, screen)
		}
	}
}

func TestATerminalHasALiveTableAndABar(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "work")
	server := inTerminal(t, "serve", "--folder", folder) // it is a worker, at first
	server.shows("works on the queue primes, with the broker in this process", "0 jobs are done")
	watch := inTerminal(t, "watch", "--folder", folder, "--every", "100ms")
	watch.shows("waiting  in flight  scheduled  dead  done/s  workers  queue", "1 workers", "primes, 4 at a time", "Ctrl-C ends")

	batch := inTerminal(t, "submit", "--folder", folder, "--count", "300", "--below", "20000", "--bad", "2")
	batch.shows("300 jobs are stored, after ")
	screen := batch.shows("298 jobs are done, after ", "2 jobs are dead letters", "status 1")
	if strings.Contains(screen, "[#") {
		t.Errorf("the bar is left:\n%s", screen)
	}
	watch.shows("     2       0        1  primes") // two dead, none done each second, one worker
	endless := inTerminal(t, "submit", "--folder", folder, "--count", "4", "--below", "1000000000000", "--bad", "2")
	endless.shows("[####################....................] 2 of 4, 2 dead")
	watch.shows("0          2          0     4       0        1  primes")
	endless.interrupts()
	endless.shows("status 0")
	watch.interrupts()
	watch.shows("status 0")
	server.interrupts()
	server.shows("takes no more jobs")
	server.interrupts() // the jobs that have no end are given back
	server.shows("298 jobs were done here", "status 0")
}

// interrupts sends a Ctrl-C.
func (w *terminal) interrupts() {
	w.t.Helper()
	if _, err := w.tmux("send-keys", "C-c"); err != nil {
		w.t.Fatal(err)
	}
}
