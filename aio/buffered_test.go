package aio_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/edotest"
)

// written returns a reader of text that comes in pieces of at most n bytes.
func written(task *edo.Task, text string, n int) (*aio.Pipe, *edo.JoinHandle[edo.Unit]) {
	a, b := aio.Duplex(n)
	return a, edo.Go(task, func(task *edo.Task) error {
		defer b.Close()
		_, err := aio.WriteAll(task, b, []byte(text))
		return err
	}, edo.Owns(b))
}

// A call of a BufferedReader gives the same as one of bufio.Reader would, however the bytes come.
func TestLinesAreTheSameHoweverTheBytesCome(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"a", []string{"a"}},
		{"a\n", []string{"a"}},
		{"a\r\n\r\nb\n\n", []string{"a", "", "b", ""}},
		{"\rx\r\ry\r\n", []string{"\rx\r\ry"}},
		{"0123456789abcde\nx", []string{"0123456789abcde", "x"}},
	} {
		for piece := 1; piece < 20; piece++ {
			simulated(t, func(task *edo.Task) error {
				conn, _ := written(task, c.text, piece)
				defer conn.Close()
				r := aio.NewBufferedReader(conn, 16)
				var got []string
				for {
					line, err := r.ReadLine(task)
					if err == io.EOF {
						break
					}
					if err != nil {
						return err
					}
					got = append(got, string(line))
				}
				if fmt.Sprint(got) != fmt.Sprint(c.want) || len(got) != len(c.want) {
					t.Errorf("%q in pieces of %d: %q, want %q", c.text, piece, got, c.want)
				}
				return nil
			})
		}
	}
}

func TestALineThatDoesNotFitStaysInTheBuffer(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		conn, _ := written(task, "0123456789\nx\n", 3)
		defer conn.Close()
		r := aio.NewBufferedReader(conn, 8)
		for range 2 {
			if _, err := r.ReadLine(task); err != aio.ErrBufferFull {
				t.Errorf("got %v", err)
			}
		}
		if string(r.Buffered()) != "01234567" {
			t.Errorf("the buffer has %q", r.Buffered())
		}
		if n, err := r.Discard(task, 11); n != 11 || err != nil {
			t.Errorf("discarded %d, %v", n, err)
		}
		if line, err := r.ReadLine(task); string(line) != "x" || err != nil {
			t.Errorf("got %q, %v", line, err)
		}
		return nil
	})
}

func TestOperationsOfABufferedReaderAtTheEnd(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		conn, _ := written(task, "abc", 2)
		defer conn.Close()
		r := aio.NewBufferedReader(conn, 8)
		if got, err := r.Peek(task, 9); string(got) != "abc" || err != io.EOF {
			t.Errorf("Peek: %q, %v", got, err)
		}
		if c, err := r.NextByte(task); c != 'a' || err != nil {
			t.Errorf("NextByte: %c, %v", c, err)
		}
		if got, err := r.ReadSlice(task, ';'); string(got) != "bc" || err != io.ErrUnexpectedEOF {
			t.Errorf("ReadSlice: %q, %v", got, err)
		}
		if _, err := r.ReadSlice(task, ';'); err != io.EOF {
			t.Errorf("ReadSlice: %v", err)
		}
		if _, err := r.NextByte(task); err != io.EOF {
			t.Errorf("NextByte: %v", err)
		}
		if n, err := r.Discard(task, 1); n != 0 || err != io.EOF {
			t.Errorf("Discard: %d, %v", n, err)
		}
		return nil
	})
	simulated(t, func(task *edo.Task) error {
		conn, _ := written(task, "abc", 2)
		defer conn.Close()
		if n, err := aio.NewBufferedReader(conn, 8).Discard(task, 20); n != 3 || err != io.ErrUnexpectedEOF {
			t.Errorf("Discard: %d, %v", n, err)
		}
		return nil
	})
}

func TestANegativeCountIsAnErrorThatReadsNothing(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		conn, _ := written(task, "abc", 3)
		defer conn.Close()
		r := aio.NewBufferedReader(conn, 8)
		for range 2 { // without a buffer, and with one
			if got, err := r.Peek(task, -1); got != nil || err != aio.ErrNegativeCount {
				t.Errorf("Peek: %q, %v", got, err)
			}
			if n, err := r.Discard(task, -1); n != 0 || err != aio.ErrNegativeCount {
				t.Errorf("Discard: %d, %v", n, err)
			}
			r.Peek(task, 3)
		}
		if got, err := r.Peek(task, 3); string(got) != "abc" || err != nil {
			t.Errorf("then: %q, %v", got, err)
		}
		return nil
	})
}

// Random operations on a BufferedReader read the same bytes as the text has.
func TestABufferedReaderLosesAndRepeatsNothing(t *testing.T) {
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		text := make([]byte, rnd.IntN(300))
		for i := range text {
			text[i] = "ab\n;"[rnd.IntN(4)]
		}
		simulated(t, func(task *edo.Task) error {
			conn, _ := written(task, string(text), 1+rnd.IntN(40))
			defer conn.Close()
			r := aio.NewBufferedReader(conn, 1+rnd.IntN(50))
			left := text
			expect := func(what string, got []byte) {
				if !bytes.HasPrefix(left, got) {
					t.Fatalf("seed %d: %s gave %q, want what %q begins with", seed, what, got, left)
				}
			}
			for {
				var err error
				switch rnd.IntN(5) {
				case 0:
					p := make([]byte, rnd.IntN(60))
					var n int
					n, err = aio.Read(task, r, p)
					expect("Read", p[:n])
					left = left[n:]
				case 1:
					var got []byte
					got, err = r.Peek(task, rnd.IntN(r.Size()+1))
					expect("Peek", got)
				case 2:
					var got []byte
					got, err = r.ReadSlice(task, ';')
					expect("ReadSlice", got)
					left = left[len(got):]
				case 3:
					var n int
					n, err = r.Discard(task, rnd.IntN(60))
					left = left[n:]
				case 4:
					var c byte
					if c, err = r.NextByte(task); err == nil {
						expect("NextByte", []byte{c})
						left = left[1:]
					}
				}
				switch {
				case err == aio.ErrBufferFull:
					if len(r.Buffered()) != r.Size() {
						t.Fatalf("seed %d: full with %d bytes of %d", seed, len(r.Buffered()), r.Size())
					}
				case err == io.EOF && len(left) != len(r.Buffered()) || err == io.ErrUnexpectedEOF && len(left) != 0:
					t.Fatalf("seed %d: the end comes %d bytes early", seed, len(left))
				case err != nil && err != io.EOF && err != io.ErrUnexpectedEOF:
					t.Fatalf("seed %d: %v", seed, err)
				}
				if len(left) == 0 {
					return nil
				}
			}
		})
	}
}

// sized notes how large the slices are that it is given.
type sized struct {
	aio.ReadWriter
	reads, writes []int
}

func (s *sized) PollRead(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	n, poll, err := s.ReadWriter.PollRead(cx, p)
	if poll == edo.Ready {
		s.reads = append(s.reads, len(p))
	}
	return n, poll, err
}

func (s *sized) PollWrite(cx *edo.Context, p []byte) (int, edo.Poll, error) {
	s.writes = append(s.writes, len(p))
	return s.ReadWriter.PollWrite(cx, p)
}

func TestLargeReadsAndWritesPassTheBufferBy(t *testing.T) {
	simulated(t, func(task *edo.Task) error {
		a, b := aio.Duplex(1000)
		defer a.Close()
		defer b.Close()
		s := &sized{ReadWriter: a}
		w := aio.NewBufferedWriter(s, 10)
		for _, n := range []int{3, 4, 5, 100} {
			if _, err := aio.WriteAll(task, w, make([]byte, n)); err != nil {
				return err
			}
		}
		if err := aio.Flush(task, w); err != nil {
			return err
		}
		if fmt.Sprint(s.writes) != "[10 10 92]" { // 3+4+3, 2+8, and the rest of the 100
			t.Errorf("writes of %v", s.writes)
		}
		s = &sized{ReadWriter: b}
		r := aio.NewBufferedReader(s, 10)
		for _, n := range []int{1, 9, 50, 2} {
			if _, err := aio.ReadFull(task, r, make([]byte, n)); err != nil {
				return err
			}
		}
		if fmt.Sprint(s.reads) != "[10 50 10]" {
			t.Errorf("reads of %v", s.reads)
		}
		return nil
	})
}

func TestNothingIsWrittenBeforeTheFlush(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t)
	w := aio.NewBufferedWriter(conn, 8)
	f := aio.WriteAllFuture(w, []byte("abc"))
	if n, p, err := edotest.Poll(task, f); n != 3 || p != edo.Ready || err != nil || w.Buffered() != 3 {
		t.Fatalf("got %d, %v, %v", n, p, err)
	}
	conn.Write([]byte("ab")).Wait().Write([]byte("c"))
	flush := aio.FlushFuture(w)
	edotest.RequirePending(t, task, flush)
	conn.Wake()
	if _, p, err := edotest.Poll(task, flush); p != edo.Ready || err != nil || w.Buffered() != 0 {
		t.Fatalf("got %v, %v", p, err)
	}
}

func TestAnErrorOfABufferedWriterStays(t *testing.T) {
	task := edotest.NewTask()
	conn := edotest.NewScript(t).WriteError(errBroken)
	w := aio.NewBufferedWriter(conn, 2)
	edotest.Poll(task, aio.WriteAllFuture(w, []byte("a")))
	for name, f := range map[string]edo.Future[edo.Unit]{"Flush": aio.FlushFuture(w), "Shutdown": aio.ShutdownFuture(w)} {
		if _, p, err := edotest.Poll(task, f); p != edo.Ready || err != errBroken {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	if n, p, err := edotest.Poll(task, aio.WriteFuture(w, []byte("abc"))); n != 0 || p != edo.Ready || err != errBroken {
		t.Errorf("got %d, %v, %v", n, p, err)
	}
}

func TestIdleBufferedConnectionsHoldNoBuffer(t *testing.T) {
	const n, size = 200, 1 << 20 // buffers that are from no pool
	task := edotest.NewTask()
	var conns []*aio.Pipe
	var readers []*aio.BufferedReader
	var writers []*aio.BufferedWriter
	before := heap()
	for range n {
		a, b := aio.Duplex(16)
		r, w := aio.NewBufferedReader(a, size), aio.NewBufferedWriter(b, size)
		edotest.Poll(task, aio.WriteAllFuture(w, []byte("line\n")))
		edotest.Poll(task, aio.FlushFuture(w))
		if line, _, err := edotest.Poll(task, r.ReadLineFuture()); string(line) != "line" || err != nil {
			t.Fatalf("got %q, %v", line, err)
		}
		edotest.RequirePending(t, task, r.ReadLineFuture())
		conns, readers, writers = append(conns, a, b), append(readers, r), append(writers, w)
	}
	if used := heap() - before; used > n*size/10 {
		t.Errorf("%d connections hold %d bytes", n, used)
	}
	for _, c := range conns {
		c.Close()
	}
	_, _ = readers[0], writers[0]
}

func TestABufferOfANegativeSizePanics(t *testing.T) {
	defer func() {
		if err, _ := recover().(error); err == nil || !strings.Contains(err.Error(), "negative") {
			t.Errorf("recovered %v", err)
		}
	}()
	aio.NewBufferedReader(nil, -1)
}
