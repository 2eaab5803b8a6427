// Package clustertest has what the tests of module cluster share: a runtime for each test, waits for what
// is seen from outside, and processes that are started, killed and made to stand still.
package clustertest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/tasktest"
)

// Run runs fn in a runtime of its own. When it fails, also by t.Fatal, tasks that wait for the rest of fn end as well.
func Run(t *testing.T, fn func(task *edo.Task) error) {
	t.Helper()
	err := edo.Run(func(task *edo.Task) (err error) {
		defer func() {
			if err != nil || t.Failed() {
				go task.Runtime().Shutdown(context.Background())
			}
		}()
		return fn(task)
	}, tasktest.Quiet(edo.Config{}))
	if err != nil {
		t.Error(err)
	}
}

// Until yields until is holds.
func Until(task *edo.Task, is func() bool) error {
	for !is() {
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
	return nil
}

// UntilReported waits until a report has the text.
func UntilReported(task *edo.Task, text string) error {
	for begin := time.Now(); ; {
		var report bytes.Buffer
		edo.Dump(&report)
		if strings.Contains(report.String(), text) {
			return nil
		}
		if time.Since(begin) > time.Minute {
			return fmt.Errorf("no report has %q:\n%s", text, &report)
		}
		if err := edo.Yield(task); err != nil {
			return err
		}
	}
}
