package cell

import (
	"strings"
	"testing"
	"unicode"
)

// hostile are texts that a terminal must not get as they are.
var hostile = map[string]string{
	"\x1b[2J\x1b[31mred":                     `\x1b[2J\x1b[31mred`,
	"\x1b]0;title\a":                         `\x1b]0;title\a`,
	"a\x9b2Jb":                               `a\x9b2Jb`, // an invalid byte
	"a\u009b2Jb":                             `a\u009b2Jb`,
	"one\r\ntwo\tthree":                      `one\r\ntwo\tthree`,
	"back\b\x7f":                             `back\b\x7f`,
	"user\u202etxt.exe":                      `user\u202etxt.exe`,
	"\u2066isolated\u2069":                   `\u2066isolated\u2069`,
	"zero\u200bwidth\ufeff":                  `zero\u200bwidth\ufeff`,
	"line\u2028break":                        `line\u2028break`,
	"no\u00a0break":                          `no\u00a0break`,
	"private\ue000":                          `private\ue000`,
	"heart\u2764\ufe0f":                      `heart❤\ufe0f`,
	"\xff\xfe":                               `\xff\xfe`,
	"\ufffd is a character":                  "\ufffd is a character",
	"\u0301begins with a mark":               `\u0301begins with a mark`,
	"a" + strings.Repeat("\u0301", 50) + "b": "a" + strings.Repeat("\u0301", maxMarks) + "b",
	"Größe 世界 données":                       "Größe 世界 données",
	`a literal \x1b[2J`:                      `a literal \x1b[2J`,
}

func TestCleanTextHasNothingThatATerminalObeys(t *testing.T) {
	for text, want := range hostile {
		got := Clean(text)
		if got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
		if again := Clean(got); again != got {
			t.Errorf("%q becomes %q when it is cleaned again", got, again)
		}
	}
}

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
	for text := range hostile {
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
