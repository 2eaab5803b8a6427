package console

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	maxStreams  = 16               // of a handler, at the same time
	slowReader  = 10 * time.Second // for which a frame may take to be written
	retryMillis = 1000             // after which a reader should connect anew
)

// streams counts the readers of a handler's stream.
type streams struct{ n atomic.Int32 }

// stream answers with each frame as it comes, as server-sent events. A reader that is slow misses
// frames, and none is kept for it: each frame is whole. One that takes none for ten seconds is cut
// off.
func (h *handler) stream(w http.ResponseWriter, r *http.Request) {
	defer h.streams.n.Add(-1)
	if h.streams.n.Add(1) > maxStreams {
		http.Error(w, fmt.Sprintf("console: there are %d readers", maxStreams), http.StatusServiceUnavailable)
		return
	}
	defer h.observer.enter()()
	control := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep frames back
	control.SetReadDeadline(time.Time{})      // that of the server is for the request
	fmt.Fprintf(w, "retry: %d\n\n", retryMillis)
	for {
		frame, latest, come := h.observer.next()
		if frame != nil {
			control.SetWriteDeadline(time.Now().Add(slowReader))
			fmt.Fprintf(w, "id: %d\nevent: frame\ndata: ", latest.Number)
			w.Write(frame) // JSON without a line break
			if _, err := w.Write([]byte("\n\n")); err != nil {
				return
			}
		}
		if control.Flush() != nil {
			return
		}
		select {
		case <-come:
		case <-r.Context().Done():
			return
		}
	}
}
