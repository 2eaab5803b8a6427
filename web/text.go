package web

import "unicode/utf8"

// text checks the UTF-8 of a message that comes in fragments. It is how many bytes are known to be
// whole characters.
type text int

// check checks what came behind the bytes that are known. A character that is cut is valid unless
// the message ends with it.
func (t *text) check(data []byte, isWhole bool) bool {
	rest := data[*t:]
	cut := 0
	if !isWhole {
		cut = cutRune(rest)
	}
	if !utf8.Valid(rest[:len(rest)-cut]) {
		return false
	}
	*t = text(len(data) - cut)
	return true
}

// cutRune returns how many bytes at the end of p are the beginning of a character.
func cutRune(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if tail := p[len(p)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}
