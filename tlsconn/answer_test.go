package tlsconn_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/timer"
)

func TestABrokenRecordIsAnsweredWithAnAlert(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := pair(t, task, 1<<12, serverConfig(), clientConfig())
		defer b.Close()
		raw := b.Inner().(*aio.Pipe)
		if _, err := aio.WriteAll(task, raw, append([]byte{23, 3, 3, 0, 32}, make([]byte, 32)...)); err != nil {
			return err
		}
		if _, err := a.Read(task, make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "bad record MAC") {
			t.Errorf("Read = %v", err)
		}
		defer a.Close()
		if _, err := b.Read(task, make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "bad record MAC") {
			t.Errorf("the other side reads %v", err)
		}
		return nil
	})
}

func TestAReaderThatNeverWritesAnswersRequestsForNewKeys(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, raw, f := forgedPair(t, task, 1<<12, serverConfig())
		defer a.Close()
		defer raw.Close()
		if _, err := aio.WriteAll(task, raw, append(f.keyUpdate(), f.record(dataRecord, []byte("x"))...)); err != nil {
			return err
		}
		if n, err := a.Read(task, make([]byte, 2)); n != 1 || err != nil {
			t.Errorf("Read = %d, %v", n, err)
		}
		if n := a.Unsent(); n != 0 {
			t.Errorf("%d bytes of the answer wait for a write", n)
		}
		return nil
	})
}

func TestAPeerThatAsksForNewKeysAndReadsNothingIsHeldUp(t *testing.T) {
	const requests = 3000
	err := sim.Run(1, func(task *edo.Task) error {
		a, raw, f := forgedPair(t, task, 1<<12, serverConfig())
		defer a.Close()
		defer raw.Close()
		var flood []byte
		for range requests {
			flood = append(append(flood, f.keyUpdate()...), f.record(dataRecord, []byte("x"))...)
		}
		written, read := false, 0
		writer := edo.Go(task, func(task *edo.Task) error {
			_, err := aio.WriteAll(task, raw, flood)
			written = true
			return err
		})
		reader := edo.Go(task, func(task *edo.Task) error {
			for p := make([]byte, 64); read < requests; {
				n, err := a.Read(task, p)
				if err != nil {
					return err
				}
				read += n
			}
			return nil
		})
		if err := timer.Sleep(task, time.Second); err != nil { // all wait
			return err
		}
		if n := a.Unsent(); n < 32<<10 || n > 34<<10 || written {
			t.Errorf("%d bytes of answers are held; the flood was taken: %v", n, written)
		}
		drain := edo.Go(task, func(task *edo.Task) error { // the peer reads at last
			for p := make([]byte, 100); ; {
				if _, err := aio.Read(task, raw, p); err != nil {
					return nil // closed
				}
			}
		})
		_, err1 := writer.Await(task)
		_, err2 := reader.Await(task)
		a.Close()
		_, err3 := drain.Await(task)
		return errors.Join(err1, err2, err3)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The reader and the writer of a Conn both wait for room, of which a Duplex tells one.
func TestAWriterSendsTheAnswersOfAReaderThatIsHeldBack(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, raw, f := forgedPair(t, task, 1<<12, serverConfig())
		defer a.Close()
		defer raw.Close()
		var flood []byte
		for range 3000 {
			flood = append(append(flood, f.keyUpdate()...), f.record(dataRecord, []byte("x"))...)
		}
		sender := edo.Go(task, func(task *edo.Task) error { _, err := aio.WriteAll(task, raw, flood); return err })
		reader := edo.Go(task, func(task *edo.Task) error {
			_, err := aio.ReadFull(task, a, make([]byte, 3000))
			return err
		})
		for range 2000 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		writer := edo.Go(task, func(task *edo.Task) error { _, err := a.Write(task, make([]byte, 10_000)); return err })
		for range 100 {
			if err := edo.Yield(task); err != nil {
				return err
			}
		}
		drain := edo.Go(task, func(task *edo.Task) error {
			for p := make([]byte, 100); ; {
				if _, err := aio.Read(task, raw, p); err != nil {
					return nil // closed
				}
			}
		})
		_, err1 := writer.Await(task)
		_, err2 := reader.Await(task)
		_, err3 := sender.Await(task)
		a.Close()
		_, err4 := drain.Await(task)
		return errors.Join(err1, err2, err3, err4)
	})
	if err != nil {
		t.Fatal(err)
	}
}
