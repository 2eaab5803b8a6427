package visible

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

func TestTextHasNothingThatATerminalObeys(t *testing.T) {
	for text, want := range hostile {
		got := Text(text)
		if got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
		if again := Text(got); again != got {
			t.Errorf("%q becomes %q when it is cleaned again", got, again)
		}
	}
}

func TestLinesKeepTheirBreaksAndTabs(t *testing.T) {
	if got, want := Lines("one\ttwo\x1b[2J\nthree\r\n"), "one\ttwo\\x1b[2J\nthree\\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// FuzzText writes any text.
func FuzzText(f *testing.F) {
	for text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Text(text)
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Errorf("%q becomes %q, which has %U", text, got, r)
			}
		}
		if again := Text(got); again != got {
			t.Errorf("%q becomes %q when it is written again", got, again)
		}
	})
}
