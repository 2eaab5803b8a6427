package codec_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/edo-go/edo/codec"
)

// splitLines returns the pieces of wire that end with a byte of delimiters, or with wire.
func splitLines(wire []byte, delimiters string) (all []string) {
	for len(wire) > 0 {
		at := slices.IndexFunc(wire, func(c byte) bool { return strings.IndexByte(delimiters, c) >= 0 })
		if at < 0 {
			return append(all, string(wire))
		}
		all, wire = append(all, string(wire[:at])), wire[at+1:]
	}
	return all
}

// longError is the error of a piece that is too long.
func longError(what string, limit int) string {
	return fmt.Sprintf("error: codec: frame too long: %s of more than %d bytes", what, limit)
}

// FuzzLines compares the decoder, which gets the input in arbitrary pieces, with a model
// that gets the input whole. It also checks how much memory is held.
func FuzzLines(f *testing.F) {
	f.Add([]byte("abc\r\n\ndef"), uint8(0), []byte{1, 0, 2}, uint16(2))
	f.Add([]byte("\xff\n0123456789\r\n\r"), uint8(1), []byte{}, uint16(10))
	f.Add([]byte("0123456789"), uint8(255), []byte{0, 255, 255}, uint16(1000))
	f.Add(bytes.Repeat([]byte("x"), 1000), uint8(250), []byte{200, 200}, uint16(50_000))
	f.Fuzz(func(t *testing.T, wire []byte, again uint8, sizes []byte, limit uint16) {
		wire, longest := repeated(wire, again), max(int(limit), 1)
		want := []string{}
		for _, line := range splitLines(wire, "\n") {
			line = strings.TrimSuffix(line, "\r")
			switch {
			case len(line) > longest:
				want = append(want, longError("a line", longest))
			case !utf8.ValidString(line):
				want = append(want, "error: "+codec.ErrNotText.Error())
			default:
				want = append(want, "<"+line+">")
			}
		}
		got := sameInAnyPieces(t, wire, sizes, run[string]{
			decoder: func() (codec.Decoder[string], int) { return &codec.Lines{Max: longest}, longest },
			show:    asIs,
		})
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// FuzzLinesRoundTrip checks that the lines that Encode takes arrive unchanged, and that it
// refuses only the others.
func FuzzLinesRoundTrip(f *testing.F) {
	f.Add("abc", "", uint8(3), []byte{1, 0, 2})
	f.Add("a\r", "é\n", uint8(200), []byte{})
	f.Fuzz(func(t *testing.T, first, second string, again uint8, sizes []byte) {
		c, sent := &codec.Lines{Max: 1000}, []string{}
		for _, line := range []string{first, second, strings.Repeat(second, int(again)), first} {
			err := c.Encode(line, new(codec.Buffer))
			fits := len(line) <= 1000 && !strings.Contains(line, "\n") && !strings.HasSuffix(line, "\r") && utf8.ValidString(line)
			if fits != (err == nil) {
				t.Fatalf("%q: %v", line, err)
			}
			if fits {
				sent = append(sent, line)
			}
		}
		sendAndReceive(t, sizes, c, asIs, sent, sent)
	})
}

// FuzzAnyDelimiter compares the decoder with a model, as FuzzLines does.
func FuzzAnyDelimiter(f *testing.F) {
	f.Add(";", []byte("abc;;def"), uint8(0), []byte{1, 0, 2}, uint16(3))
	f.Add("", []byte("a,b\n0123456789\r\n"), uint8(3), []byte{}, uint16(9))
	f.Add("\x00\xff\x80", []byte("\x00a\xff\xfe\x80"), uint8(0), []byte{2}, uint16(0))
	f.Add("|", bytes.Repeat([]byte("x"), 1000), uint8(250), []byte{200, 200}, uint16(50_000))
	f.Fuzz(func(t *testing.T, delimiters string, wire []byte, again uint8, sizes []byte, limit uint16) {
		wire, longest := repeated(wire, again), max(int(limit), 1)
		set := delimiters
		if set == "" {
			set = ",;\n\r"
		}
		want := []string{}
		for _, frame := range splitLines(wire, set) {
			if len(frame) > longest {
				want = append(want, longError("a frame", longest))
			} else {
				want = append(want, "<"+frame+">")
			}
		}
		got := sameInAnyPieces(t, wire, sizes, run[[]byte]{
			decoder: func() (codec.Decoder[[]byte], int) {
				return &codec.AnyDelimiter{Delimiters: delimiters, Max: longest}, longest
			},
			show: asString,
		})
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// FuzzAnyDelimiterRoundTrip checks that the frames that Encode takes arrive unchanged, and
// that it refuses only the others.
func FuzzAnyDelimiterRoundTrip(f *testing.F) {
	f.Add(";,", []byte("abc"), []byte(""), uint8(3), []byte{1, 0, 2})
	f.Add("", []byte("a\r"), []byte("\xff"), uint8(200), []byte{})
	f.Fuzz(func(t *testing.T, delimiters string, first, second []byte, again uint8, sizes []byte) {
		set := delimiters
		if set == "" {
			set = ",;\n\r"
		}
		c, sent, want := &codec.AnyDelimiter{Delimiters: delimiters, Max: 1000}, [][]byte{}, []string{}
		for _, frame := range [][]byte{first, second, bytes.Repeat(second, int(again)), first} {
			err := c.Encode(frame, new(codec.Buffer))
			fits := len(frame) <= 1000
			for i := range len(set) {
				fits = fits && bytes.IndexByte(frame, set[i]) < 0
			}
			if fits != (err == nil) {
				t.Fatalf("%q between %q: %v", frame, set, err)
			}
			if fits {
				sent, want = append(sent, frame), append(want, string(frame))
			}
		}
		sendAndReceive(t, sizes, c, asString, sent, want)
	})
}

// asJSON shows a value.
func asJSON(v any) string {
	text, err := json.Marshal(v)
	return fmt.Sprintf("%s %v", text, err)
}

// FuzzJSONLines compares the decoder with a model, as FuzzLines does.
func FuzzJSONLines(f *testing.F) {
	f.Add([]byte(`{"a":[1,2,{}]}`+"\r\n \n\tnull\n{]\n"), uint8(0), []byte{1, 0, 2}, uint16(20), byte(0))
	f.Add([]byte(`12 13`+"\n"+`1e999`), uint8(2), []byte{}, uint16(9), byte(1))
	f.Add([]byte("0123456789   "), uint8(245), []byte{3}, uint16(40), byte(0))
	f.Add([]byte("\"0123456789\"\n   \r\n  1 \r"), uint8(9), []byte{5, 5, 5, 5}, uint16(4), byte(3))
	f.Fuzz(func(t *testing.T, wire []byte, again uint8, sizes []byte, limit uint16, flags byte) {
		wire, longest := repeated(wire, again), max(int(limit), 1)
		useNumber := flags&1 != 0
		want := []string{}
		for _, line := range splitLines(wire, "\n") {
			line = strings.TrimSuffix(strings.TrimLeft(line, " \t\r"), "\r")
			if line == "" {
				continue
			}
			var v any
			d := json.NewDecoder(strings.NewReader(line))
			if useNumber {
				d.UseNumber()
			}
			switch err := d.Decode(&v); {
			case len(line) > longest:
				want = append(want, "too long")
			case err != nil || d.More() || strings.TrimLeft(line[d.InputOffset():], " \t\r\n") != "":
				want = append(want, "not JSON")
			default:
				want = append(want, "<"+asJSON(v)+">")
			}
		}
		got := sameInAnyPieces(t, wire, sizes, run[any]{
			decoder: func() (codec.Decoder[any], int) {
				return &codec.JSONLines[any]{Max: longest, UseNumber: useNumber, DisallowUnknownFields: flags&2 != 0}, longest
			},
			show: asJSON,
		})
		for i, item := range got {
			switch {
			case strings.HasPrefix(item, "error: "+codec.ErrNotJSON.Error()):
				got[i] = "not JSON"
			case item == longError("a line", longest):
				got[i] = "too long"
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// FuzzJSONLinesRoundTrip checks that values arrive unchanged.
func FuzzJSONLinesRoundTrip(f *testing.F) {
	f.Add("a", "b\n", int64(1), true, uint8(3), []byte{1, 0, 2})
	f.Add("\u2028<&>", "\x00\"\\", int64(-1<<63), false, uint8(200), []byte{})
	f.Fuzz(func(t *testing.T, name, tag string, n int64, nested bool, again uint8, sizes []byte) {
		if !utf8.ValidString(name) || !utf8.ValidString(tag) { // package json replaces what is not UTF-8
			return
		}
		e := event{Name: name, N: n, Tags: slices.Repeat([]string{tag}, int(again%16)), More: map[string]any{tag: name}}
		if nested {
			inner := e
			e.Next = &inner
		}
		c, sent, want := &codec.JSONLines[event]{Max: 2000, DisallowUnknownFields: nested}, []event{}, []string{}
		for _, e := range []event{e, {}, e} {
			if err := c.Encode(e, new(codec.Buffer)); errors.Is(err, codec.ErrTooLong) && len(asJSON(e)) > 2000 {
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			sent, want = append(sent, e), append(want, asJSON(e))
		}
		sendAndReceive(t, sizes, c, func(e event) string { return asJSON(e) }, sent, want)
	})
}

// FuzzBytes checks that all bytes arrive in their order, however they are sent and read.
func FuzzBytes(f *testing.F) {
	f.Add([]byte("abc"), []byte(""), uint8(3), []byte{1, 0, 2})
	f.Add([]byte("abc"), bytes.Repeat([]byte("x"), 500), uint8(255), []byte{})
	f.Fuzz(func(t *testing.T, first, second []byte, again uint8, sizes []byte) {
		second = repeated(second, again)
		var wire codec.Buffer
		for _, p := range [][]byte{first, second, first} {
			if err := (codec.Bytes{}).Encode(p, &wire); err != nil {
				t.Fatal(err)
			}
		}
		want := slices.Concat(first, second, first)
		for _, sizes := range [][]byte{nil, sizes} {
			var got []byte
			run[[]byte]{
				decoder: func() (codec.Decoder[[]byte], int) { return codec.Bytes{}, codec.ChunkSize },
				show:    func(p []byte) string { got = append(got, p...); return "" },
			}.receive(t, wire.Bytes(), sizes)
			if !bytes.Equal(got, want) {
				t.Fatalf("in pieces of %v: got %q, want %q", sizes, got, want)
			}
		}
	})
}
