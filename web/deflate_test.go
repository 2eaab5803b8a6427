package web_test

import (
	"bytes"
	"compress/flate"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

// compressed are the sides of a connection with compression, the other one as bytes.
func compressed(task *edo.Task, limits web.Limits) (*web.Conn, *raw) {
	a, b := aio.Duplex(1 << 22)
	return web.CompressedServerOver(a, limits), &raw{Pipe: b, task: task}
}

// marked returns a frame of a client with the first reserved bit.
func marked(fin bool, op ws.OpCode, data string) []byte {
	return header(func(p []byte) { p[0] |= 0x40 }, op, data)[:len(masked(true, op, data))]
}

// opened is marked, without the bit of a last frame.
func opened(op ws.OpCode, data string) []byte {
	return header(func(p []byte) { p[0] = p[0]&0x7f | 0x40 }, op, data)
}

// deflated returns s as the data of a compressed message.
func deflated(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, s)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}

func TestTheAnswerToAnOfferOfCompressionIsOneThatCanBeKept(t *testing.T) {
	const none = ""
	both := "server_no_context_takeover;client_no_context_takeover"
	for _, c := range []struct{ offer, want string }{
		{none, none},
		{"permessage-deflate", both},
		{"permessage-deflate; client_max_window_bits", both},
		{"permessage-deflate; client_max_window_bits=10", both},
		{"permessage-deflate; server_no_context_takeover; client_no_context_takeover", both},
		{"permessage-deflate; server_max_window_bits=15", both + ";server_max_window_bits=15"},
		{"permessage-deflate; server_max_window_bits=10", none},
		{"permessage-deflate; server_max_window_bits=10, permessage-deflate", both},
		{"permessage-deflate, permessage-deflate; server_max_window_bits=15", both},
		{"permessage-deflate; unheard_of", none},
		{"permessage-deflate; server_max_window_bits=16", none},
		{"permessage-deflate; client_no_context_takeover=1", none},
		{"permessage-bzip2", none},
	} {
		for _, compress := range []bool{false, true} {
			a := &web.Acceptor{Compress: compress}
			head := handshakeOf(t, a, c.offer)
			got := strings.ReplaceAll(strings.TrimPrefix(head.Get("Sec-WebSocket-Extensions"), "permessage-deflate;"), " ", "")
			want := c.want
			if !compress {
				want = none
			}
			if got != want {
				t.Errorf("%q, Compress %v: answered %q, want %q", c.offer, compress, got, want)
			}
		}
	}
}

// handshakeOf returns the head of the answer to an offer.
func handshakeOf(t *testing.T, a *web.Acceptor, offer string) (head http.Header) {
	t.Helper()
	run(t, func(task *edo.Task) error {
		near, far := aio.Duplex(1 << 16)
		peer := &raw{Pipe: far, task: task}
		extensions := ""
		if offer != "" {
			extensions = "Sec-WebSocket-Extensions: " + offer + "\r\n"
		}
		peer.write(t, []byte("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"+extensions+"\r\n"))
		conn, err := a.Accept(task, near)
		if err != nil {
			return err
		}
		if conn.IsCompressed() != (a.Compress && strings.Contains(answerOf(t, peer, &head), "permessage-deflate")) {
			t.Errorf("%q: IsCompressed = %v", offer, conn.IsCompressed())
		}
		conn.Drop()
		return nil
	})
	return head
}

// answerOf reads the answer, and returns its extensions.
func answerOf(t *testing.T, peer *raw, head *http.Header) string {
	t.Helper()
	p := make([]byte, 4096)
	n, err := aio.Read(peer.task, peer.Pipe, p)
	if err != nil {
		t.Fatal(err)
	}
	*head = http.Header{}
	for _, line := range strings.Split(string(p[:n]), "\r\n")[1:] {
		if name, value, ok := strings.Cut(line, ": "); ok {
			head.Add(name, value)
		}
	}
	return head.Get("Sec-WebSocket-Extensions")
}

// The examples of RFC 7692, section 7.2.3.
func TestCompressedMessagesOfTheRFCAreDecompressed(t *testing.T) {
	for name, frames := range map[string][][]byte{
		"a fixed block":         {marked(true, ws.OpText, "\xf2\x48\xcd\xc9\xc9\x07\x00")},
		"in fragments":          {opened(ws.OpText, "\xf2\x48\xcd"), masked(true, ws.OpContinuation, "\xc9\xc9\x07\x00")},
		"a ping between":        {opened(ws.OpText, "\xf2"), masked(true, ws.OpPing, ""), masked(true, ws.OpContinuation, "\x48\xcd\xc9\xc9\x07\x00")},
		"a stored block":        {marked(true, ws.OpText, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00")},
		"the bit of a last one": {marked(true, ws.OpText, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00")},
		"two blocks":            {marked(true, ws.OpText, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00")},
		"not compressed":        {masked(true, ws.OpText, "Hello")},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(task *edo.Task) error {
				conn, peer := compressed(task, web.Limits{})
				defer conn.Drop()
				peer.write(t, frames...)
				wantMessage(t, task, conn, web.Text("Hello"))
				peer.write(t, marked(true, ws.OpText, "\x00"))
				wantMessage(t, task, conn, web.Text(""))
				return nil
			})
		})
	}
}

func TestACompressedMessageThatIsNotAllowedClosesWithItsCode(t *testing.T) {
	limits := web.Limits{Message: 1000}
	hello := "\xf2\x48\xcd\xc9\xc9\x07\x00"
	for _, c := range []struct {
		name string
		in   [][]byte
		want web.Code
	}{
		{"the mark on a continuation", [][]byte{opened(ws.OpText, hello[:3]), marked(true, ws.OpContinuation, hello[3:])}, 1002},
		{"the mark on a ping", [][]byte{marked(true, ws.OpPing, "")}, 1002},
		{"the mark on a close frame", [][]byte{marked(true, ws.OpClose, "")}, 1002},
		{"another reserved bit", [][]byte{header(func(p []byte) { p[0] |= 0x20 }, ws.OpText, hello)}, 1002},
		{"two reserved bits", [][]byte{header(func(p []byte) { p[0] |= 0x60 }, ws.OpText, hello)}, 1002},
		{"a block of no kind", [][]byte{marked(true, ws.OpText, "\x07")}, 1007},
		{"a block that is cut", [][]byte{marked(true, ws.OpText, hello[:4])}, 1007},
		{"no data", [][]byte{marked(true, ws.OpText, "")}, 1007},
		{"no block behind the last one", [][]byte{marked(true, ws.OpText, strings.Repeat("\x03\x00", 100))}, 1007},
		{"text is not UTF-8", [][]byte{marked(true, ws.OpText, deflated(t, "a\xff"))}, 1007},
		{"text ends in a character", [][]byte{marked(true, ws.OpText, deflated(t, "a\xc3"))}, 1007},
		{"too long when decompressed", [][]byte{marked(true, ws.OpBinary, deflated(t, strings.Repeat("x", 1001)))}, 1009},
		{"a thousand times as long", [][]byte{marked(true, ws.OpBinary, deflated(t, strings.Repeat("x", 1<<20)))}, 1009},
		{"too long before", [][]byte{opened(ws.OpBinary, strings.Repeat("\x00\x00\x00\xff\xff", 200)), masked(true, ws.OpContinuation, strings.Repeat("x", 100))}, 1009},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(task *edo.Task) error {
				conn, peer := compressed(task, limits)
				defer conn.Drop()
				peer.write(t, c.in...)
				wantEnd(t, task, conn, c.want)
				peer.wantClose(t, c.want)
				return nil
			})
		})
	}
}

func TestTheLongestMessageMayBeCompressed(t *testing.T) {
	noise := make([]byte, 100_000)
	rand.NewChaCha8([32]byte{1}).Read(noise)
	for _, s := range []string{strings.Repeat("x", 100_000), string(noise)} {
		run(t, func(task *edo.Task) error {
			conn, peer := compressed(task, web.Limits{Message: 100_000})
			defer conn.Drop()
			peer.write(t, marked(true, ws.OpBinary, deflated(t, s)))
			wantMessage(t, task, conn, web.Binary([]byte(s)))
			return nil
		})
	}
}

func TestAMessageIsCompressedWhenItBecomesShorter(t *testing.T) {
	noise := make([]byte, 300)
	rand.NewChaCha8([32]byte{2}).Read(noise)
	for _, c := range []struct {
		m    web.Message
		want bool
	}{
		{web.Text(strings.Repeat("x", 255)), false},
		{web.Text(strings.Repeat("x", 256)), true},
		{web.Binary(bytes.Repeat([]byte{1}, 100_000)), true},
		{web.Binary(noise), false},
	} {
		run(t, func(task *edo.Task) error {
			conn, peer := compressed(task, web.Limits{})
			defer conn.Drop()
			before := bytes.Clone(c.m.Data)
			if err := conn.Send(task, c.m); err != nil {
				return err
			}
			f := peer.next(t)
			if f.Header.Rsv1() != c.want || f.Header.Rsv2() || f.Header.Rsv3() {
				t.Errorf("%d bytes: reserved bits %d, want compressed %v", len(c.m.Data), f.Header.Rsv, c.want)
			}
			if c.want == (len(f.Payload) >= len(c.m.Data)) {
				t.Errorf("%d bytes: %d were sent", len(c.m.Data), len(f.Payload))
			}
			if !bytes.Equal(c.m.Data, before) {
				t.Error("the message of the sender was changed")
			}
			return nil
		})
	}
}

func TestCompressedSidesUnderstandEachOther(t *testing.T) {
	run(t, func(task *edo.Task) error {
		a, b := aio.Duplex(1 << 16)
		server, client := web.CompressedServerOver(a, web.Limits{Message: 1 << 22}), web.CompressedClientOver(b, web.Limits{Message: 1 << 22})
		defer client.Drop()
		edo.Go(task, func(task *edo.Task) error { return echo(task, server) })
		for _, s := range payloads() {
			for _, m := range []web.Message{web.Text(s), web.Binary([]byte(s))} {
				sent := edo.Spawn(task, client.SendFuture(m))
				wantMessage(t, task, client, m)
				if _, err := sent.Await(task); err != nil {
					return err
				}
			}
		}
		return client.Close(task, web.CodeNormal, "")
	})
}

func TestAClientTakesOnlyAnAnswerToItsOffer(t *testing.T) {
	for extension, want := range map[string]bool{
		"permessage-deflate; server_no_context_takeover":                             true,
		"permessage-deflate; server_no_context_takeover; client_no_context_takeover": true,
		"permessage-deflate; server_no_context_takeover; server_max_window_bits=9":   true,
		"permessage-deflate": false,
		"permessage-deflate; server_no_context_takeover; client_max_window_bits=10":                      false,
		"permessage-deflate; server_no_context_takeover; other":                                          false,
		"permessage-deflate; server_no_context_takeover, permessage-deflate; server_no_context_takeover": false,
		"other": false,
	} {
		run(t, func(task *edo.Task) error {
			for _, compress := range []bool{true, false} {
				near, far := aio.Duplex(1 << 16)
				connects := edo.GoValue(task, func(task *edo.Task) (*web.Conn, error) {
					return (&web.Dialer{Compress: compress}).Connect(task, near, "ws://example.com/")
				})
				p := make([]byte, 4096)
				n, err := aio.Read(task, far, p)
				if err != nil {
					return err
				}
				_, key, _ := strings.Cut(string(p[:n]), "Sec-Websocket-Key: ")
				key, _, _ = strings.Cut(key, "\r\n")
				sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
				answer := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
					base64.StdEncoding.EncodeToString(sum[:]) + "\r\nSec-WebSocket-Extensions: " + extension + "\r\n\r\n"
				if _, err := aio.WriteAll(task, far, []byte(answer)); err != nil {
					return err
				}
				conn, err := connects.Await(task)
				if (err == nil) != (want && compress) {
					t.Errorf("%q, Compress %v: %v", extension, compress, err)
				}
				if err == nil {
					conn.Drop()
				}
			}
			return nil
		})
	}
}

func FuzzADecompressedMessageIsWithinTheLimit(f *testing.F) {
	f.Add([]byte("\xf2\x48\xcd\xc9\xc9\x07\x00"), 10)
	f.Add([]byte("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), 4)
	f.Fuzz(func(t *testing.T, data []byte, limit int) {
		if limit < 0 || limit > 1<<16 {
			return
		}
		if out, err := web.Inflate(data, limit); err == nil && len(out) > limit {
			t.Errorf("%d bytes, above %d", len(out), limit)
		}
		if short := web.Deflate(data); short != nil {
			if out, err := web.Inflate(short, len(data)); err != nil || !bytes.Equal(out, data) {
				t.Errorf("%d bytes, deflated to %d, are %d, %v", len(data), len(short), len(out), err)
			}
			if _, err := web.Inflate(short, len(data)-1); err == nil {
				t.Error("a message above the limit was taken")
			}
		}
	})
}

func BenchmarkDeflate(b *testing.B) {
	text := []byte(strings.Repeat(`{"user":"alice","room":"lobby","text":"hello, how are you","at":1732890000}`+"\n", 100))
	short := bytes.Clone(web.Deflate(text))
	b.Run("deflate", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			web.Deflate(text)
		}
	})
	b.Run("inflate", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			web.Inflate(short, len(text))
		}
	})
}

// Short messages that become long, or are much work, are in the buffer together: the task that
// receives them gives way between them.
func TestDecompressionUsesTheBudget(t *testing.T) {
	const messages = 50
	run(t, func(task *edo.Task) error {
		conn, peer := compressed(task, web.Limits{})
		defer conn.Drop()
		p := marked(true, ws.OpBinary, deflated(t, strings.Repeat("x", 600<<10)))
		for range messages {
			peer.write(t, p)
		}
		received := 0
		receiving := edo.Go(task, func(task *edo.Task) error {
			for ; received < messages; received++ {
				if _, err := conn.Recv(task); err != nil {
					received = messages
					return err
				}
			}
			return nil
		})
		for before := 0; received < messages; before = received {
			if err := edo.Yield(task); err != nil {
				return err
			}
			if n := received - before; n > 2 {
				t.Errorf("%d messages were decompressed while another task waited", n)
			}
		}
		_, err := receiving.Await(task)
		return err
	})
}
