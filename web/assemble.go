package web

import (
	"unicode/utf8"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/codec"
	"github.com/gobwas/ws"
)

// Messages are made of frames in pieces, and between two of them other tasks run once the budget is used
// up. So a peer whose messages are long, or are much work, delays others by less than a millisecond.

// plainPiece is how many bytes are unmasked, and checked, in one piece. plainUnit is how many of them are
// one operation of the budget. inflatePiece and inflateUnit are the same for the work of an inflater.
const (
	plainPiece   = 32 << 10
	plainUnit    = 2 << 10
	inflatePiece = 8 << 10
	inflateUnit  = 256
)

// open begins a message, if none is open. Its first frame says what it is.
func (p *part) open(h ws.Header) {
	if !p.isOpen {
		p.isOpen, p.isText, p.isCompressed = true, h.OpCode == ws.OpText, h.Rsv == rsv1
	}
}

// add adds what follows of the data. What comes first is kept, and not copied.
func (p *part) add(data []byte) {
	if p.data == nil {
		p.data = data
	} else {
		p.data = append(p.data, data...)
	}
}

// isValid checks what has come of a text. One that is compressed is checked as it is decompressed.
func (p *part) isValid(isWhole bool) bool {
	return !p.isText || p.isCompressed || p.text.check(p.data, isWhole)
}

// takeFrame takes a frame of a message. It is masked if its header says so.
func (w *wire) takeFrame(buf *codec.Buffer, h ws.Header, data []byte) (event, bool, error) {
	if len(data) > plainPiece {
		p := w.begun()
		p.open(h)
		p.isLong, p.header, p.frame, p.done = true, h, data, 0
		return w.takePiece(buf)
	}
	buf.Charge(len(data) / plainUnit)
	if h.Masked {
		ws.Cipher(data, h.Mask, 0)
	}
	if h.Fin && h.Rsv == 0 && w.part == nil { // the most frequent case
		isText := h.OpCode == ws.OpText
		if isText && !utf8.Valid(data) {
			return w.fail(&CloseError{Code: CodeInvalid, Err: errNotText})
		}
		return event{kind: message, data: data, text: isText}, true, nil
	}
	p := w.begun()
	p.open(h)
	p.add(data)
	return w.endFrame(buf, h.Fin)
}

// takePiece takes the next piece of a long frame.
func (w *wire) takePiece(buf *codec.Buffer) (event, bool, error) {
	p := w.part
	h := p.header
	next := p.frame[p.done:min(len(p.frame), p.done+plainPiece)]
	buf.Charge(len(next) / plainUnit)
	if h.Masked {
		ws.Cipher(next, h.Mask, p.done)
	}
	p.done += len(next)
	isEnd := p.done == len(p.frame)
	if h.OpCode == ws.OpContinuation {
		p.add(next)
	} else {
		p.data = p.frame[:p.done]
	}
	if isEnd {
		p.isLong, p.frame = false, nil
		return w.endFrame(buf, h.Fin)
	}
	if !p.isValid(false) {
		return w.fail(&CloseError{Code: CodeInvalid, Err: errNotText})
	}
	return event{}, false, nil
}

// endFrame ends a frame of a message, whose data has been added.
func (w *wire) endFrame(buf *codec.Buffer, isLast bool) (event, bool, error) {
	p := w.part
	switch {
	case !p.isValid(isLast):
		return w.fail(&CloseError{Code: CodeInvalid, Err: errNotText})
	case !isLast:
		return event{}, true, nil
	case p.isCompressed:
		p.inflates(w.limits.maxMessage())
		return w.inflate(buf)
	}
	w.part = nil
	return event{kind: message, data: p.data, text: p.isText}, true, nil
}

// inflate decompresses the next piece of a message.
func (w *wire) inflate(buf *codec.Buffer) (event, bool, error) {
	p := w.part
	left, isWhole, err := p.inflater.step(inflatePiece)
	buf.Charge((inflatePiece - left) / inflateUnit)
	p.data = p.inflater.out
	switch _, isPanic := err.(*edo.PanicError); {
	case isPanic:
		return w.fail(&CloseError{Code: CodeInternal, Err: err})
	case err == errLongDeflate:
		return w.fail(&CloseError{Code: CodeTooBig, Err: err})
	case err != nil:
		return w.fail(&CloseError{Code: CodeInvalid, Err: err})
	case p.isText && !p.text.check(p.data, isWhole):
		return w.fail(&CloseError{Code: CodeInvalid, Err: errNotText})
	case !isWhole:
		return event{}, false, nil
	}
	p.free()
	w.part = nil
	return event{kind: message, data: p.data, text: p.isText}, true, nil
}
