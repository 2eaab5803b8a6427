//go:build unix

package demo

import (
	"bytes"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// interrupting interrupts the process as soon as something is written to it.
type interrupting struct {
	bytes.Buffer
	once sync.Once
}

func (w *interrupting) Write(p []byte) (int, error) {
	w.once.Do(func() { syscall.Kill(syscall.Getpid(), syscall.SIGINT) })
	return w.Buffer.Write(p)
}

func TestAnInterruptEndsItEarlyAndProperly(t *testing.T) {
	var out interrupting
	var errs bytes.Buffer
	if status := Run([]string{"--connections", "50", "--for", "1h"}, &out, &errs); status != 0 || errs.Len() > 0 {
		t.Fatalf("status %d\n%s%s", status, out.String(), errs.String())
	}
	if !strings.Contains(out.String(), "  equal\n") {
		t.Errorf("the table is\n%s", out.String())
	}
}
