package cell

import (
	"strings"
	"testing"
	"unicode"
)

func TestTextIsCutByTheCellsThatItTakes(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"short", 8, "short   "},
		{"exactly", 7, "exactly"},
		{"too long", 7, "too lo…"},
		{"世界世界", 8, "世界世界"},
		{"世界世界", 7, "世界世…"},
		{"世界世界", 6, "世界… "}, // no half of a wide character
		{"世", 1, "…"},
		{"x", 0, ""},
		{"x", -3, ""},
		{"\x1b[2Jx", 5, `\x1b…`},
		{"é́x", 2, "é́x"},
	} {
		if got := Fit(c.text, c.width); got != c.want {
			t.Errorf("%q in %d cells is %q, want %q", c.text, c.width, got, c.want)
		}
	}
	if got := FitRight("7", 3); got != "  7" {
		t.Errorf("%q", got)
	}
}

func TestTextIsBrokenIntoLinesOfItsWidth(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"the quick brown fox", 10, []string{"the quick", "brown fox"}},
		{"", 10, []string{""}},
		{"f(\n\tmain.go:3", 20, []string{"f(", "    main.go:3"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"one two three four five six", 9, []string{"one two", "three", "four fiv…"}},
		{"\x1b[1mx", 20, []string{`\x1b[1mx`}},
	} {
		if got := Wrap(c.text, c.width, 3); strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%q in %d cells is %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

// FuzzFit cuts and breaks any text at any width.
func FuzzFit(f *testing.F) {
	for _, text := range []string{"", "plain", "\x1b[2J\x1b[31mred", "世界 données", "a\u0301\u0301\u0301\u0301b", "user\u202etxt", "\xff\xfe", "one\r\ntwo\tthree", "heart\u2764\ufe0f"} {
		f.Add(text, 7)
	}
	f.Fuzz(func(t *testing.T, text string, width int) {
		width = min(max(width, -3), 300)
		lines := append(Wrap(text, width, 5), Fit(text, width))
		if len(lines) > 6 {
			t.Errorf("%d lines", len(lines))
		}
		if got := Width(lines[len(lines)-1]); got != max(0, width) {
			t.Errorf("%q takes %d cells of %d", lines[len(lines)-1], got, width)
		}
		for _, line := range lines {
			if got := Width(line); got > max(1, width) {
				t.Errorf("%q takes %d cells of %d", line, got, width)
			}
			for _, r := range line {
				if !unicode.IsPrint(r) {
					t.Errorf("%q has %U", line, r)
				}
			}
		}
	})
}
