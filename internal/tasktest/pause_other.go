//go:build !unix

package tasktest

import (
	"errors"
	"testing"
)

// RequirePause skips a test where a process cannot be made to stand still.
func RequirePause(t *testing.T) {
	t.Helper()
	t.Skip("a process cannot be made to stand still here")
}

// Pause makes the process stand still.
func (p *Process) Pause() error { return errors.ErrUnsupported }

// Resume lets it go on.
func (p *Process) Resume() error { return errors.ErrUnsupported }
