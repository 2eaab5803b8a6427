package socket

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
)

// The warning in the docs of UserTimeout: a peer that lives and does not read is cut off too,
// and the error stays.
func TestUserTimeoutEndsAWriteToAPeerThatDoesNotRead(t *testing.T) {
	err := edo.Run(withEnds(func(task *edo.Task, a, b *Conn) error {
		if err := a.SetUserTimeout(100 * time.Millisecond); err != nil {
			return err
		}
		began := time.Now()
		if _, err := a.Write(task, make([]byte, 1<<25)); !errors.Is(err, syscall.ETIMEDOUT) {
			return fmt.Errorf("got %v, want ETIMEDOUT", err)
		}
		if took := time.Since(began); took < 100*time.Millisecond {
			return fmt.Errorf("it ended after %v", took)
		}
		for range 2 {
			if _, err := a.Read(task, make([]byte, 1)); !errors.Is(err, syscall.ETIMEDOUT) {
				return fmt.Errorf("a later read: got %v, want ETIMEDOUT", err)
			}
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
}
