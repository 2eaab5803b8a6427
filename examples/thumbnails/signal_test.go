//go:build unix

package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
)

func TestAnInterruptEndsAllProcessesAndLeavesNothing(t *testing.T) {
	p := trial.Start(t, "-pictures", "3000")
	p.Line() // 3000 pictures are made: that takes long
	p.Signal(os.Interrupt)
	if stdout, stderr, code := p.Wait(); code != 0 { // on a busy machine edo tells what has not ended yet
		t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
	}

	p = trial.Start(t, "-pictures", "60")
	var pids []int
	line := p.Line()
	for ; !strings.HasPrefix(line, "6 of 60"); line = p.Line() {
		if pid, ok := strings.CutPrefix(strings.TrimSuffix(line, " works"), "process "); ok {
			n, err := strconv.Atoi(pid)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, n)
		}
	}
	if len(pids) != 4 {
		t.Errorf("%d processes work", len(pids))
	}
	p.Signal(os.Interrupt)
	if stdout, stderr, code := p.Wait(); code != 0 { // on a busy machine edo tells what has not ended yet
		t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); err == nil {
			t.Errorf("process %d is there", pid)
		}
	}
}
