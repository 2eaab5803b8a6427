package web_test

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/web"
	"github.com/gobwas/ws"
)

// reference decompresses a message with package compress/flate.
func reference(data []byte) (out []byte, err error) {
	in := bytes.NewReader(append(bytes.Clone(data), 0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff))
	for in.Len() > 0 {
		r := flate.NewReaderDict(in, out[max(0, len(out)-1<<15):])
		more, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// wantInflated requires that data is decompressed as by package compress/flate, in steps of any size.
func wantInflated(t *testing.T, data []byte) {
	t.Helper()
	want, wantErr := reference(data)
	for _, work := range []int{1, 7, 1000, 1 << 20} {
		got, err := web.InflateBy(data, 1<<24, work)
		if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
			t.Fatalf("%d bytes in steps of %d: %d bytes, %v; want %d bytes, %v", len(data), work, len(got), err, len(want), wantErr)
		}
	}
}

// texts are data of several kinds: matches near and far, none, and runs.
func texts() (all [][]byte) {
	noise := make([]byte, 100_000)
	rand.NewChaCha8([32]byte{3}).Read(noise)
	few := bytes.Clone(noise)
	for i := range few {
		few[i] = "abcdefgh"[few[i]&7]
	}
	far := append(append(bytes.Clone(noise[:33_000]), noise[:32_000]...), noise[:32_768]...)
	return [][]byte{nil, []byte("a"), []byte(strings.Repeat("x", 70_000)), noise, few, far,
		[]byte(strings.Repeat(`{"user":"alice","text":"hello, how are you"}`+"\n", 2000)), noise[:20]}
}

func TestWhatIsCompressedIsDecompressedInStepsOfAnySize(t *testing.T) {
	for _, text := range texts() {
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, 6, flate.BestCompression} {
			for _, flushEach := range []int{0, 1, 100} {
				var b bytes.Buffer
				w, err := flate.NewWriter(&b, level)
				if err != nil {
					t.Fatal(err)
				}
				if flushEach > 0 {
					for p := range text[:min(len(text), 500)] {
						w.Write(text[p : p+1])
						if p%flushEach == 0 {
							w.Flush()
						}
					}
				}
				w.Write(text[min(len(text), 500*flushEach):])
				w.Flush()
				wantInflated(t, bytes.TrimSuffix(b.Bytes(), []byte{0, 0, 0xff, 0xff}))
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				wantInflated(t, append(b.Bytes(), 0)) // RFC 7692, section 7.2.3.4
			}
		}
	}
}

// What is broken is an error where compress/flate has one: at every bit of messages of every kind.
func TestABrokenMessageIsAnErrorOrTheSameData(t *testing.T) {
	for _, text := range texts() {
		text = text[:min(len(text), 300)]
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, flate.BestCompression} {
			var b bytes.Buffer
			w, err := flate.NewWriter(&b, level)
			if err != nil {
				t.Fatal(err)
			}
			w.Write(text)
			w.Flush()
			whole := b.Bytes()[:b.Len()-4]
			for i := range len(whole) * 8 {
				broken := bytes.Clone(whole)
				broken[i/8] ^= 1 << (i % 8)
				wantInflated(t, broken)
			}
			for n := range whole {
				wantInflated(t, whole[:n])
			}
		}
	}
}

func FuzzAMessageIsDecompressedAsByCompressFlate(f *testing.F) {
	f.Add([]byte("\xf2\x48\xcd\xc9\xc9\x07\x00"), 1)
	f.Add([]byte("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), 5)
	f.Add([]byte(strings.Repeat("\x03\x00", 20)+"\x00"), 100)
	f.Add([]byte(costly(200)), 1000)
	f.Add([]byte(deflatedBest(strings.Repeat("hello, how are you? ", 30))), 30)
	f.Fuzz(func(t *testing.T, data []byte, work int) {
		if work < 1 || len(data) > 1<<16 {
			return
		}
		want, wantErr := reference(data)
		got, err := web.InflateBy(data, 1<<26, work)
		if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
			t.Fatalf("%d bytes, %v; want %d bytes, %v", len(got), err, len(want), wantErr)
		}
	})
}

// deflatedBest is deflated without a test.
func deflatedBest(s string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	io.WriteString(w, s)
	w.Flush()
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}

// bitWriter writes bits as DEFLATE does, from the lowest one on.
type bitWriter struct {
	out   []byte
	ahead uint64
	n     int
}

func (b *bitWriter) put(v, n int) {
	b.ahead |= uint64(v) << b.n
	for b.n += n; b.n >= 8; b.n -= 8 {
		b.out = append(b.out, byte(b.ahead))
		b.ahead >>= 8
	}
}

// costly returns a message of about n bytes that holds nothing: its blocks define the codes that are the
// most work, and use them for their end alone.
func costly(n int) string {
	var b bitWriter
	for len(b.out) < n {
		costlyBlock(&b)
	}
	b.put(0, 3) // the beginning of the block whose rest is left out
	b.put(0, (8-b.n)&7)
	return string(b.out)
}

// costlyBlock writes a block with as many different beginnings of long codes as there can be: most codes
// have 10 bits, and a few have up to 15.
func costlyBlock(b *bitWriter) {
	// The lengths: 512 beginnings of 9 bits. 256 + 64 + 32 + 16 + 8 of them are short codes, and of the 136
	// others one has codes of 10 to 15 bits, and 135 have two of 10 bits.
	lengths := []int{1, 3, 4, 5, 6}
	for range 2 * 135 {
		lengths = append(lengths, 10)
	}
	lengths = append(lengths, 10, 11, 12, 13, 14, 15, 15)
	for len(lengths) < 286 {
		lengths = append(lengths, 0)
	}
	lengths[256], lengths[0] = lengths[0], lengths[256] // the end of a block has 1 bit
	lengths = append(lengths, 1, 1)                     // and so have two distances

	// The code for these: 16, which repeats up to six times, has 1 bit, 10 has 2, and the others have 5 or 6.
	sizes := map[int]int{16: 1, 10: 2, 0: 5, 1: 5, 3: 5, 4: 5, 5: 5, 6: 6, 11: 6, 12: 6, 13: 6, 14: 6, 15: 6}
	b.put(0b100, 3)
	b.put(29, 5)
	b.put(1, 5)
	b.put(15, 4)
	for _, symbol := range []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15} {
		b.put(sizes[symbol], 3)
	}
	codes, code := map[int]int{}, 0
	for n := 1; n <= 6; n++ {
		for symbol := range 19 {
			if sizes[symbol] == n {
				codes[symbol] = int(bits.Reverse16(uint16(code)) >> (16 - n))
				code++
			}
		}
		code <<= 1
	}
	for at := 0; at < len(lengths); {
		n := lengths[at]
		b.put(codes[n], sizes[n])
		run := 1
		for at+run < len(lengths) && lengths[at+run] == n {
			run++
		}
		at++
		for run--; run >= 3; run -= min(run, 6) {
			b.put(codes[16], sizes[16])
			b.put(min(run, 6)-3, 2)
			at += min(run, 6)
		}
	}
	b.put(0, 1) // the end of the block
}

func TestTheCostliestBlocksAreDecompressed(t *testing.T) {
	data := []byte(costly(10_000))
	if out, err := reference(data); err != nil || len(out) > 0 {
		t.Fatalf("compress/flate: %d bytes, %v", len(out), err)
	}
	wantInflated(t, data)
}

// A sender may end its blocks and begin again as often as it likes.
func TestAMessageMayBeginItsBlocksAnew(t *testing.T) {
	wantInflated(t, []byte(strings.Repeat("\xf3\x48\xcd\xc9\xc9\x07\x00", 1000)+"\x00"))
}

func BenchmarkInflate(b *testing.B) {
	text := strings.Repeat(`{"user":"alice","room":"lobby","text":"hello, how are you","at":1732890000}`+"\n", 14000)
	noise := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{3}).Read(noise)
	letters := bytes.Clone(noise)
	for i := range letters {
		letters[i] = 'a' + letters[i]&15
	}
	for _, c := range []struct{ name, data string }{
		{"zeros", deflatedBest(strings.Repeat("\x00", 1<<20))},
		{"text", deflatedBest(text)},
		{"letters", deflatedBest(string(letters))},
		{"noise", deflatedBest(string(noise))},
		{"tables", costly(1<<20 - 100)},
		{"empty blocks", strings.Repeat("\x02\x08\x20\x80\x00", (1<<20)/5) + "\x00"},
	} {
		measure := func(name string, inflate func([]byte) ([]byte, error)) {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				b.SetBytes(1 << 20)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := inflate([]byte(c.data)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		measure("edo", func(p []byte) ([]byte, error) { return web.Inflate(p, 1<<20+1<<18) })
		measure("flate", reference)
	}
}

// While a message of much work, or much data, is received, other tasks run again and again.
func TestALongMessageDoesNotHoldOtherTasksUp(t *testing.T) {
	const size = 1 << 20
	long := strings.Repeat("é", size/2-1)
	for _, c := range []struct {
		name  string
		in    []byte
		ends  web.Code // 0: it is a message
		turns int      // of the other task, at least
	}{
		{"compressed: tables", marked(true, ws.OpBinary, costly(size)), 0, 400},
		{"compressed: empty blocks", marked(true, ws.OpBinary, strings.Repeat("\x02\x08\x20\x80\x00", size/5)+"\x00"), 0, 100},
		{"compressed: zeros", marked(true, ws.OpBinary, deflatedBest(strings.Repeat("\x00", size))), 0, 12},
		{"compressed: text", marked(true, ws.OpText, deflatedBest(long)), 0, 12},
		{"compressed: above the limit", marked(true, ws.OpBinary, deflatedBest(strings.Repeat("\x00", 2*size))), web.CodeTooBig, 12},
		{"plain", masked(true, ws.OpBinary, long), 0, 3},
		{"text", masked(true, ws.OpText, long), 0, 3},
		{"text, cut", masked(true, ws.OpText, long+"\xc3"), web.CodeInvalid, 3},
		{"two fragments", append(masked(false, ws.OpText, long[:size/2+1]), masked(true, ws.OpContinuation, long[size/2+1:])...), 0, 3},
		{"many fragments", fragments(10_000, "é"), 0, 50},
		{"many pings", append(bytes.Repeat(masked(true, ws.OpPing, ""), 10_000), masked(true, ws.OpText, "")...), 0, 50},
		{"many pongs", append(bytes.Repeat(masked(true, ws.OpPong, ""), 10_000), masked(true, ws.OpText, "")...), 0, 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(task *edo.Task) error {
				conn, peer := compressed(task, web.Limits{})
				defer conn.Drop()
				peer.write(t, c.in)
				isDone := false
				receives := edo.Go(task, func(task *edo.Task) error {
					defer func() { isDone = true }()
					_, err := conn.Recv(task)
					return err
				})
				turns := 0
				for ; !isDone; turns++ {
					if err := edo.Yield(task); err != nil {
						return err
					}
				}
				_, err := receives.Await(task)
				var end *web.CloseError
				if errors.As(err, &end) && end.Code != c.ends || err == nil && c.ends != 0 || err != nil && end == nil {
					t.Errorf("Recv = %v, want code %d", err, c.ends)
				}
				if turns < c.turns {
					t.Errorf("another task has run %d times meanwhile, want at least %d", turns, c.turns)
				}
				return nil
			})
		})
	}
}

// fragments returns a text message of n fragments.
func fragments(n int, each string) (p []byte) {
	p = masked(false, ws.OpText, each)
	for range n - 2 {
		p = append(p, masked(false, ws.OpContinuation, each)...)
	}
	return append(p, masked(true, ws.OpContinuation, each)...)
}
