package link

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Errors of the broker that pass: too few of its servers run to agree on anything, the server on which a
// stream or a consumer lies is not there, or a stream with replicas has not agreed yet on an earlier message
// with the id, or for the key.
const (
	unavailable     jetstream.ErrorCode = 10008
	streamOffline   jetstream.ErrorCode = 10118
	consumerOffline jetstream.ErrorCode = 10119
	idInProcess     jetstream.ErrorCode = 10158
	keyInProcess    jetstream.ErrorCode = 10164
)

// isPassing reports whether err is an error of the broker that passes.
func isPassing(err error) bool {
	e, ok := errors.AsType[*jetstream.APIError](err)
	if !ok || e == nil {
		return false
	}
	switch e.ErrorCode {
	case unavailable, streamOffline, consumerOffline, idInProcess, keyInProcess:
		return true
	}
	return false
}

// isAway reports whether err says that the broker could not be asked, or has no answer for the moment.
func isAway(err error) bool {
	for _, is := range []error{
		nats.ErrNoResponders, nats.ErrTimeout, nats.ErrReconnectBufExceeded, nats.ErrConnectionReconnecting, nats.ErrDisconnected,
		context.DeadlineExceeded, context.Canceled,
	} {
		if errors.Is(err, is) {
			return true
		}
	}
	return isPassing(err)
}

// hasPassingError reports whether m is an answer of the broker with an error that passes: as good as none. A
// message that a stream has kept is given out with a header, or as a text within an answer.
func hasPassingError(m *nats.Msg) bool {
	isAnswer := bytes.HasPrefix(m.Data, []byte(`{"type":"io.nats.jetstream.api.`)) || bytes.HasPrefix(m.Data, []byte(`{"error":`))
	if !isAnswer || len(m.Header) > 0 || !bytes.Contains(m.Data, []byte(`"err_code":`)) {
		return false
	}
	return isPassing(errorOf(m))
}

// errorOf returns the error in an answer of the broker; nil: it has none.
func errorOf(m *nats.Msg) error {
	var answer struct {
		Error *jetstream.APIError `json:"error"`
	}
	if json.Unmarshal(m.Data, &answer) != nil || answer.Error == nil {
		return nil
	}
	return answer.Error
}

// goneError says that a question was about a stream that the broker has not. It matches
// [nats.ErrNoResponders] and [jetstream.ErrStreamNotFound].
type goneError struct{ on, stream string }

func (e *goneError) Error() string {
	return fmt.Sprintf("cluster: %s: the broker has no stream %s", e.on, e.stream)
}

func (*goneError) Unwrap() []error { return []error{nats.ErrNoResponders, jetstream.ErrStreamNotFound} }

// lookFor asks whether the stream is there for which no one has answered the question with the token: it
// may have been deleted, or the servers on which it lies are away. Those that come meanwhile wait for the
// same answer.
func (a *Asks) lookFor(stream string, token uint64) {
	a.mu.Lock()
	others, isLooking := a.looks[stream]
	if a.looks == nil {
		a.looks = map[string][]uint64{}
	}
	a.looks[stream] = append(others, token)
	a.mu.Unlock()
	if isLooking {
		return
	}
	q := Question{Subject: "$JS.API.STREAM.INFO." + stream, On: "cluster: whether the stream " + stream + " is there", Once: true}
	a.Tell(q, func(m *nats.Msg, err error) { a.looked(stream, err == nil && isGone(errorOf(m))) })
}

// isGone reports whether err says that there is no such stream, or no JetStream for it.
func isGone(err error) bool {
	const notEnabledForAccount, notEnabled = 10039, 10076
	return HasCode(err, jetstream.JSErrCodeStreamNotFound) || HasCode(err, notEnabledForAccount) || HasCode(err, notEnabled)
}

// looked is told whether the stream is gone. If it is not, or nothing says so, what waits for it is asked again.
func (a *Asks) looked(stream string, isGone bool) {
	a.mu.Lock()
	tokens := a.looks[stream]
	delete(a.looks, stream)
	errs := map[uint64]error{}
	for _, token := range tokens {
		q := a.waiting[token]
		switch {
		case q == nil:
		case isGone:
			errs[token] = &goneError{strings.TrimPrefix(q.On, "cluster: "), stream}
		default:
			q.deaf = 0
			a.askSoon(q, token)
		}
	}
	a.mu.Unlock()
	for token, err := range errs {
		a.finish(token, nil, err)
	}
}
