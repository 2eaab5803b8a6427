package codec_test

import (
	"errors"
	"io"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/sim"
)

// slowly is a codec whose frames are single bytes, each of which takes some calls of Decode.
type slowly struct {
	codec.Lines
	parts int // that a frame takes
	each  int // operations that a part costs
	done  int
	calls int
}

var errZero = errors.New("zero")

func (s *slowly) Decode(buf *codec.Buffer, end bool) (string, bool, error) {
	s.calls++
	if s.done == 0 {
		if buf.Len() == 0 {
			return "", false, nil
		}
		s.done = 1
		if buf.Bytes()[0] == 0 {
			buf.Discard(1)
			s.done = -s.parts // an error in the end
		}
	}
	buf.Charge(s.each)
	switch {
	case s.done < 0:
		if s.done++; s.done == 0 {
			return "", false, errZero
		}
		return "", false, nil
	case s.done < s.parts:
		s.done++
		return "", false, nil
	}
	s.done = 0
	frame := string(buf.Bytes()[:1])
	buf.Discard(1)
	return frame, true, nil
}

// Other tasks run while a decoder works.
func TestTheWorkOfADecoderTakesFromTheBudget(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(100)
		s := &slowly{parts: 1000, each: 16}
		f := codec.NewFramed[string, string](a, s)
		defer f.Drop()
		if _, err := aio.WriteAll(task, b, []byte("abc\x00d")); err != nil {
			return err
		}
		b.CloseWrite()
		most, isDone := 0, false
		edo.Go(task, func(task *edo.Task) error {
			for before := 0; !isDone; before = s.calls {
				most = max(most, s.calls-before)
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			return nil
		})
		defer func() { isDone = true }()
		for _, want := range []string{"a", "b", "c", ""} {
			frame, err := f.Recv(task)
			if frame != want || (want == "") != (err == errZero) {
				t.Fatalf("Recv = %q, %v; want %q", frame, err, want)
			}
		}
		if _, err := f.Recv(task); err != io.EOF { // one end follows an error
			t.Errorf("after the error: %v", err)
		}
		if frame, err := f.Recv(task); frame != "d" || err != nil {
			t.Errorf("Recv = %q, %v; want d", frame, err)
		}
		if _, err := f.Recv(task); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
		if most > 128/16+1 {
			t.Errorf("%d parts were done while another task waited", most)
		}
		if s.calls < 5000 {
			t.Errorf("Decode was called %d times", s.calls)
		}
		return nil
	}, sim.WithConfig(sim.Config{Quiet: true})) // the receiver goes on until its budget is used up
	if err != nil {
		t.Error(err)
	}
}

// A task that gives up loses nothing of a frame, and the next one goes on with it.
func TestTheWorkOfADecoderOutlivesTheTaskThatReceives(t *testing.T) {
	err := sim.Run(1, func(task *edo.Task) error {
		a, b := aio.Duplex(100)
		s := &slowly{parts: 1000, each: 16}
		f := codec.NewFramed[string, string](a, s)
		defer f.Drop()
		if _, err := aio.WriteAll(task, b, []byte("ab")); err != nil {
			return err
		}
		for i := 0; s.calls < 900; i++ {
			h := edo.GoValue(task, func(task *edo.Task) (string, error) { return f.Recv(task) })
			for range 3 {
				if err := edo.Yield(task); err != nil {
					return err
				}
			}
			h.Abort()
			if _, err := h.Await(task); !errors.Is(err, edo.ErrCancelled) {
				t.Fatalf("Recv = %v after %d parts", err, s.calls)
			}
		}
		if frame, err := f.Recv(task); frame != "a" || err != nil || s.calls != 1000 {
			t.Errorf("Recv = %q, %v after %d parts", frame, err, s.calls)
		}
		return nil
	}, sim.WithConfig(sim.Config{Quiet: true}))
	if err != nil {
		t.Error(err)
	}
}
