package real_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/edo-go/edo/edotest"
	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/driver/real"
	"github.com/edo-go/edo/internal/sched"
)

// pattern returns n bytes that differ from place to place.
func pattern(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return p
}

// fill writes data until there is no room, and returns how much was written.
func (b *harness) fill(task *edotest.Task, c driver.Conn, data []byte) (written int) {
	b.Helper()
	for {
		full := false
		by(task, func(cx *sched.Context) {
			n, poll, err := c.Write(cx, data[written:min(written+64<<10, len(data))])
			written += n
			if full = poll == driver.Pending; err != nil {
				b.Fatal(err)
			}
		})
		if !full {
			continue
		}
		b.settle()
		b.settle()
		if task.TakeWakes() == 0 {
			return written
		}
	}
}

// bothWays runs a test with each way to write that the driver has.
func bothWays(t *testing.T, test func(t *testing.T, b *harness)) {
	t.Run("now", func(t *testing.T) { test(t, newHarness(t)) })
	t.Run("by goroutine", func(t *testing.T) {
		b := newHarness(t)
		if !real.LetWritesBlock(b.Driver) {
			t.Skip("this driver has one way")
		}
		test(t, b)
	})
}

func TestWrittenBytesArriveAfterCloseHoweverLateTheOtherSideReads(t *testing.T) {
	bothWays(t, func(t *testing.T, b *harness) {
		theirs, ours := b.pair()
		data := pattern(32 << 20)
		written := b.fill(edotest.NewTask(), ours, data)
		if written == 0 || written == len(data) {
			t.Fatalf("wrote %d", written)
		}
		if err := ours.Close(); err != nil {
			t.Fatal(err)
		}
		b.Close() // as at the end of the program
		got, err := io.ReadAll(theirs)
		if err != nil || len(got) < written || !bytes.Equal(got, data[:len(got)]) {
			t.Fatalf("%d bytes arrived, and %v; %d were written", len(got), err, written)
		}
	})
}

func TestWriteAfterOneThatGaveUpGoesOnAndRepeatsNothing(t *testing.T) {
	bothWays(t, func(t *testing.T, b *harness) {
		theirs, ours := b.pair()
		data := pattern(16 << 20)
		task := edotest.NewTask()
		written := b.fill(task, ours, data)
		by(task, func(cx *sched.Context) { ours.Forget(driver.Writing, cx.Task()) })
		received := make(chan []byte)
		go func() {
			got, _ := io.ReadAll(theirs)
			received <- got
		}()
		b.write(edotest.NewTask(), ours, data[written:])
		ours.Close()
		if got := <-received; !bytes.Equal(got, data) {
			t.Fatalf("%d bytes arrived, want %d, each once", len(got), len(data))
		}
	})
}

func TestWriteFromSeveralTasksWakesAll(t *testing.T) {
	bothWays(t, func(t *testing.T, b *harness) {
		theirs, ours := b.pair()
		first, second := edotest.NewTask(), edotest.NewTask()
		b.fill(first, ours, pattern(32<<20))
		b.fill(second, ours, pattern(32<<20)) // the system may have made some room meanwhile
		go io.Copy(io.Discard, theirs)
		b.wait(first, 1)
		b.wait(second, 1)
	})
}

func TestCloseWriteComesAfterTheWrittenBytes(t *testing.T) {
	bothWays(t, func(t *testing.T, b *harness) {
		theirs, ours := b.pair()
		data := pattern(300_000)
		b.write(edotest.NewTask(), ours, data)
		if err := ours.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(theirs)
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes arrived, and %v", len(got), err)
		}
	})
}
