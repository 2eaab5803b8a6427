package console_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/edo-go/edo/console"
)

func TestThePageIsOneFileThatFetchesNothingFromElsewhere(t *testing.T) {
	w := get(console.Fast(console.WithToken(token)), "GET", "/debug/edo/") // it needs no token
	text := w.Body.String()
	if w.Code != 200 || !strings.HasPrefix(text, "<!doctype html>") {
		t.Fatal(w.Code, text[:20])
	}
	for _, address := range regexp.MustCompile(`https?://[^"'\x60 ]*`).FindAllString(text, -1) {
		if address != "http://www.w3.org/2000/svg" { // a name, which is not fetched
			t.Errorf("the page names %s", address)
		}
	}
	for _, word := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "<img", "<link", " src=", " style="} {
		if strings.Contains(strings.ReplaceAll(text, "none sets innerHTML", ""), word) {
			t.Errorf("the page has %q", word)
		}
	}
	policy := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'sha256-", "connect-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("%q is missing in the policy %q", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %q", policy)
	}
}
