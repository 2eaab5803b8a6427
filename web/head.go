package web

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/codec"
)

// maxHead is the longest head of a request or an answer.
const maxHead = 8 << 10

var errLongHead = fmt.Errorf("web: a head of more than %d bytes", maxHead)

// head is the codec of the heads of a handshake. A head goes up to its empty line, and what comes
// behind that stays in the buffer: it is for the WebSocket.
type head struct{ looked int } // bytes in which there is no end

var headEnd = []byte("\r\n\r\n")

// Decode removes a head.
func (h *head) Decode(buf *codec.Buffer, end bool) ([]byte, bool, error) {
	b := buf.Bytes()
	b = b[:min(len(b), maxHead)]
	from := max(0, h.looked-len(headEnd)+1)
	if i := bytes.Index(b[from:], headEnd); i >= 0 {
		h.looked = 0
		return buf.Take(from + i + len(headEnd)), true, nil
	}
	if len(b) == maxHead {
		return nil, false, errLongHead
	}
	h.looked = len(b)
	return nil, false, nil
}

// Encode appends a head.
func (h *head) Encode(p []byte, buf *codec.Buffer) error {
	buf.Write(p)
	return nil
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
	switch {
	case poll == edo.End:
		return nil, edo.Ready, abnormal(nil).Err
	case err != nil && !errors.Is(err, errLongHead):
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
