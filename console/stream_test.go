package console_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
)

// reader reads a stream.
type reader struct {
	body io.ReadCloser
	scan *bufio.Scanner
}

func connect(t *testing.T, url string) *reader {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatal(answer.Status, answer.Header)
	}
	r := &reader{answer.Body, bufio.NewScanner(answer.Body)}
	r.scan.Buffer(nil, 1<<20)
	t.Cleanup(func() { answer.Body.Close() })
	return r
}

// next returns the next frame; nil: the stream has ended.
func (r *reader) next(t *testing.T) *console.Frame {
	t.Helper()
	event := ""
	for r.scan.Scan() {
		line := r.scan.Text()
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			event = name
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && event == "frame" {
			f := &console.Frame{}
			if err := json.Unmarshal([]byte(data), f); err != nil {
				t.Fatal(err)
			}
			return f
		}
	}
	return nil
}

func TestAStreamHasEachFrameAndAReaderMayConnectAnew(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Shutdown(t.Context())
	h := console.Fast()
	s := httptest.NewServer(h)
	defer s.Close()
	defer s.CloseClientConnections()
	first := connect(t, s.URL+"/stream")
	last := uint64(0)
	for range 3 {
		f := first.next(t)
		if f == nil || f.Number <= last || len(f.Runtimes) != 1 || f.Readers != 1 {
			t.Fatalf("after frame %d comes %+v", last, f)
		}
		last = f.Number
	}
	first.body.Close()
	second := connect(t, s.URL+"/stream")
	for f := second.next(t); f.Readers != 1 || f.Number <= last; f = second.next(t) { // until the first has left
		if f.Number < last {
			t.Errorf("frame %d comes after %d", f.Number, last)
		}
	}
	s.CloseClientConnections()
	for second.next(t) != nil {
	}
	console.WaitForEnd(h)
}

func TestTheNumberOfStreamsIsBounded(t *testing.T) {
	h := console.Fast()
	s := httptest.NewServer(h)
	defer s.Close()
	defer s.CloseClientConnections()
	var all []*reader
	for range 16 {
		all = append(all, connect(t, s.URL+"/stream"))
	}
	answer, err := http.Get(s.URL + "/stream")
	if err != nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Fatal(answer, err)
	}
	answer.Body.Close()
	for _, r := range all {
		if r.next(t) == nil {
			t.Error("a reader has no frame")
		}
	}
}
