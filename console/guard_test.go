package console_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/edo-go/edo/console"
)

const token = "correct horse battery staple"

func TestRequestsOfOtherSitesAreRefused(t *testing.T) {
	h := console.Fast()
	named := console.Fast(console.WithHosts("Tools.Example"))
	for _, c := range []struct {
		what string
		h    http.Handler
		head []string
		want int
	}{
		{"localhost", h, nil, 400},
		{"localhost with a port", h, []string{"Host", "localhost:6070"}, 400},
		{"an address", h, []string{"Host", "127.0.0.1:6070"}, 400},
		{"an address of IPv6", h, []string{"Host", "[::1]:6070"}, 400},
		{"a name that leads here", h, []string{"Host", "evil.example:6070"}, 403},
		{"a name that begins alike", h, []string{"Host", "localhost.evil.example"}, 403},
		{"a name that begins as an address", h, []string{"Host", "127.0.0.1.evil.example"}, 403},
		{"no name", h, []string{"Host", ""}, 403},
		{"an admitted name", named, []string{"Host", "tools.example:443"}, 400},
		{"beside an admitted name", named, []string{"Host", "evil.example"}, 403},
		{"its own page", h, []string{"Host", "localhost:6070", "Origin", "http://localhost:6070", "Sec-Fetch-Site", "same-origin"}, 400},
		{"a page of another port", h, []string{"Host", "localhost:6070", "Origin", "http://localhost:8080"}, 403},
		{"a page of another site", h, []string{"Origin", "http://evil.example"}, 403},
		{"a page without an origin", h, []string{"Origin", "null"}, 403},
		{"an image in another site's page", h, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a page of another port, by fetch metadata", h, []string{"Sec-Fetch-Site", "same-site"}, 403},
	} {
		w := get(c.h, "GET", "/task", c.head...) // 400: it was admitted, and has no ref
		if w.Code != c.want {
			t.Errorf("%s: %d %s", c.what, w.Code, w.Body)
		}
		if w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: other sites may read the answer", c.what)
		}
	}
}

func TestAChangeNeedsAMethodAndAHeaderThatOtherSitesCannotSend(t *testing.T) {
	h := console.Fast()
	for _, c := range []struct {
		method string
		head   []string
		want   int
	}{
		{"POST", nil, 403},
		{"GET", nil, 405},
		{"POST", []string{"X-Edo-Console", "1"}, 200},
	} {
		if w := get(h, c.method, "/stacks", c.head...); w.Code != c.want {
			t.Errorf("%s %v: %d", c.method, c.head, w.Code)
		}
	}
}

func TestATokenIsNeededByEveryRequestForData(t *testing.T) {
	h := console.Fast(console.WithToken(token))
	for _, c := range []struct {
		bearer string
		want   int
	}{
		{"", 401}, {"Bearer", 401}, {"Bearer ", 401}, {"Bearer " + token[:20], 401}, {"Bearer " + token + " ", 401},
		{"Basic " + token, 401}, {"Bearer " + strings.ToUpper(token), 401}, {"Bearer " + token, 400},
	} {
		var head []string
		if c.bearer != "" {
			head = []string{"Authorization", c.bearer}
		}
		if w := get(h, "GET", "/task", head...); w.Code != c.want {
			t.Errorf("%q: %d", c.bearer, w.Code)
		}
	}
	for _, path := range []string{"/snapshot", "/dump", "/nothing"} {
		if w := get(h, "GET", path); w.Code != 401 {
			t.Errorf("%s without the token: %d", path, w.Code)
		}
	}
	if w := get(h, "GET", "/nothing", "Authorization", "Bearer "+token); w.Code != 404 {
		t.Errorf("nothing: %d", w.Code)
	}
}

func TestWithoutATokenOnlyThisMachineIsAnswered(t *testing.T) {
	h := console.Fast()
	withToken := console.Fast(console.WithToken(token))
	for remote, want := range map[string]int{"127.0.0.1:9": 400, "[::1]:9": 400, "[::ffff:127.0.0.1]:9": 400, "@": 400, "10.0.0.7:9": 403, "nonsense": 403} {
		r := httptest.NewRequest("GET", "http://localhost/task", nil)
		r.RemoteAddr = remote
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != want {
			t.Errorf("from %s: %d", remote, w.Code)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		w = httptest.NewRecorder()
		if withToken.ServeHTTP(w, r); w.Code != 400 {
			t.Errorf("from %s with a token: %d", remote, w.Code)
		}
	}
}

func TestListenIsOnLoopbackUnlessThereIsAToken(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "[::]:0"} {
		if s, err := console.Listen(address); !errors.Is(err, console.ErrToken) {
			t.Errorf("%s: %v", address, err)
			s.Close()
		}
	}
	if _, err := console.Listen("127.0.0.1:0", console.WithToken("short")); err == nil {
		t.Error("a short token")
	}
	if _, err := console.Listen("nonsense"); err == nil {
		t.Error("no address")
	}
	s, err := console.Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if at := s.Addr().(*net.TCPAddr); !at.IP.IsLoopback() {
		t.Errorf("it listens at %v", at)
	}
	answer, err := http.Get(s.URL() + "dump")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		t.Error(answer.Status, err)
	}
}

func TestAHandlerIsMountedBelowAnyPath(t *testing.T) {
	h := console.Fast()
	mux := http.NewServeMux()
	mux.Handle("/debug/edo/", h)
	if w := get(mux, "GET", "/debug/edo/dump"); w.Code != http.StatusOK {
		t.Error(w.Code)
	}
}
