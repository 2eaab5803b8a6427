package web_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

// header returns a masked frame whose header is changed by hand.
func header(change func(p []byte), op ws.OpCode, data string) []byte {
	p := masked(true, op, data)
	change(p)
	return p
}

// What a client must not send, each with the code that the server closes with. The names are the
// sections of RFC 6455.
func TestAFrameThatIsNotAllowedClosesWithItsCode(t *testing.T) {
	limits := web.Limits{Message: 200, Frame: 150}
	text := func(s string) []byte { return masked(true, ws.OpText, s) }
	for _, c := range []struct {
		name string
		in   [][]byte
		want web.Code
	}{
		{"5.1 an unmasked frame", [][]byte{unmasked(true, ws.OpText, "x")}, 1002},
		{"5.2 RSV1", [][]byte{header(func(p []byte) { p[0] |= 0x40 }, ws.OpText, "x")}, 1002},
		{"5.2 RSV2", [][]byte{header(func(p []byte) { p[0] |= 0x20 }, ws.OpText, "x")}, 1002},
		{"5.2 RSV3", [][]byte{header(func(p []byte) { p[0] |= 0x10 }, ws.OpText, "x")}, 1002},
		{"5.2 RSV1 on a ping", [][]byte{header(func(p []byte) { p[0] |= 0x40 }, ws.OpPing, "x")}, 1002},
		{"5.2 opcode 3", [][]byte{masked(true, 3, "x")}, 1002},
		{"5.2 opcode 7", [][]byte{masked(true, 7, "x")}, 1002},
		{"5.2 opcode 11", [][]byte{masked(true, 11, "x")}, 1002},
		{"5.2 opcode 15", [][]byte{masked(true, 15, "x")}, 1002},
		{"5.2 a length of 16 bits that fits in 7", [][]byte{{0x81, 0x80 | 126, 0, 125, 1, 2, 3, 4}}, 1002},
		{"5.2 a length of 64 bits that fits in 16", [][]byte{{0x81, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 126, 1, 2, 3, 4}}, 1002},
		{"5.2 a length with the highest bit", [][]byte{{0x81, 0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}}, 1002},
		{"5.4 a continuation of nothing", [][]byte{masked(true, ws.OpContinuation, "x")}, 1002},
		{"5.4 a continuation after the message", [][]byte{masked(false, ws.OpText, "a"), masked(true, ws.OpContinuation, "b"), masked(true, ws.OpContinuation, "x")}, 1002},
		{"5.4 a text inside a message", [][]byte{masked(false, ws.OpText, "a"), text("b")}, 1002},
		{"5.4 a binary inside a message", [][]byte{masked(false, ws.OpText, "a"), masked(false, ws.OpBinary, "b")}, 1002},
		{"5.5 a ping in fragments", [][]byte{masked(false, ws.OpPing, "x")}, 1002},
		{"5.5 a close frame in fragments", [][]byte{masked(false, ws.OpClose, "")}, 1002},
		{"5.5 a ping of 126 bytes", [][]byte{masked(true, ws.OpPing, strings.Repeat("x", 126))}, 1002},
		{"5.5 a pong of 126 bytes", [][]byte{masked(true, ws.OpPong, strings.Repeat("x", 126))}, 1002},
		{"5.5.1 a close frame of one byte", [][]byte{masked(true, ws.OpClose, "x")}, 1002},
		{"7.4.1 code 0", [][]byte{masked(true, ws.OpClose, "\x00\x00")}, 1002},
		{"7.4.1 code 999", [][]byte{masked(true, ws.OpClose, "\x03\xe7")}, 1002},
		{"7.4.1 code 1004", [][]byte{masked(true, ws.OpClose, "\x03\xec")}, 1002},
		{"7.4.1 code 1005", [][]byte{masked(true, ws.OpClose, "\x03\xed")}, 1002},
		{"7.4.1 code 1006", [][]byte{masked(true, ws.OpClose, "\x03\xee")}, 1002},
		{"7.4.1 code 1015", [][]byte{masked(true, ws.OpClose, "\x03\xf7")}, 1002},
		{"7.4.2 code 1016", [][]byte{masked(true, ws.OpClose, "\x03\xf8")}, 1002},
		{"7.4.2 code 2999", [][]byte{masked(true, ws.OpClose, "\x0b\xb7")}, 1002},
		{"7.4.2 code 5000", [][]byte{masked(true, ws.OpClose, "\x13\x88")}, 1002},
		{"7.4.2 code 65535", [][]byte{masked(true, ws.OpClose, "\xff\xff")}, 1002},
		{"8.1 the reason is not UTF-8", [][]byte{masked(true, ws.OpClose, "\x03\xe8\xff")}, 1007},
		{"8.1 text is not UTF-8", [][]byte{text("a\xff")}, 1007},
		{"8.1 a surrogate", [][]byte{text("\xed\xa0\x80")}, 1007},
		{"8.1 text ends in a character", [][]byte{text("a\xc3")}, 1007},
		{"8.1 a message ends in a character", [][]byte{masked(false, ws.OpText, "a\xc3"), masked(true, ws.OpContinuation, "")}, 1007},
		{"8.1 a fragment is not UTF-8, and the message goes on", [][]byte{masked(false, ws.OpText, "a\xff")}, 1007},
		{"8.1 a character goes on wrongly", [][]byte{masked(false, ws.OpText, "a\xe2\x82"), masked(false, ws.OpContinuation, "a")}, 1007},
		{"10.4 a frame above the limit", [][]byte{masked(true, ws.OpBinary, strings.Repeat("x", 151))[:8]}, 1009},
		{"10.4 a message above the limit", [][]byte{masked(false, ws.OpBinary, strings.Repeat("x", 150)), masked(false, ws.OpContinuation, strings.Repeat("x", 51))[:6]}, 1009},
		{"10.4 the longest length", [][]byte{{0x82, 0x80 | 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}}, 1009},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(task *edo.Task) error {
				conn, peer := server(task, limits)
				peer.write(t, c.in...)
				peer.write(t, text("discarded"))
				for {
					m, err := conn.Recv(task)
					if err == nil && m.String() == "ab" {
						continue // the message before
					}
					var e *web.CloseError
					if !errors.As(err, &e) || e.Code != c.want || e.Err == nil {
						t.Errorf("Recv = %q, %v; want %d", m.Data, err, c.want)
					}
					break
				}
				if _, err := conn.Recv(task); err != io.EOF {
					t.Errorf("after the error, Recv = %v", err)
				}
				peer.wantClose(t, c.want)
				if err := conn.Send(task, web.Text("late")); !errors.Is(err, edo.ErrClosed) {
					t.Errorf("Send after the close frame = %v", err)
				}
				conn.Drop()
				return nil
			})
		})
	}
}

func TestAMaskedFrameOfAServerIsAgainstTheProtocol(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, peer := client(task, web.Limits{})
		defer conn.Drop()
		peer.write(t, masked(true, ws.OpText, "x"))
		wantEnd(t, task, conn, web.CodeProtocol)
		peer.wantClose(t, web.CodeProtocol)
		return nil
	})
}

func TestMessagesComeAsTheyWereSent(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, peer := server(task, web.Limits{Message: 1 << 20})
		defer conn.Drop()
		for _, n := range []int{0, 1, 125, 126, 127, 65535, 65536, 1 << 20} {
			s := strings.Repeat("x", n)
			peer.write(t, masked(true, ws.OpText, s), masked(true, ws.OpBinary, s))
			wantMessage(t, task, conn, web.Text(s))
			wantMessage(t, task, conn, web.Binary([]byte(s)))
			if err := conn.Send(task, web.Text(s)); err != nil {
				return err
			}
			if f := peer.next(t); !f.Header.Fin || f.Header.Masked || f.Header.OpCode != ws.OpText || string(f.Payload) != s {
				t.Errorf("%d bytes: sent %+v", n, f.Header)
			}
		}
		return nil
	})
}

func TestFragmentsAreOneMessageAndAPingBetweenThemIsAnswered(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, peer := server(task, web.Limits{})
		defer conn.Drop()
		peer.write(t, masked(false, ws.OpText, "hel"), masked(true, ws.OpPing, "mid"), masked(false, ws.OpContinuation, ""),
			masked(true, ws.OpPong, "ignored"), masked(true, ws.OpContinuation, "lo"))
		wantMessage(t, task, conn, web.Text("hello"))
		if f := peer.next(t); f.Header.OpCode != ws.OpPong || string(f.Payload) != "mid" {
			t.Errorf("the ping was answered by opcode %d, %q", f.Header.OpCode, f.Payload)
		}
		return nil
	})
}

func TestACharacterMayBeCutAcrossFragments(t *testing.T) {
	const text = "aé€😀z"
	run(t, func(task *edo.Task) error {
		conn, peer := server(task, web.Limits{})
		defer conn.Drop()
		for i := range len(text) {
			peer.write(t, masked(false, ws.OpText, text[:i]), masked(true, ws.OpContinuation, text[i:]))
			wantMessage(t, task, conn, web.Text(text))
		}
		peer.write(t, masked(false, ws.OpText, ""))
		for i := range len(text) {
			peer.write(t, masked(false, ws.OpContinuation, text[i:i+1]))
		}
		peer.write(t, masked(true, ws.OpContinuation, ""))
		wantMessage(t, task, conn, web.Text(text))
		return nil
	})
}

func TestACloseFrameIsAnsweredByItsCode(t *testing.T) {
	for _, code := range []web.Code{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999, web.CodeNone} {
		run(t, func(task *edo.Task) error {
			conn, peer := server(task, web.Limits{})
			defer conn.Drop()
			payload := string([]byte{byte(code >> 8), byte(code)}) + "why"
			reason := "why"
			if code == web.CodeNone {
				payload, reason = "", ""
			}
			peer.write(t, masked(true, ws.OpClose, payload), masked(true, ws.OpText, "discarded"))
			if code == 1000 || code == 1001 || code == web.CodeNone {
				if _, err := conn.Recv(task); err != io.EOF {
					t.Errorf("code %d: Recv = %v, want EOF", code, err)
				}
			} else {
				wantEnd(t, task, conn, code)
			}
			if s := conn.Status(); s == nil || s.Code != code || s.Reason != reason {
				t.Errorf("code %d: Status = %v", code, s)
			}
			peer.wantClose(t, code)
			return nil
		})
	}
}

func TestAnEndWithoutACloseFrameIsAbnormal(t *testing.T) {
	for _, last := range [][]byte{nil, {0x81}, masked(true, ws.OpText, "cut")[:7], masked(false, ws.OpText, "no end")} {
		run(t, func(task *edo.Task) error {
			conn, peer := server(task, web.Limits{})
			defer conn.Drop()
			peer.write(t, last)
			peer.Close()
			if e := wantEnd(t, task, conn, web.CodeAbnormal); !errors.Is(e, io.ErrUnexpectedEOF) {
				t.Errorf("after % x: %v does not match io.ErrUnexpectedEOF", last, e)
			}
			return nil
		})
	}
}

func TestAClientMasksEachFrameAnew(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, peer := client(task, web.Limits{})
		defer conn.Drop()
		masks := map[[4]byte]bool{}
		for range 20 {
			if err := conn.Send(task, web.Binary([]byte("0123456789abcdefghi"))); err != nil {
				return err
			}
			f := peer.next(t)
			if string(f.Payload) != "0123456789abcdefghi" {
				t.Fatalf("sent %q", f.Payload)
			}
		}
		for range 20 {
			if err := conn.Send(task, web.Text("m")); err != nil {
				return err
			}
			p := make([]byte, 7)
			if _, err := peer.read(t, p); err != nil {
				return err
			}
			if p[1]&0x80 == 0 {
				t.Fatal("a frame without a mask")
			}
			masks[[4]byte(p[2:6])] = true
		}
		if len(masks) < 19 {
			t.Errorf("20 frames have %d masks", len(masks))
		}
		return nil
	})
}

func TestTextThatIsNotUTF8IsNotSent(t *testing.T) {
	run(t, func(task *edo.Task) error {
		conn, peer := server(task, web.Limits{})
		defer conn.Drop()
		if err := conn.Send(task, web.Text("\xff")); err == nil {
			t.Error("it was sent")
		}
		if err := conn.Send(task, web.Text("next")); err != nil {
			return err
		}
		if f := peer.next(t); string(f.Payload) != "next" {
			t.Errorf("sent %q", f.Payload)
		}
		return nil
	})
}
