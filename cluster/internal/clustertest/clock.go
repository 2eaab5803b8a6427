package clustertest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo/internal/tasktest"
)

const clockOrder = "clock "

// clockTag is the tag of a build whose clock can be set.
const clockTag = "edo_clock"

// BuildWithClock builds the test program of the package once more, with a clock that [SetClock] sets, as
// that of a machine is: the time of day jumps, and what counts the time that passes does not. It is Go's
// own package time in which that differs, so that all of the process has this clock, also a broker in it.
// The build takes a minute, and needs the go command.
func BuildWithClock(t *testing.T) (path string) {
	t.Helper()
	command, err := exec.LookPath("go")
	if err != nil {
		t.Skip("the go command is not on PATH, so nothing can be built")
	}
	out, err := exec.CommandContext(t.Context(), command, "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root, dir := filepath.Join(strings.TrimSpace(string(out)), "src", "time"), t.TempDir()
	source, err := os.ReadFile(filepath.Join(root, "time.go"))
	if err != nil {
		t.Fatal(err)
	}
	const before = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	if strings.Count(string(source), before) != 1 {
		t.Skipf("package time of %s reads its clock in another way", runtime.Version())
	}
	files := map[string]string{
		"time.go":  strings.Replace(string(source), before, before+"\tsec += shift.Load()\n", 1),
		"shift.go": shiftSource,
	}
	replace := map[string]string{}
	for name, text := range files {
		replace[filepath.Join(root, name)] = filepath.Join(dir, name)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "clock.test")
	build := exec.CommandContext(t.Context(), command, "test", "-c", "-vet=off", "-tags", clockTag, "-overlay", overlay, "-o", path, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

const shiftSource = `package time

import "sync/atomic"

var shift atomic.Int64

// Shift sets how many seconds the time of day is from the real one.
func Shift(seconds int64) { shift.Store(seconds) }
`

// SetClock sets the clock of a process that was built so: by is how far it is from the real one.
func SetClock(p *tasktest.Process, by time.Duration) error { return p.Say(clockOrder + by.String()) }
