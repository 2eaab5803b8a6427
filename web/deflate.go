package web

import (
	"bytes"
	"compress/flate"
	"math"
	"strings"
	"sync"

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
