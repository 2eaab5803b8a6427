package tasktest

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childVariable has the name of the test that is to run in a child process.
const childVariable = "EDO_TEST_CHILD"

// InChild runs the test that calls it in a process of its own, and reports whether this is that
// process. What the child skips is skipped. refused is the reason to skip when the system does not
// let a process have attr.
func InChild(t *testing.T, attr *syscall.SysProcAttr, refused string) bool {
	t.Helper()
	if os.Getenv(childVariable) == t.Name() {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=50s")
	cmd.Env = append(os.Environ(), childVariable+"="+t.Name())
	cmd.SysProcAttr = attr
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer timer.Stop()
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch text := string(out); {
	case err != nil && !errors.As(err, &exit):
		t.Skipf("%s: %v", refused, err)
	case err != nil:
		t.Errorf("%v\n%s", err, text)
	case strings.Contains(text, "--- SKIP"):
		t.Skip(text)
	}
	return false
}
