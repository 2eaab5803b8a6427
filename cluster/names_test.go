package cluster

import (
	"strings"
	"testing"
)

func TestNamesAreWords(t *testing.T) {
	for name, want := range map[string]string{
		"thumbnails": "", "a-b_C9": "", strings.Repeat("x", maxName): "",
		"": "is empty", strings.Repeat("x", maxName+1): "longer than 64", "a b": "has a blank", "a\tb": "has a blank", "a\n": "has a blank",
		"*": "has a wildcard", "a>": "has a wildcard", "a.b": "has a '.'", "é": "has a 'é'", "a/b": "has a '/'", "a\x00": `has a '\x00'`,
	} {
		err := checkName("name of a queue", name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
}

func TestTheNameOfAQueueIsNotThatOfSomethingElseAtTheBroker(t *testing.T) {
	for name, want := range map[string]string{
		"mails": "", "dead": "", "dead_mails": "", "fn": "", "a-fn-b": "",
		"mails_dead": "dead letters of \"mails\"", "fn-3-resize-0": "calls of functions", "a b": "has a blank",
	} {
		err := checkQueueName(name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
}

func TestIDsSurviveAsHeaders(t *testing.T) {
	for id, want := range map[string]string{
		"order 17/ü": "", "": "", strings.Repeat("x", maxID): "", "a*>.": "",
		strings.Repeat("x", maxID+1): "longer than 512", "a\r\nb": "control character", " a": "a blank", "a ": "a blank", "\xff": "not valid UTF-8",
	} {
		err := checkID("id of a job", id)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", id, err, want)
		}
	}
}
