package web

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
)

// maxHead is the longest head of a request or an answer.
const maxHead = 8 << 10

var errLongHead = fmt.Errorf("web: a head of more than %d bytes", maxHead)

// head is the codec of the heads of a handshake. A head goes up to its empty line, and what comes
// behind that stays in the buffer: it is for the WebSocket.
//
// The beginning of a head moves out of the buffer, whose storage is 16 KiB and goes back to its
// pool: so a client that has sent half a request, and waits, holds no more than that.
type head struct{ begun []byte }

var headEnd = []byte("\r\n\r\n")

// Decode removes a head, or keeps the beginning of one.
func (h *head) Decode(buf *codec.Buffer, end bool) ([]byte, bool, error) {
	b := buf.Bytes()
	looked := len(h.begun)
	from := max(0, looked-len(headEnd)+1)
	all := append(h.begun, b[:min(len(b), maxHead-looked)]...)
	if i := bytes.Index(all[from:], headEnd); i >= 0 {
		n := from + i + len(headEnd)
		buf.Discard(n - looked)
		h.begun = nil
		return all[:n:n], true, nil
	}
	if len(all) == maxHead {
		return nil, false, errLongHead
	}
	buf.Discard(len(b))
	h.begun = all
	return nil, false, nil
}

// Encode appends a head.
func (h *head) Encode(p []byte, buf *codec.Buffer) error {
	buf.Write(p)
	return nil
}

// requestReader reads a request from memory.
type requestReader struct {
	data bytes.Reader
	in   *bufio.Reader
}

var requestReaders = sync.Pool{New: func() any { return &requestReader{in: bufio.NewReader(nil)} }}

// readRequest reads the head of a request.
func readRequest(p []byte) (*http.Request, error) {
	from := requestReaders.Get().(*requestReader)
	from.data.Reset(p)
	from.in.Reset(&from.data)
	r, err := http.ReadRequest(from.in)
	if err != nil || r.Body == http.NoBody { // a body would be read from it
		from.data.Reset(nil)
		requestReaders.Put(from)
	}
	return r, err
}

// handshake is a connection whose handshake is under way.
type handshake struct {
	framed *codec.Framed[[]byte, []byte] // nil: not begun, or ended
}

func newHandshake(inner aio.ReadWriter) handshake {
	return handshake{codec.NewFramed[[]byte, []byte](inner, &head{})}
}

// pollHead returns the next head.
func (h *handshake) pollHead(cx *edo.Context) ([]byte, edo.Poll, error) {
	p, poll, err := h.framed.PollNext(cx)
	if poll == edo.End {
		poll, err = edo.Ready, io.ErrUnexpectedEOF
	}
	if err != nil && !errors.Is(err, errLongHead) {
		err = fmt.Errorf("web: the connection was lost in the handshake: %w", err)
	}
	return p, poll, err
}

// RefusedError says that a handshake was refused, by this side or by the other.
type RefusedError struct {
	Status int // of HTTP, as in the answer
	Reason string
}

// Error says the status and the reason.
func (e *RefusedError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("web: the handshake was refused with %d %s: %s", e.Status, http.StatusText(e.Status), e.Reason))
}
