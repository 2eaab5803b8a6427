package aio_test

import (
	"fmt"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/internal/tasktest"
)

// A line that is waited for is looked for again from the beginning when another operation of the
// same task has taken bytes meanwhile.
func TestAnOperationMayTakeBytesWhileALineIsWaitedFor(t *testing.T) {
	for taken := 1; taken <= 4; taken++ {
		for more, want := range map[string]string{"\nsecond\n": "word"[taken:], "s\nsecond\n": "word"[taken:] + "s"} {
			tasktest.RunOnOne(t, func(task *edo.Task) error {
				near, far := aio.Duplex(64)
				defer near.Close()
				defer far.Close()
				b := aio.NewBufferedReader(near, 0)
				if _, err := aio.Write(task, far, []byte("word")); err != nil {
					return err
				}
				line := b.ReadLineFuture()
				poll := func() (text string, poll edo.Poll, err error) {
					_, err = edo.Await(task, tasktest.PollFunc[edo.Unit](func(cx *edo.Context) (edo.Unit, edo.Poll, error) {
						var p []byte
						p, poll, err = line.Poll(cx)
						text = string(p)
						return edo.Unit{}, edo.Ready, err
					}))
					return text, poll, err
				}
				if text, p, err := poll(); p != edo.Pending {
					return fmt.Errorf("got %q, %v, %v", text, p, err)
				}
				if n, err := b.Discard(task, taken); n != taken || err != nil {
					return fmt.Errorf("discarded %d, %v", n, err)
				}
				if _, err := aio.Write(task, far, []byte(more)); err != nil {
					return err
				}
				if text, p, err := poll(); text != want || p != edo.Ready || err != nil {
					return fmt.Errorf("%d taken, then %q: got %q, %v, %v, want %q", taken, more, text, p, err, want)
				}
				if text, err := b.ReadLine(task); string(text) != "second" || err != nil {
					return fmt.Errorf("the next line is %q, %v", text, err)
				}
				return nil
			})
		}
	}
}
