package lease

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxSpace  = 48      // bytes of the name of a space, which becomes a part of the names of files
	maxName   = 128     // bytes of the name of a lease, or of a semaphore
	maxHolder = 4 << 10 // bytes of the text of a holder
)

// checkSpace requires that the name of a space is a word: it becomes the name of a bucket.
func checkSpace(name string) error {
	isOther := func(r rune) bool { return !isPlain(r) }
	switch {
	case name == "":
		return errors.New("lease: the name of a space is empty")
	case len(name) > maxSpace:
		return fmt.Errorf("lease: the name of a space %q is longer than %d bytes", name, maxSpace)
	case strings.ContainsFunc(name, isOther):
		return fmt.Errorf("lease: the name of a space %q is of other things than letters, digits, '-' and '_'", name)
	case strings.HasSuffix(name, "_done"): // a queue may have such a bucket
		return fmt.Errorf("lease: the name of a space %q ends with _done, which is kept for what queues remember", name)
	}
	return nil
}

// checkText requires that text, which is a what, is UTF-8 of at most so many bytes.
func checkText(what, text string, most int) error {
	switch {
	case len(text) > most:
		return fmt.Errorf("lease: the %s %.20q... is longer than %d bytes", what, text, most)
	case !utf8.ValidString(text):
		return fmt.Errorf("lease: the %s %q is not valid UTF-8", what, text)
	}
	return nil
}

// checkName requires that name, which is that of a what, can be one.
func checkName(what, name string) error {
	if name == "" {
		return fmt.Errorf("lease: the name of a %s is empty", what)
	}
	return checkText("name of a "+what, name, maxName)
}

// isPlain reports whether r stands for itself in a key.
func isPlain(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
}

// escape returns name as one token of a key: each byte that is not plain is =XX.
func escape(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		if isPlain(rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	return b.String()
}

// unescape is the opposite of escape. A key that escape cannot have made has no name.
func unescape(token string) (name string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(token); i++ {
		c := token[i]
		if c == '=' {
			if i+3 > len(token) {
				return "", false
			}
			n, err := strconv.ParseUint(token[i+1:i+3], 16, 8)
			if err != nil {
				return "", false
			}
			c, i = byte(n), i+2
		}
		b.WriteByte(c)
	}
	name = b.String()
	return name, name != "" && escape(name) == token
}

// The first tokens of keys.
const (
	leases = "l."
	slots  = "s."
	limits = "c."
)

// leaseKey is the key of the lease with the name.
func leaseKey(name string) string { return leases + escape(name) }
