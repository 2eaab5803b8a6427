package main

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// parseAll feeds the parser pieces of the input, and returns what it finds as text.
func parseAll(input []byte, pieces func(rest []byte) int) string {
	var p parser
	var found strings.Builder
	buffer := make([]byte, len(input))
	for len(input) > 0 {
		n := pieces(input)
		fed := buffer[:copy(buffer, input[:n])]
		input = input[n:]
		p.feed(fed)
		for {
			args, ok, err := p.next()
			if err != nil {
				return found.String() + err.Error()
			}
			if !ok {
				break
			}
			fmt.Fprintf(&found, "%q\n", args)
		}
		p.keep()
		clear(fed) // the parser must not need it any more
	}
	return found.String()
}

func whole(rest []byte) int { return len(rest) }
func bytewise([]byte) int   { return 1 }

func TestEveryInputIsParsedAlikeWholeAndInSinglePieces(t *testing.T) {
	for _, input := range inputs {
		if len(input) > 10_000 {
			continue // a long line is refused only while its end has not arrived
		}
		if got, want := parseAll([]byte(input), bytewise), parseAll([]byte(input), whole); got != want {
			t.Errorf("%q: in single bytes\n%s\nand whole\n%s", input, got, want)
		}
	}
}

func FuzzAnySplitOfTheInputGivesTheSame(f *testing.F) {
	for _, input := range inputs {
		if len(input) < 10_000 {
			f.Add([]byte(input), uint64(3))
		}
	}
	f.Fuzz(func(t *testing.T, input []byte, seed uint64) {
		if len(input) > maxLine {
			return
		}
		want := parseAll(input, whole)
		got := parseAll(input, func(rest []byte) int {
			seed = seed*6364136223846793005 + 1442695040888963407
			return 1 + int(seed>>33)%len(rest)
		})
		if got != want {
			t.Errorf("%q: in pieces\n%s\nand whole\n%s", input, got, want)
		}
	})
}

func FuzzWordsOfALineSurviveQuoting(f *testing.F) {
	f.Add([]byte("plain"))
	f.Add([]byte("a \"b\" \\x41\r\n\x00"))
	f.Fuzz(func(t *testing.T, word []byte) {
		var quoted strings.Builder
		for _, c := range word {
			fmt.Fprintf(&quoted, "\\x%02x", c)
		}
		words, ok := splitWords([]byte("  \"" + quoted.String() + "\" end"))
		if !ok || len(words) != 2 || string(words[0]) != string(word) || string(words[1]) != "end" {
			t.Errorf("%q became %q, %v", word, words, ok)
		}
		splitWords(word) // must not panic
	})
}

func TestAClaimedLengthAllocatesNothing(t *testing.T) {
	for _, head := range []string{"*2147483647\r\n", "*1\r\n$536870912\r\n", "*2147483647\r\n$536870912\r\n"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if got := parseAll([]byte(head), whole); got != "" {
			t.Errorf("%q gave %s", head, got)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<10 {
			t.Errorf("%q allocated %d bytes", head, n)
		}
	}
}

func TestAnArgumentThatComesInManyPiecesIsWhole(t *testing.T) {
	value := strings.Repeat("0123456789", 100_000)
	input := string(encode("SET", "k", value)) + string(encode("GET", "k"))
	got := parseAll([]byte(input), func(rest []byte) int { return min(len(rest), 1000) })
	if want := fmt.Sprintf("[\"SET\" \"k\" %q]\n[\"GET\" \"k\"]\n", value); got != want {
		t.Errorf("got %d bytes, wanted %d", len(got), len(want))
	}
}

func TestParsingAllocatesNothing(t *testing.T) {
	batch := []byte(strings.Repeat(string(encode("SET", "key", "value")), 16))
	var p parser
	p.feed(batch)
	for ok := true; ok; {
		_, ok, _ = p.next()
	}
	allocs := testing.AllocsPerRun(100, func() {
		p.feed(batch)
		n := 0
		for ok := true; ok; n++ {
			_, ok, _ = p.next()
		}
		if n != 17 {
			t.Error("found", n-1)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
