package main

import (
	"strings"
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
)

func TestMain(m *testing.M) { trial.Main(m, main) }

// The program runs with real processes, sockets and files. It ends by itself, and finds nothing wrong.
func TestTheProgramKillsServersAndTheHistoryIsLinearizable(t *testing.T) {
	stdout, stderr, code := trial.Start(t, "-rounds", "3").Wait()
	for _, want := range []string{"five servers that count", "hands over", "is killed", "runs again", "server 6 joins", "the history is linearizable"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if stderr != "" || code != 0 {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if t.Failed() {
		t.Log(stdout)
	}
}
