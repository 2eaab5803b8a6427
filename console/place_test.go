package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
)

// place is a runtime, and a console that looks at it.
type place struct {
	t  *testing.T
	rt *edo.Runtime
	h  http.Handler
}

func newPlace(t *testing.T, c edo.Config) *place {
	t.Helper()
	c.OnError = func(error) {}
	rt, err := edo.New(c)
	if err != nil {
		t.Fatal(err)
	}
	h := console.Fast()
	leave := console.Enter(h)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := rt.Shutdown(ctx); ctx.Err() != nil {
			t.Error(err)
		}
		leave()
		console.WaitForEnd(h)
	})
	return &place{t, rt, h}
}

// get returns the answer to a request from this machine.
func get(h http.Handler, method, path string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost"+path, nil)
	r.RemoteAddr = "127.0.0.1:40000"
	for i := 0; i < len(head); i += 2 {
		if head[i] == "Host" {
			r.Host = head[i+1]
		} else {
			r.Header.Set(head[i], head[i+1])
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// frame returns a frame, and its size.
func (p *place) frame() (f console.Frame, size int) {
	p.t.Helper()
	w := get(p.h, "GET", "/snapshot")
	if w.Code != http.StatusOK {
		p.t.Fatalf("snapshot: %d %s", w.Code, w.Body)
	}
	size = w.Body.Len()
	if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil {
		p.t.Fatal(err)
	}
	return f, size
}

// until returns the first frame that is as it should be. A test that waits in vain is ended by
// Main.
func (p *place) until(is func(f *console.Frame, rt *console.Runtime) bool) (console.Frame, console.Runtime) {
	p.t.Helper()
	for {
		come := console.NextFrame(p.h)
		f, _ := p.frame()
		for _, rt := range f.Runtimes {
			if is(&f, &rt) {
				return f, rt
			}
		}
		<-come
	}
}

// task returns what the console knows of a task.
func (p *place) task(ref uint64) (v console.Task) {
	p.t.Helper()
	w := get(p.h, "GET", fmt.Sprint("/task?ref=", ref))
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		p.t.Fatalf("task %d: %d %s", ref, w.Code, w.Body)
	}
	return v
}
