package report

import (
	"slices"
	"strings"
	"testing"
)

// marked returns text with its slots in angle brackets.
func marked(text string) string {
	var b strings.Builder
	at := 0
	for _, s := range slotsOf(nil, text) {
		b.WriteString(text[at:s.from] + "<" + text[s.from:s.to] + ">")
		at = s.to
	}
	return b.String() + text[at:]
}

func TestSlotsAreTheNumbersThatMayDiffer(t *testing.T) {
	for _, want := range []string{
		"",
		"socket: read from <127.0.0.1:51002>, at <10.0.0.7:80>",
		"socket: accept at <[::1]:443>, or at <fe80::1>",
		"socket: accept at :<80>",
		"host db<1>.example.com:<5432>.",
		"mpsc: send (full, capacity <16>, <0> before it in line)",
		"at <10.0.0.7>.",
		"until <12>:<00>:<05>",
		"within <1m30.5s>, <250ms>, <1.5µs> or <3s>",
		"load <0.25>, version <1>.<2>.<3>",
		"pointer <0xc000123400>, id <4f3a>, not face, <12>",
		"key <123e4567-e89b-12d3-a456-426614174000>!",
		"conn<42> of worker-<7>, job#<3>, #<12> reader",
		"a sender made at cmd/main.go:21 (func main.serve2.func1.2)",
		"#<5> main.(*server).handle2",
		"main.main.func1",
		"\x00\x01<5>\x02",
		"ääh <3>ü",
	} {
		text := strings.NewReplacer("<", "", ">", "").Replace(want)
		if got := marked(text); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestValuesOfASlotAreOrderedByItsKind(t *testing.T) {
	for kind, values := range map[slotKind][]string{
		number:   {"0", "7", "12", "0100", "9999999999999999999998", "9999999999999999999999"},
		fraction: {"0.25", "0.5", "12.0"},
		hex:      {"0x9", "0xA", "0xff", "0x100"},
		id:       {"1a2b", "9f00"},
		duration: {"250ns", "3ms", "1s", "59.9s", "1m0s", "1h0m0s"},
		address:  {"9.0.0.1", "10.0.0.7:80", "10.0.0.7:443", "10.0.0.8:1", "[::1]:80", "[::1]:443", "fe80::1"},
	} {
		for i, a := range values {
			for k, b := range values {
				if got, want := kind.compare(a, b), i-k; got*want < 0 || (got == 0) != (want == 0) {
					t.Errorf("%s against %s: %d", a, b, got)
				}
			}
		}
	}
}

func TestRangeText(t *testing.T) {
	for _, c := range []struct {
		kind            slotKind
		low, high, want string
	}{
		{number, "3", "3", "3"},
		{number, "3", "299", "3…299"},
		{duration, "5ms", "1m0s", "5ms…1m0s"},
		{address, "127.0.0.1:40000", "127.0.0.1:60010", "127.0.0.1:40000…60010"},
		{address, "[::1]:1", "[::1]:2", "[::1]:1…2"},
		{address, "10.0.0.7:9", "10.3.99.2:8", "10.0.0.7:9…10.3.99.2:8"},
		{address, "10.0.0.7", "10.0.0.7:8", "10.0.0.7…10.0.0.7:8"},
	} {
		if got := c.kind.rangeText(c.low, c.high); got != c.want {
			t.Errorf("%s and %s: got %s, want %s", c.low, c.high, got, c.want)
		}
	}
}

func FuzzShape(f *testing.F) {
	for _, s := range []string{"socket: read from 127.0.0.1:51002, at [::1]:80", "main.go:21 func1.2 x1 4f3a", "1m30s 0x 0xf 1.5.2", "\x00\x02\x01", "a[", "::", "1:2:3:4:5:6:7:8", "5µs"} {
		f.Add(s, "socket: read from 127.0.0.1:9")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		at := 0
		for _, s := range slotsOf(nil, a) {
			if s.from < at || s.to <= s.from || s.to > len(a) {
				t.Fatalf("slot %v of %q", s, a)
			}
			at = s.to
			v := a[s.from:s.to]
			if s.kind.compare(v, v) != 0 || !strings.ContainsAny(v, "0123456789:") && s.kind != id {
				t.Fatalf("slot %q of kind %d", v, s.kind)
			}
		}
		key1, values1, kinds1 := appendShape(nil, nil, nil, a)
		key2, values2, kinds2 := appendShape(nil, nil, nil, b)
		same := string(key1) == string(key2)
		if same && !slices.Equal(kinds1, kinds2) {
			t.Fatalf("%q and %q have one shape, and slots of kinds %v and %v", a, b, kinds1, kinds2)
		}
		if same != (literals(a) == literals(b) && slices.Equal(kinds1, kinds2)) {
			t.Fatalf("%q and %q: same shape: %v", a, b, same)
		}
		if same && slices.Equal(values1, values2) && a != b {
			t.Fatalf("%q and %q have the same key and values", a, b)
		}
		ranges := make([]valueRange, len(values1))
		for i, v := range values1 {
			ranges[i] = valueRange{kinds1[i], v, v}
		}
		if text, used := withRanges(a, ranges); len(a) <= maxText && (text != a || used != len(ranges)) {
			t.Fatalf("%q became %q", a, text)
		}
	})
}

// literals returns the parts of text between its slots, each with its length.
func literals(text string) string {
	var b strings.Builder
	at := 0
	for _, s := range append(slotsOf(nil, text), slot{from: len(text)}) {
		b.WriteString(text[at:s.from])
		b.WriteByte(0)
		b.WriteString(strings.Repeat("x", s.from-at))
		b.WriteByte(0)
		at = s.to
	}
	return b.String()
}
