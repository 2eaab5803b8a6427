package main

import (
	"regexp"
	"testing"
)

// What newer libraries say about themselves is accepted, which redis 7.0 does not do. Texts are verbatim
// strings in RESP3.
func TestWhatLibrariesAskWhenTheyConnectIsAnswered(t *testing.T) {
	c := offline(t)
	for _, step := range []struct{ send, want string }{
		{"CLIENT SETINFO LIB-NAME edo\r\n", `^\+OK\r\n$`},
		{"CLIENT SETINFO LIB-NAME\r\n", `^-ERR wrong number of arguments for 'client\|setinfo' command\r\n$`},
		{"INFO\r\n", `^\$\d+\r\n# Server\r\nredis_version:7\.0\.15\r\n`},
		{"COMMAND DOCS\r\n", `^\*0\r\n$`},
		{"HELLO 3\r\n", `^%7\r\n`},
		{"INFO\r\n", `^=\d+\r\ntxt:# Server\r\n`},
	} {
		if got := c.reply([]byte(step.send)); !regexp.MustCompile(step.want).MatchString(got) {
			t.Errorf("%q: got %.200q", step.send, got)
		}
	}
}
