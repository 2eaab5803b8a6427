package visible

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks one letter keeps: more would be drawn over the lines above and below.
const maxMarks = 3

// Text returns s without what a terminal obeys or hides: control characters, as of escape sequences, characters that change
// the direction of text, invisible ones, and invalid bytes. Each is written as Go writes it in a string: \x1b, \u202e. A
// second call changes nothing. Text of ASCII alone is not copied.
func Text(s string) string {
	if IsPlain(s) {
		return s
	}
	var b strings.Builder
	marks := 0
	for i, r := range s {
		switch {
		case r == utf8.RuneError && isInvalid(s[i:]):
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[i])|0x100, 16)[1:])
			marks = 0
		case unicode.In(r, unicode.Mn, unicode.Me) && !isSelector(r):
			switch {
			case i == 0: // there is no letter that it is drawn over
				b.WriteString(escape(r))
			case marks < maxMarks:
				b.WriteRune(r)
			}
			marks++
		case unicode.IsPrint(r) && !isSelector(r):
			b.WriteRune(r)
			marks = 0
		default:
			b.WriteString(escape(r))
			marks = 0
		}
	}
	return b.String()
}

// Lines returns s as Text does, and keeps its line breaks and tabs.
func Lines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		parts := strings.Split(line, "\t")
		for k, part := range parts {
			parts[k] = Text(part)
		}
		lines[i] = strings.Join(parts, "\t")
	}
	return strings.Join(lines, "\n")
}

// IsPlain reports whether s is printable ASCII alone: each of its bytes takes one cell of a terminal.
func IsPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isInvalid reports whether s begins with a byte that is no part of a character.
func isInvalid(s string) bool {
	_, n := utf8.DecodeRuneInString(s)
	return n == 1
}

// isSelector reports whether r chooses how the character before it is drawn. Terminals do not agree on how wide that is then.
func isSelector(r rune) bool { return unicode.Is(unicode.Variation_Selector, r) }

// escape returns r as Go writes it in a string.
func escape(r rune) string {
	quoted := strconv.QuoteToASCII(string(r))
	return quoted[1 : len(quoted)-1]
}
