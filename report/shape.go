package report

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// A text such as "socket: read from 10.0.0.7:51002" is a shape with slots: "socket: read
// from □". Texts of one shape are alike, and a group of them is shown as one text with the
// smallest and the largest value in each slot.
//
// The kinds of slots:
//
//	number    42, also behind letters: conn42; not in a qualified name: main.conn2, func1.2
//	fraction  0.25
//	hex       0xc000123400
//	id        4f3a, hexadecimal with digits and letters; 8-4-4-4-12 of these
//	duration  1m30s, 250ms
//	address   10.0.0.7, 10.0.0.7:51002, [::1]:80, fe80::1
//
// A line number of a source file, main.go:21, is no slot: another line is another place.
type slotKind byte

const (
	number slotKind = iota
	fraction
	hex
	id
	duration
	address
)

// slot is a value in a text: text[from:to].
type slot struct {
	kind     slotKind
	from, to int
}

// slotsOf appends the slots of text, in order.
func slotsOf(slots []slot, text string) []slot {
	for i := 0; i < len(text); {
		c := text[i]
		if !isDigit(c) && !isHexLetter(c) && c != '[' && c != ':' {
			i++
			continue
		}
		kind, n := slotAt(text, i)
		if n == 0 { // no slot: skip the letters of the word, up to its first digit
			for i++; i < len(text) && isLetter(text[i-1]) && isLetter(text[i]); i++ {
			}
			continue
		}
		if n < 0 { // a literal
			i -= n
			continue
		}
		slots = append(slots, slot{kind, i, i + n})
		i += n
	}
	return slots
}

// slotAt returns the kind and the length of the slot that begins at text[i]. The length is
// 0 if there is no slot, and -n if n bytes are part of a name.
func slotAt(text string, i int) (slotKind, int) {
	rest := text[i:]
	isInWord := i > 0 && (isLetter(text[i-1]) || isDigit(text[i-1]))
	if !isInWord {
		if n := addressAt(rest); n != 0 {
			return address, n
		}
		if n := idAt(rest); n != 0 && !isNamePart(text, i) {
			return id, n
		}
	}
	digits := prefixLen(rest, isDigit)
	switch {
	case digits == 0:
		return 0, 0
	case strings.HasSuffix(text[:i], ".go:") || isNamePart(text, i):
		return 0, -digits
	case isInWord:
		return number, digits
	case rest[0] == '0' && len(rest) > 1 && rest[1] == 'x':
		if n := prefixLen(rest[2:], isHex); n != 0 {
			return hex, 2 + n
		}
	}
	if n := durationAt(rest); n != 0 {
		return duration, n
	}
	if n := fractionAt(rest, digits); n != 0 && (i == 0 || text[i-1] != '.') {
		return fraction, n
	}
	return number, digits
}

// isNamePart reports whether the number at text[i] is a part of a qualified name: it is
// behind a letter, a digit or a dot, in a word that has a letter and then a dot before it.
func isNamePart(text string, i int) bool {
	if i == 0 || !isLetter(text[i-1]) && !isDigit(text[i-1]) && text[i-1] != '.' {
		return false
	}
	letter, dot := false, false
	for k := i - 1; k >= 0 && text[k] > ' ' && text[k] != '#'; k-- {
		switch {
		case text[k] == '.':
			dot = true
		case dot && isLetter(text[k]):
			letter = true
		}
	}
	return letter
}

// addressAt returns the length of the IP address, port included, that s begins with; 0:
// none.
func addressAt(s string) int {
	n := 0
	switch {
	case s[0] == '[': // [::1]
		end := strings.IndexByte(s[:min(len(s), 64)], ']')
		if end < 0 {
			return 0
		}
		if a, err := netip.ParseAddr(s[1:end]); err != nil || !a.Is6() {
			return 0
		}
		n = end + 1
	default:
		// The longest text that may be an address, without the dot or colon behind it.
		n = prefixLen(s, func(c byte) bool { return isHex(c) || c == '.' || c == ':' })
		if k := prefixLen(s, func(c byte) bool { return isDigit(c) || c == '.' }); strings.Count(s[:k], ".") >= 3 {
			n = k // 10.0.0.7:51002
		}
		for n > 0 && (s[n-1] == '.' || s[n-1] == ':' && !strings.HasSuffix(s[:n], "::")) {
			n-- // the end of a sentence
		}
		if n < 2 || strings.Count(s[:n], ".") != 3 && strings.Count(s[:n], ":") < 2 {
			return 0
		}
		a, err := netip.ParseAddr(s[:n])
		if err != nil {
			return 0
		}
		if a.Is6() { // without brackets it has no port
			if n < len(s) && isLetter(s[n]) {
				return 0
			}
			return n
		}
	}
	// The port, which has at most five digits.
	if n < len(s) && s[n] == ':' {
		if port := prefixLen(s[n+1:], isDigit); port != 0 && port <= 5 {
			n += 1 + port
		}
	}
	return n
}

// idAt returns the length of the hexadecimal id that s begins with; 0: none.
func idAt(s string) int {
	n := prefixLen(s, isHex)
	if n == 8 && isUUID(s) {
		return 36
	}
	if n < 4 || n < len(s) && isLetter(s[n]) {
		return 0
	}
	if digits := strings.IndexFunc(s[:n], func(r rune) bool { return r <= '9' }); digits < 0 {
		return 0
	}
	if prefixLen(s, isDigit) == n || durationAt(s) == n {
		return 0
	}
	return n
}

// isUUID reports whether s begins with a UUID.
func isUUID(s string) bool {
	if len(s) < 36 || len(s) > 36 && (isLetter(s[36]) || isDigit(s[36])) {
		return false
	}
	for i := range 36 {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') || !dash && !isHex(s[i]) {
			return false
		}
	}
	return true
}

// durationAt returns the length of the duration, as time.Duration prints it, that s
// begins with; 0: none.
func durationAt(s string) (n int) {
	for n < len(s) && isDigit(s[n]) {
		k := n + prefixLen(s[n:], isDigit)
		if k < len(s)-1 && s[k] == '.' && isDigit(s[k+1]) {
			k += 1 + prefixLen(s[k+1:], isDigit)
		}
		unit := 0
		for _, u := range [...]string{"ns", "us", "µs", "μs", "ms", "s", "m", "h"} {
			if strings.HasPrefix(s[k:], u) {
				unit = len(u)
				break
			}
		}
		if unit == 0 {
			return 0
		}
		n = k + unit
	}
	if n < len(s) && (isLetter(s[n]) || s[n] >= 0x80) {
		return 0
	}
	if _, err := time.ParseDuration(s[:n]); err != nil {
		return 0
	}
	return n
}

// fractionAt returns the length of the decimal fraction that s begins with; 0: none. digits
// is the number of digits at the beginning of s.
func fractionAt(s string, digits int) int {
	if digits+1 >= len(s) || s[digits] != '.' {
		return 0
	}
	n := prefixLen(s[digits+1:], isDigit)
	end := digits + 1 + n
	if n == 0 || end < len(s) && (isLetter(s[end]) || s[end] == '.' && end+1 < len(s) && isDigit(s[end+1])) {
		return 0
	}
	return end
}

// prefixLen returns how many bytes at the beginning of s satisfy is.
func prefixLen(s string, is func(c byte) bool) (n int) {
	for n < len(s) && is(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool     { return '0' <= c && c <= '9' }
func isHexLetter(c byte) bool { return 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }
func isHex(c byte) bool       { return isDigit(c) || isHexLetter(c) }
func isLetter(c byte) bool    { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

// appendShape appends the shape of text to key, and its slots to values and kinds.
// Different shapes give different bytes.
func appendShape(key []byte, values []string, kinds []slotKind, text string) ([]byte, []string, []slotKind) {
	var room [16]slot
	at := 0
	for _, s := range slotsOf(room[:0], text) {
		key = appendLiteral(key, text[at:s.from])
		key = append(key, 0, byte(s.kind))
		values, kinds = append(values, text[s.from:s.to]), append(kinds, s.kind)
		at = s.to
	}
	return append(appendLiteral(key, text[at:]), 1), values, kinds
}

// appendLiteral appends text, and escapes the bytes that appendShape uses as marks.
func appendLiteral(key []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] <= 2 {
			key = append(key, 2, text[i]+'0')
		} else {
			key = append(key, text[i])
		}
	}
	return key
}

// compare orders two values of one kind.
func (k slotKind) compare(a, b string) int {
	if a == b {
		return 0
	}
	switch k {
	case number, hex:
		if k == hex {
			a, b = strings.ToLower(a[2:]), strings.ToLower(b[2:])
		}
		c, d := strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		return cmp.Or(cmp.Compare(len(c), len(d)), cmp.Compare(c, d), cmp.Compare(a, b))
	case fraction:
		x, _ := strconv.ParseFloat(a, 64)
		y, _ := strconv.ParseFloat(b, 64)
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	case duration:
		x, _ := time.ParseDuration(a)
		y, _ := time.ParseDuration(b)
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	case address:
		x, p := splitAddress(a)
		y, q := splitAddress(b)
		return cmp.Or(x.Compare(y), number.compare(p, q), cmp.Compare(a, b))
	}
	return cmp.Compare(a, b)
}

// splitAddress returns the host and the port of an address slot; "": it has no port.
func splitAddress(s string) (host netip.Addr, port string) {
	text := s
	switch i := strings.LastIndexByte(s, ':'); {
	case s[0] == '[':
		end := strings.IndexByte(s, ']')
		text = s[1:end]
		port = strings.TrimPrefix(s[end+1:], ":")
	case i >= 0 && i == strings.IndexByte(s, ':'): // one: IPv6 has two at least
		text, port = s[:i], s[i+1:]
	}
	host, _ = netip.ParseAddr(text)
	return host, port
}

// rangeText returns a range of values of one kind as text.
func (k slotKind) rangeText(low, high string) string {
	if low == high {
		return low
	}
	if k == address {
		x, p := splitAddress(low)
		if y, q := splitAddress(high); x == y && p != "" && q != "" {
			return low + "…" + q // 127.0.0.1:40000…60010
		}
	}
	return low + "…" + high
}
