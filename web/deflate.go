package web

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/gobwas/httphead"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
)

// Compression of messages, RFC 7692 (permessage-deflate), without context takeover: each message is
// compressed by itself, so that nothing is kept between two.

// deflateOffer is what a client asks for.
const deflateOffer = wsflate.ExtensionName + "; server_no_context_takeover; client_no_context_takeover"

// minDeflate is the shortest message that is compressed, in bytes: below, there is little to gain.
const minDeflate = 256

// windowBits are those of package compress/flate, which cannot be told to use a smaller window.
const windowBits = 15

// terms are what the two sides of a handshake have agreed on.
type terms struct {
	protocol     string
	isCompressed bool
}

// negotiate answers an extension that a client offers: by one without a name if it is not used. It
// takes the first offer that it can keep.
func (t *terms) negotiate(offer httphead.Option) (answer httphead.Option, err error) {
	var p wsflate.Parameters
	if t.isCompressed || string(offer.Name) != wsflate.ExtensionName || p.Parse(offer) != nil {
		return answer, nil
	}
	if p.ServerMaxWindowBits.Defined() && p.ServerMaxWindowBits != windowBits {
		return answer, nil
	}
	t.isCompressed = true
	return wsflate.Parameters{
		ServerNoContextTakeover: true,
		ClientNoContextTakeover: true,
		ServerMaxWindowBits:     p.ServerMaxWindowBits,
	}.Option(), nil
}

// isAgreed reports whether a server's answer agrees to deflateOffer. The server may use a smaller
// window; it must not ask for one, nor keep a context.
func isAgreed(answer []string) bool {
	options, ok := httphead.ParseOptions([]byte(strings.Join(answer, ", ")), nil)
	if !ok || len(options) != 1 || string(options[0].Name) != wsflate.ExtensionName {
		return false
	}
	var p wsflate.Parameters
	return p.Parse(options[0]) == nil && p.ServerNoContextTakeover && !p.ClientMaxWindowBits.Defined()
}

// rsv1 marks the first frame of a message that is compressed.
const rsv1 = 4

// takeMark removes the mark of a compressed message from a header, if it is allowed there. What is
// left is as without the extension.
func takeMark(h *ws.Header) bool {
	isMarked := h.Rsv == rsv1 && (h.OpCode == ws.OpText || h.OpCode == ws.OpBinary)
	if isMarked {
		h.Rsv = 0
	}
	return isMarked
}

// maxDeflated is the length of a message of n bytes that does not become shorter.
func maxDeflated(n int) int {
	if n > math.MaxInt/2 {
		return n
	}
	return n + n>>8 + 64
}

// deflater compresses messages, one after the other.
type deflater struct {
	out bytes.Buffer
	w   *flate.Writer
}

var deflaters = sync.Pool{New: func() any {
	d := new(deflater)
	d.w, _ = flate.NewWriter(&d.out, flate.BestSpeed)
	return d
}}

// deflate returns data compressed, in the memory of d, or nil if that is not shorter.
func (d *deflater) deflate(data []byte) []byte {
	d.out.Reset()
	d.w.Reset(&d.out)
	d.w.Write(data)
	d.w.Flush()
	p := bytes.TrimSuffix(d.out.Bytes(), deflateTail[:4])
	if len(p) >= len(data) {
		return nil
	}
	return p
}

// put gives d back, without the memory of a long message.
func (d *deflater) put() {
	if d.out.Cap() > 64<<10 {
		d.out = bytes.Buffer{}
	}
	deflaters.Put(d)
}

// deflateTail ends the data of a message: the four bytes that its sender has left out, and a last
// block, which is empty.
var deflateTail = []byte{0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff}

// inflater decompresses messages, one after the other.
type inflater struct {
	parts [2]bytes.Reader // the data and the tail
	r     io.ReadCloser
}

var inflaters = sync.Pool{New: func() any {
	i := new(inflater)
	i.r = flate.NewReader(i)
	return i
}}

// Read reads the data and then the tail.
func (i *inflater) Read(p []byte) (int, error) {
	if n, err := i.parts[0].Read(p); err == nil || len(p) == 0 {
		return n, nil
	}
	return i.parts[1].Read(p)
}

// ReadByte is what package flate uses: it takes no byte that it does not need.
func (i *inflater) ReadByte() (byte, error) {
	if b, err := i.parts[0].ReadByte(); err == nil {
		return b, nil
	}
	return i.parts[1].ReadByte()
}

// left returns how many bytes were not read.
func (i *inflater) left() int { return i.parts[0].Len() + i.parts[1].Len() }

var (
	errDeflate     = errors.New("web: a compressed message is broken")
	errLongDeflate = errors.New("web: a message is above the limit once it is decompressed")
)

// inUnit and outUnit are how many bytes of a compressed message, and of what it holds, are one
// operation of the budget. A peer chooses how long a message becomes, and how much work each of its
// bytes is: one that defines codes and uses them for little is up to 100 times as much as others.
const (
	inUnit  = 64
	outUnit = 4 << 10
)

// maxBeginnings is how often a message may begin its blocks.
const maxBeginnings = 16

// inflate returns the message that data is, compressed: of at most limit bytes. The memory grows
// with what comes out, and not with what a peer claims.
func inflate(data []byte, limit int) ([]byte, error) {
	i := inflaters.Get().(*inflater)
	defer inflaters.Put(i)
	i.parts[0].Reset(data)
	i.parts[1].Reset(deflateTail)
	defer i.parts[0].Reset(nil)
	out := make([]byte, 0, min(3*len(data)+64, limit+1))
	// A sender may end its blocks and begin again, RFC 7692, section 7.2.3.4. Each beginning costs
	// as much as some kilobytes of data.
	for beginnings := 0; i.left() > 0; beginnings++ {
		if beginnings == maxBeginnings {
			return nil, errDeflate
		}
		i.r.(flate.Resetter).Reset(i, out[max(0, len(out)-wsflate.MaxLZ77WindowSize):])
		for {
			if len(out) == cap(out) {
				out = append(out, 0)[:len(out)]
			}
			n, err := i.r.Read(out[len(out):cap(out)])
			out = out[:len(out)+n]
			if len(out) > limit {
				return nil, errLongDeflate
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, errDeflate
			}
		}
	}
	return out, nil
}

// decompress returns a compressed message that came whole, as an event.
func (w *wire) decompress(data []byte, isText bool) (event, bool, error) {
	out, err := inflate(data, w.limits.maxMessage())
	switch {
	case err == errLongDeflate:
		return w.fail(&CloseError{Code: CodeTooBig, Err: err})
	case err != nil:
		return w.fail(&CloseError{Code: CodeInvalid, Err: err})
	case isText && !utf8.Valid(out):
		return w.fail(&CloseError{Code: CodeInvalid, Err: errNotText})
	}
	return event{kind: message, data: out, text: isText, work: len(data)/inUnit + len(out)/outUnit}, true, nil
}
