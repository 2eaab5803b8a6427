package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/edo-go/edo"
)

// Handler returns a handler that shows all runtimes of the process, for a pattern that ends in a
// slash:
//
//	mux.Handle("/debug/edo/", console.Handler())
//
// Below it are
//
//	GET  (nothing)   the page
//	GET  snapshot    the last [Frame], as JSON
//	GET  stream      each frame as it comes, as server-sent events named frame
//	GET  task?ref=N  one [Task], as JSON: N is a TaskRef of a frame
//	GET  dump        what edo.Dump writes, as text; it asks all tasks at once
//	POST stacks      the stacks of the polls that take long, or else of all that run; the program stands
//	                 still meanwhile, some microseconds for each goroutine
//	POST record?on=1 begins the timeline anew, on=0 ends it; it ends by itself after ten minutes
//	GET  timeline    a [Timeline], as JSON
//	GET  trace       the timeline for Perfetto, in Chrome's Trace Event Format
//
// A POST needs a header X-Edo-Console, with any value. Without [WithToken] only requests from this
// machine are answered, and in any case only those for localhost, for an IP address or for the names
// of [WithHosts], and none of other sites' pages.
//
// Handler panics when a token is too short. The handler uses no task and no worker: it answers also
// when all workers are stuck. Any number of goroutines may call it.
func Handler(opts ...Option) http.Handler {
	g := newGuard(opts)
	if g.isShort {
		panic(errShortToken)
	}
	return &handler{guard: g, observer: theObserver}
}

// handler answers requests.
type handler struct {
	guard    *guard
	observer *observer
	dumps    sync.Mutex // one at a time
	streams  streams
}

// routes are what is answered, by the last part of the path.
var routes = map[string]route{
	"snapshot": {method: http.MethodGet, serve: (*handler).snapshot},
	"":         {method: http.MethodGet, isPublic: true, serve: (*handler).page},
	"timeline": {method: http.MethodGet, serve: (*handler).timeline},
	"record":   {method: http.MethodPost, serve: (*handler).record},
	"trace":    {method: http.MethodGet, serve: (*handler).trace},
	"stream":   {method: http.MethodGet, serve: (*handler).stream},
	"task":     {method: http.MethodGet, serve: (*handler).task},
	"dump":     {method: http.MethodGet, serve: (*handler).dump},
	"stacks":   {method: http.MethodPost, serve: (*handler).stacks},
}

// route is what is answered to one kind of request.
type route struct {
	method   string
	isPublic bool // it has no secrets, and needs no token
	serve    func(*handler, http.ResponseWriter, *http.Request)
}

// ServeHTTP answers a request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	to, ok := routes[name]
	if no := h.guard.check(r, !to.isPublic); no != nil {
		if no.status == http.StatusUnauthorized {
			head.Set("WWW-Authenticate", "Bearer")
		}
		http.Error(w, no.text, no.status)
		return
	}
	switch {
	case !ok:
		http.NotFound(w, r)
	case r.Method != to.method && !(r.Method == http.MethodHead && to.method == http.MethodGet):
		head.Set("Allow", to.method)
		http.Error(w, "console: "+name+" needs the method "+to.method, http.StatusMethodNotAllowed)
	default:
		control := http.NewResponseController(w)
		control.SetWriteDeadline(time.Now().Add(slowAnswer))
		defer control.SetWriteDeadline(time.Time{}) // the next request may be for another handler
		to.serve(h, w, r)
	}
}

// slowAnswer is how long a reader may take for an answer that is no stream.
const slowAnswer = 30 * time.Second

// snapshot answers with the last frame, or with the first one that comes.
func (h *handler) snapshot(w http.ResponseWriter, r *http.Request) {
	defer h.observer.enter()()
	frame, _, come := h.observer.next()
	for frame == nil {
		select {
		case <-come:
		case <-r.Context().Done():
			return
		}
		frame, _, come = h.observer.next()
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(frame)
}

// task answers with a task.
func (h *handler) task(w http.ResponseWriter, r *http.Request) {
	ref, err := strconv.ParseUint(r.URL.Query().Get("ref"), 10, 64)
	if err != nil {
		http.Error(w, "console: task needs ref, a number of a frame", http.StatusBadRequest)
		return
	}
	t, err := h.observer.task(ref)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	writeJSON(w, t)
}

var errUnknownTask = errors.New("console: no frame has named a task by this number, or it was long ago")

// dump answers with the text of all tasks.
func (h *handler) dump(w http.ResponseWriter, _ *http.Request) {
	var text bytes.Buffer // so that a slow reader holds up no other
	h.dumps.Lock()
	edo.Dump(&text)
	h.dumps.Unlock()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write(text.Bytes())
}

// stacks answers with the stacks of the polls that run.
func (h *handler) stacks(w http.ResponseWriter, r *http.Request) {
	defer h.observer.enter()()
	_, latest, come := h.observer.next()
	for wait := 2; latest == nil && wait > 0; wait-- { // between two frames it is seen which polls take long
		select {
		case <-come:
		case <-r.Context().Done():
			return
		}
		_, _, come = h.observer.next()
	}
	h.dumps.Lock()
	polls, isWhole := h.observer.stacksNow()
	h.dumps.Unlock()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if len(polls) == 0 {
		io.WriteString(w, "no poll runs, of "+plural(runtime.NumGoroutine(), "goroutine\n", "goroutines\n"))
	}
	for i := range polls {
		if i != 0 {
			io.WriteString(w, "\n\n")
		}
		fmt.Fprintf(w, "%s\n%s", polls[i].headline(), polls[i].stack)
	}
	if !isWhole {
		fmt.Fprintf(w, "\n\nthe stacks of some goroutines are missing: there are %d\n", runtime.NumGoroutine())
	}
}

// writeJSON answers with v.
func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}
