package cluster

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxName is how long the name of a queue may be: it becomes a part of the names of files.
const maxName = 64

// maxID is how long the id of a job may be, and the key of one.
const maxID = 512

// checkName requires that name, which is a what, is a word: it becomes a token of subjects, the
// name of a stream and that of a folder. The broker itself would accept a wildcard in a subject
// and store messages below it.
func checkName(what, name string) error {
	bad := func(why string) error {
		return fmt.Errorf("cluster: the %s %q %s: it is of letters, digits, '-' and '_'", what, name, why)
	}
	switch {
	case name == "":
		return bad("is empty")
	case len(name) > maxName:
		return bad(fmt.Sprintf("is longer than %d bytes", maxName))
	}
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			return bad("has a blank")
		case r == '*' || r == '>':
			return bad("has a wildcard")
		default:
			return bad(fmt.Sprintf("has a %q", r))
		}
	}
	return nil
}

// checkQueueName requires of the name of a queue, besides, that what lies at the broker for it is not that
// of something else: the dead letters of another queue, or the calls of a function.
func checkQueueName(name string) error {
	if err := checkName("name of a queue", name); err != nil {
		return err
	}
	switch {
	case strings.HasSuffix(name, "_dead"):
		return fmt.Errorf("cluster: the name of a queue %q ends with _dead: that is the stream of the dead letters of %q", name, strings.TrimSuffix(name, "_dead"))
	case strings.HasPrefix(name, "fn-"):
		return fmt.Errorf("cluster: the name of a queue %q begins with fn-, which is kept for calls of functions", name)
	}
	return nil
}

// checkID requires that id, which is a what, survives as a header: the client replaces line ends
// and trims blanks at both ends, so that two ids could become one.
func checkID(what, id string) error {
	switch {
	case len(id) > maxID:
		return fmt.Errorf("cluster: the %s %.20q... is longer than %d bytes", what, id, maxID)
	case !utf8.ValidString(id):
		return fmt.Errorf("cluster: the %s %q is not valid UTF-8", what, id)
	case strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fmt.Errorf("cluster: the %s %q has a control character", what, id)
	case strings.TrimSpace(id) != id:
		return fmt.Errorf("cluster: the %s %q begins or ends with a blank", what, id)
	}
	return nil
}
