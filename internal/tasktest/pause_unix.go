//go:build unix

package tasktest

import (
	"syscall"
	"testing"
)

// RequirePause skips a test where a process cannot be made to stand still.
func RequirePause(*testing.T) {}

// Pause makes the process stand still.
func (p *Process) Pause() error { return p.Process.Signal(syscall.SIGSTOP) }

// Resume lets it go on.
func (p *Process) Resume() error { return p.Process.Signal(syscall.SIGCONT) }
