package clustertest

import (
	"bufio"
	"context"
	"os"
	"strings"
	"time"

	"github.com/edo-go/edo"
)

// AwaitInput is for a process that a test has started: it waits for the end of its input, or for the
// cancellation of the task, and obeys the lines that say how far the clock is to be from the real one,
// "clock 1h0m0s": see [BuildWithClock].
func AwaitInput(task *edo.Task) error {
	_, err := edo.Call(task, func(ctx context.Context) (edo.Unit, error) {
		over := make(chan struct{})
		go func() {
			defer close(over)
			for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
				text, _ := strings.CutPrefix(lines.Text(), clockOrder)
				if by, err := time.ParseDuration(text); err == nil {
					setClock(by)
				}
			}
		}()
		select {
		case <-over:
			time.AfterFunc(time.Minute, func() { os.Exit(2) }) // the test may have died, and the broker with it
		case <-ctx.Done():
		}
		return edo.Unit{}, nil
	})
	return err
}
