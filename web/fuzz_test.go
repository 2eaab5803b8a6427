package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/edotest"
	"github.com/gobwas/ws"
)

// pieces is a connection whose reads return the pieces of an input.
type pieces struct {
	input []byte
	r     *rand.Rand // nil: the input is one piece
}

func (p *pieces) PollRead(cx *edo.Context, b []byte) (int, edo.Poll, error) {
	if len(p.input) == 0 {
		return 0, edo.Ready, io.EOF
	}
	n := len(p.input)
	if p.r != nil {
		n = 1 + p.r.IntN(min(n, 8))
	}
	n = copy(b, p.input[:min(n, len(b))])
	p.input = p.input[n:]
	return n, edo.Ready, nil
}

func (*pieces) PollWrite(cx *edo.Context, b []byte) (int, edo.Poll, error) {
	return len(b), edo.Ready, nil
}
func (*pieces) PollFlush(*edo.Context) (edo.Poll, error)    { return edo.Ready, nil }
func (*pieces) PollShutdown(*edo.Context) (edo.Poll, error) { return edo.Ready, nil }

var fuzzLimits = Limits{Message: 300, Frame: 200}

// decoded is what a Conn receives from an input, as text.
func decoded(t *testing.T, input []byte, isClient bool, r *rand.Rand) (all string) {
	task := edotest.NewTask()
	c := newConn(codec.Parts{IO: &pieces{input: bytes.Clone(input), r: r}}, isClient, &fuzzLimits, terms{})
	for {
		m, poll, err := edotest.PollNext(task, c)
		switch {
		case poll == edo.Pending: // for budget
			continue
		case poll == edo.End:
			return all + fmt.Sprintf("end: %v", c.Status())
		case err != nil:
			all += fmt.Sprintf("%v; ", err)
			continue
		}
		if len(m.Data) > fuzzLimits.Message || m.IsText && !utf8.Valid(m.Data) {
			t.Fatalf("a message of %d bytes; text: %v", len(m.Data), m.IsText)
		}
		all += fmt.Sprintf("%q %v; ", m.Data, m.IsText)
	}
}

// model is what an input means, by the words of RFC 6455 and without buffers: a reference that reads
// the whole input at once.
func model(input []byte, isClient bool) (all string) {
	var data []byte
	inMessage, isText := false, false
	end := func(e *CloseError, isError bool) string {
		if isError {
			all += fmt.Sprintf("%v; ", error(e))
		}
		return all + fmt.Sprintf("end: %v", e)
	}
	fail := func(code Code, cause error) string { return end(&CloseError{Code: code, Err: cause}, true) }
	lost := func(cause error) string { return fail(CodeAbnormal, cause) }
	for {
		in := bytes.NewReader(input)
		h, err := ws.ReadHeader(in)
		switch {
		case len(input) == 0:
			return lost(io.ErrUnexpectedEOF)
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return lost(errCut)
		case err != nil:
			return fail(CodeProtocol, err)
		case len(input)-in.Len() != ws.HeaderSize(h):
			return fail(CodeProtocol, errLongLength)
		}
		state := ws.StateServerSide
		if isClient {
			state = ws.StateClientSide
		}
		if inMessage {
			state = state.Set(ws.StateFragmented)
		}
		if err := ws.CheckHeader(h, state); err != nil {
			return fail(CodeProtocol, err)
		}
		if !h.OpCode.IsControl() {
			if int64(len(data))+h.Length > int64(fuzzLimits.Message) {
				return fail(CodeTooBig, errTooLong)
			}
			if h.Length > int64(fuzzLimits.Frame) {
				return fail(CodeTooBig, errFrameTooLong)
			}
		}
		if int64(in.Len()) < h.Length {
			return lost(errCut)
		}
		p := make([]byte, h.Length)
		io.ReadFull(in, p)
		input = input[len(input)-in.Len():]
		for i := range p {
			if h.Masked {
				p[i] ^= h.Mask[i%4]
			}
		}
		switch h.OpCode {
		case ws.OpPing, ws.OpPong:
			continue
		case ws.OpClose:
			e, err := parseClose(p)
			switch {
			case err == errBadReason:
				return fail(CodeInvalid, err)
			case err != nil:
				return fail(CodeProtocol, err)
			}
			return end(e, !e.isClean())
		}
		if h.OpCode != ws.OpContinuation {
			isText = h.OpCode == ws.OpText
		}
		data = append(data, p...)
		if isText && !canBeText(data, h.Fin) {
			return fail(CodeInvalid, errNotText)
		}
		if inMessage = !h.Fin; h.Fin {
			all += fmt.Sprintf("%q %v; ", data, isText)
			data = nil
		}
	}
}

// canBeText reports whether data is text, or the beginning of one.
func canBeText(data []byte, isWhole bool) bool {
	for len(data) > 0 {
		if !utf8.FullRune(data) {
			return !isWhole
		}
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			return false
		}
		data = data[n:]
	}
	return true
}

// Any split of any input gives the same, and what the reference gives.
func FuzzFramesDoNotDependOnHowTheInputIsSplit(f *testing.F) {
	frame := func(fin bool, op ws.OpCode, data string) []byte {
		return ws.MustCompileFrame(ws.MaskFrameWith(ws.NewFrame(op, fin, []byte(data)), [4]byte{1, 2, 3, 4}))
	}
	join := func(frames ...[]byte) []byte { return bytes.Join(frames, nil) }
	f.Add(frame(true, ws.OpText, "hello"), false, uint64(1))
	f.Add(join(frame(false, ws.OpText, "h\xc3"), frame(true, ws.OpPing, "p"), frame(true, ws.OpContinuation, "\xa9")), false, uint64(2))
	f.Add(join(frame(true, ws.OpBinary, string(make([]byte, 200))), frame(true, ws.OpClose, "\x03\xe8bye")), false, uint64(3))
	f.Add(join(frame(false, ws.OpBinary, string(make([]byte, 200))), frame(true, ws.OpContinuation, string(make([]byte, 101)))), false, uint64(4))
	f.Add(ws.MustCompileFrame(ws.NewTextFrame([]byte("from a server"))), true, uint64(5))
	f.Add([]byte{0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, false, uint64(6))
	f.Add([]byte{0x88, 0x81, 0, 0, 0, 0, 1}, false, uint64(7))
	f.Add(frame(true, ws.OpText, "a part of the header")[:3], false, uint64(8))
	f.Add(frame(true, ws.OpText, "a part of the frame")[:9], false, uint64(9))
	f.Fuzz(func(t *testing.T, input []byte, isClient bool, seed uint64) {
		want := model(input, isClient)
		if got := decoded(t, input, isClient, nil); got != want {
			t.Fatalf("in one piece:\n%s\nwant\n%s", got, want)
		}
		if got := decoded(t, input, isClient, rand.New(rand.NewPCG(seed, 1))); got != want {
			t.Fatalf("in pieces:\n%s\nwant\n%s", got, want)
		}
	})
}

// Whatever is sent by one side is received by the other.
func FuzzWhatIsSentIsReceived(f *testing.F) {
	f.Add([]byte("hello"), true, false, uint64(1))
	f.Add([]byte{0xff}, true, true, uint64(2))
	f.Add(make([]byte, 126), false, true, uint64(3))
	f.Fuzz(func(t *testing.T, data []byte, isText, fromClient bool, seed uint64) {
		data = data[:min(len(data), fuzzLimits.Frame)]
		var buf codec.Buffer
		w := &wire{isClient: fromClient}
		fr, err := Message{Data: data, IsText: isText}.frame()
		if (err != nil) != (isText && !utf8.Valid(data)) {
			t.Fatalf("frame: %v", err)
		}
		if err != nil {
			return
		}
		for range 2 {
			if err := w.Encode(fr, &buf); err != nil {
				t.Fatal(err)
			}
		}
		one := fmt.Sprintf("%q %v; ", data, isText)
		got := decoded(t, buf.Bytes(), !fromClient, rand.New(rand.NewPCG(seed, 1)))
		if got[:min(len(got), 2*len(one))] != one+one {
			t.Fatalf("received %s", got)
		}
	})
}
