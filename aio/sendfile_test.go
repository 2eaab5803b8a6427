package aio_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/timer"
)

// file returns a file of n bytes, and its bytes.
func file(t testing.TB, n int) (*os.File, []byte) {
	t.Helper()
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(i % 251)
	}
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, text
}

func TestSendFileSendsAPartOfAFileOverTCP(t *testing.T) {
	rt := newRuntime(t)
	f, text := file(t, 300_000)
	for _, c := range []struct {
		offset, n int64
		want      []byte
		err       error
	}{
		{0, -1, text, nil},
		{1000, -1, text[1000:], nil},
		{1000, 100_001, text[1000:101_001], nil},
		{7, 0, nil, nil},
		{300_000, -1, nil, nil},
		{299_990, 20, text[299_990:], io.ErrUnexpectedEOF},
	} {
		a, b := dialed(t, rt)
		within(t, func() {
			sent := edo.Go(rt, func(task *edo.Task) error {
				n, err := aio.SendFile(task, a, f, c.offset, c.n)
				if n != int64(len(c.want)) || err != c.err {
					t.Errorf("%d of %d: sent %d, %v", c.n, c.offset, n, err)
				}
				return a.Close()
			})
			got, err := io.ReadAll(aio.NetConn(rt, b))
			if !bytes.Equal(got, c.want) || err != nil {
				t.Errorf("%d of %d: got %d bytes, %v", c.n, c.offset, len(got), err)
			}
			edo.Block(rt, context.Background(), func(task *edo.Task) error { _, err := sent.Await(task); return err })
		})
		b.Close()
	}
	if at, err := f.Seek(0, io.SeekCurrent); at != 0 || err != nil {
		t.Errorf("the offset of the file has moved to %d, %v", at, err)
	}
}

func TestACancelledSendFileCanGoOnWhereItWas(t *testing.T) {
	f, text := file(t, 100_000)
	simulated(t, func(task *edo.Task) error {
		a, b := aio.Duplex(1000)
		received := edo.GoValue(task, func(task *edo.Task) (all []byte, err error) {
			defer b.Close()
			for p := make([]byte, 700); err == nil; timer.Sleep(task, 7*time.Millisecond) {
				var n int
				n, err = aio.Read(task, b, p)
				all = append(all, p[:n]...)
			}
			if err == io.EOF {
				err = nil
			}
			return all, err
		})
		sent, cancels := int64(0), 0
		for {
			n := int64(0)
			_, err := timer.Timeout(task, 100*time.Millisecond, func(task *edo.Task) (_ edo.Unit, err error) {
				n, err = aio.SendFile(task, a, f, sent, -1)
				return edo.Unit{}, err
			})
			sent += n
			if err == nil {
				break
			}
			if !errors.As(err, new(*timer.TimeoutError)) {
				return err
			}
			cancels++
		}
		a.Close()
		got, err := received.Await(task)
		if !bytes.Equal(got, text) || err != nil || cancels < 5 {
			t.Errorf("got %d bytes, %v, cancelled %d times", len(got), err, cancels)
		}
		return nil
	})
}

// sender sends from a file itself, at most 1,000 bytes at once and only if it is able to.
type sender struct {
	*aio.Pipe
	able  bool
	calls int
}

func (s *sender) PollSendFile(cx *edo.Context, f *os.File, offset, n int64) (int64, edo.Poll, error) {
	s.calls++
	if !s.able {
		return 0, edo.Ready, errors.ErrUnsupported
	}
	p := make([]byte, min(n, 1000))
	k, err := f.ReadAt(p, offset)
	if k == 0 {
		if err == io.EOF {
			err = nil
		}
		return 0, edo.Ready, err
	}
	k, poll, err := s.PollWrite(cx, p[:k])
	return int64(k), poll, err
}

func TestAWriterThatSendsFromAFileIsAskedTo(t *testing.T) {
	f, text := file(t, 5000)
	for _, able := range []bool{true, false} {
		simulated(t, func(task *edo.Task) error {
			a, b := aio.Duplex(300)
			s := &sender{Pipe: a, able: able}
			edo.Go(task, func(task *edo.Task) error {
				if n, err := aio.SendFile(task, s, f, 10, -1); n != 4990 || err != nil {
					t.Errorf("sent %d, %v", n, err)
				}
				return a.Close()
			})
			got, err := aio.ReadAll(task, b, nil)
			if !bytes.Equal(got, text[10:]) || err != nil {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
			if able != (s.calls > 5) || s.calls == 0 {
				t.Errorf("able: %v, but it was asked %d times", able, s.calls)
			}
			return b.Close()
		})
	}
}
